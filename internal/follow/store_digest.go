package follow

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/notify"
)

// news is a line of somebody's letter: what happened, and how often of late for what is told as a number.
type news struct {
	person ids.ID
	notify.Happening
	n int
}

// due is what counts for a follower x of something that happened, h: since they follow it and were told last, done by somebody
// else, and of the letters of a period. Its parameters are the platform, two times and the period.
const due = ` LEFT JOIN digest_reader r ON r.platform = x.platform AND r.participant = x.participant
	WHERE x.platform = ? AND h.at > ? AND h.at <= ? AND h.at > x.at AND h.at > COALESCE(r.told_until, 0) AND COALESCE(r.period, 'week') = ? AND (h.actor IS NULL OR h.actor <> x.participant)`

// reached is who is told of what, once each: followers of proposals, editions and districts, and authors of proposals.
const reached = `SELECT x.participant, h.id FROM follow x JOIN happening h ON h.platform = x.platform AND h.proposal = x.proposal` + due + `
	UNION SELECT x.participant, h.id FROM follow_topic x JOIN happening h ON h.platform = x.platform AND h.project = x.subject AND x.kind = 'project'` + due + `
	UNION SELECT x.participant, h.id FROM follow_topic x JOIN happening h ON h.platform = x.platform AND h.district = x.subject AND x.kind = 'district'` + due + `
	UNION SELECT p.author, h.id FROM proposal p JOIN happening h ON h.platform = p.platform AND h.proposal = p.id
	LEFT JOIN digest_reader r ON r.platform = p.platform AND r.participant = p.author
	WHERE p.platform = ? AND h.at > ? AND h.at <= ? AND h.at > COALESCE(r.told_until, 0) AND COALESCE(r.period, 'week') = ? AND (h.actor IS NULL OR h.actor <> p.author)`

// window gives the parameters of reached.
func window(platform int64, since, until time.Time, period notify.Period) []any {
	var args []any
	for range 4 {
		args = append(args, platform, db.Micros(since), db.Micros(until), string(period))
	}
	return args
}

// readers gives the next people who have something to be told, in the order of their identifiers.
func readers(ctx context.Context, tx db.Tx, platform int64, since, until time.Time, period notify.Period, after ids.ID, limit int) ([]ids.ID, error) {
	where, args := ``, window(platform, since, until, period)
	if !after.IsZero() {
		where, args = ` WHERE d.participant > ?`, append(args, after)
	}
	rows, err := tx.Query(ctx, `SELECT DISTINCT d.participant FROM (`+reached+`) d`+where+` ORDER BY d.participant LIMIT ?`, append(args, limit)...)
	return db.Collect(rows, err, func(r *sql.Rows, id *ids.ID) error { return r.Scan(id) })
}

// newsOf gives what those people are told: the last comment on each proposal with how many there were, and everything else
// by itself; the newest first.
func newsOf(ctx context.Context, tx db.Tx, platform int64, since, until time.Time, period notify.Period, people []ids.ID) ([]news, error) {
	marks, in := db.In(people)
	args := append([]any{}, window(platform, since, until, period)...)
	args = append(append(args, platform), in...)
	rows, err := tx.Query(ctx, `SELECT w.participant, w.kind, w.project, w.proposal, w.path, w.args, w.at, w.n FROM (
		SELECT d.participant, h.kind, h.project, h.proposal, h.path, h.args, h.at,
			ROW_NUMBER() OVER (PARTITION BY d.participant, h.kind, CASE WHEN h.kind = 'comment' THEN h.proposal ELSE h.id END ORDER BY h.at DESC, h.id) AS place,
			COUNT(*) OVER (PARTITION BY d.participant, h.kind, CASE WHEN h.kind = 'comment' THEN h.proposal ELSE h.id END) AS n
		FROM (`+reached+`) d JOIN happening h ON h.id = d.id WHERE h.platform = ? AND d.participant IN (`+marks+`)) w WHERE w.place = 1 ORDER BY w.participant, w.at DESC, w.path`, args...)
	return db.Collect(rows, err, func(r *sql.Rows, n *news) error {
		var at int64
		var raw []byte
		if err := r.Scan(&n.person, &n.Kind, &n.Project, &n.Proposal, &n.Path, &raw, &at, &n.n); err != nil {
			return err
		}
		n.At = db.Time(at)
		return json.Unmarshal(raw, &n.Args)
	})
}

// told keeps until when somebody was told; how often stays as it is.
func told(ctx context.Context, tx db.Tx, platform int64, people []ids.ID, until time.Time) error {
	there, err := known(ctx, tx, platform, people)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, id := range people {
		if !there[id] {
			rows = append(rows, []any{platform, id, string(notify.Weekly), 0})
		}
	}
	if err := db.Insert(ctx, tx, "digest_reader", []string{"platform", "participant", "period", "told_until"}, rows); err != nil {
		return err
	}
	marks, in := db.In(people)
	_, err = tx.Exec(ctx, `UPDATE digest_reader SET told_until = ? WHERE platform = ? AND participant IN (`+marks+`)`, append([]any{db.Micros(until), platform}, in...)...)
	return err
}

// known gives those of some people who have a row of their own.
func known(ctx context.Context, tx db.Tx, platform int64, people []ids.ID) (map[ids.ID]bool, error) {
	marks, in := db.In(people)
	rows, err := tx.Query(ctx, `SELECT r.participant FROM digest_reader r WHERE r.platform = ? AND r.participant IN (`+marks+`)`, append([]any{platform}, in...)...)
	list, err := db.Collect(rows, err, func(r *sql.Rows, id *ids.ID) error { return r.Scan(id) })
	all := map[ids.ID]bool{}
	for _, id := range list {
		all[id] = true
	}
	return all, err
}

// Happened gives what has happened in an edition of some kinds and is public at a time, the newest first: what its feeds say.
func Happened(ctx context.Context, tx db.Tx, platform int64, project ids.ID, kinds []string, now time.Time, limit int) ([]Entry, error) {
	marks, in := db.In(kinds)
	rows, err := tx.Query(ctx, `SELECT h.id, h.kind, h.project, h.proposal, h.path, h.args, h.at FROM happening h WHERE h.platform = ? AND h.project = ? AND h.kind IN (`+marks+`) AND h.at <= ?
		ORDER BY h.at DESC, h.id DESC LIMIT ?`, append(append([]any{platform, project}, in...), db.Micros(now), limit)...)
	return db.Collect(rows, err, func(r *sql.Rows, e *Entry) error {
		var at int64
		var raw []byte
		if err := r.Scan(&e.ID, &e.Kind, &e.Project, &e.Proposal, &e.Path, &raw, &at); err != nil {
			return err
		}
		e.At = db.Time(at)
		return json.Unmarshal(raw, &e.Args)
	})
}

// Entry is something that happened, with its identifier.
type Entry struct {
	ID ids.ID
	notify.Happening
}
