package site

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/web"
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

// visit is one page being read: the platform of the host, its time, and the snapshot.
type visit struct {
	tx       db.Tx
	platform platform.Platform
	now      time.Time
	roles    access.Roles // of who reads: an organiser looks at drafts
	ui.Page
}

// read runs fn in one snapshot of the platform that the request is for.
func (s *Site) read(r *web.Request, p ui.Page, fn func(ctx context.Context, v visit) error) error {
	return s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		return fn(ctx, visit{tx, r.Platform, r.Platform.Now(tx.Now()), r.Person.Roles, p})
	})
}

// edition is a project with what its pages have in common.
type edition struct {
	project.View
	result   result.Result
	counted  bool // there is a proclaimed result that anyone may see
	currency string
	// The languages of its title, of what people wrote in it and of its themes; empty: the page's.
	titleLang, lang, themeLang string
	topics                     map[proposal.Tag]string // categories and themes in the page's language; nil: as they are
}

// edition reads the project of an address. Fault: not_found.
func (v visit) edition(ctx context.Context, slug string) (edition, error) {
	view, err := project.LoadFor(ctx, v.tx, v.platform.Key, v.roles, slug, v.now)
	if err != nil {
		return edition{}, err
	}
	all, err := v.editions(ctx, []project.View{view})
	if err != nil {
		return edition{}, err
	}
	e := all[0]
	if e.topics, err = v.topics(ctx, e); e.topics != nil {
		e.themeLang = ""
	}
	return e, err
}

// topics are the names of an edition's categories and themes in the page's language, when that is not the edition's and all
// of them have one.
func (v visit) topics(ctx context.Context, e edition) (map[proposal.Tag]string, error) {
	if e.lang == "" || e.Origin != project.OfCity {
		return nil, nil
	}
	names := map[proposal.Tag]string{}
	categories, err := project.CategoriesOf(ctx, v.tx, v.platform.Key, e.Project.ID, string(proposal.TagCategory))
	if err != nil {
		return nil, err
	}
	for _, k := range categories {
		names[proposal.Tag{Kind: proposal.TagCategory, Slug: k.Slug}] = k.Other
	}
	themes, err := project.ThemesOf(ctx, v.tx, v.platform.Key, []ids.ID{e.Project.ID})
	if err != nil {
		return nil, err
	}
	for _, t := range themes {
		names[proposal.Tag{Kind: proposal.TagTheme, Slug: t.Slug}] = t.Other
	}
	for _, name := range names {
		if name == "" {
			return nil, nil
		}
	}
	return names, nil
}

// named is a tag's name as the page says it.
func (e edition) named(t proposal.Facet) string { return cmp.Or(e.topics[t.Tag], t.Name) }

// editions adds the results, in one statement for all.
func (v visit) editions(ctx context.Context, views []project.View) ([]edition, error) {
	var steps []ids.ID
	for _, view := range views {
		if i := project.VoteStep(view.Steps); i >= 0 {
			steps = append(steps, view.Steps[i].ID)
		}
	}
	found, err := result.OfSteps(ctx, v.tx, v.platform.Key, steps)
	all := make([]edition, len(views))
	for i, view := range views {
		all[i] = edition{View: view, currency: view.Currency, titleLang: v.foreign(view.Language), lang: v.foreign(view.Language), themeLang: v.foreign(view.Language)}
		if view.Origin == project.Imported { // the import titles it in French; files of other countries name themes in English
			all[i].titleLang = v.foreign(string(i18n.FR))
			if view.Language != string(i18n.FR) {
				all[i].themeLang = v.foreign(string(i18n.EN))
			}
		}
		if at := project.VoteStep(view.Steps); at >= 0 {
			r, ok := found[view.Steps[at].ID]
			all[i].result, all[i].counted = r, ok && all[i].may(access.SeeResult, at)
		}
	}
	return all, err
}

// may asks access, for anyone, about a step.
func (e edition) may(action access.Action, step int) bool {
	return access.Can(access.Anyone, action, access.Moment{Published: e.State == project.Published, PublicData: e.Origin == project.Imported,
		Phase: project.PhaseOf(e.Steps, step, e.Now), Proclaimed: true})
}

// announced is when the result was: here, by the city; the day on which a copy came in is nothing to tell.
func (e edition) announced() time.Time {
	if e.Origin == project.Imported {
		return time.Time{}
	}
	return e.result.ProclaimedAt
}

// totalsShown says whether anyone may see what the proposals of a step got.
func (e edition) totalsShown(step int) bool {
	return step >= 0 && e.Steps[step].Kind == project.Vote && e.may(access.SeeCounts, step)
}

func (e edition) shown() Project {
	return Project{Slug: e.Slug, Title: e.Title, TitleLang: e.titleLang, Lang: e.lang, ThemeLang: e.themeLang, HasResults: e.counted, HasWorks: e.followed(), HasRulebook: true, HasVote: e.votes(),
		Draft: e.State == project.Draft}
}

// votes says whether people vote on this platform, and may now: the page of the vote is then one of the project's.
func (e edition) votes() bool {
	at := project.VoteStep(e.Steps)
	return at >= 0 && e.State == project.Published && e.Origin == project.OfCity && e.Rulebook.Vote.Who != nil && project.PhaseOf(e.Steps, at, e.Now) == project.Open
}

// followed says whether the winners are being built: there are some, and the step of their works has begun.
func (e edition) followed() bool {
	for i, step := range e.Steps {
		if step.Kind == project.Delivery && project.PhaseOf(e.Steps, i, e.Now) != project.Future {
			return e.counted && e.result.Counted
		}
	}
	return false
}

// moment says what the project is doing now, and until when.
func (e edition) moment() (Moment, time.Time) {
	at := project.Current(e.Steps, e.Now)
	if at < 0 {
		return MomentSoon, time.Time{}
	}
	step := e.Steps[at]
	phase := project.PhaseOf(e.Steps, at, e.Now)
	if phase == project.Future {
		return MomentSoon, step.StartsAt
	}
	if e.counted && (step.Kind == project.Result || step.Kind == project.Vote) {
		if !e.result.Counted {
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
func (e edition) summary() Edition {
	s := Edition{Project: e.shown(), Budget: int64(e.Rulebook.Count.Budget), Currency: e.currency, Spent: int64(e.result.Spent), Winners: int64(e.result.Winners),
		Counted: e.counted && e.result.Counted}
	if s.Moment, s.Until = e.moment(); !s.Until.IsZero() {
		s.Left = s.Until.Sub(e.Now)
	}
	for i, step := range e.Steps {
		if step.Kind == project.Collect && e.Origin == project.OfCity {
			s.Deposits = s.Deposits || e.may(access.Deposit, i)
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

// points says whether the project's totals are points.
func (e edition) points() bool { return e.Rulebook.Count.Scoring.By != "choice" }

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
		{Path: "/projets/{project}/resultats", Need: access.SeeProject, Handle: s.resultsShow},
		{Path: "/projets/{project}/resultats/{district}", Need: access.SeeResult, Handle: s.resultsDistrict},
		{Path: "/projets/{project}/realisations", Need: access.SeeResult, Handle: s.deliveryShow},
		{Path: "/projets/{project}/reglement", Need: access.SeeProject, Handle: s.rulebookShow},
		{Path: "/projets/{project}/mur", Need: access.SeeVoters, Handle: s.wallShow, OfHost: true},
	}
}

// foreign gives a language when it is not the page's, else nothing.
func (v visit) foreign(lang string) string {
	if lang == string(v.Lang) {
		return ""
	}
	return lang
}

// early says that there is nothing yet, and from which day there will be when the calendar says it.
func (e edition) early(kind project.Kind, what string) error {
	for _, step := range e.Steps {
		if step.Kind == kind && step.StartsAt.After(e.Now) {
			return fault.New(fault.NotFound, "fault."+what+".early", "At", step.StartsAt)
		}
	}
	return notFound()
}

func notFound() error { return fault.New(fault.NotFound, "fault.not_found") }

func numberText(n int) string { return strconv.Itoa(n) }
