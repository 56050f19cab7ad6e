package basemap_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/basemap"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/geo"
	"github.com/parvis-civic/parvis/internal/platform"
	webbasemap "github.com/parvis-civic/parvis/internal/web/basemap"
	"github.com/parvis-civic/parvis/internal/web/citymap"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

var town = geo.Frame{South: 48.10, West: -1.70, North: 48.14, East: -1.64}

// twoCities makes two platforms of which the first has a base map.
func twoCities(t *testing.T, d *db.DB) (m basemap.Map, h http.Handler) {
	t.Helper()
	var first int64
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		for _, slug := range []string{"rennes", "nantes"} {
			p, err := platform.Create(ctx, tx, platform.New{Slug: slug, Name: slug, Kind: platform.City, Zone: "Europe/Paris", Licence: platform.Etalab})
			if err != nil {
				return err
			}
			if first == 0 {
				first = p.Key
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var empty bytes.Buffer // a vector tile without layers
	if err := gzip.NewWriter(&empty).Close(); err != nil {
		t.Fatal(err)
	}
	file, err := basemap.Encode(town, 12, 13, "La ville <b>de Rennes</b>", func(int, int, int) ([]byte, error) { return empty.Bytes(), nil })
	if err != nil {
		t.Fatal(err)
	}
	if m, err = basemap.Import(t.Context(), d, first, bytes.NewReader(file), int64(len(file)), town); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle(webbasemap.Pattern, webbasemap.Handler(d))
	return m, mux
}

func ask(h http.Handler, host, path, accepted string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = host
	r.Header.Set("Accept-Encoding", accepted)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestEveryTileUnderAMapIsServedToItsOwnCityAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		m, h := twoCities(t, d)
		var drawn ui.CityMap
		webbasemap.Under(&drawn, m, citymap.Fit(citymap.Frame(town)))
		if drawn.Ground == nil || drawn.Ground.Credit != "La ville de Rennes" || len(drawn.Ground.Tiles) == 0 {
			t.Fatalf("the ground is %+v", drawn.Ground)
		}
		for _, tile := range drawn.Ground.Tiles {
			packed, plain := ask(h, "rennes.localhost", tile.Href, "br, gzip"), ask(h, "rennes.localhost", tile.Href, "")
			if packed.Code != http.StatusOK || packed.Header().Get("Content-Encoding") != "gzip" || !strings.Contains(packed.Header().Get("Cache-Control"), "immutable") {
				t.Fatalf("%s: %d %v", tile.Href, packed.Code, packed.Header())
			}
			z, err := gzip.NewReader(packed.Body)
			if err != nil {
				t.Fatal(err)
			}
			svg, err := io.ReadAll(z)
			if err != nil || !bytes.HasPrefix(svg, []byte("<svg ")) || !bytes.Equal(svg, plain.Body.Bytes()) || plain.Header().Get("Content-Encoding") != "" {
				t.Fatalf("%s: %q and %q, %v", tile.Href, svg, plain.Body, err)
			}
			policy := packed.Header().Get("Content-Security-Policy")
			if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "sandbox") || strings.Contains(policy, "unsafe") || packed.Header().Get("Content-Type") != "image/svg+xml" {
				t.Fatalf("opened by itself it is %q under %q", packed.Header().Get("Content-Type"), policy)
			}
			if other := ask(h, "nantes.localhost", tile.Href, "gzip"); other.Code != http.StatusNotFound {
				t.Fatalf("another city is answered %d", other.Code)
			}
		}
	})
}

func TestWhatIsNoTileIsNotFound(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	m, h := twoCities(t, d)
	for _, path := range []string{"/carte/fond/1/12/2028/1422", webbasemap.Folder(m) + "/12/1/1", webbasemap.Folder(m) + "/-1/1/1", webbasemap.Folder(m) + "/a/b/c",
		webbasemap.Folder(m) + "/12/99999999999999999999/1", webbasemap.Folder(m) + "/12/4294967296/1"} {
		if w := ask(h, "rennes.localhost", path, "gzip"); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestACityWithoutABaseMapIsDrawnOnPaper(t *testing.T) {
	var drawn ui.CityMap
	webbasemap.Under(&drawn, basemap.Map{}, citymap.Fit(citymap.Frame(town)))
	if drawn.Ground != nil {
		t.Errorf("the ground is %+v", drawn.Ground)
	}
}
