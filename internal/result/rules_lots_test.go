package result

import (
	"slices"
	"testing"

	"github.com/parvis-civic/parvis/tally"
)

// Two projects of one vote each, drawn by lots; only the second costs less than the money that there is.
func TestWhereTheCountStopsATieOfLosersHangsOnTheLots(t *testing.T) {
	for _, c := range []struct {
		fit  tally.FitThen
		want bool
	}{{tally.FitStop, true}, {tally.FitSkip, false}} {
		rule := tally.Rule{Method: tally.MethodGreedy, Budget: 50_00, Scoring: tally.Scoring{By: tally.ByChoice}, Fit: tally.Fit{Then: c.fit}, Ties: []tally.TieBreak{{By: tally.TieLots}},
			DropOut: tally.DropOutNext}
		candidates := []Candidate{{Number: 1, Project: tally.Project{ID: "a", Name: "A", Cost: 60_00, Order: 1}}, {Number: 2, Project: tally.Project{ID: "b", Name: "B", Cost: 40_00, Order: 2}}}
		projects := []tally.Project{candidates[0].Project, candidates[1].Project}
		votes := func(yield func(tally.Ballot, error) bool) {
			_ = yield(tally.Ballot{Choices: []tally.Choice{{Project: 0}}}, nil) && yield(tally.Ballot{Choices: []tally.Choice{{Project: 1}}}, nil)
		}
		winners := map[int]bool{} // how many win, under some drawings
		for _, seed := range []string{"0", "1", "2", "3", "4", "5", "6", "7"} {
			rule.Ties[0].Seed = seed
			counted, err := tally.Count(rule, projects, votes)
			if err != nil {
				t.Fatal(err)
			}
			winners[len(counted.Winners)] = true
			ties := LotTies(rule, candidates, counted)
			if len(ties) != 1 || !slices.Equal(slices.Sorted(slices.Values(ties[0].Projects)), []int{0, 1}) || decisive(ties) != (c.want || len(counted.Winners) == 1) {
				t.Errorf("%s, drawn by %s: %+v with %d winners", c.fit, seed, ties, len(counted.Winners))
			}
		}
		if len(winners) != map[bool]int{true: 2, false: 1}[c.want] {
			t.Errorf("%s: the drawings leave %v winners", c.fit, winners)
		}
	}
}
