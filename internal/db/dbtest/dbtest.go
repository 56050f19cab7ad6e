// Package dbtest runs tests on both engines, each on a database of its own that is copied from a migrated template.
//
// Tests that begin with the same content share it: see Filled.
//
// There, each function given to Write runs twice (the first time rolled back), and a statement on a tenant's table that
// does not say which platform fails: see Guard.
//
// PostgreSQL is the server that PARVIS_TEST_POSTGRES (postgres://…, an account that may create databases) names, else one
// that package server starts. Without either, tests fail.
package dbtest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest/server"
)

// Each runs fn as the subtests "sqlite" and "postgres", in parallel, each with an empty database that has the product's
// schema. It comes last in a test, as parallel subtests run once their parent has returned.
func Each(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	EachSchema(t, db.Migrations(), fn)
}

// EachSchema is Each with other migrations.
func EachSchema(t *testing.T, migrations fs.FS, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	each(t, func(t testing.TB, engine db.Engine) *db.DB { return OpenSchema(t, engine, migrations) }, fn)
}

func each(t *testing.T, open func(t testing.TB, engine db.Engine) *db.DB, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			fn(t, open(t, engine))
		})
	}
}

// Open gives an empty database of one engine with the product's schema, closed and removed at the end of the test.
func Open(t testing.TB, engine db.Engine) *db.DB {
	t.Helper()
	return OpenSchema(t, engine, db.Migrations())
}

// Config gives how to open an empty database of one engine with the product's schema, for tests that open and close it
// themselves; it is removed at the end of the test.
func Config(t testing.TB, engine db.Engine) db.Config {
	t.Helper()
	return config(t, engine, db.Migrations())
}

// EmptyPostgres gives the address of a new PostgreSQL database without any table.
func EmptyPostgres(t testing.TB) string {
	t.Helper()
	address, err := newPostgres(t, "template0")
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// OpenSchema is Open with other migrations.
func OpenSchema(t testing.TB, engine db.Engine, migrations fs.FS) *db.DB {
	t.Helper()
	return opened(t, config(t, engine, migrations))
}

// opened opens a database until the end of the test.
func opened(t testing.TB, cfg db.Config) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	})
	return d
}

func config(t testing.TB, engine db.Engine, migrations fs.FS) db.Config {
	t.Helper()
	cfg, err := copied(t, engine, migrations)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// template is a migrated database of an engine, which is copied and never opened again, and the guard of its tables.
type template struct {
	once    sync.Once
	err     error
	from    string // PostgreSQL: the name of a database
	content []byte // SQLite: the file
	guard   *Guard
}

var templates sync.Map // engine and hash of the migrations → *template: made once in a process

// copied copies the template of a schema, which it makes first when nobody has.
func copied(t testing.TB, engine db.Engine, migrations fs.FS) (db.Config, error) {
	m, err := migrated(t, engine, migrations)
	if err != nil {
		return db.Config{}, err
	}
	return m.copy(t, engine, migrations)
}

// migrated gives the template of a schema.
func migrated(t testing.TB, engine db.Engine, migrations fs.FS) (*template, error) {
	hash, err := hashOf(engine, migrations)
	if err != nil {
		return nil, err
	}
	found, _ := templates.LoadOrStore(string(engine)+hash, &template{})
	m := found.(*template)
	m.once.Do(func() { m.err = m.make(context.WithoutCancel(t.Context()), engine, hash, migrations) })
	if m.err != nil {
		return nil, fmt.Errorf("make the template of %s: %w", engine, m.err)
	}
	return m, nil
}

// copy gives how to open a copy of it.
func (m *template) copy(t testing.TB, engine db.Engine, migrations fs.FS) (db.Config, error) {
	cfg := db.Config{Conns: 4, Migrations: migrations, Twice: true, Check: m.guard.Check}
	var err error
	if engine == db.Postgres {
		cfg.URL, err = newPostgres(t, m.from)
		return cfg, err
	}
	if cfg.Dir, err = tempDir(t); err != nil {
		return cfg, err
	}
	return cfg, os.WriteFile(filepath.Join(cfg.Dir, db.FileName), m.content, 0o600)
}

// tempDir gives a folder in memory for the time of the test.
func tempDir(t testing.TB) (string, error) {
	sweepFolders()
	dir, err := os.MkdirTemp(server.Memory(), fmt.Sprintf("test_%d_", os.Getpid()))
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("remove the test's database: %v", err)
		}
	})
	return dir, err
}

// sweepFolders removes, once in a process, what tests that were killed have left. Their names hold the number of their process.
var sweepFolders = sync.OnceFunc(func() {
	left, _ := filepath.Glob(filepath.Join(server.Memory(), "test_*"))
	for _, dir := range left {
		if gone(strings.Split(filepath.Base(dir), "_")[1]) {
			_ = os.RemoveAll(dir) // another process may be at it too
		}
	}
})

// gone says whether a process, by its number, is no more.
func gone(pid string) bool {
	n, err := strconv.Atoi(pid)
	return err == nil && errors.Is(syscall.Kill(n, 0), syscall.ESRCH)
}

// hashOf names a schema by its content: the migrations as an engine gets them.
func hashOf(engine db.Engine, migrations fs.FS) (string, error) {
	rendered, err := db.Render(engine, migrations)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	err = fs.WalkDir(rendered, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := fs.ReadFile(rendered, name)
		fmt.Fprintf(h, "%s %d\n%s", name, len(b), b)
		return err
	})
	return hex.EncodeToString(h.Sum(nil)[:8]), err
}

// make makes the template unless another process has, and reads its tables.
func (m *template) make(ctx context.Context, engine db.Engine, hash string, migrations fs.FS) error {
	if engine == db.Postgres {
		return m.makePostgres(ctx, hash, migrations)
	}
	// SQLite takes a few milliseconds: each process makes its own, so that none reads what another half wrote.
	dir, err := os.MkdirTemp("", "parvis-template")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if m.guard, err = guardOf(ctx, db.Config{Dir: dir, Migrations: migrations}); err != nil {
		return err
	}
	b, err := os.ReadFile(filepath.Join(dir, db.FileName)) // whole: closing it emptied the log
	if err != nil {
		return err
	}
	m.content = b
	return nil
}

// guardOf opens a database, which migrates it, and gives the guard of its tables.
func guardOf(ctx context.Context, cfg db.Config) (*Guard, error) {
	d, err := db.Open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	var guard *Guard
	err = d.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		tables, err := db.Tables(ctx, tx)
		guard = NewGuard(tables)
		return err
	})
	return guard, errors.Join(err, d.Close())
}

// postgres is the server of the tests, found or started once in a process.
var postgres = sync.OnceValues(func() (*maintenance, error) {
	ctx := context.Background()
	address := os.Getenv("PARVIS_TEST_POSTGRES")
	own := address == ""
	if own {
		var err error
		if address, err = server.Start(ctx); err != nil {
			return nil, err
		}
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("PARVIS_TEST_POSTGRES: %w", err)
	}
	d, err := sql.Open("pgx", address)
	if err != nil {
		return nil, err
	}
	d.SetMaxOpenConns(2)
	m := &maintenance{DB: d, address: u, own: own}
	if own {
		err = m.sweep(ctx)
	}
	return m, err
})

// maintenance is a connection from which databases are made and dropped.
type maintenance struct {
	*sql.DB
	address *url.URL
	own     bool // it is the tests' own, where sweep drops what is left
	made    atomic.Int64
}

func (m *maintenance) addressOf(database string) string {
	u := *m.address
	u.Path = "/" + database
	return u.String()
}

// sweep drops what tests that were killed have left. Their names hold the number of their process.
func (m *maintenance) sweep(ctx context.Context) error {
	rows, err := m.QueryContext(ctx, `SELECT datname FROM pg_database WHERE datname LIKE 'parvis\_test\_%'`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var left []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		if gone(strings.Split(name, "_")[2]) {
			left = append(left, name)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, name := range left {
		if _, err := m.ExecContext(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			return err
		}
	}
	return nil
}

// newPostgres copies a database for the time of the test and gives its address.
func newPostgres(t testing.TB, from string) (string, error) {
	m, err := postgres()
	if err != nil {
		return "", err
	}
	name, err := m.create(from)
	if err != nil {
		return "", err
	}
	t.Cleanup(func() {
		if _, err := m.Exec("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return m.addressOf(name), nil
}

// create makes a database of this process and gives its name.
func (m *maintenance) create(from string) (string, error) {
	name := fmt.Sprintf("parvis_test_%d_%d", os.Getpid(), m.made.Add(1))
	_, err := m.Exec("CREATE DATABASE " + name + " TEMPLATE " + from)
	return name, err
}

// templateLock is the advisory lock under which processes make templates: "parvis" in ASCII.
const templateLock = 0x706172766973

func (m *template) makePostgres(ctx context.Context, hash string, migrations fs.FS) (err error) {
	p, err := postgres()
	if err != nil {
		return err
	}
	conn, err := p.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", int64(templateLock)); err != nil {
		return err
	}
	defer func() {
		_, e := conn.ExecContext(ctx, "SELECT pg_advisory_unlock($1)", int64(templateLock))
		err = errors.Join(err, e)
	}()
	m.from = "parvis_template_" + hash
	making := m.from + "_making"
	var there bool
	if err := conn.QueryRowContext(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", m.from).Scan(&there); err != nil {
		return err
	}
	// The tables are read from a copy: a template that is open cannot be copied.
	from := "template0"
	if there {
		from = m.from
	}
	for _, query := range []string{"DROP DATABASE IF EXISTS " + making + " WITH (FORCE)", "CREATE DATABASE " + making + " TEMPLATE " + from} {
		if _, err := conn.ExecContext(ctx, query); err != nil {
			return err
		}
	}
	if m.guard, err = guardOf(ctx, db.Config{URL: p.addressOf(making), Migrations: migrations, Conns: 2}); err != nil {
		return err
	}
	last := "ALTER DATABASE " + making + " RENAME TO " + m.from
	if there {
		last = "DROP DATABASE " + making + " WITH (FORCE)"
	}
	_, err = conn.ExecContext(ctx, last)
	return err
}
