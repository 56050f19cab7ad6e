package project

import (
	"context"
	"database/sql"

	"github.com/parvis-civic/parvis/internal/db"
)

// identifiers gives the id and the slug of every project of a platform, the oldest first. They are few.
func identifiers(ctx context.Context, tx db.Tx, platform int64) ([]Project, error) {
	rows, err := tx.Query(ctx, `SELECT j.id, j.slug FROM project j WHERE j.platform = ? ORDER BY j.created_at, j.id`, platform)
	return db.Collect(rows, err, func(r *sql.Rows, p *Project) error { return r.Scan(&p.ID, &p.Slug) })
}
