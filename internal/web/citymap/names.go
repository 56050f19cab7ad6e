package citymap

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// Named is a text that wants to stand inside an outline, or at a point when there is none.
type Named struct {
	Outline Outline
	At      Point    // used without outline
	Lines   []string // as they are to be written, one under the other
}

// Name is where a text goes: the middle of its first line, on its baseline.
type Name struct {
	Of int // index of the Named
	Point
	Lines []string
}

// box is a rectangle on the drawing.
type box struct{ left, top, right, bottom float64 }

// overlap is the area that both cover.
func (b box) overlap(o box) float64 {
	w, h := min(b.right, o.right)-max(b.left, o.left), min(b.bottom, o.bottom)-max(b.top, o.top)
	if w <= 0 || h <= 0 {
		return 0
	}
	return w * h
}

// coarse is how finely borders are followed to place names, in units of the drawing.
const coarse = 10

// Leading is the height of a line of a name, times the size of its letters.
const Leading = 1.12

// letter is the width of a letter on average, times its size: measured on the titles' face, generously.
const letter = 0.56

// Lettering is how large names are written, and how far from the middle of a mark they keep clear, in units of the drawing.
type Lettering struct{ Size, Clear float64 }

// candidate is a point where a name may stand.
type candidate struct {
	Point
	room float64 // distance to the border of its district
}

// Names places texts, once for each lettering, so that no two overlap and, as far as there is room, none covers a mark. A
// name that finds no room is left out: the list beside the map has it.
func (v View) Names(named []Named, marks []Mark, letterings ...Lettering) [][]Name {
	rings, candidates := make([][][]Point, len(named)), make([][]candidate, len(named))
	for i, n := range named {
		rings[i] = v.rings(n.Outline, coarse)
		v.inside(rings[i], func(p Point, room float64) { candidates[i] = append(candidates[i], candidate{p, room}) })
		slices.SortStableFunc(candidates[i], func(a, b candidate) int { return cmp.Compare(b.room, a.room) })
	}
	all := make([][]Name, len(letterings))
	for i, l := range letterings {
		all[i] = v.names(named, rings, candidates, marks, l)
	}
	return all
}

func (v View) names(named []Named, rings [][][]Point, candidates [][]candidate, marks []Mark, l Lettering) []Name {
	size := l.Size
	obstacles := make([]box, len(marks))
	for i, m := range marks {
		obstacles[i] = box{m.X - l.Clear, m.Y - l.Clear, m.X + l.Clear, m.Y + l.Clear}
	}
	order := make([]int, len(named))
	for i := range named {
		order[i] = i
	}
	// Who has the fewest places to stand chooses first.
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(len(candidates[i]), len(candidates[j])) })
	var placed []box
	var names []Name
	for _, i := range order {
		half, tall := textWidth(named[i].Lines, size)/2, float64(len(named[i].Lines))*size*Leading
		stands := candidates[i]
		if len(named[i].Outline) == 0 {
			for _, dy := range []float64{0, -1.6, 1.6, -3, 3} {
				stands = append(stands, candidate{Point{named[i].At.X, named[i].At.Y + dy*size}, size})
			}
		}
		var best Point
		var bestBox box
		score := math.Inf(-1)
		for _, c := range stands {
			b := box{c.X - half, c.Y - tall/2, c.X + half, c.Y + tall/2}
			if b.left < 4 || b.right > Width-4 || b.top < 4 || b.bottom > v.Height-4 ||
				slices.ContainsFunc(placed, func(other box) bool { return b.overlap(other) > 0 }) {
				continue
			}
			s := min(c.room, half) / half
			if s <= score {
				break // those that follow have less room still
			}
			if c.room < math.Hypot(half, tall/2) {
				s -= 2 * out(rings[i], b) // sticking out of the district is bad, …
			}
			for _, o := range obstacles {
				s -= 3 * b.overlap(o) / (4 * l.Clear * l.Clear) // … covering a mark is worse
			}
			if s > score {
				score, best, bestBox = s, c.Point, b
			}
		}
		if !math.IsInf(score, -1) {
			placed = append(placed, bestBox)
			names = append(names, Name{Of: i, Point: Point{best.X, best.Y - tall/2 + size*0.88}, Lines: named[i].Lines})
		}
	}
	slices.SortFunc(names, func(a, b Name) int { return cmp.Compare(a.Of, b.Of) })
	return names
}

func textWidth(lines []string, size float64) float64 {
	longest := 0
	for _, l := range lines {
		longest = max(longest, utf8.RuneCountInString(l))
	}
	return float64(max(longest, 1)) * letter * size
}

// Wrap breaks a name where it may be broken, so that no line is longer than so many letters if that can be.
func Wrap(name string, letters int) []string {
	var lines []string
	line := ""
	for _, word := range words(name) {
		if line != "" && utf8.RuneCountInString(strings.TrimSpace(line+word)) > letters {
			lines = append(lines, strings.TrimSpace(line))
			line = ""
		}
		line += word
	}
	return append(lines, strings.TrimSpace(line))
}

// words splits after spaces and hyphens, which stay with the word before them.
func words(name string) []string {
	var out []string
	start := 0
	for i, r := range name {
		if r == ' ' || r == '-' {
			out = append(out, name[start:i+1])
			start = i + 1
		}
	}
	return append(out, name[start:])
}

// inside walks over a grid of points of the drawing that are inside rings, each with its distance to the border, where
// what lies left and right counts less, since texts are wide.
func (v View) inside(rings [][]Point, found func(p Point, room float64)) {
	const fine = 15
	left, top, right, bottom := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, ring := range rings {
		for _, p := range ring {
			left, right, top, bottom = min(left, p.X), max(right, p.X), min(top, p.Y), max(bottom, p.Y)
		}
	}
	left, top, right, bottom = max(left, 0), max(top, 0), min(right, Width), min(bottom, v.Height)
	if left >= right || top >= bottom {
		return
	}
	for j := range fine {
		for i := range fine {
			p := Point{left + (right-left)*(float64(i)+0.5)/fine, top + (bottom-top)*(float64(j)+0.5)/fine}
			if room := roomAt(rings, p); room > 0 {
				found(p, room)
			}
		}
	}
}

// roomAt is the distance from a point to the border, 0 outside.
func roomAt(rings [][]Point, p Point) float64 {
	if !holds(rings, p) {
		return 0
	}
	nearest := math.Inf(1)
	for _, ring := range rings {
		for i, a := range ring {
			nearest = min(nearest, squared(a, ring[(i+1)%len(ring)], p))
		}
	}
	return math.Sqrt(nearest)
}

// out is the share of a box's corners that are not inside rings; 0 when there are none.
func out(rings [][]Point, b box) float64 {
	if len(rings) == 0 {
		return 0
	}
	n := 4.0
	for _, p := range []Point{{b.left, b.top}, {b.right, b.top}, {b.left, b.bottom}, {b.right, b.bottom}} {
		if holds(rings, p) {
			n--
		}
	}
	return n / 4
}

// holds says whether a point is inside (even-odd rule).
func holds(rings [][]Point, p Point) bool {
	in := false
	for _, ring := range rings {
		for i, a := range ring {
			b := ring[(i+1)%len(ring)]
			if (a.Y > p.Y) != (b.Y > p.Y) && p.X < (b.X-a.X)*(p.Y-a.Y)/(b.Y-a.Y)+a.X {
				in = !in
			}
		}
	}
	return in
}

// squared is the square of the distance from a point to a side.
func squared(a, b, p Point) float64 {
	dx, dy := b.X-a.X, b.Y-a.Y
	t := 0.0
	if long := dx*dx + dy*dy; long > 0 {
		t = min(max(((p.X-a.X)*dx+(p.Y-a.Y)*dy)/long, 0), 1)
	}
	dx, dy = a.X+t*dx-p.X, a.Y+t*dy-p.Y
	return dx*dx + dy*dy
}
