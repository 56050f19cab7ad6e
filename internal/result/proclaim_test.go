package result_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/tally"
)

// proclaimed is what can be read of a result.
type proclaimed struct {
	result  result.Result
	lines   []result.Line
	winners []ids.ID // in the project's result step
	step    project.Step
	journal []journal.Entry
}

func look(t *testing.T, d *db.DB, s small) (p proclaimed) {
	t.Helper()
	err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		if p.result, _, err = result.Of(ctx, tx, 1, s.vote); err != nil {
			return err
		}
		if p.lines, err = result.Lines(ctx, tx, 1, s.vote, 0, 100); err != nil {
			return err
		}
		listed, err := proposal.List(ctx, tx, 1, proposal.ListQuery{Step: s.results, Order: proposal.ByNumber, Limit: 100})
		if err != nil {
			return err
		}
		for _, l := range listed {
			p.winners = append(p.winners, l.Proposal.ID)
		}
		steps, err := project.StepsOf(ctx, tx, 1, []ids.ID{s.view.Project.ID})
		if err != nil {
			return err
		}
		p.step = steps[1]
		p.journal, err = journal.Pending(ctx, tx, 1, 100)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestASecondProclamationReplacesTheFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSmall()
		write := func(fn func(ctx context.Context, tx db.Tx) error) {
			t.Helper()
			if err := d.Write(t.Context(), fn); err != nil {
				t.Fatal(err)
			}
		}
		write(func(ctx context.Context, tx db.Tx) error {
			if err := s.fill(ctx, tx, 1, 90_00, 3); err != nil {
				return err
			}
			_, err := s.proclaim(ctx, tx, 1)
			return err
		})
		first := look(t, d, s)
		if first.result.Winners != 1 || first.result.Ballots != 3 || first.result.Spent != 90_00 || first.result.OfficialKnown || len(first.lines) != 3 || len(first.journal) != 1 ||
			!cmp.Equal(first.winners, s.proposals[:1]) || first.step.Proposals != 1 || !first.result.ProclaimedAt.Equal(s.view.Now) {
			t.Errorf("the first: %+v", first)
		}
		if lost := first.lines[1].Reason; lost.Code != tally.OutNoFit || lost.Left != 10_00 || lost.Cost != 90_00 {
			t.Errorf("the second project: %+v", lost)
		}

		// Four more people vote for the second alone, and the city announces the first and third.
		write(func(ctx context.Context, tx db.Tx) error {
			for range 4 {
				if err := ballot.Insert(ctx, tx, 1, s.vote, []ballot.Ballot{{ID: ids.Random(), Choices: []ballot.Choice{{Number: 2}}}}, false); err != nil {
					return err
				}
			}
			_, err := s.proclaim(ctx, tx, 1, 1, 0, 2)
			return err
		})
		second := look(t, d, s)
		if second.result.Winners != 1 || second.result.Ballots != 7 || !second.result.OfficialKnown || second.result.OfficialSame || len(second.lines) != 3 || len(second.journal) != 2 ||
			!cmp.Equal(second.winners, s.proposals[1:2]) || second.step.Proposals != 1 || cmp.Equal(first.result.BallotsHash, second.result.BallotsHash) {
			t.Errorf("the second: %+v", second)
		}
		for i, want := range []struct {
			proposal ids.ID
			differs  bool
		}{{s.proposals[1], true}, {s.proposals[0], true}, {s.proposals[2], true}} {
			if l := second.lines[i]; l.Proposal != want.proposal || l.Rank != i+1 || l.Differs() != want.differs {
				t.Errorf("line %d: %+v", i, l)
			}
		}

		write(func(ctx context.Context, tx db.Tx) error {
			_, err := s.proclaim(ctx, tx, 1, 0, 1, 0)
			return err
		})
		if third := look(t, d, s); !third.result.OfficialSame || cmp.Diff(second.result.BallotsHash, third.result.BallotsHash) != "" {
			t.Errorf("the third: %+v", third.result)
		}
	})
}

// The journal stays whatever is erased: nobody's words and names are in it.
func TestTheEntryOfAResultHasNothingThatPeopleWrote(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSmall()
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			if err := s.fill(ctx, tx, 1, 90_00, 3); err != nil {
				return err
			}
			_, err := s.proclaim(ctx, tx, 1)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		entry := look(t, d, s).journal[0]
		for _, private := range []string{secretTitle, "Jeanne", "banc", `"34"`} {
			if strings.Contains(entry.Body, private) {
				t.Errorf("the entry says %q: %s", private, entry.Body)
			}
		}
		for _, public := range []string{s.vote.String(), s.proposals[0].String(), `"ballots":3`, `"spent":"90"`, `"winners":["` + s.proposals[0].String() + `"]`} {
			if !strings.Contains(entry.Body, public) {
				t.Errorf("the entry lacks %q: %s", public, entry.Body)
			}
		}
	})
}

func TestReasonsNameOtherProposalsOfTheSameProjectWhileTheyMayBeRead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		here, elsewhere := ids.Random(), ids.Random()
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			var list []proposal.Proposal
			for i, p := range []proposal.Proposal{
				{Project: here, Reference: "7", Title: "Un banc"}, {Project: elsewhere, Reference: "7", Title: "Une école"},
				{Project: here, Reference: "8", Title: "Insultant", Trashed: proposal.Invisible}, {Project: here, Reference: "9", Title: "Hors sujet", Trashed: proposal.Visible},
			} {
				p.ID, p.Number, p.Author = ids.Random(), i+1, ids.Random()
				list = append(list, p)
			}
			return proposal.Insert(ctx, tx, 1, list)
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			var lines []result.Line
			for _, other := range []string{"7", "8", "9", "10", ""} {
				lines = append(lines, result.Line{Reason: tally.Reason{Other: other}})
			}
			names, err := result.NamesIn(ctx, tx, 1, lines)
			for _, c := range []struct {
				project ids.ID
				of      string
				want    string
				removed bool
			}{
				{here, "7", "Un banc", false}, {elsewhere, "7", "Une école", false}, {here, "8", "8", true}, {here, "9", "Hors sujet", false},
				{here, "10", "10", false}, {elsewhere, "9", "9", false},
			} {
				if got := names.Proposal(c.project, c.of); got != c.want || names.Removed(c.project, c.of) != c.removed {
					t.Errorf("%s is called %q, removed %v", c.of, got, names.Removed(c.project, c.of))
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
