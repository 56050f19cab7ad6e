package result

import (
	"context"
	"crypto/subtle"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
)

// Press is what organisers decide of the page for journalists. It opens with the result; under an embargo only who was given its
// link reads it before a date.
type Press struct {
	Embargo time.Time // zero: none
	Token   string    // of the link; empty until something was decided
	Contact string    // whom to call, as it is shown: lines
}

// maxContact is how long it may be, in characters.
const maxContact = 400

// PressOf gives it for a vote.
func PressOf(ctx context.Context, tx db.Tx, platform int64, step ids.ID) (p Press, err error) {
	var at int64
	err = tx.QueryRow(ctx, `SELECT s.embargo_at, s.token, s.contact FROM press s WHERE s.platform = ? AND s.step = ?`, platform, step).Scan(&at, &p.Token, &p.Contact)
	if db.None(err) {
		err = nil
	}
	p.Embargo = db.Time(at)
	return p, err
}

// Moment is what access is asked about the page of a vote, for somebody who comes with a token.
func (p Press) Moment(v project.View, at int, token string) access.Moment {
	m := moment(v, at)
	invited := p.Token != "" && subtle.ConstantTimeCompare([]byte(token), []byte(p.Token)) == 1
	m.Withheld = v.Now.Before(p.Embargo) && !invited
	return m
}

// PressFor gives what is decided of the page, for organisers. Faults: forbidden, not_found.
func (s *Service) PressFor(ctx context.Context, of platform.Platform, who account.Person, slug string) (e project.Edition, p Press, err error) {
	err = s.editions.Look(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, found project.Edition) error {
		e = found
		at, err := vote(e.View)
		if err != nil {
			return err
		}
		p, err = PressOf(ctx, tx, of.Key, e.Steps[at].ID)
		return err
	})
	return e, p, err
}

// SetPress decides of the page. Its link is made the first time, and another one when renew is asked for. Faults: forbidden,
// not_found, invalid (contact).
func (s *Service) SetPress(ctx context.Context, of platform.Platform, who account.Person, slug string, p Press, renew bool) error {
	return s.editions.Change(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, e *project.Edition) error {
		at, err := vote(e.View)
		if err != nil {
			return err
		}
		p.Contact = strings.TrimSpace(p.Contact)
		if utf8.RuneCountInString(p.Contact) > maxContact {
			return fault.New(fault.Invalid, "fault.press.contact", "Max", maxContact).In("contact")
		}
		before, err := PressOf(ctx, tx, of.Key, e.Steps[at].ID)
		if err != nil {
			return err
		}
		if p.Token = before.Token; p.Token == "" || renew {
			p.Token = ids.Random().String()
		}
		_, err = tx.Exec(ctx, `INSERT INTO press (platform, step, embargo_at, token, contact) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (platform, step) DO UPDATE SET embargo_at = excluded.embargo_at, token = excluded.token, contact = excluded.contact`,
			of.Key, e.Steps[at].ID, db.Micros(p.Embargo), p.Token, p.Contact)
		return err
	})
}
