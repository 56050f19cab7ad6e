package search

import (
	"cmp"
	"context"
	"maps"
	"math/bits"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Word is a word of a search.
type Word struct {
	Typed     string // as it was asked for
	Searched  string // what was looked for instead, as people write it; Typed where nothing was corrected
	Corrected bool
	Instead   string // a word one letter away that many times more proposals have, where hardly any has this one; mostly empty
}

// searched is one word of a search with the words of texts that answer it.
type searched struct {
	token
	whole   string   // the word itself, or what it was corrected to; empty: no text has it
	parts   []string // words that contain it
	guesses []string // the words nearest to it, when it is in no text, not even as a part
}

// Find gives the proposals of a project that have every word of a text, as a whole word or as a part of one, with the
// place of each in the order of relevance, and what the words were taken for. A word that is nowhere is taken for the
// nearest one that is, unless exact: the one in most proposals where several are as near. One that hardly any proposal has
// may be somebody's typo: it is looked for, and the word that it resembles is told. Two statements, a third when a word was
// corrected or is rare. A text without any word finds nothing.
func Find(ctx context.Context, tx db.Tx, platform int64, project ids.ID, text string, exact bool) (Set, []uint8, []Word, error) {
	list := asked(text)
	if len(list) == 0 {
		return nil, nil, nil, nil
	}
	least := maxLetters
	for _, t := range list {
		n := utf8.RuneCountInString(t.word)
		least = min(least, n-typos(n))
	}
	shelves, err := lexicon(ctx, tx, platform, project, least)
	if err != nil {
		return nil, nil, nil, err
	}
	words := make([]searched, len(list))
	var wanted []string
	for i, t := range list {
		words[i] = searched{token: t}
		words[i].lookUp(shelves, exact)
		wanted = append(append(append(wanted, words[i].whole), words[i].parts...), words[i].guesses...)
	}
	known := map[string]entry{}
	if err := read(ctx, tx, platform, project, wanted, known); err != nil {
		return nil, nil, nil, err
	}
	wanted = nil
	said := make([]Word, len(list))
	for i := range words {
		w := &words[i]
		said[i] = Word{Typed: w.shown, Searched: w.shown}
		if len(w.guesses) > 0 {
			w.settle(shelves, known)
			wanted = append(wanted, w.parts...)
			said[i] = Word{Typed: w.shown, Searched: known[w.whole].shown, Corrected: true}
			w.guesses = nil
		} else if !exact && w.rare(known) {
			w.guesses = nearest(w.word, 1, shelves)
			wanted = append(wanted, w.guesses...)
		}
	}
	if len(wanted) > 0 {
		if err := read(ctx, tx, platform, project, wanted, known); err != nil {
			return nil, nil, nil, err
		}
	}
	for i, w := range words {
		if len(w.guesses) == 0 {
			continue
		}
		if best := w.likeliest(known); known[best].size() >= timesMore*known[w.whole].size() {
			said[i].Instead = known[best].shown
		}
	}
	found, relevance := weigh(words, known)
	return found, relevance, said, nil
}

// read adds the entries of words to those known.
func read(ctx context.Context, tx db.Tx, platform int64, project ids.ID, words []string, known map[string]entry) error {
	list, err := entries(ctx, tx, platform, project, words)
	for _, e := range list {
		known[e.word] = e
	}
	return err
}

// lookUp finds the word in the lexicon: itself, then words that contain it, the shortest first, else the nearest ones.
func (w *searched) lookUp(shelves []shelf, exact bool) {
	w.gather(w.word, shelves)
	if w.whole != "" || len(w.parts) > 0 || exact || typos(utf8.RuneCountInString(w.word)) == 0 {
		return
	}
	w.guesses = nearest(w.word, typos(utf8.RuneCountInString(w.word)), shelves)
}

// nearest gives the other words of the lexicon that fewest typos part from one, and at most so many.
func nearest(word string, most int, shelves []shelf) (list []string) {
	s := newSpeller(word, most)
	for _, shelf := range shelves {
		if d := shelf.letters - len(s.word); d < -s.most || d > s.most {
			continue
		}
		for other := range strings.Lines(shelf.words) {
			other = other[:len(other)-1]
			switch d := s.distance(other); {
			case d == 0:
			case d < most:
				most, list = d, []string{other}
			case d == most:
				list = append(list, other)
			}
		}
	}
	return list[:min(len(list), maxParts)]
}

// gather finds a word and those that contain it.
func (w *searched) gather(word string, shelves []shelf) {
	letters := utf8.RuneCountInString(word)
	for _, shelf := range shelves {
		if shelf.letters < letters {
			continue
		}
		for at := 0; len(w.parts) < maxParts; {
			i := strings.Index(shelf.words[at:], word)
			if i < 0 {
				break
			}
			from := strings.LastIndexByte(shelf.words[:at+i], '\n') + 1
			at += i + strings.IndexByte(shelf.words[at+i:], '\n') + 1
			switch other := shelf.words[from : at-1]; {
			case other == word:
				w.whole = word
			case isPart(word, other):
				w.parts = append(w.parts, other)
			}
		}
	}
}

// settle takes the word for its likeliest guess.
func (w *searched) settle(shelves []shelf, known map[string]entry) {
	w.gather(w.likeliest(known), shelves)
}

// likeliest is the guess that most proposals have, then the first in the alphabet.
func (w *searched) likeliest(known map[string]entry) string {
	return slices.MaxFunc(w.guesses, func(a, b string) int {
		return cmp.Or(cmp.Compare(known[a].size(), known[b].size()), cmp.Compare(b, a))
	})
}

const (
	fewHave   = 2  // proposals: a word in no more may be a typo
	timesMore = 10 // how many times more proposals have the word that it resembles
)

// rare says whether hardly any proposal has the word, so that it may be a typo: one without digits, long enough, and no
// part of another word.
func (w *searched) rare(known map[string]entry) bool {
	return w.whole != "" && len(w.parts) == 0 && known[w.whole].size() <= fewHave && typos(utf8.RuneCountInString(w.word)) > 0 &&
		!strings.ContainsFunc(w.word, unicode.IsDigit)
}

// size is in how many proposals the word is, those counted twice that have it in both places.
func (e entry) size() int { return e.title.Len() + e.body.Len() }

// weigh gives the proposals that answer every word, and for each number its place: the sum over the words of 0 for a
// whole word of the title, 1 for a part of one, 2 for a whole word of the text, 3 for a part of one.
func weigh(words []searched, known map[string]entry) (Set, []uint8) {
	var found Set
	tiers := make([][3]Set, len(words)) // the fourth is what remains
	for i, w := range words {
		t := &tiers[i]
		var any, rest Set
		if e, ok := known[w.whole]; ok {
			t[0].Join(e.title)
			t[2].Join(e.body)
		}
		for _, part := range w.parts {
			t[1].Join(known[part].title)
			rest.Join(known[part].body)
		}
		for _, s := range []Set{t[0], t[1], t[2], rest} {
			any.Join(s)
		}
		if i == 0 {
			found = any
		} else {
			found = found.Meet(any)
		}
	}
	relevance := make([]uint8, len(found)*64)
	for n := range found.All() {
		for _, t := range tiers {
			switch {
			case t[0].Has(n):
			case t[1].Has(n):
				relevance[n]++
			case t[2].Has(n):
				relevance[n] += 2
			default:
				relevance[n] += 3
			}
		}
	}
	return found, relevance
}

// Sharer is a proposal that shares words with a title.
type Sharer struct {
	Project ids.ID
	Number  int
	edition int // the place of its project, the newest first
	words   int // which of the title's words, a bit each
}

const (
	wordsShared   = 6 // words of a title that are looked for
	lettersShared = 4 // shorter ones say little
)

// common are words of titles that say nothing of what a project is about, in the form in which words are compared.
var common = map[string]bool{"pour": true, "dans": true, "avec": true, "sans": true, "sous": true, "vers": true, "chez": true, "plus": true, "entre": true, "devant": true, "derriere": true,
	"chaque": true, "tous": true, "toute": true, "toutes": true, "leur": true, "leurs": true, "notre": true, "votre": true, "nous": true, "vous": true, "cette": true, "autour": true, "pres": true,
	"with": true, "from": true, "that": true, "this": true, "their": true, "your": true, "under": true, "over": true, "more": true, "near": true, "each": true, "into": true}

// telling gives the words of a title that say what it is about, each once and without the s of a plural.
func telling(title string) (words []string) {
	for _, t := range tokens(title) {
		one := strings.TrimSuffix(t.word, "s")
		if utf8.RuneCountInString(t.word) >= lettersShared && !common[t.word] && !slices.Contains(words, one) && len(words) < wordsShared {
			words = append(words, one)
		}
	}
	return words
}

// Sharing gives the proposals of a platform's published projects whose titles share words with one, those that share most
// first, then those of the newest project. One statement.
func Sharing(ctx context.Context, tx db.Tx, platform int64, title string) ([]Sharer, error) {
	place := map[string]int{} // of each form of a word, which of the title's words it is
	for i, one := range telling(title) {
		place[one], place[one+"s"] = i, i
	}
	if len(place) == 0 {
		return nil, nil
	}
	holders, err := titlesWith(ctx, tx, platform, slices.Sorted(maps.Keys(place)))
	var found []Sharer
	at := map[[2]int]int{}
	edition := -1
	for i, h := range holders {
		if i == 0 || h.project != holders[i-1].project {
			edition++
		}
		for number := range h.in.All() {
			key := [2]int{edition, number}
			j, ok := at[key]
			if !ok {
				j = len(found)
				at[key], found = j, append(found, Sharer{Project: h.project, Number: number, edition: edition})
			}
			found[j].words |= 1 << place[h.word]
		}
	}
	slices.SortFunc(found, func(a, b Sharer) int {
		return cmp.Or(bits.OnesCount(uint(b.words))-bits.OnesCount(uint(a.words)), a.edition-b.edition, b.Number-a.Number)
	})
	return found, err
}
