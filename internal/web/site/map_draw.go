package site

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/basemap"
	"github.com/parvis-civic/parvis/internal/geo"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	webbasemap "github.com/parvis-civic/parvis/internal/web/basemap"
	"github.com/parvis-civic/parvis/internal/web/citymap"
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
	// lettersOfLine is where names of districts break.
	lettersOfLine = 11
)

// town is the districts of a project as they are drawn.
type town struct {
	districts []quarter
	lang      string        // of their names, when it is not the page's
	frame     citymap.Frame // of the outlines; zero when there are none
	ground    basemap.Map
}

// quarter is one district of a city.
type quarter struct {
	ui.District
	id      ids.ID
	outline citymap.Outline
}

// town reads the districts of a project. An outline that cannot be read is left out: the city is then drawn without it.
func (v visit) town(ctx context.Context, e edition) (town, error) {
	all, err := project.DistrictsOf(ctx, v.tx, v.platform.Key, []ids.ID{e.Project.ID})
	if err != nil {
		return town{}, err
	}
	c := town{lang: e.lang}
	c.ground, err = basemap.Of(ctx, v.tx, v.platform.Key)
	for _, d := range all {
		q := quarter{District: ui.District{Name: d.Name, Slug: d.Slug, Order: d.Colour}, id: d.ID}
		if d.Outline != "" {
			if outline, err := geo.ParseOutline(d.Outline); err == nil {
				q.outline = outline
				c.frame = c.frame.With(outline.Frame())
			}
		}
		c.districts = append(c.districts, q)
	}
	return c, err
}

func (c town) outlined() bool { return c.frame != citymap.Frame{} }

func (c town) named(slug string) (quarter, bool) {
	i := slices.IndexFunc(c.districts, func(q quarter) bool { return q.Slug == slug })
	if i < 0 {
		return quarter{}, false
	}
	return c.districts[i], true
}

func (c town) by(id ids.ID) (quarter, bool) {
	i := slices.IndexFunc(c.districts, func(q quarter) bool { return q.id == id })
	if i < 0 {
		return quarter{}, false
	}
	return c.districts[i], true
}

// style is how one district is drawn.
type style struct {
	class string
	href  templ.SafeURL
	under string // written under its name; may be empty
	on    bool
}

// draw gives the map of a city in a view, without marks; names keep clear of marks that stand at those points. Where
// there are no outlines, a name stands at middles of its district.
func (c town) draw(id, label string, view citymap.View, style func(quarter) style, clear []citymap.Mark, middles map[ids.ID]citymap.Point) ui.CityMap {
	m := ui.CityMap{ID: id, Label: label, Lang: c.lang, Height: view.Height}
	var named []citymap.Named
	for _, q := range c.districts {
		s := style(q)
		n := citymap.Named{Outline: q.outline, Lines: citymap.Wrap(q.Name, lettersOfLine)}
		if s.under != "" {
			n.Lines = append(n.Lines, s.under)
		}
		if len(q.outline) > 0 {
			m.Areas = append(m.Areas, ui.MapArea{Path: view.Path(q.outline), Class: s.class, Href: s.href, Key: "d-" + q.Slug, On: s.on})
		} else if at, ok := middles[q.id]; ok {
			n.At = at
		} else {
			continue
		}
		named = append(named, n)
	}
	// The one that the page is about is drawn last, so that no neighbour covers its border.
	slices.SortStableFunc(m.Areas, func(a, b ui.MapArea) int { return strings.Compare(strconv.FormatBool(a.On), strconv.FormatBool(b.On)) })
	names := view.Names(named, clear, citymap.Lettering{Size: ui.WideName, Clear: covered}, citymap.Lettering{Size: ui.NarrowName, Clear: covered * 1.3})
	m.Wide, m.Narrow = names[0], names[1]
	webbasemap.Under(&m, c.ground, view)
	return m
}

// spots reads where the proposals of a query stand in a view, and gathers them; none when they crowd.
func (v visit) spots(ctx context.Context, q proposal.ListQuery, view citymap.View) (_ []proposal.Spot, _ []citymap.Mark, crowd bool, err error) {
	latitude, longitude := view.Degrees(grain)
	all, crowd, err := proposal.Spots(ctx, v.tx, v.platform.Key, q, latitude, longitude, placed)
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

// middles is where the spots of each district have their middle.
func middles(spots []proposal.Spot, view citymap.View) map[ids.ID]citymap.Point {
	type sum struct {
		latitude, longitude float64
		n                   int
	}
	sums := map[ids.ID]sum{}
	for _, s := range spots {
		n := float64(s.Proposals)
		had := sums[s.District]
		sums[s.District] = sum{had.latitude + s.Latitude*n, had.longitude + s.Longitude*n, had.n + s.Proposals}
	}
	at := map[ids.ID]citymap.Point{}
	for id, s := range sums {
		at[id] = view.Point(citymap.Place{Latitude: s.latitude / float64(s.n), Longitude: s.longitude / float64(s.n)})
	}
	return at
}

// marks are the marks of a map of proposals. closer gives the address of a closer look at several; nil: nothing to press
// there.
func (v visit) marks(c town, e edition, spots []proposal.Spot, gathered []citymap.Mark, closer func(at citymap.Place, among citymap.Frame) templ.SafeURL) []ui.MapMark {
	marks := make([]ui.MapMark, 0, len(gathered))
	for _, g := range gathered {
		first := spots[g.Spots[0]]
		m := ui.MapMark{Point: g.Point, Count: int64(g.Count), Class: "town"}
		if q, ok := c.by(first.District); ok {
			m.Class = q.ColourClass()
		}
		if g.Count == 1 {
			m.Label, m.Key, m.Number = ui.Tidy(first.Title), "p-"+numberText(first.Number), first.Number
			m.Lang = e.lang
			m.Href = ProposalHref(v.Page, e.Slug, numberText(first.Number), first.Slug)
			marks = append(marks, m)
			continue
		}
		var at []citymap.Place
		var names []string
		for _, i := range g.Spots {
			at = append(at, citymap.Place(spots[i].Place))
			if q, ok := c.by(spots[i].District); ok && !slices.Contains(names, q.Name) {
				names = append(names, q.Name)
			}
		}
		m.Label = v.T("map.several", "Count", g.Count)
		if len(names) > 0 {
			m.Label = v.T("map.several_in", "Count", g.Count, "Place", v.List(names))
		}
		among := geo.Around(at...)
		if closer != nil {
			m.Href = closer(among.Middle(), among)
		}
		marks = append(marks, m)
	}
	slices.SortStableFunc(marks, func(a, b ui.MapMark) int { return int(b.Count - a.Count) }) // places alone stand on top
	return marks
}

// overview is the whole city with the proposals of a step, small enough for a page about something else; false when
// there is nothing to draw.
func (v visit) overview(ctx context.Context, e edition, step int) (m ui.CityMap, drawn bool, err error) {
	c, err := v.town(ctx, e)
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
		if !c.outlined() {
			return m, false, nil
		}
		facets, err := proposal.Facets(ctx, v.tx, v.platform.Key, e.Steps[step].ID)
		if err != nil {
			return m, false, err
		}
		counts = countsOf(facets)
	}
	look, shown := Look{}, e.shown()
	m = c.draw("carte", v.T("map.label", "Count", e.Steps[step].Proposals, "Title", e.Title), whole, func(q quarter) style {
		return style{class: q.ColourClass(), href: look.in(q.Slug).href(v.Page, shown), under: v.crowded(counts, q.Slug)}
	}, gathered, middles(spots, whole))
	m.Marks = v.marks(c, e, spots, gathered, func(at citymap.Place, among citymap.Frame) templ.SafeURL {
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
func (v visit) wholeView(ctx context.Context, c town, step ids.ID) (citymap.View, bool, error) {
	if c.outlined() {
		return citymap.Fit(c.frame), true, nil
	}
	extent, ok, err := proposal.Extent(ctx, v.tx, v.platform.Key, step)
	return citymap.Fit(citymap.Frame(extent)), ok, err
}

// placeMap is the small picture of where a proposal is in its city; nil when there is nothing to point at.
func (v visit) placeMap(ctx context.Context, e edition, of proposal.Proposal) (*ui.CityMap, error) {
	c, err := v.town(ctx, e)
	in, known := c.by(of.District)
	if err != nil || !c.outlined() || !known && of.Place == nil {
		return nil, err
	}
	view := citymap.Fit(c.frame)
	m := c.draw("lieu", v.T("map.place_of", "Place", in.Name), view, func(q quarter) style { return style{class: "plain", on: known && q.id == in.id} }, nil, nil)
	m.Small, m.Wide, m.Narrow = true, nil, nil
	if of.Place != nil {
		m.Marks = []ui.MapMark{{Point: view.Point(citymap.Place(*of.Place)), Count: 1}}
	}
	return &m, nil
}
