package site_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/bench"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/demo/demotest"
)

// BenchmarkPages gives the median time that the server takes for each page, without compression.
func BenchmarkPages(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		for _, proposals := range []int{2_000, 100_000} {
			b.Run(fmt.Sprintf("%s/%d", engine, proposals), func(b *testing.B) {
				d := dbtest.Open(b, engine)
				city := bench.Fill(b, d, proposals, 200_000)
				h := serve(b, d)
				list := "/projets/" + city.Slug + "/propositions"
				for _, page := range []struct{ name, path string }{
					{"home", "/"},
					{"project", "/projets/" + city.Slug},
					{"list", list},
					{"list-random", list + "?tri=hasard&graine=12345"},
					{"list-cost", list + "?tri=cout"},
					{"list-deep", list + "?tri=cout&apres=10000000.500"},
					{"list-district", list + "?district=" + city.District},
					{"list-rare", list + "?categorie=" + city.Rare},
					{"list-two", list + "?district=" + city.District + "&categorie=categorie-1"},
					{"search", list + "?q=" + city.Word},
					{"search-common", list + "?q=planter"},
					{"search-typo", list + "?q=" + city.Word[:2] + city.Word[3:] + "+plantre"},
					{"search-district", list + "?q=eclairer&district=" + city.District},
					{"proposal", list + "/17-planter-reparer-eclairer"},
					{"results", "/projets/" + city.Slug + "/resultats"},
					{"map", "/projets/" + city.Slug + "/carte"},
					{"map-district", "/projets/" + city.Slug + "/carte?district=" + city.District},
					{"map-near", "/projets/" + city.Slug + "/carte?centre=45.93000,-3.15000&zoom=4"},
					{"rulebook", "/projets/" + city.Slug + "/reglement"},
				} {
					b.Run(page.name, func(b *testing.B) { median(b, h, page.path) })
				}
			})
		}
	}
}

// BenchmarkDemo gives the same for the pages of the city that `parvis demo` makes.
func BenchmarkDemo(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(string(engine), func(b *testing.B) {
			h := serveDemo(b, demotest.OnDay.Open(b, engine))
			for _, page := range []struct{ name, path string }{
				{"home", "/"},
				{"project", thisYear},
				{"list", thisYear + "/propositions"},
				{"map", thisYear + "/carte"},
				{"proposal", lastYear + "/propositions/7-un-skatepark-en-beton-dessine-par-celles-et-ceux-qui"},
				{"results", lastYear + "/resultats"},
				{"results-district", lastYear + "/resultats/les-halles"},
				{"delivery", lastYear + "/realisations"},
				{"rulebook", thisYear + "/reglement"},
				{"wall", thisYear + "/mur"},
			} {
				b.Run(page.name, func(b *testing.B) { median(b, h, page.path) })
			}
		})
	}
}

func median(b *testing.B, h http.Handler, path string) {
	var took []time.Duration
	for b.Loop() {
		w := httptest.NewRecorder()
		start := time.Now()
		h.ServeHTTP(w, httptest.NewRequestWithContext(b.Context(), http.MethodGet, "http://localhost"+path, nil))
		took = append(took, time.Since(start))
		if w.Code != http.StatusOK {
			b.Fatalf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "median-ms")
}
