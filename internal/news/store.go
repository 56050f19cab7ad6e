package news

import (
	"context"
	"database/sql"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
)

const columns = `a.id, a.kind, a.project, a.slug, a.title, a.summary, a.body, a.title_en, a.summary_en, a.body_en, a.author, a.author_en, a.picture, a.publish_at, a.withdrawn, a.changed_at, a.created_at, a.version`

// moment reads a stored time, of which 0 is none.
func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return db.Time(us)
}

// micros is what is stored of a time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return db.Micros(t)
}

func scan(r interface{ Scan(...any) error }, a *Article) error {
	var publish, changed, created int64
	err := r.Scan(&a.ID, &a.Kind, &a.Project, &a.Slug, &a.French.Title, &a.French.Summary, &a.French.Body, &a.English.Title, &a.English.Summary, &a.English.Body,
		&a.French.Author, &a.English.Author, &a.Picture, &publish, &a.Withdrawn, &changed, &created, &a.Version)
	a.PublishAt, a.ChangedAt, a.CreatedAt = moment(publish), moment(changed), moment(created)
	return err
}

func notFound() error { return fault.New(fault.NotFound, "fault.not_found") }

// Query says which articles that are online are wanted.
type Query struct {
	Kind    Kind
	Project ids.ID // of that edition alone; zero: of all, and of the platform
	Before  Key    // zero: from the newest
	Limit   int
}

// Shown gives what is online at a time of the platform, the newest first.
func Shown(ctx context.Context, tx db.Tx, platform int64, q Query, now time.Time) ([]Article, error) {
	where, args := `a.platform = ? AND a.kind = ? AND a.withdrawn = ? AND a.publish_at > 0 AND a.publish_at <= ?`, []any{platform, q.Kind, false, db.Micros(now)}
	if !q.Project.IsZero() {
		where, args = where+` AND a.project = ?`, append(args, q.Project)
	}
	if !q.Before.At.IsZero() {
		where, args = where+` AND (a.publish_at, a.id) < (?, ?)`, append(args, db.Micros(q.Before.At), q.Before.ID)
	}
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM article a WHERE `+where+` ORDER BY a.publish_at DESC, a.id DESC LIMIT ?`, append(args, q.Limit)...)
	return db.Collect(rows, err, func(r *sql.Rows, a *Article) error { return scan(r, a) })
}

// BySlug gives the article of an address, as who has those roles may read it. Fault: not_found.
func BySlug(ctx context.Context, tx db.Tx, platform int64, roles access.Roles, kind Kind, slug string, now time.Time) (a Article, err error) {
	err = scan(tx.QueryRow(ctx, `SELECT `+columns+` FROM article a WHERE a.platform = ? AND a.slug = ? AND a.kind = ?`, platform, slug, kind), &a)
	if db.None(err) || err == nil && !roles.Can(access.SeeArticle, a.Moment(now)) {
		return Article{}, notFound()
	}
	return a, err
}

// ShowsPicture says whether who has those roles may see a picture, as that of an article.
func ShowsPicture(ctx context.Context, tx db.Tx, platform int64, roles access.Roles, picture ids.ID, now time.Time) (bool, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM article a WHERE a.platform = ? AND a.picture = ?`, platform, picture)
	all, err := db.Collect(rows, err, func(r *sql.Rows, a *Article) error { return scan(r, a) })
	for _, a := range all {
		if roles.Can(access.SeeArticle, a.Moment(now)) {
			return true, err
		}
	}
	return false, err
}

// byID gives an article in any state. Fault: not_found.
func byID(ctx context.Context, tx db.Tx, platform int64, id ids.ID) (a Article, err error) {
	err = scan(tx.QueryRow(ctx, `SELECT `+columns+` FROM article a WHERE a.platform = ? AND a.id = ?`, platform, id), &a)
	if db.None(err) {
		err = notFound()
	}
	return a, err
}

// written gives the articles in any state, the last begun first.
func written(ctx context.Context, tx db.Tx, platform int64, before ids.ID, limit int) ([]Article, error) {
	where, args := `a.platform = ?`, []any{platform}
	if !before.IsZero() {
		where, args = where+` AND a.id < ?`, append(args, before)
	}
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM article a WHERE `+where+` ORDER BY a.id DESC LIMIT ?`, append(args, limit)...)
	return db.Collect(rows, err, func(r *sql.Rows, a *Article) error { return scan(r, a) })
}

func insert(ctx context.Context, tx db.Tx, platform int64, a Article) error {
	_, err := tx.Exec(ctx, `INSERT INTO article (platform, id, kind, project, slug, title, summary, body, title_en, summary_en, body_en, author, author_en, picture, publish_at, withdrawn, changed_at, created_at, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, platform, a.ID, a.Kind, a.Project, a.Slug, a.French.Title, a.French.Summary, a.French.Body,
		a.English.Title, a.English.Summary, a.English.Body, a.French.Author, a.English.Author, a.Picture, micros(a.PublishAt), a.Withdrawn, micros(a.ChangedAt), micros(a.CreatedAt), a.Version)
	return err
}

func update(ctx context.Context, tx db.Tx, platform int64, a Article) error {
	_, err := tx.Exec(ctx, `UPDATE article AS a SET kind = ?, project = ?, slug = ?, title = ?, summary = ?, body = ?, title_en = ?, summary_en = ?, body_en = ?, author = ?, author_en = ?, picture = ?, publish_at = ?,
		withdrawn = ?, changed_at = ?, version = ? WHERE a.platform = ? AND a.id = ?`, a.Kind, a.Project, a.Slug, a.French.Title, a.French.Summary, a.French.Body,
		a.English.Title, a.English.Summary, a.English.Body, a.French.Author, a.English.Author, a.Picture, micros(a.PublishAt), a.Withdrawn, micros(a.ChangedAt), a.Version, platform, a.ID)
	return err
}

func remove(ctx context.Context, tx db.Tx, platform int64, id ids.ID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM article_file WHERE platform = ? AND article = ?`, platform, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM article WHERE platform = ? AND id = ?`, platform, id)
	return err
}

// taken gives the slugs of a platform that begin like one, but for those of an article itself.
func taken(ctx context.Context, tx db.Tx, platform int64, base string, but ids.ID) (map[string]bool, error) {
	rows, err := tx.Query(ctx, `SELECT a.slug FROM article a WHERE a.platform = ? AND a.slug LIKE ? AND a.id <> ?`, platform, base+"%", but) // a slug has no wildcard
	all, err := db.Collect(rows, err, func(r *sql.Rows, s *string) error { return r.Scan(s) })
	found := map[string]bool{}
	for _, s := range all {
		found[s] = true
	}
	return found, err
}

// leave takes the articles of an edition that is deleted over to the platform.
func leave(ctx context.Context, tx db.Tx, platform int64, project ids.ID) error {
	_, err := tx.Exec(ctx, `UPDATE article AS a SET project = NULL WHERE a.platform = ? AND a.project = ?`, platform, project)
	return err
}
