package delivery_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/delivery"
	"github.com/parvis-civic/parvis/internal/ids"
)

func TestWorksOfAPlatformAreItsOwn(t *testing.T) {
	proposal, project := ids.Random(), ids.Random()
	more := []ids.ID{ids.Random(), ids.Random(), ids.Random()} // as many more on each platform as its key
	dbtest.Tenancy{
		Filled: []string{"Insert"},
		Fill: func(ctx context.Context, tx db.Tx, platform int64) error {
			var list []delivery.Delivery
			for _, id := range more[:platform] {
				list = append(list, delivery.Delivery{Proposal: id, Project: project, State: delivery.Planned, UpdatedAt: time.UnixMicro(1)})
			}
			return delivery.Insert(ctx, tx, platform, append(list, []delivery.Delivery{{Proposal: proposal, Project: project, State: delivery.Planned, UpdatedAt: time.UnixMicro(platform),
				Milestones: []delivery.Milestone{{Title: fmt.Sprint("Étude de ", platform)}}}}...))
		},
		Reads: []dbtest.Reading{{Of: "Of", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
			return delivery.Of(ctx, tx, platform, []ids.ID{proposal})
		}}, {Of: "Counts", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
			return delivery.Counts(ctx, tx, platform, project)
		}}, {Of: "Followed", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
			return delivery.Followed(ctx, tx, platform, project, delivery.Planned, 10)
		}}},
	}.Run(t)
}

func TestWorksComeBackWithTheirStagesInOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		first := delivery.Delivery{Proposal: ids.Random(), Project: ids.Random(), State: delivery.UnderWay, UpdatedAt: day, Milestones: []delivery.Milestone{
			{Title: "Étude", Body: "Avec les riverains", DueAt: day, DoneAt: day.AddDate(0, 0, 2)}, {Title: "Chantier", DueAt: day.AddDate(0, 6, 0)}, {Title: "Accord"}}}
		second := delivery.Delivery{Proposal: ids.Random(), Project: first.Project, State: delivery.Abandoned, UpdatedAt: day}
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			return delivery.Insert(ctx, tx, 1, []delivery.Delivery{first, second})
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			got, err := delivery.Of(ctx, tx, 1, []ids.ID{second.Proposal, ids.Random(), first.Proposal})
			if diff := cmp.Diff(map[ids.ID]delivery.Delivery{first.Proposal: first, second.Proposal: second}, got); diff != "" {
				t.Error(diff)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
