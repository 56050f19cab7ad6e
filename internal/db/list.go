package db

import (
	"context"
	"database/sql"
	"strings"
)

// In gives the inside of an SQL list, "?,?,?", and its arguments. The list is padded to a power of two by repeating
// the last value, so that lists of any length share a few prepared statements. An empty list gives "NULL", which is
// in no list. SQLite takes some 32,000 values at most.
func In[T any](values []T) (marks string, args []any) {
	if len(values) == 0 {
		return "NULL", nil
	}
	n := 1
	for n < len(values) {
		n *= 2
	}
	n = min(n, max(len(values), mostValues))
	args = make([]any, n)
	for i := range args {
		args[i] = values[min(i, len(values)-1)]
	}
	return strings.Repeat("?,", n-1) + "?", args
}

// mostValues leaves room for a statement's other parameters; SQLite has 32,766.
const mostValues = 32_000

// Collect reads every row into a slice and closes the rows.
func Collect[T any](rows *sql.Rows, err error, scan func(*sql.Rows, *T) error) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		var v T
		if err := scan(rows, &v); err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// PlanAnew lets PostgreSQL plan each further statement of the transaction for its own values. A connection otherwise keeps a
// plan from when a table had few rows, which then reads it whole, comparing each row with each value of a long list.
// SQLite keeps no such plans.
func PlanAnew(ctx context.Context, tx Tx) error {
	if tx.Engine() != Postgres {
		return nil
	}
	_, err := tx.Exec(ctx, `SET LOCAL plan_cache_mode = force_custom_plan`)
	return err
}
