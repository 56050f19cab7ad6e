// Package rehearsal runs an edition before it is real: people who do not exist deposit and vote, on a temporary platform
// whose clock runs fast, until there is a result. Everything goes through the services that residents use, and what these
// refuse is part of the report. Nothing of the city's own platform changes, and no e-mail leaves the house.
package rehearsal

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/transfer"
)

// Rehearsal is one, on its temporary platform.
type Rehearsal struct {
	Platform  int64  // key of the temporary platform
	Home      int64  // key of the platform whose edition it is
	Project   ids.ID // that edition
	Slug      string // of the edition, on both
	Seed      int64
	Residents int
	Pace      time.Duration // how long the whole takes
	Until     time.Time     // of the temporary platform: where it pauses; zero: it does not
	State     State
	Moment    int // moments of its script that are over
	Moments   int
	Report    Report
	StartedAt time.Time

	Stuck  bool      // the last moment failed, and is tried again
	Now    time.Time // of the temporary platform
	Prefix string    // what the paths of its pages begin with
}

// State is what becomes of a rehearsal.
type State string

// The states.
const (
	Running State = "running"
	Paused  State = "paused" // at the date that the organiser chose
	Done    State = "done"
	Leaving State = "leaving" // about to be erased
)

// The bounds: rehearsals of one database at a time, and how long one is kept.
const (
	most = 8
	life = 24 * time.Hour
)

// The paces that an organiser chooses between.
const (
	Quick = 2 * time.Minute
	Slow  = 10 * time.Minute
)

// Options are what an organiser chooses.
type Options struct {
	Pace  time.Duration // 0: as fast as it goes
	Until time.Time     // pauses there; zero: never
	Seed  int64         // 0: another one each time
}

// Service starts, shows and erases rehearsals. Every method that takes a person needs access.Organise, else it answers
// forbidden.
type Service struct {
	db        *db.DB
	local     string
	deposits  *deposit.Service
	ballots   *ballot.Service
	transfers *transfer.Service
}

// NewService returns the service on a database. local is the scheme and host of platforms without an address.
func NewService(d *db.DB, local string) *Service {
	return &Service{db: d, local: local, deposits: deposit.NewService(d), ballots: ballot.NewService(d), transfers: transfer.NewService(d)}
}

// View is an edition with its rehearsal, if there is one.
type View struct {
	Edition   project.Edition
	Rehearsal *Rehearsal
	Missing   error // what the edition lacks to be rehearsed; nil: nothing
}

// Of gives an edition with its rehearsal. Faults: forbidden, not_found.
func (s *Service) Of(ctx context.Context, of platform.Platform, who account.Person, slug string) (v View, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		v, err = s.of(ctx, tx, of, who, slug)
		return err
	})
	return v, err
}

func (s *Service) of(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, slug string) (v View, err error) {
	if v.Edition, err = project.EditionOf(ctx, tx, of, who, slug); err != nil {
		return v, err
	}
	v.Missing = ready(v.Edition.View)
	r, found, err := byEdition(ctx, tx, of.Key, v.Edition.Project.ID)
	if err != nil || !found {
		return v, err
	}
	there, err := platform.ByKey(ctx, tx, r.Platform)
	if err != nil {
		return v, err
	}
	waiting, err := jobs.Waiting(ctx, tx, r.Platform, jobs.Driving, 1)
	r.Now, r.Prefix, r.Stuck = there.Clock.To, there.Prefix(), len(waiting) > 0 && waiting[0].Tries > 0
	v.Rehearsal = &r
	return v, err
}

// Start begins a rehearsal of an edition, published or not. Faults: forbidden, not_found, conflict (it lacks something;
// there is one already), limited (too many at a time), invalid (its rulebook).
func (s *Service) Start(ctx context.Context, of platform.Platform, who account.Person, slug string, o Options) error {
	if o.Seed == 0 {
		random := ids.Random()
		o.Seed = int64(binary.BigEndian.Uint64(random[:8]) >> 1)
	}
	token := ids.Random().String()
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := tx.Lock(ctx, platform.LockName); err != nil { // they are counted, then one is made
			return err
		}
		v, err := s.of(ctx, tx, of, who, slug)
		if err != nil {
			return err
		}
		if v.Rehearsal != nil {
			return fault.New(fault.Conflict, "fault.rehearsal.running")
		}
		if v.Missing != nil {
			return v.Missing
		}
		if all, err := platform.Rehearsals(ctx, tx); err != nil {
			return err
		} else if len(all) >= most {
			return fault.New(fault.Limited, "fault.rehearsal.busy")
		}
		to, err := platform.Create(ctx, tx, platform.New{Slug: platform.RehearsalSlug + token, Name: of.Name, Kind: platform.Rehearsal, Languages: of.Languages,
			Address: of.Base(s.local) + platform.RehearsalPath + token, Zone: of.Zone.String(), Licence: of.Licence, Accent: of.Accent, Legal: of.Legal})
		if err != nil {
			return err
		}
		return s.begin(ctx, tx, of, to, who, v.Edition, o)
	})
}

// begin copies the edition to the temporary platform and has the first moment done.
func (s *Service) begin(ctx context.Context, tx db.Tx, of, to platform.Platform, who account.Person, e project.Edition, o Options) error {
	r := Rehearsal{Platform: to.Key, Home: of.Key, Project: e.Project.ID, Slug: e.Slug, Seed: o.Seed, Residents: residents(e.Plan.Population, e.Rulebook.Count.Minimum.Supporters), Pace: o.Pace, Until: o.Until,
		State: Running, StartedAt: tx.Now()}
	for _, c := range e.Checklist() {
		if c.Blocks && !c.Done && !e.Public() {
			r.Report.Missing = append(r.Report.Missing, c.Key)
		}
	}
	to.Clock.To = dawn(e.Steps)
	if err := platform.StandAt(ctx, tx, to.Key, to.Clock.To); err != nil {
		return err
	}
	copied, _, err := project.Rehearse(ctx, tx, of, to, who, e.Slug)
	if err != nil {
		return err
	}
	for _, step := range e.Steps { // one or two deposits
		if step.Kind != project.Collect {
			continue
		}
		form, err := deposit.FormOf(ctx, tx, of.Key, step.ID)
		if err != nil {
			return err
		}
		if err := deposit.SetForm(ctx, tx, to.Key, copied.Steps[step.ID], form); err != nil {
			return err
		}
	}
	charter, err := deposit.CharterOf(ctx, tx, of.Key)
	if err != nil {
		return err
	}
	if charter.Version > 0 {
		if _, err := deposit.SetCharter(ctx, tx, to.Key, charter.Text); err != nil {
			return err
		}
	}
	if err := insert(ctx, tx, r); err != nil {
		return err
	}
	return jobs.Add(ctx, tx, to.Key, jobs.Driving, struct{}{}, time.Time{})
}

// Resume lets a rehearsal that has paused go on to the result. Faults: forbidden, not_found.
func (s *Service) Resume(ctx context.Context, of platform.Platform, who account.Person, slug string) error {
	return s.change(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, r Rehearsal) error {
		if r.State != Paused {
			return nil
		}
		if err := setState(ctx, tx, r.Platform, Running); err != nil {
			return err
		}
		return drive(ctx, tx, r.Platform)
	})
}

// Discard erases a rehearsal, whole: its platform goes with everything on it as soon as what is under way has ended. Faults:
// forbidden, not_found.
func (s *Service) Discard(ctx context.Context, of platform.Platform, who account.Person, slug string) error {
	return s.change(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, r Rehearsal) error { return leave(ctx, tx, r.Platform) })
}

// leave has a rehearsal erased by whoever drives it, so that nothing is written on its platform meanwhile.
func leave(ctx context.Context, tx db.Tx, platform int64) error {
	if err := setState(ctx, tx, platform, Leaving); err != nil {
		return err
	}
	return drive(ctx, tx, platform)
}

// drive has the next thing of a rehearsal done now. There is one job that does, or none once it stands still.
func drive(ctx context.Context, tx db.Tx, platform int64) error {
	there, err := jobs.Waiting(ctx, tx, platform, jobs.Driving, 1)
	if err != nil {
		return err
	}
	if len(there) > 0 {
		return jobs.Hasten(ctx, tx, platform, jobs.Driving)
	}
	return jobs.Add(ctx, tx, platform, jobs.Driving, struct{}{}, time.Time{})
}

// change finds the rehearsal of an edition and locks it.
func (s *Service) change(ctx context.Context, of platform.Platform, who account.Person, slug string, fn func(context.Context, db.Tx, Rehearsal) error) error {
	if !who.Roles.Can(access.Organise, access.Moment{}) {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		v, err := s.of(ctx, tx, of, who, slug)
		if err != nil {
			return err
		}
		if v.Rehearsal == nil {
			return fault.New(fault.NotFound, "fault.rehearsal.none")
		}
		r, found, err := locked(ctx, tx, v.Rehearsal.Platform)
		if err == nil && !found {
			err = fault.New(fault.NotFound, "fault.rehearsal.none")
		}
		if err != nil {
			return err
		}
		return fn(ctx, tx, r)
	})
}

// mailsShown is how many e-mails an organiser reads; of each kind there are a few.
const mailsShown = 100

// Mails gives the e-mails that a rehearsal would have sent, a few of each kind, the last first. Faults: forbidden, not_found.
func (s *Service) Mails(ctx context.Context, of platform.Platform, who account.Person, slug string) (v View, list []notify.Boxed, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		if v, err = s.of(ctx, tx, of, who, slug); err != nil {
			return err
		}
		if v.Rehearsal == nil {
			return fault.New(fault.NotFound, "fault.rehearsal.none")
		}
		list, err = notify.Mailbox(ctx, tx, v.Rehearsal.Platform, mailsShown)
		return err
	})
	return v, list, err
}

// Sweep has the rehearsals erased that were left alone for a day, and erases what one that died at its beginning or its end
// may have left.
func (s *Service) Sweep(ctx context.Context) error {
	var orphans []int64
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		orphans = nil
		there, err := platform.Rehearsals(ctx, tx)
		if err != nil {
			return err
		}
		known, err := ages(ctx, tx)
		if err != nil {
			return err
		}
		for _, p := range there { // most at the most
			since, ok := known[p.Key]
			if !ok {
				orphans = append(orphans, p.Key)
			} else if tx.Now().Sub(since) > life {
				// A moment that is being played is over first, and does not write over what is said here.
				if _, _, err := locked(ctx, tx, p.Key); err != nil {
					return err
				}
				if err := leave(ctx, tx, p.Key); err != nil {
					return err
				}
			}
		}
		return nil
	})
	for _, key := range orphans {
		if err == nil {
			err = s.transfers.Discard(ctx, key)
		}
	}
	return err
}
