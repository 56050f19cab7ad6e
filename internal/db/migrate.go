package db

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"testing/fstest"
	"text/template"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/parvis-civic/parvis/internal/fault"
)

//go:embed migrations/*.sql
var embedded embed.FS

// Migrations gives the product's migrations, before they are rendered for an engine.
func Migrations() fs.FS {
	sub, err := fs.Sub(embedded, "migrations")
	if err != nil {
		panic(err) // the name is valid
	}
	return sub
}

// words are what a migration, a text/template, may say where the engines differ.
type words struct {
	ID, Bytes, Int, Text, Real, Bool string // column types
	End, EndRowid                    string // what ends CREATE TABLE: SQLite keeps rows in the primary key's tree, or not
	SQLite, Postgres                 bool   // for what only one of them has
}

var vocabulary = map[Engine]words{
	SQLite: {
		ID: "BLOB", Bytes: "BLOB", Int: "INTEGER", Text: "TEXT", Real: "REAL", Bool: "INTEGER",
		End: ") STRICT, WITHOUT ROWID", EndRowid: ") STRICT", SQLite: true,
	},
	Postgres: {
		ID: "uuid", Bytes: "bytea", Int: "bigint", Text: `text COLLATE "C"`, Real: "double precision", Bool: "boolean",
		End: ")", EndRowid: ")", Postgres: true,
	},
}

// Render gives the migrations in an engine's own SQL.
func Render(engine Engine, files fs.FS) (fs.FS, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	out := fstest.MapFS{}
	for _, name := range names {
		t, err := template.New(path.Base(name)).Option("missingkey=error").ParseFS(files, name)
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		if err := t.Execute(&b, vocabulary[engine]); err != nil {
			return nil, err
		}
		out[name] = &fstest.MapFile{Data: b.Bytes()}
	}
	return out, nil
}

// migrate brings the schema up to date, one process at a time. It refuses (Conflict) a schema newer than it knows.
func migrate(ctx context.Context, engine Engine, d *sql.DB, files fs.FS) error {
	if files == nil {
		files = Migrations()
	}
	rendered, err := Render(engine, files)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	dialect, options := goose.DialectSQLite3, []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if engine == Postgres {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 60))
		if err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(dialect, d, rendered, options...)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if current > target {
		return fault.New(fault.Conflict, "fault.database_newer", "Schema", current, "Known", target).
			Because(fmt.Errorf("the database has schema %d and this program knows %d: run the newer program", current, target))
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}
