// Package db opens the database, SQLite in a folder or a PostgreSQL server, and is the only way to it: Read gives one
// snapshot, Write one durable transaction. SQL is plain, the same text for both engines wherever possible, with `?` for
// its parameters.
//
// Every table whose primary key begins with the column "platform" belongs to a tenant, and every statement on it says
// which one; dbtest fails the others. The tables without it are: platform and host (they choose the tenant), jobs (one
// queue for all), and goose_db_version. Whatever must read across platforms says why with Everywhere.
package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"
	"time"

	"github.com/parvis-civic/parvis/internal/fault"
)

// Engine is one of the two databases.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Config says which database and how. Either Dir or URL is set.
type Config struct {
	Dir string // SQLite: the folder that holds parvis.db; made when missing
	URL string // PostgreSQL: postgres://user:password@host/database

	// Existing refuses (not found) a folder or a PostgreSQL database that is not one of Parvis yet, instead of making it one.
	Existing bool

	// Conns is how many readers (SQLite) or connections (PostgreSQL) may work at once; 0 chooses by the processors.
	Conns int

	// MaxPages bounds the file of SQLite, in pages of 4,096 bytes, as a full disk does; 0 is no bound. For tests.
	MaxPages int

	// Migrations replaces the product's own migrations: files NNNN_name.sql, templates as Migrate says. For tests of
	// the database itself.
	Migrations fs.FS

	// Observe is told how long things took: kind is "read" and "write" (a whole call, with its wait), "statement",
	// "commit" and "checkpoint". It is called from many goroutines and must be quick. Optional.
	Observe func(kind string, d time.Duration)

	// Check is asked before each statement, and its error fails the statement. For dbtest. Optional.
	Check func(ctx context.Context, query string) error

	// Twice runs each function given to Write twice, the first time rolled back, to prove that it may run twice. For dbtest.
	Twice bool
}

// DB is an open, migrated database. Its methods may be called from any goroutine.
type DB struct {
	cfg   Config
	store store
	stats counters

	mu     sync.Mutex     // over what follows
	closed bool           // no call begins any more
	calls  sync.WaitGroup // calls that have begun
}

// store is what an engine does its own way. fn runs in the calling goroutine.
type store interface {
	engine() Engine
	read(ctx context.Context, fn func(context.Context, Tx) error) error
	glance(ctx context.Context, fn func(context.Context, Tx) error) error
	write(ctx context.Context, fn func(context.Context, Tx) error) error
	close() error // when no call is under way and none will come
}

type counters struct{ writes, commits, checkpoints, trips atomic.Int64 }

// Stats counts what was done since Open: functions that Write acknowledged, transactions that were committed for them,
// (SQLite) checkpoints of the write-ahead log, and (PostgreSQL) round trips to the server within Read, Glance and Write, but for
// preparing a statement that a connection meets for the first time. On SQLite many writes share a commit.
type Stats struct{ Writes, Commits, Checkpoints, Trips int64 }

// Open opens and migrates the database. For SQLite it takes DIR/lock until Close: a fault Conflict names the process
// (Args "PID") that has it. Other faults: invalid (the folder or the address cannot be right), not_found (Existing),
// conflict (its schema is newer), unavailable (it cannot be reached).
func Open(ctx context.Context, cfg Config) (*DB, error) {
	d := &DB{cfg: cfg}
	var err error
	switch {
	case cfg.Dir != "" && cfg.URL != "":
		return nil, errors.New("open the database: both a folder and a PostgreSQL address are given; choose one")
	case cfg.Dir != "":
		d.store, err = openSQLite(ctx, d)
	case cfg.URL != "":
		d.store, err = openPostgres(ctx, d)
	default:
		return nil, errors.New("open the database: neither a folder nor a PostgreSQL address is given")
	}
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	return d, nil
}

// Engine says which database it is.
func (d *DB) Engine() Engine { return d.store.engine() }

// Read runs fn in one read-only transaction, so that everything it reads is of one moment. A statement that writes
// fails. The error is fn's own (a panic is made one), the context's, or a fault Unavailable.
func (d *DB) Read(ctx context.Context, fn func(ctx context.Context, tx Tx) error) error {
	return d.call(ctx, "read", d.store.read, fn)
}

// Glance is Read for a fn that runs one statement, which is of one moment by itself: no transaction is opened for it, which
// on PostgreSQL is one round trip instead of three. A second statement fails.
func (d *DB) Glance(ctx context.Context, fn func(ctx context.Context, tx Tx) error) error {
	return d.call(ctx, "read", d.store.glance, fn)
}

// Write runs fn in a transaction and returns nil once it is durable. When fn returns an error or panics, nothing of it
// remains. fn may run more than once, so it changes nothing but the database and variables that it sets anew each time.
//
// On SQLite one write runs at a time, and many share a commit. On PostgreSQL they run at once (READ COMMITTED): fn
// takes Tx.Lock, or locks rows in key order, before it checks what it then relies on; serialisation failures and
// deadlocks are tried again.
//
// A context that ends while fn waits for its turn gives it up; statements stop between each other.
// The error is fn's own, the context's, or a fault Unavailable: then it is not known to have happened, and on
// PostgreSQL, when the connection broke during the commit, it may have.
func (d *DB) Write(ctx context.Context, fn func(ctx context.Context, tx Tx) error) error {
	err := d.call(ctx, "write", d.store.write, fn)
	if err == nil {
		d.stats.writes.Add(1)
	}
	return err
}

type insideKey struct{ d *DB }

// call refuses a transaction inside another of the same database, which would wait for itself, and observes.
func (d *DB) call(ctx context.Context, kind string, run func(context.Context, func(context.Context, Tx) error) error, fn func(context.Context, Tx) error) error {
	if ctx.Value(insideKey{d}) != nil {
		return fmt.Errorf("a %s inside another transaction: hand its Tx on instead", kind)
	}
	if !d.enter() {
		return unavailable(errors.New("the database is closed"))
	}
	defer d.calls.Done()
	start := time.Now()
	err := run(context.WithValue(ctx, insideKey{d}, true), fn)
	if outOfSpace(err) {
		err = unavailable(err)
	}
	d.observe(kind, start)
	return err
}

// enter lets a call begin unless the database is closed.
func (d *DB) enter() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return false
	}
	d.calls.Add(1)
	return true
}

func (d *DB) observe(kind string, start time.Time) {
	if d.cfg.Observe != nil {
		d.cfg.Observe(kind, time.Since(start))
	}
}

// Ready says whether the database answers.
func (d *DB) Ready(ctx context.Context) error {
	return d.Read(ctx, func(ctx context.Context, tx Tx) error {
		var one int
		return tx.QueryRow(ctx, "SELECT 1").Scan(&one)
	})
}

// Stats gives the counters.
func (d *DB) Stats() Stats {
	return Stats{Writes: d.stats.writes.Load(), Commits: d.stats.commits.Load(), Checkpoints: d.stats.checkpoints.Load(), Trips: d.stats.trips.Load()}
}

// Close lets the calls of Read and Write that have begun finish, refuses the others (Unavailable) and closes the
// database. A second Close does nothing.
func (d *DB) Close() error {
	d.mu.Lock()
	again := d.closed
	d.closed = true
	d.mu.Unlock()
	if again {
		return nil
	}
	d.calls.Wait()
	return d.store.close()
}

func unavailable(err error) error {
	return fault.New(fault.Unavailable, "fault.database_unavailable").Because(err)
}

type everywhereKey struct{}

// Everywhere gives a context whose statements may read tenants' tables across platforms, and says why.
func Everywhere(ctx context.Context, reason string) context.Context {
	return context.WithValue(ctx, everywhereKey{}, reason)
}

// EverywhereReason gives the reason that was said, "" when statements are held to one platform.
func EverywhereReason(ctx context.Context) string {
	reason, _ := ctx.Value(everywhereKey{}).(string)
	return reason
}

type countKey struct{}

// CountStatements gives a context that counts the statements which functions issue under it (not begin, commit, or the
// query behind Now).
func CountStatements(ctx context.Context) (context.Context, *atomic.Int64) {
	n := new(atomic.Int64)
	return context.WithValue(ctx, countKey{}, n), n
}

// Micros gives the stored form of a time: microseconds since 1970 UTC, 0 for the zero time.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Time gives the time (UTC) of its stored form, the zero time for 0.
func Time(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
