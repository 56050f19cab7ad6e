package pabulib

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// A quotation mark that nobody closed costs its own line, wherever it stands, and no other.
func TestAnOpenQuotationMarkCostsItsLineAlone(t *testing.T) {
	votes := func(lines ...string) string {
		return "META\nkey;value\nunit;Ville\ninstance;2026\ncountry;France\ndescription;x\ncurrency;EUR\nnum_projects;2\nnum_votes;" + fmt.Sprint(len(lines)) +
			"\nbudget;100\nvote_type;approval\nrule;greedy\ndate_begin;01.01.2026\ndate_end;02.01.2026\nPROJECTS\nproject_id;cost;name\n1;10;\"Un \"\"banc\"\"\nsur deux lignes\"\n2;20;Deux\nVOTES\nvoter_id;vote\n" +
			strings.Join(lines, "\n") + "\n"
	}
	many := []string{`a;"1,2`}
	for i := range 200 {
		many = append(many, fmt.Sprintf("v%d;1", i))
	}
	for name, c := range map[string]struct {
		lines   []string
		ballots int
	}{
		"in the middle":      {[]string{"a;1", `b;"1,2`, "c;2", "d;1"}, 3},
		"before many others": {many, 200},
		"in the last line":   {[]string{"a;1", `b;"1`}, 1},
	} {
		var refused []Refusal
		r, err := Open(strings.NewReader(votes(c.lines...)), func(r Refusal) { refused = append(refused, r) })
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		n := 0
		for _, err := range r.Ballots() {
			if err != nil {
				t.Errorf("%s: %v", name, err)
				break
			}
			n++
		}
		if n != c.ballots || len(refused) == 0 || len(r.Projects) != 2 || !strings.Contains(r.Projects[0].Name, "banc") {
			t.Errorf("%s: %d ballots and %v, want %d ballots", name, n, refused, c.ballots)
		}
	}
}

func TestALimitBelowItsMinimumMakesTheFileUnusable(t *testing.T) {
	for _, c := range []struct{ limits, key string }{
		{"min_length;4\nmax_length;3", "min_length"}, {"min_points;4\nmax_points;3", "min_points"}, {"min_sum_points;9\nmax_sum_points;8", "min_sum_points"},
	} {
		_, err := Open(strings.NewReader("META\nkey;value\nunit;Ville\ninstance;2026\ncountry;France\ndescription;x\ncurrency;EUR\nnum_projects;0\nnum_votes;0\nbudget;100\nvote_type;cumulative\nrule;greedy\n"+
			"date_begin;01.01.2026\ndate_end;02.01.2026\n"+c.limits+"\nPROJECTS\nproject_id;cost;name\nVOTES\nvoter_id;vote;points\n"), nil)
		bad, ok := errors.AsType[*FormatError](err)
		if !ok || bad.Code != FormatMetaValue || bad.Args["Key"] != c.key {
			t.Errorf("%q: %v", c.limits, err)
		}
	}
}
