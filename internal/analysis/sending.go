package analysis

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/audit"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
)

// MaxNote is how long a note is at most, in characters.
const MaxNote = 4_000

// Distribution is who studies what in an edition, as who distributes sees it: first what nobody has.
type Distribution struct {
	Edition    project.View
	Rounds     []Round
	Services   []project.CityService
	People     map[ids.ID]account.Holder
	Counts     []Count
	Total      int               // proposals that stand
	Unassigned map[ids.ID][]Left // by round: the proposals that nobody has, by number
}

// Left is a proposal that nobody has in a round.
type Left struct {
	ID                 ids.ID
	Number             int
	Title              string
	Category, District string
}

// Distribution gives it. Faults: forbidden, not_found.
func (s *Service) Distribution(ctx context.Context, of platform.Platform, who account.Person, slug string) (d Distribution, err error) {
	if !who.Roles.Can(access.Assign, access.Moment{}) {
		return d, forbidden()
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		d, err = distribution(ctx, tx, of, slug)
		return err
	})
	return d, err
}

func distribution(ctx context.Context, tx db.Tx, of platform.Platform, slug string) (d Distribution, err error) {
	if d.Edition, err = editionOf(ctx, tx, of, slug); err != nil {
		return d, err
	}
	id := d.Edition.Project.ID
	if d.Rounds, err = Rounds(ctx, tx, of.Key, []ids.ID{id}); err != nil {
		return d, err
	}
	if d.Services, err = project.CityServices(ctx, tx, of.Key); err != nil {
		return d, err
	}
	holders, err := account.Holders(ctx, tx, of.Key)
	if err != nil {
		return d, err
	}
	d.People = map[ids.ID]account.Holder{}
	for _, h := range holders {
		d.People[h.ID] = h
	}
	if d.Counts, err = Counts(ctx, tx, of.Key, id, d.Edition.Now); err != nil {
		return d, err
	}
	all, err := subjects(ctx, tx, of.Key, id)
	if err != nil {
		return d, err
	}
	sent, err := AssignmentsOf(ctx, tx, of.Key, id)
	d.Total, d.Unassigned = len(all), map[ids.ID][]Left{}
	for _, r := range d.Rounds {
		has := map[ids.ID]bool{}
		for _, a := range sent {
			if a.Round == r.ID && a.State != Passed {
				has[a.Proposal] = true
			}
		}
		for _, p := range all {
			if !has[p.ID] {
				d.Unassigned[r.ID] = append(d.Unassigned[r.ID], Left{p.ID, p.Number, p.Title, p.CategoryName, p.DistrictOf})
			}
		}
	}
	return d, err
}

// Sending says what is sent to whom.
type Sending struct {
	Round     ids.ID
	Proposals []ids.ID // these; empty: all that Category and District name
	Category  string   // of this category; empty: of any
	District  string   // of this district; empty: of any
	Lead      ids.ID   // the service that answers for the whole; zero: nobody new
	Charge    ids.ID   // the person in charge there; zero: anybody
	Others    []ids.ID // services whose opinion is asked too
	Note      string
	ByRule    bool // instead of Lead and Others: each to the services that study its category or district
}

// Send sends proposals to services, those that nobody leads yet to a lead, and says how many were sent to somebody new. What a
// service has already stays as it is. Faults: forbidden, not_found, closed, invalid (round, lead, charge, note).
func (s *Service) Send(ctx context.Context, of platform.Platform, who account.Person, slug string, what Sending) (n int, err error) {
	what.Note = tidy(what.Note)
	if over := utf8.RuneCountInString(what.Note) - MaxNote; over > 0 {
		return 0, invalid("note", "long", "Max", MaxNote, "Over", over)
	}
	err = s.assigning(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, e project.View) error {
		rounds, err := Rounds(ctx, tx, of.Key, []ids.ID{e.Project.ID})
		if err != nil {
			return err
		}
		at := slices.IndexFunc(rounds, func(r Round) bool { return r.ID == what.Round })
		if at < 0 {
			return invalid("round", "no_round")
		}
		services, err := project.CityServices(ctx, tx, of.Key)
		if err != nil {
			return err
		}
		if err := what.check(services); err != nil {
			return err
		}
		all, err := subjects(ctx, tx, of.Key, e.Project.ID)
		if err != nil {
			return err
		}
		sent, err := AssignmentsOf(ctx, tx, of.Key, e.Project.ID)
		if err != nil {
			return err
		}
		fresh := what.assignments(all, sent, services)
		told := map[ids.ID]bool{}
		for i := range fresh {
			a := &fresh[i]
			a.Round, a.Project, a.DueAt, a.AssignedAt, a.AssignedBy, a.Note, a.State = what.Round, e.Project.ID, rounds[at].DueAt, e.Now, who.ID, what.Note, Todo
			told[a.Proposal] = true
		}
		n = len(told)
		if err := InsertAssignments(ctx, tx, of.Key, fresh); err != nil {
			return err
		}
		if err := tellTransmitted(ctx, tx, of.Key, e, services, fresh); err != nil {
			return err
		}
		if err := audit.Note(ctx, tx, of.Key, who, audit.Act{Name: "analysis_sent", Kind: "project", Subject: e.Project.ID, Project: e.Project.ID, Note: toWhom(fresh, services)}); err != nil {
			return err
		}
		return keepDaily(ctx, tx, of)
	})
	return n, err
}

// toWhom says how many proposals went to which services.
func toWhom(fresh []Assignment, services []project.CityService) string {
	n := map[ids.ID]int{}
	for _, a := range fresh {
		n[a.Service]++
	}
	var list []string
	for _, v := range services {
		if n[v.ID] > 0 {
			list = append(list, v.Name+" ("+strconv.Itoa(n[v.ID])+")")
		}
	}
	return strings.Join(list, ", ")
}

func (what Sending) check(services []project.CityService) error {
	if what.ByRule {
		return nil
	}
	known := func(id ids.ID) (project.CityService, bool) {
		i := slices.IndexFunc(services, func(v project.CityService) bool { return v.ID == id })
		if i < 0 {
			return project.CityService{}, false
		}
		return services[i], true
	}
	if what.Lead.IsZero() && len(what.Others) == 0 {
		return invalid("lead", "no_service")
	}
	for _, id := range what.Others {
		if _, ok := known(id); !ok {
			return invalid("others", "no_service")
		}
	}
	if what.Lead.IsZero() {
		return nil
	}
	lead, ok := known(what.Lead)
	if !ok {
		return invalid("lead", "no_service")
	}
	if !what.Charge.IsZero() && !slices.Contains(lead.Members, what.Charge) {
		return invalid("charge", "not_member")
	}
	return nil
}

// assignments are those that are new.
func (what Sending) assignments(all []subject, sent []Assignment, services []project.CityService) []Assignment {
	type key struct{ service, proposal ids.ID }
	has, led := map[key]bool{}, map[ids.ID]bool{}
	for _, a := range sent {
		if a.Round == what.Round {
			has[key{a.Service, a.Proposal}] = true
			led[a.Proposal] = led[a.Proposal] || a.Lead && a.State != Passed
		}
	}
	var fresh []Assignment
	add := func(p subject, service ids.ID, lead bool, charge ids.ID) {
		if k := (key{service, p.ID}); !service.IsZero() && !has[k] {
			has[k] = true
			led[p.ID] = led[p.ID] || lead
			fresh = append(fresh, Assignment{Service: service, Proposal: p.ID, Lead: lead, Charge: charge})
		}
	}
	for _, p := range all {
		if !what.names(p) {
			continue
		}
		if what.ByRule {
			for _, v := range ruled(p, services) {
				add(p, v.ID, !led[p.ID], ids.ID{})
			}
			continue
		}
		if !led[p.ID] {
			add(p, what.Lead, true, what.Charge)
		}
		for _, id := range what.Others {
			add(p, id, false, ids.ID{})
		}
	}
	return fresh
}

func (what Sending) names(p subject) bool {
	if len(what.Proposals) > 0 {
		return slices.Contains(what.Proposals, p.ID)
	}
	return (what.Category == "" || same(what.Category, p.CategoryName)) && (what.District == "" || same(what.District, p.DistrictOf))
}

func same(a, b string) bool { return i18n.Fold(a) == i18n.Fold(b) }

// ruled gives the services that study a proposal by what they look after: those of its category first, the first of whom leads,
// then those of its district.
func ruled(p subject, services []project.CityService) (list []project.CityService) {
	for _, by := range []struct {
		name string
		of   func(project.CityService) []string
	}{{p.CategoryName, func(v project.CityService) []string { return v.Categories }}, {p.DistrictOf, func(v project.CityService) []string { return v.Districts }}} {
		for _, v := range services {
			if by.name != "" && slices.ContainsFunc(by.of(v), func(n string) bool { return same(n, by.name) }) && !slices.ContainsFunc(list, func(o project.CityService) bool { return o.ID == v.ID }) {
				list = append(list, v)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b project.CityService) int { // the city answers for the whole where it can
		switch {
		case a.Guest() == b.Guest():
			return 0
		case a.Guest():
			return 1
		}
		return -1
	})
	return list
}

// tellTransmitted writes into the journal that proposals were handed to another body, as everybody may know.
func tellTransmitted(ctx context.Context, tx db.Tx, platform int64, e project.View, services []project.CityService, fresh []Assignment) error {
	to := map[ids.ID][]ids.ID{}
	for _, a := range fresh {
		to[a.Service] = append(to[a.Service], a.Proposal)
	}
	for _, v := range services {
		if list := to[v.ID]; v.Guest() && len(list) > 0 {
			if err := journal.Append(ctx, tx, platform, "proposal_transmitted", map[string]any{"project": e.Project.ID, "proposals": list, "service": v.Name, "body": v.Body}); err != nil {
				return err
			}
		}
	}
	return nil
}
