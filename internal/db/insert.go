package db

import (
	"context"
	"fmt"
	"strings"
)

// maxParameters is below what either engine takes in a statement (SQLite 32,766, PostgreSQL 65,535).
const maxParameters = 30_000

// Insert adds rows, each with a value per column, in as few statements as it can, and sends them: see Tx.Send. Table and columns are names from the
// code, never input.
func Insert(ctx context.Context, tx Tx, table string, columns []string, rows [][]any) error {
	for i, row := range rows {
		if len(row) != len(columns) {
			return fmt.Errorf("insert into %s: row %d has %d values for %d columns", table, i, len(row), len(columns))
		}
	}
	if len(rows) == 0 {
		return nil
	}
	if done, err := tx.bulk(ctx, table, columns, rows); done || err != nil {
		return inserting(table, err)
	}
	// Few sizes make few texts, so that the prepared statements are found again; powers of two make few statements.
	for size := 64; size > 0; size /= 2 {
		if size > 1 && size*len(columns) > maxParameters {
			continue
		}
		query := insertText(table, columns, size)
		args := make([]any, 0, size*len(columns))
		for len(rows) >= size {
			args = args[:0]
			for _, row := range rows[:size] {
				args = append(args, row...)
			}
			if err := tx.Send(ctx, query, args...); err != nil {
				return inserting(table, err)
			}
			rows = rows[size:]
		}
	}
	return nil
}

func inserting(table string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("insert into %s: %w", table, err)
}

func insertText(table string, columns []string, rows int) string {
	row := "(?" + strings.Repeat(", ?", len(columns)-1) + ")"
	return "INSERT INTO " + quoted(table) + " (" + quotedList(columns) + ") VALUES " + row + strings.Repeat(", "+row, rows-1)
}

// quoted gives a name as both engines read it whatever word it is.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func quotedList(names []string) string {
	q := make([]string, len(names))
	for i, n := range names {
		q[i] = quoted(n)
	}
	return strings.Join(q, ", ")
}
