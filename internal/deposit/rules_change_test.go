package deposit_test

import (
	"slices"
	"testing"

	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// asked is a form with a question that was answered, one that was not, and one with options.
func asked() deposit.Form {
	f := deposit.DefaultForm()
	f.Questions = []deposit.Question{
		{Key: "pourquoi", Kind: deposit.LongText, Need: deposit.Optional, Label: text("Pourquoi ?")},
		{Key: "combien", Kind: deposit.Number, Need: deposit.Optional, Label: text("Combien ?")},
		{Key: "ou", Kind: deposit.OneChoice, Need: deposit.Optional, Label: text("Où ?"), Options: []deposit.Option{{Key: "rue", Label: text("Rue")}, {Key: "parc", Label: text("Parc")}, {Key: "eau", Label: text("Eau")}}},
	}
	return f
}

var answered = deposit.Usage{Answers: map[string]int{"pourquoi": 3, "ou": 1}, Options: map[string]map[string]int{"ou": {"parc": 1}}}

func TestWhatWasAnsweredIsRetiredAndNeverLost(t *testing.T) {
	f, err := asked().Changed(deposit.DefaultForm(), answered)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, q := range f.Questions {
		if keys = append(keys, q.Key); !q.Retired {
			t.Errorf("%s is still asked", q.Key)
		}
	}
	if !slices.Equal(keys, []string{"pourquoi", "ou"}) {
		t.Errorf("kept: %v", keys)
	}
	content := deposit.Content{Answers: map[string]deposit.Answer{"pourquoi": {Values: []string{"Parce que"}}}}
	if said := f.PrivateAnswers(content, i18n.FR); len(said) != 1 || said[0].Answer != "Parce que" {
		t.Errorf("the answer to a retired question is read as %+v", said)
	}
	back := deposit.DefaultForm()
	back.Questions = []deposit.Question{f.Questions[0]}
	back.Questions[0].Retired = false
	if f, err = f.Changed(back, answered); err != nil || f.Questions[0].Key != "pourquoi" || f.Questions[0].Retired {
		t.Errorf("a question that comes back: %+v, %v", f.Questions, err)
	}
}

func TestAnOptionThatWasChosenIsRetiredAndItsWordsAreKept(t *testing.T) {
	fresh := asked()
	fresh.Questions[2].Options = []deposit.Option{{Key: "rue", Label: text("La rue")}, {Label: text("Ailleurs")}}
	f, err := asked().Changed(fresh, answered)
	if err != nil {
		t.Fatal(err)
	}
	q := f.Questions[2]
	if len(q.Offered()) != 2 || q.Offered()[1].Key != "ailleurs" || len(q.Options) != 3 || q.Options[2].Key != "parc" || !q.Options[2].Retired {
		t.Errorf("options: %+v", q.Options)
	}
	content := deposit.Content{Answers: map[string]deposit.Answer{"ou": {Values: []string{"parc"}}}}
	if said := f.PrivateAnswers(content, i18n.FR); len(said) != 1 || said[0].Answer != "Parc" {
		t.Errorf("an answer with a retired option is read as %+v", said)
	}
}

func TestAnAnsweredQuestionKeepsItsKindAndIsNotMadePublic(t *testing.T) {
	fresh := asked()
	fresh.Questions[0].Kind, fresh.Questions[0].Public = deposit.ShortText, true
	fresh.Questions[1].Kind, fresh.Questions[1].Public = deposit.ShortText, true // nobody answered
	_, err := asked().Changed(fresh, answered)
	if got := wrong(err); !slices.Equal(got, []string{"q[0].kind", "q[0].public"}) {
		t.Errorf("wrong: %v", got)
	}
}

func TestNewQuestionsGetKeysThatAreTheirOwn(t *testing.T) {
	fresh := asked()
	twin := deposit.Question{Key: "pourquoi", Kind: deposit.ShortText, Need: deposit.Required, Label: text("Pourquoi ?")}
	fresh.Questions = append(fresh.Questions, twin, deposit.Question{Kind: deposit.ShortText, Need: deposit.Required, Label: rulebook.Text{EN: "Who?"}})
	f, err := asked().Changed(fresh, answered)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := f.Questions[3].Key, f.Questions[4].Key; a != "pourquoi-2" || b != "who" {
		t.Errorf("keys %q and %q", a, b)
	}
}

func number(v float64) *float64 { return &v }

func TestBoundsHold(t *testing.T) {
	values := func(v ...string) deposit.Answer { return deposit.Answer{Values: v} }
	for _, c := range []struct {
		name     string
		kind     deposit.QuestionKind
		min, max *float64
		a        deposit.Answer
		ok       bool
	}{
		{"a number below", deposit.Number, number(2), number(9.5), values("1,5"), false},
		{"a number between", deposit.Number, number(2), number(9.5), values("9,5"), true},
		{"a number above", deposit.Number, number(2), number(9.5), values("10"), false},
		{"a text too short", deposit.ShortText, number(3), nil, values("ab"), false},
		{"a text too long", deposit.LongText, nil, number(4), values("abcde"), false},
		{"one answer of two", deposit.Choices, number(2), nil, values("a"), false},
		{"two answers of one", deposit.Choices, nil, number(1), values("a", "b"), false},
		{"as many answers", deposit.Choices, number(1), number(2), values("a", "b"), true},
	} {
		s, content := setting(), least()
		q := question(c.kind, deposit.Required)
		q.Min, q.Max = c.min, c.max
		s.Form.Questions = []deposit.Question{q}
		content.Answers = map[string]deposit.Answer{"cle": c.a}
		if _, err := s.Check(content, false); c.ok != (err == nil) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for name, q := range map[string]deposit.Question{
		"upside down": {Kind: deposit.Number, Min: number(3), Max: number(2)}, "half a character": {Kind: deposit.ShortText, Min: number(0.5)},
		"more than a text has": {Kind: deposit.ShortText, Max: number(100_000)}, "no answer at all": {Kind: deposit.ShortText, Max: number(0)},
	} {
		q.Key, q.Need, q.Label = "cle", deposit.Optional, text("Question")
		f := deposit.DefaultForm()
		f.Questions = []deposit.Question{q}
		if err := f.Validate(); !slices.Equal(wrong(err), []string{"q[0].min"}) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
