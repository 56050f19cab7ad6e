package site

import (
	"context"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/web/citymap"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// On the drawing, in its units: how near two marks may be, and how fine the grid is by which places are read.
const (
	apart   = 62
	grain   = 6
	covered = 30 // radius of what names keep clear of
	// placed is how many proposals are placed one by one. Where there are more, districts say how many they have, until one
	// looks closer: what a page takes does not follow the size of a city.
	placed = 2000
)

// spots reads where the proposals of a query stand in a view, and gathers them; none when they crowd.
func (v visit) spots(ctx context.Context, q proposal.ListQuery, view citymap.View) (_ []proposal.Spot, _ []citymap.Mark, crowd bool, err error) {
	latitude, longitude := view.Degrees(grain)
	all, crowd, err := proposal.Spots(ctx, v.Tx, v.Of.Key, q, latitude, longitude, placed)
	var spots []proposal.Spot
	var points []citymap.Spot
	for _, s := range all {
		at := view.Point(citymap.Place(s.Place))
		if !view.Shows(at) {
			continue // outside of the drawing: the list has it
		}
		spots = append(spots, s)
		points = append(points, citymap.Spot{Point: at, Count: s.Proposals})
	}
	return spots, citymap.Gather(points, apart), crowd, err
}

// overview is the whole city with the proposals of a step, small enough for a page about something else; false when
// there is nothing to draw.
func (v visit) overview(ctx context.Context, e edition.Edition, step int) (m ui.CityMap, drawn bool, err error) {
	c, err := v.Town(ctx, e)
	if err != nil {
		return m, false, err
	}
	whole, ok, err := v.wholeView(ctx, c, e.Steps[step].ID)
	if err != nil || !ok {
		return m, false, err
	}
	spots, gathered, crowd, err := v.spots(ctx, proposal.ListQuery{Step: e.Steps[step].ID}, whole)
	if err != nil {
		return m, false, err
	}
	counts := map[string]int64{}
	if crowd {
		if !c.Outlined() {
			return m, false, nil
		}
		facets, err := proposal.Facets(ctx, v.Tx, v.Of.Key, e.Steps[step].ID)
		if err != nil {
			return m, false, err
		}
		counts = countsOf(facets)
	}
	look, shown := Look{}, e.Shown()
	m = c.Draw("carte", v.T("map.label", "Count", e.Steps[step].Proposals, "Title", e.Title), whole, func(q edition.Quarter) edition.Style {
		return edition.Style{Class: q.ColourClass(), Href: look.in(q.Slug).href(v.Page, shown), Under: v.crowded(counts, q.Slug)}
	}, gathered, edition.Middles(spots, whole))
	m.Marks = v.Marks(c, e, spots, gathered, func(at citymap.Place, among citymap.Frame) templ.SafeURL {
		return look.near(at, whole.ZoomTo(among, 0)).href(v.Page, shown)
	})
	return m, true, nil
}

// countsOf gives how many proposals each district has.
func countsOf(facets []proposal.Facet) map[string]int64 {
	counts := map[string]int64{}
	for _, f := range facets {
		if f.Kind == proposal.TagDistrict {
			counts[f.Slug] = int64(f.Proposals)
		}
	}
	return counts
}

// crowded is what a district says of its proposals where they are not placed one by one; counts are empty where they are.
func (v visit) crowded(counts map[string]int64, district string) string {
	if len(counts) == 0 {
		return ""
	}
	return v.T("web.proposals", "Count", counts[district])
}

// wholeView shows all outlines, or all places when there are none; false when there is neither.
func (v visit) wholeView(ctx context.Context, c edition.Town, step ids.ID) (citymap.View, bool, error) {
	if c.Outlined() {
		return citymap.Fit(c.Frame), true, nil
	}
	extent, ok, err := proposal.Extent(ctx, v.Tx, v.Of.Key, step)
	return citymap.Fit(citymap.Frame(extent)), ok, err
}

// placeMap is the small picture of where a proposal is in its city; nil when there is nothing to point at.
func (v visit) placeMap(ctx context.Context, e edition.Edition, of proposal.Proposal) (*ui.CityMap, error) {
	c, err := v.Town(ctx, e)
	in, known := c.By(of.District)
	if err != nil || !c.Outlined() || !known && of.Place == nil {
		return nil, err
	}
	view := citymap.Fit(c.Frame)
	m := c.Draw("lieu", v.T("map.place_of", "Place", in.Name), view, func(q edition.Quarter) edition.Style {
		return edition.Style{Class: "plain", On: known && q.ID == in.ID}
	}, nil, nil)
	m.Small, m.Wide, m.Narrow = true, nil, nil
	if of.Place != nil {
		m.Marks = []ui.MapMark{{Point: view.Point(citymap.Place(*of.Place)), Count: 1}}
	}
	return &m, nil
}
