package db_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/fault"
)

func TestClosedDatabaseRefuses(t *testing.T) {
	t.Parallel()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		d, err := db.Open(t.Context(), dbtest.Config(t, engine))
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(d.Close(), d.Close()); err != nil {
			t.Error(err)
		}
		if err := d.Ready(t.Context()); !fault.Is(err, fault.Unavailable) {
			t.Error(err)
		}
		if err := d.Write(t.Context(), put("a", 1)); !fault.Is(err, fault.Unavailable) {
			t.Error(err)
		}
	}
}

func TestSecondProcessIsToldWhoHasTheFolder(t *testing.T) {
	t.Parallel()
	cfg := dbtest.Config(t, db.SQLite)
	d, err := db.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Open(t.Context(), cfg) // flock is of the open file: within a process it is the same
	if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), fmt.Sprintf("process %d ", os.Getpid())) {
		t.Error(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d, err = db.Open(t.Context(), cfg)
	if err != nil {
		t.Fatalf("after it was closed: %v", err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

func TestCloseWaitsForWhatHasBegun(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		begun, free, closed := make(chan bool), make(chan bool), make(chan error)
		var once sync.Once
		var later error
		go func() {
			<-begun
			go func() { closed <- d.Close() }()
			for later == nil { // until Close has begun
				later = d.Ready(context.Background())
			}
			close(free)
		}()
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			once.Do(func() { close(begun) })
			<-free
			return put("a", 1)(ctx, tx)
		})
		if err != nil {
			t.Error(err)
		}
		if err := <-closed; err != nil || !fault.Is(later, fault.Unavailable) {
			t.Error(err, later)
		}
	})
}

func TestNewerSchemaIsRefused(t *testing.T) {
	t.Parallel()
	dir, newer := t.TempDir(), fstest.MapFS{"0002_more.sql": {Data: []byte("-- +goose Up\nCREATE TABLE more (a {{.Int}} NOT NULL PRIMARY KEY{{.End}};\n")}}
	newer["0001_shop.sql"] = shop["0001_shop.sql"]
	d, err := db.Open(t.Context(), db.Config{Dir: dir, Migrations: newer})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Open(t.Context(), db.Config{Dir: dir, Migrations: shop}); !fault.Is(err, fault.Conflict) {
		t.Error(err)
	}
}

func TestDurationsAreObserved(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	seen := map[string]int{}
	d, err := db.Open(t.Context(), db.Config{Dir: t.TempDir(), Migrations: shop, Observe: func(kind string, took time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		if seen[kind]++; took < 0 {
			t.Error(kind, took)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.Write(t.Context(), put("a", 1)), d.Ready(t.Context()), d.Close()); err != nil {
		t.Error(err)
	}
	if want := map[string]int{"write": 1, "read": 1, "commit": 1, "statement": 2}; !maps.Equal(seen, want) {
		t.Errorf("%v, want %v", seen, want)
	}
}

func TestOddFolderNamesWork(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "données de l'été? #1 100%")
	d, err := db.Open(t.Context(), db.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, db.FileName)); err != nil {
		t.Error(err)
	}
}

func TestBadSettingsSayWhatToDo(t *testing.T) {
	t.Parallel()
	empty, foreign := t.TempDir(), t.TempDir()
	file := filepath.Join(foreign, db.FileName)
	if err := os.WriteFile(file, []byte(strings.Repeat("this is no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		cfg  db.Config
		want string
	}{
		{db.Config{}, "neither"},
		{db.Config{Dir: "a", URL: "b"}, "choose one"},
		{db.Config{URL: "postgres://localhost:nonsense/x"}, "postgres://user:password@host/database"},
		{db.Config{URL: "postgres://127.0.0.1:1/x?sslmode=disable"}, "fault.database_silent"},
		{db.Config{URL: "mysql://localhost/x"}, "fault.database_address"},
		{db.Config{URL: "postgres://nowhere.invalid/x"}, "fault.database_host"},
		{db.Config{Dir: file}, "fault.database_folder"},
		{db.Config{Dir: filepath.Join(file, "below")}, "fault.database_folder"},
		{db.Config{Dir: strings.Repeat("x", 300)}, "fault.database_folder"},
		{db.Config{Dir: foreign}, "fault.database_foreign"},
		{db.Config{Dir: empty, Existing: true}, "fault.database_missing"},
		{db.Config{Dir: filepath.Join(empty, "mistyped"), Existing: true}, "fault.database_missing"},
	} {
		if _, err := db.Open(t.Context(), c.cfg); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c.cfg, err)
		}
	}
	if left, err := os.ReadDir(empty); err != nil || len(left) > 0 {
		t.Errorf("a refused folder was filled: %v, %v", left, err)
	}
}

func TestWhatAServerRefusesIsNamed(t *testing.T) {
	t.Parallel()
	good := dbtest.EmptyPostgres(t)
	cfg, err := pgx.ParseConfig(good)
	if err != nil {
		t.Fatal(err)
	}
	with := func(change func(q url.Values)) string {
		q := url.Values{"host": {cfg.Host}, "port": {strconv.Itoa(int(cfg.Port))}, "user": {cfg.User}, "password": {cfg.Password}, "dbname": {cfg.Database}, "sslmode": {"disable"}}
		change(q)
		return "postgres:///?" + q.Encode()
	}
	for _, c := range []struct{ url, want string }{
		{with(func(q url.Values) { q.Set("user", "nobody") }), "fault.database_login"},
		{with(func(q url.Values) { q.Set("dbname", "nothing") }), "fault.database_name"},
	} {
		_, err := db.Open(t.Context(), db.Config{URL: c.url})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.url, err)
		}
	}
	if _, err := db.Open(t.Context(), db.Config{URL: good, Existing: true}); !fault.Is(err, fault.NotFound) {
		t.Errorf("an empty database was taken for one of Parvis: %v", err)
	}
}
