package decision_test

import (
	"context"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/decision"
	"github.com/parvis-civic/parvis/internal/decision/decisiontest"
)

func TestWhatIsDecidedIsNoMoreToDoForItsServicesUnlessItIsToBeReworked(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := decisiontest.New(t, d, "ville")
		open := func(what string, want int) {
			t.Helper()
			b, err := h.Board(h.In(0), h.Of, h.People["sonia"], slug)
			if err != nil {
				t.Fatal(err)
			}
			_, all := b.Loads()
			late := 0
			for _, l := range b.Lines {
				if l.Late {
					late++
				}
			}
			if all.Open != want || all.Late != want || late != want {
				t.Errorf("%s: %d to do, %d late, %d lines late, not %d", what, all.Open, all.Late, late, want)
			}
			desk, err := analysis.NewService(d).Desk(h.In(0), h.Of, h.People["alex"], analysis.Filter{})
			if err != nil {
				t.Fatal(err)
			}
			if len(desk.Tasks) != want || desk.Late != want {
				t.Errorf("%s: on the desk %d tasks, %d late, not %d", what, len(desk.Tasks), desk.Late, want)
			}
		}
		open("nothing is decided", 1)
		h.Decide(2*time.Hour, map[int]decision.Assessment{4: decisiontest.Refusal()})
		open("it is signed", 0)
		if err := h.Unsign(h.In(0), h.Of, h.People["denis"], slug, 4); err != nil {
			t.Fatal(err)
		}
		open("it is taken back", 1)
		h.Write(h.In(0), func(ctx context.Context, tx db.Tx) error {
			p := h.Proposals[3]
			return decision.InsertDecisions(ctx, tx, h.Of.Key, []decision.Decision{{ID: p.ID, Proposal: p.ID, Project: p.Project, Outcome: decision.Rework, Explanation: why, DecidedBy: h.People["denis"].ID, DecidedAt: h.Now}})
		})
		open("its author has it to rework", 1)
	})
}
