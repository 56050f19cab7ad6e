package demo

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/live"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

func trickle(t *testing.T, d *db.DB) *Trickle {
	t.Helper()
	tr, err := NewTrickle(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// tallied is what the counters of a vote say, with what still waits to move them, and what its ballots do.
type tallied struct {
	Ballots, Proofs, Turnout int
	Votes                    map[int]int // by the proposal's number
}

func kept(t *testing.T, d *db.DB, of platform.Platform, step ids.ID) (told, counted tallied) {
	t.Helper()
	told, counted = tallied{Votes: map[int]int{}}, tallied{Votes: map[int]int{}}
	err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		c, _, err := live.Read(ctx, tx, live.Topic{Platform: of, Step: step, What: live.Voters})
		if err != nil {
			return err
		}
		told.Ballots = c.Total
		for n := range maps.Values(c.Districts) {
			told.Turnout += n
		}
		list, err := proposal.List(ctx, tx, of.Key, proposal.ListQuery{Step: step, Order: proposal.ByNumber, Limit: 1000})
		if err != nil {
			return err
		}
		index, numbers := map[int]int{}, []int{}
		for i, l := range list {
			index[l.Selection.Number], numbers = i, append(numbers, l.Selection.Number)
			told.Votes[l.Selection.Number] = int(l.Votes)
		}
		rows, err := tx.Query(ctx, `SELECT w.choices FROM total_waiting w WHERE w.platform = ? AND w.step = ?`, of.Key, step)
		waiting, err := db.Collect(rows, err, func(r *sql.Rows, text *string) error { return r.Scan(text) })
		if err != nil {
			return err
		}
		for _, text := range waiting {
			choices, err := ballot.Decode(text)
			if err != nil {
				return err
			}
			for _, k := range choices {
				told.Votes[k.Number]++
			}
		}
		var roll ballot.Roll
		for b, err := range roll.Each(ctx, tx, of.Key, step, index) {
			if err != nil {
				return err
			}
			counted.Ballots++
			for _, k := range b.Choices {
				counted.Votes[numbers[k.Project]]++
			}
		}
		maps.DeleteFunc(told.Votes, func(_, n int) bool { return n == 0 })
		counted.Proofs, counted.Turnout = counted.Ballots, counted.Ballots // of each voter one proof, and a district
		return tx.QueryRow(ctx, `SELECT COUNT(DISTINCT g.tracker) FROM signature g JOIN ballot b ON b.platform = g.platform AND b.step = g.step AND b.id = g.ballot
			WHERE g.platform = ? AND g.step = ? AND g.tracker <> ''`, of.Key, step).Scan(&told.Proofs)
	})
	if err != nil {
		t.Fatal(err)
	}
	return told, counted
}

// ofNow is the city for tests that begin with one.
var ofNow = dbtest.NewFilled(func(ctx context.Context, d *db.DB) error { return Build(ctx, d, time.Now(), nil) })

func TestFictionalVotesMoveEveryCounter(t *testing.T) {
	ofNow.Each(t, func(t *testing.T, d *db.DB) {
		countersOfBothVotesAreThoseOfTheirBallots(t, d)
		tr := trickle(t, d)
		before, _ := kept(t, d, tr.platform, tr.step.ID)
		for range 20 {
			if more, err := tr.Cast(t.Context()); err != nil || !more {
				t.Fatalf("more %v: %v", more, err)
			}
		}
		told, counted := kept(t, d, tr.platform, tr.step.ID)
		if came := told.Ballots - before.Ballots; came < 20 || came > 20*trickleGroup {
			t.Errorf("%d came", came)
		}
		if diff := cmp.Diff(counted, told); diff != "" {
			t.Errorf("the counters are not those of the ballots: %s", diff)
		}
		if again := trickle(t, d); again.left != tr.left {
			t.Errorf("after a new start %d may come, before %d", again.left, tr.left)
		}
	})
}

func TestFictionalVotesEnd(t *testing.T) {
	d := ofNow.Open(t, db.SQLite)
	theSamePeopleGoOnVoting(t, d)
	last := trickle(t, d)
	last.left = 1
	if more, err := last.Cast(t.Context()); err != nil || more {
		t.Errorf("with the last one, more %v: %v", more, err)
	}
	if err := last.Run(t.Context()); err != nil {
		t.Errorf("after the last one: %v", err)
	}
	closed := trickle(t, d)
	closed.platform.Clock.To = closed.platform.Clock.To.AddDate(0, 1, 0)
	before, _ := kept(t, d, closed.platform, closed.step.ID)
	if more, err := closed.Cast(t.Context()); err != nil || more {
		t.Errorf("after the vote, more %v: %v", more, err)
	}
	if after, _ := kept(t, d, closed.platform, closed.step.ID); !cmp.Equal(before, after) {
		t.Error("somebody voted after the vote")
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if err := trickle(t, d).Run(stopped); err != nil {
		t.Errorf("stopped: %v", err)
	}
}

func theSamePeopleGoOnVoting(t *testing.T, d *db.DB) {
	t.Helper()
	a, b := trickle(t, d), trickle(t, d)
	if !slices.Equal(a.voters.appeal, b.voters.appeal) {
		t.Error("other people come after a new start")
	}
	built, err := plan(time.Now(), a.platform.Zone)
	if err != nil {
		t.Fatal(err)
	}
	for i := range built.editions {
		if e := &built.editions[i]; e.slug == a.edition.slug && !slices.Equal(built.electorate(e).appeal, a.voters.appeal) {
			t.Error("other people come than have voted so far")
		}
	}
}

// Each ballot counts once in every counter, and has its proof of deposit.
func countersOfBothVotesAreThoseOfTheirBallots(t *testing.T, d *db.DB) {
	t.Helper()
	var of platform.Platform
	var steps []project.Step
	err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		if of, err = platform.BySlug(ctx, tx, Slug); err != nil {
			return err
		}
		views, err := project.Views(ctx, tx, of.Key, 100, of.Now(tx.Now()))
		for _, v := range views {
			if step := v.Steps[project.VoteStep(v.Steps)]; step.Ballots > 0 {
				steps = append(steps, step)
			}
		}
		return err
	})
	if err != nil || len(steps) != 2 {
		t.Fatalf("%d votes: %v", len(steps), err)
	}
	for _, step := range steps {
		told, counted := kept(t, d, of, step.ID)
		if diff := cmp.Diff(counted, told); diff != "" {
			t.Error(diff)
		}
	}
}
