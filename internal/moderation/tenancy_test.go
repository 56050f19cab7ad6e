package moderation_test

import (
	"context"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/moderation"
)

func TestRemovalsOfAPlatformAreItsOwn(t *testing.T) {
	edition, matter, contribution, author := ids.Random(), ids.Random(), ids.Random(), ids.Random()
	acts := []ids.ID{ids.Random(), ids.Random()}
	s := moderation.NewService(nil, moderation.Proposals())
	dbtest.Tenancy{
		Fill: func(ctx context.Context, tx db.Tx, platform int64) error {
			for i := range platform {
				if _, err := tx.Exec(ctx, `INSERT INTO moderation_act (platform, id, number, matter, act, kind, contribution, project, author, reason, note, due_at, state, at, month, undone_at,
					appeal, appealed_at, answer, answer_note, answered_at) VALUES (?, ?, ?, ?, 'hide', 'proposal', ?, ?, ?, 'insult', '', 0, 'done', ?, 202611, 0, '', 0, '', '', 0)`,
					platform, acts[i], i+1, matter, contribution, edition, author, 100*platform); err != nil {
					return err
				}
			}
			return nil
		},
		Reads: []dbtest.Reading{
			{Of: "Service.Removals", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return s.Removals(ctx, tx, platform, edition, 0, 10)
			}},
			{Of: "Totals", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return moderation.Totals(ctx, tx, platform, edition)
			}},
		},
	}.Run(t)
}
