package ballot

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// AddTurnout counts more voters of a step, by the slug of their district.
func AddTurnout(ctx context.Context, tx db.Tx, platform int64, step ids.ID, districts map[string]int) error {
	if len(districts) == 0 {
		return nil
	}
	var args []any
	// In one order always, so that two casts at once wait for each other and not in a circle.
	for _, slug := range slices.Sorted(maps.Keys(districts)) {
		args = append(args, platform, step, slug, districts[slug])
	}
	return tx.Send(ctx, `INSERT INTO turnout (platform, step, district, voters) VALUES (?,?,?,?)`+strings.Repeat(`, (?,?,?,?)`, len(districts)-1)+`
		ON CONFLICT (platform, step, district) DO UPDATE SET voters = turnout.voters + excluded.voters`, args...)
}
