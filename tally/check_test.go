package tally

import (
	"slices"
	"testing"
)

// full is a rule with every part, that leaves nothing open.
func full() Rule {
	r := plain(1000)
	r.Parts = &Parts{
		By: PartsByDistrict, Envelopes: []Envelope{{"n", 300}, {"s", 300}}, Fit: Fit{Then: FitSkip},
		Left: LeftCitywide, Several: SeveralFirst, None: NoneCitywide,
	}
	r.Guarantee = &Guarantee{
		PerDistrict: 2, Districts: []string{"n", "s"}, When: GuaranteeAfter, HeldBack: 400, NoMoney: NoMoneyNext,
		NoProjects: NoProjectsFewer, Several: SeveralEach, None: NoneUnguaranteed, BelowMin: BelowMinimumOut,
	}
	r.Exclusive = [][]string{{"a", "b"}}
	return r
}

func TestCompleteRulesHaveNoProblem(t *testing.T) {
	projects, _ := put([]one{{"a", 1, 1, "n"}, {"b", 1, 1, "s"}})
	for _, r := range []Rule{plain(0), full()} {
		for _, p := range [][]Project{nil, projects} {
			if r.Exclusive != nil || p == nil {
				if found := r.Check(p); found != nil {
					t.Errorf("problems: %v", found)
				}
			}
		}
	}
}

func TestRulesThatLeaveSomethingOpenAreRefused(t *testing.T) {
	twin := []Project{{ID: "a", Order: 1}, {ID: "b", Order: 1}}
	for name, c := range map[string]struct {
		change   func(*Rule)
		projects []Project
		field    string
		code     string
	}{
		"no method":               {func(r *Rule) { r.Method = "" }, nil, "method", ProblemUnknown},
		"no scoring":              {func(r *Rule) { r.Scoring.By = "" }, nil, "scoring.by", ProblemUnknown},
		"ranking without weights": {func(r *Rule) { r.Scoring = Scoring{By: ByRank} }, nil, "scoring.weights", ProblemEmpty},
		"weights that rise":       {func(r *Rule) { r.Scoring = Scoring{ByRank, []int64{1, 2}} }, nil, "scoring.weights[1]", ProblemWeights},
		"negative weight":         {func(r *Rule) { r.Scoring = Scoring{ByRank, []int64{1, -1}} }, nil, "scoring.weights[1]", ProblemNegative},
		"weights never read":      {func(r *Rule) { r.Scoring.Weights = []int64{1} }, nil, "scoring.weights", ProblemUnused},
		"negative budget":         {func(r *Rule) { r.Budget = -1; r.Parts, r.Guarantee = nil, nil }, nil, "budget", ProblemNegative},
		"budget too large":        {func(r *Rule) { r.Budget = MaxAmount + 1 }, nil, "budget", ProblemTooLarge},
		"negative minimum":        {func(r *Rule) { r.Minimum.Total = -1 }, nil, "minimum.total", ProblemNegative},
		"share over all":          {func(r *Rule) { r.Minimum.BallotsShare = 101 }, nil, "minimum.ballots_share", ProblemRange},
		"no fit":                  {func(r *Rule) { r.Fit.Then = "" }, nil, "fit.then", ProblemUnknown},
		"no reserve":              {func(r *Rule) { r.Fit = Fit{Then: FitReserve} }, nil, "fit.reserve", ProblemRange},
		"reserve over the cost":   {func(r *Rule) { r.Fit = Fit{FitReserve, 101} }, nil, "fit.reserve", ProblemRange},
		"reserve never read":      {func(r *Rule) { r.Fit.Reserve = 80 }, nil, "fit.reserve", ProblemUnused},
		"parts by nothing":        {func(r *Rule) { r.Parts.By = "" }, nil, "parts.by", ProblemUnknown},
		"no parts":                {func(r *Rule) { r.Parts.Envelopes = nil }, nil, "parts.envelopes", ProblemEmpty},
		"part without key":        {func(r *Rule) { r.Parts.Envelopes[1].Key = "" }, nil, "parts.envelopes[1].key", ProblemBlank},
		"part twice":              {func(r *Rule) { r.Parts.Envelopes[1].Key = "n" }, nil, "parts.envelopes[1].key", ProblemTwice},
		"negative part":           {func(r *Rule) { r.Parts.Envelopes[0].Amount = -1 }, nil, "parts.envelopes[0].amount", ProblemNegative},
		"parts over the budget":   {func(r *Rule) { r.Parts.Envelopes[0].Amount = 701 }, nil, "parts.envelopes", ProblemOverBudget},
		"parts that would wrap": {func(r *Rule) { r.Parts.Envelopes[0].Amount, r.Parts.Envelopes[1].Amount = 1<<62, 1<<62 }, nil,
			"parts.envelopes", ProblemOverBudget},
		"parts without fit":    {func(r *Rule) { r.Parts.Fit.Then = "" }, nil, "parts.fit.then", ProblemUnknown},
		"parts without left":   {func(r *Rule) { r.Parts.Left = "" }, nil, "parts.left", ProblemUnknown},
		"parts, several":       {func(r *Rule) { r.Parts.Several = "" }, nil, "parts.several", ProblemUnknown},
		"parts, several each":  {func(r *Rule) { r.Parts.Several = SeveralEach }, nil, "parts.several", ProblemUnknown},
		"parts, none":          {func(r *Rule) { r.Parts.None = "" }, nil, "parts.none", ProblemUnknown},
		"promise of nothing":   {func(r *Rule) { r.Guarantee.PerDistrict = 0 }, nil, "guarantee.per_district", ProblemRange},
		"promise to nobody":    {func(r *Rule) { r.Guarantee.Districts = nil }, nil, "guarantee.districts", ProblemEmpty},
		"promised twice":       {func(r *Rule) { r.Guarantee.Districts = []string{"n", "n"} }, nil, "guarantee.districts[1]", ProblemTwice},
		"promise, when":        {func(r *Rule) { r.Guarantee.When = "" }, nil, "guarantee.when", ProblemUnknown},
		"promise, no money":    {func(r *Rule) { r.Guarantee.NoMoney = "" }, nil, "guarantee.no_money", ProblemUnknown},
		"promise, no projects": {func(r *Rule) { r.Guarantee.NoProjects = "" }, nil, "guarantee.no_projects", ProblemUnknown},
		"promise, several":     {func(r *Rule) { r.Guarantee.Several = "" }, nil, "guarantee.several", ProblemUnknown},
		"promise, none":        {func(r *Rule) { r.Guarantee.None = "" }, nil, "guarantee.none", ProblemUnknown},
		"promise, below":       {func(r *Rule) { r.Guarantee.BelowMin = "" }, nil, "guarantee.below_minimum", ProblemUnknown},
		"held back too much":   {func(r *Rule) { r.Guarantee.HeldBack = 401 }, nil, "guarantee.held_back", ProblemOverBudget},
		"held back for before": {func(r *Rule) { r.Guarantee.When = GuaranteeBefore }, nil, "guarantee.held_back", ProblemUnused},
		"group of one":         {func(r *Rule) { r.Exclusive = [][]string{{"a"}} }, nil, "exclusive[0]", ProblemGroup},
		"group of strangers":   {func(r *Rule) { r.Exclusive = [][]string{{"a", "x"}} }, []Project{{ID: "a"}}, "exclusive[0][1]", ProblemProject},
		"no ties":              {func(r *Rule) { r.Ties = nil }, nil, "ties", ProblemTiesOpen},
		"ties left open":       {func(r *Rule) { r.Ties = r.Ties[:1] }, nil, "ties", ProblemTiesOpen},
		"tie unknown":          {func(r *Rule) { r.Ties[0].By = "age" }, nil, "ties[0].by", ProblemUnknown},
		"tie never reached":    {func(r *Rule) { slices.Reverse(r.Ties) }, nil, "ties[1]", ProblemTieNever},
		"lots without seed":    {func(r *Rule) { r.Ties[1].By = TieLots }, nil, "ties[1].seed", ProblemSeed},
		"no drop-out":          {func(r *Rule) { r.DropOut = "" }, nil, "drop_out", ProblemUnknown},
		"same order twice":     {func(*Rule) {}, twin, "projects[1].order", ProblemOrder},
		"project without ID":   {func(r *Rule) { r.Exclusive = nil }, []Project{{}}, "projects[0].id", ProblemBlank},
		"project twice":        {func(*Rule) {}, append(twin, Project{ID: "a", Order: 3}), "projects[2].id", ProblemTwice},
		"negative cost":        {func(r *Rule) { r.Exclusive = nil }, []Project{{ID: "a", Cost: -1}}, "projects[0].cost", ProblemNegative},
	} {
		t.Run(name, func(t *testing.T) {
			rule := full()
			c.change(&rule)
			found := rule.Check(c.projects)
			if !slices.ContainsFunc(found, func(p Problem) bool { return p.Field == c.field && p.Code == c.code }) {
				t.Errorf("no problem %s of %s in %v", c.code, c.field, found)
			}
		})
	}
}

func TestAmountsAreReadAndWrittenExactly(t *testing.T) {
	for s, want := range map[string]Amount{
		"0": 0, "4000": 400000, "4000.0": 400000, "4000.5": 400050, "2228141.75": 222814175, "0.05": 5, "-1.50": -150,
		"1.500": 150, "90071992547409.91": MaxAmount,
	} {
		if got, err := ParseAmount(s); err != nil || got != want {
			t.Errorf("%q: %d, %v; want %d", s, got, err, want)
		}
	}
	for s, want := range map[string]error{
		"": ErrAmount, ".5": ErrAmount, "5.": ErrAmount, "1,5": ErrAmount, "1e3": ErrAmount, "+1": ErrAmount, "--1": ErrAmount, "1.2.3": ErrAmount,
		"1.005": ErrAmountDecimals, "90071992547409.92": ErrAmountTooLarge, "99999999999999999999": ErrAmountTooLarge,
	} {
		if _, err := ParseAmount(s); err != want {
			t.Errorf("%q: %v, want %v", s, err, want)
		}
	}
	for a, want := range map[Amount]string{0: "0", 400000: "4000", 400050: "4000.50", 5: "0.05", -150: "-1.50"} {
		if got := a.String(); got != want {
			t.Errorf("%d: %q, want %q", int64(a), got, want)
		}
	}
}
