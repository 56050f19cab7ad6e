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
	winner, of, picture, service, news := ids.Random(), ids.Random(), ids.Random(), ids.Random(), ids.Random()
	past, edition := ids.Random(), ids.Random()
	more := []ids.ID{ids.Random(), ids.Random(), ids.Random()} // as many more on each platform as its key
	at := time.UnixMicro(5_000_000)
	dbtest.Tenancy{
		Filled: []string{"Insert"},
		Fill: func(ctx context.Context, tx db.Tx, platform int64) error {
			var list []delivery.Delivery
			for _, id := range more[:platform] {
				list = append(list, delivery.Delivery{Proposal: id, Project: of, State: delivery.Planned, UpdatedAt: at, EndedAt: at})
			}
			if err := delivery.Insert(ctx, tx, platform, append(list, []delivery.Delivery{{Proposal: winner, Project: of, State: delivery.Planned, UpdatedAt: at.AddDate(int(platform), 0, 0), EndedAt: at,
				Milestones: []delivery.Milestone{{Title: fmt.Sprint("Étude de ", platform)}}, Parts: []delivery.Part{{Title: fmt.Sprint("Banc ", platform), State: delivery.Planned}}}}...)); err != nil {
				return err
			}
			for table, rows := range map[string][]any{
				"works_news (platform, id, proposal, project, phase, body, picture, at)":                                      {platform, news, more[platform], more[platform-1], "after", fmt.Sprint("Ouvert sur ", platform), picture, 1},
				"works_news (platform, id, proposal, project, phase, body, picture, at) ":                                     {platform, ids.Random(), winner, more[platform-1], "after", fmt.Sprint("Vu sur ", platform), nil, 2},
				"service (platform, id, slug, name, categories)":                                                              {platform, service, "parcs", fmt.Sprint("Parcs de ", platform), "[]"},
				"past_edition (platform, id, slug, title)":                                                                    {platform, edition, "2019", fmt.Sprint("2019 de ", platform)},
				"past_winner (platform, id, edition, reference, number, title, body, district, latitude, longitude, address)": {platform, past, edition, "1", 1, fmt.Sprint("Un banc de ", platform), "", nil, nil, nil, ""},
				"works_delay (platform, id, proposal, project, position, from_at, to_at, reason, words, at)":                  {platform, ids.Random(), winner, of, 0, 1, 2, "permit", fmt.Sprint("De ", platform), 1},
			} {
				marks, _ := db.In(make([]int, 1))
				for range len(rows) - 1 {
					marks += ", ?"
				}
				if _, err := tx.Exec(ctx, `INSERT INTO `+table+` VALUES (`+marks+`)`, rows...); err != nil {
					return err
				}
			}
			return nil
		},
		Reads: []dbtest.Reading{{Of: "Of", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
			all, err := delivery.Of(ctx, tx, platform, []ids.ID{winner})
			d := all[winner]
			for i := range d.Delays {
				d.Delays[i].ID = ids.ID{} // another one each time
			}
			return d, err
		}}, {Of: "Counts", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
			return delivery.Counts(ctx, tx, platform, []ids.ID{of}, time.UnixMicro(1))
		}}, {Of: "Winners", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
			return delivery.Winners(ctx, tx, platform, delivery.Query{Editions: []ids.ID{of}, State: delivery.Planned, Limit: 10}, at)
		}}, {Of: "EndedIn", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
			return delivery.EndedIn(ctx, tx, platform, []ids.ID{of}, time.UnixMicro(0), at.AddDate(0, 0, 1), 10)
		}}, {Of: "Years", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
			_, last, err := delivery.Years(ctx, tx, platform, []ids.ID{of}, time.UTC)
			return last, err
		}}, {Of: "NewsOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
			all, err := delivery.NewsOf(ctx, tx, platform, []ids.ID{winner})
			if len(all[winner]) == 0 {
				return "", err
			}
			return all[winner][0].Body, err
		}}, {Of: "ShownWith", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
			of, _, _, err := delivery.ShownWith(ctx, tx, platform, picture)
			return of, err
		}}, {Of: "Offices", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
			return delivery.Offices(ctx, tx, platform)
		}}, {Of: "PastEditions", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
			return delivery.PastEditions(ctx, tx, platform)
		}}, {Of: "PastByIDs", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
			return delivery.PastByIDs(ctx, tx, platform, []ids.ID{past})
		}}, {Of: "PastNumbered", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
			_, w, err := delivery.PastNumbered(ctx, tx, platform, "2019", 1)
			return w, err
		}}, {Of: "WinnersByID", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
			return delivery.WinnersByID(ctx, tx, platform, []ids.ID{past})
		}}},
	}.Run(t)
}

func TestWorksComeBackWithTheirStagesInOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		spent := int64(120_00)
		first := delivery.Delivery{Proposal: ids.Random(), Project: ids.Random(), State: delivery.UnderWay, UpdatedAt: today.UTC(), Voted: 200_00, Spent: &spent, PromisedAt: day(90), Milestones: []delivery.Milestone{
			{Kind: delivery.Study, Title: "Étude", Body: "Avec les riverains", DueAt: day(0), DoneAt: day(2)}, {Kind: delivery.Works, DueAt: day(60)}, {Kind: delivery.Free, Title: "Accord"}},
			Parts: []delivery.Part{{Title: "Un banc", State: delivery.Built, DoneAt: day(-3)}, {Title: "Un arbre", State: delivery.Abandoned, Note: "Le sol est trop mince."}}}
		second := delivery.Delivery{Proposal: ids.Random(), Project: first.Project, State: delivery.Abandoned, UpdatedAt: today.UTC(), EndedAt: day(-1), Reason: "Trop cher", MoneyBack: "Rendu"}
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			return delivery.Insert(ctx, tx, 1, []delivery.Delivery{first, second})
		})
		if err != nil {
			t.Fatal(err)
		}
		first.DueAt = day(61)
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
