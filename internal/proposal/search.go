package proposal

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Word is a word of a search.
type Word struct {
	Typed     string // as it was asked for
	Searched  string // what was looked for instead, as people write it; Typed where nothing was corrected
	Corrected bool
}

// searched is one word of a search with the words of texts that answer it.
type searched struct {
	token
	whole   string   // the word itself, or what it was corrected to; empty: no text has it
	parts   []string // words that contain it
	guesses []string // the words nearest to it, when it is in no text, not even as a part
}

// search gives the proposals of a project that have every word of a text, as a whole word or as a part of one, with the
// place of each in the order of relevance, and what the words were taken for. A word that is nowhere is taken for the
// nearest one that is, unless exact: the one in most proposals where several are as near. Two statements, a third when
// a word was corrected. A text without any word finds nothing.
func search(ctx context.Context, tx db.Tx, platform int64, project ids.ID, text string, exact bool) (set, []uint8, []Word, error) {
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
		}
	}
	if len(wanted) > 0 {
		if err := read(ctx, tx, platform, project, wanted, known); err != nil {
			return nil, nil, nil, err
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
	s := newSpeller(w.word)
	nearest := s.most
	for _, shelf := range shelves {
		if d := shelf.letters - len(s.word); d < -s.most || d > s.most {
			continue
		}
		for other := range strings.Lines(shelf.words) {
			other = other[:len(other)-1]
			switch d := s.distance(other); {
			case d < nearest:
				nearest, w.guesses = d, []string{other}
			case d == nearest:
				w.guesses = append(w.guesses, other)
			}
		}
	}
	w.guesses = w.guesses[:min(len(w.guesses), maxParts)]
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

// settle takes the word for the guess that most proposals have, then the first in the alphabet.
func (w *searched) settle(shelves []shelf, known map[string]entry) {
	best := slices.MaxFunc(w.guesses, func(a, b string) int {
		return cmp.Or(cmp.Compare(known[a].size(), known[b].size()), cmp.Compare(b, a))
	})
	w.gather(best, shelves)
}

// size is in how many proposals the word is, those counted twice that have it in both places.
func (e entry) size() int { return e.title.len() + e.body.len() }

// weigh gives the proposals that answer every word, and for each number its place: the sum over the words of 0 for a
// whole word of the title, 1 for a part of one, 2 for a whole word of the text, 3 for a part of one.
func weigh(words []searched, known map[string]entry) (set, []uint8) {
	var found set
	tiers := make([][3]set, len(words)) // the fourth is what remains
	for i, w := range words {
		t := &tiers[i]
		var any, rest set
		if e, ok := known[w.whole]; ok {
			t[0].join(e.title)
			t[2].join(e.body)
		}
		for _, part := range w.parts {
			t[1].join(known[part].title)
			rest.join(known[part].body)
		}
		for _, s := range []set{t[0], t[1], t[2], rest} {
			any.join(s)
		}
		if i == 0 {
			found = any
		} else {
			found = found.meet(any)
		}
	}
	relevance := make([]uint8, len(found)*64)
	for n := range found.all() {
		for _, t := range tiers {
			switch {
			case t[0].has(n):
			case t[1].has(n):
				relevance[n]++
			case t[2].has(n):
				relevance[n] += 2
			default:
				relevance[n] += 3
			}
		}
	}
	return found, relevance
}
