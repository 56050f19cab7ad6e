package basemap_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"image"
	"image/png"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"

	"github.com/parvis-civic/parvis/internal/basemap"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/geo"
)

// town is a frame of about four kilometres.
var town = geo.Frame{South: 48.10, West: -1.70, North: 48.14, East: -1.64}

// around is the town with what lies about it.
var around = geo.Frame{South: 48, West: -1.8, North: 48.24, East: -1.54}

func written(t *testing.T, low, high int, credit string, content func() []byte) []byte {
	t.Helper()
	file, err := basemap.Encode(around, low, high, credit, func(int, int, int) ([]byte, error) { return content(), nil })
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// streets is a vector tile with a river, a park, a house and streets.
func streets(t *testing.T) func() []byte {
	return func() []byte {
		layer := func(name string, properties map[string]any, g orb.Geometry) *mvt.Layer {
			f := geojson.NewFeature(g)
			f.Properties = properties
			return &mvt.Layer{Name: name, Version: 2, Extent: 4096, Features: []*geojson.Feature{f}}
		}
		square := func(from, to float64) orb.Polygon {
			return orb.Polygon{{{from, from}, {to, from}, {to, to}, {from, to}, {from, from}}}
		}
		content, err := mvt.MarshalGzipped(mvt.Layers{
			layer("earth", nil, square(0, 4096)),
			layer("water", map[string]any{"kind": "river"}, orb.LineString{{0, 100}, {4096, 900}}),
			layer("landuse", map[string]any{"kind": "park"}, square(1000, 2000)),
			layer("landuse", map[string]any{"kind": "<script>alert(1)</script>"}, square(1, 2)),
			layer("buildings", map[string]any{"kind": "building"}, square(2400, 2500)),
			layer("roads", map[string]any{"kind": "minor_road", "name": "Rue <b>des Lilas</b>"}, orb.LineString{{0, 0}, {4096, 4096}}),
			layer("places", map[string]any{"name": "Rennes"}, orb.Point{10, 10}),
		})
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
}

func kept(t *testing.T, d *db.DB, platform int64) (m basemap.Map) {
	t.Helper()
	if err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		m, err = basemap.Of(ctx, tx, platform)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return m
}

func tile(t *testing.T, d *db.DB, platform, version int64, z, x, y int) (content []byte, mime string, ok bool) {
	t.Helper()
	if err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		content, mime, ok, err = basemap.Tile(ctx, tx, platform, version, z, x, y)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return content, mime, ok
}

func TestAVectorFileBecomesDrawingsOfTheCityAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		file := written(t, 10, 14, `<a href="https://www.openstreetmap.org/copyright">&copy; contributeurs OpenStreetMap</a><script>x</script>`, streets(t))
		m, err := basemap.Import(t.Context(), d, 1, bytes.NewReader(file), int64(len(file)), town)
		if err != nil {
			t.Fatal(err)
		}
		if m.Credit != "© contributeurs OpenStreetMap" || !m.Drawn() || m.High != 14 || m.Low < 10 || m.Tiles == 0 || m != kept(t, d, 1) {
			t.Errorf("it is %+v, kept as %+v", m, kept(t, d, 1))
		}
		at := maptile.At(orb.Point{-1.67, 48.12}, 14)
		packed, mime, ok := tile(t, d, 1, m.Version, 14, int(at.X), int(at.Y))
		if !ok || mime != "image/svg+xml" {
			t.Fatalf("the middle of the town: %v, %s", ok, mime)
		}
		svg, err := basemap.Unpack(packed)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{`class="e"`, `class="r"`, `class="g" d="M250 250l250 0l0 250l-250 0l0 -250z"`, `class="b"`, `class="s" d="M0 0l1024 1024"`, `class="c"`, "prefers-color-scheme:dark"} {
			if !strings.Contains(string(svg), want) {
				t.Errorf("the drawing has no %s:\n%s", want, svg)
			}
		}
		for _, never := range []string{"script", "Rue", "Rennes"} {
			if strings.Contains(string(svg), never) {
				t.Errorf("the drawing has %q", never)
			}
		}
		far := maptile.At(orb.Point{town.East + 0.09, 48.12}, 14)
		if _, _, ok := tile(t, d, 1, m.Version, 14, int(far.X), int(far.Y)); ok {
			t.Error("what lies far outside is kept")
		}
		if _, _, ok := tile(t, d, 2, m.Version, 14, int(at.X), int(at.Y)); ok || !kept(t, d, 2).IsZero() {
			t.Error("another platform has it")
		}
	})
}

func TestPicturesAreKeptAsTheyAre(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var picture bytes.Buffer
		if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
			t.Fatal(err)
		}
		file, err := basemap.EncodePNG(func(int, int, int) ([]byte, error) { return picture.Bytes(), nil }, around, 12, 13)
		if err != nil {
			t.Fatal(err)
		}
		m, err := basemap.Import(t.Context(), d, 1, bytes.NewReader(file), int64(len(file)), town)
		if err != nil {
			t.Fatal(err)
		}
		at := maptile.At(orb.Point{-1.67, 48.12}, 13)
		content, mime, ok := tile(t, d, 1, m.Version, 13, int(at.X), int(at.Y))
		if !ok || mime != "image/png" || !bytes.Equal(content, picture.Bytes()) || m.Drawn() {
			t.Errorf("%d bytes of %q, %v, %+v", len(content), mime, ok, m)
		}
	})
}

func TestAnotherMapTakesThePlaceOfTheOneBeforeAndABadOneChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		file := written(t, 12, 13, "", streets(t))
		first, err := basemap.Import(t.Context(), d, 1, bytes.NewReader(file), int64(len(file)), town)
		if err != nil {
			t.Fatal(err)
		}
		elsewhere := geo.Frame{South: 10, West: 10, North: 10.1, East: 10.1}
		for key, bad := range map[string]struct {
			content []byte
			frame   geo.Frame
		}{"fault.basemap.elsewhere": {file, elsewhere}, "fault.basemap.broken": {file[:len(file)/2], town}} {
			_, err := basemap.Import(t.Context(), d, 1, bytes.NewReader(bad.content), int64(len(bad.content)), bad.frame)
			var f *fault.Error
			if !errors.As(err, &f) || f.Key != key {
				t.Errorf("a bad file answers %v, want %s", err, key)
			}
		}
		if kept(t, d, 1) != first {
			t.Errorf("after bad files it is %+v", kept(t, d, 1))
		}
		second, err := basemap.Import(t.Context(), d, 1, bytes.NewReader(file), int64(len(file)), geo.Frame{})
		if err != nil || second.Version <= first.Version {
			t.Fatalf("%+v, %v", second, err)
		}
		at := maptile.At(orb.Point{-1.67, 48.12}, 13)
		if _, _, ok := tile(t, d, 1, first.Version, 13, int(at.X), int(at.Y)); ok {
			t.Error("tiles of the first are still there")
		}
		if _, _, ok := tile(t, d, 1, second.Version, 13, int(at.X), int(at.Y)); !ok {
			t.Error("tiles of the second are not there")
		}
		if err := basemap.Remove(t.Context(), d, 1); err != nil || !kept(t, d, 1).IsZero() {
			t.Errorf("removed, it is %+v, %v", kept(t, d, 1), err)
		}
	})
}

func TestADamagedDrawingIsAnErrorNotACrash(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte{0x1a, 0xff, 0xff, 0x03, 0x0a})
	_ = z.Close()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		file := written(t, 12, 12, "", packed.Bytes)
		_, err := basemap.Import(t.Context(), d, 1, bytes.NewReader(file), int64(len(file)), town)
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("answers %v", err)
		}
	})
}
