package office

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// mostCriteria is more than a form may have; what comes after is not read.
const mostCriteria = 25

// at is the address of the form of a deposit: where there is one, nothing is said of which.
func (f formForm) at(p ui.Page, step string) templ.SafeURL {
	if len(f.Design.Deposits()) < 2 {
		step = ""
	}
	return p.HrefWith(of(f.Edition.Slug, "formulaire"), "etape", step)
}

// here is the address of this form.
func (f formForm) here(p ui.Page) templ.SafeURL { return f.at(p, f.Design.Step.ID.String()) }

// steps are the deposits of the edition, each with its form.
func (f formForm) steps(p ui.Page) []ui.Link {
	var list []ui.Link
	for i, s := range f.Design.Deposits() {
		list = append(list, ui.Link{Text: strconv.Itoa(i+1) + ". " + cmp.Or(s.Title, p.T("step."+string(s.Kind))), Href: f.at(p, s.ID.String())})
	}
	return list
}

// when says when the deposit of this form is.
func (f formForm) when(p ui.Page) string {
	return p.When(ui.Step{From: f.Design.Step.StartsAt, To: f.Design.Step.EndsAt})
}

// sheet is the paper form of this deposit.
func (f formForm) sheet(p ui.Page) templ.SafeURL {
	return p.HrefWith(of(f.Edition.Slug, "formulaire-papier"), "etape", f.Design.Step.ID.String())
}

// ruled are the criteria of the règlement itself.
func (f formForm) ruled() []deposit.Criterion {
	return slices.DeleteFunc(f.Design.Criteria(), func(k deposit.Criterion) bool { return k.Own != nil })
}

func (f *formForm) readCriteria(r *web.Request) {
	n, _ := strconv.Atoi(r.Posted("criteria"))
	for i := range min(max(n, 0), mostCriteria) {
		at := func(name string) string { return deposit.CriterionField(i, name) }
		text := func(name string) rulebook.Text {
			return rulebook.Text{FR: r.Posted(at(name + ".fr")), EN: r.Posted(at(name + ".en"))}
		}
		f.Form.Criteria = append(f.Form.Criteria, deposit.Asked{Key: r.Posted(at("key")), Label: text("label"), Wanted: r.Posted(at("wanted")), Outside: text("outside"),
			Need: deposit.Need(r.Posted(at("need"))), Article: r.Posted(at("article"))})
	}
}

// rearrangedCriteria does what a button of the criteria asks. False: nothing.
func (f *formForm) rearrangedCriteria(do string) bool {
	what, rest, _ := strings.Cut(do, "-")
	list := f.Form.Criteria
	i, err := strconv.Atoi(rest)
	known := err == nil && i >= 0 && i < len(list)
	switch {
	case what == "add" && len(list) < mostCriteria:
		f.Form.Criteria = append(list, deposit.Asked{Wanted: deposit.Yes, Need: deposit.Required})
	case what == "remove" && known:
		f.Form.Criteria = slices.Delete(list, i, i+1)
	case what == "up" && known && i > 0:
		list[i], list[i-1] = list[i-1], list[i]
	case what == "down" && known && i+1 < len(list):
		list[i], list[i+1] = list[i+1], list[i]
	case what == "restore":
		for _, k := range f.retiredCriteria() {
			if k.Key == rest {
				k.Retired = false
				f.Form.Criteria = append(list, k)
			}
		}
	default:
		return false
	}
	return true
}

// retiredCriteria are those that are not asked any more and are not on the page.
func (f formForm) retiredCriteria() []deposit.Asked {
	return slices.DeleteFunc(slices.Clone(f.Design.Form.Criteria), func(k deposit.Asked) bool { return !k.Retired || f.criterionOn(k) })
}

// leavingCriteria are those that are asked now and were taken off the page.
func (f formForm) leavingCriteria() []deposit.Asked {
	return slices.DeleteFunc(f.Design.Form.AskedCriteria(), f.criterionOn)
}

func (f formForm) criterionOn(k deposit.Asked) bool {
	return slices.ContainsFunc(f.Form.Criteria, func(on deposit.Asked) bool { return on.Key == k.Key })
}

func criterionName(p ui.Page, k deposit.Asked) string {
	return cmp.Or(k.Label.In(p.Lang), p.T("organise.form.criterion.new"))
}

// criterionTexts are the question and what is said to who answers otherwise, in both languages.
func (f formForm) criterionTexts(p ui.Page, i int) []ui.Input {
	k := f.Form.Criteria[i]
	in := func(name, value string, most int) ui.Input {
		return ui.Input{Name: deposit.CriterionField(i, name), Label: p.T("organise.form.criterion." + name), Value: value, Max: most, Lang: name[strings.LastIndexByte(name, '.')+1:], Required: name == "label.fr"}
	}
	return []ui.Input{in("label.fr", k.Label.FR, 200), in("label.en", k.Label.EN, 200), in("outside.fr", k.Outside.FR, 500), in("outside.en", k.Outside.EN, 500)}
}

// criterionChoices are the answer that fits, whether one must answer, and the article.
func (f formForm) criterionChoices(p ui.Page, i int) []ui.Input {
	k := f.Form.Criteria[i]
	article := ui.Input{Name: deposit.CriterionField(i, "article"), Label: p.T("organise.form.criterion.article"), Options: []ui.Option{{Label: p.T("organise.form.criterion.article.none")}}}
	for _, a := range f.Edition.Rulebook.Regulation(p.Locale) {
		article.Options = append(article.Options, ui.Option{Value: a.Key, Label: strconv.Itoa(a.Number) + ". " + a.Title, Chosen: a.Key == k.Article})
	}
	return []ui.Input{
		{Name: deposit.CriterionField(i, "wanted"), Label: p.T("organise.form.criterion.wanted"), Required: true, Options: options(p, "deposit.answer", []string{k.Wanted}, deposit.Yes, deposit.No)},
		{Name: deposit.CriterionField(i, "need"), Label: p.T("organise.form.needed"), Required: true, Options: options(p, "organise.form.need", []deposit.Need{k.Need}, deposit.Optional, deposit.Required)},
		article,
	}
}

// criterionAnswers says how many answers a criterion has.
func (f formForm) criterionAnswers(k deposit.Asked) int { return f.Design.Usage.Criteria[k.Key] }
