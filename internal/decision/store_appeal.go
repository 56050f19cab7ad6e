package decision

import (
	"context"
	"database/sql"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

const appealColumns = `p.id, p.decision, p.proposal, p.project, p.author, p.body, p.sent_at, p.result, p.answer, p.answered_by, p.answered_at`

func scanAppeal(r *sql.Rows, a *Appeal) error {
	var sent, answered int64
	err := r.Scan(&a.ID, &a.Decision, &a.Proposal, &a.Project, &a.Author, &a.Body, &sent, &a.Result, &a.Answer, &a.AnsweredBy, &answered)
	a.SentAt, a.AnsweredAt = db.Time(sent), db.Time(answered)
	return err
}

func appeals(ctx context.Context, tx db.Tx, where string, args ...any) ([]Appeal, error) {
	rows, err := tx.Query(ctx, `SELECT `+appealColumns+` FROM appeal p WHERE p.platform = ? AND `+where, args...)
	return db.Collect(rows, err, scanAppeal)
}

// AppealsOf gives the appeals on a proposal, the first first.
func AppealsOf(ctx context.Context, tx db.Tx, platform int64, proposal ids.ID) ([]Appeal, error) {
	return appeals(ctx, tx, `p.proposal = ? ORDER BY p.sent_at, p.id`, platform, proposal)
}

// AppealsIn gives those of a project, those that wait first, the oldest first.
func AppealsIn(ctx context.Context, tx db.Tx, platform int64, project ids.ID) ([]Appeal, error) {
	return appeals(ctx, tx, `p.project = ? ORDER BY CASE WHEN p.answered_at = 0 THEN 0 ELSE 1 END, p.sent_at, p.id`, platform, project)
}

func insertAppeal(ctx context.Context, tx db.Tx, platform int64, a Appeal) error {
	_, err := tx.Exec(ctx, `INSERT INTO appeal (platform, id, decision, proposal, project, author, body, sent_at, result, answer, answered_by, answered_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '', NULL, 0)`,
		platform, a.ID, a.Decision, a.Proposal, a.Project, a.Author, a.Body, db.Micros(a.SentAt))
	return err
}

func answerAppeal(ctx context.Context, tx db.Tx, platform int64, a Appeal) error {
	_, err := tx.Exec(ctx, `UPDATE appeal SET result = ?, answer = ?, answered_by = ?, answered_at = ? WHERE platform = ? AND id = ? AND answered_at = 0`,
		string(a.Result), a.Answer, a.AnsweredBy, db.Micros(a.AnsweredAt), platform, a.ID)
	return err
}

// Wishes gives what the author of a proposal asked for, with when.
func Wishes(ctx context.Context, tx db.Tx, platform int64, proposal ids.ID) (map[Wish]time.Time, error) {
	type row struct {
		kind Wish
		at   time.Time
	}
	rows, err := tx.Query(ctx, `SELECT w.kind, w.at FROM decision_wish w WHERE w.platform = ? AND w.proposal = ?`, platform, proposal)
	list, err := db.Collect(rows, err, func(r *sql.Rows, v *row) error {
		var at int64
		err := r.Scan(&v.kind, &at)
		v.at = db.Time(at)
		return err
	})
	all := map[Wish]time.Time{}
	for _, v := range list {
		all[v.kind] = v.at
	}
	return all, err
}

func insertWish(ctx context.Context, tx db.Tx, platform int64, proposal ids.ID, kind Wish, person ids.ID, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO decision_wish (platform, proposal, kind, participant, at, offered_at) VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT (platform, proposal, kind) DO NOTHING`,
		platform, proposal, string(kind), person, db.Micros(at))
	return n > 0, err
}

// keeping is a proposal that its author wants to deposit again.
type keeping struct{ proposal, participant ids.ID }

func keepings(ctx context.Context, tx db.Tx, platform int64) ([]keeping, error) {
	rows, err := tx.Query(ctx, `SELECT w.proposal, w.participant FROM decision_wish w WHERE w.platform = ? AND w.kind = ? AND w.offered_at = 0 ORDER BY w.proposal LIMIT 5000`, platform, string(Keep))
	return db.Collect(rows, err, func(r *sql.Rows, k *keeping) error { return r.Scan(&k.proposal, &k.participant) })
}

func offered(ctx context.Context, tx db.Tx, platform int64, proposals []ids.ID, at time.Time) error {
	marks, args := db.In(proposals)
	_, err := tx.Exec(ctx, `UPDATE decision_wish SET offered_at = ? WHERE platform = ? AND kind = ? AND proposal IN (`+marks+`)`, append([]any{db.Micros(at), platform, string(Keep)}, args...)...)
	return err
}

// ofPerson gives what somebody wrote here: their appeals, whole.
func ofPerson(ctx context.Context, tx db.Tx, platform int64, person ids.ID) ([]Appeal, error) {
	return appeals(ctx, tx, `p.author = ? ORDER BY p.id`, platform, person)
}

// hand gives what one participant did here to another.
func hand(ctx context.Context, tx db.Tx, platform int64, from, to ids.ID) error {
	for _, st := range []string{`UPDATE appeal SET author = ? WHERE platform = ? AND author = ?`, `UPDATE decision_wish SET participant = ? WHERE platform = ? AND participant = ?`,
		`UPDATE merger_part SET author = ? WHERE platform = ? AND author = ?`} { // a fixed list
		if _, err := tx.Exec(ctx, st, to, platform, from); err != nil {
			return err
		}
	}
	return nil
}

// unwrite erases what somebody wrote here; that there was an appeal, and its answer, stay.
func unwrite(ctx context.Context, tx db.Tx, platform int64, person ids.ID) error {
	if _, err := tx.Exec(ctx, `UPDATE appeal SET body = '' WHERE platform = ? AND author = ?`, platform, person); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM decision_wish WHERE platform = ? AND participant = ?`, platform, person)
	return err
}
