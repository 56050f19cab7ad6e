package journal_test

import (
	"context"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/journal"
)

func TestJournalOfAPlatformIsItsOwn(t *testing.T) {
	dbtest.Tenancy{
		Filled: []string{"Append"},
		Fill: func(ctx context.Context, tx db.Tx, platform int64) error {
			return journal.Append(ctx, tx, platform, "test", map[string]any{"platform": platform})
		},
		Reads: []dbtest.Reading{{Of: "Pending", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
			return journal.Pending(ctx, tx, platform, 10)
		}}},
	}.Run(t)
}

func TestEntriesWaitInTheirOrderInCanonicalForm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		bodies := []any{
			map[string]any{"z": 1, "a": "é<&>", "n": 1e21},
			struct {
				B []string
				A *int
			}{B: []string{}},
		}
		for _, body := range bodies {
			if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { return journal.Append(ctx, tx, 1, "act", body) }); err != nil {
				t.Fatal(err)
			}
		}
		var got []journal.Entry
		err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
			got, err = journal.Pending(ctx, tx, 1, 10)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{
			`{"body":{"a":"é<&>","n":1e+21,"z":1},"format":"parvis/v0","kind":"act"}`,
			`{"body":{"A":null,"B":[]},"format":"parvis/v0","kind":"act"}`,
		}
		if len(got) != len(want) {
			t.Fatalf("%d entries wait, want %d", len(got), len(want))
		}
		for i, e := range got {
			if e.Body != want[i] || e.Kind != "act" || e.At.IsZero() {
				t.Errorf("entry %d: %+v, want %s", i, e, want[i])
			}
		}
	})
}

// The entry and what it is about are written together or not at all.
func TestEntryThatHasNoFormSpoilsItsTransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			if err := journal.Append(ctx, tx, 1, "first", map[string]any{}); err != nil {
				return err
			}
			return journal.Append(ctx, tx, 1, "second", map[string]any{"f": func() {}})
		})
		if err == nil || !strings.Contains(err.Error(), "second") {
			t.Errorf("%v, want an error that names the entry", err)
		}
		if rows := dbtest.Rows(t, d); len(rows) != 0 {
			t.Errorf("something was written: %v", rows)
		}
	})
}
