package ballot_test

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/bench"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
)

// chosen gives what somebody has chosen.
func (v voting) chosen(p account.Person) (numbers []int) {
	v.Helper()
	err := v.d.Read(context.Background(), func(ctx context.Context, tx db.Tx) error {
		b, err := ballot.Enter(ctx, tx, v.Of, p, v.Slug)
		for _, c := range b.Basket.Choices {
			numbers = append(numbers, c.Number)
		}
		return err
	})
	if err != nil {
		v.Fatal(err)
	}
	return numbers
}

func (v voting) add(p account.Person, number int) {
	v.Helper()
	if _, err := v.Change(context.Background(), v.Of, p, v.Slug, ballot.Change{Do: ballot.Adding, Number: number, Seed: 5}); err != nil {
		v.Error(err)
	}
}

func TestOfTwoTabsThatAddAtOnceNothingIsLost(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := polls(t, d, nil)
		p := account.Person{ID: ids.Random()} // without an account
		var all sync.WaitGroup
		for n := 1; n <= 10; n++ {
			all.Go(func() { v.add(p, n) })
		}
		all.Wait()
		got := v.chosen(p)
		slices.Sort(got)
		if !slices.Equal(got, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}) {
			t.Errorf("chosen: %v", got)
		}
	})
}

func TestTheSelectionMadeLastIsThatOfThePerson(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := polls(t, d, nil)
		known := bench.Voters(t, d, v.Of, 2)
		for i, c := range []struct {
			before, here []int
			want         []int
		}{{[]int{1, 2}, []int{3}, []int{3}}, {[]int{1, 2}, nil, []int{1, 2}}} {
			to, from := known[i].Person, account.Person{ID: ids.Random()}
			for _, n := range c.before {
				v.add(to, n)
			}
			v.add(from, 9)
			if _, err := v.Change(t.Context(), v.Of, from, v.Slug, ballot.Change{Do: ballot.Emptying}); err != nil {
				t.Error(err)
			}
			for _, n := range c.here {
				v.add(from, n)
			}
			if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { return ballot.Merge(ctx, tx, v.Of.Key, from.ID, to.ID) }); err != nil {
				t.Fatal(err)
			}
			if got := v.chosen(to); !slices.Equal(got, c.want) {
				t.Errorf("after proving: %v, want %v", got, c.want)
			}
		}
	})
}

// jobs gives the jobs of a kind that wait, with when they are due.
func (v voting) jobs(kind string) (all []jobs.Job) {
	v.Helper()
	err := v.d.Read(context.Background(), func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT id, body, run_at FROM jobs WHERE kind = ? ORDER BY id`, kind)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			j := jobs.Job{Platform: v.Of.Key, Kind: kind}
			var body string
			var at int64
			if err := rows.Scan(&j.ID, &body, &at); err != nil {
				return err
			}
			j.Body, j.RunAt = json.RawMessage(body), db.Time(at)
			all = append(all, j)
		}
		return rows.Err()
	})
	if err != nil {
		v.Fatal(err)
	}
	return all
}

func TestWhoHasChosenAndNotCastIsRemindedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := polls(t, d, nil)
		people := bench.Voters(t, d, v.Of, 3)
		waits, voted, emptied := people[0].Person, people[1].Person, people[2].Person
		nobody := account.Person{ID: ids.Random()}
		for _, p := range []account.Person{waits, voted, emptied, nobody} {
			v.add(p, 3)
			v.add(p, 4)
		}
		v.must(voted, choose(3))
		if _, err := v.Change(t.Context(), v.Of, emptied, v.Slug, ballot.Change{Do: ballot.Emptying}); err != nil {
			t.Error(err)
		}
		all := v.jobs(ballot.ReminderJob)
		if len(all) != 4 {
			t.Fatalf("%d reminders wait for four selections", len(all))
		}
		before := v.box().Mails
		run := func() {
			for _, j := range all {
				if err := v.Remind(t.Context(), j); err != nil {
					t.Error(err)
				}
			}
		}
		run() // ten days before the end: too early
		if later := v.jobs(ballot.ReminderJob); v.box().Mails != before || len(later) != 8 || !later[7].RunAt.Equal(all[0].RunAt) {
			t.Errorf("too early: %d e-mails more, %d reminders", v.box().Mails-before, len(later))
		}
		v.until(time.Now().Add(47 * time.Hour))
		run()
		run()
		if got := v.box().Mails - before; got != 1 {
			t.Errorf("%d e-mails, want one for the one person who has an address, a selection and no ballot", got)
		}
	})
}
