package decision

import (
	"strings"
	"unicode"

	"github.com/parvis-civic/parvis/internal/i18n"
)

// Reading is how hard a text is to read.
type Reading struct {
	Ease    int // 0 to 100, easy above 60
	Words   int
	Longest int // words of the longest sentence
	Level   Level
}

// Level is that in a word.
type Level string

// The levels. The bounds are those that Flesch gave: 60 is what pupils of thirteen or fourteen read.
const (
	NoLevel Level = "" // too short to say
	Easy    Level = "easy"
	Fair    Level = "fair"
	Hard    Level = "hard"
)

const (
	fewWords  = 12 // below which a formula says nothing
	easyFrom  = 60
	fairFrom  = 45
	LongWords = 25 // words after which a sentence is long
)

// Read measures a French text with Flesch's formula as Kandel and Moles fitted it to French: 207 − 1.015 × words per
// sentence − 73.6 × syllables per word (L. Kandel and A. Moles, « Application de l'indice de Flesch à la langue française »,
// Cahiers d'études de radio-télévision 19, 1958, pages 253 to 274). Syllables are groups of vowels without a last mute e: an
// estimate, which is off by few per cent on a paragraph.
func Read(text string) Reading {
	var r Reading
	sentences, syllables, here := 0, 0, 0
	end := func() {
		if here > 0 {
			sentences++
			r.Longest = max(r.Longest, here)
		}
		here = 0
	}
	for word := range strings.FieldsSeq(strings.ReplaceAll(text, "\n\n", " . ")) {
		letters := strings.TrimFunc(word, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) })
		if letters != "" {
			r.Words++
			here++
			syllables += syllablesOf(letters)
		}
		if strings.HasSuffix(strings.TrimRight(word, "»\")"), ".") || strings.ContainsAny(word, "!?;") {
			end()
		}
	}
	end()
	if r.Words < fewWords {
		return r
	}
	ease := 207 - 1.015*float64(r.Words)/float64(sentences) - 73.6*float64(syllables)/float64(r.Words)
	r.Ease = int(max(0, min(100, ease)))
	switch {
	case r.Ease >= easyFrom:
		r.Level = Easy
	case r.Ease >= fairFrom:
		r.Level = Fair
	default:
		r.Level = Hard
	}
	return r
}

func syllablesOf(word string) int {
	folded := i18n.Fold(word)
	n, within := 0, false
	for _, c := range folded {
		vowel := strings.ContainsRune("aeiouy", c)
		if vowel && !within {
			n++
		}
		within = vowel
	}
	for _, mute := range []string{"es", "e", "ent"} {
		if n > 1 && strings.HasSuffix(folded, mute) && !strings.HasSuffix(folded, "ment") && !strings.HasSuffix(word, "é") && !strings.HasSuffix(word, "és") {
			return n - 1
		}
	}
	return max(n, 1)
}
