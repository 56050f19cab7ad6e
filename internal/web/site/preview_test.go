package site

import (
	"context"
	"errors"
	"flag"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/browsertest"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

var (
	shots = flag.String("shots", "", "write screenshots of every page to this folder")
	only  = flag.String("page", "", "only these pages, by name and comma")
)

type onePlatform ui.Platform

func (o onePlatform) ByHost(context.Context, string) (ui.Platform, bool, error) {
	return ui.Platform(o), true, nil
}

// preview serves every page with the fixture.
func preview(t testing.TB) string {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	c := toulouse(t)
	page := func(render func(r *http.Request, p ui.Page) web.View) web.Handler {
		return func(r *http.Request, p ui.Page) (web.View, error) { return render(r, p), nil }
	}
	h, err := web.New(web.Options{
		Log: slog.New(slog.DiscardHandler), Static: ui.NewStatic(),
		Platforms: onePlatform{Slug: "toulouse", Name: "Toulouse participe", Tagline: "Les habitants proposent, votent et suivent ce qui se construit.", Accent: "#b8452f",
			Languages: i18n.Langs, Zone: zone, Licence: "Licence Ouverte 2.0", LicenceURL: "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"},
		Routes: []web.Route{
			{Path: "/{$}", Handle: page(func(_ *http.Request, p ui.Page) web.View { return web.View{Page: Home(p, c.home())} })},
			{Path: "/vide", Handle: page(func(_ *http.Request, p ui.Page) web.View { return web.View{Page: Home(p, HomePage{})} })},
			{Path: "/plateformes", Handle: page(func(_ *http.Request, p ui.Page) web.View {
				return web.View{Page: Platforms(p, PlatformsPage{Platforms: []PlatformLink{{Name: p.Platform.Name, Tagline: p.Platform.Tagline, Href: "/", Projects: 3, Current: true}, {Name: "Cracovie", Href: "/", Projects: 1}}})}
			})},
			{Path: "/projets/{project}", Handle: page(func(_ *http.Request, p ui.Page) web.View { return web.View{Page: ProjectShow(p, c.show(p))} })},
			{Path: "/projets/{project}/propositions", Handle: page(func(r *http.Request, p ui.Page) web.View {
				return web.View{Page: Proposals(p, c.list(p, Filter{Search: r.FormValue("q"), Order: OrderRandom, Seed: "7", District: r.FormValue("district"), Theme: r.FormValue("categorie")}))}
			})},
			{Path: "/projets/{project}/propositions/{proposal}", Handle: page(func(r *http.Request, p ui.Page) web.View {
				at := 2
				if strings.HasPrefix(r.PathValue("proposal"), "9") {
					at = 150
				}
				return web.View{Page: ProposalShow(p, c.proposal(p, at))}
			})},
			{Path: "/projets/{project}/resultats", Handle: page(func(r *http.Request, p ui.Page) web.View {
				res := c.results(p)
				if r.PathValue("project") == "inconnu" {
					res.Counted, res.Notices.Official = false, OfficialUnknown
					for i := range res.Lines {
						res.Lines[i].Counted, res.Lines[i].Cut, res.Lines[i].Reason = false, nil, ""
					}
				}
				return web.View{Page: Results(p, res)}
			})},
			{Path: "/projets/{project}/reglement", Handle: page(func(_ *http.Request, p ui.Page) web.View { return web.View{Page: RulebookDocument(p, c.rulebook())} })},
			{Path: "/developer", Handle: page(func(_ *http.Request, p ui.Page) web.View {
				return web.View{Page: Developer(p), Policy: web.ExplorerPolicy}
			})},
			{Path: "/casse", Handle: func(*http.Request, ui.Page) (web.View, error) { return web.View{}, errors.New("the disk is full") }},
		},
		Others: map[string]http.Handler{"POST /graphql": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"errors":[{"message":"no schema in this preview"}]}`))
		})},
	})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// previewed are the pages, by the name of their screenshots.
var previewed = []struct{ name, path string }{
	{"home", "/"}, {"home-en", "/en"}, {"home-empty", "/vide"}, {"platforms", "/plateformes"},
	{"project", "/projets/toulouse-2022"}, {"proposals", "/projets/toulouse-2022/propositions"},
	{"proposals-filtered", "/projets/toulouse-2022/propositions?district=d15&categorie=nature+en+ville"},
	{"proposals-none", "/projets/toulouse-2022/propositions?q=licorne"},
	{"proposal", "/projets/toulouse-2022/propositions/1-projet"}, {"proposal-out", "/projets/toulouse-2022/propositions/9-projet"},
	{"results", "/projets/toulouse-2022/resultats"}, {"results-en", "/en/projets/toulouse-2022/resultats"}, {"results-totals", "/projets/inconnu/resultats"},
	{"rulebook", "/projets/toulouse-2022/reglement"}, {"not-found", "/rien"}, {"broken", "/casse"}, {"developer", "/developer"},
}

// TestPagesHoldInEveryBrowser visits every page on a phone and at a desk, in the light and in the dark: nothing that
// axe-core finds, nothing that the policy forbids, nothing wider than the screen, every word translated.
func TestPagesHoldInEveryBrowser(t *testing.T) {
	base := preview(t)
	b := browsertest.New(t)
	for _, page := range previewed {
		if *only != "" && !slices.Contains(strings.Split(*only, ","), page.name) {
			continue
		}
		t.Run(page.name, func(t *testing.T) {
			looks := []browsertest.Options{{Width: 320, Height: 740}, {Width: 1280, Height: 900, Dark: true}}
			if *shots != "" {
				looks = append(looks, browsertest.Options{Width: 360, Height: 740}, browsertest.Options{Width: 1280, Height: 900}, browsertest.Options{Width: 360, Height: 740, Dark: true})
			}
			for _, o := range looks {
				v := b.Visit(t, base+page.path, o)
				if wide := browsertest.Eval[int](v, "document.documentElement.scrollWidth"); wide > o.Width {
					t.Errorf("at %d px the page is %d px wide", o.Width, wide)
				}
				if page.name != "developer" { // the explorer is a library of others
					v.Axe(t)
				}
				if *shots != "" && o.Width != 320 {
					name := page.name + map[bool]string{false: "-light", true: "-dark"}[o.Dark] + map[int]string{360: "-phone", 1280: "-desk"}[o.Width] + ".png"
					v.Screenshot(filepath.Join(*shots, name))
				}
			}
		})
	}
	if missing := i18n.Missing(); len(missing) > 0 {
		t.Errorf("not translated: %v", missing)
	}
}
