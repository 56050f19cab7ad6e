package pabulib

import (
	"strings"

	"github.com/parvis-civic/parvis/tally"
)

// The names of the rules that are counted.
const (
	RuleGreedy          = "greedy"           // most votes or points first, skipping what no longer fits
	RuleGreedyNoSkip    = "greedy-no-skip"   // stops at the first that does not fit
	RuleGreedyThreshold = "greedy-threshold" // greedy among projects that reach min_project_score_threshold
	RuleGreedyExclusive = "greedy-exclusive" // greedy; the groups of projects that exclude each other are in no column
	RuleGreedyCustom    = "greedy-custom"    // Poznań: stops, but the first that does not fit is completed from 80 %
)

// RuleNames gives the names of the rules that are counted.
func RuleNames() []string {
	return []string{RuleGreedy, RuleGreedyNoSkip, RuleGreedyThreshold, RuleGreedyExclusive, RuleGreedyCustom}
}

// poznanReserve is the share of a project's cost, in per cent, that must be left for Poznań to complete it.
const poznanReserve = 80

// Rule gives the counting rule that the file names, or another one by its name when name is not empty, and whether it is
// counted: with one that is not built, or a name that is not known, the count gives totals only.
//
// A ranking of at most m choices gives m, m-1, … 1 points. A threshold holds under every rule; without one there is no
// minimum, so a project without a single vote can win where money is left. Files name no tie-break: the lower cost comes
// first, then the order of the file. A file that states its whole rule is counted by that.
func (m Meta) Rule(name string) (rule tally.Rule, counted bool) {
	if name == "" {
		name = m.RuleName
	}
	if name == RuleStated && m.Stated != nil {
		return *m.Stated, m.Stated.Method == tally.MethodGreedy
	}
	rule = tally.Rule{
		Method: tally.MethodGreedy, Scoring: m.scoring(), Budget: m.Budget, Minimum: tally.Minimum{Total: m.Threshold},
		Fit:     tally.Fit{Then: tally.FitSkip},
		Ties:    []tally.TieBreak{{By: tally.TieLowerCost}, {By: tally.TieOrder}},
		DropOut: tally.DropOutNext,
	}
	switch name {
	case RuleGreedy, RuleGreedyThreshold, RuleGreedyExclusive:
	case RuleGreedyNoSkip:
		rule.Fit.Then = tally.FitStop
	case RuleGreedyCustom:
		rule.Fit = tally.Fit{Then: tally.FitReserve, Reserve: poznanReserve}
	default:
		rule.Method = tally.MethodUnknown
		if strings.HasPrefix(name, "equalshares") {
			rule.Method = tally.MethodEqualShares
		}
	}
	return rule, rule.Method == tally.MethodGreedy
}

func (m Meta) scoring() tally.Scoring {
	switch {
	case m.VoteType.pointed():
		return tally.Scoring{By: tally.ByPoints}
	case m.VoteType != VoteOrdinal:
		return tally.Scoring{By: tally.ByChoice}
	}
	most := m.MaxLength
	if most == 0 {
		most = max(m.NumProjects, 1)
	}
	// No ballot names more projects than there are, however many META allows.
	weights := make([]int64, max(1, min(most, m.NumProjects)))
	for i := range weights {
		weights[i] = int64(most - i)
	}
	return tally.Scoring{By: tally.ByRank, Weights: weights}
}

// Official is the city's own outcome, beside a count.
type Official struct {
	Known       bool     // the file has it
	Same        bool     // the count found the same winners; false when it found none because the rule is not built
	Winners     []string // the city's, in the order of the file
	Differences []string // won in one of the two only, in the order of the file; none when the rule is not built
}

// Official compares the column selected with a result over the reader's projects. 1 is a winner, and under
// greedy-custom 2 is one completed from the reserve; other marks say that the project was funded from elsewhere.
func (r *Reader) Official(result tally.Result) Official {
	o := Official{Winners: []string{}, Differences: []string{}}
	counted := make([]bool, len(r.Projects))
	for _, w := range result.Winners {
		counted[w] = true
	}
	for i, p := range r.Projects {
		if p.Selected == nil {
			continue
		}
		o.Known = true
		won := *p.Selected == 1 || *p.Selected == 2 && r.Meta.RuleName == RuleGreedyCustom
		if won {
			o.Winners = append(o.Winners, p.ID)
		}
		if result.Counted && won != counted[i] {
			o.Differences = append(o.Differences, p.ID)
		}
	}
	o.Same = o.Known && result.Counted && len(o.Differences) == 0
	return o
}

// Difference is a total that is not the one that the file states for the project.
type Difference struct {
	ID      string
	Column  string // votes or score
	File    int64
	Counted int64
}

// Differences compares the columns votes and score with totals over the reader's projects, counted with the scoring of
// the file's rule. In a file whose last line was cut in the middle of a list, only this can tell.
func (r *Reader) Differences(totals tally.Totals) []Difference {
	var found []Difference
	for i, p := range r.Projects {
		if p.Votes != nil && *p.Votes != totals.Supporters[i] {
			found = append(found, Difference{p.ID, "votes", *p.Votes, totals.Supporters[i]})
		}
		if p.Score != nil && *p.Score != totals.Total[i] {
			found = append(found, Difference{p.ID, "score", *p.Score, totals.Total[i]})
		}
	}
	return found
}
