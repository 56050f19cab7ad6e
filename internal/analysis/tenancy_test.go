package analysis_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

func TestEachPlatformHasItsOwnAnalysis(t *testing.T) {
	round, service, proposal, agent, edition := ids.Random(), ids.Random(), ids.Random(), ids.Random(), ids.Random()
	more := []ids.ID{ids.Random(), ids.Random()} // rounds: as many more on each platform as its key
	dbtest.Tenancy{
		Filled: []string{"InsertOpinions", "InsertRounds", "InsertAssignments"},
		Fill: func(ctx context.Context, tx db.Tx, platform int64) error {
			var rounds []analysis.Round
			var sent []analysis.Assignment
			var said []analysis.Opinion
			for i, r := range append([]ids.ID{round}, more[:platform]...) {
				rounds = append(rounds, analysis.Round{ID: r, Project: edition, Position: i + 1, Kind: analysis.Costing, Title: fmt.Sprint("Tour de ", platform), DueAt: time.UnixMicro(platform)})
				sent = append(sent, analysis.Assignment{Round: r, Service: service, Proposal: proposal, Project: edition, Lead: true, State: analysis.Todo, DueAt: time.UnixMicro(platform), Note: fmt.Sprint(platform)})
				said = append(said, analysis.Opinion{Round: r, Service: service, Proposal: proposal, Verdict: analysis.Favourable, Public: fmt.Sprint("Avis de ", platform),
					Answers: map[string]string{"a": fmt.Sprint(platform)}, Version: 1, SavedBy: agent, SavedAt: time.UnixMicro(platform)})
			}
			if _, err := tx.Exec(ctx, `INSERT INTO service (platform, id, slug, name, categories, districts, body) VALUES (?, ?, 's', ?, '[]', '[]', 'Métropole')`, platform, service, fmt.Sprint("Service ", platform)); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO service_member (platform, service, participant) VALUES (?, ?, ?)`, platform, service, agent); err != nil {
				return err
			}
			for _, id := range more[:platform] {
				if _, err := tx.Exec(ctx, `INSERT INTO service_member (platform, service, participant) VALUES (?, ?, ?)`, platform, service, id); err != nil {
					return err
				}
				sent = append(sent, analysis.Assignment{Round: round, Service: service, Proposal: id, Project: edition, State: analysis.Todo})
			}
			if _, err := tx.Exec(ctx, `INSERT INTO evaluation_form (platform, project, body, updated_at) VALUES (?, ?, ?, 0)`, platform, edition, fmt.Sprintf(`{"articles":["a%d"]}`, platform)); err != nil {
				return err
			}
			return errors.Join(analysis.InsertRounds(ctx, tx, platform, rounds), analysis.InsertAssignments(ctx, tx, platform, sent), analysis.InsertOpinions(ctx, tx, platform, said))
		},
		Reads: []dbtest.Reading{
			{Of: "Opinions", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return analysis.Opinions(ctx, tx, platform, []ids.ID{proposal})
			}},
			{Of: "OpinionsOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return analysis.OpinionsOf(ctx, tx, platform, edition)
			}},
			{Of: "Rounds", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return analysis.Rounds(ctx, tx, platform, []ids.ID{edition})
			}},
			{Of: "Assignments", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return analysis.Assignments(ctx, tx, platform, []ids.ID{proposal})
			}},
			{Of: "AssignmentsOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return analysis.AssignmentsOf(ctx, tx, platform, edition)
			}},
			{Of: "SeatOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return analysis.SeatOf(ctx, tx, platform, account.Person{ID: agent})
			}},
			{Of: "Transmissions", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return analysis.Transmissions(ctx, tx, platform, []ids.ID{proposal})
			}},
			{Of: "FormOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return analysis.FormOf(ctx, tx, platform, project.View{Project: project.Project{ID: edition}, Rulebook: rulebook.Rulebook{Deliberation: true}})
			}},
			{Of: "InCharge", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return analysis.InCharge(ctx, tx, platform, proposal)
			}},
			{Of: "SentTo", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				_, sent, err := analysis.SentTo(ctx, tx, platform, account.Person{ID: agent, Roles: access.Roles(0).With(access.Partner)})
				return len(sent), err
			}},
			{Of: "Counts", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return analysis.Counts(ctx, tx, platform, edition, time.UnixMicro(5))
			}},
		},
	}.Run(t)
}
