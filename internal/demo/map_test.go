package demo_test

import (
	"encoding/json"
	"testing"

	"github.com/parvis-civic/parvis/internal/ids"
)

type ring [][2]float64

func parseOutline(t *testing.T, text string) ring {
	t.Helper()
	var g struct {
		Type        string
		Coordinates [][]ring
	}
	if err := json.Unmarshal([]byte(text), &g); err != nil || g.Type != "MultiPolygon" || len(g.Coordinates) != 1 || len(g.Coordinates[0]) != 1 {
		t.Fatalf("not one polygon (%v): %.80s", err, text)
	}
	return g.Coordinates[0][0]
}

// holds says whether a point is inside (even-odd rule).
func (r ring) holds(x, y float64) bool {
	in := false
	for i := 1; i < len(r); i++ {
		a, b := r[i-1], r[i]
		if (a[1] > y) != (b[1] > y) && x < a[0]+(y-a[1])/(b[1]-a[1])*(b[0]-a[0]) {
			in = !in
		}
	}
	return in
}

func (r ring) area() (a float64) {
	for i := 1; i < len(r); i++ {
		a += (r[i-1][0]*r[i][1] - r[i][0]*r[i-1][1]) / 2
	}
	return a
}

func eachPlaceIsInItsDistrictAlone(t *testing.T, s shown) {
	t.Helper()
	rings := map[ids.ID]ring{}
	for _, district := range s.districts {
		r := parseOutline(t, district.Outline)
		if len(r) < 12 || r[0] != r[len(r)-1] || r.area() <= 0 {
			t.Errorf("%s: %d points, area %g: want a closed, counter-clockwise outline", district.Name, len(r), r.area())
		}
		rings[district.ID] = r
	}
	placed := 0
	for _, e := range s.editions {
		for _, l := range e.listed {
			if l.District.IsZero() != (l.Place == nil) || l.District.IsZero() != (l.Address == "") {
				t.Errorf("%q: district %v, place %v, address %q", l.Title, l.District, l.Place, l.Address)
			}
			if l.Place == nil {
				continue
			}
			placed++
			for id, r := range rings {
				if r.holds(l.Place.Longitude, l.Place.Latitude) != (id == l.District) {
					t.Errorf("%q at %v: in or out of the wrong district", l.Title, *l.Place)
				}
			}
		}
	}
	if placed < 100 {
		t.Errorf("only %d proposals have a place", placed)
	}
}

// Neighbours share their border: each side of an outline that no other district has is on the river or the city's edge.
func neighboursShareTheirBorder(t *testing.T, s shown) {
	t.Helper()
	sides := map[[2][2]float64]int{}
	all := 0
	for _, district := range s.districts {
		r := parseOutline(t, district.Outline)
		for i := 1; i < len(r); i++ {
			a, b := r[i-1], r[i]
			if b[0] < a[0] || b[0] == a[0] && b[1] < a[1] {
				a, b = b, a
			}
			sides[[2][2]float64{a, b}]++
			all++
		}
	}
	shared := 0
	for side, n := range sides {
		if n > 2 {
			t.Errorf("%v is a side of %d districts", side, n)
		}
		if n == 2 {
			shared++
		}
	}
	if shared*5 < all {
		t.Errorf("%d of %d sides are shared", shared, all)
	}
}
