package proposal

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/project"
)

// PutBack undoes TakeOut: the proposal is found again, and listed in the steps that it was taken out of, under its facets. Votes
// that were freed meanwhile do not come back. One that had become part of another before is so again.
func PutBack(ctx context.Context, tx db.Tx, platform int64, p Proposal, facets []Facet) error {
	merged, err := tx.Exec(ctx, `UPDATE proposal SET trashed = ?, trashed_reason = merged_reason WHERE platform = ? AND id = ? AND merged_reason <> ''`, string(Merged), platform, p.ID)
	if err != nil || merged > 0 {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE proposal SET trashed = ?, trashed_reason = '', trashed_at = 0 WHERE platform = ? AND id = ?`, string(NotTrashed), platform, p.ID); err != nil {
		return err
	}
	if err := index(ctx, tx, platform, []Proposal{p}); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `SELECT s.step FROM selection s WHERE s.platform = ? AND s.proposal = ? AND s.trashed = ? ORDER BY s.step`, platform, p.ID, true)
	steps, err := db.Collect(rows, err, func(r *sql.Rows, step *ids.ID) error { return r.Scan(step) })
	if err != nil {
		return err
	}
	for _, step := range steps { // few: deposit, analysis, vote
		if _, err := tx.Exec(ctx, `UPDATE selection SET trashed = ? WHERE platform = ? AND step = ? AND proposal = ?`, false, platform, step, p.ID); err != nil {
			return err
		}
		if err := reenter(ctx, tx, platform, step, p, facets); err != nil {
			return err
		}
		if err := project.AddProposals(ctx, tx, platform, step, 1); err != nil {
			return err
		}
	}
	return jobs.Add(ctx, tx, platform, BackJob, Back{p.Project}, time.Time{})
}

// slugMax is how long the form of a title in an address may be.
const slugMax = 60

// Rewrite changes what somebody wrote in a proposal, wherever it is kept: its texts, those of its earlier versions, and what
// searches read. It says whether anything changed.
func Rewrite(ctx context.Context, tx db.Tx, platform int64, p Proposal, rewrite func(string) string, now time.Time) (bool, error) {
	was := p
	for _, text := range []*string{&p.Title, &p.Summary, &p.Body, &p.Address, &p.Proposer} {
		*text = rewrite(*text)
	}
	changed, err := rewriteVersions(ctx, tx, platform, p.ID, rewrite)
	if err != nil || p == was {
		return changed, err
	}
	if p.Title != was.Title {
		p.Slug = ids.Slug(i18n.Fold(p.Title), slugMax)
	}
	p.UpdatedAt = now
	if _, err := tx.Exec(ctx, `UPDATE proposal SET slug = ?, title = ?, summary = ?, body = ?, address = ?, proposer = ?, updated_at = ? WHERE platform = ? AND id = ?`,
		p.Slug, p.Title, p.Summary, p.Body, p.Address, p.Proposer, db.Micros(now), platform, p.ID); err != nil {
		return false, err
	}
	if p.Trashed != NotTrashed { // nobody finds it
		return true, nil
	}
	return true, Reindex(ctx, tx, platform, was, p)
}

// rewriteVersions changes the texts of earlier versions, which are few.
func rewriteVersions(ctx context.Context, tx db.Tx, platform int64, proposal ids.ID, rewrite func(string) string) (changed bool, err error) {
	versions, err := Versions(ctx, tx, platform, proposal)
	if err != nil {
		return false, err
	}
	for _, v := range versions {
		was := v
		for _, text := range []*string{&v.Title, &v.Summary, &v.Body, &v.Address} {
			*text = rewrite(*text)
		}
		if v == was {
			continue
		}
		body, err := json.Marshal(v)
		if err != nil {
			return false, err
		}
		if _, err := tx.Exec(ctx, `UPDATE proposal_version SET body = ? WHERE platform = ? AND proposal = ? AND version = ?`, string(body), platform, proposal, v.Number); err != nil {
			return false, err
		}
		changed = true
	}
	return changed, nil
}
