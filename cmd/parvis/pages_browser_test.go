package main

import (
	"flag"
	"log/slog"
	"net"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/browsertest"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/demo/demotest"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/run"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/site"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

var shots = flag.String("shots", "", "write screenshots of the pages behind a session to this folder")

// The pages of the guided tour's people in a browser: somebody is chosen with one tap, every page that they may open holds
// on their screen and has nothing that axe-core finds.
func TestPagesBehindASessionHoldInABrowser(t *testing.T) {
	for _, c := range []struct {
		name   string
		engine db.Engine
		lang   string // prefix of addresses
		o      browsertest.Options
	}{
		{"phone, French, SQLite", db.SQLite, "", browsertest.Options{Width: 360, Height: 740, Touch: true}},
		{"desk, English, no scripts, dark, PostgreSQL", db.Postgres, "/en", browsertest.Options{Width: 1280, Height: 900, NoJS: true, Dark: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := demotest.Today.Open(t, c.engine)
			base := demonstration(t, d)
			p := browsertest.New(t).Visit(t, base+c.lang+"/visite", c.o)
			look := func(path string) {
				t.Helper()
				p.Go(base + c.lang + path)
				if p.Status != 200 {
					t.Errorf("%s: %d", path, p.Status)
				}
				if wide := browsertest.Eval[int](p, `document.documentElement.scrollWidth`); wide > c.o.Width {
					t.Errorf("%s is %d pixels wide on a screen of %d", path, wide, c.o.Width)
				}
				p.Axe(t)
				p.As(c.o) // axe-core needs scripts; this visitor may have none
				if *shots != "" {
					p.Screenshot(filepath.Join(*shots, strings.ReplaceAll(c.name, " ", "-"), strings.ReplaceAll(path[1:], "/", "_")+".png"))
				}
			}
			for _, path := range []string{"/visite", "/connexion", "/connexion?avec=mot-de-passe", "/courrier", "/aide/code", "/kiosque", "/confidentialite"} {
				look(path)
			}
			for _, as := range []struct {
				player string
				pages  []string
			}{
				{"author", []string{"/mon-espace", "/mon-espace/profil", "/mon-espace/securite", "/mon-espace/donnees"}},
				{"agent", []string{"/accueil", "/accueil/depots"}},
				{"administrator", []string{"/administration", "/administration/roles", "/administration/lieux", "/administration/demandes", "/administration/accueil", "/administration/courrier", "/administration/identite", "/organisation", "/organisation/nouvelle"}},
			} {
				p.Go(base + c.lang + "/visite")
				p.Follow(`form:has(input[name="player"][value="` + as.player + `"]) button`)
				for _, path := range as.pages {
					look(path)
				}
			}
			// A form that is wrong says so beside its field, and nothing that was typed is lost.
			p.Go(base + c.lang + "/administration/lieux")
			p.Fill("#field-name", "Médiathèque")
			p.Fill("#field-network", "partout")
			p.Follow("main form.form .button")
			if p.Status != 422 || browsertest.Eval[string](p, `document.querySelector("#field-name").value`) != "Médiathèque" {
				t.Errorf("a wrong form: %d, %q", p.Status, p.Text("main"))
			}
			p.Axe(t)
		})
	}
	if missing := i18n.Missing(); len(missing) > 0 {
		t.Errorf("not translated: %v", missing)
	}
}

// demonstration serves a built city as `parvis demo` does, and gives its address.
func demonstration(t *testing.T, d *db.DB) string {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	h := &house{db: d, url: "http://localhost:" + port, mailbox: true, group: run.New(quiet)}
	pages, people := site.New(d, h.url), account.NewService(d)
	s.Config.Handler, err = web.New(web.Options{Log: quiet, Platforms: pages, Static: ui.NewStatic(), People: people, Tour: h.tour(), Routes: h.routes(pages, people)})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(s.Close)
	runner := jobs.NewRunner(d, quiet, map[string]jobs.Handler{notify.Job: notify.NewPost(d, nil, h.url).Handle})
	if _, err := runner.Turn(t.Context()); err != nil { // what the author's deposit sends
		t.Fatal(err)
	}
	return h.url
}
