package tally

import (
	"errors"
	"iter"
	"math"
	"slices"
	"testing"
)

func ballot(choices ...Choice) Ballot { return Ballot{Choices: choices} }

func TestBallotsAddUpByScoring(t *testing.T) {
	ballots := []Ballot{ballot(Choice{0, 5}, Choice{1, 2}), ballot(Choice{1, 3}, Choice{2, 1}, Choice{0, 0}), ballot()}
	for name, c := range map[string]struct {
		scoring Scoring
		total   []int64
	}{
		"choice": {Scoring{By: ByChoice}, []int64{2, 2, 1}},
		"points": {Scoring{By: ByPoints}, []int64{5, 5, 1}},
		"rank":   {Scoring{ByRank, []int64{3, 2}}, []int64{3, 5, 2}}, // the third choice of the second ballot gets none
	} {
		counter := NewCounter(c.scoring, make([]Project, 3))
		for _, b := range ballots {
			if err := counter.Add(b); err != nil {
				t.Fatal(err)
			}
		}
		totals := counter.Totals()
		if totals.Ballots != 3 || !slices.Equal(totals.Total, c.total) || !slices.Equal(totals.Supporters, []int64{2, 2, 1}) {
			t.Errorf("%s: %+v", name, totals)
		}
	}
}

func TestARefusedBallotChangesNothing(t *testing.T) {
	counter := NewCounter(Scoring{By: ByPoints}, make([]Project, 2))
	if err := counter.Add(ballot(Choice{1, math.MaxInt64 - 1})); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		ballot Ballot
		want   error
	}{
		{ballot(Choice{0, 1}, Choice{2, 1}), ErrChoiceRange},
		{ballot(Choice{0, 1}, Choice{-1, 1}), ErrChoiceRange},
		{ballot(Choice{0, 1}, Choice{1, 0}, Choice{0, 1}), ErrChoiceTwice},
		{ballot(Choice{0, 1}, Choice{1, -1}), ErrPointsNegative},
		{ballot(Choice{0, 1}, Choice{1, 2}), ErrOverflow},
	} {
		if err := counter.Add(c.ballot); !errors.Is(err, c.want) {
			t.Errorf("%v: %v, want %v", c.ballot, err, c.want)
		}
	}
	if err := counter.Add(ballot(Choice{0, 1}, Choice{1, 1})); err != nil {
		t.Errorf("a good ballot after refused ones: %v", err)
	}
	if totals := counter.Totals(); totals.Ballots != 2 || !slices.Equal(totals.Total, []int64{1, math.MaxInt64}) {
		t.Errorf("%+v", totals)
	}
}

func TestCountStopsAtTheFirstError(t *testing.T) {
	projects, _ := put([]one{{"a", 1, 0, ""}})
	broken := errors.New("broken")
	stream := func(ballots ...Ballot) iter.Seq2[Ballot, error] {
		return func(yield func(Ballot, error) bool) {
			for _, b := range ballots {
				if !yield(b, nil) {
					return
				}
			}
			yield(Ballot{}, broken)
		}
	}
	if _, err := Count(plain(1), projects, stream(ballot(Choice{Project: 0}))); !errors.Is(err, broken) {
		t.Errorf("the stream's error: %v", err)
	}
	if _, err := Count(plain(1), projects, stream(ballot(Choice{Project: 1}))); !errors.Is(err, ErrChoiceRange) {
		t.Errorf("a choice of nothing: %v", err)
	}
	if _, err := Count(Rule{}, projects, stream()); err == nil || errors.Is(err, broken) {
		t.Errorf("an open rule: %v", err)
	}
}
