package site_test

import (
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/demo/demotest"
	"github.com/parvis-civic/parvis/internal/graph"
	"github.com/parvis-civic/parvis/internal/live"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/transfer"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/articles"
	webbasemap "github.com/parvis-civic/parvis/internal/web/basemap"
	explorerpage "github.com/parvis-civic/parvis/internal/web/explorer"
	"github.com/parvis-civic/parvis/internal/web/results"
	"github.com/parvis-civic/parvis/internal/web/site"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/internal/web/vote"
	"github.com/parvis-civic/parvis/internal/web/works"
)

var (
	shots = flag.String("shots", "", "write screenshots of every page to this folder")
	only  = flag.String("only", "", "visit only the pages whose name contains this")
)

// TestJourneys walks through one city that does not exist, three elections that did and a platform without anything, all
// served as visitors get them.
func TestJourneys(t *testing.T) {
	c := settle(t)
	t.Run("every page", func(t *testing.T) { everyPage(t, c) })
	t.Run("by keyboard", func(t *testing.T) { byKeyboard(t, c) })
	t.Run("without fetching", func(t *testing.T) { withoutBrowser(t, c) })
	if *shots != "" {
		t.Run("screenshots", func(t *testing.T) { screenshots(t, c) })
	}
}

// country is a server with platforms on it.
type country struct {
	port   string
	routes []web.Route

	past      string // the demonstration's edition whose winners are known
	vote      string // the one where people vote
	district  string // one with a page of its own in the past edition
	uncounted string // an election whose rule is not counted yet
}

// The platforms, by the host names they answer at.
const (
	city      = "localhost"
	empty     = "vide.localhost"
	replay    = "toulouse.localhost"
	uncounted = "wieliczka.localhost"
)

func (c *country) url(host, path string) string { return "http://" + host + ":" + c.port + path }

// settle makes the platforms and serves them, in SQLite: what a page shows is the same on both engines, which the scenarios
// of the other tests see to.
func settle(t *testing.T) *country {
	t.Helper()
	d := demotest.Today.Open(t, db.SQLite)
	for _, name := range []string{"France_Toulouse_2022.pb", "Poland_Gdynia_2020_Kamienna_Gora__large.pb", "Poland_Wieliczka_2023_Green_Budget.pb"} {
		f := transfer.File{Name: name, Open: func() (io.ReadCloser, error) { return os.Open(elections + name) }}
		if _, err := transfer.NewService(d).Import(t.Context(), f, transfer.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: "vide", Name: "Saint-Loin-les-Bois"}); err != nil {
		t.Fatal(err)
	}
	c := &country{}
	c.serve(t, d)
	for into, find := range map[*string]struct{ host, path, link string }{
		&c.past:      {city, "/sitemap.xml", `/projets/([^/<]+)/resultats<`},
		&c.uncounted: {uncounted, "/sitemap.xml", `/projets/([^/<]+)/resultats<`},
		&c.vote:      {city, "/", `<a class="button" href="/projets/([^"/]+)/vote"`},
	} {
		m := regexp.MustCompile(find.link).FindStringSubmatch(c.get(t, find.host, find.path))
		if m == nil {
			t.Fatalf("%s%s has no %s", find.host, find.path, find.link)
		}
		*into = m[1]
	}
	m := regexp.MustCompile(`/resultats/([^"/?]+)"`).FindStringSubmatch(c.get(t, city, "/projets/"+c.past+"/resultats"))
	if m == nil {
		t.Fatal("the results lead to no district")
	}
	c.district = m[1]
	return c
}

func (c *country) serve(t *testing.T, d *db.DB) {
	s := httptest.NewUnstartedServer(nil)
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c.port = port
	quiet := slog.New(slog.DiscardHandler)
	pages := site.New(d, "http://localhost:"+port)
	api, err := graph.New(graph.Options{DB: d, Log: quiet, Local: "http://localhost:" + port})
	if err != nil {
		t.Fatal(err)
	}
	c.routes = slices.Concat(pages.Routes(), results.New(d).Routes(), works.New(d).Routes(), articles.New(d, "http://localhost:"+port).Routes(), explorerpage.Routes())
	broken := web.Route{Path: "/casse", Need: access.Visit, Handle: func(*web.Request, ui.Page) (web.View, error) { return web.View{}, errors.New("the disk is full") }}
	hub := live.New(d, quiet)
	hub.Start(context.WithoutCancel(t.Context()))
	s.Config.Handler, err = web.New(web.Options{Log: quiet, Platforms: pages, Static: ui.NewStatic(), Routes: slices.Concat(c.routes, []web.Route{broken}, vote.New(d, ballot.NewService(d)).Routes()),
		Others: map[string]http.Handler{"/graphql": api, webbasemap.Pattern: webbasemap.Handler(d), "GET /media/{id}": pages.Media(nil), "GET /media/{id}/{size}": pages.Media(nil),
			"GET /projets/{project}/mur/flux": pages.WallStream(hub), "GET /robots.txt": http.HandlerFunc(pages.Robots), "GET /sitemap.xml": http.HandlerFunc(pages.SiteMap)},
		AnyOrigin: []string{"/graphql"}})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() {
		if err := hub.Stop(context.Background()); err != nil {
			t.Error(err)
		}
		s.Close()
	})
}

// fetch asks for a page without a browser. Go does not know the names under localhost, so the name goes into the header.
func (c *country) fetch(t *testing.T, host, path string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.url("127.0.0.1", path), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = net.JoinHostPort(host, c.port)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(b)
}

func (c *country) get(t *testing.T, host, path string) string {
	t.Helper()
	_, body := c.fetch(t, host, path)
	return body
}

// stop is one page of the journeys.
type stop struct {
	name, host, path string
	status           int // 0 is 200
}

// english gives the same page in English.
func (s stop) english() stop {
	s.name, s.path = s.name+"-en", strings.TrimSuffix("/en"+s.path, "/")
	return s
}

// stops are the pages, in each state that they can be in.
func (c *country) stops() []stop {
	past, vote := "/projets/"+c.past, "/projets/"+c.vote
	all := []stop{
		{name: "accueil", host: city, path: "/"},
		{name: "accueil-vide", host: empty, path: "/"},
		{name: "accueil-reprise", host: replay, path: "/"},
		{name: "plateformes", host: city, path: "/plateformes"},
		{name: "actualites", host: city, path: "/actualites"},
		{name: "actualites-vide", host: empty, path: "/actualites"},
		{name: "actualite", host: city, path: "/actualites/suivez-les-chantiers-pas-a-pas"},
		{name: "page", host: city, path: "/pages/questions-frequentes"},
		{name: "page-document", host: city, path: "/pages/le-budget-participatif-en-bref"},
		{name: "document-introuvable", host: empty, path: "/documents/rien", status: 404},
		{name: "developer", host: city, path: "/developer"},
		{name: "donnees", host: city, path: "/donnees"},
		{name: "donnees-reprise", host: replay, path: "/donnees"},
		{name: "donnees-vide", host: empty, path: "/donnees"},
		{name: "mentions", host: city, path: "/mentions-legales"},
		{name: "mentions-modele", host: empty, path: "/mentions-legales"},
		{name: "mentions-reprise", host: replay, path: "/mentions-legales"},
		{name: "confidentialite", host: city, path: "/confidentialite"},
		{name: "confidentialite-modele", host: empty, path: "/confidentialite"},
		{name: "accessibilite", host: city, path: "/accessibilite"},
		{name: "accessibilite-modele", host: empty, path: "/accessibilite"},
		{name: "contact", host: empty, path: "/contact"},
		{name: "contact-reprise", host: replay, path: "/contact"},
		{name: "projet-vote", host: city, path: vote},
		{name: "projet-resultats", host: city, path: past},
		{name: "projet-reprise", host: replay, path: bp},
		{name: "liste", host: city, path: vote + "/propositions?tri=hasard&graine=7"},
		{name: "liste-filtree", host: replay, path: bp + "/propositions?district=6-saint-cyprien&categorie=nature-en-ville"},
		{name: "liste-cherchee", host: replay, path: bp + "/propositions?q=pepiniere"},
		{name: "liste-aucun", host: city, path: vote + "/propositions?q=licorne"},
		{name: "proposition-vote", host: city, path: vote + "/propositions/1"},
		{name: "proposition-resultat", host: city, path: past + "/propositions/1"},
		{name: "proposition-reprise", host: replay, path: bp + "/propositions/114-piste-cyclable-avenue-saint-exupery"},
		{name: "resultats", host: city, path: past + "/resultats"},
		{name: "resultats-reprise", host: replay, path: bp + "/resultats"},
		{name: "resultats-sans-regle", host: uncounted, path: "/projets/" + c.uncounted + "/resultats"},
		{name: "resultats-quartier", host: city, path: past + "/resultats/" + c.district},
		{name: "resultats-quartier-inconnu", host: city, path: past + "/resultats/ailleurs", status: 404},
		{name: "resultats-fichier-inconnu", host: city, path: past + "/resultats/fichiers/rien.csv", status: 404},
		{name: "presse", host: city, path: past + "/presse"},
		{name: "presse-trop-tot", host: city, path: vote + "/presse", status: 404},
		{name: "presse-carte-trop-tot", host: city, path: vote + "/presse/carte.svg", status: 404},
		{name: "carte", host: city, path: vote + "/carte"},
		{name: "carte-filtree", host: city, path: past + "/carte?q=jardin"},
		{name: "carte-aucun", host: city, path: vote + "/carte?q=licorne"},
		{name: "carte-reprise", host: replay, path: bp + "/carte"},
		{name: "realisations", host: city, path: past + "/realisations"},
		{name: "realisations-faites", host: city, path: past + "/realisations?etat=built"},
		{name: "realisations-toutes", host: city, path: "/realisations"},
		{name: "realisations-aucune", host: empty, path: "/realisations"},
		{name: "realisations-bilan", host: city, path: "/realisations/bilan/" + strconv.Itoa(time.Now().Year())},
		{name: "realisations-avant", host: city, path: "/realisations/avant/budget-participatif-2019/1"},
		{name: "reglement", host: city, path: vote + "/reglement"},
		{name: "mur", host: city, path: vote + "/mur"},
		{name: "mur-depots", host: city, path: vote + "/mur?voir=depots"},
		{name: "introuvable", host: city, path: "/rien", status: 404},
		{name: "projet-introuvable", host: empty, path: bp, status: 404},
		{name: "panne", host: city, path: "/casse", status: 500},
	}
	if *only == "" {
		return all
	}
	return slices.DeleteFunc(all, func(s stop) bool { return !strings.Contains(s.name, *only) })
}
