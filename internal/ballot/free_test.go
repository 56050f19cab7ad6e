package ballot_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/bench"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// leaves takes a proposal out at a time.
func (v voting) leaves(number int, how proposal.Trashed, at time.Time) {
	v.Helper()
	err := v.d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
		view, err := project.Load(ctx, tx, v.Of.Key, v.Slug, tx.Now())
		if err != nil {
			return err
		}
		p, _, err := proposal.Numbered(ctx, tx, v.Of.Key, view.ID, number)
		if err != nil {
			return err
		}
		return proposal.TakeOut(ctx, tx, v.Of.Key, p, how, "", at)
	})
	if err != nil {
		v.Fatal(err)
	}
}

// freed does the jobs that proposals which left have written.
func (v voting) freed() {
	v.Helper()
	list := v.jobs(proposal.LeftJob)
	for range 2 { // the process died before it was written that they are done
		for _, job := range list {
			if err := v.Free(context.Background(), job); err != nil {
				v.Fatal(err)
			}
		}
	}
	if err := v.d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error { return jobs.DropAll(ctx, tx, list) }); err != nil {
		v.Fatal(err)
	}
}

// told gives what e-mails of freed votes wait, by address.
func (v voting) told() map[string][]notify.Mail {
	v.Helper()
	by := map[string][]notify.Mail{}
	for _, job := range v.jobs(notify.Job) {
		var m notify.Mail
		if err := json.Unmarshal(job.Body, &m); err != nil {
			v.Fatal(err)
		}
		if m.Kind != "vote_cast" {
			by[m.To] = append(by[m.To], m)
		}
	}
	return by
}

func TestAProjectThatLeavesTheVoteFreesItsVotesAndTellsTheVotersOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := polls(t, d, func(b *rulebook.Rulebook) { b.Vote.Ballot.Min = 2 })
		people := bench.Voters(t, d, v.Of, 4)
		for i, vote := range []ballot.Vote{choose(1, 11), choose(11, 12), choose(1, 2, 3), choose(2, 11, 12)} {
			v.must(people[i].Person, vote)
		}
		elsewhere, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: "ailleurs", Name: "Ailleurs"})
		if err != nil {
			t.Fatal(err)
		}
		v.leaves(1, proposal.Withdrawn, time.Now())
		for _, job := range v.jobs(proposal.LeftJob) {
			job.Platform = elsewhere.Key
			if err := v.Free(t.Context(), job); err != nil {
				t.Error(err)
			}
		}
		if diff := cmp.Diff([]string{"1,11", "1,2,3", "11,12", "2,11,12"}, v.box().Ballots); diff != "" {
			t.Errorf("another platform's job changes ballots here: %s", diff)
		}
		v.freed()
		got := v.box()
		got.holds(t, v.paper())
		if diff := cmp.Diff([]string{"11", "11,12", "2,11,12", "2,3"}, got.Ballots); diff != "" {
			t.Error(diff)
		}
		kinds := map[string][]string{}
		for to, mails := range v.told() {
			for _, m := range mails {
				kinds[to] = append(kinds[to], m.Kind)
				if m.Args["Proposal"] != "Projet 1" || m.Person.IsZero() {
					t.Errorf("told %+v", m)
				}
			}
		}
		if diff := cmp.Diff(map[string][]string{people[0].Email: {"vote_freed_short"}, people[2].Email: {"vote_freed"}}, kinds); diff != "" {
			t.Errorf("told: %s", diff)
		}
		if _, err := v.cast(people[1].Person, choose(1, 2)); !fault.Is(err, fault.Invalid) {
			t.Errorf("a project that left is voted for: %v", err)
		}
		v.must(people[0].Person, choose(11, 5)) // who was told completes the ballot
		v.box().holds(t, v.paper())
		err = d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			list, err := result.Candidates(ctx, tx, v.Of.Key, v.Step)
			if len(list) != 19 || list[0].Number != 2 {
				t.Errorf("%d candidates, the first is %d", len(list), list[0].Number)
			}
			if _, err := result.Count(ctx, tx, v.Of.Key, v.Step, v.Book.Count, list); err != nil {
				t.Errorf("the count: %v", err)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestWhatWasRemovedIsNotSaidAgainToItsVoters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := polls(t, d, nil)
		p := bench.Voters(t, d, v.Of, 1)[0].Person
		v.must(p, choose(1))
		v.leaves(1, proposal.Invisible, time.Now())
		v.freed()
		mails := v.told()[p.Email]
		if len(mails) != 1 || mails[0].Kind != "vote_freed_short" || mails[0].Args["Proposal"] != "Le projet n°\u00a01" {
			t.Errorf("told %+v", mails)
		}
		if diff := cmp.Diff([]string{""}, v.box().Ballots); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWhatLeavesOnceTheVoteIsClosedChangesNoBallot(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := polls(t, d, nil)
		people := bench.Voters(t, d, v.Of, 2)
		v.must(people[0].Person, choose(1, 2))
		v.must(people[1].Person, choose(2, 3))
		end := time.Now().Add(-time.Minute)
		v.until(end)
		v.leaves(1, proposal.Withdrawn, end.Add(-time.Second)) // in time: its job is late
		v.leaves(3, proposal.Invisible, end.Add(time.Second))
		v.freed()
		got := v.box()
		got.holds(t, v.paper())
		if diff := cmp.Diff([]string{"2", "2,3"}, got.Ballots); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(map[int]int64{2: 2, 3: 1}, got.Shown); diff != "" {
			t.Errorf("totals of a closed vote: %s", diff)
		}
		told := v.told()
		if to := slices.Collect(maps.Keys(told)); len(to) != 1 || to[0] != people[0].Email || told[to[0]][0].Kind != "vote_freed_closed" {
			t.Errorf("told %+v", told)
		}
		err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			list, err := result.Candidates(ctx, tx, v.Of.Key, v.Step)
			if len(list) != 19 {
				t.Errorf("%d candidates", len(list))
			}
			if _, err := result.Count(ctx, tx, v.Of.Key, v.Step, v.Book.Count, list); err != nil {
				t.Errorf("the count: %v", err)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestThousandsOfBallotsAreFreedInSmallWrites(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := polls(t, d, nil)
		var list []ballot.Ballot
		for range 2_500 {
			list = append(list, ballot.Ballot{ID: ids.Random(), Choices: []ballot.Choice{{Number: 1}, {Number: 12}}})
		}
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			return ballot.Insert(ctx, tx, v.Of.Key, v.Step, list, false)
		}); err != nil {
			t.Fatal(err)
		}
		v.leaves(1, proposal.Withdrawn, time.Now())
		v.freed()
		got := v.box().Ballots
		if len(got) != 2_500 || got[0] != "12" || got[2_499] != "12" {
			t.Errorf("%d ballots, from %q to %q", len(got), got[0], got[len(got)-1])
		}
	})
}
