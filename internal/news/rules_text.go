package news

import (
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/fault"
)

// The bounds of what is written, in characters.
const (
	MaxTitle   = 150
	MaxSummary = 400
	MaxBody    = 30_000
	MaxAuthor  = 100
)

// check gives every reason for which an article cannot be kept, each with its field: title, summary, body, author, those with
// _en, kind.
func (w Written) check() error {
	var found []*fault.Error
	wrong := func(field, key string, pairs ...any) {
		found = append(found, fault.New(fault.Invalid, "fault.news."+key, pairs...).In(field))
	}
	if w.Kind != News && w.Kind != Page {
		wrong("kind", "kind")
	}
	if w.French.Title == "" {
		wrong("title", "title")
	}
	if w.English.Title == "" && (w.English.Summary != "" || w.English.Body != "") {
		wrong("title_en", "title_en")
	}
	if w.English.Title != "" && w.English.Body == "" && w.French.Body != "" {
		wrong("body_en", "body_en")
	}
	for suffix, words := range map[string]Words{"": w.French, "_en": w.English} {
		for _, f := range []struct {
			name, text string
			most       int
		}{{"title", words.Title, MaxTitle}, {"summary", words.Summary, MaxSummary}, {"body", words.Body, MaxBody}, {"author", words.Author, MaxAuthor}} {
			if n := utf8.RuneCountInString(f.text); n > f.most {
				wrong(f.name+suffix, "long", "Max", f.most, "Over", n-f.most)
			}
		}
	}
	return fault.All(found)
}
