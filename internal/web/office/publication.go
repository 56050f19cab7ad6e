package office

import (
	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// publication is the page that is read before an edition is published.
func (s *Pages) publication(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.load(r, "")
	if err == nil && f.Edition.Public() {
		err = fault.New(fault.NotFound, "fault.not_found")
	}
	return web.View{Page: Publication(p, deskPage{frame: f})}, err
}

// becoming is something that becomes public: its screen, and what everybody will read of it.
type becoming struct {
	Text, What string
	Href       templ.SafeURL
}

// becomesPublic lists it.
func (d deskPage) becomesPublic(p ui.Page) []becoming {
	e := d.Edition
	at := func(s project.Screen, what string) becoming {
		return becoming{p.T("organise.screen." + string(s)), what, p.Href(of(e.Slug, string(s)))}
	}
	list := []becoming{at(project.ScreenWords, e.Title), at(project.ScreenMoney, p.Money(int64(e.Rulebook.Count.Budget), e.Currency))}
	if n := len(e.Districts); n > 0 {
		list[1].What = p.T("organise.publication.districts", "Budget", list[1].What, "Count", n)
	}
	return append(list, at(project.ScreenCalendar, p.T("organise.publication.steps", "Count", len(e.Steps))),
		at(project.ScreenRules, p.T("organise.publication.articles", "Count", len(e.Rulebook.Regulation(p.Locale)))))
}

// afterwards says what begins by itself, and what can change no more.
func (d deskPage) afterwards(p ui.Page) []string {
	e := d.Edition
	var list []string
	for i, s := range e.Steps {
		if s.Kind != project.Collect && s.Kind != project.Vote && s.Kind != project.Preselection {
			continue
		}
		switch phase := project.PhaseOf(e.Steps, i, e.Now); {
		case phase == project.Open:
			list = append(list, p.T("organise.publication.open", "Step", stepName(p, s)))
		case phase == project.Future && !s.StartsAt.IsZero():
			list = append(list, p.T("organise.publication.opens", "Step", stepName(p, s), "When", s.StartsAt))
		}
	}
	list = append(list, p.T("organise.publication.reason"))
	if len(e.Districts) > 0 {
		list = append(list, p.T("organise.districts.fixed"))
	}
	if !e.Rulebook.Deliberation {
		list = append(list, p.T("organise.publication.frozen"))
	}
	return append(list, p.T("organise.publication.forever"))
}
