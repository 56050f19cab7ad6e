package rehearsal

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

const columns = `r.platform, r.home, r.project, r.slug, r.seed, r.residents, r.pace, r.until_at, r.state, r.moment, r.moments, r.report, r.started_at`

func scan(rows *sql.Rows, r *Rehearsal) error {
	var pace, until, started int64
	var report string
	if err := rows.Scan(&r.Platform, &r.Home, &r.Project, &r.Slug, &r.Seed, &r.Residents, &pace, &until, &r.State, &r.Moment, &r.Moments, &report, &started); err != nil {
		return err
	}
	r.Pace, r.Until, r.StartedAt = time.Duration(pace)*time.Microsecond, db.Time(until), db.Time(started)
	return json.Unmarshal([]byte(report), &r.Report)
}

func one(rows *sql.Rows, err error) (r Rehearsal, found bool, _ error) {
	all, err := db.Collect(rows, err, scan)
	if err != nil || len(all) == 0 {
		return Rehearsal{}, false, err
	}
	return all[0], true, nil
}

// byEdition finds the rehearsal of an edition. There are few rehearsals at a time.
func byEdition(ctx context.Context, tx db.Tx, home int64, edition ids.ID) (Rehearsal, bool, error) {
	return one(tx.Query(db.Everywhere(ctx, "the rehearsal of an edition is on a platform of its own"),
		`SELECT `+columns+` FROM rehearsal r WHERE r.home = ? AND r.project = ?`, home, edition))
}

// locked finds the rehearsal of a temporary platform, which nobody else changes until the end of the transaction.
func locked(ctx context.Context, tx db.Tx, platform int64) (Rehearsal, bool, error) {
	if err := tx.Lock(ctx, fmt.Sprint("rehearsal ", platform)); err != nil {
		return Rehearsal{}, false, err
	}
	return get(ctx, tx, platform)
}

// get finds the rehearsal of a temporary platform.
func get(ctx context.Context, tx db.Tx, platform int64) (Rehearsal, bool, error) {
	return one(tx.Query(ctx, `SELECT `+columns+` FROM rehearsal r WHERE r.platform = ?`, platform))
}

// ages gives when the rehearsals began, by their platforms.
func ages(ctx context.Context, tx db.Tx) (map[int64]time.Time, error) {
	type row struct{ platform, at int64 }
	rows, err := tx.Query(db.Everywhere(ctx, "sweep rehearsals"), `SELECT r.platform, r.started_at FROM rehearsal r`)
	all, err := db.Collect(rows, err, func(r *sql.Rows, v *row) error { return r.Scan(&v.platform, &v.at) })
	known := map[int64]time.Time{}
	for _, v := range all {
		known[v.platform] = db.Time(v.at)
	}
	return known, err
}

func insert(ctx context.Context, tx db.Tx, r Rehearsal) error {
	report, err := json.Marshal(r.Report)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO rehearsal (platform, home, project, slug, seed, residents, pace, until_at, state, moment, moments, report, started_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, r.Platform, r.Home, r.Project, r.Slug, r.Seed, r.Residents, r.Pace.Microseconds(), db.Micros(r.Until), string(r.State),
		r.Moment, r.Moments, string(report), db.Micros(r.StartedAt))
	return err
}

// keep writes how far a rehearsal is.
func keep(ctx context.Context, tx db.Tx, r Rehearsal) error {
	report, err := json.Marshal(r.Report)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE rehearsal SET state = ?, moment = ?, moments = ?, report = ? WHERE platform = ?`,
		string(r.State), r.Moment, r.Moments, string(report), r.Platform)
	return err
}

// setState changes a rehearsal's state; one that goes on does so to its end.
func setState(ctx context.Context, tx db.Tx, platform int64, to State) error {
	_, err := tx.Exec(ctx, `UPDATE rehearsal SET state = ?, until_at = 0 WHERE platform = ?`, string(to), platform)
	return err
}
