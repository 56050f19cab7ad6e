package delivery

import (
	"context"
	"slices"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/result"
)

// Begin makes those winners of a proclaimed vote be followed that the council left: a study, works and an opening without a date, due
// by what the rulebook gives from the proclamation on. What the council took out is followed no more. Doing it again changes
// nothing, and an edition whose calendar has no works is left alone. It is what result.NewService does behind an announcement.
func Begin(ctx context.Context, tx db.Tx, of platform.Platform, v project.View) error {
	at := project.VoteStep(v.Steps)
	if at < 0 || v.Origin != project.OfCity || of.Kind == platform.Rehearsal || !slices.ContainsFunc(v.Steps, func(s project.Step) bool { return s.Kind == project.Delivery }) {
		return nil
	}
	r, ok, err := result.Of(ctx, tx, of.Key, v.Steps[at].ID)
	if err != nil || !ok || !r.Counted {
		return err
	}
	if err := takeOut(ctx, tx, of, v, r.Step); err != nil {
		return err
	}
	winners, err := result.Built(ctx, tx, of.Key, r.Step)
	if err != nil {
		return err
	}
	fresh, err := unfollowed(ctx, tx, of.Key, winners)
	if err != nil || len(fresh) == 0 {
		return err
	}
	proposals, err := proposal.ByIDs(ctx, tx, of.Key, fresh)
	if err != nil {
		return err
	}
	list := make([]Delivery, len(proposals))
	for i, p := range proposals {
		list[i] = Delivery{Proposal: p.ID, Project: p.Project, State: Planned, Version: 1, Voted: p.Cost, PromisedAt: promised(v, r.ProclaimedAt, of.Zone), UpdatedAt: r.ProclaimedAt,
			Milestones: []Milestone{{Kind: Study}, {Kind: Works}, {Kind: Opening}}}
	}
	if err := Insert(ctx, tx, of.Key, list); err != nil {
		return err
	}
	return journal.Append(ctx, tx, of.Key, "works_begun", map[string]any{"project": v.Project.ID, "proposals": fresh})
}

// takeOut ends the follow-up of what the council took out of a result: where nothing was told of it yet, as if it had not
// begun; else it is given up, for the council's reason.
func takeOut(ctx context.Context, tx db.Tx, of platform.Platform, v project.View, step ids.ID) error {
	council, _, err := result.DeliberationOf(ctx, tx, of.Key, step)
	if err != nil {
		return err
	}
	var list []ids.ID
	why := map[ids.ID]string{}
	for _, c := range council.Changes {
		if !c.Won {
			list, why[c.Proposal] = append(list, c.Proposal), c.Reason
		}
	}
	if len(list) == 0 {
		return nil
	}
	found, err := Of(ctx, tx, of.Key, list)
	if err != nil {
		return err
	}
	now := of.Now(tx.Now())
	var untouched []ids.ID
	for _, id := range list { // a council takes out one or two
		switch d, followed := found[id]; {
		case !followed || !d.State.open():
		case d.Version == 1:
			untouched = append(untouched, id)
		default:
			d.State, d.EndedAt, d.Reason, d.UpdatedAt = Abandoned, now, why[id], now
			d.Version++
			d.DueAt = d.due()
			if err := update(ctx, tx, of.Key, d, nil); err != nil {
				return err
			}
			if err := journal.Append(ctx, tx, of.Key, "works_abandoned", entry(d, d, Change{})); err != nil {
				return err
			}
			if err := tell(ctx, tx, of, d, Told{Phase: During, Body: d.Reason}, now); err != nil {
				return err
			}
		}
	}
	if len(untouched) == 0 {
		return nil
	}
	if err := remove(ctx, tx, of.Key, untouched); err != nil {
		return err
	}
	return journal.Append(ctx, tx, of.Key, "works_not_begun", map[string]any{"project": v.Project.ID, "proposals": untouched})
}

// promised is the last day that the rulebook gives a winner; zero when it gives none.
func promised(v project.View, proclaimed time.Time, zone *time.Location) time.Time {
	if v.Rulebook.Deposit == nil || v.Rulebook.Deposit.Months == 0 || proclaimed.IsZero() {
		return time.Time{}
	}
	day := proclaimed.In(zone).AddDate(0, v.Rulebook.Deposit.Months, 0)
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, zone)
}
