// Package basemap serves the ground of a city's maps, and lays it under a drawing.
package basemap

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/basemap"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/citymap"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Pattern is where tiles are served; a version's tile never changes.
const Pattern = "GET /carte/fond/{version}/{z}/{x}/{y}"

// Folder is what the addresses of a map's tiles begin with.
func Folder(of basemap.Map) string { return "/carte/fond/" + strconv.FormatInt(of.Version, 10) }

// Under lays the ground under a drawing of a view.
func Under(m *ui.CityMap, of basemap.Map, view citymap.View) {
	if of.IsZero() {
		return
	}
	tiles := view.Tiles(of.Low, of.High)
	if len(tiles) == 0 {
		return
	}
	m.Ground = &ui.MapGround{Drawn: of.Drawn(), Credit: of.Credit}
	for _, t := range tiles {
		t.Wide, t.Tall = t.Wide+overlap, t.Tall+overlap
		m.Ground.Tiles = append(m.Ground.Tiles, ui.MapTile{Tile: t,
			Href: Folder(of) + "/" + strconv.Itoa(t.Z) + "/" + strconv.Itoa(t.Column) + "/" + strconv.Itoa(t.Row)})
	}
}

// overlap of neighbours, in units of the drawing, so that no line of paper is seen between them.
const overlap = 0.6

// forever is for what is under an address that says its version.
const forever = "public, max-age=31536000, immutable"

// Handler serves the tiles of the platform of each host, to everybody: they show the ground alone.
func Handler(d *db.DB) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var at [4]int64
		for i, name := range []string{"version", "z", "x", "y"} {
			n, err := strconv.ParseInt(r.PathValue(name), 10, 64)
			if err != nil || n < 0 || i > 0 && n > 1<<30 {
				http.NotFound(w, r)
				return
			}
			at[i] = n
		}
		var content []byte
		var mime string
		var ok bool
		err := d.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
			of, err := platform.ByHost(ctx, tx, r.Host)
			if err == nil {
				content, mime, ok, err = basemap.Tile(ctx, tx, of.Key, at[0], int(at[1]), int(at[2]), int(at[3]))
			}
			return err
		})
		if err != nil {
			web.Refuse(w, r, err)
			return
		}
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", mime)
		h.Set("Content-Security-Policy", basemap.Policy())
		h.Set("Cache-Control", forever)
		if (basemap.Map{MIME: mime}).Drawn() {
			h.Set("Vary", "Accept-Encoding")
			if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
				h.Set("Content-Encoding", "gzip")
			} else if content, err = basemap.Unpack(content); err != nil {
				web.Refuse(w, r, err)
				return
			}
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
	})
}
