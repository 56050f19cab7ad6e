package result_test

import (
	"context"
	"io"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/result"
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

// Two platforms with the same file: whatever is asked of one with the identifiers of the other finds nothing.
func TestResultsOfAPlatformAreItsOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		bring(t, d, "Poland_Gdynia_2020_Kamienna_Gora__large.pb", "une")
		bring(t, d, "Poland_Gdynia_2020_Kamienna_Gora__large.pb", "autre")
		err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, _, vote, err := edition(ctx, tx, "une")
			if err != nil {
				return err
			}
			other, _, _, err := edition(ctx, tx, "autre")
			if err != nil {
				return err
			}
			mine, _, _, err := edition(ctx, tx, "une")
			if err != nil {
				return err
			}
			lines, err := result.Lines(ctx, tx, mine, vote, 0, 10)
			if err != nil || len(lines) != 3 {
				t.Errorf("its own lines: %d, %v", len(lines), err)
			}
			crossed, err := result.Lines(ctx, tx, other, vote, 0, 10)
			if err != nil {
				return err
			}
			marked, err := result.Marked(ctx, tx, other, vote)
			if err != nil {
				return err
			}
			best, err := result.Best(ctx, tx, other, vote)
			if err != nil {
				return err
			}
			_, found, err := result.Of(ctx, tx, other, vote)
			if err != nil {
				return err
			}
			votes, err := result.VotesOf(ctx, tx, other, []ids.ID{vote})
			if err != nil {
				return err
			}
			candidates, err := result.Candidates(ctx, tx, other, vote)
			if err != nil {
				return err
			}
			of, err := result.LinesOf(ctx, tx, other, []ids.ID{lines[0].Proposal})
			if len(crossed)+len(marked)+len(votes)+len(candidates)+len(of) != 0 || best != 0 || found {
				t.Errorf("the other platform sees %d, %d, %d, %d, %d, %d, %v", len(crossed), len(marked), len(votes), len(candidates), len(of), best, found)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
