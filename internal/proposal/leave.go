package proposal

import (
	"context"
	"database/sql"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/project"
)

// LeftJob is the kind of job that says that a proposal has left its project. It is written in the transaction in which it
// leaves; the room of ballots, which stands above this one, does it: it frees the votes that were given to the proposal.
const LeftJob = "proposal_left"

// BackJob is the kind of job that says that a proposal which moderation had hidden is back in its project: what was to follow from
// a decision meanwhile follows now, which the room of decisions does.
const BackJob = "proposal_back"

// Back is the body of a BackJob.
type Back struct {
	Project ids.ID `json:"project"`
}

// Left is the body of a LeftJob.
type Left struct {
	Project ids.ID `json:"project"`
	Number  int    `json:"number"`
}

// TakeOut marks a proposal as withdrawn by its author, removed by moderation or merged into another, with the reason that is shown, and takes it
// out of searches and of every step's list. Votes that were given to it are freed after the commit. now is the platform's time.
func TakeOut(ctx context.Context, tx db.Tx, platform int64, p Proposal, how Trashed, reason string, now time.Time) error {
	merged := ""
	if how == Merged {
		merged = reason
	}
	if _, err := tx.Exec(ctx, `UPDATE proposal SET trashed = ?, trashed_reason = ?, trashed_at = ?, merged_reason = CASE WHEN ? <> '' THEN ? ELSE merged_reason END WHERE platform = ? AND id = ?`,
		string(how), reason, db.Micros(now), merged, merged, platform, p.ID); err != nil {
		return err
	}
	if err := Reindex(ctx, tx, platform, p, Proposal{}); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `SELECT s.step FROM selection s WHERE s.platform = ? AND s.proposal = ? AND s.trashed = ? ORDER BY s.step`, platform, p.ID, false)
	steps, err := db.Collect(rows, err, func(r *sql.Rows, step *ids.ID) error { return r.Scan(step) })
	if err != nil {
		return err
	}
	for _, step := range steps { // few: deposit, analysis, vote
		if err := leave(ctx, tx, platform, step, p); err != nil {
			return err
		}
		if err := project.AddProposals(ctx, tx, platform, step, -1); err != nil {
			return err
		}
	}
	return jobs.Add(ctx, tx, platform, LeftJob, Left{p.Project, p.Number}, time.Time{})
}
