package decision

import (
	"context"
	"database/sql"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

const mergerColumns = `m.id, m.project, m.common, m.reason, m.state, m.asked_by, m.asked_at, m.until, m.done_at`

func scanMerger(r *sql.Rows, m *Merger) error {
	var asked, until, done int64
	err := r.Scan(&m.ID, &m.Project, &m.Common, &m.Reason, &m.State, &m.AskedBy, &asked, &until, &done)
	m.AskedAt, m.Until, m.DoneAt = db.Time(asked), db.Time(until), db.Time(done)
	return err
}

// mergersOf gives the mergers of which any of those proposals is a part, the first asked first.
func mergersOf(ctx context.Context, tx db.Tx, platform int64, proposals []ids.ID) ([]Merger, error) {
	marks, args := db.In(proposals)
	rows, err := tx.Query(ctx, `SELECT DISTINCT `+mergerColumns+` FROM merger m JOIN merger_part q ON q.platform = m.platform AND q.merger = m.id
		WHERE m.platform = ? AND q.proposal IN (`+marks+`) ORDER BY m.asked_at, m.id`, append([]any{platform}, args...)...)
	return db.Collect(rows, err, scanMerger)
}

func mergersIn(ctx context.Context, tx db.Tx, platform int64, project ids.ID) ([]Merger, error) {
	rows, err := tx.Query(ctx, `SELECT `+mergerColumns+` FROM merger m WHERE m.platform = ? AND m.project = ? ORDER BY m.asked_at DESC, m.id`, platform, project)
	return db.Collect(rows, err, scanMerger)
}

// PartsOf gives the parts of mergers, by merger.
func PartsOf(ctx context.Context, tx db.Tx, platform int64, mergers []ids.ID) (map[ids.ID][]Part, error) {
	marks, args := db.In(mergers)
	rows, err := tx.Query(ctx, `SELECT q.merger, q.proposal, q.author, q.answer, q.answered_at FROM merger_part q WHERE q.platform = ? AND q.merger IN (`+marks+`) ORDER BY q.merger, q.proposal`,
		append([]any{platform}, args...)...)
	list, err := db.Collect(rows, err, func(r *sql.Rows, p *Part) error {
		var at int64
		err := r.Scan(&p.Merger, &p.Proposal, &p.Author, &p.Answer, &at)
		p.AnsweredAt = db.Time(at)
		return err
	})
	all := map[ids.ID][]Part{}
	for _, p := range list {
		all[p.Merger] = append(all[p.Merger], p)
	}
	return all, err
}

// InsertMerger stores a merger with its parts.
func InsertMerger(ctx context.Context, tx db.Tx, platform int64, m Merger, parts []Part) error {
	if err := db.Insert(ctx, tx, "merger", []string{"platform", "id", "project", "common", "reason", "state", "asked_by", "asked_at", "until", "done_at"},
		[][]any{{platform, m.ID, m.Project, m.Common, m.Reason, string(m.State), m.AskedBy, db.Micros(m.AskedAt), db.Micros(m.Until), db.Micros(m.DoneAt)}}); err != nil {
		return err
	}
	rows := make([][]any, len(parts))
	for i, p := range parts {
		rows[i] = []any{platform, p.Merger, p.Proposal, p.Author, p.Answer, db.Micros(p.AnsweredAt)}
	}
	return db.Insert(ctx, tx, "merger_part", []string{"platform", "merger", "proposal", "author", "answer", "answered_at"}, rows)
}

func answerMerge(ctx context.Context, tx db.Tx, platform int64, merger, proposal ids.ID, answer string, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE merger_part SET answer = ?, answered_at = ? WHERE platform = ? AND merger = ? AND proposal = ?`, answer, db.Micros(at), platform, merger, proposal)
	return err
}

func setMerger(ctx context.Context, tx db.Tx, platform int64, merger ids.ID, state MergeState, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE merger SET state = ?, done_at = ? WHERE platform = ? AND id = ?`, string(state), db.Micros(at), platform, merger)
	return err
}
