package search

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// entry is a word of a project's proposals.
type entry struct {
	word, shown string
	title, body Set
}

// learn adds what another entry of the same word has. A spelling with accents is preferred, as capitals often lack them.
func (e *entry) learn(o entry) {
	if e.shown == "" || e.shown == e.word {
		e.shown = cmp.Or(o.shown, e.shown)
	}
	e.title.Join(o.title)
	e.body.Join(o.body)
}

// Text is what a proposal can be found by.
type Text struct {
	Number      int
	Title, Body string
}

// Learn makes proposals of a project findable by their words.
func Learn(ctx context.Context, tx db.Tx, platform int64, project ids.ID, texts []Text) error {
	return learn(ctx, tx, platform, project, wordsOf(texts))
}

// wordsOf gives the words of texts.
func wordsOf(texts []Text) map[string]*entry {
	words := map[string]*entry{}
	folded := map[string][]token{} // texts share most of their words, and folding is what costs
	for _, text := range texts {
		note := func(text string, number int, where func(*entry) *Set) {
			for field := range strings.FieldsSeq(text) {
				list, ok := folded[field]
				if !ok {
					list = tokens(field)
					folded[field] = list
				}
				for _, t := range list {
					e := words[t.word]
					if e == nil {
						e = &entry{word: t.word}
						words[t.word] = e
					}
					e.learn(entry{shown: t.shown})
					where(e).Add(number)
				}
			}
		}
		note(text.Title, text.Number, func(e *entry) *Set { return &e.title })
		note(text.Body, text.Number, func(e *entry) *Set { return &e.body })
	}
	return words
}

// Unlearn makes a proposal no longer findable by the words that it had. A word that no other has is gone.
func Unlearn(ctx context.Context, tx db.Tx, platform int64, project ids.ID, text Text) error {
	if err := tx.Lock(ctx, "search "+project.String()); err != nil {
		return err
	}
	if err := db.PlanAnew(ctx, tx); err != nil {
		return err
	}
	words := slices.Sorted(maps.Keys(wordsOf([]Text{text})))
	if len(words) == 0 {
		return nil
	}
	known, err := entries(ctx, tx, platform, project, words)
	if err != nil {
		return err
	}
	marks, args := db.In(words)
	if _, err := tx.Exec(ctx, `DELETE FROM search_word WHERE platform = ? AND project = ? AND word IN (`+marks+`)`, append([]any{platform, project}, args...)...); err != nil {
		return err
	}
	var rows [][]any
	var gone []string
	for _, e := range known {
		e.title.Remove(text.Number)
		e.body.Remove(text.Number)
		if e.size() == 0 {
			gone = append(gone, e.word)
			continue
		}
		rows = append(rows, e.row(platform, project))
	}
	if err := db.Insert(ctx, tx, "search_word", wordColumns, rows); err != nil {
		return err
	}
	return shorten(ctx, tx, platform, project, gone)
}

var wordColumns = []string{"platform", "project", "word", "shown", "title", "body"}

func (e entry) row(platform int64, project ids.ID) []any {
	return []any{platform, project, e.word, e.shown, e.title.Encode(), e.body.Encode()}
}

// atOnce is how many words are read or taken away by one statement.
const atOnce = 8192

// learn merges words into those of the project. Two writers take turns, as both may change the same rows.
func learn(ctx context.Context, tx db.Tx, platform int64, project ids.ID, words map[string]*entry) error {
	if len(words) == 0 {
		return nil
	}
	if err := tx.Lock(ctx, "search "+project.String()); err != nil {
		return err
	}
	if err := db.PlanAnew(ctx, tx); err != nil {
		return err
	}
	fresh := maps.Clone(words)
	sorted := slices.Sorted(maps.Keys(words))
	for some := range slices.Chunk(sorted, atOnce) {
		known, err := entries(ctx, tx, platform, project, some)
		if err != nil {
			return err
		}
		for _, e := range known {
			delete(fresh, e.word)
			added := words[e.word]
			e.learn(*added)
			*added = e
		}
		marks, args := db.In(some)
		if _, err := tx.Exec(ctx, `DELETE FROM search_word WHERE platform = ? AND project = ? AND word IN (`+marks+`)`, append([]any{platform, project}, args...)...); err != nil {
			return err
		}
	}
	rows := make([][]any, len(sorted))
	for i, word := range sorted {
		rows[i] = words[word].row(platform, project)
	}
	if err := db.Insert(ctx, tx, "search_word", wordColumns, rows); err != nil {
		return err
	}
	return extend(ctx, tx, platform, project, slices.Sorted(maps.Keys(fresh)))
}

// entries reads those of the words that the project's proposals have, by word.
func entries(ctx context.Context, tx db.Tx, platform int64, project ids.ID, words []string) ([]entry, error) {
	marks, args := db.In(words)
	rows, err := tx.Query(ctx, `SELECT w.word, w.shown, w.title, w.body FROM search_word w WHERE w.platform = ? AND w.project = ? AND w.word IN (`+marks+`) ORDER BY w.word`,
		append([]any{platform, project}, args...)...)
	return db.Collect(rows, err, func(r *sql.Rows, e *entry) error {
		var title, body []byte
		err := r.Scan(&e.word, &e.shown, &title, &body)
		if err == nil {
			e.title, err = DecodeSet(title)
		}
		if err == nil {
			e.body, err = DecodeSet(body)
		}
		return err
	})
}

// shelf holds the words of so many letters, as stored: sorted, each followed by a line feed.
type shelf struct {
	letters int
	words   string
}

// lexicon reads the words of a project of at least so many letters, shortest first.
func lexicon(ctx context.Context, tx db.Tx, platform int64, project ids.ID, letters int) ([]shelf, error) {
	rows, err := tx.Query(ctx, `SELECT l.letters, l.words FROM search_lexicon l WHERE l.platform = ? AND l.project = ? AND l.letters >= ? ORDER BY l.letters`, platform, project, letters)
	return db.Collect(rows, err, func(r *sql.Rows, s *shelf) error { return r.Scan(&s.letters, &s.words) })
}

// extend adds new words, sorted, to the lexicon of a project.
func extend(ctx context.Context, tx db.Tx, platform int64, project ids.ID, words []string) error {
	return reshelve(ctx, tx, platform, project, words, func(known, more []string) []string {
		known = append(known, more...)
		slices.Sort(known)
		return known
	})
}

// shorten takes words out of it.
func shorten(ctx context.Context, tx db.Tx, platform int64, project ids.ID, words []string) error {
	return reshelve(ctx, tx, platform, project, words, func(known, gone []string) []string {
		return slices.DeleteFunc(known, func(w string) bool { return slices.Contains(gone, w) })
	})
}

// reshelve changes the shelves on which words stand, or will.
func reshelve(ctx context.Context, tx db.Tx, platform int64, project ids.ID, words []string, change func(known, words []string) []string) error {
	if len(words) == 0 {
		return nil
	}
	changed := map[int][]string{}
	for _, w := range words {
		n := utf8.RuneCountInString(w)
		changed[n] = append(changed[n], w)
	}
	shelves, err := lexicon(ctx, tx, platform, project, 0)
	if err != nil {
		return err
	}
	known := map[int]string{}
	for _, s := range shelves {
		known[s.letters] = s.words
	}
	lengths := slices.Sorted(maps.Keys(changed))
	marks, args := db.In(lengths)
	if _, err := tx.Exec(ctx, `DELETE FROM search_lexicon WHERE platform = ? AND project = ? AND letters IN (`+marks+`)`, append([]any{platform, project}, args...)...); err != nil {
		return err
	}
	var rows [][]any
	for _, n := range lengths {
		if list := change(strings.Fields(known[n]), changed[n]); len(list) > 0 {
			rows = append(rows, []any{platform, project, n, strings.Join(list, "\n") + "\n"})
		}
	}
	return db.Insert(ctx, tx, "search_lexicon", []string{"platform", "project", "letters", "words"}, rows)
}

// holder is a word with the proposals of a project that have it in their title.
type holder struct {
	project ids.ID
	word    string
	in      Set
}

// titlesWith gives the holders of words in a platform's published projects, the newest project first.
func titlesWith(ctx context.Context, tx db.Tx, platform int64, words []string) ([]holder, error) {
	marks, args := db.In(words)
	rows, err := tx.Query(ctx, `SELECT j.id, w.word, w.title FROM project j JOIN search_word w ON w.platform = j.platform AND w.project = j.id
		WHERE j.platform = ? AND j.state = 'published' AND w.word IN (`+marks+`) ORDER BY j.published_at DESC, j.id, w.word`, append([]any{platform}, args...)...)
	return db.Collect(rows, err, func(r *sql.Rows, h *holder) error {
		var stored []byte
		err := r.Scan(&h.project, &h.word, &stored)
		if err == nil {
			h.in, err = DecodeSet(stored)
		}
		return err
	})
}
