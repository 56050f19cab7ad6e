package db_test

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
)

// untenanted are the tables and indexes that do not lead with the platform's key, with the reason.
var untenanted = map[string]string{
	"platform":         "the platforms themselves, found by key",
	"host":             "found by host name before its platform is known",
	"jobs":             "one queue for all platforms, whose rows name theirs",
	"jobs_run":         "that queue, in the order of its time",
	"goose_db_version": "which migrations have run",
}

// An index, or the primary key, as its first column.
type leading struct{ table, index, column string }

const sqliteIndexes = `
SELECT t.name, l.name, coalesce((SELECT x.name FROM pragma_index_xinfo(l.name) x WHERE x.seqno = 0), '')
FROM pragma_table_list t JOIN pragma_index_list(t.name) l
WHERE t.schema = 'main' AND t.type IN ('table', 'virtual') AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\'
UNION ALL
SELECT t.name, '', coalesce((SELECT c.name FROM pragma_table_info(t.name) c WHERE c.pk = 1), '')
FROM pragma_table_list t
WHERE t.schema = 'main' AND t.type IN ('table', 'virtual') AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\'`

const postgresIndexes = `
SELECT t.relname, i.relname, coalesce((SELECT a.attname FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = x.indkey[0]), '')
FROM pg_class t JOIN pg_index x ON x.indrelid = t.oid JOIN pg_class i ON i.oid = x.indexrelid
WHERE t.relkind = 'r' AND t.relnamespace = current_schema()::regnamespace
UNION ALL
SELECT t.relname, '', coalesce((SELECT a.attname FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.conkey[1]
	WHERE k.conrelid = t.oid AND k.contype = 'p'), '')
FROM pg_class t WHERE t.relkind = 'r' AND t.relnamespace = current_schema()::regnamespace`

func TestEveryKeyAndIndexLeadsWithThePlatform(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		query := sqliteIndexes
		if d.Engine() == db.Postgres {
			query = postgresIndexes
		}
		var all []leading
		err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			rows, err := tx.Query(db.Everywhere(ctx, "the schema"), query)
			all, err = db.Collect(rows, err, func(r *sql.Rows, l *leading) error { return r.Scan(&l.table, &l.index, &l.column) })
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		tables := map[string]bool{}
		indexes := 0
		for _, l := range all {
			tables[l.table] = true
			if l.index != "" {
				indexes++
			}
			if untenanted[l.table] == "" && untenanted[l.index] == "" && l.column != "platform" {
				t.Errorf("%s %s leads with %q, not with the platform", l.table, l.index, l.column)
			}
		}
		if len(tables) < 25 || indexes < 20 || !tables["ballot"] || !tables["platform"] {
			t.Errorf("the test sees %d indexes of %v", indexes, slices.Sorted(maps.Keys(tables)))
		}
	})
}
