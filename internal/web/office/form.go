package office

import (
	"slices"
	"strconv"
	"strings"

	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// formForm is the form of the deposit: its fields, the organiser's questions, and the words of both.
type formForm struct {
	frame
	Design   deposit.Design
	Form     deposit.Form // as it is typed
	Bounds   []bounds     // of its questions, as they are typed
	Reason   reason
	Problems ui.Problems
}

type bounds struct{ Min, Max string }

// mostQuestions is more than a form may have; what comes after is not read. The same of the options of a question.
const mostQuestions, mostOptions = 40, 60

func (s *Pages) form(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.loadForm(r)
	if err != nil {
		return web.View{}, err
	}
	f.Form.Questions, f.Form.Criteria = f.Form.Asked(), f.Form.AskedCriteria()
	for i := range f.Form.Questions {
		q := &f.Form.Questions[i]
		q.Options = q.Offered()
		f.Bounds = append(f.Bounds, bounds{bound(p, q.Min), bound(p, q.Max)})
	}
	return web.View{Page: Form(p, f)}, nil
}

// loadForm reads the edition and its form.
func (s *Pages) loadForm(r *web.Request) (formForm, error) {
	step, err := ids.Parse(r.URL.Query().Get("etape"))
	if err != nil {
		step = ids.ID{} // the one that is open, or comes next
	}
	d, err := s.setup.Design(r.Context(), r.Platform, r.Person, r.PathValue("edition"), step)
	return formForm{frame: frame{Edition: d.Edition, Screen: project.ScreenForm, Done: r.URL.Query().Get("fait")}, Design: d, Form: d.Form, Reason: reason{kind: "form"}}, err
}

func bound(p ui.Page, v *float64) string {
	if v == nil {
		return ""
	}
	text := strconv.FormatFloat(*v, 'f', -1, 64)
	if p.Lang == "fr" {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}

func (s *Pages) setForm(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.loadForm(r)
	if err != nil {
		return web.View{}, err
	}
	f.Reason = reasonOf(r, "form")
	in := &reader{r: r}
	f.read(in)
	do := r.Posted("do")
	if f.rearranged(do) {
		return web.View{Page: Form(p, f)}, nil
	}
	fresh := f.Form
	fresh.Questions = slices.Clone(f.Form.Questions)
	for i := range fresh.Questions {
		q := &fresh.Questions[i]
		q.Options = slices.DeleteFunc(slices.Clone(q.Options), func(o deposit.Option) bool { return o.Label == rulebook.Text{} })
	}
	err = in.err()
	if err == nil && do == "preview" {
		var shown deposit.Form
		if shown, err = f.Design.Form.Changed(fresh, f.Design.Usage); err == nil {
			c := f.Design.Call
			c.Form = shown
			return web.View{Page: s.preview(p, c)}, nil
		}
	}
	if err == nil {
		err = s.setup.SetForm(r.Context(), r.Platform, r.Person, f.Edition.Slug, f.Design.Step.ID, fresh, f.Reason.said(p))
	}
	if f.Problems, err = p.ProblemsOf(err); err != nil || len(f.Problems) > 0 {
		return web.Form(Form(p, f), f.Problems), err
	}
	return f.saved(p, "formulaire"), nil
}

// read reads what was typed.
func (f *formForm) read(in *reader) {
	r := in.r
	f.Form = deposit.Form{Words: map[string]deposit.Words{}}
	text := func(name string) rulebook.Text {
		return rulebook.Text{FR: r.Posted(name + ".fr"), EN: r.Posted(name + ".en")}
	}
	for _, field := range deposit.Fields() {
		f.Form.SetNeed(field, deposit.Need(r.Posted("need."+field)))
	}
	for _, field := range f.worded() {
		if w := (deposit.Words{Label: text("words." + field + ".label"), Help: text("words." + field + ".help")}); w != (deposit.Words{}) {
			f.Form.Words[field] = w
		}
	}
	n, _ := strconv.Atoi(r.Posted("questions"))
	for i := range min(max(n, 0), mostQuestions) {
		at := func(name string) string { return deposit.QuestionField(i, name) }
		q := deposit.Question{Key: r.Posted(at("key")), Kind: deposit.QuestionKind(r.Posted(at("kind"))), Label: text(at("label")), Help: text(at("help")), Need: deposit.Need(r.Posted(at("need"))),
			Other: r.Posted(at("other")) != "", Public: r.Posted(at("public")) == "yes", Files: ticked[deposit.FileKind](r, at("files"))}
		if len(q.Files) == 2 {
			q.Files = nil // all
		}
		options, _ := strconv.Atoi(r.Posted(at("options")))
		for j := range min(max(options, 0), mostOptions) {
			q.Options = append(q.Options, deposit.Option{Key: r.Posted(optionField(i, j, "key")), Label: text(optionField(i, j, "label"))})
		}
		b := bounds{r.Posted(at("min")), r.Posted(at("max"))}
		for _, one := range []struct {
			typed string
			to    **float64
			name  string
		}{{b.Min, &q.Min, "min"}, {b.Max, &q.Max, "max"}} {
			if one.typed == "" || !q.Bounded() {
				continue
			}
			v, ok := deposit.ParseNumber(one.typed)
			if !ok {
				in.wrong(at(one.name), "fault.form.number", "Value", one.typed)
			}
			*one.to = &v
		}
		f.Form.Questions, f.Bounds = append(f.Form.Questions, q), append(f.Bounds, b)
	}
	f.readCriteria(r)
}

func optionField(i, j int, name string) string {
	return deposit.QuestionField(i, "o["+strconv.Itoa(j)+"]."+name)
}

// worded names what has words of its own: the title, the fields, and the règlement's criteria.
func (f formForm) worded() []string {
	list := append([]string{"title"}, deposit.Fields()...)
	for _, k := range f.ruled() {
		list = append(list, k.Field())
	}
	return list
}

// blanks is how many empty rows stand below the options of a question.
const blanks = 3

// rearranged does what a button of the list asks: add a question, take one out, bring a retired one back, move one, give room
// for more options or move one of them up. False: it asks to save, or to see.
func (f *formForm) rearranged(do string) bool {
	if rest, criterion := strings.CutPrefix(do, "criterion-"); criterion {
		return f.rearrangedCriteria(rest)
	}
	what, rest, _ := strings.Cut(do, "-")
	first, second, _ := strings.Cut(rest, "-")
	list := f.Form.Questions
	i, err := strconv.Atoi(first)
	known := err == nil && i >= 0 && i < len(list)
	swap := func(a, b int) {
		list[a], list[b] = list[b], list[a]
		f.Bounds[a], f.Bounds[b] = f.Bounds[b], f.Bounds[a]
	}
	switch {
	case what == "add" && len(list) < mostQuestions:
		f.Form.Questions, f.Bounds = append(list, deposit.Question{Kind: deposit.ShortText, Need: deposit.Optional}), append(f.Bounds, bounds{})
	case what == "remove" && known:
		f.Form.Questions, f.Bounds = slices.Delete(list, i, i+1), slices.Delete(f.Bounds, i, i+1)
	case what == "up" && known && i > 0:
		swap(i, i-1)
	case what == "down" && known && i+1 < len(list):
		swap(i, i+1)
	case what == "options" && known && len(list[i].Options) < mostOptions:
		for range blanks {
			list[i].Options = append(list[i].Options, deposit.Option{})
		}
	case what == "raise" && known:
		j, err := strconv.Atoi(second)
		if options := list[i].Options; err == nil && j > 0 && j < len(options) {
			options[j], options[j-1] = options[j-1], options[j]
		}
	case what == "restore":
		for _, q := range f.retired() {
			if q.Key == rest {
				q.Retired, q.Options = false, q.Offered()
				f.Form.Questions, f.Bounds = append(list, q), append(f.Bounds, bounds{})
			}
		}
	default:
		return false
	}
	return true
}

// retired are the questions that are not asked any more and are not on the page.
func (f formForm) retired() []deposit.Question {
	return slices.DeleteFunc(slices.Clone(f.Design.Form.Questions), func(q deposit.Question) bool {
		return !q.Retired || slices.ContainsFunc(f.Form.Questions, func(on deposit.Question) bool { return on.Key == q.Key })
	})
}

// leaving are the questions that are asked now and were taken off the page: what becomes of them is said before it is saved.
func (f formForm) leaving() []deposit.Question {
	return slices.DeleteFunc(f.Design.Form.Asked(), func(q deposit.Question) bool {
		return slices.ContainsFunc(f.Form.Questions, func(on deposit.Question) bool { return on.Key == q.Key })
	})
}
