package works

import (
	"strconv"

	"github.com/parvis-civic/parvis/internal/delivery"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

func (f form) newsField(p ui.Page) ui.Input {
	return ui.Input{Name: f.name("news"), Label: p.T("desk.works.news"), Help: p.T("desk.works.news.help"), Value: f.News, Rows: 2, Max: delivery.MaxBody, Lang: "fr"}
}

func (f form) pictureField(p ui.Page) ui.Input {
	in := ui.Input{Name: f.name("picture"), Label: p.T("desk.works.picture"), Help: p.T("desk.works.picture.help"), Type: "file"}
	if f.PictureLost {
		in.Help = p.T("desk.works.picture.again")
	}
	return in
}

func (f form) altField(p ui.Page) ui.Input {
	return ui.Input{Name: f.name("alt"), Label: p.T("desk.works.alt"), Help: p.T("desk.works.alt.help"), Value: f.Alt, Max: 300, Lang: "fr"}
}

func (f form) phaseField(p ui.Page) ui.Input {
	in := ui.Input{Name: f.name("phase"), Label: p.T("desk.works.phase"), Required: true}
	for _, one := range delivery.Phases() {
		in.Options = append(in.Options, ui.Option{Value: string(one), Label: p.T("works.phase." + string(one)), Chosen: f.Phase == string(one)})
	}
	return in
}

// waits are the stages that are still to be reached.
func (f form) waits() (positions []int) {
	for i, m := range f.Milestones {
		if m.DoneAt.IsZero() {
			positions = append(positions, i)
		}
	}
	return positions
}

func (f form) reachedField(p ui.Page) ui.Input {
	in := ui.Input{Name: f.name("reached"), Label: p.T("desk.works.reached"), Options: []ui.Option{{Label: p.T("desk.works.reached.none")}}}
	for _, i := range f.waits() {
		in.Options = append(in.Options, ui.Option{Value: strconv.Itoa(i), Label: f.Stages[i].Title, Lang: f.Stages[i].Lang, Chosen: f.Reached == strconv.Itoa(i)})
	}
	return in
}

func (f form) dayField(p ui.Page) ui.Input {
	return ui.Input{Name: f.name("day"), Label: p.T("desk.works.day"), Type: "date", Value: f.Day}
}

// movedField is the date of the next stage; false when none is left.
func (f form) movedField(p ui.Page) (ui.Input, bool) {
	next, ok := f.Delivery.Next()
	if !ok {
		return ui.Input{}, false
	}
	return ui.Input{Name: f.name("moved"), Label: p.T("desk.works.moved", "Stage", f.Stages[next].Title), Help: f.announced(p, next), Type: "date", Value: f.Moved}, true
}

// announced says which date of a stage people know.
func (f form) announced(p ui.Page, stage int) string {
	if due := f.Milestones[stage].DueAt; !due.IsZero() {
		return p.T("desk.works.moved.help", "Day", p.Date(due))
	}
	return p.T("desk.works.moved.first")
}

func reasonField(p ui.Page, name, chosen string) ui.Input {
	in := ui.Input{Name: name, Label: p.T("desk.works.reason"), Options: []ui.Option{{Label: p.T("desk.works.reason.none")}}}
	for _, one := range delivery.Reasons() {
		in.Options = append(in.Options, ui.Option{Value: string(one), Label: p.T("works.reason." + string(one)), Chosen: chosen == string(one)})
	}
	return in
}

func wordsField(p ui.Page, name, value string) ui.Input {
	return ui.Input{Name: name, Label: p.T("desk.works.words"), Value: value, Max: delivery.MaxWords, Lang: "fr"}
}

func (f form) committedField(p ui.Page) ui.Input {
	return ui.Input{Name: f.name("committed"), Label: p.T("desk.works.committed"), Value: f.Committed, InputMode: "decimal"}
}

func (f form) spentField(p ui.Page) ui.Input {
	return ui.Input{Name: f.name("spent"), Label: p.T("desk.works.spent"), Value: f.Spent, InputMode: "decimal"}
}

func (f form) stateField(p ui.Page) ui.Input {
	in := ui.Input{Name: "state", Label: p.T("desk.works.state"), Required: true}
	for _, one := range []delivery.State{delivery.Planned, delivery.UnderWay, delivery.Built} {
		in.Options = append(in.Options, ui.Option{Value: string(one), Label: p.T("desk.works.state." + string(one)), Chosen: f.State == string(one)})
	}
	return in
}

func (f form) serviceField(p ui.Page) ui.Input {
	in := ui.Input{Name: "service", Label: p.T("desk.works.service"), Help: p.T("desk.works.service.help"), Options: []ui.Option{{Label: p.T("desk.works.service.none")}}}
	for _, o := range f.Offices {
		in.Options = append(in.Options, ui.Option{Value: o.ID.String(), Label: o.Name, Lang: "fr", Chosen: f.Service == o.ID.String()})
	}
	return in
}

func (f form) dateField(p ui.Page, i int) ui.Input {
	return ui.Input{Name: "date" + strconv.Itoa(i), Label: f.Stages[i].Title, Help: f.announced(p, i), Type: "date", Value: f.Dates[i]}
}

func (f form) addFields(p ui.Page) []ui.Input {
	kind := ui.Input{Name: "add_kind", Label: p.T("desk.works.add.kind"), Options: []ui.Option{{Label: p.T("desk.works.add.no")}}}
	for _, one := range delivery.Kinds() {
		kind.Options = append(kind.Options, ui.Option{Value: string(one), Label: p.T("works.kind." + string(one)), Chosen: f.AddKind == string(one)})
	}
	return []ui.Input{kind, {Name: "add_title", Label: p.T("desk.works.add.title"), Value: f.AddTitle, Max: delivery.MaxTitle, Lang: "fr"}, {Name: "add_day", Label: p.T("desk.works.add.day"), Type: "date", Value: f.AddDay}}
}

func (f form) partsField(p ui.Page) ui.Input {
	return ui.Input{Name: "parts", Label: p.T("desk.works.parts"), Help: p.T("desk.works.parts.help"), Value: f.PartsText, Rows: 4, Lang: "fr"}
}

func (f form) endField(p ui.Page) ui.Input {
	return ui.Input{Name: "end", Label: p.T("desk.works.end.reason"), Help: p.T("desk.works.end.reason.help"), Value: f.EndReason, Rows: 4, Max: delivery.MaxBody, Required: true, Lang: "fr"}
}

func (f form) moneyBackField(p ui.Page) ui.Input {
	return ui.Input{Name: "money_back", Label: p.T("desk.works.end.money"), Value: f.EndMoney, Rows: 2, Max: delivery.MaxWords, Required: true, Lang: "fr"}
}

// fields are those of the quarter, in their order.
func (f form) fields(p ui.Page) []ui.Input {
	list := []ui.Input{f.newsField(p), f.pictureField(p), f.altField(p), f.phaseField(p), f.reachedField(p), f.dayField(p)}
	if in, ok := f.movedField(p); ok && f.At != "" {
		list = append(list, in, reasonField(p, f.name("reason"), ""), wordsField(p, f.name("words"), ""))
	}
	return append(list, f.committedField(p), f.spentField(p))
}

// all are those of the page of one winner.
func (f form) all(p ui.Page) []ui.Input {
	list := f.fields(p)
	for _, i := range f.waits() {
		at := strconv.Itoa(i)
		list = append(list, f.dateField(p, i), reasonField(p, "reason"+at, ""), wordsField(p, "words"+at, ""))
	}
	list = append(append(list, f.stateField(p), f.serviceField(p)), f.addFields(p)...)
	return append(list, f.partsField(p), f.endField(p), f.moneyBackField(p))
}

func (d DeskPage) fields(p ui.Page) (list []ui.Input) {
	for _, f := range d.Open {
		for _, in := range f.fields(p) {
			in.Label = ui.Tidy(f.Row.Title) + " · " + in.Label
			list = append(list, in)
		}
	}
	return list
}

func fileField(p ui.Page) ui.Input {
	return ui.Input{Name: "file", Label: p.T("past.file"), Help: p.T("past.file.help", "Limit", delivery.MaxPastFile>>20), Type: "file", Required: true}
}
