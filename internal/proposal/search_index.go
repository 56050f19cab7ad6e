package proposal

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
	title, body set
}

// learn adds what another entry of the same word has. A spelling with accents is preferred, as capitals often lack them.
func (e *entry) learn(o entry) {
	if e.shown == "" || e.shown == e.word {
		e.shown = cmp.Or(o.shown, e.shown)
	}
	e.title.join(o.title)
	e.body.join(o.body)
}

// index makes proposals findable by their words.
func index(ctx context.Context, tx db.Tx, platform int64, proposals []Proposal) error {
	for project, words := range wordsOf(proposals) { // one project, but in tests
		if err := learn(ctx, tx, platform, project, words); err != nil {
			return err
		}
	}
	return nil
}

// wordsOf gives the words of proposals, by project.
func wordsOf(proposals []Proposal) map[ids.ID]map[string]*entry {
	projects := map[ids.ID]map[string]*entry{}
	folded := map[string][]token{} // texts share most of their words, and folding is what costs
	for _, p := range proposals {
		if p.PublishedAt.IsZero() {
			continue // nobody finds a draft, nor a word of one
		}
		words := projects[p.Project]
		if words == nil {
			words = map[string]*entry{}
			projects[p.Project] = words
		}
		note := func(text string, where func(*entry) *set) {
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
					where(e).add(p.Number)
				}
			}
		}
		note(p.Title+" "+p.Reference, func(e *entry) *set { return &e.title })
		note(p.Summary+" "+p.Body+" "+p.Address, func(e *entry) *set { return &e.body })
	}
	return projects
}

// forget makes a proposal no longer findable by the words that it had. A word that no other has is gone.
func forget(ctx context.Context, tx db.Tx, platform int64, p Proposal) error {
	if err := tx.Lock(ctx, "search "+p.Project.String()); err != nil {
		return err
	}
	words := slices.Sorted(maps.Keys(wordsOf([]Proposal{p})[p.Project]))
	if len(words) == 0 {
		return nil
	}
	known, err := entries(ctx, tx, platform, p.Project, words)
	if err != nil {
		return err
	}
	marks, args := db.In(words)
	if _, err := tx.Exec(ctx, `DELETE FROM search_word WHERE platform = ? AND project = ? AND word IN (`+marks+`)`, append([]any{platform, p.Project}, args...)...); err != nil {
		return err
	}
	var rows [][]any
	var gone []string
	for _, e := range known {
		e.title.remove(p.Number)
		e.body.remove(p.Number)
		if e.size() == 0 {
			gone = append(gone, e.word)
			continue
		}
		rows = append(rows, e.row(platform, p.Project))
	}
	if err := db.Insert(ctx, tx, "search_word", wordColumns, rows); err != nil {
		return err
	}
	return shorten(ctx, tx, platform, p.Project, gone)
}

// Reindex makes a proposal findable by the words that it has now instead of those that it had; a zero p by none.
func Reindex(ctx context.Context, tx db.Tx, platform int64, had, p Proposal) error {
	if err := forget(ctx, tx, platform, had); err != nil || p.ID.IsZero() {
		return err
	}
	return index(ctx, tx, platform, []Proposal{p})
}

var wordColumns = []string{"platform", "project", "word", "shown", "title", "body"}

func (e entry) row(platform int64, project ids.ID) []any {
	return []any{platform, project, e.word, e.shown, e.title.encode(), e.body.encode()}
}

// atOnce is how many words are read or taken away by one statement.
const atOnce = 8192

// learn merges words into those of the project. Two writers take turns, as both may change the same rows.
func learn(ctx context.Context, tx db.Tx, platform int64, project ids.ID, words map[string]*entry) error {
	if err := tx.Lock(ctx, "search "+project.String()); err != nil {
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
			e.title, err = decodeSet(title)
		}
		if err == nil {
			e.body, err = decodeSet(body)
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
