package demo

import (
	"cmp"
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/parvis-civic/parvis/internal/proposal"
)

// The map is drawn on a plan first, a square from -1 to 1 on which the river is the line y = 0. Each bank is shared among
// its districts by nearness to their hearts (a Voronoi partition, which is convex); then the plan is bent, so that the
// square becomes a round city and the line a river that winds.
type point struct{ x, y float64 }

// The middle of the city stands in the Bay of Biscay, where nobody's street can be mistaken for one of its own. A unit of
// the plan is about 2.5 km.
const (
	middleLatitude, middleLongitude = 45.9, -3.2
	unitLatitude, unitLongitude     = 0.0225, 0.0323
	riverbank                       = 0.045 // from the middle of the river, on the plan
)

// cells gives each heart the part of its bank that is nearer to it than to any other.
func cells(hearts []point) [][]point {
	list := make([][]point, len(hearts))
	for i, heart := range hearts {
		low, high := riverbank, 1.0
		if heart.y < 0 {
			low, high = -1, -riverbank
		}
		cell := []point{{-1, low}, {1, low}, {1, high}, {-1, high}}
		for j, other := range hearts {
			if j != i && (other.y < 0) == (heart.y < 0) {
				cell = nearer(cell, heart, other)
			}
		}
		list[i] = cell
	}
	return list
}

// nearer cuts a convex polygon to what is nearer to a than to b (Sutherland and Hodgman, 1974).
func nearer(polygon []point, a, b point) []point {
	// Positive on a's side of the line half-way between both.
	side := func(p point) float64 {
		return (p.x-(a.x+b.x)/2)*(a.x-b.x) + (p.y-(a.y+b.y)/2)*(a.y-b.y)
	}
	var cut []point
	for i, p := range polygon {
		q := polygon[(i+1)%len(polygon)]
		sp, sq := side(p), side(q)
		if sp >= 0 {
			cut = append(cut, p)
		}
		if (sp >= 0) != (sq >= 0) {
			t := sp / (sp - sq)
			cut = append(cut, point{p.x + t*(q.x-p.x), p.y + t*(q.y-p.y)})
		}
	}
	return cut
}

// onMap bends the plan and gives degrees.
func onMap(p point) proposal.Place {
	// From square to disc: https://arxiv.org/abs/1509.06344, section 4 (elliptical grid mapping).
	return wound(p.x*math.Sqrt(1-p.y*p.y/2), p.y*math.Sqrt(1-p.x*p.x/2))
}

// wound lets the lines of the disc wind, and gives degrees.
func wound(x, y float64) proposal.Place {
	x, y = x+0.07*math.Sin(2.7*y+0.6), y+0.2*math.Sin(2.4*x+0.5)
	x, y = x+0.025*math.Sin(7.3*y+1.9), y+0.025*math.Sin(8.1*x+0.3)
	x, y = x+0.011*math.Sin(15*y+4.1), y+0.011*math.Sin(17*x+2.2)
	return proposal.Place{Latitude: degrees(middleLatitude + y*unitLatitude), Longitude: degrees(middleLongitude + x*unitLongitude)}
}

// degrees rounds to about a metre.
func degrees(d float64) float64 { return math.Round(d*1e5) / 1e5 }

// outline gives a cell as a GeoJSON polygon (RFC 7946): closed, counter-clockwise. Both cells along a side get the same
// points on it, so that no gap shows between them.
func outline(cell []point) string {
	ring := [][2]float64{}
	for i, p := range cell {
		q := cell[(i+1)%len(cell)]
		for _, r := range along(p, q) {
			place := onMap(r)
			ring = append(ring, [2]float64{place.Longitude, place.Latitude})
		}
	}
	ring = append(ring, ring[0])
	raw, err := json.Marshal(map[string]any{"type": "Polygon", "coordinates": [][][2]float64{ring}})
	if err != nil {
		panic(err) // numbers always have a JSON form
	}
	return string(raw)
}

// along gives points on a side from p on, q left out, the same ones whichever end it is walked from.
func along(p, q point) []point {
	const apart = 0.05
	a, b := p, q
	turned := cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.y, b.y)) > 0
	if turned {
		a, b = b, a
	}
	n := max(1, int(math.Round(math.Hypot(b.x-a.x, b.y-a.y)/apart)))
	points := make([]point, n+1)
	for i := range points {
		t := float64(i) / float64(n)
		points[i] = point{a.x + t*(b.x-a.x), a.y + t*(b.y-a.y)}
	}
	if turned {
		slices.Reverse(points)
	}
	return points[:n]
}

// inside draws a point of a cell, every part of it as likely, away from its border.
func inside(r *rand.Rand, cell []point) point {
	var middle point
	for _, p := range cell {
		middle.x, middle.y = middle.x+p.x/float64(len(cell)), middle.y+p.y/float64(len(cell))
	}
	// The cell is convex: triangles from its middle to its sides fill it, and one is drawn by its area.
	areas := make([]float64, len(cell))
	var sum float64
	for i, p := range cell {
		q := cell[(i+1)%len(cell)]
		areas[i] = math.Abs((p.x-middle.x)*(q.y-middle.y) - (q.x-middle.x)*(p.y-middle.y))
		sum += areas[i]
	}
	at, i := r.Float64()*sum, 0
	for i < len(cell)-1 && at >= areas[i] {
		at -= areas[i]
		i++
	}
	const border = 0.88 // how far out points go
	p, q := cell[i], cell[(i+1)%len(cell)]
	out, t := border*math.Sqrt(r.Float64()), r.Float64()
	return point{middle.x + out*((1-t)*p.x+t*q.x-middle.x), middle.y + out*((1-t)*p.y+t*q.y-middle.y)}
}
