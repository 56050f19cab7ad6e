package site_test

import (
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/bench"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
)

func TestACrowdedCityCountsByDistrictAndPlacesWhatOneLooksAtCloser(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		city := bench.Fill(t, d, 3000, 400) // three in four have a place
		h := serve(t, d)
		edition := "/projets/" + city.Slug
		for _, c := range []struct {
			path      string
			says, not string
		}{
			{edition + "/carte", "trop de projets ici", `class="mark many`},
			{edition, "3 000 projets dans la ville", `class="mark many`},
			{edition + "/carte?district=" + city.District, `class="mark many`, "trop de projets"},
			{edition + "/carte?centre=45.93000,-3.15000&zoom=2", `class="mark many`, "trop de projets"},
		} {
			w, _ := get(t, h, "localhost", c.path)
			body := strings.ReplaceAll(w.Body.String(), "\u202f", " ")
			if w.Code != 200 || !strings.Contains(body, c.says) || strings.Contains(body, c.not) {
				t.Errorf("%s: %d, does not say %q, or says %q", c.path, w.Code, c.says, c.not)
			}
			if n := strings.Count(body, `class="reach"`); n > 500 {
				t.Errorf("%s: %d marks", c.path, n)
			}
		}
	})
}
