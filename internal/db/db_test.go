package db_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/ids"
)

// shop is a schema with every type of column.
var shop = fstest.MapFS{"0001_shop.sql": {Data: []byte(`-- +goose Up
CREATE TABLE shelf (
	platform {{.Int}} NOT NULL,
	id {{.ID}} NOT NULL,
	name {{.Text}} NOT NULL,
	parent {{.ID}},
	cover {{.Bytes}} NOT NULL,
	weight {{.Real}},
	open {{.Bool}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};
CREATE TABLE book (
	platform {{.Int}} NOT NULL,
	shelf {{.ID}} NOT NULL,
	number {{.Int}} NOT NULL,
	PRIMARY KEY (number, platform),
	FOREIGN KEY (platform, shelf) REFERENCES shelf (platform, id) DEFERRABLE INITIALLY DEFERRED
{{.End}};
CREATE TABLE counter (name {{.Text}} NOT NULL PRIMARY KEY, n {{.Int}} NOT NULL{{.End}};
CREATE TABLE page (name {{.Text}} NOT NULL PRIMARY KEY, body {{.Bytes}} NOT NULL{{.EndRowid}};
`)}}

func each(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Parallel()
	dbtest.EachSchema(t, shop, fn)
}

func put(name string, n int64) func(context.Context, db.Tx) error {
	return func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO counter (name, n) VALUES (?, ?)", name, n)
		return err
	}
}

func count(t *testing.T, d *db.DB) int {
	t.Helper()
	var n int
	err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, "SELECT count(*) FROM counter").Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestValuesComeBackAsTheyWent(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		id, at := ids.Random(), time.Date(2026, 3, 1, 12, 0, 0, 1000, time.UTC)
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO shelf (platform, id, name, parent, cover, weight, open) VALUES (?, ?, ?, ?, ?, ?, ?)",
				db.Micros(at), id, "l'été ?", ids.ID{}, []byte{}, 1.5, true)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			var us int64
			var gotID, parent ids.ID
			var name string
			var cover []byte
			var weight float64
			var open bool
			err := tx.QueryRow(ctx, "SELECT platform, id, name, parent, cover, weight, open FROM shelf WHERE platform = ? AND id = ? AND name <> 'who?'", db.Micros(at), id).
				Scan(&us, &gotID, &name, &parent, &cover, &weight, &open)
			if err != nil {
				return err
			}
			if !db.Time(us).Equal(at) || gotID != id || name != "l'été ?" || !parent.IsZero() || len(cover) != 0 || weight != 1.5 || !open {
				t.Error(us, gotID, name, parent, cover, weight, open)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestZeroTimeIsZero(t *testing.T) {
	if db.Micros(time.Time{}) != 0 || !db.Time(0).IsZero() {
		t.Error(db.Micros(time.Time{}), db.Time(0))
	}
}

func TestReadSeesOneMoment(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			var before, after int
			if err := tx.QueryRow(ctx, "SELECT count(*) FROM counter").Scan(&before); err != nil {
				return err
			}
			if err := d.Write(t.Context(), put("meanwhile", 1)); err != nil {
				return err
			}
			err := tx.QueryRow(ctx, "SELECT count(*) FROM counter").Scan(&after)
			if before != 0 || after != 0 {
				t.Errorf("it saw %d, then %d", before, after)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		if n := count(t, d); n != 1 {
			t.Errorf("the next one sees %d", n)
		}
	})
}

func TestReadCannotWrite(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		if err := d.Read(t.Context(), put("a", 1)); err == nil {
			t.Error("it wrote")
		}
		if n := count(t, d); n != 0 {
			t.Error(n)
		}
	})
}

func TestFailedWriteLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		mine := errors.New("mine")
		for name, fail := range map[string]func() error{
			"error": func() error { return mine },
			"panic": func() error { panic("mine") },
		} {
			err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				tx.AfterCommit(func() { t.Errorf("%s: AfterCommit ran", name) })
				if err := put("a", 1)(ctx, tx); err != nil {
					return err
				}
				return fail()
			})
			if err == nil || !strings.Contains(err.Error(), "mine") || name == "error" && !errors.Is(err, mine) {
				t.Errorf("%s: %v", name, err)
			}
			if n := count(t, d); n != 0 {
				t.Errorf("%s: %d rows remain", name, n)
			}
		}
		if err := d.Write(t.Context(), put("a", 1)); err != nil {
			t.Errorf("the next write: %v", err)
		}
	})
}

func TestGoroutineThatLeavesAWriteDoesNotStopTheOthers(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		var left sync.WaitGroup
		left.Go(func() {
			_ = d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_ = put("a", 1)(ctx, tx)
				goexit()
				return nil
			})
		})
		left.Wait()
		if err := d.Write(t.Context(), put("b", 1)); err != nil {
			t.Error(err)
		}
		if n := count(t, d); n != 1 {
			t.Errorf("%d rows, want the second writer's alone", n)
		}
	})
}

func TestAfterCommitRunsOnceAndLater(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		runs, rows := 0, -1
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			tx.AfterCommit(func() { runs++; rows = count(t, d) })
			return put("a", 1)(ctx, tx)
		})
		if err != nil || runs != 1 || rows != 1 {
			t.Errorf("%v; it ran %d times and saw %d rows", err, runs, rows)
		}
	})
}

func TestFunctionsRunTwiceInTests(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		runs := 0
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			runs++
			return put("a", 1)(ctx, tx)
		})
		if err != nil || runs != 2 || count(t, d) != 1 {
			t.Error(err, runs)
		}
	})
}

func TestTransactionInsideAnotherIsRefused(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(ctx context.Context, _ db.Tx) error { return d.Write(ctx, put("a", 1)) })
		if err == nil || !strings.Contains(err.Error(), "inside another transaction") {
			t.Error(err)
		}
	})
}

func TestTransactionIsOverWhenItsFunctionReturns(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		var kept db.Tx
		var rows *sql.Rows
		err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
			kept = tx
			rows, err = tx.Query(ctx, "SELECT 1 UNION ALL SELECT 2")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if rows.Next() {
			t.Error("rows outlive their transaction")
		}
		var n int
		if err := kept.QueryRow(t.Context(), "SELECT 1").Scan(&n); err == nil {
			t.Error("a statement ran after the transaction")
		}
	})
}

func TestEndedContextStopsAWrite(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		err := d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			if err := put("a", 1)(ctx, tx); err != nil {
				return err
			}
			cancel()
			return put("b", 1)(ctx, tx)
		})
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if err := d.Write(ctx, put("c", 1)); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if n := count(t, d); n != 0 {
			t.Error(n)
		}
	})
}

func TestEndedContextStopsALongRead(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		err := d.Read(ctx, func(ctx context.Context, tx db.Tx) error {
			var n int64
			return tx.QueryRow(ctx, "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 100000000000) SELECT count(*) FROM s").Scan(&n)
		})
		if err == nil || ctx.Err() == nil {
			t.Error(err)
		}
		if err := d.Ready(t.Context()); err != nil {
			t.Errorf("the next read: %v", err)
		}
	})
}

func TestWhatIsDoneAtATimeIsDatedThen(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		then := time.Date(2025, 3, 30, 1, 59, 59, 1234567, time.FixedZone("", 3600))
		want := time.Date(2025, 3, 30, 0, 59, 59, 1234000, time.UTC)
		for name, call := range map[string]func(context.Context, func(context.Context, db.Tx) error) error{"read": d.Read, "write": d.Write} {
			if err := call(db.At(t.Context(), then), func(_ context.Context, tx db.Tx) error {
				if now := tx.Now(); now != want {
					t.Errorf("a %s is dated %v, want %v", name, now, want)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Read(t.Context(), func(_ context.Context, tx db.Tx) error {
			if now := tx.Now(); now.Before(want.AddDate(1, 0, 0)) {
				t.Errorf("without it, the time is %v", now)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestNowIsOneTimeOfTheTransaction(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		start := time.Now().Add(-time.Second)
		err := d.Write(t.Context(), func(_ context.Context, tx db.Tx) error {
			now := tx.Now()
			if now != tx.Now() || now.Nanosecond()%1000 != 0 || now.Location() != time.UTC || now.Before(start) || now.After(start.Add(time.Minute)) {
				t.Error(now)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestSameStatementMayRunWhileItsRowsAreRead(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite) // PostgreSQL's protocol has no such thing
	got := ""
	err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		const q = "SELECT 1 UNION ALL SELECT 2"
		outer, err := tx.Query(ctx, q)
		if err != nil {
			return err
		}
		for outer.Next() {
			inner, err := tx.Query(ctx, q)
			if err != nil {
				return err
			}
			for inner.Next() {
				var a, b int
				if err := errors.Join(outer.Scan(&a), inner.Scan(&b)); err != nil {
					return err
				}
				got += fmt.Sprint(a, b, ";")
			}
		}
		return outer.Err()
	})
	if err != nil || got != "1 1;1 2;2 1;2 2;" {
		t.Error(got, err)
	}
}

func TestStatementsAreCounted(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx, n := db.CountStatements(t.Context())
		err := d.Read(ctx, func(ctx context.Context, tx db.Tx) error {
			tx.Now()
			var one int
			return errors.Join(tx.QueryRow(ctx, "SELECT 1").Scan(&one), tx.QueryRow(ctx, "SELECT 2").Scan(&one))
		})
		if err != nil || n.Load() != 2 {
			t.Error(err, n.Load())
		}
	})
}

func TestDuplicateKeyIsKnown(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		if err := d.Write(t.Context(), put("a", 1)); err != nil {
			t.Fatal(err)
		}
		if err := d.Write(t.Context(), put("a", 1)); !db.Duplicate(err) {
			t.Error(err)
		}
		err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			var n int
			return tx.QueryRow(ctx, "SELECT n FROM counter WHERE name = 'none'").Scan(&n)
		})
		if !db.None(err) || db.Duplicate(err) {
			t.Error(err)
		}
	})
}

func TestInsertPutsEveryRow(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		total := 0
		for _, n := range []int{0, 1, 7, 64, 73, 205} {
			rows := make([][]any, n)
			for i := range rows {
				rows[i] = []any{int64(1), ids.Random(), fmt.Sprint(i), nil, bytes.Repeat([]byte{1}, i), nil, i%2 == 0}
			}
			err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				return db.Insert(ctx, tx, "shelf", []string{"platform", "id", "name", "parent", "cover", "weight", "open"}, rows)
			})
			if err != nil {
				t.Fatal(err)
			}
			total += n
		}
		err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			var n int
			err := tx.QueryRow(ctx, "SELECT count(*) FROM shelf WHERE platform = ?", 1).Scan(&n)
			if n != total {
				t.Errorf("%d rows of %d", n, total)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		err = d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			return db.Insert(ctx, tx, "counter", []string{"name", "n"}, [][]any{{"a"}})
		})
		if err == nil {
			t.Error("a row that is too short was taken")
		}
	})
}

func TestConcurrentIncrementsUnderALockAreAllCounted(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		if err := d.Write(t.Context(), put("a", 0)); err != nil {
			t.Fatal(err)
		}
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() {
				err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
					if err := tx.Lock(ctx, "counter a"); err != nil {
						return err
					}
					var n int
					if err := tx.QueryRow(ctx, "SELECT n FROM counter WHERE name = 'a'").Scan(&n); err != nil {
						return err
					}
					_, err := tx.Exec(ctx, "UPDATE counter SET n = ? WHERE name = 'a'", n+1)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			var n int
			err := tx.QueryRow(ctx, "SELECT n FROM counter").Scan(&n)
			if n != 20 {
				t.Errorf("%d increments of 20", n)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestDeadlockedWritesAreTriedAgain(t *testing.T) {
	t.Parallel()
	cfg := dbtest.Config(t, db.Postgres)
	cfg.Twice = false
	d, err := db.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	// Each takes its own lock, waits until the other has taken its, then wants the other's: PostgreSQL ends one of them.
	var both sync.WaitGroup
	both.Add(2)
	var group sync.WaitGroup
	runs := [2]int{}
	for i, names := range [2][2]string{{"a", "b"}, {"b", "a"}} {
		group.Go(func() {
			err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				runs[i]++
				if err := tx.Lock(ctx, names[0]); err != nil {
					return err
				}
				if runs[i] == 1 {
					both.Done()
					both.Wait()
				}
				return tx.Lock(ctx, names[1])
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if runs[0]+runs[1] < 3 {
		t.Errorf("nobody ran again: %v", runs)
	}
}

func TestSwallowedFailureIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	d := dbtest.OpenSchema(t, db.Postgres, shop) // where a statement that fails undoes those before it
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		err := put("a", 1)(ctx, tx)
		_, _ = tx.Exec(ctx, "this is no SQL")
		return err
	})
	if err == nil {
		t.Error("a write that was lost is acknowledged")
	}
}
