// Package jobs is the transactional outbox: work to do after a commit is a row that the same transaction writes, so that
// none is lost and none is done for what never happened.
package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Job is one piece of work.
type Job struct {
	ID       ids.ID
	Platform int64
	Kind     string // who does it
	Bundle   string // what is done together with others of the same; empty: alone
	Body     json.RawMessage
	RunAt    time.Time // not before
	Tries    int       // that failed
	Error    string    // of the last one
	Parked   bool      // given up: it waits for a person
	Rest     []Job     // the others of its bundle, when a handler gets it
}

// Driving is the kind of the jobs that move a rehearsal on.
const Driving = "rehearsal"

// Add writes a job in the transaction that it belongs to. body is any value that encodes to JSON; a zero at is as soon as
// it is committed.
func Add(ctx context.Context, tx db.Tx, platform int64, kind string, body any, at time.Time) error {
	return AddAll(ctx, tx, platform, kind, []any{body}, at)
}

// AddAll writes a job for each body, in as few statements as it can.
func AddAll(ctx context.Context, tx db.Tx, platform int64, kind string, bodies []any, at time.Time) error {
	return AddEach(ctx, tx, platform, kind, make([]string, len(bodies)), bodies, at)
}

// AddTo writes a job that is done together with those of the same bundle that wait when the first of them is due.
func AddTo(ctx context.Context, tx db.Tx, platform int64, kind, bundle string, body any, at time.Time) error {
	return AddEach(ctx, tx, platform, kind, []string{bundle}, []any{body}, at)
}

// AddEach is AddTo for several jobs, each with its own bundle, in as few statements as it can.
func AddEach(ctx context.Context, tx db.Tx, platform int64, kind string, bundles []string, bodies []any, at time.Time) error {
	now := tx.Now()
	if at.IsZero() {
		at = now
	}
	rows := make([][]any, len(bodies))
	for i, body := range bodies {
		raw, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("job %s: %w", kind, err)
		}
		rows[i] = []any{ids.Dated(now), platform, kind, bundles[i], string(raw), db.Micros(at), 0, "", false, 0, db.Micros(now)}
	}
	return db.Insert(ctx, tx, "jobs", []string{"id", "platform", "kind", "bundle", "body", "run_at", "tries", "error", "parked", "claimed_until", "created_at"}, rows)
}
