package results

import (
	"context"
	"math"
	"strconv"

	"github.com/parvis-civic/parvis/internal/geo"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/web/citymap"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/tally"
)

// tiesShown is how many proposals decided by a tie-break a page explains; the list says it of each, anyway.
const tiesShown = 50

// decided explains what the guarantee and the tie-breaks decided.
func (v visit) decided(ctx context.Context, e edition.Edition, marked []result.Line, page *ResultsPage) error {
	lines, err := result.Tied(ctx, v.Tx, v.Of.Key, e.Result.Step, tiesShown)
	if err != nil {
		return err
	}
	ties := len(lines)
	for _, l := range marked {
		if l.Winner() && l.Reason.Code == tally.InGuarantee {
			lines = append(lines, l)
		}
	}
	if len(lines) == 0 {
		return nil
	}
	said, err := v.Reasons(ctx, e, lines)
	if err != nil {
		return err
	}
	at := make([]ids.ID, len(lines))
	for i, l := range lines {
		at[i] = l.Proposal
	}
	found, err := proposal.ByIDs(ctx, v.Tx, v.Of.Key, at)
	if err != nil {
		return err
	}
	named := map[ids.ID]proposal.Proposal{}
	for _, p := range found {
		named[p.ID] = v.Seen(p)
	}
	for i, l := range lines {
		p := named[l.Proposal]
		d := Decided{Title: p.Title, Number: strconv.Itoa(p.Number), Slug: p.Slug, Winner: l.Winner(), Reason: said[i]}
		if i < ties {
			page.Ties = append(page.Ties, d)
		} else {
			page.Guarantee = append(page.Guarantee, d)
		}
	}
	return nil
}

// resultsMap colours the districts by what they won, or shows where the winners are when there are no outlines.
func (v visit) resultsMap(ctx context.Context, e edition.Edition, page *ResultsPage, marked []result.Line, at places) error {
	c, err := v.Town(ctx, e)
	if err != nil {
		return err
	}
	label := v.T("results.map.label", "Title", e.Title)
	if !c.Outlined() {
		page.Map, page.Drawn = v.winnersMap(c, e, label, marked, at)
		return nil
	}
	won := map[string]MoneyGroup{}
	highest := int64(0)
	for _, g := range page.Groups {
		if g.District != nil {
			won[g.District.Slug] = g
			highest = max(highest, page.Measure.of(g))
		}
	}
	step := page.Measure.step(highest)
	page.Scale = v.scale(page.Measure, step, e.Currency)
	page.Map, page.Drawn = c.Draw("carte", label, citymap.Fit(c.Frame), func(q edition.Quarter) edition.Style {
		g := won[q.Slug]
		return edition.Style{Class: scaleClass(page.Measure.of(g), step), Href: page.district(v.Page, q.Slug), Under: v.amount(page.Measure, page.Measure.of(g), e.Currency)}
	}, nil, nil), true
	return nil
}

// winnersMap shows the places of the winners; false when none has one.
func (v visit) winnersMap(c edition.Town, e edition.Edition, label string, lines []result.Line, at places) (ui.CityMap, bool) {
	var all []citymap.Place
	for _, l := range lines {
		if p := at.proposals[l.Proposal]; l.Winner() && p.Place != nil {
			all = append(all, citymap.Place(*p.Place))
		}
	}
	if len(all) == 0 {
		return ui.CityMap{}, false
	}
	view := citymap.Fit(geo.Around(all...))
	spots, gathered := winnersIn(view, lines, at)
	m := c.Draw("carte", label, view, func(edition.Quarter) edition.Style { return edition.Style{} }, gathered, edition.Middles(spots, view))
	m.Marks = v.Marks(c, e, spots, gathered, nil)
	return m, true
}

// winnersIn are the places of the winners that a view shows, gathered.
func winnersIn(view citymap.View, lines []result.Line, at places) (spots []proposal.Spot, gathered []citymap.Mark) {
	var points []citymap.Spot
	for _, l := range lines {
		p := at.proposals[l.Proposal]
		if !l.Winner() || p.Place == nil {
			continue
		}
		point := view.Point(citymap.Place(*p.Place))
		if !view.Shows(point) {
			continue
		}
		spots = append(spots, proposal.Spot{Place: *p.Place, District: p.District, Proposals: 1, Number: p.Number, Title: p.Title, Slug: p.Slug})
		points = append(points, citymap.Spot{Point: point, Count: 1})
	}
	return spots, citymap.Gather(points, edition.Apart)
}

// of is what a measure measures of a district.
func (m Measure) of(g MoneyGroup) int64 {
	if m == ByNumber {
		return int64(len(g.Winners))
	}
	return g.Spent
}

// scaleSteps are the steps of a scale above nothing.
const scaleSteps = 4

// step is the width of a step of the scale: 1, 2, 2.5 or 5 times a power of ten, so that its ends are easily read.
func (m Measure) step(highest int64) int64 {
	least := 1.0
	if m == ByMoney {
		least = 100 * 1000 // amounts are hundredths, and nobody compares what is below 1,000
	}
	wanted := math.Max(float64(highest)/scaleSteps, least)
	power := math.Pow(10, math.Floor(math.Log10(wanted)))
	for _, times := range []float64{1, 2, 2.5, 5, 10} {
		step := times * power
		if step >= wanted && (m == ByMoney || step == math.Floor(step)) {
			return int64(step)
		}
	}
	return int64(10 * power)
}

// scaleClass is the class of a value: "q0" for nothing, "q1" up to one step, …
func scaleClass(value, step int64) string {
	if value <= 0 {
		return "q0"
	}
	return "q" + strconv.Itoa(int(min((value+step-1)/step, scaleSteps)))
}

// amount writes a value of a measure.
func (v visit) amount(m Measure, value int64, currency string) string {
	if m == ByNumber {
		return v.T("results.map.winners", "Count", value)
	}
	return v.MoneyShort(value, currency)
}

// scale is the legend: nothing, then what each step goes up to.
func (v visit) scale(m Measure, step int64, currency string) []ui.ScaleStep {
	list := []ui.ScaleStep{{Class: "q0", Text: v.T("results.map.none")}}
	for i := int64(1); i <= scaleSteps; i++ {
		text := v.T("results.map.up_to", "Value", v.amount(m, i*step, currency))
		if m == ByNumber && step == 1 {
			text = v.amount(m, i, currency)
		}
		list = append(list, ui.ScaleStep{Class: "q" + strconv.Itoa(int(i)), Text: text})
	}
	return list
}
