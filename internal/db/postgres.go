package db

import (
	"context"
	"database/sql"
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
	_, err := s.transaction(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, fn)
	return err
}

// attempts bounds how often a write is tried when others are in its way.
const attempts = 8

func (s *postgresStore) write(ctx context.Context, fn func(context.Context, Tx) error) error {
	for n := 1; ; n++ {
		t, err := s.transaction(ctx, nil, fn)
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

// transaction runs fn once in a transaction and commits it.
func (s *postgresStore) transaction(ctx context.Context, opts *sql.TxOptions, fn func(context.Context, Tx) error) (*tx, error) {
	conn, err := s.pool.Conn(ctx)
	if err != nil {
		return nil, reachable(ctx, err)
	}
	defer conn.Close()
	sqlTx, err := conn.BeginTx(ctx, opts)
	if err != nil {
		return nil, reachable(ctx, err)
	}
	defer sqlTx.Rollback() // after a commit it does nothing
	p := &postgresTx{s: s, conn: conn, tx: sqlTx}
	if s.d.cfg.Twice && opts == nil {
		if err := p.rehearse(ctx, fn); err != nil {
			return nil, err
		}
	}
	t := &tx{d: s.d, s: p, ctx: ctx}
	if err := t.run(ctx, fn); err != nil {
		return nil, err
	}
	start := time.Now()
	if err := sqlTx.Commit(); err != nil {
		if inTheWay(err) {
			return nil, err
		}
		return nil, fmt.Errorf("commit: %w", reachable(ctx, err))
	}
	if opts == nil {
		s.d.observe("commit", start)
	}
	return t, nil
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
	s    *postgresStore
	conn *sql.Conn
	tx   *sql.Tx
}

// rehearse runs fn and takes back what it did. The error of fn itself is left to the second run.
func (p *postgresTx) rehearse(ctx context.Context, fn func(context.Context, Tx) error) error {
	if _, err := p.tx.ExecContext(ctx, "SAVEPOINT rehearsal"); err != nil {
		return err
	}
	t := &tx{d: p.s.d, s: p, ctx: ctx}
	_ = t.run(ctx, fn)
	_, err := p.tx.ExecContext(ctx, "ROLLBACK TO SAVEPOINT rehearsal")
	return err
}

func (p *postgresTx) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	return p.tx.ExecContext(ctx, p.s.rebound(query), args...)
}

func (p *postgresTx) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	return p.tx.QueryContext(ctx, p.s.rebound(query), args...)
}

func (p *postgresTx) queryRow(ctx context.Context, query string, args []any) *sql.Row {
	return p.tx.QueryRowContext(ctx, p.s.rebound(query), args...)
}

func (p *postgresTx) lock(ctx context.Context, name string) error {
	_, err := p.tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", name)
	return err
}

func (p *postgresTx) now(ctx context.Context) (time.Time, error) {
	var us int64
	err := p.tx.QueryRowContext(ctx, "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint").Scan(&us)
	return time.UnixMicro(us), err
}

// copyRows is how many rows make COPY worth its round trips.
const copyRows = 100

func (p *postgresTx) copies(rows int) bool { return rows >= copyRows }

func (p *postgresTx) copy(ctx context.Context, table string, columns []string, rows [][]any) error {
	return p.conn.Raw(func(c any) error {
		_, err := c.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(rows))
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
