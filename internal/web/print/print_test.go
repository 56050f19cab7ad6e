package print_test

import (
	"context"
	"flag"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/browsertest"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/demo/demotest"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/web"
	webdeposit "github.com/parvis-civic/parvis/internal/web/deposit"
	"github.com/parvis-civic/parvis/internal/web/desk"
	"github.com/parvis-civic/parvis/internal/web/me"
	"github.com/parvis-civic/parvis/internal/web/print"
	"github.com/parvis-civic/parvis/internal/web/site"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

var shots = flag.String("shots", "", "write screenshots and PDFs to this folder")

// town is the demonstration's city, served as visitors get it.
type town struct {
	t      *testing.T
	d      *db.DB
	of     platform.Platform
	base   string
	people *account.Service
	open   project.View // whose deposit is open
	voting project.View
	over   project.View
}

func settle(t *testing.T, d *db.DB) *town {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c := &town{t: t, d: d, base: "http://localhost:" + port, people: account.NewService(d, proposal.Room())}
	pages := site.New(d, c.base)
	h, err := web.New(web.Options{Log: slog.New(slog.DiscardHandler), Platforms: pages, Static: ui.NewStatic(), People: c.people,
		Routes: slices.Concat(pages.Routes(), me.New(d, c.people, false).Routes(), webdeposit.New(d, deposit.NewService(d)).Routes(), desk.New(d, c.people).Routes(), print.New(d).Routes())})
	if err != nil {
		t.Fatal(err)
	}
	s.Config.Handler = h
	s.Start()
	t.Cleanup(s.Close)
	c.read(func(ctx context.Context, tx db.Tx) error {
		if c.of, err = platform.ByHost(ctx, tx, "localhost"); err != nil {
			return err
		}
		views, err := project.Views(ctx, tx, c.of.Key, 50, c.of.Now(tx.Now()))
		for _, v := range views {
			switch at := project.Current(v.Steps, v.Now); {
			case at < 0:
			case v.Steps[at].Kind == project.Collect:
				c.open = v
			case v.Steps[at].Kind == project.Vote:
				c.voting = v
			case project.PhaseOf(v.Steps, project.VoteStep(v.Steps), v.Now) == project.Closed:
				c.over = v
			}
		}
		return err
	})
	if c.open.Slug == "" || c.voting.Slug == "" || c.over.Slug == "" {
		t.Fatalf("the city has no edition to deposit in, none to vote in, or none that is over: %q, %q, %q", c.open.Slug, c.voting.Slug, c.over.Slug)
	}
	return c
}

func (c *town) read(fn func(ctx context.Context, tx db.Tx) error) {
	c.t.Helper()
	if err := c.d.Read(c.t.Context(), fn); err != nil {
		c.t.Fatal(err)
	}
}

func (c *town) code(v project.View) (code string) {
	c.t.Helper()
	c.read(func(ctx context.Context, tx db.Tx) (err error) {
		code, err = project.ShortCode(ctx, tx, c.of.Key, v.ID)
		return err
	})
	return code
}

// get asks for a page without following where it leads.
func (c *town) get(path, token string) (int, string, string) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.base+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	if token != "" {
		r.AddCookie(&http.Cookie{Name: "parvis", Value: token})
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer.StatusCode, answer.Header.Get("Location"), string(body)
}

// as gives the session of somebody who has roles.
func (c *town) as(name string, roles ...access.Role) string {
	c.t.Helper()
	err := c.d.Write(c.t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := account.Stage(ctx, tx, c.of.Key, account.Person{Email: "test-" + name + account.StageDomain, Name: name, Kind: account.Resident, Language: "fr"}, roles)
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	token, err := c.people.Play(c.t.Context(), c.of, "", "test-"+name+account.StageDomain, "test")
	if err != nil {
		c.t.Fatal(err)
	}
	return token
}

func TestAShortAddressLeadsToWhatTheEditionAsksForNow(t *testing.T) {
	demotest.Today.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d)
		for path, want := range map[string]string{
			"/e/" + c.code(c.open):                      "/projets/" + c.open.Slug + "/deposer",
			"/e/" + strings.ToLower(c.code(c.open)):     "/projets/" + c.open.Slug + "/deposer",
			"/en/e/" + c.code(c.open):                   "/en/projets/" + c.open.Slug + "/deposer",
			"/e/" + c.code(c.voting):                    "/projets/" + c.voting.Slug + "/vote",
			"/e/" + c.code(c.over):                      "/projets/" + c.over.Slug,
			"/e/" + c.code(c.open) + "?suite=//evil.fr": "/projets/" + c.open.Slug + "/deposer",
		} {
			if status, to, _ := c.get(path, ""); status != http.StatusSeeOther || to != want {
				t.Errorf("%s: %d to %s, want %s", path, status, to, want)
			}
		}
		for _, path := range []string{"/e/K", "/e/ZZZZZZ", "/e/%3Cscript%3E", "/e/" + c.code(c.open) + "2222222"} {
			if status, _, body := c.get(path, ""); status != http.StatusNotFound || strings.Contains(body, "<script>") {
				t.Errorf("%s: %d", path, status)
			}
		}
		before := c.code(c.open)
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE project SET slug = 'autrement' WHERE platform = ? AND id = ?`, c.of.Key, c.open.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if status, to, _ := c.get("/e/"+before, ""); status != http.StatusSeeOther || to != "/projets/autrement/deposer" {
			t.Errorf("once the edition is called otherwise: %d to %s", status, to)
		}
	})
}

func TestOnlyWhoOrganisesPrintsAndADraftIsNobodyElses(t *testing.T) {
	demotest.Today.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d)
		organiser, agent, resident := c.as("orga", access.Organiser), c.as("agent", access.PollingAgent), c.as("habitante")
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE project SET state = 'draft', title = ? WHERE platform = ? AND id = ?`, `<script>alert(1)</script>" onload=`, c.of.Key, c.open.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		one := "/organisation/editions/" + c.open.Slug
		for _, path := range []string{one + "/kit", one + "/kit/depot-a4", one + "/kit/depot-a3", one + "/kit/depot-tract", one + "/kit/vote-a4", one + "/formulaire-papier"} {
			if status, _, body := c.get(path, organiser); status != 200 || strings.Contains(body, "<script>alert") {
				t.Errorf("%s for who organises: %d", path, status)
			}
			for name, token := range map[string]string{"an agent": agent, "a resident": resident} {
				if status, _, _ := c.get(path, token); status != http.StatusForbidden {
					t.Errorf("%s for %s: %d", path, name, status)
				}
			}
			if status, to, _ := c.get(path, ""); status != http.StatusSeeOther || !strings.HasPrefix(to, "/connexion") {
				t.Errorf("%s for nobody: %d to %s", path, status, to)
			}
		}
		for _, path := range []string{one + "/kit/depot-a5", one + "/kit/autre-a4", one + "/kit/depot", "/organisation/editions/absent/kit", "/organisation/editions/absent/formulaire-papier"} {
			if status, _, _ := c.get(path, organiser); status != http.StatusNotFound {
				t.Errorf("%s: %d", path, status)
			}
		}
		if status, _, _ := c.get("/e/"+c.code(c.open), ""); status != http.StatusNotFound {
			t.Errorf("the short address of a draft: %d", status)
		}
	})
}

func TestWhatIsPrintedFitsItsPaper(t *testing.T) {
	d := demotest.Today.Open(t, db.SQLite)
	c := settle(t, d)
	agent := c.as("agent", access.Organiser)
	by, _, err := c.people.ByToken(t.Context(), c.of, agent)
	if err != nil {
		t.Fatal(err)
	}
	service := deposit.NewService(d)
	content := deposit.Content{Title: "Une fontaine et des bancs à l'ombre des tilleuls de la place du vieux marché aux herbes et de ses rues voisines", Body: "Pour souffler.", Age: deposit.AgeAdult, Kind: "person", Name: "Association des habitantes et des habitants du vieux marché",
		Criteria: map[string]string{"lives_in": "yes", "barred": "no", "investment": "no", "induced": "no", "in_time": "yes"}, District: deposit.WholeCity}
	call, err := service.Call(t.Context(), c.of, account.Person{}, c.open.Slug)
	if err != nil {
		t.Fatal(err)
	}
	content.Category = call.Categories[0].Slug
	if len(call.Themes) > 0 {
		content.Theme = call.Themes[0].Slug
	}
	typed, err := service.SavePaper(t.Context(), c.of, by, i18n.FR, c.open.Slug, ids.ID{}, content, deposit.Paper{Reference: "A 17", Email: "une.longue.adresse.de.courriel@association.exemple.fr"}, deposit.Upload{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := service.PublishPaper(t.Context(), c.of, by, c.open.Slug, typed.ID, call.Charter.Version, true); err != nil {
		t.Fatal(err)
	}
	b := browsertest.New(t)
	p := b.Visit(t, c.base+"/connexion", browsertest.Options{})
	browsertest.Eval[string](p, `document.cookie = "parvis=`+agent+`; path=/"`)
	kit := "/organisation/editions/" + c.open.Slug
	a4, a3, across, a5 := browsertest.Sheet{Width: 210, Height: 297}, browsertest.Sheet{Width: 297, Height: 420}, browsertest.Sheet{Width: 297, Height: 210}, browsertest.Sheet{Width: 148, Height: 210}
	for _, one := range []struct {
		name, path string
		size       browsertest.Sheet
		most       int
	}{
		{"affiche-a4", kit + "/kit/depot-a4", a4, 1},
		{"affiche-a3", kit + "/kit/depot-a3", a3, 1},
		{"tract", kit + "/kit/depot-tract", across, 1},
		{"vote-a4", kit + "/kit/vote-a4", a4, 1},
		{"formulaire", kit + "/formulaire-papier", a4, 4},
		{"recu", "/accueil/depots/" + c.open.Slug + "/feuilles/" + typed.ID.String() + "/recu", a5, 1},
	} {
		for _, lang := range []string{"", "/en"} {
			p.As(browsertest.Options{Dark: true, Width: 360, Height: 740, Touch: true})
			p.Go(c.base + lang + one.path)
			if over := browsertest.Eval[int](p, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
				t.Errorf("%s%s is %d pixels too wide on a phone", lang, one.name, over)
			}
			p.Axe(t)
			if *shots != "" {
				p.Screenshot(filepath.Join(*shots, one.name+strings.ReplaceAll(lang, "/", "-")+"-phone-dark.png"))
			}
			p.As(browsertest.Options{})
			if *shots != "" {
				p.Screenshot(filepath.Join(*shots, one.name+strings.ReplaceAll(lang, "/", "-")+"-desk.png"))
			}
			paper := p.Print()
			if *shots != "" {
				if err := paper.Keep(filepath.Join(*shots, one.name+strings.ReplaceAll(lang, "/", "-")+".pdf")); err != nil {
					t.Fatal(err)
				}
			}
			if len(paper.Sheets) == 0 || len(paper.Sheets) > one.most || slices.ContainsFunc(paper.Sheets, func(s browsertest.Sheet) bool { return s != one.size }) {
				t.Errorf("%s%s comes out on %v, want at most %d of %v", lang, one.name, paper.Sheets, one.most, one.size)
			}
		}
	}
	for _, page := range []string{kit + "/kit", "/accueil", "/accueil/depots", "/accueil/depots/" + c.open.Slug, "/accueil/depots/" + c.open.Slug + "/feuilles", "/accueil/depots/" + c.open.Slug + "/feuilles/" + typed.ID.String() + "/en-ligne"} {
		p.As(browsertest.Options{Width: 360, Height: 740, Touch: true})
		p.Go(c.base + page)
		p.Axe(t)
		if *shots == "" {
			continue
		}
		name := strings.ReplaceAll(strings.Trim(strings.NewReplacer(c.open.Slug, "x", typed.ID.String(), "y").Replace(page), "/"), "/", "-")
		p.Screenshot(filepath.Join(*shots, name+"-phone.png"))
		p.As(browsertest.Options{Dark: true, Width: 1280, Height: 900})
		p.Screenshot(filepath.Join(*shots, name+"-desk-dark.png"))
	}

	// A long title takes the drawing's place, never the address's.
	if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE project SET title = ? WHERE platform = ? AND id = ?`, "Le budget participatif des habitantes et des habitants de la ville, de ses faubourgs et de ses hameaux, édition 2027", c.of.Key, c.open.ID)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, sheet := range []string{"depot-a4", "vote-a4", "vote-tract"} {
		p.As(browsertest.Options{})
		p.Go(c.base + kit + "/kit/" + sheet)
		if left := browsertest.Eval[float64](p, `document.querySelector(".poster-paper").getBoundingClientRect().bottom - document.querySelector(".without").getBoundingClientRect().bottom`); left < 0 {
			t.Errorf("%s: what stands under the address is %v pixels out of the paper", sheet, -left)
		}
		if *shots != "" {
			p.Screenshot(filepath.Join(*shots, "long-"+sheet+".png"))
		}
	}
}
