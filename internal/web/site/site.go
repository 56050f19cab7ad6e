package site

import (
	"context"
	"strconv"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Site answers the public pages. Once its platform is found, each page is read from one snapshot of the database.
type Site struct {
	db    *db.DB
	local string
	hosts hosts
}

// New gives the pages over a database. local is the scheme and host of the links of platforms without an address.
func New(d *db.DB, local string) *Site { return &Site{db: d, local: local} }

var licences = map[platform.Licence][2]string{
	platform.Etalab: {"Licence Ouverte 2.0", "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"},
	platform.ODbL:   {"ODbL 1.0", "https://opendatacommons.org/licenses/odbl/1-0/"},
}

// Shown gives a platform as pages show it.
func (s *Site) Shown(p platform.Platform) ui.Platform {
	u := ui.Platform{Slug: p.Slug, Name: p.Name, Accent: p.Accent, Zone: p.Zone, Licence: licences[p.Licence][0], LicenceURL: licences[p.Licence][1], BaseURL: p.Base(s.local),
		Replay: p.Kind == platform.Replay}
	if u.Prefix = p.Prefix(); u.Prefix != "" {
		u.Rehearsal = p.Clock.To
	}
	for _, l := range p.Languages {
		u.Statement = u.Statement || p.Legal[l+"/accessibility"] != ""
		u.Languages = append(u.Languages, i18n.Lang(l))
	}
	if !p.Logo.IsZero() {
		u.LogoURL = media.Path(p.Logo, media.Small)
	}
	return u
}

// visit is one page being read, as the pages of an edition are.
type visit struct{ edition.Visit }

// read runs fn in one snapshot of the platform that the request is for.
func (s *Site) read(r *web.Request, p ui.Page, fn func(ctx context.Context, v visit) error) error {
	return edition.Read(s.db, r, p, func(ctx context.Context, v edition.Visit) error { return fn(ctx, visit{v}) })
}

// moment says what the project is doing now, and until when.
func moment(e edition.Edition) (Moment, time.Time) {
	at := project.Current(e.Steps, e.Now)
	if at < 0 {
		return MomentSoon, time.Time{}
	}
	step := e.Steps[at]
	phase := project.PhaseOf(e.Steps, at, e.Now)
	if phase == project.Future {
		return MomentSoon, step.StartsAt
	}
	if e.Counted && (step.Kind == project.Result || step.Kind == project.Vote) {
		if !e.Result.Counted {
			return MomentTotals, time.Time{}
		}
		return MomentResults, time.Time{}
	}
	if phase == project.Closed {
		if at+1 < len(e.Steps) {
			return MomentWait, e.Steps[at+1].StartsAt
		}
		return MomentOver, time.Time{}
	}
	switch step.Kind {
	case project.Collect:
		return MomentDeposit, step.EndsAt
	case project.Analysis, project.Preselection:
		return MomentAnalysis, step.EndsAt
	case project.Vote:
		return MomentVote, step.EndsAt
	case project.Delivery:
		return MomentDelivery, step.EndsAt
	case project.Presentation:
		return MomentSoon, step.EndsAt
	}
	return MomentWait, step.EndsAt
}

// summary gives the edition with its figures, as the home page and the project's page show them.
func summary(e edition.Edition) Edition {
	s := Edition{Project: e.Shown(), Budget: int64(e.Rulebook.Count.Budget), Currency: e.Currency, Spent: int64(e.Result.Spent), Winners: int64(e.Result.Winners),
		Counted: e.Counted && e.Result.Counted}
	if s.Moment, s.Until = moment(e); !s.Until.IsZero() {
		s.Left = s.Until.Sub(e.Now)
	}
	for i, step := range e.Steps {
		if step.Kind == project.Collect && e.Origin == project.OfCity {
			s.Deposits = s.Deposits || e.May(access.Deposit, i)
		}
		if step.Kind == project.Vote {
			s.Voters = int64(step.Ballots)
		}
	}
	if at := project.Listed(e.Steps, e.Now); at >= 0 {
		s.Proposals = int64(e.Steps[at].Proposals)
	}
	return s
}

// Routes are the public pages, a line each; anyone may read them all, and access decides what they show.
func (s *Site) Routes() []web.Route {
	return []web.Route{
		{Path: "/{$}", Need: access.Visit, Handle: s.home},
		{Path: "/plateformes", Need: access.Visit, Handle: s.platforms, OfHost: true},
		{Path: aboutPath, Need: access.Visit, Handle: s.aboutData, OfHost: true},
		{Path: legalPaths["notice"], Need: access.Visit, Handle: s.legal("notice")},
		{Path: legalPaths["privacy"], Need: access.Visit, Handle: s.legal("privacy")},
		{Path: legalPaths["accessibility"], Need: access.Visit, Handle: s.legal("accessibility")},
		{Path: legalPaths["contact"], Need: access.Visit, Handle: s.legal("contact")},
		{Path: "/projets/{project}", Need: access.SeeProject, Handle: s.projectShow},
		{Path: "/projets/{project}/propositions", Need: access.SeeProject, Handle: s.proposalsList},
		{Path: "/projets/{project}/propositions/{proposal}", Need: access.SeeProposal, Handle: s.proposalShow},
		{Path: "/projets/{project}/carte", Need: access.SeeProject, Handle: s.mapShow},
		{Path: "/projets/{project}/reglement", Need: access.SeeProject, Handle: s.rulebookShow},
		{Path: "/projets/{project}/mur", Need: access.SeeVoters, Handle: s.wallShow, OfHost: true},
	}
}

func notFound() error { return edition.NotFound() }

func numberText(n int) string { return strconv.Itoa(n) }
