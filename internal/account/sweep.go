package account

import (
	"context"
	"database/sql"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// forgottenAfter is how long what slows guessing down, and a code that was not used, are known: what the privacy page says.
const forgottenAfter = 24 * time.Hour

// Sweep removes, on every platform, what has ended: sessions that are over, codes and counts of a day ago; and then whom nobody
// can be any more.
func (s *Service) Sweep(ctx context.Context) error {
	if err := s.sweepEnded(ctx); err != nil {
		return err
	}
	for more := true; more; {
		var err error
		if more, err = s.sweepNobody(ctx); err != nil {
			return err
		}
	}
	return nil
}

// nobodiesAtOnce is how many participants are removed in one transaction.
const nobodiesAtOnce = 50

// sweepNobody removes some participants who never gave an address and whose session is over: nobody can come back as them,
// so that what they saved opens to nobody. Nothing that they left is public. Those for whom an agent acted, at a desk, stay.
// It says whether there may be more.
func (s *Service) sweepNobody(ctx context.Context) (more bool, err error) {
	type nobody struct {
		platform int64
		id       ids.ID
	}
	var list []nobody
	find := func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT q.platform, q.id FROM participant q WHERE q.email_key = '' AND q.state = '' AND q.proved_at = 0 AND q.created_at < ?
			AND NOT EXISTS (SELECT 1 FROM session z WHERE z.platform = q.platform AND z.participant = q.id)
			AND NOT EXISTS (SELECT 1 FROM assistance l WHERE l.platform = q.platform AND l.participant = q.id)
			AND NOT EXISTS (SELECT 1 FROM account a WHERE a.platform = q.platform AND a.id = q.id) ORDER BY q.platform, q.created_at, q.id LIMIT ?`,
			db.Micros(tx.Now().Add(-forgottenAfter)), nobodiesAtOnce)
		list, err = db.Collect(rows, err, func(r *sql.Rows, n *nobody) error { return r.Scan(&n.platform, &n.id) })
		return err
	}
	ctx = db.Everywhere(ctx, "participants whom nobody can be any more")
	if err := s.db.Read(ctx, find); err != nil || len(list) == 0 { // most often there are none, and nothing need be written
		return false, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := find(ctx, tx); err != nil {
			return err
		}
		for _, n := range list { // a handful
			for _, room := range s.rooms {
				if room.Forget == nil {
					continue
				}
				if err := room.Forget(ctx, tx, n.platform, n.id, true); err != nil {
					return err
				}
			}
			if err := deleteParticipant(ctx, tx, n.platform, n.id); err != nil {
				return err
			}
		}
		return nil
	})
	return len(list) == nobodiesAtOnce, err
}

// sweepEnded removes what has ended.
func (s *Service) sweepEnded(ctx context.Context) error {
	return s.db.Write(db.Everywhere(ctx, "what has ended"), func(ctx context.Context, tx db.Tx) error {
		now := tx.Now()
		for _, one := range []struct {
			sql    string
			before time.Time
		}{
			{`DELETE FROM session WHERE expires_at < ?`, now},
			{`DELETE FROM sign_code WHERE expires_at < ?`, now.Add(-forgottenAfter)},
			{`DELETE FROM attempt WHERE last_at < ?`, now.Add(-forgottenAfter)},
			{`DELETE FROM email_change WHERE counts_at < ?`, now.Add(-correctionLife)},

			{`DELETE FROM contribution_trace WHERE at < ?`, now.Add(-TraceLife)},
			{`DELETE FROM barred WHERE until < ?`, now.Add(-forgottenAfter)}, // a platform's time may be behind
		} {
			if _, err := tx.Exec(ctx, one.sql, db.Micros(one.before)); err != nil {
				return err
			}
		}
		return nil
	})
}
