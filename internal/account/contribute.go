package account

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"net/netip"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
)

type networkKey struct{}

// WithNetwork says from which address the acts of a context come: the web says it once for all that a request does. What comes
// from nowhere (a command, a demonstration, a job) is not limited and leaves no trace.
func WithNetwork(ctx context.Context, from netip.Addr) context.Context {
	return context.WithValue(ctx, networkKey{}, from)
}

// Bar is why somebody may not contribute for a while.
type Bar struct {
	Until  time.Time // the platform's
	Reason string    // of the charter
	Act    ids.ID    // the decision, which can be appealed
}

// BarOf gives what keeps somebody from contributing at a time of the platform; false when nothing does.
func BarOf(ctx context.Context, tx db.Tx, platform int64, person ids.ID, now time.Time) (b Bar, barred bool, err error) {
	var until int64
	err = tx.QueryRow(ctx, `SELECT b.until, b.reason, b.act FROM barred b WHERE b.platform = ? AND b.participant = ? AND b.until > ?`, platform, person, db.Micros(now)).Scan(&until, &b.Reason, &b.Act)
	if db.None(err) {
		return Bar{}, false, nil
	}
	b.Until = db.Time(until)
	return b, err == nil, err
}

// SetBar keeps somebody from contributing until a time, in the place of what kept them before.
func SetBar(ctx context.Context, tx db.Tx, platform int64, person ids.ID, b Bar) error {
	_, err := tx.Exec(ctx, `INSERT INTO barred (platform, participant, until, reason, act) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (platform, participant) DO UPDATE SET until = excluded.until, reason = excluded.reason, act = excluded.act`, platform, person, db.Micros(b.Until), b.Reason, b.Act)
	return err
}

// LiftBar lets somebody contribute again whom a decision kept from it.
func LiftBar(ctx context.Context, tx db.Tx, platform int64, person, act ids.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM barred WHERE platform = ? AND participant = ? AND act = ?`, platform, person, act)
	return err
}

// Contribute is asked once for each thing that somebody contributes, in the transaction in which they do: the one place that
// says whether they may just now. Who is barred may not until the date; who is new, or nobody that one knows, may less often.
// subject is what is contributed. Faults: forbidden (barred), limited (too often).
func Contribute(ctx context.Context, tx db.Tx, of platform.Platform, who Person, doing Doing, subject ids.ID) error {
	bar, barred, err := BarOf(ctx, tx, of.Key, who.ID, of.Now(tx.Now()))
	if err != nil {
		return err
	}
	if barred {
		return fault.New(fault.Forbidden, "fault.account.barred", "When", bar.Until)
	}
	from, _ := ctx.Value(networkKey{}).(netip.Addr)
	if !from.IsValid() {
		return nil
	}
	if err := tx.Lock(ctx, "contributions of "+who.ID.String()); err != nil { // those at once are counted one after the other
		return err
	}
	now := tx.Now()
	name, err := networkName(ctx, tx, of.Key, from)
	if err != nil {
		return err
	}
	limit := limitOf(doing, who, now)
	mine, err := lately(ctx, tx, of.Key, `c.participant = ?`, who.ID, doing, now, limit)
	if err != nil {
		return err
	}
	wait := left(mine, limit, now)
	if !who.Proved {
		trusted, err := Trusted(ctx, tx, of.Key, from)
		if err != nil {
			return err
		}
		most := strangersHourly
		if trusted {
			most *= trustedFactor
		}
		theirs, err := lately(ctx, tx, of.Key, `c.network = ?`, name, doing, now, most)
		if err != nil {
			return err
		}
		wait = max(wait, left(theirs, most, now))
	}
	if wait > 0 {
		limited := fault.New(fault.Limited, "fault.account.often", "Count", int((wait+time.Minute-1)/time.Minute))
		limited.RetryAfter = wait
		return limited
	}
	_, err = tx.Exec(ctx, `INSERT INTO contribution_trace (platform, id, participant, act, subject, network, at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		of.Key, ids.Random(), who.ID, string(doing), subject, name, db.Micros(now))
	return err
}

// lately gives when that was done in the last hour by those of a condition, the newest first, at most limit.
func lately(ctx context.Context, tx db.Tx, platform int64, whose string, value any, doing Doing, now time.Time, limit int) ([]time.Time, error) {
	rows, err := tx.Query(ctx, `SELECT c.at FROM contribution_trace c WHERE c.platform = ? AND `+whose+` AND c.at > ? AND c.act = ? ORDER BY c.at DESC LIMIT ?`,
		platform, value, db.Micros(now.Add(-time.Hour)), string(doing), limit)
	return db.Collect(rows, err, func(r *sql.Rows, at *time.Time) error {
		var us int64
		err := r.Scan(&us)
		*at = db.Time(us)
		return err
	})
}

// traceKey is the platform's secret under which networks are hashed.
const traceKey = "network_key"

// networkName is what is kept of a network: its hash under the platform's secret, which names no place and nobody.
func networkName(ctx context.Context, tx db.Tx, of int64, from netip.Addr) (string, error) {
	key, err := platform.Setting(ctx, tx, of, traceKey)
	if err == nil && key == "" {
		if err = tx.Lock(ctx, "network key"); err == nil {
			key, err = platform.Setting(ctx, tx, of, traceKey)
		}
		if err == nil && key == "" {
			b := make([]byte, 32)
			_, _ = rand.Read(b) // never fails
			key = hex.EncodeToString(b)
			err = platform.Set(ctx, tx, of, traceKey, key)
		}
	}
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte("parvis/network/" + neighbours(from).String()))
	return hex.EncodeToString(mac.Sum(nil)[:12]), nil
}

// Trace is something that was contributed of late, with whom it came from.
type Trace struct {
	Participant ids.ID
	Doing       Doing
	Subject     ids.ID
	Network     string // hash
	At          time.Time
	Email, Name string
	CreatedAt   time.Time // of the account
}

// Traces gives what was contributed since a time, the last first, at most limit.
func Traces(ctx context.Context, tx db.Tx, platform int64, since time.Time, limit int) ([]Trace, error) {
	rows, err := tx.Query(ctx, `SELECT c.participant, c.act, c.subject, c.network, c.at, q.email_key, q.name, q.created_at FROM contribution_trace c
		JOIN participant q ON q.platform = c.platform AND q.id = c.participant WHERE c.platform = ? AND c.at >= ? ORDER BY c.at DESC, c.id LIMIT ?`, platform, db.Micros(since), limit)
	return db.Collect(rows, err, func(r *sql.Rows, t *Trace) error {
		var at, created int64
		err := r.Scan(&t.Participant, &t.Doing, &t.Subject, &t.Network, &at, &t.Email, &t.Name, &created)
		t.At, t.CreatedAt = db.Time(at), db.Time(created)
		return err
	})
}

// mergeTraces hands over what keeps a participant from contributing, and their traces, to whoever they turn out to be.
func mergeTraces(ctx context.Context, tx db.Tx, platform int64, from, to ids.ID) error {
	if _, err := tx.Exec(ctx, `UPDATE contribution_trace SET participant = ? WHERE platform = ? AND participant = ?`, to, platform, from); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM barred WHERE platform = ? AND participant = ?`, platform, from) // who has no address was never barred
	return err
}
