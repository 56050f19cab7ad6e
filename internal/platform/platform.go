// Package platform holds the platforms: one city's own square each, chosen by host name. Everything else on it leads
// with its key, which is never shown.
package platform

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/journal"
)

// Platform is a city's participation platform.
type Platform struct {
	Key       int64
	ID        ids.ID
	Slug      string
	Name      string
	Kind      Kind
	Address   string   // scheme and host of its canonical links; empty until it is set
	Languages []string // the first is the default
	Zone      *time.Location
	Licence   Licence
	Accent    string // #rrggbb; empty: the house's own
	Logo      ids.ID
	Legal     map[string]string // legal texts by "language/kind"
	Clock     Clock
	Default   bool // the first one: it answers every host that nobody claims
	CreatedAt time.Time
}

// Kind says who answers for a platform.
type Kind string

// The kinds of platform.
const (
	City   Kind = "city"   // a city runs it
	Replay Kind = "replay" // it shows public data of elsewhere; no city answers for it
	// Rehearsal is a temporary one on which nothing is real. It answers no host, and is in no list; its clock stands still
	// but for the rehearsal, which moves it, and its jobs are done by the rehearsal too.
	Rehearsal Kind = "rehearsal"
)

// RehearsalSlug begins the slug of a rehearsal's platform; what follows is its token, which nobody can guess. Its pages are
// under RehearsalPath and the token, on the host of the platform that it belongs to.
const (
	RehearsalSlug = "essai-"
	RehearsalPath = "/essai/"
)

// Prefix gives what the paths of a rehearsal's pages begin with; empty for any other platform.
func (p Platform) Prefix() string {
	if p.Kind != Rehearsal {
		return ""
	}
	return RehearsalPath + strings.TrimPrefix(p.Slug, RehearsalSlug)
}

// Licence is the licence of the open data.
type Licence string

// The licences.
const (
	Etalab Licence = "etalab-2.0" // Licence Ouverte 2.0
	ODbL   Licence = "ODbL-1.0"
)

// Clock is the platform's own time, as tests, demo and rehearsal move it: To + (now - From) * Rate / 1000.
type Clock struct {
	From, To time.Time
	Rate     int64
}

// Now gives the platform's time at the database's time t.
func (p Platform) Now(t time.Time) time.Time {
	if p.Clock.Rate == 1000 && p.Clock.From.Equal(p.Clock.To) {
		return t
	}
	return p.Clock.To.Add(time.Duration(int64(t.Sub(p.Clock.From)) / 1000 * p.Clock.Rate))
}

// When gives the database's time at which the platform's is t; t itself where the platform's time stands still.
func (p Platform) When(t time.Time) time.Time {
	if p.Clock.Rate <= 0 || p.Clock.Rate == 1000 && p.Clock.From.Equal(p.Clock.To) {
		return t
	}
	return p.Clock.From.Add(time.Duration(int64(t.Sub(p.Clock.To)) / p.Clock.Rate * 1000))
}

// New is what it takes to create a platform; what is empty gets its default.
type New struct {
	Slug, Name string
	Kind       Kind
	Address    string
	Hosts      []string
	Languages  []string
	Zone       string
	Licence    Licence
	Accent     string
	Legal      map[string]string
}

var (
	slugForm   = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	accentForm = regexp.MustCompile(`^#[0-9a-f]{6}$`)
	hostForm   = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$`)
	// The languages that Parvis speaks.
	spoken = map[string]bool{"fr": true, "en": true}
)

func (n New) fill() New {
	n.Slug = strings.TrimSpace(n.Slug)
	if n.Kind == "" {
		n.Kind = City
	}
	if n.Name == "" {
		n.Name = n.Slug
	}
	if len(n.Languages) == 0 {
		n.Languages = []string{"fr", "en"}
	}
	if n.Zone == "" {
		n.Zone = "Europe/Paris"
	}
	if n.Licence == "" {
		n.Licence = Etalab
	}
	n.Address = strings.TrimRight(n.Address, "/")
	hosts := make([]string, 0, len(n.Hosts))
	for _, h := range n.Hosts {
		if h = hostName(h); !slices.Contains(hosts, h) {
			hosts = append(hosts, h)
		}
	}
	n.Hosts = hosts
	return n
}

// hostName gives the form in which host names are compared: they have no case, and may end with the root's dot.
func hostName(h string) string { return strings.TrimSuffix(strings.ToLower(h), ".") }

func (n New) check() error {
	var faults []*fault.Error
	bad := func(ok bool, field, key string, value any) {
		if !ok {
			faults = append(faults, fault.New(fault.Invalid, key, "Value", value).In(field))
		}
	}
	bad(slugForm.MatchString(n.Slug), "slug", "fault.platform.slug", n.Slug)
	bad(n.Kind == City || n.Kind == Replay || n.Kind == Rehearsal, "kind", "fault.platform.kind", n.Kind)
	for _, l := range n.Languages {
		bad(spoken[l], "languages", "fault.platform.language", l)
	}
	_, err := time.LoadLocation(n.Zone)
	bad(err == nil && n.Zone != "Local", "zone", "fault.platform.zone", n.Zone)
	bad(n.Licence == Etalab || n.Licence == ODbL, "licence", "fault.platform.licence", n.Licence)
	bad(n.Accent == "" || accentForm.MatchString(n.Accent), "accent", "fault.platform.accent", n.Accent)
	bad(n.Address == "" || strings.HasPrefix(n.Address, "http://") || strings.HasPrefix(n.Address, "https://"), "address", "fault.platform.address", n.Address)
	for _, h := range n.Hosts {
		bad(hostForm.MatchString(h), "host", "fault.platform.host", h)
	}
	return fault.All(faults)
}

// Service reads and creates platforms.
type Service struct{ db *db.DB }

// NewService returns the service on a database.
func NewService(d *db.DB) *Service { return &Service{d} }

// ByHost gives the platform that answers at a host (a request's Host, with or without port). Fault: not_found when
// there is no platform at all.
func (s *Service) ByHost(ctx context.Context, host string) (p Platform, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		p, err = ByHost(ctx, tx, host)
		return err
	})
	return p, err
}

// List gives every platform but those of rehearsals, the default first.
func (s *Service) List(ctx context.Context) (all []Platform, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		all, err = All(ctx, tx)
		return err
	})
	return all, err
}

// Create makes a platform. Faults: invalid, conflict (slug or host taken).
func (s *Service) Create(ctx context.Context, n New) (p Platform, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		p, err = Create(ctx, tx, n)
		return err
	})
	return p, err
}

// LockName is the lock of what is looked up of platforms and then changed: keys, slugs, whether one is still used.
const LockName = "platform"

// Create makes a platform within a transaction.
func Create(ctx context.Context, tx db.Tx, n New) (Platform, error) {
	n = n.fill()
	if err := n.check(); err != nil {
		return Platform{}, err
	}
	if err := tx.Lock(ctx, LockName); err != nil { // its slug, its hosts and the next key are looked up, then taken
		return Platform{}, err
	}
	if _, err := BySlug(ctx, tx, n.Slug); err == nil {
		return Platform{}, fault.New(fault.Conflict, "fault.platform.taken", "Value", n.Slug).In("slug")
	} else if !fault.Is(err, fault.NotFound) {
		return Platform{}, err
	}
	for _, h := range n.Hosts {
		if taken, err := hostTaken(ctx, tx, h); err != nil {
			return Platform{}, err
		} else if taken {
			return Platform{}, fault.New(fault.Conflict, "fault.platform.host_taken", "Value", h).In("host")
		}
	}
	if err := insert(ctx, tx, n); err != nil {
		return Platform{}, err
	}
	p, err := BySlug(ctx, tx, n.Slug)
	if err != nil {
		return Platform{}, err
	}
	return p, journal.Append(ctx, tx, p.Key, "platform_created", map[string]any{"platform": p.ID, "slug": p.Slug, "kind": p.Kind})
}

// Base gives the scheme and host of its links: its stored address, else a name of the address that the process serves
// at, local ("http://localhost:8080"): that itself for the default platform, SLUG.localhost for the others.
func (p Platform) Base(local string) string {
	if p.Address != "" {
		return p.Address
	}
	scheme, host, _ := strings.Cut(local, "://")
	if p.Default {
		return local
	}
	return scheme + "://" + p.Slug + "." + host
}
