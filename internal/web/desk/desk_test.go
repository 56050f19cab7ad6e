package desk_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/desk"
	"github.com/parvis-civic/parvis/internal/web/site"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/internal/web/webtest"
)

func TestTheDeskHelpsAndSaysSo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var of platform.Platform
		for _, slug := range []string{"ici", "ailleurs"} {
			p, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: slug})
			if err != nil {
				t.Fatal(err)
			}
			if slug == "ici" {
				of = p
			}
		}
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := account.Stage(ctx, tx, of.Key, account.Person{Email: "ana@parvis.invalid", Name: "Ana", Kind: account.Resident, Language: "fr"}, nil)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		who := webtest.People{By: map[string]account.Person{
			"agent":    webtest.Person("agent@exemple.fr", access.PollingAgent, access.Organiser),
			"resident": webtest.Person("resident@exemple.fr"),
		}}
		h, err := web.New(web.Options{Log: slog.New(slog.DiscardHandler), Platforms: site.New(d, "http://localhost"), Static: ui.NewStatic(), People: who,
			Routes: desk.New(d, account.NewService(d)).Routes()})
		if err != nil {
			t.Fatal(err)
		}
		ask := func(token, host, method, path string, form url.Values) *httptest.ResponseRecorder {
			t.Helper()
			r := httptest.NewRequestWithContext(t.Context(), method, "http://"+host+path, strings.NewReader(form.Encode()))
			if method == http.MethodPost {
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			r.AddCookie(&http.Cookie{Name: "parvis", Value: token})
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			return w
		}
		for _, path := range []string{"", "/code", "/adresse", "/quartier", "/bulletin"} {
			if w := ask("resident", "ici.localhost", "POST", "/accueil"+path, url.Values{"email": {"ana@parvis.invalid"}}); w.Code != 403 {
				t.Errorf("a resident posts to /accueil%s: %d", path, w.Code)
			}
		}
		if w := ask("agent", "ici.localhost", "GET", "/accueil", nil); w.Code != 200 {
			t.Fatalf("the desk: %d", w.Code)
		}
		if w := ask("agent", "ici.localhost", "POST", "/accueil", url.Values{"email": {"bob@exemple.fr"}}); w.Code != 422 || !strings.Contains(w.Body.String(), "Personne n’a donné l’adresse bob@exemple.fr") {
			t.Errorf("somebody unknown: %d %s", w.Code, w.Body)
		}
		if w := ask("agent", "ailleurs.localhost", "POST", "/accueil", url.Values{"email": {"ana@parvis.invalid"}}); w.Code != 422 {
			t.Errorf("somebody of another platform: %d", w.Code)
		}
		found := ask("agent", "ici.localhost", "POST", "/accueil", url.Values{"email": {"ana@parvis.invalid"}})
		m := regexp.MustCompile(`name="person" value="([0-9a-f-]{36})"`).FindStringSubmatch(found.Body.String())
		if found.Code != 200 || m == nil || !strings.Contains(found.Body.String(), "Recherchée au guichet") {
			t.Fatalf("somebody known: %d %s", found.Code, found.Body)
		}
		same := url.Values{"person": {m[1]}, "email": {"ana@parvis.invalid"}}
		if w := ask("agent", "ici.localhost", "POST", "/accueil/code", same); w.Code != 303 || w.Header().Get("Location") != "/accueil?fait=code" {
			t.Errorf("a code: %d %s", w.Code, w.Body)
		}
		wrong := url.Values{"person": {m[1]}, "email": {"ana@parvis.invalid"}, "new": {"anna@exemple.fr"}}
		if w := ask("agent", "ici.localhost", "POST", "/accueil/adresse", wrong); w.Code != 422 || !strings.Contains(w.Body.String(), `value="anna@exemple.fr"`) {
			t.Errorf("a correction without a reason: %d", w.Code)
		}
		if w := ask("agent", "ici.localhost", "POST", "/accueil/bulletin", url.Values{"person": {m[1]}, "email": {"ana@parvis.invalid"}, "project": {"aucun"}, "reason": {"erreur"}}); w.Code != 404 {
			t.Errorf("a ballot of a vote that is none: %d", w.Code)
		}
		wrong.Set("reason", "lettre oubliée")
		if w := ask("agent", "ici.localhost", "POST", "/accueil/adresse", wrong); w.Code != 303 {
			t.Errorf("a correction: %d %s", w.Code, w.Body)
		}
		if w := ask("agent", "ici.localhost", "POST", "/accueil", url.Values{"email": {"anna@exemple.fr"}}); w.Code != 422 {
			t.Errorf("an address that nobody has proved finds her: %d", w.Code)
		}
		if w := ask("agent", "ici.localhost", "POST", "/accueil", url.Values{"email": {"ana@parvis.invalid"}}); !strings.Contains(w.Body.String(), "lettre oubliée") || !strings.Contains(w.Body.String(), "Code renvoyé") {
			t.Errorf("the log does not say what was done: %s", w.Body)
		}
	})
}
