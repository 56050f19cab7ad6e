package delivery

import (
	"context"
	"database/sql"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// States are all states.
func States() []State { return []State{Built, UnderWay, Late, Planned, Abandoned} }

// Counts gives how many follow-ups of a project are in each state.
func Counts(ctx context.Context, tx db.Tx, platform int64, project ids.ID) (map[State]int, error) {
	type row struct {
		state State
		n     int
	}
	rows, err := tx.Query(ctx, `SELECT d.state, COUNT(*) FROM delivery d WHERE d.platform = ? AND d.project = ? GROUP BY d.state`, platform, project)
	found, err := db.Collect(rows, err, func(r *sql.Rows, v *row) error { return r.Scan(&v.state, &v.n) })
	counts := make(map[State]int, len(found))
	for _, v := range found {
		counts[v.state] = v.n
	}
	return counts, err
}

// Followed gives the proposals of a project that are followed, in a state or in any when it is empty, at most limit.
func Followed(ctx context.Context, tx db.Tx, platform int64, project ids.ID, state State, limit int) ([]ids.ID, error) {
	states := []string{}
	for _, s := range States() {
		states = append(states, string(s))
	}
	if state != "" {
		states = []string{string(state)}
	}
	marks, args := db.In(states)
	rows, err := tx.Query(ctx, `SELECT d.proposal FROM delivery d WHERE d.platform = ? AND d.project = ? AND d.state IN (`+marks+`) ORDER BY d.state, d.proposal LIMIT ?`,
		append(append([]any{platform, project}, args...), limit)...)
	return db.Collect(rows, err, func(r *sql.Rows, id *ids.ID) error { return r.Scan(id) })
}
