package project

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/tally"
)

// Edition is a project as who organises it sees it: what is decided, and what is missing.
type Edition struct {
	View
	Plan       Plan
	Districts  []District
	Analysts   int // people who were given the role
	Admitted   int // addresses on the list of a limited project
	Amendments []Amendment
	More       []Check // what the rooms above find missing
}

// Checklist says what the edition needs, and by when.
func (e Edition) Checklist() []Check {
	outlines := 0
	for _, d := range e.Districts {
		if d.Outline != "" {
			outlines++
		}
	}
	list := Readiness{Project: e.Project, Steps: e.Steps, Book: e.Rulebook, Plan: e.Plan, Outlines: outlines, Analysts: e.Analysts, Admitted: e.Admitted}.Checklist(e.Now)
	return append(list, e.More...)
}

// Moment is what access is asked about.
func (e Edition) Moment() access.Moment {
	return access.Moment{Published: e.State == Published, Voted: Voted(e.Steps, e.Now)}
}

// Public says whether people see it.
func (e Edition) Public() bool { return e.State == Published }

// Service sets editions up. Every method needs access.Organise, else it answers forbidden.
type Service struct {
	db    *db.DB
	parts []Part
}

// NewService returns the service on a database, with what rooms above keep of editions.
func NewService(d *db.DB, parts ...Part) *Service { return &Service{d, parts} }

func mayOrganise(who account.Person, m access.Moment) error {
	if who.Roles.Can(access.Organise, m) {
		return nil
	}
	return fault.New(fault.Forbidden, "fault.forbidden")
}

// Editions gives what is organised on a platform, drafts first. Fault: forbidden.
func (s *Service) Editions(ctx context.Context, of platform.Platform, who account.Person) (views []View, err error) {
	if err := mayOrganise(who, access.Moment{}); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		list, err := ownEditions(ctx, tx, of.Key)
		if err != nil {
			return err
		}
		views, err = complete(ctx, tx, of.Key, list, of.Now(tx.Now()))
		return err
	})
	return views, err
}

// Edition gives one. Faults: forbidden, not_found.
func (s *Service) Edition(ctx context.Context, of platform.Platform, who account.Person, slug string) (e Edition, err error) {
	if err := mayOrganise(who, access.Moment{}); err != nil {
		return e, err
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		e, err = s.edition(ctx, tx, of, who, slug)
		return err
	})
	return e, err
}

// fewAmendments is how many changes the desk shows.
const fewAmendments = 20

func (s *Service) edition(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, slug string) (e Edition, err error) {
	if e.View, err = LoadFor(ctx, tx, of.Key, who.Roles, slug, of.Now(tx.Now())); err != nil {
		return e, err
	}
	if e.Origin != OfCity {
		return e, notFound(slug)
	}
	id := e.Project.ID
	if e.Plan, err = planOf(ctx, tx, of.Key, id); err != nil {
		return e, err
	}
	places, err := DistrictsOf(ctx, tx, of.Key, []ids.ID{id})
	if err != nil {
		return e, err
	}
	for _, d := range places {
		e.Districts = append(e.Districts, d.District)
	}
	holders, err := account.Holders(ctx, tx, of.Key)
	if err != nil {
		return e, err
	}
	for _, h := range holders {
		if h.Roles.Has(access.Analyst) {
			e.Analysts++
		}
	}
	if e.Admitted, err = countAdmitted(ctx, tx, of.Key, id); err != nil {
		return e, err
	}
	if e.Amendments, err = Amendments(ctx, tx, of.Key, id, fewAmendments); err != nil {
		return e, err
	}
	for _, part := range s.parts {
		if part.Checks == nil {
			continue
		}
		more, err := part.Checks(ctx, tx, of.Key, e)
		if err != nil {
			return e, err
		}
		e.More = append(e.More, more...)
	}
	return e, nil
}

// DepositsLock is the lock of what is published in a project and of its changes: what residents deposit is read against the
// edition as it stands.
func DepositsLock(of platform.Platform, slug string) string {
	return fmt.Sprint("proposals of ", of.Key, " ", slug)
}

// change runs a change of an edition in a transaction. Publications wait for it, and it for them; the steps are locked before
// they are read, so that the time of the change and of every cast are in one order.
func (s *Service) change(ctx context.Context, of platform.Platform, who account.Person, slug string, fn func(ctx context.Context, tx db.Tx, e *Edition) error) error {
	if err := mayOrganise(who, access.Moment{}); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := tx.Lock(ctx, DepositsLock(of, slug)); err != nil {
			return err
		}
		p, err := anyBySlug(ctx, tx, of.Key, slug)
		if err != nil {
			return err
		}
		// Two organisers who save at once: the second one changes what the first one left.
		if err := tx.Lock(ctx, "edition "+p.ID.String()); err != nil {
			return err
		}
		if err := lockSteps(ctx, tx, of.Key, p.ID); err != nil {
			return err
		}
		e, err := s.edition(ctx, tx, of, who, slug)
		if err != nil {
			return err
		}
		return fn(ctx, tx, &e)
	})
}

// The bounds of an edition's words, in characters.
const (
	maxTitle   = 120
	maxSummary = 4_000
	maxReason  = 1_000
	maxPlace   = 20_000_000 // people of a place
)

func tooLong(text string, most int) bool { return utf8.RuneCountInString(text) > most }

// New is what it takes to begin an edition.
type New struct {
	Model      Model
	Title      string
	Population int          // 0: not said
	Budget     tally.Amount // 0: what the model has for the population
	Language   i18n.Lang    // of what the organiser writes
}

func (n New) check() error {
	var found []*fault.Error
	wrong := func(field, key string, pairs ...any) {
		found = append(found, fault.New(fault.Invalid, "fault.organise."+key, pairs...).In(field))
	}
	if !n.Model.Known() {
		wrong("model", "model")
	}
	if n.Title == "" {
		wrong("title", "title")
	} else if tooLong(n.Title, maxTitle) {
		wrong("title", "title_long", "Max", maxTitle)
	}
	if n.Population < 0 || n.Population > maxPlace {
		wrong("population", "population", "Max", maxPlace)
	}
	if n.Budget < 0 || n.Budget > tally.MaxAmount {
		wrong("budget", "budget")
	}
	return fault.All(found)
}

// currency is that of the editions made here.
const currency = "EUR"

// Create begins an edition from a model, as a draft, and gives its slug. Faults: forbidden, invalid (model, title,
// population, budget).
func (s *Service) Create(ctx context.Context, of platform.Platform, who account.Person, n New) (slug string, err error) {
	if err := mayOrganise(who, access.Moment{}); err != nil {
		return "", err
	}
	n.Title = strings.Join(strings.Fields(n.Title), " ")
	if err := n.check(); err != nil {
		return "", err
	}
	if n.Budget == 0 {
		n.Budget = n.Model.Budget(n.Population)
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		now := of.Now(tx.Now())
		p := Project{ID: ids.Dated(tx.Now()), Title: n.Title, Currency: currency, Language: string(n.Language), State: Draft, Origin: OfCity, Rulebook: 1, CreatedAt: now}
		plan := Plan{Model: n.Model, Population: n.Population, Envelope: Envelope{Budget: n.Budget, Sharing: Whole}}
		steps := n.Model.Steps(now, i18n.For(n.Language, of.Zone))
		for i := range steps {
			steps[i].ID, steps[i].Project = ids.Dated(tx.Now()), p.ID
		}
		slug, err = begin(ctx, tx, of, p, steps, plan)
		if err != nil {
			return err
		}
		for _, part := range s.parts {
			if part.Begin == nil {
				continue
			}
			if err := part.Begin(ctx, tx, of.Key, p, n.Model, steps); err != nil {
				return err
			}
		}
		return SetRulebook(ctx, tx, of.Key, p.ID, 1, n.Model.Rulebook(n.Budget, currency))
	})
	return slug, err
}

// begin stores a draft with its calendar under a slug that is free.
func begin(ctx context.Context, tx db.Tx, of platform.Platform, p Project, steps []Step, plan Plan) (slug string, err error) {
	if err := tx.Lock(ctx, "editions of "+of.ID.String()); err != nil { // slugs are looked up, then taken
		return "", err
	}
	if p.Slug, err = freeSlug(ctx, tx, of.Key, p.Title); err != nil {
		return "", err
	}
	if p.Author, err = account.House(ctx, tx, of.Key, of.Name); err != nil {
		return "", err
	}
	if err := Insert(ctx, tx, of.Key, p); err != nil {
		return "", err
	}
	if err := InsertSteps(ctx, tx, of.Key, steps); err != nil {
		return "", err
	}
	return p.Slug, keepPlan(ctx, tx, of.Key, p.ID, plan)
}

// maxSlug is how long the form of a title in an address may be.
const maxSlug = 60

func freeSlug(ctx context.Context, tx db.Tx, platform int64, title string) (string, error) {
	base := ids.Slug(i18n.Fold(title), maxSlug)
	taken, err := slugsLike(ctx, tx, platform, base)
	if err != nil {
		return "", err
	}
	return numbered(base, taken), nil
}

// SetWords changes the title and the presentation. Faults: forbidden, not_found, invalid (title, summary).
func (s *Service) SetWords(ctx context.Context, of platform.Platform, who account.Person, slug, title, summary string) error {
	return s.change(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, e *Edition) error {
		title, summary := strings.Join(strings.Fields(title), " "), strings.TrimSpace(summary)
		var found []*fault.Error
		switch {
		case title == "":
			found = append(found, fault.New(fault.Invalid, "fault.organise.title").In("title"))
		case tooLong(title, maxTitle):
			found = append(found, fault.New(fault.Invalid, "fault.organise.title_long", "Max", maxTitle).In("title"))
		}
		switch {
		case summary == "":
			found = append(found, fault.New(fault.Invalid, "fault.organise.summary").In("summary"))
		case tooLong(summary, maxSummary):
			found = append(found, fault.New(fault.Invalid, "fault.organise.summary_long", "Max", maxSummary).In("summary"))
		}
		if err := fault.All(found); err != nil {
			return err
		}
		changed := title != e.Title || summary != e.Summary
		e.Title, e.Summary = title, summary
		if err := setWords(ctx, tx, of.Key, e.Project); err != nil {
			return err
		}
		if changed && e.Public() {
			if err := journal.Append(ctx, tx, of.Key, "project_edited", map[string]any{"project": e.Project.ID}); err != nil {
				return err
			}
		}
		return e.keep(ctx, tx, of, ScreenWords)
	})
}

// keep stores the plan, with a screen that was saved.
func (e *Edition) keep(ctx context.Context, tx db.Tx, of platform.Platform, s Screen) error {
	e.Plan.saved(s)
	return keepPlan(ctx, tx, of.Key, e.Project.ID, e.Plan)
}

// reasonFor asks a public reason for a change of what is public. Fault: invalid (reason).
func (e *Edition) reasonFor(reason string) error {
	switch {
	case !e.Public():
		return nil
	case reason == "":
		return fault.New(fault.Invalid, "fault.organise.reason").In("reason")
	case tooLong(reason, maxReason):
		return fault.New(fault.Invalid, "fault.organise.reason_long", "Max", maxReason).In("reason")
	}
	return nil
}

// Publish shows a draft to everybody. Faults: forbidden, not_found, conflict (it is published; it lacks something).
func (s *Service) Publish(ctx context.Context, of platform.Platform, who account.Person, slug string) error {
	return s.change(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, e *Edition) error {
		if e.Public() {
			return fault.New(fault.Conflict, "fault.organise.published")
		}
		var found []*fault.Error
		for _, c := range e.Checklist() {
			if c.Blocks && !c.Done {
				found = append(found, fault.New(fault.Conflict, "fault.organise.missing."+c.Key).In(string(c.Screen)))
			}
		}
		if err := fault.All(found); err != nil {
			return err
		}
		if err := publish(ctx, tx, of.Key, e.Project.ID, e.Now); err != nil {
			return err
		}
		hash := e.Rulebook.Hash()
		return journal.Append(ctx, tx, of.Key, "project_published", map[string]any{"project": e.Project.ID, "slug": e.Slug, "rulebook": hex(hash[:]), "steps": told(e.Steps)})
	})
}

// Discard deletes a draft. Faults: forbidden, not_found, conflict (it is published).
func (s *Service) Discard(ctx context.Context, of platform.Platform, who account.Person, slug string) error {
	return s.change(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, e *Edition) error {
		if e.Public() {
			return fault.New(fault.Conflict, "fault.organise.published")
		}
		if err := discard(ctx, tx, of.Key, e.Project.ID); err != nil {
			return err
		}
		for _, part := range s.parts {
			if part.Discard == nil {
				continue
			}
			if err := part.Discard(ctx, tx, of.Key, *e); err != nil {
				return err
			}
		}
		return nil
	})
}

// toldStep is a step as the journal says it.
type toldStep struct {
	ID     ids.ID `json:"id"`
	Kind   Kind   `json:"kind"`
	Starts string `json:"starts,omitempty"`
	Ends   string `json:"ends,omitempty"`
}

func told(steps []Step) []toldStep {
	list := make([]toldStep, len(steps))
	say := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339)
	}
	for i, s := range steps {
		list[i] = toldStep{s.ID, s.Kind, say(s.StartsAt), say(s.EndsAt)}
	}
	return list
}
