package deposit

import (
	"context"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// Part is what this room keeps of editions: the form of their deposit, and what their proposals are sorted by.
func Part() project.Part {
	return project.Part{Begin: begin, Copy: copied, Discard: discard, Checks: missing}
}

func begin(ctx context.Context, tx db.Tx, platform int64, of project.Project, m project.Model, steps []project.Step) error {
	lang, ok := i18n.Parse(of.Language)
	if !ok {
		lang = i18n.FR
	}
	t := Topics{Categories: modelCategories(m, lang)}
	if err := t.keep(ctx, tx, platform, of); err != nil {
		return err
	}
	if at := project.StepNow(steps, project.Collect, of.CreatedAt); at >= 0 {
		return SetForm(ctx, tx, platform, steps[at].ID, modelForm(m))
	}
	return nil
}

// copied gives a new edition the form and the topics of another one, without what was retired there.
func copied(ctx context.Context, tx db.Tx, platform int64, from project.Edition, to project.Project, steps []project.Step) error {
	t, err := topicsOf(ctx, tx, platform, from)
	if err != nil {
		return err
	}
	var fresh Topics
	for _, kind := range kinds {
		for _, one := range *t.list(kind) {
			if one.Retired {
				continue
			}
			if kind == proposal.TagCategory {
				one.ID = ids.ID{} // a theme is the platform's, a category the edition's
			}
			*fresh.list(kind) = append(*fresh.list(kind), one)
		}
	}
	if err := fresh.keep(ctx, tx, platform, to); err != nil {
		return err
	}
	for i, s := range from.Steps {
		if s.Kind != project.Collect || i >= len(steps) {
			continue
		}
		f, err := FormOf(ctx, tx, platform, s.ID) // few: one deposit, seldom two
		if err != nil {
			return err
		}
		f.Questions, f.Criteria = f.Asked(), f.AskedCriteria()
		for i := range f.Questions {
			f.Questions[i].Options = f.Questions[i].Offered()
		}
		if err := SetForm(ctx, tx, platform, steps[i].ID, f); err != nil {
			return err
		}
	}
	return nil
}

// discard deletes the forms of steps that are no more.
func discard(ctx context.Context, tx db.Tx, platform int64, _ project.Edition) error {
	return dropForms(ctx, tx, platform)
}

func missing(ctx context.Context, tx db.Tx, platform int64, e project.Edition) ([]project.Check, error) {
	steps := deposits(e.Steps)
	if len(steps) == 0 {
		return nil, nil
	}
	c := Call{View: e.View}
	if err := c.lists(ctx, tx, platform); err != nil {
		return nil, err
	}
	var all []project.Check
	for _, step := range steps { // few: one deposit, seldom two
		f, err := FormOf(ctx, tx, platform, step.ID)
		if err != nil {
			return nil, err
		}
		all = together(all, checks(e, f, len(c.Categories), len(c.Themes), step.StartsAt))
	}
	return all, nil
}
