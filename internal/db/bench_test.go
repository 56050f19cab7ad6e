package db_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/ids"
)

// bench runs fn on both engines as they are in production: nothing is checked, nothing runs twice.
func bench(b *testing.B, name string, fn func(b *testing.B, d *db.DB)) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(string(engine)+name, func(b *testing.B) {
			cfg := db.Config{Migrations: shop, Conns: 32}
			if engine == db.SQLite {
				cfg.Dir = b.TempDir()
			} else {
				cfg.URL = dbtest.EmptyPostgres(b)
			}
			d, err := db.Open(b.Context(), cfg)
			if err != nil {
				b.Fatal(err)
			}
			defer d.Close()
			fn(b, d)
		})
	}
}

// BenchmarkWrite compares one writer, whose every write is a commit, with many, who share them on SQLite. The tests'
// PostgreSQL does not wait for the disk; one named by PARVIS_TEST_POSTGRES may.
func BenchmarkWrite(b *testing.B) {
	for _, writers := range []int{1, 64} {
		bench(b, fmt.Sprintf("/%d", writers), func(b *testing.B, d *db.DB) {
			work := make(chan bool)
			var group sync.WaitGroup
			for range writers {
				group.Go(func() {
					for range work {
						err := d.Write(b.Context(), func(ctx context.Context, tx db.Tx) error {
							_, err := tx.Exec(ctx, "INSERT INTO counter (name, n) VALUES (?, ?)", ids.Random().String(), 1)
							return err
						})
						if err != nil {
							b.Error(err)
						}
					}
				})
			}
			for b.Loop() {
				work <- true
			}
			close(work)
			group.Wait()
			s := d.Stats()
			b.ReportMetric(float64(s.Writes)/b.Elapsed().Seconds(), "writes/s")
			b.ReportMetric(float64(s.Writes)/float64(s.Commits), "writes/commit")
		})
	}
}

// BenchmarkRead is a page: eight small statements, one of them a list of 50 rows, in one snapshot.
func BenchmarkRead(b *testing.B) {
	bench(b, "", func(b *testing.B, d *db.DB) {
		rows := make([][]any, 2000)
		for i := range rows {
			rows[i] = []any{1, ids.Random(), fmt.Sprintf("Arrondissement %d", i), nil, []byte{1, 2}, 0.5, true}
		}
		known := rows[77][1]
		err := d.Write(b.Context(), func(ctx context.Context, tx db.Tx) error {
			return db.Insert(ctx, tx, "shelf", []string{"platform", "id", "name", "parent", "cover", "weight", "open"}, rows)
		})
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			err := d.Read(b.Context(), func(ctx context.Context, tx db.Tx) error {
				for range 7 {
					var name string
					if err := tx.QueryRow(ctx, "SELECT name FROM shelf WHERE platform = ? AND id = ?", 1, known).Scan(&name); err != nil {
						return err
					}
				}
				list, err := tx.Query(ctx, "SELECT id, name, parent, weight, open FROM shelf WHERE platform = ? ORDER BY id LIMIT 50", 1)
				if err != nil {
					return err
				}
				defer list.Close()
				for list.Next() {
					var id, parent ids.ID
					var name string
					var weight float64
					var open bool
					if err := list.Scan(&id, &name, &parent, &weight, &open); err != nil {
						return err
					}
				}
				return list.Err()
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}
