package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
)

const (
	lease     = 5 * time.Minute // a job whose process died is taken up again after it
	patience  = 2 * time.Minute // of one job
	atOnce    = 8               // jobs that run at the same time
	pollEvery = time.Second
	maxTries  = 12 // after which a job is parked: with the delays below, after three days
)

// delay is how long a job that failed so many times waits.
func delay(tries int) time.Duration {
	steps := []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour}
	if tries < len(steps) {
		return steps[tries]
	}
	return 12 * time.Hour
}

// Handler does a job. It may be called again for a job that it has done, when the process died before that was written;
// Job.Done in its own transaction makes that impossible. Its error keeps the job for another time, ErrPark for a person.
type Handler func(ctx context.Context, j Job) error

// ErrPark wraps what no other try will mend.
var ErrPark = errors.New("given up")

// Runner does the jobs of a database as they fall due. Several processes may run at once on PostgreSQL.
type Runner struct {
	db       *db.DB
	log      *slog.Logger
	handlers map[string]Handler
	lanes    [][]string         // kinds that are taken together; no lane waits for another
	cancel   context.CancelFunc // takes no more
	abort    context.CancelFunc // breaks off what is under way
	done     chan struct{}
}

// NewRunner gives a runner. Jobs of a kind without a handler wait. The moments of rehearsals, which may take seconds, have a
// lane of their own: a code to sign in with never waits for one.
func NewRunner(d *db.DB, log *slog.Logger, handlers map[string]Handler) *Runner {
	r := &Runner{db: d, log: log, handlers: handlers, done: make(chan struct{})}
	kinds := slices.Sorted(maps.Keys(handlers))
	if at := slices.Index(kinds, Driving); at >= 0 {
		kinds = slices.Delete(kinds, at, at+1)
		r.lanes = append(r.lanes, []string{Driving})
	}
	if len(kinds) > 0 {
		r.lanes = append(r.lanes, kinds)
	}
	return r
}

// Start begins to work until Stop.
func (r *Runner) Start(ctx context.Context) {
	work, abort := context.WithCancel(context.WithoutCancel(ctx))
	taking, cancel := context.WithCancel(work)
	r.cancel, r.abort = cancel, abort
	var lanes sync.WaitGroup
	for _, kinds := range r.lanes {
		lanes.Go(func() { r.loop(taking, work, kinds) })
	}
	go func() {
		lanes.Wait()
		close(r.done)
	}()
}

// Stop lets the jobs under way end, breaks them off when ctx ends, and returns once nothing runs.
func (r *Runner) Stop(ctx context.Context) error {
	defer r.abort()
	r.cancel()
	select {
	case <-r.done:
		return nil
	case <-ctx.Done():
		r.abort()
		<-r.done
		return ctx.Err()
	}
}

// loop takes jobs of a lane until taking ends; work is theirs.
func (r *Runner) loop(taking, work context.Context, kinds []string) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		if taking.Err() != nil {
			return
		}
		n, err := r.turn(work, kinds)
		if err != nil && work.Err() == nil {
			r.log.Error("take jobs", "error", err)
		}
		if n > 0 && err == nil {
			continue
		}
		select {
		case <-tick.C:
		case <-taking.Done():
			return
		}
	}
}

// Turn does the jobs that are due now, at most a handful of each lane, and says how many.
func (r *Runner) Turn(ctx context.Context) (all int, err error) {
	for _, kinds := range r.lanes {
		n, failed := r.turn(ctx, kinds)
		all, err = all+n, errors.Join(err, failed)
	}
	return all, err
}

func (r *Runner) turn(ctx context.Context, kinds []string) (int, error) {
	due := false
	err := r.db.Read(ctx, func(ctx context.Context, tx db.Tx) error { // most often nothing is, and nothing need be written
		marks, args := db.In(kinds)
		args = append([]any{false, db.Micros(tx.Now()), db.Micros(tx.Now())}, args...)
		return tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM jobs j WHERE j.parked = ? AND j.run_at <= ? AND j.claimed_until <= ? AND j.kind IN (`+marks+`)`+elsewhere+`)`, args...).Scan(&due)
	})
	if err != nil || !due {
		return 0, err
	}
	var claimed []Job
	err = r.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		claimed, err = claim(ctx, tx, kinds, atOnce)
		return err
	})
	if err != nil {
		return 0, err
	}
	var wg sync.WaitGroup
	for _, j := range claimed {
		wg.Go(func() { r.do(ctx, j) })
	}
	wg.Wait()
	return len(claimed), nil
}

// do runs one job and writes what became of it, also when the process is about to stop.
func (r *Runner) do(ctx context.Context, j Job) {
	working, cancel := context.WithTimeout(ctx, patience)
	err := r.call(working, j)
	cancel()
	stopping := ctx.Err() != nil
	bare := context.WithoutCancel(ctx)
	writing := func(ctx context.Context, tx db.Tx) error {
		switch {
		case err == nil:
			return j.Done(ctx, tx)
		case errors.Is(err, context.Canceled) && stopping: // the process stops: it is nobody's fault
			return j.release(ctx, tx)
		}
		parked := errors.Is(err, ErrPark) || j.Tries+1 >= maxTries
		return j.fail(ctx, tx, err.Error(), tx.Now().Add(delay(j.Tries)), parked)
	}
	if err != nil {
		r.log.Warn("a job failed", "job", j.ID, "kind", j.Kind, "tries", j.Tries+1, "error", err)
	}
	if err := r.db.Write(bare, writing); err != nil {
		r.log.Error("write what became of a job", "job", j.ID, "kind", j.Kind, "error", err) // its lease ends, and it runs again
	}
}

func (r *Runner) call(ctx context.Context, j Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return r.handlers[j.Kind](ctx, j)
}

// release gives a job back untouched.
func (j Job) release(ctx context.Context, tx db.Tx) error {
	marks, args := db.In(j.all())
	_, err := tx.Exec(ctx, `UPDATE jobs SET claimed_until = 0 WHERE id IN (`+marks+`)`, args...)
	return err
}
