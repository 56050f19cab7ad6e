package rehearsal

import (
	"testing"

	"github.com/parvis-civic/parvis/internal/i18n"
)

func TestThereAreAsManyIdeasInEachLanguage(t *testing.T) {
	for _, lang := range i18n.Langs {
		list := ideas(lang)
		if len(list) != 46 {
			t.Errorf("%d ideas in %s, want 46", len(list), lang)
		}
		seen := map[string]bool{}
		for i, one := range list {
			if seen[one.title] || one.text == "" || one.share < 10 || one.share > 1000 || one.share != ideas(i18n.FR)[i].share {
				t.Errorf("%s: %+v", lang, one)
			}
			seen[one.title] = true
		}
	}
}
