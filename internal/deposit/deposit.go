// Package deposit takes what residents propose: the form of a deposit step, drafts, files, the règlement's criteria, and the
// proposal that a deposit becomes.
package deposit

import (
	"context"
	"slices"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
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
	ReworkUntil time.Time // when the city asks its author to change it: until when; zero: while the deposit is open
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

	allCategories []project.Category // those that are retired too
	allThemes     []project.ThemeOf
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

// moment is what access is asked about. What the city asks its author to rework is open for them until its date.
func (c Call) moment(d Deposit) access.Moment {
	m := access.Moment{Published: c.State == project.Published, Own: true, Draft: d.Draft(), Phase: c.phaseFor(d.CreatedAt)}
	if !d.Draft() && c.Now.Before(d.ReworkUntil) {
		m.Phase = access.Open
	}
	return m
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
	c, _, err = callOn(ctx, tx, of, who, slug, ids.ID{})
	return c, err
}

// CallOn is Call for a deposit of the person's, with that deposit: it has the form of its own step. For a zero id it is Call,
// with a zero deposit. Fault: not_found.
func (s *Service) CallOn(ctx context.Context, of platform.Platform, who account.Person, slug string, id ids.ID) (c Call, d Deposit, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		c, d, err = callOn(ctx, tx, of, who, slug, id)
		return err
	})
	return c, d, err
}

func callOn(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, slug string, id ids.ID) (c Call, d Deposit, err error) {
	if c.View, err = project.Load(ctx, tx, of.Key, slug, of.Now(tx.Now())); err != nil {
		return c, d, err
	}
	if !who.IsZero() {
		if c.Mine, err = depositsOf(ctx, tx, of.Key, who.ID, c.ID); err != nil {
			return c, d, err
		}
	}
	at := c.place(ids.ID{})
	if !id.IsZero() {
		if d, err = c.own(id); err != nil {
			return c, d, err
		}
		at = c.placeFor(d)
	}
	if err = c.fill(ctx, tx, of, at); err != nil {
		return c, d, err
	}
	for i := range c.Mine {
		content := &c.Mine[i].Content
		content.Category, content.Theme = lasting(c.topics(proposal.TagCategory), content.Category), lasting(c.topics(proposal.TagTheme), content.Theme)
	}
	if !id.IsZero() {
		d, err = c.own(id)
	}
	return c, d, err
}

// Plan is Call, for who may organise it, of a project that may not be published yet: what the form of a step will be; of the
// one that is open or comes next for a zero step. Fault: not_found.
func (s *Service) Plan(ctx context.Context, of platform.Platform, who account.Person, slug string, step ids.ID) (c Call, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		if c.View, err = project.LoadFor(ctx, tx, of.Key, who.Roles, slug, of.Now(tx.Now())); err != nil {
			return err
		}
		return c.fill(ctx, tx, of, c.place(step))
	})
	return c, err
}

// Deposits are the project's deposit steps, each with a form of its own.
func (c Call) Deposits() []project.Step { return deposits(c.Steps) }

func deposits(steps []project.Step) []project.Step {
	return slices.DeleteFunc(slices.Clone(steps), func(s project.Step) bool { return s.Kind != project.Collect })
}

// place gives the place of a deposit step: of the one that collects now for a zero one; -1: there is no such deposit.
func (c Call) place(step ids.ID) int {
	if step.IsZero() {
		return project.StepNow(c.Steps, project.Collect, c.Now)
	}
	return slices.IndexFunc(c.Steps, func(s project.Step) bool { return s.ID == step && s.Kind == project.Collect })
}

// placeFor gives the place of the step that a deposit belongs to. A draft that its own step takes no more goes on in the one
// that collects now.
func (c Call) placeFor(d Deposit) int {
	at := c.place(d.Step)
	if at >= 0 && d.Draft() {
		own := c
		if own.Step, own.Phase = c.Steps[at], project.PhaseOf(c.Steps, at, c.Now); own.phaseFor(d.CreatedAt) == project.Closed {
			at = -1
		}
	}
	if at < 0 {
		return c.place(ids.ID{})
	}
	return at
}

// fill reads all that the form of the deposit step at that place needs, but what is somebody's own. Fault: not_found.
func (c *Call) fill(ctx context.Context, tx db.Tx, of platform.Platform, at int) (err error) {
	if at < 0 || c.Origin != project.OfCity {
		return fault.New(fault.NotFound, "fault.deposit.none")
	}
	c.Step, c.Phase, c.Book = c.Steps[at], project.PhaseOf(c.Steps, at, c.Now), c.Rulebook
	if at+1 < len(c.Steps) {
		c.Next = c.Steps[at+1].StartsAt
	}
	if c.Form, err = FormOf(ctx, tx, of.Key, c.Step.ID); err != nil {
		return err
	}
	if err = c.lists(ctx, tx, of.Key); err != nil {
		return err
	}
	c.Charter, err = CharterOf(ctx, tx, of.Key)
	return err
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
	for i, t := range themes {
		t.Sort = sortKey(i) // theirs is of the whole platform
		c.allThemes = append(c.allThemes, t)
		if !t.Retired {
			c.Themes = append(c.Themes, t.Theme)
		}
	}
	c.allCategories, err = project.CategoriesOf(ctx, tx, platform, c.ID, string(proposal.TagCategory))
	for _, k := range c.allCategories {
		if !k.Retired {
			c.Categories = append(c.Categories, k)
		}
	}
	return err
}

// topics are the categories or the themes, those that are retired too.
func (c Call) topics(kind proposal.TagKind) []Topic {
	var list []Topic
	if kind == proposal.TagTheme {
		for _, t := range c.allThemes {
			list = append(list, Topic{ID: t.ID, Slug: t.Slug, Merged: t.Merged})
		}
		return list
	}
	for _, k := range c.allCategories {
		list = append(list, Topic{ID: k.ID, Slug: k.Slug, Merged: k.Merged})
	}
	return list
}

// With is the call for a deposit of the person's: what was published with a category or a theme keeps it, though it was
// retired since.
func (c Call) With(d Deposit) Call {
	if d.Draft() {
		return c
	}
	for _, k := range c.allCategories {
		if k.Retired && k.Merged.IsZero() && k.Slug == d.Content.Category {
			c.Categories = append(slices.Clone(c.Categories), k)
		}
	}
	for _, t := range c.allThemes {
		if t.Retired && t.Merged.IsZero() && t.Slug == d.Content.Theme {
			c.Themes = append(slices.Clone(c.Themes), t.Theme)
		}
	}
	return c
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

// Charter is what whoever deposits accepts, in a version that is kept with what they deposited.
type Charter struct {
	Version int           // 0: the model that comes with Parvis, in the translations
	Text    rulebook.Text // paragraphs apart by an empty line
}

// leaving is the moment at which an author takes a proposal back: as long as the deposit is open, and after it until people
// have voted. A project without a vote ends it with the deposit.
func (c Call) leaving(d Deposit) access.Moment {
	m := c.moment(d)
	if vote := project.VoteStep(c.Steps); m.Phase == access.Closed && vote >= 0 && project.PhaseOf(c.Steps, vote, c.Now) != project.Closed {
		m.Phase = access.Open
	}
	return m
}
