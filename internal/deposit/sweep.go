package deposit

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/platform"
)

// DraftLife is how long a draft is kept that nobody touches: what the form and the privacy page say.
const DraftLife = 365 * 24 * time.Hour

// sweptAtOnce is how many drafts are deleted in one transaction.
const sweptAtOnce = 50

// Sweep deletes, on every platform, the drafts that nobody has touched for long, with their files and pictures.
func (s *Service) Sweep(ctx context.Context) error {
	var all []platform.Platform
	err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		all, err = platform.All(ctx, tx)
		return err
	})
	for _, of := range all {
		for more := true; more && err == nil; {
			more, err = s.sweep(ctx, of)
		}
	}
	return err
}

// sweep deletes some of a platform's, and says whether there may be more.
func (s *Service) sweep(ctx context.Context, of platform.Platform) (more bool, err error) {
	var list []ids.ID
	find := func(ctx context.Context, tx db.Tx) error {
		list, err = untouched(ctx, tx, of.Key, of.Now(tx.Now()).Add(-DraftLife), sweptAtOnce)
		return err
	}
	if err := s.db.Read(ctx, find); err != nil || len(list) == 0 { // most often there are none, and nothing need be written
		return false, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := find(ctx, tx); err != nil || len(list) == 0 {
			return err
		}
		return deleteDeposits(ctx, tx, of.Key, list)
	})
	return len(list) == sweptAtOnce, err
}

func untouched(ctx context.Context, tx db.Tx, platform int64, before time.Time, limit int) ([]ids.ID, error) {
	rows, err := tx.Query(ctx, `SELECT d.id FROM deposit d WHERE d.platform = ? AND d.proposal IS NULL AND d.updated_at < ? ORDER BY d.updated_at, d.id LIMIT ?`,
		platform, db.Micros(before), limit)
	return db.Collect(rows, err, func(r *sql.Rows, id *ids.ID) error { return r.Scan(id) })
}

// deleteDeposits deletes what was typed, with its files, and the pictures that nothing else shows.
func deleteDeposits(ctx context.Context, tx db.Tx, platform int64, list []ids.ID) error {
	marks, args := db.In(list)
	args = append([]any{platform}, args...)
	rows, err := tx.Query(ctx, `SELECT d.picture FROM deposit d WHERE d.platform = ? AND d.id IN (`+marks+`) AND d.picture IS NOT NULL`, args...)
	pictures, err := db.Collect(rows, err, func(r *sql.Rows, id *ids.ID) error { return r.Scan(id) })
	if err != nil {
		return err
	}
	rows, err = tx.Query(ctx, `SELECT d.participant FROM deposit d JOIN paper_deposit w ON w.platform = d.platform AND w.deposit = d.id
		WHERE d.platform = ? AND d.id IN (`+marks+`) AND d.proposal IS NULL`, args...)
	absent, err := db.Collect(rows, err, func(r *sql.Rows, id *ids.ID) error { return r.Scan(id) })
	if err != nil {
		return err
	}
	for _, sql := range []string{`DELETE FROM deposit_file WHERE platform = ? AND deposit IN (` + marks + `)`, `DELETE FROM paper_deposit WHERE platform = ? AND deposit IN (` + marks + `)`,
		`DELETE FROM deposit WHERE platform = ? AND id IN (` + marks + `)`} {
		if _, err := tx.Exec(ctx, sql, args...); err != nil {
			return err
		}
	}
	for _, who := range absent { // whom an agent began a sheet for, and who left nothing else: a handful
		if err := account.Dissolve(ctx, tx, platform, who); err != nil {
			return err
		}
	}
	return release(ctx, tx, platform, pictures...)
}

// release deletes pictures of deposits that no deposit and no proposal shows any more: a picture that was replaced goes in the
// transaction that replaces it.
func release(ctx context.Context, tx db.Tx, platform int64, pictures ...ids.ID) error {
	pictures = slices.DeleteFunc(slices.Clone(pictures), ids.ID.IsZero)
	if len(pictures) == 0 {
		return nil
	}
	marks, args := db.In(pictures)
	rows, err := tx.Query(ctx, `SELECT d.picture FROM deposit d WHERE d.platform = ? AND d.picture IN (`+marks+`)
		UNION SELECT p.picture FROM proposal p WHERE p.platform = ? AND p.picture IN (`+marks+`)`, slices.Concat([]any{platform}, args, []any{platform}, args)...)
	shown, err := db.Collect(rows, err, func(r *sql.Rows, id *ids.ID) error { return r.Scan(id) })
	if err != nil {
		return err
	}
	return media.Drop(ctx, tx, platform, slices.DeleteFunc(pictures, func(id ids.ID) bool { return slices.Contains(shown, id) }))
}

// picturesOf gives the pictures of what a person typed; those of their proposals are the same.
func picturesOf(ctx context.Context, tx db.Tx, platform int64, person ids.ID) ([]ids.ID, error) {
	rows, err := tx.Query(ctx, `SELECT d.picture FROM deposit d WHERE d.platform = ? AND d.participant = ? AND d.picture IS NOT NULL`, platform, person)
	return db.Collect(rows, err, func(r *sql.Rows, id *ids.ID) error { return r.Scan(id) })
}
