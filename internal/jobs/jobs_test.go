package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/platform"
)

var quiet = slog.New(slog.DiscardHandler)

func add(t *testing.T, d *db.DB, platform int64, bundle string, bodies ...string) {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		for _, b := range bodies {
			if err := jobs.AddTo(ctx, tx, platform, "say", bundle, b, time.Time{}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// said collects what handlers were given.
type said struct {
	mu   sync.Mutex
	list []string
}

func (s *said) say(_ context.Context, j jobs.Job) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := ""
	for _, one := range append([]jobs.Job{j}, j.Rest...) {
		var body string
		if err := json.Unmarshal(one.Body, &body); err != nil {
			return err
		}
		text += body
	}
	s.list = append(s.list, text)
	return nil
}

// drain does everything that is due.
func drain(t *testing.T, r *jobs.Runner) {
	t.Helper()
	for {
		n, err := r.Turn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func waiting(t *testing.T, d *db.DB, platform int64) (list []jobs.Job) {
	t.Helper()
	err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		list, err = jobs.Waiting(ctx, tx, platform, "say", 100)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestEachJobIsDoneOnceAndBundlesTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		add(t, d, 1, "", "a", "b")
		add(t, d, 1, "together", "c")
		add(t, d, 1, "together", "d")
		add(t, d, 2, "together", "e")
		var s said
		one, two := jobs.NewRunner(d, quiet, map[string]jobs.Handler{"say": s.say}), jobs.NewRunner(d, quiet, map[string]jobs.Handler{"say": s.say})
		var wg sync.WaitGroup
		for _, r := range []*jobs.Runner{one, two} { // two processes at once
			wg.Go(func() { drain(t, r) })
		}
		wg.Wait()
		slices.Sort(s.list)
		if want := []string{"a", "b", "cd", "e"}; !slices.Equal(s.list, want) {
			t.Errorf("done: %q, want %q", s.list, want)
		}
		if list := slices.Concat(waiting(t, d, 1), waiting(t, d, 2)); len(list) != 0 {
			t.Errorf("still waiting: %v", list)
		}
	})
}

func TestTwoProcessesNeverSplitABundle(t *testing.T) {
	cfg := dbtest.Config(t, db.Postgres) // on SQLite there is one process
	cfg.Twice = false
	d, err := db.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	add(t, d, 1, "together", "a", "b", "c")
	var s said
	done := make(chan error, 1)
	err = d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		// Another process has looked at one of them, and does not yet know of the others.
		if _, err := tx.Exec(ctx, `SELECT j.id FROM jobs j WHERE j.body = '"b"' FOR UPDATE`); err != nil {
			return err
		}
		go func() {
			_, err := jobs.NewRunner(d, quiet, map[string]jobs.Handler{"say": s.say}).Turn(t.Context())
			done <- err
		}()
		for waits := false; !waits; { // until this one stands behind it, or has gone on without
			if len(done) > 0 {
				return nil
			}
			if err := tx.QueryRow(db.Everywhere(ctx, "locks"), `SELECT EXISTS (SELECT 1 FROM pg_locks l WHERE NOT l.granted AND pg_backend_pid() = ANY (pg_blocking_pids(l.pid)))`).Scan(&waits); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if len(s.list) != 1 || len(s.list[0]) != len("abc") {
		t.Errorf("one list became %q", s.list)
	}
}

func TestManyProcessesDoEachBundleWhole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const bundles, each = 30, 6
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			for range each { // the bundles in turn, so that a handful of what is due is of many
				for b := range bundles {
					if err := jobs.AddTo(ctx, tx, 1, "say", fmt.Sprint("bundle ", b), fmt.Sprint("b", b, " "), time.Time{}); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var s said
		var wg sync.WaitGroup
		for range 4 {
			r := jobs.NewRunner(d, quiet, map[string]jobs.Handler{"say": s.say})
			wg.Go(func() { drain(t, r) })
		}
		wg.Wait()
		var want []string
		for b := range bundles {
			want = append(want, strings.Repeat(fmt.Sprint("b", b, " "), each))
		}
		slices.Sort(want)
		slices.Sort(s.list)
		if !slices.Equal(s.list, want) {
			t.Errorf("%d bundles were done as %d: %q", bundles, len(s.list), s.list)
		}
	})
}

func TestNoPlatformWaitsBehindAnothersThousands(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for i := range 100 {
			add(t, d, 1, "", fmt.Sprint("many", i))
		}
		add(t, d, 2, "", "one")
		var s said
		if _, err := jobs.NewRunner(d, quiet, map[string]jobs.Handler{"say": s.say}).Turn(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(s.list, "one") {
			t.Errorf("the first turn did %q", s.list)
		}
	})
}

func TestAJobThatFailsIsKeptWithItsErrorAndTriedAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		add(t, d, 1, "", "a")
		answer := errors.New("the server is down")
		r := jobs.NewRunner(d, quiet, map[string]jobs.Handler{"say": func(context.Context, jobs.Job) error { return answer }})
		drain(t, r)
		list := waiting(t, d, 1)
		if len(list) != 1 || list[0].Error != answer.Error() || list[0].Tries != 1 || list[0].Parked || !list[0].RunAt.After(time.Now().Add(5*time.Second)) {
			t.Fatalf("after a failure: %+v", list)
		}
		retry := func(platform int64) {
			t.Helper()
			if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { return jobs.Retry(ctx, tx, platform, "say", ids.ID{}) }); err != nil {
				t.Fatal(err)
			}
		}
		answer = fmt.Errorf("no such address: %w", jobs.ErrPark)
		retry(2) // another platform's
		drain(t, r)
		if list := waiting(t, d, 1); list[0].Parked {
			t.Error("another platform's retry let it run")
		}
		retry(1)
		drain(t, r)
		if list := waiting(t, d, 1); len(list) != 1 || !list[0].Parked {
			t.Errorf("what nothing will mend is not parked: %+v", list)
		}
		drain(t, r) // a parked job does not run by itself
		answer = nil
		retry(1)
		drain(t, r)
		if list := waiting(t, d, 1); len(list) != 0 {
			t.Errorf("after it was retried: %+v", list)
		}
	})
}

func TestAJobWhoseProcessDiedIsTakenUpAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		add(t, d, 1, "", "a")
		ctx, cancel := context.WithCancel(t.Context())
		r := jobs.NewRunner(d, quiet, map[string]jobs.Handler{"say": func(ctx context.Context, _ jobs.Job) error {
			cancel() // the process is told to stop while it works
			<-ctx.Done()
			return ctx.Err()
		}})
		if _, err := r.Turn(ctx); err != nil {
			t.Fatal(err)
		}
		var s said
		next := jobs.NewRunner(d, quiet, map[string]jobs.Handler{"say": s.say})
		drain(t, next)
		if len(s.list) != 1 {
			t.Fatalf("what was broken off is not done: %q", s.list)
		}
		// One that was killed leaves its claim, which ends.
		add(t, d, 1, "", "b")
		claim := func(until time.Time) {
			t.Helper()
			err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE jobs SET claimed_until = ?`, db.Micros(until))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		claim(time.Now().Add(time.Minute))
		if drain(t, next); len(s.list) != 1 {
			t.Error("a job that somebody works on was done too")
		}
		claim(time.Now().Add(-time.Second))
		if drain(t, next); len(s.list) != 2 {
			t.Error("a job whose claim has ended is not done")
		}
	})
}

// A rehearsal has a time of its own: what is due by the database's is not due there.
func TestJobsOfARehearsalWaitForIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		of, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: "essai-x", Kind: platform.Rehearsal})
		if err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-time.Hour)
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			if err := jobs.Add(ctx, tx, of.Key, jobs.Driving, "drive ", time.Time{}); err != nil {
				return err
			}
			return jobs.Add(ctx, tx, of.Key, "say", "its own ", at)
		}); err != nil {
			t.Fatal(err)
		}
		add(t, d, of.Key+1, "", "a city's ")
		var s said
		drain(t, jobs.NewRunner(d, quiet, map[string]jobs.Handler{"say": s.say, jobs.Driving: s.say}))
		slices.Sort(s.list)
		if !slices.Equal(s.list, []string{"a city's ", "drive "}) {
			t.Errorf("done: %q", s.list)
		}
		err = d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			early, err := jobs.Take(ctx, tx, of.Key, "say", at.Add(-time.Minute))
			if err != nil {
				return err
			}
			due, err := jobs.Take(ctx, tx, of.Key, "say", at.Add(time.Minute))
			if len(early) != 0 || len(due) != 1 {
				t.Errorf("%d are due before its time, %d after", len(early), len(due))
			}
			if err != nil {
				return err
			}
			return jobs.DropAll(ctx, tx, due)
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestJobsOfAPlatformAreItsOwn(t *testing.T) {
	dbtest.Tenancy{
		Filled: []string{"Add", "AddAll", "AddTo"},
		Fill: func(ctx context.Context, tx db.Tx, platform int64) error {
			for range platform {
				if err := jobs.Add(ctx, tx, platform, "say", fmt.Sprint(platform), time.Time{}); err != nil {
					return err
				}
			}
			_, err := tx.Exec(ctx, `UPDATE jobs SET tries = 3, parked = ? WHERE platform = ?`, true, platform)
			return err
		},
		Reads: []dbtest.Reading{
			{Of: "Waiting", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return jobs.Waiting(ctx, tx, platform, "say", 10)
			}},
			{Of: "Take", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return jobs.Take(ctx, tx, platform, "say", time.Now().Add(time.Hour))
			}},
		},
		Writes: []dbtest.Writing{
			{Of: "Retry", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return jobs.Retry(ctx, tx, platform, "say", ids.ID{})
			}},
			{Of: "Hasten", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return jobs.Hasten(ctx, tx, platform, "say")
			}},
			{Of: "AddEach", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return jobs.AddEach(ctx, tx, platform, "say", []string{"together", ""}, []any{"e", "f"}, time.Time{})
			}},
			{Of: "Drop", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				list, err := jobs.Waiting(ctx, tx, platform, "say", 1)
				if err != nil {
					return err
				}
				return jobs.Drop(ctx, tx, platform, list[0].ID)
			}},
		},
	}.Run(t)
}

func TestACodeDoesNotWaitForAMomentOfARehearsal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		begun, over, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
		r := jobs.NewRunner(d, quiet, map[string]jobs.Handler{
			jobs.Driving: func(context.Context, jobs.Job) error {
				close(begun)
				<-over
				return nil
			},
			"say": func(context.Context, jobs.Job) error {
				close(done)
				return nil
			}})
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			return jobs.Add(ctx, tx, 1, jobs.Driving, struct{}{}, time.Time{})
		}); err != nil {
			t.Fatal(err)
		}
		r.Start(t.Context())
		<-begun
		add(t, d, 1, "", "code")
		<-done // while the moment goes on
		close(over)
		if err := r.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}
