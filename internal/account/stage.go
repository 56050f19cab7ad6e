package account

import (
	"context"
	"strings"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
)

// StageDomain is the domain of the addresses of people who do not exist. No mail can ever reach it (RFC 2606), so nobody
// can prove such an address: only Stage makes people of it.
const StageDomain = "@parvis.invalid"

// Stage puts somebody who does not exist on a platform, with roles, for a demonstration or a rehearsal. Fault: invalid, for
// an address that may be somebody's.
func Stage(ctx context.Context, tx db.Tx, platform int64, p Person, roles []access.Role) (Person, error) {
	key, err := emailKey(p.Email)
	if err != nil {
		return p, err
	}
	if !strings.HasSuffix(key, StageDomain) {
		return p, fault.New(fault.Invalid, "fault.account.email").In("email")
	}
	if p.ID.IsZero() {
		p.ID = ids.Random()
	}
	p.Proved, p.CreatedAt, p.Roles = true, tx.Now(), p.Roles.With(access.Resident).With(roles...)
	if err := insertParticipant(ctx, tx, platform, p, key); err != nil {
		return p, err
	}
	if err := setProved(ctx, tx, platform, p.ID, p.Email, key); err != nil || len(roles) == 0 {
		return p, err
	}
	_, err = Give(ctx, tx, platform, p.Email, i18n.Lang(p.Language), roles, ids.ID{})
	return p, err
}

// Populate puts people who do not exist on the temporary platform of a rehearsal. Their addresses may be of any domain, as a
// rulebook may ask: nothing is ever sent from there. Fault: not_found, for any other platform.
func Populate(ctx context.Context, tx db.Tx, of platform.Platform, people []Person) error {
	if of.Kind != platform.Rehearsal {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	now := db.Micros(tx.Now())
	rows := make([][]any, len(people))
	for i, p := range people {
		key, err := emailKey(p.Email)
		if err != nil {
			return err
		}
		rows[i] = []any{of.Key, p.ID, p.Email, key, now, "", p.Name, string(p.Kind), p.Language, p.District, p.Postcode, "", now}
	}
	return insertPeople(ctx, tx, rows)
}

// StageAll puts many people who do not exist on a platform, without an address: they take part, and nothing is sent to them.
// Those without an identifier get one.
func StageAll(ctx context.Context, tx db.Tx, platform int64, people []Person) error {
	rows := make([][]any, len(people))
	for i := range people {
		p := &people[i]
		if p.ID.IsZero() {
			p.ID = ids.Random()
		}
		p.Email, p.Proved, p.CreatedAt, p.Roles = "", true, tx.Now(), p.Roles.With(access.Resident)
		at := db.Micros(p.CreatedAt)
		rows[i] = []any{platform, p.ID, "", "", at, "", p.Name, string(p.Kind), p.Language, p.District, p.Postcode, "", at}
	}
	return insertPeople(ctx, tx, rows)
}

func insertPeople(ctx context.Context, tx db.Tx, rows [][]any) error {
	return db.Insert(ctx, tx, "participant", []string{"platform", "id", "email", "email_key", "proved_at", "password", "name", "kind", "language", "district", "postcode",
		"state", "created_at"}, rows)
}

// Play signs in as somebody who does not exist, without a code: a demonstration lets its visitors try each role. Fault:
// not_found, for anybody else.
func (s *Service) Play(ctx context.Context, of platform.Platform, token, email, agent string) (fresh string, err error) {
	key, err := emailKey(email)
	if err != nil || !strings.HasSuffix(key, StageDomain) {
		return "", fault.New(fault.NotFound, "fault.not_found")
	}
	fresh = newToken()
	return fresh, s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		p, found, err := byEmail(ctx, tx, of.Key, key)
		if err != nil {
			return err
		}
		if !found || !p.Proved {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		if err := endSession(ctx, tx, of.Key, token); err != nil {
			return err
		}
		return insertSession(ctx, tx, of.Key, fresh, p.ID, agent)
	})
}
