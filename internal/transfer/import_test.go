package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/transfer"
	"github.com/parvis-civic/parvis/tally/pabulib"
)

// essai is a small election: three projects in two districts, four ballots.
const essai = `META
key;value
country;France
unit;Essai
instance;2026
num_projects;3
num_votes;4
budget;1000
vote_type;approval
rule;greedy
max_length;2
PROJECTS
project_id;cost;votes;name;district;category
a;400;3;Un banc;Nord;nature
b;500;2;Une fontaine;Sud;eau
c;600;1;Un verger;Nord,Sud;nature
VOTES
voter_id;vote
1;a,b
2;a
3;a,c
4;b
`

// changed gives essai with replacements, in pairs.
func changed(pairs ...string) []byte { return []byte(strings.NewReplacer(pairs...).Replace(essai)) }

// passes gives a file that is another at each opening; the last one stays.
func passes(contents ...[]byte) transfer.File {
	opened := 0
	return transfer.File{Name: "essai.pb", Open: func() (io.ReadCloser, error) {
		content := contents[min(opened, len(contents)-1)]
		opened++
		return io.NopCloser(bytes.NewReader(content)), nil
	}}
}

func bring(t *testing.T, d *db.DB, content []byte, o transfer.Options) transfer.Report {
	t.Helper()
	report, err := transfer.NewService(d).Import(t.Context(), inMemory("essai.pb", content), o)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// same fails when the database is not what it was.
func same(t *testing.T, d *db.DB, before map[int64]map[string][][]any) {
	t.Helper()
	if diff := cmp.Diff(before, dbtest.Rows(t, d)); diff != "" {
		t.Errorf("something changed: %s", diff)
	}
}

// counts gives how many rows each table of a platform has.
func counts(t *testing.T, d *db.DB, platform int64) map[string]int {
	t.Helper()
	n := map[string]int{}
	for table, rows := range dbtest.Rows(t, d)[platform] {
		n[table] = len(rows)
	}
	return n
}

func TestTheSameFileAgainChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		first := bring(t, d, []byte(essai), transfer.Options{})
		before := dbtest.Rows(t, d)
		for _, replace := range []bool{false, true} {
			again := bring(t, d, []byte(essai), transfer.Options{Replace: replace})
			want := first
			want.Unchanged = true
			if diff := cmp.Diff(want, again); diff != "" {
				t.Errorf("with replace %v: %s", replace, diff)
			}
			same(t, d, before)
		}
	})
}

func TestOtherBytesOfTheSameElectionAreAConflict(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		bring(t, d, []byte(essai), transfer.Options{})
		before := dbtest.Rows(t, d)
		_, err := transfer.NewService(d).Import(t.Context(), inMemory("other.pb", changed("Un banc", "Deux bancs")), transfer.Options{})
		got, ok := errors.AsType[*fault.Error](err)
		if !ok || got.Code != fault.Conflict || got.Key != "fault.import.other" || got.Args["File"] != "essai.pb" {
			t.Errorf("%v", err)
		}
		same(t, d, before)
		// Another instance, unit or part is another election.
		for _, other := range [][]byte{changed("2026", "2025"), changed("unit;Essai", "unit;Essai\nsubunit;Nord"), changed("unit;Essai", "unit;Ailleurs")} {
			bring(t, d, other, transfer.Options{})
		}
	})
}

// look gives the title of the first proposal, read as any visitor does.
func look(t *testing.T, d *db.DB, r transfer.Report) string {
	t.Helper()
	return read(t, d, r).listed[0].Title
}

func TestAnEditionStaysUntilTheOneThatReplacesItIsThere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := transfer.NewService(d)
		first := bring(t, d, append([]byte(essai), "nobody;z\n"...), transfer.Options{})
		seen := 0
		corrected := changed("Un banc", "Deux bancs", "Nord", "Est")
		second, err := s.Import(t.Context(), inMemory("corrected.pb", corrected), transfer.Options{Replace: true, Progress: func(int, int) {
			seen++
			if got := look(t, d, first); got != "Un banc" {
				t.Errorf("while the other comes in, %q is read", got)
			}
		}})
		if err != nil || seen == 0 {
			t.Fatalf("%v, looked %d times", err, seen)
		}
		if second.Project != first.Project || !second.Replaced || look(t, d, second) != "Deux bancs" {
			t.Errorf("%+v takes the place of %+v", second, first)
		}
		p := read(t, d, second).platform
		got := counts(t, d, p.Key)

		// What is left is what the second file alone leaves, but for what the platform remembers of the first: its acts.
		alone := dbtest.Open(t, d.Engine())
		r := bring(t, alone, corrected, transfer.Options{})
		want := counts(t, alone, read(t, alone, r).platform.Key)
		want["journal_pending"] += 2 // the first import and its result
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the edition that gave way left rows: %s", diff)
		}
	})
}

func TestRefusedLinesAreStoredWithTheirReasons(t *testing.T) {
	raw, err := os.ReadFile("../../tally/pabulib/testdata/refusals.pb")
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		report := bring(t, d, raw, transfer.Options{})
		if report.Proposals != 3 || report.Ballots == 0 || len(report.Refused) < 20 {
			t.Fatalf("%+v", report)
		}
		got := read(t, d, report)
		err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			source, ok, err := transfer.SourceOf(ctx, tx, got.platform.Key, got.view.Project.ID)
			if err != nil || !ok || source.Refused != len(report.Refused) || source.File != "essai.pb" || source.Ballots != report.Ballots || source.Proposals != 3 || source.FinishedAt.IsZero() {
				t.Errorf("%+v, %v, %v", source, ok, err)
			}
			stored, err := transfer.RefusedLines(ctx, tx, got.platform.Key, source.ID, 100)
			if err != nil {
				return err
			}
			// Whole numbers come back as int64, whatever they were.
			for _, r := range report.Refused {
				for k, v := range r.Args {
					if n, ok := v.(int); ok {
						r.Args[k] = int64(n)
					}
				}
			}
			if diff := cmp.Diff(report.Refused, stored); diff != "" {
				t.Error(diff)
			}
			few, err := transfer.RefusedLines(ctx, tx, got.platform.Key, source.ID, 2)
			if len(few) != 2 || few[0].Line != stored[0].Line {
				t.Errorf("at most two: %v", few)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestAFileThatChangesBetweenThePassesLeavesNothing(t *testing.T) {
	more := changed("num_projects;3", "num_projects;4", "\nVOTES", "\nd;10;0;Encore;;\nVOTES", "4;b", "4;d")
	for name, second := range map[string][]byte{
		"a ballot changed":         changed("4;b", "4;c"),
		"a ballot more":            append([]byte(essai), "5;a\n"...),
		"a project more":           more,
		"a project less":           changed("num_projects;3", "num_projects;2", "a;400;3;Un banc;Nord;nature\n", "", "1;a,b", "1;b", "2;a", "2;b", "3;a,c", "3;c"),
		"projects in other order":  changed("a;400;3;Un banc;Nord;nature\nb;500;2;Une fontaine;Sud;eau", "b;500;2;Une fontaine;Sud;eau\na;400;3;Un banc;Nord;nature"),
		"ballots become a ranking": changed("approval", "ordinal"),
		"it is cut":                []byte(essai[:len(essai)-4]),
		"it is empty":              nil,
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				before := dbtest.Rows(t, d)
				report, err := transfer.NewService(d).Import(t.Context(), passes([]byte(essai), second), transfer.Options{})
				if got, ok := errors.AsType[*fault.Error](err); !ok || got.Code != fault.Conflict || got.Key != "fault.import.moved" {
					t.Errorf("%+v: %v", report, err)
				}
				same(t, d, before)
			})
		})
	}
}

func TestAReaderThatFailsInTheSecondPassLeavesNothing(t *testing.T) {
	broken := errors.New("broken disk")
	for name, second := range map[string]func() (io.ReadCloser, error){
		"at once": func() (io.ReadCloser, error) { return nil, broken },
		"in the middle": func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader(essai[:len(essai)-8]), iotest.ErrReader(broken))), nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				bring(t, d, changed("2026", "2025"), transfer.Options{})
				before := dbtest.Rows(t, d)
				opened := 0
				f := transfer.File{Name: "essai.pb", Open: func() (io.ReadCloser, error) {
					if opened++; opened > 1 {
						return second()
					}
					return io.NopCloser(strings.NewReader(essai)), nil
				}}
				if _, err := transfer.NewService(d).Import(t.Context(), f, transfer.Options{}); !errors.Is(err, broken) {
					t.Errorf("%v, want what the reader said", err)
				}
				same(t, d, before)
			})
		})
	}
}

func TestAnInterruptedImportLeavesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		before := dbtest.Rows(t, d)
		ctx, cancel := context.WithCancel(t.Context())
		_, err := transfer.NewService(d).Import(ctx, inMemory("essai.pb", []byte(essai)), transfer.Options{Progress: func(int, int) { cancel() }})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		same(t, d, before)
	})
}

// One comes in from its start to its end while another is between its passes.
func TestOfTwoImportsOfOneElectionTheFirstToFinishWins(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := transfer.NewService(d)
		var inner transfer.Report
		opened := 0
		f := transfer.File{Name: "slow.pb", Open: func() (io.ReadCloser, error) {
			if opened++; opened == 2 {
				inner = bring(t, d, []byte(essai), transfer.Options{})
			}
			return io.NopCloser(strings.NewReader(essai)), nil
		}}
		slow, err := s.Import(t.Context(), f, transfer.Options{})
		want := inner
		want.Unchanged = true
		if diff := cmp.Diff(want, slow); err != nil || diff != "" {
			t.Errorf("the slow one: %v, %s", err, diff)
		}
		// With other bytes it is told so, even when it may replace: what it would replace is not what it was shown.
		for year, replace := range map[string]bool{"2020": false, "2021": true} {
			opened = 0
			g := transfer.File{Name: "slow.pb", Open: func() (io.ReadCloser, error) {
				if opened++; opened == 2 {
					bring(t, d, changed("2026", year), transfer.Options{})
				}
				return io.NopCloser(bytes.NewReader(changed("2026", year, "Un banc", "Deux bancs"))), nil
			}}
			_, err := s.Import(t.Context(), g, transfer.Options{Replace: replace})
			if got, ok := errors.AsType[*fault.Error](err); !ok || got.Code != fault.Conflict || got.Args["File"] != "essai.pb" {
				t.Errorf("the slow one of other bytes, replace %v: %v", replace, err)
			}
		}
		alone := dbtest.Open(t, d.Engine())
		for _, year := range []string{"2026", "2020", "2021"} {
			bring(t, alone, changed("2026", year), transfer.Options{})
		}
		if diff := cmp.Diff(counts(t, alone, 1), counts(t, d, read(t, d, inner).platform.Key)); diff != "" {
			t.Errorf("the slow one left rows: %s", diff)
		}
	})
}

func TestSeveralImportsAtOnceLeaveOneEdition(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const n = 4
		reports, errs := make([]transfer.Report, n), make([]error, n)
		var all sync.WaitGroup
		for i := range n {
			all.Go(func() {
				reports[i], errs[i] = transfer.NewService(d).Import(context.WithoutCancel(t.Context()), inMemory("essai.pb", []byte(essai)), transfer.Options{})
			})
		}
		all.Wait()
		won := 0
		for i, err := range errs {
			switch {
			case err == nil && !reports[i].Unchanged:
				won++
			case err != nil && !fault.Is(err, fault.Conflict):
				t.Errorf("import %d: %v", i, err)
			}
		}
		alone := dbtest.Open(t, d.Engine())
		bring(t, alone, []byte(essai), transfer.Options{})
		if diff := cmp.Diff(counts(t, alone, 1), counts(t, d, 1)); won != 1 || diff != "" || len(dbtest.Rows(t, d)) != 1 {
			t.Errorf("%d won; rows: %s", won, diff)
		}
	})
}

func TestAnImportTakenForDeadDoesNotPublish(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		before := dbtest.Rows(t, d)
		s := transfer.NewService(d)
		swept := false
		_, err := s.Import(t.Context(), inMemory("essai.pb", []byte(essai)), transfer.Options{Progress: func(int, int) {
			if swept {
				return
			}
			swept = true
			err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE import SET finished_at = 1 WHERE platform = ?`, 1) // no sign of life since 1970
				return err
			})
			if err != nil {
				t.Error(err)
			}
			if err := s.Sweep(t.Context()); err != nil {
				t.Error(err)
			}
		}})
		if got, ok := errors.AsType[*fault.Error](err); !swept || !ok || got.Code != fault.Conflict || got.Key != "fault.import.swept" {
			t.Errorf("%v", err)
		}
		same(t, d, before)
	})
}

func TestASweepLeavesTheLivingAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := transfer.NewService(d)
		report, err := s.Import(t.Context(), inMemory("essai.pb", []byte(essai)), transfer.Options{Progress: func(int, int) {
			if err := s.Sweep(t.Context()); err != nil {
				t.Error(err)
			}
		}})
		if err != nil || report.Ballots != 4 {
			t.Errorf("%+v: %v", report, err)
		}
	})
}

func TestWhatCannotBeImportedChangesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		content []byte
		options transfer.Options
		code    fault.Code
	}{
		"onto a platform that is not there": {[]byte(essai), transfer.Options{Platform: "nowhere"}, fault.NotFound},
		"no money":                          {changed("budget;1000", "budget;0"), transfer.Options{}, fault.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				if _, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: "somewhere"}); err != nil {
					t.Fatal(err)
				}
				before := dbtest.Rows(t, d)
				if report, err := transfer.NewService(d).Import(t.Context(), inMemory("essai.pb", c.content), c.options); !fault.Is(err, c.code) {
					t.Errorf("%+v: %v, want %s", report, err, c.code)
				}
				same(t, d, before)
			})
		})
	}
}

func TestAFileThatContradictsItselfChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		before := dbtest.Rows(t, d)
		_, err := transfer.NewService(d).Import(t.Context(), inMemory("essai.pb", changed("max_length;2", "max_length;2\nmin_length;3")), transfer.Options{})
		if got, ok := errors.AsType[*pabulib.FormatError](err); !ok || got.Line != 12 || got.Args["Key"] != "min_length" {
			t.Errorf("%v, want a word on min_length", err)
		}
		same(t, d, before)
	})
}

func TestTotalsThatAreNotTheFilesAreReported(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		content := changed("b;500;2;", "b;500;7;")
		for range 2 { // an unchanged one says it too
			report := bring(t, d, content, transfer.Options{})
			if len(report.Differences) != 1 || report.Differences[0].ID != "b" || report.Differences[0].Column != "votes" || report.Differences[0].File != 7 || report.Differences[0].Counted != 2 {
				t.Errorf("%+v", report.Differences)
			}
			got := read(t, d, report)
			if votes := got.listed[1].Votes; votes != 2 {
				t.Errorf("%d votes are shown, %d were cast", votes, 2)
			}
			err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
				source, _, err := transfer.SourceOf(ctx, tx, got.platform.Key, got.view.Project.ID)
				if source.Differing != 1 {
					t.Errorf("%+v", source)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestTwoEditionsOfOneTitleGetTwoAddresses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		first := bring(t, d, []byte(essai), transfer.Options{})
		second := bring(t, d, changed("unit;Essai", "unit;Ailleurs"), transfer.Options{Platform: first.Platform})
		if first.Project != "budget-participatif-2026" || second.Project != "budget-participatif-2026-2" || first.Platform != "essai" || second.Platform != "essai" {
			t.Errorf("%s/%s and %s/%s", first.Platform, first.Project, second.Platform, second.Project)
		}
		// They lie in the same districts.
		err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			n, err := project.CountDistricts(ctx, tx, 1, "")
			if n != 2 {
				t.Errorf("%d districts", n)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range []transfer.Report{first, second} {
			for _, l := range read(t, d, r).listed {
				if l.Proposal.ID.IsZero() {
					t.Errorf("%+v", l)
				}
			}
		}
	})
}

// No chunk holds the writer for more rows than its bound, however quick the machine.
func TestBallotsComeInBoundedChunks(t *testing.T) {
	const ballots = 20_000
	var content bytes.Buffer
	content.Write(changed("num_votes;4", "num_votes;20000", "1;a,b\n2;a\n3;a,c\n4;b\n", "", ";3;", ";;", ";2;", ";;", ";1;", ";;"))
	for i := range ballots {
		fmt.Fprintf(&content, "%d;a\n", i)
	}
	d := dbtest.Open(t, db.SQLite)
	before := 0
	report := bring(t, d, content.Bytes(), transfer.Options{Progress: func(done, total int) {
		if done-before > 5000 || total != ballots {
			t.Errorf("%d of %d at once", done-before, total)
		}
		before = done
	}})
	if report.Ballots != ballots || before != ballots || len(report.Refused) != 0 {
		t.Errorf("%d came in, %d were told", report.Ballots, before)
	}
}
