package geo_test

import (
	"math"
	"testing"

	"github.com/parvis-civic/parvis/internal/geo"
)

// square is one degree wide, with a hole in its middle, and an island to its east.
const square = `{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,1],[0,0]],[[0.4,0.4],[0.6,0.4],[0.6,0.6],[0.4,0.6],[0.4,0.4]]],[[[2,0],[3,0],[3,1],[2,0]]]]}`

func TestAPlaceIsInsideOrOutside(t *testing.T) {
	o, err := geo.ParseOutline(square)
	if err != nil {
		t.Fatal(err)
	}
	for at, inside := range map[geo.Place]bool{
		{Latitude: 0.2, Longitude: 0.2}: true, {Latitude: 0.5, Longitude: 0.5}: false, {Latitude: 0.5, Longitude: 0.7}: true,
		{Latitude: 0.5, Longitude: 1.5}: false, {Latitude: 0.2, Longitude: 2.8}: true, {Latitude: 0.9, Longitude: 2.1}: false, {Latitude: -1, Longitude: 0.5}: false,
	} {
		if o.Contains(at) != inside {
			t.Errorf("%v: inside is %v", at, !inside)
		}
	}
}

func TestTheDistanceToTheBorderIsInMetres(t *testing.T) {
	o, err := geo.ParseOutline(square)
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[geo.Place]float64{
		{Latitude: 0.001, Longitude: 0.2}: 111.2, {Latitude: -0.001, Longitude: 0.2}: 111.2, {Latitude: 0.5, Longitude: 1.01}: 1112, {Latitude: 1, Longitude: 0.5}: 0,
	} {
		if got := o.Distance(at); math.Abs(got-want) > want/500 {
			t.Errorf("%v is %.1f m from the border, want %.1f", at, got, want)
		}
	}
	if d := (geo.Outline{}).Distance(geo.Place{}); !math.IsInf(d, 1) {
		t.Errorf("nothing is %v m away", d)
	}
}

func TestAnOutlineThatIsNoneIsRefused(t *testing.T) {
	for _, text := range []string{``, `{}`, `{"type":"Point","coordinates":[0,0]}`, `{"type":"Polygon","coordinates":[[[0]]]}`, `{"type":"Polygon","coordinates":7}`} {
		if _, err := geo.ParseOutline(text); err == nil {
			t.Errorf("%s is read", text)
		}
	}
}
