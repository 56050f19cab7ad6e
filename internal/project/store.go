package project

import (
	"context"
	"database/sql"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

const columns = `p.id, p.slug, p.title, p.summary, p.currency, p.language, p.state, p.origin, p.author, p.cover, p.rulebook, p.published_at, p.created_at`

func scan(r *sql.Rows, p *Project) error {
	var published, created int64
	err := r.Scan(&p.ID, &p.Slug, &p.Title, &p.Summary, &p.Currency, &p.Language, &p.State, &p.Origin, &p.Author, &p.Cover, &p.Rulebook, &published, &created)
	p.PublishedAt, p.CreatedAt = db.Time(published), db.Time(created)
	return err
}

// visible is what every reader but the import itself adds.
const visible = ` AND p.state = 'published'`

func bySlug(ctx context.Context, tx db.Tx, platform int64, slug string) (Project, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM project p WHERE p.platform = ? AND p.slug = ?`+visible, platform, slug)
	all, err := db.Collect(rows, err, scan)
	if err != nil {
		return Project{}, err
	}
	if len(all) == 0 {
		return Project{}, notFound(slug)
	}
	return all[0], nil
}

// ByIDs gives the visible projects of those identifiers, in no order.
func ByIDs(ctx context.Context, tx db.Tx, platform int64, list []ids.ID) ([]Project, error) {
	marks, args := db.In(list)
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM project p WHERE p.platform = ? AND p.id IN (`+marks+`)`+visible, append([]any{platform}, args...)...)
	return db.Collect(rows, err, scan)
}

// Order is what a list of projects is ordered by.
type Order string

// The orders.
const (
	ByPublished Order = "published"
	ByPopular   Order = "popular" // by the ballots of its steps
)

// ListQuery asks for a page of projects.
type ListQuery struct {
	Theme      ids.ID
	District   ids.ID
	Order      Order
	Descending bool
	Offset     int // projects are few: a page by position is a page by key here
	Limit      int
}

func (q ListQuery) where() (where string, args []any) {
	where = visible
	if !q.Theme.IsZero() {
		where += ` AND EXISTS (SELECT 1 FROM project_theme t WHERE t.platform = p.platform AND t.project = p.id AND t.theme = ?)`
		args = append(args, q.Theme)
	}
	if !q.District.IsZero() {
		where += ` AND EXISTS (SELECT 1 FROM project_district d WHERE d.platform = p.platform AND d.project = p.id AND d.district = ?)`
		args = append(args, q.District)
	}
	return where, args
}

// List gives a page of visible projects.
func List(ctx context.Context, tx db.Tx, platform int64, q ListQuery) ([]Project, error) {
	where, args := q.where()
	direction := ""
	if q.Descending {
		direction = " DESC"
	}
	order := `p.published_at` + direction + `, p.id` + direction
	if q.Order == ByPopular {
		order = `(SELECT COALESCE(SUM(s.ballots), 0) FROM step s WHERE s.platform = p.platform AND s.project = p.id)` + direction + `, ` + order
	}
	args = append(append([]any{platform}, args...), q.Limit, q.Offset)
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM project p WHERE p.platform = ?`+where+` ORDER BY `+order+` LIMIT ? OFFSET ?`, args...)
	return db.Collect(rows, err, scan)
}

// Count counts the visible projects that a query asks for.
func Count(ctx context.Context, tx db.Tx, platform int64, q ListQuery) (n int, err error) {
	where, args := q.where()
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM project p WHERE p.platform = ?`+where, append([]any{platform}, args...)...).Scan(&n)
	return n, err
}

// Insert stores a project.
func Insert(ctx context.Context, tx db.Tx, platform int64, p Project) error {
	_, err := tx.Exec(ctx, `INSERT INTO project (platform, id, slug, title, summary, currency, language, state, origin, author, cover, rulebook, published_at, created_at)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)`, platform, p.ID, p.Slug, p.Title, p.Summary, p.Currency, p.Language, string(p.State), string(p.Origin),
		p.Author, p.Cover, p.Rulebook, db.Micros(p.PublishedAt), db.Micros(p.CreatedAt))
	return err
}

// ShowsCover says whether a picture is the cover of an edition that anyone may see.
func ShowsCover(ctx context.Context, tx db.Tx, platform int64, picture ids.ID) (shown bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM project p WHERE p.platform = ? AND p.cover = ?`+visible+`)`, platform, picture).Scan(&shown)
	return shown, err
}

// Publish makes a project visible under a slug.
func Publish(ctx context.Context, tx db.Tx, platform int64, id ids.ID, slug string) error {
	_, err := tx.Exec(ctx, `UPDATE project SET state = 'published', slug = ? WHERE platform = ? AND id = ?`, slug, platform, id)
	return err
}

// Hide makes a project invisible again under another slug: an edition that a new import replaces, until it is swept.
func Hide(ctx context.Context, tx db.Tx, platform int64, id ids.ID, slug string) error {
	_, err := tx.Exec(ctx, `UPDATE project SET state = 'importing', slug = ? WHERE platform = ? AND id = ?`, slug, platform, id)
	return err
}

// SlugOf gives the slug of a project, visible or not; "" when there is none.
func SlugOf(ctx context.Context, tx db.Tx, platform int64, id ids.ID) (string, error) {
	rows, err := tx.Query(ctx, `SELECT slug FROM project WHERE platform = ? AND id = ?`, platform, id)
	all, err := db.Collect(rows, err, func(r *sql.Rows, s *string) error { return r.Scan(s) })
	if err != nil || len(all) == 0 {
		return "", err
	}
	return all[0], nil
}

// SlugTaken says whether a visible project has that slug.
func SlugTaken(ctx context.Context, tx db.Tx, platform int64, slug string) (taken bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM project WHERE platform = ? AND slug = ?)`, platform, slug).Scan(&taken)
	return taken, err
}

const stepColumns = `s.id, s.project, s.position, s.kind, s.slug, s.title, s.starts_at, s.ends_at, s.proposals, s.ballots, s.proclaimed_at`

func scanStep(r *sql.Rows, s *Step) error {
	var starts, ends, proclaimed int64
	err := r.Scan(&s.ID, &s.Project, &s.Position, &s.Kind, &s.Slug, &s.Title, &starts, &ends, &s.Proposals, &s.Ballots, &proclaimed)
	s.StartsAt, s.EndsAt, s.ProclaimedAt = db.Time(starts), db.Time(ends), db.Time(proclaimed)
	return err
}

// StepsOf gives the steps of those projects, by project and position.
func StepsOf(ctx context.Context, tx db.Tx, platform int64, projects []ids.ID) ([]Step, error) {
	marks, args := db.In(projects)
	rows, err := tx.Query(ctx, `SELECT `+stepColumns+` FROM step s WHERE s.platform = ? AND s.project IN (`+marks+`) ORDER BY s.project, s.position`,
		append([]any{platform}, args...)...)
	return db.Collect(rows, err, scanStep)
}

// WithSteps gives the visible projects of those identifiers, or that have a step of those, each with its steps in order, in
// one statement. The projects come in no order.
func WithSteps(ctx context.Context, tx db.Tx, platform int64, projects, steps []ids.ID) ([]Project, [][]Step, error) {
	marks, args := db.In(projects)
	args = append([]any{platform}, args...)
	where := `p.id IN (` + marks + `)`
	if len(steps) > 0 {
		marks, more := db.In(steps)
		where = `(` + where + ` OR p.id IN (SELECT x.project FROM step x WHERE x.platform = ? AND x.id IN (` + marks + `)))`
		args = append(append(args, platform), more...)
	}
	rows, err := tx.Query(ctx, `SELECT `+columns+`, `+stepColumns+` FROM project p JOIN step s ON s.platform = p.platform AND s.project = p.id
		WHERE p.platform = ? AND `+where+visible+` ORDER BY p.id, s.position`, args...)
	type row struct {
		Project
		step Step
	}
	all, err := db.Collect(rows, err, func(r *sql.Rows, v *row) error {
		var published, created, starts, ends, proclaimed int64
		p, s := &v.Project, &v.step
		err := r.Scan(&p.ID, &p.Slug, &p.Title, &p.Summary, &p.Currency, &p.Language, &p.State, &p.Origin, &p.Author, &p.Cover, &p.Rulebook, &published, &created,
			&s.ID, &s.Project, &s.Position, &s.Kind, &s.Slug, &s.Title, &starts, &ends, &s.Proposals, &s.Ballots, &proclaimed)
		p.PublishedAt, p.CreatedAt, s.StartsAt, s.EndsAt, s.ProclaimedAt = db.Time(published), db.Time(created), db.Time(starts), db.Time(ends), db.Time(proclaimed)
		return err
	})
	var found []Project
	var calendars [][]Step
	for _, v := range all {
		if n := len(found); n == 0 || found[n-1].ID != v.Project.ID {
			found, calendars = append(found, v.Project), append(calendars, nil)
		}
		calendars[len(found)-1] = append(calendars[len(found)-1], v.step)
	}
	return found, calendars, err
}

// Proclaim stores that the result of a step's vote was announced.
func Proclaim(ctx context.Context, tx db.Tx, platform int64, step ids.ID, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE step SET proclaimed_at = ? WHERE platform = ? AND id = ?`, db.Micros(at), platform, step)
	return err
}

// InsertSteps stores steps.
func InsertSteps(ctx context.Context, tx db.Tx, platform int64, steps []Step) error {
	rows := make([][]any, len(steps))
	for i, s := range steps {
		rows[i] = []any{platform, s.ID, s.Project, s.Position, string(s.Kind), s.Slug, s.Title, db.Micros(s.StartsAt), db.Micros(s.EndsAt), s.Proposals, s.Ballots}
	}
	return db.Insert(ctx, tx, "step", []string{"platform", "id", "project", "position", "kind", "slug", "title", "starts_at", "ends_at", "proposals", "ballots"}, rows)
}

// CountStep writes how many proposals and ballots a step has.
func CountStep(ctx context.Context, tx db.Tx, platform int64, step ids.ID, proposals, ballots int) error {
	_, err := tx.Exec(ctx, `UPDATE step SET proposals = ?, ballots = ? WHERE platform = ? AND id = ?`, proposals, ballots, platform, step)
	return err
}

// AddProposals counts more proposals selected into a step, or fewer.
func AddProposals(ctx context.Context, tx db.Tx, platform int64, step ids.ID, n int) error {
	_, err := tx.Exec(ctx, `UPDATE step SET proposals = proposals + ? WHERE platform = ? AND id = ?`, n, platform, step)
	return err
}

// AddBallots counts more ballots cast in a step.
func AddBallots(ctx context.Context, tx db.Tx, platform int64, step ids.ID, n int) error {
	return tx.Send(ctx, `UPDATE step SET ballots = ballots + ? WHERE platform = ? AND id = ?`, n, platform, step)
}

// Rulebooks gives the rulebook in force of each of those projects.
func Rulebooks(ctx context.Context, tx db.Tx, platform int64, projects []ids.ID) (map[ids.ID]rulebook.Rulebook, error) {
	marks, args := db.In(projects)
	type row struct {
		project ids.ID
		body    string
	}
	rows, err := tx.Query(ctx, `SELECT b.project, b.body FROM rulebook b JOIN project p ON p.platform = b.platform AND p.id = b.project AND p.rulebook = b.version
		WHERE b.platform = ? AND b.project IN (`+marks+`)`, append([]any{platform}, args...)...)
	all, err := db.Collect(rows, err, func(r *sql.Rows, v *row) error { return r.Scan(&v.project, &v.body) })
	if err != nil {
		return nil, err
	}
	books := make(map[ids.ID]rulebook.Rulebook, len(all))
	for _, v := range all {
		if books[v.project], err = rulebook.Stored([]byte(v.body)); err != nil {
			return nil, err
		}
	}
	return books, nil
}

// RulebookSince gives when a version of a project's rulebook was stored.
func RulebookSince(ctx context.Context, tx db.Tx, platform int64, project ids.ID, version int64) (time.Time, error) {
	var at int64
	err := tx.QueryRow(ctx, `SELECT created_at FROM rulebook WHERE platform = ? AND project = ? AND version = ?`, platform, project, version).Scan(&at)
	return db.Time(at), err
}

// CountByPlatform counts the visible projects of every platform.
func CountByPlatform(ctx context.Context, tx db.Tx) (map[int64]int, error) {
	type row struct {
		platform int64
		n        int
	}
	rows, err := tx.Query(db.Everywhere(ctx, "the list of platforms"), `SELECT p.platform, COUNT(*) FROM project p WHERE p.state = 'published' GROUP BY p.platform`)
	all, err := db.Collect(rows, err, func(r *sql.Rows, v *row) error { return r.Scan(&v.platform, &v.n) })
	counts := make(map[int64]int, len(all))
	for _, v := range all {
		counts[v.platform] = v.n
	}
	return counts, err
}
