package account

import (
	"context"
	"database/sql"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Reachable gives those of the participants who can be written to, as their address was proved, in no order and without
// their roles.
func Reachable(ctx context.Context, tx db.Tx, platform int64, list []ids.ID) ([]Person, error) {
	marks, args := db.In(list)
	rows, err := tx.Query(ctx, `SELECT `+personColumns+` FROM participant q WHERE q.platform = ? AND q.state = '' AND q.proved_at > 0 AND q.id IN (`+marks+`)`,
		append([]any{platform}, args...)...)
	return db.Collect(rows, err, func(r *sql.Rows, p *Person) error {
		var proved, created int64
		err := r.Scan(p.targets(&proved, &created)...)
		p.scanned(proved, created)
		return err
	})
}
