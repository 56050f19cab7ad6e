package db_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
)

const insertCounter = "INSERT INTO counter (name, n) VALUES (?, ?)"

func TestWhatIsSentIsThereForTheNextStatementAndAfterTheCommit(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			name := []any{"a", 1}
			if err := tx.Send(ctx, insertCounter, name...); err != nil {
				return err
			}
			name[0] = "b" // the caller's slice is its own again
			if err := tx.Send(ctx, insertCounter, name...); err != nil {
				return err
			}
			var n int
			if err := tx.QueryRow(ctx, "SELECT count(*) FROM counter").Scan(&n); err != nil || n != 2 {
				t.Errorf("%d rows: %v", n, err)
			}
			return tx.Send(ctx, insertCounter, "c", 1)
		})
		if n := count(t, d); err != nil || n != 3 {
			t.Errorf("%d rows: %v", n, err)
		}
	})
}

func TestASentStatementThatFailsIsNotAcknowledged(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		if err := d.Write(t.Context(), put("a", 1)); err != nil {
			t.Fatal(err)
		}
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			if err := put("b", 1)(ctx, tx); err != nil {
				return err
			}
			return tx.Send(ctx, insertCounter, "a", 2)
		})
		if n := count(t, d); !db.Duplicate(err) || n != 1 {
			t.Errorf("%d rows: %v", n, err)
		}
		if err := d.Write(t.Context(), put("c", 1)); err != nil { // the connection is as good as before
			t.Error(err)
		}
	})
}

func TestAGlanceIsOneStatementThatReads(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		if err := d.Write(t.Context(), put("a", 7)); err != nil {
			t.Fatal(err)
		}
		before := d.Stats().Trips
		var n, us int64
		if err := d.Glance(t.Context(), func(ctx context.Context, tx db.Tx) error {
			return tx.QueryRow(ctx, "SELECT n, "+db.Clock(ctx, tx)+" FROM counter WHERE name = ?", "a").Scan(&n, &us)
		}); err != nil || n != 7 || time.Since(db.Time(us)).Abs() > time.Minute {
			t.Errorf("%d at %v: %v", n, db.Time(us), err)
		}
		if trips := d.Stats().Trips - before; trips > 1 {
			t.Errorf("%d round trips", trips)
		}
		said := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
		if err := d.Glance(db.At(t.Context(), said), func(ctx context.Context, tx db.Tx) error {
			return tx.QueryRow(ctx, "SELECT "+db.Clock(ctx, tx)).Scan(&us)
		}); err != nil || !db.Time(us).Equal(said) {
			t.Errorf("at %v: %v", db.Time(us), err)
		}
		for name, do := range map[string]func(ctx context.Context, tx db.Tx) error{
			"reads twice": func(ctx context.Context, tx db.Tx) error {
				if err := tx.QueryRow(ctx, "SELECT 1").Scan(&n); err != nil {
					t.Error(err)
				}
				return tx.QueryRow(ctx, "SELECT 1").Scan(&n)
			},
			"writes": put("b", 1),
			"sends":  func(ctx context.Context, tx db.Tx) error { return tx.Send(ctx, insertCounter, "b", 1) },
		} {
			if err := d.Glance(t.Context(), do); err == nil {
				t.Errorf("a glance %s", name)
			}
		}
		if n := count(t, d); n != 1 {
			t.Errorf("%d rows", n)
		}
	})
}

func TestTheTimeIsAskedOnceLockedRowsAreHeld(t *testing.T) {
	t.Parallel()
	cfg := dbtest.Config(t, db.Postgres)
	cfg.Twice, cfg.Check = false, nil
	d, err := db.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	const host = "SELECT h.host FROM host h WHERE h.host = ? FOR UPDATE"
	if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO host (host, platform) VALUES ('a', 1)")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	var waiter sync.WaitGroup
	var later time.Time
	var last int64
	err = d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		if err := tx.LockRows(ctx, host, "a"); err != nil {
			return err
		}
		waiter.Go(func() {
			if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				err := tx.LockRows(ctx, host, "a")
				later = tx.Now()
				return err
			}); err != nil {
				t.Error(err)
			}
		})
		// Until the other one waits for the row.
		for waits := 0; waits == 0; {
			if err := tx.QueryRow(ctx, "SELECT count(*) FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid").Scan(&waits); err != nil {
				return err
			}
		}
		return tx.QueryRow(ctx, "SELECT "+db.Clock(ctx, tx)).Scan(&last)
	})
	waiter.Wait()
	if err != nil || !later.After(db.Time(last)) {
		t.Errorf("the time is %v, and the row was held until after %v: %v", later, db.Time(last), err)
	}
}
