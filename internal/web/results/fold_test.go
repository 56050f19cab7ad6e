package results

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/parvis-civic/parvis/internal/web/ui"
)

func TestALongListOfResultsShowsItsTopAndItsCut(t *testing.T) {
	for _, c := range []struct {
		lines, cut int // cut is the place of the line that it is drawn above; -1 for none
		want       []string
	}{
		{0, -1, nil},
		{8, -1, []string{"seen 1-8"}},
		{14, -1, []string{"seen 1-14"}},
		{15, -1, []string{"seen 1-10", "folded 11-15"}},
		{58, 24, []string{"seen 1-10", "folded 11-21", "seen 22-29", "folded 30-58"}},
		{58, 2, []string{"seen 1-10", "folded 11-58"}},
		{30, 15, []string{"seen 1-20", "folded 21-30"}},
		{30, 29, []string{"seen 1-10", "folded 11-26", "seen 27-30"}},
	} {
		r := ResultsPage{Lines: make([]ui.ResultLine, c.lines)}
		for i := range r.Lines {
			r.Lines[i].Rank = i + 1
		}
		if c.cut >= 0 {
			r.Lines[c.cut].Cut = &ui.CutLine{}
		}
		var got []string
		for _, s := range r.stretches() {
			word := "seen"
			if s.Folded {
				word = "folded"
			}
			got = append(got, fmt.Sprintf("%s %d-%d", word, s.Lines[0].Rank, s.Lines[len(s.Lines)-1].Rank))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%d lines, cut at %d (-want +got):\n%s", c.lines, c.cut, diff)
		}
	}
}

func TestTheFirstViewOfManyWinnersNamesOneOfEachDistrict(t *testing.T) {
	for winners, want := range map[int64]int{1: 3, 40: 3, 41: 1, 117: 1} {
		if got := (ResultsPage{Winners: winners}).wonSeen(); got != want {
			t.Errorf("of %d winners, %d a district are seen, want %d", winners, got, want)
		}
	}
}
