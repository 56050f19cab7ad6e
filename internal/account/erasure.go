package account

import (
	"context"
	"database/sql"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
)

// Request is somebody's wish to be forgotten, which waits for an organiser.
type Request struct {
	ID      ids.ID
	Person  ids.ID
	Email   string
	Name    string
	Keep    bool // their contributions stay, without their name
	AskedAt time.Time
}

// AskErasure records that the person of a session wants to be forgotten; asking again replaces the wish. Fault: forbidden.
func (s *Service) AskErasure(ctx context.Context, of platform.Platform, token string, keep bool) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		p, err := signedIn(ctx, tx, of.Key, token)
		if err != nil {
			return err
		}
		if err := tx.Lock(ctx, wish(p.ID)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM data_request WHERE platform = ? AND participant = ? AND answered_at = 0`, of.Key, p.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO data_request (platform, id, participant, keep, asked_at, answered_at) VALUES (?, ?, ?, ?, ?, 0)`,
			of.Key, ids.Dated(tx.Now()), p.ID, keep, db.Micros(tx.Now())); err != nil {
			return err
		}
		return notify.Queue(ctx, tx, of.Key, notify.Mail{To: p.Email, Lang: i18n.Lang(p.Language), Kind: "erasure_asked", Person: p.ID})
	})
}

// CancelErasure takes the wish of a session's person back. Fault: forbidden.
func (s *Service) CancelErasure(ctx context.Context, of platform.Platform, token string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		p, err := signedIn(ctx, tx, of.Key, token)
		if err != nil {
			return err
		}
		if err := tx.Lock(ctx, wish(p.ID)); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM data_request WHERE platform = ? AND participant = ? AND answered_at = 0`, of.Key, p.ID)
		return err
	})
}

// wish is the lock of a person's wish to be forgotten: asking, taking back and answering take turns.
func wish(person ids.ID) string { return "erasure of " + person.String() }

// locked gives a request that still waits once its person's lock is held. Fault: not_found.
func locked(ctx context.Context, tx db.Tx, platform int64, request ids.ID) (Request, error) {
	read := func() (Request, error) {
		all, err := requests(ctx, tx, `r.platform = ? AND r.id = ?`, platform, request)
		if err == nil && len(all) == 0 {
			err = fault.New(fault.NotFound, "fault.not_found")
		}
		if err != nil {
			return Request{}, err
		}
		return all[0], nil
	}
	r, err := read()
	if err != nil {
		return r, err
	}
	if err := tx.Lock(ctx, wish(r.Person)); err != nil {
		return r, err
	}
	return read()
}

// Requests gives those that wait, the oldest first, at most limit.
func Requests(ctx context.Context, tx db.Tx, platform int64, limit int) ([]Request, error) {
	return requests(ctx, tx, `r.platform = ? ORDER BY r.asked_at, r.id LIMIT ?`, platform, limit)
}

// RequestOf gives the one of a person, if it waits.
func RequestOf(ctx context.Context, tx db.Tx, platform int64, person ids.ID) (r Request, waits bool, err error) {
	all, err := requests(ctx, tx, `r.platform = ? AND r.participant = ?`, platform, person)
	if err != nil || len(all) == 0 {
		return Request{}, false, err
	}
	return all[0], true, nil
}

func requests(ctx context.Context, tx db.Tx, where string, args ...any) ([]Request, error) {
	rows, err := tx.Query(ctx, `SELECT r.id, r.participant, q.email, q.name, r.keep, r.asked_at FROM data_request r
		JOIN participant q ON q.platform = r.platform AND q.id = r.participant WHERE r.answered_at = 0 AND `+where, args...)
	return db.Collect(rows, err, func(rows *sql.Rows, r *Request) error {
		var asked int64
		err := rows.Scan(&r.ID, &r.Person, &r.Email, &r.Name, &r.Keep, &asked)
		r.AskedAt = db.Time(asked)
		return err
	})
}

// Erase forgets somebody who asked for it: address, name and whatever else is their own; what they published stays without
// their name, or is withdrawn, as they wished. The last e-mail is sent to the address that is then gone. Faults: forbidden,
// not_found, conflict for the last administrator, or what a room says.
func (s *Service) Erase(ctx context.Context, of platform.Platform, by Person, request ids.ID) error {
	if !by.Roles.Can(access.AnswerRequest, access.Moment{}) {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		r, err := locked(ctx, tx, of.Key, request)
		if err != nil {
			return err
		}
		if err := keepKeys(ctx, tx, of.Key, r.Person); err != nil {
			return err
		}
		lang := i18n.FR
		if err := tx.QueryRow(ctx, `SELECT q.language FROM participant q WHERE q.platform = ? AND q.id = ?`, of.Key, r.Person).Scan(&lang); err != nil {
			return err
		}
		if err := notify.Forget(ctx, tx, of.Key, r.Person, r.Email); err != nil {
			return err
		}
		if err := notify.Queue(ctx, tx, of.Key, notify.Mail{To: r.Email, Lang: lang, Kind: "erased"}); err != nil {
			return err
		}
		for _, room := range s.rooms {
			if room.Forget == nil {
				continue
			}
			if err := room.Forget(ctx, tx, of.Key, r.Person, r.Keep); err != nil {
				return err
			}
		}
		return forget(ctx, tx, of.Key, r, by.ID)
	})
}

// forget erases what this room has of a person; the row stays, empty, for what they left to point at.
func forget(ctx context.Context, tx db.Tx, platform int64, r Request, by ids.ID) error {
	for _, table := range []string{"session", "factor", "recovery_code", "role_given", "assistance", "email_change", "barred", "contribution_trace"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE platform = ? AND participant = ?`, platform, r.Person); err != nil {
			return err
		}
	}
	key, err := emailKey(r.Email)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM sign_code WHERE platform = ? AND email_key = ?`, platform, key); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE participant SET email = '', email_key = '', proved_at = 0, password = '', name = '', district = NULL, postcode = '', state = 'erased'
		WHERE platform = ? AND id = ?`, platform, r.Person); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE account SET name = '', slug = ? WHERE platform = ? AND id = ?`, r.Person.String(), platform, r.Person); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE data_request SET answered_at = ?, answered_by = ? WHERE platform = ? AND participant = ? AND answered_at = 0`, db.Micros(tx.Now()), by, platform, r.Person); err != nil {
		return err
	}
	return journal.Append(ctx, tx, platform, "person_erased", map[string]any{"account": r.Person, "kept": r.Keep})
}
