package account

import (
	"cmp"
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
)

// Act is what an agent did for somebody.
type Act string

// The acts.
const (
	ActFound           Act = "found"         // looked the person up
	ActSought          Act = "sought"        // looked for somebody, and found nobody
	ActCode            Act = "code"          // sent a code again
	ActEmail           Act = "email"         // corrected the address
	ActEmailRefused    Act = "email_refused" // the person themselves refused that
	ActDistrict        Act = "district"      // corrected the district
	ActBallotCancelled Act = "ballot_cancelled"
	ActPaperBegun      Act = "paper_begun"     // began to type a paper form
	ActPaperPublished  Act = "paper_published" // published what it says
	ActPaperEdited     Act = "paper_edited"
	ActPaperWithdrawn  Act = "paper_withdrawn"
	ActPaperDiscarded  Act = "paper_discarded" // dropped what was begun
)

// Assistance is a line of the log of what agents did. Nothing that an agent does for somebody is without one, nor a look for
// somebody who is not there: who leafs through addresses is seen.
type Assistance struct {
	Agent      ids.ID    `json:"-"`
	AgentName  string    `json:"agent"`
	AgentEmail string    `json:"-"`
	Act        Act       `json:"act"`
	Reason     string    `json:"reason,omitempty"`
	At         time.Time `json:"at"`
}

// Log writes a line, in the transaction of what was done. person is zero for a look that found nobody.
func Log(ctx context.Context, tx db.Tx, platform int64, agent, person ids.ID, act Act, reason string) error {
	_, err := tx.Exec(ctx, `INSERT INTO assistance (platform, id, agent, participant, act, reason, at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		platform, ids.Dated(tx.Now()), agent, person, string(act), reason, db.Micros(tx.Now()))
	return err
}

// AssistanceOf gives what agents did for somebody, newest first.
func AssistanceOf(ctx context.Context, tx db.Tx, platform int64, person ids.ID) ([]Assistance, error) {
	return assistances(ctx, tx, `a.platform = ? AND a.participant = ?`, platform, person)
}

// Assistances gives what agents did of late, the last first, at most two hundred lines.
func Assistances(ctx context.Context, tx db.Tx, platform int64) ([]Assistance, error) {
	return assistances(ctx, tx, `a.platform = ?`, platform)
}

func assistances(ctx context.Context, tx db.Tx, where string, args ...any) ([]Assistance, error) {
	rows, err := tx.Query(ctx, `SELECT a.agent, COALESCE(q.name, ''), COALESCE(q.email, ''), a.act, a.reason, a.at FROM assistance a
		LEFT JOIN participant q ON q.platform = a.platform AND q.id = a.agent WHERE `+where+` ORDER BY a.id DESC LIMIT 200`, args...)
	return db.Collect(rows, err, func(r *sql.Rows, a *Assistance) error {
		var at int64
		err := r.Scan(&a.Agent, &a.AgentName, &a.AgentEmail, &a.Act, &a.Reason, &at)
		a.At = db.Time(at)
		return err
	})
}

// Found is somebody as an agent sees them: enough to help, and no more.
type Found struct {
	Person
	Log []Assistance
}

// Find looks somebody up by their whole address, which an agent is told, not by a part of it, which would let them leaf
// through everybody. The look is logged. Faults: forbidden, invalid (email), not_found.
func (s *Service) Find(ctx context.Context, of platform.Platform, by Person, email string) (f Found, err error) {
	if !by.Roles.Can(access.Assist, access.Moment{}) {
		return f, fault.New(fault.Forbidden, "fault.forbidden")
	}
	key, err := emailKey(email)
	if err != nil {
		return f, err
	}
	var refused error // an answer, not a failure: the look must be logged
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		refused = nil
		p, found, err := byEmail(ctx, tx, of.Key, key)
		if err != nil {
			return err
		}
		if !found {
			refused = fault.New(fault.Invalid, "fault.account.nobody", "Value", strings.TrimSpace(email)).In("email")
			return Log(ctx, tx, of.Key, by.ID, ids.ID{}, ActSought, "")
		}
		if err := Log(ctx, tx, of.Key, by.ID, p.ID, ActFound, ""); err != nil {
			return err
		}
		f.Person = p
		f.Log, err = AssistanceOf(ctx, tx, of.Key, p.ID)
		return err
	})
	return f, cmp.Or(err, refused)
}

// Resend sends somebody a code, for an agent who has them before them: it does not wait for the codes that others ask for,
// and opens on any page where a code was asked for their address. Faults: forbidden, not_found.
func (s *Service) Resend(ctx context.Context, of platform.Platform, by Person, person ids.ID) error {
	_, err := s.assisted(ctx, of, by, person, ActCode, "", func(ctx context.Context, tx db.Tx, p Person) error {
		key, err := emailKey(p.Email)
		if err != nil {
			return err
		}
		return sendCode(ctx, tx, of.Key, key, p.Email, "", i18n.Lang(p.Language))
	})
	return err
}

// CorrectDistrict changes the district that somebody said they live in. Faults: forbidden, not_found, invalid (reason).
func (s *Service) CorrectDistrict(ctx context.Context, of platform.Platform, by Person, person, district ids.ID, reason string) error {
	if strings.TrimSpace(reason) == "" {
		return fault.New(fault.Invalid, "fault.account.assist_reason").In("reason")
	}
	_, err := s.assisted(ctx, of, by, person, ActDistrict, reason, func(ctx context.Context, tx db.Tx, p Person) error {
		_, err := tx.Exec(ctx, `UPDATE participant SET district = ? WHERE platform = ? AND id = ?`, district, of.Key, p.ID)
		return err
	})
	return err
}

// assisted does something for somebody and logs it.
func (s *Service) assisted(ctx context.Context, of platform.Platform, by Person, person ids.ID, act Act, reason string, do func(ctx context.Context, tx db.Tx, p Person) error) (p Person, err error) {
	if !by.Roles.Can(access.Assist, access.Moment{}) {
		return p, fault.New(fault.Forbidden, "fault.forbidden")
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := tx.Lock(ctx, "assist "+person.String()); err != nil {
			return err
		}
		found := false
		if p, found, err = ByID(ctx, tx, of.Key, person); err != nil || !found {
			return cmp.Or[error](err, fault.New(fault.NotFound, "fault.not_found"))
		}
		if do != nil {
			if err := do(ctx, tx, p); err != nil {
				return err
			}
		}
		return Log(ctx, tx, of.Key, by.ID, person, act, strings.TrimSpace(reason))
	})
	return p, err
}

// given says whether somebody was given any role, proved or not.
func given(ctx context.Context, tx db.Tx, platform int64, person ids.ID) (has bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM role_given g WHERE g.platform = ? AND g.participant = ?)`, platform, person).Scan(&has)
	return has, err
}
