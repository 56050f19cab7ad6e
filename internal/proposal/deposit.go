package proposal

import (
	"context"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// Deposit is what a person typed into the form of a deposit step: a draft, and once it is published, what the proposal was
// made of, which its author goes on changing while the deposit is open.
type Deposit struct {
	ID          ids.ID
	Project     ids.ID
	Step        ids.ID
	Participant ids.ID
	Proposal    ids.ID // zero: a draft
	Content     Content
	Picture     ids.ID
	Charter     int // the version accepted; -1: none yet
	Withdrawn   bool
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Draft says whether it was never published.
func (d Deposit) Draft() bool { return d.Proposal.IsZero() }

// Call is the deposit of a project, with all that its form needs, at a moment and for a person.
type Call struct {
	project.View
	Setting
	Step    project.Step
	Phase   project.Phase // of the step, for somebody who begins now
	Charter Charter
	Mine    []Deposit // the person's own here, newest first
	Next    time.Time // when the step after the deposit begins; zero when that is not known
}

// Grace is how long after the end of the deposit a draft that was begun before it can still be published.
const Grace = 15 * time.Minute

// GraceUntil is when the last drafts can be published; zero without an end.
func (c Call) GraceUntil() time.Time {
	if c.Step.EndsAt.IsZero() {
		return time.Time{}
	}
	return c.Step.EndsAt.Add(Grace)
}

// phaseFor is the phase of the step for something that was begun at a time: one that was begun before the end has the
// grace.
func (c Call) phaseFor(begun time.Time) project.Phase {
	if c.Phase == project.Closed && c.Step.EndsAt.After(begun) && c.Now.Before(c.GraceUntil()) {
		return project.Open
	}
	return c.Phase
}

// moment is what access is asked about.
func (c Call) moment(d Deposit) access.Moment {
	return access.Moment{Published: c.State == project.Published, Own: true, Draft: d.Draft(), Phase: c.phaseFor(d.CreatedAt)}
}

// Open says whether a person may deposit, or go on with a deposit of theirs.
func (c Call) Open(who account.Person, d Deposit) bool {
	if d.CreatedAt.IsZero() {
		d.CreatedAt = c.Now
	}
	action := access.Deposit
	if !d.Draft() {
		action = access.EditProposal
	}
	return !d.Withdrawn && who.Roles.Can(action, c.moment(d))
}

// CanLeave says whether a person may take a deposit of theirs back.
func (c Call) CanLeave(who account.Person, d Deposit) bool {
	return !d.Withdrawn && who.Roles.Can(access.WithdrawProposal, c.leaving(d))
}

// closed says why a deposit cannot be gone on with.
func (c Call) closed() error {
	if c.Phase == project.Future {
		return fault.New(fault.Closed, "fault.deposit.early", "When", c.Step.StartsAt)
	}
	return fault.New(fault.Closed, "fault.deposit.late", "When", c.Step.EndsAt)
}

// Service takes deposits.
type Service struct{ db *db.DB }

// NewService returns the service on a database.
func NewService(d *db.DB) *Service { return &Service{d} }

// Call gives the deposit of a project. Fault: not_found, also for a project without a deposit.
func (s *Service) Call(ctx context.Context, of platform.Platform, who account.Person, slug string) (c Call, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		c, err = CallOf(ctx, tx, of, who, slug)
		return err
	})
	return c, err
}

// CallOf is Call in a transaction. Fault: not_found.
func CallOf(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, slug string) (c Call, err error) {
	if c.View, err = project.Load(ctx, tx, of.Key, slug, of.Now(tx.Now())); err != nil {
		return c, err
	}
	at := -1
	for i, step := range c.Steps {
		if step.Kind == project.Collect && (at < 0 || project.PhaseOf(c.Steps, i, c.Now) == project.Open) {
			at = i // the first, or one that is open
		}
	}
	if at < 0 || c.Origin != project.OfCity {
		return c, fault.New(fault.NotFound, "fault.deposit.none")
	}
	c.Step, c.Phase, c.Book = c.Steps[at], project.PhaseOf(c.Steps, at, c.Now), c.Rulebook
	if at+1 < len(c.Steps) {
		c.Next = c.Steps[at+1].StartsAt
	}
	if c.Form, err = FormOf(ctx, tx, of.Key, c.Step.ID); err != nil {
		return c, err
	}
	if err = c.lists(ctx, tx, of.Key); err != nil {
		return c, err
	}
	if c.Charter, err = CharterOf(ctx, tx, of.Key); err != nil || who.IsZero() {
		return c, err
	}
	c.Mine, err = depositsOf(ctx, tx, of.Key, who.ID, c.ID)
	return c, err
}

// lists reads what can be chosen.
func (c *Call) lists(ctx context.Context, tx db.Tx, platform int64) error {
	districts, err := project.DistrictsOf(ctx, tx, platform, []ids.ID{c.ID})
	if err != nil {
		return err
	}
	for _, d := range districts {
		c.Districts = append(c.Districts, d.District)
	}
	themes, err := project.ThemesOf(ctx, tx, platform, []ids.ID{c.ID})
	if err != nil {
		return err
	}
	for _, t := range themes {
		c.Themes = append(c.Themes, t.Theme)
	}
	c.Categories, err = project.CategoriesOf(ctx, tx, platform, c.ID, string(TagCategory))
	return err
}

// own gives the person's deposit of that identifier: somebody else's is not there.
func (c Call) own(id ids.ID) (Deposit, error) {
	for _, d := range c.Mine {
		if d.ID == id {
			return d, nil
		}
	}
	return Deposit{}, fault.New(fault.NotFound, "fault.deposit.unknown")
}

// Own gives the person's deposit of that identifier. Fault: not_found.
func (c Call) Own(id ids.ID) (Deposit, error) { return c.own(id) }

// Charter is what whoever deposits accepts, in a version that is kept with what they deposited.
type Charter struct {
	Version int           // 0: the model that comes with Parvis, in the translations
	Text    rulebook.Text // paragraphs apart by an empty line
}
