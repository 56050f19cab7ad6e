package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/parvis-civic/parvis/internal/fault"
)

// postgresStore runs transactions at once, each on a connection of the pool.
type postgresStore struct {
	d      *DB
	pool   *sql.DB
	rebind sync.Map // statement with ? → with $1
}

func openPostgres(ctx context.Context, d *DB) (store, error) {
	cfg, err := pgx.ParseConfig(d.cfg.URL)
	if err != nil {
		return nil, fault.New(fault.Invalid, "fault.database_address").
			Because(fmt.Errorf("the address of PostgreSQL (postgres://user:password@host/database): %w", err))
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = connectTimeout
	}
	pool := stdlib.OpenDB(*cfg)
	conns := d.cfg.Conns
	if conns <= 0 {
		conns = min(max(16, 4*runtime.GOMAXPROCS(0)), 64)
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	if err := pool.PingContext(ctx); err != nil {
		pool.Close()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, refusedServer(cfg, err)
	}
	if err := settle(ctx, d.cfg, pool); err != nil {
		pool.Close()
		if _, ok := errors.AsType[*pgconn.PgError](err); ok {
			return nil, refusedServer(cfg, err)
		}
		return nil, err
	}
	return &postgresStore{d: d, pool: pool}, nil
}

// connectTimeout bounds how long a server that says nothing is waited for, when the address does not say it.
const connectTimeout = 10 * time.Second

// settle finds or makes the schema.
func settle(ctx context.Context, cfg Config, pool *sql.DB) error {
	if cfg.Existing {
		yes, err := migrated(ctx, pool)
		if err != nil {
			return err
		}
		if !yes {
			return missing("fault.database_missing_schema")
		}
	}
	return migrate(ctx, Postgres, pool, cfg.Migrations)
}

func (s *postgresStore) engine() Engine { return Postgres }

func (s *postgresStore) close() error { return s.pool.Close() }

func (s *postgresStore) read(ctx context.Context, fn func(context.Context, Tx) error) error {
	_, err := s.transaction(ctx, true, fn)
	return err
}

// attempts bounds how often a write is tried when others are in its way.
const attempts = 8

func (s *postgresStore) write(ctx context.Context, fn func(context.Context, Tx) error) error {
	for n := 1; ; n++ {
		t, err := s.transaction(ctx, false, fn)
		switch {
		case err == nil:
			s.d.stats.commits.Add(1)
			t.committed()
			return nil
		case !inTheWay(err):
			return err
		case n == attempts:
			return unavailable(err)
		}
		// Up to 1, 2, 4 … 128 ms, at random so that those who met do not meet again.
		select {
		case <-time.After(rand.N(time.Millisecond << n)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// inTheWay says whether the transaction failed because of another one, and may pass when it runs again.
func inTheWay(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == "40001" || e.Code == "40P01") // serialization_failure, deadlock_detected
}

// The words that open a transaction. A read is of the moment of its first statement, which asks the time.
const (
	beginRead  = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	beginWrite = "BEGIN"
	askTime    = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
)

// transaction runs fn once in a transaction and commits it. What opens it goes with its first statement, and what is
// left over for later goes with what commits it.
func (s *postgresStore) transaction(ctx context.Context, reads bool, fn func(context.Context, Tx) error) (*tx, error) {
	conn, err := s.pool.Conn(ctx)
	if err != nil {
		return nil, reachable(ctx, err)
	}
	defer conn.Close()
	p := &postgresTx{s: s, conn: conn}
	t := &tx{d: s.d, s: p, ctx: ctx}
	committed := false
	defer func() { // also when fn left its goroutine
		if !committed {
			p.rollback(ctx)
		}
	}()
	p.later(beginWrite)
	if reads {
		p.pending = p.pending[:0]
		p.later(beginRead)
		p.later(askTime)
	}
	if err := p.flush(ctx); err != nil {
		return nil, reachable(ctx, err)
	}
	t.time = p.time
	if s.d.cfg.Twice && !reads {
		if err := p.rehearse(ctx, fn); err != nil {
			return nil, err
		}
	}
	if err := t.run(ctx, fn); err != nil {
		return nil, err
	}
	start := time.Now()
	left := len(p.pending)
	p.later("COMMIT")
	if err := p.flush(ctx); err != nil {
		_, answered := errors.AsType[*pgconn.PgError](err)
		switch {
		case inTheWay(err), answered && left > 0: // a statement's own error, which nothing of the transaction outlives
			return nil, err
		}
		return nil, fmt.Errorf("commit: %w", reachable(ctx, err))
	}
	committed = true
	if !reads {
		s.d.observe("commit", start)
	}
	return t, nil
}

// glance runs fn on a connection without a transaction.
func (s *postgresStore) glance(ctx context.Context, fn func(context.Context, Tx) error) error {
	conn, err := s.pool.Conn(ctx)
	if err != nil {
		return reachable(ctx, err)
	}
	defer conn.Close()
	return (&tx{d: s.d, s: &postgresTx{s: s, conn: conn}, ctx: ctx, glance: true}).run(ctx, fn)
}

// reachable gives the context's error when it ended, a fault otherwise.
func reachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return unavailable(err)
}

// postgresTx is a session inside a transaction.
type postgresTx struct {
	s       *postgresStore
	conn    *sql.Conn
	pending []pending // statements that nobody waits for, which go before the next one, in one round trip
	time    time.Time // what the last askTime among them was told
}

type pending struct {
	query string
	args  []any
}

func (p *postgresTx) later(query string, args ...any) {
	p.pending = append(p.pending, pending{query, args})
}

// errUndone is that a commit found a transaction that a statement had spoilt.
var errUndone = errors.New("a statement had failed, so that nothing of the transaction is kept")

// flush sends the statements that are left over and waits for their answers.
func (p *postgresTx) flush(ctx context.Context) error {
	if len(p.pending) == 0 {
		return nil
	}
	batch := &pgx.Batch{}
	for _, q := range p.pending {
		batch.Queue(q.query, q.args...)
	}
	sent := p.pending
	p.pending = nil
	p.s.d.stats.trips.Add(1)
	return p.raw(func(c *pgx.Conn) (err error) {
		answers := c.SendBatch(ctx, batch)
		defer func() {
			if e := answers.Close(); err == nil {
				err = e
			}
		}()
		for _, q := range sent {
			if q.query == askTime {
				var us int64
				if err := answers.QueryRow().Scan(&us); err != nil {
					return err
				}
				p.time = time.UnixMicro(us).UTC().Truncate(time.Microsecond)
				continue
			}
			tag, err := answers.Exec()
			if err != nil {
				return err
			}
			if q.query == "COMMIT" && tag.String() != "COMMIT" {
				return errUndone
			}
		}
		return nil
	})
}

// rollback ends a transaction that is not to be. A connection that does not say so is given up.
func (p *postgresTx) rollback(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), connectTimeout)
	defer cancel()
	_ = p.conn.Raw(func(c any) error {
		conn := c.(*stdlib.Conn).Conn()
		if conn.PgConn().TxStatus() == 'I' {
			return nil
		}
		if _, err := conn.Exec(ctx, "ROLLBACK"); err != nil {
			return driver.ErrBadConn
		}
		return nil
	})
}

// raw does something with the driver's own connection.
func (p *postgresTx) raw(do func(*pgx.Conn) error) error {
	return p.conn.Raw(func(c any) error { return do(c.(*stdlib.Conn).Conn()) })
}

// rehearse runs fn and takes back what it did. The error of fn itself is left to the second run.
func (p *postgresTx) rehearse(ctx context.Context, fn func(context.Context, Tx) error) error {
	p.later("SAVEPOINT rehearsal")
	if err := p.flush(ctx); err != nil {
		return err
	}
	t := &tx{d: p.s.d, s: p, ctx: ctx}
	if err := t.run(ctx, fn); err == nil {
		_ = p.flush(ctx)
	}
	p.pending = nil
	p.later("ROLLBACK TO SAVEPOINT rehearsal")
	return p.flush(ctx)
}

func (p *postgresTx) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	if err := p.flush(ctx); err != nil {
		return nil, err
	}
	p.s.d.stats.trips.Add(1)
	return p.conn.ExecContext(ctx, p.s.rebound(query), args...)
}

func (p *postgresTx) send(_ context.Context, query string, args []any) error {
	values := make([]any, len(args)) // as database/sql hands them to a driver; the caller's slice is its own again
	for i, a := range args {
		v, err := driver.DefaultParameterConverter.ConvertValue(a)
		if err != nil {
			return fmt.Errorf("parameter %d: %w", i+1, err)
		}
		values[i] = v
	}
	p.later(p.s.rebound(query), values...)
	return nil
}

func (p *postgresTx) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	if err := p.flush(ctx); err != nil {
		return nil, err
	}
	p.s.d.stats.trips.Add(1)
	return p.conn.QueryContext(ctx, p.s.rebound(query), args...)
}

func (p *postgresTx) queryRow(ctx context.Context, query string, args []any) *sql.Row {
	if err := p.flush(ctx); err != nil {
		return failedRow(err)
	}
	p.s.d.stats.trips.Add(1)
	return p.conn.QueryRowContext(ctx, p.s.rebound(query), args...)
}

func (p *postgresTx) lock(ctx context.Context, name string) error {
	_, err := p.exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", []any{name})
	return err
}

func (p *postgresTx) now(ctx context.Context) (time.Time, error) {
	p.later(askTime)
	err := p.flush(ctx)
	return p.time, err
}

// lockRows asks the time above the rows that are locked, so that it is asked once they are.
func (p *postgresTx) lockRows(ctx context.Context, query string, args []any) (time.Time, error) {
	var us int64
	var mode string
	var n int
	err := p.queryRow(ctx, `WITH l AS MATERIALIZED (`+query+`) SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, set_config('plan_cache_mode', 'force_custom_plan', true), c.n
		FROM (SELECT count(*) AS n FROM l OFFSET 0) c`, args).Scan(&us, &mode, &n)
	return time.UnixMicro(us), err
}

// copyRows is how many rows make COPY worth its round trips.
const copyRows = 100

func (p *postgresTx) copies(rows int) bool { return rows >= copyRows }

func (p *postgresTx) copy(ctx context.Context, table string, columns []string, rows [][]any) error {
	if err := p.flush(ctx); err != nil {
		return err
	}
	p.s.d.stats.trips.Add(1)
	return p.raw(func(c *pgx.Conn) error {
		_, err := c.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(rows))
		return err
	})
}

func (s *postgresStore) rebound(query string) string {
	if q, ok := s.rebind.Load(query); ok {
		return q.(string)
	}
	q := rebind(query)
	s.rebind.Store(query, q)
	return q
}
