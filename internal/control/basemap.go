package control

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"

	"github.com/parvis-civic/parvis/internal/basemap"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/geo"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
)

// Basemap is what came of importing a base map.
type Basemap struct {
	Tiles int    `json:"tiles"`
	Bytes int64  `json:"bytes"`
	Low   int    `json:"low"` // the zooms that are kept
	High  int    `json:"high"`
	Who   string `json:"credit"` // who is named beside the maps
}

// maxDistricts is how many outlines say where a city is; more add nothing to its frame.
const maxDistricts = 5000

func (h here) platform(ctx context.Context, slug string) (platform.Platform, error) {
	all, err := platform.NewService(h.db).List(ctx)
	if err != nil {
		return platform.Platform{}, err
	}
	for _, p := range all {
		if p.Slug == slug || slug == "" && p.Default {
			return p, nil
		}
	}
	return platform.Platform{}, fault.New(fault.NotFound, "fault.address.platform", "Slug", slug)
}

func (h here) ImportBasemap(ctx context.Context, slug string, file *os.File) (Basemap, error) {
	of, err := h.platform(ctx, slug)
	if err != nil {
		return Basemap{}, err
	}
	info, err := file.Stat()
	if err != nil {
		return Basemap{}, err
	}
	var city geo.Frame
	err = h.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		districts, err := project.Districts(ctx, tx, of.Key, "", 0, maxDistricts)
		for _, d := range districts {
			if outline, err := geo.ParseOutline(d.Outline); err == nil { // one that cannot be read says nothing
				city = city.With(outline.Frame())
			}
		}
		return err
	})
	if err != nil {
		return Basemap{}, err
	}
	m, err := basemap.Import(ctx, h.db, of.Key, file, info.Size(), city)
	return Basemap{Tiles: m.Tiles, Bytes: m.Bytes, Low: m.Low, High: m.High, Who: m.Credit}, err
}

func (h here) RemoveBasemap(ctx context.Context, slug string) error {
	of, err := h.platform(ctx, slug)
	if err != nil {
		return err
	}
	return basemap.Remove(ctx, h.db, of.Key)
}

const pathBasemap = "/1/basemap"

func (s *server) importBasemap(w http.ResponseWriter, r *http.Request) {
	a := s.answer(w, r)
	path, err := s.receive(r.Body) // it is read here and there
	if err != nil {
		a.end(event{}, err)
		return
	}
	var m Basemap
	file, err := os.Open(path)
	if err == nil {
		m, err = s.work.ImportBasemap(r.Context(), r.URL.Query().Get("platform"), file)
		err = errors.Join(err, file.Close())
	}
	if removed := os.Remove(path); removed != nil {
		s.log.Error("remove a spooled file", "error", removed)
	}
	a.end(event{Basemap: &m}, err)
}

func (s *server) removeBasemap(w http.ResponseWriter, r *http.Request) {
	s.answer(w, r).end(event{}, s.work.RemoveBasemap(r.Context(), r.URL.Query().Get("platform")))
}

func (t there) ImportBasemap(ctx context.Context, platform string, file *os.File) (Basemap, error) {
	e, err := t.call(ctx, http.MethodPost, pathBasemap+"?"+url.Values{"platform": {platform}}.Encode(), file, nil)
	if err != nil {
		return Basemap{}, err
	}
	if e.Basemap == nil {
		return Basemap{}, errors.New("the running serve said nothing of the base map")
	}
	return *e.Basemap, nil
}

func (t there) RemoveBasemap(ctx context.Context, platform string) error {
	_, err := t.call(ctx, http.MethodDelete, pathBasemap+"?"+url.Values{"platform": {platform}}.Encode(), nil, nil)
	return err
}
