package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// FileName is the database's file inside Config.Dir.
const FileName = "parvis.db"

// sqliteStore is one writer, which owns the only connection that may write, and a pool of read-only connections that
// keep their prepared statements.
type sqliteStore struct {
	d       *DB
	lock    *os.File
	writeDB *sql.DB
	readDB  *sql.DB
	writer  *writer
	slots   chan struct{} // one token for each reader that may work

	mu   sync.Mutex
	idle []*sqliteConn // readers; the last used is taken first, as its cache is warm
}

// dsn gives the driver's address. A page cache of 8 MB a connection; temporary tables in memory.
func dsn(dir string, pragmas ...string) string {
	q := url.Values{"_pragma": append([]string{
		"busy_timeout(100)", // only a checkpoint ever waits, for readers: no longer than this
		"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)",
		"cache_size(-8000)", "temp_store(MEMORY)", "trusted_schema(OFF)",
	}, pragmas...)}
	return "file:" + (&url.URL{Path: filepath.ToSlash(filepath.Join(dir, FileName))}).EscapedPath() + "?" + q.Encode()
}

func openSQLite(ctx context.Context, d *DB) (_ store, err error) {
	dir := d.cfg.Dir
	defer func() {
		if err != nil {
			err = refusedFolder(dir, err)
		}
	}()
	if d.cfg.Existing && !holds(dir) {
		return nil, missing("fault.database_missing", "Dir", dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	s := &sqliteStore{d: d}
	if s.lock, err = lockDir(dir); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			s.release()
		}
	}()
	// Made here, so that it is its owner's alone whatever the folder lets others do; the log's files take its mode.
	file, err := os.OpenFile(filepath.Join(dir, FileName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := file.Close(); err != nil {
		return nil, err
	}
	// The log is checkpointed by the writer alone, and shrinks to 64 MB once a long reader has let it grow.
	pragmas := []string{"wal_autocheckpoint(0)", "journal_size_limit(67108864)"}
	if d.cfg.MaxPages > 0 {
		pragmas = append(pragmas, fmt.Sprintf("max_page_count(%d)", d.cfg.MaxPages))
	}
	if s.writeDB, err = sql.Open("sqlite", dsn(dir, pragmas...)); err != nil {
		return nil, err
	}
	s.writeDB.SetMaxOpenConns(1)
	if err := s.writeDB.PingContext(ctx); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, FileName), err)
	}
	if err := migrate(ctx, SQLite, s.writeDB, d.cfg.Migrations); err != nil {
		return nil, err
	}
	conn, err := newSQLiteConn(ctx, s.writeDB)
	if err != nil {
		return nil, err
	}
	if s.readDB, err = sql.Open("sqlite", dsn(dir, "query_only(ON)")); err != nil {
		return nil, err
	}
	readers := d.cfg.Conns
	if readers <= 0 {
		readers = min(max(4, 2*runtime.GOMAXPROCS(0)), 16)
	}
	s.slots = make(chan struct{}, readers)
	s.writer = startWriter(d, conn)
	return s, nil
}

func (s *sqliteStore) engine() Engine { return SQLite }

func (s *sqliteStore) write(ctx context.Context, fn func(context.Context, Tx) error) error {
	return s.writer.write(ctx, fn)
}

func (s *sqliteStore) read(ctx context.Context, fn func(context.Context, Tx) error) error {
	return s.lend(ctx, func(c *sqliteConn) (clean bool, err error) {
		// The transaction's own statements do not obey the context: whatever happens the connection comes back clean.
		bare := context.WithoutCancel(ctx)
		if _, err := c.exec(bare, "BEGIN", nil); err != nil {
			return false, unavailable(err)
		}
		t := &tx{d: s.d, s: c, ctx: ctx}
		defer func() {
			t.end()
			_, e := c.exec(bare, "ROLLBACK", nil)
			clean = e == nil
		}()
		return false, t.run(ctx, fn)
	})
}

func (s *sqliteStore) glance(ctx context.Context, fn func(context.Context, Tx) error) error {
	return s.lend(ctx, func(c *sqliteConn) (bool, error) {
		t := &tx{d: s.d, s: c, ctx: ctx, glance: true}
		defer t.end() // when fn left its goroutine
		return true, t.run(ctx, fn)
	})
}

// lend gives a reader for the time of do, and keeps it for the next when do leaves it clean.
func (s *sqliteStore) lend(ctx context.Context, do func(c *sqliteConn) (clean bool, err error)) error {
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.slots }()
	c, err := s.reader(ctx)
	if err != nil {
		return err
	}
	clean := false
	defer func() {
		if !clean {
			c.close()
			return
		}
		s.mu.Lock()
		s.idle = append(s.idle, c)
		s.mu.Unlock()
	}()
	clean, err = do(c)
	return err
}

func (s *sqliteStore) reader(ctx context.Context) (*sqliteConn, error) {
	s.mu.Lock()
	if n := len(s.idle); n > 0 {
		c := s.idle[n-1]
		s.idle = s.idle[:n-1]
		s.mu.Unlock()
		return c, nil
	}
	s.mu.Unlock()
	c, err := newSQLiteConn(ctx, s.readDB)
	if err != nil && ctx.Err() == nil {
		err = unavailable(err)
	}
	return c, err
}

func (s *sqliteStore) close() error {
	for _, c := range s.idle {
		c.close()
	}
	s.writer.close()
	return s.release()
}

// release closes the files and gives up the lock last. SQLite empties the log when the last connection closes.
func (s *sqliteStore) release() error {
	var err error
	for _, d := range []*sql.DB{s.readDB, s.writeDB} {
		if d == nil {
			continue
		}
		if e := d.Close(); err == nil {
			err = e
		}
	}
	if e := s.lock.Close(); err == nil {
		err = e
	}
	return err
}

// sqliteConn is one connection with its prepared statements, used by one goroutine at a time.
type sqliteConn struct {
	conn  *sql.Conn
	stmts map[string]*cached
}

// cached is a prepared statement and the rows it last gave: it cannot run again before they are closed.
type cached struct {
	stmt *sql.Stmt
	rows *sql.Rows
}

// maxCached bounds the statements kept by a connection; texts are written in the code, so they are some hundreds.
const maxCached = 1000

func newSQLiteConn(ctx context.Context, d *sql.DB) (*sqliteConn, error) {
	conn, err := d.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &sqliteConn{conn: conn, stmts: map[string]*cached{}}, nil
}

// prepared gives the statement for the text, nil when it is busy giving rows and the text must run unprepared.
func (c *sqliteConn) prepared(ctx context.Context, query string) (*cached, error) {
	if p := c.stmts[query]; p != nil {
		if p.rows != nil {
			if _, err := p.rows.Columns(); err == nil {
				return nil, nil
			}
			p.rows = nil // they are closed
		}
		return p, nil
	}
	if len(c.stmts) >= maxCached {
		c.forget()
	}
	stmt, err := c.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	p := &cached{stmt: stmt}
	c.stmts[query] = p
	return p, nil
}

// forget closes the statements that give no rows at present.
func (c *sqliteConn) forget() {
	for query, p := range c.stmts {
		if p.rows != nil {
			if _, err := p.rows.Columns(); err == nil {
				continue
			}
		}
		_ = p.stmt.Close()
		delete(c.stmts, query)
	}
}

func (c *sqliteConn) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	p, err := c.prepared(ctx, query)
	switch {
	case err != nil:
		return nil, err
	case p == nil:
		return c.conn.ExecContext(ctx, query, args...)
	}
	return p.stmt.ExecContext(ctx, args...)
}

func (c *sqliteConn) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	p, err := c.prepared(ctx, query)
	switch {
	case err != nil:
		return nil, err
	case p == nil:
		return c.conn.QueryContext(ctx, query, args...)
	}
	rows, err := p.stmt.QueryContext(ctx, args...)
	if err == nil {
		p.rows = rows
	}
	return rows, err
}

func (c *sqliteConn) queryRow(ctx context.Context, query string, args []any) *sql.Row {
	p, err := c.prepared(ctx, query)
	switch {
	case err != nil:
		return failedRow(err)
	case p == nil:
		return c.conn.QueryRowContext(ctx, query, args...)
	}
	return p.stmt.QueryRowContext(ctx, args...)
}

func (c *sqliteConn) send(ctx context.Context, query string, args []any) error {
	_, err := c.exec(ctx, query, args)
	return err
}

func (c *sqliteConn) lock(context.Context, string) error { return nil }

func (c *sqliteConn) lockRows(context.Context, string, []any) (time.Time, error) {
	return time.Time{}, errors.ErrUnsupported // Tx does not ask for it
}

func (c *sqliteConn) now(context.Context) (time.Time, error) { return time.Now(), nil }

func (c *sqliteConn) copies(int) bool { return false }

func (c *sqliteConn) copy(context.Context, string, []string, [][]any) error {
	return errors.ErrUnsupported
}

// close takes the connection out of use.
func (c *sqliteConn) close() {
	for _, p := range c.stmts {
		_ = p.stmt.Close()
	}
	_ = c.conn.Raw(func(any) error { return driver.ErrBadConn }) // drops it
	_ = c.conn.Close()
}
