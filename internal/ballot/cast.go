package ballot

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// Cast stores ballots that give no points, in a vote whose choices count one each, and moves what is kept of its step:
// ballots, votes of each proposal, and voters by district. districts gives how many of the voters live in each, by slug;
// it is told apart from the ballots, which do not say it.
func Cast(ctx context.Context, tx db.Tx, platform int64, step ids.ID, ballots []Ballot, districts map[string]int) error {
	if err := Insert(ctx, tx, platform, step, ballots, false); err != nil {
		return err
	}
	votes := map[int]int{}
	for _, b := range ballots {
		for _, c := range b.Choices {
			votes[c.Number]++
		}
	}
	if err := proposal.AddVotes(ctx, tx, platform, step, votes); err != nil {
		return err
	}
	if err := AddTurnout(ctx, tx, platform, step, districts); err != nil {
		return err
	}
	return project.AddBallots(ctx, tx, platform, step, len(ballots))
}

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
	_, err := tx.Exec(ctx, `INSERT INTO turnout (platform, step, district, voters) VALUES (?,?,?,?)`+strings.Repeat(`, (?,?,?,?)`, len(districts)-1)+`
		ON CONFLICT (platform, step, district) DO UPDATE SET voters = turnout.voters + excluded.voters`, args...)
	return err
}
