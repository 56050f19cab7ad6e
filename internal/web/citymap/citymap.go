// Package citymap says where the parts of a drawn map of a city go: the outlines of districts, points gathered into marks,
// and names that cover nothing. It only calculates. A drawing is Width units wide; the page stretches it.
package citymap

import (
	"math"
	"strconv"
	"strings"

	"github.com/parvis-civic/parvis/internal/geo"
)

// The places and outlines that are drawn.
type (
	Place   = geo.Place
	Outline = geo.Outline
	Frame   = geo.Frame
)

// Point is a position on the drawing, y downwards.
type Point struct{ X, Y float64 }

// Width of every drawing, in its own units.
const Width = 1000

// A drawing is never flatter or taller than these, whatever the city's shape.
const (
	lowest  = 640
	highest = 1050
	margin  = 44 // around what is shown
	// least is the smallest extent that is shown, in degrees of latitude, about 60 m: one place alone is a map, too.
	least = 0.0006
)

// View is a frame as it is drawn. The projection is equirectangular at the latitude of its middle: over a city it differs
// from any other by less than a line's width.
type View struct {
	Frame  Frame
	Height float64
	// units of the drawing per degree
	perLatitude, perLongitude float64
}

// Fit gives the view that shows the whole of a frame, with a margin.
func Fit(f Frame) View {
	mid := f.Middle()
	squeeze := math.Max(math.Cos(mid.Latitude*math.Pi/180), 0.01)
	tall, wide := math.Max(f.North-f.South, least), math.Max(f.East-f.West, least/squeeze)*squeeze
	inner := float64(Width - 2*margin)
	v := View{Height: math.Round(min(max(inner*tall/wide+2*margin, lowest), highest))}
	v.perLatitude = min(inner/wide, (v.Height-2*margin)/tall)
	v.perLongitude = v.perLatitude * squeeze
	return v.at(mid)
}

// at moves the view's middle.
func (v View) at(mid Place) View {
	v.Frame = Frame{South: mid.Latitude - v.Height/2/v.perLatitude, West: mid.Longitude - Width/2/v.perLongitude, North: mid.Latitude + v.Height/2/v.perLatitude, East: mid.Longitude + Width/2/v.perLongitude}
	return v
}

// MaxZoom is the closest look: a 256th of the city.
const MaxZoom = 8

// Zoom gives the part of the view around a place, 2 to the power of zoom times as large; it stays inside the view.
func (v View) Zoom(mid Place, zoom int) View {
	zoom = min(max(zoom, 0), MaxZoom)
	whole := v.Frame
	scale := math.Exp2(float64(zoom))
	v.perLatitude, v.perLongitude = v.perLatitude*scale, v.perLongitude*scale
	tall, wide := v.Height/v.perLatitude/2, Width/v.perLongitude/2
	return v.at(Place{
		Latitude:  min(max(mid.Latitude, whole.South+tall), whole.North-tall),
		Longitude: min(max(mid.Longitude, whole.West+wide), whole.East-wide),
	})
}

// Point says where a place is drawn.
func (v View) Point(p Place) Point {
	return Point{(p.Longitude - v.Frame.West) * v.perLongitude, (v.Frame.North - p.Latitude) * v.perLatitude}
}

// Shows says whether a point is on the drawing.
func (v View) Shows(p Point) bool { return p.X >= 0 && p.X <= Width && p.Y >= 0 && p.Y <= v.Height }

// Degrees says how many degrees of latitude and of longitude so many units are.
func (v View) Degrees(units float64) (latitude, longitude float64) {
	return units / v.perLatitude, units / v.perLongitude
}

// rings gives the rings of an outline on the drawing, without points that are nearer than fine to the one before.
func (v View) rings(o Outline, fine float64) [][]Point {
	rings := make([][]Point, len(o))
	for i, ring := range o {
		for j, place := range ring {
			p := v.Point(place)
			if n := len(rings[i]); n > 0 && j < len(ring)-1 && math.Hypot(p.X-rings[i][n-1].X, p.Y-rings[i][n-1].Y) < fine {
				continue
			}
			rings[i] = append(rings[i], p)
		}
	}
	return rings
}

// Path is an outline as the d of an SVG path.
func (v View) Path(o Outline) string {
	var b strings.Builder
	for _, ring := range v.rings(o, 1.5) { // no eye tells points nearer than that
		for i, p := range ring {
			if i == 0 {
				b.WriteByte('M')
			} else {
				b.WriteByte('L')
			}
			b.WriteString(Number(p.X) + " " + Number(p.Y))
		}
		b.WriteByte('Z')
	}
	return b.String()
}

// Number writes a coordinate of the drawing, to a tenth of a unit.
func Number(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

// ZoomTo is the zoom at which a frame fills about half of the drawing, at least one step closer than the view's own.
func (v View) ZoomTo(f Frame, from int) int {
	wide := max((f.East-f.West)*v.perLongitude/Width, (f.North-f.South)*v.perLatitude/v.Height)
	steps := MaxZoom
	if wide > 0 {
		steps = int(math.Log2(0.5 / wide))
	}
	return min(from+min(max(steps, 1), 3), MaxZoom)
}
