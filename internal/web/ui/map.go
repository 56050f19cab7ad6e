package ui

import (
	"strconv"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/web/citymap"
)

// CityMap is a drawn map. Whatever stands on it stands in a list beside it, too.
type CityMap struct {
	ID     string // begins the identifiers of its parts: "carte"
	Label  string // what it shows, read aloud
	Lang   string // of the names on it, when it is not the page's
	Height float64
	Areas  []MapArea
	Marks  []MapMark
	Narrow []citymap.Name // the names of the areas on a phone, …
	Wide   []citymap.Name // … and where there is more room
	Ground *MapGround     // what it is drawn on; nil: paper
	Small  bool           // a picture of where something is: no names, nothing to press
}

// MapGround is the base map under a drawing.
type MapGround struct {
	Tiles  []MapTile
	Drawn  bool   // drawings, which follow day and night; else pictures, which do not
	Credit string // who is to be named beside it; may be empty
}

// MapTile is a square of the ground.
type MapTile struct {
	citymap.Tile
	Href string
}

// MapArea is a district.
type MapArea struct {
	Path  string        // d of an SVG path
	Class string        // "d0"… its colour, "q0"… to "q4" a step of a scale
	Href  templ.SafeURL // empty: nothing to press
	Key   string        // of the row of the list that says the same; may be empty
	On    bool          // the one that the page is about
}

// MapMark is a place, or several in one.
type MapMark struct {
	citymap.Point
	Count  int64 // 1: a place alone
	Number int   // of the proposal there, when it stands alone
	Class  string
	Shape  string        // of a place alone: "", or a state of works, so that no colour alone tells it
	Label  string        // read aloud
	Lang   string        // of the label, when it is not the page's
	Href   templ.SafeURL // empty: nothing to press
	Key    string
}

// The sizes of names, in units of the drawing, on a phone and elsewhere; the stylesheet has the same.
const (
	NarrowName = 36
	WideName   = 21
)

func (m CityMap) viewBox() string {
	return "0 0 " + strconv.Itoa(citymap.Width) + " " + citymap.Number(m.Height)
}

func (m CityMap) part(i int) string { return m.ID + "-" + strconv.Itoa(i) }

// waterlines are drawn around the land as old maps do it, from the outermost in: a line, and the water that covers it but
// for its edge.
var waterlines = []string{"w4", "w4 inner", "w3", "w3 inner", "w2", "w2 inner", "w1", "w1 inner", "shore"}

// size says how large a mark of several is.
func (m MapMark) size() string {
	switch {
	case m.Count >= 100:
		return "c3"
	case m.Count >= 10:
		return "c2"
	}
	return "c1"
}

// shapes of works, around 0 0.
var shapes = map[string]string{
	"built":     "M-13 0A13 13 0 1 1 13 0A13 13 0 1 1-13 0ZM-6 0L-2 5L7-5",
	"under_way": "M-13-13H13V13H-13ZM-6 0H6M0-6V6",
	"late":      "M0-16L16 13H-16ZM0-5V3M0 7V8",
	"planned":   "M-12 0A12 12 0 1 1 12 0A12 12 0 1 1-12 0Z",
	"abandoned": "M-11-11L11 11M11-11L-11 11",
}

// lineY is the baseline of a name's line.
func lineY(n citymap.Name, i int, size float64) string {
	return citymap.Number(n.Y + float64(i)*size*citymap.Leading)
}

// ScaleStep is one step of a scale of colours.
type ScaleStep struct {
	Class string // "q0"…
	Text  string
}

// role keeps links inside a map reachable; a small one is a picture.
func (m CityMap) role() string {
	if m.Small {
		return "img"
	}
	return "group"
}

func (m MapMark) at() string {
	return "translate(" + citymap.Number(m.X) + " " + citymap.Number(m.Y) + ")"
}
