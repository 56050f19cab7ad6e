// Package edition is what the public pages of an edition have in common: reading it in one snapshot, its name and its
// other pages, its city as it is drawn.
package edition

import (
	"cmp"
	"context"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/tally"
)

// Visit is one page being read: the platform of the host, its time, and the snapshot.
type Visit struct {
	Tx    db.Tx
	Of    platform.Platform
	Now   time.Time    // of the platform
	Roles access.Roles // of who reads: an organiser looks at drafts
	ui.Page
}

// Read runs fn in one snapshot of the platform that the request is for.
func Read(d *db.DB, r *web.Request, p ui.Page, fn func(ctx context.Context, v Visit) error) error {
	return d.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		return fn(ctx, Visit{tx, r.Platform, r.Platform.Now(tx.Now()), r.Person.Roles, p})
	})
}

// Edition is a project with what its pages have in common.
type Edition struct {
	project.View
	Result  result.Result
	Counted bool // there is a proclaimed result that anyone may see
	// The languages of its title, of what people wrote in it and of its themes; empty: the page's.
	TitleLang, Lang, ThemeLang string
	topics                     map[proposal.Tag]string // categories and themes in the page's language; nil: as they are
}

// Edition reads the project of an address. Fault: not_found.
func (v Visit) Edition(ctx context.Context, slug string) (Edition, error) {
	view, err := project.LoadFor(ctx, v.Tx, v.Of.Key, v.Roles, slug, v.Now)
	if err != nil {
		return Edition{}, err
	}
	all, err := v.Editions(ctx, []project.View{view})
	if err != nil {
		return Edition{}, err
	}
	e := all[0]
	if e.topics, err = v.topics(ctx, e); e.topics != nil {
		e.ThemeLang = ""
	}
	return e, err
}

// topics are the names of an edition's categories and themes in the page's language, when that is not the edition's and all
// of them have one.
func (v Visit) topics(ctx context.Context, e Edition) (map[proposal.Tag]string, error) {
	if e.Lang == "" || e.Origin != project.OfCity {
		return nil, nil
	}
	names := map[proposal.Tag]string{}
	categories, err := project.CategoriesOf(ctx, v.Tx, v.Of.Key, e.Project.ID, string(proposal.TagCategory))
	if err != nil {
		return nil, err
	}
	for _, k := range categories {
		names[proposal.Tag{Kind: proposal.TagCategory, Slug: k.Slug}] = k.Other
	}
	themes, err := project.ThemesOf(ctx, v.Tx, v.Of.Key, []ids.ID{e.Project.ID})
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

// Named is a tag's name as the page says it.
func (e Edition) Named(t proposal.Facet) string { return cmp.Or(e.topics[t.Tag], t.Name) }

// Editions adds the results, in one statement for all.
func (v Visit) Editions(ctx context.Context, views []project.View) ([]Edition, error) {
	var steps []ids.ID
	for _, view := range views {
		if i := project.VoteStep(view.Steps); i >= 0 {
			steps = append(steps, view.Steps[i].ID)
		}
	}
	found, err := result.OfSteps(ctx, v.Tx, v.Of.Key, steps)
	all := make([]Edition, len(views))
	for i, view := range views {
		all[i] = Edition{View: view, TitleLang: v.Foreign(view.Language), Lang: v.Foreign(view.Language), ThemeLang: v.Foreign(view.Language)}
		if view.Origin == project.Imported { // the import titles it in French; files of other countries name themes in English
			all[i].TitleLang = v.Foreign(string(i18n.FR))
			if view.Language != string(i18n.FR) {
				all[i].ThemeLang = v.Foreign(string(i18n.EN))
			}
		}
		if at := project.VoteStep(view.Steps); at >= 0 {
			r, ok := found[view.Steps[at].ID]
			all[i].Result, all[i].Counted = r, ok && all[i].May(access.SeeResult, at)
		}
	}
	return all, err
}

// May asks access, for anyone, about a step.
func (e Edition) May(action access.Action, step int) bool {
	return access.Can(access.Anyone, action, access.Moment{Published: e.State == project.Published, PublicData: e.Origin == project.Imported,
		Phase: project.PhaseOf(e.Steps, step, e.Now), Proclaimed: project.Announced(e.Steps, step, e.Now)})
}

// Announced is when the result was: here, by the city; the day on which a copy came in is nothing to tell.
func (e Edition) Announced() time.Time {
	if e.Origin == project.Imported {
		return time.Time{}
	}
	return e.Result.ProclaimedAt
}

// TotalsShown says whether anyone may see what the proposals of a step got.
func (e Edition) TotalsShown(step int) bool {
	return step >= 0 && e.Steps[step].Kind == project.Vote && e.May(access.SeeCounts, step)
}

// Shown is the project as its pages name it.
func (e Edition) Shown() Project {
	return Project{Slug: e.Slug, Title: e.Title, TitleLang: e.TitleLang, Lang: e.Lang, ThemeLang: e.ThemeLang, HasResults: e.Counted, HasWorks: e.Followed(), HasRulebook: true, HasVote: e.Votes(),
		Draft: e.State == project.Draft}
}

// Votes says whether people vote on this platform, and may now: the page of the vote is then one of the project's.
func (e Edition) Votes() bool {
	at := project.VoteStep(e.Steps)
	return at >= 0 && e.State == project.Published && e.Origin == project.OfCity && e.Rulebook.Vote.Who != nil && project.PhaseOf(e.Steps, at, e.Now) == project.Open
}

// Followed says whether the winners are being built: there are some, and the step of their works has begun.
func (e Edition) Followed() bool {
	for i, step := range e.Steps {
		if step.Kind == project.Delivery && project.PhaseOf(e.Steps, i, e.Now) != project.Future {
			return e.Counted && e.Result.Counted
		}
	}
	return false
}

// Points says whether the project's totals are points.
func (e Edition) Points() bool { return e.Rulebook.Count.Scoring.By != "choice" }

// Foreign gives a language when it is not the page's, else nothing.
func (v Visit) Foreign(lang string) string {
	if lang == string(v.Lang) {
		return ""
	}
	return lang
}

// Early says that there is nothing yet, and from which day there will be when the calendar says it.
func (e Edition) Early(kind project.Kind, what string) error {
	for _, step := range e.Steps {
		if step.Kind == kind && step.StartsAt.After(e.Now) {
			return fault.New(fault.NotFound, "fault."+what+".early", "At", step.StartsAt)
		}
	}
	return NotFound()
}

// NotFound says that there is no such page.
func NotFound() error { return fault.New(fault.NotFound, "fault.not_found") }

// Seen gives a proposal as anyone may see it: one whose text moderation put out of sight keeps its number, its cost and
// its counts, and nothing that somebody wrote.
func (v Visit) Seen(p proposal.Proposal) proposal.Proposal {
	if p.Trashed.Readable() {
		return p
	}
	p.Title, p.Slug, p.Summary, p.Body, p.Address, p.Proposer = v.T("web.removed.title"), "", "", "", "", ""
	p.Place, p.Picture = nil, ids.ID{}
	return p
}

// Reasons words the reason of each line.
func (v Visit) Reasons(ctx context.Context, e Edition, lines []result.Line) ([]string, error) {
	named, err := result.NamesIn(ctx, v.Tx, v.Of.Key, lines)
	if err != nil {
		return nil, err
	}
	name := func(reference string) string {
		if named.Removed(e.Project.ID, reference) {
			return v.T("web.removed.title")
		}
		return named.Proposal(e.Project.ID, reference)
	}
	said := make([]string, len(lines))
	for i, l := range lines {
		if e.Rulebook.Count.Method == tally.MethodUnknown {
			said[i] = v.T("web.reason.unknown")
			continue
		}
		said[i] = rulebook.ReasonText(v.Locale, l.Reason, e.Currency, name, e.Rulebook.KeyName)
	}
	return said, nil
}

// PlacesOf reads the districts and the main category out of a proposal's tags.
func PlacesOf(tags []proposal.Facet, order map[string]int) (districts []ui.District, category string) {
	for _, t := range tags {
		switch {
		case t.Kind == proposal.TagDistrict:
			districts = append(districts, ui.District{Name: t.Name, Slug: t.Slug, Order: order[t.Slug]})
		case t.Kind == proposal.TagCategory && category == "":
			category = t.Name
		}
	}
	return districts, category
}
