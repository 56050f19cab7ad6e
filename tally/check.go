package tally

import (
	"fmt"
	"strings"
)

// MaxAmount is the largest budget or cost that is counted: 90 trillion units, so that percentages of it are exact in 64 bits.
const MaxAmount Amount = 1<<53 - 1

// Problem is one thing that a rule leaves open or says wrongly. Code names a sentence ("tally.problem.CODE" in the
// translations) and Args are its arguments; Field is the path of the value in the rule's JSON ("parts.envelopes[2].key"),
// or "projects[3]" for a project that can't be counted.
type Problem struct {
	Code  string
	Field string
	Args  map[string]any
}

// Error is the log text.
func (p Problem) Error() string {
	if len(p.Args) == 0 {
		return p.Field + ": " + p.Code
	}
	return fmt.Sprintf("%s: %s %v", p.Field, p.Code, p.Args)
}

// RuleError says that a count was refused because of its rule or projects.
type RuleError struct{ Problems []Problem }

// Error is the log text.
func (e *RuleError) Error() string {
	texts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		texts[i] = p.Error()
	}
	return "rule refused: " + strings.Join(texts, "; ")
}

// The codes of problems.
const (
	ProblemUnknown    = "unknown"     // Value is none of the known answers; an empty one was never answered
	ProblemUnused     = "unused"      // the value says something that the rule never reads
	ProblemNegative   = "negative"    // less than zero
	ProblemTooLarge   = "too_large"   // an amount over MaxAmount
	ProblemRange      = "range"       // Value is not between Min and Max
	ProblemEmpty      = "empty"       // the list has nothing in it
	ProblemBlank      = "blank"       // a key or identifier without text
	ProblemTwice      = "twice"       // Value stands twice
	ProblemWeights    = "weights"     // a later choice would earn more points than an earlier one
	ProblemOverBudget = "over_budget" // the parts, or what is held back, sum to more than Budget
	ProblemProject    = "project"     // no project has the identifier Value
	ProblemTiesOpen   = "ties_open"   // the last tie-break may not separate two projects
	ProblemTieNever   = "tie_never"   // this tie-break is never reached
	ProblemSeed       = "seed"        // a drawing of lots without a seed
	ProblemOrder      = "order"       // projects Value and Other have the same number in the stated order
	ProblemGroup      = "group"       // a group of one excludes nothing
)

// Check gives everything that the rule leaves open or says wrongly, nil when nothing does: with the same ballots, two
// people who apply a rule without problems find the same winners. Projects may be nil, while there are none yet; with
// them, their identifiers, costs and order are checked too.
func (r Rule) Check(projects []Project) []Problem {
	c := &checker{budget: r.Budget}
	oneOf(c, "method", r.Method, MethodGreedy, MethodEqualShares, MethodUnknown)
	c.scoring(r.Scoring)
	c.amount("budget", r.Budget)
	c.atLeastZero("minimum.total", r.Minimum.Total)
	c.atLeastZero("minimum.supporters", r.Minimum.Supporters)
	c.between("minimum.ballots_share", r.Minimum.BallotsShare, 0, 100)
	c.fit("fit", r.Fit)
	if r.Parts != nil {
		c.parts(*r.Parts)
	}
	if r.Guarantee != nil {
		c.guarantee(*r.Guarantee)
	}
	c.exclusive(r.Exclusive, projects)
	c.ties(r.Ties)
	oneOf(c, "drop_out", r.DropOut, DropOutNext, DropOutDistrict, DropOutNobody)
	c.projects(projects, r.Ties)
	return c.found
}

// checker collects problems.
type checker struct {
	found  []Problem
	budget Amount
	parted Amount // sum of the parts
}

func (c *checker) add(code, field string, pairs ...any) {
	var args map[string]any
	for i := 0; i+1 < len(pairs); i += 2 {
		if args == nil {
			args = map[string]any{}
		}
		args[pairs[i].(string)] = pairs[i+1]
	}
	c.found = append(c.found, Problem{Code: code, Field: field, Args: args})
}

func oneOf[T ~string](c *checker, field string, value T, known ...T) {
	for _, k := range known {
		if value == k {
			return
		}
	}
	c.add(ProblemUnknown, field, "Value", string(value))
}

func (c *checker) atLeastZero(field string, value int64) {
	if value < 0 {
		c.add(ProblemNegative, field)
	}
}

func (c *checker) amount(field string, a Amount) {
	c.atLeastZero(field, int64(a))
	if a > MaxAmount {
		c.add(ProblemTooLarge, field, "Max", MaxAmount)
	}
}

func (c *checker) between(field string, value, low, high int) {
	if value < low || value > high {
		c.add(ProblemRange, field, "Value", value, "Min", low, "Max", high)
	}
}

func (c *checker) scoring(s Scoring) {
	oneOf(c, "scoring.by", s.By, ByChoice, ByPoints, ByRank)
	if s.By != ByRank {
		if len(s.Weights) > 0 {
			c.add(ProblemUnused, "scoring.weights")
		}
		return
	}
	if len(s.Weights) == 0 {
		c.add(ProblemEmpty, "scoring.weights")
	}
	for i, w := range s.Weights {
		c.atLeastZero(fmt.Sprintf("scoring.weights[%d]", i), w)
		if i > 0 && w > s.Weights[i-1] {
			c.add(ProblemWeights, fmt.Sprintf("scoring.weights[%d]", i))
		}
	}
}

func (c *checker) fit(field string, f Fit) {
	oneOf(c, field+".then", f.Then, FitSkip, FitStop, FitReserve)
	if f.Then == FitReserve {
		c.between(field+".reserve", f.Reserve, 1, 100)
	} else if f.Reserve != 0 {
		c.add(ProblemUnused, field+".reserve")
	}
}

// keys checks a list of keys that must each have text and stand once.
func (c *checker) keys(field, suffix string, keys []string) {
	if len(keys) == 0 {
		c.add(ProblemEmpty, field)
	}
	seen := map[string]bool{}
	for i, k := range keys {
		at := fmt.Sprintf("%s[%d]%s", field, i, suffix)
		if k == "" {
			c.add(ProblemBlank, at)
		} else if seen[k] {
			c.add(ProblemTwice, at, "Value", k)
		}
		seen[k] = true
	}
}

func (c *checker) parts(p Parts) {
	oneOf(c, "parts.by", p.By, PartsByDistrict, PartsByCategory)
	keys := make([]string, len(p.Envelopes))
	for i, e := range p.Envelopes {
		keys[i] = e.Key
		c.amount(fmt.Sprintf("parts.envelopes[%d].amount", i), e.Amount)
		if e.Amount > 0 && c.parted <= MaxAmount { // past MaxAmount it is over any budget, and must not wrap
			c.parted += min(e.Amount, MaxAmount+1)
		}
	}
	c.keys("parts.envelopes", ".key", keys)
	if c.parted > c.budget {
		c.add(ProblemOverBudget, "parts.envelopes", "Sum", c.parted, "Budget", c.budget)
	}
	c.fit("parts.fit", p.Fit)
	oneOf(c, "parts.left", p.Left, LeftCitywide, LeftUnspent)
	oneOf(c, "parts.several", p.Several, SeveralFirst, SeveralCitywide)
	oneOf(c, "parts.none", p.None, NoneCitywide, NoneExcluded)
}

func (c *checker) guarantee(g Guarantee) {
	if g.PerDistrict < 1 {
		c.add(ProblemRange, "guarantee.per_district", "Value", g.PerDistrict, "Min", 1, "Max", maxPromise)
	} else {
		c.between("guarantee.per_district", g.PerDistrict, 1, maxPromise)
	}
	c.keys("guarantee.districts", "", g.Districts)
	oneOf(c, "guarantee.when", g.When, GuaranteeBefore, GuaranteeAfter)
	c.amount("guarantee.held_back", g.HeldBack)
	switch {
	case g.When == GuaranteeBefore && g.HeldBack != 0:
		c.add(ProblemUnused, "guarantee.held_back")
	case g.HeldBack > 0 && c.parted <= c.budget && g.HeldBack > c.budget-c.parted:
		c.add(ProblemOverBudget, "guarantee.held_back", "Sum", g.HeldBack, "Budget", c.budget-c.parted)
	}
	oneOf(c, "guarantee.no_money", g.NoMoney, NoMoneyNext, NoMoneyLess)
	oneOf(c, "guarantee.no_projects", g.NoProjects, NoProjectsFewer)
	oneOf(c, "guarantee.several", g.Several, SeveralFirst, SeveralEach, SeveralCitywide)
	oneOf(c, "guarantee.none", g.None, NoneUnguaranteed)
	oneOf(c, "guarantee.below_minimum", g.BelowMin, BelowMinimumOut, BelowMinimumIn)
}

// maxPromise bounds the rounds of the guarantee; no city promises as many as that.
const maxPromise = 10000

func (c *checker) exclusive(groups [][]string, projects []Project) {
	known := map[string]bool{}
	for _, p := range projects {
		known[p.ID] = true
	}
	for g, group := range groups {
		field := fmt.Sprintf("exclusive[%d]", g)
		c.keys(field, "", group)
		if len(group) == 1 {
			c.add(ProblemGroup, field)
		}
		for i, id := range group {
			if projects != nil && id != "" && !known[id] {
				c.add(ProblemProject, fmt.Sprintf("%s[%d]", field, i), "Value", id)
			}
		}
	}
}

// final says whether a tie-break separates any two projects.
func (by TieBy) final() bool { return by == TieLots || by == TieOrder }

func (c *checker) ties(ties []TieBreak) {
	seen := map[TieBy]bool{}
	ended := false
	for i, t := range ties {
		field := fmt.Sprintf("ties[%d]", i)
		oneOf(c, field+".by", t.By, TieSupporters, TieLowerCost, TieLots, TieOrder)
		if ended || seen[t.By] {
			c.add(ProblemTieNever, field)
		}
		switch {
		case t.By == TieLots && t.Seed == "":
			c.add(ProblemSeed, field+".seed")
		case t.By != TieLots && t.Seed != "":
			c.add(ProblemUnused, field+".seed")
		}
		seen[t.By] = true
		ended = ended || t.By.final()
	}
	if !ended {
		c.add(ProblemTiesOpen, "ties")
	}
}

func (c *checker) projects(projects []Project, ties []TieBreak) {
	ids := map[string]bool{}
	orders := map[int]string{}
	byOrder := false
	for _, t := range ties {
		if t.By.final() {
			byOrder = t.By == TieOrder
			break
		}
	}
	for i, p := range projects {
		field := fmt.Sprintf("projects[%d]", i)
		switch {
		case p.ID == "":
			c.add(ProblemBlank, field+".id")
		case ids[p.ID]:
			c.add(ProblemTwice, field+".id", "Value", p.ID)
		}
		ids[p.ID] = true
		c.amount(field+".cost", p.Cost)
		if !byOrder {
			continue
		}
		if other, taken := orders[p.Order]; taken {
			c.add(ProblemOrder, field+".order", "Value", p.ID, "Other", other)
		}
		orders[p.Order] = p.ID
	}
}
