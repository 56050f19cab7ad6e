package project

import (
	"slices"
	"time"

	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/tally"
)

// Model is a way of running an edition that works elsewhere, from which an organiser starts: its steps, its rules. All of it
// can be changed afterwards.
type Model string

// The models, the default first.
const (
	ModelSimple       Model = "simple"       // a few projects each, most votes first
	ModelSmallTown    Model = "small_town"   // the same, shorter, with less to decide
	ModelLargeTown    Model = "large_town"   // money by district, and a promise to each
	ModelBasket       Model = "basket"       // a selection that must fit the money (Rennes)
	ModelRanked       Model = "ranked"       // three projects in order
	ModelTwoVotes     Model = "two_votes"    // one vote for one's district, one for the city (Poland)
	ModelUniversity   Model = "university"   // students and staff, known by the domain of their address
	ModelDeliberation Model = "deliberation" // a committee decides, nobody votes
)

// Models lists the models, the default first.
func Models() []Model {
	return []Model{ModelSimple, ModelSmallTown, ModelLargeTown, ModelBasket, ModelRanked, ModelTwoVotes, ModelUniversity, ModelDeliberation}
}

// Known says whether it is one of the models.
func (m Model) Known() bool { return slices.Contains(Models(), m) }

// ByDistrict says whether the model shares its money by district.
func (m Model) ByDistrict() bool { return m == ModelLargeTown || m == ModelTwoVotes }

// perHead is the usual envelope in France: five euros for each resident and year.
const perHead = 5_00

// Budget is what an edition usually has for a population, in whole thousands; 50,000 when the population is not known.
func (m Model) Budget(population int) tally.Amount {
	const thousand = 1_000_00
	if population <= 0 {
		return 50 * thousand
	}
	return max(thousand, tally.Amount(population)*perHead/thousand*thousand)
}

// Rulebook gives the rules that the model starts with, valid as they are, for an envelope in hundredths of a currency.
// What the districts share is added when they are known.
func (m Model) Rulebook(budget tally.Amount, currency string) rulebook.Rulebook {
	people := []rulebook.Kind{rulebook.KindPerson}
	here := rulebook.Residence{In: rulebook.InCity}
	r := rulebook.Rulebook{
		Format: rulebook.Format, Currency: currency,
		Deposit: &rulebook.Deposit{
			Who:    rulebook.Who{MinimumAge: 11, Residence: here, Kinds: []rulebook.Kind{rulebook.KindPerson, rulebook.KindAssociation, rulebook.KindCollective}},
			Barred: []rulebook.Barred{rulebook.BarredElected, rulebook.BarredStaff, rulebook.BarredParty, rulebook.BarredReligious}, PerPerson: 3,
			MaximumCost: budget / 3 / 100_00 * 100_00, Months: 24, Running: rulebook.Running{Kind: rulebook.RunningNoDirect},
		},
		Vote: rulebook.Vote{
			Who:    &rulebook.Who{MinimumAge: 11, Residence: here, Kinds: people},
			Ballot: rulebook.Shape{Kind: rulebook.Simple, Min: 1, Max: 3}, Totals: rulebook.Totals{During: rulebook.Hidden},
		},
		Count: tally.Rule{
			Method: tally.MethodGreedy, Scoring: tally.Scoring{By: tally.ByChoice}, Budget: budget, Fit: tally.Fit{Then: tally.FitSkip},
			Ties: []tally.TieBreak{{By: tally.TieLowerCost}, {By: tally.TieOrder}}, DropOut: tally.DropOutNext,
		},
	}
	switch m {
	case ModelSmallTown:
		r.Deposit.PerPerson, r.Deposit.Months, r.Deposit.MaximumCost = 1, 12, 0
		r.Deposit.Barred = []rulebook.Barred{rulebook.BarredElected}
	case ModelDeliberation:
		r.Deliberation, r.Vote = true, rulebook.Vote{}
	case ModelLargeTown:
		r.Vote.Ballot.Max = 5
		r.Count.DropOut = tally.DropOutDistrict
	case ModelBasket:
		r.Vote.Ballot = rulebook.Shape{Kind: rulebook.Basket, Min: 1, Max: 10}
	case ModelRanked:
		r.Vote.Ballot = rulebook.Shape{Kind: rulebook.Ranking, Min: 1, Max: 3}
		r.Count.Scoring = tally.Scoring{By: tally.ByRank, Weights: []int64{3, 2, 1}}
		r.Count.Ties = []tally.TieBreak{{By: tally.TieSupporters}, {By: tally.TieLowerCost}, {By: tally.TieOrder}}
	case ModelTwoVotes:
		r.Vote.Ballot.Max = 3
		r.Count.DropOut = tally.DropOutDistrict
	case ModelUniversity:
		kinds := []rulebook.Kind{rulebook.KindPerson, rulebook.KindAssociation}
		r.Deposit.Who = rulebook.Who{Residence: rulebook.Residence{In: rulebook.Anywhere}, Kinds: kinds}
		r.Deposit.Barred = nil
		r.Vote.Who = &rulebook.Who{Residence: rulebook.Residence{In: rulebook.Anywhere}, Kinds: people}
	}
	return r
}

// phase is a step of a model: how many days it lasts, and how many pass before it.
type phase struct {
	kind       Kind
	slug       string
	wait, last int // days; a last of 0 has no end
}

func (m Model) phases() []phase {
	study := 84
	if m == ModelSmallTown || m == ModelUniversity {
		study = 56
	}
	list := []phase{{Presentation, "lancement", 0, 14}, {Collect, "depot", 0, 42}, {Analysis, "analyse", 0, study}}
	if m == ModelDeliberation {
		list = append(list, phase{Other, "deliberation", 7, 28})
	} else {
		list = append(list, phase{Vote, "vote", 7, 21})
	}
	return append(list, phase{Result, "resultats", 7, 14}, phase{Delivery, "realisations", 0, 0})
}

// lead is how many days ahead of the first step an edition is made.
const lead = 28

// Steps gives the calendar that the model proposes at a time: it begins on a Monday, four weeks ahead at least, and each
// step at midnight of the locale's zone; the vote ends on its last day at 20:00.
func (m Model) Steps(now time.Time, l *i18n.Locale) []Step {
	zone := l.Zone
	y, mo, d := now.In(zone).Date()
	first := time.Date(y, mo, d+lead, 0, 0, 0, 0, zone)
	day := d + lead + (int(time.Monday)-int(first.Weekday())+7)%7
	var steps []Step
	for i, p := range m.phases() {
		day += p.wait
		s := Step{Position: i, Kind: p.kind, Slug: p.slug, StartsAt: time.Date(y, mo, day, 0, 0, 0, 0, zone)}
		if p.kind == Other {
			s.Title = l.T("organise.step.deliberation") // this kind has no name of its own
		}
		if p.last > 0 {
			s.EndsAt = time.Date(y, mo, day+p.last, 0, 0, 0, 0, zone)
			if p.kind == Vote { // the last day ends in the evening, while somebody is there
				s.EndsAt = time.Date(y, mo, day+p.last-1, 20, 0, 0, 0, zone)
			}
		}
		day += p.last
		steps = append(steps, s)
	}
	return steps
}

// Promises gives what the model adds once the districts are known: the promise of one winner to each, and the second vote.
func (m Model) Promises(b rulebook.Rulebook) rulebook.Rulebook {
	keys := make([]string, len(b.Districts))
	for i, d := range b.Districts {
		keys[i] = d.Key
	}
	switch {
	case len(keys) == 0:
	case m == ModelLargeTown:
		b.Count.Guarantee = guarantee(1, keys)
	case m == ModelTwoVotes:
		b.Vote.District = &rulebook.DistrictRight{Choice: rulebook.HomeDistrict, Ballot: b.Vote.Ballot}
	}
	return b
}

// guarantee is a promise of so many winners to each district, served first, with its corners decided.
func guarantee(n int, districts []string) *tally.Guarantee {
	return &tally.Guarantee{
		PerDistrict: n, Districts: districts, When: tally.GuaranteeBefore, NoMoney: tally.NoMoneyNext, NoProjects: tally.NoProjectsFewer,
		Several: tally.SeveralFirst, None: tally.NoneUnguaranteed, BelowMin: tally.BelowMinimumOut,
	}
}
