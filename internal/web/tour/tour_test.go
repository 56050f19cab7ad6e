package tour_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/demo"
	"github.com/parvis-civic/parvis/internal/demo/demotest"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/site"
	"github.com/parvis-civic/parvis/internal/web/tour"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

func TestOneTapMakesAVisitorSomebodyOfTheCityAndNobodyReal(t *testing.T) {
	d := demotest.Today.Open(t, db.SQLite)
	people := account.NewService(d)
	h, err := web.New(web.Options{Log: slog.New(slog.DiscardHandler), Platforms: site.New(d, "http://localhost"), Static: ui.NewStatic(), People: people, Tour: tour.Path,
		Routes: tour.New(d, people).Routes()})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	post := func(form url.Values) *http.Response {
		t.Helper()
		r, err := c.PostForm(s.URL+tour.Path, form)
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
		return r
	}
	places := map[string]bool{}
	for n := range 17 {
		r := post(url.Values{"stop": {strconv.Itoa(n + 1)}})
		if r.StatusCode != http.StatusSeeOther || places[r.Header.Get("Location")] {
			t.Errorf("stop %d: %d to %s", n+1, r.StatusCode, r.Header.Get("Location"))
		}
		places[r.Header.Get("Location")] = true
	}
	for _, bad := range []url.Values{{"stop": {"18"}}, {"stop": {"0"}}, {"player": {"mayor"}}} {
		if r := post(bad); r.StatusCode != http.StatusNotFound {
			t.Errorf("%v: %d", bad, r.StatusCode)
		}
	}
	for _, player := range demo.Players() {
		r := post(url.Values{"player": {player.Key}})
		if r.StatusCode != http.StatusSeeOther || len(r.Cookies()) != 1 {
			t.Fatalf("as %s: %d", player.Key, r.StatusCode)
		}
		of, _, err := site.New(d, "").ByHost(t.Context(), "localhost")
		if err != nil {
			t.Fatal(err)
		}
		p, ok, err := people.ByToken(t.Context(), of, r.Cookies()[0].Value)
		if err != nil || !ok || p.Name != player.Name || len(p.Roles.List()) != len(player.Roles) {
			t.Errorf("as %s the visitor is %+v: %v", player.Key, p, err)
		}
		page, err := c.Get(s.URL + tour.Path)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(page.Body)
		_ = page.Body.Close()
		work := map[string]string{"agent": "/accueil", "parks": "/analyse", "roads": "/analyse", "works": "/suivi", "moderator": "/moderation", "supervisor": "/decisions",
			"decider": "/decisions", "second": "/decisions", "elected": "/tableau-de-bord", "organiser": "/organisation", "administrator": "/administration"}[player.Key]
		if work == "" {
			work = "/mon-espace"
		}
		if err != nil || !strings.Contains(string(text), "Vous êtes "+player.Name) || !strings.Contains(string(text), `<a class="more" href="`+work+`">Son travail`) {
			t.Errorf("nothing leads %s to their work, which begins at %s: %v", player.Key, work, err)
		}
		if _, err := people.Play(t.Context(), of, "", "somebody@exemple.fr", ""); err == nil {
			t.Error("a visitor can be somebody real")
		}
	}
}
