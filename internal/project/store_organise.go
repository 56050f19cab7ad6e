package project

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// known is what an organiser sees: all but what an import is writing.
const known = ` AND p.state IN ('draft', 'published')`

func anyBySlug(ctx context.Context, tx db.Tx, platform int64, slug string) (Project, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM project p WHERE p.platform = ? AND p.slug = ?`+known, platform, slug)
	all, err := db.Collect(rows, err, scan)
	if err != nil {
		return Project{}, err
	}
	if len(all) == 0 {
		return Project{}, notFound(slug)
	}
	return all[0], nil
}

// maxEditions bounds the organiser's list; a city has one or two a year.
const maxEditions = 200

// ownEditions gives what is organised here, drafts first, then the newest.
func ownEditions(ctx context.Context, tx db.Tx, platform int64) ([]Project, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM project p WHERE p.platform = ? AND p.origin = ?`+known+
		` ORDER BY CASE p.state WHEN 'draft' THEN 0 ELSE 1 END, p.created_at DESC, p.id LIMIT ?`, platform, string(OfCity), maxEditions)
	return db.Collect(rows, err, scan)
}

// lockSteps keeps every cast and every other change of the project's steps waiting until the end of the transaction, so
// that what is decided of them is seen by whoever comes next. SQLite has one writer anyway.
func lockSteps(ctx context.Context, tx db.Tx, platform int64, project ids.ID) error {
	if tx.Engine() != db.Postgres {
		return nil
	}
	_, err := tx.Exec(ctx, `SELECT s.id FROM step s WHERE s.platform = ? AND s.project = ? ORDER BY s.id FOR UPDATE`, platform, project)
	return err
}

// keepSteps writes the calendar of a project in the place of the one before. Rows that stay are changed where they are, as
// others may wait for their lock.
func keepSteps(ctx context.Context, tx db.Tx, platform int64, project ids.ID, steps []Step) error {
	list := make([]ids.ID, len(steps))
	for i, s := range steps {
		list[i] = s.ID
	}
	marks, args := db.In(list)
	if _, err := tx.Exec(ctx, `DELETE FROM step WHERE platform = ? AND project = ? AND id NOT IN (`+marks+`)`, append([]any{platform, project}, args...)...); err != nil {
		return err
	}
	// Two steps may change places: none has a place of the new calendar while they do.
	if _, err := tx.Exec(ctx, `UPDATE step SET position = -1 - position WHERE platform = ? AND project = ?`, platform, project); err != nil {
		return err
	}
	args = nil
	for i, s := range steps {
		args = append(args, platform, s.ID, project, i, string(s.Kind), s.Slug, s.Title, db.Micros(s.StartsAt), db.Micros(s.EndsAt))
	}
	_, err := tx.Exec(ctx, `INSERT INTO step (platform, id, project, position, kind, slug, title, starts_at, ends_at, proposals, ballots) VALUES `+
		strings.TrimSuffix(strings.Repeat(`(?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0), `, len(steps)), ", ")+`
		ON CONFLICT (platform, id) DO UPDATE SET position = excluded.position, kind = excluded.kind, slug = excluded.slug, title = excluded.title,
			starts_at = excluded.starts_at, ends_at = excluded.ends_at`, args...)
	return err
}

func setWords(ctx context.Context, tx db.Tx, platform int64, p Project) error {
	_, err := tx.Exec(ctx, `UPDATE project SET title = ?, summary = ? WHERE platform = ? AND id = ?`, p.Title, p.Summary, platform, p.ID)
	return err
}

// replaceRulebook writes the rulebook of a draft: what nobody has seen has no history.
func replaceRulebook(ctx context.Context, tx db.Tx, platform int64, project ids.ID, version int64, b rulebook.Rulebook) error {
	if _, err := tx.Exec(ctx, `DELETE FROM rulebook WHERE platform = ? AND project = ? AND version = ?`, platform, project, version); err != nil {
		return err
	}
	return SetRulebook(ctx, tx, platform, project, version, b)
}

// enactRulebook makes a new version the one in force.
func enactRulebook(ctx context.Context, tx db.Tx, platform int64, project ids.ID, version int64, b rulebook.Rulebook) error {
	if err := SetRulebook(ctx, tx, platform, project, version, b); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE project SET rulebook = ? WHERE platform = ? AND id = ?`, version, platform, project)
	return err
}

func publish(ctx context.Context, tx db.Tx, platform int64, project ids.ID, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE project SET state = ?, published_at = ? WHERE platform = ? AND id = ?`, string(Published), db.Micros(at), platform, project)
	return err
}

// discard deletes a draft. What only a published edition can have is not there.
func discard(ctx context.Context, tx db.Tx, platform int64, project ids.ID) error {
	for _, from := range []string{"step", "rulebook", "edition_plan", "edition_change", "admitted", "project_district", "project_theme", "category"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+from+` WHERE platform = ? AND project = ?`, platform, project); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `DELETE FROM project WHERE platform = ? AND id = ?`, platform, project)
	return err
}

func planOf(ctx context.Context, tx db.Tx, platform int64, project ids.ID) (p Plan, err error) {
	var raw string
	err = tx.QueryRow(ctx, `SELECT l.body FROM edition_plan l WHERE l.platform = ? AND l.project = ?`, platform, project).Scan(&raw)
	if db.None(err) {
		return p, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(raw), &p)
	}
	return p, err
}

func keepPlan(ctx context.Context, tx db.Tx, platform int64, project ids.ID, p Plan) error {
	raw, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO edition_plan (platform, project, body, updated_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (platform, project) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at`, platform, project, string(raw), db.Micros(tx.Now()))
	return err
}

// Amendment is a change of what was public already, with its public reason.
type Amendment struct {
	Kind    AmendmentKind
	Step    ids.ID // Prolonged: which
	Reason  string
	Version int64 // RulesChanged: of the rulebook since then
	At      time.Time
}

// AmendmentKind is what was changed.
type AmendmentKind string

// The kinds.
const (
	RulesChanged    AmendmentKind = "rules"
	FormChanged     AmendmentKind = "form"   // what the deposit asks
	TopicsChanged   AmendmentKind = "topics" // categories and themes
	CalendarChanged AmendmentKind = "calendar"
	Prolonged       AmendmentKind = "prolonged"
)

func insertAmendment(ctx context.Context, tx db.Tx, platform int64, project ids.ID, a Amendment) error {
	_, err := tx.Exec(ctx, `INSERT INTO edition_change (platform, id, project, kind, step, reason, version, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		platform, ids.Dated(tx.Now()), project, string(a.Kind), a.Step, a.Reason, a.Version, db.Micros(a.At))
	return err
}

// Amendments gives what was changed of a project after its publication, the last first, at most limit.
func Amendments(ctx context.Context, tx db.Tx, platform int64, project ids.ID, limit int) ([]Amendment, error) {
	rows, err := tx.Query(ctx, `SELECT c.kind, c.step, c.reason, c.version, c.at FROM edition_change c WHERE c.platform = ? AND c.project = ? ORDER BY c.at DESC, c.id DESC LIMIT ?`,
		platform, project, limit)
	return db.Collect(rows, err, func(r *sql.Rows, a *Amendment) error {
		var at int64
		err := r.Scan(&a.Kind, &a.Step, &a.Reason, &a.Version, &at)
		a.At = db.Time(at)
		return err
	})
}

// OnList gives those of addresses, in their compared form, that are on the list of a project that is limited to one.
func OnList(ctx context.Context, tx db.Tx, platform int64, project ids.ID, emailKeys []string) (map[string]bool, error) {
	marks, args := db.In(emailKeys)
	rows, err := tx.Query(ctx, `SELECT m.email_key FROM admitted m WHERE m.platform = ? AND m.project = ? AND m.email_key IN (`+marks+`)`, append([]any{platform, project}, args...)...)
	keys, err := db.Collect(rows, err, func(r *sql.Rows, key *string) error { return r.Scan(key) })
	on := map[string]bool{}
	for _, key := range keys {
		on[key] = true
	}
	return on, err
}

// Admits asks for each of some people whether a project that is limited to domains or to a list is open to their address,
// and gives the refusals by person. One statement, none where the rules limit nothing.
func Admits(ctx context.Context, tx db.Tx, platform int64, project ids.ID, who *rulebook.Who, people []account.Person) (map[ids.ID]error, error) {
	if who == nil || !who.Limited() {
		return nil, nil
	}
	keys := map[ids.ID]string{}
	var list []string
	for _, p := range people {
		if key, err := account.EmailKey(p.Email); err == nil {
			keys[p.ID], list = key, append(list, key)
		}
	}
	on, err := OnList(ctx, tx, platform, project, list)
	refused := map[ids.ID]error{}
	for _, p := range people {
		if err := who.CheckAddress(p.Email, on[keys[p.ID]]); err != nil {
			refused[p.ID] = err
		}
	}
	return refused, err
}

func countAdmitted(ctx context.Context, tx db.Tx, platform int64, project ids.ID) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM admitted m WHERE m.platform = ? AND m.project = ?`, platform, project).Scan(&n)
	return n, err
}

// admit makes a list of addresses that of a project.
func admit(ctx context.Context, tx db.Tx, platform int64, project ids.ID, keys []string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM admitted WHERE platform = ? AND project = ?`, platform, project); err != nil {
		return err
	}
	rows := make([][]any, len(keys))
	for i, k := range keys {
		rows[i] = []any{platform, project, k}
	}
	return db.Insert(ctx, tx, "admitted", []string{"platform", "project", "email_key"}, rows)
}

// placesElsewhere gives the districts that other projects have too.
func placesElsewhere(ctx context.Context, tx db.Tx, platform int64, project ids.ID) (map[ids.ID]bool, error) {
	rows, err := tx.Query(ctx, `SELECT DISTINCT d.district FROM project_district d WHERE d.platform = ? AND d.project <> ?`, platform, project)
	all, err := db.Collect(rows, err, func(r *sql.Rows, id *ids.ID) error { return r.Scan(id) })
	used := map[ids.ID]bool{}
	for _, id := range all {
		used[id] = true
	}
	return used, err
}

// leaveDistricts takes a project's districts from it, and away those in a list.
func leaveDistricts(ctx context.Context, tx db.Tx, platform int64, project ids.ID, away []ids.ID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM project_district WHERE platform = ? AND project = ?`, platform, project); err != nil {
		return err
	}
	marks, args := db.In(away)
	_, err := tx.Exec(ctx, `DELETE FROM district WHERE platform = ? AND id IN (`+marks+`)`, append([]any{platform}, args...)...)
	return err
}

// slugsLike gives the slugs that begin like one.
func slugsLike(ctx context.Context, tx db.Tx, platform int64, base string) (map[string]bool, error) {
	rows, err := tx.Query(ctx, `SELECT p.slug FROM project p WHERE p.platform = ? AND p.slug LIKE ?`, platform, base+"%") // a slug has no wildcard
	all, err := db.Collect(rows, err, func(r *sql.Rows, s *string) error { return r.Scan(s) })
	taken := map[string]bool{}
	for _, s := range all {
		taken[s] = true
	}
	return taken, err
}

// TitleOf gives the title of a project in any state; empty when the platform has none of that identifier.
func TitleOf(ctx context.Context, tx db.Tx, platform int64, id ids.ID) (title string, err error) {
	err = tx.QueryRow(ctx, `SELECT p.title FROM project p WHERE p.platform = ? AND p.id = ?`, platform, id).Scan(&title)
	if db.None(err) {
		err = nil
	}
	return title, err
}
