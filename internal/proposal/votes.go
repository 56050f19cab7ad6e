package proposal

import (
	"context"
	"maps"
	"slices"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// AddVotes counts more votes for proposals of a step, by their numbers, where a vote is worth a point.
func AddVotes(ctx context.Context, tx db.Tx, platform int64, step ids.ID, votes map[int]int) error {
	alike := map[int][]int{} // numbers by how many votes they get, so that there are few statements
	for _, number := range slices.Sorted(maps.Keys(votes)) {
		alike[votes[number]] = append(alike[votes[number]], number)
	}
	for _, n := range slices.Sorted(maps.Keys(alike)) {
		marks, args := db.In(alike[n])
		if _, err := tx.Exec(ctx, `UPDATE selection SET votes = votes + ?, points = points + ? WHERE platform = ? AND step = ? AND number IN (`+marks+`)`,
			append([]any{n, n, platform, step}, args...)...); err != nil {
			return err
		}
	}
	return nil
}
