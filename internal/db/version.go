package db

import (
	"context"
	"strconv"
)

// Version gives a text that changes with every commit, whoever makes it: what was read after asking for it still holds
// while it stays the same. On SQLite, whose files one process alone opens, it counts commits; on PostgreSQL it is the
// server's own snapshot (one statement).
func (d *DB) Version(ctx context.Context) (string, error) {
	if d.Engine() == SQLite {
		return strconv.FormatInt(d.stats.commits.Load(), 10), nil
	}
	var snapshot string
	err := d.Read(ctx, func(ctx context.Context, tx Tx) error {
		return tx.QueryRow(ctx, `SELECT pg_current_snapshot()::text`).Scan(&snapshot)
	})
	return snapshot, err
}
