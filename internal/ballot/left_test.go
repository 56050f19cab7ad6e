package ballot_test

import (
	"context"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/bench"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/result"
)

func TestWhatLeftTheVoteIsNotCountedAndDoesNotComeBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := polls(t, d, nil)
		people := bench.Voters(t, d, v.Of, 2)
		v.must(people[0].Person, choose(1, 2))
		end := time.Now().Add(-time.Minute)
		v.until(end)
		v.leaves(1, proposal.Withdrawn, end.Add(-time.Second))
		count := func() (candidates, ballots int, err error) {
			err = d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
				list, err := result.Candidates(ctx, tx, v.Of.Key, v.Step)
				if err != nil {
					return err
				}
				c, err := result.Count(ctx, tx, v.Of.Key, v.Step, v.Book.Count, list)
				candidates, ballots = len(list), c.Ballots
				return err
			})
			return candidates, ballots, err
		}
		if _, _, err := count(); !fault.Is(err, fault.Conflict) {
			t.Errorf("before its votes are freed: %v", err)
		}
		v.freed()
		before, ballots, err := count()
		if err != nil || ballots != 1 {
			t.Fatalf("%d ballots, %v", ballots, err)
		}
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			view, err := project.Load(ctx, tx, v.Of.Key, v.Slug, tx.Now())
			if err != nil {
				return err
			}
			p, _, err := proposal.Numbered(ctx, tx, v.Of.Key, view.ID, 1)
			if err != nil {
				return err
			}
			return proposal.Room().Forget(ctx, tx, v.Of.Key, p.Author, false)
		}); err != nil {
			t.Fatal(err)
		}
		v.freed()
		if after, _, err := count(); after > before || err != nil {
			t.Errorf("once its author is erased there are %d candidates, %d before: %v", after, before, err)
		}
	})
}
