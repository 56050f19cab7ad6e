package pabulib

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/parvis-civic/parvis/tally"
)

// corpus is where the real elections are, beside the project's tree.
const corpus = "../../../shared/data/elections"

// corpusFiles gives all 62 of them.
func corpusFiles(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(corpus, "*.pb"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 62 {
		t.Fatalf("%s has %d elections, want the 62 of its MANIFEST.md", corpus, len(files))
	}
	return files
}

// count reads and counts a file under its own rule; every refusal is a failure.
func count(t testing.TB, path string) (*Reader, tally.Rule, tally.Result, tally.Totals) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := Open(f, func(refusal Refusal) { t.Errorf("%s: %v", filepath.Base(path), refusal) })
	if err != nil {
		t.Fatalf("%s: %v", filepath.Base(path), err)
	}
	rule, _ := r.Meta.Rule("")
	counter := tally.NewCounter(rule.Scoring, r.Candidates())
	for b, err := range r.Votes() {
		if err != nil {
			t.Fatalf("%s: %v", filepath.Base(path), err)
		}
		if err := counter.Add(b); err != nil {
			t.Fatalf("%s: %v", filepath.Base(path), err)
		}
	}
	result, err := tally.Decide(rule, r.Candidates(), counter.Totals())
	if err != nil {
		t.Fatalf("%s: %v", filepath.Base(path), err)
	}
	return r, rule, result, counter.Totals()
}

func TestEveryRealElectionIsReadWholeAndItsOfficialOutcomeReproduced(t *testing.T) {
	known, same, notCounted := 0, 0, 0
	for _, path := range corpusFiles(t) {
		name := filepath.Base(path)
		r, _, result, totals := count(t, path)
		if len(r.Projects) != r.Meta.NumProjects || totals.Ballots != r.Meta.NumVotes {
			t.Errorf("%s: %d projects and %d ballots, META announces %d and %d", name, len(r.Projects), totals.Ballots, r.Meta.NumProjects, r.Meta.NumVotes)
		}
		for _, d := range r.Differences(totals) {
			t.Errorf("%s: %+v", name, d)
		}
		for _, p := range r.Projects {
			if p.Votes == nil {
				t.Errorf("%s: line %d has no votes to compare with", name, p.Line)
			}
		}
		official := r.Official(result)
		if !official.Known {
			continue
		}
		switch {
		case !result.Counted:
			notCounted++
		case official.Same:
			known, same = known+1, same+1
		default:
			known++
			t.Errorf("%s: %v won in only one of the city's count and ours", name, official.Differences)
		}
	}
	t.Logf("%d of %d official outcomes reproduced, %d not counted yet", same, known, notCounted)
	if same != 33 || known != 33 || notCounted != 6 {
		t.Errorf("%d of %d reproduced and %d not counted yet, want 33 of 33 and 6", same, known, notCounted)
	}
}
