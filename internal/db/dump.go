package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/parvis-civic/parvis/internal/ids"
)

// Kind is what a column holds, the same on both engines: an identifier is 16 Bytes, a boolean the Int 0 or 1.
type Kind string

// The kinds, with the Go type of their values; any may be nil.
const (
	Int   Kind = "int"   // int64
	Text  Kind = "text"  // string
	Bytes Kind = "bytes" // []byte
	Real  Kind = "real"  // float64
)

// Column is a column of a table.
type Column struct {
	Name string
	Kind Kind
	Null bool // it may be nil

	boolean bool // PostgreSQL's own type
}

// Table is a table as the schema itself tells it, for backups: they are made of rows, never of an engine's files, so
// that what was saved on one engine is restored on the other.
type Table struct {
	Name    string
	Columns []Column // in the order of their definition
	Key     []string // columns of the primary key, in its order
	Needs   []string // tables that its foreign keys point to
}

// Tenant says whether the table's rows belong to a platform.
func (t Table) Tenant() bool { return len(t.Key) > 0 && t.Key[0] == "platform" }

// Tables gives the tables that hold data, those that others point to first, else by name. What an engine derives (search
// indexes) and goose's own table are left out. It fails on a table without primary key, or that points to itself, since
// such tables cannot be restored in key order.
func Tables(ctx context.Context, tx Tx) ([]Table, error) {
	query := sqliteSchema
	if tx.Engine() == Postgres {
		query = postgresSchema
	}
	tables, err := schema(Everywhere(ctx, "the schema"), tx, query)
	if err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	return ordered(tables)
}

const sqliteSchema = `
SELECT t.name, c.name, c.type, c."notnull", c.pk,
	coalesce((SELECT group_concat(DISTINCT f."table") FROM pragma_foreign_key_list(t.name) f), '')
FROM pragma_table_list t JOIN pragma_table_info(t.name) c
WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND t.name <> 'goose_db_version'
ORDER BY t.name, c.cid`

const postgresSchema = `
SELECT t.relname, c.attname, format_type(c.atttypid, NULL), c.attnotnull::int,
	coalesce((SELECT array_position(k.conkey, c.attnum) FROM pg_constraint k WHERE k.conrelid = t.oid AND k.contype = 'p'), 0),
	coalesce((SELECT string_agg(DISTINCT f.confrelid::regclass::text, ',') FROM pg_constraint f WHERE f.conrelid = t.oid AND f.contype = 'f'), '')
FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped
WHERE t.relkind = 'r' AND t.relnamespace = current_schema()::regnamespace AND t.relname <> 'goose_db_version'
ORDER BY t.relname COLLATE "C", c.attnum`

var kinds = map[string]Kind{
	"INTEGER": Int, "TEXT": Text, "BLOB": Bytes, "REAL": Real,
	"bigint": Int, "boolean": Int, "text": Text, "bytea": Bytes, "uuid": Bytes, "double precision": Real,
}

// schema reads one row per column: table, name, type, not null, place in the key (1…, 0 for none), tables pointed to.
func schema(ctx context.Context, tx Tx, query string) ([]Table, error) {
	rows, err := tx.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var tables []Table
	places := map[string][]string{} // table → columns of its key by place
	for rows.Next() {
		var table, column, typ, needs string
		var notNull bool
		var place int
		if err := rows.Scan(&table, &column, &typ, &notNull, &place, &needs); err != nil {
			return nil, err
		}
		if len(tables) == 0 || tables[len(tables)-1].Name != table {
			tables = append(tables, Table{Name: table})
			if needs != "" {
				tables[len(tables)-1].Needs = strings.Split(needs, ",")
			}
		}
		t := &tables[len(tables)-1]
		kind, ok := kinds[typ]
		if !ok {
			return nil, fmt.Errorf("%s.%s has the type %s, which the other engine has not", table, column, typ)
		}
		t.Columns = append(t.Columns, Column{Name: column, Kind: kind, Null: !notNull, boolean: typ == "boolean"})
		if place > 0 {
			key := places[table]
			for len(key) < place {
				key = append(key, "")
			}
			key[place-1] = column
			places[table] = key
		}
	}
	for i := range tables {
		tables[i].Key = places[tables[i].Name]
		if len(tables[i].Key) == 0 {
			return nil, fmt.Errorf("the table %s has no primary key", tables[i].Name)
		}
	}
	return tables, rows.Err()
}

// ordered puts tables after those that they need.
func ordered(tables []Table) ([]Table, error) {
	var out []Table
	placed := map[string]bool{}
	for len(tables) > 0 {
		next := slices.IndexFunc(tables, func(t Table) bool {
			return !slices.ContainsFunc(t.Needs, func(n string) bool { return !placed[n] })
		})
		if next < 0 {
			return nil, fmt.Errorf("the foreign keys of %s make a circle", tables[0].Name)
		}
		placed[tables[next].Name] = true
		out = append(out, tables[next])
		tables = slices.Delete(tables, next, next+1)
	}
	return out, nil
}

func (t Table) names() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

// KeyOf gives the row's values of the primary key: what Rows takes to go on after it.
func (t Table) KeyOf(row []any) []any {
	key := make([]any, len(t.Key))
	for i, name := range t.Key {
		key[i] = row[slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })]
	}
	return key
}

// Rows streams all rows in key order, after that key (nil: from the first), each a new slice with a value per column of
// the type that its Kind says. Both engines give the same rows in the same order. It reads all platforms. On PostgreSQL
// the transaction does nothing else until it ends.
func (t Table) Rows(ctx context.Context, tx Tx, after []any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		fail := func(err error) { yield(nil, fmt.Errorf("read %s: %w", t.Name, err)) }
		query := "SELECT " + quotedList(t.names()) + " FROM " + quoted(t.Name)
		if after != nil {
			if len(after) != len(t.Key) {
				fail(errors.New("the key to go on after has the wrong length"))
				return
			}
			query += " WHERE (" + quotedList(t.Key) + ") > (?" + strings.Repeat(", ?", len(after)-1) + ")"
		}
		query += " ORDER BY " + quotedList(t.Key)
		rows, err := tx.Query(Everywhere(ctx, "a copy of everything"), query, after...)
		if err != nil {
			fail(err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			row, err := t.scan(rows)
			if err != nil {
				fail(err)
				return
			}
			if !yield(row, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			fail(err)
		}
	}
}

// scan reads a row into neutral values.
func (t Table) scan(rows *sql.Rows) ([]any, error) {
	row, to := make([]any, len(t.Columns)), make([]any, len(t.Columns))
	for i, c := range t.Columns {
		to[i] = &neutral{to: &row[i], column: c}
	}
	return row, rows.Scan(to...)
}

// neutral is a sql.Scanner that stores the value of a column as its Kind says.
type neutral struct {
	to     *any
	column Column
}

func (n *neutral) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		// The SQLite driver gives nil for an empty BLOB too.
		if n.column.Kind == Bytes && !n.column.Null {
			*n.to = []byte{}
		}
		return nil
	case bool:
		if *n.to = int64(0); v {
			*n.to = int64(1)
		}
		return nil
	case int64:
		if *n.to = v; n.column.Kind == Int {
			return nil
		}
	case float64:
		if *n.to = v; n.column.Kind == Real {
			return nil
		}
	case string:
		switch n.column.Kind {
		case Text:
			*n.to = v
			return nil
		case Bytes: // a uuid
			id, err := ids.Parse(v)
			*n.to = id[:]
			return err
		}
	case []byte:
		if n.column.Kind == Bytes {
			*n.to = append(make([]byte, 0, len(v)), v...) // the driver's buffer is its own
			return nil
		}
	}
	return fmt.Errorf("%s holds a %T, not %s", n.column.Name, v, n.column.Kind)
}

// Insert adds rows as Rows gives them, from either engine. Call it in Writes of some hundreds of rows, so that nobody
// waits long for the writer.
func (t Table) Insert(ctx context.Context, tx Tx, rows [][]any) error {
	if !slices.ContainsFunc(t.Columns, func(c Column) bool { return c.boolean }) {
		return Insert(ctx, tx, t.Name, t.names(), rows)
	}
	own := make([][]any, len(rows))
	for i, row := range rows {
		own[i] = slices.Clone(row)
		for j, c := range t.Columns {
			if n, ok := own[i][j].(int64); ok && c.boolean {
				own[i][j] = n != 0
			}
		}
	}
	return Insert(ctx, tx, t.Name, t.names(), own)
}
