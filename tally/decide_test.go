package tally

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// plain is a rule that leaves nothing open: highest totals first, skip, lower cost then order.
func plain(budget Amount) Rule {
	return Rule{
		Method: MethodGreedy, Scoring: Scoring{By: ByChoice}, Budget: budget, Fit: Fit{Then: FitSkip},
		Ties: []TieBreak{{By: TieLowerCost}, {By: TieOrder}}, DropOut: DropOutNext,
	}
}

// with changes a rule.
func with(r Rule, change func(*Rule)) Rule { change(&r); return r }

// one is a project with its total, in a table.
type one struct {
	id    string
	cost  Amount
	total int64
	where string // its districts, separated by spaces
}

func put(table []one) ([]Project, Totals) {
	projects, totals := make([]Project, len(table)), Totals{Ballots: 100}
	for i, o := range table {
		projects[i] = Project{ID: o.id, Name: o.id, Cost: o.cost, Districts: strings.Fields(o.where), Categories: strings.Fields(o.where), Order: i + 1}
		totals.Total = append(totals.Total, o.total)
		totals.Supporters = append(totals.Supporters, o.total)
	}
	return projects, totals
}

func decide(t *testing.T, rule Rule, table []one) ([]Project, Totals, Result) {
	t.Helper()
	projects, totals := put(table)
	result, err := Decide(rule, projects, totals)
	if err != nil {
		t.Fatal(err)
	}
	return projects, totals, result
}

// wonBy gives the identifiers of the winners, by rank.
func wonBy(projects []Project, result Result) string {
	var ids []string
	for _, p := range result.Winners {
		ids = append(ids, projects[p].ID)
	}
	return strings.Join(ids, " ")
}

// of gives a project's outcome.
func of(t *testing.T, projects []Project, result Result, id string) Outcome {
	t.Helper()
	for _, o := range result.Projects {
		if projects[o.Project].ID == id {
			return o
		}
	}
	t.Fatalf("no outcome of %s", id)
	return Outcome{}
}

func TestWinnersPerRule(t *testing.T) {
	parts := func(left PartsLeft, several Several, none None, fit FitThen) *Parts {
		return &Parts{By: PartsByDistrict, Envelopes: []Envelope{{"n", 30}, {"s", 30}}, Fit: Fit{Then: fit}, Left: left, Several: several, None: none}
	}
	promise := func(when GuaranteeWhen, money NoMoney) *Guarantee {
		return &Guarantee{
			PerDistrict: 1, Districts: []string{"n", "s"}, When: when, NoMoney: money, NoProjects: NoProjectsFewer,
			Several: SeveralFirst, None: NoneUnguaranteed, BelowMin: BelowMinimumOut,
		}
	}
	north := []one{{"a", 40, 9, "n"}, {"b", 40, 8, "n"}, {"c", 20, 7, "n"}, {"d", 30, 2, "s"}, {"e", 20, 1, "s"}}
	stairs := []one{{"a", 50, 5, ""}, {"b", 60, 4, ""}, {"c", 50, 3, ""}, {"d", 10, 2, ""}}
	for name, c := range map[string]struct {
		rule  Rule
		table []one
		won   string
	}{
		"skip":                       {plain(100), stairs, "a c"},
		"stop":                       {with(plain(100), func(r *Rule) { r.Fit.Then = FitStop }), stairs, "a"},
		"reserve, enough left":       {with(plain(100), func(r *Rule) { r.Fit = Fit{FitReserve, 83} }), stairs, "a b"},
		"reserve, one short":         {with(plain(100), func(r *Rule) { r.Fit = Fit{FitReserve, 84} }), stairs, "a"},
		"minimum total":              {with(plain(200), func(r *Rule) { r.Minimum.Total = 4 }), stairs, "a b"},
		"minimum supporters":         {with(plain(200), func(r *Rule) { r.Minimum.Supporters = 3 }), stairs, "a b c"},
		"minimum share of ballots":   {with(plain(200), func(r *Rule) { r.Minimum.BallotsShare = 5 }), stairs, "a"},
		"exclusive":                  {with(plain(200), func(r *Rule) { r.Exclusive = [][]string{{"c", "a"}} }), stairs, "a b d"},
		"parts, left joins the rest": {with(plain(100), func(r *Rule) { r.Parts = parts(LeftCitywide, SeveralFirst, NoneCitywide, FitSkip) }), north, "a c d"},
		"parts, left is not spent":   {with(plain(100), func(r *Rule) { r.Parts = parts(LeftUnspent, SeveralFirst, NoneCitywide, FitSkip) }), north, "a c d"},
		"parts, stop":                {with(plain(100), func(r *Rule) { r.Parts = parts(LeftUnspent, SeveralFirst, NoneCitywide, FitStop) }), north, "a d"},
		"parts, several go citywide": {with(plain(60), func(r *Rule) { r.Parts = parts(LeftCitywide, SeveralCitywide, NoneCitywide, FitSkip) }), []one{{"a", 30, 9, "n s"}, {"b", 30, 8, "n"}, {"c", 30, 1, "s"}}, "b c"},
		"parts, none excluded":       {with(plain(100), func(r *Rule) { r.Parts = parts(LeftCitywide, SeveralFirst, NoneExcluded, FitSkip) }), []one{{"a", 30, 9, ""}, {"b", 30, 8, "n"}, {"c", 30, 1, "w"}}, "b"},
		"parts, none citywide":       {with(plain(100), func(r *Rule) { r.Parts = parts(LeftCitywide, SeveralFirst, NoneCitywide, FitSkip) }), []one{{"a", 30, 9, ""}, {"b", 30, 8, "n"}, {"c", 30, 1, "w"}}, "a b c"},
		"guarantee before":           {with(plain(100), func(r *Rule) { r.Guarantee = promise(GuaranteeBefore, NoMoneyNext) }), north, "a c d"},
		"no guarantee":               {plain(100), north, "a b c"},
		"guarantee after, no money":  {with(plain(100), func(r *Rule) { r.Guarantee = promise(GuaranteeAfter, NoMoneyNext) }), north, "a b c"},
		"guarantee after, held back": {with(plain(100), func(r *Rule) { r.Guarantee = promise(GuaranteeAfter, NoMoneyNext); r.Guarantee.HeldBack = 20 }), north, "a b e"},
		"guarantee after, or fewer":  {with(plain(100), func(r *Rule) { r.Guarantee = promise(GuaranteeAfter, NoMoneyLess); r.Guarantee.HeldBack = 20 }), north, "a b"},
		"guarantee under minimum":    {with(plain(100), func(r *Rule) { r.Guarantee = promise(GuaranteeBefore, NoMoneyNext); r.Minimum.Total = 3 }), north, "a b c"},
		"guarantee over minimum": {with(plain(100), func(r *Rule) {
			r.Guarantee = promise(GuaranteeBefore, NoMoneyNext)
			r.Minimum.Total, r.Guarantee.BelowMin = 3, BelowMinimumIn
		}), north, "a c d"},
		"guarantee of two, round by round": {with(plain(105), func(r *Rule) {
			r.Guarantee = promise(GuaranteeBefore, NoMoneyNext)
			r.Guarantee.PerDistrict = 2
		}), north, "a c d"},
		"guarantee of two, or fewer": {with(plain(105), func(r *Rule) {
			r.Guarantee = promise(GuaranteeBefore, NoMoneyLess)
			r.Guarantee.PerDistrict = 2
		}), north, "a d e"},
		"guarantee, several count first": {with(plain(60), func(r *Rule) { r.Guarantee = promise(GuaranteeBefore, NoMoneyNext) }), []one{{"a", 30, 9, "n s"}, {"b", 30, 8, "n"}, {"c", 30, 1, "s"}}, "a c"},
		"guarantee, several count each": {with(plain(60), func(r *Rule) {
			r.Guarantee = promise(GuaranteeBefore, NoMoneyNext)
			r.Guarantee.Several = SeveralEach
		}), []one{{"a", 30, 9, "n s"}, {"b", 30, 8, "n"}, {"c", 30, 1, "s"}}, "a b"},
		"guarantee, several count for none": {with(plain(60), func(r *Rule) {
			r.Guarantee = promise(GuaranteeBefore, NoMoneyNext)
			r.Guarantee.Several = SeveralCitywide
		}), []one{{"a", 30, 9, "n s"}, {"b", 30, 8, "n"}, {"c", 30, 1, "s"}}, "b c"},
		"guarantee completes a part from the rest": {with(plain(100), func(r *Rule) {
			r.Parts = parts(LeftUnspent, SeveralFirst, NoneCitywide, FitSkip)
			r.Guarantee = promise(GuaranteeBefore, NoMoneyNext)
		}), []one{{"a", 50, 9, "n"}, {"b", 50, 8, "s"}, {"c", 10, 7, "n"}}, "a b"},
	} {
		t.Run(name, func(t *testing.T) {
			projects, _, result := decide(t, c.rule, c.table)
			if got := wonBy(projects, result); got != c.won {
				t.Errorf("won: %q, want %q", got, c.won)
			}
		})
	}
}

func TestReasonsTellWhatDecided(t *testing.T) {
	table := []one{{"a", 50, 9, "n"}, {"b", 60, 8, "n"}, {"c", 40, 7, "s"}, {"d", 40, 7, "s"}, {"e", 5, 2, "s"}, {"f", 1, 1, "s"}}
	for name, c := range map[string]struct {
		rule Rule
		want map[string]Reason
	}{
		"skip and ties": {with(plain(100), func(r *Rule) { r.Minimum.Total = 2 }), map[string]Reason{
			"a": {Code: InFits, Left: 100, Cost: 50},
			"b": {Code: OutNoFit, Left: 50, Cost: 60, Missing: 10},
			"c": {Code: InFits, Left: 50, Cost: 40, Tie: TieOrder, Other: "d"},
			"d": {Code: OutNoFit, Left: 10, Cost: 40, Missing: 30, Tie: TieOrder, Other: "c"},
			"e": {Code: InFits, Left: 10, Cost: 5},
			"f": {Code: OutTotal, Need: 2, Have: 1},
		}},
		"reserve": {with(plain(100), func(r *Rule) { r.Fit = Fit{FitReserve, 80} }), map[string]Reason{
			"a": {Code: InFits, Left: 100, Cost: 50},
			"b": {Code: InReserve, Left: 50, Cost: 60, Missing: 10},
			"c": {Code: OutStopped, Cost: 40, Other: "b"},
		}},
		"reserve too small": {with(plain(70), func(r *Rule) { r.Fit = Fit{FitReserve, 80} }), map[string]Reason{
			"b": {Code: OutNoFit, Left: 20, Cost: 60, Missing: 40, Need: 80, Have: 33},
			"e": {Code: OutStopped, Left: 20, Cost: 5, Other: "b"},
		}},
		"tie at the stop": {with(plain(70), func(r *Rule) {
			r.Fit.Then = FitStop
			r.Minimum.Supporters, r.Exclusive = 2, [][]string{{"a", "b"}}
			r.Ties = []TieBreak{{By: TieOrder}}
		}), map[string]Reason{
			"b": {Code: OutExclusive, Left: 20, Cost: 60, Other: "a"},
			"c": {Code: OutNoFit, Left: 20, Cost: 40, Missing: 20},
			"d": {Code: OutStopped, Left: 20, Cost: 40, Other: "c"}, // would not have fitted before c either
			"f": {Code: OutSupporters, Need: 2, Have: 1},
		}},
		"share": {with(plain(100), func(r *Rule) { r.Minimum.BallotsShare = 8 }), map[string]Reason{
			"c": {Code: OutShare, Need: 8, Have: 7},
		}},
		"not built": {with(plain(100), func(r *Rule) { r.Method = MethodEqualShares }), map[string]Reason{"a": {Code: NotCounted}}},
	} {
		t.Run(name, func(t *testing.T) {
			projects, _, result := decide(t, c.rule, table)
			for id, want := range c.want {
				if got := of(t, projects, result, id).Reason; got != want {
					t.Errorf("%s: %+v, want %+v", id, got, want)
				}
			}
		})
	}
}

func TestTieAtTheStopIsNamed(t *testing.T) {
	rule := with(plain(30), func(r *Rule) { r.Fit.Then = FitStop; r.Ties = []TieBreak{{By: TieSupporters}, {By: TieOrder}} })
	projects, totals := put([]one{{"big", 40, 5, ""}, {"small", 30, 5, ""}})
	totals.Supporters[0]++
	result, err := Decide(rule, projects, totals)
	if err != nil {
		t.Fatal(err)
	}
	want := Reason{Code: OutStopped, Left: 30, Cost: 30, Other: "big", Tie: TieSupporters}
	if got := of(t, projects, result, "small").Reason; got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestAShareOfBallotsIsRoundedUp(t *testing.T) {
	projects, totals := put([]one{{"a", 1, 2, ""}, {"b", 1, 1, ""}})
	totals.Ballots = 30 // 5 % is one ballot and a half
	result, err := Decide(with(plain(9), func(r *Rule) { r.Minimum.BallotsShare = 5 }), projects, totals)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Reason{Code: OutShare, Need: 2, Have: 1}); wonBy(projects, result) != "a" || of(t, projects, result, "b").Reason != want {
		t.Errorf("%+v", result.Projects)
	}
}

func TestReserveIsOutsideTheBudget(t *testing.T) {
	projects, _, result := decide(t, with(plain(100), func(r *Rule) { r.Fit = Fit{FitReserve, 80} }), []one{{"a", 50, 9, ""}, {"b", 60, 8, ""}})
	if result.Spent != 100 || result.Reserve != 10 || of(t, projects, result, "b").Mark != 2 || of(t, projects, result, "a").Mark != 1 {
		t.Errorf("spent %d and %d from the reserve, marks %+v", result.Spent, result.Reserve, result.Projects)
	}
}

func TestPartsKeepWhatTheyLeaveWhenTheRuleSaysSo(t *testing.T) {
	rule := with(plain(100), func(r *Rule) {
		r.Parts = &Parts{By: PartsByCategory, Envelopes: []Envelope{{"n", 30}}, Fit: Fit{Then: FitSkip}, Left: LeftUnspent, Several: SeveralFirst, None: NoneCitywide}
	})
	projects, _, result := decide(t, rule, []one{{"a", 20, 9, "n"}, {"b", 71, 8, "s"}, {"c", 70, 7, "s"}})
	if result.Unspent != 10 || wonBy(projects, result) != "a c" {
		t.Errorf("unspent %d, won %s", result.Unspent, wonBy(projects, result))
	}
	if o := of(t, projects, result, "a"); o.Stage != StagePart || o.Part != "n" || o.Reason.Code != InPart || o.Reason.Key != "n" {
		t.Errorf("a: %+v", o)
	}
}

func TestLotsAreTheSameForEverybody(t *testing.T) {
	// printf 'toulouse\0a' | sha256sum, and the same for b and c, put them in this order.
	rule := with(plain(100), func(r *Rule) { r.Ties = []TieBreak{{By: TieLots, Seed: "toulouse"}} })
	projects, _, result := decide(t, rule, []one{{"a", 1, 1, ""}, {"b", 1, 1, ""}, {"c", 1, 1, ""}})
	if got := wonBy(projects, result); got != "c b a" {
		t.Errorf("drawn: %s", got)
	}
}

func TestSuccessors(t *testing.T) {
	table := []one{{"a", 40, 9, "n"}, {"b", 40, 8, "s"}, {"c", 50, 7, "s"}, {"d", 30, 6, "s"}, {"e", 15, 5, "n"}, {"f", 10, 1, "s"}}
	for name, c := range map[string]struct {
		rule    Rule
		dropped []string
		want    []int
	}{
		"the next that fits":     {with(plain(85), func(r *Rule) { r.Fit.Then = FitStop }), []string{"a"}, []int{3}},
		"in its district":        {with(plain(85), func(r *Rule) { r.Fit.Then = FitStop; r.DropOut = DropOutDistrict }), []string{"a"}, []int{4}},
		"nobody":                 {with(plain(85), func(r *Rule) { r.Fit.Then = FitStop; r.DropOut = DropOutNobody }), []string{"a"}, []int{Nobody}},
		"two at once":            {with(plain(85), func(r *Rule) { r.Fit.Then = FitStop }), []string{"a", "b"}, []int{3, 2}},
		"the next drops out too": {with(plain(85), func(r *Rule) { r.Fit.Then = FitStop }), []string{"a", "d"}, []int{3, 4}},
		"the minimum holds":      {with(plain(85), func(r *Rule) { r.Fit.Then = FitStop; r.Minimum.Total = 7 }), []string{"a"}, []int{Nobody}},
		"an exclusion ends":      {with(plain(85), func(r *Rule) { r.Exclusive = [][]string{{"a", "d"}, {"b", "d"}} }), []string{"a", "b"}, []int{4, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			projects, totals := put(table)
			got, err := Successor(c.rule, projects, totals, c.dropped)
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("%v, %v; want %v", got, err, c.want)
			}
		})
	}
	rule := with(plain(75), func(r *Rule) { r.Fit = Fit{FitReserve, 80} })
	projects, totals := put([]one{{"a", 40, 9, ""}, {"b", 40, 8, ""}, {"c", 36, 7, ""}, {"d", 35, 6, ""}})
	if next, err := Successor(rule, projects, totals, []string{"b"}); err != nil || !slices.Equal(next, []int{3}) {
		t.Errorf("the reserve's share came back too: %v, %v", next, err)
	}
	projects, totals = put(table)
	if _, err := Successor(plain(85), projects, totals, []string{"c"}); err == nil {
		t.Error("a project that has no place dropped out")
	}
}

func TestMoneyOfAPartStaysInIt(t *testing.T) {
	table := []one{{"a", 40, 9, "n"}, {"b", 30, 8, "s"}, {"c", 45, 7, "n"}, {"d", 35, 6, "s"}, {"e", 20, 5, "s"}, {"f", 50, 4, "n"}, {"g", 38, 3, ""}, {"h", 36, 2, "n"}}
	parts := func(left PartsLeft) Rule {
		return with(plain(130), func(r *Rule) {
			r.Fit.Then = FitStop
			// n pays a and keeps 10; s pays b and keeps 10; the city's 40 stop at c.
			r.Parts = &Parts{By: PartsByDistrict, Envelopes: []Envelope{{"n", 50}, {"s", 40}}, Fit: Fit{FitStop, 0}, Left: left, Several: SeveralFirst, None: NoneCitywide}
		})
	}
	for name, c := range map[string]struct {
		rule    Rule
		dropped []string
		want    []int
	}{
		"its part alone takes the place":         {parts(LeftUnspent), []string{"a"}, []int{2}},
		"with what the part had left":            {parts(LeftUnspent), []string{"b"}, []int{3}},
		"and not with what another had":          {parts(LeftUnspent), []string{"b", "d", "e"}, []int{3, 4, Nobody}},
		"what joins the citywide one serves all": {parts(LeftCitywide), []string{"b"}, []int{3}},
		"each part for itself":                   {parts(LeftUnspent), []string{"a", "b"}, []int{2, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			projects, totals := put(table)
			got, err := Successor(c.rule, projects, totals, c.dropped)
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("%v, %v; want %v", got, err, c.want)
			}
		})
	}
}

func TestDecideRefusesAnOpenRule(t *testing.T) {
	projects, totals := put([]one{{"a", 1, 1, ""}})
	_, err := Decide(Rule{}, projects, totals)
	if _, ok := errors.AsType[*RuleError](err); !ok {
		t.Errorf("an empty rule gave %v", err)
	}
	if _, err := Decide(plain(1), projects, Totals{}); err == nil {
		t.Error("totals of no project were taken")
	}
}
