package ballot_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/tally"
)

func TestChoicesComeBackAsTheyWereStored(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points := rapid.Bool().Draw(t, "points")
		choices := rapid.SliceOf(rapid.Custom(func(t *rapid.T) ballot.Choice {
			c := ballot.Choice{Number: rapid.IntRange(1, 1<<31-1).Draw(t, "number")}
			if points {
				c.Points = rapid.Int64Range(0, 1<<40).Draw(t, "points")
			}
			return c
		})).Draw(t, "choices")
		text := ballot.Encode(choices, points)
		back, err := ballot.Decode(text)
		if err != nil || !slices.Equal(back, choices) {
			t.Errorf("%v as %q comes back as %v: %v", choices, text, back, err)
		}
	})
}

func TestStoredFormIsTheDocumentedOne(t *testing.T) {
	choices := []ballot.Choice{{Number: 12, Points: 3}, {Number: 7, Points: 0}, {Number: 31, Points: 1}}
	for points, want := range map[bool]string{false: "12,7,31", true: "12=3,7=0,31=1"} {
		if got := ballot.Encode(choices, points); got != want {
			t.Errorf("with points %v: %q, want %q", points, got, want)
		}
	}
	if got := ballot.Encode(nil, true); got != "" {
		t.Errorf("a blank ballot is %q", got)
	}
}

func TestWhatIsNoBallotIsRefused(t *testing.T) {
	for _, text := range []string{",", "1,", ",1", "a", "1,b", "1=", "1=x", "=3", "1 ,2", "99999999999999999999", "1=99999999999999999999"} {
		if choices, err := ballot.Decode(text); err == nil {
			t.Errorf("%q is read as %v", text, choices)
		}
	}
}

// insert stores ballots on platform 1 and gives the step.
func insert(t *testing.T, d *db.DB, ballots []ballot.Ballot) ids.ID {
	t.Helper()
	step := ids.Random()
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		return ballot.Insert(ctx, tx, 1, step, slices.Clone(ballots), false)
	})
	if err != nil {
		t.Fatal(err)
	}
	return step
}

func simple(n int) []ballot.Ballot {
	list := make([]ballot.Ballot, n)
	for i := range list {
		list[i] = ballot.Ballot{ID: ids.Random(), Choices: []ballot.Choice{{Number: i + 1}}}
	}
	return list
}

// The rows are written in the order of their random keys, whatever the order in which the ballots came: what an engine
// keeps of the order of writing (PostgreSQL's heap, SQLite's pages) says nothing.
func TestTheOrderOfTheInputLeavesNoTrace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		list := simple(200)
		backwards := slices.Clone(list)
		slices.Reverse(backwards)
		var written [2][]string
		for i, input := range [][]ballot.Ballot{list, backwards} {
			step := insert(t, d, input)
			err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
				order := "id"
				if tx.Engine() == db.Postgres {
					order = "ctid" // where the row lies
				}
				rows, err := tx.Query(ctx, `SELECT choices FROM ballot WHERE platform = ? AND step = ? ORDER BY `+order, 1, step)
				if err != nil {
					return err
				}
				defer rows.Close()
				for rows.Next() {
					var text string
					if err := rows.Scan(&text); err != nil {
						return err
					}
					written[i] = append(written[i], text)
				}
				return rows.Err()
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		slices.SortFunc(list, func(a, b ballot.Ballot) int { return bytes.Compare(a.ID[:], b.ID[:]) })
		var want []string
		for _, b := range list {
			want = append(want, fmt.Sprint(b.Choices[0].Number))
		}
		for i, way := range []string{"forwards", "backwards"} {
			if diff := cmp.Diff(want, written[i]); diff != "" {
				t.Errorf("written %s: %s", way, diff)
			}
		}
	})
}

func roll(t *testing.T, d *db.DB, step ids.ID, index map[int]int) ([]tally.Ballot, []byte, error) {
	t.Helper()
	var all []tally.Ballot
	var r ballot.Roll
	err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		for b, err := range r.Each(ctx, tx, 1, step, index) {
			if err != nil {
				return err
			}
			all = append(all, b)
		}
		return nil
	})
	return all, r.Sum(), err
}

func TestTheHashIsThatOfTheBallotsWhateverTheirKeys(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		index := map[int]int{7: 0, 12: 1, 31: 2}
		ballots := func() []ballot.Ballot {
			return []ballot.Ballot{
				{ID: ids.Random(), Choices: []ballot.Choice{{Number: 7}, {Number: 12}}},
				{ID: ids.Random(), Choices: []ballot.Choice{{Number: 12}}},
				{ID: ids.Random()},
				{ID: ids.Random(), Choices: []ballot.Choice{{Number: 12}, {Number: 7}, {Number: 31}}},
				{ID: ids.Random(), Choices: []ballot.Choice{{Number: 12}}},
			}
		}
		want := sha256.Sum256([]byte("\n12\n12\n12,7,31\n7,12\n")) // in the order of their bytes
		for range 2 {
			all, sum, err := roll(t, d, insert(t, d, ballots()), index)
			if err != nil || !bytes.Equal(sum, want[:]) {
				t.Errorf("%x, want %x: %v", sum, want, err)
			}
			wanted := []tally.Ballot{{Choices: []tally.Choice{}}, {Choices: []tally.Choice{{Project: 1}}}, {Choices: []tally.Choice{{Project: 1}}},
				{Choices: []tally.Choice{{Project: 1}, {Project: 0}, {Project: 2}}}, {Choices: []tally.Choice{{Project: 0}, {Project: 1}}}}
			if diff := cmp.Diff(wanted, all); diff != "" {
				t.Error(diff)
			}
		}
	})
}

func TestABallotForAProposalThatIsNotInTheVoteStopsTheCount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		_, _, err := roll(t, d, insert(t, d, simple(2)), map[int]int{1: 0})
		if err == nil || !strings.Contains(err.Error(), "proposal 2") {
			t.Errorf("%v, want an error that names proposal 2", err)
		}
	})
}

func TestBallotsAreDeletedInRunsUntilNoneIsLeft(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		step, kept := insert(t, d, simple(25)), insert(t, d, simple(3))
		for _, want := range []int64{10, 10, 5, 0} {
			var n int64
			err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
				n, err = ballot.Delete(ctx, tx, 1, step, 10)
				return err
			})
			if err != nil || n != want {
				t.Errorf("%d are gone, want %d: %v", n, want, err)
			}
		}
		err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			for s, want := range map[ids.ID]int{step: 0, kept: 3} {
				n, err := ballot.Count(ctx, tx, 1, s)
				if err != nil || n != want {
					t.Errorf("%d are left, want %d: %v", n, want, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestBallotsOfAPlatformAreItsOwn(t *testing.T) {
	step, edition := ids.Random(), ids.Random()
	someone, other, voter := ids.Random(), ids.Random(), ids.Random()
	keys := []ids.ID{ids.Random(), ids.Random(), ids.Random()}
	dbtest.Tenancy{
		Filled: []string{"Insert"},
		Fill: func(ctx context.Context, tx db.Tx, platform int64) error {
			var list []ballot.Ballot
			for i := range 1 + int(platform) {
				list = append(list, ballot.Ballot{ID: keys[i], Choices: []ballot.Choice{{Number: int(platform)}}, Age: "34"})
			}
			if err := project.InsertSteps(ctx, tx, platform, []project.Step{{ID: step, Project: edition, Kind: project.Vote, Slug: "vote"}}); err != nil {
				return err
			}
			if err := project.Insert(ctx, tx, platform, project.Project{ID: edition, Title: fmt.Sprint("Édition ", platform), State: project.Published}); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO signature (platform, step, participant, ballot, tracker, district, day) VALUES (?, ?, ?, ?, 'ABCD', '', ?)`,
				platform, step, voter, keys[0], 20_000+platform); err != nil {
				return err
			}
			for _, person := range []ids.ID{someone, other} {
				if _, err := tx.Exec(ctx, `INSERT INTO basket (platform, step, participant, choices, district, seed, saved_at, reminded_at) VALUES (?, ?, ?, '1', '', 1, ?, 0)`,
					platform, step, person, platform); err != nil {
					return err
				}
			}
			return ballot.Insert(ctx, tx, platform, step, list, false)
		},
		Reads: []dbtest.Reading{
			{Of: "Count", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return ballot.Count(ctx, tx, platform, step)
			}},
			{Of: "Page", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return ballot.Page(ctx, tx, platform, step, ids.ID{}, 10)
			}},
			{Of: "Export", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return ballot.Export(ctx, tx, platform, voter)
			}},
			{Of: "Roll.Each", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				var r ballot.Roll
				var all []tally.Ballot
				for b, err := range r.Each(ctx, tx, platform, step, map[int]int{1: 1, 2: 2}) {
					if err != nil {
						return nil, err
					}
					all = append(all, b)
				}
				return []any{all, r.Sum()}, nil
			}},
		},
		Writes: []dbtest.Writing{
			{Of: "AddTurnout", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return ballot.AddTurnout(ctx, tx, platform, step, map[string]int{"centre": 3})
			}},
			{Of: "Forget", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return ballot.Forget(ctx, tx, platform, voter, true)
			}},
			{Of: "Merge", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return ballot.Merge(ctx, tx, platform, someone, other)
			}},
			{Of: "Delete", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				_, err := ballot.Delete(ctx, tx, platform, step, 100)
				return err
			}},
		},
	}.Run(t)
}
