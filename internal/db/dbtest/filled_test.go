package dbtest_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
)

func TestAFilledDatabaseIsMadeOnceAndItsCopiesKnowNothingOfEachOther(t *testing.T) {
	var made atomic.Int64
	const host = `INSERT INTO host (host, platform) VALUES (?, ?)`
	filled := dbtest.NewFilled(func(ctx context.Context, d *db.DB) error {
		made.Add(1)
		return d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, host, "made.example", 1)
			return err
		})
	})
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		for range 2 {
			d := filled.Open(t, engine)
			hosts, runs := 0, 0
			if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				runs++
				if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM host`).Scan(&hosts); err != nil {
					return err
				}
				_, err := tx.Exec(ctx, host, "mine.example", 1)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if hosts != 1 || runs != 2 {
				t.Errorf("%s: %d hosts, not the one that was made; a write ran %d times, not twice", engine, hosts, runs)
			}
		}
	}
	if n := made.Load(); n != 2 {
		t.Errorf("filled %d times for two engines", n)
	}
}
