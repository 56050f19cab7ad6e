package dbtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
)

// Filled is a database that is filled once in a process, on each engine that is asked for, and copied for each test that
// begins with its content: a city costs seconds to make and a hundredth of that to copy.
type Filled struct {
	fill func(ctx context.Context, d *db.DB) error
	of   map[db.Engine]*template
}

// NewFilled says how: fill gets an empty database with the product's schema. Its writes run once, unlike those of tests: that
// they may run twice is for the tests of what it calls. What depends on the time of day is as old as the first test of the
// process.
func NewFilled(fill func(ctx context.Context, d *db.DB) error) *Filled {
	return &Filled{fill: fill, of: map[db.Engine]*template{db.SQLite: {}, db.Postgres: {}}}
}

// Open gives a copy, closed and removed at the end of the test.
func (f *Filled) Open(t testing.TB, engine db.Engine) *db.DB {
	t.Helper()
	m := f.of[engine]
	m.once.Do(func() { m.err = f.make(t, engine, m) })
	if m.err != nil {
		t.Fatalf("fill the database that tests copy: %v", m.err)
	}
	if m.from == "" && m.content == nil {
		d := Open(t, engine)
		if err := f.fill(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		return d
	}
	cfg, err := m.copy(t, engine, db.Migrations())
	if err != nil {
		t.Fatal(err)
	}
	return opened(t, cfg)
}

// Each runs fn as the subtests "sqlite" and "postgres", as the function Each does, with copies.
func (f *Filled) Each(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	each(t, f.Open, fn)
}

// make fills one and keeps it: a file in memory, or a database that the next process's sweep drops. On a PostgreSQL that is
// not the tests' own nothing would drop it, so that there every test fills one.
func (f *Filled) make(t testing.TB, engine db.Engine, m *template) (err error) {
	migrations := db.Migrations()
	empty, err := migrated(t, engine, migrations)
	if err != nil {
		return err
	}
	m.guard = empty.guard
	cfg := db.Config{Conns: 4, Check: m.guard.Check}
	if engine == db.Postgres {
		p, err := postgres()
		if err != nil || !p.own {
			return err
		}
		name, err := p.create(empty.from)
		if err != nil {
			return err
		}
		cfg.URL = p.addressOf(name)
		defer func() { m.from = name }()
	} else {
		if cfg.Dir, err = os.MkdirTemp("", "parvis-filled"); err != nil {
			return err
		}
		defer os.RemoveAll(cfg.Dir)
	}
	ctx := context.WithoutCancel(t.Context())
	d, err := db.Open(ctx, cfg)
	if err != nil {
		return err
	}
	if err := errors.Join(f.fill(ctx, d), d.Close()); err != nil {
		return fmt.Errorf("%s: %w", engine, err)
	}
	if engine == db.SQLite {
		m.content, err = os.ReadFile(filepath.Join(cfg.Dir, db.FileName)) // whole: closing it emptied the log
	}
	return err
}
