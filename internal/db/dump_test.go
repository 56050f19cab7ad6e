package db_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/ids"
)

// all reads every table of a database: its rows by its name.
func all(t *testing.T, d *db.DB) (order []string, rows map[string][][]any) {
	t.Helper()
	rows = map[string][][]any{}
	err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		tables, err := db.Tables(ctx, tx)
		if err != nil {
			return err
		}
		for _, table := range tables {
			order = append(order, table.Name)
			for row, err := range table.Rows(ctx, tx, nil) {
				if err != nil {
					return err
				}
				rows[table.Name] = append(rows[table.Name], row)
			}
			if got := rows[table.Name]; len(got) > 2 { // going on after a key gives the rest
				var rest [][]any
				for row, err := range table.Rows(ctx, tx, table.KeyOf(got[1])) {
					if err != nil {
						return err
					}
					rest = append(rest, row)
				}
				if d := cmp.Diff(got[2:], rest); d != "" {
					t.Errorf("%s after its second row: %s", table.Name, d)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return order, rows
}

func TestWhatOneEngineHoldsTheOtherTakes(t *testing.T) {
	shelves := make([][]any, 150)
	for i := range shelves {
		id, parent := ids.Random(), ids.Random()
		shelves[i] = []any{int64(i % 3), id[:], fmt.Sprintf("étagère %d 'x' %c", i%7, rune(0x1f600+i)), parent[:], []byte{0, byte(i)}, float64(i) / 3, int64(i % 2)}
	}
	shelves[0][3], shelves[0][4], shelves[0][5] = nil, []byte{}, nil
	var books [][]any
	for i, s := range shelves {
		books = append(books, []any{s[0], s[1], int64(-i)})
	}
	each(t, func(t *testing.T, d *db.DB) {
		write := func(d *db.DB, rows map[string][][]any) {
			t.Helper()
			err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				tables, err := db.Tables(ctx, tx)
				if err != nil {
					return err
				}
				for _, table := range tables {
					if err := table.Insert(ctx, tx, rows[table.Name]); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		write(d, map[string][][]any{"shelf": shelves, "book": books, "counter": {{"é", int64(1)}, {"z", int64(2)}, {"Z", int64(3)}}})
		order, rows := all(t, d)
		if slices.Index(order, "shelf") > slices.Index(order, "book") || len(order) != 4 {
			t.Errorf("tables in the order %v", order)
		}
		if got := rows["counter"]; len(got) != 3 || got[0][0] != "Z" || got[1][0] != "z" || got[2][0] != "é" {
			t.Errorf("text is not in the order of its bytes: %v", got)
		}
		if d := cmp.Diff(sorted(shelves), sorted(rows["shelf"])); d != "" {
			t.Error(d)
		}
		for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
			t.Run("to "+string(engine), func(t *testing.T) {
				other := dbtest.OpenSchema(t, engine, shop)
				write(other, rows)
				otherOrder, otherRows := all(t, other)
				if d := cmp.Diff(order, otherOrder) + cmp.Diff(rows, otherRows); d != "" {
					t.Error(d)
				}
			})
		}
	})
}

// sorted gives the rows by platform and identifier.
func sorted(rows [][]any) [][]any {
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b []any) int {
		if c := a[0].(int64) - b[0].(int64); c != 0 {
			return int(c)
		}
		return slices.Compare(a[1].([]byte), b[1].([]byte))
	})
	return rows
}

func TestProductsTablesCanBeDumped(t *testing.T) {
	t.Parallel()
	var names [2][]string
	for i, engine := range []db.Engine{db.SQLite, db.Postgres} {
		names[i], _ = all(t, dbtest.Open(t, engine))
	}
	if len(names[0]) == 0 || !slices.Equal(names[0], names[1]) {
		t.Errorf("SQLite has %v, PostgreSQL %v", names[0], names[1])
	}
}
