package project

import (
	"context"
	"database/sql"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// KeepCategories makes a list the categories of a project that are of a kind; those that are not in it are deleted.
func KeepCategories(ctx context.Context, tx db.Tx, platform int64, project ids.ID, kind string, list []Category) error {
	kept := make([]ids.ID, len(list))
	var args []any
	for i, c := range list {
		kept[i] = c.ID
		args = append(args, platform, c.ID, project, kind, c.Slug, c.Name, c.Sort, c.Other, c.Retired, c.Merged)
	}
	gone, left := `DELETE FROM category WHERE platform = ? AND project = ? AND kind = ?`, []any{platform, project, kind}
	if len(list) > 0 {
		marks, in := db.In(kept)
		gone, left = gone+` AND id NOT IN (`+marks+`)`, append(left, in...)
	}
	if _, err := tx.Exec(ctx, gone, left...); err != nil || len(list) == 0 {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO category (platform, id, project, kind, slug, name, sort, other, retired, merged) VALUES `+values(len(args), 10)+`
		ON CONFLICT (platform, id) DO UPDATE SET name = excluded.name, sort = excluded.sort, other = excluded.other, retired = excluded.retired, merged = excluded.merged`, args...)
	return err
}

// KeepThemes makes a list the themes of a project, in its order. A theme is of all projects of a platform: its titles change
// in all of them, and one that no project has any longer is deleted.
func KeepThemes(ctx context.Context, tx db.Tx, platform int64, project ids.ID, list []ThemeOf) error {
	if _, err := tx.Exec(ctx, `DELETE FROM project_theme WHERE platform = ? AND project = ?`, platform, project); err != nil {
		return err
	}
	if len(list) > 0 {
		var themes, links []any
		for i, t := range list {
			themes = append(themes, platform, t.ID, t.Slug, t.Title, t.Sort, t.Other)
			links = append(links, platform, project, t.ID, i, t.Retired, t.Merged)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO theme (platform, id, slug, title, sort, other) VALUES `+values(len(themes), 6)+`
			ON CONFLICT (platform, id) DO UPDATE SET title = excluded.title, sort = excluded.sort, other = excluded.other`, themes...); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO project_theme (platform, project, theme, position, retired, merged) VALUES `+values(len(links), 6), links...); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `DELETE FROM theme WHERE platform = ? AND NOT EXISTS (SELECT 1 FROM project_theme l WHERE l.platform = ? AND l.theme = theme.id)
		AND NOT EXISTS (SELECT 1 FROM proposal p WHERE p.platform = ? AND p.theme = theme.id)`, platform, platform, platform)
	return err
}

// ThemesElsewhere gives those of some themes that another project of the platform has too.
func ThemesElsewhere(ctx context.Context, tx db.Tx, platform int64, project ids.ID, themes []ids.ID) ([]ids.ID, error) {
	if len(themes) == 0 {
		return nil, nil
	}
	marks, args := db.In(themes)
	rows, err := tx.Query(ctx, `SELECT DISTINCT l.theme FROM project_theme l WHERE l.platform = ? AND l.project <> ? AND l.theme IN (`+marks+`)`, append([]any{platform, project}, args...)...)
	return db.Collect(rows, err, func(r *sql.Rows, id *ids.ID) error { return r.Scan(id) })
}

// ThemesBySlug gives the themes of a platform that have those slugs.
func ThemesBySlug(ctx context.Context, tx db.Tx, platform int64, slugs []string) ([]Theme, error) {
	marks, args := db.In(slugs)
	rows, err := tx.Query(ctx, `SELECT t.id, t.slug, t.title, t.sort, t.other FROM theme t WHERE t.platform = ? AND t.slug IN (`+marks+`)`, append([]any{platform}, args...)...)
	return db.Collect(rows, err, func(r *sql.Rows, t *Theme) error {
		return r.Scan(&t.ID, &t.Slug, &t.Title, &t.Sort, &t.Other)
	})
}
