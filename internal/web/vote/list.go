package vote

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

const (
	pageSize  = 300 // proposals of a page: a whole vote, for nearly every city
	maxSearch = 200 // letters
)

// Filter is what the list shows, as its address says it.
type Filter struct {
	Search, District, Theme string
	Seed                    string // of the order
	After                   string
}

// Card is a proposal that one can choose.
type Card struct {
	Number   int
	Title    string
	Href     templ.SafeURL
	Place    string // name of its district; empty: the whole city
	Colour   string // class of the district's colour; may be empty
	Theme    string
	Cost     string
	Picture  string // address; may be empty
	Chosen   bool
	Closed   bool // in a district in which this person does not vote
	District string
}

// ListPage is the list of a vote.
type ListPage struct {
	Project    Project
	Filter     Filter
	Cards      []Card
	All        int
	Next       string // key of the next page; empty: none
	Districts  []ui.Facet
	Themes     []ui.Facet
	Placeless  bool
	Box        Box
	How        []string // the rules of the ballot, in sentences
	TwoParts   bool
	HomeOnly   bool   // the district's ballot is for where one lives
	In         string // slug of the district in which this person votes
	SignedDay  string
	CanAgain   bool // there is a ballot to begin from, and the selection is empty
	Homes      []rulebook.Named
	NothingYet bool
	Withdrawn  bool // this person has just taken their ballot back
}

func filterOf(q url.Values) Filter {
	search := []rune(strings.TrimSpace(q.Get("q")))
	return Filter{Search: string(search[:min(len(search), maxSearch)]), District: q.Get("district"), Theme: q.Get("categorie"), Seed: q.Get("ordre"), After: q.Get("apres")}
}

// href gives the address of the list with another filter.
func (l ListPage) href(p ui.Page, change func(*Filter)) templ.SafeURL {
	f := l.Filter
	f.After = ""
	change(&f)
	return p.HrefWith(l.Project.path()+"/vote", f.pairs()...)
}

func (f Filter) pairs() []string {
	return []string{"q", f.Search, "district", f.District, "categorie", f.Theme, "ordre", f.Seed, "apres", f.After}
}

func (f Filter) filtered() bool { return f.Search != "" || f.District != "" || f.Theme != "" }

// seed gives the order in which a person sees the proposals: theirs, once they have saved anything; before, that of the
// address, or a new one.
func seed(b ballot.Booth, text string) int64 {
	if b.Basket.Seed > 0 {
		return b.Basket.Seed
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > 0 && n < 1<<31 {
		return n
	}
	var raw [8]byte
	_, _ = rand.Read(raw[:]) // never fails
	return int64(binary.BigEndian.Uint64(raw[:])>>33) | 1
}

func (s *Pages) list(r *web.Request, p ui.Page) (web.View, error) {
	var page ListPage
	err := s.read(r, p, func(ctx context.Context, v visit, b ballot.Booth) (err error) {
		page, err = v.list(ctx, b, filterOf(r.URL.Query()))
		page.Box.Refused = v.refused(b, r.URL.Query())
		page.Withdrawn = r.URL.Query().Get("retire") == "oui"
		return err
	})
	return web.View{Page: List(p, page)}, err
}

// refused says again why a change was refused, as its address remembers it.
func (v visit) refused(b ballot.Booth, q url.Values) []string {
	number, err := strconv.Atoi(q.Get("refus"))
	if err != nil || b.Moment().Phase != project.Open {
		return nil
	}
	points, _ := strconv.ParseInt(q.Get("points"), 10, 64)
	if points > 0 {
		_, err = b.Paper.Give(b.Basket.Choices, b.Basket.District, number, points)
	} else {
		_, err = b.Paper.Add(b.Basket.Choices, b.Basket.District, number)
	}
	if err == nil {
		return nil
	}
	return v.Faults(err)
}

func (v visit) list(ctx context.Context, b ballot.Booth, f Filter) (ListPage, error) {
	districts, err := v.colours(ctx, b)
	if err != nil {
		return ListPage{}, err
	}
	order := seed(b, f.Seed)
	f.Seed = strconv.FormatInt(order, 10)
	page := ListPage{Project: v.project(b), Filter: f, All: len(b.Paper.Items), Placeless: len(districts) == 0, In: b.Basket.District, TwoParts: b.Paper.TwoParts(),
		How: b.Rulebook.BallotRules(v.Locale), NothingYet: len(b.Basket.Choices) == 0}
	if page.TwoParts {
		page.HomeOnly, page.Homes = b.Rulebook.Vote.District.Choice == rulebook.HomeDistrict, b.Rulebook.Districts
	}
	if !b.Signed.IsZero() {
		page.SignedDay, page.CanAgain = v.Date(b.Signed.Date()), page.NothingYet && !b.Signed.Ballot.IsZero()
	}
	wanted := proposal.Choice{Project: b.Project.ID, Step: b.Step().ID, Text: f.Search}
	if f.District != "" {
		wanted.Tags = append(wanted.Tags, proposal.Tag{Kind: proposal.TagDistrict, Slug: f.District})
	}
	if f.Theme != "" {
		wanted.Tags = append(wanted.Tags, proposal.Tag{Kind: proposal.TagCategory, Slug: f.Theme})
	}
	chosen, err := proposal.Choose(ctx, v.tx, v.of, wanted)
	if err != nil {
		return ListPage{}, err
	}
	q := proposal.ListQuery{Step: b.Step().ID, Order: proposal.ByRandom, Seed: order, Limit: pageSize + 1, With: proposal.With{Card: true}}
	if f.Search != "" || len(wanted.Tags) > 0 {
		q.Among = &chosen
	}
	if f.After != "" {
		after, err := proposal.ParseKey(f.After)
		if err != nil {
			return ListPage{}, err
		}
		q.After = &after
	}
	found, err := proposal.List(ctx, v.tx, v.of, q)
	if err != nil {
		return ListPage{}, err
	}
	if len(found) > pageSize {
		found = found[:pageSize]
		page.Next = found[pageSize-1].Key.String()
	}
	if page.Cards, err = v.cards(ctx, b, found, districts); err != nil {
		return ListPage{}, err
	}
	for _, facet := range chosen.Facets {
		one := ui.Facet{Slug: facet.Slug, Name: facet.Name, Count: int64(facet.Proposals)}
		switch facet.Kind {
		case proposal.TagDistrict:
			page.Districts = append(page.Districts, one)
		case proposal.TagCategory:
			page.Themes = append(page.Themes, one)
		}
	}
	page.Box = v.box(b, districts, string(page.href(v.Page, func(g *Filter) { g.After = f.After })))
	return page, err
}

// cards shows proposals, with their districts and themes in one statement.
func (v visit) cards(ctx context.Context, b ballot.Booth, list []proposal.Listed, districts map[string]project.District) ([]Card, error) {
	places := make([]ids.ID, len(list))
	for i, l := range list {
		places[i] = l.Proposal.ID
	}
	tags, err := proposal.TagsOf(ctx, v.tx, v.of, b.Step().ID, places)
	if err != nil {
		return nil, err
	}
	chosen := map[int]bool{}
	for _, c := range b.Basket.Choices {
		chosen[c.Number] = true
	}
	cards := make([]Card, len(list))
	for i, l := range list {
		number := l.Proposal.Number
		card := Card{Number: number, Title: l.Title, Href: v.Href("/projets/" + url.PathEscape(b.Slug) + "/propositions/" + strconv.Itoa(number) + dashed(l.Slug)),
			Cost: v.Money(l.Proposal.Cost, b.Rulebook.Currency), Chosen: chosen[number]}
		for _, t := range tags[l.Proposal.ID] {
			switch {
			case t.Kind == proposal.TagDistrict && card.District == "":
				card.District, card.Place = t.Slug, t.Name
				card.Colour = ui.District{Order: districts[t.Slug].Colour}.ColourClass()
			case t.Kind == proposal.TagCategory && card.Theme == "":
				card.Theme = t.Name
			}
		}
		if !l.Picture.IsZero() {
			card.Picture = media.Path(l.Picture, media.Small)
		}
		if item, ok := b.Paper.Item(number); ok {
			card.Closed = !b.Paper.Open(item, b.Basket.District)
		}
		cards[i] = card
	}
	return cards, nil
}

func dashed(slug string) string {
	if slug == "" {
		return ""
	}
	return "-" + url.PathEscape(slug)
}
