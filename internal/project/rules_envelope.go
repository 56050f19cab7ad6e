package project

import (
	"cmp"
	"slices"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/tally"
)

// Sharing says how the money is shared among the districts.
type Sharing string

// The ways of sharing.
const (
	Whole        Sharing = "whole"      // it is not: one envelope for all
	EqualShares  Sharing = "equal"      // the same for each district
	ByPopulation Sharing = "population" // in proportion to how many live there
	ByHand       Sharing = "hand"       // as the organiser says
)

// Sharings lists them, the simplest first.
func Sharings() []Sharing { return []Sharing{Whole, EqualShares, ByPopulation, ByHand} }

// Envelope is how much money there is and how it is shared. What is kept for projects of the whole city is shared with
// nobody.
type Envelope struct {
	Budget   tally.Amount            `json:"budget"`
	Sharing  Sharing                 `json:"sharing"`
	Citywide tally.Amount            `json:"citywide,omitempty"` // kept for the whole city
	People   map[string]int64        `json:"people,omitempty"`   // by district: how many live there
	Amounts  map[string]tally.Amount `json:"amounts,omitempty"`  // by district, for ByHand
}

// maxPeople bounds a population so that a share is computed exactly: Amount times people stays within int64.
const maxPeople = 10_000_000

// Share gives the envelope of each district of a rulebook, in their order; none for Whole. The shares and what is kept for the city are
// the budget to the cent: what does not divide goes to those with the largest remainder, the first ones first. Fault:
// invalid (budget, citywide, sharing, people.KEY, amount.KEY).
func (e Envelope) Share(b rulebook.Rulebook) ([]tally.Envelope, error) {
	districts := b.Districts
	money := func(a tally.Amount) i18n.Amount { return i18n.Amount{Hundredths: int64(a), Currency: b.Currency} }
	var found []*fault.Error
	wrong := func(field, key string, pairs ...any) {
		found = append(found, fault.New(fault.Invalid, "fault.organise."+key, pairs...).In(field))
	}
	if e.Budget <= 0 || e.Budget > tally.MaxAmount {
		wrong("budget", "budget")
	}
	if !slices.Contains(Sharings(), e.Sharing) {
		wrong("sharing", "sharing")
	}
	if e.Sharing == Whole || len(found) > 0 {
		return nil, fault.All(found)
	}
	if len(districts) == 0 {
		wrong("sharing", "no_districts")
	}
	if e.Citywide < 0 || e.Citywide > e.Budget {
		wrong("citywide", "citywide")
	}
	weights := make([]int64, len(districts))
	var sum tally.Amount
	for i, d := range districts {
		switch e.Sharing {
		case EqualShares:
			weights[i] = 1
		case ByPopulation:
			weights[i] = e.People[d.Key]
			if weights[i] <= 0 || weights[i] > maxPeople {
				wrong("people."+d.Key, "people", "Name", d.Name)
			}
		case ByHand:
			a := e.Amounts[d.Key]
			if a < 0 || a > tally.MaxAmount {
				wrong("amount."+d.Key, "amount", "Name", d.Name)
			} else if sum += a; sum > tally.MaxAmount {
				sum = tally.MaxAmount
			}
		}
	}
	if e.Sharing == ByHand && len(found) == 0 && sum+e.Citywide != e.Budget {
		wrong("sharing", "sum", "Sum", money(sum+e.Citywide), "Budget", money(e.Budget))
	}
	if len(found) > 0 {
		return nil, fault.All(found)
	}
	shares := make([]tally.Envelope, len(districts))
	for i, d := range districts {
		shares[i] = tally.Envelope{Key: d.Key, Amount: e.Amounts[d.Key]}
	}
	if e.Sharing != ByHand {
		for i, a := range proportional(e.Budget-e.Citywide, weights) {
			shares[i].Amount = a
		}
	}
	return shares, nil
}

// proportional divides an amount by weights (Hare's largest remainders), which are positive; ties go to the first.
func proportional(amount tally.Amount, weights []int64) []tally.Amount {
	var total int64
	for _, w := range weights {
		total += w
	}
	shares := make([]tally.Amount, len(weights))
	remainders := make([]int64, len(weights))
	order := make([]int, len(weights))
	left := amount
	for i, w := range weights {
		// amount*w/total without overflow: amount = q*total + r.
		q, r := int64(amount)/total, int64(amount)%total
		shares[i], remainders[i], order[i] = tally.Amount(q*w+r*w/total), r*w%total, i
		left -= shares[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(remainders[b], remainders[a]) })
	for _, i := range order[:left] {
		shares[i]++
	}
	return shares
}

// Into writes the envelope into a rulebook, for the districts that it names. Fault: invalid.
func (e Envelope) Into(b rulebook.Rulebook) (rulebook.Rulebook, error) {
	shares, err := e.Share(b)
	if err != nil {
		return b, err
	}
	b.Count.Budget = e.Budget
	if d := b.Deposit; d != nil && d.MaximumCost > e.Budget {
		limited := *d
		limited.MaximumCost = e.Budget
		b.Deposit = &limited
	}
	if e.Sharing == Whole {
		b.Count.Parts = nil
		return b, nil
	}
	parts := tally.Parts{By: tally.PartsByDistrict, Fit: tally.Fit{Then: tally.FitSkip}, Left: tally.LeftCitywide, Several: tally.SeveralFirst, None: tally.NoneCitywide}
	if b.Count.Parts != nil {
		parts = *b.Count.Parts
	}
	parts.By, parts.Envelopes = tally.PartsByDistrict, shares
	b.Count.Parts = &parts
	return b, nil
}

// envelopeOf reads the envelope out of a rulebook that no organiser has shared here.
func envelopeOf(b rulebook.Rulebook) Envelope {
	e := Envelope{Budget: b.Count.Budget, Sharing: Whole}
	if p := b.Count.Parts; p != nil && p.By == tally.PartsByDistrict {
		e.Sharing, e.Citywide, e.Amounts = ByHand, b.Citywide(), map[string]tally.Amount{}
		for _, part := range p.Envelopes {
			e.Amounts[part.Key] = part.Amount
		}
	}
	return e
}
