package citymap

import (
	"github.com/parvis-civic/parvis/internal/geo"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

const square = `{"type":"Polygon","coordinates":[[[2,48],[2.1,48],[2.1,48.1],[2,48.1],[2,48]]]}`

func TestOutlinesAreReadAndBadOnesSayWhy(t *testing.T) {
	o, err := geo.ParseOutline(square)
	if err != nil || len(o) != 1 || len(o[0]) != 5 || o[0][1] != (Place{Latitude: 48, Longitude: 2.1}) {
		t.Fatalf("a square: %v, %v", o, err)
	}
	two, err := geo.ParseOutline(`{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[[[5,5,12],[6,5,12],[6,6,12],[5,5,12]]]]}`)
	if err != nil || len(two) != 2 || two.Frame() != (Frame{South: 0, West: 0, North: 6, East: 6}) {
		t.Fatalf("two parts, one with altitudes: %v, %v", two, err)
	}
	for _, bad := range []string{"", "{", `{"type":"Point","coordinates":[1,2]}`, `{"type":"Polygon","coordinates":[[[1]]]}`, `{"type":"Polygon","coordinates":[1]}`} {
		if o, err := geo.ParseOutline(bad); err == nil {
			t.Errorf("%q is read as %v", bad, o)
		}
	}
}

func TestTheProjectionKeepsShapesAndShowsTheWholeFrame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		south, west := rapid.Float64Range(-70, 70).Draw(t, "south"), rapid.Float64Range(-179, 178).Draw(t, "west")
		f := Frame{South: south, West: west, North: south + rapid.Float64Range(0, 0.5).Draw(t, "tall"), East: west + rapid.Float64Range(0, 0.5).Draw(t, "wide")}
		v := Fit(f)
		for _, corner := range []Place{{Latitude: f.South, Longitude: f.West}, {Latitude: f.North, Longitude: f.East}, f.Middle()} {
			p := v.Point(corner)
			if p.X < margin-0.01 || p.X > Width-margin+0.01 || p.Y < margin-0.01 || p.Y > v.Height-margin+0.01 {
				t.Fatalf("%v is drawn at %v, outside the margin of a drawing %v tall", corner, p, v.Height)
			}
		}
		// A degree of longitude is as much shorter than one of latitude as on the ground.
		latitude, longitude := v.Degrees(1)
		if ratio := latitude / longitude; math.Abs(ratio-math.Cos(f.Middle().Latitude*math.Pi/180)) > 1e-9 {
			t.Fatalf("the drawing stretches: %v", ratio)
		}
	})
}

func TestZoomingStaysInsideTheCity(t *testing.T) {
	whole := Fit(Frame{South: 48, West: 2, North: 48.1, East: 2.1})
	rapid.Check(t, func(t *rapid.T) {
		mid := Place{Latitude: rapid.Float64Range(40, 50).Draw(t, "latitude"), Longitude: rapid.Float64Range(0, 5).Draw(t, "longitude")}
		zoom := rapid.IntRange(-1, MaxZoom+3).Draw(t, "zoom")
		v := whole.Zoom(mid, zoom)
		const hair = 1e-9
		if v.Frame.South < whole.Frame.South-hair || v.Frame.West < whole.Frame.West-hair || v.Frame.North > whole.Frame.North+hair || v.Frame.East > whole.Frame.East+hair {
			t.Fatalf("%v leaves %v", v.Frame, whole.Frame)
		}
		want := (whole.Frame.North - whole.Frame.South) / math.Exp2(float64(min(max(zoom, 0), MaxZoom)))
		if got := v.Frame.North - v.Frame.South; math.Abs(got-want) > hair {
			t.Fatalf("zoom %d shows %v degrees, want %v", zoom, got, want)
		}
	})
}

func TestEverySpotIsInOneMarkAndThereAreNotTooMany(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed, n := rapid.Uint64().Draw(t, "seed"), rapid.IntRange(0, 4000).Draw(t, "n")
		spread := rapid.Float64Range(0, 3000).Draw(t, "spread")
		r := rand.New(rand.NewPCG(seed, 1))
		spots := make([]Spot, n)
		sum := 0
		for i := range spots {
			spots[i] = Spot{Point{r.Float64() * spread, r.Float64() * spread}, 1 + r.IntN(5)}
			sum += spots[i].Count
		}
		marks := Gather(spots, 20)
		if len(marks) > MaxMarks {
			t.Fatalf("%d marks", len(marks))
		}
		seen, counted := make([]int, n), 0
		for _, m := range marks {
			counted += m.Count
			for _, i := range m.Spots {
				seen[i]++
			}
		}
		if counted != sum || slices.ContainsFunc(seen, func(k int) bool { return k != 1 }) {
			t.Fatalf("%d spots for %d became %d marks for %d, seen %v", n, sum, len(marks), counted, seen)
		}
	})
}

func TestMarksDoNotDependOnTheOrderOfSpots(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	spots := make([]Spot, 300)
	for i := range spots {
		spots[i] = Spot{Point{r.Float64() * 800, r.Float64() * 800}, 1 + r.IntN(3)}
	}
	points := func(marks []Mark) (all []Spot) {
		for _, m := range marks {
			all = append(all, Spot{Point{math.Round(m.X * 1e6), math.Round(m.Y * 1e6)}, m.Count})
		}
		return all
	}
	want := points(Gather(spots, 40))
	for range 5 {
		r.Shuffle(len(spots), func(i, j int) { spots[i], spots[j] = spots[j], spots[i] })
		if got := points(Gather(spots, 40)); !reflect.DeepEqual(got, want) {
			t.Fatal("other marks in another order")
		}
	}
}

func TestNamesNeverOverlapNorLeaveTheDrawing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := Fit(Frame{South: 48, West: 2, North: 48.1, East: 2.1})
		n := rapid.IntRange(1, 40).Draw(t, "n")
		size := rapid.Float64Range(10, 40).Draw(t, "size")
		named := make([]Named, n)
		for i := range named {
			named[i].Lines = Wrap(rapid.SampledFrom([]string{"Vieux-Pont", "Les Trois-Moulins", "La Ruche", "Hauts-de-Sorane"}).Draw(t, "name"), 10)
			south, west := 48+rapid.Float64Range(0, 0.08).Draw(t, "south"), 2+rapid.Float64Range(0, 0.08).Draw(t, "west")
			if rapid.Bool().Draw(t, "outlined") {
				corner := func(up, right float64) Place { return Place{Latitude: south + up, Longitude: west + right} }
				named[i].Outline = Outline{{corner(0, 0), corner(0, 0.02), corner(0.02, 0.02), corner(0.02, 0), corner(0, 0)}}
			} else {
				named[i].At = v.Point(Place{Latitude: south, Longitude: west})
			}
		}
		names := v.Names(named, []Mark{{Point: Point{500, 400}, Count: 1}}, Lettering{size, 20})[0]
		boxes := make([]box, len(names))
		for i, name := range names {
			half, tall := textWidth(name.Lines, size)/2, float64(len(name.Lines))*size*Leading
			boxes[i] = box{name.X - half, name.Y - size*0.88, name.X + half, name.Y - size*0.88 + tall}
			if boxes[i].left < 0 || boxes[i].right > Width || boxes[i].top < 0 || boxes[i].bottom > v.Height {
				t.Fatalf("%q leaves the drawing: %v", name.Lines, boxes[i])
			}
			for j := range i {
				if boxes[i].overlap(boxes[j]) > 0.01 {
					t.Fatalf("%q covers %q", name.Lines, names[j].Lines)
				}
			}
		}
	})
}

func TestANameStandsInItsDistrictBesideItsMarks(t *testing.T) {
	o, err := geo.ParseOutline(square)
	if err != nil {
		t.Fatal(err)
	}
	v := Fit(o.Frame())
	middle := v.Point(o.Frame().Middle())
	names := v.Names([]Named{{Outline: o, Lines: []string{"Carré"}}}, []Mark{{Point: middle, Count: 3}}, Lettering{20, 30})[0]
	if len(names) != 1 || roomAt(v.rings(o, 1), names[0].Point) == 0 {
		t.Fatalf("the name stands outside: %v", names)
	}
	if math.Abs(names[0].Y-middle.Y) < 30 && math.Abs(names[0].X-middle.X) < 40 {
		t.Errorf("the name covers the mark: %v", names[0])
	}
}

func TestLongNamesBreakWhereTheyMay(t *testing.T) {
	for name, want := range map[string][]string{
		"Les Trois-Moulins": {"Les Trois-", "Moulins"}, "La Ruche": {"La Ruche"}, "Hauts-de-Sorane": {"Hauts-de-", "Sorane"}, "Saint-Évrard": {"Saint-", "Évrard"}, "Incassablement": {"Incassablement"},
	} {
		if got := Wrap(name, 10); !reflect.DeepEqual(got, want) {
			t.Errorf("%q breaks into %q, want %q", name, got, want)
		}
	}
}

// BenchmarkNames places the names of a city of 16 districts with 100 points each, twice, as a page does.
func BenchmarkNames(b *testing.B) {
	var named []Named
	for i := range 16 {
		south, west := 48+float64(i/4)*0.025, 2+float64(i%4)*0.025
		ring := make([]Place, 101)
		for j := range ring {
			turn := 2 * math.Pi * float64(j%100) / 100
			ring[j] = Place{Latitude: south + 0.0125 + 0.012*math.Sin(turn), Longitude: west + 0.0125 + 0.012*math.Cos(turn)}
		}
		named = append(named, Named{Outline: Outline{ring}, Lines: []string{"Hauts-de-", "Sorane"}})
	}
	v := Fit(Frame{South: 48, West: 2, North: 48.1, East: 2.1})
	for b.Loop() {
		v.Names(named, nil, Lettering{21, 30}, Lettering{36, 39})
	}
}

func TestTilesCoverTheViewAndTouchEachOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		south, west := rapid.Float64Range(-60, 60).Draw(t, "south"), rapid.Float64Range(-170, 170).Draw(t, "west")
		f := Frame{South: south, West: west, North: south + rapid.Float64Range(0.001, 0.3).Draw(t, "tall"), East: west + rapid.Float64Range(0.001, 0.3).Draw(t, "wide")}
		v := Fit(f)
		v = v.Zoom(f.Middle(), rapid.IntRange(0, MaxZoom).Draw(t, "zoom"))
		tiles := v.Tiles(0, 30)
		if len(tiles) == 0 || len(tiles) > MaxTiles {
			t.Fatalf("%d tiles", len(tiles))
		}
		covered := 0.0
		for _, a := range tiles {
			if a.Wide < tileWidth/1.5 || a.Wide > tileWidth*1.5 {
				t.Fatalf("a tile is %v wide", a.Wide)
			}
			covered += max(min(a.Point.X+a.Wide, Width)-max(a.Point.X, 0), 0) * max(min(a.Point.Y+a.Tall, v.Height)-max(a.Point.Y, 0), 0)
		}
		if math.Abs(covered-Width*v.Height) > 1 {
			t.Fatalf("%v of %v are covered by %d tiles", covered, Width*v.Height, len(tiles))
		}
	})
}

func TestTilesAreOfTheZoomsThatThereAre(t *testing.T) {
	v := Fit(Frame{South: 48.1, West: -1.7, North: 48.14, East: -1.64})
	for _, tile := range v.Tiles(10, 11) {
		if tile.Z != 11 {
			t.Errorf("zoom %d, want 11, the closest", tile.Z)
		}
	}
	if tiles := v.Tiles(18, 18); tiles != nil {
		t.Errorf("%d tiles of a zoom that is far too close", len(tiles))
	}
}
