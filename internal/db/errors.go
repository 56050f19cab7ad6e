package db

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Duplicate says whether a statement failed because a row with the same key is there.
func Duplicate(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == "23505" // unique_violation
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() {
		case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
			return true
		}
	}
	return false
}

// None says whether a row was asked for and none is there.
func None(err error) bool { return errors.Is(err, sql.ErrNoRows) }

// uninterrupted is a SQLite session whose statements run to their end: SQLite gives up the whole transaction, with the
// writes of others in it, when a statement that writes is interrupted. Tx asks the context between statements.
type uninterrupted struct{ *sqliteConn }

func (u uninterrupted) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	return u.sqliteConn.exec(context.WithoutCancel(ctx), query, args)
}

func (u uninterrupted) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	return u.sqliteConn.query(context.WithoutCancel(ctx), query, args)
}

func (u uninterrupted) queryRow(ctx context.Context, query string, args []any) *sql.Row {
	return u.sqliteConn.queryRow(context.WithoutCancel(ctx), query, args)
}
