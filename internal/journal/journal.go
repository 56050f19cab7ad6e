// Package journal is the platform's public journal: every public act writes one entry in the transaction that changes
// the state. Entries wait here, format v0, for the sequencer that will number and publish them; nothing personal is in
// them.
package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gowebpki/jcs"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Entry is one public act.
type Entry struct {
	ID   ids.ID
	Kind string // "import", "platform_created", "result_proclaimed", …
	Body string // canonical JSON (RFC 8785)
	At   time.Time
}

// Append writes a pending entry. The body is what the act says in public, as any value that encodes to a JSON object.
func Append(ctx context.Context, tx db.Tx, platform int64, kind string, body any) error {
	raw, err := json.Marshal(map[string]any{"format": "parvis/v0", "kind": kind, "body": body})
	if err != nil {
		return fmt.Errorf("journal entry %s: %w", kind, err)
	}
	canonical, err := jcs.Transform(raw)
	if err != nil {
		return fmt.Errorf("journal entry %s: %w", kind, err)
	}
	at := db.Micros(tx.Now())
	var position int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM journal_pending p WHERE p.platform = ? AND p.at = ?`, platform, at).Scan(&position); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO journal_pending (platform, id, kind, body, at, position) VALUES (?, ?, ?, ?, ?, ?)`,
		platform, ids.Dated(tx.Now()), kind, string(canonical), at, position)
	return err
}

// Pending gives the entries that wait, oldest first, at most limit.
func Pending(ctx context.Context, tx db.Tx, platform int64, limit int) ([]Entry, error) {
	rows, err := tx.Query(ctx, `SELECT id, kind, body, at FROM journal_pending WHERE platform = ? ORDER BY at, position, id LIMIT ?`, platform, limit)
	return db.Collect(rows, err, func(r *sql.Rows, e *Entry) error {
		var at int64
		err := r.Scan(&e.ID, &e.Kind, &e.Body, &at)
		e.At = db.Time(at)
		return err
	})
}
