package analysis

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
)

// Service is for those who study proposals and those who say who studies what.
type Service struct{ db *db.DB }

// NewService returns the service on a database.
func NewService(d *db.DB) *Service { return &Service{d} }

func forbidden() error { return fault.New(fault.Forbidden, "fault.forbidden") }

func notFound() error { return fault.New(fault.NotFound, "fault.not_found") }

func invalid(field, key string, pairs ...any) *fault.Error {
	return fault.New(fault.Invalid, "fault.analysis."+key, pairs...).In(field)
}

// Seat is where somebody sits among the services.
type Seat struct {
	Person   account.Person
	Services []project.CityService // those that they are a member of
	All      []project.CityService
}

// SeatOf finds somebody's seat. Two statements.
func SeatOf(ctx context.Context, tx db.Tx, platform int64, who account.Person) (Seat, error) {
	all, err := project.CityServices(ctx, tx, platform)
	s := Seat{Person: who, All: all}
	for _, v := range all {
		if !who.IsZero() && slices.Contains(v.Members, who.ID) {
			s.Services = append(s.Services, v)
		}
	}
	return s, err
}

// Guest says whether they study for another body alone: then they see only what was sent to it.
func (s Seat) Guest() bool {
	city := func(v project.CityService) bool { return !v.Guest() }
	return len(s.Services) > 0 && !slices.ContainsFunc(s.Services, city)
}

// roles are what counts at the desk: who studies for another body alone is not an analyst of the city, whatever was given.
func (s Seat) roles() access.Roles {
	roles := s.Person.Roles
	if s.Guest() && roles.Has(access.Analyst) {
		return roles.Without(access.Analyst).With(access.Partner)
	}
	return roles
}

// In says whether they are a member of a service.
func (s Seat) In(service ids.ID) bool {
	return slices.ContainsFunc(s.Services, func(v project.CityService) bool { return v.ID == service })
}

// Service gives a service of the platform; false when there is none.
func (s Seat) Service(id ids.ID) (project.CityService, bool) {
	i := slices.IndexFunc(s.All, func(v project.CityService) bool { return v.ID == id })
	if i < 0 {
		return project.CityService{}, false
	}
	return s.All[i], true
}

// sent says whether a proposal with those assignments was sent to a service of theirs.
func (s Seat) sent(list []Assignment) bool {
	return slices.ContainsFunc(list, func(a Assignment) bool { return s.In(a.Service) })
}

func moment(e project.View, sent bool) access.Moment {
	return access.Moment{Published: e.State == project.Published, Sent: sent, Voted: project.Voted(e.Steps, e.Now)}
}

// May asks access whether they may do something to a proposal of an edition with those assignments.
func (s Seat) May(action access.Action, e project.View, list []Assignment) bool {
	return s.roles().Can(action, moment(e, s.sent(list)))
}

// editionOf gives an edition of the city that everybody sees. Fault: not_found.
func editionOf(ctx context.Context, tx db.Tx, of platform.Platform, slug string) (project.View, error) {
	e, err := project.Load(ctx, tx, of.Key, slug, of.Now(tx.Now()))
	if err == nil && e.Origin != project.OfCity {
		err = notFound()
	}
	return e, err
}

// lock lets one change of an edition's analysis at a time past it.
func lock(ctx context.Context, tx db.Tx, edition ids.ID) error {
	return tx.Lock(ctx, "analysis of "+edition.String())
}

// assigning runs something that who says who studies what does to an edition. Faults: forbidden, not_found, closed (the vote has begun).
func (s *Service) assigning(ctx context.Context, of platform.Platform, who account.Person, slug string, fn func(ctx context.Context, tx db.Tx, e project.View) error) error {
	if !who.Roles.Can(access.Assign, access.Moment{}) {
		return forbidden()
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		e, err := editionOf(ctx, tx, of, slug)
		if err != nil {
			return err
		}
		if !who.Roles.Can(access.Assign, moment(e, false)) {
			return fault.New(fault.Closed, "fault.analysis.voted")
		}
		if err := lock(ctx, tx, e.Project.ID); err != nil {
			return err
		}
		return fn(ctx, tx, e)
	})
}

// endOfDay is the last moment of the day on which something is due.
func endOfDay(day time.Time, zone *time.Location) time.Time {
	y, m, d := day.In(zone).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, zone).Add(-time.Minute)
}
