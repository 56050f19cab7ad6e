package moderate

import (
	"strconv"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/moderation"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// sheetPage is one case with the form that decides.
type sheetPage struct {
	moderation.Sheet
	Reader    ids.ID
	Verb      string
	Reason    string
	Note      string
	Passages  string
	Days      string
	Political bool
	Answer    string
	Problems  ui.Problems
	Done      string
}

// usualDays are what the form proposes to give an author.
const usualDays = 5

// verbs are what may be decided of the contribution as it is.
func (s sheetPage) verbs() []moderation.Verb {
	switch {
	case s.Contribution.Out:
		return []moderation.Verb{moderation.Keep, moderation.Restore, moderation.Blank, moderation.Exclude}
	case s.Editable:
		return []moderation.Verb{moderation.Keep, moderation.Hide, moderation.Edit, moderation.Blank, moderation.Exclude}
	}
	return []moderation.Verb{moderation.Keep, moderation.Hide, moderation.Blank, moderation.Exclude}
}

func (s sheetPage) verb(p ui.Page) ui.Input {
	in := ui.Input{Name: "act", Label: p.T("moderation.field.act"), Required: true}
	for _, v := range s.verbs() {
		key := string(v)
		if v == moderation.Keep && s.Contribution.Out {
			key = "keep_out"
		}
		in.Options = append(in.Options, ui.Option{Value: string(v), Label: p.T("moderation.act." + key), Help: p.T("moderation.act." + key + ".what"), Chosen: s.Verb == string(v)})
	}
	return in
}

func (s sheetPage) reason(p ui.Page) ui.Input {
	in := reasons(p, s.Reason, false)
	in.Options = append([]ui.Option{{Label: p.T("moderation.choose")}}, in.Options...)
	return in
}

func (s sheetPage) note(p ui.Page) ui.Input {
	return ui.Input{Name: "note", Label: p.T("moderation.field.note"), Help: p.T("moderation.field.note.help"), Value: s.Note, Rows: 3, Max: 1000}
}

func (s sheetPage) passages(p ui.Page) ui.Input {
	return ui.Input{Name: "passages", Label: p.T("moderation.field.passages"), Help: p.T("moderation.field.passages.help", "Blank", moderation.Blanked), Value: s.Passages, Rows: 3}
}

func (s sheetPage) days(p ui.Page) ui.Input {
	return ui.Input{Name: "days", Label: p.T("moderation.field.days"), Help: p.T("moderation.field.days.help"), Value: s.Days, InputMode: "numeric", Max: 3}
}

func (s sheetPage) political(p ui.Page) ui.Input {
	return ui.Input{Name: "political", Label: p.T("moderation.field.political"), Several: true, Options: []ui.Option{{Value: "yes", Label: p.T("moderation.field.political.yes"), Chosen: s.Political || s.Case.Political}}}
}

func (s sheetPage) answer(p ui.Page) ui.Input {
	in := ui.Input{Name: "answer", Label: p.T("moderation.field.answer"), Required: true}
	for _, a := range []moderation.Answer{moderation.Upheld, moderation.Overturned} {
		in.Options = append(in.Options, ui.Option{Value: string(a), Label: p.T("moderation.answer." + string(a)), Help: p.T("moderation.answer." + string(a) + ".what"), Chosen: s.Answer == string(a)})
	}
	return in
}

// decides says whether the reader may decide now: not of their own, and not past a second person or an appeal.
func (s sheetPage) decides() bool {
	return !s.Mine && !s.Contribution.Gone && !s.Contribution.ID.IsZero() && s.State != moderation.Second && s.State != moderation.Appeal
}

// pending is the act that waits for a second person, or whose appeal waits for an answer.
func (s sheetPage) pending() (found moderation.Act) {
	for _, a := range s.Acts {
		second := s.State == moderation.Second && (a.Standing == moderation.Proposed || a.Standing == moderation.Urgent)
		if second || s.State == moderation.Appeal && !a.AppealedAt.IsZero() && a.Answer == moderation.NotYet {
			found = a
		}
	}
	return found
}

// by says who acted: the reader, or somebody else of the team.
func (s sheetPage) by(p ui.Page, id ids.ID) string {
	if id == s.Reader {
		return p.T("moderation.by.you")
	}
	return p.T("moderation.by.other")
}

// changedSince says whether its author changed it since they were asked to.
func (s sheetPage) changedSince() bool {
	for _, a := range s.Acts {
		if a.Verb == moderation.Edit && a.Number > 0 && s.Contribution.Changed.After(a.At) {
			return true
		}
	}
	return false
}

// stored reads the case of the address.
func (s *Pages) stored(r *web.Request) (page sheetPage, err error) {
	id, err := idOf(r, "case")
	if err != nil {
		return page, err
	}
	page = sheetPage{Reader: r.Person.ID, Days: strconv.Itoa(usualDays)}
	page.Sheet, err = s.moderation.Sheet(r.Context(), r.Platform, r.Person, id)
	return page, err
}

func (s *Pages) sheet(r *web.Request, p ui.Page) (web.View, error) {
	page, err := s.stored(r)
	page.Done = done(r, p)
	return web.View{Page: SheetPage(p, page)}, err
}

// onward leads to the next case of the same queue, or back to it, and says what was done.
func onward(p ui.Page, page sheetPage, word string) web.View {
	if page.Next.IsZero() {
		return web.View{Next: p.HrefWith(Path, "etat", stateWord(page.State), "fait", word)}
	}
	return web.Done(p, casePathOf(page.Next), word)
}

// again shows the case again, as it is now, with what was typed and what is wrong.
func (s *Pages) again(r *web.Request, p ui.Page, page sheetPage, failed error) (web.View, error) {
	problems, err := p.ProblemsOf(failed)
	if err != nil {
		return web.View{}, err
	}
	page.Problems = problems
	if fault.Is(failed, fault.Conflict) { // somebody was faster: what they did is on the page
		if page.Sheet, err = s.moderation.Sheet(r.Context(), r.Platform, r.Person, page.Case.ID); err != nil {
			return web.View{}, err
		}
	}
	return web.Form(SheetPage(p, page), problems), nil
}

func (s *Pages) decide(r *web.Request, p ui.Page) (web.View, error) {
	page, err := s.stored(r)
	if err != nil {
		return web.View{}, err
	}
	page.Verb, page.Reason, page.Note, page.Passages, page.Days, page.Political = r.Posted("act"), r.Posted("reason"), r.Posted("note"), r.Posted("passages"), r.Posted("days"), r.Posted("political") == "yes"
	a, err := s.moderation.Decide(r.Context(), r.Platform, r.Person, page.Case.ID, moderation.Decision{Verb: moderation.Verb(page.Verb), Reason: page.Reason, Note: page.Note,
		Political: page.Political, Days: whole(page.Days), Passages: lines(page.Passages), Version: whole(r.Posted("version"))})
	if err != nil {
		return s.again(r, p, page, err)
	}
	if a.Standing == moderation.Proposed || a.Standing == moderation.Urgent {
		return onward(p, page, "propose"), nil
	}
	if a.Verb == moderation.Exclude { // the contribution still waits
		return web.Done(p, casePathOf(page.Case.ID), doneWords[a.Verb]), nil
	}
	return onward(p, page, doneWords[a.Verb]), nil
}

func (s *Pages) agree(r *web.Request, p ui.Page) (web.View, error) {
	page, err := s.stored(r)
	if err != nil {
		return web.View{}, err
	}
	agree := r.Posted("agree") == "yes"
	if _, err := s.moderation.Agree(r.Context(), r.Platform, r.Person, page.Case.ID, whole(r.Posted("version")), agree); err != nil {
		return s.again(r, p, page, err)
	}
	if agree {
		return onward(p, page, "accord"), nil
	}
	return onward(p, page, "refus"), nil
}

func (s *Pages) reply(r *web.Request, p ui.Page) (web.View, error) {
	page, err := s.stored(r)
	if err != nil {
		return web.View{}, err
	}
	page.Answer, page.Note = r.Posted("answer"), r.Posted("note")
	a, err := s.moderation.Reply(r.Context(), r.Platform, r.Person, page.Case.ID, whole(r.Posted("version")), moderation.Answer(page.Answer), page.Note)
	if err != nil {
		return s.again(r, p, page, err)
	}
	if a.Answer == moderation.Upheld {
		return onward(p, page, "maintenu"), nil
	}
	return onward(p, page, "annule"), nil
}
