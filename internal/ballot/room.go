package ballot

import (
	"context"
	"database/sql"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
)

// Room is what the room does with what a person leaves in it, when the account room asks.
func Room() account.Room {
	return account.Room{Name: "votes", Merge: Merge, Forget: leaveRoom, Export: Export}
}

// Merge gives the baskets of one participant to another: where both have one, the later one stays, as it is what the
// person has just made.
func Merge(ctx context.Context, tx db.Tx, platform int64, from, to ids.ID) error {
	if err := moveBaskets(ctx, tx, platform, from, to); err != nil {
		return err
	}
	return moveReminders(ctx, tx, platform, to)
}

// leaveRoom is Forget, unless the person has voted in a vote that is open: forgotten now, the same address could vote again.
// Fault: conflict.
func leaveRoom(ctx context.Context, tx db.Tx, key int64, person ids.ID, keep bool) error {
	of, err := platform.ByKey(ctx, tx, key)
	if err != nil {
		return err
	}
	var open bool
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM signature g JOIN step s ON s.platform = g.platform AND s.id = g.step
		WHERE g.platform = ? AND g.participant = ? AND (s.ends_at = 0 OR s.ends_at > ?))`, key, person, db.Micros(of.Now(tx.Now()))).Scan(&open)
	if err != nil {
		return err
	}
	if open {
		return fault.New(fault.Conflict, "fault.vote.erase_open")
	}
	return Forget(ctx, tx, key, person, keep)
}

// Forget erases what a person has chosen, and the link to their ballots. The ballots stay in the box, nobody's any more;
// so do the signatures, as numbers of voters rest on them.
func Forget(ctx context.Context, tx db.Tx, platform int64, person ids.ID, _ bool) error {
	if _, err := tx.Exec(ctx, `DELETE FROM basket WHERE platform = ? AND participant = ?`, platform, person); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE signature SET ballot = NULL WHERE platform = ? AND participant = ?`, platform, person)
	return err
}

// Record is what the room knows of a person in one step.
type Record struct {
	Step      string `json:"step"`                // its title in the project, or its kind
	Project   string `json:"project"`             // title
	Selection string `json:"selection,omitempty"` // chosen and not cast: numbers of proposals
	VotedOn   string `json:"voted_on,omitempty"`  // day
	Proof     string `json:"proof,omitempty"`     // of deposit
	District  string `json:"district,omitempty"`  // the one that they said they live in
}

// Export gives what the room knows of a person: a []Record, nil when there is nothing.
func Export(ctx context.Context, tx db.Tx, platform int64, person ids.ID) (any, error) {
	rows, err := tx.Query(ctx, `SELECT s.slug, p.title, COALESCE(b.choices, ''), COALESCE(g.tracker, ''), COALESCE(g.day, 0), COALESCE(g.district, '')
		FROM step s JOIN project p ON p.platform = s.platform AND p.id = s.project
		LEFT JOIN basket b ON b.platform = s.platform AND b.step = s.id AND b.participant = ?
		LEFT JOIN signature g ON g.platform = s.platform AND g.step = s.id AND g.participant = ?
		WHERE s.platform = ? AND (b.saved_at > 0 OR g.day > 0) ORDER BY p.title, s.position`, person, person, platform)
	list, err := db.Collect(rows, err, func(r *sql.Rows, v *Record) error {
		var s Signature
		err := r.Scan(&v.Step, &v.Project, &v.Selection, &v.Proof, &s.Day, &v.District)
		if s.Day > 0 {
			v.VotedOn = s.Date().Format("2006-01-02")
		}
		return err
	})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list, nil
}
