package result

import (
	"context"
	"database/sql"
	"encoding/hex"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/project"
)

// preparedOf reads what was prepared of a vote's announcement.
func preparedOf(ctx context.Context, tx db.Tx, platform int64, step ids.ID) (p prepared, err error) {
	var planned, reminded int64
	err = tx.QueryRow(ctx, `SELECT a.numbers, a.planned_at, a.reminded_at FROM proclamation a WHERE a.platform = ? AND a.step = ?`, platform, step).Scan(&p.numbers, &planned, &reminded)
	if db.None(err) {
		err = nil
	}
	p.planned, p.reminded = db.Time(planned), db.Time(reminded)
	return p, err
}

// keepNumbers stores the numbers of the public drawing, with their journal entry.
func keepNumbers(ctx context.Context, tx db.Tx, platform int64, e *project.Edition, at int, numbers string) error {
	step := e.Steps[at].ID
	if _, err := tx.Exec(ctx, `INSERT INTO proclamation (platform, step, numbers, planned_at, reminded_at) VALUES (?, ?, ?, 0, 0)
		ON CONFLICT (platform, step) DO UPDATE SET numbers = excluded.numbers`, platform, step, numbers); err != nil {
		return err
	}
	hash := e.Rulebook.Hash()
	return journal.Append(ctx, tx, platform, "lots_drawn", map[string]any{"project": e.Project.ID, "step": step, "rulebook": hex.EncodeToString(hash[:]), "draw": e.Rulebook.Lots.Draw, "numbers": numbers})
}

func keepPlan(ctx context.Context, tx db.Tx, platform int64, step ids.ID, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO proclamation (platform, step, numbers, planned_at, reminded_at) VALUES (?, ?, '', ?, 0)
		ON CONFLICT (platform, step) DO UPDATE SET planned_at = excluded.planned_at`, platform, step, db.Micros(at))
	return err
}

func keepReminded(ctx context.Context, tx db.Tx, platform int64, step ids.ID, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO proclamation (platform, step, numbers, planned_at, reminded_at) VALUES (?, ?, '', 0, ?)
		ON CONFLICT (platform, step) DO UPDATE SET reminded_at = excluded.reminded_at`, platform, step, db.Micros(at))
	return err
}

// concerned gives people whom a result is about, after a key, in the order of keys: who voted, who proposed what was put to the
// vote, and who follows it.
func concerned(ctx context.Context, tx db.Tx, platform int64, step, after ids.ID, limit int) ([]ids.ID, error) {
	where, args := ``, []any{platform, step, platform, step, platform, step}
	if !after.IsZero() {
		where, args = ` AND u.person > ?`, append(args, after)
	}
	rows, err := tx.Query(ctx, `SELECT u.person FROM (
			SELECT g.participant AS person FROM signature g WHERE g.platform = ? AND g.step = ?
			UNION SELECT p.author FROM result_line l JOIN proposal p ON p.platform = l.platform AND p.id = l.proposal WHERE l.platform = ? AND l.step = ?
			UNION SELECT f.participant FROM result_line l JOIN follow f ON f.platform = l.platform AND f.proposal = l.proposal WHERE l.platform = ? AND l.step = ?
		) u WHERE u.person IS NOT NULL`+where+` ORDER BY u.person LIMIT ?`, append(args, limit)...)
	return db.Collect(rows, err, func(r *sql.Rows, id *ids.ID) error { return r.Scan(id) })
}

// bond joins a person to a proposal of a result.
type bond struct {
	person, proposal ids.ID
	author           bool
}

// bondsOf gives what those people proposed or follow of a result, in the order of the count; their own first.
func bondsOf(ctx context.Context, tx db.Tx, platform int64, step ids.ID, people []ids.ID) ([]bond, error) {
	marks, args := db.In(people)
	all := append([]any{platform, step}, args...)
	rows, err := tx.Query(ctx, `SELECT b.person, b.proposal, b.author FROM (
			SELECT p.author AS person, p.id AS proposal, 1 AS author, l.rank AS rank FROM result_line l JOIN proposal p ON p.platform = l.platform AND p.id = l.proposal
				WHERE l.platform = ? AND l.step = ? AND p.author IN (`+marks+`)
			UNION ALL SELECT f.participant, f.proposal, 0, l.rank FROM result_line l JOIN follow f ON f.platform = l.platform AND f.proposal = l.proposal
				WHERE l.platform = ? AND l.step = ? AND f.participant IN (`+marks+`)
		) b ORDER BY b.person, b.author DESC, b.rank`, append(all, all...)...)
	return db.Collect(rows, err, func(r *sql.Rows, b *bond) error { return r.Scan(&b.person, &b.proposal, &b.author) })
}

// Participants counts the people who took part in a vote that is announced, each once: who voted, who proposed what was put to
// the vote, and who follows it.
func Participants(ctx context.Context, tx db.Tx, platform int64, step ids.ID) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM (
			SELECT g.participant AS person FROM signature g WHERE g.platform = ? AND g.step = ?
			UNION SELECT p.author FROM result_line l JOIN proposal p ON p.platform = l.platform AND p.id = l.proposal WHERE l.platform = ? AND l.step = ?
			UNION SELECT f.participant FROM result_line l JOIN follow f ON f.platform = l.platform AND f.proposal = l.proposal WHERE l.platform = ? AND l.step = ?
		) u`, platform, step, platform, step, platform, step).Scan(&n)
	return n, err
}
