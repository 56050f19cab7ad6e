package decision_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/decision"
	"github.com/parvis-civic/parvis/internal/ids"
)

func TestDecisionsOfAPlatformAreItsOwn(t *testing.T) {
	edition, proposal, wave, merger, person, first := ids.Random(), ids.Random(), ids.Random(), ids.Random(), ids.Random(), ids.Random()
	one := []ids.ID{proposal}
	now := time.UnixMicro(9)
	dbtest.Tenancy{
		Filled: []string{"KeepAssessments", "InsertDecisions", "KeepWave", "InsertMerger"},
		Fill: func(ctx context.Context, tx db.Tx, platform int64) error {
			text := fmt.Sprint("Platform ", platform)
			at := time.UnixMicro(platform)
			for _, err := range []error{
				decision.KeepAssessments(ctx, tx, platform, []decision.Assessment{{Proposal: proposal, Project: edition, Explanation: text, SavedBy: person, SavedAt: at}}),
				decision.InsertDecisions(ctx, tx, platform, []decision.Decision{{ID: first, Proposal: proposal, Project: edition, Wave: wave, Outcome: decision.Refused, Explanation: text, PublishAt: at, TellAt: at, DecidedBy: person, DecidedAt: at}}),
				decision.KeepWave(ctx, tx, platform, decision.Wave{ID: wave, Project: edition, Title: text, PublishAt: at, TellAt: at, CreatedBy: person, CreatedAt: at}, time.UTC),
				decision.InsertMerger(ctx, tx, platform, decision.Merger{ID: merger, Project: edition, Common: proposal, Reason: text, State: decision.MergeAsked, AskedBy: person, AskedAt: at, Until: at},
					[]decision.Part{{Merger: merger, Proposal: proposal, Author: person, Answer: text}}),
			} {
				if err != nil {
					return err
				}
			}
			if _, err := tx.Exec(ctx, `INSERT INTO appeal (platform, id, decision, proposal, project, author, body, sent_at, result, answer, answered_by, answered_at) VALUES (?, ?, ?, ?, ?, ?, ?, 1, '', '', NULL, 0)`,
				platform, first, first, proposal, edition, person, text); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `INSERT INTO decision_wish (platform, proposal, kind, participant, at, offered_at) VALUES (?, ?, 'keep', ?, ?, 0)`, platform, proposal, person, platform)
			return err
		},
		Reads: []dbtest.Reading{
			{Of: "AssessmentsOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return decision.AssessmentsOf(ctx, tx, platform, edition)
			}},
			{Of: "Assessments", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return decision.Assessments(ctx, tx, platform, one)
			}},
			{Of: "Signed", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return decision.Signed(ctx, tx, platform, one)
			}},
			{Of: "SignedIn", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return decision.SignedIn(ctx, tx, platform, edition)
			}},
			{Of: "Published", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return decision.Published(ctx, tx, platform, one, now)
			}},
			{Of: "Waves", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return decision.Waves(ctx, tx, platform, edition)
			}},
			{Of: "AppealsOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return decision.AppealsOf(ctx, tx, platform, proposal)
			}},
			{Of: "AppealsIn", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return decision.AppealsIn(ctx, tx, platform, edition)
			}},
			{Of: "Wishes", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return decision.Wishes(ctx, tx, platform, proposal)
			}},
			{Of: "PartsOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return decision.PartsOf(ctx, tx, platform, []ids.ID{merger})
			}},
		},
	}.Run(t)
}
