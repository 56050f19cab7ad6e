package search

import (
	"math/bits"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/parvis-civic/parvis/internal/i18n"
)

const (
	maxWords   = 8  // of one search; further ones are not looked at
	maxLetters = 32 // of a word; the rest of a longer one is cut
	maxParts   = 100
)

// token is a word of a text: as it is compared and as people write it.
type token struct{ word, shown string }

// tokens cuts a text into its words: runs of letters, digits and their marks. "l'Été" is "l" and "ete".
func tokens(text string) []token {
	var list []token
	for _, shown := range strings.FieldsFunc(norm.NFC.String(text), func(r rune) bool { return !unicode.In(r, unicode.L, unicode.N, unicode.M) }) {
		if word := cut(strings.Join(strings.Fields(i18n.Fold(shown)), "")); word != "" {
			list = append(list, token{word, cut(strings.ToLower(shown))})
		}
	}
	return list
}

func cut(word string) string {
	n := 0
	for i := range word {
		if n++; n > maxLetters {
			return word[:i]
		}
	}
	return word
}

// asked gives the words of a search, each once. Letters alone, as those before an apostrophe, do not count beside words.
func asked(text string) []token {
	var words, letters []token
	for _, t := range tokens(text) {
		list := &words
		if r, size := utf8.DecodeRuneInString(t.word); size == len(t.word) && !unicode.IsDigit(r) {
			list = &letters
		}
		if !slices.ContainsFunc(*list, func(o token) bool { return o.word == t.word }) {
			*list = append(*list, t)
		}
	}
	if len(words) == 0 {
		words = letters
	}
	return words[:min(len(words), maxWords)]
}

// typos gives how many wrong, missing, doubled or swapped letters are forgiven in a word of so many letters.
func typos(letters int) int {
	switch {
	case letters >= 8:
		return 2
	case letters >= 4:
		return 1
	}
	return 0
}

// isPart says whether a word of a search is a part of a word of a text: anywhere from three letters, else at its beginning.
func isPart(word, of string) bool {
	if utf8.RuneCountInString(word) >= 3 {
		return strings.Contains(of, word)
	}
	return strings.HasPrefix(of, word)
}

// speller finds the words near one.
type speller struct {
	word []rune
	mask uint64
	most int
	rows [3][]int
	buf  []rune
}

// newSpeller looks for words that at most so many typos part from one.
func newSpeller(word string, most int) *speller {
	s := &speller{word: []rune(word), most: most}
	s.mask = maskOf(s.word)
	for i := range s.rows {
		s.rows[i] = make([]int, maxLetters+1)
	}
	return s
}

// maskOf has a bit for each letter met; different letters may share one.
func maskOf(word []rune) (m uint64) {
	for _, r := range word {
		m |= 1 << (r & 63)
	}
	return m
}

// distance gives how many letters must be put, taken away, replaced or swapped with their neighbour to make other of the
// word (optimal string alignment: Damerau-Levenshtein where no part is changed twice); more than most is most+1.
func (s *speller) distance(other string) int {
	s.buf = s.buf[:0]
	for _, r := range other {
		s.buf = append(s.buf, r)
	}
	a, b := s.word, s.buf
	far := s.most + 1
	if len(a)-len(b) > s.most || len(b)-len(a) > s.most {
		return far
	}
	// Each change brings or takes away one letter at most.
	m := maskOf(b)
	if bits.OnesCount64(m&^s.mask) > s.most || bits.OnesCount64(s.mask&^m) > s.most {
		return far
	}
	before, last, row := s.rows[0], s.rows[1], s.rows[2]
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			d := last[j-1]
			if a[i-1] != b[j-1] {
				d = 1 + min(d, last[j], row[j-1])
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, before[j-2]+1)
			}
			row[j] = d
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], far)
}
