package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"time"
)

// Tx is a transaction on either engine, valid until the function that received it returns, for one goroutine at a time.
// Parameters are `?`. On PostgreSQL rows are read to their end or closed before the next statement, and a statement that
// failed spoils the transaction: return its error.
type Tx interface {
	// Exec runs a statement and says how many rows it touched.
	Exec(ctx context.Context, query string, args ...any) (affected int64, err error)
	// Send is Exec for a statement whose count nobody asks for: on PostgreSQL it goes with the next statement, or with the
	// commit, in one round trip, and its error comes with theirs.
	Send(ctx context.Context, query string, args ...any) error
	// Query runs a statement that returns rows. Rows left open are closed with the transaction.
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	// QueryRow runs a statement that returns at most one row; Scan gives sql.ErrNoRows for none.
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
	// Now is the time of the act, one for the whole transaction, to the microsecond, UTC: on SQLite when fn began, on
	// PostgreSQL the server's when first asked (so after Lock); under At, the time that was said. A platform's own offset
	// is added by the room platform.
	Now() time.Time
	// AfterCommit registers what is done once the transaction is durable, in the goroutine that called Write; nothing
	// is done when it fails, nor in Read.
	AfterCommit(fn func())
	// Lock lets one transaction at a time past it per name, until its end. SQLite has one writer anyway.
	Lock(ctx context.Context, name string) error
	// LockRows takes the locks of a SELECT … FOR UPDATE (on PostgreSQL; SQLite has one writer anyway) and asks the time once it
	// holds them; further statements are planned for their own values, as PlanAnew says.
	LockRows(ctx context.Context, query string, args ...any) error
	// Engine says which database it is, for the few statements that must differ.
	Engine() Engine

	// bulk is Insert's faster way when the engine has one.
	bulk(ctx context.Context, table string, columns []string, rows [][]any) (done bool, err error)
}

// session runs statements on one connection.
type session interface {
	exec(ctx context.Context, query string, args []any) (sql.Result, error)
	query(ctx context.Context, query string, args []any) (*sql.Rows, error)
	queryRow(ctx context.Context, query string, args []any) *sql.Row
	send(ctx context.Context, query string, args []any) error
	lock(ctx context.Context, name string) error
	lockRows(ctx context.Context, query string, args []any) (time.Time, error)
	now(ctx context.Context) (time.Time, error)
	copies(rows int) bool // whether copy is there, and faster for so many
	copy(ctx context.Context, table string, columns []string, rows [][]any) error
}

type tx struct {
	d     *DB
	s     session
	ctx   context.Context // of the transaction, since Now takes none
	time  time.Time
	after []func()
	open  []*sql.Rows
	err   error // what Now met; nothing is acknowledged after it
	over  bool

	glance bool // it is for one statement that reads
	looked bool // which has run
}

var (
	errOver   = errors.New("the transaction is over")
	errGlance = errors.New("a glance is for one statement that reads")
)

// begin is asked before each statement.
func (t *tx) begin(ctx context.Context, query string) error {
	if t.over {
		return errOver
	}
	if t.err != nil {
		return t.err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if t.glance {
		if t.looked {
			return errGlance
		}
		t.looked = true
	}
	if n, ok := ctx.Value(countKey{}).(*atomic.Int64); ok {
		n.Add(1)
	}
	if t.d.cfg.Check != nil {
		return t.d.cfg.Check(ctx, query)
	}
	return nil
}

func (t *tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	if t.glance {
		return 0, errGlance
	}
	if err := t.begin(ctx, query); err != nil {
		return 0, err
	}
	defer t.d.observe("statement", time.Now())
	res, err := t.s.exec(ctx, query, args)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (t *tx) Send(ctx context.Context, query string, args ...any) error {
	if t.glance {
		return errGlance
	}
	if err := t.begin(ctx, query); err != nil {
		return err
	}
	defer t.d.observe("statement", time.Now())
	return t.s.send(ctx, query, args)
}

func (t *tx) LockRows(ctx context.Context, query string, args ...any) error {
	if t.glance {
		return errGlance
	}
	if t.Engine() == SQLite {
		return nil
	}
	if err := t.begin(ctx, query); err != nil {
		return err
	}
	defer t.d.observe("statement", time.Now())
	now, err := t.s.lockRows(ctx, query, args)
	if err == nil && t.time.IsZero() {
		t.time = now.UTC().Truncate(time.Microsecond)
	}
	return err
}

func (t *tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := t.begin(ctx, query); err != nil {
		return nil, err
	}
	defer t.d.observe("statement", time.Now())
	rows, err := t.s.query(ctx, query, args)
	if err == nil {
		t.open = append(t.open, rows)
	}
	return rows, err
}

func (t *tx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	if err := t.begin(ctx, query); err != nil {
		return failedRow(err)
	}
	defer t.d.observe("statement", time.Now())
	return t.s.queryRow(ctx, query, args)
}

type clockKey struct{}

// At gives a context in whose transactions the time is at: what a demonstration, a rehearsal or a test does there is dated
// as if it had been done then, by every room. Nothing that serves people asks for it.
func At(ctx context.Context, at time.Time) context.Context {
	return context.WithValue(ctx, clockKey{}, at.UTC().Truncate(time.Microsecond))
}

func (t *tx) Now() time.Time {
	if at, ok := t.ctx.Value(clockKey{}).(time.Time); ok {
		return at
	}
	if t.time.IsZero() {
		now, err := t.s.now(t.ctx)
		if err != nil {
			t.err = errors.Join(t.err, fmt.Errorf("ask the time: %w", err))
			return time.Now().UTC().Truncate(time.Microsecond)
		}
		t.time = now.UTC().Truncate(time.Microsecond)
	}
	return t.time
}

// Clock gives the expression of SQL that is the time of the database in microseconds, for what wants it with its rows: under
// At, the time that was said.
func Clock(ctx context.Context, tx Tx) string {
	if at, ok := ctx.Value(clockKey{}).(time.Time); ok {
		return strconv.FormatInt(Micros(at), 10)
	}
	if tx.Engine() == SQLite {
		return `CAST(unixepoch('subsec') * 1000000 AS INTEGER)`
	}
	return `(extract(epoch FROM clock_timestamp()) * 1000000)::bigint`
}

func (t *tx) AfterCommit(fn func()) { t.after = append(t.after, fn) }

func (t *tx) Lock(ctx context.Context, name string) error {
	if t.over {
		return errOver
	}
	return t.s.lock(ctx, name)
}

func (t *tx) Engine() Engine { return t.d.Engine() }

func (t *tx) bulk(ctx context.Context, table string, columns []string, rows [][]any) (bool, error) {
	if !t.s.copies(len(rows)) {
		return false, nil
	}
	if err := t.begin(ctx, insertText(table, columns, 1)); err != nil {
		return false, err
	}
	defer t.d.observe("statement", time.Now())
	return true, t.s.copy(ctx, table, columns, rows)
}

// end closes what fn left open and refuses further statements.
func (t *tx) end() {
	t.over = true
	for _, rows := range t.open {
		_ = rows.Close() // its error was the reader's to see
	}
	t.open = nil
}

// run calls fn, ends the transaction for it, and makes a panic an error.
func (t *tx) run(ctx context.Context, fn func(context.Context, Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a transaction: %v\n%s", p, debug.Stack())
		}
		t.end()
	}()
	if err := fn(ctx, t); err != nil {
		return err
	}
	return t.err
}

func (t *tx) committed() {
	for _, fn := range t.after {
		fn()
	}
}

// refusal is a connector that never connects.
type refusal struct{ err error }

func (r refusal) Connect(context.Context) (driver.Conn, error) { return nil, r.err }
func (r refusal) Driver() driver.Driver                        { return nil }

// failedRow gives a row whose Scan gives err: database/sql offers no other way to make one.
func failedRow(err error) *sql.Row {
	d := sql.OpenDB(refusal{err})
	defer d.Close()
	return d.QueryRow("")
}
