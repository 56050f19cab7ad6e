package transfer

import (
	"cmp"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/tally/pabulib"
)

// country is what a file's country tells when META does not.
type country struct{ zone, language string }

var countries = map[string]country{
	"France":      {"Europe/Paris", "fr"},
	"Poland":      {"Europe/Warsaw", "pl"},
	"Netherlands": {"Europe/Amsterdam", "nl"},
	"Hungary":     {"Europe/Budapest", "hu"},
	"Switzerland": {"Europe/Zurich", ""},
	"Italy":       {"Europe/Rome", "it"},
	"Spain":       {"Europe/Madrid", "es"},
	"Portugal":    {"Europe/Lisbon", "pt"},
	"Germany":     {"Europe/Berlin", "de"},
}

func zoneOf(m pabulib.Meta) string {
	if c, ok := countries[m.Country]; ok {
		return c.zone
	}
	return "UTC"
}

func languageOf(m pabulib.Meta) string {
	if m.Language != "" {
		return m.Language
	}
	return countries[m.Country].language
}

// currencyOf gives the currency, or ISO 4217's code for none.
func currencyOf(m pabulib.Meta) string {
	if m.Currency == "" {
		return "XXX"
	}
	return m.Currency
}

// sizes are what the collection appends to the name of a part whose city votes on small and large projects apart.
var sizes = map[string]string{"small": "petits projets", "large": "grands projets"}

// titleOf names the edition: « Budget participatif 2022 · Saint-Cyprien, petits projets ».
func titleOf(m pabulib.Meta) string {
	title := "Budget participatif " + m.Instance
	if m.Subunit == "" {
		return title
	}
	name, size, _ := strings.Cut(m.Subunit, " | ")
	title += " · " + name
	if size != "" {
		title += ", " + cmp.Or(sizes[size], size)
	}
	return title
}

func slugOf(text string) string { return ids.Slug(i18n.Fold(text), 60) }

// calendarOf gives the vote's first instant and the one after its last, local; zero where the file says nothing.
func calendarOf(m pabulib.Meta, zone *time.Location) (from, to time.Time) {
	local := func(t time.Time, days int) time.Time {
		if t.IsZero() {
			return t
		}
		return time.Date(t.Year(), t.Month(), t.Day()+days, 0, 0, 0, 0, zone)
	}
	return local(m.Begin, 0), local(m.End, 1)
}

// rulebookOf makes the rulebook that the file describes: what it says, and marked as added what it does not.
func rulebookOf(m pabulib.Meta, districts, categories []rulebook.Named) rulebook.Rulebook {
	rule, _ := m.Rule("")
	shape := rulebook.Shape{Kind: rulebook.Simple, Min: m.MinLength, Max: m.MaxLength}
	switch m.VoteType {
	case pabulib.VoteOrdinal:
		shape.Kind, shape.Max = rulebook.Ranking, len(rule.Scoring.Weights)
	case pabulib.VoteCumulative, pabulib.VoteScoring:
		shape.Kind = rulebook.Cumulative
		shape.MinPoints, shape.MaxPoints, shape.MaxPerProject = m.MinSumPoints, m.MaxSumPoints, m.MaxPoints
	case pabulib.VoteChooseOne:
		shape.Min, shape.Max = 1, 1
	}
	if m.MaxSumCost > 0 && shape.Kind == rulebook.Simple && m.MaxSumCost == m.Budget {
		shape.Kind = rulebook.Basket
	}
	added := []rulebook.Field{rulebook.FieldTies, rulebook.FieldDropOut}
	if !strings.Contains(m.RuleName, "threshold") && m.Threshold == 0 {
		added = append(added, rulebook.FieldMinimum)
	}
	if m.VoteType == pabulib.VoteOrdinal {
		added = append(added, rulebook.FieldScoring)
	}
	if m.Stated != nil {
		added = nil // the file says it all
	}
	return rulebook.Rulebook{
		Format: rulebook.Format, Currency: currencyOf(m), Districts: districts, Categories: categories,
		Vote: rulebook.Vote{Ballot: shape}, Count: rule, Imported: &rulebook.Import{Source: m.RuleName, Added: added},
	}
}
