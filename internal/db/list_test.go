package db_test

import (
	"context"
	"database/sql"
	"slices"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
)

func TestListOfAnyLengthFindsItsRows(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		names := []string{"a", "b", "c", "d", "e"}
		for _, name := range names {
			if err := d.Write(t.Context(), put(name, 1)); err != nil {
				t.Fatal(err)
			}
		}
		for n := range len(names) + 1 {
			marks, args := db.In(names[:n])
			err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
				rows, err := tx.Query(ctx, "SELECT name FROM counter WHERE name IN ("+marks+") ORDER BY name", args...)
				got, err := db.Collect(rows, err, func(r *sql.Rows, s *string) error { return r.Scan(s) })
				if !slices.Equal(got, names[:n]) {
					t.Errorf("%v of %v", got, names[:n])
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
}
