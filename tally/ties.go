package tally

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"slices"
	"sort"
)

// ranking gives the projects by total, the highest first, ties broken.
func ranking(ties []TieBreak, projects []Project, totals Totals) []int {
	t := tieBreaker{ties: ties, projects: projects, totals: totals}
	order := make([]int, len(projects))
	for p := range order {
		order[p] = p
	}
	slices.SortFunc(order, func(a, b int) int {
		if by := cmp.Compare(totals.Total[b], totals.Total[a]); by != 0 {
			return by
		}
		by, _ := t.compare(a, b)
		return by
	})
	return order
}

// tieBreaker separates projects with the same total.
type tieBreaker struct {
	ties     []TieBreak
	projects []Project
	totals   Totals
}

// compare is negative when project a comes before b, and names the tie-break that said so.
func (t tieBreaker) compare(a, b int) (int, TieBy) {
	for _, tie := range t.ties {
		by := 0
		switch tie.By {
		case TieSupporters:
			by = cmp.Compare(t.totals.Supporters[b], t.totals.Supporters[a])
		case TieLowerCost:
			by = cmp.Compare(t.projects[a].Cost, t.projects[b].Cost)
		case TieOrder:
			by = cmp.Compare(t.projects[a].Order, t.projects[b].Order)
		case TieLots:
			la, lb := lot(tie.Seed, t.projects[a].ID), lot(tie.Seed, t.projects[b].ID)
			by = bytes.Compare(la[:], lb[:])
		}
		if by != 0 {
			return by, tie.By
		}
	}
	return 0, ""
}

// lot is what a project draws: SHA-256(seed, 0x00, project ID).
func lot(seed, id string) [sha256.Size]byte {
	return sha256.Sum256([]byte(seed + "\x00" + id))
}

// turns are the turns that projects with one total took in the count of one envelope: who comes after them with the same
// total may have lost its own turn to the tie-break alone. What is left never grows from one to the next.
type turns struct {
	total int64
	taken []turn
	won   map[int]int // how many turns there were once this project had won
}

type turn struct {
	project int
	left    Amount // before it
}

// before says to which project of its total p loses its turn because of a tie-break alone, Nobody if to none: the last one
// before it that took a turn when p was not excluded yet and could be paid. It is asked before p's own outcome is written.
func (c *count) before(p int, fit Fit, t *turns) int {
	if t.total != c.totals.Total[p] {
		t.total, t.taken = c.totals.Total[p], t.taken[:0]
		clear(t.won)
	}
	free := len(t.taken)
	for _, r := range c.rivals[p] {
		if c.out[r].Winner {
			free = min(free, t.won[r]) // 0 when it won before all of them
		}
	}
	paid := sort.Search(free, func(i int) bool { return !fit.covers(t.taken[i].left, c.projects[p].Cost) })
	if paid == 0 {
		return Nobody
	}
	return t.taken[paid-1].project
}

// beats notes which of the projects after p lose their turn to it because of a tie-break alone: they have the same total, and
// could be paid had they come just before it. It is called before p's own outcome is written.
func (c *count) beats(p int, after []int, competes func(q int) bool) {
	for _, q := range after {
		if c.totals.Total[q] != c.totals.Total[p] {
			return
		}
		if competes(q) {
			c.beaten[q] = p
		}
	}
}

// markTies writes into the reasons of the losers, and of the winners they lost to, the tie-break that decided.
func (c *count) markTies() {
	t := tieBreaker{c.rule.Ties, c.projects, c.totals}
	for _, loser := range c.order {
		o, by := &c.out[loser], c.beaten[loser]
		if o.Winner || by == Nobody {
			continue
		}
		id := c.projects[by].ID
		switch o.Reason.Code {
		case OutNoFit:
		case OutStopped, OutExclusive: // their sentences name another project already, the tie must be with that one
			if o.Reason.Other != id {
				continue
			}
		default:
			continue
		}
		_, tie := t.compare(by, loser)
		o.Reason.Tie, o.Reason.Other = tie, id
		if w := &c.out[by]; w.Winner && w.Reason.Tie == "" {
			w.Reason.Tie, w.Reason.Other = tie, c.projects[loser].ID
		}
	}
}
