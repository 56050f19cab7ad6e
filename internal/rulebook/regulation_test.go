package rulebook

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/tally"
)

var update = flag.Bool("update", false, "write the golden files again; read them before you commit")

// golden compares a text with testdata/NAME.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func text(articles []Article) string {
	var b strings.Builder
	for _, a := range articles {
		fmt.Fprintf(&b, "%d. %s [%s]\n", a.Number, a.Title, a.Key)
		for _, p := range a.Paragraphs {
			fmt.Fprintf(&b, "   %s\n", p)
		}
	}
	return b.String()
}

func TestRegulationsReadAsWritten(t *testing.T) {
	for name, r := range fixtures() {
		for _, lang := range i18n.Langs {
			t.Run(name+"."+string(lang), func(t *testing.T) {
				if err := r.Validate(); err != nil {
					t.Fatal(err)
				}
				got := text(r.Regulation(i18n.For(lang, nil)))
				if strings.Contains(got, "rulebook.") || strings.Contains(got, "<no value>") {
					t.Error("a sentence or an argument is missing")
				}
				golden(t, name+"."+string(lang)+".txt", got)
			})
		}
	}
}

func TestAddedRulesAreMarked(t *testing.T) {
	articles := krakow().Regulation(i18n.For(i18n.FR, nil))
	for _, key := range []string{"ties", "drop_out"} {
		i := slices.IndexFunc(articles, func(a Article) bool { return a.Key == key })
		if i < 0 || !strings.Contains(articles[i].Paragraphs[0], "(ajouté à l’import)") {
			t.Errorf("%s is not marked", key)
		}
	}
}

func TestMoneyThatAPartKeepsIsSaidWhereAPlaceIsTakenAgain(t *testing.T) {
	for _, c := range []struct {
		left    tally.PartsLeft
		dropOut tally.DropOut
		want    bool
	}{{tally.LeftUnspent, tally.DropOutNext, true}, {tally.LeftUnspent, tally.DropOutNobody, false}, {tally.LeftCitywide, tally.DropOutNext, false}} {
		r := warsaw()
		r.Count.Parts.Left, r.Count.DropOut = c.left, c.dropOut
		said := strings.Contains(text(r.Regulation(i18n.For(i18n.FR, nil))), "ne peuvent payer qu’un projet de cette catégorie")
		if said != c.want {
			t.Errorf("%s, %s: said %v", c.left, c.dropOut, said)
		}
	}
}

// The words of a rule come from keys made of its values, so each value that is valid must have its sentence.
func TestEveryAnswerHasItsSentence(t *testing.T) {
	keys := i18n.Keys(i18n.FR)
	for prefix, answers := range map[string][]string{
		"rulebook.kind.":            {"person", "association", "collective", "school", "business"},
		"rulebook.barred.":          {"elected", "staff", "jury", "candidate", "party", "religious", "business"},
		"rulebook.deposit.running.": {"no_direct", "induced", "allowed"},
		"rulebook.ballot.two_":      {"home", "any"},
		"rulebook.totals.":          {"hidden", "batches"},
		"rulebook.fit.":             {"skip", "stop", "reserve"},
		"rulebook.count.scoring.":   {"choice", "points", "rank"},
		"rulebook.ties.":            {"supporters", "lower_cost", "lots", "order"},
		"rulebook.drop_out.":        {"next", "district", "nobody"},
		"rulebook.guarantee.":       {"no_money_next", "no_money_fewer", "several_first", "several_each", "none_or_several", "below_out", "below_in"},
		"rulebook.parts.district.":  {"left_citywide", "left_unspent", "drop_out", "several_first", "several_citywide", "none_citywide", "none_excluded"},
		"rulebook.parts.category.":  {"left_citywide", "left_unspent", "drop_out", "several_first", "several_citywide", "none_citywide", "none_excluded"},
	} {
		for _, a := range answers {
			if !slices.Contains(keys, prefix+a) {
				t.Errorf("no sentence %s%s", prefix, a)
			}
		}
	}
}
