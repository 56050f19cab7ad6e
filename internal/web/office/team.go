package office

import (
	"strings"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// teamPage is who has a role, the services, and the list of a limited edition.
type teamPage struct {
	frame
	Holders  []account.Holder
	Services []project.CityService
	Problems ui.Problems
}

func (t teamPage) file(p ui.Page) ui.Input {
	return ui.Input{Name: "team", Label: p.T("organise.team.file"), Help: p.T("organise.team.help"), Type: "file", Required: true}
}

func (t teamPage) list(p ui.Page) ui.Input {
	return ui.Input{Name: "list", Label: p.T("organise.list.file"), Type: "file", Required: true}
}

// limited says whether the rules keep the edition for a list.
func (t teamPage) limited() bool {
	b := t.Edition.Rulebook
	return b.Deposit != nil && b.Deposit.Who.Listed || b.Vote.Who != nil && b.Vote.Who.Listed
}

func roleNames(p ui.Page, roles access.Roles) string {
	var names []string
	for _, r := range roles.List() {
		names = append(names, p.T("organise.role."+r.String()))
	}
	return strings.Join(names, ", ")
}

func (s *Pages) teamOf(r *web.Request, p ui.Page, problems ui.Problems) (web.View, error) {
	frame, err := s.load(r, project.ScreenTeam)
	if err != nil {
		return web.View{}, err
	}
	t := teamPage{frame: frame, Problems: problems}
	t.Holders, t.Services, err = s.editions.Team(r.Context(), r.Platform, r.Person)
	return web.Form(Team(p, t), problems), err
}

func (s *Pages) team(r *web.Request, p ui.Page) (web.View, error) { return s.teamOf(r, p, nil) }

func (s *Pages) addTeam(r *web.Request, p ui.Page) (web.View, error) {
	return s.upload(r, p, "team", "invitees", func(content []byte) error {
		_, err := s.editions.AddTeam(r.Context(), r.Platform, r.Person, p.Lang, content)
		return err
	})
}

func (s *Pages) setList(r *web.Request, p ui.Page) (web.View, error) {
	return s.upload(r, p, "list", "liste", func(content []byte) error {
		return s.editions.SetList(r.Context(), r.Platform, r.Person, r.PathValue("edition"), content)
	})
}

// upload does something with a file, and shows the page again with what was wrong in it.
func (s *Pages) upload(r *web.Request, p ui.Page, field, done string, do func(content []byte) error) (web.View, error) {
	content, err := uploaded(r, field)
	if err == nil && len(content) == 0 {
		err = fault.New(fault.Invalid, "fault.team.format").In(field)
	}
	if err == nil {
		err = do(content)
	}
	problems, err := p.ProblemsOf(err)
	if err != nil {
		return web.View{}, err
	}
	if len(problems) > 0 {
		return s.teamOf(r, p, problems)
	}
	return web.View{Next: p.HrefWith(of(r.PathValue("edition"), string(project.ScreenTeam)), "fait", done)}, nil
}

func (s *Pages) teamRead(r *web.Request, p ui.Page) (web.View, error) {
	slug := r.PathValue("edition")
	return web.View{Next: p.Href(of(slug, ""))}, s.editions.TeamRead(r.Context(), r.Platform, r.Person, slug)
}
