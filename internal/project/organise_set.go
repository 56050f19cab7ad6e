package project

import (
	"context"
	hexes "encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

func hex(b []byte) string { return hexes.EncodeToString(b) }

// numbered gives a form that is not taken: the base itself, else with the first number that is free.
func numbered(base string, taken map[string]bool) string {
	slug := base
	for n := 2; taken[slug]; n++ {
		slug = base + "-" + strconv.Itoa(n)
	}
	return slug
}

// SetCalendar changes the steps: a free list, in its order. A step without an identifier is a new one. The change of a published
// calendar needs a public reason. Faults: forbidden, not_found, invalid (those of CheckCalendar and CheckMove, reason).
func (s *Service) SetCalendar(ctx context.Context, of platform.Platform, who account.Person, slug string, steps []Step, school SchoolZone, reason string) error {
	return s.change(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, e *Edition) error {
		if school != "" && !slices.Contains(SchoolZones(), school) {
			return fault.New(fault.Invalid, "fault.organise.school").In("school")
		}
		fresh := e.renewed(steps, tx.Now())
		if err := CheckCalendar(fresh); err != nil {
			return err
		}
		e.Plan.School = school
		if !slices.Equal(fresh, e.Steps) {
			if err := e.move(ctx, tx, of, fresh, reason); err != nil {
				return err
			}
		}
		return e.keep(ctx, tx, of, ScreenCalendar)
	})
}

// renewed gives steps their place, and to those that are new an identifier and a slug; what was counted in the others stays.
func (e *Edition) renewed(steps []Step, now time.Time) []Step {
	fresh := slices.Clone(steps)
	taken := map[string]bool{}
	was := map[ids.ID]Step{}
	for _, s := range e.Steps {
		was[s.ID], taken[s.Slug] = s, true
	}
	for i := range fresh {
		s := &fresh[i]
		s.Title = strings.Join(strings.Fields(s.Title), " ")
		if old, known := was[s.ID]; known {
			delete(was, s.ID) // given twice, the second one is new
			s.Slug, s.Proposals, s.Ballots, s.ProclaimedAt = old.Slug, old.Proposals, old.Ballots, old.ProclaimedAt
		} else {
			base := string(s.Kind)
			if s.Title != "" {
				base = ids.Slug(i18n.Fold(s.Title), maxSlug)
			}
			s.ID, s.Slug, s.Proposals, s.Ballots = ids.Dated(now), numbered(base, taken), 0, 0
			s.ProclaimedAt = time.Time{}
			taken[s.Slug] = true
		}
		s.Project, s.Position = e.Project.ID, i
		s.StartsAt, s.EndsAt = s.StartsAt.UTC(), s.EndsAt.UTC()
	}
	return fresh
}

// move stores another calendar.
func (e *Edition) move(ctx context.Context, tx db.Tx, of platform.Platform, fresh []Step, reason string) error {
	if e.Public() {
		if err := CheckMove(e.Steps, fresh, e.Now); err != nil {
			return err
		}
		if err := e.Amend(ctx, tx, of, Amendment{Kind: CalendarChanged, Reason: reason}, "calendar_changed", map[string]any{"steps": told(fresh)}); err != nil {
			return err
		}
	}
	e.Steps = fresh
	return keepSteps(ctx, tx, of.Key, e.Project.ID, fresh)
}

// Prolong lets an open step last longer, after an outage say. What comes after it moves by as much when it must wait.
// Faults: forbidden, not_found, invalid (until, reason), closed (the step is not open).
func (s *Service) Prolong(ctx context.Context, of platform.Platform, who account.Person, slug string, step ids.ID, until time.Time, reason string) error {
	return s.change(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, e *Edition) error {
		at := slices.IndexFunc(e.Steps, func(s Step) bool { return s.ID == step })
		switch {
		case at < 0:
			return notFound(step)
		case !e.Public() || PhaseOf(e.Steps, at, e.Now) != Open || e.Steps[at].EndsAt.IsZero():
			return fault.New(fault.Closed, "fault.organise.prolong_closed").In("step")
		case !until.After(e.Steps[at].EndsAt):
			return fault.New(fault.Invalid, "fault.organise.prolong_until", "End", e.Steps[at].EndsAt).In("until")
		}
		if err := e.reasonFor(reason); err != nil {
			return err
		}
		fresh, err := prolonged(e.Steps, at, until.UTC())
		if err != nil {
			return err
		}
		more := map[string]any{"step": step, "steps": told(fresh)}
		if err := e.Amend(ctx, tx, of, Amendment{Kind: Prolonged, Step: step, Reason: reason}, "step_prolonged", more); err != nil {
			return err
		}
		return keepSteps(ctx, tx, of.Key, e.Project.ID, fresh)
	})
}

// SetDistricts makes those of a GeoJSON file the districts of an edition, or none when content is empty, and gives those
// that overlap. They are fixed once the edition is published, as what people deposit lies in them. Faults: forbidden, not_found, invalid
// (file), conflict.
func (s *Service) SetDistricts(ctx context.Context, of platform.Platform, who account.Person, slug string, content []byte) (over []Overlap, err error) {
	var fresh []District
	if len(content) > 0 {
		if err := mayOrganise(who, access.Moment{}); err != nil {
			return nil, err
		}
		if fresh, over, err = ReadDistricts(content); err != nil {
			return nil, err
		}
	}
	err = s.change(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, e *Edition) error {
		if e.Public() {
			return fault.New(fault.Conflict, "fault.organise.districts_fixed").In("file")
		}
		return e.setDistricts(ctx, tx, of, who, slices.Clone(fresh))
	})
	return over, err
}

// TakeDistricts gives an edition the districts of another one of the platform. Faults: forbidden, not_found (either), conflict.
func (s *Service) TakeDistricts(ctx context.Context, of platform.Platform, who account.Person, slug, from string) error {
	return s.change(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, e *Edition) error {
		if e.Public() {
			return fault.New(fault.Conflict, "fault.organise.districts_fixed").In("file")
		}
		other, err := s.edition(ctx, tx, of, who, from)
		if err != nil {
			return err
		}
		return e.setDistricts(ctx, tx, of, who, slices.Clone(other.Districts))
	})
}

// Districted is an edition that has districts, and how many.
type Districted struct {
	Slug, Title, Language string
	Districts             int
}

// Districted gives the other editions of the platform whose districts one can take, the newest first; of several that have the
// same ones, one. Fault: forbidden.
func (s *Service) Districted(ctx context.Context, of platform.Platform, who account.Person, but ids.ID) (list []Districted, err error) {
	views, err := s.Editions(ctx, of, who)
	if err != nil {
		return nil, err
	}
	all := make([]ids.ID, len(views))
	for i, v := range views {
		all[i] = v.Project.ID
	}
	counts, sets := map[ids.ID]int{}, map[ids.ID]string{}
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		places, err := DistrictsOf(ctx, tx, of.Key, all)
		counts, sets = map[ids.ID]int{}, map[ids.ID]string{}
		for _, d := range places {
			counts[d.Project]++
			sets[d.Project] += d.ID.String()
		}
		return err
	})
	offered := map[string]bool{}
	for _, v := range views {
		if n, set := counts[v.Project.ID], sets[v.Project.ID]; n > 0 && v.Project.ID != but && !offered[set] {
			offered[set] = true
			list = append(list, Districted{v.Slug, v.Title, v.Language, n})
		}
	}
	return list, err
}

// setDistricts gives an edition its districts, and shares the money among them as its model does.
func (e *Edition) setDistricts(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, fresh []District) error {
	places, err := e.replaceDistricts(ctx, tx, of, fresh)
	if err != nil {
		return err
	}
	book := e.Rulebook
	book.Districts = nil
	for _, d := range places {
		book.Districts = append(book.Districts, rulebook.Named{Key: d.Slug, Name: d.Name})
	}
	if book.Count.Parts != nil && len(places) == 0 || e.Plan.Envelope.Sharing == ByPopulation || e.Plan.Envelope.Sharing == ByHand {
		e.Plan.Envelope.Sharing = Whole // what each had is no longer theirs
	}
	book.Vote.District, book.Count.Guarantee = nil, nil
	if e.Plan.Model.ByDistrict() && len(places) > 0 {
		e.Plan.Envelope.Sharing = EqualShares
		book = e.Plan.Model.Promises(book)
	}
	if book, err = e.Plan.Envelope.Into(book); err != nil {
		return err
	}
	if err := e.setBook(ctx, tx, of, who, book, ""); err != nil {
		return err
	}
	return keepPlan(ctx, tx, of.Key, e.Project.ID, e.Plan)
}

// replaceDistricts gives the project other districts. One that the platform has already, with the same outline, is taken as
// it is; another one of the same name is kept apart when other editions have it.
func (e *Edition) replaceDistricts(ctx context.Context, tx db.Tx, of platform.Platform, fresh []District) ([]District, error) {
	elsewhere, err := placesElsewhere(ctx, tx, of.Key, e.Project.ID)
	if err != nil {
		return nil, err
	}
	var away []ids.ID
	for _, d := range e.Districts {
		if !elsewhere[d.ID] {
			away = append(away, d.ID)
		}
	}
	if err := leaveDistricts(ctx, tx, of.Key, e.Project.ID, away); err != nil {
		return nil, err
	}
	all, err := Districts(ctx, tx, of.Key, "", 0, 10_000)
	if err != nil {
		return nil, err
	}
	taken, same := map[string]bool{}, map[string]bool{}
	for _, d := range all {
		taken[d.Slug] = true
		same[d.Slug+"\n"+d.Outline] = true
	}
	for i := range fresh {
		d := &fresh[i]
		d.ID = ids.Dated(tx.Now())
		if taken[d.Slug] && !same[d.Slug+"\n"+d.Outline] {
			d.Slug = numbered(d.Slug, taken)
		}
		taken[d.Slug] = true
	}
	return fresh, InsertDistricts(ctx, tx, of.Key, e.Project.ID, fresh)
}

// SetMoney changes the envelope and how it is shared. Faults: forbidden, not_found, invalid (those of Envelope.Share,
// reason), conflict (the vote has opened).
func (s *Service) SetMoney(ctx context.Context, of platform.Platform, who account.Person, slug string, m Envelope, reason string) error {
	return s.change(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, e *Edition) error {
		book, err := m.Into(e.Rulebook)
		if err != nil {
			return err
		}
		e.Plan.Envelope = m
		if err := e.setBook(ctx, tx, of, who, book, reason); err != nil {
			return err
		}
		return e.keep(ctx, tx, of, ScreenMoney)
	})
}

// SetRules changes the rules. Faults: forbidden, not_found, invalid (those of Rulebook.Validate, reason), conflict (the vote
// has opened, and its rules would change).
func (s *Service) SetRules(ctx context.Context, of platform.Platform, who account.Person, slug string, c Choices, reason string) error {
	return s.change(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, e *Edition) error {
		if err := e.setBook(ctx, tx, of, who, c.Into(e.Rulebook), reason); err != nil {
			return err
		}
		return e.keep(ctx, tx, of, ScreenRules)
	})
}

// SetBook changes all rules at once, for what none of the choices can say; the districts and the currency stay those of the
// edition. Faults: forbidden, not_found, invalid (those of Rulebook.Validate, reason), conflict (the vote has opened, and its
// rules would change).
func (s *Service) SetBook(ctx context.Context, of platform.Platform, who account.Person, slug string, book rulebook.Rulebook, reason string) error {
	return s.change(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, e *Edition) error {
		book.Format, book.Currency, book.Districts = e.Rulebook.Format, e.Rulebook.Currency, e.Rulebook.Districts
		if err := e.setBook(ctx, tx, of, who, book, reason); err != nil {
			return err
		}
		if as, err := e.Plan.Envelope.Into(book); err != nil || Compare(as, book).Any() {
			e.Plan.Envelope = envelopeOf(book)
		}
		return e.keep(ctx, tx, of, ScreenRules)
	})
}

// setBook stores another rulebook: in the place of a draft's, as a new version of a published one's. What a vote depends on
// never changes once it has opened.
func (e *Edition) setBook(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, book rulebook.Rulebook, reason string) error {
	if err := book.Validate(); err != nil {
		return err
	}
	change := Compare(e.Rulebook, book)
	if !change.Any() {
		return nil
	}
	if Proclaimed(e.Steps) {
		return fault.New(fault.Conflict, "fault.organise.proclaimed")
	}
	if change.Vote && !who.Roles.Can(access.SetVoteRules, e.Moment()) {
		return fault.New(fault.Conflict, "fault.organise.voting")
	}
	e.Rulebook = book
	if !e.Public() {
		return replaceRulebook(ctx, tx, of.Key, e.Project.ID, e.Project.Rulebook, book)
	}
	if err := e.reasonFor(reason); err != nil {
		return err
	}
	version := e.Project.Rulebook + 1
	if err := enactRulebook(ctx, tx, of.Key, e.Project.ID, version, book); err != nil {
		return err
	}
	hash := book.Hash()
	return e.Amend(ctx, tx, of, Amendment{Kind: RulesChanged, Reason: reason, Version: version}, "rulebook_changed",
		map[string]any{"version": version, "rulebook": hex(hash[:]), "parts": change.Parts()})
}

// Duplicate begins an edition like another one, a draft whose calendar is moved by whole years until it lies ahead, and
// gives its slug. Faults: forbidden, not_found, invalid (title).
func (s *Service) Duplicate(ctx context.Context, of platform.Platform, who account.Person, slug, title string) (fresh string, err error) {
	title = strings.Join(strings.Fields(title), " ")
	if title == "" || tooLong(title, maxTitle) {
		return "", fault.New(fault.Invalid, "fault.organise.title").In("title")
	}
	err = s.change(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, e *Edition) error {
		p := Project{ID: ids.Dated(tx.Now()), Title: title, Summary: e.Summary, Currency: e.Currency, Language: e.Language, State: Draft, Origin: OfCity,
			Cover: e.Cover, Rulebook: 1, CreatedAt: e.Now}
		plan := e.Plan
		plan.Done = nil // each screen is gone through again
		if plan.Envelope.Sharing == "" {
			plan.Envelope = envelopeOf(e.Rulebook)
		}
		steps := ahead(e.Steps, e.Now, of.Zone)
		for i := range steps {
			steps[i].ID, steps[i].Project, steps[i].Proposals, steps[i].Ballots = ids.Dated(tx.Now()), p.ID, 0, 0
			steps[i].ProclaimedAt = time.Time{}
		}
		if fresh, err = begin(ctx, tx, of, p, steps, plan); err != nil {
			return err
		}
		if err := SetRulebook(ctx, tx, of.Key, p.ID, 1, e.Rulebook); err != nil {
			return err
		}
		if err := InsertDistricts(ctx, tx, of.Key, p.ID, slices.Clone(e.Districts)); err != nil {
			return err
		}
		for _, part := range s.parts {
			if part.Copy == nil {
				continue
			}
			if err := part.Copy(ctx, tx, of.Key, *e, p, steps); err != nil {
				return err
			}
		}
		return nil
	})
	return fresh, err
}
