package rulebook

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/tally"
)

// Article is one article of the règlement, as residents read it.
type Article struct {
	Number     int    // from 1, without gaps
	Key        string // stable, for links and for reasons that cite it: "budget", "ties"; "added-1" for the city's own
	Title      string
	Paragraphs []string
}

// Regulation writes the rulebook as the règlement: full sentences that say everything the count does. What an import
// added is marked. The rulebook must be valid.
func (r Rulebook) Regulation(l *i18n.Locale) []Article {
	w := &writer{l: l, r: r}
	w.budget()
	if d := r.Deposit; d != nil {
		w.article("deposit_who", w.who("deposit", d.Who), w.barred(d.Barred), w.perPerson(d.PerPerson))
		w.article("deposit_what", w.limits(*d), w.running(d.Running))
	}
	if r.Deliberation {
		w.article("deliberation", w.say("deliberation"))
	} else {
		w.election()
	}
	for i, a := range r.Articles {
		w.add("added-"+strconv.Itoa(i+1), a.Title.In(l.Lang), paragraphs(a.Body.In(l.Lang)))
	}
	return w.articles
}

const allKinds = 5 // of participant

// Forbids gives what an article of the règlement keeps out, in its own sentences; empty for one that permits all that it speaks
// of, and for those that the city added, of which only their readers can tell.
func (r Rulebook) Forbids(l *i18n.Locale, article string) string {
	w, d := &writer{l: l, r: r}, r.Deposit
	switch {
	case article == "budget":
		return w.say("budget.total", "Amount", r.money(r.Count.Budget))
	case d == nil:
		return ""
	case article == "deposit_who":
		var texts []string
		if who := d.Who; who.MinimumAge > 0 || who.Residence.In != Anywhere || len(who.Kinds) < allKinds || len(who.Domains) > 0 || who.Listed {
			texts = append(texts, w.who("deposit", who))
		}
		texts = append(texts, w.barred(d.Barred))
		if d.PerPerson > 0 {
			texts = append(texts, w.perPerson(d.PerPerson))
		}
		return join(texts...)
	case article == "deposit_what":
		var texts []string
		if d.MaximumCost > 0 || d.Months > 0 {
			texts = append(texts, w.limits(*d))
		}
		if d.Running.Kind != RunningAllowed {
			texts = append(texts, w.running(d.Running))
		}
		return join(texts...)
	}
	return ""
}

// election is who votes, how, and how the ballots are counted.
func (w *writer) election() {
	if who := w.r.Vote.Who; who != nil {
		w.article("vote_who", w.who("vote", *who))
	} else {
		w.article("vote_who", w.say("who.vote_unknown"))
	}
	w.ballot()
	if w.r.Count.Method == tally.MethodGreedy {
		w.count()
	} else {
		w.unbuilt()
	}
}

type writer struct {
	l        *i18n.Locale
	r        Rulebook
	articles []Article
}

// article adds an article with the paragraphs that are not empty.
func (w *writer) article(key string, texts ...string) {
	texts = slices.DeleteFunc(texts, func(s string) bool { return s == "" })
	w.add(key, w.l.T("rulebook.title."+key), texts)
}

func (w *writer) add(key, title string, texts []string) {
	w.articles = append(w.articles, Article{Number: len(w.articles) + 1, Key: key, Title: title, Paragraphs: texts})
}

// say is a sentence about the rulebook.
func (w *writer) say(key string, pairs ...any) string { return w.l.T("rulebook."+key, pairs...) }

// mark adds to a paragraph that an import added what it says.
func (w *writer) mark(f Field, text string) string {
	if w.r.Imported == nil || !slices.Contains(w.r.Imported.Added, f) || text == "" {
		return text
	}
	return w.say("added", "Text", strings.TrimSuffix(text, "."))
}

// units is what the count adds up: votes or points.
func (w *writer) units() i18n.Key {
	if w.r.Count.Scoring.By == tally.ByChoice {
		return "rulebook.units.votes"
	}
	return "rulebook.units.points"
}

func (w *writer) points(n int64) string { return w.say("points", "Count", n) }

// join puts sentences in one paragraph.
func join(sentences ...string) string {
	return strings.Join(slices.DeleteFunc(sentences, func(s string) bool { return s == "" }), " ")
}

// capital gives a sentence its capital letter.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

func paragraphs(body string) []string {
	var out []string
	for p := range strings.SplitSeq(strings.ReplaceAll(body, "\r\n", "\n"), "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

func (w *writer) budget() {
	texts := []string{w.say("budget.total", "Amount", w.r.money(w.r.Count.Budget))}
	if parts := w.r.Count.Parts; parts != nil {
		list, kind := w.partNames()
		// Neighbours with the same amount share a sentence; the order stays, since the count follows it.
		for i := 0; i < len(parts.Envelopes); {
			amount := parts.Envelopes[i].Amount
			var names []string
			for ; i < len(parts.Envelopes) && parts.Envelopes[i].Amount == amount; i++ {
				names = append(names, name(list, parts.Envelopes[i].Key))
			}
			text := w.say("budget."+kind, "Count", len(names), "Names", names, "Amount", w.r.money(amount))
			texts = append(texts, w.mark(FieldParts, text))
		}
		if rest := w.r.Citywide(); rest > 0 {
			texts = append(texts, w.say("budget.rest", "Amount", w.r.money(rest)))
		} else {
			texts = append(texts, w.say("budget.no_rest"))
		}
	}
	w.article("budget", texts...)
}

// partNames gives the names of what the parts follow, and the word of it in the keys of sentences.
func (w *writer) partNames() ([]Named, string) {
	if w.r.Count.Parts.By == tally.PartsByCategory {
		return w.r.Categories, "category"
	}
	return w.r.Districts, "district"
}

// who says who may do the act, "deposit" or "vote".
func (w *writer) who(act string, who Who) string {
	var conditions []string
	if who.MinimumAge > 0 {
		conditions = append(conditions, w.say("who.age", "Count", who.MinimumAge))
	}
	values := who.Residence.Values
	switch who.Residence.In {
	case InCity:
		conditions = append(conditions, w.say("who.city"))
	case InDistricts:
		names := make([]string, len(values))
		for i, key := range values {
			names[i] = name(w.r.Districts, key)
		}
		conditions = append(conditions, w.say("who.districts", "Count", len(names), "Names", w.either(names)))
	case InPostcodes:
		conditions = append(conditions, w.say("who.postcodes", "Count", len(values), "Names", w.either(values)))
	}
	var sentences []string
	if len(conditions) == 0 {
		sentences = append(sentences, w.say("who."+act+"_anyone"))
	} else {
		if len(conditions) == 2 { // not a List: a condition may have commas of its own
			conditions = []string{w.say("who.both", "First", conditions[0], "Second", conditions[1])}
		}
		sentences = append(sentences, w.say("who."+act+"_if", "Conditions", conditions[0]))
		switch {
		case who.MinimumAge == 0:
			sentences = append(sentences, w.say("who.no_age"))
		case who.Residence.In == Anywhere:
			sentences = append(sentences, w.say("who.anywhere"))
		}
	}
	if limit := w.addresses(who); limit != "" {
		sentences = append(sentences, limit)
	}
	if slices.Equal(who.Kinds, []Kind{KindPerson}) {
		if act == "vote" && w.r.Vote.District != nil {
			act = "vote_persons_two"
		} else {
			act += "_persons"
		}
		return join(append(sentences, w.say("who."+act))...)
	}
	kinds := make([]string, len(who.Kinds))
	for i, k := range who.Kinds {
		kinds[i] = w.say("kind." + string(k))
	}
	return join(append(sentences, w.say("who."+act+"_kinds", "Kinds", kinds))...)
}

// addresses says which addresses may take part, when not all may.
func (w *writer) addresses(who Who) string {
	switch {
	case len(who.Domains) > 0 && who.Listed:
		return w.say("who.domains_or_list", "Count", len(who.Domains), "Domains", w.either(who.Domains))
	case len(who.Domains) > 0:
		return w.say("who.domains", "Count", len(who.Domains), "Domains", w.either(who.Domains))
	case who.Listed:
		return w.say("who.listed")
	}
	return ""
}

// either lists places of which one is enough.
func (w *writer) either(names []string) string { return strings.Join(names, ", ") }

func (w *writer) barred(barred []Barred) string {
	if len(barred) == 0 {
		return ""
	}
	who := make([]string, len(barred))
	for i, b := range barred {
		who[i] = w.say("barred." + string(b))
	}
	return w.say("deposit.barred", "Who", capital(w.l.List(who)))
}

func (w *writer) perPerson(n int) string {
	if n == 0 {
		return w.say("deposit.per_person_free")
	}
	return w.say("deposit.per_person", "Count", n)
}

func (w *writer) limits(d Deposit) string {
	cost := w.say("deposit.maximum_cost_none")
	if d.MaximumCost > 0 {
		cost = w.say("deposit.maximum_cost", "Amount", w.r.money(d.MaximumCost))
	}
	if d.Months == 0 {
		return cost
	}
	return join(cost, w.say("deposit.months", "Count", d.Months))
}

func (w *writer) running(r Running) string {
	return w.say("deposit.running."+string(r.Kind), "Amount", w.r.money(r.PerYear))
}
