package basemap

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"
	"pgregory.net/rapid"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/geo"
)

// The numbers are those of the format's own documentation and of its curve's first turns.
func TestTilesAreNumberedAlongTheCurve(t *testing.T) {
	for at, want := range map[[3]int]uint64{{0, 0, 0}: 0, {1, 0, 0}: 1, {1, 0, 1}: 2, {1, 1, 1}: 3, {1, 1, 0}: 4, {2, 0, 0}: 5, {2, 1, 0}: 6, {2, 1, 1}: 7, {2, 0, 1}: 8, {2, 0, 2}: 9,
		{2, 0, 3}: 10, {2, 1, 3}: 11, {12, 3423, 1763}: 19078479} {
		if got := tileNumber(at[0], at[1], at[2]); got != want {
			t.Errorf("tile %v has the number %d, want %d", at, got, want)
		}
	}
	seen := map[uint64]bool{}
	for x := range 32 {
		for y := range 32 {
			seen[tileNumber(5, x, y)] = true
		}
	}
	if len(seen) != 32*32 || !seen[341] || !seen[1364] {
		t.Errorf("the 1,024 tiles of zoom 5 have %d numbers", len(seen))
	}
}

func TestPlacesLieInTheTilesThatALibrarySays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := geo.Place{Latitude: rapid.Float64Range(-85, 85).Draw(t, "latitude"), Longitude: rapid.Float64Range(-179.9, 179.9).Draw(t, "longitude")}
		z := rapid.IntRange(0, 18).Draw(t, "zoom")
		want := maptile.At(orb.Point{p.Longitude, p.Latitude}, maptile.Zoom(z))
		if x, y := tileOf(p, z); x != int(want.X) || y != int(want.Y) {
			t.Fatalf("%v is in %d/%d/%d, the library says %v", p, z, x, y, want)
		}
	})
	if x, y := tileOf(geo.Place{Latitude: -90, Longitude: 180}, 3); x != 7 || y != 7 {
		t.Errorf("the end of the world is in 3/%d/%d", x, y)
	}
}

// The file was made by the format's own tool.
func TestAFileOfTheFormatsOwnToolIsRead(t *testing.T) {
	content, err := os.ReadFile("testdata/one-tile.pmtiles")
	if err != nil {
		t.Fatal(err)
	}
	a, err := open(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	if a.Kind != vector || a.Low != 0 || a.High != 0 {
		t.Errorf("it holds %+v", a.header)
	}
	raw, ok, err := a.tile(0, 0, 0)
	if err != nil || !ok || len(raw) == 0 {
		t.Fatalf("its tile: %d bytes, %v, %v", len(raw), ok, err)
	}
	if _, ok, err := a.tile(1, 1, 1); ok || err != nil {
		t.Errorf("a tile that it has not: %v, %v", ok, err)
	}
}

func TestWhatIsNoBaseMapSaysWhatToDo(t *testing.T) {
	good, err := os.ReadFile("testdata/one-tile.pmtiles")
	if err != nil {
		t.Fatal(err)
	}
	changed := func(change func(b []byte)) []byte {
		b := bytes.Clone(good)
		change(b)
		return b
	}
	for name, c := range map[string]struct {
		content []byte
		key     string
	}{
		"nothing":               {nil, "fault.basemap.not_one"},
		"another file":          {[]byte(strings.Repeat("{}", 200)), "fault.basemap.not_one"},
		"an older version":      {changed(func(b []byte) { b[7] = 2 }), "fault.basemap.version"},
		"tiles of no kind":      {changed(func(b []byte) { b[99] = 5 }), "fault.basemap.kind"},
		"a cut file":            {good[:200], "fault.basemap.broken"},
		"a header alone":        {good[:127], "fault.basemap.broken"},
		"metadata out of reach": {changed(func(b []byte) { b[31] = 0x7f }), "fault.basemap.broken"},
		"zooms upside down":     {changed(func(b []byte) { b[100] = 9 }), "fault.basemap.broken"},
		"packed with brotli":    {changed(func(b []byte) { b[97] = 3 }), "fault.basemap.packed"},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := open(bytes.NewReader(c.content), int64(len(c.content)))
			if err == nil {
				_, _, err = a.tile(0, 0, 0)
			}
			var f *fault.Error
			if !errors.As(err, &f) || f.Code != fault.Invalid || f.Key != c.key {
				t.Errorf("answers %v, want %s", err, c.key)
			}
		})
	}
}

// Whatever the bytes are, reading them ends with an answer.
func FuzzOpen(f *testing.F) {
	good, err := os.ReadFile("testdata/one-tile.pmtiles")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Fuzz(func(t *testing.T, content []byte) {
		a, err := open(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			return
		}
		for _, at := range [][3]int{{0, 0, 0}, {3, 4, 2}} {
			if raw, ok, err := a.tile(at[0], at[1], at[2]); ok && err == nil && a.Kind == vector {
				_, _ = draw(raw)
			}
		}
	})
}
