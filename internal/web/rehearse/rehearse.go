// Package rehearse holds the pages on which who organises rehearses an edition: people who do not exist run it to its result,
// on a temporary platform. Every page works without JavaScript.
package rehearse

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/rehearsal"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/tally"
)

// Pages answers them.
type Pages struct{ rehearsals *rehearsal.Service }

// New gives the pages over the service.
func New(s *rehearsal.Service) *Pages { return &Pages{s} }

const (
	editionPath = "/organisation/editions/{edition}"
	path        = editionPath + "/essai"
)

// Routes are the pages, a line each with what it needs.
func (s *Pages) Routes() []web.Route {
	post := func(path string, h web.Handler) web.Route {
		return web.Route{Method: http.MethodPost, Path: path, Need: access.Organise, Handle: h}
	}
	return []web.Route{
		{Path: path, Need: access.Organise, Handle: s.show},
		post(path, s.start),
		post(path+"/continuer", s.resume),
		post(path+"/effacer", s.discard),
		{Path: path + "/messages", Need: access.Organise, Handle: s.mails},
	}
}

// of gives the address of an edition's desk, or of one of the pages below.
func of(slug, page string) string { return "/organisation/editions/" + url.PathEscape(slug) + page }

// page is an edition's rehearsal as its pages show it.
type page struct {
	rehearsal.View
	Pace, Day string // typed into the form
	Problems  ui.Problems
	Done      string // what was just done, as a word of the address
	Mails     []notify.Boxed
}

func (s *Pages) load(r *web.Request) (page, error) {
	v, err := s.rehearsals.Of(r.Context(), r.Platform, r.Person, r.PathValue("edition"))
	return page{View: v, Pace: paces[0].name, Done: r.URL.Query().Get("fait")}, err
}

func (s *Pages) show(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.load(r)
	return web.View{Page: Show(p, f)}, err
}

// choice is how long a rehearsal takes, by the word of the form.
type choice struct {
	name string
	last time.Duration
}

var paces = []choice{{"2", rehearsal.Quick}, {"10", rehearsal.Slow}}

func (s *Pages) start(r *web.Request, p ui.Page) (web.View, error) {
	slug := r.PathValue("edition")
	pace, day := r.Posted("pace"), r.Posted("until")
	var o rehearsal.Options
	var found []*fault.Error
	if at := slices.IndexFunc(paces, func(one choice) bool { return one.name == pace }); at >= 0 {
		o.Pace = paces[at].last
	} else {
		found = append(found, fault.New(fault.Invalid, "fault.rehearsal.pace").In("pace"))
	}
	if day != "" {
		t, err := time.ParseInLocation(time.DateOnly, day, r.Platform.Zone)
		if err != nil {
			found = append(found, fault.New(fault.Invalid, "fault.form.day").In("until"))
		}
		o.Until = t.AddDate(0, 0, 1) // that day included
	}
	err := fault.All(found)
	if err == nil {
		err = s.rehearsals.Start(r.Context(), r.Platform, r.Person, slug, o)
	}
	problems, err := p.ProblemsOf(err)
	if err != nil {
		return web.View{}, err
	}
	if len(problems) == 0 {
		return web.Done(p, of(slug, "/essai"), "lance"), nil
	}
	f, err := s.load(r)
	f.Pace, f.Day, f.Problems = pace, day, problems
	return web.Form(Show(p, f), problems), err
}

func (s *Pages) resume(r *web.Request, p ui.Page) (web.View, error) {
	slug := r.PathValue("edition")
	return web.View{Next: p.Href(of(slug, "/essai"))}, s.rehearsals.Resume(r.Context(), r.Platform, r.Person, slug)
}

func (s *Pages) discard(r *web.Request, p ui.Page) (web.View, error) {
	slug := r.PathValue("edition")
	return web.Done(p, of(slug, "/essai"), "efface"), s.rehearsals.Discard(r.Context(), r.Platform, r.Person, slug)
}

func (s *Pages) mails(r *web.Request, p ui.Page) (web.View, error) {
	v, list, err := s.rehearsals.Mails(r.Context(), r.Platform, r.Person, r.PathValue("edition"))
	return web.View{Page: Mails(p, page{View: v, Mails: list})}, err
}

// said is what was just done, in words; empty for what no page has done.
func (f page) said(p ui.Page) string {
	switch f.Done {
	case "lance", "efface":
		return p.T("rehearsal.done." + f.Done)
	}
	return ""
}

func (f page) pace(p ui.Page) ui.Input {
	in := ui.Input{Name: "pace", Label: p.T("rehearsal.pace"), Required: true}
	for _, one := range paces {
		in.Options = append(in.Options, ui.Option{Value: one.name, Label: p.T("rehearsal.pace." + one.name), Chosen: one.name == f.Pace})
	}
	return in
}

func (f page) until(p ui.Page) ui.Input {
	return ui.Input{Name: "until", Label: p.T("rehearsal.until"), Help: p.T("rehearsal.until.help"), Type: "date", Value: f.Day}
}

// missing says what the edition lacks to be rehearsed.
func (f page) missing(p ui.Page) []string {
	if f.Missing == nil {
		return nil
	}
	return p.Faults(f.Missing)
}

// moving says whether the page will show something else in a moment.
func (f page) moving() bool {
	r := f.Rehearsal
	return r != nil && (r.State == rehearsal.Running || r.State == rehearsal.Leaving)
}

// line is the calendar at the time of the temporary platform.
func (f page) line(p ui.Page) []ui.Step {
	steps, now := f.Edition.Steps, f.Rehearsal.Now
	current := project.Current(steps, now)
	line := make([]ui.Step, len(steps))
	for i, s := range steps {
		line[i] = ui.Step{Title: cmp.Or(s.Title, p.T("step."+string(s.Kind))), From: s.StartsAt, To: s.EndsAt, Place: ui.StepPast}
		switch phase := project.PhaseOf(steps, i, now); {
		case phase == project.Future:
			line[i].Place = ui.StepFuture
		case i == current:
			line[i].Place = ui.StepHere
		case phase == project.Open:
			line[i].Place = ui.StepFuture
		}
	}
	return line
}

// there gives the address of a page of the temporary platform.
func (f page) there(p ui.Page, path string) templ.SafeURL {
	p.Platform.Prefix = f.Rehearsal.Prefix
	return p.Href(path)
}

// winners are the projects that won, as lines of a result.
func (f page) winners(p ui.Page) (lines []ui.ResultLine, best int64) {
	for i, w := range f.Rehearsal.Report.Outcome.Winners {
		best = max(best, w.Total)
		lines = append(lines, ui.ResultLine{Rank: i + 1, Number: int64(w.Number), Title: w.Title, Placeless: true, Cost: w.Cost, Winner: true, Counted: true,
			Href:  f.there(p, "/projets/"+url.PathEscape(f.Edition.Slug)+"/propositions/"+strconv.Itoa(w.Number)),
			Score: ui.Score{Known: true, Total: w.Total, Points: f.Edition.Rulebook.Count.Scoring.By != tally.ByChoice}})
	}
	return lines, best
}

// warning is a warning in words.
func (f page) warning(p ui.Page, w rehearsal.Warning) string {
	return p.T("rehearsal.warning."+w.Key, "Count", w.Count, "Names", w.Names, "Amount", i18n.Amount{Hundredths: w.Amount, Currency: f.Edition.Currency})
}

// refused are the refusals of what was tried in order to be refused, or of the others.
func (f page) refused(expected bool) (list []rehearsal.Refusal) {
	for _, one := range f.Rehearsal.Report.Refused {
		if one.Expected == expected {
			list = append(list, one)
		}
	}
	return list
}

// kinds are the kinds of e-mails with how many of each would have gone.
func (f page) kinds() (names []string) {
	for name := range f.Rehearsal.Report.Mails {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// head has the script that looks again while there is something to see.
func head(p ui.Page, f page) ui.Head {
	h := ui.Head{Title: p.T("rehearsal.title") + " · " + f.Edition.Title, NoIndex: true}
	if f.moving() {
		h.Scripts = []string{p.Static.URL("rehearsal.js")}
	}
	return h
}

// headline says how the rehearsal is going.
func (f page) headline(p ui.Page) string {
	return p.T("rehearsal.state." + string(f.Rehearsal.State))
}
