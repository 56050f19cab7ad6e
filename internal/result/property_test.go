package result_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/bench"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/internal/transfer"
	"github.com/parvis-civic/parvis/tally"
	"github.com/parvis-civic/parvis/tally/pabulib"
)

// drawRules draws a ballot and a counting rule that a rulebook may have.
func drawRules(r *rapid.T) func(*rulebook.Rulebook) {
	pick := func(name string, most int) int { return rapid.IntRange(0, most).Draw(r, name) }
	kind := rapid.SampledFrom([]rulebook.ShapeKind{rulebook.Simple, rulebook.Ranking, rulebook.Cumulative}).Draw(r, "ballot")
	budget, fit, ties, promise := tally.Amount(pick("budget", 30)+1)*1000_00, pick("fit", 1), pick("ties", 3), pick("promise", 2)
	supporters, share, parts := pick("supporters", 3), pick("share", 30), pick("parts", 2)
	return func(b *rulebook.Rulebook) {
		b.Count.Budget = budget
		switch kind {
		case rulebook.Ranking:
			b.Vote.Ballot = rulebook.Shape{Kind: kind, Min: 1, Max: 3}
			b.Count.Scoring = tally.Scoring{By: tally.ByRank, Weights: []int64{3, 2, 1}}
		case rulebook.Cumulative:
			b.Vote.Ballot = rulebook.Shape{Kind: kind, Min: 1, Max: 3, MaxPoints: 10}
			b.Count.Scoring = tally.Scoring{By: tally.ByPoints}
		default:
			b.Vote.Ballot = rulebook.Shape{Kind: kind, Min: 1, Max: 3}
		}
		b.Count.Fit.Then = []tally.FitThen{tally.FitSkip, tally.FitStop}[fit]
		switch ties {
		case 0:
			b.Count.Ties = []tally.TieBreak{{By: tally.TieOrder}}
		case 1:
			b.Count.Ties = []tally.TieBreak{{By: tally.TieSupporters}, {By: tally.TieLots, Seed: "déjà tiré"}}
		case 2:
			b.Lots, b.Count.Ties = &rulebook.Lots{Draw: "Loto"}, []tally.TieBreak{{By: tally.TieLots}}
		default:
			b.Lots, b.Count.Ties = &rulebook.Lots{Draw: "Loto"}, []tally.TieBreak{{By: tally.TieSupporters}, {By: tally.TieLowerCost}, {By: tally.TieLots}}
		}
		b.Count.Minimum = tally.Minimum{Supporters: int64(supporters), BallotsShare: share}
		if promise > 0 {
			b.Count.Guarantee = &tally.Guarantee{PerDistrict: promise, Districts: bench.Homes, When: tally.GuaranteeBefore, NoMoney: tally.NoMoneyNext, NoProjects: tally.NoProjectsFewer,
				Several: tally.SeveralFirst, None: tally.NoneUnguaranteed, BelowMin: tally.BelowMinimumOut}
		}
		if parts > 0 && budget >= 3_000_00 {
			b.Count.Parts = &tally.Parts{By: tally.PartsByDistrict, Envelopes: []tally.Envelope{{Key: bench.Homes[0], Amount: budget / 3}, {Key: bench.Homes[1], Amount: budget / 3}},
				Fit: tally.Fit{Then: tally.FitSkip}, Left: tally.LeftCitywide, Several: tally.SeveralFirst, None: tally.NoneCitywide}
		}
	}
}

// What is announced is what the stored ballots say, whatever the rules and the ballots are: counted anew from memory, and from
// the file that everybody gets.
func TestAnAnnouncedResultIsTheCountOfTheStoredBallots(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := 0
		rapid.Check(t, func(r *rapid.T) {
			if n++; n > 25 { // each makes an edition; random enough in as many
				return
			}
			h := ended(t, d, fmt.Sprint("ville-", n), 0, drawRules(r))
			points := h.Book.Vote.Ballot.Kind == rulebook.Cumulative
			var cast []ballot.Ballot
			var memory []tally.Ballot
			for range rapid.IntRange(0, 40).Draw(r, "ballots") {
				b, m := ballot.Ballot{ID: ids.Random()}, tally.Ballot{}
				for _, number := range rapid.SliceOfNDistinct(rapid.IntRange(1, 10), 0, 3, rapid.ID).Draw(r, "choices") {
					given := int64(0)
					if points {
						given = int64(rapid.IntRange(1, 3).Draw(r, "points"))
					}
					b.Choices, m.Choices = append(b.Choices, ballot.Choice{Number: number, Points: given}), append(m.Choices, tally.Choice{Project: number - 1, Points: given})
				}
				cast, memory = append(cast, b), append(memory, m)
			}
			if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				return ballot.Insert(ctx, tx, h.Of.Key, h.Step, cast, points)
			}); err != nil {
				r.Fatal(err)
			}
			p, err := h.Preview(h.after, h.Of, h.organiser, h.Slug)
			if err != nil {
				r.Fatal(err)
			}
			seed := ""
			if p.Missing() {
				if err := h.SetNumbers(h.after, h.Of, h.organiser, h.Slug, "3 7 12 25 44"); err != nil {
					r.Fatal(err)
				}
				seed = "3 7 12 25 44"
			} else if h.Book.Lots != nil {
				seed = hex.EncodeToString(p.BallotsHash)
				steady(r, h.Book, p, memory)
			}
			h.announced()
			projects := make([]tally.Project, len(p.Candidates))
			for i, c := range p.Candidates {
				projects[i] = c.Project
			}
			want, err := tally.Count(h.Book.Seeded(seed), projects, each(memory))
			if err != nil {
				r.Fatal(err)
			}
			var file bytes.Buffer
			var recount transfer.Recount
			h.read(func(ctx context.Context, tx db.Tx) error {
				stored, ok, err := result.Of(ctx, tx, h.Of.Key, h.Step)
				if err != nil || !ok || stored.Ballots != len(memory) || stored.Winners != len(want.Winners) || stored.Spent != want.Spent || stored.Seed != seed {
					r.Errorf("stored %+v, want %+v (%v)", stored, want, err)
				}
				lines, err := result.Lines(ctx, tx, h.Of.Key, h.Step, 0, 100)
				for i, o := range want.Projects {
					got, c := lines[i], p.Candidates[o.Project]
					wanted := result.Line{Rank: o.Rank, Proposal: c.Proposal, Total: o.Total, Supporters: o.Supporters, Mark: o.Mark, Stage: o.Stage, Part: o.Part, Reason: o.Reason}
					if diff := cmp.Diff(wanted, got); diff != "" {
						r.Errorf("line %d: %s", i, diff)
					}
				}
				if err != nil {
					return err
				}
				of, err := platform.ByKey(ctx, tx, h.Of.Key)
				if err != nil {
					return err
				}
				recount, err = transfer.RecountOf(ctx, tx, of, h.edition(ctx, tx), stored)
				return err
			})
			if err := recount.Write(h.after, d, &file, func() {}); err != nil {
				r.Fatal(err)
			}
			read, err := pabulib.Open(&file, func(f pabulib.Refusal) { r.Error(f) })
			if err != nil {
				r.Fatal(err)
			}
			rule, _ := read.Meta.Rule("")
			again, err := tally.Count(rule, read.Candidates(), read.Votes())
			if err != nil {
				r.Fatal(err)
			}
			if diff := cmp.Diff(want, again); diff != "" {
				r.Errorf("the file counts otherwise: %s", diff)
			}
		})
	})
}

// steady fails when who wins hangs on a drawing that nobody waited for.
func steady(r *rapid.T, book rulebook.Rulebook, p result.Preview, ballots []tally.Ballot) {
	projects := make([]tally.Project, len(p.Candidates))
	for i, c := range p.Candidates {
		projects[i] = c.Project
	}
	won := func(seed string) map[int]int {
		c, err := tally.Count(book.Seeded(seed), projects, each(ballots))
		if err != nil {
			r.Fatal(err)
		}
		marks := map[int]int{}
		for _, o := range c.Projects {
			marks[o.Project] = o.Mark
		}
		return marks
	}
	first := won("0")
	for n := range 20 {
		if diff := cmp.Diff(first, won(fmt.Sprint(n))); diff != "" {
			r.Fatalf("who wins hangs on the lots, and nobody waits for them: %s", diff)
		}
	}
}

func each(list []tally.Ballot) func(yield func(tally.Ballot, error) bool) {
	return func(yield func(tally.Ballot, error) bool) {
		for _, b := range list {
			if !yield(b, nil) {
				return
			}
		}
	}
}
