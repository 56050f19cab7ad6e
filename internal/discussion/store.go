package discussion

import (
	"context"
	"database/sql"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
)

const columns = `c.id, c.kind, c.subject, c.project, c.parent, c.author, COALESCE(a.name, ''), c.body, c.published_at, c.edited_at, c.trashed, c.trashed_reason, c.trashed_at
	FROM comment c LEFT JOIN account a ON a.platform = c.platform AND a.id = c.author`

func scan(r interface{ Scan(...any) error }, c *Comment) error {
	var published, edited, trashed int64
	err := r.Scan(&c.ID, &c.Kind, &c.Subject, &c.Project, &c.Parent, &c.Author, &c.Name, &c.Body, &published, &edited, &c.Trashed, &c.TrashedReason, &trashed)
	c.PublishedAt, c.EditedAt, c.TrashedAt = db.Time(published), moment(edited), moment(trashed)
	return err
}

// moment reads a stored time, of which 0 is none; micros is what is stored.
func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return db.Time(us)
}

func unknown() error { return fault.New(fault.NotFound, "fault.talk.unknown") }

// ByIDs gives comments as they are stored, those that were removed too, for who moderates; unknown ones are left out.
// Everybody else reads Comment.Shown.
func ByIDs(ctx context.Context, tx db.Tx, platform int64, list []ids.ID) ([]Comment, error) {
	marks, args := db.In(list)
	rows, err := tx.Query(ctx, `SELECT `+columns+` WHERE c.platform = ? AND c.id IN (`+marks+`)`, append([]any{platform}, args...)...)
	return db.Collect(rows, err, func(r *sql.Rows, c *Comment) error { return scan(r, c) })
}

// one gives a comment as it is stored. Fault: not_found.
func one(ctx context.Context, tx db.Tx, platform int64, id ids.ID) (Comment, error) {
	found, err := ByIDs(ctx, tx, platform, []ids.ID{id})
	if err == nil && len(found) == 0 {
		err = unknown()
	}
	if err != nil {
		return Comment{}, err
	}
	return found[0], nil
}

// Query says which comments on a subject are wanted; those that answer none.
type Query struct {
	Subject ids.ID
	Oldest  bool // first, else the newest
	After   Key  // zero: from the first on
	Limit   int
}

// List gives comments as everybody reads them.
func List(ctx context.Context, tx db.Tx, platform int64, q Query) ([]Comment, error) {
	beyond, order := `<`, `DESC`
	if q.Oldest {
		beyond, order = `>`, `ASC`
	}
	where, args := `c.platform = ? AND c.subject = ? AND c.parent IS NULL`, []any{platform, q.Subject}
	if !q.After.At.IsZero() {
		where, args = where+` AND (c.published_at, c.id) `+beyond+` (?, ?)`, append(args, db.Micros(q.After.At), q.After.ID)
	}
	rows, err := tx.Query(ctx, `SELECT `+columns+` WHERE `+where+` ORDER BY c.published_at `+order+`, c.id `+order+` LIMIT ?`, append(args, q.Limit)...)
	return db.Collect(rows, err, shown)
}

func shown(r *sql.Rows, c *Comment) error {
	err := scan(r, c)
	*c = c.Shown()
	return err
}

// MaxAnswers is how many answers a page shows at most, those to all of its comments together.
const MaxAnswers = 500

// Answers gives the answers to comments on a subject as everybody reads them, the oldest first, by the comment.
func Answers(ctx context.Context, tx db.Tx, platform int64, subject ids.ID, to []ids.ID) (map[ids.ID][]Comment, error) {
	marks, args := db.In(to)
	rows, err := tx.Query(ctx, `SELECT `+columns+` WHERE c.platform = ? AND c.subject = ? AND c.parent IN (`+marks+`) ORDER BY c.published_at, c.id LIMIT ?`,
		append(append([]any{platform, subject}, args...), MaxAnswers)...)
	list, err := db.Collect(rows, err, shown)
	all := map[ids.ID][]Comment{}
	for _, c := range list {
		all[c.Parent] = append(all[c.Parent], c)
	}
	return all, err
}

// Counts gives how many comments stand, by the subject; none where there is no entry.
func Counts(ctx context.Context, tx db.Tx, platform int64, subjects []ids.ID) (map[ids.ID]int, error) {
	type count struct {
		of ids.ID
		n  int
	}
	marks, args := db.In(subjects)
	rows, err := tx.Query(ctx, `SELECT n.subject, n.shown FROM comment_count n WHERE n.platform = ? AND n.subject IN (`+marks+`)`, append([]any{platform}, args...)...)
	list, err := db.Collect(rows, err, func(r *sql.Rows, c *count) error { return r.Scan(&c.of, &c.n) })
	all := map[ids.ID]int{}
	for _, c := range list {
		all[c.of] = c.n
	}
	return all, err
}

func insert(ctx context.Context, tx db.Tx, platform int64, c Comment) error {
	_, err := tx.Exec(ctx, `INSERT INTO comment (platform, id, kind, subject, project, parent, author, body, published_at, edited_at, trashed, trashed_reason, trashed_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', '', 0)`, platform, c.ID, string(c.Kind), c.Subject, c.Project, c.Parent, c.Author, c.Body, db.Micros(c.PublishedAt))
	if err != nil {
		return err
	}
	return addCount(ctx, tx, platform, c.Subject, 1)
}

func addCount(ctx context.Context, tx db.Tx, platform int64, subject ids.ID, n int) error {
	_, err := tx.Exec(ctx, `INSERT INTO comment_count (platform, subject, shown) VALUES (?, ?, ?)
		ON CONFLICT (platform, subject) DO UPDATE SET shown = comment_count.shown + excluded.shown`, platform, subject, n)
	return err
}

// setBody gives a comment, as it was read, another text; when its text changed or it left meanwhile, nothing changes. Fault: conflict.
func setBody(ctx context.Context, tx db.Tx, platform int64, c Comment, body string, at time.Time) error {
	n, err := tx.Exec(ctx, `UPDATE comment SET body = ?, edited_at = ? WHERE platform = ? AND id = ? AND body = ? AND trashed = ?`,
		body, db.Micros(at), platform, c.ID, c.Body, string(c.Trashed))
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "fault.talk.meanwhile")
	}
	return err
}

// lately gives what somebody published since a moment, the last first.
func lately(ctx context.Context, tx db.Tx, platform int64, author ids.ID, since time.Time) ([]Comment, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` WHERE c.platform = ? AND c.author = ? AND c.published_at > ? ORDER BY c.published_at DESC, c.id DESC LIMIT ?`,
		platform, author, db.Micros(since), 2*daily)
	return db.Collect(rows, err, func(r *sql.Rows, c *Comment) error { return scan(r, c) })
}

// RuleOf gives when people may comment on the proposals of an edition.
func RuleOf(ctx context.Context, tx db.Tx, platform int64, project ids.ID) (Rule, error) {
	r := Rule{Until: Always}
	var at int64
	err := tx.QueryRow(ctx, `SELECT u.until, u.reason, u.changed_at FROM comment_rule u WHERE u.platform = ? AND u.project = ?`, platform, project).Scan(&r.Until, &r.Reason, &at)
	if db.None(err) {
		err = nil
	}
	r.ChangedAt = moment(at)
	return r, err
}

func keepRule(ctx context.Context, tx db.Tx, platform int64, project ids.ID, r Rule) error {
	_, err := tx.Exec(ctx, `INSERT INTO comment_rule (platform, project, until, reason, changed_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (platform, project) DO UPDATE SET until = excluded.until, reason = excluded.reason, changed_at = excluded.changed_at`,
		platform, project, string(r.Until), r.Reason, db.Micros(r.ChangedAt))
	return err
}

// Draft is what somebody typed before their address was proved.
type Draft struct {
	Subject   ids.ID
	Parent    ids.ID
	Name      string
	Body      string
	UpdatedAt time.Time
}

// DraftOf gives what somebody typed about a subject; false when nothing waits.
func DraftOf(ctx context.Context, tx db.Tx, platform int64, person, subject ids.ID) (Draft, bool, error) {
	list, err := drafts(ctx, tx, `d.platform = ? AND d.participant = ? AND d.subject = ?`, platform, person, subject)
	if err != nil || len(list) == 0 {
		return Draft{}, false, err
	}
	return list[0], true, nil
}

func drafts(ctx context.Context, tx db.Tx, where string, args ...any) ([]Draft, error) {
	rows, err := tx.Query(ctx, `SELECT d.subject, d.parent, d.name, d.body, d.updated_at FROM comment_draft d WHERE `+where+` ORDER BY d.subject`, args...)
	return db.Collect(rows, err, func(r *sql.Rows, d *Draft) error {
		var at int64
		err := r.Scan(&d.Subject, &d.Parent, &d.Name, &d.Body, &at)
		d.UpdatedAt = db.Time(at)
		return err
	})
}

func keepDraft(ctx context.Context, tx db.Tx, platform int64, person ids.ID, d Draft) error {
	_, err := tx.Exec(ctx, `INSERT INTO comment_draft (platform, participant, subject, parent, name, body, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (platform, participant, subject) DO UPDATE SET parent = excluded.parent, name = excluded.name, body = excluded.body, updated_at = excluded.updated_at`,
		platform, person, d.Subject, d.Parent, d.Name, d.Body, db.Micros(d.UpdatedAt))
	return err
}

func dropDraft(ctx context.Context, tx db.Tx, platform int64, person, subject ids.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM comment_draft WHERE platform = ? AND participant = ? AND subject = ?`, platform, person, subject)
	return err
}

// One gives a comment on a subject as everybody reads it. Fault: not_found.
func One(ctx context.Context, tx db.Tx, platform int64, subject, id ids.ID) (Comment, error) {
	c, err := one(ctx, tx, platform, id)
	if err == nil && c.Subject != subject {
		err = unknown()
	}
	if err != nil {
		return Comment{}, err
	}
	return c.Shown(), nil
}

// RootOf gives the comment with which the thread of another begins, as everybody reads it: itself when it answers none. Fault:
// not_found.
func RootOf(ctx context.Context, tx db.Tx, platform int64, subject, id ids.ID) (Comment, error) {
	c, err := One(ctx, tx, platform, subject, id)
	if err != nil || c.Parent.IsZero() {
		return c, err
	}
	return One(ctx, tx, platform, subject, c.Parent)
}
