package i18n

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// collators are kept because making one costs more than a key and using one is not safe for concurrent use.
var collators = sync.Pool{New: func() any { return collate.New(language.Und, collate.Numeric) }}

// SortKey gives the bytes by which a text is sorted (Unicode collation, root order: accents and case only separate what
// is otherwise equal, numbers by their value). It is the same for every language, since it is stored.
func SortKey(s string) []byte {
	c := collators.Get().(*collate.Collator)
	defer collators.Put(c)
	var buf collate.Buffer
	return c.KeyFromString(&buf, norm.NFC.String(s))
}

// unaccented are the letters that Unicode does not decompose.
var unaccented = strings.NewReplacer(
	"œ", "oe", "æ", "ae", "ß", "ss", "ł", "l", "ø", "o", "đ", "d", "ð", "d", "þ", "th", "ħ", "h", "ı", "i", "ŋ", "n",
	"ς", "σ", "’", "'", "‘", "'", "“", `"`, "”", `"`,
)

// Fold gives the form in which a text is searched: without accents, in lower case, each kind of space a plain one.
func Fold(s string) string {
	s = strings.ToLower(norm.NFKD.String(s))
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		if unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, s)
	return unaccented.Replace(s)
}
