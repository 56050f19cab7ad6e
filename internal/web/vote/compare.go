package vote

import (
	"context"
	"slices"
	"strconv"

	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// most is how many proposals are compared at once.
const most = 3

// ComparePage shows proposals side by side.
type ComparePage struct {
	Project Project
	Columns []Column
	Asked   int // how many were asked for
	Box     Box
}

// Column is one of them.
type Column struct {
	Card
	Text   string
	Author string
}

func (s *Pages) compare(r *web.Request, p ui.Page) (web.View, error) {
	var numbers []int
	for _, text := range r.URL.Query()["comparer"] {
		if n, err := strconv.Atoi(text); err == nil && !slices.Contains(numbers, n) {
			numbers = append(numbers, n)
		}
	}
	var page ComparePage
	err := s.read(r, p, func(ctx context.Context, v visit, b ballot.Booth) (err error) {
		page, err = v.compare(ctx, b, numbers)
		page.Box.Back = string(p.Href(p.Path)) + "?" + p.Query
		page.Box.Refused = v.refused(b, r.URL.Query())
		return err
	})
	return web.View{Page: Compare(p, page)}, err
}

func (v visit) compare(ctx context.Context, b ballot.Booth, numbers []int) (ComparePage, error) {
	page := ComparePage{Project: v.project(b), Asked: len(numbers)}
	districts, err := v.colours(ctx, b)
	if err != nil {
		return page, err
	}
	page.Box = v.box(b, districts, "")
	numbers = numbers[:min(len(numbers), most)]
	found, err := proposal.Numbers(ctx, v.tx, v.of, b.Project.ID, numbers)
	if err != nil {
		return page, err
	}
	list := make([]proposal.Listed, 0, len(found))
	for _, n := range numbers {
		for _, f := range found {
			if _, there := b.Paper.Item(n); f.Number == n && there {
				list = append(list, proposal.Listed{Proposal: f})
			}
		}
	}
	cards, err := v.cards(ctx, b, list, districts)
	for i, card := range cards {
		text := list[i].Summary
		if text == "" {
			text = list[i].Body
		}
		page.Columns = append(page.Columns, Column{Card: card, Text: text, Author: list[i].Proposer})
	}
	return page, err
}
