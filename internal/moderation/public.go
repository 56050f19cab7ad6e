package moderation

import (
	"context"
	"database/sql"
	"slices"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
)

// Removal is what the public reads of an act that took a contribution out of sight: its number, the day, the reason, and nothing
// that anybody wrote.
type Removal struct {
	Act
	Subject Contribution // of which only kind, number, edition and path may be shown
}

// Removals gives the acts that took contributions out of sight, the last first, of an edition or of all, with a number below
// before (0: from the last). Those that were undone since stay, and say so. The contributions are without anything that their
// authors wrote.
func (s *Service) Removals(ctx context.Context, tx db.Tx, platform int64, project ids.ID, before, limit int) ([]Removal, error) {
	where, args := `a.platform = ? AND a.act = ? AND a.number IS NOT NULL`, []any{platform, string(Hide)}
	if !project.IsZero() {
		where, args = where+` AND a.project = ?`, append(args, project)
	}
	if before > 0 {
		where, args = where+` AND a.number < ?`, append(args, before)
	}
	acts, err := collectActs(tx.Query(ctx, `SELECT `+actColumns+` FROM moderation_act a WHERE `+where+` ORDER BY a.number DESC LIMIT ?`, append(args, limit)...))
	if err != nil {
		return nil, err
	}
	subjects := map[Kind][]ids.ID{}
	for _, a := range acts {
		subjects[a.Kind] = append(subjects[a.Kind], a.Contribution)
	}
	found, err := s.contributions(ctx, tx, platform, subjects)
	list := make([]Removal, len(acts))
	for i, a := range acts {
		c := found[a.Contribution]
		list[i] = Removal{a, Contribution{Kind: c.Kind, Number: c.Number, Edition: c.Edition, Project: c.Project, Path: c.Path, Out: c.Out}}
	}
	return list, err
}

// Total is how many contributions were removed for a reason in a month, and how many of them came back since.
type Total struct {
	Reason      string
	Month       int // local, as 202611
	All, Undone int
	Appealed    int
}

// Totals counts removals by reason and month, of an edition or of all, the last month first.
func Totals(ctx context.Context, tx db.Tx, platform int64, project ids.ID) ([]Total, error) {
	where, args := `a.platform = ? AND a.act = ? AND a.number IS NOT NULL`, []any{platform, string(Hide)}
	if !project.IsZero() {
		where, args = where+` AND a.project = ?`, append(args, project)
	}
	rows, err := tx.Query(ctx, `SELECT a.reason, a.month, COUNT(*), COUNT(CASE WHEN a.undone_at > 0 THEN 1 END), COUNT(CASE WHEN a.appealed_at > 0 THEN 1 END)
		FROM moderation_act a WHERE `+where+` GROUP BY a.reason, a.month ORDER BY a.month DESC, a.reason`, args...)
	return db.Collect(rows, err, func(r *sql.Rows, t *Total) error { return r.Scan(&t.Reason, &t.Month, &t.All, &t.Undone, &t.Appealed) })
}

// Register is what the public reads of all that was removed.
type Register struct {
	Removals []Removal
	Next     int // a number to go on below; 0: that is all
	Totals   []Total
	Edition  project.Project   // that it is of; zero: of the whole platform
	Editions []project.Project // in which something was removed
}

// Register gives a part of it, of the edition of an address or, with none, of the platform. Fault: not_found.
func (s *Service) Register(ctx context.Context, of platform.Platform, slug string, before, limit int) (r Register, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		r = Register{}
		rows, err := tx.Query(ctx, `SELECT DISTINCT a.project FROM moderation_act a WHERE a.platform = ? AND a.act = ? AND a.number IS NOT NULL`, of.Key, string(Hide))
		in, err := db.Collect(rows, err, func(r *sql.Rows, id *ids.ID) error { return r.Scan(id) })
		if err != nil {
			return err
		}
		if r.Editions, err = project.ByIDs(ctx, tx, of.Key, in); err != nil {
			return err
		}
		slices.SortFunc(r.Editions, func(a, b project.Project) int { return b.PublishedAt.Compare(a.PublishedAt) })
		if slug != "" {
			v, err := project.Load(ctx, tx, of.Key, slug, of.Now(tx.Now()))
			if err != nil {
				return err
			}
			r.Edition = v.Project
		}
		if r.Removals, err = s.Removals(ctx, tx, of.Key, r.Edition.ID, before, limit+1); err != nil {
			return err
		}
		if len(r.Removals) > limit {
			r.Removals = r.Removals[:limit]
			r.Next = r.Removals[limit-1].Act.Number
		}
		r.Totals, err = Totals(ctx, tx, of.Key, r.Edition.ID)
		return err
	})
	return r, err
}
