package transfer_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/transfer"
)

// rowsOf counts the rows of a platform in each of its tables.
func rowsOf(t *testing.T, d *db.DB, platform int64) map[string]int {
	t.Helper()
	rows := map[string]int{}
	err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		tables, err := db.Tables(ctx, tx)
		for _, table := range tables {
			if err != nil {
				return err
			}
			if table.Tenant() {
				var n int
				err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM `+table.Name+` WHERE platform = ?`, platform).Scan(&n)
				rows[table.Name] = n
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestAnEmptiedPlatformHasNoRowLeftAndItsNeighbourAll(t *testing.T) {
	raw, err := os.ReadFile(elections + "France_Toulouse_2022_17_-_Mirail-Universite_Reynerie_Bellefontaine.pb")
	if err != nil {
		t.Fatal(err)
	}
	raw = append(bytes.TrimRight(raw, "\r\n"), "\nnobody;no such project\n"...)
	file := transfer.File{Name: "district.pb", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(raw)), nil }}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := transfer.NewService(d)
		var keys []int64
		for _, slug := range []string{"one", "other"} {
			p, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: slug, Hosts: []string{slug + ".example"}})
			if err != nil {
				t.Fatal(err)
			}
			keys = append(keys, p.Key)
			report, err := s.Import(t.Context(), file, transfer.Options{Platform: slug})
			if err != nil || len(report.Refused) != 1 {
				t.Fatalf("%+v: %v", report, err)
			}
		}
		before := rowsOf(t, d, keys[1])
		for _, table := range []string{"project", "proposal", "ballot", "result_line", "import_refusal", "journal_pending", "account"} {
			if before[table] == 0 {
				t.Errorf("the import left nothing in %s: the test sees less than it should", table)
			}
		}
		for range 2 { // an empty one can be emptied
			if err := s.Empty(t.Context(), keys[0]); err != nil {
				t.Fatal(err)
			}
		}
		for table, n := range rowsOf(t, d, keys[0]) {
			if n != 0 {
				t.Errorf("%d rows left in %s", n, table)
			}
		}
		for table, n := range rowsOf(t, d, keys[1]) {
			if n != before[table] {
				t.Errorf("the other platform had %d rows in %s and has %d", before[table], table, n)
			}
		}
		if _, err := platform.NewService(d).ByHost(t.Context(), "one.example"); err != nil {
			t.Errorf("the platform itself is gone: %v", err)
		}
	})
}
