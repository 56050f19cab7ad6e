package ballot

import (
	"cmp"
	"slices"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/tally"
)

// Paper is the ballot paper of a step: what one may choose among, and the rules of choosing.
type Paper struct {
	Rules rulebook.Rulebook
	Items []proposal.Choosable // by number
}

// Part is one of the rights that a ballot uses: the whole vote, or where people vote for the city and for a district, one
// of the two.
type Part struct {
	District string // slug; empty: the whole city, or the whole vote
	Shape    rulebook.Shape
	Envelope int64 // hundredths: what a basket must fit
	Chosen   int
	Cost     int64 // hundredths
	Points   int64 // given, where the ballot gives points
}

// Item gives the proposal of a number; false when it is not in the vote.
func (p Paper) Item(number int) (proposal.Choosable, bool) {
	at, ok := slices.BinarySearchFunc(p.Items, number, func(i proposal.Choosable, n int) int { return cmp.Compare(i.Number, n) })
	if !ok {
		return proposal.Choosable{}, false
	}
	return p.Items[at], true
}

// InOrder says whether the order of the choices counts.
func (p Paper) InOrder() bool { return p.Rules.Vote.Ballot.Kind == rulebook.Ranking }

// WithPoints says whether choices give points.
func (p Paper) WithPoints() bool { return p.Rules.Vote.Ballot.Kind == rulebook.Cumulative }

// Text gives choices as they are stored: in the order of their numbers where the order says nothing, so that it does not
// tell how somebody went through the list.
func (p Paper) Text(choices []Choice) string {
	if !p.InOrder() {
		choices = slices.Clone(choices)
		slices.SortFunc(choices, func(a, b Choice) int { return cmp.Compare(a.Number, b.Number) })
	}
	return Encode(choices, p.WithPoints())
}

// Totals gives what a ballot gives each proposal that it names.
func (p Paper) Totals(choices []Choice) map[int]proposal.Total {
	totals := make(map[int]proposal.Total, len(choices))
	for place, c := range choices {
		t := proposal.Total{Votes: 1, Points: 1}
		switch s := p.Rules.Count.Scoring; s.By {
		case tally.ByPoints:
			t.Points = c.Points
		case tally.ByRank:
			t.Points = 0
			if place < len(s.Weights) {
				t.Points = s.Weights[place]
			}
		}
		totals[c.Number] = t
	}
	return totals
}

// TwoParts says whether people vote for the city and for a district.
func (p Paper) TwoParts() bool { return p.Rules.Vote.District != nil }

// partOf gives the index in Parts of the part that a proposal belongs to; -1 when it is in none that this person votes in.
func (p Paper) partOf(item proposal.Choosable, district string) int {
	switch {
	case !p.TwoParts() || len(item.Districts) == 0:
		return 0
	case district != "" && slices.Contains(item.Districts, district):
		return 1
	}
	return -1
}

// Open says whether somebody who votes in that district ("" when it is not said) may choose the proposal.
func (p Paper) Open(item proposal.Choosable, district string) bool {
	return p.partOf(item, district) >= 0
}

// Parts gives the rights that choices use, and how far. There is one; with a district's ballot there are two, the city's
// first.
func (p Paper) Parts(choices []Choice, district string) []Part {
	parts := []Part{{Shape: p.Rules.Vote.Ballot, Envelope: int64(p.Rules.Count.Budget)}}
	if p.TwoParts() {
		envelope, _ := p.Rules.Envelope(district)
		parts[0].Envelope = int64(p.Rules.Citywide())
		parts = append(parts, Part{District: district, Shape: p.Rules.Vote.District.Ballot, Envelope: int64(envelope)})
	}
	for _, c := range choices {
		item, ok := p.Item(c.Number)
		if at := p.partOf(item, district); ok && at >= 0 {
			parts[at].Chosen++
			parts[at].Cost += item.Cost
			parts[at].Points += c.Points
		}
	}
	return parts
}

// Check says whether the choices are a ballot of this vote: fault invalid with every reason at once. Of two rights one may
// be left unused.
func (p Paper) Check(choices []Choice, district string) error {
	var parts [2][]tally.Choice
	var costs [2][]tally.Amount
	var found []*fault.Error
	places := map[int]int{}
	for _, c := range choices {
		item, ok := p.Item(c.Number)
		at := p.partOf(item, district)
		switch {
		case !ok:
			at = 0
			parts[0] = append(parts[0], tally.Choice{Project: -1, Points: c.Points})
			continue
		case at < 0:
			found = append(found, fault.New(fault.Invalid, "fault.vote.elsewhere", "Title", item.Title).In("choices"))
			continue
		}
		if _, seen := places[c.Number]; !seen {
			places[c.Number] = len(costs[at])
			costs[at] = append(costs[at], tally.Amount(item.Cost))
		}
		parts[at] = append(parts[at], tally.Choice{Project: places[c.Number], Points: c.Points})
	}
	for at, part := range p.Parts(choices, district) {
		other := parts[1-at]
		if p.TwoParts() && len(parts[at]) == 0 && (at == 1 || len(other) > 0) {
			continue // a right that is left unused
		}
		err := part.Shape.CheckBallot(parts[at], costs[at], i18n.Amount{Hundredths: part.Envelope, Currency: p.Rules.Currency})
		found = append(found, reasons(err)...)
	}
	return fault.All(found)
}

// reasons gives each fault of an error by itself.
func reasons(err error) []*fault.Error {
	f, ok := err.(*fault.Error)
	switch {
	case !ok:
		return nil
	case len(f.Sub) > 0:
		return f.Sub
	}
	return []*fault.Error{f}
}

// Add puts a proposal at the end of a selection. Adding what is there changes nothing. Fault invalid: it is not in the
// vote, is another district's, or leaves no room; then the reason says what to take out.
func (p Paper) Add(choices []Choice, district string, number int) ([]Choice, error) {
	if has(choices, number) {
		return choices, nil
	}
	item, ok := p.Item(number)
	if !ok {
		return choices, fault.New(fault.Invalid, "fault.vote.gone").In("choices")
	}
	at := p.partOf(item, district)
	if at < 0 {
		key := "fault.vote.elsewhere"
		if district == "" {
			key = "fault.vote.which_district"
		}
		return choices, fault.New(fault.Invalid, key, "Title", item.Title).In("choices")
	}
	part := p.Parts(choices, district)[at]
	added := Choice{Number: number}
	switch {
	case part.Shape.Max > 0 && part.Chosen >= part.Shape.Max:
		return choices, fault.New(fault.Invalid, "fault.vote.full", "Title", item.Title, "Count", part.Shape.Max).In("choices")
	case part.Shape.Kind == rulebook.Basket && part.Cost+item.Cost > part.Envelope:
		return choices, p.noRoom(choices, district, at, part, item)
	case part.Shape.Kind == rulebook.Cumulative:
		if part.Shape.MaxPoints > 0 && part.Points >= part.Shape.MaxPoints {
			return choices, fault.New(fault.Invalid, "fault.vote.no_points", "Title", item.Title, "Count", part.Shape.MaxPoints).In("choices")
		}
		added.Points = 1
	}
	return append(slices.Clone(choices), added), nil
}

// noRoom says what a proposal costs, what is left, and the least that makes room for it.
func (p Paper) noRoom(choices []Choice, district string, at int, part Part, item proposal.Choosable) error {
	money := func(a int64) i18n.Amount { return i18n.Amount{Hundredths: a, Currency: p.Rules.Currency} }
	left := part.Envelope - part.Cost
	if item.Cost > part.Envelope {
		return fault.New(fault.Invalid, "fault.vote.too_dear", "Title", item.Title, "Cost", money(item.Cost), "Envelope", money(part.Envelope)).In("choices")
	}
	var mine []proposal.Choosable
	for _, c := range choices {
		if i, ok := p.Item(c.Number); ok && p.partOf(i, district) == at {
			mine = append(mine, i)
		}
	}
	var out []string
	for _, i := range takeOut(mine, item.Cost-left) {
		out = append(out, i.Title)
	}
	return fault.New(fault.Invalid, "fault.vote.no_room", "Title", item.Title, "Cost", money(item.Cost), "Left", money(left), "Out", out).In("choices")
}

// takeOut gives what to take out so that so much is free: the cheapest one that is enough, else the dearest ones, as few
// as do.
func takeOut(items []proposal.Choosable, need int64) []proposal.Choosable {
	slices.SortStableFunc(items, func(a, b proposal.Choosable) int { return cmp.Compare(a.Cost, b.Cost) })
	for _, i := range items {
		if i.Cost >= need {
			return []proposal.Choosable{i}
		}
	}
	var out []proposal.Choosable
	for _, i := range slices.Backward(items) {
		if need <= 0 {
			break
		}
		out, need = append(out, i), need-i.Cost
	}
	return out
}

func has(choices []Choice, number int) bool {
	return slices.ContainsFunc(choices, func(c Choice) bool { return c.Number == number })
}

// Remove takes a proposal out of a selection.
func Remove(choices []Choice, number int) []Choice {
	return slices.DeleteFunc(slices.Clone(choices), func(c Choice) bool { return c.Number == number })
}

// Move puts a proposal of a ranking before its neighbour, or after the next one.
func Move(choices []Choice, number int, up bool) []Choice {
	list := slices.Clone(choices)
	at := slices.IndexFunc(list, func(c Choice) bool { return c.Number == number })
	to := at + 1
	if up {
		to = at - 1
	}
	if at >= 0 && to >= 0 && to < len(list) {
		list[at], list[to] = list[to], list[at]
	}
	return list
}

// Give sets the points of a proposal; none takes it out. What is too much is refused: fault invalid.
func (p Paper) Give(choices []Choice, district string, number int, points int64) ([]Choice, error) {
	if points <= 0 {
		return Remove(choices, number), nil
	}
	if !has(choices, number) {
		var err error
		if choices, err = p.Add(choices, district, number); err != nil {
			return choices, err
		}
	}
	item, _ := p.Item(number)
	list := slices.Clone(choices)
	at := slices.IndexFunc(list, func(c Choice) bool { return c.Number == number })
	list[at].Points = points
	part := p.Parts(list, district)[max(p.partOf(item, district), 0)]
	switch {
	case part.Shape.MaxPerProject > 0 && points > part.Shape.MaxPerProject:
		return choices, fault.New(fault.Invalid, "fault.vote.project_points", "Title", item.Title, "Count", part.Shape.MaxPerProject).In("choices")
	case part.Shape.MaxPoints > 0 && part.Points > part.Shape.MaxPoints:
		return choices, fault.New(fault.Invalid, "fault.vote.no_points", "Title", item.Title, "Count", part.Shape.MaxPoints).In("choices")
	}
	return list, nil
}

// Short says whether the choices that are left of a ballot, since a proposal left the vote, are fewer than one may cast.
func (p Paper) Short(choices []Choice) bool {
	kept, _ := p.Kept(choices)                                             // another one that left is freed by itself
	for _, d := range append([]rulebook.Named{{}}, p.Rules.Districts...) { // that of the ballot is not kept: any that fits
		fits := !slices.ContainsFunc(kept, func(c Choice) bool {
			item, _ := p.Item(c.Number)
			return !p.Open(item, d.Key)
		})
		if fits {
			return p.Check(kept, d.Key) != nil
		}
	}
	return false
}

// Kept gives the choices that are in the vote still, and the numbers of those that are not.
func (p Paper) Kept(choices []Choice) (kept []Choice, gone []int) {
	for _, c := range choices {
		if _, ok := p.Item(c.Number); ok {
			kept = append(kept, c)
		} else {
			gone = append(gone, c.Number)
		}
	}
	return kept, gone
}
