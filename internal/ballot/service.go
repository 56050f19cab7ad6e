package ballot

import (
	"context"
	"slices"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// Service keeps selections and takes ballots.
type Service struct {
	db *db.DB
	in turnstile
}

// NewService returns the service on a database.
func NewService(d *db.DB) *Service { return &Service{db: d} }

// Booth is where a person votes: the step, its ballot paper, and what is theirs in it.
type Booth struct {
	project.View
	At     int // index of the step
	Paper  Paper
	Basket Basket
	Signed Signature // zero: they have not voted
	Gone   []int     // numbers of proposals in the basket that have left the vote since; the basket is without them
}

// Step is the step in which people vote.
func (b Booth) Step() project.Step { return b.Steps[b.At] }

// Moment is what access asks about the step.
func (b Booth) Moment() access.Moment {
	return access.Moment{Published: b.State == project.Published, PublicData: b.Origin == project.Imported, Phase: project.PhaseOf(b.Steps, b.At, b.Now), Proclaimed: !b.Step().ProclaimedAt.IsZero()}
}

// Enter reads the booth of a project for a person, who may be nobody, in a transaction. Fault not_found: there is no such
// project, or nobody votes in it here.
func Enter(ctx context.Context, tx db.Tx, of platform.Platform, person account.Person, slug string) (Booth, error) {
	b, err := hall(ctx, tx, of, slug)
	if err != nil {
		return Booth{}, err
	}
	if b.Paper.Items, err = proposal.Choosables(ctx, tx, of.Key, b.Step().ID, true, b.Paper.TwoParts()); err != nil || person.IsZero() {
		return b, err
	}
	baskets, err := basketsOf(ctx, tx, of.Key, b.Step().ID, []ids.ID{person.ID})
	if err != nil {
		return Booth{}, err
	}
	signed, err := signaturesOf(ctx, tx, of.Key, b.Step().ID, []ids.ID{person.ID})
	b.Basket, b.Signed = baskets[person.ID], signed[person.ID]
	b.Basket.Choices, b.Gone = b.Paper.Kept(b.Basket.Choices)
	return b, err
}

// hall reads a project whose people vote here, with its step, without what is any person's.
func hall(ctx context.Context, tx db.Tx, of platform.Platform, slug string) (Booth, error) {
	view, err := project.Load(ctx, tx, of.Key, slug, of.Now(tx.Now()))
	if err != nil {
		return Booth{}, err
	}
	b := Booth{View: view, At: votedIn(view.Steps)}
	if b.At < 0 || view.Origin == project.Imported || view.Rulebook.Vote.Who == nil {
		return Booth{}, fault.New(fault.NotFound, "fault.vote.none")
	}
	b.Paper.Rules = view.Rulebook
	return b, nil
}

// votedIn gives the index of the step where people vote; -1 when there is none.
func votedIn(steps []project.Step) int { return project.VoteStep(steps) }

// may asks access whether a person may, at the booth's moment. Faults: closed, with the reason, forbidden.
func (b Booth) may(person account.Person, action access.Action) error {
	if person.Roles.Can(action, b.Moment()) {
		return nil
	}
	switch b.Moment().Phase {
	case access.Closed:
		return fault.New(fault.Closed, "fault.vote.closed", "At", b.Step().EndsAt)
	case access.Future:
		return fault.New(fault.Closed, "fault.vote.future", "At", b.Step().StartsAt)
	}
	return fault.New(fault.Forbidden, "fault.forbidden")
}

// district checks that a slug is that of a district of the rules; an empty one says none.
func (b Booth) district(slug string) error {
	for _, d := range b.Rulebook.Districts {
		if d.Key == slug {
			return nil
		}
	}
	if slug == "" {
		return nil
	}
	return fault.New(fault.Invalid, "fault.vote.home").In("home")
}

// unique gives identifiers once each, in key order: the order in which rows are locked.
func unique(list []ids.ID) []ids.ID {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b ids.ID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(list)
}
