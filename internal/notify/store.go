package notify

import (
	"context"
	"database/sql"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Sent is a line of the log of e-mails.
type Sent struct {
	ID        ids.ID
	Recipient string
	Kind      string
	Refused   string // the server's answer; empty: it took the e-mail
	At        time.Time
}

// logLife is how long the log knows an e-mail.
const logLife = 30 * 24 * time.Hour

func record(ctx context.Context, tx db.Tx, platform int64, s Sent) error {
	_, err := tx.Exec(ctx, `INSERT INTO mail_log (platform, id, recipient, kind, refused, at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (platform, id) DO UPDATE SET refused = excluded.refused, at = excluded.at`, platform, s.ID, s.Recipient, s.Kind, s.Refused, db.Micros(tx.Now()))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM mail_log WHERE platform = ? AND at < ?`, platform, db.Micros(tx.Now().Add(-logLife)))
	return err
}

// Log gives the e-mails that a server took or refused, the last first, at most limit.
func Log(ctx context.Context, tx db.Tx, platform int64, limit int) ([]Sent, error) {
	rows, err := tx.Query(ctx, `SELECT l.id, l.recipient, l.kind, l.refused, l.at FROM mail_log l WHERE l.platform = ? ORDER BY l.at DESC, l.id LIMIT ?`, platform, limit)
	return db.Collect(rows, err, func(r *sql.Rows, s *Sent) error {
		var at int64
		err := r.Scan(&s.ID, &s.Recipient, &s.Kind, &s.Refused, &at)
		s.At = db.Time(at)
		return err
	})
}

// Bounce is an address that a server refused for good.
type Bounce struct {
	Email  string
	Answer string
	At     time.Time
}

// Bounces gives them, the last first, at most limit.
func Bounces(ctx context.Context, tx db.Tx, platform int64, limit int) ([]Bounce, error) {
	rows, err := tx.Query(ctx, `SELECT b.email_key, b.answer, b.at FROM mail_bounce b WHERE b.platform = ? ORDER BY b.at DESC, b.email_key LIMIT ?`, platform, limit)
	return db.Collect(rows, err, func(r *sql.Rows, b *Bounce) error {
		var at int64
		err := r.Scan(&b.Email, &b.Answer, &at)
		b.At = db.Time(at)
		return err
	})
}

func addressKey(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

func bounced(ctx context.Context, tx db.Tx, platform int64, email string) (yes bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM mail_bounce b WHERE b.platform = ? AND b.email_key = ?)`, platform, addressKey(email)).Scan(&yes)
	return yes, err
}

func setBounce(ctx context.Context, tx db.Tx, platform int64, email, answer string) error {
	_, err := tx.Exec(ctx, `INSERT INTO mail_bounce (platform, email_key, answer, at) VALUES (?, ?, ?, ?)
		ON CONFLICT (platform, email_key) DO UPDATE SET answer = excluded.answer, at = excluded.at`, platform, addressKey(email), answer, db.Micros(tx.Now()))
	return err
}

// ClearBounce lets e-mails go to an address again.
func ClearBounce(ctx context.Context, tx db.Tx, platform int64, email string) error {
	_, err := tx.Exec(ctx, `DELETE FROM mail_bounce WHERE platform = ? AND email_key = ?`, platform, addressKey(email))
	return err
}

func left(ctx context.Context, tx db.Tx, platform int64, person ids.ID, list string) (yes bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM mail_off o WHERE o.platform = ? AND o.participant = ? AND o.list = ?)`, platform, person, list).Scan(&yes)
	return yes, err
}

// Leave takes somebody off a list; Join puts them on it again.
func Leave(ctx context.Context, tx db.Tx, platform int64, person ids.ID, list string) error {
	_, err := tx.Exec(ctx, `INSERT INTO mail_off (platform, participant, list, at) VALUES (?, ?, ?, ?) ON CONFLICT (platform, participant, list) DO NOTHING`,
		platform, person, list, db.Micros(tx.Now()))
	return err
}

// Join is the opposite of Leave.
func Join(ctx context.Context, tx db.Tx, platform int64, person ids.ID, list string) error {
	_, err := tx.Exec(ctx, `DELETE FROM mail_off WHERE platform = ? AND participant = ? AND list = ?`, platform, person, list)
	return err
}

// Boxed is an e-mail in the demonstration's mailbox.
type Boxed struct {
	ID        ids.ID
	Recipient string
	Letter
	At time.Time
}

const boxed = 200 // that the mailbox keeps

func putInBox(ctx context.Context, tx db.Tx, platform int64, b Boxed) error {
	_, err := tx.Exec(ctx, `INSERT INTO mail_box (platform, id, recipient, subject, body, action, link, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (platform, id) DO NOTHING`,
		platform, b.ID, b.Recipient, b.Subject, strings.Join(b.Paragraphs, "\n\n"), b.Action, b.Link, db.Micros(tx.Now()))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM mail_box WHERE platform = ? AND id NOT IN (SELECT b.id FROM mail_box b WHERE b.platform = ? ORDER BY b.at DESC, b.id LIMIT ?)`, platform, platform, boxed)
	return err
}

// fillBox puts several e-mails into a mailbox, as of their own times.
func fillBox(ctx context.Context, tx db.Tx, platform int64, list []Boxed) error {
	rows := make([][]any, len(list))
	for i, b := range list {
		rows[i] = []any{platform, b.ID, b.Recipient, b.Subject, strings.Join(b.Paragraphs, "\n\n"), b.Action, b.Link, db.Micros(b.At)}
	}
	return db.Insert(ctx, tx, "mail_box", []string{"platform", "id", "recipient", "subject", "body", "action", "link", "at"}, rows)
}

// Mailbox gives what the demonstration would have sent, the last first, at most limit.
func Mailbox(ctx context.Context, tx db.Tx, platform int64, limit int) ([]Boxed, error) {
	rows, err := tx.Query(ctx, `SELECT b.id, b.recipient, b.subject, b.body, b.action, b.link, b.at FROM mail_box b WHERE b.platform = ? ORDER BY b.at DESC, b.id LIMIT ?`, platform, limit)
	return db.Collect(rows, err, func(r *sql.Rows, b *Boxed) error {
		var body string
		var at int64
		err := r.Scan(&b.ID, &b.Recipient, &b.Subject, &body, &b.Action, &b.Link, &at)
		b.Paragraphs, b.At = strings.Split(body, "\n\n"), db.Time(at)
		return err
	})
}

// Forget erases what is kept of somebody's e-mails: what was sent, what waits, what came back, and the lists that they left.
func Forget(ctx context.Context, tx db.Tx, platform int64, person ids.ID, email string) error {
	codes := urgent + email + "/" // what begins the bundles of codes, which name nobody
	for _, one := range []struct {
		sql  string
		args []any
	}{
		{`DELETE FROM mail_log WHERE platform = ? AND recipient = ?`, []any{email}},
		{`DELETE FROM mail_box WHERE platform = ? AND recipient = ?`, []any{email}},
		{`DELETE FROM mail_bounce WHERE platform = ? AND email_key = ?`, []any{addressKey(email)}},
		{`DELETE FROM mail_off WHERE platform = ? AND participant = ?`, []any{person}},
		{`DELETE FROM jobs WHERE platform = ? AND kind = 'mail' AND body LIKE ?`, []any{`%"person":"` + person.String() + `"%`}},
		{`DELETE FROM jobs WHERE platform = ? AND SUBSTR(bundle, 1, ?) = ?`, []any{utf8.RuneCountInString(codes), codes}},
	} {
		if _, err := tx.Exec(ctx, one.sql, append([]any{platform}, one.args...)...); err != nil {
			return err
		}
	}
	return nil
}
