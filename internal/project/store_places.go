package project

import (
	"context"
	"database/sql"
	"strings"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

func insertRulebook(ctx context.Context, tx db.Tx, platform int64, project ids.ID, version int64, b rulebook.Rulebook) error {
	hash := b.Hash()
	_, err := tx.Exec(ctx, `INSERT INTO rulebook (platform, project, version, body, hash, created_at) VALUES (?,?,?,?,?,?)`,
		platform, project, version, string(b.Canonical()), hash[:], db.Micros(tx.Now()))
	return err
}

const districtColumns = `d.id, d.slug, d.name, d.sort, d.colour, COALESCE(d.outline, '')`

func scanDistrict(r *sql.Rows, d *District) error {
	return r.Scan(&d.ID, &d.Slug, &d.Name, &d.Sort, &d.Colour, &d.Outline)
}

// Districts gives the districts of a platform by name from a position on, those whose name contains a text when one is
// given. A city has tens of them.
func Districts(ctx context.Context, tx db.Tx, platform int64, name string, offset, limit int) ([]District, error) {
	rows, err := tx.Query(ctx, `SELECT `+districtColumns+` FROM district d WHERE d.platform = ? AND d.name LIKE ? ESCAPE '!' ORDER BY d.sort, d.id LIMIT ? OFFSET ?`,
		platform, contains(name), limit, offset)
	return db.Collect(rows, err, scanDistrict)
}

// CountDistricts counts what Districts lists.
func CountDistricts(ctx context.Context, tx db.Tx, platform int64, name string) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM district d WHERE d.platform = ? AND d.name LIKE ? ESCAPE '!'`, platform, contains(name)).Scan(&n)
	return n, err
}

func contains(text string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(text) + "%"
}

// DistrictsByID gives the districts of those identifiers, in no order.
func DistrictsByID(ctx context.Context, tx db.Tx, platform int64, list []ids.ID) ([]District, error) {
	marks, args := db.In(list)
	rows, err := tx.Query(ctx, `SELECT `+districtColumns+` FROM district d WHERE d.platform = ? AND d.id IN (`+marks+`)`, append([]any{platform}, args...)...)
	return db.Collect(rows, err, scanDistrict)
}

// DistrictOf is a district as a place of a project.
type DistrictOf struct {
	Project ids.ID
	District
}

// DistrictsOf gives the districts of those projects, in each project's own order.
func DistrictsOf(ctx context.Context, tx db.Tx, platform int64, projects []ids.ID) ([]DistrictOf, error) {
	marks, args := db.In(projects)
	rows, err := tx.Query(ctx, `SELECT pd.project, `+districtColumns+` FROM project_district pd JOIN district d ON d.platform = pd.platform AND d.id = pd.district
		WHERE pd.platform = ? AND pd.project IN (`+marks+`) ORDER BY pd.project, pd.position, d.id`, append([]any{platform}, args...)...)
	return db.Collect(rows, err, func(r *sql.Rows, d *DistrictOf) error {
		return r.Scan(&d.Project, &d.ID, &d.Slug, &d.Name, &d.Sort, &d.Colour, &d.Outline)
	})
}

// InsertDistricts stores districts and attaches them to a project in that order; one whose slug the platform has
// already is attached as it is, and its identifier written back.
func InsertDistricts(ctx context.Context, tx db.Tx, platform int64, project ids.ID, districts []District) error {
	existing, err := Districts(ctx, tx, platform, "", 0, 10_000)
	if err != nil {
		return err
	}
	have := map[string]ids.ID{}
	for _, d := range existing {
		have[d.Slug] = d.ID
	}
	var fresh, places [][]any
	for i := range districts {
		d := &districts[i]
		if id, ok := have[d.Slug]; ok {
			d.ID = id
		} else {
			d.Colour = len(have) + len(fresh)
			fresh = append(fresh, []any{platform, d.ID, d.Slug, d.Name, d.Sort, d.Colour, nullable(d.Outline)})
		}
		places = append(places, []any{platform, project, d.ID, i})
	}
	if err := db.Insert(ctx, tx, "district", []string{"platform", "id", "slug", "name", "sort", "colour", "outline"}, fresh); err != nil {
		return err
	}
	return db.Insert(ctx, tx, "project_district", []string{"platform", "project", "district", "position"}, places)
}

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// ThemeOf is a theme of a project.
type ThemeOf struct {
	Project ids.ID
	Theme
	Retired bool   // no new proposal of the project can have it
	Merged  ids.ID // the theme that took its proposals; zero: none
}

// ThemesOf gives the themes of those projects, in their order there, then by title.
func ThemesOf(ctx context.Context, tx db.Tx, platform int64, projects []ids.ID) ([]ThemeOf, error) {
	marks, args := db.In(projects)
	rows, err := tx.Query(ctx, `SELECT pt.project, t.id, t.slug, t.title, t.sort, t.other, pt.retired, pt.merged FROM project_theme pt JOIN theme t ON t.platform = pt.platform AND t.id = pt.theme
		WHERE pt.platform = ? AND pt.project IN (`+marks+`) ORDER BY pt.project, pt.position, t.sort, t.id`, append([]any{platform}, args...)...)
	return db.Collect(rows, err, func(r *sql.Rows, t *ThemeOf) error {
		return r.Scan(&t.Project, &t.ID, &t.Slug, &t.Title, &t.Sort, &t.Other, &t.Retired, &t.Merged)
	})
}

// ThemesByID gives the themes of those identifiers, in no order.
func ThemesByID(ctx context.Context, tx db.Tx, platform int64, list []ids.ID) ([]Theme, error) {
	marks, args := db.In(list)
	rows, err := tx.Query(ctx, `SELECT t.id, t.slug, t.title, t.sort, t.other FROM theme t WHERE t.platform = ? AND t.id IN (`+marks+`)`, append([]any{platform}, args...)...)
	return db.Collect(rows, err, func(r *sql.Rows, t *Theme) error {
		return r.Scan(&t.ID, &t.Slug, &t.Title, &t.Sort, &t.Other)
	})
}

// InsertThemes stores themes and attaches them to a project.
func InsertThemes(ctx context.Context, tx db.Tx, platform int64, project ids.ID, themes []Theme) error {
	var rows, links [][]any
	for _, t := range themes {
		rows = append(rows, []any{platform, t.ID, t.Slug, t.Title, t.Sort})
		links = append(links, []any{platform, project, t.ID})
	}
	if err := db.Insert(ctx, tx, "theme", []string{"platform", "id", "slug", "title", "sort"}, rows); err != nil {
		return err
	}
	return db.Insert(ctx, tx, "project_theme", []string{"platform", "project", "theme"}, links)
}

// CategoriesByID gives the categories of those identifiers, in no order.
func CategoriesByID(ctx context.Context, tx db.Tx, platform int64, list []ids.ID) ([]Category, error) {
	marks, args := db.In(list)
	rows, err := tx.Query(ctx, `SELECT c.id, c.project, c.kind, c.slug, c.name, c.sort, c.other, c.retired, c.merged FROM category c WHERE c.platform = ? AND c.id IN (`+marks+`)`, append([]any{platform}, args...)...)
	return db.Collect(rows, err, scanCategory)
}

func scanCategory(r *sql.Rows, c *Category) error {
	return r.Scan(&c.ID, &c.Project, &c.Kind, &c.Slug, &c.Name, &c.Sort, &c.Other, &c.Retired, &c.Merged)
}

// CategoriesOf gives the categories of a project that are of a kind, in their order, retired ones too.
func CategoriesOf(ctx context.Context, tx db.Tx, platform int64, project ids.ID, kind string) ([]Category, error) {
	rows, err := tx.Query(ctx, `SELECT c.id, c.project, c.kind, c.slug, c.name, c.sort, c.other, c.retired, c.merged FROM category c WHERE c.platform = ? AND c.project = ? AND c.kind = ? ORDER BY c.sort, c.id`,
		platform, project, kind)
	return db.Collect(rows, err, scanCategory)
}

// InsertCategories stores the categories of a project.
func InsertCategories(ctx context.Context, tx db.Tx, platform int64, categories []Category) error {
	rows := make([][]any, len(categories))
	for i, c := range categories {
		rows[i] = []any{platform, c.ID, c.Project, c.Kind, c.Slug, c.Name, c.Sort, c.Other}
	}
	return db.Insert(ctx, tx, "category", []string{"platform", "id", "project", "kind", "slug", "name", "sort", "other"}, rows)
}

// InDistricts gives, for each of those districts, the visible projects about it, newest first.
func InDistricts(ctx context.Context, tx db.Tx, platform int64, districts []ids.ID) (map[ids.ID][]ids.ID, error) {
	marks, args := db.In(districts)
	type row struct{ district, project ids.ID }
	rows, err := tx.Query(ctx, `SELECT d.district, p.id FROM project_district d JOIN project p ON p.platform = d.platform AND p.id = d.project
		WHERE d.platform = ? AND d.district IN (`+marks+`)`+visible+` ORDER BY d.district, p.published_at DESC, p.id DESC`, append([]any{platform}, args...)...)
	all, err := db.Collect(rows, err, func(r *sql.Rows, v *row) error { return r.Scan(&v.district, &v.project) })
	places := map[ids.ID][]ids.ID{}
	for _, v := range all {
		places[v.district] = append(places[v.district], v.project)
	}
	return places, err
}
