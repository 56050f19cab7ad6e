package transfer_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/transfer"
	"github.com/parvis-civic/parvis/tally/pabulib"
)

const elections = "../../../shared/data/elections/"

func real(name string) transfer.File {
	return transfer.File{Name: name, Open: func() (io.ReadCloser, error) { return os.Open(filepath.Join(elections, name)) }}
}

// imported is an edition as it can be read after an import.
type imported struct {
	platform platform.Platform
	view     project.View
	vote     project.Step
	listed   []proposal.Listed
	result   result.Result
	lines    []result.Line
	ballots  int
}

func read(t *testing.T, d *db.DB, r transfer.Report) (all imported) {
	t.Helper()
	err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		if all.platform, err = platform.BySlug(ctx, tx, r.Platform); err != nil {
			return err
		}
		key := all.platform.Key
		if all.view, err = project.Load(ctx, tx, key, r.Project, tx.Now()); err != nil {
			return err
		}
		all.vote = all.view.Steps[project.VoteStep(all.view.Steps)]
		if all.listed, err = proposal.List(ctx, tx, key, proposal.ListQuery{Step: all.vote.ID, Order: proposal.ByNumber, Limit: 5000, With: proposal.With{Card: true}}); err != nil {
			return err
		}
		if all.ballots, err = ballot.Count(ctx, tx, key, all.vote.ID); err != nil {
			return err
		}
		if all.result, _, err = result.Of(ctx, tx, key, all.vote.ID); err != nil {
			return err
		}
		all.lines, err = result.Lines(ctx, tx, key, all.vote.ID, 0, 5000)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// The three elections of the issue, on both engines: every total is the file's own.
func TestRealElectionsComeInWithEveryTotal(t *testing.T) {
	for _, c := range []struct {
		file                          string
		proposals, districts, ballots int
		official                      bool
	}{
		{"France_Toulouse_2022.pb", 199, 20, 4532, false},
		{"Poland_Krakow_2024.pb", 119, 0, 65101, true},
		{"Poland_Lodz_2022.pb", 160, 0, 90494, true},
	} {
		t.Run(c.file, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				s := transfer.NewService(d)
				report, err := s.Import(t.Context(), real(c.file), transfer.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if report.Proposals != c.proposals || report.Districts != c.districts || report.Ballots != c.ballots || len(report.Refused) != 0 || len(report.Differences) != 0 {
					t.Fatalf("came in: %+v", report)
				}
				got := read(t, d, report)
				if got.ballots != c.ballots || got.vote.Ballots != c.ballots || got.result.Ballots != c.ballots {
					t.Errorf("ballots: stored %d, of the step %d, of the result %d", got.ballots, got.vote.Ballots, got.result.Ballots)
				}
				compare(t, c.file, got)
				if got.result.OfficialKnown != c.official || got.result.OfficialSame != c.official {
					t.Errorf("official outcome: %+v", got.result)
				}
			})
		})
	}
}

// compare holds what was stored against the columns of the file.
func compare(t *testing.T, file string, got imported) {
	t.Helper()
	in, err := os.Open(elections + file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	r, err := pabulib.Open(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.listed) != len(r.Projects) || len(got.lines) != len(r.Projects) {
		t.Fatalf("%d listed, %d lines, %d in the file", len(got.listed), len(got.lines), len(r.Projects))
	}
	lines := map[ids.ID]result.Line{}
	for _, l := range got.lines {
		lines[l.Proposal] = l
	}
	var spent int64
	for i, p := range r.Projects {
		l := got.listed[i]
		line := lines[l.Proposal.ID]
		if l.Reference != p.ID || l.Title != p.Name || l.Proposal.Cost != int64(p.Cost) {
			t.Errorf("%s: stored as %s %q, %d", p.ID, l.Reference, l.Title, l.Proposal.Cost)
		}
		if p.Votes != nil && (l.Votes != *p.Votes || line.Supporters != *p.Votes) {
			t.Errorf("%s: %d votes listed, %d counted, %d in the file", p.ID, l.Votes, line.Supporters, *p.Votes)
		}
		if p.Score != nil && (l.Points != *p.Score || line.Total != *p.Score) {
			t.Errorf("%s: %d points listed, %d counted, %d in the file", p.ID, l.Points, line.Total, *p.Score)
		}
		if line.Reason.Code == "" {
			t.Errorf("%s: no reason", p.ID)
		}
		if line.Winner() {
			spent += int64(p.Cost)
		}
	}
	if spent != int64(got.result.Spent) || got.result.Spent > got.result.Budget {
		t.Errorf("spent %d, winners cost %d, budget %d", got.result.Spent, spent, got.result.Budget)
	}
}
