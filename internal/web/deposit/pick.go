package deposit

import (
	"strconv"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/basemap"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/geo"
	"github.com/parvis-civic/parvis/internal/proposal"
	webbasemap "github.com/parvis-civic/parvis/internal/web/basemap"
	"github.com/parvis-civic/parvis/internal/web/citymap"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// pick is the map on which one shows a place; Drawn is false when the city has no outlines.
type pick struct {
	Map   ui.CityMap
	Drawn bool
	frame citymap.Frame

	ground basemap.Map
}

// lettersOfLine is where names of districts break.
const lettersOfLine = 11

// picking draws the city of an edition with the place of a deposit.
func picking(p ui.Page, f formPage) pick {
	m, view, ok := cityMap(p, f.Call, f.Ground, f.Deposit.Content.At(), f.Deposit.Content.District)
	m.ID, m.Label, m.Small = "choix", p.T("deposit.map.label"), false
	return pick{Map: m, Drawn: ok && f.Form.Place.Asked(), frame: view.Frame, ground: f.Ground}
}

// cityMap draws the districts of an edition, a place on it, and one district brought out.
func cityMap(p ui.Page, c deposit.Call, ground basemap.Map, place *proposal.Place, district string) (m ui.CityMap, view citymap.View, drawn bool) {
	outlines := make([]geo.Outline, len(c.Districts))
	var frame geo.Frame
	for i, d := range c.Districts {
		if outline, err := geo.ParseOutline(d.Outline); err == nil { // one that cannot be read is left out
			outlines[i], frame = outline, frame.With(outline.Frame())
		}
	}
	if frame == (geo.Frame{}) {
		return m, view, false
	}
	view = citymap.Fit(frame)
	m = ui.CityMap{Height: view.Height, Small: true}
	if c.Language != string(p.Lang) {
		m.Lang = c.Language
	}
	var named []citymap.Named
	for i, d := range c.Districts {
		if len(outlines[i]) == 0 {
			continue
		}
		of := ui.District{Order: d.Colour}
		m.Areas = append(m.Areas, ui.MapArea{Path: view.Path(outlines[i]), Class: of.ColourClass(), Key: "d-" + d.Slug, On: d.Slug == district})
		named = append(named, citymap.Named{Outline: outlines[i], Lines: citymap.Wrap(d.Name, lettersOfLine)})
	}
	names := view.Names(named, nil, citymap.Lettering{Size: ui.WideName}, citymap.Lettering{Size: ui.NarrowName})
	m.Wide, m.Narrow = names[0], names[1]
	if place != nil {
		m.Marks = []ui.MapMark{{Point: view.Point(citymap.Place(*place)), Count: 1}}
	}
	webbasemap.Under(&m, ground, view)
	return m, view, true
}

// attributes tell the script what is drawn.
func (k pick) attributes() templ.Attributes {
	number := func(v float64) string { return strconv.FormatFloat(v, 'f', 7, 64) }
	a := templ.Attributes{"data-south": number(k.frame.South), "data-west": number(k.frame.West), "data-north": number(k.frame.North), "data-east": number(k.frame.East)}
	if !k.ground.IsZero() {
		a["data-ground"], a["data-low"], a["data-high"] = webbasemap.Folder(k.ground), strconv.Itoa(k.ground.Low), strconv.Itoa(k.ground.High)
	}
	return a
}
