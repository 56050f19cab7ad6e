package moderation

import (
	"context"
	"database/sql"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
)

const caseColumns = `m.id, m.kind, m.contribution, m.project, m.author, m.state, m.reports, m.political, m.opened_at, m.version`

func scanCase(r interface{ Scan(...any) error }, c *Case) error {
	var opened int64
	err := r.Scan(&c.ID, &c.Kind, &c.Contribution, &c.Project, &c.Author, &c.State, &c.Reports, &c.Political, &opened, &c.Version)
	c.OpenedAt = db.Time(opened)
	return err
}

func notFound() error { return fault.New(fault.NotFound, "fault.not_found") }

// caseByID gives one. Fault: not_found.
func caseByID(ctx context.Context, tx db.Tx, platform int64, id ids.ID) (c Case, err error) {
	err = scanCase(tx.QueryRow(ctx, `SELECT `+caseColumns+` FROM moderation_case m WHERE m.platform = ? AND m.id = ?`, platform, id), &c)
	if db.None(err) {
		err = notFound()
	}
	return c, err
}

// caseOf gives the one of a contribution, if there is one.
func caseOf(ctx context.Context, tx db.Tx, platform int64, kind Kind, contribution ids.ID) (c Case, found bool, err error) {
	err = scanCase(tx.QueryRow(ctx, `SELECT `+caseColumns+` FROM moderation_case m WHERE m.platform = ? AND m.kind = ? AND m.contribution = ?`, platform, string(kind), contribution), &c)
	if db.None(err) {
		return Case{}, false, nil
	}
	return c, err == nil, err
}

// Key is the place of a case in a queue.
type Key struct {
	At time.Time
	ID ids.ID
}

// queue gives the cases in a state, the oldest first, from after a key on.
func queue(ctx context.Context, tx db.Tx, platform int64, state State, after Key, limit int) ([]Case, error) {
	where, args := `m.platform = ? AND m.state = ?`, []any{platform, string(state)}
	if !after.ID.IsZero() {
		where, args = where+` AND (m.opened_at, m.id) > (?, ?)`, append(args, db.Micros(after.At), after.ID)
	}
	rows, err := tx.Query(ctx, `SELECT `+caseColumns+` FROM moderation_case m WHERE `+where+` ORDER BY m.opened_at, m.id LIMIT ?`, append(args, limit)...)
	return db.Collect(rows, err, func(r *sql.Rows, c *Case) error { return scanCase(r, c) })
}

// settled gives the cases that were decided last, the last first.
func settled(ctx context.Context, tx db.Tx, platform int64, before Key, limit int) ([]Case, error) {
	where, args := `m.platform = ? AND m.state = ?`, []any{platform, string(Settled)}
	if !before.ID.IsZero() {
		where, args = where+` AND (m.opened_at, m.id) < (?, ?)`, append(args, db.Micros(before.At), before.ID)
	}
	rows, err := tx.Query(ctx, `SELECT `+caseColumns+` FROM moderation_case m WHERE `+where+` ORDER BY m.opened_at DESC, m.id DESC LIMIT ?`, append(args, limit)...)
	return db.Collect(rows, err, func(r *sql.Rows, c *Case) error { return scanCase(r, c) })
}

// waiting counts the cases in each state but Settled.
func waiting(ctx context.Context, tx db.Tx, platform int64) (map[State]int, error) {
	type line struct {
		state State
		n     int
	}
	rows, err := tx.Query(ctx, `SELECT m.state, COUNT(*) FROM moderation_case m WHERE m.platform = ? AND m.state <> ? GROUP BY m.state`, platform, string(Settled))
	all, err := db.Collect(rows, err, func(r *sql.Rows, l *line) error { return r.Scan(&l.state, &l.n) })
	counts := map[State]int{}
	for _, l := range all {
		counts[l.state] = l.n
	}
	return counts, err
}

func insertCase(ctx context.Context, tx db.Tx, platform int64, c Case) error {
	_, err := tx.Exec(ctx, `INSERT INTO moderation_case (platform, id, kind, contribution, project, author, state, reports, political, opened_at, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		platform, c.ID, string(c.Kind), c.Contribution, c.Project, c.Author, string(c.State), c.Reports, c.Political, db.Micros(c.OpenedAt), c.Version)
	return err
}

func updateCase(ctx context.Context, tx db.Tx, platform int64, c Case) error {
	_, err := tx.Exec(ctx, `UPDATE moderation_case SET state = ?, reports = ?, political = ?, opened_at = ?, version = ? WHERE platform = ? AND id = ?`,
		string(c.State), c.Reports, c.Political, db.Micros(c.OpenedAt), c.Version, platform, c.ID)
	return err
}

// addReport keeps one for each person and case, and says whether it is new.
func addReport(ctx context.Context, tx db.Tx, platform int64, r Report) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO moderation_report (platform, id, matter, reporter, signed, reason, sentence, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (platform, matter, reporter) DO NOTHING`, platform, r.ID, r.Case, r.Reporter, r.Signed, r.Reason, r.Sentence, db.Micros(r.At))
	return n > 0, err
}

// reportsOf gives those of cases, the first first.
func reportsOf(ctx context.Context, tx db.Tx, platform int64, cases []ids.ID) ([]Report, error) {
	marks, args := db.In(cases)
	rows, err := tx.Query(ctx, `SELECT r.id, r.matter, r.reporter, r.signed, r.reason, r.sentence, r.at FROM moderation_report r WHERE r.platform = ? AND r.matter IN (`+marks+`) ORDER BY r.at, r.id`,
		append([]any{platform}, args...)...)
	return collectReports(rows, err)
}

func collectReports(rows *sql.Rows, err error) ([]Report, error) {
	return db.Collect(rows, err, func(rows *sql.Rows, r *Report) error {
		var at int64
		err := rows.Scan(&r.ID, &r.Case, &r.Reporter, &r.Signed, &r.Reason, &r.Sentence, &at)
		r.At = db.Time(at)
		return err
	})
}

const actColumns = `a.id, a.number, a.matter, a.act, a.kind, a.contribution, a.project, a.author, a.reason, a.note, a.due_at, a.state, a.done_by, a.second_by, a.at, a.undone_at,
	a.appeal, a.appealed_at, a.answer, a.answer_note, a.answered_by, a.answered_at`

func scanAct(r interface{ Scan(...any) error }, a *Act) error {
	var number sql.NullInt64
	var due, at, undone, appealed, answered int64
	err := r.Scan(&a.ID, &number, &a.Case, &a.Verb, &a.Kind, &a.Contribution, &a.Project, &a.Author, &a.Reason, &a.Note, &due, &a.Standing, &a.By, &a.Second, &at, &undone,
		&a.Appeal, &appealed, &a.Answer, &a.AnswerNote, &a.AnsweredBy, &answered)
	a.Number, a.DueAt, a.At, a.UndoneAt, a.AppealedAt, a.AnsweredAt = int(number.Int64), db.Time(due), db.Time(at), db.Time(undone), db.Time(appealed), db.Time(answered)
	return err
}

func collectActs(rows *sql.Rows, err error) ([]Act, error) {
	return db.Collect(rows, err, func(r *sql.Rows, a *Act) error { return scanAct(r, a) })
}

// actByID gives one. Fault: not_found.
func actByID(ctx context.Context, tx db.Tx, platform int64, id ids.ID) (a Act, err error) {
	err = scanAct(tx.QueryRow(ctx, `SELECT `+actColumns+` FROM moderation_act a WHERE a.platform = ? AND a.id = ?`, platform, id), &a)
	if db.None(err) {
		err = notFound()
	}
	return a, err
}

// actsOf gives those of a case, the first first.
func actsOf(ctx context.Context, tx db.Tx, platform int64, of ids.ID) ([]Act, error) {
	return collectActs(tx.Query(ctx, `SELECT `+actColumns+` FROM moderation_act a WHERE a.platform = ? AND a.matter = ? ORDER BY a.at, a.id`, platform, of))
}

// actsAgainst gives the acts that somebody was told of, the last first, at most limit.
func actsAgainst(ctx context.Context, tx db.Tx, platform int64, author ids.ID, limit int) ([]Act, error) {
	return collectActs(tx.Query(ctx, `SELECT `+actColumns+` FROM moderation_act a WHERE a.platform = ? AND a.author = ? AND a.number IS NOT NULL AND a.act <> ? ORDER BY a.at DESC, a.id DESC LIMIT ?`,
		platform, author, string(Keep), limit))
}

// against counts the acts against authors that hold, by author.
func against(ctx context.Context, tx db.Tx, platform int64, authors []ids.ID) (map[ids.ID]int, error) {
	marks, args := db.In(authors)
	type line struct {
		author ids.ID
		n      int
	}
	rows, err := tx.Query(ctx, `SELECT a.author, COUNT(*) FROM moderation_act a WHERE a.platform = ? AND a.number IS NOT NULL AND a.undone_at = 0 AND a.act IN ('hide', 'edit', 'blank', 'bar') AND a.author IN (`+marks+`) GROUP BY a.author`,
		append([]any{platform}, args...)...)
	all, err := db.Collect(rows, err, func(r *sql.Rows, l *line) error { return r.Scan(&l.author, &l.n) })
	counts := map[ids.ID]int{}
	for _, l := range all {
		counts[l.author] = l.n
	}
	return counts, err
}

// nextNumber gives the number of the next act in public. The caller holds the lock of the platform's acts.
func nextNumber(ctx context.Context, tx db.Tx, platform int64) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT COALESCE(MAX(a.number), 0) + 1 FROM moderation_act a WHERE a.platform = ?`, platform).Scan(&n)
	return n, err
}

// number is what is stored of a number that may not be there yet.
func number(n int) any {
	if n == 0 {
		return nil
	}
	return n
}

func insertAct(ctx context.Context, tx db.Tx, platform int64, a Act, month int) error {
	_, err := tx.Exec(ctx, `INSERT INTO moderation_act (platform, id, number, matter, act, kind, contribution, project, author, reason, note, due_at, state, done_by, second_by, at, month, undone_at,
		appeal, appealed_at, answer, answer_note, answered_by, answered_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		platform, a.ID, number(a.Number), a.Case, string(a.Verb), string(a.Kind), a.Contribution, a.Project, a.Author, a.Reason, a.Note, db.Micros(a.DueAt), string(a.Standing), a.By, a.Second,
		db.Micros(a.At), month, db.Micros(a.UndoneAt), a.Appeal, db.Micros(a.AppealedAt), string(a.Answer), a.AnswerNote, a.AnsweredBy, db.Micros(a.AnsweredAt))
	return err
}

func updateAct(ctx context.Context, tx db.Tx, platform int64, a Act, month int) error {
	_, err := tx.Exec(ctx, `UPDATE moderation_act SET number = ?, due_at = ?, state = ?, second_by = ?, at = ?, month = ?, undone_at = ?, appeal = ?, appealed_at = ?, answer = ?, answer_note = ?,
		answered_by = ?, answered_at = ? WHERE platform = ? AND id = ?`, number(a.Number), db.Micros(a.DueAt), string(a.Standing), a.Second, db.Micros(a.At), month, db.Micros(a.UndoneAt), a.Appeal,
		db.Micros(a.AppealedAt), string(a.Answer), a.AnswerNote, a.AnsweredBy, db.Micros(a.AnsweredAt), platform, a.ID)
	return err
}

// undo says of the acts of a case that took it out of sight that they hold no longer.
func undo(ctx context.Context, tx db.Tx, platform int64, of ids.ID, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE moderation_act SET undone_at = ? WHERE platform = ? AND matter = ? AND act = ? AND undone_at = 0 AND number IS NOT NULL`, db.Micros(now), platform, of, string(Hide))
	return err
}
