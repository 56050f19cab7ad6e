package site

import (
	"context"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/citymap"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

const besideSize = 40 // proposals of a page of the list beside the map

func (s *Site) mapShow(r *web.Request, p ui.Page) (web.View, error) {
	asked := r.URL.Query()
	look, err := parseLook(asked)
	if err != nil {
		return web.View{}, err
	}
	after, err := key(asked.Get("apres"))
	if err != nil {
		return web.View{}, err
	}
	before, err := key(asked.Get("avant"))
	if err != nil {
		return web.View{}, err
	}
	var page MapPage
	err = s.read(r, p, func(ctx context.Context, v visit) error {
		e, err := v.Edition(ctx, r.PathValue("project"))
		if err != nil {
			return err
		}
		page, err = v.mapPage(ctx, e, look, after, before)
		return err
	})
	return web.View{Page: Map(p, page)}, err
}

// parseLook reads the address of a map. Fault: invalid.
func parseLook(asked url.Values) (Look, error) {
	look := Look{Narrow: parseNarrow(asked)}
	if text := asked.Get("zoom"); text != "" {
		zoom, err := strconv.Atoi(text)
		if err != nil || zoom < 0 {
			return look, fault.New(fault.Invalid, "fault.map.zoom", "Value", text).In("zoom")
		}
		look.Zoom = min(zoom, citymap.MaxZoom)
	}
	if text := asked.Get("centre"); text != "" {
		at, ok := parsePlace(text)
		if !ok {
			return look, fault.New(fault.Invalid, "fault.map.centre", "Value", text).In("centre")
		}
		look.Centre = &at
	}
	if look.Centre == nil {
		look.Zoom = 0
	}
	if look.Zoom == 0 {
		look.Centre = nil
	}
	return look, nil
}

// mapPage draws what a look shows and lists the same proposals.
func (v visit) mapPage(ctx context.Context, e edition.Edition, look Look, after, before *proposal.Key) (MapPage, error) {
	page := MapPage{Project: e.Shown(), Look: look, In: look, Out: look}
	at := project.Listed(e.Steps, e.Now)
	if at < 0 {
		return page, nil
	}
	step := e.Steps[at].ID
	c, err := v.Town(ctx, e)
	if err != nil {
		return page, err
	}
	chosen, err := proposal.Choose(ctx, v.Tx, v.Of.Key, look.choice(e.Project.ID, step))
	if err != nil {
		return page, err
	}
	page.districts(c, chosen.Facets)
	page.facets = facetsOf(e, look.Narrow, chosen.Facets)
	page.Corrected = correctionOf(chosen.Words, page.bar(v.Page).with)
	q := proposal.ListQuery{Step: step, Order: proposal.ByNumber, With: proposal.With{Card: true}, After: after, Limit: besideSize + 1}
	if look.Narrow != (Narrow{}) {
		q.Among = &chosen
	}
	base, drawn, err := v.wholeView(ctx, c, step)
	if err != nil {
		return page, err
	}
	if of, ok := c.Named(look.District); ok && len(of.Outline) > 0 {
		base = citymap.Fit(of.Outline.Frame())
	}
	if page.Drawn = drawn; drawn {
		view := base
		if look.Centre != nil {
			view = base.Zoom(*look.Centre, look.Zoom)
			frame := proposal.Frame(view.Frame)
			q.Within = &frame
		}
		if err := v.drawPage(ctx, &page, c, e, q, view, chosen.Facets); err != nil {
			return page, err
		}
	}
	page.Found = int64(chosen.Count)
	if q.Within != nil {
		counts, err := proposal.Counts(ctx, v.Tx, v.Of.Key, []ids.ID{step}, q)
		if err != nil {
			return page, err
		}
		page.Found = int64(counts[step])
	}
	if before != nil {
		q.After, q.Reverse = before, true
	}
	list, err := proposal.List(ctx, v.Tx, v.Of.Key, q)
	if err != nil {
		return page, err
	}
	page.pages(&list, after != nil, before != nil)
	page.Rows, err = v.cards(ctx, e, at, list)
	return page, err
}

// districts are those beside the map, with the proposals of the whole list in each.
func (m *MapPage) districts(c edition.Town, facets []proposal.Facet) {
	for _, f := range facets {
		if f.Kind != proposal.TagDistrict {
			continue
		}
		d := ui.District{Name: f.Name, Slug: f.Slug}
		if q, ok := c.Named(f.Slug); ok {
			d = q.District
		}
		m.Beside = append(m.Beside, MapDistrict{District: d, Count: int64(f.Proposals), Current: f.Slug == m.Look.District})
	}
}

// drawPage draws the map of the page, and says where closer and farther looks are.
func (v visit) drawPage(ctx context.Context, page *MapPage, c edition.Town, e edition.Edition, q proposal.ListQuery, view citymap.View, facets []proposal.Facet) error {
	spots, gathered, crowd, err := v.spots(ctx, q, view)
	if err != nil {
		return err
	}
	counts := map[string]int64{}
	if page.Crowd = crowd; crowd && q.Within == nil {
		counts = countsOf(facets)
	}
	for _, g := range gathered {
		page.Placed += int64(g.Count)
	}
	look := page.Look
	page.Map = c.Draw("carte", v.T("map.label", "Count", page.Placed, "Title", e.Title), view, func(of edition.Quarter) edition.Style {
		return edition.Style{Class: of.ColourClass(), Href: look.in(of.Slug).href(v.Page, page.Project), On: of.Slug == look.District, Under: v.crowded(counts, of.Slug)}
	}, gathered, edition.Middles(spots, view))
	page.Map.Marks = v.Marks(c, e, spots, gathered, func(at citymap.Place, among citymap.Frame) templ.SafeURL {
		if look.Zoom == citymap.MaxZoom {
			return "#liste" // as close as it gets: the list tells them edition.Apart
		}
		return look.near(at, view.ZoomTo(among, look.Zoom)).href(v.Page, page.Project)
	})
	page.Frame = view.Frame
	page.In = look.near(view.Frame.Middle(), look.Zoom+1)
	page.Out = look.near(view.Frame.Middle(), max(look.Zoom-1, 0))
	return nil
}

// pages turns one row too many into the keys of the pages before and after.
func (m *MapPage) pages(list *[]proposal.Listed, after, before bool) {
	more := len(*list) > besideSize
	if more {
		*list = (*list)[:besideSize]
	}
	if before {
		slices.Reverse(*list)
	}
	if len(*list) == 0 {
		return
	}
	if before && more || !before && after {
		m.Previous = (*list)[0].Key.String()
	}
	if before || more {
		m.Next = (*list)[len(*list)-1].Key.String()
	}
}
