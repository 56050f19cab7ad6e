package analysis

import (
	"context"
	"slices"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/audit"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
)

// Key names an assignment.
type Key struct{ Round, Service, Proposal ids.ID }

// Key gives the assignment's own.
func (a Assignment) Key() Key { return Key{a.Round, a.Service, a.Proposal} }

// Passing says where a proposal goes on.
type Passing struct {
	To     ids.ID // the service that takes it over; the own one: only another person is in charge
	Charge ids.ID // the person in charge there; zero: anybody
	Keep   bool   // the opinion of To is asked beside one's own
	Note   string
}

// Pass hands an assignment on to another service or person, with a note. What was written stays, and the service that it came
// from sees what becomes of it. Faults: forbidden, not_found, closed, invalid (to, charge, note).
func (s *Service) Pass(ctx context.Context, of platform.Platform, who account.Person, key Key, p Passing) error {
	p.Note = tidy(p.Note)
	if over := utf8.RuneCountInString(p.Note) - MaxNote; over > 0 {
		return invalid("note", "long", "Max", MaxNote, "Over", over)
	}
	return s.working(ctx, of, who, key, true, func(ctx context.Context, tx db.Tx, w work) error {
		to, ok := w.seat.Service(p.To)
		if !ok || !w.mayPassTo(to) {
			return invalid("to", "no_service")
		}
		if !p.Charge.IsZero() && !slices.Contains(to.Members, p.Charge) {
			return invalid("charge", "not_member")
		}
		a := w.mine
		name := "analysis_passed"
		if p.Keep && to.ID != a.Service {
			name = "analysis_asked"
		}
		if err := audit.Note(ctx, tx, of.Key, who, audit.Act{Name: name, Kind: "proposal", Subject: a.Proposal, Project: a.Project, Note: to.Name}); err != nil {
			return err
		}
		if to.ID == a.Service {
			a.Charge, a.Note = p.Charge, p.Note
			return setState(ctx, tx, of.Key, a)
		}
		fresh := Assignment{Round: a.Round, Service: to.ID, Proposal: a.Proposal, Project: a.Project, Lead: a.Lead && !p.Keep, Charge: p.Charge, State: Todo, DueAt: a.DueAt,
			AssignedAt: w.edition.Now, AssignedBy: who.ID, From: a.Service, Note: p.Note}
		if !p.Keep {
			a.Lead = false
			if a.State.Open() {
				a.State = Passed
			}
			if err := setState(ctx, tx, of.Key, a); err != nil {
				return err
			}
		}
		at := slices.IndexFunc(w.all, func(o Assignment) bool { return o.Round == a.Round && o.Service == to.ID })
		if at < 0 {
			if err := InsertAssignments(ctx, tx, of.Key, []Assignment{fresh}); err != nil {
				return err
			}
			if err := tellTransmitted(ctx, tx, of.Key, w.edition, w.seat.All, []Assignment{fresh}); err != nil {
				return err
			}
			return keepDaily(ctx, tx, of)
		}
		there := w.all[at]
		fresh.Lead = fresh.Lead || there.Lead
		if there.State != Passed { // what it has begun stays so
			fresh.State = there.State
		} else if _, begun := w.opinion(Key{a.Round, to.ID, a.Proposal}); begun {
			fresh.State = Begun
		}
		if err := setState(ctx, tx, of.Key, fresh); err != nil {
			return err
		}
		return keepDaily(ctx, tx, of)
	})
}

// mayPassTo says whether a proposal may go to a service: another body gives it back to services of the city that know it.
func (w work) mayPassTo(to project.CityService) bool {
	if !w.seat.Guest() || w.seat.roles().Can(access.Assign, moment(w.edition, true)) {
		return true
	}
	return w.seat.In(to.ID) || slices.ContainsFunc(w.all, func(a Assignment) bool { return a.Service == to.ID })
}

// Wait says that a service waits for an answer, or no longer does. Faults: forbidden, not_found, closed, conflict (its opinion is given).
func (s *Service) Wait(ctx context.Context, of platform.Platform, who account.Person, key Key, waits bool) error {
	return s.working(ctx, of, who, key, false, func(ctx context.Context, tx db.Tx, w work) error {
		a := w.mine
		_, begun := w.opinion(key)
		switch {
		case !a.State.Open():
			return fault.New(fault.Conflict, "fault.analysis.given")
		case waits:
			a.State = Waiting
		case begun:
			a.State = Begun
		default:
			a.State = Todo
		}
		return setState(ctx, tx, of.Key, a)
	})
}

// work is what stands around an assignment that somebody acts on.
type work struct {
	seat    Seat
	edition project.View
	mine    Assignment
	all     []Assignment // of the proposal
	said    []Opinion    // of the proposal
}

// opinion gives what a service says already; false when it says nothing.
func (w work) opinion(key Key) (Opinion, bool) {
	i := slices.IndexFunc(w.said, func(o Opinion) bool { return o.Round == key.Round && o.Service == key.Service })
	if i < 0 {
		return Opinion{}, false
	}
	return w.said[i], true
}

// load finds what stands around an assignment. Faults: forbidden, not_found (which does not say whether there is one), closed.
func load(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, key Key, distributing bool) (w work, err error) {
	if w.seat, err = SeatOf(ctx, tx, of.Key, who); err != nil {
		return w, err
	}
	all, err := Assignments(ctx, tx, of.Key, []ids.ID{key.Proposal})
	if err != nil {
		return w, err
	}
	w.all = all[key.Proposal]
	i := slices.IndexFunc(w.all, func(a Assignment) bool { return a.Key() == key })
	if i < 0 {
		return w, notFound()
	}
	w.mine = w.all[i]
	distributes := distributing && who.Roles.Can(access.Assign, access.Moment{})
	if !w.seat.In(key.Service) && !distributes {
		return w, notFound()
	}
	slug, err := project.SlugOf(ctx, tx, of.Key, w.mine.Project)
	if err != nil {
		return w, err
	}
	if w.edition, err = editionOf(ctx, tx, of, slug); err != nil {
		return w, err
	}
	switch roles, m := w.seat.roles(), moment(w.edition, w.seat.In(key.Service)); {
	case roles.Can(access.Analyse, m), distributes && roles.Can(access.Assign, m):
	case m.Voted:
		return w, fault.New(fault.Closed, "fault.analysis.voted")
	default:
		return w, forbidden()
	}
	said, err := Opinions(ctx, tx, of.Key, []ids.ID{key.Proposal})
	w.said = said[key.Proposal]
	return w, err
}

// working runs something that somebody does with an assignment of a service of theirs; distributing lets who says who studies
// what do it too.
func (s *Service) working(ctx context.Context, of platform.Platform, who account.Person, key Key, distributing bool, fn func(ctx context.Context, tx db.Tx, w work) error) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := tx.Lock(ctx, "analysis of proposal "+key.Proposal.String()); err != nil {
			return err
		}
		w, err := load(ctx, tx, of, who, key, distributing)
		if err != nil {
			return err
		}
		return fn(ctx, tx, w)
	})
}
