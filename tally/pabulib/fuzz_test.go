package pabulib

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/parvis-civic/parvis/tally"
)

// FuzzReader feeds any bytes: nothing panics, every ballot and project that is taken can be counted, and each line is
// taken or refused once.
func FuzzReader(f *testing.F) {
	files, err := filepath.Glob("testdata/*.pb")
	if err != nil || len(files) == 0 {
		f.Fatalf("no fixtures: %v", err)
	}
	for _, name := range files {
		f.Add(fixture(f, filepath.Base(name)))
	}
	stated, _, _ := written(f, VoteOrdinal, []tally.Ballot{{Choices: []tally.Choice{{Project: 2}, {Project: 0}}}})
	f.Add(stated)
	f.Fuzz(func(t *testing.T, file []byte) {
		r, ballots, refusals, err := readAll(file)
		if err != nil {
			return
		}
		lines := map[int]bool{}
		once := func(line int) {
			if lines[line] || line < 1 {
				t.Fatalf("line %d was taken or refused twice", line)
			}
			lines[line] = true
		}
		for _, p := range r.Projects {
			once(p.Line)
		}
		for _, refusal := range refusals {
			once(refusal.Line)
		}
		rule, _ := r.Meta.Rule("")
		if problems := rule.Check(r.Candidates()); problems != nil {
			t.Fatalf("the file's rule has problems: %v", problems)
		}
		counter := tally.NewCounter(rule.Scoring, r.Candidates())
		for _, b := range ballots {
			once(b.Line)
			if err := counter.Add(b.Ballot); err != nil {
				t.Fatalf("line %d: %v", b.Line, err)
			}
		}
		if _, err := tally.Decide(rule, r.Candidates(), counter.Totals()); err != nil {
			t.Fatal(err)
		}
	})
}

// BenchmarkCount reads and counts the largest files.
func BenchmarkCount(b *testing.B) {
	for _, name := range []string{"Poland_Wroclaw_2015_from_500.pb", "Poland_Lodz_2022.pb", "Poland_Krakow_2024.pb"} {
		path := filepath.Join(corpus, name)
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(info.Size())
			b.ReportAllocs()
			for b.Loop() {
				count(b, path)
			}
		})
	}
}
