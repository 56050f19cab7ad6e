package proposal

import (
	"context"
	"database/sql"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/platform"
)

// Room is what the account room does here when somebody proves an address, asks for their data, or asks to be forgotten.
func Room() account.Room {
	return account.Room{Name: "proposals", Merge: merge, Forget: forget, Export: export}
}

// Own is what this room has of a person, for the file that they ask for.
type Own struct {
	Follows []ids.ID `json:"follows"` // proposals
}

// exportMax is more than anybody has; it bounds the file all the same.
const exportMax = 100_000

func export(ctx context.Context, tx db.Tx, platform int64, person ids.ID) (any, error) {
	follows, err := Followed(ctx, tx, platform, person, exportMax)
	if err != nil || len(follows) == 0 {
		return nil, err
	}
	return Own{Follows: follows}, nil
}

// merge hands the follows of one participant to another.
func merge(ctx context.Context, tx db.Tx, platform int64, from, to ids.ID) error {
	if _, err := tx.Exec(ctx, `INSERT INTO follow (platform, proposal, participant, at) SELECT f.platform, f.proposal, ?, f.at FROM follow f WHERE f.platform = ? AND f.participant = ?
		ON CONFLICT (platform, proposal, participant) DO NOTHING`, to, platform, from); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM follow WHERE platform = ? AND participant = ?`, platform, from)
	return err
}

// forget erases what was followed. keep leaves the proposals as everybody reads them;
// otherwise their texts, pictures, places and versions are erased, and their numbers stay.
func forget(ctx context.Context, tx db.Tx, platform int64, person ids.ID, keep bool) error {
	now, err := nowOf(ctx, tx, platform)
	if err != nil {
		return err
	}
	const theirs = `(SELECT p.id FROM proposal p WHERE p.platform = ? AND p.author = ?)`
	statements := []struct {
		sql  string
		args []any
	}{
		{`DELETE FROM follow WHERE platform = ? AND participant = ?`, []any{platform, person}},
	}
	var steps []ids.ID
	if !keep {
		var err error
		if steps, err = unlearnAll(ctx, tx, platform, person); err != nil {
			return err
		}
		both := []any{platform, platform, person}
		statements = append(statements, []struct {
			sql  string
			args []any
		}{
			{`DELETE FROM selection_tag WHERE platform = ? AND proposal IN ` + theirs, both},
			{`UPDATE step SET proposals = proposals - (SELECT COUNT(*) FROM selection s JOIN proposal p ON p.platform = s.platform AND p.id = s.proposal
				WHERE s.platform = step.platform AND s.step = step.id AND s.trashed = ? AND p.author = ?) WHERE platform = ?`, []any{false, person, platform}},
			{`UPDATE selection SET trashed = ? WHERE platform = ? AND proposal IN ` + theirs, append([]any{true}, both...)},
			{`DELETE FROM proposal_version WHERE platform = ? AND proposal IN ` + theirs, both},
			// What had left before keeps how, when and why: a vote that is over must not count it again.
			{`UPDATE proposal SET trashed = ?, trashed_at = ? WHERE platform = ? AND author = ? AND trashed = ?`, []any{string(Withdrawn), db.Micros(now), platform, person, string(NotTrashed)}},
			{`UPDATE proposal SET title = '', slug = '', summary = '', body = '', address = '', proposer = '', picture = NULL, latitude = NULL, longitude = NULL
				WHERE platform = ? AND author = ?`, []any{platform, person}},
		}...)
	}
	for _, st := range statements { // a fixed list
		if _, err := tx.Exec(ctx, st.sql, st.args...); err != nil {
			return err
		}
	}
	for _, step := range steps { // few: those in which their proposals stood
		if err := tx.Lock(ctx, "facets "+step.String()); err != nil { // before they are read
			return err
		}
		names, err := Facets(ctx, tx, platform, step)
		if err != nil {
			return err
		}
		if err := KeepFacets(ctx, tx, platform, step, names); err != nil {
			return err
		}
	}
	return nil
}

// nowOf is the time of a platform.
func nowOf(ctx context.Context, tx db.Tx, key int64) (time.Time, error) {
	of, err := platform.ByKey(ctx, tx, key)
	return of.Now(tx.Now()), err
}

// unlearnAll takes the words of somebody's proposals, which are few, out of searches, and gives the steps in which they
// stand.
func unlearnAll(ctx context.Context, tx db.Tx, platform int64, person ids.ID) ([]ids.ID, error) {
	rows, err := tx.Query(ctx, `SELECT `+whole+` FROM proposal p WHERE p.platform = ? AND p.author = ?`, platform, person)
	theirs, err := db.Collect(rows, err, scan)
	if err != nil {
		return nil, err
	}
	var left []any
	for _, p := range theirs {
		if err := Reindex(ctx, tx, platform, p, Proposal{}); err != nil {
			return nil, err
		}
		if p.Trashed == NotTrashed {
			left = append(left, Left{p.Project, p.Number})
		}
	}
	if err := jobs.AddAll(ctx, tx, platform, LeftJob, left, time.Time{}); err != nil {
		return nil, err
	}
	rows, err = tx.Query(ctx, `SELECT DISTINCT s.step FROM selection s JOIN proposal p ON p.platform = s.platform AND p.id = s.proposal WHERE s.platform = ? AND p.author = ?`, platform, person)
	return db.Collect(rows, err, func(r *sql.Rows, step *ids.ID) error { return r.Scan(step) })
}
