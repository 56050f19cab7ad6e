// Package office holds the pages of who organises: editions are made, changed and published there. Every page is a form that
// can be left and taken up again, and works without JavaScript.
package office

import (
	"net/http"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Pages answers them.
type Pages struct {
	editions *project.Service
	setup    *deposit.Setup
	preview  Preview
}

// Preview is the form of a deposit as a resident finds it.
type Preview func(p ui.Page, c deposit.Call) templ.Component

// New gives the pages over the services; preview is what the pages of the deposit make of a form.
func New(editions *project.Service, preview Preview) *Pages {
	return &Pages{editions, deposit.NewSetup(editions), preview}
}

// The addresses of the pages; an edition's are under its slug.
const (
	homePath = "/organisation"
	newPath  = homePath + "/nouvelle"
	onePath  = homePath + "/editions/{edition}"
)

// largestFile is of an uploaded file of districts or people, with its form.
const largestFile = 8 << 20

// Routes are the pages, a line each with what it needs.
func (s *Pages) Routes() []web.Route {
	get := func(path string, h web.Handler) web.Route {
		return web.Route{Path: path, Need: access.Organise, Handle: h}
	}
	post := func(path string, h web.Handler) web.Route {
		return web.Route{Method: http.MethodPost, Path: path, Need: access.Organise, Handle: h}
	}
	file := func(path string, h web.Handler) web.Route {
		return web.Route{Method: http.MethodPost, Path: path, Need: access.Organise, Handle: h, Largest: largestFile}
	}
	return []web.Route{
		get(homePath, s.list),
		get(newPath, s.begin),
		post(newPath, s.create),
		get(onePath, s.desk),
		get(onePath+"/publier", s.publication),
		post(onePath+"/publier", s.publish),
		post(onePath+"/dupliquer", s.duplicate),
		post(onePath+"/supprimer", s.discard),
		post(onePath+"/prolonger", s.prolong),
		get(onePath+"/presentation", s.words),
		post(onePath+"/presentation", s.setWords),
		get(onePath+"/budget", s.money),
		post(onePath+"/budget", s.setMoney),
		file(onePath+"/quartiers", s.setDistricts),
		get(onePath+"/calendrier", s.calendar),
		post(onePath+"/calendrier", s.setCalendar),
		get(onePath+"/reglement", s.rules),
		post(onePath+"/reglement", s.setRules),
		get(onePath+"/categories", s.topics),
		post(onePath+"/categories", s.setTopics),
		post(onePath+"/categories/regrouper", s.mergeTopics),
		get(onePath+"/formulaire", s.form),
		post(onePath+"/formulaire", s.setForm),
		get(onePath+"/equipe", s.team),
		file(onePath+"/equipe", s.addTeam),
		post(onePath+"/equipe/lue", s.teamRead),
		file(onePath+"/liste", s.setList),
	}
}

// of gives the address of an edition, or of one of its pages.
func of(slug, page string) string {
	path := homePath + "/editions/" + url.PathEscape(slug)
	if page != "" {
		path += "/" + page
	}
	return path
}

// frame is what every page of an edition shows around its form.
type frame struct {
	Edition project.Edition
	Screen  project.Screen // empty: the desk
	Done    string         // what was just saved, as a word of the address; empty: nothing
	Frozen  bool           // the vote has opened: what it depends on changes no more
}

// since is when the vote opened, whose rules change no more.
func (f frame) since() (opened time.Time) {
	for i, s := range f.Edition.Steps {
		if (s.Kind == project.Vote || s.Kind == project.Preselection) && project.PhaseOf(f.Edition.Steps, i, f.Edition.Now) != project.Future && (opened.IsZero() || s.StartsAt.Before(opened)) {
			opened = s.StartsAt
		}
	}
	return opened
}

// load reads the edition of the address.
func (s *Pages) load(r *web.Request, screen project.Screen) (frame, error) {
	e, err := s.editions.Edition(r.Context(), r.Platform, r.Person, r.PathValue("edition"))
	return frame{Edition: e, Screen: screen, Done: r.URL.Query().Get("fait"), Frozen: !r.Person.Roles.Can(access.SetVoteRules, e.Moment())}, err
}

// saved leads on: through the screens of a draft that are still to be gone through, else to the desk.
func (f frame) saved(p ui.Page, what string) web.View {
	next := f.Edition.Plan.Next(f.Screen)
	if f.Edition.Public() || f.Screen == "" {
		next = ""
	}
	return web.View{Next: p.HrefWith(of(f.Edition.Slug, string(next)), "fait", what)}
}

// links are the screens of the edition.
func (f frame) links(p ui.Page) []ui.Link {
	links := []ui.Link{{Text: p.T("organise.desk"), Href: p.Href(of(f.Edition.Slug, ""))}}
	for _, s := range project.Screens() {
		links = append(links, ui.Link{Text: p.T("organise.screen." + string(s)), Href: p.Href(of(f.Edition.Slug, string(s)))})
	}
	if f.Edition.Public() {
		links = append(links, ui.Link{Text: p.T("analysis.share"), Href: p.Href(of(f.Edition.Slug, "analyse"))})
	}
	return links
}

// state is the edition's state in a word.
func state(p ui.Page, public bool) ui.State {
	if public {
		return ui.State{Tone: ui.Open, Icon: "circle-dot", Text: p.T("organise.state.published")}
	}
	return ui.State{Tone: ui.Soon, Icon: "hourglass", Text: p.T("organise.state.draft")}
}
