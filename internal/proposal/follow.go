package proposal

import (
	"context"
	"database/sql"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Follow lets a person be told what becomes of a proposal, which also says that they support it; off ends it. Doing it
// twice is doing it once. Fault: not_found.
func Follow(ctx context.Context, tx db.Tx, platform int64, proposal, person ids.ID, at time.Time, off bool) error {
	if off {
		_, err := tx.Exec(ctx, `DELETE FROM follow WHERE platform = ? AND proposal = ? AND participant = ?`, platform, proposal, person)
		return err
	}
	found, err := ByIDs(ctx, tx, platform, []ids.ID{proposal})
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return fault.New(fault.NotFound, "fault.deposit.unknown")
	}
	_, err = tx.Exec(ctx, `INSERT INTO follow (platform, proposal, participant, at) VALUES (?, ?, ?, ?) ON CONFLICT (platform, proposal, participant) DO NOTHING`,
		platform, proposal, person, db.Micros(at))
	return err
}

// Following says how many people follow a proposal, and whether that person does.
func Following(ctx context.Context, tx db.Tx, platform int64, proposal, person ids.ID) (n int, follows bool, err error) {
	err = tx.QueryRow(ctx, `SELECT COUNT(*), COUNT(CASE WHEN f.participant = ? THEN 1 END) > 0 FROM follow f WHERE f.platform = ? AND f.proposal = ?`, person, platform, proposal).Scan(&n, &follows)
	return n, follows, err
}

// Followed gives the proposals that a person follows, the last first, at most limit.
func Followed(ctx context.Context, tx db.Tx, platform int64, person ids.ID, limit int) ([]ids.ID, error) {
	rows, err := tx.Query(ctx, `SELECT f.proposal FROM follow f WHERE f.platform = ? AND f.participant = ? ORDER BY f.at DESC, f.proposal LIMIT ?`, platform, person, limit)
	return db.Collect(rows, err, func(r *sql.Rows, id *ids.ID) error { return r.Scan(id) })
}

// FollowTogether lets who follows any of some proposals follow one of them too.
func FollowTogether(ctx context.Context, tx db.Tx, platform int64, list []ids.ID, one ids.ID) error {
	marks, args := db.In(list)
	_, err := tx.Exec(ctx, `INSERT INTO follow (platform, proposal, participant, at) SELECT f.platform, ?, f.participant, MIN(f.at) FROM follow f
		WHERE f.platform = ? AND f.proposal IN (`+marks+`) GROUP BY f.platform, f.participant ON CONFLICT (platform, proposal, participant) DO NOTHING`, append([]any{one, platform}, args...)...)
	return err
}
