package analysis_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/ids"
)

func TestOpinionsOfAPlatformAreItsOwn(t *testing.T) {
	round, service, proposal, agent := ids.Random(), ids.Random(), ids.Random(), ids.Random()
	more := []ids.ID{ids.Random(), ids.Random()} // rounds: as many more on each platform as its key
	dbtest.Tenancy{
		Filled: []string{"InsertOpinions"},
		Fill: func(ctx context.Context, tx db.Tx, platform int64) error {
			var list []analysis.Opinion
			for _, r := range append([]ids.ID{round}, more[:platform]...) {
				list = append(list, analysis.Opinion{Round: r, Service: service, Proposal: proposal, Verdict: analysis.Favourable, Public: fmt.Sprint("Avis de ", platform),
					Answers: map[string]string{"a": fmt.Sprint(platform)}, Version: 1, SavedBy: agent, SavedAt: time.UnixMicro(platform)})
			}
			return analysis.InsertOpinions(ctx, tx, platform, list)
		},
		Reads: []dbtest.Reading{{Of: "Opinions", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
			return analysis.Opinions(ctx, tx, platform, []ids.ID{proposal})
		}}},
	}.Run(t)
}
