package result

import (
	"context"
	"database/sql"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// LinesIn is Lines for the proposals of one district, by its slug.
func LinesIn(ctx context.Context, tx db.Tx, platform int64, step ids.ID, district string, after, limit int) ([]Line, error) {
	rows, err := tx.Query(ctx, `SELECT `+lineColumns+` FROM selection_tag t JOIN result_line l ON l.platform = t.platform AND l.proposal = t.proposal AND l.step = t.step
		WHERE t.platform = ? AND t.step = ? AND t.kind = 'district' AND t.tag = ? AND l.rank > ? ORDER BY l.rank LIMIT ?`, platform, step, district, after, limit)
	return db.Collect(rows, err, func(r *sql.Rows, l *Line) error { return scanLine(r, l) })
}

// Tied gives the lines that a tie-break decided, in order, at most limit.
func Tied(ctx context.Context, tx db.Tx, platform int64, step ids.ID, limit int) ([]Line, error) {
	rows, err := tx.Query(ctx, `SELECT `+lineColumns+` FROM result_line l WHERE l.platform = ? AND l.step = ? AND l.reason LIKE '%"tie":%' ORDER BY l.rank LIMIT ?`, platform, step, limit)
	return db.Collect(rows, err, func(r *sql.Rows, l *Line) error { return scanLine(r, l) })
}
