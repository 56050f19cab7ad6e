package analysis

import (
	"strconv"
	"strings"

	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// severalPage is one opinion for several proposals.
type severalPage struct {
	Filter   analysis.Filter
	Tasks    []analysis.Task
	Form     opinionForm
	Problems ui.Problems
}

// several shows the form for the proposals that were ticked, and then gives the opinion on all of them.
func (s *Pages) several(r *web.Request, p ui.Page) (web.View, error) {
	f := keptFilter(r.Posted("liste"))
	var keys []analysis.Key
	for _, text := range r.PostForm["several"] {
		at := strings.LastIndexByte(text, '.')
		key := parseKey(text[:max(at, 0)])
		proposal, err := ids.Parse(text[at+1:])
		if err != nil || key.Round.IsZero() {
			return web.View{}, unknown()
		}
		key.Proposal = proposal
		keys = append(keys, key)
	}
	form := typed(r)
	said, err := form.said(nil)
	if r.Posted("act") == "give" {
		var given analysis.Several
		if err == nil {
			given, err = s.studies.GiveSeveral(r.Context(), r.Platform, r.Person, keys, said)
		}
		if err == nil {
			return web.View{Next: p.Href(with(deskPath, f, "fait", "ensemble", "n", strconv.Itoa(given.Given), "gardes", strconv.Itoa(len(given.Kept))))}, nil
		}
	} else if err = nil; len(keys) == 0 {
		err = fault.New(fault.Invalid, "fault.analysis.none_chosen", "Max", analysis.MaxRows).In("several")
	}
	problems, err := p.ProblemsOf(err)
	if err != nil {
		return web.View{}, err
	}
	if len(keys) == 0 {
		return s.deskWith(r, p, f, problems)
	}
	d, err := s.studies.Desk(r.Context(), r.Platform, r.Person, analysis.Filter{Show: analysis.ShowAll})
	v := severalPage{Filter: f, Form: form, Problems: problems}
	for _, t := range d.All {
		for _, k := range keys {
			if t.Key() == k {
				v.Tasks = append(v.Tasks, t)
			}
		}
	}
	return web.Form(Several(p, v), problems), err
}
