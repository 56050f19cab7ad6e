package rehearsal

import (
	_ "embed"
	"strconv"
	"strings"

	"github.com/parvis-civic/parvis/internal/i18n"
)

//go:embed ideas.fr.txt
var ideasFR string

//go:embed ideas.en.txt
var ideasEN string

// idea is what somebody proposes: a title, a sentence, and what it costs in thousandths of what a project may cost.
type idea struct {
	title, text string
	share       int64
}

// ideas gives them in a language, always in the same order.
func ideas(lang i18n.Lang) []idea {
	text := ideasFR
	if lang == i18n.EN {
		text = ideasEN
	}
	var list []idea
	for line := range strings.Lines(text) {
		parts := strings.Split(strings.TrimSpace(line), " | ")
		if len(parts) != 3 {
			continue // a test counts them
		}
		share, _ := strconv.ParseInt(parts[2], 10, 64)
		list = append(list, idea{parts[0], parts[1], share})
	}
	return list
}
