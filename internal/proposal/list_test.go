package proposal_test

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// shelf is a step full of proposals with many equal totals, on two platforms at once.
type shelf struct {
	project    ids.ID
	step       ids.ID
	selections []proposal.Selection
	tags       [][]proposal.Tag
}

func fill(t *testing.T, d *db.DB, n int) shelf {
	t.Helper()
	s := shelf{step: ids.Random()}
	random := rand.New(rand.NewPCG(1, 2))
	projectID := ids.Random()
	s.project = projectID
	var proposals []proposal.Proposal
	for i := range n {
		p := proposal.Proposal{ID: ids.Random(), Project: projectID, Number: i + 1, Reference: fmt.Sprint(i + 1), Slug: "x", Title: fmt.Sprintf("Un été à l'Île n° %d", i+1),
			Cost: random.Int64N(20), Author: ids.Random(), PublishedAt: time.UnixMicro(1 + random.Int64N(9)), CreatedAt: time.UnixMicro(1), UpdatedAt: time.UnixMicro(1)}
		proposals = append(proposals, p)
		s.selections = append(s.selections, proposal.Selection{Step: s.step, Proposal: p.ID, Number: p.Number, Votes: random.Int64N(15), Points: random.Int64N(30), Cost: p.Cost,
			PublishedAt: p.PublishedAt, Shuffle: random.Int64N(1 << 31)})
		tags := []proposal.Tag{{Kind: proposal.TagDistrict, Slug: fmt.Sprint("d", random.IntN(3))}}
		if random.IntN(4) == 0 {
			tags = append(tags, proposal.Tag{Kind: proposal.TagCategory, Slug: "rare"})
		}
		s.tags = append(s.tags, tags)
	}
	for _, platform := range []int64{1, 2} { // the same rows on a second platform: none may show on the first
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			if err := project.Insert(ctx, tx, platform, project.Project{ID: projectID, Slug: "p", State: project.Published, Origin: project.OfCity}); err != nil {
				return err
			}
			if err := proposal.Insert(ctx, tx, platform, proposals); err != nil {
				return err
			}
			if err := proposal.Select(ctx, tx, platform, s.selections, s.tags); err != nil {
				return err
			}
			var names []proposal.Facet
			for _, tag := range []proposal.Tag{{Kind: proposal.TagCategory, Slug: "rare"}, {Kind: proposal.TagDistrict, Slug: "d0"}, {Kind: proposal.TagDistrict, Slug: "d1"}, {Kind: proposal.TagDistrict, Slug: "d2"}} {
				names = append(names, proposal.Facet{Tag: tag, Name: tag.Slug, Sort: []byte(tag.Slug)})
			}
			return proposal.KeepFacets(ctx, tx, platform, s.step, names)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// want orders the numbers as the order says, by sorting them all.
func (s shelf) want(order proposal.Order, reverse bool, seed int64, tags []proposal.Tag) []int {
	key := func(x proposal.Selection) int64 {
		switch order {
		case proposal.ByVotes:
			return -x.Votes
		case proposal.ByPoints:
			return -x.Points
		case proposal.ByCost:
			if x.Cost == 0 && !reverse {
				return math.MaxInt64 // nobody knows it
			}
			return x.Cost
		case proposal.ByPublished:
			return x.PublishedAt.UnixMicro()
		case proposal.ByRandom:
			return (x.Shuffle - seed) & (1<<31 - 1)
		}
		return int64(x.Number)
	}
	var list []proposal.Selection
	for i, x := range s.selections {
		if !slices.ContainsFunc(tags, func(t proposal.Tag) bool { return !slices.Contains(s.tags[i], t) }) {
			list = append(list, x)
		}
	}
	slices.SortFunc(list, func(a, b proposal.Selection) int {
		return cmp.Or(cmp.Compare(key(a), key(b)), cmp.Compare(a.Number, b.Number))
	})
	if reverse {
		slices.Reverse(list)
	}
	numbers := []int{}
	for _, x := range list {
		numbers = append(numbers, x.Number)
	}
	return numbers
}

func TestEveryOrderFacetAndPageGivesEachProposalOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := fill(t, d, 120)
		tagSets := [][]proposal.Tag{nil, {{Kind: proposal.TagCategory, Slug: "rare"}}, {{Kind: proposal.TagDistrict, Slug: "d1"}, {Kind: proposal.TagCategory, Slug: "rare"}}, {{Kind: proposal.TagDistrict, Slug: "nowhere"}}}
		for _, order := range []proposal.Order{proposal.ByVotes, proposal.ByPoints, proposal.ByCost, proposal.ByPublished, proposal.ByRandom, proposal.ByNumber} {
			for _, reverse := range []bool{false, true} {
				for _, tags := range tagSets {
					q := proposal.ListQuery{Step: s.step, Order: order, Reverse: reverse, Seed: 1_900_000_000, Limit: 7}
					got := pages(t, d, q, proposal.Choice{Project: s.project, Step: s.step, Tags: tags})
					if want := s.want(order, reverse, q.Seed, tags); !slices.Equal(got, want) {
						t.Fatalf("%s, reverse %v, %v:\n got %v\nwant %v", order, reverse, tags, got, want)
					}
				}
			}
		}
	})
}

// pages reads a list to its end, seven rows at a time.
func pages(t *testing.T, d *db.DB, q proposal.ListQuery, c proposal.Choice) []int {
	t.Helper()
	all := []int{}
	for {
		var page []proposal.Listed
		err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
			if len(c.Tags) > 0 {
				chosen, err := proposal.Choose(ctx, tx, 1, c)
				if err != nil {
					return err
				}
				q.Among = &chosen
			}
			page, err = proposal.List(ctx, tx, 1, q)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range page {
			all = append(all, l.Proposal.Number)
		}
		if len(page) < q.Limit {
			return all
		}
		q.After = &page[len(page)-1].Key
	}
}

func TestClientsThatCountRowsGetTheRowsAfter(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := fill(t, d, 40)
		for _, order := range []proposal.Order{proposal.ByVotes, proposal.ByRandom} {
			q := proposal.ListQuery{Step: s.step, Order: order, Seed: 12345, Offset: 33, Limit: 5}
			err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
				lists, err := proposal.Lists(ctx, tx, 1, []ids.ID{ids.Random(), s.step}, q)
				if err != nil {
					return err
				}
				var got []int
				for _, l := range lists[1] {
					got = append(got, l.Proposal.Number)
				}
				if want := s.want(order, false, q.Seed, nil)[33:38]; len(lists[0]) != 0 || !slices.Equal(got, want) {
					t.Errorf("%s: got %v and %v, want none and %v", order, len(lists[0]), got, want)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}
