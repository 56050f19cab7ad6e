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
	Body     json.RawMessage
	RunAt    time.Time // not before
	Tries    int
}

// Add writes a job in the transaction that it belongs to. body is any value that encodes to JSON; a zero at is as soon as
// it is committed.
func Add(ctx context.Context, tx db.Tx, platform int64, kind string, body any, at time.Time) error {
	return AddAll(ctx, tx, platform, kind, []any{body}, at)
}

// AddAll writes a job for each body, in as few statements as it can.
func AddAll(ctx context.Context, tx db.Tx, platform int64, kind string, bodies []any, at time.Time) error {
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
		rows[i] = []any{ids.Dated(now), platform, kind, string(raw), db.Micros(at), 0, "", 0, db.Micros(now)}
	}
	return db.Insert(ctx, tx, "jobs", []string{"id", "platform", "kind", "body", "run_at", "tries", "error", "claimed_until", "created_at"}, rows)
}
