package deposit

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// fields are the form's, in the order of the page: what is wrong is listed in that order.
func (f formPage) fields(p ui.Page) []ui.Input {
	list := []ui.Input{f.title(p), {Name: "place"}, f.district(p), f.address(p), f.summary(p), f.body(p), f.category(p), f.theme(p), f.cost(p), {Name: "picture"}, f.pictureAlt(p)}
	for _, q := range f.Form.Asked() {
		list = append(list, f.question(p, q))
	}
	for _, k := range f.Criteria() {
		list = append(list, f.criterion(p, k))
	}
	if f.Paper != nil {
		list = append([]ui.Input{f.paperReference(p), f.paperEmail(p)}, list...)
	}
	return append(list, f.kind(p), f.age(p), ui.Input{Name: "consent"}, f.name(p), ui.Input{Name: "charter"}, ui.Input{Name: "vouched"})
}

// worded gives a field the words of the organiser, where there are some.
func (f formPage) worded(p ui.Page, i ui.Input) ui.Input {
	return f.wordedAs(p, i.Name, i)
}

// wordedAs is worded for a field that has another name in the form than on the page.
func (f formPage) wordedAs(p ui.Page, field string, i ui.Input) ui.Input {
	w := f.Form.Words[field]
	i.Label, i.Help = cmp.Or(w.Label.In(p.Lang), i.Label), cmp.Or(w.Help.In(p.Lang), i.Help)
	return i
}

func (f formPage) title(p ui.Page) ui.Input {
	return f.worded(p, ui.Input{Name: "title", Label: p.T("deposit.title"), Help: p.T("deposit.title.help"), Value: f.Deposit.Content.Title, Max: deposit.TitleMax, Required: true})
}

func (f formPage) summary(p ui.Page) ui.Input {
	return f.worded(p, ui.Input{Name: "summary", Label: p.T("deposit.summary"), Help: p.T("deposit.summary.help"), Value: f.Deposit.Content.Summary, Max: deposit.SummaryMax, Rows: 3, Required: f.Form.Summary == deposit.Required})
}

func (f formPage) body(p ui.Page) ui.Input {
	return f.worded(p, ui.Input{Name: "body", Label: p.T("deposit.body"), Help: p.T("deposit.body.help"), Value: f.Deposit.Content.Body, Max: deposit.BodyMax, Rows: 8, Required: f.Form.Body == deposit.Required})
}

func (f formPage) category(p ui.Page) ui.Input {
	i := ui.Input{Name: "category", Label: p.T("deposit.category"), Required: f.Form.Category == deposit.Required, Options: []ui.Option{{Label: p.T("deposit.choose")}}}
	for _, k := range f.Categories {
		i.Options = append(i.Options, f.named(p, k.Slug, k.Name, k.Other, f.Deposit.Content.Category))
	}
	return f.worded(p, i)
}

func (f formPage) theme(p ui.Page) ui.Input {
	i := ui.Input{Name: "theme", Label: p.T("deposit.theme"), Required: f.Form.Theme == deposit.Required, Options: []ui.Option{{Label: p.T("deposit.choose")}}}
	for _, t := range f.Themes {
		i.Options = append(i.Options, f.named(p, t.Slug, t.Title, t.Other, f.Deposit.Content.Theme))
	}
	return f.worded(p, i)
}

// named is a category or a theme to choose, in the page's language when it has a name there.
func (f formPage) named(p ui.Page, slug, name, other, chosen string) ui.Option {
	o := ui.Option{Value: slug, Chosen: slug == chosen}
	if o.Label, o.Lang = deposit.NameIn(p.Lang, f.Language, name, other); o.Lang == string(p.Lang) {
		o.Lang = ""
	}
	return o
}

func (f formPage) district(p ui.Page) ui.Input {
	chosen := f.Deposit.Content.District
	i := ui.Input{Name: "district", Label: p.T("deposit.district"), Help: p.T("deposit.district.help"), Required: f.Form.District == deposit.Required,
		Options: []ui.Option{{Label: p.T("deposit.choose")}, {Value: deposit.WholeCity, Label: p.T("web.district.whole"), Chosen: chosen == deposit.WholeCity}}}
	for _, d := range f.Districts {
		i.Options = append(i.Options, ui.Option{Value: d.Slug, Label: d.Name, Lang: f.lang(p), Chosen: d.Slug == chosen})
	}
	return f.worded(p, i)
}

func (f formPage) address(p ui.Page) ui.Input {
	return f.wordedAs(p, "place", ui.Input{Name: "address", Label: p.T("deposit.address"), Help: p.T("deposit.address.help"), Value: f.Deposit.Content.Address, Max: deposit.AddressMax, Autocomplete: "off",
		Required: f.Form.Place == deposit.Required})
}

func (f formPage) cost(p ui.Page) ui.Input {
	return f.worded(p, ui.Input{Name: "cost", Label: p.T("deposit.cost"), Help: p.T("deposit.cost.help"), Value: f.Deposit.Content.Cost, Max: 20, InputMode: "decimal", Autocomplete: "off", Required: f.Form.Cost == deposit.Required})
}

func (f formPage) picture(p ui.Page) ui.Input {
	return f.worded(p, ui.Input{Name: "picture", Label: p.T("deposit.picture"), Help: p.T("deposit.picture.help")})
}

func (f formPage) pictureAlt(p ui.Page) ui.Input {
	return ui.Input{Name: "picture_alt", Label: p.T("deposit.picture_alt"), Help: p.T("deposit.picture_alt.help"), Value: f.Deposit.Content.PictureAlt, Max: deposit.AltMax}
}

func (f formPage) name(p ui.Page) ui.Input {
	return ui.Input{Name: "name", Label: p.T("deposit.name"), Help: p.T("deposit.name.help"), Value: f.Deposit.Content.Name, Max: deposit.NameMax, Autocomplete: "name", Required: true}
}

func (f formPage) kind(p ui.Page) ui.Input {
	i := ui.Input{Name: "kind", Label: p.T("deposit.kind"), Required: true}
	for _, k := range f.Kinds() {
		i.Options = append(i.Options, ui.Option{Value: string(k), Label: p.T("deposit.kind." + string(k)), Chosen: k == f.Deposit.Content.Kind})
	}
	return i
}

func (f formPage) age(p ui.Page) ui.Input {
	i := ui.Input{Name: "age", Label: p.T("deposit.age"), Help: p.T("deposit.age.help"), Required: true}
	from := max(f.MinimumAge(), deposit.ConsentAge)
	for _, a := range f.Ages() {
		label := p.T("deposit.age.adult", "Age", from)
		switch {
		case a == deposit.AgeBelow:
			label = p.T("deposit.age.below", "Age", f.MinimumAge())
		case a == deposit.AgeYoung && f.MinimumAge() == 0:
			label = p.T("deposit.age.below", "Age", deposit.ConsentAge)
		case a == deposit.AgeYoung:
			label = p.T("deposit.age.young", "From", f.MinimumAge(), "To", deposit.ConsentAge-1)
		}
		i.Options = append(i.Options, ui.Option{Value: string(a), Label: label, Chosen: a == f.Deposit.Content.Age})
	}
	return i
}

// criterion is a question of the règlement, answered by yes or no; where nobody is excluded, one may not know.
func (f formPage) criterion(p ui.Page, k deposit.Criterion) ui.Input {
	i := ui.Input{Name: k.Field(), Label: f.asks(p, k), Required: !k.Optional(), Help: f.article(p, k)}
	if k.Key == deposit.NotBarred {
		who := make([]string, len(k.Barred))
		for n, b := range k.Barred {
			who[n] = p.T("rulebook.barred." + string(b))
		}
		i.Help = strings.Join(who, " ; ") + "."
	}
	answers := []string{deposit.Yes, deposit.No}
	if !k.Excludes {
		answers = append(answers, deposit.Unsure)
	}
	for _, a := range answers {
		i.Options = append(i.Options, ui.Option{Value: a, Label: p.T("deposit.answer." + a), Chosen: a == f.Deposit.Content.Criteria[string(k.Key)]})
	}
	return f.worded(p, i)
}

// article says which article of the règlement an organiser's criterion comes from; nothing for one that is no more.
func (f formPage) article(p ui.Page, k deposit.Criterion) string {
	if k.Own == nil || k.Own.Article == "" {
		return ""
	}
	for _, a := range f.Rulebook.Regulation(p.Locale) {
		if a.Key == k.Own.Article {
			return p.T("deposit.criterion.article", "Number", a.Number, "Title", a.Title)
		}
	}
	return ""
}

// asks is the sentence of a criterion.
func (f formPage) asks(p ui.Page, k deposit.Criterion) string {
	if k.Own != nil {
		return k.Own.Label.In(p.Lang)
	}
	return p.T("deposit.criterion."+string(k.Key), "Names", k.Values, "Count", k.Count, "Amount", i18n.Amount{Hundredths: k.Amount, Currency: f.Currency})
}

// outside says why a proposal seems to be outside of the règlement.
func (f formPage) outside(p ui.Page) []string {
	var list []string
	for _, k := range f.Outside(f.Deposit.Content) {
		if k.Own != nil {
			list = append(list, cmp.Or(k.Own.Outside.In(p.Lang), p.T("deposit.outside.own", "Question", k.Own.Label.In(p.Lang), "Answer", p.T("deposit.answer."+k.Wanted))))
			continue
		}
		list = append(list, p.T("deposit.outside."+string(k.Key), "Count", k.Count, "Amount", i18n.Amount{Hundredths: k.Amount, Currency: f.Currency}))
	}
	return list
}

// question is one of the organiser's, as a field; rankings have a field per place.
func (f formPage) question(p ui.Page, q deposit.Question) ui.Input {
	a := f.Deposit.Content.Answers[q.Key]
	i := ui.Input{Name: q.Field(), Label: q.Label.In(p.Lang), Help: q.Help.In(p.Lang), Required: q.Need == deposit.Required, Several: q.Kind == deposit.Choices, Rows: 5}
	switch q.Kind {
	case deposit.ShortText, deposit.LongText:
		i.Max = q.Longest()
		if q.Max != nil {
			i.Max = int(*q.Max)
		}
	case deposit.Number:
		i.Max, i.InputMode = 30, "decimal"
	case deposit.FileInput:
		i.Type = "file"
	}
	i.Help = strings.Join(append(slices.DeleteFunc([]string{i.Help}, func(s string) bool { return s == "" }), f.limits(p, q)...), " ")
	if len(a.Values) > 0 {
		i.Value = a.Values[0]
	}
	for _, o := range q.Offered() {
		i.Options = append(i.Options, ui.Option{Value: o.Key, Label: o.Label.In(p.Lang), Chosen: slices.Contains(a.Values, o.Key)})
	}
	if q.Other {
		i.Options = append(i.Options, ui.Option{Value: deposit.OtherOption, Label: p.T("deposit.other"), Chosen: slices.Contains(a.Values, deposit.OtherOption)})
	}
	return i
}

// limits says what an answer must keep to, and who reads it.
func (f formPage) limits(p ui.Page, q deposit.Question) []string {
	var list []string
	say := func(key string, v *float64) {
		if v != nil {
			list = append(list, p.T("deposit.limit."+key, "Count", int(*v), "Number", strings.Replace(strconv.FormatFloat(*v, 'f', -1, 64), ".", p.T("deposit.limit.mark"), 1)))
		}
	}
	switch {
	case q.Kind == deposit.Number:
		say("number_least", q.Min)
		say("number_most", q.Max)
	case q.Kind == deposit.Choices:
		say("choices_least", q.Min)
		say("choices_most", q.Max)
	case q.Bounded():
		say("text_least", q.Min)
		say("text_most", q.Max)
	case q.Kind == deposit.FileInput:
		kinds := "both"
		if len(q.Files) == 1 {
			kinds = string(q.Files[0])
		}
		list = append(list, p.T("deposit.limit.file."+kinds, "Limit", deposit.FileMax>>20))
	}
	if q.Public {
		return append(list, p.T("deposit.question.public"))
	}
	return append(list, p.T("deposit.question.private"))
}

// previewed is the form as somebody finds it who begins.
func previewed(p ui.Page, c deposit.Call) formPage {
	f := formPage{Call: c, Deposit: deposit.Deposit{Charter: -1}, Open: true}
	f.Pick = picking(p, f)
	return f
}

// other is the text of the answer that one writes oneself.
func (f formPage) other(p ui.Page, q deposit.Question) ui.Input {
	return ui.Input{Name: q.Field() + "-other", Label: p.T("deposit.other.which"), Value: f.Deposit.Content.Answers[q.Key].Other, Max: deposit.ShortMax}
}

// place is the field of one place of a ranking, from 0.
func (f formPage) place(p ui.Page, q deposit.Question, n int) ui.Input {
	i := ui.Input{Name: placeField(q, n), Label: p.T("deposit.ranking.place", "Place", n+1), Required: q.Need == deposit.Required, Options: []ui.Option{{Label: p.T("deposit.choose")}}}
	values := f.Deposit.Content.Answers[q.Key].Values
	for _, o := range q.Offered() {
		i.Options = append(i.Options, ui.Option{Value: o.Key, Label: o.Label.In(p.Lang), Chosen: n < len(values) && values[n] == o.Key})
	}
	return i
}

// lang is that of the names of the edition, when it is not the page's.
func (f formPage) lang(p ui.Page) string {
	if f.Language == string(p.Lang) {
		return ""
	}
	return f.Language
}

func degrees(v float64) string { return strconv.FormatFloat(v, 'f', 6, 64) }
