package office

import (
	"strings"

	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// said is what was decided, as text: the words of the answers that are chosen, or what stands in the field.
func said(p ui.Page, in ui.Input) string {
	var words []string
	for _, o := range in.Options {
		if o.Chosen {
			words = append(words, o.Label)
		}
	}
	if len(in.Options) > 0 {
		return strings.Join(words, " ; ")
	}
	return strings.TrimSpace(in.Value)
}

// fixed are the rules of the vote and of the count, in the order in which they are asked before it opens.
func (f rulesForm) fixed(p ui.Page) []ui.Input {
	c := f.Choices
	list := []ui.Input{f.number(p, "vote.who.minimum_age"), f.residence(p, "vote", c.Vote)}
	if c.Vote.In == rulebook.InPostcodes {
		list = append(list, f.text(p, "vote.who.residence.values", 0))
	}
	list = append(list, f.kinds(p, "vote", c.Vote), f.domains(p, "vote"), f.listed(p, "vote", c.Vote), f.ballot(p), f.advanced(p), f.number(p, "vote.ballot.min"), f.number(p, "vote.ballot.max"),
		f.number(p, "vote.ballot.max_points"))
	if len(f.Edition.Districts) > 0 {
		list = append(list, f.districtVote(p))
	}
	list = append(list, f.totals(p))
	if c.Totals.During == rulebook.InBatches {
		list = append(list, f.number(p, "vote.totals.every"))
	}
	list = append(list, f.number(p, "count.minimum.supporters"), f.number(p, "count.minimum.ballots_share"), f.fit(p))
	if len(f.Edition.Districts) > 0 {
		list = append(list, f.number(p, "count.guarantee.per_district"))
	}
	list = append(list, f.ties(p))
	if c.Ties == project.TieByLots {
		list = append(list, f.text(p, "count.ties", 0))
	}
	return append(list, f.dropOut(p))
}

// fixed is the envelope.
func (f moneyForm) fixed(p ui.Page) []ui.Input {
	list := []ui.Input{{Label: p.T("organise.budget"), Value: p.Money(int64(f.Edition.Rulebook.Count.Budget), f.Edition.Currency)}}
	if len(f.Edition.Districts) == 0 {
		return list
	}
	list = append(list, f.sharing(p))
	if citywide := f.Edition.Plan.Envelope.Citywide; citywide > 0 {
		list = append(list, ui.Input{Label: p.T("organise.citywide"), Value: p.Money(int64(citywide), f.Edition.Currency)})
	}
	return list
}
