package site

import (
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/web/ui"
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
