package result

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/tally"
)

// The bounds of the numbers of a public drawing: how many, and of how many digits.
const (
	fewestNumbers = 2
	mostNumbers   = 20
	mostDigits    = 6
)

var digits = regexp.MustCompile(`[0-9]+`)

// Numbers reads the numbers of a public drawing as people type them. However they are typed, the text that draws the lots is
// the same: lowest first, without leading zeros, apart by a space. Fault: invalid (numbers).
func Numbers(text string) (string, error) {
	wrong := fault.New(fault.Invalid, "fault.result.numbers_form", "Min", fewestNumbers, "Max", mostNumbers).In("numbers")
	rest := digits.ReplaceAllString(text, "")
	found := digits.FindAllString(text, -1)
	if strings.ContainsFunc(rest, func(r rune) bool { return !strings.ContainsRune(" \t\n,;.-–/+·\u00a0\u202f", r) }) || len(found) < fewestNumbers || len(found) > mostNumbers {
		return "", wrong
	}
	list := make([]int, len(found))
	for i, f := range found {
		if len(f) > mostDigits {
			return "", wrong
		}
		list[i], _ = strconv.Atoi(f)
	}
	slices.Sort(list)
	words := make([]string, len(list))
	for i, n := range list {
		words[i] = strconv.Itoa(n)
	}
	return strings.Join(words, " "), nil
}

// Tie is some projects that only the drawing of lots separates: indexes of the count's projects, in its order.
type Tie struct {
	Projects []int
	Decides  bool // who of them wins may depend on it
}

// LotTies gives the ties that only the lots of a rule separate; none when it draws no lots. Whoever draws: all of a tie that
// lose under one drawing lose under any, as each found no money, or was kept out, where all stood before it, but where one of them
// stopped the count before the others had their turn. All that win do so under any too. Where money is promised to some apart, a
// tie in which anybody wins or finds no money is taken to hang on the lots: a drawing too many does no harm.
func LotTies(rule tally.Rule, candidates []Candidate, c tally.Result) []Tie {
	at := slices.IndexFunc(rule.Ties, func(t tally.TieBreak) bool { return t.By == tally.TieLots })
	if at < 0 {
		return nil
	}
	same := func(a, b tally.Outcome) bool {
		if a.Total != b.Total {
			return false
		}
		for _, t := range rule.Ties[:at] {
			by := 0
			switch t.By {
			case tally.TieSupporters:
				by = cmp.Compare(a.Supporters, b.Supporters)
			case tally.TieLowerCost:
				by = cmp.Compare(candidates[a.Project].Cost, candidates[b.Project].Cost)
			default: // the stated order separates any two
				by = 1
			}
			if by != 0 {
				return false
			}
		}
		return true
	}
	apart := rule.Guarantee != nil || rule.Parts != nil || len(rule.Exclusive) > 0
	var ties []Tie
	for i := 0; i < len(c.Projects); {
		j := i + 1
		for j < len(c.Projects) && same(c.Projects[i], c.Projects[j]) {
			j++
		}
		if j-i > 1 {
			t := Tie{}
			won, mixed, short, stopped := false, false, false, false
			for _, o := range c.Projects[i:j] {
				t.Projects = append(t.Projects, o.Project)
				won, mixed = won || o.Winner, mixed || o.Mark != c.Projects[i].Mark
				short, stopped = short || o.Reason.Code == tally.OutNoFit, stopped || o.Reason.Code == tally.OutStopped
			}
			t.Decides = mixed || apart && (won || short) || short && stopped
			ties = append(ties, t)
		}
		i = j
	}
	return ties
}

// decisive says whether who wins may depend on the lots.
func decisive(ties []Tie) bool {
	return slices.ContainsFunc(ties, func(t Tie) bool { return t.Decides })
}
