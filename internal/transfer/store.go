package transfer

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// state of an import's row.
type state string

const (
	running  state = "running"
	done     state = "done"
	replaced state = "replaced" // another one took its place; it waits for the sweep
)

type stored struct {
	Source
	state state
	beat  time.Time // while running: the last sign of life
}

func sources(ctx context.Context, tx db.Tx, where string, args ...any) ([]stored, error) {
	rows, err := tx.Query(ctx, `SELECT i.id, i.project, i.unit, i.subunit, i.instance, i.file, i.sha256, i.comment, i.proposals, i.districts, i.ballots, i.refused, i.dropped, i.differing, i.state, i.finished_at
		FROM import i WHERE i.platform = ?`+where+` ORDER BY i.id`, args...)
	return db.Collect(rows, err, func(r *sql.Rows, s *stored) error {
		var at int64
		err := r.Scan(&s.ID, &s.Project, &s.Unit, &s.Subunit, &s.Instance, &s.File, &s.SHA256, &s.Comment, &s.Proposals, &s.Districts, &s.Ballots, &s.Refused, &s.Dropped, &s.Differing, &s.state, &at)
		s.FinishedAt = db.Time(at)
		s.beat = s.FinishedAt
		return err
	})
}

// finished gives the import in force of a unit, subunit and instance, if there is one.
func finished(ctx context.Context, tx db.Tx, platform int64, s Source) (stored, bool, error) {
	all, err := sources(ctx, tx, ` AND i.unit = ? AND i.subunit = ? AND i.instance = ? AND i.state = 'done'`, platform, s.Unit, s.Subunit, s.Instance)
	if err != nil || len(all) == 0 {
		return stored{}, false, err
	}
	return all[0], true, nil
}

func start(ctx context.Context, tx db.Tx, platform int64, s Source) error {
	now := db.Micros(tx.Now())
	return db.Insert(ctx, tx, "import", []string{"platform", "id", "project", "unit", "subunit", "instance", "file", "sha256", "state", "comment",
		"proposals", "districts", "ballots", "refused", "dropped", "differing", "started_at", "finished_at"},
		[][]any{{platform, s.ID, s.Project, s.Unit, s.Subunit, s.Instance, s.File, s.SHA256, string(running), s.Comment,
			s.Proposals, s.Districts, s.Ballots, s.Refused, s.Dropped, s.Differing, now, now}})
}

// beat says that a running import is alive, and whether it may go on: false when a sweep took it for dead.
func beat(ctx context.Context, tx db.Tx, platform int64, id ids.ID) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE import SET finished_at = ? WHERE platform = ? AND id = ? AND state = 'running'`, db.Micros(tx.Now()), platform, id)
	return n == 1, err
}

func setState(ctx context.Context, tx db.Tx, platform int64, id ids.ID, to state) error {
	_, err := tx.Exec(ctx, `UPDATE import SET state = ?, finished_at = ? WHERE platform = ? AND id = ?`, string(to), db.Micros(tx.Now()), platform, id)
	return err
}

// claim takes a dead import for erasing, in one statement, so that one that lives after all is not.
func claim(ctx context.Context, tx db.Tx, d dead, before time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE import SET state = 'replaced' WHERE platform = ? AND id = ? AND (state = 'replaced' OR state = 'running' AND finished_at < ?)`,
		d.platform, d.id, db.Micros(before))
	return n == 1, err
}

func refuse(ctx context.Context, tx db.Tx, platform int64, source ids.ID, from int, list []Refused) error {
	rows := make([][]any, len(list))
	for i, r := range list {
		args, err := json.Marshal(r.Args)
		if err != nil {
			return err
		}
		rows[i] = []any{platform, source, r.Line, from + i, r.Code, string(args)}
	}
	return db.Insert(ctx, tx, "import_refusal", []string{"platform", "import", "line", "position", "code", "args"}, rows)
}

func refusals(ctx context.Context, tx db.Tx, platform int64, source ids.ID, limit int) ([]Refused, error) {
	rows, err := tx.Query(ctx, `SELECT f.line, f.code, f.args FROM import_refusal f WHERE f.platform = ? AND f.import = ? ORDER BY f.line, f.position LIMIT ?`, platform, source, limit)
	return db.Collect(rows, err, func(r *sql.Rows, f *Refused) error {
		var args []byte
		if err := r.Scan(&f.Line, &f.Code, &args); err != nil {
			return err
		}
		d := json.NewDecoder(bytes.NewReader(args))
		d.UseNumber()
		if err := d.Decode(&f.Args); err != nil {
			return err
		}
		for name, v := range f.Args { // whole numbers, so that sentences write them as they did before they were stored
			if n, ok := v.(json.Number); ok {
				if f.Args[name], err = n.Int64(); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// dead gives the imports that nobody works on any more, of every platform: replaced ones, and running ones without a
// sign of life since before.
type dead struct {
	platform int64
	id       ids.ID
	project  ids.ID
}

func deadImports(ctx context.Context, tx db.Tx, before time.Time) ([]dead, error) {
	rows, err := tx.Query(db.Everywhere(ctx, "sweep dead imports"), `SELECT i.platform, i.id, i.project FROM import i
		WHERE i.state = 'replaced' OR i.state = 'running' AND i.finished_at < ? ORDER BY i.platform, i.id`, db.Micros(before))
	return db.Collect(rows, err, func(r *sql.Rows, d *dead) error { return r.Scan(&d.platform, &d.id, &d.project) })
}

// ofStep are the tables whose rows belong to a step, ballots apart; ofProject those of a project.
var (
	ofStep    = []string{"result_line", "result", "result_file", "proclamation", "deliberation", "deliberation_change", "press", "turnout", "facet", "selection_tag", "selection"}
	ofProject = []string{"search_word", "search_lexicon", "works_news", "works_delay", "works_part", "delivery", "proposal", "category", "project_district", "project_theme", "rulebook", "step"}
)

// eraseDistricts removes the districts that an edition alone lies in, where nothing but imports makes districts.
func eraseDistricts(ctx context.Context, tx db.Tx, platform int64, project ids.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM district WHERE platform = ? AND id IN (SELECT d.district FROM project_district d WHERE d.platform = ? AND d.project = ?)
		AND NOT EXISTS (SELECT 1 FROM project_district o WHERE o.platform = district.platform AND o.district = district.id AND o.project <> ?)
		AND EXISTS (SELECT 1 FROM platform f WHERE f.key = ? AND f.kind = 'replay')`, platform, platform, project, project, platform)
	return err
}

// erase removes an edition, ballots apart, and the import that it came from if there is one.
func erase(ctx context.Context, tx db.Tx, platform int64, project ids.ID) error {
	for _, table := range ofStep {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE platform = ? AND step IN (SELECT s.id FROM step s WHERE s.platform = ? AND s.project = ?)`, platform, platform, project); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM milestone WHERE platform = ? AND proposal IN (SELECT p.id FROM proposal p WHERE p.platform = ? AND p.project = ?)`, platform, platform, project); err != nil {
		return err
	}
	for _, table := range ofProject {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE platform = ? AND project = ?`, platform, project); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM import_refusal WHERE platform = ? AND import IN (SELECT i.id FROM import i WHERE i.platform = ? AND i.project = ?)`, platform, platform, project); err != nil {
		return err
	}
	for _, sql := range []string{`DELETE FROM import WHERE platform = ? AND project = ?`, `DELETE FROM project WHERE platform = ? AND id = ?`} {
		if _, err := tx.Exec(ctx, sql, platform, project); err != nil {
			return err
		}
	}
	return nil
}

// unused says whether a platform has nothing: no project and no host of its own.
func unused(ctx context.Context, tx db.Tx, platform int64) (empty bool, err error) {
	err = tx.QueryRow(ctx, `SELECT NOT EXISTS (SELECT 1 FROM project p WHERE p.platform = ?) AND NOT EXISTS (SELECT 1 FROM host h WHERE h.platform = ?)
		AND EXISTS (SELECT 1 FROM platform f WHERE f.key = ? AND f.kind = 'replay')`, platform, platform, platform).Scan(&empty)
	return empty, err
}

// allProjects gives every project of a platform, visible or not.
func allProjects(ctx context.Context, tx db.Tx, platform int64) ([]ids.ID, error) {
	rows, err := tx.Query(ctx, `SELECT p.id FROM project p WHERE p.platform = ? ORDER BY p.id`, platform)
	return db.Collect(rows, err, func(r *sql.Rows, id *ids.ID) error { return r.Scan(id) })
}

// eraseRest removes whatever still belongs to a platform, in every table that there is, and its jobs.
func eraseRest(ctx context.Context, tx db.Tx, platform int64) error {
	tables, err := db.Tables(ctx, tx)
	if err != nil {
		return err
	}
	for _, t := range slices.Backward(tables) { // those that point to others first
		if !t.Tenant() && t.Name != "jobs" {
			continue
		}
		if _, err := tx.Exec(ctx, `DELETE FROM `+t.Name+` WHERE platform = ?`, platform); err != nil {
			return err
		}
	}
	return nil
}
