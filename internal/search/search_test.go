package search_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/search"
)

func TestWordsOfAPlatformAreItsOwn(t *testing.T) {
	budget := ids.Random()
	text := func(platform int64) search.Text {
		return search.Text{Number: int(platform), Title: fmt.Sprint("Un banc de bois", platform), Body: "au soleil"}
	}
	dbtest.Tenancy{
		Filled: []string{"Learn"},
		Fill: func(ctx context.Context, tx db.Tx, platform int64) error {
			if err := project.Insert(ctx, tx, platform, project.Project{ID: budget, Slug: "p", State: project.Published, Origin: project.OfCity}); err != nil {
				return err
			}
			return search.Learn(ctx, tx, platform, budget, []search.Text{text(platform)})
		},
		Reads: []dbtest.Reading{
			{Of: "Find", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				found, relevance, words, err := search.Find(ctx, tx, platform, budget, "banx soleil", false)
				return []any{found, relevance, words}, err
			}},
			{Of: "Sharing", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return search.Sharing(ctx, tx, platform, "Des bancs")
			}},
		},
		Writes: []dbtest.Writing{
			{Of: "Unlearn", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return search.Unlearn(ctx, tx, platform, budget, text(platform))
			}},
		},
	}.Run(t)
}

func TestASetComesBackAsItWasStored(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, density := range []int{1, 3, 50, 5000} {
		for range 50 {
			var s search.Set
			var want []int
			for n := 1; n < 2000; n++ {
				if random.IntN(density) == 0 {
					s.Add(n)
					want = append(want, n)
				}
			}
			back, err := search.DecodeSet(s.Encode())
			if err != nil || !slices.Equal(slices.Collect(back.All()), want) || back.Len() != len(want) {
				t.Fatalf("%d numbers came back as %d: %v", len(want), back.Len(), err)
			}
		}
	}
	for _, damaged := range [][]byte{{7}, {1, 2, 3}, {0, 0x80}, {0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}} {
		if _, err := search.DecodeSet(damaged); err == nil {
			t.Errorf("%v is taken for a set", damaged)
		}
	}
}
