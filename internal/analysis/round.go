package analysis

import (
	"context"
	"database/sql"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Round is a dated turn of the analysis of an edition: first whether a proposal can be studied at all, then what it costs.
type Round struct {
	ID       ids.ID
	Project  ids.ID
	Position int // from 1
	Kind     RoundKind
	Title    string // empty: the kind's own name in the reader's language
	StartsAt time.Time
	DueAt    time.Time
}

// RoundKind is what a round asks.
type RoundKind string

// The kinds of round.
const (
	Admissibility RoundKind = "admissibility"
	Costing       RoundKind = "costing"
	OtherRound    RoundKind = "other"
)

// RoundKinds lists them.
func RoundKinds() []RoundKind { return []RoundKind{Admissibility, Costing, OtherRound} }

const roundColumns = `r.id, r.project, r.position, r.kind, r.title, r.starts_at, r.due_at`

func scanRound(rows *sql.Rows, r *Round) error {
	var starts, due int64
	err := rows.Scan(&r.ID, &r.Project, &r.Position, &r.Kind, &r.Title, &starts, &due)
	r.StartsAt, r.DueAt = db.Time(starts), db.Time(due)
	return err
}

// Rounds gives the rounds of projects, a project's in their order.
func Rounds(ctx context.Context, tx db.Tx, platform int64, projects []ids.ID) ([]Round, error) {
	marks, args := db.In(projects)
	rows, err := tx.Query(ctx, `SELECT `+roundColumns+` FROM analysis_round r WHERE r.platform = ? AND r.project IN (`+marks+`) ORDER BY r.project, r.position`,
		append([]any{platform}, args...)...)
	return db.Collect(rows, err, scanRound)
}

// InsertRounds stores rounds.
func InsertRounds(ctx context.Context, tx db.Tx, platform int64, rounds []Round) error {
	var rows [][]any
	for _, r := range rounds {
		rows = append(rows, []any{platform, r.ID, r.Project, r.Position, string(r.Kind), r.Title, db.Micros(r.StartsAt), db.Micros(r.DueAt)})
	}
	return db.Insert(ctx, tx, "analysis_round", []string{"platform", "id", "project", "position", "kind", "title", "starts_at", "due_at"}, rows)
}
