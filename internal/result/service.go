package result

import (
	"context"
	"encoding/hex"
	"slices"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/audit"
	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
)

// Service is how organisers announce a result: they see the count first, then it comes out whole, once.
type Service struct {
	db       *db.DB
	editions *project.Service
	then     []Then
}

// Then is what another room does in the transaction in which a result is announced, and in that in which the council's vote on it
// is recorded.
type Then func(ctx context.Context, tx db.Tx, of platform.Platform, v project.View) error

// NewService returns the service on a database.
func NewService(d *db.DB, then ...Then) *Service { return &Service{d, project.NewService(d), then} }

func (s *Service) after(ctx context.Context, tx db.Tx, of platform.Platform, v project.View) error {
	for _, do := range s.then {
		if err := do(ctx, tx, of, v); err != nil {
			return err
		}
	}
	return nil
}

// Preview is the count of a vote that is over, as organisers see it before anybody else.
type Preview struct {
	project.View
	At      int    // the vote, in Steps
	Counted        // its lots are drawn by Numbers; where those are missing, by nothing yet
	Ties    []Tie  // that only the lots separate
	Numbers string // of the public drawing, as they were typed; empty: not yet
	Planned time.Time
}

// Step is the vote.
func (p Preview) Step() project.Step { return p.Steps[p.At] }

// Missing says whether who wins hangs on a public drawing whose numbers nobody has typed yet.
func (p Preview) Missing() bool { return p.Rulebook.Lots != nil && p.Numbers == "" && decisive(p.Ties) }

// Seen names what was counted, so that what is announced is what somebody read.
func (p Preview) Seen() string { return hex.EncodeToString(p.BallotsHash) + " " + p.Seed }

// moment is what access is asked about the vote of an edition.
func moment(v project.View, at int) access.Moment {
	return access.Moment{Published: v.State == project.Published, Phase: project.PhaseOf(v.Steps, at, v.Now), Proclaimed: !v.Steps[at].ProclaimedAt.IsZero()}
}

// vote gives the vote of an edition of the city. Fault: not_found.
func vote(v project.View) (int, error) {
	at := project.VoteStep(v.Steps)
	if at < 0 || v.Origin != project.OfCity || v.Rulebook.Deliberation {
		return 0, fault.New(fault.NotFound, "fault.not_found")
	}
	return at, nil
}

// refused says why somebody may not announce, now.
func refused(who account.Person, m access.Moment) error {
	switch {
	case who.Roles.Can(access.Proclaim, m):
		return nil
	case !who.Roles.Ever(access.Proclaim):
		return fault.New(fault.Forbidden, "fault.forbidden")
	case m.Proclaimed:
		return fault.New(fault.Conflict, "fault.result.proclaimed")
	}
	return fault.New(fault.Closed, "fault.result.voting")
}

// preview counts in a transaction. Faults: those of refused, and of Count.
func preview(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, v project.View) (p Preview, err error) {
	p.View = v
	if p.At, err = vote(v); err != nil {
		return p, err
	}
	if err := refused(who, moment(v, p.At)); err != nil {
		return p, err
	}
	step := p.Step().ID
	kept, err := preparedOf(ctx, tx, of.Key, step)
	if err != nil {
		return p, err
	}
	p.Numbers, p.Planned = kept.numbers, kept.planned
	candidates, err := Candidates(ctx, tx, of.Key, step)
	if err != nil {
		return p, err
	}
	if p.Counted, err = Count(ctx, tx, of.Key, step, v.Rulebook.Seeded(p.Numbers+"?"), candidates); err != nil {
		return p, err
	}
	p.Ties = LotTies(p.Rule, candidates, p.Result)
	if v.Rulebook.Lots == nil {
		return p, nil
	}
	// Where nothing hangs on the lots, what nobody chose orders those who lost.
	seed, drawn := hex.EncodeToString(p.BallotsHash), false
	if p.Numbers != "" {
		seed, drawn = p.Numbers, true
	}
	p.Counted, err = Count(ctx, tx, of.Key, step, v.Rulebook.Seeded(seed), candidates)
	p.Seed, p.Drawn = seed, drawn
	return p, err
}

// Preview counts a vote that is over and not announced. Faults: forbidden, not_found, closed (people vote), conflict (it is
// announced; ballots are still to be freed of a proposal that left).
func (s *Service) Preview(ctx context.Context, of platform.Platform, who account.Person, slug string) (p Preview, err error) {
	err = s.editions.Look(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, e project.Edition) error {
		p, err = preview(ctx, tx, of, who, e.View)
		return err
	})
	return p, err
}

// SetNumbers keeps the numbers of the public drawing that the rulebook names, each time with a journal entry. Faults: those of
// Preview, and invalid (numbers).
func (s *Service) SetNumbers(ctx context.Context, of platform.Platform, who account.Person, slug, text string) error {
	return s.editions.Change(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, e *project.Edition) error {
		at, err := vote(e.View)
		if err != nil {
			return err
		}
		if err := refused(who, moment(e.View, at)); err != nil {
			return err
		}
		if e.Rulebook.Lots == nil {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		numbers, err := Numbers(text)
		if err != nil {
			return err
		}
		if err := noted(ctx, tx, of.Key, who, "result_numbers", e.Project.ID, numbers); err != nil {
			return err
		}
		return keepNumbers(ctx, tx, of.Key, e, at, numbers)
	})
}

// SetPlan has the result announced by itself at a time; a zero time takes that back. Faults: those of Preview, and invalid
// (planned), conflict (numbers: the lots are not drawn).
func (s *Service) SetPlan(ctx context.Context, of platform.Platform, who account.Person, slug string, at time.Time) error {
	return s.editions.Change(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, e *project.Edition) error {
		p, err := preview(ctx, tx, of, who, e.View)
		if err != nil {
			return err
		}
		switch {
		case !at.IsZero() && !at.After(e.Now):
			return fault.New(fault.Invalid, "fault.result.planned").In("planned")
		case !at.IsZero() && p.Missing():
			return fault.New(fault.Conflict, "fault.result.numbers").In("numbers")
		}
		if err := noted(ctx, tx, of.Key, who, "result_planned", e.Project.ID, ""); err != nil {
			return err
		}
		if err := keepPlan(ctx, tx, of.Key, p.Step().ID, at); err != nil || at.IsZero() {
			return err
		}
		return jobs.Add(ctx, tx, of.Key, AnnounceJob, announcing{e.Slug, p.Step().ID, db.Micros(at)}, of.When(at))
	})
}

// Announce announces the result of a vote: what residents read, the journal entry and the files come out together, and people
// are told behind it. seen is what was counted when somebody checked it (Preview.Seen). Faults: those of Preview, and conflict (seen: something else
// would come out; numbers: the lots are not drawn).
func (s *Service) Announce(ctx context.Context, of platform.Platform, who account.Person, slug, seen string) error {
	return s.announce(ctx, of, who, slug, func(p Preview) error {
		if p.Seen() != seen {
			return fault.New(fault.Conflict, "fault.result.changed").In("seen")
		}
		return nil
	})
}

func (s *Service) announce(ctx context.Context, of platform.Platform, who account.Person, slug string, check func(p Preview) error) error {
	return s.editions.Change(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, e *project.Edition) error {
		p, err := preview(ctx, tx, of, who, e.View)
		if err != nil {
			return err
		}
		if p.Missing() {
			return fault.New(fault.Conflict, "fault.result.numbers").In("numbers")
		}
		if err := check(p); err != nil {
			return err
		}
		if err := ballot.Release(ctx, tx, of, slug); err != nil {
			return err
		}
		if _, err := Proclaim(ctx, tx, of.Key, e.View, p.Step().ID, string(p.Rule.Method), p.Counted, func(int) *int { return nil }); err != nil {
			return err
		}
		if err := s.after(ctx, tx, of, e.View); err != nil {
			return err
		}
		if err := noted(ctx, tx, of.Key, who, "result_announced", e.Project.ID, ""); err != nil {
			return err
		}
		if err := notify.Tell(ctx, tx, of, notify.Happening{Kind: "result", Project: e.Project.ID, Source: p.Step().ID, Path: "/projets/" + e.Slug + "/resultats", At: e.Now}); err != nil {
			return err
		}
		return jobs.Add(ctx, tx, of.Key, TellJob, telling{Step: p.Step().ID}, time.Time{})
	})
}

// noted keeps what an organiser did for who answers for them; what the clock does by a plan is nobody's act.
func noted(ctx context.Context, tx db.Tx, platform int64, who account.Person, name string, edition ids.ID, note string) error {
	if who.IsZero() {
		return nil
	}
	return audit.Note(ctx, tx, platform, who, audit.Act{Name: name, Kind: "project", Subject: edition, Project: edition, Note: note})
}

// Part tells the check-list of an edition what waits after its vote.
func Part() project.Part {
	return project.Part{Checks: func(ctx context.Context, tx db.Tx, platform int64, e project.Edition) ([]project.Check, error) {
		at, err := vote(e.View)
		if err != nil || !e.Public() || project.PhaseOf(e.Steps, at, e.Now) != project.Closed {
			return nil, nil
		}
		step := e.Steps[at]
		list := []project.Check{{Key: "announced", Screen: ScreenAnnounce, Done: !step.ProclaimedAt.IsZero(), Due: step.EndsAt.Add(announceWithin)}}
		if i := slices.IndexFunc(e.Steps, func(s project.Step) bool { return s.Kind == project.Result }); i >= 0 {
			list[0].Due = e.Steps[i].StartsAt
		}
		if list[0].Done {
			_, recorded, err := DeliberationOf(ctx, tx, platform, step.ID)
			if err != nil {
				return nil, err
			}
			list = append(list, project.Check{Key: "deliberated", Screen: ScreenDeliberation, Done: recorded, Due: step.ProclaimedAt.Add(deliberateWithin)})
		}
		return list, nil
	}}
}

// The pages on which an organiser sees to a result, as the check-list leads to them.
const (
	ScreenAnnounce     project.Screen = "annonce"
	ScreenDeliberation project.Screen = "deliberation"
)

// How long an edition may wait before its desk says that it is late, where its calendar says nothing.
const (
	announceWithin   = 7 * 24 * time.Hour
	deliberateWithin = 90 * 24 * time.Hour
)

// prepared is what organisers prepared of an announcement.
type prepared struct {
	numbers  string
	planned  time.Time
	reminded time.Time
}

// announcing is the body of an AnnounceJob.
type announcing struct {
	Slug string `json:"slug"`
	Step ids.ID `json:"step"`
	At   int64  `json:"at"` // microseconds: the plan that it is for
}
