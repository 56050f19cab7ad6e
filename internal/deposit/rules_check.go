package deposit

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// check gathers what is wrong with a content.
type check struct {
	Setting
	faults []*fault.Error
	out    Checked
}

func (c *check) refuse(field, key string, pairs ...any) {
	c.faults = append(c.faults, fault.New(fault.Invalid, key, pairs...).In(field))
}

// Check reads a content that is about to be published. Faults: invalid, every reason at once, each in its field.
func (s Setting) Check(content Content, pictured bool) (Checked, error) {
	c := &check{Setting: s}
	c.title(content.Title)
	c.out.Summary = c.text("summary", s.Form.Summary, content.Summary, SummaryMax)
	c.out.Body = c.text("body", s.Form.Body, content.Body, BodyMax)
	c.topics(content)
	c.where(content)
	c.cost(content.Cost)
	c.picture(content, pictured)
	for _, q := range s.Form.Asked() {
		c.answer(q, content.Answers[q.Key])
	}
	c.criteria(content)
	c.person(content)
	return c.out, fault.All(c.faults)
}

func (c *check) title(typed string) {
	c.out.Title = oneLine(typed)
	switch n := utf8.RuneCountInString(c.out.Title); {
	case n == 0:
		c.refuse("title", "fault.deposit.title")
	case n < TitleMin || !strings.ContainsFunc(c.out.Title, unicode.IsLetter):
		c.refuse("title", "fault.deposit.title_short", "Count", TitleMin)
	case n > TitleMax:
		c.refuse("title", "fault.deposit.long", "Count", TitleMax)
	}
}

// oneLine gives a text without line breaks and double spaces. A space that does not break stays one: « un projet : le mien ».
func oneLine(text string) string {
	breaks := func(r rune) bool { return unicode.IsSpace(r) && r != '\u00a0' && r != '\u202f' }
	return strings.TrimSpace(strings.Join(strings.FieldsFunc(text, breaks), " "))
}

// text reads a text that may be needed.
func (c *check) text(field string, need Need, typed string, most int) string {
	typed = strings.TrimSpace(typed)
	switch {
	case !need.Asked():
		return ""
	case typed == "" && need == Required:
		c.refuse(field, "fault.deposit."+field)
	case utf8.RuneCountInString(typed) > most:
		c.refuse(field, "fault.deposit.long", "Count", most)
	}
	return typed
}

// topics reads category and theme.
func (c *check) topics(content Content) {
	if c.Form.Category.Asked() {
		for _, k := range c.Categories {
			if k.Slug == content.Category {
				c.out.Category = k.ID
				c.out.Facets = append(c.out.Facets, proposal.Facet{Tag: proposal.Tag{Kind: proposal.TagCategory, Slug: k.Slug}, Name: k.Name, Sort: k.Sort})
			}
		}
		if c.out.Category.IsZero() && (content.Category != "" || c.Form.Category == Required && len(c.Categories) > 0) {
			c.refuse("category", "fault.deposit.category")
		}
	}
	if c.Form.Theme.Asked() {
		for _, t := range c.Themes {
			if t.Slug == content.Theme {
				c.out.Theme = t.ID
				c.out.Facets = append(c.out.Facets, proposal.Facet{Tag: proposal.Tag{Kind: proposal.TagTheme, Slug: t.Slug}, Name: t.Title, Sort: t.Sort})
			}
		}
		if c.out.Theme.IsZero() && (content.Theme != "" || c.Form.Theme == Required && len(c.Themes) > 0) {
			c.refuse("theme", "fault.deposit.theme")
		}
	}
}

// ParseCost reads an amount as people write it, « 12 500 € » or "12,500.50", in hundredths; false for what is none.
func ParseCost(typed string) (int64, bool) {
	var digits strings.Builder
	typed = strings.TrimSpace(strings.TrimRight(strings.TrimSpace(typed), "€$£"))
	cents := ""
	if i := strings.LastIndexAny(typed, ".,"); i >= 0 && len(typed)-i-1 <= 2 { // what follows with two digits at most are cents
		typed, cents = typed[:i], typed[i+1:]
	}
	for _, r := range typed {
		switch {
		case r >= '0' && r <= '9':
			digits.WriteRune(r)
		case unicode.IsSpace(r), r == '.', r == ',', r == '\'', r == '\u2019':
		default:
			return 0, false
		}
	}
	whole, err := strconv.ParseInt(digits.String(), 10, 64)
	if err != nil || whole > maxCost {
		return 0, false
	}
	part := int64(0)
	if cents != "" {
		if part, err = strconv.ParseInt((cents + "0")[:2], 10, 64); err != nil || part < 0 {
			return 0, false
		}
	}
	return whole*100 + part, true
}

// maxCost bounds what is taken for a cost, in whole units: more is a mistake of typing.
const maxCost = 10_000_000_000

func (c *check) cost(typed string) {
	if !c.Form.Cost.Asked() {
		return
	}
	if strings.TrimSpace(typed) == "" {
		if c.Form.Cost == Required {
			c.refuse("cost", "fault.deposit.cost")
		}
		return
	}
	cost, ok := ParseCost(typed)
	if !ok {
		c.refuse("cost", "fault.deposit.cost_form")
	}
	c.out.Cost = cost
}

func (c *check) picture(content Content, pictured bool) {
	switch alt := oneLine(content.PictureAlt); {
	case !c.Form.Picture.Asked():
	case !pictured && c.Form.Picture == Required:
		c.refuse("picture", "fault.deposit.picture")
	case pictured && alt == "":
		c.refuse("picture_alt", "fault.deposit.picture_alt")
	case utf8.RuneCountInString(alt) > AltMax:
		c.refuse("picture_alt", "fault.deposit.long", "Count", AltMax)
	}
}

// Field is the name of a question's field.
func (q Question) Field() string { return "q-" + q.Key }

func (c *check) answer(q Question, a Answer) {
	given := a.given(q.Kind)
	if !given {
		if q.Need == Required {
			c.refuse(q.Field(), "fault.deposit.answer")
		}
		return
	}
	switch q.Kind {
	case ShortText, LongText:
		switch n := utf8.RuneCountInString(strings.TrimSpace(a.Values[0])); {
		case n > q.most():
			c.refuse(q.Field(), "fault.deposit.long", "Count", q.most())
		case q.Min != nil && n < int(*q.Min):
			c.refuse(q.Field(), "fault.deposit.short", "Count", int(*q.Min))
		}
	case Number:
		switch n, ok := ParseNumber(a.Values[0]); {
		case !ok:
			c.refuse(q.Field(), "fault.deposit.number")
		case q.Min != nil && n < *q.Min:
			c.refuse(q.Field(), "fault.deposit.number_least", "Number", plain(*q.Min))
		case q.Max != nil && n > *q.Max:
			c.refuse(q.Field(), "fault.deposit.number_most", "Number", plain(*q.Max))
		}
	case OneChoice, Choices:
		c.choice(q, a)
	case Ranking:
		if seen := distinct(a.Values); len(seen) != len(a.Values) || len(seen) != len(q.Offered()) || slices.ContainsFunc(a.Values, func(v string) bool { return !q.has(v) }) {
			c.refuse(q.Field(), "fault.deposit.ranking")
		}
	}
}

func (c *check) choice(q Question, a Answer) {
	other, n := slices.Contains(a.Values, OtherOption), len(distinct(a.Values))
	switch {
	case q.Kind == OneChoice && len(a.Values) > 1, slices.ContainsFunc(a.Values, func(v string) bool { return !q.has(v) && (v != OtherOption || !q.Other) }):
		c.refuse(q.Field(), "fault.deposit.choice")
	case q.Kind == Choices && q.Min != nil && n < int(*q.Min):
		c.refuse(q.Field(), "fault.deposit.choices_least", "Count", int(*q.Min))
	case q.Kind == Choices && q.Max != nil && n > int(*q.Max):
		c.refuse(q.Field(), "fault.deposit.choices_most", "Count", int(*q.Max))
	case other && oneLine(a.Other) == "":
		c.refuse(q.Field(), "fault.deposit.other")
	case other && utf8.RuneCountInString(a.Other) > ShortMax:
		c.refuse(q.Field(), "fault.deposit.long", "Count", ShortMax)
	}
}

func (q Question) has(key string) bool {
	return slices.ContainsFunc(q.Options, func(o Option) bool { return o.Key == key && !o.Retired })
}

func distinct(values []string) map[string]bool {
	seen := map[string]bool{}
	for _, v := range values {
		seen[v] = true
	}
	return seen
}

// given says whether anything was answered.
func (a Answer) given(kind QuestionKind) bool {
	if kind == FileInput {
		return a.File != ""
	}
	return slices.ContainsFunc(a.Values, func(v string) bool { return strings.TrimSpace(v) != "" })
}

// ParseNumber reads a number as people write it, with a comma or a point.
func ParseNumber(typed string) (float64, bool) {
	n, err := strconv.ParseFloat(strings.ReplaceAll(strings.Join(strings.Fields(typed), ""), ",", "."), 64)
	return n, err == nil && !math.IsInf(n, 0) && !math.IsNaN(n)
}

// person reads who deposits.
func (c *check) person(content Content) {
	kinds := c.kinds()
	c.out.Kind = content.Kind
	switch {
	case len(kinds) == 1 && content.Kind == "":
		c.out.Kind = kinds[0]
	case !slices.Contains(kinds, content.Kind):
		c.refuse("kind", "fault.deposit.kind")
	}
	if content.Age == AgeYoung {
		if !content.Consent {
			c.refuse("consent", "fault.deposit.consent", "Age", ConsentAge)
		}
		return // the name of a child is not shown
	}
	c.out.Name = oneLine(content.Name)
	switch {
	case c.out.Name == "" && content.Age != AgeBelow && !content.Nameless:
		c.refuse("name", "fault.deposit.name")
	case utf8.RuneCountInString(c.out.Name) > NameMax:
		c.refuse("name", "fault.deposit.long", "Count", NameMax)
	}
}

// kinds are those of participant that may deposit; without a word of the règlement, people.
func (s Setting) kinds() []rulebook.Kind {
	if s.Book.Deposit == nil || len(s.Book.Deposit.Who.Kinds) == 0 {
		return []rulebook.Kind{rulebook.KindPerson}
	}
	return s.Book.Deposit.Who.Kinds
}

// Kinds are the kinds of participant that may deposit, one at least.
func (s Setting) Kinds() []rulebook.Kind { return s.kinds() }

// plain writes a bound as one types it.
func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// Answered is a question and its answer, in words; File is the key of a question whose answer is a file of that name.
type Answered struct{ Question, Answer, File string }

// PublicAnswers gives the answers of a content that everybody may read, in the order of the form, those to questions that
// are not asked any more too.
func (f Form) PublicAnswers(c Content, lang i18n.Lang) []Answered { return f.answers(c, lang, true) }

// PrivateAnswers gives the others, which the services read.
func (f Form) PrivateAnswers(c Content, lang i18n.Lang) []Answered { return f.answers(c, lang, false) }

func (f Form) answers(c Content, lang i18n.Lang, public bool) []Answered {
	var list []Answered
	for _, q := range f.Questions {
		a := c.Answers[q.Key]
		if q.Public != public || !a.given(q.Kind) {
			continue
		}
		one := Answered{Question: q.Label.In(lang), Answer: a.File, File: q.Key}
		if q.Kind != FileInput {
			one.Answer, one.File = q.words(a, lang), ""
		}
		list = append(list, one)
	}
	return list
}

// words is an answer as it is read: the text, the options chosen, or the options in order.
func (q Question) words(a Answer, lang i18n.Lang) string {
	if !q.chosen() {
		return a.Values[0]
	}
	var words []string
	for i, v := range a.Values {
		text := ""
		if v == OtherOption {
			text = a.Other
		}
		for _, o := range q.Options {
			if o.Key == v {
				text = o.Label.In(lang)
			}
		}
		if text == "" {
			continue // an option that the form never had
		}
		if q.Kind == Ranking {
			text = strconv.Itoa(i+1) + ". " + text
		}
		words = append(words, text)
	}
	return strings.Join(words, ", ")
}
