package tally

import (
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// plainly counts as the definition of a tie-break reads: at every turn it looks at every project that comes later. The
// count itself must not, since the whole of a large election may be tied.
type plainly struct{ *count }

func (c plainly) run() {
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
		for i, e := range c.rule.Parts.Envelopes {
			c.envelope(StagePart, e.Key, c.rule.Parts.Fit, &c.purses[i], func(p int) bool { return c.part[p] == i })
			if c.rule.Parts.Left == LeftCitywide {
				c.city += c.purses[i]
			}
			c.purses[i] = 0
		}
	}
	c.envelope(StageCitywide, "", c.rule.Fit, &c.city, func(int) bool { return true })
	if g != nil && g.When == GuaranteeAfter {
		c.city += g.HeldBack
		c.serve(*g)
	}
	c.markTies()
}

func (c plainly) envelope(stage Stage, key string, fit Fit, purse *Amount, in func(p int) bool) {
	competes := func(p int) bool { return c.open(p) && !c.short[p] && in(p) }
	stopper := Nobody
	for _, p := range c.order {
		if !competes(p) {
			continue
		}
		cost, left := c.projects[p].Cost, *purse
		funded, rival := fit.covers(left, cost), c.rival(p)
		if rival == Nobody && stopper == Nobody && (funded || fit.Then != FitSkip) {
			for _, q := range c.order[c.out[p].Rank:] {
				if c.totals.Total[q] == c.totals.Total[p] && competes(q) && c.rival(q) == Nobody && fit.covers(left, c.projects[q].Cost) {
					c.beaten[q] = p
				}
			}
		}
		switch {
		case rival != Nobody:
			c.lose(p, stage, key, Reason{Code: OutExclusive, Other: c.projects[rival].ID})
		case stopper != Nobody:
			c.lose(p, stage, key, Reason{Code: OutStopped, Other: c.projects[stopper].ID})
		case funded:
			*purse = max(0, left-cost)
			if cost > left {
				stopper = p
			}
			c.win(p, stage, key, 1, Reason{})
		default:
			c.lose(p, stage, key, Reason{Code: OutNoFit})
			if fit.Then != FitSkip {
				stopper = p
			}
		}
	}
}

func (c plainly) serve(g Guarantee) {
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

func (c plainly) serveOne(g Guarantee, key string, members []int) bool {
	for _, p := range members {
		if !c.guaranteed(p) {
			continue
		}
		if c.projects[p].Cost > c.within(p) {
			if g.NoMoney == NoMoneyLess {
				return false
			}
			continue
		}
		for _, q := range c.order[c.out[p].Rank:] {
			if c.totals.Total[q] == c.totals.Total[p] && slices.Contains(members, q) && c.guaranteed(q) && c.projects[q].Cost <= c.within(q) {
				c.beaten[q] = p
			}
		}
		c.pay(p)
		c.win(p, StageGuarantee, key, 1, Reason{})
		return true
	}
	return false
}

func TestTiesDecideAsTheirDefinitionReads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawElection(t)
		if rapid.Bool().Draw(t, "all tied") {
			for p := range e.totals.Total {
				e.totals.Total[p] = 5
			}
		}
		c := plainly{newCount(e.rule, e.projects, e.totals)}
		c.run()
		type ending struct {
			Winner bool
			Code   ReasonCode
			Tie    TieBy
			Other  string
		}
		var want, got []ending
		for i, o := range e.decide(t).Projects {
			w := c.out[o.Project]
			if w.Winner {
				w.Reason.Code = o.Reason.Code // the definition does not say in which words a project won
			}
			want = append(want, ending{w.Winner, w.Reason.Code, w.Reason.Tie, w.Reason.Other})
			if got = append(got, ending{o.Winner, o.Reason.Code, o.Reason.Tie, o.Reason.Other}); w.Rank != i+1 {
				t.Fatalf("rank %d, then %d", w.Rank, i+1)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

// 20,000 projects, all tied: the time must not grow with the square of their number.
func BenchmarkAllTied(b *testing.B) {
	for _, n := range []int{5_000, 20_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			rule := plain(Amount(n))
			rule.Ties = []TieBreak{{By: TieLowerCost}, {By: TieOrder}}
			projects, totals := make([]Project, n), Totals{Ballots: 1, Total: make([]int64, n), Supporters: make([]int64, n)}
			for i := range projects {
				projects[i] = Project{ID: strconv.Itoa(i), Cost: Amount(1 + i%7), Order: i}
			}
			for b.Loop() {
				if _, err := Decide(rule, projects, totals); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
