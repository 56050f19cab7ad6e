package discussion

import (
	"context"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// TakeOut marks a comment as withdrawn by its author or removed by moderation, with the reason that is shown, counts it no
// more, tells nobody of it any more, and writes so into the journal. What its author withdraws is erased; what moderation
// removes stays for an appeal, and nobody else reads it. One that is out already stays as it is. now is the platform's time.
func TakeOut(ctx context.Context, tx db.Tx, platform int64, c Comment, how proposal.Trashed, reason string, now time.Time) error {
	n, err := tx.Exec(ctx, `UPDATE comment SET trashed = ?, trashed_reason = ?, trashed_at = ? WHERE platform = ? AND id = ? AND trashed = ?`,
		string(how), reason, db.Micros(now), platform, c.ID, string(proposal.NotTrashed))
	if err != nil || n == 0 {
		return err
	}
	entry := "comment_removed"
	if how == proposal.Withdrawn {
		entry = "comment_withdrawn"
		if _, err := tx.Exec(ctx, `UPDATE comment SET body = '' WHERE platform = ? AND id = ?`, platform, c.ID); err != nil {
			return err
		}
	}
	return c.leave(ctx, tx, platform, -1, entry, reason)
}

// PutBack undoes what moderation did to a comment. One that stands, or that its author withdrew, stays as it is.
func PutBack(ctx context.Context, tx db.Tx, platform int64, c Comment) error {
	n, err := tx.Exec(ctx, `UPDATE comment SET trashed = ?, trashed_reason = '', trashed_at = 0 WHERE platform = ? AND id = ? AND trashed <> ? AND trashed <> ?`,
		string(proposal.NotTrashed), platform, c.ID, string(proposal.NotTrashed), string(proposal.Withdrawn))
	if err != nil || n == 0 {
		return err
	}
	return c.leave(ctx, tx, platform, 1, "comment_restored", "")
}

// Rewrite gives a comment another text, from which moderation blanked something, and says that it was changed.
func Rewrite(ctx context.Context, tx db.Tx, platform int64, c Comment, body string, now time.Time) error {
	if err := checkBody(body); err != nil {
		return err
	}
	if err := setBody(ctx, tx, platform, c, body, now); err != nil {
		return err
	}
	return journal.Append(ctx, tx, platform, "comment_edited", c.entry())
}

func (c Comment) leave(ctx context.Context, tx db.Tx, platform int64, n int, entry, reason string) error {
	if err := addCount(ctx, tx, platform, c.Subject, n); err != nil {
		return err
	}
	if err := notify.TakeBack(ctx, tx, platform, c.ID); err != nil {
		return err
	}
	body := c.entry()
	if reason != "" {
		body["reason"] = reason
	}
	return journal.Append(ctx, tx, platform, entry, body)
}

// entry is what the journal says of a comment: nothing that somebody wrote, and nobody's name.
func (c Comment) entry() map[string]any {
	body := map[string]any{"comment": c.ID, "project": c.Project, string(c.Kind): c.Subject}
	if !c.Parent.IsZero() {
		body["answers"] = c.Parent
	}
	return body
}

// forgetComments erases what somebody said, which counts no more.
func forgetComments(ctx context.Context, tx db.Tx, platform int64, person ids.ID, now time.Time) error {
	for _, st := range []struct {
		sql  string
		args []any
	}{
		{`UPDATE comment_count SET shown = shown - (SELECT COUNT(*) FROM comment c WHERE c.platform = comment_count.platform AND c.subject = comment_count.subject AND c.author = ? AND c.trashed = ?)
			WHERE platform = ? AND subject IN (SELECT c.subject FROM comment c WHERE c.platform = ? AND c.author = ?)`, []any{person, string(proposal.NotTrashed), platform, platform, person}},
		{`DELETE FROM happening WHERE platform = ? AND source IN (SELECT c.id FROM comment c WHERE c.platform = ? AND c.author = ?)`, []any{platform, platform, person}},
		{`UPDATE comment SET trashed = ?, trashed_at = ? WHERE platform = ? AND author = ? AND trashed = ?`, []any{string(proposal.Withdrawn), db.Micros(now), platform, person, string(proposal.NotTrashed)}},
		{`UPDATE comment SET body = '' WHERE platform = ? AND author = ?`, []any{platform, person}},
	} { // a fixed list
		if _, err := tx.Exec(ctx, st.sql, st.args...); err != nil {
			return err
		}
	}
	return nil
}
