// Package vote holds the pages on which people vote: the list to choose from with one's selection always in sight, the
// check page, the confirmation, and what helps to decide. All of them work without scripts; a small one makes adding
// instant, and keeps what was done while the network is away.
package vote

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Pages answers them.
type Pages struct {
	db      *db.DB
	ballots *ballot.Service
}

// New gives the pages over a database.
func New(d *db.DB, ballots *ballot.Service) *Pages { return &Pages{d, ballots} }

// Routes are the pages, a line each with what it needs.
func (s *Pages) Routes() []web.Route {
	const base = "/projets/{project}/vote"
	return []web.Route{
		{Path: base, Need: access.SeeProject, Handle: s.list},
		{Path: base + "/selection", Need: access.SeeProject, Handle: s.selection},
		{Method: http.MethodPost, Path: base + "/selection", Need: access.Vote, Handle: s.change},
		{Path: base + "/comparer", Need: access.SeeProject, Handle: s.compare},
		{Path: base + "/verification", Need: access.Vote, Handle: s.check},
		{Method: http.MethodPost, Path: base + "/bulletin", Need: access.Cast, Handle: s.cast},
		{Method: http.MethodPost, Path: base + "/retrait", Need: access.Cast, Handle: s.withdraw},
		{Path: base + "/merci", Need: access.Cast, Handle: s.thanks},
		{Path: base + "/preuve", Need: access.SeeProject, Handle: s.proof},
	}
}

// Project names the edition on its pages of the vote.
type Project struct {
	Slug, Title string
	TitleLang   string // when it is not the page's
	Lang        string // the same of what people wrote and of the names of districts
	Currency    string
	Starts      time.Time
	Ends        time.Time
	Now         time.Time
	Phase       access.Phase
	Voted       bool // this person's ballot is in
}

func (pr Project) path() string { return "/projets/" + url.PathEscape(pr.Slug) }

func (pr Project) trail(p ui.Page, more ...ui.Link) []ui.Link {
	return append([]ui.Link{{Text: pr.Title, Href: p.Href(pr.path()), Lang: pr.TitleLang}}, more...)
}

// Open says whether people vote now.
func (pr Project) Open() bool { return pr.Phase == access.Open }

// clock says what time it is for the server, which alone decides.
func (pr Project) clock(p ui.Page) string {
	now := p.DateTimeFull(pr.Now)
	switch {
	case !pr.Open() || pr.Ends.IsZero():
		return p.T("vote.clock", "Now", now)
	}
	return p.T("vote.clock.until", "Now", now, "End", p.DateTimeFull(pr.Ends))
}

// visit is one page being read, from one snapshot.
type visit struct {
	tx db.Tx
	of int64
	ui.Page
}

// read runs fn in one snapshot, with the booth of the address and person.
func (s *Pages) read(r *web.Request, p ui.Page, fn func(ctx context.Context, v visit, b ballot.Booth) error) error {
	return s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		b, err := ballot.Enter(ctx, tx, r.Platform, r.Person, r.PathValue("project"))
		if err != nil {
			return err
		}
		return fn(ctx, visit{tx, r.Platform.Key, p}, b)
	})
}

// project gives what every page says of the edition.
func (v visit) project(b ballot.Booth) Project {
	foreign := func(lang string) string {
		if lang == string(v.Lang) {
			return ""
		}
		return lang
	}
	return Project{Slug: b.Slug, Title: b.Title, TitleLang: foreign(b.Language), Lang: foreign(b.Language), Currency: b.Rulebook.Currency,
		Starts: b.Step().StartsAt, Ends: b.Step().EndsAt, Now: b.Now, Phase: b.Moment().Phase, Voted: !b.Signed.IsZero()}
}

// colours gives the place of each district of the edition in the sequence of colours.
func (v visit) colours(ctx context.Context, b ballot.Booth) (map[string]project.District, error) {
	all, err := project.DistrictsOf(ctx, v.tx, v.of, []ids.ID{b.Project.ID})
	districts := make(map[string]project.District, len(all))
	for _, d := range all {
		districts[d.Slug] = d.District
	}
	return districts, err
}
