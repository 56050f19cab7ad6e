// Package delivery follows the winners until they are built. This is its reading side.
package delivery

import (
	"context"
	"database/sql"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Delivery is where the works of a winner are.
type Delivery struct {
	Proposal   ids.ID
	Project    ids.ID
	State      State
	UpdatedAt  time.Time
	Milestones []Milestone
}

// State is the state of the works.
type State string

// The states.
const (
	Planned   State = "planned"
	UnderWay  State = "under_way"
	Built     State = "built"
	Late      State = "late"
	Abandoned State = "abandoned"
)

// Milestone is a dated stage of the works.
type Milestone struct {
	Title  string
	Body   string
	DueAt  time.Time // zero: no date yet
	DoneAt time.Time // zero: not done
}

// Of gives the follow-up of those proposals, with their milestones in order.
func Of(ctx context.Context, tx db.Tx, platform int64, proposals []ids.ID) (map[ids.ID]Delivery, error) {
	marks, args := db.In(proposals)
	args = append([]any{platform}, args...)
	rows, err := tx.Query(ctx, `SELECT d.proposal, d.project, d.state, d.updated_at FROM delivery d WHERE d.platform = ? AND d.proposal IN (`+marks+`)`, args...)
	found, err := db.Collect(rows, err, func(r *sql.Rows, d *Delivery) error {
		var at int64
		err := r.Scan(&d.Proposal, &d.Project, &d.State, &at)
		d.UpdatedAt = db.Time(at)
		return err
	})
	if err != nil {
		return nil, err
	}
	all := make(map[ids.ID]Delivery, len(found))
	for _, d := range found {
		all[d.Proposal] = d
	}
	type row struct {
		proposal ids.ID
		Milestone
	}
	rows, err = tx.Query(ctx, `SELECT m.proposal, m.title, m.body, m.due_at, m.done_at FROM milestone m WHERE m.platform = ? AND m.proposal IN (`+marks+`) ORDER BY m.proposal, m.position`, args...)
	milestones, err := db.Collect(rows, err, func(r *sql.Rows, v *row) error {
		var due, done int64
		err := r.Scan(&v.proposal, &v.Title, &v.Body, &due, &done)
		v.DueAt, v.DoneAt = db.Time(due), db.Time(done)
		return err
	})
	for _, m := range milestones {
		d := all[m.proposal]
		d.Milestones = append(d.Milestones, m.Milestone)
		all[m.proposal] = d
	}
	return all, err
}

// Insert stores follow-ups with their milestones.
func Insert(ctx context.Context, tx db.Tx, platform int64, deliveries []Delivery) error {
	var rows, milestones [][]any
	for _, d := range deliveries {
		rows = append(rows, []any{platform, d.Proposal, d.Project, string(d.State), db.Micros(d.UpdatedAt)})
		for i, m := range d.Milestones {
			milestones = append(milestones, []any{platform, d.Proposal, i, m.Title, m.Body, db.Micros(m.DueAt), db.Micros(m.DoneAt)})
		}
	}
	if err := db.Insert(ctx, tx, "delivery", []string{"platform", "proposal", "project", "state", "updated_at"}, rows); err != nil {
		return err
	}
	return db.Insert(ctx, tx, "milestone", []string{"platform", "proposal", "position", "title", "body", "due_at", "done_at"}, milestones)
}
