package i18n

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The spaces that never break a line. French puts the thin one in numbers and before ; ? ! and the wide one before
// units, before : and inside « » (Imprimerie nationale, Lexique des règles typographiques).
const (
	nbsp  = "\u00a0"
	nnbsp = "\u202f"
)

var frenchSpaces = strings.NewReplacer(
	" ;", nnbsp+";", " ?", nnbsp+"?", " !", nnbsp+"!",
	" :", nbsp+":", "« ", "«"+nbsp, " »", nbsp+"»",
	" %", nbsp+"%", " €", nbsp+"€", "n° ", "n°"+nbsp,
)

// typeset replaces plain spaces and apostrophes of a sentence by those that its language prints.
func typeset(lang Lang, s string) string {
	if lang == FR {
		s = frenchSpaces.Replace(s)
	}
	if !strings.Contains(s, "'") {
		return s
	}
	var b strings.Builder
	var before rune
	for i, r := range s {
		next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
		if r == '\'' && unicode.IsLetter(before) && (unicode.IsLetter(next) || next == '{' || next == ' ' || next == '«') {
			b.WriteRune('’')
		} else {
			b.WriteRune(r)
		}
		before = r
	}
	return b.String()
}
