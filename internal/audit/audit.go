// Package audit keeps what agents did: who, in which role, what, about what, when and why. Only who answers for the agents
// reads it.
package audit

import (
	"context"
	"database/sql"
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

// Query says which acts are wanted, the last first.
type Query struct {
	Who     ids.ID // zero: everybody
	Name    string // empty: any
	Role    string
	Subject ids.ID
	Before  ids.ID // zero: from the last on
	Limit   int
}

// Acts gives them.
func Acts(ctx context.Context, tx db.Tx, platform int64, q Query) ([]Act, error) {
	where, args := `a.platform = ?`, []any{platform}
	add := func(on bool, sql string, arg any) {
		if on {
			where, args = where+sql, append(args, arg)
		}
	}
	add(!q.Who.IsZero(), ` AND a.who = ?`, q.Who)
	add(q.Name != "", ` AND a.act = ?`, q.Name)
	add(q.Role != "", ` AND a.role = ?`, q.Role)
	add(!q.Subject.IsZero(), ` AND a.subject = ?`, q.Subject)
	add(!q.Before.IsZero(), ` AND a.id < ?`, q.Before)
	rows, err := tx.Query(ctx, `SELECT a.id, a.who, a.role, a.act, a.kind, a.subject, a.project, a.note, a.at FROM agent_act a WHERE `+where+` ORDER BY a.id DESC LIMIT ?`, append(args, q.Limit)...)
	return db.Collect(rows, err, func(r *sql.Rows, a *Act) error {
		var at int64
		err := r.Scan(&a.ID, &a.Who, &a.Role, &a.Name, &a.Kind, &a.Subject, &a.Project, &a.Note, &at)
		a.At = db.Time(at)
		return err
	})
}
