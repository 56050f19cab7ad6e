// Package project holds participatory projects (« démarches »; an edition of a budget is one): their steps and
// calendar, the districts and themes of the platform, and the rulebook in force.
package project

import (
	"context"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// Project is one participatory project of a platform.
type Project struct {
	ID          ids.ID
	Slug        string
	Title       string
	Summary     string
	Currency    string // ISO 4217
	Language    string // of what people wrote
	State       State
	Origin      Origin
	Author      ids.ID
	Cover       ids.ID
	Rulebook    int64 // version in force
	PublishedAt time.Time
	CreatedAt   time.Time
}

// State is whether people can see it.
type State string

// The states.
const (
	Importing State = "importing" // being written by an import: invisible
	Draft     State = "draft"     // being set up by an organiser: for those who may organise
	Published State = "published"
)

// Origin is where it was run.
type Origin string

// The origins.
const (
	OfCity   Origin = "city"   // on this platform
	Imported Origin = "import" // elsewhere: public data, copied
)

// Step is one step of a project's calendar; a project has any number of them.
type Step struct {
	ID        ids.ID
	Project   ids.ID
	Position  int
	Kind      Kind
	Slug      string
	Title     string    // empty: the kind's own name in the reader's language
	StartsAt  time.Time // zero: not known
	EndsAt    time.Time // zero: not known, or open-ended
	Proposals int       // selected into it
	Ballots   int       // cast in it
	// ProclaimedAt is when the result of its vote was announced; zero: it was not. What was counted then changes no more.
	ProclaimedAt time.Time
}

// Kind is the kind of step.
type Kind string

// The kinds of step. Preselection, Analysis, Vote and Result are selection steps in the API.
const (
	Presentation Kind = "presentation"
	Collect      Kind = "collect"
	Preselection Kind = "preselection"
	Analysis     Kind = "analysis"
	Vote         Kind = "vote"
	Result       Kind = "result"
	Delivery     Kind = "delivery"
	Other        Kind = "other"
)

// Selects says whether proposals enter the step by being selected into it.
func (k Kind) Selects() bool {
	return k == Preselection || k == Analysis || k == Vote || k == Result
}

// District is a part of the city.
type District struct {
	ID      ids.ID
	Slug    string
	Name    string
	Sort    []byte // collation key
	Colour  int    // place in the colour sequence
	Outline string // GeoJSON geometry, or empty
}

// Theme is a subject shared by the projects of a platform.
type Theme struct {
	ID    ids.ID
	Slug  string
	Title string
	Sort  []byte
	Other string // the title in the language that the edition is not in; may be empty
}

// Category is a category of one project's proposals, or a target: whom they are for.
type Category struct {
	ID      ids.ID
	Project ids.ID
	Kind    string // category or target
	Slug    string
	Name    string
	Sort    []byte
	Other   string // the name in the language that the edition is not in; may be empty
	Retired bool   // no new proposal can have it
	Merged  ids.ID // the category that took its proposals; zero: none
}

// View is a project as its page needs it.
type View struct {
	Project
	Steps    []Step
	Now      time.Time // the platform's
	Rulebook rulebook.Rulebook
}

// Load gives a visible project with its steps and rulebook by its slug, at the platform's time now. Fault: not_found.
func Load(ctx context.Context, tx db.Tx, platform int64, slug string, now time.Time) (View, error) {
	p, err := bySlug(ctx, tx, platform, slug)
	if err != nil {
		return View{}, err
	}
	views, err := complete(ctx, tx, platform, []Project{p}, now)
	if err != nil {
		return View{}, err
	}
	return views[0], nil
}

// LoadFor is Load for somebody with roles: who may organise sees drafts too. Fault: not_found.
func LoadFor(ctx context.Context, tx db.Tx, platform int64, roles access.Roles, slug string, now time.Time) (View, error) {
	p, err := anyBySlug(ctx, tx, platform, slug)
	if err != nil {
		return View{}, err
	}
	if !roles.Can(access.SeeProject, access.Moment{Published: p.State == Published}) {
		return View{}, notFound(slug)
	}
	views, err := complete(ctx, tx, platform, []Project{p}, now)
	if err != nil {
		return View{}, err
	}
	return views[0], nil
}

// Views gives every visible project of a platform, newest first, at most limit.
func Views(ctx context.Context, tx db.Tx, platform int64, limit int, now time.Time) ([]View, error) {
	all, err := List(ctx, tx, platform, ListQuery{Order: ByPublished, Descending: true, Limit: limit})
	if err != nil {
		return nil, err
	}
	return complete(ctx, tx, platform, all, now)
}

func complete(ctx context.Context, tx db.Tx, platform int64, projects []Project, now time.Time) ([]View, error) {
	list := make([]ids.ID, len(projects))
	at := map[ids.ID]int{}
	views := make([]View, len(projects))
	for i, p := range projects {
		list[i], at[p.ID], views[i] = p.ID, i, View{Project: p, Now: now}
	}
	steps, err := StepsOf(ctx, tx, platform, list)
	if err != nil {
		return nil, err
	}
	for _, s := range steps {
		v := &views[at[s.Project]]
		v.Steps = append(v.Steps, s)
	}
	books, err := Rulebooks(ctx, tx, platform, list)
	if err != nil {
		return nil, err
	}
	for id, b := range books {
		views[at[id]].Rulebook = b
	}
	return views, nil
}

// SetRulebook stores a version of a project's rulebook. Faults: those of rulebook.Validate.
func SetRulebook(ctx context.Context, tx db.Tx, platform int64, project ids.ID, version int64, b rulebook.Rulebook) error {
	if err := b.Validate(); err != nil {
		return err
	}
	return insertRulebook(ctx, tx, platform, project, version, b)
}

func notFound(value any) error {
	return fault.New(fault.NotFound, "fault.project.unknown", "Value", value)
}
