package db

import (
	"context"
	"strconv"
	"sync/atomic"
)

// Version gives a text that changes with every commit, whoever makes it: what was read after asking for it still holds
// while it stays the same. On SQLite, whose files one process alone opens, it counts commits; on PostgreSQL it is the
// server's own snapshot (one statement).
func (d *DB) Version(ctx context.Context) (string, error) {
	s, ok := d.store.(*postgresStore)
	if !ok {
		return strconv.FormatInt(d.stats.commits.Load(), 10), nil
	}
	if n, ok := ctx.Value(countKey{}).(*atomic.Int64); ok {
		n.Add(1)
	}
	var snapshot string
	if err := s.pool.QueryRowContext(ctx, `SELECT pg_current_snapshot()::text`).Scan(&snapshot); err != nil {
		return "", reachable(ctx, err)
	}
	return snapshot, nil
}
