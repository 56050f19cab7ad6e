package rulebook

import (
	"math"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/tally"
)

// Shape is what a ballot looks like. What a ranking's places are worth stands in the count's scoring.
type Shape struct {
	Kind          ShapeKind `json:"kind"`
	Min           int       `json:"min,omitempty"`             // projects at least
	Max           int       `json:"max,omitempty"`             // projects at most; 0 is no limit (basket, cumulative, imported)
	MinPoints     int64     `json:"min_points,omitempty"`      // Cumulative: in all, at least
	MaxPoints     int64     `json:"max_points,omitempty"`      // Cumulative: in all, at most
	MaxPerProject int64     `json:"max_per_project,omitempty"` // Cumulative: for one project; 0 is no limit of its own
}

// ShapeKind is the kind of Shape.
type ShapeKind string

// The kinds of ballot.
const (
	Simple     ShapeKind = "simple"     // so many projects, each worth one
	Basket     ShapeKind = "basket"     // projects whose costs together fit the envelope
	Ranking    ShapeKind = "ranking"    // projects in order, the best first
	Cumulative ShapeKind = "cumulative" // points spread over projects
)

// scoring is how a ballot of the kind is counted.
func (k ShapeKind) scoring() tally.ScoringBy {
	switch k {
	case Ranking:
		return tally.ByRank
	case Cumulative:
		return tally.ByPoints
	}
	return tally.ByChoice
}

// CheckBallot says whether the choices make a ballot of this shape: fault.Invalid with every reason at once. The costs
// are those of the projects that this ballot may name, by the index that choices use; the envelope is what a basket must fit.
func (s Shape) CheckBallot(choices []tally.Choice, costs []tally.Amount, envelope i18n.Amount) error {
	var found []*fault.Error
	add := func(key string, pairs ...any) {
		found = append(found, fault.New(fault.Invalid, "fault.rulebook.ballot."+key, pairs...).In("choices"))
	}
	seen := make(map[int]bool, len(choices))
	twice, unknown := false, false
	var cost sum
	for _, c := range choices {
		if c.Project < 0 || c.Project >= len(costs) {
			unknown = true
			continue
		}
		twice = twice || seen[c.Project]
		seen[c.Project] = true
		cost.add(int64(costs[c.Project]))
	}
	if unknown {
		add("unknown")
	}
	if twice {
		add("twice")
	}
	n := len(choices)
	if n < s.Min {
		add("too_few", "Count", s.Min-n, "Min", s.Min)
	}
	if s.Max > 0 && n > s.Max {
		add("too_many", "Count", n-s.Max, "Chosen", n, "Max", s.Max)
	}
	switch s.Kind {
	case Basket:
		if left := envelope.Hundredths - int64(cost); left < 0 {
			add("over", "Cost", i18n.Amount{Hundredths: int64(cost), Currency: envelope.Currency}, "Envelope", envelope,
				"Over", i18n.Amount{Hundredths: -left, Currency: envelope.Currency})
		}
	case Cumulative:
		s.checkPoints(choices, add)
	}
	return fault.All(found)
}

func (s Shape) checkPoints(choices []tally.Choice, add func(key string, pairs ...any)) {
	var total sum
	var highest int64
	pointless := false
	for _, c := range choices {
		pointless = pointless || c.Points < 1
		highest = max(highest, c.Points)
		total.add(max(c.Points, 0))
	}
	given := int64(total)
	if pointless {
		add("pointless")
	}
	if s.MaxPerProject > 0 && highest > s.MaxPerProject {
		add("project_points", "Given", highest, "Count", s.MaxPerProject)
	}
	if given < s.MinPoints {
		add("points_left", "Count", s.MinPoints-given, "Min", s.MinPoints)
	}
	if s.MaxPoints > 0 && given > s.MaxPoints {
		add("points_over", "Count", given-s.MaxPoints, "Given", given, "Max", s.MaxPoints)
	}
}

// sum adds numbers that are not negative, and stays at the largest one rather than wrap.
type sum int64

func (s *sum) add(n int64) {
	if n > math.MaxInt64-int64(*s) {
		*s = math.MaxInt64
		return
	}
	*s += sum(n)
}
