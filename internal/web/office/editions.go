package office

import (
	"cmp"
	"slices"
	"strings"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

func (s *Pages) list(r *web.Request, p ui.Page) (web.View, error) {
	views, err := s.editions.Editions(r.Context(), r.Platform, r.Person)
	return web.View{Page: List(p, views)}, err
}

// newForm begins an edition.
type newForm struct {
	Model, Title, Population, Budget string
	Problems                         ui.Problems
}

func (f newForm) title(p ui.Page) ui.Input {
	return ui.Input{Name: "title", Label: p.T("organise.title"), Help: p.T("organise.title.help"), Value: f.Title, Required: true, Max: 120}
}

func (f newForm) population(p ui.Page) ui.Input {
	return ui.Input{Name: "population", Label: p.T("organise.population"), Help: p.T("organise.population.help"), Value: f.Population, InputMode: "numeric"}
}

func (f newForm) budget(p ui.Page) ui.Input {
	return ui.Input{Name: "budget", Label: p.T("organise.budget"), Help: p.T("organise.budget.help"), Value: f.Budget, InputMode: "decimal"}
}

func (f newForm) model(p ui.Page) ui.Input {
	in := ui.Input{Name: "model", Label: p.T("organise.model"), Required: true}
	for _, m := range project.Models() {
		in.Options = append(in.Options, ui.Option{Value: string(m), Label: p.T("organise.model." + string(m)), Help: p.T("organise.model." + string(m) + ".what"),
			Chosen: string(m) == f.Model})
	}
	return in
}

func (s *Pages) begin(_ *web.Request, p ui.Page) (web.View, error) {
	return web.View{Page: Begin(p, newForm{Model: string(project.ModelSimple)})}, nil
}

func (s *Pages) create(r *web.Request, p ui.Page) (web.View, error) {
	f := newForm{Model: r.Posted("model"), Title: r.Posted("title"), Population: r.Posted("population"), Budget: r.Posted("budget")}
	in := &reader{r: r}
	n := project.New{Model: project.Model(f.Model), Title: f.Title, Population: in.number("population"), Budget: in.amount("budget"), Language: p.Lang}
	var slug string
	err := in.err()
	if err == nil {
		slug, err = s.editions.Create(r.Context(), r.Platform, r.Person, n)
	}
	if f.Problems, err = p.ProblemsOf(err); err != nil || len(f.Problems) > 0 {
		return web.Form(Begin(p, f), f.Problems), err
	}
	return web.View{Next: p.HrefWith(of(slug, string(project.ScreenWords)), "fait", "nouvelle")}, nil
}

// deskPage is an edition's desk: the line, what is missing before the next date, what is late.
type deskPage struct {
	frame
	Problems ui.Problems
	Reason   reason // of the form that prolongs a step
	Day      string
	Hour     string
	Title    string // typed into the form that duplicates
}

func (d deskPage) missing(late bool) []project.Check {
	var list []project.Check
	for _, c := range d.Edition.Checklist() {
		if !c.Done && c.Late(d.Edition.Now) == late {
			list = append(list, c)
		}
	}
	slices.SortStableFunc(list, func(a, b project.Check) int { return cmp.Or(a.Due.Compare(b.Due)) })
	return list
}

// ready says whether a draft can be published.
func (d deskPage) ready() bool {
	return !slices.ContainsFunc(d.Edition.Checklist(), func(c project.Check) bool { return c.Blocks && !c.Done })
}

// open gives the steps that can be prolonged.
func (d deskPage) open() []project.Step {
	var list []project.Step
	for i, s := range d.Edition.Steps {
		if d.Edition.Public() && !s.EndsAt.IsZero() && project.PhaseOf(d.Edition.Steps, i, d.Edition.Now) == project.Open {
			list = append(list, s)
		}
	}
	return list
}

// announces says whether there is a result to announce, or one that was.
func (d deskPage) announces() bool {
	at := project.VoteStep(d.Edition.Steps)
	return at >= 0 && d.Edition.Public() && project.PhaseOf(d.Edition.Steps, at, d.Edition.Now) == project.Closed
}

// line is the calendar as one line.
func (d deskPage) line(p ui.Page) []ui.Step {
	e := d.Edition
	current := project.Current(e.Steps, e.Now)
	line := make([]ui.Step, len(e.Steps))
	for i, s := range e.Steps {
		line[i] = ui.Step{Title: stepName(p, s), From: s.StartsAt, To: s.EndsAt, Place: ui.StepPast}
		switch phase := project.PhaseOf(e.Steps, i, e.Now); {
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

func stepName(p ui.Page, s project.Step) string { return cmp.Or(s.Title, p.T("step."+string(s.Kind))) }

func (s *Pages) desk(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.load(r, "")
	return web.View{Page: Desk(p, deskPage{frame: f, Reason: reason{kind: "prolong"}})}, err
}

func (s *Pages) publish(r *web.Request, p ui.Page) (web.View, error) {
	return s.act(r, p, "publiee", nil, func(slug string) error { return s.editions.Publish(r.Context(), r.Platform, r.Person, slug) })
}

// act does something from the desk, and shows the desk again with what was wrong.
func (s *Pages) act(r *web.Request, p ui.Page, done string, typed func(*deskPage), do func(slug string) error) (web.View, error) {
	slug := r.PathValue("edition")
	problems, err := p.ProblemsOf(do(slug))
	if err != nil {
		return web.View{}, err
	}
	if len(problems) == 0 {
		return web.View{Next: p.HrefWith(of(slug, ""), "fait", done)}, nil
	}
	f, err := s.load(r, "")
	d := deskPage{frame: f, Reason: reason{kind: "prolong"}, Problems: problems}
	if typed != nil {
		typed(&d)
	}
	return web.Form(Desk(p, d), problems), err
}

func (s *Pages) prolong(r *web.Request, p ui.Page) (web.View, error) {
	typed := func(d *deskPage) {
		d.Reason, d.Day, d.Hour = reasonOf(r, "prolong"), r.Posted("until"), r.Posted("until_time")
	}
	return s.act(r, p, "prolongee", typed, func(slug string) error {
		in := &reader{r: r}
		until := in.moment("until", "until_time", true)
		if until.IsZero() && len(in.found) == 0 {
			in.wrong("until", "fault.form.day")
		}
		if err := in.err(); err != nil {
			return err
		}
		step, err := ids.Parse(r.Posted("step"))
		if err != nil {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		return s.editions.Prolong(r.Context(), r.Platform, r.Person, slug, step, until, reasonOf(r, "prolong").said(p))
	})
}

func (s *Pages) duplicate(r *web.Request, p ui.Page) (web.View, error) {
	var fresh string
	view, err := s.act(r, p, "", func(d *deskPage) { d.Title = r.Posted("title") }, func(slug string) (err error) {
		fresh, err = s.editions.Duplicate(r.Context(), r.Platform, r.Person, slug, r.Posted("title"))
		return err
	})
	if fresh != "" {
		view.Next = p.HrefWith(of(fresh, string(project.ScreenWords)), "fait", "copie")
	}
	return view, err
}

func (s *Pages) discard(r *web.Request, p ui.Page) (web.View, error) {
	view, err := s.act(r, p, "", nil, func(slug string) error {
		if r.Posted("sure") != "yes" {
			return fault.New(fault.Invalid, "fault.organise.sure").In("sure")
		}
		return s.editions.Discard(r.Context(), r.Platform, r.Person, slug)
	})
	if view.Next != "" {
		view.Next = p.Href(homePath)
	}
	return view, err
}

// wordsForm is the presentation.
type wordsForm struct {
	frame
	Title, Summary string
	Problems       ui.Problems
}

func (f wordsForm) title(p ui.Page) ui.Input {
	return newForm{Title: f.Title}.title(p)
}

func (f wordsForm) summary(p ui.Page) ui.Input {
	return ui.Input{Name: "summary", Label: p.T("organise.summary"), Help: p.T("organise.summary.help"), Value: f.Summary, Required: true, Rows: 8, Max: 4000}
}

func (s *Pages) words(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.load(r, project.ScreenWords)
	return web.View{Page: Words(p, wordsForm{frame: f, Title: f.Edition.Title, Summary: f.Edition.Summary})}, err
}

func (s *Pages) setWords(r *web.Request, p ui.Page) (web.View, error) {
	frame, err := s.load(r, project.ScreenWords)
	if err != nil {
		return web.View{}, err
	}
	f := wordsForm{frame: frame, Title: r.Posted("title"), Summary: strings.TrimSpace(r.Posted("summary"))}
	err = s.editions.SetWords(r.Context(), r.Platform, r.Person, frame.Edition.Slug, f.Title, f.Summary)
	if f.Problems, err = p.ProblemsOf(err); err != nil || len(f.Problems) > 0 {
		return web.Form(Words(p, f), f.Problems), err
	}
	return frame.saved(p, "presentation"), nil
}

// said is the last thing done, as the address names it; "other" for a word that is none of ours.
func (f frame) said() string {
	if slices.Contains([]string{"nouvelle", "copie", "publiee", "prolongee", "presentation", "budget", "quartiers", "calendrier", "reglement", "categories", "regroupees", "equipe", "invitees", "liste", "formulaire"}, f.Done) {
		return f.Done
	}
	return "other"
}

// missingTitle names the next date that something is missing for.
func (d deskPage) missingTitle(p ui.Page) string {
	if !d.Edition.Public() {
		return p.T("organise.missing.draft")
	}
	for _, s := range d.Edition.Steps {
		if s.StartsAt.After(d.Edition.Now) {
			return p.T("organise.missing.before", "Step", stepName(p, s), "Day", p.Date(s.StartsAt))
		}
	}
	return p.T("organise.missing.all")
}

func (d deskPage) step(p ui.Page) ui.Input {
	in := ui.Input{Name: "step", Label: p.T("organise.prolong.step"), Required: true}
	for _, s := range d.open() {
		in.Options = append(in.Options, ui.Option{Value: s.ID.String(), Label: p.T("organise.prolong.option", "Step", stepName(p, s), "End", p.DateTime(s.EndsAt))})
	}
	return in
}

func (d deskPage) until(p ui.Page) ui.Input {
	return ui.Input{Name: "until", Label: p.T("organise.prolong.until"), Type: "date", Value: d.Day, Required: true}
}

func (d deskPage) untilTime(p ui.Page) ui.Input {
	return ui.Input{Name: "until_time", Label: p.T("organise.hour"), Help: p.T("organise.hour.end"), Type: "time", Value: d.Hour}
}

func (d deskPage) copyTitle(p ui.Page) ui.Input {
	return ui.Input{Name: "title", Label: p.T("organise.title"), Value: d.Title, Required: true, Max: 120}
}

func (d deskPage) sure(p ui.Page) ui.Input {
	return ui.Input{Name: "sure", Label: p.T("organise.discard.what"), Required: true, Several: true, Options: []ui.Option{{Value: "yes", Label: p.T("organise.discard.sure")}}}
}
