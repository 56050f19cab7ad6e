package account

import (
	"context"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
)

// Profile is what a person says of themselves. Only the name is ever shown to others, beside what they publish.
type Profile struct {
	Name     string
	Kind     Kind
	Language i18n.Lang
	District ids.ID // zero: not said
	Postcode string // empty: not said
}

const nameMax = 80

var postcodeForm = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z -]{2,9}$`)

// check gives every reason at once.
func (f Profile) check() error {
	var faults []*fault.Error
	bad := func(ok bool, field, key string, pairs ...any) {
		if !ok {
			faults = append(faults, fault.New(fault.Invalid, key, pairs...).In(field))
		}
	}
	bad(utf8.RuneCountInString(f.Name) <= nameMax && !strings.ContainsAny(f.Name, "\n\t<>"), "name", "fault.account.name", "Max", nameMax)
	bad(f.Kind == Resident || f.Kind == Association || f.Kind == Business, "kind", "fault.account.kind")
	bad(f.Postcode == "" || postcodeForm.MatchString(f.Postcode), "postcode", "fault.account.postcode")
	return fault.All(faults)
}

// SetProfile changes what the person of a session says of themselves; what they have published shows the new name. Faults:
// forbidden, invalid.
func (s *Service) SetProfile(ctx context.Context, of platform.Platform, token string, f Profile) error {
	f.Name = strings.Join(strings.Fields(f.Name), " ")
	f.Postcode = strings.ToUpper(strings.TrimSpace(f.Postcode))
	if err := f.check(); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		p, err := signedIn(ctx, tx, of.Key, token)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE participant SET name = ?, kind = ?, language = ?, district = ?, postcode = ? WHERE platform = ? AND id = ?`,
			f.Name, string(f.Kind), string(f.Language), f.District, f.Postcode, of.Key, p.ID); err != nil {
			return err
		}
		if f.Name == "" {
			return nil
		}
		_, err = tx.Exec(ctx, `UPDATE account SET name = ?, kind = ? WHERE platform = ? AND id = ?`, f.Name, string(f.Kind), of.Key, p.ID)
		return err
	})
}

// Export is everything that is kept of a person.
type Export struct {
	Email      string         `json:"email"`
	Name       string         `json:"name,omitempty"`
	Kind       Kind           `json:"kind"`
	Language   string         `json:"language"`
	Postcode   string         `json:"postcode,omitempty"`
	CreatedAt  time.Time      `json:"created_at"`
	Roles      []string       `json:"roles,omitempty"`
	Sessions   []Session      `json:"sessions"`
	Assistance []Assistance   `json:"assistance,omitempty"`
	Rooms      map[string]any `json:"rooms,omitempty"` // what they left in each
}

// Export gives the person of a session everything that is kept of them. Fault: forbidden.
func (s *Service) Export(ctx context.Context, of platform.Platform, token string) (e Export, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		p, err := signedIn(ctx, tx, of.Key, token)
		if err != nil {
			return err
		}
		e = Export{Email: p.Email, Name: p.Name, Kind: p.Kind, Language: p.Language, Postcode: p.Postcode, CreatedAt: p.CreatedAt, Rooms: map[string]any{}}
		for _, role := range (p.Roles | p.Held).List() {
			e.Roles = append(e.Roles, role.String())
		}
		if e.Sessions, err = Sessions(ctx, tx, of.Key, p.ID, token); err != nil {
			return err
		}
		if e.Assistance, err = AssistanceOf(ctx, tx, of.Key, p.ID); err != nil {
			return err
		}
		for _, room := range s.rooms {
			if room.Export == nil {
				continue
			}
			has, err := room.Export(ctx, tx, of.Key, p.ID)
			if err != nil {
				return err
			}
			if has != nil {
				e.Rooms[room.Name] = has
			}
		}
		return nil
	})
	return e, err
}
