package proposal

import (
	"context"
	"database/sql"
	"strings"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Alike is a proposal that says something like what somebody is typing.
type Alike struct {
	ID      ids.ID
	Number  int
	Slug    string
	Title   string
	Project ids.ID
	Edition string // the title of its project
	Path    string // the slug of its project
}

const (
	wordsAlike   = 6 // words of a title that are looked for
	lettersAlike = 4 // shorter ones say little
)

// Similar gives proposals of this and earlier editions that share words with a title, those that share most of them first,
// then the newest.
func Similar(ctx context.Context, tx db.Tx, platform int64, title string, limit int) ([]Alike, error) {
	var words []string
	for word := range strings.FieldsSeq(i18n.Fold(title)) {
		if word = strings.Trim(word, ".,;:!?()'\"«»"); utf8.RuneCountInString(word) >= lettersAlike && len(words) < wordsAlike {
			words = append(words, "%"+strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(strings.TrimSuffix(word, "s"))+"%")
		}
	}
	if len(words) == 0 {
		return nil, nil
	}
	var score, where []string
	var scored, any []any
	for _, w := range words {
		score, scored = append(score, `(CASE WHEN x.title LIKE ? ESCAPE '!' THEN 1 ELSE 0 END)`), append(scored, w)
		where, any = append(where, `x.title LIKE ? ESCAPE '!'`), append(any, w)
	}
	args := append(append(scored, platform), any...)
	rows, err := tx.Query(ctx, `SELECT p.id, p.number, p.slug, p.title, p.project, j.title, j.slug, `+strings.Join(score, ` + `)+` AS shared
		FROM proposal_text x JOIN proposal p ON p.platform = x.platform AND p.id = x.proposal JOIN project j ON j.platform = p.platform AND j.id = p.project
		WHERE x.platform = ? AND (`+strings.Join(where, ` OR `)+`) AND p.trashed = '' AND p.published_at > 0 AND j.state = 'published'
		ORDER BY shared DESC, p.published_at DESC, p.number LIMIT ?`, append(args, limit)...)
	return db.Collect(rows, err, func(r *sql.Rows, a *Alike) error {
		var shared int
		return r.Scan(&a.ID, &a.Number, &a.Slug, &a.Title, &a.Project, &a.Edition, &a.Path, &shared)
	})
}
