package results

import (
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/tally"
)

func TestTheCommandOfACountIsOneWordForAnyShell(t *testing.T) {
	for file, want := range map[string]string{
		"France_Toulouse_2022.pb": "parvis tally France_Toulouse_2022.pb",
		"l'été à Évry.pb":         `parvis tally 'l'\''été à Évry.pb'`,
		"-rf.pb":                  "parvis tally -- './-rf.pb'",
		"$(id).pb":                "parvis tally '$(id).pb'",
	} {
		if got := (ResultsPage{File: file}).command(); got != want {
			t.Errorf("%q: %s, want %s", file, got, want)
		}
	}
}

func TestTheSentenceOfAResultAgreesWithTheNumberOfWinners(t *testing.T) {
	p := ui.Page{Locale: i18n.For(i18n.FR, nil)}
	for winners, says := range map[int64]string{0: "Aucun projet n’est lauréat", 1: "Le projet lauréat coûte", 2: "Les projets lauréats coûtent"} {
		if said := (ResultsPage{Counted: true, Winners: winners, Currency: "EUR"}).sentence(p); !strings.Contains(said, says) {
			t.Errorf("%d: %s", winners, said)
		}
	}
}

func TestTheRuleIsSaidWithAllThatDecides(t *testing.T) {
	v := visit{edition.Visit{Page: ui.Page{Locale: i18n.For(i18n.FR, nil)}}}
	guarantee := &tally.Guarantee{PerDistrict: 2}
	for _, c := range []struct {
		rule      tally.Rule
		says, not string
	}{
		{tally.Rule{Fit: tally.Fit{Then: tally.FitSkip}}, "laisse la place au suivant.", "quartier"},
		{tally.Rule{Fit: tally.Fit{Then: tally.FitStop}, Guarantee: guarantee}, "Chaque quartier a au moins 2 projets lauréats", "minimum de voix"},
		{tally.Rule{Fit: tally.Fit{Then: tally.FitSkip}, Parts: &tally.Parts{By: tally.PartsByCategory}}, "Chaque catégorie a d’abord son propre budget.", "quartier"},
		{tally.Rule{Fit: tally.Fit{Then: tally.FitReserve}, Minimum: tally.Minimum{Supporters: 20}}, "Il faut que", "quartier"},
		{tally.Rule{Fit: tally.Fit{Then: tally.FitSkip}, Minimum: tally.Minimum{Total: 20}, Scoring: tally.Scoring{By: "choice"}}, "Il faut un minimum de voix", "points"},
	} {
		c.rule.Method = tally.MethodGreedy
		said := v.ruleName(edition.Edition{View: project.View{Rulebook: rulebook.Rulebook{Count: c.rule}}})
		if !strings.Contains(said, c.says) || strings.Contains(said, c.not) {
			t.Errorf("%+v: %s", c.rule, said)
		}
	}
}
