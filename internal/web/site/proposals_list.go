package site

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"slices"
	"strconv"

	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

const listSize = 24

func (s *Site) proposalsList(r *web.Request, p ui.Page) (web.View, error) {
	asked := r.URL.Query()
	filter := Filter{Narrow: parseNarrow(asked), Order: Order(asked.Get("tri")), Seed: asked.Get("graine")}
	after, err := key(asked.Get("apres"))
	if err != nil {
		return web.View{}, err
	}
	before, err := key(asked.Get("avant"))
	if err != nil {
		return web.View{}, err
	}
	var page ProposalsPage
	err = s.read(r, p, func(ctx context.Context, v visit) error {
		e, err := v.Edition(ctx, r.PathValue("project"))
		if err != nil {
			return err
		}
		page, err = v.list(ctx, e, filter, after, before)
		return err
	})
	return web.View{Page: Proposals(p, page)}, err
}

// cut shortens a text to so many letters.
func cut(s string, letters int) string {
	if r := []rune(s); len(r) > letters {
		return string(r[:letters])
	}
	return s
}

func key(text string) (*proposal.Key, error) {
	if text == "" {
		return nil, nil
	}
	k, err := proposal.ParseKey(text)
	return &k, err
}

func (v visit) list(ctx context.Context, e edition.Edition, filter Filter, after, before *proposal.Key) (ProposalsPage, error) {
	at := project.Listed(e.Steps, e.Now)
	page := ProposalsPage{Project: e.Shown(), Filter: filter, Points: e.Points()}
	doing, _ := moment(e)
	page.Deposit = doing == MomentDeposit
	if at < 0 {
		return page, nil
	}
	page.orders(e, at)
	step := e.Steps[at]
	chosen, err := proposal.Choose(ctx, v.Tx, v.Of.Key, filter.choice(e.Project.ID, step.ID))
	if err != nil {
		return page, err
	}
	page.All, page.Found = int64(step.Proposals), int64(chosen.Count)
	page.facets = facetsOf(e, filter.Narrow, chosen.Facets)
	page.Corrected = correctionOf(chosen.Words, page.bar(v.Page).with)
	q := page.query(step.ID)
	if page.filtered() {
		q.Among = &chosen
	}
	q.After, q.Limit = after, listSize+1
	if before != nil {
		q.After, q.Reverse = before, !q.Reverse
	}
	list, err := proposal.List(ctx, v.Tx, v.Of.Key, q)
	if err != nil {
		return page, err
	}
	page.pages(&list, after != nil, before != nil)
	page.Cards, err = v.cards(ctx, e, at, list)
	return page, err
}

// orders says which orders may be asked for, and settles the one of the page: votes only while totals are shown.
func (l *ProposalsPage) orders(e edition.Edition, step int) {
	usual := OrderRandom
	l.Orders = []Order{OrderRandom, OrderRecent, OrderCheap, OrderCost}
	if e.TotalsShown(step) {
		l.Orders = append(l.Orders, OrderVotes)
		if e.Counted {
			usual = OrderVotes
		}
	}
	if l.Filter.Search != "" {
		l.Orders = append([]Order{OrderRelevance}, l.Orders...)
		usual = OrderRelevance
	}
	if !slices.Contains(l.Orders, l.Filter.Order) {
		l.Filter.Order = usual
	}
	if l.Filter.Order == OrderRandom {
		l.Filter.Seed = seedOf(l.Filter.Seed)
	}
}

// query makes the rooms' query of the page's order.
func (l *ProposalsPage) query(step ids.ID) proposal.ListQuery {
	q := proposal.ListQuery{Step: step, With: proposal.With{Card: true}}
	switch l.Filter.Order {
	case OrderRelevance:
		q.Order = proposal.ByRelevance
	case OrderRandom:
		q.Order = proposal.ByRandom
		q.Seed, _ = strconv.ParseInt(l.Filter.Seed, 10, 64)
	case OrderRecent:
		q.Order, q.Reverse = proposal.ByPublished, true
	case OrderCost:
		q.Order, q.Reverse = proposal.ByCost, true
	case OrderCheap:
		q.Order = proposal.ByCost
	case OrderVotes:
		q.Order = proposal.ByPoints
	}
	return q
}

// pages turns one row too many into links to the pages before and after.
func (l *ProposalsPage) pages(list *[]proposal.Listed, after, before bool) {
	more := len(*list) > listSize
	if more {
		*list = (*list)[:listSize]
	}
	if before {
		slices.Reverse(*list)
	}
	if len(*list) == 0 {
		return
	}
	if more || before {
		if before && more || !before && after {
			l.Previous = (*list)[0].Key.String()
		}
		if before || more {
			l.Next = (*list)[len(*list)-1].Key.String()
		}
		return
	}
	if after {
		l.Previous = (*list)[0].Key.String()
	}
}

// seedOf keeps the seed of an address, or draws one.
func seedOf(text string) string {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n >= 0 && n < 1<<31 {
		return text
	}
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return strconv.FormatUint(binary.BigEndian.Uint64(b[:])>>33, 10)
}

// cards shows listed proposals with their districts, categories and, after a count, their outcome: four statements
// whatever their number.
func (v visit) cards(ctx context.Context, e edition.Edition, step int, list []proposal.Listed) ([]ui.Card, error) {
	places := make([]ids.ID, len(list))
	for i, l := range list {
		places[i] = l.Proposal.ID
	}
	tags, err := proposal.TagsOf(ctx, v.Tx, v.Of.Key, e.Steps[step].ID, places)
	if err != nil {
		return nil, err
	}
	order, err := v.districtOrder(ctx, e)
	if err != nil {
		return nil, err
	}
	outcome := map[ids.ID]result.Line{}
	if e.Counted {
		lines, err := result.LinesOf(ctx, v.Tx, v.Of.Key, places)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			if l.Step == e.Result.Step {
				outcome[l.Proposal] = l.Line
			}
		}
	}
	pictures, err := v.pictures(ctx, list)
	if err != nil {
		return nil, err
	}
	cards := make([]ui.Card, len(list))
	for i := range list {
		l := &list[i]
		card := ui.Card{Lang: e.Lang, Placeless: len(order) == 0, Number: int64(l.Proposal.Number), Title: l.Title, Href: edition.ProposalHref(v.Page, e.Slug, numberText(l.Proposal.Number), l.Slug),
			Currency: e.Currency, Score: v.score(e, step, l.Selection)}
		if l.Proposal.Cost > 0 { // else nobody has said what it costs
			card.Cost = &l.Proposal.Cost
		}
		card.Districts, card.Category = edition.PlacesOf(tags[l.Proposal.ID], order)
		card.Placeless = card.Placeless || len(card.Districts) == 0 && l.Proposal.Trashed != proposal.NotTrashed // which keeps no tags
		if !l.Picture.IsZero() && v.Of.Kind != platform.Rehearsal {                                              // there each is the same plain surface
			card.PictureURL, card.SmallURL = media.Path(l.Picture, media.Full), media.Path(l.Picture, media.Small)
			card.PictureAlt, card.PictureLang = v.alt(pictures[l.Picture])
		}
		if line, ok := outcome[l.Proposal.ID]; ok && e.Result.Counted {
			state := v.Outcome(line.Winner(), line.Mark == 2)
			card.State = &state
		}
		cards[i] = card
	}
	return cards, nil
}

// pictures gives the pictures of proposals.
func (v visit) pictures(ctx context.Context, list []proposal.Listed) (map[ids.ID]media.Picture, error) {
	var wanted []ids.ID
	for _, l := range list {
		if !l.Picture.IsZero() {
			wanted = append(wanted, l.Picture)
		}
	}
	return media.ByIDs(ctx, v.Tx, v.Of.Key, wanted)
}

// alt says what a picture shows, and in which language when it is not the page's.
func (v visit) alt(p media.Picture) (words, lang string) {
	words, of := p.Alt.In(v.Lang)
	return words, v.Foreign(string(of))
}

func (v visit) score(e edition.Edition, step int, s proposal.Selection) ui.Score {
	if !e.TotalsShown(step) {
		return ui.Score{}
	}
	return ui.Score{Known: true, Total: s.Points, Supporters: s.Votes, Points: e.Points()}
}

// districtOrder gives the place of each district of the project in the sequence of colours.
func (v visit) districtOrder(ctx context.Context, e edition.Edition) (map[string]int, error) {
	all, err := project.DistrictsOf(ctx, v.Tx, v.Of.Key, []ids.ID{e.Project.ID})
	order := make(map[string]int, len(all))
	for _, d := range all {
		order[d.Slug] = d.Colour
	}
	return order, err
}
