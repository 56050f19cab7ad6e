package site

import (
	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Order is an order of the list of proposals, as the address names it.
type Order string

// The orders.
const (
	OrderRelevance Order = "pertinence" // of a search
	OrderRandom    Order = "hasard"
	OrderRecent    Order = "recent"
	OrderCost      Order = "cout" // most expensive first
	OrderCheap     Order = "moins-cher"
	OrderVotes     Order = "votes"
)

// asked says that nobody gets the order unless they ask for it, so that a new search keeps it.
func (o Order) asked() bool { return o == OrderRecent || o == OrderCost || o == OrderCheap }

// ProposalsPage is one page of the list of proposals.
type ProposalsPage struct {
	Project Project
	All     int64 // proposals of the project
	Found   int64 // of them, those that the filters keep
	Filter  Filter
	Orders  []Order // those that may be asked for: no votes while totals are hidden
	facets
	Corrected correction
	Cards     []ui.Card
	Points    bool   // totals are points
	Deposit   bool   // people deposit proposals now
	Previous  string // keys of the pages before and after; empty when there is none
	Next      string
}

// Filter is what the address of the list asks for.
type Filter struct {
	Narrow
	Order Order
	Seed  string // of the random order
}

// href gives the address of the list with a changed filter, at its first page.
func (l ProposalsPage) href(p ui.Page, change func(*Filter)) templ.SafeURL {
	f := l.Filter
	if change != nil {
		change(&f)
	}
	return l.page(p, f, "", "")
}

func (l ProposalsPage) page(p ui.Page, f Filter, after, before string) templ.SafeURL {
	if f.Order != OrderRandom {
		f.Seed = ""
	}
	if f.Order == OrderRelevance && f.Search == "" {
		f.Order = ""
	}
	return p.HrefWith(l.Project.Path()+"/propositions", append(f.pairs(), "tri", string(f.Order), "graine", f.Seed, "apres", after, "avant", before)...)
}

func (l ProposalsPage) next(p ui.Page) templ.SafeURL {
	if l.Next == "" {
		return ""
	}
	return l.page(p, l.Filter, l.Next, "")
}

func (l ProposalsPage) previous(p ui.Page) templ.SafeURL {
	if l.Previous == "" {
		return ""
	}
	return l.page(p, l.Filter, "", l.Previous)
}

// bar narrows the list; a new search keeps the order that was asked for.
func (l ProposalsPage) bar(p ui.Page) narrowing {
	b := narrowing{facets: l.facets, Project: l.Project, Asked: l.Filter.Narrow, Path: l.Project.Path() + "/propositions", Href: func(n Narrow) templ.SafeURL {
		return l.href(p, func(f *Filter) { f.Narrow = n })
	}}
	if l.Filter.Order.asked() {
		b.Kept = append(b.Kept, "tri", string(l.Filter.Order))
	}
	if l.Filter.Order == OrderRandom {
		b.Kept = append(b.Kept, "graine", l.Filter.Seed)
	}
	return b
}

func (l ProposalsPage) head(p ui.Page) ui.Head {
	return ui.Head{
		Title:       p.T("web.proposals.room") + " · " + l.Project.Title,
		Description: p.T("web.proposals_on", "Count", l.All) + " · " + l.Project.Title,
		NoIndex:     len(p.Query) > 0,
	}
}

// word names an order in the translations.
func (l ProposalsPage) word(o Order) string {
	if o == OrderVotes && l.Points {
		return "points"
	}
	return string(o)
}

func (l ProposalsPage) filtered() bool { return l.Filter.Narrow != Narrow{} }

// empty is the sentence of an empty list.
func (l ProposalsPage) empty(p ui.Page) string {
	switch {
	case l.Filter.Search != "":
		return p.T("web.proposals.empty_search")
	case l.filtered():
		return p.T("web.proposals.empty")
	case l.Deposit:
		return p.T("web.proposals.yours")
	}
	return p.T("web.proposals.none")
}
