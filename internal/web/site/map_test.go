package site_test

import (
	"context"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/demo/demotest"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/results"
	"github.com/parvis-civic/parvis/internal/web/site"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/internal/web/works"
)

// serveDemo gives the pages over a copy of demotest.OnDay.
func serveDemo(t testing.TB, d *db.DB) http.Handler {
	t.Helper()
	s := site.New(d, "http://localhost:8080")
	h, err := web.New(web.Options{Log: slog.New(slog.DiscardHandler), Platforms: s, Static: ui.NewStatic(), Routes: slices.Concat(s.Routes(), results.New(d).Routes(), works.New(d).Routes()), Others: map[string]http.Handler{
		"GET /media/{id}": s.Media(nil), "GET /media/{id}/{size}": s.Media(nil)}})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

const (
	lastYear = "/projets/budget-participatif-2025"
	thisYear = "/projets/budget-participatif-2026"
)

var cityScenarios = []scenario{
	{"the whole city", "localhost", thisYear + "/carte", 200, []string{"56 projets\u00a0: toute la ville", "Vieux-Pont", `class="mark many`, "zoom=1"}, []string{"map.", "web."}, 16},
	{"in English", "localhost", "/en" + thisYear + "/carte", 200, []string{"56 proposals: the whole city"}, []string{"projets"}, 16},
	{"closer", "localhost", thisYear + "/carte?centre=45.90000,-3.20000&zoom=2", 200, []string{"dans cette partie de la carte", "Toute la ville", "zoom=1", "zoom=3"}, nil, 16},
	{"as close as it gets", "localhost", thisYear + "/carte?centre=45.90000,-3.20000&zoom=99", 200, []string{"Plus loin"}, []string{"Plus près"}, 16},
	{"one district, with those that have no place", "localhost", thisYear + "/carte?district=les-halles", 200, []string{"Les Halles", "En liste", "propositions?district=les-halles"}, nil, 16},
	{"a district that is none", "localhost", thisYear + "/carte?district=ailleurs", 200, []string{"0 projet", "Aucun projet ici"}, nil, 16},
	{"a zoom that is none", "localhost", thisYear + "/carte?zoom=x&centre=1,1", 400, []string{"agrandissement"}, nil, 2},
	{"a centre that is none", "localhost", thisYear + "/carte?zoom=1&centre=nord", 400, []string{"latitude"}, nil, 2},
	{"a key that is none", "localhost", thisYear + "/carte?apres=x", 400, nil, nil, 2},
	{"the map of a project that is none", "localhost", "/projets/rien/carte", 404, nil, nil, 6},
	{"a project shows its city", "localhost", thisYear, 200, []string{"56 projets dans la ville", "/carte"}, nil, 14},
	{"a proposal shows its place", "localhost", lastYear + "/propositions/2", 301, nil, nil, 18},
	{"results with money on the map", "localhost", lastYear + "/resultats", 200, []string{"Le budget, quartier par quartier", "jusqu’à", "12 projets sont lauréats grâce au minimum", "Le même en tableau", "Résultats annoncés le"}, []string{"results.", "web."}, 25},
	{"results with numbers on the map", "localhost", lastYear + "/resultats?carte=nombre", 200, []string{"Les projets lauréats, quartier par quartier"}, nil, 25},
	{"results of a district", "localhost", lastYear + "/resultats/les-halles", 200, []string{"1 projet lauréat sur 5 projets", "Une salle de sieste à la médiathèque", "il en coûte", "Les autres quartiers"}, []string{"results."}, 20},
	{"of a district that is none", "localhost", lastYear + "/resultats/ailleurs", 404, nil, nil, 18},
	{"of a district before the count", "localhost", thisYear + "/resultats/les-halles", 404, nil, nil, 8},
	{"the board of works", "localhost", lastYear + "/realisations", 200, []string{"8 projets réalisés sur 24", "En retard", "abandonné", "prévu pour le", "Une canalisation"}, []string{"delivery.", "web."}, 18},
	{"the board in English", "localhost", "/en" + lastYear + "/realisations", 200, []string{"8 proposals built of 24"}, []string{"réalisés"}, 18},
	{"what is late alone", "localhost", lastYear + "/realisations?etat=late", 200, []string{"En retard · 2 projets"}, []string{"Remettre des poissons"}, 18},
	{"a state that is none", "localhost", lastYear + "/realisations?etat=perdu", 400, []string{"état des travaux"}, nil, 2},
	{"no works before winners", "localhost", thisYear + "/realisations", 404, nil, nil, 8},
	{"works in the rooms", "localhost", lastYear, 200, []string{"Les réalisations"}, nil, 15},
	{"no works in the rooms of a vote", "localhost", thisYear, 200, nil, []string{"Les réalisations"}, 15},
}

func TestTheCityOnEveryPage(t *testing.T) {
	demotest.OnDay.Each(t, func(t *testing.T, d *db.DB) {
		h := serveDemo(t, d)
		for _, c := range cityScenarios {
			w, n := get(t, h, c.host, c.path)
			body := w.Body.String()
			if w.Code != c.status {
				t.Errorf("%s: status %d, want %d\n%s", c.name, w.Code, c.status, words(body))
				continue
			}
			for _, say := range c.says {
				if !strings.Contains(body, say) {
					t.Errorf("%s: does not say %q", c.name, say)
				}
			}
			for _, not := range c.not {
				if strings.Contains(words(body), not) {
					t.Errorf("%s: says %q", c.name, not)
				}
			}
			if n > c.statements {
				t.Errorf("%s: %d statements, at most %d", c.name, n, c.statements)
			}
		}
	})
}

var (
	several   = regexp.MustCompile(`<g class="mark many[^>]*>.*?<text>(\d+)</text>`)
	alone     = regexp.MustCompile(`<g class="mark one`)
	listed    = regexp.MustCompile(`<li data-key="p-(\d+)"`)
	found     = regexp.MustCompile(`(\d+)[\s\x{a0}]projets?[\s\x{a0}\x{202f}]:`)
	placeless = regexp.MustCompile(`(\d+) projets? de cette liste n`)
	closer    = regexp.MustCompile(`href="(/projets/[^"]*/carte[^"]*zoom=\d+)" aria-label`)
	pageAfter = regexp.MustCompile(`href="([^"]*apres=[^"#]*)#liste"`)
)

// counted adds up the marks of a page: what stands alone and what is gathered.
func counted(t *testing.T, body string) (n int) {
	t.Helper()
	n = len(alone.FindAllString(body, -1))
	for _, m := range several.FindAllStringSubmatch(body, -1) {
		k, err := strconv.Atoi(m[1])
		if err != nil {
			t.Fatal(err)
		}
		n += k
	}
	return n
}

func TestTheListBesideTheMapEqualsTheMap(t *testing.T) {
	d := demotest.OnDay.Open(t, db.SQLite)
	h := serveDemo(t, d)
	looks := []string{thisYear + "/carte", thisYear + "/carte?district=les-halles", thisYear + "/carte?centre=45.89000,-3.21000&zoom=1", thisYear + "/carte?categorie=nature"}
	w, _ := get(t, h, "localhost", thisYear+"/carte")
	for _, m := range closer.FindAllStringSubmatch(w.Body.String(), -1) { // every closer look that the map offers
		looks = append(looks, strings.ReplaceAll(m[1], "&amp;", "&"))
	}
	if len(looks) < 8 {
		t.Fatalf("the map offers few closer looks: %v", looks)
	}
	for _, look := range looks {
		w, _ := get(t, h, "localhost", look)
		body := w.Body.String()
		m := found.FindStringSubmatch(body)
		if m == nil {
			t.Fatalf("%s: no heading", look)
		}
		total, _ := strconv.Atoi(m[1])
		without := 0
		if m := placeless.FindStringSubmatch(body); m != nil {
			without, _ = strconv.Atoi(m[1])
		}
		if drawn := counted(t, body); drawn != total-without {
			t.Errorf("%s: %d are drawn, the list has %d of which %d without a place", look, drawn, total, without)
		}
		seen := map[string]bool{}
		for pages := 0; ; pages++ {
			for _, m := range listed.FindAllStringSubmatch(body, -1) {
				if seen[m[1]] {
					t.Errorf("%s: proposal %s twice", look, m[1])
				}
				seen[m[1]] = true
			}
			next := pageAfter.FindStringSubmatch(body)
			if next == nil || pages > 5 {
				break
			}
			w, _ = get(t, h, "localhost", strings.ReplaceAll(next[1], "&amp;", "&"))
			body = w.Body.String()
		}
		if len(seen) != total {
			t.Errorf("%s: the list shows %d of %d", look, len(seen), total)
		}
	}
}

func TestACityWithoutOutlinesShowsItsPlaces(t *testing.T) {
	d := demotest.OnDay.Open(t, db.SQLite)
	h := serveDemo(t, d)
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE district SET outline = NULL WHERE platform = ?`, 1)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w, _ := get(t, h, "localhost", thisYear+"/carte")
	body := w.Body.String()
	if n := counted(t, body); n != 48 || strings.Contains(body, `class="area`) || !strings.Contains(body, "Vieux-Pont</text>") {
		t.Errorf("%d places are drawn, want 48, with names and no outlines", n)
	}
	for _, path := range []string{thisYear, lastYear + "/resultats", lastYear + "/resultats/les-halles", lastYear + "/realisations"} {
		if w, _ := get(t, h, "localhost", path); w.Code != 200 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestACityWithoutPlacesSaysSo(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	h := serve(t, d, "Poland_Gdynia_2020_Kamienna_Gora__large.pb")
	w, _ := get(t, h, "localhost", "/")
	slug := regexp.MustCompile(`href="(/projets/[^"/#]+)"`).FindStringSubmatch(w.Body.String())
	if slug == nil {
		t.Fatal("no project on the home page")
	}
	w, _ = get(t, h, "localhost", slug[1]+"/carte")
	if body := w.Body.String(); w.Code != 200 || strings.Contains(body, `class="city-map"`) == strings.Contains(body, "pas de lieu à montrer") {
		t.Errorf("status %d:\n%s", w.Code, words(body))
	}
}
