package analysis

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// opinionForm is an opinion as it is typed.
type opinionForm struct {
	Verdict, Invest, Running, Months, Land, Public, Private string
	Answers                                                 map[string]string
	Version                                                 int
}

// answerPrefix begins the fields of the evaluation form; its key follows.
const answerPrefix = "reponse-"

// typed reads the form as it was typed.
func typed(r *web.Request) opinionForm {
	f := opinionForm{Verdict: r.Posted("verdict"), Invest: r.Posted("invest"), Running: r.Posted("running"), Months: r.Posted("months"), Land: r.Posted("land"),
		Public: r.Posted("public"), Private: r.Posted("private"), Answers: map[string]string{}}
	f.Version, _ = strconv.Atoi(r.Posted("version")) // another word is a version that nobody has
	for name := range r.PostForm {
		if key, ok := strings.CutPrefix(name, answerPrefix); ok {
			f.Answers[key] = r.Posted(name)
		}
	}
	return f
}

// formOf shows an opinion in the form.
func formOf(p ui.Page, o analysis.Opinion) opinionForm {
	f := opinionForm{Verdict: string(o.Verdict), Land: string(o.Land), Public: o.Public, Private: o.Private, Answers: o.Answers, Version: o.Version, Invest: money(p, o.Invest), Running: money(p, o.Running)}
	if o.Months != nil {
		f.Months = strconv.Itoa(*o.Months)
	}
	return f
}

// money is an amount as people type it.
func money(p ui.Page, v *int64) string {
	if v == nil {
		return ""
	}
	text := p.Int(*v / 100)
	if cents := *v % 100; cents != 0 {
		text += p.T("analysis.decimal") + strconv.FormatInt(cents/10, 10) + strconv.FormatInt(cents%10, 10)
	}
	return text
}

// said reads what was typed. asked are the questions of the edition: answers to others are left out. Fault: invalid.
func (f opinionForm) said(asked []analysis.Asked) (w analysis.Said, err error) {
	w = analysis.Said{Verdict: analysis.Verdict(f.Verdict), Land: analysis.Land(f.Land), Public: f.Public, Private: f.Private, Answers: map[string]string{}}
	var found []*fault.Error
	amount := func(field, text string) *int64 {
		if text == "" {
			return nil
		}
		n, ok := deposit.ParseCost(text)
		if !ok {
			found = append(found, fault.New(fault.Invalid, "fault.analysis.amount", "Word", text).In(field))
			return nil
		}
		return &n
	}
	w.Invest, w.Running = amount("invest", f.Invest), amount("running", f.Running)
	if f.Months != "" {
		n, err := strconv.Atoi(f.Months)
		if err != nil {
			found = append(found, fault.New(fault.Invalid, "fault.analysis.months", "Max", analysis.MaxMonths).In("months"))
		} else {
			w.Months = &n
		}
	}
	for _, q := range asked {
		for _, key := range []string{q.Key, noteKey(q)} {
			if text := f.Answers[key]; text != "" {
				w.Answers[key] = text
			}
		}
	}
	return w, fault.All(found)
}

// noteKey is the key of the remark beside a question that is answered by yes or no.
func noteKey(q analysis.Asked) string { return q.Key + ":note" }

func (f opinionForm) verdictField(p ui.Page) ui.Input {
	in := ui.Input{Name: "verdict", Label: p.T("analysis.field.verdict"), Required: true}
	for _, v := range analysis.Verdicts() {
		in.Options = append(in.Options, ui.Option{Value: string(v), Label: p.T("analysis.verdict." + string(v)), Help: p.T("analysis.verdict." + string(v) + ".what"), Chosen: f.Verdict == string(v)})
	}
	return in
}

func (f opinionForm) investField(p ui.Page) ui.Input {
	return ui.Input{Name: "invest", Label: p.T("analysis.field.invest"), Value: f.Invest, InputMode: "decimal", Max: 20}
}

func (f opinionForm) runningField(p ui.Page) ui.Input {
	return ui.Input{Name: "running", Label: p.T("analysis.field.running"), Value: f.Running, InputMode: "decimal", Max: 20}
}

func (f opinionForm) monthsField(p ui.Page) ui.Input {
	return ui.Input{Name: "months", Label: p.T("analysis.field.months"), Value: f.Months, InputMode: "numeric", Max: 3}
}

func (f opinionForm) landField(p ui.Page) ui.Input {
	in := ui.Input{Name: "land", Label: p.T("analysis.field.land"), Options: []ui.Option{{Label: p.T("analysis.unsaid")}}}
	for _, v := range analysis.Lands() {
		in.Options = append(in.Options, ui.Option{Value: string(v), Label: p.T("analysis.land." + string(v)), Chosen: f.Land == string(v)})
	}
	return in
}

func (f opinionForm) publicField(p ui.Page) ui.Input {
	return ui.Input{Name: "public", Label: p.T("analysis.field.public"), Help: p.T("analysis.field.public.help"), Value: f.Public, Rows: 6, Max: analysis.MaxText}
}

func (f opinionForm) privateField(p ui.Page) ui.Input {
	return ui.Input{Name: "private", Label: p.T("analysis.field.private"), Help: p.T("analysis.field.private.help"), Value: f.Private, Rows: 4, Max: analysis.MaxText}
}

func (f opinionForm) questionField(p ui.Page, q analysis.Asked) ui.Input {
	in := ui.Input{Name: answerPrefix + q.Key, Label: q.Label, Value: f.Answers[q.Key], Lang: q.Lang, Rows: 2}
	if q.Kind == analysis.YesNo {
		in.Options = []ui.Option{{Label: p.T("analysis.unsaid")}}
		for _, word := range []string{analysis.Yes, analysis.No, analysis.Unsure} {
			in.Options = append(in.Options, ui.Option{Value: word, Label: p.T("analysis.answer." + word), Chosen: f.Answers[q.Key] == word})
		}
	}
	return in
}

func (f opinionForm) remarkField(p ui.Page, q analysis.Asked) ui.Input {
	return ui.Input{Name: answerPrefix + noteKey(q), Label: p.T("analysis.field.remark"), Value: f.Answers[noteKey(q)], Max: analysis.MaxNote}
}

func (f opinionForm) fields(p ui.Page) []ui.Input {
	return []ui.Input{f.verdictField(p), f.investField(p), f.runningField(p), f.monthsField(p), f.landField(p), f.publicField(p), f.privateField(p)}
}

// keptText is an answer to a script that saves by itself.
type keptText struct {
	Version int    `json:"version"`
	Said    string `json:"said"`
}

func (k keptText) view() (web.View, error) {
	raw, err := json.Marshal(k)
	return web.View{File: &web.File{Name: "avis.json", Type: "application/json", Content: raw}}, err
}

// save keeps or gives an opinion. What is wrong is shown in the form, with everything that was typed; when somebody else saved
// meanwhile, their text stands beside it.
func (s *Pages) save(r *web.Request, p ui.Page) (web.View, error) {
	f, typedForm, act := keptFilter(r.Posted("liste")), typed(r), r.Posted("act")
	at := parseKey(r.Posted("pour"))
	v, err := s.read(r, p, f, at)
	if err != nil {
		return web.View{}, err
	}
	if v.At == nil || !v.MayWrite {
		return web.View{}, fault.New(fault.Forbidden, "fault.forbidden")
	}
	said, err := typedForm.said(v.Asked)
	give := act == "give" || act == "next"
	var saved analysis.Opinion
	if err == nil {
		saved, err = s.studies.Save(r.Context(), r.Platform, r.Person, v.At.Key(), said, typedForm.Version, give)
	}
	if act == "auto" {
		if err != nil {
			return web.View{}, err
		}
		return keptText{saved.Version, p.T("analysis.kept", "Time", p.Time(saved.SavedAt))}.view()
	}
	v.Form = typedForm
	if fault.CodeOf(err) == fault.Conflict && saved.Version != typedForm.Version {
		v.Theirs, v.Form.Version = &saved, saved.Version // who saves again has seen both
	}
	if v.Problems, err = p.ProblemsOf(err); err != nil || len(v.Problems) > 0 {
		view := web.Form(Study(p, v), v.Problems)
		if v.Theirs != nil {
			view.Status = http.StatusConflict
		}
		return view, err
	}
	switch next := v.Next; {
	case act == "next" && next != nil:
		return web.View{Next: p.Href(with(studyOf(next.Edition, next.Number), f, "pour", keyText(next.Key()), "fait", "donne"))}, nil
	case act == "next":
		return web.View{Next: p.Href(with(deskPath, f, "fait", "donne"))}, nil
	case act == "give":
		return web.View{Next: p.Href(with(v.path(), f, "pour", keyText(v.At.Key()), "fait", "donne"))}, nil
	case act == "then" && next != nil: // kept, and on to the next one
		return web.View{Next: p.Href(with(studyOf(next.Edition, next.Number), f, "pour", keyText(next.Key()), "fait", "enregistre"))}, nil
	}
	return web.View{Next: p.Href(with(v.path(), f, "pour", keyText(v.At.Key()), "fait", "enregistre"))}, nil
}

// foreign is the language of an edition's words, when it is not the page's.
func foreign(p ui.Page, lang string) string {
	if known, ok := i18n.Parse(lang); !ok || known == p.Lang {
		return ""
	}
	return lang
}
