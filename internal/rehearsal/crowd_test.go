package rehearsal

import (
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

func TestAnswersKeepToWhatIsAsked(t *testing.T) {
	of := func(n float64) *float64 { return &n }
	options := []deposit.Option{{Key: "old", Label: rulebook.Text{FR: "Avant"}, Retired: true}, {Key: "a", Label: rulebook.Text{FR: "A"}}, {Key: "b", Label: rulebook.Text{FR: "B"}}}
	for name, q := range map[string]deposit.Question{
		"a number of ten or more":             {Kind: deposit.Number, Min: of(10)},
		"a number below zero":                 {Kind: deposit.Number, Max: of(-2)},
		"a short text without bounds":         {Kind: deposit.ShortText},
		"a short text of five":                {Kind: deposit.ShortText, Max: of(5)},
		"a text that would end with a space":  {Kind: deposit.ShortText, Min: of(4), Max: of(4)},
		"a long text that is long":            {Kind: deposit.LongText, Min: of(900)},
		"a choice whose first one retired":    {Kind: deposit.OneChoice, Options: options},
		"two choices whose first one retired": {Kind: deposit.Choices, Options: options, Min: of(2)},
		"a ranking of what is left":           {Kind: deposit.Ranking, Options: options},
	} {
		t.Run(name, func(t *testing.T) {
			q.Key, q.Label, q.Need = "q", rulebook.Text{FR: "Question ?"}, deposit.Required
			for _, text := range []string{"Des abc bancs et des arbres.", strings.Repeat("Planter ", 100)} {
				s := deposit.Setting{Form: deposit.Form{Questions: []deposit.Question{q}}}
				_, err := s.Check(deposit.Content{Answers: map[string]deposit.Answer{"q": answer(q, text)}}, true)
				if err != nil && strings.Contains(err.Error(), q.Field()) {
					t.Errorf("%q to %q: %v", answer(q, text), text, err)
				}
			}
		})
	}
	pictures := deposit.Form{Questions: []deposit.Question{{Key: "q", Kind: deposit.FileInput, Files: []deposit.FileKind{deposit.Picture}}, {Key: "gone", Kind: deposit.FileInput, Retired: true}}}
	if up := upload(pictures); len(up.Files) != 1 || up.Files["q"].MIME != "image/png" {
		t.Errorf("%d files, of the kind %q, want one picture", len(up.Files), up.Files["q"].MIME)
	}
}
