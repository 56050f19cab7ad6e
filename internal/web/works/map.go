package works

import (
	"context"
	"slices"

	"github.com/parvis-civic/parvis/internal/delivery"
	"github.com/parvis-civic/parvis/internal/geo"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/web/citymap"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// town is the districts of a scope: those of its last edition, or those of the platform where all are from before Parvis.
func (v visit) town(ctx context.Context, of scope) (edition.Town, error) {
	if len(of.here) > 0 {
		return v.Town(ctx, of.here[0])
	}
	all, err := project.Districts(ctx, v.Tx, v.Of.Key, "", 0, shownRows)
	c := edition.Town{}
	for _, d := range all {
		q := edition.Quarter{District: ui.District{Name: d.Name, Slug: d.Slug, Order: d.Colour}, ID: d.ID}
		if outline, err := geo.ParseOutline(d.Outline); d.Outline != "" && err == nil {
			q.Outline, c.Frame = outline, c.Frame.With(outline.Frame())
		}
		c.Districts = append(c.Districts, q)
	}
	return c, err
}

// mapOf shows each winner by the sign of its state; false when there is nothing to draw.
func (v visit) mapOf(c edition.Town, name string, rows []Row, winners map[ids.ID]delivery.Winner) (ui.CityMap, bool) {
	var spots []proposal.Spot
	var placed []Row
	var all []citymap.Place
	for _, r := range rows {
		if w := winners[r.ID]; w.Placed {
			spots = append(spots, proposal.Spot{Place: proposal.Place{Latitude: w.Latitude, Longitude: w.Longitude}, District: w.District, Proposals: 1})
			placed, all = append(placed, r), append(all, citymap.Place{Latitude: w.Latitude, Longitude: w.Longitude})
		}
	}
	frame := c.Frame
	if !c.Outlined() {
		frame = geo.Around(all...)
	}
	if frame == (citymap.Frame{}) {
		return ui.CityMap{}, false
	}
	view := citymap.Fit(frame)
	points := make([]citymap.Spot, len(spots))
	for i, place := range all {
		points[i] = citymap.Spot{Point: view.Point(place), Count: 1}
	}
	gathered := citymap.Gather(points, edition.Apart/2) // signs are few, and each says something of its own
	m := c.Draw("carte", v.T("delivery.map", "Title", name), view, func(edition.Quarter) edition.Style { return edition.Style{Class: "plain"} }, gathered, edition.Middles(spots, view))
	for _, g := range gathered {
		mark := ui.MapMark{Point: g.Point, Count: int64(g.Count), Class: "town"}
		if first := placed[g.Spots[0]]; g.Count == 1 {
			mark.Shape, mark.Key, mark.Href = string(first.Code), first.Key, first.Href
			mark.Label = v.T("delivery.on_map", "Title", ui.Tidy(first.Title), "State", first.State.Text)
		} else {
			mark.Label = v.T("map.several", "Count", g.Count)
		}
		m.Marks = append(m.Marks, mark)
	}
	slices.SortStableFunc(m.Marks, func(a, b ui.MapMark) int { return int(b.Count - a.Count) }) // places alone stand on top
	return m, true
}
