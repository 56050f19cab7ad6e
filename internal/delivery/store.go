package delivery

import (
	"context"
	"database/sql"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
)

const columns = `d.proposal, d.project, d.state, d.version, d.voted, d.committed, d.spent, d.service, d.promised_at, d.due_at, d.updated_at, d.ended_at, d.reason, d.money_back`

func scan(r interface{ Scan(...any) error }, d *Delivery) error {
	var promised, due, updated, ended int64
	err := r.Scan(&d.Proposal, &d.Project, &d.State, &d.Version, &d.Voted, &d.Committed, &d.Spent, &d.Service, &promised, &due, &updated, &ended, &d.Reason, &d.MoneyBack)
	d.PromisedAt, d.DueAt, d.UpdatedAt, d.EndedAt = db.Time(promised), db.Time(due), db.Time(updated), db.Time(ended)
	return err
}

// Of gives the follow-up of those winners, with their stages, parts and delays in order.
func Of(ctx context.Context, tx db.Tx, platform int64, proposals []ids.ID) (map[ids.ID]Delivery, error) {
	marks, args := db.In(proposals)
	args = append([]any{platform}, args...)
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM delivery d WHERE d.platform = ? AND d.proposal IN (`+marks+`)`, args...)
	found, err := db.Collect(rows, err, func(r *sql.Rows, d *Delivery) error { return scan(r, d) })
	if err != nil {
		return nil, err
	}
	all := make(map[ids.ID]Delivery, len(found))
	for _, d := range found {
		all[d.Proposal] = d
	}
	if len(all) == 0 {
		return all, nil
	}
	type stage struct {
		proposal ids.ID
		Milestone
	}
	rows, err = tx.Query(ctx, `SELECT m.proposal, m.kind, m.title, m.body, m.due_at, m.done_at FROM milestone m WHERE m.platform = ? AND m.proposal IN (`+marks+`) ORDER BY m.proposal, m.position`, args...)
	stages, err := db.Collect(rows, err, func(r *sql.Rows, v *stage) error {
		var due, done int64
		err := r.Scan(&v.proposal, &v.Kind, &v.Title, &v.Body, &due, &done)
		v.DueAt, v.DoneAt = db.Time(due), db.Time(done)
		return err
	})
	if err != nil {
		return nil, err
	}
	type part struct {
		proposal ids.ID
		Part
	}
	rows, err = tx.Query(ctx, `SELECT w.proposal, w.title, w.state, w.due_at, w.done_at, w.note FROM works_part w WHERE w.platform = ? AND w.proposal IN (`+marks+`) ORDER BY w.proposal, w.position`, args...)
	parts, err := db.Collect(rows, err, func(r *sql.Rows, v *part) error {
		var due, done int64
		err := r.Scan(&v.proposal, &v.Title, &v.State, &due, &done, &v.Note)
		v.DueAt, v.DoneAt = db.Time(due), db.Time(done)
		return err
	})
	if err != nil {
		return nil, err
	}
	type delay struct {
		proposal ids.ID
		Delay
	}
	rows, err = tx.Query(ctx, `SELECT w.proposal, w.id, w.position, w.from_at, w.to_at, w.reason, w.words, w.at FROM works_delay w WHERE w.platform = ? AND w.proposal IN (`+marks+`) ORDER BY w.proposal, w.at, w.id`, args...)
	delays, err := db.Collect(rows, err, func(r *sql.Rows, v *delay) error {
		var from, to, at int64
		err := r.Scan(&v.proposal, &v.ID, &v.Position, &from, &to, &v.Reason, &v.Words, &at)
		v.From, v.To, v.At = db.Time(from), db.Time(to), db.Time(at)
		return err
	})
	of := func(proposal ids.ID, add func(*Delivery)) {
		d := all[proposal]
		add(&d)
		all[proposal] = d
	}
	for _, m := range stages {
		of(m.proposal, func(d *Delivery) { d.Milestones = append(d.Milestones, m.Milestone) })
	}
	for _, p := range parts {
		of(p.proposal, func(d *Delivery) { d.Parts = append(d.Parts, p.Part) })
	}
	for _, w := range delays {
		of(w.proposal, func(d *Delivery) { d.Delays = append(d.Delays, w.Delay) })
	}
	return all, err
}

// late and silent are conditions on a delivery d at a time; silent takes the time six months before.
const (
	waits  = `(d.state = 'planned' OR d.state = 'under_way')`
	late   = waits + ` AND d.due_at > 0 AND d.due_at <= ?`
	silent = waits + ` AND d.updated_at < ?`
)

// Counts gives how many winners of those editions are in each state at a time: one statement on one index, whose answer is the
// clock's.
func Counts(ctx context.Context, tx db.Tx, platform int64, editions []ids.ID, now time.Time) (t Tally, err error) {
	marks, args := db.In(editions)
	type row struct {
		state           State
		all, late, mute int
	}
	rows, err := tx.Query(ctx, `SELECT d.state, COUNT(*), COUNT(CASE WHEN `+late+` THEN 1 END), COUNT(CASE WHEN `+silent+` THEN 1 END)
		FROM delivery d WHERE d.platform = ? AND d.project IN (`+marks+`) GROUP BY d.state`, append([]any{db.Micros(now), db.Micros(silence(now)), platform}, args...)...)
	found, err := db.Collect(rows, err, func(r *sql.Rows, v *row) error { return r.Scan(&v.state, &v.all, &v.late, &v.mute) })
	for _, v := range found {
		switch v.state {
		case Built:
			t.Built = v.all
		case UnderWay:
			t.UnderWay = v.all - v.late
		case Planned:
			t.Planned = v.all - v.late
		case Abandoned:
			t.Abandoned = v.all
		}
		t.Late += v.late
		t.Silent += v.mute
	}
	return t, err
}

// Query says which winners are wanted.
type Query struct {
	Editions []ids.ID
	State    State // "": any
	Silent   bool  // those alone of whom nothing was heard for six months
	Limit    int
}

// Winners gives the winners of a query at a time: late ones first, those that are built last.
func Winners(ctx context.Context, tx db.Tx, platform int64, q Query, now time.Time) ([]ids.ID, error) {
	marks, args := db.In(q.Editions)
	where, args := `d.platform = ? AND d.project IN (`+marks+`)`, append([]any{platform}, args...)
	switch q.State {
	case "":
	case Late:
		where, args = where+` AND `+late, append(args, db.Micros(now))
	case Planned, UnderWay:
		where, args = where+` AND d.state = ? AND NOT (`+late+`)`, append(args, q.State, db.Micros(now))
	default:
		where, args = where+` AND d.state = ?`, append(args, q.State)
	}
	if q.Silent {
		where, args = where+` AND `+silent, append(args, db.Micros(silence(now)))
	}
	rows, err := tx.Query(ctx, `SELECT d.proposal FROM delivery d WHERE `+where+` ORDER BY
		CASE WHEN `+late+` THEN 0 WHEN d.state = 'under_way' THEN 1 WHEN d.state = 'planned' THEN 2 WHEN d.state = 'abandoned' THEN 3 ELSE 4 END,
		d.ended_at DESC, d.due_at, d.proposal LIMIT ?`, append(args, db.Micros(now), q.Limit)...)
	return db.Collect(rows, err, func(r *sql.Rows, id *ids.ID) error { return r.Scan(id) })
}

// Years gives the years, of a zone's calendar, in which winners of those editions ended or were last heard of, the last first.
func Years(ctx context.Context, tx db.Tx, platform int64, editions []ids.ID, zone *time.Location) (first, last int, err error) {
	marks, args := db.In(editions)
	var from, to int64
	err = tx.QueryRow(ctx, `SELECT COALESCE(MIN(CASE WHEN d.ended_at > 0 THEN d.ended_at ELSE d.updated_at END), 0), COALESCE(MAX(d.updated_at), 0)
		FROM delivery d WHERE d.platform = ? AND d.project IN (`+marks+`)`, append([]any{platform}, args...)...).Scan(&from, &to)
	if from == 0 || err != nil {
		return 0, 0, err
	}
	return db.Time(from).In(zone).Year(), db.Time(to).In(zone).Year(), nil
}

// EndedIn gives the winners of those editions that ended within a time, and those that wait at its end, at most limit.
func EndedIn(ctx context.Context, tx db.Tx, platform int64, editions []ids.ID, from, to time.Time, limit int) ([]ids.ID, error) {
	marks, args := db.In(editions)
	rows, err := tx.Query(ctx, `SELECT d.proposal FROM delivery d WHERE d.platform = ? AND d.project IN (`+marks+`)
		AND (d.ended_at >= ? AND d.ended_at < ? OR `+waits+`) ORDER BY d.state, d.ended_at, d.proposal LIMIT ?`,
		append(append([]any{platform}, args...), db.Micros(from), db.Micros(to), limit)...)
	return db.Collect(rows, err, func(r *sql.Rows, id *ids.ID) error { return r.Scan(id) })
}

// NewsOf gives the news of winners, the last first.
func NewsOf(ctx context.Context, tx db.Tx, platform int64, proposals []ids.ID) (map[ids.ID][]News, error) {
	marks, args := db.In(proposals)
	rows, err := tx.Query(ctx, `SELECT w.id, w.proposal, w.phase, w.body, w.picture, w.at FROM works_news w WHERE w.platform = ? AND w.proposal IN (`+marks+`) ORDER BY w.proposal, w.at DESC, w.id DESC`,
		append([]any{platform}, args...)...)
	list, err := db.Collect(rows, err, scanNews)
	all := map[ids.ID][]News{}
	for _, n := range list {
		all[n.Proposal] = append(all[n.Proposal], n)
	}
	return all, err
}

func scanNews(r *sql.Rows, n *News) error {
	var at int64
	err := r.Scan(&n.ID, &n.Proposal, &n.Phase, &n.Body, &n.Picture, &at)
	n.At = db.Time(at)
	return err
}

// newsByID gives a piece of news; false when it is gone.
func newsByID(ctx context.Context, tx db.Tx, platform int64, id ids.ID) (n News, ok bool, err error) {
	rows, err := tx.Query(ctx, `SELECT w.id, w.proposal, w.phase, w.body, w.picture, w.at FROM works_news w WHERE w.platform = ? AND w.id = ?`, platform, id)
	list, err := db.Collect(rows, err, scanNews)
	if err != nil || len(list) == 0 {
		return n, false, err
	}
	return list[0], true, nil
}

// ShownWith gives the winner whose news show a picture, and its edition; false when none does.
func ShownWith(ctx context.Context, tx db.Tx, platform int64, picture ids.ID) (proposal, edition ids.ID, ok bool, err error) {
	err = tx.QueryRow(ctx, `SELECT w.proposal, w.project FROM works_news w WHERE w.platform = ? AND w.picture = ? ORDER BY w.id LIMIT 1`, platform, picture).Scan(&proposal, &edition)
	if db.None(err) {
		return proposal, edition, false, nil
	}
	return proposal, edition, err == nil, err
}

// Offices gives the services of a platform, by name. They are few.
func Offices(ctx context.Context, tx db.Tx, platform int64) ([]Office, error) {
	rows, err := tx.Query(ctx, `SELECT v.id, v.name, v.contact FROM service v WHERE v.platform = ? ORDER BY v.slug`, platform)
	list, err := db.Collect(rows, err, func(r *sql.Rows, o *Office) error { return r.Scan(&o.ID, &o.Name, &o.Contact) })
	if err != nil || len(list) == 0 {
		return list, err
	}
	type member struct{ service, person ids.ID }
	rows, err = tx.Query(ctx, `SELECT m.service, m.participant FROM service_member m WHERE m.platform = ? ORDER BY m.service, m.participant`, platform)
	members, err := db.Collect(rows, err, func(r *sql.Rows, m *member) error { return r.Scan(&m.service, &m.person) })
	for _, m := range members {
		for i := range list {
			if list[i].ID == m.service {
				list[i].Members = append(list[i].Members, m.person)
			}
		}
	}
	return list, err
}

// Insert stores follow-ups with their stages and parts.
func Insert(ctx context.Context, tx db.Tx, platform int64, deliveries []Delivery) error {
	var rows, stages, parts [][]any
	for _, d := range deliveries {
		rows = append(rows, []any{platform, d.Proposal, d.Project, d.State, d.Version, d.Voted, d.Committed, d.Spent, d.Service, db.Micros(d.PromisedAt), db.Micros(d.due()),
			db.Micros(d.UpdatedAt), db.Micros(d.EndedAt), d.Reason, d.MoneyBack})
		stages, parts = append(stages, d.stageRows(platform)...), append(parts, d.partRows(platform)...)
	}
	if err := db.Insert(ctx, tx, "delivery", []string{"platform", "proposal", "project", "state", "version", "voted", "committed", "spent", "service", "promised_at", "due_at", "updated_at", "ended_at",
		"reason", "money_back"}, rows); err != nil {
		return err
	}
	return insertStages(ctx, tx, stages, parts)
}

func insertStages(ctx context.Context, tx db.Tx, stages, parts [][]any) error {
	if err := db.Insert(ctx, tx, "milestone", []string{"platform", "proposal", "position", "kind", "title", "body", "due_at", "done_at"}, stages); err != nil {
		return err
	}
	return db.Insert(ctx, tx, "works_part", []string{"platform", "proposal", "position", "project", "title", "state", "due_at", "done_at", "note"}, parts)
}

func (d Delivery) stageRows(platform int64) (rows [][]any) {
	for i, m := range d.Milestones {
		kind := m.Kind
		if kind == "" {
			kind = Free
		}
		rows = append(rows, []any{platform, d.Proposal, i, kind, m.Title, m.Body, db.Micros(m.DueAt), db.Micros(m.DoneAt)})
	}
	return rows
}

func (d Delivery) partRows(platform int64) (rows [][]any) {
	for i, p := range d.Parts {
		rows = append(rows, []any{platform, d.Proposal, i, d.Project, p.Title, p.State, db.Micros(p.DueAt), db.Micros(p.DoneAt), p.Note})
	}
	return rows
}

// update stores a winner over what it was in the version before; its stages and parts are few and written anew. Fault: conflict.
func update(ctx context.Context, tx db.Tx, platform int64, d Delivery, delays []Delay) error {
	n, err := tx.Exec(ctx, `UPDATE delivery SET state = ?, version = ?, voted = ?, committed = ?, spent = ?, service = ?, due_at = ?, updated_at = ?, ended_at = ?, reason = ?, money_back = ?
		WHERE platform = ? AND proposal = ? AND version = ?`, d.State, d.Version, d.Voted, d.Committed, d.Spent, d.Service, db.Micros(d.DueAt), db.Micros(d.UpdatedAt), db.Micros(d.EndedAt),
		d.Reason, d.MoneyBack, platform, d.Proposal, d.Version-1)
	if err != nil {
		return err
	}
	if n == 0 {
		return changed()
	}
	for _, sql := range []string{`DELETE FROM milestone WHERE platform = ? AND proposal = ?`, `DELETE FROM works_part WHERE platform = ? AND proposal = ?`} {
		if _, err := tx.Exec(ctx, sql, platform, d.Proposal); err != nil {
			return err
		}
	}
	rows := make([][]any, len(delays))
	for i, w := range delays {
		rows[i] = []any{platform, ids.Dated(tx.Now()), d.Proposal, d.Project, w.Position, db.Micros(w.From), db.Micros(w.To), w.Reason, w.Words, db.Micros(w.At)}
	}
	if err := db.Insert(ctx, tx, "works_delay", []string{"platform", "id", "proposal", "project", "position", "from_at", "to_at", "reason", "words", "at"}, rows); err != nil {
		return err
	}
	return insertStages(ctx, tx, d.stageRows(platform), d.partRows(platform))
}

// remove takes away winners of which nothing was told.
func remove(ctx context.Context, tx db.Tx, platform int64, proposals []ids.ID) error {
	marks, args := db.In(proposals)
	for _, table := range []string{"milestone", "works_part", "delivery"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE platform = ? AND proposal IN (`+marks+`)`, append([]any{platform}, args...)...); err != nil {
			return err
		}
	}
	return nil
}

func insertNews(ctx context.Context, tx db.Tx, platform int64, edition ids.ID, n News) error {
	_, err := tx.Exec(ctx, `INSERT INTO works_news (platform, id, proposal, project, phase, body, picture, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		platform, n.ID, n.Proposal, edition, n.Phase, n.Body, n.Picture, db.Micros(n.At))
	return err
}

func changed() error  { return fault.New(fault.Conflict, "fault.works.changed") }
func notFound() error { return fault.New(fault.NotFound, "fault.not_found") }

// waiting gives the winners that wait, those first that were heard of the longest ago, at most limit.
func waiting(ctx context.Context, tx db.Tx, platform int64, limit int) ([]Delivery, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM delivery d WHERE d.platform = ? AND `+waits+` ORDER BY d.updated_at, d.proposal LIMIT ?`, platform, limit)
	return db.Collect(rows, err, func(r *sql.Rows, d *Delivery) error { return scan(r, d) })
}

// deskOf gives all winners: those that wait first, by their next date, then the last that ended; at most limit.
func deskOf(ctx context.Context, tx db.Tx, platform int64, limit int) ([]Delivery, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM delivery d WHERE d.platform = ? ORDER BY
		CASE WHEN `+waits+` AND d.due_at > 0 THEN 0 WHEN `+waits+` THEN 1 ELSE 2 END, CASE WHEN `+waits+` THEN d.due_at ELSE -d.ended_at END, d.proposal LIMIT ?`, platform, limit)
	return db.Collect(rows, err, func(r *sql.Rows, d *Delivery) error { return scan(r, d) })
}

// unfollowed gives those of some winners that have no follow-up yet.
func unfollowed(ctx context.Context, tx db.Tx, platform int64, proposals []ids.ID) ([]ids.ID, error) {
	marks, args := db.In(proposals)
	rows, err := tx.Query(ctx, `SELECT p.id FROM proposal p WHERE p.platform = ? AND p.id IN (`+marks+`) AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.platform = p.platform AND d.proposal = p.id)
		ORDER BY p.number`, append([]any{platform}, args...)...)
	return db.Collect(rows, err, func(r *sql.Rows, id *ids.ID) error { return r.Scan(id) })
}

// followed says which votes, by their steps, have winners, as the council left them, that all have a follow-up, or none to follow.
func followed(ctx context.Context, tx db.Tx, platform int64, steps []ids.ID) (map[ids.ID]bool, error) {
	marks, args := db.In(steps)
	rows, err := tx.Query(ctx, `SELECT r.step FROM result r WHERE r.platform = ? AND r.step IN (`+marks+`) AND r.counted AND EXISTS (SELECT 1 FROM result_line l
		LEFT JOIN deliberation_change c ON c.platform = l.platform AND c.step = l.step AND c.proposal = l.proposal
		WHERE l.platform = r.platform AND l.step = r.step AND COALESCE(c.won, l.mark <> 0) AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.platform = l.platform AND d.proposal = l.proposal))`, append([]any{platform}, args...)...)
	left, err := db.Collect(rows, err, func(r *sql.Rows, id *ids.ID) error { return r.Scan(id) })
	all := map[ids.ID]bool{}
	for _, step := range steps {
		all[step] = true
	}
	for _, step := range left {
		all[step] = false
	}
	return all, err
}
