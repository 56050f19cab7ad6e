package tally

import (
	"fmt"
	"slices"
)

// Nobody stands in the answer of Successor for a winner whose place nobody takes.
const Nobody = -1

// Successor says who takes the places of winners that drop out after the count, which it does again. dropped has their
// identifiers in the order in which they dropped out; the answer has, at the same places, the index of the project that
// comes next, or Nobody.
//
// Each drop-out gives back what the project took from the budget; its place goes to the first project by rank that may win
// (minimum, exclusive groups without those that dropped out, parts that exclude) and that fits what was given back and what
// the count left to spend; what remains serves the next drop-out. Where parts keep the money that they do not spend
// (LeftUnspent), what a part had paid goes back to it: with what the part has left, it pays for projects of that part alone,
// and what the citywide envelope had paid serves everybody. A guarantee is not served again: DropOutDistrict keeps the
// place in the district where it can. A successor may drop out in its turn: name it later in dropped.
//
// It answers a *RuleError, or another error for totals that are not of these projects or when a project in dropped has no
// place to give up.
func Successor(rule Rule, projects []Project, totals Totals, dropped []string) ([]int, error) {
	c, err := counted(rule, projects, totals)
	if err != nil {
		return nil, err
	}
	next := make([]int, len(dropped))
	for i, id := range dropped {
		p := slices.IndexFunc(projects, func(p Project) bool { return p.ID == id })
		if p < 0 || !c.out[p].Winner {
			return nil, fmt.Errorf("%q drops out, but has no place", id)
		}
		freed := c.giveBack(p)
		c.out[p].Winner = false
		c.barred[p] = true
		next[i] = c.next(p, freed)
		if next[i] != Nobody {
			c.succeed(next[i], freed)
		}
	}
	return next, nil
}

// freed says which envelopes a drop-out gave money back to: a place is paid from these.
type freed struct {
	part int // citywide when it gave nothing to a part
	city bool
}

// giveBack returns what a winner took to where it came from. A reserve is not part of the budget and gets nothing back.
func (c *count) giveBack(p int) freed {
	own, city := c.ownPart[p], c.projects[p].Cost-c.ownPart[p]
	if c.out[p].Mark == 2 {
		city -= c.out[p].Reason.Missing
	}
	if c.rule.Parts == nil || c.rule.Parts.Left == LeftCitywide {
		c.city += own + city
		return freed{citywide, true}
	}
	if own == 0 { // also a project that costs nothing
		c.city += city
		return freed{citywide, true}
	}
	c.kept[c.part[p]] += own
	c.city += city
	return freed{c.part[p], city > 0}
}

// payable is the money that a place can be paid from when project p takes it.
func (c *count) payable(p int, f freed) Amount {
	var left Amount
	if f.part != citywide && c.part[p] == f.part {
		left += c.kept[f.part]
	}
	if f.city {
		left += c.city
	}
	return left
}

// succeed gives a place to a project, which takes from its part first.
func (c *count) succeed(p int, f freed) {
	own := Amount(0)
	if f.part != citywide && c.part[p] == f.part {
		own = min(c.projects[p].Cost, c.kept[f.part])
		c.kept[f.part] -= own
	}
	c.city -= c.projects[p].Cost - own
	c.out[p].Winner, c.out[p].Mark, c.ownPart[p] = true, 1, own
}

// next gives the project that takes the place of one that dropped out.
func (c *count) next(dropped int, f freed) int {
	fits := func(p int) bool {
		if !c.open(p) || c.short[p] || c.rival(p) != Nobody {
			return false
		}
		if f.part != citywide && !f.city && c.part[p] != f.part {
			return false // not even one that costs nothing
		}
		return c.projects[p].Cost <= c.payable(p, f)
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
