package office

import (
	"cmp"
	"strings"

	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// fieldName names a field as the deposit form does when nothing else is said.
func (f formForm) fieldName(p ui.Page, field string) string {
	if key, ok := strings.CutPrefix(field, "c-"); ok {
		for _, k := range f.Design.Criteria() {
			if string(k.Key) == key {
				return p.T("deposit.criterion."+key, "Names", k.Values, "Count", k.Count, "Amount", i18n.Amount{Hundredths: k.Amount, Currency: f.Edition.Currency})
			}
		}
	}
	if field == "place" {
		return p.T("organise.form.place")
	}
	return p.T("deposit." + field)
}

func (f formForm) need(p ui.Page, field string) ui.Input {
	return ui.Input{Name: "need." + field, Label: f.fieldName(p, field), Required: true,
		Options: options(p, "organise.form.need", []deposit.Need{f.Form.NeedOf(field)}, deposit.Absent, deposit.Optional, deposit.Required)}
}

// says are the four fields of what is said of a field, in both languages.
func (f formForm) says(p ui.Page, field string) []ui.Input {
	w, name := f.Form.Words[field], "words."+field
	return []ui.Input{
		{Name: name + ".label.fr", Label: p.T("organise.form.label.fr"), Value: w.Label.FR, Max: 200, Lang: "fr"},
		{Name: name + ".label.en", Label: p.T("organise.form.label.en"), Value: w.Label.EN, Max: 200, Lang: "en"},
		{Name: name + ".help.fr", Label: p.T("organise.form.help.fr"), Value: w.Help.FR, Max: 500, Lang: "fr"},
		{Name: name + ".help.en", Label: p.T("organise.form.help.en"), Value: w.Help.EN, Max: 500, Lang: "en"},
	}
}

// own says whether anything is said of a field, or wrong with it.
func (f formForm) own(field string) bool {
	return f.Form.Words[field] != deposit.Words{} || len(f.Problems["words."+field]) > 0
}

// questionName names a question, for whoever does not see where its buttons stand.
func (f formForm) questionName(p ui.Page, q deposit.Question) string {
	return cmp.Or(q.Label.In(p.Lang), p.T("organise.form.question.new"))
}

func (f formForm) kind(p ui.Page, i int) ui.Input {
	return ui.Input{Name: deposit.QuestionField(i, "kind"), Label: p.T("organise.form.kind"), Required: true,
		Options: options(p, "organise.form.kind", []deposit.QuestionKind{f.Form.Questions[i].Kind}, deposit.QuestionKinds()...)}
}

func (f formForm) questionNeed(p ui.Page, i int) ui.Input {
	return ui.Input{Name: deposit.QuestionField(i, "need"), Label: p.T("organise.form.needed"), Required: true,
		Options: options(p, "organise.form.need", []deposit.Need{f.Form.Questions[i].Need}, deposit.Optional, deposit.Required)}
}

func (f formForm) text(p ui.Page, i int, name, value string, most int) ui.Input {
	return ui.Input{Name: deposit.QuestionField(i, name), Label: p.T("organise.form." + name), Value: value, Max: most, Lang: name[strings.LastIndexByte(name, '.')+1:], Required: name == "label.fr"}
}

// texts are the label and the help of a question, in both languages.
func (f formForm) texts(p ui.Page, i int) []ui.Input {
	q := f.Form.Questions[i]
	return []ui.Input{f.text(p, i, "label.fr", q.Label.FR, 200), f.text(p, i, "label.en", q.Label.EN, 200), f.text(p, i, "help.fr", q.Help.FR, 500), f.text(p, i, "help.en", q.Help.EN, 500)}
}

func (f formForm) public(p ui.Page, i int) ui.Input {
	chosen := "no"
	if f.Form.Questions[i].Public {
		chosen = "yes"
	}
	return ui.Input{Name: deposit.QuestionField(i, "public"), Label: p.T("organise.form.public"), Required: true, Options: options(p, "organise.form.public", []string{chosen}, "no", "yes")}
}

func (f formForm) other(p ui.Page, i int) ui.Input {
	return ui.Input{Name: deposit.QuestionField(i, "other"), Label: p.T("organise.form.other"), Several: true,
		Options: []ui.Option{{Value: "yes", Label: p.T("organise.form.other.yes"), Chosen: f.Form.Questions[i].Other}}}
}

func (f formForm) least(p ui.Page, i int) ui.Input {
	return ui.Input{Name: deposit.QuestionField(i, "min"), Label: p.T("organise.form.min"), Value: f.Bounds[i].Min, InputMode: "decimal", Max: 20}
}

func (f formForm) most(p ui.Page, i int) ui.Input {
	return ui.Input{Name: deposit.QuestionField(i, "max"), Label: p.T("organise.form.max"), Value: f.Bounds[i].Max, InputMode: "decimal", Max: 20}
}

func (f formForm) files(p ui.Page, i int) ui.Input {
	chosen := f.Form.Questions[i].Files
	if len(chosen) == 0 {
		chosen = []deposit.FileKind{deposit.PDF, deposit.Picture}
	}
	return ui.Input{Name: deposit.QuestionField(i, "files"), Label: p.T("organise.form.files"), Several: true, Required: true,
		Options: options(p, "organise.form.files", chosen, deposit.PDF, deposit.Picture)}
}

// option are the two fields of an option.
func (f formForm) option(p ui.Page, i, j int) []ui.Input {
	var o deposit.Option
	if list := f.Form.Questions[i].Options; j < len(list) {
		o = list[j]
	}
	return []ui.Input{
		{Name: optionField(i, j, "label.fr"), Label: p.T("organise.form.option.fr", "Number", j+1), Value: o.Label.FR, Max: 200, Lang: "fr"},
		{Name: optionField(i, j, "label.en"), Label: p.T("organise.form.option.en", "Number", j+1), Value: o.Label.EN, Max: 200, Lang: "en"},
	}
}

// rows is how many rows the options of a question have, with empty ones to begin with.
func (f formForm) rows(i int) int {
	return max(len(f.Form.Questions[i].Options), blanks)
}

// fields are the inputs in the order of the page.
func (f formForm) fields(p ui.Page) []ui.Input {
	list := []ui.Input{{Name: "questions"}}
	for _, field := range deposit.Fields() {
		list = append(list, f.need(p, field), ui.Input{Name: "words." + field})
	}
	for i := range f.Form.Questions {
		list = append(list, f.kind(p, i))
		list = append(list, f.texts(p, i)...)
		list = append(list, f.public(p, i), f.questionNeed(p, i), ui.Input{Name: deposit.QuestionField(i, "options")}, f.least(p, i), f.most(p, i), f.files(p, i))
	}
	list = append(list, ui.Input{Name: "criteria"})
	for i := range f.Form.Criteria {
		list = append(append(list, f.criterionTexts(p, i)...), f.criterionChoices(p, i)...)
	}
	return append(list, f.Reason.words(p))
}

// answered says how many answers a question has; 0 for one that is new.
func (f formForm) answered(q deposit.Question) int { return f.Design.Usage.Answers[q.Key] }
