// Package i18n says things in French and in English: sentences by key, numbers, money, dates, lists, and the keys that
// texts are sorted and searched by. It is a leaf: it imports nothing of ours but fault.
//
// Sentences live in locales/NAME.fr.json and locales/NAME.en.json: flat objects from a dotted key to a text with
// {{.Name}} arguments, or to its plural forms {"one": …, "other": …} chosen by the argument Count; {"zero": …} beside them
// is said of none at all, in any language. The files are written with plain spaces and apostrophes; the typography of each
// language is applied when they are read.
package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// Lang is a language of the pages.
type Lang string

// The languages.
const (
	FR Lang = "fr"
	EN Lang = "en"
)

// Langs lists the languages, the first one first.
var Langs = []Lang{FR, EN}

// Parse reads a language tag ("fr", "en-GB"); false when it is not one of ours.
func Parse(s string) (Lang, bool) {
	base, _, _ := strings.Cut(strings.ToLower(s), "-")
	l := Lang(base)
	return l, slices.Contains(Langs, l)
}

// Other is the language that a missing sentence is taken from.
func (lang Lang) Other() Lang {
	if lang == FR {
		return EN
	}
	return FR
}

//go:embed locales/*.json
var files embed.FS

// message is one sentence as it was read.
type message struct {
	plain string // the text when it has neither arguments nor plural forms, which go-i18n would only copy
	*goi18n.Message
}

// catalogue holds the sentences of all languages, read once from the binary.
type catalogue struct {
	messages   map[Lang]map[string]message
	localizers map[Lang]*goi18n.Localizer

	mu      sync.Mutex
	missing map[string]bool
}

// maxMissing bounds what is remembered of missing keys, since a key may come from a stored row.
const maxMissing = 1000

// load reads the embedded files. A broken file is a broken binary, so it panics; the tests read the same files.
var load = sync.OnceValue(func() *catalogue {
	c := &catalogue{messages: map[Lang]map[string]message{}, localizers: map[Lang]*goi18n.Localizer{}, missing: map[string]bool{}}
	bundle := goi18n.NewBundle(language.French)
	entries, err := files.ReadDir("locales")
	if err != nil {
		panic(err)
	}
	for _, e := range entries {
		tag, messages, err := read(e.Name())
		if err != nil {
			panic(fmt.Sprintf("locales/%s: %v", e.Name(), err))
		}
		lang := Lang(tag.String())
		if c.messages[lang] == nil {
			c.messages[lang] = map[string]message{}
			c.localizers[lang] = goi18n.NewLocalizer(bundle, tag.String())
		}
		bundle.MustAddMessages(tag, messages...)
		for _, m := range messages {
			if _, twice := c.messages[lang][m.ID]; twice {
				panic(fmt.Sprintf("locales/%s: the key %q is in another file too", e.Name(), m.ID))
			}
			c.messages[lang][m.ID] = message{plain: plain(m), Message: m}
		}
	}
	return c
})

// read parses one file and sets its texts in the typography of its language.
func read(name string) (language.Tag, []*goi18n.Message, error) {
	raw, err := files.ReadFile("locales/" + name)
	if err != nil {
		return language.Und, nil, err
	}
	f, err := goi18n.ParseMessageFileBytes(raw, name, map[string]goi18n.UnmarshalFunc{"json": json.Unmarshal})
	if err != nil {
		return language.Und, nil, err
	}
	if _, known := Parse(f.Tag.String()); !known {
		return language.Und, nil, fmt.Errorf("no such language: %s", f.Tag)
	}
	for _, m := range f.Messages {
		for _, text := range []*string{&m.Zero, &m.One, &m.Many, &m.Other} {
			*text = typeset(Lang(f.Tag.String()), *text)
		}
	}
	return f.Tag, f.Messages, nil
}

func plain(m *goi18n.Message) string {
	if m.One != "" || m.Many != "" || strings.Contains(m.Other, "{{") {
		return ""
	}
	return m.Other
}

// spellsOne says whether the singular writes « un » where the plural has a number, so that it must not be said of none.
func (m message) spellsOne() bool {
	return strings.Contains(m.Other, "{{.Count}}") && !strings.Contains(m.One, "{{.Count}}")
}

// Missing lists the keys that were asked for and that the language did not have, as "fr: key"; "fr: key of none" had no
// words for a count of zero. Tests want it empty.
func Missing() []string {
	c := load()
	c.mu.Lock()
	defer c.mu.Unlock()
	var keys []string
	for k := range c.missing {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Keys lists the keys of a language in order.
func Keys(lang Lang) []string {
	var keys []string
	for k := range load().messages[lang] {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Locale says things in one language, with the times of one zone. It is safe for concurrent use.
type Locale struct {
	Lang Lang
	Zone *time.Location
	c    *catalogue
}

// For gives the locale of a language and a time zone (nil is UTC).
func For(lang Lang, zone *time.Location) *Locale {
	if zone == nil {
		zone = time.UTC
	}
	return &Locale{Lang: lang, Zone: zone, c: load()}
}

// Key is an argument of T that is itself a sentence of the translations.
type Key string

// Amount is an argument of T that is money.
type Amount struct {
	Hundredths int64
	Currency   string // ISO 4217
}

// T gives the sentence of a key. The pairs are the names and values of its arguments; integers, times, Amount, Key and
// []string are formatted by the locale, any other value as fmt does. The argument Count also chooses the plural form.
// A missing key is taken from the other language, else the key itself is returned; Missing tells of both.
func (l *Locale) T(key string, pairs ...any) string {
	if m, ok := l.c.messages[l.Lang][key]; ok && m.plain != "" {
		return m.plain
	}
	args := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		args[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return l.sentence(key, args)
}

func (l *Locale) sentence(key string, args map[string]any) string {
	lang := l.Lang
	if _, ok := l.c.messages[lang][key]; !ok {
		l.c.miss(lang, key)
		lang = lang.Other()
		if _, ok := l.c.messages[lang][key]; !ok {
			return key
		}
	}
	m := l.c.messages[lang][key]
	if m.plain != "" {
		return m.plain
	}
	data := make(map[string]any, len(args))
	for name, v := range args {
		data[name] = l.format(v)
	}
	cfg := &goi18n.LocalizeConfig{MessageID: key, TemplateData: data}
	if n, ok := integer(args["Count"]); ok && n == 0 && m.Zero != "" {
		return m.Zero
	} else if ok && m.One != "" {
		cfg.PluralCount = n
		if n == 0 && m.spellsOne() { // French takes the singular for none
			l.c.miss(lang, key+" of none")
			cfg.PluralCount = 2
		}
	}
	// The error only says that "many" fell back to "other", which is the text that it returns.
	text, _ := l.c.localizers[lang].Localize(cfg)
	if text == "" {
		return key
	}
	return text
}

func (c *catalogue) miss(lang Lang, key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.missing) < maxMissing {
		c.missing[string(lang)+": "+key] = true
	}
}

// Has says whether the language has the key.
func (l *Locale) Has(key string) bool {
	_, ok := l.c.messages[l.Lang][key]
	return ok
}

// format gives the text of an argument.
func (l *Locale) format(v any) string {
	if n, ok := integer(v); ok {
		return l.Int(n)
	}
	switch v := v.(type) {
	case string:
		return v
	case Amount:
		return l.Money(v.Hundredths, v.Currency)
	case Key:
		return l.T(string(v))
	case time.Time:
		return l.DateTime(v)
	case []string:
		return l.List(v)
	}
	return fmt.Sprint(v)
}

func integer(v any) (int64, bool) {
	switch v := v.(type) {
	case int:
		return int64(v), true
	case int64:
		return v, true
	case int32:
		return int64(v), true
	}
	return 0, false
}

// List joins items as a sentence does: « a, b et c ». Items that have commas of their own are kept apart by semicolons.
func (l *Locale) List(items []string) string {
	n := len(items)
	switch {
	case n == 0:
		return ""
	case n == 1:
		return items[0]
	case slices.ContainsFunc(items, func(s string) bool { return strings.Contains(s, ",") }):
		return strings.Join(items, typeset(l.Lang, map[Lang]string{FR: " ; ", EN: "; "}[l.Lang]))
	}
	and := map[Lang]string{FR: " et ", EN: " and "}[l.Lang]
	return strings.Join(items[:n-1], ", ") + and + items[n-1]
}
