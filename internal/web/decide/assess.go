package decide

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/decision"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// form is an assessment being written: what was typed, as it was typed.
type form struct {
	decision.File
	names map[ids.ID]string

	Version                                                            int
	Outcome, Cost, Running, Article, Explanation, Possible, ToAsk, Day string

	Reading  decision.Reading
	May      bool // change it
	Unsign   bool // take the signature back
	Theirs   *decision.Assessment
	Query    string // the board's filters, kept
	Problems ui.Problems
	Done     string
}

func (f form) path() string {
	return of(f.Edition.Slug, "/projet/"+text(f.File.Proposal.Number))
}

func (s *Pages) file(r *web.Request) (f form, err error) {
	n, err := number(r.PathValue("number"))
	if err != nil {
		return f, err
	}
	f.File, err = s.decision.File(r.Context(), r.Platform, r.Person, r.PathValue("project"), n)
	f.names = map[ids.ID]string{}
	for _, v := range f.Services {
		f.names[v.ID] = v.Name
	}
	f.May = r.May(access.Assess, access.Moment{}) && !f.Signed()
	f.Unsign = f.Signed() && r.May(access.Decide, access.Moment{})
	return f, err
}

// show puts what is stored into the form.
func (f *form) show(zone *time.Location) {
	a := f.Assessment
	f.Version, f.Outcome, f.Article, f.Explanation, f.Possible = a.Version, string(a.Outcome), a.Article, a.Explanation, a.Possible
	f.Cost, f.Running = euros(a.Cost), euros(a.Running)
	if !a.Service.IsZero() {
		f.ToAsk = a.Service.String()
	}
	if !a.Deadline.IsZero() {
		f.Day = a.Deadline.In(zone).AddDate(0, 0, -1).Format(time.DateOnly) // the last day, whole
	}
	f.Reading = decision.Read(a.Explanation)
}

// euros writes an amount as it is typed; nothing for nil.
func euros(hundredths *int64) string {
	if hundredths == nil {
		return ""
	}
	return ui.Plain(*hundredths)
}

// amount reads an amount as people type it: « 12 500 », « 12 500,50 € ». nil for nothing. Fault: invalid.
func amount(typed, field string) (*int64, error) {
	plain := strings.NewReplacer("\u202f", "", "\u00a0", "", " ", "", "€", "", ",", ".").Replace(typed)
	if plain == "" {
		return nil, nil
	}
	v, err := strconv.ParseFloat(plain, 64)
	if err != nil || v < 0 || v > 1e12 {
		return nil, fault.New(fault.Invalid, "fault.decision.amount").In(field)
	}
	cents := int64(v*100 + 0.5)
	return &cents, nil
}

func (s *Pages) assess(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.file(r)
	if err != nil {
		return web.View{}, err
	}
	f.show(r.Platform.Zone)
	if f.Explanation == "" && f.Article != "" {
		f.Explanation = f.Ground.Template(f.Article)
	}
	f.Query, f.Done = r.URL.Query().Get("retour"), done(r, p)
	return web.View{Page: Assess(p, f)}, nil
}

// typed reads the form. Fault: invalid.
func (f *form) typed(r *web.Request) (a decision.Assessment, err error) {
	f.Outcome, f.Cost, f.Running, f.Article, f.Explanation, f.Possible = r.Posted("outcome"), r.Posted("cost"), r.Posted("running"), r.Posted("article"), r.Posted("explanation"), r.Posted("possible")
	f.ToAsk, f.Day, f.Query = r.Posted("service"), r.Posted("deadline"), r.Posted("retour")
	f.Version, _ = strconv.Atoi(r.Posted("version")) // another word is a version that nobody has
	f.Reading = decision.Read(f.Explanation)
	a = decision.Assessment{Outcome: decision.Outcome(f.Outcome), Article: f.Article, Explanation: f.Explanation, Possible: f.Possible, Version: f.Version, Ready: r.Posted("act") == "ready"}
	var found []*fault.Error
	keep := func(err error) {
		if f, ok := err.(*fault.Error); ok {
			found = append(found, f)
		}
	}
	a.Cost, err = amount(f.Cost, "cost")
	keep(err)
	a.Running, err = amount(f.Running, "running")
	keep(err)
	if f.ToAsk != "" {
		if a.Service, err = ids.Parse(f.ToAsk); err != nil {
			found = append(found, fault.New(fault.Invalid, "fault.decision.service").In("service"))
		}
	}
	if f.Day != "" {
		if a.Deadline, err = lastDay(f.Day, r.Platform.Zone); err != nil {
			found = append(found, fault.New(fault.Invalid, "fault.form.day").In("deadline"))
		}
	}
	return a, fault.All(found)
}

// lastDay is the end of a day that is typed: the next midnight, where the city is.
func lastDay(typed string, zone *time.Location) (time.Time, error) {
	day, err := time.ParseInLocation(time.DateOnly, typed, zone)
	return day.AddDate(0, 0, 1), err
}

func (s *Pages) save(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.file(r)
	if err != nil {
		return web.View{}, err
	}
	a, err := f.typed(r)
	if r.Posted("act") == "template" { // the words that the article begins with, in the place of none
		template := f.Ground.Template(f.Article)
		if template == "" {
			f.Problems, err = p.ProblemsOf(fault.New(fault.Invalid, "fault.decision.permits").In("article"))
			return web.Form(Assess(p, f), f.Problems), err
		}
		f.Explanation = cmp.Or(f.Explanation, template)
		return web.View{Page: Assess(p, f)}, nil
	}
	if err == nil {
		_, err = s.decision.Save(r.Context(), r.Platform, r.Person, f.Edition.Slug, f.File.Proposal.Number, a)
	}
	if fault.CodeOf(err) == fault.Conflict && !f.Signed() { // what was typed is compared with what the other wrote
		theirs := f.Assessment
		f.Theirs, f.Version = &theirs, theirs.Version
	}
	if f.Problems, err = p.ProblemsOf(err); err != nil || len(f.Problems) > 0 {
		return web.Form(Assess(p, f), f.Problems), err
	}
	if a.Ready {
		return back(p, of(f.Edition.Slug, ""), f.Query, "transmis"), nil
	}
	return web.View{Next: p.HrefWith(f.path(), "fait", "enregistre", "retour", f.Query)}, nil
}

func (s *Pages) unsign(r *web.Request, p ui.Page) (web.View, error) {
	n, err := number(r.PathValue("number"))
	if err != nil {
		return web.View{}, err
	}
	slug := r.PathValue("project")
	if err := s.decision.Unsign(r.Context(), r.Platform, r.Person, slug, n); err != nil {
		return web.View{}, err
	}
	return web.Done(p, of(slug, "/projet/"+text(n)), "repris"), nil
}

// The fields of the form, in their order.

func (f form) outcomeField(p ui.Page) ui.Input {
	in := ui.Input{Name: "outcome", Label: p.T("decide.field.outcome"), Required: true}
	for _, o := range decision.Outcomes() {
		in.Options = append(in.Options, ui.Option{Value: string(o), Label: p.T("decision.outcome." + string(o)), Help: p.T("decision.follows." + string(o)), Chosen: f.Outcome == string(o)})
	}
	return in
}

func (f form) costField(p ui.Page) ui.Input {
	return ui.Input{Name: "cost", Label: p.T("decide.field.cost"), Help: p.T("decide.field.cost.help", "Money", p.Money(f.Asked, f.Edition.Currency)), Value: f.Cost, InputMode: "decimal"}
}

func (f form) runningField(p ui.Page) ui.Input {
	return ui.Input{Name: "running", Label: p.T("decide.field.running"), Value: f.Running, InputMode: "decimal"}
}

func (f form) articleField(p ui.Page) ui.Input {
	in := ui.Input{Name: "article", Label: p.T("decide.field.article"), Help: p.T("decide.field.article.help"), Options: []ui.Option{{Label: p.T("decide.field.article.none")}}}
	for _, a := range f.Ground.Articles {
		in.Options = append(in.Options, ui.Option{Value: a.Key, Label: p.T("decide.field.article.one", "Number", a.Number, "Title", a.Title), Lang: foreign(p, f.Edition.Language), Chosen: f.Article == a.Key})
	}
	return in
}

func (f form) explanationField(p ui.Page) ui.Input {
	return ui.Input{Name: "explanation", Label: p.T("decide.field.explanation"), Help: p.T("decide.field.explanation.help"), Value: f.Explanation, Rows: 7, Max: decision.MaxText, Lang: foreign(p, f.Edition.Language)}
}

func (f form) possibleField(p ui.Page) ui.Input {
	return ui.Input{Name: "possible", Label: p.T("decide.field.possible"), Help: p.T("decide.field.possible.help"), Value: f.Possible, Rows: 4, Max: decision.MaxText, Lang: foreign(p, f.Edition.Language)}
}

func (f form) serviceField(p ui.Page) ui.Input {
	in := ui.Input{Name: "service", Label: p.T("decide.field.service"), Help: p.T("decide.field.service.help"), Options: []ui.Option{{Label: p.T("decide.field.service.none")}}}
	for _, v := range f.Services {
		in.Options = append(in.Options, ui.Option{Value: v.ID.String(), Label: v.Name, Chosen: f.ToAsk == v.ID.String()})
	}
	return in
}

func (f form) deadlineField(p ui.Page) ui.Input {
	return ui.Input{Name: "deadline", Label: p.T("decide.field.deadline"), Help: p.T("decide.field.deadline.help"), Type: "date", Value: f.Day}
}

func (f form) fields(p ui.Page) []ui.Input {
	return []ui.Input{f.outcomeField(p), f.costField(p), f.runningField(p), f.articleField(p), f.explanationField(p), f.possibleField(p), f.serviceField(p), f.deadlineField(p)}
}

// said is an opinion as it is read beside others.
type opinion struct {
	analysis.Opinion
	Service string
	Round   string
	Lead    bool
}

// said gives the opinions that are given, those of the lead service first.
func (f form) said(p ui.Page) (list []opinion) {
	lead := map[[2]ids.ID]bool{}
	for _, a := range f.Assignments {
		lead[[2]ids.ID{a.Round, a.Service}] = a.Lead
	}
	for _, o := range f.Opinions {
		if o.GivenAt.IsZero() {
			continue
		}
		one := opinion{Opinion: o, Service: f.names[o.Service], Lead: lead[[2]ids.ID{o.Round, o.Service}]}
		for _, round := range f.Rounds {
			if round.ID == o.Round {
				one.Round = cmp.Or(round.Title, p.T("decide.round."+string(round.Kind)))
			}
		}
		list = append(list, one)
	}
	slices.SortStableFunc(list, func(a, b opinion) int {
		if a.Lead == b.Lead {
			return 0
		}
		if a.Lead {
			return -1
		}
		return 1
	})
	return list
}

// missing gives the services that still have to answer.
func (f form) missing() (list []string) {
	for _, a := range f.Assignments {
		if a.State.Open() && !slices.Contains(list, f.names[a.Service]) {
			list = append(list, f.names[a.Service])
		}
	}
	return list
}

// quarrel says in what services differ.
func quarrel(p ui.Page, q decision.Quarrel) string {
	switch {
	case q.Verdict && q.Cost:
		return p.T("decide.quarrel.both")
	case q.Verdict:
		return p.T("decide.quarrel.verdict")
	}
	return p.T("decide.quarrel.cost")
}

// level is how hard a text is to read, in a word.
func level(p ui.Page, r decision.Reading) ui.State {
	s := ui.State{Tone: ui.Open, Icon: "circle-check", Text: p.T("decide.reading."+string(r.Level), "Ease", r.Ease)}
	switch r.Level {
	case decision.Fair:
		s.Tone, s.Icon = ui.Soon, "circle-dot"
	case decision.Hard:
		s.Tone, s.Icon = ui.Attention, "triangle-alert"
	}
	return s
}
