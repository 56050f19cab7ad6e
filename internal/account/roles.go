package account

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Holder is somebody with roles; they count once the address is proved.
type Holder struct {
	ID     ids.ID
	Email  string
	Name   string
	Proved bool
	Roles  access.Roles // as given
}

// Give gives roles to whoever proves an address, and says who that is: somebody known, or a participant who waits for
// the proof, so that an invitation needs nothing but the address. by is who gives, zero for the command line. Faults:
// invalid (email, roles).
func Give(ctx context.Context, tx db.Tx, platform int64, email string, lang i18n.Lang, roles []access.Role, by ids.ID) (Person, error) {
	key, err := emailKey(email)
	if err != nil {
		return Person{}, err
	}
	if len(roles) == 0 {
		return Person{}, fault.New(fault.Invalid, "fault.account.no_role").In("roles")
	}
	if err := tx.Lock(ctx, "sign-in "+key); err != nil {
		return Person{}, err
	}
	p, found, err := byEmail(ctx, tx, platform, key)
	if err != nil {
		return Person{}, err
	}
	if !found {
		p = Person{ID: ids.Random(), Email: strings.TrimSpace(email), Kind: Resident, Language: string(lang), CreatedAt: tx.Now()}
		if err := insertParticipant(ctx, tx, platform, p, key); err != nil {
			return Person{}, err
		}
	}
	for _, role := range roles {
		if role <= access.Resident {
			return Person{}, fault.New(fault.Invalid, "fault.account.no_role").In("roles")
		}
		if _, err := tx.Exec(ctx, `INSERT INTO role_given (platform, participant, role, given_by, given_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (platform, participant, role) DO NOTHING`, platform, p.ID, role.String(), by, db.Micros(tx.Now())); err != nil {
			return Person{}, err
		}
	}
	return p, nil
}

// Grant gives a role to participants who are known already, without telling them.
func Grant(ctx context.Context, tx db.Tx, platform int64, people []ids.ID, role access.Role, by ids.ID) error {
	if len(people) == 0 {
		return nil
	}
	marks, args := db.In(people)
	_, err := tx.Exec(ctx, `INSERT INTO role_given (platform, participant, role, given_by, given_at) SELECT q.platform, q.id, ?, ?, ? FROM participant q
		WHERE q.platform = ? AND q.id IN (`+marks+`) ON CONFLICT (platform, participant, role) DO NOTHING`,
		append([]any{role.String(), by, db.Micros(tx.Now()), platform}, args...)...)
	return err
}

// Withdraw takes a role that opens no keys back from several.
func Withdraw(ctx context.Context, tx db.Tx, platform int64, people []ids.ID, role access.Role) error {
	if len(people) == 0 {
		return nil
	}
	marks, args := db.In(people)
	_, err := tx.Exec(ctx, `DELETE FROM role_given WHERE platform = ? AND role = ? AND participant IN (`+marks+`)`, append([]any{platform, role.String()}, args...)...)
	return err
}

// Take takes roles back. Fault: conflict, for that of the last administrator.
func Take(ctx context.Context, tx db.Tx, platform int64, person ids.ID, roles []access.Role) error {
	if slices.Contains(roles, access.Administrator) {
		if err := keepKeys(ctx, tx, platform, person); err != nil {
			return err
		}
	}
	for _, role := range roles {
		if _, err := tx.Exec(ctx, `DELETE FROM role_given WHERE platform = ? AND participant = ? AND role = ?`, platform, person, role.String()); err != nil {
			return err
		}
	}
	return nil
}

// keepKeys lets an administrator go only while another one remains whose address is proved. Two who let each other go at the
// same moment take turns.
func keepKeys(ctx context.Context, tx db.Tx, platform int64, person ids.ID) error {
	if err := tx.Lock(ctx, fmt.Sprintf("administrators of %d", platform)); err != nil {
		return err
	}
	var has, others bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM role_given g WHERE g.platform = ? AND g.role = ? AND g.participant = ?),
		EXISTS (SELECT 1 FROM role_given g JOIN participant q ON q.platform = g.platform AND q.id = g.participant
			WHERE g.platform = ? AND g.role = ? AND g.participant <> ? AND q.proved_at > 0 AND q.state = '')`,
		platform, access.Administrator.String(), person, platform, access.Administrator.String(), person).Scan(&has, &others)
	if err == nil && has && !others {
		err = fault.New(fault.Conflict, "fault.account.last_administrator")
	}
	return err
}

// Holders gives everybody who was given a role, by address. They are few.
func Holders(ctx context.Context, tx db.Tx, platform int64) ([]Holder, error) {
	rows, err := tx.Query(ctx, `SELECT q.id, q.email, q.name, q.proved_at, g.role FROM role_given g
		JOIN participant q ON q.platform = g.platform AND q.id = g.participant WHERE g.platform = ? ORDER BY q.email_key, q.id`, platform)
	all, err := db.Collect(rows, err, func(r *sql.Rows, h *Holder) error {
		var proved int64
		var name string
		err := r.Scan(&h.ID, &h.Email, &h.Name, &proved, &name)
		h.Proved = proved != 0
		if role, ok := access.ParseRole(name); ok {
			h.Roles = h.Roles.With(role)
		}
		return err
	})
	var list []Holder
	for _, h := range all {
		if n := len(list); n > 0 && list[n-1].ID == h.ID {
			list[n-1].Roles |= h.Roles
			continue
		}
		list = append(list, h)
	}
	return list, err
}
