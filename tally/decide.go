package tally

import "fmt"

// Decide finds the winners from the totals. It answers a *RuleError for a rule or projects with problems, or another
// error for totals that are not of these projects. The order of the count:
//
//  1. A project below the minimum is out (BelowMinimumIn lets the guarantee reach it all the same).
//  2. A guarantee that comes before the rest is served. A promised project in a part is paid from that part's envelope
//     first and, for what is missing, from the citywide one, so that a small part can't break the promise.
//  3. Each part is counted alone, in the order of the envelopes.
//  4. The citywide envelope is counted over every project that has not won.
//  5. A guarantee that comes after the rest is served, from what is held back and what the citywide envelope has left.
//
// A reserve completes at most one project for each envelope that is counted (3, 4), never a guaranteed one.
func Decide(rule Rule, projects []Project, totals Totals) (Result, error) {
	c, err := counted(rule, projects, totals)
	if err != nil {
		return Result{}, err
	}
	return c.result(), nil
}

// counted runs the count; see Decide.
func counted(rule Rule, projects []Project, totals Totals) (*count, error) {
	if problems := rule.Check(projects); problems != nil {
		return nil, &RuleError{Problems: problems}
	}
	if len(totals.Total) != len(projects) || len(totals.Supporters) != len(projects) {
		return nil, fmt.Errorf("totals of %d and %d projects for %d projects", len(totals.Total), len(totals.Supporters), len(projects))
	}
	c := newCount(rule, projects, totals)
	if rule.Method == MethodGreedy {
		c.run()
	}
	return c, nil
}

// count is a count in progress. Slices indexed by project have the order of the projects.
type count struct {
	rule     Rule
	projects []Project
	totals   Totals
	order    []int     // projects by rank
	out      []Outcome // by project
	barred   []bool    // can't win at any stage
	short    []bool    // below the minimum
	part     []int     // index of the project's envelope in Parts, or citywide
	rivals   [][]int   // the projects that exclude it
	city     Amount    // money left in the citywide envelope
	purses   []Amount  // money left in each part
	kept     []Amount  // money that each part did not spend and keeps
	ownPart  []Amount  // what a winner took from the envelope of its part
	unspent  Amount
	beaten   []int // the project that came first by a tie-break alone, or Nobody
}

// citywide stands for the part of a project that is in none.
const citywide = -1

func newCount(rule Rule, projects []Project, totals Totals) *count {
	c := &count{
		rule: rule, projects: projects, totals: totals, order: ranking(rule.Ties, projects, totals),
		out: make([]Outcome, len(projects)), barred: make([]bool, len(projects)), short: make([]bool, len(projects)),
		part: make([]int, len(projects)), rivals: make([][]int, len(projects)), beaten: make([]int, len(projects)),
		ownPart: make([]Amount, len(projects)),
	}
	for rank, p := range c.order {
		c.out[p] = Outcome{Project: p, Rank: rank + 1, Total: totals.Total[p], Supporters: totals.Supporters[p], Reason: Reason{Code: NotCounted}}
	}
	index := make(map[string]int, len(projects))
	for p := range projects {
		index[projects[p].ID] = p
		c.part[p], c.beaten[p] = citywide, Nobody
	}
	for _, group := range rule.Exclusive {
		for _, id := range group {
			for _, other := range group {
				if other != id {
					c.rivals[index[id]] = append(c.rivals[index[id]], index[other])
				}
			}
		}
	}
	return c
}

func (c *count) run() {
	c.city = c.rule.Budget
	if c.rule.Parts != nil {
		c.divide(*c.rule.Parts)
	}
	for p := range c.projects {
		c.applyMinimum(p)
	}
	g := c.rule.Guarantee
	if g != nil && g.When == GuaranteeBefore {
		c.serve(*g)
	}
	if g != nil && g.When == GuaranteeAfter {
		c.city -= g.HeldBack
	}
	if c.rule.Parts != nil {
		c.countParts(*c.rule.Parts)
	}
	c.greedy(StageCitywide, "", c.rule.Fit, &c.city, func(int) bool { return true })
	if g != nil && g.When == GuaranteeAfter {
		c.city += g.HeldBack
		c.serve(*g)
	}
	c.markTies()
}

// divide gives each part its money and finds the part of each project.
func (c *count) divide(parts Parts) {
	index := make(map[string]int, len(parts.Envelopes))
	for i, e := range parts.Envelopes {
		index[e.Key] = i
		c.purses = append(c.purses, e.Amount)
		c.city -= e.Amount
	}
	c.kept = make([]Amount, len(c.purses))
	for p := range c.projects {
		keys := c.projects[p].Districts
		if parts.By == PartsByCategory {
			keys = c.projects[p].Categories
		}
		if parts.Several == SeveralCitywide && len(keys) > 1 {
			continue
		}
		if len(keys) > 0 {
			if i, known := index[keys[0]]; known {
				c.part[p] = i
				continue
			}
		}
		if parts.None == NoneExcluded {
			c.barred[p] = true
			c.lose(p, StagePart, "", Reason{Code: OutNoPart})
		}
	}
}

// applyMinimum puts a project out that has less than the minimum, with the first thing that it lacks.
func (c *count) applyMinimum(p int) {
	if c.barred[p] {
		return
	}
	m, total, supporters := c.rule.Minimum, c.totals.Total[p], c.totals.Supporters[p]
	share := (int64(m.BallotsShare)*int64(c.totals.Ballots) + 99) / 100 // the fewest ballots that make the share
	reason := Reason{}
	switch {
	case total < m.Total:
		reason = Reason{Code: OutTotal, Need: m.Total, Have: total}
	case supporters < m.Supporters:
		reason = Reason{Code: OutSupporters, Need: m.Supporters, Have: supporters}
	case supporters < share:
		reason = Reason{Code: OutShare, Need: share, Have: supporters}
	default:
		return
	}
	c.short[p] = true
	c.lose(p, StageCitywide, "", reason)
}

// open says whether a project may still win.
func (c *count) open(p int) bool { return !c.barred[p] && !c.out[p].Winner }

// rival gives a winner that excludes the project, or Nobody.
func (c *count) rival(p int) int {
	for _, r := range c.rivals[p] {
		if c.out[r].Winner {
			return r
		}
	}
	return Nobody
}

func (c *count) countParts(parts Parts) {
	for i, e := range parts.Envelopes {
		c.greedy(StagePart, e.Key, parts.Fit, &c.purses[i], func(p int) bool { return c.part[p] == i })
		if parts.Left == LeftCitywide {
			c.city += c.purses[i]
		} else {
			c.unspent += c.purses[i]
			c.kept[i] = c.purses[i]
		}
		c.purses[i] = 0
	}
}

// greedy funds the projects of one envelope, the highest rank first.
func (c *count) greedy(stage Stage, key string, fit Fit, purse *Amount, in func(p int) bool) {
	competes := func(p int) bool { return c.open(p) && !c.short[p] && in(p) }
	stopper := Nobody
	tied := turns{won: map[int]int{}}
	for _, p := range c.order {
		if !competes(p) {
			continue
		}
		if by := c.before(p, fit, &tied); by != Nobody {
			c.beaten[p] = by
		}
		cost, left := c.projects[p].Cost, *purse
		reason := Reason{Left: left, Cost: cost, Key: key}
		if r := c.rival(p); r != Nobody {
			reason.Code, reason.Other = OutExclusive, c.projects[r].ID
			c.lose(p, stage, key, reason)
			continue
		}
		if stopper != Nobody {
			reason.Code, reason.Other = OutStopped, c.projects[stopper].ID
			c.lose(p, stage, key, reason)
			continue
		}
		funded := fit.covers(left, cost)
		if funded || fit.Then != FitSkip {
			tied.taken = append(tied.taken, turn{p, left})
		}
		if funded {
			tied.won[p] = len(tied.taken)
		}
		switch {
		case funded && cost <= left:
			*purse -= cost
			reason.Code = InFits
			if stage == StagePart {
				reason.Code, c.ownPart[p] = InPart, cost
			}
			c.win(p, stage, key, 1, reason)
		case funded:
			*purse, stopper = 0, p
			if stage == StagePart {
				c.ownPart[p] = left
			}
			reason.Code, reason.Missing = InReserve, cost-left
			c.win(p, stage, key, 2, reason)
		default:
			reason.Code, reason.Missing = OutNoFit, cost-left
			if fit.Then == FitReserve {
				reason.Need, reason.Have = int64(fit.Reserve), int64(left)*100/int64(cost)
			}
			c.lose(p, stage, key, reason)
			if fit.Then != FitSkip {
				stopper = p
			}
		}
	}
}

// covers says whether what is left pays for a project, alone or completed from a reserve. Amounts are at most MaxAmount,
// so nothing overflows.
func (f Fit) covers(left, cost Amount) bool {
	return left >= cost || f.Then == FitReserve && left*100 >= cost*Amount(f.Reserve)
}

func (c *count) win(p int, stage Stage, key string, mark int, reason Reason) {
	o := &c.out[p]
	o.Winner, o.Mark, o.Stage, o.Part, o.Reason = true, mark, stage, key, reason
}

func (c *count) lose(p int, stage Stage, key string, reason Reason) {
	o := &c.out[p]
	o.Stage, o.Part, o.Reason = stage, key, reason
}

// result assembles what the count found.
func (c *count) result() Result {
	r := Result{
		Counted: c.rule.Method == MethodGreedy, Ballots: c.totals.Ballots, Budget: c.rule.Budget, Unspent: c.unspent,
		Winners: []int{}, Projects: make([]Outcome, 0, len(c.order)),
	}
	for _, p := range c.order {
		o := c.out[p]
		if o.Winner {
			r.Winners = append(r.Winners, p)
			r.Spent += c.projects[p].Cost
			if o.Mark == 2 {
				r.Spent -= o.Reason.Missing
				r.Reserve += o.Reason.Missing
			}
		}
		r.Projects = append(r.Projects, o)
	}
	return r
}
