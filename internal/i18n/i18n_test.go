package i18n

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/parvis-civic/parvis/internal/fault"
)

var argument = regexp.MustCompile(`\{\{\.(\w+)\}\}`)

// arguments are the names that a message uses in any of its forms.
func arguments(m message) []string {
	var names []string
	for _, form := range []string{m.One, m.Many, m.Other} {
		for _, found := range argument.FindAllStringSubmatch(form, -1) {
			names = append(names, found[1])
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func TestEveryKeyIsInBothLanguagesWithTheSameArguments(t *testing.T) {
	c := load()
	if len(c.messages[FR]) == 0 {
		t.Fatal("no sentences at all")
	}
	for _, lang := range Langs {
		for key, m := range c.messages[lang] {
			twin, ok := c.messages[lang.Other()][key]
			if !ok {
				t.Errorf("%s has %q, %s has not", lang, key, lang.Other())
				continue
			}
			if diff := cmp.Diff(arguments(m), arguments(twin)); diff != "" {
				t.Errorf("%q has other arguments in %s than in %s: %s", key, lang, lang.Other(), diff)
			}
			if (m.One == "") != (twin.One == "") {
				t.Errorf("%q is plural in one language only", key)
			}
			if m.Other == "" {
				t.Errorf("%s %q has no text", lang, key)
			}
			if strings.Contains(m.Zero, "{{") || (m.Zero == "") != (twin.Zero == "") {
				t.Errorf("%q: what is said of none takes no argument, and stands in both languages", key)
			}
			for _, form := range []string{m.One, m.Many, m.Other} {
				if _, err := template.New("").Parse(form); err != nil {
					t.Errorf("%s %q: %v", lang, key, err)
				}
			}
		}
	}
}

func TestSentencesTakeArgumentsAndPlurals(t *testing.T) {
	fr, en := For(FR, nil), For(EN, nil)
	for _, c := range []struct{ got, want string }{
		{fr.T("time.days", "Count", 0), "0 jour"},
		{fr.T("time.days", "Count", 1), "1 jour"},
		{fr.T("time.days", "Count", 4532), "4\u202f532 jours"},
		{fr.T("time.days", "Count", int64(1_000_000)), "1\u202f000\u202f000 jours"},
		{en.T("time.days", "Count", 0), "0 days"},
		{en.T("time.days", "Count", 1), "1 day"},
		{fr.T("time.last_day"), "dernier jour"},
		{fr.T("time.over"), "c’est terminé"},
		{fr.T("time.until", "Moment", Key("time.last_day")), "jusqu’au dernier jour"},
		{fr.T("time.until", "Moment", Amount{4100000, "EUR"}), "jusqu’au 41\u202f000\u00a0€"},
		{fr.T("time.until", "Moment", []string{"a", "b", "c"}), "jusqu’au a, b et c"},
		{fr.List([]string{"a, b", "c"}), "a, b\u202f; c"},
		{en.List([]string{"a", "b"}), "a and b"},
		{en.List(nil), ""},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// French takes the singular for none at all: « Un message attend » must not be said of an empty box.
func TestNoneIsNotSaidAsOne(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{For(FR, nil).T("admin.requests.wait", "Count", 0), "Personne n’attend de réponse."},
		{For(EN, nil).T("admin.requests.wait", "Count", 0), "Nobody is waiting for an answer."},
		{For(FR, nil).T("admin.requests.wait", "Count", 1), "Une personne attend une réponse."},
		{For(FR, nil).T("deposit.drafts", "Count", 0), "Vous avez 0 brouillons"}, // no page says it, and at least it is true
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	if !slices.Contains(Missing(), "fr: deposit.drafts of none") {
		t.Errorf("not counted: %v", Missing())
	}
}

func TestAMissingKeyIsShownAndCounted(t *testing.T) {
	if got := For(FR, nil).T("test.nowhere", "Count", 2); got != "test.nowhere" {
		t.Errorf("got %q", got)
	}
	if !slices.Contains(Missing(), "fr: test.nowhere") {
		t.Errorf("not counted: %v", Missing())
	}
	if For(FR, nil).Has("test.nowhere") || !For(FR, nil).Has("time.over") {
		t.Error("Has is wrong")
	}
}

func TestLanguagesAreParsed(t *testing.T) {
	for in, want := range map[string]Lang{"fr": FR, "FR": FR, "en-GB": EN} {
		if got, ok := Parse(in); !ok || got != want {
			t.Errorf("%s: %s %v", in, got, ok)
		}
	}
	for _, in := range []string{"", "de", "french"} {
		if _, ok := Parse(in); ok {
			t.Errorf("%q is taken for a language", in)
		}
	}
}

func TestNumbersAndMoney(t *testing.T) {
	fr, en := For(FR, nil), For(EN, nil)
	for _, c := range []struct{ got, want string }{
		{fr.Int(0), "0"},
		{fr.Int(4532), "4\u202f532"},
		{fr.Int(-1234567), "−1\u202f234\u202f567"},
		{fr.Int(-1 << 63), "−9\u202f223\u202f372\u202f036\u202f854\u202f775\u202f808"},
		{en.Int(1234567), "1,234,567"},
		{fr.Percent(3, 8), "37,5\u00a0%"},
		{fr.Percent(80, 100), "80\u00a0%"},
		{fr.Percent(0, 0), "0\u00a0%"},
		{fr.Percent(1, 1_000_000), "0,1\u00a0%"},
		{fr.Percent(999_999, 1_000_000), "99,9\u00a0%"},
		{en.Percent(3, 8), "37.5%"},
		{fr.Money(4100000, "EUR"), "41\u202f000\u00a0€"},
		{fr.Money(173435554, "PLN"), "1\u202f734\u202f355,54\u00a0zł"},
		{fr.Money(450, "EUR"), "4,50\u00a0€"},
		{fr.Money(-5, "EUR"), "−0,05\u00a0€"},
		{fr.Money(-1<<63, "EUR"), "−92\u202f233\u202f720\u202f368\u202f547\u202f758,08\u00a0€"},
		{fr.Money(100, "SEK"), "1\u00a0SEK"},
		{en.Money(4100000, "EUR"), "€41,000"},
		{en.Money(-4100050, "GBP"), "−£41,000.50"},
		{en.Money(4100000, "PLN"), "41,000\u00a0zł"},
		{fr.MoneyShort(120_000_000, "EUR"), "1,2\u00a0million d’euros"},
		{fr.MoneyShort(350_000_000, "EUR"), "3,5\u00a0millions d’euros"},
		{fr.MoneyShort(800_000_000, "EUR"), "8\u00a0millions d’euros"},
		{fr.MoneyShort(611_286_800, "PLN"), "6,11\u00a0millions de zlotys"},
		{fr.MoneyShort(12_260_000_000, "HUF"), "122,6\u00a0millions de forints"},
		{fr.MoneyShort(130_000_000_000, "EUR"), "1,3\u00a0milliard d’euros"},
		{fr.MoneyShort(41_000_50, "EUR"), "41\u202f000\u00a0€"},
		{en.MoneyShort(120_000_000, "EUR"), "€1.2\u00a0million"},
		{en.MoneyShort(920_000_000, "PLN"), "9.2\u00a0million\u00a0zł"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestDates(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	fr, en := For(FR, paris), For(EN, paris)
	evening := time.Date(2025, 12, 14, 19, 0, 0, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{fr.Date(evening), "dimanche 14\u00a0décembre 2025"},
		{fr.DateShort(evening), "14\u00a0déc. 2025"},
		{fr.DateTime(evening), "dimanche 14\u00a0décembre, 20\u00a0h"},
		{fr.DateTimeFull(evening.Add(30 * time.Minute)), "dimanche 14\u00a0décembre 2025, 20\u00a0h\u00a030"},
		{fr.Until(evening), "jusqu’au dimanche 14\u00a0décembre, 20\u00a0h"},
		{fr.Until(evening.Add(4 * time.Hour)), "jusqu’au dimanche 14\u00a0décembre inclus"},
		{fr.Date(time.Date(2026, 2, 28, 23, 30, 0, 0, time.UTC)), "dimanche 1er\u00a0mars 2026"},
		{en.Date(evening), "Sunday 14\u00a0December 2025"},
		{en.DateTime(evening), "Sunday 14\u00a0December, 8\u00a0pm"},
		{en.DateTime(evening.Add(-19*time.Hour + 5*time.Minute)), "Sunday 14\u00a0December, 1:05\u00a0am"},
		{en.Time(evening.Add(4 * time.Hour)), "midnight"},
		{en.Until(evening.Add(4 * time.Hour)), "until the end of Sunday 14\u00a0December"},
		{fr.DaysLeft(evening.Add(-72*time.Hour), evening), "il reste 3 jours"},
		{fr.DaysLeft(evening.Add(-time.Hour), evening), "dernier jour"},
		{fr.DaysLeft(evening.Add(-time.Hour), evening.Add(4*time.Hour)), "dernier jour"},
		{fr.DaysLeft(evening, evening), "c’est terminé"},
		{en.DaysLeft(evening.Add(-24*time.Hour), evening), "1 day left"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestTypography(t *testing.T) {
	for in, want := range map[string]string{
		"« L'eau » : combien ?":        "«\u00a0L’eau\u00a0»\u00a0: combien\u202f?",
		"l'{{.Name}} ; 5 %":            "l’{{.Name}}\u202f; 5\u00a0%",
		"https://exemple.fr/a?b='c' :": "https://exemple.fr/a?b='c'\u00a0:",
	} {
		if got := typeset(FR, in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	if got, want := typeset(EN, "You don't: why?"), "You don’t: why?"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSortingIsWhatAReaderExpects(t *testing.T) {
	want := []string{"Atelier", "Éclairage", "Ecole 2", "École 10", "œuvre", "Ombrière", "Zone"}
	slices.SortFunc(want, func(a, b string) int { return bytes.Compare(SortKey(a), SortKey(b)) })
	if diff := cmp.Diff([]string{"Atelier", "Éclairage", "Ecole 2", "École 10", "œuvre", "Ombrière", "Zone"}, want); diff != "" {
		t.Error(diff)
	}
}

func TestFolding(t *testing.T) {
	for in, want := range map[string]string{
		"Œuvre à l’ÉCOLE":    "oeuvre a l'ecole",
		"Łódź, ŻÓŁĆ":         "lodz, zolc",
		"STRASSE Straße":     "strasse strasse",
		"41\u202f000\u00a0€": "41 000 €",
		"ﬁn İstanbul":        "fin istanbul",
	} {
		if got := Fold(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		once := Fold(rapid.String().Draw(t, "text"))
		if twice := Fold(once); twice != once {
			t.Fatalf("%q folds again to %q", once, twice)
		}
	})
}

func TestFaultsAreSentences(t *testing.T) {
	fr := For(FR, nil)
	closed := fault.New(fault.Closed, "fault.closed")
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{errors.New("disk"), fr.T("fault.internal")},
		{fault.New(fault.Internal, "fault.closed"), fr.T("fault.internal")},
		{fmt.Errorf("casting: %w", closed), fr.T("fault.closed")},
		{fault.New(fault.Limited, "fault.no_such_sentence"), fr.T("fault.limited")},
		{fault.All([]*fault.Error{closed, fault.New(fault.Forbidden, "fault.forbidden")}), fr.T("fault.closed") + " " + fr.T("fault.forbidden")},
	} {
		if got := fr.Fault(c.err); got != c.want {
			t.Errorf("%v: got %q, want %q", c.err, got, c.want)
		}
	}
	if got := fr.Faults(fault.All([]*fault.Error{closed, closed})); len(got) != 2 || strings.Contains(got[0], "fault.") {
		t.Errorf("got %q", got)
	}
}
