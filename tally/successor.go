package tally

import (
	"fmt"
	"slices"
)

// Nobody stands in the answer of Successor for a winner whose place nobody takes.
const Nobody = -1

// Successor says who takes the places of winners that drop out after the count. dropped has their identifiers in the order
// in which they dropped out; the answer has, at the same places, the index of the project that comes next, or Nobody.
// Each drop-out frees what the project took from the budget; its place goes to the first project by rank that may win
// (minimum, exclusive groups without those that dropped out, parts that exclude) and that fits what was freed and what
// the count left to spend; what remains serves the next drop-out. A guarantee is not served again: DropOutDistrict keeps
// the place in the district where it can. A successor may drop out in its turn: name it later in dropped.
//
// It answers a *RuleError, or another error when the result is not one of these projects or a project in dropped has
// no place to give up.
func Successor(rule Rule, projects []Project, totals Totals, result Result, dropped []string) ([]int, error) {
	if problems := rule.Check(projects); problems != nil {
		return nil, &RuleError{Problems: problems}
	}
	if len(totals.Total) != len(projects) || len(totals.Supporters) != len(projects) || len(result.Projects) != len(projects) {
		return nil, fmt.Errorf("totals or result of other projects")
	}
	c := newCount(rule, projects, totals)
	if rule.Parts != nil {
		c.divide(*rule.Parts)
	}
	for p := range projects {
		c.applyMinimum(p)
	}
	for _, o := range result.Projects {
		if o.Project < 0 || o.Project >= len(projects) {
			return nil, fmt.Errorf("totals or result of other projects")
		}
		c.out[o.Project] = o
	}
	left := result.Budget - result.Spent - result.Unspent
	next := make([]int, len(dropped))
	for i, id := range dropped {
		p := slices.IndexFunc(projects, func(p Project) bool { return p.ID == id })
		if p < 0 || !c.out[p].Winner {
			return nil, fmt.Errorf("%q drops out, but has no place", id)
		}
		left += projects[p].Cost
		if c.out[p].Mark == 2 {
			left -= c.out[p].Reason.Missing
		}
		c.out[p].Winner = false
		c.barred[p] = true
		next[i] = c.next(p, left)
		if next[i] != Nobody {
			left -= projects[next[i]].Cost
			c.out[next[i]].Winner, c.out[next[i]].Mark = true, 1
		}
	}
	return next, nil
}

// next gives the project that takes the place of one that dropped out.
func (c *count) next(dropped int, left Amount) int {
	fits := func(p int) bool {
		return c.open(p) && !c.short[p] && c.rival(p) == Nobody && c.projects[p].Cost <= left
	}
	neighbour := func(p int) bool {
		return slices.ContainsFunc(c.projects[p].Districts, func(key string) bool {
			return slices.Contains(c.projects[dropped].Districts, key)
		})
	}
	if c.rule.DropOut == DropOutNobody {
		return Nobody
	}
	if c.rule.DropOut == DropOutDistrict {
		for _, p := range c.order {
			if neighbour(p) && fits(p) {
				return p
			}
		}
	}
	for _, p := range c.order {
		if fits(p) {
			return p
		}
	}
	return Nobody
}
