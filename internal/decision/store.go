package decision

import (
	"context"
	"database/sql"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
)

func notFound() error { return fault.New(fault.NotFound, "fault.not_found") }

const assessmentColumns = `a.proposal, a.project, a.outcome, a.cost, a.running, a.article, a.explanation, a.possible, a.service, a.deadline, a.ready, a.version, a.saved_by, a.saved_at`

func scanAssessment(r *sql.Rows, a *Assessment) error {
	var deadline, saved int64
	err := r.Scan(&a.Proposal, &a.Project, &a.Outcome, &a.Cost, &a.Running, &a.Article, &a.Explanation, &a.Possible, &a.Service, &deadline, &a.Ready, &a.Version, &a.SavedBy, &saved)
	a.Deadline, a.SavedAt = db.Time(deadline), db.Time(saved)
	return err
}

// AssessmentsOf gives those of a project, by proposal.
func AssessmentsOf(ctx context.Context, tx db.Tx, platform int64, project ids.ID) (map[ids.ID]Assessment, error) {
	rows, err := tx.Query(ctx, `SELECT `+assessmentColumns+` FROM assessment a WHERE a.platform = ? AND a.project = ? ORDER BY a.proposal`, platform, project)
	return byProposal(db.Collect(rows, err, scanAssessment))
}

// Assessments gives those of some proposals, by proposal.
func Assessments(ctx context.Context, tx db.Tx, platform int64, proposals []ids.ID) (map[ids.ID]Assessment, error) {
	marks, args := db.In(proposals)
	rows, err := tx.Query(ctx, `SELECT `+assessmentColumns+` FROM assessment a WHERE a.platform = ? AND a.proposal IN (`+marks+`)`, append([]any{platform}, args...)...)
	return byProposal(db.Collect(rows, err, scanAssessment))
}

func byProposal(list []Assessment, err error) (map[ids.ID]Assessment, error) {
	all := map[ids.ID]Assessment{}
	for _, a := range list {
		all[a.Proposal] = a
	}
	return all, err
}

var assessmentRow = []string{"platform", "proposal", "project", "outcome", "cost", "running", "article", "explanation", "possible", "service", "deadline", "ready", "version", "saved_by", "saved_at"}

// KeepAssessments stores assessments, in the place of those before.
func KeepAssessments(ctx context.Context, tx db.Tx, platform int64, list []Assessment) error {
	all, rows := make([]ids.ID, len(list)), make([][]any, len(list))
	for i, a := range list {
		all[i] = a.Proposal
		rows[i] = []any{platform, a.Proposal, a.Project, string(a.Outcome), a.Cost, a.Running, a.Article, a.Explanation, a.Possible, a.Service, db.Micros(a.Deadline), a.Ready, a.Version, a.SavedBy, db.Micros(a.SavedAt)}
	}
	marks, args := db.In(all)
	if _, err := tx.Exec(ctx, `DELETE FROM assessment WHERE platform = ? AND proposal IN (`+marks+`)`, append([]any{platform}, args...)...); err != nil {
		return err
	}
	return db.Insert(ctx, tx, "assessment", assessmentRow, rows)
}

const decisionColumns = `d.id, d.proposal, d.project, d.wave, d.outcome, d.asked, d.cost, d.running, d.article, d.article_title, d.article_text, d.explanation, d.possible,
	d.contact_name, d.contact, d.deadline, d.publish_at, d.tell_at, d.appeal_until, d.appeal, d.assessed_by, d.decided_by, d.decided_at, d.told_at, d.applied_at`

func scanDecision(r *sql.Rows, d *Decision) error {
	var deadline, publish, tell, until, decided, told, applied int64
	err := r.Scan(&d.ID, &d.Proposal, &d.Project, &d.Wave, &d.Outcome, &d.Asked, &d.Cost, &d.Running, &d.Article, &d.ArticleTitle, &d.ArticleText, &d.Explanation, &d.Possible,
		&d.ContactName, &d.Contact, &deadline, &publish, &tell, &until, &d.Appeal, &d.AssessedBy, &d.DecidedBy, &decided, &told, &applied)
	d.Deadline, d.PublishAt, d.TellAt, d.AppealUntil = db.Time(deadline), db.Time(publish), db.Time(tell), db.Time(until)
	d.DecidedAt, d.ToldAt, d.AppliedAt = db.Time(decided), db.Time(told), db.Time(applied)
	return err
}

func decisions(ctx context.Context, tx db.Tx, where string, args ...any) ([]Decision, error) {
	rows, err := tx.Query(ctx, `SELECT `+decisionColumns+` FROM decision d WHERE d.platform = ? AND `+where, args...)
	return db.Collect(rows, err, scanDecision)
}

// Signed gives every decision on those proposals, public or not, by proposal, the first signed first. Only pages of the city's
// people read it; everybody else reads Shown.
func Signed(ctx context.Context, tx db.Tx, platform int64, proposals []ids.ID) (map[ids.ID][]Decision, error) {
	marks, args := db.In(proposals)
	list, err := decisions(ctx, tx, `d.proposal IN (`+marks+`) ORDER BY d.proposal, d.decided_at, d.id`, append([]any{platform}, args...)...)
	all := map[ids.ID][]Decision{}
	for _, d := range list {
		all[d.Proposal] = append(all[d.Proposal], d)
	}
	return all, err
}

// SignedIn gives every decision of a project, public or not, by proposal, the first signed first.
func SignedIn(ctx context.Context, tx db.Tx, platform int64, project ids.ID) (map[ids.ID][]Decision, error) {
	list, err := decisions(ctx, tx, `d.project = ? ORDER BY d.proposal, d.decided_at, d.id`, platform, project)
	all := map[ids.ID][]Decision{}
	for _, d := range list {
		all[d.Proposal] = append(all[d.Proposal], d)
	}
	return all, err
}

// InsertDecisions stores signed decisions.
func InsertDecisions(ctx context.Context, tx db.Tx, platform int64, list []Decision) error {
	rows := make([][]any, len(list))
	for i, d := range list {
		rows[i] = []any{platform, d.ID, d.Proposal, d.Project, d.Wave, string(d.Outcome), d.Asked, d.Cost, d.Running, d.Article, d.ArticleTitle, d.ArticleText, d.Explanation, d.Possible,
			d.ContactName, d.Contact, db.Micros(d.Deadline), db.Micros(d.PublishAt), db.Micros(d.TellAt), db.Micros(d.AppealUntil), d.Appeal, d.AssessedBy, d.DecidedBy, db.Micros(d.DecidedAt), db.Micros(d.ToldAt), db.Micros(d.AppliedAt)}
	}
	return db.Insert(ctx, tx, "decision", []string{"platform", "id", "proposal", "project", "wave", "outcome", "asked", "cost", "running", "article", "article_title", "article_text", "explanation", "possible",
		"contact_name", "contact", "deadline", "publish_at", "tell_at", "appeal_until", "appeal", "assessed_by", "decided_by", "decided_at", "told_at", "applied_at"}, rows)
}

// mark writes when authors were told of decisions, or when what follows from them was done.
func mark(ctx context.Context, tx db.Tx, platform int64, column string, list []Decision, at time.Time) error {
	all := make([]ids.ID, len(list))
	for i, d := range list {
		all[i] = d.ID
	}
	marks, args := db.In(all)
	_, err := tx.Exec(ctx, `UPDATE decision SET `+column+` = ? WHERE platform = ? AND id IN (`+marks+`)`, append([]any{db.Micros(at), platform}, args...)...)
	return err
}

func deleteDecisions(ctx context.Context, tx db.Tx, platform int64, list []ids.ID) error {
	marks, args := db.In(list)
	_, err := tx.Exec(ctx, `DELETE FROM decision WHERE platform = ? AND id IN (`+marks+`)`, append([]any{platform}, args...)...)
	return err
}

// Waves gives the waves of a project, the first first, with how many decisions are signed for each.
func Waves(ctx context.Context, tx db.Tx, platform int64, project ids.ID) ([]Wave, error) {
	rows, err := tx.Query(ctx, `SELECT w.id, w.project, w.title, w.publish_at, w.tell_at, w.appeal_days, w.created_by, w.created_at,
		(SELECT COUNT(*) FROM decision d WHERE d.platform = w.platform AND d.wave = w.id)
		FROM decision_wave w WHERE w.platform = ? AND w.project = ? ORDER BY w.publish_at, w.id`, platform, project)
	return db.Collect(rows, err, func(r *sql.Rows, w *Wave) error {
		var publish, tell, created int64
		err := r.Scan(&w.ID, &w.Project, &w.Title, &publish, &tell, &w.AppealDays, &w.CreatedBy, &created, &w.Decisions)
		w.PublishAt, w.TellAt, w.CreatedAt = db.Time(publish), db.Time(tell), db.Time(created)
		return err
	})
}

// KeepWave stores a wave, new or not; what is signed for it takes its dates.
func KeepWave(ctx context.Context, tx db.Tx, platform int64, w Wave, zone *time.Location) error {
	if _, err := tx.Exec(ctx, `INSERT INTO decision_wave (platform, id, project, title, publish_at, tell_at, appeal_days, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (platform, id) DO UPDATE SET title = excluded.title, publish_at = excluded.publish_at, tell_at = excluded.tell_at, appeal_days = excluded.appeal_days`,
		platform, w.ID, w.Project, w.Title, db.Micros(w.PublishAt), db.Micros(w.TellAt), w.AppealDays, w.CreatedBy, db.Micros(w.CreatedAt)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE decision SET publish_at = ?, tell_at = ?, appeal_until = ? WHERE platform = ? AND wave = ?`,
		db.Micros(w.PublishAt), db.Micros(w.TellAt), db.Micros(w.AppealUntil(zone)), platform, w.ID)
	return err
}

// letRework lets the authors of proposals change them until a time.
func letRework(ctx context.Context, tx db.Tx, platform int64, until time.Time, proposals []ids.ID) error {
	marks, args := db.In(proposals)
	_, err := tx.Exec(ctx, `UPDATE deposit SET rework_until = ? WHERE platform = ? AND proposal IN (`+marks+`)`, append([]any{db.Micros(until), platform}, args...)...)
	return err
}

// discardOf deletes what an edition that is deleted had.
func discardOf(ctx context.Context, tx db.Tx, platform int64, project ids.ID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM merger_part WHERE platform = ? AND merger IN (SELECT m.id FROM merger m WHERE m.platform = ? AND m.project = ?)`, platform, platform, project); err != nil {
		return err
	}
	for _, table := range []string{"assessment", "decision", "decision_wave", "appeal", "merger"} { // a fixed list
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE platform = ? AND project = ?`, platform, project); err != nil {
			return err
		}
	}
	return nil
}
