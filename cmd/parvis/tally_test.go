package main

import (
	"slices"
	"strings"
	"testing"
)

func TestTallyPrintsWinnersTotalsAndReasons(t *testing.T) {
	got := lines[counted](t, done(t, "tally", elections+quarter, "--json"))[0]
	if got.Rule != "greedy" || !got.Counted || got.VoteType != "approval" || got.Budget != "400000" || got.Spent != "399000" || got.Official.Known {
		t.Errorf("%+v", got)
	}
	if want := []string{"34", "38", "40", "35"}; !slices.Equal(got.Winners, want) {
		t.Errorf("winners %q, want %q", got.Winners, want)
	}
	if len(got.Projects) != 10 {
		t.Fatalf("%d projects", len(got.Projects))
	}
	first := got.Projects[0]
	if first.ID != "34" || first.Cost != "175000" || first.Total != 206 || first.Supporters != 206 || !first.Winner || first.Reason != "Funded: €400,000 was left, it costs €175,000." {
		t.Errorf("%+v", first)
	}
	if strings.Contains(done(t, "tally", elections+quarter, "--json"), "null") {
		t.Error("a list is null")
	}
}

func TestTallyComparesWithTheCity(t *testing.T) {
	const krakow = elections + "Poland_Krakow_2024.pb"
	own := lines[counted](t, done(t, "tally", krakow, "--json"))[0]
	if o := own.Official; !o.Known || !o.Same || len(o.Differences) != 0 {
		t.Errorf("by its own rule: %+v", o)
	}
	other := lines[counted](t, done(t, "tally", krakow, "--rule", "greedy-no-skip", "--json"))[0]
	if o := other.Official; other.Rule != "greedy-no-skip" || !o.Known || o.Same || len(o.Differences) == 0 {
		t.Errorf("by another rule: %+v", other.Official)
	}
	if out := done(t, "tally", krakow, "--lang", "fr"); !strings.Contains(out, "Les lauréats sont ceux que la ville a annoncés.") || !strings.Contains(out, "règle greedy") {
		t.Errorf("in French:\n%s", out[:300])
	}
}

func TestRuleThatIsNotBuiltGivesTotalsOnly(t *testing.T) {
	for _, rule := range []string{"equalshares", "equalshares/add1"} {
		got := lines[counted](t, done(t, "tally", elections+quarter, "--rule", rule, "--json"))[0]
		if got.Rule != rule || got.Counted || len(got.Winners) != 0 || got.Projects[0].Total != 206 || got.Projects[0].Winner {
			t.Errorf("%s: %+v", rule, got)
		}
	}
	if out := done(t, "tally", elections+quarter, "--rule", "equalshares"); !strings.Contains(out, "is not built yet") {
		t.Errorf("for people:\n%s", out)
	}
}

func TestUnknownRuleNamesTheKnownOnes(t *testing.T) {
	r := parvis(t, "tally", elections+quarter, "--rule", "dice")
	if r.code != exitWrong || !strings.Contains(r.err, "greedy-no-skip") || !strings.Contains(r.err, "greedy-custom") || r.out != "" {
		t.Errorf("exit %d: %s%s", r.code, r.out, r.err)
	}
}

func TestTallyRefusesWhatItCannotRead(t *testing.T) {
	bad, _, _ := withBadLines(t)
	for _, c := range []struct {
		path string
		code int
		want string
	}{
		{"missing.pb", exitWrong, "The file missing.pb does not exist."},
		{write(t, "cut.pb", electionText(t, quarter)[:500]), exitWrong, "Take the original file again."},
		{t.TempDir(), exitWrong, "is a folder"},
		{bad, exitRefused, "This ballot has no voter’s identifier."},
	} {
		if r := parvis(t, "tally", c.path); r.code != c.code || !strings.Contains(r.err, c.want) {
			t.Errorf("%s: exit %d: %s", c.path, r.code, r.err)
		}
	}
}

// The table is read by people: columns stand below each other, and the line stands where the winners end.
func TestTableOfATally(t *testing.T) {
	out := strings.Split(done(t, "tally", elections+quarter), "\n")
	at := slices.IndexFunc(out, func(line string) bool { return strings.HasPrefix(line, "─") })
	if at < 0 || !strings.HasPrefix(out[at-1], "✓  35") || strings.HasPrefix(out[at+1], "✓") {
		t.Errorf("the line after the winners is at %d:\n%s", at, strings.Join(out, "\n"))
	}
}
