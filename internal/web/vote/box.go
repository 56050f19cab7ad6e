package vote

import (
	"strconv"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Box is a person's selection as it stays in sight: what is in it, what is left, and whether it makes a ballot.
type Box struct {
	Project Project
	Parts   []Part
	Lines   []Line
	Back    string   // address to go back to after a change
	Refused []string // why the last change was refused
	Gone    int      // proposals that have left the vote since they were chosen
	Missing []string // what is missing for a ballot, once something is chosen
	Kind    rulebook.ShapeKind
}

// Part is one of the rights of a ballot.
type Part struct {
	Name string // "Toute la ville", a district; empty when there is one part
	Used string // « 3 projets sur 10, 450 000 € »
	Left string // « Il reste 1,05 million d'euros. »
	Bar  []ui.EnvelopePart
	Of   int64 // the whole of the bar
}

// Line is one chosen proposal.
type Line struct {
	Number  int
	Title   string
	Lang    string
	Href    templ.SafeURL
	Cost    string
	Class   string // of its part of the bar
	Points  int64
	Ordered bool // it can be moved
	Given   bool // it has points
	First   bool
	Last    bool
}

// said is what the selection says aloud after each change.
func (b Box) said() string {
	out := ""
	for i, part := range b.Parts {
		if i > 0 {
			out += " "
		}
		if part.Name != "" {
			out += part.Name + "\u00a0: "
		}
		out += part.Used + " " + part.Left
	}
	return out
}

// box fills the selection of a booth.
func (v visit) box(b ballot.Booth, districts map[string]project.District, back string) Box {
	basket := b.Basket
	box := Box{Project: v.project(b), Back: back, Gone: len(b.Gone), Kind: b.Rulebook.Vote.Ballot.Kind}
	parts := b.Paper.Parts(basket.Choices, basket.District)
	for _, part := range parts {
		box.Parts = append(box.Parts, v.part(b, part, districts))
	}
	for i, c := range basket.Choices {
		item, ok := b.Paper.Item(c.Number)
		if !ok {
			continue
		}
		class := "d" + strconv.Itoa(i%10)
		at := 0
		if len(parts) > 1 && len(item.Districts) > 0 {
			at = 1
		}
		amount := int64(1)
		switch parts[at].Shape.Kind {
		case rulebook.Basket:
			amount = item.Cost
		case rulebook.Cumulative:
			amount = c.Points
		}
		box.Parts[at].Bar = append(box.Parts[at].Bar, ui.EnvelopePart{Label: item.Title, Amount: amount, Class: class})
		box.Lines = append(box.Lines, Line{Number: c.Number, Title: item.Title, Lang: box.Project.Lang, Href: v.Href(box.Project.path() + "/propositions/" + strconv.Itoa(c.Number)),
			Cost: v.Money(item.Cost, b.Rulebook.Currency), Class: class, Points: c.Points, Ordered: b.Paper.InOrder(), Given: b.Paper.WithPoints(),
			First: i == 0, Last: i == len(basket.Choices)-1})
	}
	if len(basket.Choices) > 0 && box.Project.Open() {
		if err := b.Paper.Check(basket.Choices, basket.District); err != nil {
			box.Missing = v.Faults(err)
		}
	}
	return box
}

// part says how far one right is used.
func (v visit) part(b ballot.Booth, part ballot.Part, districts map[string]project.District) Part {
	s := part.Shape
	p := Part{Of: int64(s.Max)}
	if b.Paper.TwoParts() {
		p.Name = v.T("vote.part.city")
		if part.District != "" {
			p.Name = districts[part.District].Name
		}
	}
	chosen := v.T("vote.chosen", "Count", part.Chosen)
	if s.Max > 0 {
		chosen = v.T("vote.chosen_of", "Count", part.Chosen, "Max", s.Max)
	}
	switch s.Kind {
	case rulebook.Basket:
		p.Of = part.Envelope
		p.Used = v.T("vote.used.money", "Chosen", chosen, "Cost", v.Money(part.Cost, b.Rulebook.Currency), "Envelope", v.Money(part.Envelope, b.Rulebook.Currency))
		p.Left = v.T("vote.left.money", "Left", v.Money(max(part.Envelope-part.Cost, 0), b.Rulebook.Currency))
	case rulebook.Cumulative:
		p.Of = s.MaxPoints
		p.Used = chosen + "."
		p.Left = v.T("vote.left.points", "Count", max(s.MaxPoints-part.Points, 0))
	default:
		p.Used = chosen + "."
		switch left := s.Max - part.Chosen; {
		case s.Max == 0:
		case left <= 0:
			p.Left = v.T("vote.left.full")
		default:
			p.Left = v.T("vote.left.choices", "Count", left)
		}
	}
	return p
}

// state is what the page of the vote says of its moment.
func (pr Project) state(p ui.Page) ui.State {
	switch pr.Phase {
	case access.Open:
		text := p.T("vote.state.open")
		if !pr.Ends.IsZero() {
			text = p.T("vote.state.until", "Until", p.Until(pr.Ends))
		}
		return ui.State{Tone: ui.Open, Icon: "circle-dot", Text: text}
	case access.Future:
		return ui.State{Tone: ui.Soon, Icon: "hourglass", Text: p.T("vote.state.future", "At", p.DateTimeFull(pr.Starts))}
	}
	return ui.State{Tone: ui.Closed, Icon: "lock", Text: p.T("vote.state.closed", "At", p.DateTimeFull(pr.Ends))}
}

// until says until when one may vote.
func (pr Project) until(p ui.Page) string {
	if pr.Ends.IsZero() {
		return p.T("vote.until.open")
	}
	return p.Until(pr.Ends)
}
