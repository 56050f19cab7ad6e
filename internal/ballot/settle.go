package ballot

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
)

// SettleJob is the kind of job that completes the totals of a vote once it is closed; Settle does it.
const SettleJob = "vote_totals"

// settling is the body of the job.
type settling struct {
	Step ids.ID `json:"step"`
}

// settleLater asks that what waits be counted when the vote closes. Without an end it is counted with the next ballots.
func settleLater(ctx context.Context, tx db.Tx, of platform.Platform, step project.Step) error {
	if step.EndsAt.IsZero() {
		return nil
	}
	return jobs.Add(ctx, tx, of.Key, SettleJob, settling{step.ID}, of.When(step.EndsAt))
}

// Settle does a SettleJob: once the vote is closed it completes the totals. A job that comes too early, as the vote was
// prolonged, is put off.
func (s *Service) Settle(ctx context.Context, job jobs.Job) error {
	var body settling
	if err := json.Unmarshal(job.Body, &body); err != nil {
		return fmt.Errorf("job %s: %w", job.ID, err)
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		of, err := platform.ByKey(ctx, tx, job.Platform)
		if err != nil {
			return err
		}
		found, _, err := project.WithSteps(ctx, tx, of.Key, nil, []ids.ID{body.Step})
		if err != nil || len(found) == 0 {
			return err
		}
		return Release(ctx, tx, of, found[0].Slug)
	})
}

// Release moves the totals of a vote by all that still waits, once it is closed; before, it asks for it again. Whoever
// counts calls it first.
func Release(ctx context.Context, tx db.Tx, of platform.Platform, slug string) error {
	b, err := locked(ctx, tx, of, slug)
	if err != nil {
		return err
	}
	if b.Moment().Phase != access.Closed {
		return settleLater(ctx, tx, of, b.Step())
	}
	return b.changes(of).release(ctx, tx, of.Key, b.Step().ID)
}
