package project

import (
	"context"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/platform"
)

// Part is what a room above this one keeps of editions: it is told, in the same transaction, when one begins, is copied or
// is deleted, and says what it still lacks. Each function may be nil.
type Part struct {
	// Begin gives a new edition what its model has.
	Begin func(ctx context.Context, tx db.Tx, platform int64, of Project, m Model, steps []Step) error
	// Copy gives a new edition what another one has; steps are those of the new one, in the order of the other's.
	Copy func(ctx context.Context, tx db.Tx, platform int64, from Edition, to Project, steps []Step) error
	// Discard deletes what a draft had, once its steps are deleted.
	Discard func(ctx context.Context, tx db.Tx, platform int64, e Edition) error
	// Checks adds to the check-list.
	Checks func(ctx context.Context, tx db.Tx, platform int64, e Edition) ([]Check, error)
}

// Change runs a change of an edition, by a room above, in a transaction that keeps every other change and every cast
// waiting. Faults: forbidden, not_found, those of fn.
func (s *Service) Change(ctx context.Context, of platform.Platform, who account.Person, slug string, fn func(ctx context.Context, tx db.Tx, e *Edition) error) error {
	return s.change(ctx, of, who, slug, fn)
}

// Look reads an edition, and with fn what a room above has of it, in one snapshot. Faults: forbidden, not_found, those of fn.
func (s *Service) Look(ctx context.Context, of platform.Platform, who account.Person, slug string, fn func(ctx context.Context, tx db.Tx, e Edition) error) error {
	if err := mayOrganise(who, Edition{}.Moment()); err != nil {
		return err
	}
	return s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		e, err := s.edition(ctx, tx, of, who, slug)
		if err != nil {
			return err
		}
		return fn(ctx, tx, e)
	})
}

// Amend writes the change of an edition that is public already, with its reason, where everybody reads it and into the
// journal, with more that the entry says; nothing for a draft. Fault: invalid (reason).
func (e *Edition) Amend(ctx context.Context, tx db.Tx, of platform.Platform, a Amendment, entry string, more map[string]any) error {
	if !e.Public() {
		return nil
	}
	if err := e.reasonFor(a.Reason); err != nil {
		return err
	}
	a.At = e.Now
	if err := insertAmendment(ctx, tx, of.Key, e.Project.ID, a); err != nil {
		return err
	}
	body := map[string]any{"project": e.Project.ID, "reason": a.Reason}
	for name, v := range more {
		body[name] = v
	}
	return journal.Append(ctx, tx, of.Key, entry, body)
}

// Keep stores that a screen was saved.
func (e *Edition) Keep(ctx context.Context, tx db.Tx, of platform.Platform, s Screen) error {
	return e.keep(ctx, tx, of, s)
}
