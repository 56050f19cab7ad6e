package demo

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/live"
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

// tallied is what the counters of the open vote say, and what its ballots do.
type tallied struct {
	Ballots int
	Votes   map[int]int // by the proposal's number
}

func (tr *Trickle) kept(t *testing.T, d *db.DB) (told, counted tallied, turnout, marked int) {
	t.Helper()
	step := tr.steps[tr.vote].ID
	told, counted = tallied{Votes: map[int]int{}}, tallied{Votes: map[int]int{}}
	err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		c, _, err := live.Read(ctx, tx, live.Topic{Platform: tr.platform, Step: step, What: live.Voters})
		if err != nil {
			return err
		}
		told.Ballots = c.Total
		for n := range maps.Values(c.Districts) {
			turnout += n
		}
		list, err := proposal.List(ctx, tx, tr.platform.Key, proposal.ListQuery{Step: step, Order: proposal.ByNumber, Limit: 1000})
		if err != nil {
			return err
		}
		index, numbers := map[int]int{}, []int{}
		for i, l := range list {
			index[l.Selection.Number], numbers = i, append(numbers, l.Selection.Number)
			if l.Votes > 0 {
				told.Votes[l.Selection.Number] = int(l.Votes)
			}
		}
		var roll ballot.Roll
		for b, err := range roll.Each(ctx, tx, tr.platform.Key, step, index) {
			if err != nil {
				return err
			}
			counted.Ballots++
			for _, k := range b.Choices {
				counted.Votes[numbers[k.Project]]++
			}
		}
		return tx.QueryRow(ctx, `SELECT COUNT(*) FROM ballot WHERE platform = ? AND step = ? AND method = ?`, tr.platform.Key, step, Method).Scan(&marked)
	})
	if err != nil {
		t.Fatal(err)
	}
	return told, counted, turnout, marked
}

func TestFictionalVotesMoveEveryCounterAndSayWhatTheyAre(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := Build(t.Context(), d, time.Now(), nil); err != nil {
			t.Fatal(err)
		}
		tr := trickle(t, d)
		before, _, _, _ := tr.kept(t, d)
		for range 20 {
			if more, err := tr.Cast(t.Context()); err != nil || !more {
				t.Fatalf("more %v: %v", more, err)
			}
		}
		told, counted, turnout, marked := tr.kept(t, d)
		came := told.Ballots - before.Ballots
		if came < 20 || came > 20*trickleGroup || marked != came || turnout != told.Ballots {
			t.Errorf("%d came, %d are marked; of %d voters %d live somewhere", came, marked, told.Ballots, turnout)
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
	d := dbtest.Open(t, db.SQLite)
	if err := Build(t.Context(), d, time.Now(), nil); err != nil {
		t.Fatal(err)
	}
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
	before, _, _, _ := closed.kept(t, d)
	if more, err := closed.Cast(t.Context()); err != nil || more {
		t.Errorf("after the vote, more %v: %v", more, err)
	}
	if after, _, _, _ := closed.kept(t, d); !cmp.Equal(before, after) {
		t.Error("somebody voted after the vote")
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if err := trickle(t, d).Run(stopped); err != nil {
		t.Errorf("stopped: %v", err)
	}
}

func TestTheSamePeopleGoOnVoting(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	if err := Build(t.Context(), d, time.Now(), nil); err != nil {
		t.Fatal(err)
	}
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

func TestAnOldCityTakesItsTurnoutAway(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, days := range []int{0, 8} {
			if err := Build(t.Context(), d, time.Now().AddDate(0, 0, days), nil); err != nil {
				t.Fatal(err)
			}
		}
		var rows int
		if err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			return tx.QueryRow(ctx, `SELECT COUNT(*) FROM turnout WHERE platform = ?`, 1).Scan(&rows)
		}); err != nil || rows != 2*12 {
			t.Errorf("%d districts of two votes are kept: %v", rows, err)
		}
	})
}
