package site

import (
	"context"

	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

func (s *Site) rulebookShow(r *web.Request, p ui.Page) (web.View, error) {
	var page RulebookPage
	err := s.read(r, p, func(ctx context.Context, v visit) error {
		e, err := v.Edition(ctx, r.PathValue("project"))
		if err != nil {
			return err
		}
		page = RulebookPage{Project: e.Shown(), Version: int(e.Project.Rulebook)}
		if page.Since, err = project.RulebookSince(ctx, v.Tx, v.Of.Key, e.Project.ID, e.Project.Rulebook); err != nil {
			return err
		}
		if page.Changes, err = v.changes(ctx, e); err != nil {
			return err
		}
		for _, a := range e.View.Rulebook.Regulation(v.Locale) {
			page.Articles = append(page.Articles, Article{Number: a.Number, Title: a.Title, Paragraphs: a.Paragraphs})
		}
		return nil
	})
	return web.View{Page: RulebookDocument(p, page)}, err
}

// shownChanges is how many changes of an edition its règlement shows.
const shownChanges = 20

// changes says what was changed since the edition was published, and why.
func (v visit) changes(ctx context.Context, e edition.Edition) ([]Change, error) {
	if e.Origin != project.OfCity {
		return nil, nil // a copy of public data is never amended here
	}
	list, err := project.Amendments(ctx, v.Tx, v.Of.Key, e.Project.ID, shownChanges)
	changes := make([]Change, len(list))
	for i, a := range list {
		changes[i] = Change{What: v.T("organise.change." + string(a.Kind)), Reason: a.Reason, At: a.At}
	}
	return changes, err
}
