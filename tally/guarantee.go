package tally

// serve keeps the guarantee: round by round, each district that has fewer winners than the round's number gets its best
// project that may win and can be paid.
func (c *count) serve(g Guarantee) {
	members := c.members(g)
	closed := make([]bool, len(g.Districts))
	for round := 1; round <= g.PerDistrict; round++ {
		for d, key := range g.Districts {
			if !closed[d] && c.winners(members[d]) < round {
				closed[d] = !c.serveOne(g, key, members[d])
			}
		}
	}
}

// members gives the projects that count for each district of the guarantee, by rank.
func (c *count) members(g Guarantee) [][]int {
	index := make(map[string]int, len(g.Districts))
	for d, key := range g.Districts {
		index[key] = d
	}
	members := make([][]int, len(g.Districts))
	for _, p := range c.order {
		districts := c.projects[p].Districts
		switch {
		case len(districts) > 1 && g.Several == SeveralCitywide:
			continue
		case len(districts) > 1 && g.Several == SeveralFirst:
			districts = districts[:1]
		}
		seen := map[int]bool{}
		for _, key := range districts {
			if d, promised := index[key]; promised && !seen[d] {
				seen[d] = true
				members[d] = append(members[d], p)
			}
		}
	}
	return members
}

func (c *count) winners(members []int) int {
	n := 0
	for _, p := range members {
		if c.out[p].Winner {
			n++
		}
	}
	return n
}

// guaranteed says whether the guarantee may still reach a project.
func (c *count) guaranteed(p int) bool {
	if !c.open(p) || c.short[p] && c.rule.Guarantee.BelowMin == BelowMinimumOut {
		return false
	}
	return c.rival(p) == Nobody
}

// serveOne funds a district's best project, or the next one that fits; false when the district gets no more.
func (c *count) serveOne(g Guarantee, key string, members []int) bool {
	for i, p := range members {
		if !c.guaranteed(p) {
			continue
		}
		cost, left := c.projects[p].Cost, c.within(p)
		if cost > left {
			if g.NoMoney == NoMoneyLess {
				return false
			}
			continue
		}
		c.beats(p, members[i+1:], func(q int) bool { return c.guaranteed(q) && c.projects[q].Cost <= c.within(q) })
		c.pay(p)
		c.win(p, StageGuarantee, key, 1, Reason{Code: InGuarantee, Left: left, Cost: cost, Key: key})
		return true
	}
	return false
}

// within is the money that the guarantee can use for a project: its part's, then the citywide envelope's.
func (c *count) within(p int) Amount {
	if i := c.part[p]; i != citywide {
		return c.purses[i] + c.city
	}
	return c.city
}

// pay takes a guaranteed project's cost, from its part first.
func (c *count) pay(p int) {
	cost := c.projects[p].Cost
	if i := c.part[p]; i != citywide {
		own := min(cost, c.purses[i])
		c.purses[i] -= own
		c.ownPart[p] = own
		cost -= own
	}
	c.city -= cost
}
