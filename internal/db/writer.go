package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// writer is SQLite's write path: one goroutine opens a transaction, lets the writes that wait run in it one after the
// other, each in its own savepoint, commits once and then tells them all. While a commit waits for the disk the next
// group gathers, so the busier it is the fewer commits a write costs.
type writer struct {
	d     *DB
	conn  *sqliteConn // the writer's goroutine alone, or the job whose turn it is
	queue chan *job   // unbuffered: a job that was received will be told, one that was not may give up
	done  chan struct{}
	limit int // pages of log at which the next checkpoint is made
}

// job is one call of Write. Its function runs in the goroutine that called, so that its stack, its panics and a test's
// FailNow are where one expects them; the writer lends it the connection and waits.
type job struct {
	ctx  context.Context
	turn chan *tx   // the writer's: run now, in this
	ran  chan error // the job's: it has run
	told chan error // the writer's: durable, or not; buffered, as the job may have left
	tx   *tx        // of its last run
	err  error      // of its last run
	gone bool       // its goroutine has left (runtime.Goexit) and takes no more turns
}

const (
	groupSize = 512                   // writes in a commit at most
	groupTime = 20 * time.Millisecond // after which a group takes no more
	walPages  = 2048                  // of the log before a checkpoint: 8 MB, which hold the writer for some tens of milliseconds
	walAgain  = 1024                  // more pages before the next attempt when readers were in the way
)

var errGone = errors.New("the function left without returning")

func startWriter(d *DB, conn *sqliteConn) *writer {
	w := &writer{d: d, conn: conn, queue: make(chan *job), done: make(chan struct{}), limit: walPages}
	go w.loop()
	return w
}

// close ends the writer once nobody writes.
func (w *writer) close() {
	close(w.queue)
	<-w.done
	w.conn.close()
}

func (w *writer) write(ctx context.Context, fn func(context.Context, Tx) error) error {
	j := &job{ctx: ctx, turn: make(chan *tx), ran: make(chan error), told: make(chan error, 1)}
	select {
	case w.queue <- j:
	case <-ctx.Done():
		return ctx.Err()
	}
	for {
		select {
		case t := <-j.turn:
			j.run(t, fn)
		case err := <-j.told:
			if err == nil {
				j.tx.committed()
			}
			return err
		}
	}
}

// run takes the job's turn and gives it back however fn ends.
func (j *job) run(t *tx, fn func(context.Context, Tx) error) {
	err := errGone
	defer func() {
		t.end()
		j.ran <- err
	}()
	err = t.run(j.ctx, fn)
}

func (w *writer) loop() {
	defer close(w.done)
	for j := range w.queue {
		w.group(j)
		w.checkpoint()
	}
}

// group commits the first job with those that wait. When the commit fails, or SQLite gave the whole transaction up, it
// tries each alone, so that one cannot spoil the others.
func (w *writer) group(first *job) {
	jobs := []*job{first}
	deadline := time.Now().Add(groupTime)
	next := func() *job {
		if len(jobs) == groupSize || time.Now().After(deadline) {
			return nil
		}
		select {
		case j := <-w.queue:
			jobs = append(jobs, j)
			return j
		default:
			return nil
		}
	}
	err := w.transaction(first, next)
	if err != nil && len(jobs) > 1 {
		for _, j := range jobs {
			w.tell(j, w.transaction(j, func() *job { return nil }))
		}
		return
	}
	for _, j := range jobs {
		w.tell(j, err)
	}
}

// tell ends a job with its own error, or the transaction's.
func (w *writer) tell(j *job, err error) {
	if j.err != nil {
		err = j.err
	}
	j.told <- err
}

// transaction runs jobs until next gives none and commits. The error is the transaction's, not a job's.
func (w *writer) transaction(j *job, next func() *job) error {
	if err := w.exec("BEGIN IMMEDIATE"); err != nil {
		return unavailable(err)
	}
	worked := false
	for ; j != nil; j = next() {
		if err := w.one(j); err != nil {
			_ = w.exec("ROLLBACK") // SQLite may have done it already
			return unavailable(err)
		}
		worked = worked || j.err == nil
	}
	if !worked {
		return w.exec("ROLLBACK")
	}
	start := time.Now()
	if err := w.exec("COMMIT"); err != nil {
		_ = w.exec("ROLLBACK")
		return unavailable(err)
	}
	w.d.stats.commits.Add(1)
	w.d.observe("commit", start)
	return nil
}

// one runs a job in a savepoint. Its error means that the whole transaction is lost.
func (w *writer) one(j *job) error {
	if j.gone {
		return nil
	}
	if j.err = j.ctx.Err(); j.err != nil {
		return nil
	}
	if err := w.exec("SAVEPOINT job"); err != nil {
		return err
	}
	if w.d.cfg.Twice {
		w.lend(j)
		if err := w.exec("ROLLBACK TO job"); err != nil {
			return err
		}
		if j.gone {
			return w.exec("RELEASE job")
		}
	}
	if w.lend(j); j.err != nil {
		if err := w.exec("ROLLBACK TO job"); err != nil {
			return fmt.Errorf("%w, after %w", err, j.err)
		}
	}
	return w.exec("RELEASE job")
}

// lend gives the job its turn and waits until it has run.
func (w *writer) lend(j *job) {
	j.tx = &tx{d: w.d, s: uninterrupted{w.conn}, ctx: j.ctx}
	j.turn <- j.tx
	j.err = <-j.ran
	j.gone = errors.Is(j.err, errGone)
}

// exec runs a statement of the writer itself.
func (w *writer) exec(query string) error {
	_, err := w.conn.exec(context.Background(), query, nil)
	return err
}

// checkpoint bounds the log: when it has grown past the limit its pages go into the database and the next write begins
// the log anew. Left to SQLite, which never waits for readers, the log would grow for as long as some read is under way.
// It waits for readers no longer than busy_timeout, so a long one makes it fail and the log grow until it ends.
func (w *writer) checkpoint() {
	var busy, pages, moved int
	err := w.conn.queryRow(context.Background(), "PRAGMA wal_checkpoint(NOOP)", nil).Scan(&busy, &pages, &moved)
	if err != nil || pages < w.limit {
		return // an error is met again, and reported, by the next write
	}
	start := time.Now()
	err = w.conn.queryRow(context.Background(), "PRAGMA wal_checkpoint(RESTART)", nil).Scan(&busy, &pages, &moved)
	w.limit = walPages
	if err != nil || busy != 0 {
		w.limit = pages + walAgain
		return
	}
	w.d.stats.checkpoints.Add(1)
	w.d.observe("checkpoint", start)
}

// uninterrupted is a SQLite session whose statements run to their end: SQLite gives up the whole transaction, with the
// writes of others in it, when a statement that writes is interrupted. Tx asks the context between statements.
type uninterrupted struct{ *sqliteConn }

func (u uninterrupted) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	return u.sqliteConn.exec(context.WithoutCancel(ctx), query, args)
}

func (u uninterrupted) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	return u.sqliteConn.query(context.WithoutCancel(ctx), query, args)
}

func (u uninterrupted) queryRow(ctx context.Context, query string, args []any) *sql.Row {
	return u.sqliteConn.queryRow(context.WithoutCancel(ctx), query, args)
}

func (u uninterrupted) send(ctx context.Context, query string, args []any) error {
	return u.sqliteConn.send(context.WithoutCancel(ctx), query, args)
}
