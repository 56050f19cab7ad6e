package citymap

import (
	"cmp"
	"math"
	"slices"
)

// MaxMarks is how many marks a drawing has at most: more are neither read nor pressed.
const MaxMarks = 500

// Spot is a point with how much stands there.
type Spot struct {
	Point
	Count int
}

// Mark is one mark of the drawing: a spot alone, or several that are too near to each other to be told apart.
type Mark struct {
	Point       // the middle of what it gathers, each counted as often as it stands for
	Count int   // of all its spots
	Spots []int // their indexes
}

// Gather puts spots that are nearer than apart into one mark, largest first, so that the marks are at most MaxMarks and
// each spot is in exactly one. The same spots in another order give the same marks.
func Gather(spots []Spot, apart float64) []Mark {
	order := make([]int, len(spots))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := spots[i], spots[j]
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Y, b.Y), cmp.Compare(a.X, b.X))
	})
	for {
		marks := settle(gather(spots, order, apart), apart)
		if len(marks) <= MaxMarks {
			return marks
		}
		apart *= 1.25
	}
}

// settle joins marks again that came near each other as they moved to the middle of what they gather.
func settle(marks []Mark, apart float64) []Mark {
	for {
		spots := make([]Spot, len(marks))
		order := make([]int, len(marks))
		for i, m := range marks {
			spots[i], order[i] = Spot{m.Point, m.Count}, i
		}
		joined := gather(spots, order, apart*0.8)
		if len(joined) == len(marks) {
			return marks
		}
		for i := range joined {
			var all []int
			for _, j := range joined[i].Spots {
				all = append(all, marks[j].Spots...)
			}
			joined[i].Spots = all
		}
		marks = joined
	}
}

// gather lets each spot join the nearest heart that is near enough, or become one. Hearts are kept by cells of a grid, so
// that only those around are looked at.
func gather(spots []Spot, order []int, apart float64) []Mark {
	type cell struct{ x, y int }
	var marks []Mark
	var hearts []Point
	grid := map[cell][]int{}
	for _, i := range order {
		s := spots[i]
		at := cell{int(math.Floor(s.X / apart)), int(math.Floor(s.Y / apart))}
		near, best := -1, apart
		for dx := -1; dx <= 1; dx++ {
			for dy := -1; dy <= 1; dy++ {
				for _, m := range grid[cell{at.x + dx, at.y + dy}] {
					if d := math.Hypot(hearts[m].X-s.X, hearts[m].Y-s.Y); d < best {
						near, best = m, d
					}
				}
			}
		}
		if near < 0 {
			near = len(marks)
			marks, hearts = append(marks, Mark{}), append(hearts, s.Point)
			grid[at] = append(grid[at], near)
		}
		m := &marks[near]
		n := float64(m.Count + s.Count)
		m.X += (s.X - m.X) * float64(s.Count) / n
		m.Y += (s.Y - m.Y) * float64(s.Count) / n
		m.Count += s.Count
		m.Spots = append(m.Spots, i)
	}
	return marks
}
