// Package geo holds places on the ground and the outlines of districts, and says what lies in what. It is a leaf: pure,
// without I/O.
package geo

import (
	"encoding/json"
	"fmt"
	"math"
)

// Place is a position, WGS 84 degrees.
type Place struct{ Latitude, Longitude float64 }

// Outline is the border of a district: rings, each closed; one inside another is a hole.
type Outline [][]Place

// ParseOutline reads a GeoJSON geometry (RFC 7946), a Polygon or a MultiPolygon.
func ParseOutline(text string) (Outline, error) {
	var shape struct {
		Type        string
		Coordinates json.RawMessage
	}
	if err := json.Unmarshal([]byte(text), &shape); err != nil {
		return nil, fmt.Errorf("outline: %w", err)
	}
	var polygons [][][][]float64
	var err error
	switch shape.Type {
	case "Polygon":
		polygons = make([][][][]float64, 1)
		err = json.Unmarshal(shape.Coordinates, &polygons[0])
	case "MultiPolygon":
		err = json.Unmarshal(shape.Coordinates, &polygons)
	default:
		return nil, fmt.Errorf("outline: %q is neither a Polygon nor a MultiPolygon", shape.Type)
	}
	if err != nil {
		return nil, fmt.Errorf("outline: %w", err)
	}
	var outline Outline
	for _, polygon := range polygons {
		for _, positions := range polygon {
			ring := make([]Place, len(positions))
			for i, at := range positions {
				if len(at) < 2 {
					return nil, fmt.Errorf("outline: a position has %d numbers, at least 2 are needed", len(at))
				}
				ring[i] = Place{Latitude: at[1], Longitude: at[0]}
			}
			outline = append(outline, ring)
		}
	}
	return outline, nil
}

// Contains says whether a place lies inside, by the even-odd rule: a line from it to the east crosses the border an odd
// number of times. What lies on the border itself may be either.
func (o Outline) Contains(p Place) bool {
	inside := false
	for _, ring := range o {
		for i, j := 0, len(ring)-1; i < len(ring); j, i = i, i+1 {
			a, b := ring[i], ring[j]
			if (a.Latitude > p.Latitude) != (b.Latitude > p.Latitude) &&
				p.Longitude < a.Longitude+(b.Longitude-a.Longitude)*(p.Latitude-a.Latitude)/(b.Latitude-a.Latitude) {
				inside = !inside
			}
		}
	}
	return inside
}

// metresPerDegree of latitude, on a sphere of the earth's mean radius (6,371 km).
const metresPerDegree = 6_371_000 * math.Pi / 180

// Distance gives how far a place is from the border, in metres; infinite when there is none. The ground is taken as flat
// around the place, which over a city is right to the metre.
func (o Outline) Distance(p Place) float64 {
	squeeze := math.Cos(p.Latitude * math.Pi / 180)
	flat := func(at Place) (x, y float64) {
		return (at.Longitude - p.Longitude) * squeeze * metresPerDegree, (at.Latitude - p.Latitude) * metresPerDegree
	}
	nearest := math.Inf(1)
	for _, ring := range o {
		for i, j := 0, len(ring)-1; i < len(ring); j, i = i, i+1 {
			ax, ay := flat(ring[i])
			bx, by := flat(ring[j])
			dx, dy := bx-ax, by-ay
			t := 0.0 // where on the segment the nearest point is
			if length := dx*dx + dy*dy; length > 0 {
				t = min(max(-(ax*dx+ay*dy)/length, 0), 1)
			}
			nearest = min(nearest, math.Hypot(ax+t*dx, ay+t*dy))
		}
	}
	return nearest
}

// Frame is a part of the world, in degrees. The zero frame holds nothing.
type Frame struct{ South, West, North, East float64 }

// Around is the smallest frame that holds all those places.
func Around(places ...Place) Frame {
	if len(places) == 0 {
		return Frame{}
	}
	f := Frame{South: math.Inf(1), West: math.Inf(1), North: math.Inf(-1), East: math.Inf(-1)}
	for _, p := range places {
		f.South, f.North = min(f.South, p.Latitude), max(f.North, p.Latitude)
		f.West, f.East = min(f.West, p.Longitude), max(f.East, p.Longitude)
	}
	return f
}

// Frame is the smallest frame that holds the outline.
func (o Outline) Frame() Frame {
	var all []Place
	for _, ring := range o {
		all = append(all, ring...)
	}
	return Around(all...)
}

// With is the smallest frame that holds both.
func (f Frame) With(other Frame) Frame {
	switch (Frame{}) {
	case f:
		return other
	case other:
		return f
	}
	return Frame{min(f.South, other.South), min(f.West, other.West), max(f.North, other.North), max(f.East, other.East)}
}

// Middle is the middle of the frame.
func (f Frame) Middle() Place { return Place{(f.South + f.North) / 2, (f.West + f.East) / 2} }
