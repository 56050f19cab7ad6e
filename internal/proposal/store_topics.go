package proposal

import (
	"context"
	"database/sql"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// topicColumn is the column of a proposal that has what a kind of tag says.
func topicColumn(kind TagKind) string {
	if kind == TagTheme {
		return "theme"
	}
	return "category"
}

// CountByTopic counts the proposals of a project, whatever became of them, by category or by theme.
func CountByTopic(ctx context.Context, tx db.Tx, platform int64, project ids.ID, kind TagKind) (map[ids.ID]int, error) {
	column := topicColumn(kind)
	type row struct {
		topic ids.ID
		n     int
	}
	rows, err := tx.Query(ctx, `SELECT p.`+column+`, COUNT(*) FROM proposal p WHERE p.platform = ? AND p.project = ? AND p.`+column+` IS NOT NULL GROUP BY p.`+column, platform, project)
	all, err := db.Collect(rows, err, func(r *sql.Rows, v *row) error { return r.Scan(&v.topic, &v.n) })
	counts := make(map[ids.ID]int, len(all))
	for _, v := range all {
		counts[v.topic] = v.n
	}
	return counts, err
}

// NameFacets gives tags of a project's steps other names and sort keys.
func NameFacets(ctx context.Context, tx db.Tx, platform int64, project ids.ID, named []Facet) error {
	rows, err := tx.Query(ctx, `SELECT s.id FROM step s WHERE s.platform = ? AND s.project = ? AND EXISTS (SELECT 1 FROM facet f WHERE f.platform = s.platform AND f.step = s.id)
		ORDER BY s.position`, platform, project)
	steps, err := db.Collect(rows, err, func(r *sql.Rows, id *ids.ID) error { return r.Scan(id) })
	if err != nil {
		return err
	}
	fresh := map[Tag]Facet{}
	for _, f := range named {
		fresh[f.Tag] = f
	}
	for _, step := range steps { // few: those that list proposals
		if err := tx.Lock(ctx, "facets "+step.String()); err != nil { // before they are read
			return err
		}
		names, err := Facets(ctx, tx, platform, step)
		if err != nil {
			return err
		}
		known := map[Tag]bool{}
		for i, f := range names {
			known[f.Tag] = true
			if one, ok := fresh[f.Tag]; ok {
				names[i].Name, names[i].Sort = one.Name, one.Sort
			}
		}
		for _, f := range named { // one that had no proposal there until now
			if !known[f.Tag] {
				names = append(names, f)
			}
		}
		if err := KeepFacets(ctx, tx, platform, step, names); err != nil {
			return err
		}
	}
	return nil
}

// MergeTopic gives the proposals of a project that have one category or theme another one, in its lists too.
func MergeTopic(ctx context.Context, tx db.Tx, platform int64, project ids.ID, kind TagKind, from, to ids.ID, was string, now Facet) error {
	column := topicColumn(kind)
	if _, err := tx.Exec(ctx, `UPDATE proposal SET `+column+` = ? WHERE platform = ? AND project = ? AND `+column+` = ?`, to, platform, project, from); err != nil {
		return err
	}
	const steps = `SELECT s.id FROM step s WHERE s.platform = ? AND s.project = ?`
	if _, err := tx.Exec(ctx, `INSERT INTO selection_tag (platform, step, kind, tag, proposal)
		SELECT t.platform, t.step, t.kind, CAST(? AS TEXT), t.proposal FROM selection_tag t WHERE t.platform = ? AND t.kind = ? AND t.tag = ? AND t.step IN (`+steps+`)
		ON CONFLICT (platform, step, kind, tag, proposal) DO NOTHING`, now.Slug, platform, string(kind), was, platform, project); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM selection_tag WHERE platform = ? AND kind = ? AND tag = ? AND step IN (`+steps+`)`, platform, string(kind), was, platform, project); err != nil {
		return err
	}
	return NameFacets(ctx, tx, platform, project, []Facet{now})
}
