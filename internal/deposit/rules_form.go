package deposit

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// The longest texts, in characters.
const (
	TitleMin, TitleMax = 5, 120
	SummaryMax         = 300
	BodyMax            = 8000
	AddressMax         = 200
	AltMax             = 200
	NameMax            = 80
	ShortMax           = 200
	LongMax            = 3000
)

// The largest form.
const (
	questionsMax = 30
	criteriaMax  = 15
	optionsMax   = 40
	storedMax    = 200 // with what was retired
	labelMax     = 200 // characters
	helpMax      = 500
)

var keyForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// Validate gives every reason at once why the form cannot be used. Faults: invalid.
func (f Form) Validate() error {
	var faults []*fault.Error
	refuse := func(field, key string, pairs ...any) {
		faults = append(faults, fault.New(fault.Invalid, key, pairs...).In(field))
	}
	for _, field := range Fields() {
		if need := f.NeedOf(field); need != Absent && !need.Asked() {
			refuse("need."+field, "fault.form_of_deposit.need")
		}
	}
	for field, w := range f.Words {
		if long(w.Label, labelMax) || long(w.Help, helpMax) {
			refuse("words."+field, "fault.form_of_deposit.words", "Label", labelMax, "Help", helpMax)
		}
	}
	if len(f.Asked()) > questionsMax || len(f.Questions) > storedMax {
		refuse("questions", "fault.form_of_deposit.questions", "Count", questionsMax)
	}
	seen := map[string]bool{}
	for i, q := range f.Questions {
		if q.Retired {
			continue // as it was asked once
		}
		at := func(name string) string { return QuestionField(i, name) }
		if !keyForm.MatchString(q.Key) || seen[q.Key] {
			refuse(at("label.fr"), "fault.form_of_deposit.key")
		}
		switch {
		case q.Label.FR == "" && q.Label.EN == "":
			refuse(at("label.fr"), "fault.form_of_deposit.label")
		case long(q.Label, labelMax) || long(q.Help, helpMax):
			refuse(at("label.fr"), "fault.form_of_deposit.words", "Label", labelMax, "Help", helpMax)
		}
		if !q.Need.Asked() || !slices.Contains(QuestionKinds(), q.Kind) {
			refuse(at("kind"), "fault.form_of_deposit.kind")
		} else if key := q.optionsWrong(); key != "" {
			refuse(at("options"), key, "Count", optionsMax, "Max", labelMax)
		}
		if key := q.boundsWrong(); key != "" {
			refuse(at("min"), key, "Count", q.Longest())
		}
		for _, k := range q.Files {
			if k != PDF && k != Picture {
				refuse(at("files"), "fault.form_of_deposit.files")
			}
		}
		seen[q.Key] = true
	}
	return fault.All(append(faults, f.criteriaWrong()...))
}

// criteriaWrong gives what is wrong with the organiser's criteria.
func (f Form) criteriaWrong() (faults []*fault.Error) {
	if len(f.AskedCriteria()) > criteriaMax || len(f.Criteria) > storedMax {
		faults = append(faults, fault.New(fault.Invalid, "fault.form_of_deposit.criteria", "Count", criteriaMax).In("criteria"))
	}
	seen := map[string]bool{}
	for _, key := range reserved {
		seen[string(key)] = true
	}
	for i, k := range f.Criteria {
		if k.Retired {
			continue // as it was asked once
		}
		refuse := func(name, key string, pairs ...any) {
			faults = append(faults, fault.New(fault.Invalid, key, pairs...).In(CriterionField(i, name)))
		}
		if !keyForm.MatchString(k.Key) || seen[k.Key] {
			refuse("label.fr", "fault.form_of_deposit.key")
		}
		switch {
		case k.Label.FR == "" && k.Label.EN == "":
			refuse("label.fr", "fault.form_of_deposit.label")
		case long(k.Label, labelMax):
			refuse("label.fr", "fault.form_of_deposit.words", "Label", labelMax, "Help", helpMax)
		}
		if long(k.Outside, helpMax) {
			refuse("outside.fr", "fault.form_of_deposit.outside", "Max", helpMax)
		}
		if k.Wanted != Yes && k.Wanted != No {
			refuse("wanted", "fault.form_of_deposit.wanted")
		}
		if !k.Need.Asked() {
			refuse("need", "fault.form_of_deposit.kind")
		}
		seen[k.Key] = true
	}
	return faults
}

// CriterionField names a field of a criterion of the form that an organiser fills in, by its place from 0.
func CriterionField(i int, name string) string { return "k[" + strconv.Itoa(i) + "]." + name }

// QuestionField names a field of a question of the form that an organiser fills in, by its place from 0.
func QuestionField(i int, name string) string { return "q[" + strconv.Itoa(i) + "]." + name }

func long(t rulebook.Text, most int) bool {
	return utf8.RuneCountInString(t.FR) > most || utf8.RuneCountInString(t.EN) > most
}

// chosen says whether the answer is among options.
func (q Question) chosen() bool { return q.Kind == OneChoice || q.Kind == Choices || q.Kind == Ranking }

// Offered are the options that can be chosen.
func (q Question) Offered() []Option {
	var list []Option
	for _, o := range q.Options {
		if !o.Retired {
			list = append(list, o)
		}
	}
	return list
}

// optionsWrong says what is wrong with the options; empty: nothing.
func (q Question) optionsWrong() string {
	offered := q.Offered()
	switch {
	case !q.chosen() && (len(offered) > 0 || q.Other), q.Other && q.Kind == Ranking:
		return "fault.form_of_deposit.kind"
	case !q.chosen():
		return ""
	case len(offered) < 2 || len(offered) > optionsMax || len(q.Options) > storedMax:
		return "fault.form_of_deposit.options"
	}
	seen := map[string]bool{OtherOption: true}
	for _, o := range q.Options {
		if !keyForm.MatchString(o.Key) || seen[o.Key] || o.Label.FR == "" && o.Label.EN == "" {
			return "fault.form_of_deposit.options"
		}
		if long(o.Label, labelMax) {
			return "fault.form_of_deposit.option_long"
		}
		seen[o.Key] = true
	}
	return ""
}

// Bounded says whether the kind has a least and a most.
func (q Question) Bounded() bool {
	return q.Kind == Number || q.Kind == ShortText || q.Kind == LongText || q.Kind == Choices
}

// Longest is the most that the most may be: characters of a text, answers of choices; 0: no such bound.
func (q Question) Longest() int {
	switch q.Kind {
	case ShortText:
		return ShortMax
	case LongText:
		return LongMax
	case Choices:
		n := len(q.Offered())
		if q.Other {
			n++
		}
		return n
	}
	return 0
}

// most is how many characters a text may have.
func (q Question) most() int {
	if q.Max != nil {
		return int(*q.Max)
	}
	return q.Longest()
}

// boundsWrong says what is wrong with the least and the most; empty: nothing.
func (q Question) boundsWrong() string {
	if !q.Bounded() {
		return ""
	}
	for _, v := range []*float64{q.Min, q.Max} {
		switch {
		case v == nil:
		case math.IsNaN(*v) || math.IsInf(*v, 0):
			return "fault.form_of_deposit.bounds"
		case q.Kind != Number && (*v < 0 || *v != math.Trunc(*v) || *v > float64(q.Longest())):
			return "fault.form_of_deposit.bounds_count"
		}
	}
	if q.Min != nil && q.Max != nil && *q.Min > *q.Max || q.Kind != Number && q.Max != nil && *q.Max < 1 {
		return "fault.form_of_deposit.bounds"
	}
	return ""
}
