package site

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/web/citymap"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// MapPage is the city with the proposals of a project, and the list that says the same.
type MapPage struct {
	Project Project
	Look    Look
	Map     ui.CityMap
	facets
	Drawn     bool          // false: there is neither an outline nor a place to draw
	Beside    []MapDistrict // districts: all of them, with what they have under the filters of the address
	Corrected correction
	Found     int64 // proposals of the list
	Placed    int64 // of them, those on the drawing
	Crowd     bool  // they are too many to be placed one by one
	Rows      []ui.Card
	Previous  string // keys of the pages before and after; empty when there is none
	Next      string
	In, Out   Look // one step closer and one away
	Frame     citymap.Frame
}

// Look is what the address of the map asks for.
type Look struct {
	Narrow
	Centre *citymap.Place
	Zoom   int // 0: the whole city, or the whole district
}

// MapDistrict is a district beside the map.
type MapDistrict struct {
	ui.District
	Count   int64
	Current bool
}

// href is the address of a look at a project's map.
func (l Look) href(p ui.Page, project Project, pairs ...string) templ.SafeURL {
	centre, zoom := "", ""
	if l.Centre != nil && l.Zoom > 0 {
		centre, zoom = formatPlace(*l.Centre), strconv.Itoa(l.Zoom)
	}
	return p.HrefWith(project.Path()+"/carte", append(append(l.pairs(), "centre", centre, "zoom", zoom), pairs...)...)
}

// near looks closer at a place.
func (l Look) near(at citymap.Place, zoom int) Look {
	l.Centre, l.Zoom = &at, min(zoom, citymap.MaxZoom)
	return l
}

// whole looks at the whole city.
func (l Look) whole() Look { return l.in("") }

// in looks at one district.
func (l Look) in(slug string) Look {
	l.District = slug
	return Look{Narrow: l.Narrow}
}

// list is the address of the same proposals as a list with cards.
func (l Look) list(p ui.Page, project Project) templ.SafeURL {
	return p.HrefWith(project.Path()+"/propositions", l.pairs()...)
}

// formatPlace writes a position in an address: "45.90000,-3.20000", to about a metre.
func formatPlace(at citymap.Place) string {
	return strconv.FormatFloat(at.Latitude, 'f', 5, 64) + "," + strconv.FormatFloat(at.Longitude, 'f', 5, 64)
}

// parsePlace reads that form.
func parsePlace(text string) (citymap.Place, bool) {
	first, second, ok := strings.Cut(text, ",")
	latitude, err := strconv.ParseFloat(first, 64)
	longitude, err2 := strconv.ParseFloat(second, 64)
	ok = ok && err == nil && err2 == nil && latitude >= -90 && latitude <= 90 && longitude >= -180 && longitude <= 180
	return citymap.Place{Latitude: latitude, Longitude: longitude}, ok
}

// lead says what the page is.
func (m MapPage) lead(p ui.Page) string {
	if len(m.Beside) == 0 {
		return p.T("map.lead.plain")
	}
	return p.T("map.lead")
}

// bar narrows the map, and lets the drawing find its own size again.
func (m MapPage) bar(p ui.Page) narrowing {
	return narrowing{facets: m.facets, Project: m.Project, Asked: m.Look.Narrow, Path: m.Project.Path() + "/carte", Href: func(n Narrow) templ.SafeURL {
		return Look{Narrow: n}.href(p, m.Project)
	}}
}

// heading says what the list shows.
func (m MapPage) heading(p ui.Page) string {
	place := p.T("map.here")
	switch {
	case m.Look == (Look{}) && len(m.Beside) == 0:
		return p.T("web.proposals", "Count", m.Found)
	case m.Look.Zoom > 0:
	case m.Look.District == "":
		place = p.T("map.city")
	default:
		place = p.T("map.elsewhere")
		for _, d := range m.Beside {
			if d.Current {
				place = d.Name
			}
		}
	}
	return p.T("map.found", "Count", m.Found, "Place", place)
}

func (m MapPage) page(p ui.Page, side, key string) templ.SafeURL {
	if key == "" {
		return ""
	}
	return m.Look.href(p, m.Project, side, key) + "#liste"
}

// filtered says whether the address asks for less than everything.
func (m MapPage) filtered() bool { return m.Look != Look{} }

// frame tells the script what is drawn.
func (m MapPage) frame() templ.Attributes {
	if !m.Drawn {
		return nil
	}
	degrees := func(v float64) string { return strconv.FormatFloat(v, 'f', 7, 64) }
	return templ.Attributes{"data-south": degrees(m.Frame.South), "data-west": degrees(m.Frame.West), "data-north": degrees(m.Frame.North), "data-east": degrees(m.Frame.East)}
}

// onMap is the address of the map with the proposals of the list.
func (l ProposalsPage) onMap(p ui.Page) templ.SafeURL {
	return Look{Narrow: l.Filter.Narrow}.href(p, l.Project)
}
