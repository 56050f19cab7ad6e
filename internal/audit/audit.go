// Package audit keeps what agents did: who, in which role, what, about what, when and why. Only who answers for the agents
// reads it.
package audit

import (
	"bytes"
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Act is something that an agent did. Its words are the translation audit.act.NAME.
type Act struct {
	ID      ids.ID // dated: acts are listed by it
	Who     ids.ID // participant
	Role    string // the name of the role that let them; empty: whatever they are
	Name    string // "comment_removed", "message_sent", …: [a-z_]
	Kind    string // of the subject: "proposal", "comment", "project", …; may be empty
	Subject ids.ID // zero: none
	Project ids.ID // the edition; zero: none
	Note    string // the reason or another word; no address, no name of a resident
	At      time.Time
}

// Note writes an act, in the transaction of what was done. An identifier, a time and a role are added where they are missing.
func Note(ctx context.Context, tx db.Tx, platform int64, who account.Person, a Act) error {
	if a.At = tx.Now(); a.ID.IsZero() {
		a.ID = ids.Dated(a.At)
	}
	if a.Role == "" {
		a.Role = Highest(who.Roles)
	}
	_, err := tx.Exec(ctx, `INSERT INTO agent_act (platform, id, who, role, act, kind, subject, project, note, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		platform, a.ID, who.ID, a.Role, a.Name, a.Kind, a.Subject, a.Project, a.Note, db.Micros(a.At))
	return err
}

// Highest names the role of somebody that says the most; empty for who has none.
func Highest(roles access.Roles) string {
	list := roles.List()
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1].String()
}

// Family is a kind of acts.
type Family string

// The families.
const (
	Any      Family = ""
	Decided  Family = "acts"     // what agents decided, moderated, wrote
	Helped   Family = "help"     // what they did for somebody at a desk
	Organise Family = "editions" // what was changed of an edition that is public
)

// Families lists those that can be asked for.
func Families() []Family { return []Family{Decided, Helped, Organise} }

// Query says which acts are wanted, the last first.
type Query struct {
	Family  Family
	Who     ids.ID // zero: everybody
	Name    string // empty: any
	Role    string
	Subject ids.ID
	Before  ids.ID // zero: from the last on
	Limit   int
}

// sources are the tables in which acts are kept, as they are read: each by its key, the newest rows alone. The help at a desk
// names nobody who was helped, and a change of an edition is signed by its organisers together.
var sources = []struct {
	family                   Family
	id, who, role, act, what string // columns
}{
	{Decided, `a.id`, `a.who`, `a.role`, `a.act`, `a.kind, a.subject, a.project, a.note, a.at FROM agent_act a`},
	{Helped, `a.id`, `a.agent`, `'polling-agent'`, `'help_' || a.act`, `'person', NULL, NULL, a.reason, a.at FROM assistance a`},
	{Organise, `a.id`, `NULL`, `'organiser'`, `'edition_' || a.kind`, `'project', a.project, a.project, a.reason, a.at FROM edition_change a`},
}

// Acts gives them.
func Acts(ctx context.Context, tx db.Tx, platform int64, q Query) ([]Act, error) {
	var all []Act
	for _, src := range sources { // three tables
		if q.Family != Any && q.Family != src.family {
			continue
		}
		if src.family == Organise && !q.Who.IsZero() || src.family == Helped && !q.Subject.IsZero() {
			continue
		}
		list, err := read(ctx, tx, platform, q, src.id, src.who, src.role, src.act, src.what, src.family)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	slices.SortFunc(all, func(a, b Act) int { return bytes.Compare(b.ID[:], a.ID[:]) })
	return all[:min(len(all), q.Limit)], nil
}

func read(ctx context.Context, tx db.Tx, platform int64, q Query, id, who, role, act, what string, family Family) ([]Act, error) {
	where, args := ` WHERE a.platform = ?`, []any{platform}
	add := func(on bool, sql string, arg any) {
		if on {
			where, args = where+sql, append(args, arg)
		}
	}
	add(!q.Who.IsZero(), ` AND `+who+` = ?`, q.Who)
	add(q.Name != "", ` AND `+act+` = ?`, q.Name)
	add(q.Role != "", ` AND `+role+` = ?`, q.Role)
	if family == Organise {
		add(!q.Subject.IsZero(), ` AND a.project = ?`, q.Subject)
	} else {
		add(!q.Subject.IsZero(), ` AND a.subject = ?`, q.Subject)
	}
	add(!q.Before.IsZero(), ` AND a.id < ?`, q.Before)
	rows, err := tx.Query(ctx, `SELECT `+id+`, `+who+`, `+role+`, `+act+`, `+what+where+` ORDER BY a.id DESC LIMIT ?`, append(args, q.Limit)...)
	return db.Collect(rows, err, func(r *sql.Rows, a *Act) error {
		var at int64
		err := r.Scan(&a.ID, &a.Who, &a.Role, &a.Name, &a.Kind, &a.Subject, &a.Project, &a.Note, &at)
		a.At = db.Time(at)
		return err
	})
}
