package analysis

import (
	"context"
	"database/sql"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
)

// Room is what the account room does here when somebody proves an address, asks for their data, or asks to be forgotten.
func Room() account.Room {
	return account.Room{Name: "analysis", Merge: merge, Forget: forget, Export: export}
}

// merge hands what one participant is in services to another.
func merge(ctx context.Context, tx db.Tx, platform int64, from, to ids.ID) error {
	for _, st := range []struct { // a fixed list
		sql  string
		args []any
	}{
		{`INSERT INTO service_member (platform, service, participant) SELECT m.platform, m.service, q.id FROM service_member m JOIN participant q ON q.platform = m.platform
			WHERE m.platform = ? AND m.participant = ? AND q.id = ? ON CONFLICT (platform, service, participant) DO NOTHING`, []any{platform, from, to}},
		{`DELETE FROM service_member WHERE platform = ? AND participant = ?`, []any{platform, from}},
		{`UPDATE assignment SET charge = ? WHERE platform = ? AND charge = ?`, []any{to, platform, from}},
		{`UPDATE opinion SET saved_by = ? WHERE platform = ? AND saved_by = ?`, []any{to, platform, from}},
		{`UPDATE analysis_note SET author = ? WHERE platform = ? AND author = ?`, []any{to, platform, from}},
		{`UPDATE analysis_file SET author = ? WHERE platform = ? AND author = ?`, []any{to, platform, from}},
	} {
		if _, err := tx.Exec(ctx, st.sql, st.args...); err != nil {
			return err
		}
	}
	return nil
}

// forget takes somebody out of the services. What they wrote as an agent is the city's, and stays without their name.
func forget(ctx context.Context, tx db.Tx, platform int64, person ids.ID, _ bool) error {
	for _, sql := range []string{ // a fixed list
		`DELETE FROM service_member WHERE platform = ? AND participant = ?`,
		`UPDATE assignment SET charge = NULL WHERE platform = ? AND charge = ?`,
		`UPDATE assignment SET assigned_by = NULL WHERE platform = ? AND assigned_by = ?`,
		`DELETE FROM analysis_sheet WHERE platform = ? AND participant = ?`,
	} {
		if _, err := tx.Exec(ctx, sql, platform, person); err != nil {
			return err
		}
	}
	return nil
}

// Own is what this room has of an agent, for the file that they ask for.
type Own struct {
	Services []string  `json:"services,omitempty"`
	Opinions int       `json:"opinions"` // that they saved last
	Notes    []OwnNote `json:"notes,omitempty"`
}

// OwnNote is a note that they wrote.
type OwnNote struct {
	Proposal ids.ID `json:"proposal"`
	Body     string `json:"body"`
	At       string `json:"at"`
}

func export(ctx context.Context, tx db.Tx, platform int64, person ids.ID) (any, error) {
	var own Own
	rows, err := tx.Query(ctx, `SELECT v.name FROM service_member m JOIN service v ON v.platform = m.platform AND v.id = m.service WHERE m.platform = ? AND m.participant = ? ORDER BY v.slug`, platform, person)
	if own.Services, err = db.Collect(rows, err, func(r *sql.Rows, s *string) error { return r.Scan(s) }); err != nil {
		return nil, err
	}
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM opinion o WHERE o.platform = ? AND o.saved_by = ?`, platform, person).Scan(&own.Opinions); err != nil {
		return nil, err
	}
	rows, err = tx.Query(ctx, `SELECT n.proposal, n.body, n.at FROM analysis_note n WHERE n.platform = ? AND n.author = ? ORDER BY n.at, n.id`, platform, person)
	own.Notes, err = db.Collect(rows, err, func(r *sql.Rows, n *OwnNote) error {
		var at int64
		err := r.Scan(&n.Proposal, &n.Body, &at)
		n.At = db.Time(at).Format("2006-01-02T15:04:05Z07:00")
		return err
	})
	if err != nil || len(own.Services)+own.Opinions+len(own.Notes) == 0 {
		return nil, err
	}
	return own, nil
}

// Part is what the room keeps of editions: rounds and the form of evaluation, copied without its dates, and the categories that
// nobody studies.
func Part() project.Part {
	return project.Part{
		Copy: func(ctx context.Context, tx db.Tx, platform int64, from project.Edition, to project.Project, _ []project.Step) error {
			_, err := tx.Exec(ctx, `INSERT INTO evaluation_form (platform, project, body, updated_at) SELECT f.platform, j.id, f.body, f.updated_at FROM evaluation_form f
				JOIN project j ON j.platform = f.platform WHERE f.platform = ? AND f.project = ? AND j.id = ?`, platform, from.Project.ID, to.ID)
			return err
		},
		Discard: func(ctx context.Context, tx db.Tx, platform int64, e project.Edition) error {
			return discard(ctx, tx, platform, e.Project.ID)
		},
		Checks: unstudied,
	}
}

// unstudied adds to the check-list that every category of an edition with an analysis has a service that studies it.
func unstudied(ctx context.Context, tx db.Tx, platform int64, e project.Edition) ([]project.Check, error) {
	for _, s := range e.Steps {
		if s.Kind != project.Analysis {
			continue
		}
		categories, err := project.CategoriesOf(ctx, tx, platform, e.Project.ID, "category")
		if err != nil || len(categories) == 0 {
			return nil, err
		}
		services, err := project.CityServices(ctx, tx, platform)
		done := true
		for _, c := range categories {
			done = done && (c.Retired || len(ruled(subject{CategoryName: c.Name}, services)) > 0)
		}
		return []project.Check{{Key: "services", Screen: project.ScreenTeam, Done: done, Due: s.StartsAt}}, err
	}
	return nil, nil
}
