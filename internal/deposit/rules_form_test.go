package deposit_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

func TestCostsAreReadAsPeopleWriteThem(t *testing.T) {
	for typed, want := range map[string]int64{"12500": 1_250_000, "12 500 €": 1_250_000, "12\u202f500": 1_250_000, "12.500": 1_250_000, "12,500.50": 1_250_050, "12 500,5": 1_250_050, "0": 0, "3,99€": 399} {
		if got, ok := deposit.ParseCost(typed); !ok || got != want {
			t.Errorf("%q is read as %d, %v; want %d", typed, got, ok, want)
		}
	}
	for _, typed := range []string{"", "beaucoup", "-5", "12 k", "1e9", "99999999999999", "€"} {
		if got, ok := deposit.ParseCost(typed); ok {
			t.Errorf("%q is read as %d", typed, got)
		}
	}
}

// setting is one in which only a title and a name are asked.
func setting() deposit.Setting {
	return deposit.Setting{Form: deposit.Form{Summary: deposit.Absent, Body: deposit.Absent, Category: deposit.Absent, Theme: deposit.Absent, District: deposit.Absent,
		Place: deposit.Absent, Cost: deposit.Absent, Picture: deposit.Absent}}
}

func least() deposit.Content {
	return deposit.Content{Title: "Des bancs", Name: "Ana", Age: deposit.AgeAdult}
}

func TestTitlesKeepTheSpacesThatDoNotBreak(t *testing.T) {
	for typed, want := range map[string]string{
		" Un  bassin\n d’été\t": "Un bassin d’été", "La Sorane\u00a0: un\u202fbassin ?": "La Sorane\u00a0: un\u202fbassin ?", "\u00a0Des bancs\u202f": "Des bancs",
	} {
		c := least()
		c.Title = typed
		if got, err := setting().Check(c, false); err != nil || got.Title != want {
			t.Errorf("%q is read as %q: %v", typed, got.Title, err)
		}
	}
}

// wrong gives the fields of which something is said, in order.
func wrong(err error) []string {
	if err == nil {
		return nil
	}
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return []string{err.Error()}
	}
	if len(f.Sub) == 0 {
		return []string{f.Field}
	}
	var fields []string
	for _, one := range f.Sub {
		fields = append(fields, one.Field)
	}
	return fields
}

func text(s string) rulebook.Text { return rulebook.Text{FR: s} }

func question(kind deposit.QuestionKind, need deposit.Need) deposit.Question {
	q := deposit.Question{Key: "cle", Kind: kind, Need: need, Label: text("Une question"), Public: true}
	if kind == deposit.OneChoice || kind == deposit.Choices || kind == deposit.Ranking {
		q.Options = []deposit.Option{{Key: "a", Label: text("A")}, {Key: "b", Label: text("B")}}
		q.Other = kind != deposit.Ranking
	}
	return q
}

func TestAnswersToTheOrganisersQuestionsAreChecked(t *testing.T) {
	values := func(v ...string) deposit.Answer { return deposit.Answer{Values: v} }
	for _, c := range []struct {
		name string
		kind deposit.QuestionKind
		a    deposit.Answer
		ok   bool
		read string // as everybody reads it
	}{
		{"a short text", deposit.ShortText, values("oui"), true, "oui"},
		{"one that is too long", deposit.ShortText, values(strings.Repeat("é", deposit.ShortMax+1)), false, ""},
		{"spaces alone", deposit.LongText, values(" \n"), false, ""},
		{"a number with a comma", deposit.Number, values("1 250,5"), true, "1 250,5"},
		{"a word for a number", deposit.Number, values("NaN"), false, ""},
		{"one choice", deposit.OneChoice, values("a"), true, "A"},
		{"two of one choice", deposit.OneChoice, values("a", "b"), false, ""},
		{"a choice that is not offered", deposit.OneChoice, values("z"), false, ""},
		{"another answer", deposit.Choices, deposit.Answer{Values: []string{"b", "other"}, Other: "Le mien"}, true, "B, Le mien"},
		{"another answer without words", deposit.Choices, values("other"), false, ""},
		{"a ranking", deposit.Ranking, values("b", "a"), true, "1. B, 2. A"},
		{"the same twice", deposit.Ranking, values("b", "b"), false, ""},
		{"a part of a ranking", deposit.Ranking, values("b", ""), false, ""},
		{"a file", deposit.FileInput, deposit.Answer{File: "plan.pdf"}, true, "plan.pdf"},
		{"no file", deposit.FileInput, deposit.Answer{}, false, ""},
	} {
		s, content := setting(), least()
		s.Form.Questions = []deposit.Question{question(c.kind, deposit.Required)}
		content.Answers = map[string]deposit.Answer{"cle": c.a}
		_, err := s.Check(content, false)
		if got := wrong(err); c.ok != (err == nil) || err != nil && !slices.Equal(got, []string{"q-cle"}) {
			t.Errorf("%s: %v", c.name, err)
		}
		if !c.ok {
			continue
		}
		said := ""
		for _, a := range s.Form.PublicAnswers(content, i18n.FR) {
			said += a.Answer
		}
		if said != c.read {
			t.Errorf("%s is read as %q, want %q", c.name, said, c.read)
		}
		s.Form.Questions[0].Need = deposit.Optional
		if _, err := s.Check(least(), false); err != nil {
			t.Errorf("%s: an optional question is required: %v", c.name, err)
		}
	}
}

func TestAFormThatCannotBeUsedIsRefused(t *testing.T) {
	if err := deposit.DefaultForm().Validate(); err != nil {
		t.Fatal(err)
	}
	for name, break_ := range map[string]func(*deposit.Form){
		"a need that is none":       func(f *deposit.Form) { f.Cost = "peut-être" },
		"a key that is none":        func(f *deposit.Form) { f.Questions[0].Key = "Clé" },
		"a key that is used twice":  func(f *deposit.Form) { f.Questions = append(f.Questions, f.Questions[0]) },
		"a question without a text": func(f *deposit.Form) { f.Questions[0].Label = rulebook.Text{} },
		"a kind that is none":       func(f *deposit.Form) { f.Questions[0].Kind = "couleur" },
		"one option":                func(f *deposit.Form) { f.Questions[0].Options = f.Questions[0].Options[:1] },
		"options of a text":         func(f *deposit.Form) { f.Questions[0].Kind = deposit.ShortText },
		"an option called other":    func(f *deposit.Form) { f.Questions[0].Options[0].Key = "other" },
	} {
		f := deposit.DefaultForm()
		f.Questions = []deposit.Question{question(deposit.Choices, deposit.Required)}
		if err := f.Validate(); err != nil {
			t.Fatal(err)
		}
		break_(&f)
		if err := f.Validate(); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhoIsExcludedIsToldAndWhoOnlySeemsOutsideMayDeposit(t *testing.T) {
	s := setting()
	s.Form.Cost = deposit.Optional
	s.Book.Deposit = &rulebook.Deposit{Who: rulebook.Who{MinimumAge: 16, Residence: rulebook.Residence{In: rulebook.InPostcodes, Values: []string{"31000"}}, Kinds: []rulebook.Kind{rulebook.KindPerson}},
		Barred: []rulebook.Barred{rulebook.BarredElected}, MaximumCost: 100_000, Months: 12, Running: rulebook.Running{Kind: rulebook.RunningInduced, PerYear: 50_000}}
	fits := func() deposit.Content {
		c := least()
		c.Criteria = map[string]string{"lives_at": "yes", "barred": "no", "investment": "no", "induced": "no", "in_time": "yes"}
		return c
	}
	if _, err := s.Check(fits(), false); err != nil || len(s.Outside(fits())) != 0 {
		t.Fatalf("what fits is refused: %v, %v", err, s.Outside(fits()))
	}
	for key, answer := range map[string]string{"lives_at": "no", "barred": "yes"} {
		c := fits()
		c.Criteria[key] = answer
		if _, err := s.Check(c, false); !slices.Equal(wrong(err), []string{"c-" + key}) {
			t.Errorf("%s %s: %v", key, answer, err)
		}
		c.Criteria[key] = deposit.Unsure
		if _, err := s.Check(c, false); !slices.Equal(wrong(err), []string{"c-" + key}) {
			t.Errorf("%s is not known, and it excludes: %v", key, err)
		}
	}
	c := fits()
	c.Age = deposit.AgeBelow
	if _, err := s.Check(c, false); !slices.Equal(wrong(err), []string{"age"}) {
		t.Errorf("too young: %v", err)
	}
	c = fits()
	c.Criteria["investment"], c.Criteria["induced"], c.Criteria["in_time"], c.Cost = "yes", "yes", "no", "1 000,01"
	var outside []deposit.CriterionKey
	for _, k := range s.Outside(c) {
		outside = append(outside, k.Key)
	}
	if _, err := s.Check(c, false); err != nil || !slices.Equal(outside, []deposit.CriterionKey{deposit.Investment, deposit.Induced, deposit.InTime, deposit.TooDear}) {
		t.Errorf("what seems outside: %v, %v", outside, err)
	}
}

func TestADistrictIsFoundFromThePlaceAndAskedForAtABorder(t *testing.T) {
	square := func(west, east string) string {
		return `{"type":"Polygon","coordinates":[[[` + west + `,43],[` + east + `,43],[` + east + `,43.1],[` + west + `,43.1],[` + west + `,43]]]}`
	}
	s := setting()
	s.Form.Place, s.Form.District = deposit.Optional, deposit.Required
	s.Districts = []project.District{{ID: ids.Random(), Slug: "ouest", Name: "Ouest", Outline: square("1", "1.1")}, {ID: ids.Random(), Slug: "est", Name: "Est", Outline: square("1.1", "1.2")}}
	for _, c := range []struct {
		name, lat, lon, district string
		in                       int // the district, from 0
		wrong                    []string
	}{
		{"inside", "43.05", "1.05", "", 0, nil},
		{"inside the chosen one", "43.05", "1.15", "est", 1, nil},
		{"inside another than the chosen one", "43.05", "1.15", "ouest", -1, []string{"district"}},
		{"20 m from a border", "43.05", "1.1002", "", -1, []string{"district"}},
		{"20 m from a border, which side was said", "43.05", "1.1002", "ouest", 0, nil},
		{"outside the city", "44", "1.05", "", -1, []string{"place"}},
		{"no place", "", "", "est", 1, nil},
		{"neither place nor district", "", "", "", -1, []string{"district"}},
		{"the whole city", "43.05", "1.05", "*", -1, nil},
		{"a district of elsewhere", "", "", "nord", -1, []string{"district"}},
		{"a place that is none", "NaN", "1.05", "est", -1, []string{"place"}},
	} {
		content := least()
		content.Latitude, content.Longitude, content.District = c.lat, c.lon, c.district
		got, err := s.Check(content, false)
		if !slices.Equal(wrong(err), c.wrong) {
			t.Errorf("%s: %v", c.name, err)
		}
		if err != nil {
			continue
		}
		want := ids.ID{}
		if c.in >= 0 {
			want = s.Districts[c.in].ID
		}
		if got.District != want {
			t.Errorf("%s: the district is another", c.name)
		}
	}
}
