// Package tour is the guided tour of the demonstration: screens in order, each seen as somebody of the city.
package tour

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/demo"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Pages answers them, where nobody is real.
type Pages struct {
	db     *db.DB
	people *account.Service
}

// New gives the tour over a demonstration.
func New(d *db.DB, people *account.Service) *Pages { return &Pages{d, people} }

// Path is where the tour begins.
const Path = "/visite"

// Routes are the pages, a line each with what it needs.
func (s *Pages) Routes() []web.Route {
	return []web.Route{
		{Path: Path, Need: access.Visit, Handle: s.show},
		{Method: http.MethodPost, Path: Path, Need: access.Visit, Handle: s.enter},
	}
}

// screen is one stop of the tour: seen as a player, "" as anybody.
type screen struct {
	Key    string // in translations
	Player string
	Path   string // of an edition's page; with one %s for its slug when the path is none of the edition's
	State  string // deposit, study, vote, past; empty: no edition's
}

// screens are the stops.
var screens = []screen{
	{"home", "", "/", ""},
	{"map", "", "/carte", "vote"},
	{"deposit", "resident", "/deposer", "deposit"},
	{"mine", "author", "/propositions", "deposit"},
	{"vote", "resident", "/vote", "vote"},
	{"wall", "", "/mur", "vote"},
	{"results", "", "/resultats", "past"},
	{"works", "", "/realisations", "past"},
	{"study", "parks", "/analyse", ""},
	{"follow", "works", "/suivi", ""},
	{"moderation", "moderator", "/moderation", ""},
	{"board", "supervisor", "/decisions/%s", "study"},
	{"sign", "decider", "/decisions/%s/signature", "study"},
	{"refused", "refused", "/mon-espace", ""},
	{"dashboard", "elected", "/tableau-de-bord", ""},
	{"office", "organiser", "/organisation", ""},
	{"admin", "administrator", "/administration", ""},
}

// stop is a screen as the page lists it.
type stop struct {
	Number int
	screen
	Name string // the player's
	Href templ.SafeURL
	Done bool // reached by the address
}

type page struct {
	Stops   []stop
	Players []demo.Player
	As      string // the player that the visitor is
	Name    string // of that player
	Work    ui.Link
}

// work is where what a player does begins; one's own page for a resident.
func work(p ui.Page, roles []access.Role) ui.Link {
	path, title := "/mon-espace", "account.mine"
	for _, one := range []struct {
		role        access.Role
		path, title string
	}{
		{access.PollingAgent, "/accueil", "desk.title"},
		{access.Analyst, "/analyse", "analysis.desk"},
		{access.Supervisor, "/decisions", "decide.title"},
		{access.DecisionMaker, "/decisions", "decide.title"},
		{access.Elected, "/tableau-de-bord", "decide.dashboard"},
		{access.Moderator, "/moderation", "moderation.title"},
		{access.DeliveryAgent, "/suivi", "desk.works"},
		{access.Organiser, "/organisation", "organise.home"},
		{access.Administrator, "/administration", "admin.title"},
	} { // the last one that they have
		if slices.Contains(roles, one.role) {
			path, title = one.path, one.title
		}
	}
	return ui.Link{Text: p.T("tour.work", "Where", p.T(title)), Href: p.Href(path)}
}

// editions gives the slug of the edition in each state.
func (s *Pages) editions(r *web.Request) (map[string]string, error) {
	found := map[string]string{}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		views, err := project.Views(ctx, tx, r.Platform.Key, 50, r.Platform.Now(tx.Now()))
		for _, v := range views {
			for i, step := range v.Steps {
				switch open := project.PhaseOf(v.Steps, i, v.Now) == project.Open; {
				case open && step.Kind == project.Collect:
					found["deposit"] = v.Slug
				case open && step.Kind == project.Analysis:
					found["study"] = v.Slug
				case open && step.Kind == project.Vote:
					found["vote"] = v.Slug
				case open && step.Kind == project.Delivery:
					found["past"] = v.Slug
				}
			}
		}
		return err
	})
	return found, err
}

// stops gives the tour of the editions that there are.
func stops(p ui.Page, editions map[string]string) []stop {
	names := map[string]string{}
	for _, one := range demo.Players() {
		names[one.Key] = one.Name
	}
	var list []stop
	for _, sc := range screens {
		path := sc.Path
		if sc.State != "" {
			slug, ok := editions[sc.State]
			if !ok {
				continue
			}
			if before, after, ok := strings.Cut(path, "%s"); ok {
				path = before + slug + after
			} else {
				path = "/projets/" + slug + path
			}
		}
		list = append(list, stop{Number: len(list) + 1, screen: sc, Name: names[sc.Player], Href: p.Href(path)})
	}
	return list
}

func (s *Pages) show(r *web.Request, p ui.Page) (web.View, error) {
	editions, err := s.editions(r)
	if err != nil {
		return web.View{}, err
	}
	v := page{Stops: stops(p, editions), Players: demo.Players()}
	for _, one := range v.Players {
		if r.Person.Email == one.Email() {
			v.As, v.Name, v.Work = one.Key, one.Name, work(p, one.Roles)
		}
	}
	return web.View{Page: Tour(p, v)}, nil
}

// enter leads to a stop, as its player.
func (s *Pages) enter(r *web.Request, p ui.Page) (web.View, error) {
	editions, err := s.editions(r)
	if err != nil {
		return web.View{}, err
	}
	next, player := p.Href(Path), r.Posted("player")
	if n, err := strconv.Atoi(r.Posted("stop")); err == nil {
		list := stops(p, editions)
		if n < 1 || n > len(list) {
			return web.View{}, fault.New(fault.NotFound, "fault.not_found")
		}
		next, player = list[n-1].Href, list[n-1].Player
	}
	if player == "" {
		return web.View{Next: next}, nil
	}
	for _, one := range demo.Players() {
		if one.Key == player {
			token, err := s.people.Play(r.Context(), r.Platform, r.Token, one.Email(), r.UserAgent())
			return web.View{Next: next, Session: token}, err
		}
	}
	return web.View{}, fault.New(fault.NotFound, "fault.not_found")
}
