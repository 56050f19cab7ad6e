package admin_test

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
	"github.com/parvis-civic/parvis/internal/web/admin"
	"github.com/parvis-civic/parvis/internal/web/site"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/internal/web/webtest"
)

func serve(t *testing.T, d *db.DB) (h http.Handler, who map[string]account.Person) {
	t.Helper()
	for _, slug := range []string{"ici", "ailleurs"} {
		if _, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: slug}); err != nil {
			t.Fatal(err)
		}
	}
	who = map[string]account.Person{}
	for name, roles := range map[string][]access.Role{"admin": {access.Administrator}, "organiser": {access.Organiser}, "analyst": {access.Analyst}, "resident": nil} {
		who[name] = webtest.Person(name+"@exemple.fr", roles...)
	}
	pages := site.New(d, "http://localhost")
	h, err := web.New(web.Options{Log: slog.New(slog.DiscardHandler), Platforms: pages, Static: ui.NewStatic(), People: webtest.People{On: "ici", By: who},
		Routes: admin.New(d, account.NewService(d), admin.Mailing{How: admin.ByServer, Server: "mail.example:587", From: "participer@ville.example"}).Routes()})
	if err != nil {
		t.Fatal(err)
	}
	return h, who
}

func ask(t *testing.T, h http.Handler, who, method, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "http://ici.localhost"+path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.AddCookie(&http.Cookie{Name: "parvis", Value: who})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestEachPageIsForThoseWhoMay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, _ := serve(t, d)
		for path, want := range map[string]map[string]int{
			"/administration":          {"admin": 200, "organiser": 200, "analyst": 403, "resident": 403, "": 303},
			"/administration/roles":    {"admin": 200, "organiser": 403, "analyst": 403, "resident": 403, "": 303},
			"/administration/accueil":  {"admin": 200, "organiser": 200, "analyst": 403, "resident": 403, "": 303},
			"/administration/lieux":    {"admin": 200, "organiser": 200, "analyst": 403, "resident": 403, "": 303},
			"/administration/demandes": {"admin": 200, "organiser": 200, "analyst": 403, "resident": 403, "": 303},
			"/administration/courrier": {"admin": 200, "organiser": 403, "analyst": 403, "resident": 403, "": 303},
			"/administration/identite": {"admin": 200, "organiser": 403, "analyst": 403, "resident": 403, "": 303},
		} {
			for who, status := range want {
				if w := ask(t, h, who, "GET", path, nil); w.Code != status {
					t.Errorf("%s for %q: %d, want %d", path, who, w.Code, status)
				}
			}
		}
		for _, path := range []string{"/administration/roles", "/administration/roles/retirer", "/administration/lieux", "/administration/lieux/retirer", "/administration/second-facteur",
			"/administration/demandes", "/administration/courrier/essai", "/administration/courrier/reprendre", "/administration/courrier/adresse", "/administration/identite"} {
			if w := ask(t, h, "resident", "POST", path, nil); w.Code != 403 {
				t.Errorf("a resident posts to %s: %d", path, w.Code)
			}
		}
	})
}

func TestRolesAreGivenAndTakenBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, who := serve(t, d)
		w := ask(t, h, "admin", "POST", "/administration/roles", url.Values{"email": {"parcs"}, "roles": {"analyst"}})
		if w.Code != 422 || !strings.Contains(w.Body.String(), `value="parcs"`) || !strings.Contains(w.Body.String(), `value="analyst" checked`) {
			t.Errorf("a wrong address: %d %s", w.Code, w.Body)
		}
		if w := ask(t, h, "admin", "POST", "/administration/roles", url.Values{"email": {"parcs@ville.example"}, "roles": {"resident", "king"}}); w.Code != 422 {
			t.Errorf("roles that are none: %d", w.Code)
		}
		if w := ask(t, h, "admin", "POST", "/administration/roles", url.Values{"email": {"parcs@ville.example"}, "roles": {"analyst", "supervisor"}}); w.Code != 303 {
			t.Fatalf("a right form: %d %s", w.Code, w.Body)
		}
		body := ask(t, h, "admin", "GET", "/administration/roles?fait=role", nil).Body.String()
		m := regexp.MustCompile(`name="person" value="([0-9a-f-]{36})"`).FindStringSubmatch(body)
		if m == nil || !strings.Contains(body, "parcs@ville.example") || !strings.Contains(body, "pas encore confirmé") || !strings.Contains(body, "Le rôle est donné") {
			t.Fatalf("the page shows %s", body)
		}
		if w := ask(t, h, "admin", "POST", "/administration/roles/retirer", url.Values{"person": {m[1]}, "role": {"analyst"}}); w.Code != 303 {
			t.Errorf("taking it back: %d", w.Code)
		}
		if w := ask(t, h, "admin", "POST", "/administration/roles/retirer", url.Values{"person": {who["admin"].ID.String()}, "role": {"administrator"}}); w.Code != 409 {
			t.Errorf("an administrator locks themselves out: %d", w.Code)
		}
		err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			here, err := account.Holders(ctx, tx, 1)
			if len(here) != 1 || here[0].Roles != access.Roles(0).With(access.Supervisor) {
				t.Errorf("holders: %+v", here)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestWhoAnswersIsWrittenOnceAndKeptWhenItIsWrong(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, _ := serve(t, d)
		wrong := ask(t, h, "admin", "POST", "/administration/identite", url.Values{"email": {"budget"}, "publisher": {"Ville de <Lyon>"}})
		if body := wrong.Body.String(); wrong.Code != 422 || !strings.Contains(body, "Ville de &lt;Lyon&gt;") || !strings.Contains(body, `value="budget"`) || !strings.Contains(body, `id="field-email-problem"`) {
			t.Errorf("a wrong address: %d, %d bytes", wrong.Code, len(body))
		}
		if w := ask(t, h, "admin", "POST", "/administration/identite", url.Values{"email": {"budget@lyon.fr"}, "publisher": {"Ville de Lyon"}}); w.Code != 303 {
			t.Errorf("a right one: %d %s", w.Code, w.Body)
		}
		if body := ask(t, h, "admin", "GET", "/administration/identite", nil).Body.String(); !strings.Contains(body, `value="budget@lyon.fr"`) || !strings.Contains(body, "Ville de Lyon</textarea>") {
			t.Errorf("what was written is not shown: %s", body)
		}
	})
}

func TestTheLogOfTheDeskIsRead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, _ := serve(t, d)
		if body := ask(t, h, "organiser", "GET", "/administration/accueil", nil).Body.String(); !strings.Contains(body, "Personne n’a encore eu besoin d’aide.") {
			t.Errorf("an empty log: %s", body)
		}
		agent, elsewhere := webtest.Person("agent@exemple.fr", access.PollingAgent), platform.Platform{Key: 2}
		people := account.NewService(d)
		for _, of := range []platform.Platform{{Key: 1}, elsewhere} {
			if _, err := people.Find(t.Context(), of, agent, "personne@exemple.fr"); err == nil {
				t.Fatal("somebody is found")
			}
		}
		if body := ask(t, h, "organiser", "GET", "/administration/accueil", nil).Body.String(); strings.Count(body, "Recherche sans résultat") != 1 || strings.Contains(body, "personne@exemple.fr") {
			t.Errorf("the log says %s", body)
		}
	})
}

func TestPlacesFactorAndMails(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, _ := serve(t, d)
		if w := ask(t, h, "organiser", "POST", "/administration/lieux", url.Values{"network": {"partout"}, "name": {"Médiathèque"}}); w.Code != 422 || !strings.Contains(w.Body.String(), "partout") {
			t.Errorf("a network that is none: %d", w.Code)
		}
		if w := ask(t, h, "organiser", "POST", "/administration/lieux", url.Values{"network": {"192.0.2.0/24"}, "name": {"Médiathèque"}}); w.Code != 303 {
			t.Errorf("a network: %d %s", w.Code, w.Body)
		}
		if body := ask(t, h, "organiser", "GET", "/administration/lieux", nil).Body.String(); !strings.Contains(body, "Médiathèque") || !strings.Contains(body, "192.0.2.0/24") {
			t.Error("the place is not shown")
		}
		if w := ask(t, h, "organiser", "POST", "/administration/lieux/retirer", url.Values{"network": {"192.0.2.0/24"}}); w.Code != 303 {
			t.Errorf("removing it: %d", w.Code)
		}
		if w := ask(t, h, "admin", "POST", "/administration/second-facteur", url.Values{"demander": {"1"}}); w.Code != 303 {
			t.Errorf("asking a second factor: %d", w.Code)
		}
		if w := ask(t, h, "admin", "POST", "/administration/courrier/essai", nil); w.Code != 303 {
			t.Errorf("a test message: %d", w.Code)
		}
		if body := ask(t, h, "admin", "GET", "/administration/courrier", nil).Body.String(); !strings.Contains(body, "admin@exemple.fr") || !strings.Contains(body, "Un message attend") {
			t.Errorf("the queue shows %s", body)
		}
		err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			asked, err := platform.Setting(ctx, tx, 1, platform.SecondFactor)
			elsewhere, err2 := platform.Setting(ctx, tx, 2, platform.SecondFactor)
			if asked == "" || elsewhere != "" || err2 != nil {
				t.Errorf("a second factor is asked here %q and elsewhere %q", asked, elsewhere)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
