package discussion

import (
	"context"
	"database/sql"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
)

// Room is what the account room does here when somebody proves an address, asks for their data, or asks to be forgotten.
func Room() account.Room {
	return account.Room{Name: "discussion", Merge: merge, Forget: forget, Export: export}
}

// Own is what this room has of a person, for the file that they ask for.
type Own struct {
	Comments []OwnText `json:"comments,omitempty"`
	Messages []OwnText `json:"messages,omitempty"` // to the services
	Drafts   []OwnText `json:"drafts,omitempty"`
}

// OwnText is something that they wrote.
type OwnText struct {
	Text    string `json:"text"`
	At      string `json:"at"`
	Removed string `json:"removed,omitempty"` // how
}

// exportMax is more than anybody has; it bounds the file all the same.
const exportMax = 100_000

func export(ctx context.Context, tx db.Tx, platform int64, person ids.ID) (any, error) {
	texts := func(query string, args ...any) ([]OwnText, error) {
		rows, err := tx.Query(ctx, query, args...)
		return db.Collect(rows, err, func(r *sql.Rows, t *OwnText) error {
			var at int64
			err := r.Scan(&t.Text, &at, &t.Removed)
			t.At = db.Time(at).Format(time.RFC3339)
			return err
		})
	}
	var own Own
	var err error
	if own.Comments, err = texts(`SELECT c.body, c.published_at, c.trashed FROM comment c WHERE c.platform = ? AND c.author = ? ORDER BY c.published_at, c.id LIMIT ?`, platform, person, exportMax); err != nil {
		return nil, err
	}
	if own.Messages, err = texts(`SELECT m.body, m.at, '' FROM question_message m WHERE m.platform = ? AND m.author = ? ORDER BY m.at, m.id LIMIT ?`, platform, person, exportMax); err != nil {
		return nil, err
	}
	if own.Drafts, err = texts(`SELECT d.body, d.updated_at, '' FROM comment_draft d WHERE d.platform = ? AND d.participant = ? ORDER BY d.subject LIMIT ?`, platform, person, exportMax); err != nil {
		return nil, err
	}
	if len(own.Comments)+len(own.Messages)+len(own.Drafts) == 0 {
		return nil, nil
	}
	return own, nil
}

// merge hands what somebody typed before they proved their address over to them; it is newer than what they had.
func merge(ctx context.Context, tx db.Tx, platform int64, from, to ids.ID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM comment_draft WHERE platform = ? AND participant = ? AND subject IN (SELECT d.subject FROM comment_draft d WHERE d.platform = ? AND d.participant = ?)`,
		platform, to, platform, from); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE comment_draft SET participant = ? WHERE platform = ? AND participant = ?`, to, platform, from)
	return err
}

// forget erases drafts and what was written in private. keep leaves comments and public questions, without a name.
func forget(ctx context.Context, tx db.Tx, key int64, person ids.ID, keep bool) error {
	if _, err := tx.Exec(ctx, `DELETE FROM comment_draft WHERE platform = ? AND participant = ?`, key, person); err != nil {
		return err
	}
	const ours = `UPDATE question_message SET body = '' WHERE platform = ? AND author = ? AND side = 'author'`
	if keep {
		_, err := tx.Exec(ctx, ours+` AND question IN (SELECT q.id FROM question q WHERE q.platform = ? AND q.public = ?)`, key, person, key, false)
		return err
	}
	if _, err := tx.Exec(ctx, ours, key, person); err != nil {
		return err
	}
	of, err := platform.ByKey(ctx, tx, key)
	if err != nil {
		return err
	}
	return forgetComments(ctx, tx, key, person, of.Now(tx.Now()))
}
