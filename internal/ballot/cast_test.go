package ballot_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/bench"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/tally"
)

// box is what is in the box of a step, as its tables say it.
type box struct {
	Ballots    []string // choices, sorted
	Signatures int
	Linked     int           // signatures whose ballot is there
	Counter    int           // of the step
	Shown      map[int]int64 // votes, as pages would show them
	Votes      map[int]int64 // with those that wait
	Points     map[int]int64
	Turnout    map[string]int
	Mails      int
}

func look(t testing.TB, d *db.DB, p bench.Polls) box {
	t.Helper()
	b := box{Shown: map[int]int64{}, Votes: map[int]int64{}, Points: map[int]int64{}, Turnout: map[string]int{}}
	err := d.Read(context.Background(), func(ctx context.Context, tx db.Tx) error {
		key := p.Of.Key
		one := func(to any, query string, args ...any) {
			if err := tx.QueryRow(ctx, query, args...).Scan(to); err != nil {
				t.Error(err)
			}
		}
		one(&b.Signatures, `SELECT COUNT(*) FROM signature WHERE platform = ? AND step = ?`, key, p.Step)
		one(&b.Linked, `SELECT COUNT(*) FROM signature g JOIN ballot b ON b.platform = g.platform AND b.step = g.step AND b.id = g.ballot WHERE g.platform = ? AND g.step = ?`, key, p.Step)
		one(&b.Counter, `SELECT ballots FROM step WHERE platform = ? AND id = ?`, key, p.Step)
		one(&b.Mails, `SELECT COUNT(*) FROM jobs WHERE platform = ? AND kind = 'mail'`, key)
		each := func(query string, scan func(func(...any) error) error) error {
			rows, err := tx.Query(ctx, query, key, p.Step)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				if err := scan(rows.Scan); err != nil {
					return err
				}
			}
			return rows.Err()
		}
		if err := each(`SELECT choices FROM ballot WHERE platform = ? AND step = ?`, func(scan func(...any) error) error {
			var text string
			err := scan(&text)
			b.Ballots = append(b.Ballots, text)
			return err
		}); err != nil {
			return err
		}
		if err := each(`SELECT number, votes, points FROM selection WHERE platform = ? AND step = ?`, func(scan func(...any) error) error {
			var n int
			var votes, points int64
			err := scan(&n, &votes, &points)
			if votes != 0 || points != 0 {
				b.Shown[n], b.Votes[n], b.Points[n] = votes, votes, points
			}
			return err
		}); err != nil {
			return err
		}
		if err := each(`SELECT choices, sign FROM total_waiting WHERE platform = ? AND step = ?`, func(scan func(...any) error) error {
			var text string
			var sign int64
			if err := scan(&text, &sign); err != nil {
				return err
			}
			choices, err := ballot.Decode(text)
			for n, total := range (ballot.Paper{Rules: p.Book}).Totals(choices) {
				b.Votes[n] += sign * total.Votes
				b.Points[n] += sign * total.Points
			}
			return err
		}); err != nil {
			return err
		}
		for n, votes := range b.Votes { // once all are added: they come in no order
			if votes == 0 && b.Points[n] == 0 {
				delete(b.Votes, n)
				delete(b.Points, n)
			}
		}
		return each(`SELECT district, voters FROM turnout WHERE platform = ? AND step = ?`, func(scan func(...any) error) error {
			var district string
			var n int
			err := scan(&district, &n)
			if n != 0 {
				b.Turnout[district] = n
			}
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(b.Ballots)
	return b
}

// holds fails unless counters, signatures and totals are those of the ballots.
func (b box) holds(t testing.TB, paper ballot.Paper) {
	t.Helper()
	if n := len(b.Ballots); b.Signatures != n || b.Linked != n || b.Counter != n {
		t.Errorf("%d ballots, %d signatures, %d of them linked, a counter of %d", n, b.Signatures, b.Linked, b.Counter)
	}
	votes, points := map[int]int64{}, map[int]int64{}
	for _, text := range b.Ballots {
		choices, err := ballot.Decode(text)
		if err != nil {
			t.Fatal(err)
		}
		for n, total := range paper.Totals(choices) {
			votes[n] += total.Votes
			points[n] += total.Points
		}
	}
	if diff := cmp.Diff(votes, b.Votes); diff != "" {
		t.Errorf("votes: %s", diff)
	}
	if diff := cmp.Diff(points, b.Points); diff != "" {
		t.Errorf("points: %s", diff)
	}
}

func choose(numbers ...int) ballot.Vote {
	var v ballot.Vote
	for _, n := range numbers {
		v.Choices = append(v.Choices, ballot.Choice{Number: n})
	}
	return v
}

// voting is a service over open polls.
type voting struct {
	testing.TB
	*ballot.Service
	d *db.DB
	bench.Polls
}

func polls(t testing.TB, d *db.DB, rules func(*rulebook.Rulebook)) voting {
	return voting{t, ballot.NewService(d), d, bench.Open(t, d, "ville", 20, rules)}
}

func (v voting) cast(p account.Person, vote ballot.Vote) (ballot.Receipt, error) {
	return v.Cast(context.Background(), v.Of, p, v.Slug, i18n.FR, vote)
}

func (v voting) must(p account.Person, vote ballot.Vote) ballot.Receipt {
	v.Helper()
	r, err := v.cast(p, vote)
	if err != nil {
		v.Fatal(err)
	}
	return r
}

func (v voting) box() box { v.Helper(); return look(v, v.d, v.Polls) }

func (v voting) paper() ballot.Paper { return ballot.Paper{Rules: v.Book} }

// until sets the end of the vote.
func (v voting) until(end time.Time) {
	v.Helper()
	if err := v.d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE step SET ends_at = ? WHERE platform = ? AND id = ?`, db.Micros(end), v.Of.Key, v.Step)
		return err
	}); err != nil {
		v.Fatal(err)
	}
}

func TestABallotIsInWithItsSignatureItsCountersAndItsConfirmation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := polls(t, d, nil)
		people := bench.Voters(t, d, v.Of, 3)
		first := v.must(people[0].Person, choose(12, 3, 7))
		v.must(people[1].Person, choose(3))
		v.must(people[2].Person, choose(3, 12))
		got := v.box()
		got.holds(t, v.paper())
		want := []string{"3", "3,12", "3,7,12"} // the order of choosing is not kept
		if diff := cmp.Diff(want, got.Ballots); diff != "" || got.Mails != 3 {
			t.Errorf("%s, %d e-mails", diff, got.Mails)
		}
		if len(first.Tracker) != 14 || first.Again || first.Changed {
			t.Errorf("the receipt is %+v", first)
		}
	})
}

func TestABallotTakesFewRoundTrips(t *testing.T) {
	cfg := dbtest.Config(t, db.Postgres)
	cfg.Twice = false
	d, err := db.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	v := polls(t, d, nil)
	people, sessions := bench.Voters(t, d, v.Of, 2), account.NewService(d)
	v.must(people[0].Person, choose(12, 3, 7)) // the first one asks that what waits be counted at the end, too
	start := d.Stats().Trips
	p, ok, err := sessions.ByToken(t.Context(), v.Of, people[1].Token)
	if trips := d.Stats().Trips - start; err != nil || !ok || trips != 1 {
		t.Errorf("who votes is found in %d round trips: %v", trips, err)
	}
	start = d.Stats().Trips
	v.must(p, choose(3))
	// Its transaction, the lock with the time, the project with steps and rules, what can be chosen, who has voted, what waits;
	// all that is written goes with the commit.
	if trips := d.Stats().Trips - start; trips > 9 {
		t.Errorf("a ballot takes %d round trips", trips)
	}
}

func TestTheLastBallotOfAPersonCountsAndTheOneBeforeIsGone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := polls(t, d, nil)
		p := bench.Voters(t, d, v.Of, 1)[0].Person
		first := v.must(p, choose(1, 2))
		again := v.must(p, choose(2, 1))
		changed := v.must(p, choose(2, 5))
		got := v.box()
		got.holds(t, v.paper())
		if len(got.Ballots) != 1 || got.Ballots[0] != "2,5" || got.Mails != 2 {
			t.Errorf("in the box: %+v", got)
		}
		if !again.Again || again.Tracker != first.Tracker {
			t.Errorf("the same ballot again has the receipt %+v, the first %+v", again, first)
		}
		if !changed.Changed || changed.Tracker == first.Tracker {
			t.Errorf("the changed one has the receipt %+v", changed)
		}
		for tracker, want := range map[string]bool{first.Tracker: false, changed.Tracker: true, "": false} {
			err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
				in, err := ballot.HasProof(ctx, tx, v.Of, v.Slug, tracker)
				if in != want {
					t.Errorf("proof %q is in the box: %v", tracker, in)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
		if err := v.Withdraw(t.Context(), v.Of, p, v.Slug); err != nil {
			t.Error(err)
		}
		if err := v.Withdraw(t.Context(), v.Of, p, v.Slug); err != nil {
			t.Errorf("withdrawing what is not there: %v", err)
		}
		got = v.box()
		got.holds(t, v.paper())
		if len(got.Ballots) != 0 {
			t.Errorf("after withdrawing: %+v", got)
		}
	})
}

func TestAThousandCastsOfOnePersonAtOnceLeaveOneBallot(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := polls(t, d, nil)
		p := bench.Voters(t, d, v.Of, 1)[0].Person
		nodes := []*ballot.Service{v.Service, ballot.NewService(d), ballot.NewService(d)} // several processes
		var all sync.WaitGroup
		for i := range 1000 {
			all.Go(func() {
				if _, err := nodes[i%3].Cast(context.Background(), v.Of, p, v.Slug, i18n.FR, choose(1+i%7)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		got := v.box()
		got.holds(t, v.paper())
		if len(got.Ballots) != 1 {
			t.Errorf("%d ballots", len(got.Ballots))
		}
	})
}

func TestManyPeopleAtOnceAreCountedEach(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := polls(t, d, func(b *rulebook.Rulebook) {
			b.Vote.Who.Residence = rulebook.Residence{In: rulebook.InDistricts, Values: bench.Homes}
		})
		people := bench.Voters(t, d, v.Of, 600)
		other := ballot.NewService(d)
		var all sync.WaitGroup
		for i, p := range people {
			all.Go(func() {
				vote := choose(1+i%20, 1+(i+7)%20)
				vote.Declared.District = bench.Homes[i%2]
				service := v.Service
				if i%3 == 0 {
					service = other
				}
				if _, err := service.Cast(context.Background(), v.Of, p.Person, v.Slug, i18n.FR, vote); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		got := v.box()
		got.holds(t, v.paper())
		if diff := cmp.Diff(map[string]int{"nord": 300, "sud": 300}, got.Turnout); diff != "" || got.Counter != 600 {
			t.Errorf("%d ballots, by district: %s", got.Counter, diff)
		}
	})
}

// Each cast is told with the database's time just before and just after it: in before the end, out after it.
func TestABallotIsInExactlyWhenTheDatabasesTimeIsBeforeTheEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := polls(t, d, nil)
		people := bench.Voters(t, d, v.Of, 10_000)
		now := func() (at time.Time) {
			if err := d.Write(context.Background(), func(_ context.Context, tx db.Tx) error { at = tx.Now(); return nil }); err != nil {
				t.Error(err)
			}
			return at
		}
		end := now().Add(700 * time.Millisecond)
		v.until(end)
		type outcome struct {
			r   ballot.Receipt
			err error
		}
		outcomes := make([]outcome, len(people))
		work := make(chan int)
		var all sync.WaitGroup
		for range 64 {
			all.Go(func() {
				for i := range work {
					outcomes[i].r, outcomes[i].err = v.cast(people[i].Person, choose(1+i%20))
				}
			})
		}
		for i := range people {
			work <- i
		}
		for now().Before(end) { // at least one is late, however fast the machine is
		}
		_, late := v.cast(people[len(people)-1].Person, choose(20))
		close(work)
		all.Wait()
		in := 0
		for i, o := range outcomes {
			switch {
			case o.err == nil && o.r.At.Before(end):
				in++
			case fault.Is(o.err, fault.Closed) && !o.r.At.Before(end):
			default:
				t.Fatalf("ballot %d, at %v of an end at %v: %v", i, o.r.At, end, o.err)
			}
		}
		if in == 0 || !fault.Is(late, fault.Closed) {
			t.Errorf("%d ballots are in; one after the end: %v", in, late)
		}
		got := v.box()
		got.holds(t, v.paper())
		if len(got.Ballots) != in {
			t.Errorf("%d ballots of %d that were accepted", len(got.Ballots), in)
		}
	})
}

func TestPointsAndPlacesAreCounted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ranking := polls(t, d, func(b *rulebook.Rulebook) {
			b.Vote.Ballot = rulebook.Shape{Kind: rulebook.Ranking, Min: 1, Max: 3}
			b.Count.Scoring = tally.Scoring{By: tally.ByRank, Weights: []int64{5, 3, 1}}
		})
		p := bench.Voters(t, d, ranking.Of, 1)[0].Person
		ranking.must(p, choose(7, 2, 4))
		got := ranking.box()
		if diff := cmp.Diff(map[int]int64{7: 5, 2: 3, 4: 1}, got.Points); diff != "" || got.Ballots[0] != "7,2,4" {
			t.Errorf("%v: %s", got.Ballots, diff)
		}
		points := voting{t, ballot.NewService(d), d, bench.Open(t, d, "autre", 20, func(b *rulebook.Rulebook) {
			b.Vote.Ballot = rulebook.Shape{Kind: rulebook.Cumulative, Min: 1, MinPoints: 1, MaxPoints: 10}
			b.Count.Scoring = tally.Scoring{By: tally.ByPoints}
		})}
		p = bench.Voters(t, d, points.Of, 1)[0].Person
		points.must(p, ballot.Vote{Choices: []ballot.Choice{{Number: 9, Points: 7}, {Number: 1, Points: 3}}})
		got = points.box()
		if diff := cmp.Diff(map[int]int64{9: 7, 1: 3}, got.Points); diff != "" || got.Ballots[0] != "1=3,9=7" {
			t.Errorf("%v: %s", got.Ballots, diff)
		}
		points.must(p, ballot.Vote{Choices: []ballot.Choice{{Number: 9, Points: 1}}})
		points.box().holds(t, points.paper())
	})
}

func TestTotalsInBatchesMoveByWholeBatches(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const every = 10
		v := polls(t, d, func(b *rulebook.Rulebook) { b.Vote.Totals = rulebook.Totals{During: rulebook.InBatches, Every: every} })
		people := bench.Voters(t, d, v.Of, 25)
		for i, p := range people {
			v.must(p.Person, choose(3))
			got := v.box()
			if want := int64((i + 1) / every * every); got.Shown[3] != want || got.Counter != i+1 {
				t.Errorf("after %d ballots the total is %d, want %d; the counter %d", i+1, got.Shown[3], want, got.Counter)
			}
		}
		if err := v.Withdraw(t.Context(), v.Of, people[0].Person, v.Slug); err != nil {
			t.Error(err)
		}
		if got := v.box(); got.Shown[3] != 20 || got.Counter != 24 {
			t.Errorf("one ballot that goes is seen at once: %+v", got)
		}
		release := func() {
			if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { return ballot.Release(ctx, tx, v.Of, v.Slug) }); err != nil {
				t.Error(err)
			}
		}
		release()
		if got := v.box(); got.Shown[3] != 20 {
			t.Errorf("while the vote is open what waits is shown: %+v", got)
		}
		v.until(time.Now().Add(-time.Second))
		release()
		v.box().holds(t, v.paper())
	})
}

func TestWhoMayNotVoteIsToldWhy(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := polls(t, d, nil)
		p := bench.Voters(t, d, v.Of, 1)[0].Person
		for _, c := range []struct {
			name string
			who  account.Person
			vote ballot.Vote
			slug string
			want fault.Code
		}{
			{"nobody", account.Person{}, choose(1), v.Slug, fault.Forbidden},
			{"somebody without an address", account.Person{ID: ids.Random()}, choose(1), v.Slug, fault.Forbidden},
			{"an empty ballot", p, choose(), v.Slug, fault.Invalid},
			{"a project that is not in the vote", p, choose(21), v.Slug, fault.Invalid},
			{"over the envelope", p, choose(20, 19, 18, 17, 16, 15), v.Slug, fault.Invalid},
			{"twice the same", p, choose(1, 1), v.Slug, fault.Invalid},
			{"elsewhere", p, choose(1), "ailleurs", fault.NotFound},
		} {
			if _, err := v.Cast(t.Context(), v.Of, c.who, c.slug, i18n.FR, c.vote); fault.CodeOf(err) != c.want {
				t.Errorf("%s: %v, want %s", c.name, err, c.want)
			}
		}
		if got := v.box(); len(got.Ballots) != 0 || got.Signatures != 0 || got.Mails != 0 {
			t.Errorf("the box is not empty: %+v", got)
		}
	})
}

func TestHiddenTotalsAreWholeOnceTheVoteIsClosed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := polls(t, d, nil)
		for _, p := range bench.Voters(t, d, v.Of, 3) {
			v.must(p.Person, choose(3, 7))
		}
		settle := func() {
			for _, job := range v.jobs(ballot.SettleJob) {
				if err := v.Settle(t.Context(), job); err != nil {
					t.Error(err)
				}
			}
		}
		settle() // too early: put off
		if got := v.box(); len(got.Shown) != 0 || len(v.jobs(ballot.SettleJob)) != 2 {
			t.Errorf("while the vote is open: %+v, %d jobs", got.Shown, len(v.jobs(ballot.SettleJob)))
		}
		v.until(time.Now().Add(-time.Second))
		settle()
		got := v.box()
		got.holds(t, v.paper())
		if diff := cmp.Diff(map[int]int64{3: 3, 7: 3}, got.Shown); diff != "" {
			t.Error(diff)
		}
	})
}

func TestALimitedVoteIsForItsDomainsAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := polls(t, d, func(b *rulebook.Rulebook) { b.Vote.Who.Domains = []string{"ecole.example"} })
		people := bench.Voters(t, d, v.Of, 2)
		stranger, pupil := people[0].Person, people[1].Person
		stranger.Email, pupil.Email = "ana@ailleurs.example", "bob@ecole.example"
		if _, err := v.Cast(t.Context(), v.Of, stranger, v.Slug, i18n.FR, choose(3)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("somebody of another domain: %v", err)
		}
		v.must(pupil, choose(3))
		if got := v.box(); len(got.Ballots) != 1 {
			t.Errorf("%d ballots", len(got.Ballots))
		}
	})
}

func TestNobodyIsForgottenWhileTheirVoteIsOpen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := polls(t, d, nil)
		p := bench.Voters(t, d, v.Of, 1)[0].Person
		v.must(p, choose(3))
		forget := func() error {
			return d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { return ballot.Room().Forget(ctx, tx, v.Of.Key, p.ID, true) })
		}
		if err := forget(); !fault.Is(err, fault.Conflict) {
			t.Errorf("while the vote is open: %v", err)
		}
		v.until(time.Now().Add(-time.Second))
		if err := forget(); err != nil {
			t.Errorf("once it is over: %v", err)
		}
	})
}
