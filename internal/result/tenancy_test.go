package result_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/internal/transfer"
	"github.com/parvis-civic/parvis/tally"
	"github.com/parvis-civic/parvis/tally/pabulib"
)

const elections = "../../../shared/data/elections/"

func bring(t *testing.T, d *db.DB, name, on string) {
	t.Helper()
	f := transfer.File{Name: name, Open: func() (io.ReadCloser, error) { return os.Open(elections + name) }}
	if on != "" {
		if _, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: on}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := transfer.NewService(d).Import(t.Context(), f, transfer.Options{Platform: on}); err != nil {
		t.Fatal(err)
	}
}

// edition finds the only edition of a platform and its vote.
func edition(ctx context.Context, tx db.Tx, slug string) (key int64, v project.View, vote ids.ID, err error) {
	p, err := platform.BySlug(ctx, tx, slug)
	if err != nil {
		return 0, v, vote, err
	}
	views, err := project.Views(ctx, tx, p.Key, 1, tx.Now())
	if err != nil {
		return 0, v, vote, err
	}
	return p.Key, views[0], views[0].Steps[project.VoteStep(views[0].Steps)].ID, nil
}

// What is counted from the stored ballots is what is counted from the file, whatever the ballots look like.
func TestStoredBallotsCountAsTheFileDoes(t *testing.T) {
	for _, name := range []string{"Poland_Gdynia_2020_Kamienna_Gora__large.pb", "Poland_Krakow_2025_Lagiewniki-Borek_Falecki.pb", "Poland_Czestochowa_2025_Kiedrzyn.pb",
		"Poland_Poznan_2025_3_-_Piatkowo_Polnoc_Piatkowo__small.pb", "Poland_Wieliczka_2023_Green_Budget.pb"} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				bring(t, d, name, "ville")
				in, err := os.Open(elections + name)
				if err != nil {
					t.Fatal(err)
				}
				defer in.Close()
				r, err := pabulib.Open(in, nil)
				if err != nil {
					t.Fatal(err)
				}
				rule, _ := r.Meta.Rule("")
				want, err := tally.Count(rule, r.Candidates(), r.Votes())
				if err != nil {
					t.Fatal(err)
				}
				err = d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
					key, v, vote, err := edition(ctx, tx, "ville")
					if err != nil {
						return err
					}
					candidates, err := result.Candidates(ctx, tx, key, vote)
					if err != nil {
						return err
					}
					got, err := result.Count(ctx, tx, key, vote, v.Rulebook.Count, candidates)
					if diff := cmp.Diff(want, got.Result); diff != "" {
						t.Error(diff)
					}
					stored, _, err2 := result.Of(ctx, tx, key, vote)
					if string(stored.BallotsHash) != string(got.BallotsHash) || stored.Ballots != want.Ballots {
						t.Errorf("the stored result is of other ballots: %x, %x", stored.BallotsHash, got.BallotsHash)
					}
					if err == nil {
						err = err2
					}
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			})
		})
	}
}

// small is an edition of three proposals of which the money pays one: the first two have the same total.
type small struct {
	view      project.View
	vote      ids.ID
	results   ids.ID
	proposals []ids.ID
}

func newSmall() small {
	s := small{vote: ids.Random(), results: ids.Random(), proposals: []ids.ID{ids.Random(), ids.Random(), ids.Random()}}
	edition := ids.Random()
	s.view = project.View{
		Project: project.Project{ID: edition, Slug: "budget", Title: "Budget", State: project.Published, Rulebook: 1, CreatedAt: time.UnixMicro(1)},
		Steps:   []project.Step{{ID: s.vote, Project: edition, Kind: project.Vote}, {ID: s.results, Project: edition, Position: 1, Kind: project.Result}},
		Now:     time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC),
		Rulebook: rulebook.Rulebook{Format: rulebook.Format, Currency: "EUR", Imported: &rulebook.Import{Source: "greedy"}, Vote: rulebook.Vote{Ballot: rulebook.Shape{Kind: rulebook.Simple}},
			Count: tally.Rule{Method: tally.MethodGreedy, Scoring: tally.Scoring{By: tally.ByChoice}, Budget: 100_00, Fit: tally.Fit{Then: tally.FitSkip},
				Ties: []tally.TieBreak{{By: tally.TieOrder}}, DropOut: tally.DropOutNext}},
	}
	return s
}

const secretTitle = "Un banc pour Jeanne Martin"

// fill stores the edition, each proposal at that cost, and so many ballots for the first two.
func (s small) fill(ctx context.Context, tx db.Tx, platform int64, cost int64, ballots int) error {
	var list []proposal.Proposal
	var selections []proposal.Selection
	for i, id := range s.proposals {
		p := proposal.Proposal{ID: id, Project: s.view.Project.ID, Number: i + 1, Reference: fmt.Sprint("R", i+1), Slug: "x", Title: fmt.Sprintf("%s, n° %d de %d", secretTitle, i+1, platform), Cost: cost,
			Author: ids.Random(), Proposer: "Jeanne Martin", PublishedAt: time.UnixMicro(1), CreatedAt: time.UnixMicro(1)}
		list = append(list, p)
		selections = append(selections, proposal.Selection{Step: s.vote, Proposal: id, Number: p.Number, Votes: int64(ballots), Points: int64(ballots), Cost: p.Cost, PublishedAt: p.PublishedAt})
	}
	tag := []proposal.Tag{{Kind: proposal.TagDistrict, Slug: "centre"}}
	var cast []ballot.Ballot
	for range ballots {
		cast = append(cast, ballot.Ballot{ID: ids.Random(), Choices: []ballot.Choice{{Number: 1}, {Number: 2}}, Age: "34"})
	}
	for _, err := range []error{
		project.Insert(ctx, tx, platform, s.view.Project),
		project.SetRulebook(ctx, tx, platform, s.view.Project.ID, 1, s.view.Rulebook),
		project.InsertSteps(ctx, tx, platform, s.view.Steps),
		proposal.Insert(ctx, tx, platform, list),
		proposal.Select(ctx, tx, platform, selections, [][]proposal.Tag{tag, tag, tag}),
		ballot.Insert(ctx, tx, platform, s.vote, cast, false),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// proclaim counts what is stored and proclaims it, with the city's own marks of its proposals.
func (s small) proclaim(ctx context.Context, tx db.Tx, platform int64, official ...int) (result.Result, error) {
	candidates, err := result.Candidates(ctx, tx, platform, s.vote)
	if err != nil {
		return result.Result{}, err
	}
	counted, err := result.Count(ctx, tx, platform, s.vote, s.view.Rulebook.Count, candidates)
	if err != nil {
		return result.Result{}, err
	}
	return result.Proclaim(ctx, tx, platform, s.view, s.vote, "greedy", counted, func(i int) *int {
		if i < len(official) {
			return &official[i]
		}
		return nil
	})
}

func TestResultsOfAPlatformAreItsOwn(t *testing.T) {
	s := newSmall()
	dbtest.Tenancy{
		Filled: []string{"Proclaim"},
		Fill: func(ctx context.Context, tx db.Tx, platform int64) error {
			// On the second one costs less, so that two win, and more vote.
			if err := s.fill(ctx, tx, platform, 90_00-40_00*(platform-1), int(platform)); err != nil {
				return err
			}
			if _, err := s.proclaim(ctx, tx, platform); err != nil {
				return err
			}
			mine := fmt.Sprint("de ", platform)
			for table, row := range map[string][]any{
				"result_file": {platform, s.vote, "a.csv", []byte(mine), []byte(mine)}, "deliberation": {platform, s.vote, platform, mine, mine, []byte(mine), platform},
				"deliberation_change": {platform, s.vote, s.proposals[platform], true, mine}, "press": {platform, s.vote, platform, mine, mine},
			} {
				columns := map[string][]string{"result_file": {"platform", "step", "name", "sha256", "content"},
					"deliberation": {"platform", "step", "decided_on", "number", "link", "document", "recorded_at"}, "deliberation_change": {"platform", "step", "proposal", "won", "reason"},
					"press": {"platform", "step", "embargo_at", "token", "contact"}}[table]
				if err := db.Insert(ctx, tx, table, columns, [][]any{row}); err != nil {
					return err
				}
			}
			for range platform { // more people follow on the second one
				if err := proposal.Follow(ctx, tx, platform, s.proposals[0], ids.Random(), tx.Now(), false); err != nil {
					return err
				}
			}
			return nil
		},
		Reads: []dbtest.Reading{
			{Of: "Candidates", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return result.Candidates(ctx, tx, platform, s.vote)
			}},
			{Of: "Count", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				candidates := []result.Candidate{{Number: 1, Project: tally.Project{ID: "R1", Order: 1}}, {Number: 2, Project: tally.Project{ID: "R2", Order: 2}}}
				return result.Count(ctx, tx, platform, s.vote, s.view.Rulebook.Count, candidates)
			}},
			{Of: "Of", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				r, _, err := result.Of(ctx, tx, platform, s.vote)
				return r, err
			}},
			{Of: "OfSteps", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return result.OfSteps(ctx, tx, platform, []ids.ID{s.vote, s.results})
			}},
			{Of: "VotesOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return result.VotesOf(ctx, tx, platform, []ids.ID{s.vote})
			}},
			{Of: "Lines", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return result.Lines(ctx, tx, platform, s.vote, 0, 10)
			}},
			{Of: "LinesIn", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return result.LinesIn(ctx, tx, platform, s.vote, "centre", 0, 10)
			}},
			{Of: "LinesOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return result.LinesOf(ctx, tx, platform, s.proposals)
			}},
			{Of: "Marked", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return result.Marked(ctx, tx, platform, s.vote)
			}},
			{Of: "Tied", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return result.Tied(ctx, tx, platform, s.vote, 10)
			}},
			{Of: "Best", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return result.Best(ctx, tx, platform, s.vote)
			}},
			{Of: "Cut", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return result.Cut(ctx, tx, platform, s.vote)
			}},
			{Of: "Participants", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return result.Participants(ctx, tx, platform, s.vote)
			}},
			{Of: "Files", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return result.Files(ctx, tx, platform, s.vote)
			}},
			{Of: "DeliberationOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				d, _, err := result.DeliberationOf(ctx, tx, platform, s.vote)
				return d, err
			}},
			{Of: "DocumentOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return result.DocumentOf(ctx, tx, platform, s.vote)
			}},
			{Of: "Built", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return result.Built(ctx, tx, platform, s.vote)
			}},
			{Of: "PressOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return result.PressOf(ctx, tx, platform, s.vote)
			}},
			{Of: "NamesIn", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return result.NamesIn(ctx, tx, platform, []result.Line{{Reason: tally.Reason{Other: "R1"}}})
			}},
		},
		Writes: []dbtest.Writing{{Of: "Proclaim", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
			_, err := s.proclaim(ctx, tx, platform, 0, 1, 0)
			return err
		}}},
	}.Run(t)
}
