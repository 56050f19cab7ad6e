package jobs

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

const columns = `j.id, j.platform, j.kind, j.bundle, j.body, j.run_at, j.tries, j.error, j.parked`

func scan(r *sql.Rows, j *Job) error {
	var body string
	var at int64
	err := r.Scan(&j.ID, &j.Platform, &j.Kind, &j.Bundle, &body, &at, &j.Tries, &j.Error, &j.Parked)
	j.Body, j.RunAt = []byte(body), db.Time(at)
	return err
}

// elsewhere leaves out the jobs of temporary platforms, whose time is not the database's: their rehearsal does them (Take),
// all but the ones that drive it.
const elsewhere = ` AND (j.kind = '` + Driving + `' OR j.platform NOT IN (SELECT h.key FROM platform h WHERE h.kind = 'rehearsal'))`

// claim takes jobs that are due and that nobody works on, some of each platform and kind so that none waits behind another's
// thousands, and of bundles that begin with "now/" apart, each with the rest of its bundle.
func claim(ctx context.Context, tx db.Tx, kinds []string, most int) ([]Job, error) {
	// One process at a time: two that looked at one bundle would each take what they saw first. It takes milliseconds.
	if err := tx.Lock(ctx, "claim jobs"); err != nil {
		return nil, err
	}
	now := tx.Now()
	marks, args := db.In(kinds)
	skip, wait := ``, ``
	if tx.Engine() == db.Postgres {
		skip, wait = ` FOR UPDATE SKIP LOCKED`, ` FOR UPDATE` // nobody who has locked a job waits for who claims
	}
	// The inner query is fair; the outer one asks again, as another process may have claimed meanwhile.
	args = append(append([]any{false, db.Micros(now), db.Micros(now)}, args...), most, db.Micros(now))
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM jobs j WHERE j.id IN (SELECT f.id FROM (
			SELECT d.id, d.run_at, ROW_NUMBER() OVER (PARTITION BY d.platform, d.kind, CASE WHEN d.bundle LIKE 'now/%' THEN 0 ELSE 1 END ORDER BY d.run_at, d.id) AS turn FROM jobs d
			WHERE d.parked = ? AND d.run_at <= ? AND d.claimed_until <= ? AND d.kind IN (`+marks+`)`+strings.ReplaceAll(elsewhere, "j.", "d.")+`) f ORDER BY f.turn, f.run_at, f.id LIMIT ?)
		AND j.claimed_until <= ? ORDER BY j.run_at, j.id`+skip, args...)
	due, err := db.Collect(rows, err, scan)
	if err != nil || len(due) == 0 {
		return nil, err
	}
	var claimed []Job
	taken := map[ids.ID]bool{}
	for _, j := range due {
		if taken[j.ID] {
			continue
		}
		if j.Bundle != "" {
			rows, err := tx.Query(ctx, `SELECT `+columns+` FROM jobs j WHERE j.platform = ? AND j.bundle = ? AND j.id <> ? AND j.parked = ? AND j.claimed_until <= ? ORDER BY j.id LIMIT 200`+wait,
				j.Platform, j.Bundle, j.ID, false, db.Micros(now))
			if j.Rest, err = db.Collect(rows, err, scan); err != nil {
				return nil, err
			}
		}
		for _, one := range append([]Job{j}, j.Rest...) {
			taken[one.ID] = true
		}
		claimed = append(claimed, j)
	}
	list := make([]ids.ID, 0, len(taken))
	for id := range taken {
		list = append(list, id)
	}
	marks, args = db.In(list)
	_, err = tx.Exec(ctx, `UPDATE jobs SET claimed_until = ? WHERE id IN (`+marks+`)`, append([]any{db.Micros(now.Add(lease))}, args...)...)
	return claimed, err
}

// all gives the identifiers of a job and its bundle.
func (j Job) all() []ids.ID {
	list := []ids.ID{j.ID}
	for _, r := range j.Rest {
		list = append(list, r.ID)
	}
	return list
}

// Done deletes a job and the rest of its bundle, in the transaction of what it did. A handler that has no transaction of
// its own need not call it.
func (j Job) Done(ctx context.Context, tx db.Tx) error {
	marks, args := db.In(j.all())
	_, err := tx.Exec(ctx, `DELETE FROM jobs WHERE id IN (`+marks+`)`, args...)
	return err
}

// fail keeps a job for another time, or parks it.
func (j Job) fail(ctx context.Context, tx db.Tx, text string, at time.Time, parked bool) error {
	marks, args := db.In(j.all())
	_, err := tx.Exec(ctx, `UPDATE jobs SET tries = tries + 1, error = ?, run_at = ?, parked = ?, claimed_until = 0 WHERE id IN (`+marks+`)`,
		append([]any{text, db.Micros(at), parked}, args...)...)
	return err
}

// Waiting gives the jobs of a platform of one kind, those that failed first, then in the order of their time, at most limit.
func Waiting(ctx context.Context, tx db.Tx, platform int64, kind string, limit int) ([]Job, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM jobs j WHERE j.platform = ? AND j.kind = ? ORDER BY j.tries DESC, j.run_at, j.id LIMIT ?`, platform, kind, limit)
	return db.Collect(rows, err, scan)
}

// Retry lets jobs of a platform run now, parked ones too: one, or all of a kind when the identifier is zero.
func Retry(ctx context.Context, tx db.Tx, platform int64, kind string, id ids.ID) error {
	where, args := ``, []any{db.Micros(tx.Now()), 0, false, platform, kind}
	if !id.IsZero() {
		where, args = ` AND id = ?`, append(args, id)
	}
	_, err := tx.Exec(ctx, `UPDATE jobs SET run_at = ?, tries = ?, parked = ? WHERE platform = ? AND kind = ? AND tries > 0`+where, args...)
	return err
}

// Drop deletes a job of a platform that nobody wants any more.
func Drop(ctx context.Context, tx db.Tx, platform int64, id ids.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM jobs WHERE platform = ? AND id = ?`, platform, id)
	return err
}

// Take gives the jobs of a temporary platform that are due at its own time, by kind, in the order of their time: its
// rehearsal does each and calls Done.
func Take(ctx context.Context, tx db.Tx, platform int64, kind string, now time.Time) ([]Job, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM jobs j WHERE j.platform = ? AND j.kind = ? AND j.run_at <= ? ORDER BY j.run_at, j.id`, platform, kind, db.Micros(now))
	return db.Collect(rows, err, scan)
}

// Hasten lets the jobs of a platform of one kind run now.
func Hasten(ctx context.Context, tx db.Tx, platform int64, kind string) error {
	_, err := tx.Exec(ctx, `UPDATE jobs SET run_at = ?, tries = 0, parked = ? WHERE platform = ? AND kind = ?`, db.Micros(tx.Now()), false, platform, kind)
	return err
}

// DropAll deletes jobs that are done.
func DropAll(ctx context.Context, tx db.Tx, list []Job) error {
	all := make([]ids.ID, len(list))
	for i, j := range list {
		all[i] = j.ID
	}
	marks, args := db.In(all)
	_, err := tx.Exec(ctx, `DELETE FROM jobs WHERE id IN (`+marks+`)`, args...)
	return err
}
