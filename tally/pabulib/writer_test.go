package pabulib

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/parvis-civic/parvis/tally"
)

// written is a small election whose rule no other name of the format can say.
func written(t testing.TB, vote VoteType, ballots []tally.Ballot) ([]byte, tally.Rule, []Project) {
	t.Helper()
	rule := tally.Rule{
		Method: tally.MethodGreedy, Scoring: tally.Scoring{By: tally.ByChoice}, Budget: 100_000, Fit: tally.Fit{Then: tally.FitSkip}, DropOut: tally.DropOutNext,
		Minimum: tally.Minimum{BallotsShare: 3},
		Guarantee: &tally.Guarantee{PerDistrict: 1, Districts: []string{"haut", "bas"}, When: tally.GuaranteeBefore, NoMoney: tally.NoMoneyNext, NoProjects: tally.NoProjectsFewer,
			Several: tally.SeveralFirst, None: tally.NoneUnguaranteed, BelowMin: tally.BelowMinimumOut},
		Ties: []tally.TieBreak{{By: tally.TieLowerCost}, {By: tally.TieLots, Seed: "7; 12 \"19\"\né"}},
	}
	switch vote {
	case VoteCumulative:
		rule.Scoring.By = tally.ByPoints
	case VoteOrdinal:
		rule.Scoring = tally.Scoring{By: tally.ByRank, Weights: []int64{5, 3, 1}}
	}
	votes, selected := int64(2), 1
	projects := []Project{
		{Project: tally.Project{ID: "1", Name: "Un banc ; \"vert\", là", Cost: 40_050, Districts: []string{"haut"}, Categories: []string{"nature", "sport"}, Order: 1}, Votes: &votes, Selected: &selected},
		{Project: tally.Project{ID: "2", Name: "=1+1", Cost: 60_000, Districts: []string{"bas"}, Order: 2}},
		{Project: tally.Project{ID: "3", Name: "Une école", Cost: 90_000, Order: 3}},
	}
	var out bytes.Buffer
	m := Meta{Unit: "Pont-l’Alouette", Instance: "2026", Currency: "EUR", NumVotes: len(ballots), VoteType: vote, MaxLength: 3, MaxSumCost: 200_000,
		Begin: time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 5, 24, 0, 0, 0, 0, time.UTC)}
	w, err := NewWriter(&out, m, rule, projects)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range ballots {
		if err := w.Ballot(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), rule, projects
}

// Whatever people voted, the file says it, and counts by the very rule.
func TestWhatIsWrittenIsReadBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		vote := rapid.SampledFrom([]VoteType{VoteApproval, VoteOrdinal, VoteCumulative}).Draw(rt, "vote")
		ballots := rapid.SliceOf(rapid.Custom(func(rt *rapid.T) tally.Ballot {
			var b tally.Ballot
			for _, p := range rapid.SliceOfDistinct(rapid.IntRange(0, 2), rapid.ID[int]).Draw(rt, "choices") {
				c := tally.Choice{Project: p}
				if vote == VoteCumulative {
					c.Points = rapid.Int64Range(0, 9).Draw(rt, "points")
				}
				b.Choices = append(b.Choices, c)
			}
			return b
		})).Draw(rt, "ballots")
		file, rule, projects := written(t, vote, ballots)
		r, got, refusals, err := readAll(file)
		if err != nil || refusals != nil {
			rt.Fatalf("%v %v\n%s", err, refusals, file)
		}
		if diff := cmp.Diff(projects, r.Projects, cmpopts.IgnoreFields(Project{}, "Line")); diff != "" {
			rt.Errorf("projects: %s", diff)
		}
		var read []tally.Ballot
		for _, b := range got {
			read = append(read, b.Ballot)
		}
		if diff := cmp.Diff(ballots, read, cmpopts.EquateEmpty()); diff != "" {
			rt.Errorf("ballots: %s", diff)
		}
		stated, counted := r.Meta.Rule("")
		if diff := cmp.Diff(rule, stated); diff != "" || !counted {
			rt.Errorf("counted %v: %s", counted, diff)
		}
		if other, _ := r.Meta.Rule(RuleGreedy); other.Guarantee != nil {
			rt.Error("another rule that was asked for is not counted")
		}
	})
}

func TestAStatedRuleThatCannotBeCountedIsRefused(t *testing.T) {
	file, _, _ := written(t, VoteApproval, nil)
	for was, is := range map[string]string{
		`""method"":""greedy""`:       `""method"":""greedy"",""mercy"":true`,
		`""budget"":100000`:           `""budget"":100001`,
		`""by"":""choice""`:           `""by"":""points""`,
		`""by"":""lots""`:             `""by"":""mood""`,
		`""drop_out"":""next""`:       `""drop_out"":""""`,
		`""ballots_share"":3}`:        `""ballots_share"":3}}`,
		`parvis_rule;"{""method""`:    `parvis_rule;"[""method""`,
		`""districts"":[""haut"",""b`: `""districts"":[""haut"",""haut"",""b`,
	} {
		changed := strings.Replace(string(file), was, is, 1)
		if changed == string(file) {
			t.Fatalf("%s is not in the file:\n%s", was, file)
		}
		_, _, _, err := readAll([]byte(changed))
		if f, ok := errors.AsType[*FormatError](err); !ok || f.Code != FormatMetaValue || f.Args["Key"] != keyRule || f.Line == 0 {
			t.Errorf("%s: %v", is, err)
		}
	}
}
