package demo

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"

	"github.com/parvis-civic/parvis/internal/basemap"
	"github.com/parvis-civic/parvis/internal/geo"
)

// The ground of the city: its river, woods, avenues between districts and streets within them, as a map service would give
// them, in the layers of the Protomaps basemap.

const (
	groundLow, groundHigh = 11, 14
	streetsApart          = 0.062 // on the plan, about 150 m
	groundCredit          = "Service des plans de Pont-l’Alouette"
)

// groundFrame is the city with what lies around it.
var groundFrame = geo.Frame{South: middleLatitude - 0.06, North: middleLatitude + 0.06, West: middleLongitude - 0.09, East: middleLongitude + 0.09}

// ground gives the city a base map, from a file as any city would.
func (b *builder) ground(ctx context.Context) error {
	layers := b.city.features()
	file, err := basemap.Encode(groundFrame, groundLow, groundHigh, groundCredit, func(z, x, y int) ([]byte, error) {
		tile := mvt.NewLayers(copied(layers)) // what follows moves their points
		tile.ProjectToTile(maptile.New(uint32(x), uint32(y), maptile.Zoom(z)))
		tile.Clip(mvt.MapboxGLDefaultExtentBound)
		tile.RemoveEmpty(0, 0)
		return mvt.MarshalGzipped(tile)
	})
	if err != nil {
		return err
	}
	outside := geo.Frame{South: middleLatitude - 0.03, North: middleLatitude + 0.03, West: middleLongitude - 0.045, East: middleLongitude + 0.045}
	_, err = basemap.Import(ctx, b.db, b.of.Key, bytes.NewReader(file), int64(len(file)), outside)
	return err
}

func copied(layers map[string]*geojson.FeatureCollection) map[string]*geojson.FeatureCollection {
	fresh := make(map[string]*geojson.FeatureCollection, len(layers))
	for name, l := range layers {
		fresh[name] = geojson.NewFeatureCollection()
		for _, f := range l.Features {
			g := geojson.NewFeature(orb.Clone(f.Geometry))
			g.Properties = f.Properties
			fresh[name].Append(g)
		}
	}
	return fresh
}

// features are those of the ground, by layer.
func (c *city) features() map[string]*geojson.FeatureCollection {
	r := chance("ground")
	layers := map[string]*geojson.FeatureCollection{}
	add := func(layer, kind string, g orb.Geometry) {
		f := geojson.NewFeature(g)
		f.Properties = geojson.Properties{"kind": kind}
		if layers[layer] == nil {
			layers[layer] = geojson.NewFeatureCollection()
		}
		layers[layer].Append(f)
	}
	f := groundFrame
	add("earth", "earth", orb.Bound{Min: orb.Point{f.West, f.South}, Max: orb.Point{f.East, f.North}}.ToPolygon())
	add("water", "river", orb.Polygon{river()})
	for range 26 { // woods around the city
		turn, far := r.Float64()*2*math.Pi, 1.25+r.Float64()*0.9
		add("landuse", "wood", orb.Polygon{blob(r, point{far * math.Cos(turn), far * math.Sin(turn)}, 0.06+0.16*r.Float64())})
	}
	for i, cell := range c.cells {
		for range 2 {
			add("landuse", "park", orb.Polygon{blob(r, inside(r, cell), 0.03+0.04*r.Float64())})
		}
		for _, line := range grid(r, cell, r.Float64()*math.Pi) {
			add("roads", "minor_road", line)
		}
		for j, p := range cell {
			if q := cell[(j+1)%len(cell)]; !rim(p, q) {
				add("roads", "major_road", drawn(p, q))
			}
		}
		heart := c.quarters[i].heart
		add("roads", "major_road", drawn(heart, point{heart.x * 2.4, heart.y * 2.4}))
	}
	for _, x := range []float64{-0.62, -0.12, 0.3, 0.78} { // bridges
		add("roads", "major_road", drawn(point{x, -0.5}, point{x + 0.04, 0.5}))
	}
	add("roads", "rail", drawn(point{-2.4, 0.62}, point{2.4, 0.34}))
	return layers
}

// rim says whether a side of a cell is the border of the city or the bank of the river.
func rim(p, q point) bool {
	on := func(v func(point) float64, at float64) bool {
		return math.Abs(v(p)-at) < 1e-9 && math.Abs(v(q)-at) < 1e-9
	}
	x, y := func(p point) float64 { return p.x }, func(p point) float64 { return p.y }
	return on(x, -1) || on(x, 1) || on(y, -1) || on(y, 1) || on(y, riverbank) || on(y, -riverbank)
}

// grid is the streets of a cell: two families of lines, with gaps.
func grid(r *rand.Rand, cell []point, turn float64) []orb.LineString {
	var lines []orb.LineString
	for _, angle := range []float64{turn, turn + math.Pi/2} {
		along, across := point{math.Cos(angle), math.Sin(angle)}, point{-math.Sin(angle), math.Cos(angle)}
		low, high := math.Inf(1), math.Inf(-1)
		for _, p := range cell {
			d := p.x*across.x + p.y*across.y
			low, high = min(low, d), max(high, d)
		}
		for d := low + streetsApart*(0.4+0.3*r.Float64()); d < high; d += streetsApart * (0.75 + 0.5*r.Float64()) {
			if from, to, ok := cut(cell, along, across, d); ok && r.Float64() < 0.9 {
				p := func(t float64) point {
					return point{across.x*d + along.x*t, across.y*d + along.y*t}
				}
				start, end := from, to
				if r.Float64() < 0.3 {
					start += (to - from) * 0.4 * r.Float64()
				}
				if r.Float64() < 0.3 {
					end -= (to - from) * 0.4 * r.Float64()
				}
				lines = append(lines, drawn(p(start), p(end)))
			}
		}
	}
	return lines
}

// cut gives the part of a line that lies in a convex cell.
func cut(cell []point, along, across point, d float64) (from, to float64, ok bool) {
	from, to = math.Inf(1), math.Inf(-1)
	for i, p := range cell {
		q := cell[(i+1)%len(cell)]
		a, b := p.x*across.x+p.y*across.y-d, q.x*across.x+q.y*across.y-d
		if (a < 0) == (b < 0) {
			continue
		}
		t := a / (a - b)
		at := (p.x+t*(q.x-p.x))*along.x + (p.y+t*(q.y-p.y))*along.y
		from, to = min(from, at), max(to, at)
	}
	return from, to, to-from > 0.02
}

// drawn is a way on the plan, as it winds on the ground.
func drawn(p, q point) orb.LineString {
	n := max(1, int(math.Ceil(math.Hypot(q.x-p.x, q.y-p.y)/0.04)))
	line := make(orb.LineString, n+1)
	for i := range line {
		t := float64(i) / float64(n)
		line[i] = beyond(point{p.x + t*(q.x-p.x), p.y + t*(q.y-p.y)})
	}
	return line
}

// beyond bends the plan as onMap does, and goes on outside of the city.
func beyond(p point) orb.Point {
	squeeze := func(v float64) float64 { return math.Sqrt(1 - min(v*v, 1)/2) }
	x, y := p.x*squeeze(p.y), p.y*squeeze(p.x)
	place := wound(x, y)
	return orb.Point{place.Longitude, place.Latitude}
}

// river is the water between the banks, from one end of the ground to the other.
func river() orb.Ring {
	north, south := drawn(point{-2.6, riverbank}, point{2.6, riverbank}), drawn(point{2.6, -riverbank}, point{-2.6, -riverbank})
	ring := append(append(orb.Ring{}, north...), south...)
	return append(ring, ring[0])
}

// blob is a park or a wood.
func blob(r *rand.Rand, middle point, size float64) orb.Ring {
	const corners = 14
	ring := make(orb.Ring, 0, corners+1)
	for i := range corners {
		turn, reach := 2*math.Pi*float64(i)/corners, size*(0.7+0.5*r.Float64())
		ring = append(ring, beyond(point{middle.x + reach*math.Cos(turn), middle.y + reach*math.Sin(turn)}))
	}
	return append(ring, ring[0])
}
