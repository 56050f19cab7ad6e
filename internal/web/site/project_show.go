package site

import (
	"context"

	"github.com/parvis-civic/parvis/internal/news"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/transfer"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/articles"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

const teaserSize = 6

func (s *Site) projectShow(r *web.Request, p ui.Page) (web.View, error) {
	var page ProjectPage
	err := s.read(r, p, func(ctx context.Context, v visit) error {
		e, err := v.Edition(ctx, r.PathValue("project"))
		if err != nil {
			return err
		}
		page = ProjectPage{Edition: summary(e), Summary: e.Summary, Steps: v.stepLine(e)}
		source, imported, err := transfer.SourceOf(ctx, v.Tx, v.Of.Key, e.Project.ID)
		if err != nil {
			return err
		}
		if imported {
			page.Source = "Pabulib, " + source.File
		}
		if page.News, _, err = articles.Lines(ctx, v.Tx, p, v.Of, news.Query{Kind: news.News, Project: e.Project.ID, Limit: articles.Latest}, v.Now); err != nil {
			return err
		}
		if page.Teaser, page.Best, err = v.teaser(ctx, e); err != nil {
			return err
		}
		if at := project.Listed(e.Steps, e.Now); at >= 0 {
			switch e.Steps[at].Kind {
			case project.Collect:
				page.Stage = "_deposited"
			case project.Analysis, project.Preselection:
				page.Stage = "_studied"
			}
			page.Map, page.Drawn, err = v.overview(ctx, e, at)
		}
		return err
	})
	return web.View{Page: ProjectShow(p, page)}, err
}

// stepLine is the calendar, with where we are.
func (v visit) stepLine(e edition.Edition) []ui.Step {
	current := project.Current(e.Steps, e.Now)
	line := make([]ui.Step, len(e.Steps))
	for i, step := range e.Steps {
		line[i] = ui.Step{Title: step.Title, Lang: e.Lang, From: step.StartsAt, To: step.EndsAt, Place: ui.StepPast}
		if step.Title == "" {
			line[i].Title, line[i].Lang = v.T("step."+string(step.Kind)), ""
		}
		switch {
		case i == current:
			line[i].Place = ui.StepHere
		case project.PhaseOf(e.Steps, i, e.Now) != project.Closed:
			line[i].Place = ui.StepFuture
		}
		switch {
		case step.Kind == project.Result && e.Counted:
			line[i].Href = v.Href(e.Shown().Path() + "/resultats")
		case step.Kind == project.Delivery && e.Followed():
			line[i].Href = v.Href(e.Shown().Path() + "/realisations")
		case step.Kind == project.Vote && step.Proposals > 0 && line[i].Place != ui.StepFuture:
			line[i].Href = v.Href(e.Shown().Path() + "/propositions")
		}
	}
	return line
}

// teaser shows a few proposals: the best after a count, others by chance of the day.
func (v visit) teaser(ctx context.Context, e edition.Edition) (cards []ui.Card, best bool, err error) {
	at := project.Listed(e.Steps, e.Now)
	if at < 0 {
		return nil, false, nil
	}
	q := proposal.ListQuery{Step: e.Steps[at].ID, Order: proposal.ByRandom, Seed: v.Now.Unix() / 86400 * 7919, Limit: teaserSize, With: proposal.With{Card: true}}
	if best = e.Counted && e.TotalsShown(at); best {
		q.Order = proposal.ByPoints
	}
	list, err := proposal.List(ctx, v.Tx, v.Of.Key, q)
	if err != nil {
		return nil, false, err
	}
	cards, err = v.cards(ctx, e, at, list)
	return cards, best, err
}
