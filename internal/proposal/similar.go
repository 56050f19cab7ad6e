package proposal

import (
	"context"
	"database/sql"
	"slices"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/search"
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

// Similar gives proposals of this and earlier editions whose titles share words with one, those that share most of them
// first, then those of the newest edition. Two statements.
func Similar(ctx context.Context, tx db.Tx, platform int64, title string, limit int) ([]Alike, error) {
	found, err := search.Sharing(ctx, tx, platform, title)
	if found = found[:min(limit, len(found))]; err != nil || len(found) == 0 {
		return nil, err
	}
	var st statement
	st.add(`SELECT p.id, p.number, p.slug, p.title, p.project, j.title, j.slug FROM proposal p JOIN project j ON j.platform = p.platform AND j.id = p.project
		WHERE p.platform = ? AND p.trashed = '' AND p.published_at > 0 AND j.state = 'published' AND (`, platform)
	for i, s := range found {
		if i > 0 {
			st.add(` OR `)
		}
		st.add(`p.project = ? AND p.number = ?`, s.Project, s.Number)
	}
	rows, err := tx.Query(ctx, st.sql.String()+`)`, st.args...)
	all, err := db.Collect(rows, err, func(r *sql.Rows, a *Alike) error {
		return r.Scan(&a.ID, &a.Number, &a.Slug, &a.Title, &a.Project, &a.Edition, &a.Path)
	})
	place := func(a Alike) int {
		return slices.IndexFunc(found, func(s search.Sharer) bool { return s.Project == a.Project && s.Number == a.Number })
	}
	slices.SortFunc(all, func(a, b Alike) int { return place(a) - place(b) })
	return all, err
}
