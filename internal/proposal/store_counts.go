package proposal

import (
	"context"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// CopyCounts gives the proposals of other steps the votes and points that those of one step have.
func CopyCounts(ctx context.Context, tx db.Tx, platform int64, from ids.ID, to []ids.ID) error {
	marks, args := db.In(to)
	args = append([]any{from, from, platform}, args...)
	_, err := tx.Exec(ctx, `UPDATE selection SET
		votes = COALESCE((SELECT v.votes FROM selection v WHERE v.platform = selection.platform AND v.step = ? AND v.proposal = selection.proposal), 0),
		points = COALESCE((SELECT w.points FROM selection w WHERE w.platform = selection.platform AND w.step = ? AND w.proposal = selection.proposal), 0)
		WHERE platform = ? AND step IN (`+marks+`)`, args...)
	return err
}
