package analysis

import (
	"slices"
	"strconv"
	"time"

	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

func itoa(n int) string { return strconv.Itoa(n) }

// dayOf reads a day of the platform: its beginning, or its last minute.
func dayOf(text string, r *web.Request, last bool) (time.Time, error) {
	t, err := time.ParseInLocation(time.DateOnly, text, r.Platform.Zone)
	if err == nil && last {
		t = t.AddDate(0, 0, 1).Add(-time.Minute)
	}
	return t, err
}

// rows are the rounds of the form, and an empty one to add.
func (v sharePage) rows() []roundForm {
	if len(v.Rounds) >= analysis.MaxRounds {
		return v.Rounds
	}
	return append(slices.Clone(v.Rounds), roundForm{Kind: string(analysis.OtherRound)})
}

func (f roundForm) kindField(p ui.Page, i int) ui.Input {
	in := ui.Input{Name: analysis.RoundField(i, "kind"), Label: p.T("analysis.share.kind"), Required: true}
	for _, k := range analysis.RoundKinds() {
		in.Options = append(in.Options, ui.Option{Value: string(k), Label: p.T("analysis.round." + string(k)), Chosen: f.Kind == string(k)})
	}
	return in
}

func (f roundForm) titleField(p ui.Page, i int) ui.Input {
	return ui.Input{Name: analysis.RoundField(i, "title"), Label: p.T("analysis.share.title"), Value: f.Title, Max: analysis.MaxName}
}

func (f roundForm) startsField(p ui.Page, i int) ui.Input {
	return ui.Input{Name: analysis.RoundField(i, "starts"), Label: p.T("analysis.share.starts"), Type: "date", Value: f.Starts, Required: f.ID != ""}
}

func (f roundForm) dueField(p ui.Page, i int) ui.Input {
	return ui.Input{Name: analysis.RoundField(i, "due"), Label: p.T("analysis.share.due"), Type: "date", Value: f.Due, Required: f.ID != ""}
}

// left are the proposals that nobody has in the round that is open.
func (v sharePage) left() []analysis.Left { return v.Unassigned[v.Open.ID] }

// groups counts what nobody has by category, the most first.
func (v sharePage) groups() (list []group) {
	for _, p := range v.left() {
		at := slices.IndexFunc(list, func(g group) bool { return g.Name == p.Category })
		if at < 0 {
			at, list = len(list), append(list, group{Name: p.Category})
		}
		list[at].N++
	}
	slices.SortStableFunc(list, func(a, b group) int { return b.N - a.N })
	return list
}

type group struct {
	Name string
	N    int
}

func (v sharePage) namesOf(of func(analysis.Left) string) (list []string) {
	for _, p := range v.left() {
		if name := of(p); name != "" && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	slices.SortFunc(list, func(a, b string) int { return slices.Compare([]byte(i18n.Fold(a)), []byte(i18n.Fold(b))) })
	return list
}

func (v sharePage) categoryField(p ui.Page) ui.Input {
	return choice(p, "category", p.T("analysis.filter.category"), v.Sending.Category, plain(v.namesOf(func(l analysis.Left) string { return l.Category })))
}

func (v sharePage) districtField(p ui.Page) ui.Input {
	return choice(p, "district", p.T("analysis.filter.district"), v.Sending.District, plain(v.namesOf(func(l analysis.Left) string { return l.District })))
}

// label names a service, and the body that it belongs to.
func label(p ui.Page, one project.CityService) string {
	if one.Guest() {
		return p.T("analysis.pass.outside", "Service", one.Name, "Body", one.Body)
	}
	return one.Name
}

func (v sharePage) leadField(p ui.Page) ui.Input {
	in := ui.Input{Name: "lead", Label: p.T("analysis.share.lead"), Help: p.T("analysis.share.lead.help"), Options: []ui.Option{{Label: p.T("analysis.choose")}}}
	for _, one := range v.Services {
		in.Options = append(in.Options, ui.Option{Value: one.ID.String(), Label: label(p, one)})
		for _, person := range one.Members {
			if h, ok := v.People[person]; ok {
				in.Options = append(in.Options, ui.Option{Value: one.ID.String() + "." + person.String(), Label: label(p, one) + p.T("analysis.pass.person", "Name", personOf(h))})
			}
		}
	}
	for i := range in.Options {
		in.Options[i].Chosen = in.Options[i].Value == v.Sending.Lead
	}
	return in
}

func (v sharePage) othersField(p ui.Page) ui.Input {
	in := ui.Input{Name: "others", Label: p.T("analysis.share.others"), Several: true}
	for _, one := range v.Services {
		in.Options = append(in.Options, ui.Option{Value: one.ID.String(), Label: label(p, one), Chosen: slices.Contains(v.Sending.Others, one.ID.String())})
	}
	return in
}

func (v sharePage) noteField(p ui.Page) ui.Input {
	return ui.Input{Name: "note", Label: p.T("analysis.pass.note"), Value: v.Sending.Note, Rows: 2, Max: analysis.MaxNote}
}

func (v sharePage) fields(p ui.Page) (list []ui.Input) {
	for i, f := range v.Rounds {
		list = append(list, f.kindField(p, i), f.titleField(p, i), f.startsField(p, i), f.dueField(p, i))
	}
	return append(list, v.leadField(p), v.othersField(p), v.noteField(p))
}

// progress is how far a service is in the round that is open.
type progress struct {
	Service project.CityService
	N       map[analysis.State]int
	Late    int
	All     int
}

func (v sharePage) progress() (list []progress) {
	for _, one := range v.Services {
		row := progress{Service: one, N: map[analysis.State]int{}}
		for _, c := range v.Counts {
			if c.Service == one.ID && c.Round == v.Open.ID {
				row.N[c.State] += c.N
				row.Late += c.Late
				row.All += c.N
			}
		}
		if row.All > 0 {
			list = append(list, row)
		}
	}
	return list
}

// studiedBy names the services that study a category by their rule.
func (v sharePage) studiedBy(category string) (list []string) {
	for _, one := range v.Services {
		if slices.ContainsFunc(one.Categories, func(c string) bool { return i18n.Fold(c) == i18n.Fold(category) }) {
			list = append(list, one.Name)
		}
	}
	return list
}

// formPage is what every service is asked of each proposal.
type formPage struct {
	Edition  project.View
	Form     analysis.Form
	Offered  []rulebook.Article
	Problems ui.Problems
	Said     string
}

func (v formPage) articlesField(p ui.Page) ui.Input {
	in := ui.Input{Name: "articles", Label: p.T("analysis.form.articles"), Help: p.T("analysis.form.articles.help"), Several: true}
	for _, a := range v.Offered {
		in.Options = append(in.Options, ui.Option{Value: a.Key, Label: p.T("analysis.article", "Number", a.Number, "Title", a.Title), Chosen: slices.Contains(v.Form.Articles, a.Key)})
	}
	return in
}

// questions are those of the form, and two empty ones to add.
func (v formPage) questions() []analysis.Question {
	return append(slices.Clone(v.Form.Questions), make([]analysis.Question, min(2, max(0, analysis.MaxQuestions-len(v.Form.Questions))))...)
}

func (v formPage) wordsField(p ui.Page, i int, q analysis.Question, lang i18n.Lang) ui.Input {
	in := ui.Input{Name: analysis.QuestionField(i, string(lang)), Label: p.T("analysis.form.question." + string(lang)), Value: q.Label.FR, Lang: string(lang), Max: analysis.MaxContact}
	if lang == i18n.EN {
		in.Value = q.Label.EN
	}
	return in
}

func (v formPage) kindField(p ui.Page, i int, q analysis.Question) ui.Input {
	in := ui.Input{Name: analysis.QuestionField(i, "kind"), Label: p.T("analysis.form.kind"), Required: true}
	for _, k := range []analysis.QuestionKind{analysis.YesNo, analysis.Words} {
		in.Options = append(in.Options, ui.Option{Value: string(k), Label: p.T("analysis.form.kind." + string(k)), Chosen: q.Kind == k})
	}
	return in
}

func (v formPage) fields(p ui.Page) (list []ui.Input) {
	for i, q := range v.Form.Questions {
		list = append(list, v.wordsField(p, i, q, i18n.FR), v.wordsField(p, i, q, i18n.EN), v.kindField(p, i, q))
	}
	return append(list, v.articlesField(p))
}

func (s *Pages) form(r *web.Request, p ui.Page) (web.View, error) {
	v, err := s.formOf(r, p)
	return web.View{Page: Form(p, v)}, err
}

func (s *Pages) formOf(r *web.Request, p ui.Page) (v formPage, err error) {
	v.Form, v.Edition, err = s.studies.Form(r.Context(), r.Platform, r.Person, r.PathValue("edition"))
	if err == nil {
		v.Offered, v.Said = analysis.Offered(v.Edition.Rulebook, p.Locale), done(r, p)
	}
	return v, err
}

func (s *Pages) setForm(r *web.Request, p ui.Page) (web.View, error) {
	v, err := s.formOf(r, p)
	if err != nil {
		return web.View{}, err
	}
	v.Form = analysis.Form{Articles: r.PostForm["articles"]}
	for i := range analysis.MaxQuestions + 2 {
		field := func(name string) string { return r.Posted(analysis.QuestionField(i, name)) }
		if field("fr")+field("en") != "" {
			v.Form.Questions = append(v.Form.Questions, analysis.Question{Key: field("key"), Label: rulebook.Text{FR: field("fr"), EN: field("en")}, Kind: analysis.QuestionKind(field("kind"))})
		}
	}
	err = s.studies.SetForm(r.Context(), r.Platform, r.Person, v.Edition.Slug, v.Form)
	if v.Problems, err = p.ProblemsOf(err); err != nil || len(v.Problems) > 0 {
		return web.Form(Form(p, v), v.Problems), err
	}
	return web.Done(p, sharePath(v.Edition.Slug)+"/questions", "questions"), nil
}
