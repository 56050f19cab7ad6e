package analysis

import (
	"strconv"

	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

const workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// sheet hands the list out as a workbook.
func (s *Pages) sheet(r *web.Request, p ui.Page) (web.View, error) {
	content, err := s.studies.Sheet(r.Context(), r.Platform, r.Person, filterOf(r.URL.Query()), p.Locale)
	return web.View{File: &web.File{Name: p.T("analysis.sheet.filename") + ".xlsx", Type: workbook, Content: content}}, err
}

// bring takes a workbook that was filled in, and leads to what it would do.
func (s *Pages) bring(r *web.Request, p ui.Page) (web.View, error) {
	f := keptFilter(r.Posted("liste"))
	u, err := uploaded(r, "sheet", analysis.MaxSheet)
	var id ids.ID
	if err == nil {
		id, err = s.studies.Bring(r.Context(), r.Platform, r.Person, u.content)
	}
	problems, err := p.ProblemsOf(err)
	if err != nil {
		return web.View{}, err
	}
	if len(problems) > 0 {
		return s.deskWith(r, p, f, problems)
	}
	return web.View{Next: p.Href(sheetPath + "/" + id.String())}, nil
}

// sheetPage is what a workbook would do, line by line.
type sheetPage struct {
	ID       ids.ID
	Lines    []analysis.Change
	Applies  int
	Wrong    int
	Conflict int
	Problems ui.Problems
}

func (s *Pages) brought(r *web.Request, p ui.Page) (web.View, error) {
	return s.broughtWith(r, p, nil)
}

func (s *Pages) broughtWith(r *web.Request, p ui.Page, problems ui.Problems) (web.View, error) {
	id, err := ids.Parse(r.PathValue("sheet"))
	if err != nil {
		return web.View{}, unknown()
	}
	v := sheetPage{ID: id, Problems: problems}
	if v.Lines, err = s.studies.Brought(r.Context(), r.Platform, r.Person, id, p.Locale); err != nil {
		return web.View{}, err
	}
	for _, c := range v.Lines {
		switch {
		case c.Err != nil:
			v.Wrong++
		case c.Conflict:
			v.Conflict++
		case c.Applies():
			v.Applies++
		}
	}
	return web.Form(Brought(p, v), problems), nil
}

func (s *Pages) apply(r *web.Request, p ui.Page) (web.View, error) {
	id, err := ids.Parse(r.PathValue("sheet"))
	if err != nil {
		return web.View{}, unknown()
	}
	count, err := strconv.Atoi(r.Posted("count"))
	if err != nil {
		return web.View{}, fault.New(fault.Invalid, "fault.form.unreadable")
	}
	n, err := s.studies.Apply(r.Context(), r.Platform, r.Person, id, count, p.Locale)
	problems, err := p.ProblemsOf(err)
	if err != nil {
		return web.View{}, err
	}
	if len(problems) > 0 {
		return s.broughtWith(r, p, problems)
	}
	return web.View{Next: p.HrefWith(deskPath, "fait", "tableur", "n", strconv.Itoa(n))}, nil
}

// lineState is what becomes of a line, in a word.
func lineState(p ui.Page, c analysis.Change) ui.State {
	switch {
	case c.Err != nil:
		return ui.State{Tone: ui.Attention, Icon: "triangle-alert", Text: p.T("analysis.line.wrong")}
	case c.Conflict:
		return ui.State{Tone: ui.Attention, Icon: "git-compare", Text: p.T("analysis.line.conflict")}
	case c.Gives:
		return ui.State{Tone: ui.Open, Icon: "circle-check", Text: p.T("analysis.line.gives")}
	case c.Applies():
		return ui.State{Tone: ui.Soon, Icon: "circle-dot", Text: p.T("analysis.line.changes")}
	}
	return ui.State{Tone: ui.Closed, Icon: "equal", Text: p.T("analysis.line.same")}
}

// reasons says what is wrong with a line, each with its column.
func reasons(p ui.Page, c analysis.Change) (list []string) {
	problems, err := p.ProblemsOf(c.Err)
	if err != nil {
		return []string{p.Fault(err)}
	}
	for field, texts := range problems {
		for _, text := range texts {
			list = append(list, p.T("form.problem.of", "Field", p.T("analysis.sheet."+field), "Problem", text))
		}
	}
	return list
}
