package edition

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

// On the drawing, in its units: how near two marks may be, and what names keep clear of.
const (
	Apart   = 62
	covered = 30 // radius of what names keep clear of
	// lettersOfLine is where names of districts break.
	lettersOfLine = 11
)

// Town is the districts of a project as they are drawn.
type Town struct {
	Districts []Quarter
	Lang      string        // of their names, when it is not the page's
	Frame     citymap.Frame // of the outlines; zero when there are none

	ground basemap.Map
}

// Quarter is one district of a city.
type Quarter struct {
	ui.District
	ID      ids.ID
	Outline citymap.Outline
}

// Town reads the districts of a project. An outline that cannot be read is left out: the city is then drawn without it.
func (v Visit) Town(ctx context.Context, e Edition) (Town, error) {
	all, err := project.DistrictsOf(ctx, v.Tx, v.Of.Key, []ids.ID{e.Project.ID})
	if err != nil {
		return Town{}, err
	}
	c := Town{Lang: e.Lang}
	c.ground, err = basemap.Of(ctx, v.Tx, v.Of.Key)
	for _, d := range all {
		q := Quarter{District: ui.District{Name: d.Name, Slug: d.Slug, Order: d.Colour}, ID: d.ID}
		if d.Outline != "" {
			if outline, err := geo.ParseOutline(d.Outline); err == nil {
				q.Outline = outline
				c.Frame = c.Frame.With(outline.Frame())
			}
		}
		c.Districts = append(c.Districts, q)
	}
	return c, err
}

// Outlined says whether there are outlines to draw.
func (c Town) Outlined() bool { return c.Frame != citymap.Frame{} }

// Named finds a district by its slug.
func (c Town) Named(slug string) (Quarter, bool) {
	i := slices.IndexFunc(c.Districts, func(q Quarter) bool { return q.Slug == slug })
	if i < 0 {
		return Quarter{}, false
	}
	return c.Districts[i], true
}

// By finds a district by its identifier.
func (c Town) By(id ids.ID) (Quarter, bool) {
	i := slices.IndexFunc(c.Districts, func(q Quarter) bool { return q.ID == id })
	if i < 0 {
		return Quarter{}, false
	}
	return c.Districts[i], true
}

// Style is how one district is drawn.
type Style struct {
	Class string
	Href  templ.SafeURL
	Under string // written under its name; may be empty
	On    bool
}

// Draw gives the map of a city in a view, without marks; names keep clear of marks that stand at those points. Where
// there are no outlines, a name stands at middles of its district.
func (c Town) Draw(id, label string, view citymap.View, style func(Quarter) Style, clear []citymap.Mark, middles map[ids.ID]citymap.Point) ui.CityMap {
	m := ui.CityMap{ID: id, Label: label, Lang: c.Lang, Height: view.Height}
	var named []citymap.Named
	for _, q := range c.Districts {
		s := style(q)
		n := citymap.Named{Outline: q.Outline, Lines: citymap.Wrap(q.Name, lettersOfLine)}
		if s.Under != "" {
			n.Lines = append(n.Lines, s.Under)
		}
		if len(q.Outline) > 0 {
			m.Areas = append(m.Areas, ui.MapArea{Path: view.Path(q.Outline), Class: s.Class, Href: s.Href, Key: "d-" + q.Slug, On: s.On})
		} else if at, ok := middles[q.ID]; ok {
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

// Middles is where the spots of each district have their middle.
func Middles(spots []proposal.Spot, view citymap.View) map[ids.ID]citymap.Point {
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

// Marks are the marks of a map of proposals. closer gives the address of a closer look at several; nil: nothing to press
// there.
func (v Visit) Marks(c Town, e Edition, spots []proposal.Spot, gathered []citymap.Mark, closer func(at citymap.Place, among citymap.Frame) templ.SafeURL) []ui.MapMark {
	marks := make([]ui.MapMark, 0, len(gathered))
	for _, g := range gathered {
		first := spots[g.Spots[0]]
		m := ui.MapMark{Point: g.Point, Count: int64(g.Count), Class: "town"}
		if q, ok := c.By(first.District); ok {
			m.Class = q.ColourClass()
		}
		if g.Count == 1 {
			m.Label, m.Key, m.Number = ui.Tidy(first.Title), "p-"+strconv.Itoa(first.Number), first.Number
			m.Lang = e.Lang
			m.Href = ProposalHref(v.Page, e.Slug, strconv.Itoa(first.Number), first.Slug)
			marks = append(marks, m)
			continue
		}
		var at []citymap.Place
		var names []string
		for _, i := range g.Spots {
			at = append(at, citymap.Place(spots[i].Place))
			if q, ok := c.By(spots[i].District); ok && !slices.Contains(names, q.Name) {
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
