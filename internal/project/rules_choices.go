package project

import (
	"slices"
	"strings"

	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/tally"
)

// Choices are the rules of an edition as an organiser decides them: each is a sentence of the règlement. What a rulebook
// can say and these cannot stays as it is.
type Choices struct {
	Deposit      WhoChoices
	Barred       []rulebook.Barred
	PerPerson    int // 0: no limit
	MaximumCost  tally.Amount
	Months       int
	Running      rulebook.Running
	Vote         WhoChoices
	Ballot       rulebook.Shape
	DistrictVote rulebook.DistrictChoice // empty: one vote only
	Totals       rulebook.Totals
	Supporters   int64 // that a project needs
	BallotsShare int   // of the ballots, in per cent, that must name it
	Fit          tally.FitThen
	Promise      int // winners promised to each district; 0: none
	Ties         TieChoice
	Draw         string // of TieByLots: the public drawing to come that gives its numbers
	DropOut      tally.DropOut
	Article      rulebook.CityArticle // one that the city writes; empty: none
}

// WhoChoices say who may take part.
type WhoChoices struct {
	Age       int
	In        rulebook.ResidenceIn
	Postcodes []string
	Kinds     []rulebook.Kind
	Domains   []string
	Listed    bool
}

// TieChoice is how projects with the same total are separated.
type TieChoice string

// The ways; each ends with one that separates any two.
const (
	TieByCost       TieChoice = "cost"       // the cheaper, then the lower number
	TieBySupporters TieChoice = "supporters" // more ballots, then the cheaper, then the lower number
	TieByLots       TieChoice = "lots"       // the cheaper, then a drawing that anyone can redo
	TieKept         TieChoice = "kept"       // as the rulebook has it, in another way than these
)

var tieBreaks = map[TieChoice][]tally.TieBy{
	TieByCost:       {tally.TieLowerCost, tally.TieOrder},
	TieBySupporters: {tally.TieSupporters, tally.TieLowerCost, tally.TieOrder},
	TieByLots:       {tally.TieLowerCost, tally.TieLots},
}

// ChoicesOf reads the choices out of a rulebook.
func ChoicesOf(b rulebook.Rulebook) Choices {
	c := Choices{
		Ballot: b.Vote.Ballot, Totals: b.Vote.Totals, Supporters: b.Count.Minimum.Supporters, BallotsShare: b.Count.Minimum.BallotsShare,
		Fit: b.Count.Fit.Then, Ties: TieKept, DropOut: b.Count.DropOut,
	}
	if d := b.Deposit; d != nil {
		c.Deposit, c.Barred, c.PerPerson, c.MaximumCost, c.Months, c.Running = whoOf(d.Who), d.Barred, d.PerPerson, d.MaximumCost, d.Months, d.Running
	}
	if b.Vote.Who != nil {
		c.Vote = whoOf(*b.Vote.Who)
	}
	if b.Vote.District != nil {
		c.DistrictVote = b.Vote.District.Choice
	}
	if b.Count.Guarantee != nil {
		c.Promise = b.Count.Guarantee.PerDistrict
	}
	by := make([]tally.TieBy, len(b.Count.Ties))
	for i, t := range b.Count.Ties {
		by[i] = t.By
	}
	for choice, list := range tieBreaks {
		if slices.Equal(by, list) {
			c.Ties = choice
		}
	}
	if b.Lots != nil {
		c.Draw = b.Lots.Draw
	}
	if len(b.Articles) > 0 {
		c.Article = b.Articles[0]
	}
	return c
}

func whoOf(w rulebook.Who) WhoChoices {
	c := WhoChoices{Age: w.MinimumAge, In: w.Residence.In, Kinds: w.Kinds, Domains: w.Domains, Listed: w.Listed}
	if c.In == rulebook.InPostcodes {
		c.Postcodes = w.Residence.Values
	}
	return c
}

// Into writes the choices into a rulebook. The result may be invalid: Validate says what is wrong with it.
func (c Choices) Into(b rulebook.Rulebook) rulebook.Rulebook {
	old := rulebook.Who{}
	if b.Deposit != nil {
		old = b.Deposit.Who
	}
	b.Deposit = &rulebook.Deposit{
		Who: c.Deposit.into(old), Barred: c.Barred, PerPerson: c.PerPerson, MaximumCost: c.MaximumCost, Months: c.Months, Running: c.Running,
	}
	if b.Deliberation {
		c.article(&b)
		return b
	}
	old = rulebook.Who{}
	if b.Vote.Who != nil {
		old = *b.Vote.Who
	}
	voters := c.Vote.into(old)
	b.Vote.Who, b.Vote.Ballot, b.Vote.Totals = &voters, c.Ballot, c.Totals
	b.Count.Minimum.Supporters, b.Count.Minimum.BallotsShare = c.Supporters, c.BallotsShare
	b.Count.DropOut = c.DropOut
	if c.Fit != b.Count.Fit.Then {
		b.Count.Fit = tally.Fit{Then: c.Fit}
	}
	c.score(&b)
	switch {
	case c.DistrictVote == "":
		b.Vote.District = nil
	case b.Vote.District == nil:
		b.Vote.District = &rulebook.DistrictRight{Choice: c.DistrictVote, Ballot: c.Ballot}
	default:
		right := *b.Vote.District
		right.Choice = c.DistrictVote
		if right.Ballot.Kind != c.Ballot.Kind {
			right.Ballot = c.Ballot
		}
		b.Vote.District = &right
	}
	c.promise(&b)
	c.ties(&b)
	c.article(&b)
	return b
}

// ties writes how projects with the same total are separated. Lots whose seed the rulebook had before drawings to come keep
// it while none is named.
func (c Choices) ties(b *rulebook.Rulebook) {
	by, ok := tieBreaks[c.Ties]
	if !ok {
		return
	}
	old := ""
	for _, t := range b.Count.Ties {
		if t.By == tally.TieLots {
			old = t.Seed
		}
	}
	b.Lots, b.Count.Ties = nil, make([]tally.TieBreak, len(by))
	for i, t := range by {
		b.Count.Ties[i].By = t
		switch {
		case t != tally.TieLots:
		case c.Draw == "" && old != "":
			b.Count.Ties[i].Seed = old
		default:
			b.Lots = &rulebook.Lots{Draw: strings.Join(strings.Fields(c.Draw), " ")}
		}
	}
}

// score makes the count fit the ballot: a ranking of n places is worth n, n-1, … 1 points unless the rulebook says
// another weight for each place already.
func (c Choices) score(b *rulebook.Rulebook) {
	switch c.Ballot.Kind {
	case rulebook.Ranking:
		weights := b.Count.Scoring.Weights
		if b.Count.Scoring.By != tally.ByRank || len(weights) != c.Ballot.Max {
			weights = nil
			for n := min(c.Ballot.Max, maxPlaces); n > 0; n-- {
				weights = append(weights, int64(n))
			}
		}
		b.Count.Scoring = tally.Scoring{By: tally.ByRank, Weights: weights}
	case rulebook.Cumulative:
		b.Count.Scoring = tally.Scoring{By: tally.ByPoints}
	default:
		b.Count.Scoring = tally.Scoring{By: tally.ByChoice}
	}
}

// maxPlaces bounds the weights that are made for a ranking; a longer one is refused for its weights.
const maxPlaces = 100

func (c Choices) promise(b *rulebook.Rulebook) {
	keys := make([]string, len(b.Districts))
	for i, d := range b.Districts {
		keys[i] = d.Key
	}
	switch {
	case c.Promise == 0:
		b.Count.Guarantee = nil
	case b.Count.Guarantee == nil:
		b.Count.Guarantee = guarantee(c.Promise, keys)
	default:
		g := *b.Count.Guarantee
		g.PerDistrict = c.Promise
		b.Count.Guarantee = &g
	}
}

func (c Choices) article(b *rulebook.Rulebook) {
	empty := strings.TrimSpace(c.Article.Title.FR+c.Article.Title.EN+c.Article.Body.FR+c.Article.Body.EN) == ""
	rest := b.Articles
	if len(rest) > 0 {
		rest = rest[1:]
	}
	b.Articles = slices.Clone(rest)
	if !empty {
		b.Articles = append([]rulebook.CityArticle{c.Article}, rest...)
	}
}

func (c WhoChoices) into(old rulebook.Who) rulebook.Who {
	w := rulebook.Who{MinimumAge: c.Age, Kinds: c.Kinds, Domains: c.Domains, Listed: c.Listed, Residence: rulebook.Residence{In: c.In}}
	switch {
	case c.In == rulebook.InPostcodes:
		w.Residence.Values = c.Postcodes
	case c.In == old.Residence.In:
		w.Residence.Values = old.Residence.Values
	}
	return w
}
