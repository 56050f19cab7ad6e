package project

import (
	"context"
	"slices"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
)

// Rehearsed is the copy of an edition on a temporary platform.
type Rehearsed struct {
	Project ids.ID
	Steps   map[ids.ID]ids.ID // of the copy, by those of the edition
}

// Rehearse copies an edition to the temporary platform of its rehearsal, where it is published: steps, calendar, rulebook,
// districts, themes and categories that can be chosen, and what was planned, and nobody. The edition itself stays as it is. Faults: forbidden,
// not_found.
func Rehearse(ctx context.Context, tx db.Tx, of, to platform.Platform, who account.Person, slug string) (out Rehearsed, e Edition, err error) {
	if e, err = EditionOf(ctx, tx, of, who, slug); err != nil {
		return out, e, err
	}
	if to.Kind != platform.Rehearsal {
		return out, e, fault.New(fault.NotFound, "fault.not_found")
	}
	out = Rehearsed{Project: ids.Dated(tx.Now()), Steps: map[ids.ID]ids.ID{}}
	p := e.Project
	p.ID, p.State, p.Rulebook, p.Cover, p.CreatedAt, p.PublishedAt = out.Project, Published, 1, ids.ID{}, to.Clock.To, to.Clock.To
	if p.Author, err = account.House(ctx, tx, to.Key, to.Name); err != nil {
		return out, e, err
	}
	if err := Insert(ctx, tx, to.Key, p); err != nil {
		return out, e, err
	}
	steps := slices.Clone(e.Steps)
	for i := range steps {
		s := &steps[i]
		fresh := ids.Dated(tx.Now())
		out.Steps[s.ID] = fresh
		s.ID, s.Project, s.Proposals, s.Ballots = fresh, p.ID, 0, 0
	}
	if err := InsertSteps(ctx, tx, to.Key, steps); err != nil {
		return out, e, err
	}
	if err := keepPlan(ctx, tx, to.Key, p.ID, e.Plan); err != nil {
		return out, e, err
	}
	if err := SetRulebook(ctx, tx, to.Key, p.ID, 1, e.Rulebook); err != nil {
		return out, e, err
	}
	return out, e, rehearsePlaces(ctx, tx, of.Key, to.Key, e, p.ID)
}

// rehearsePlaces copies what proposals are sorted by.
func rehearsePlaces(ctx context.Context, tx db.Tx, from, to int64, e Edition, copied ids.ID) error {
	districts := slices.Clone(e.Districts)
	for i := range districts {
		districts[i].ID = ids.Dated(tx.Now())
	}
	if err := InsertDistricts(ctx, tx, to, copied, districts); err != nil {
		return err
	}
	found, err := ThemesOf(ctx, tx, from, []ids.ID{e.Project.ID})
	if err != nil {
		return err
	}
	var themes []ThemeOf
	for _, t := range found {
		if !t.Retired {
			t.ID, t.Project = ids.Dated(tx.Now()), copied
			themes = append(themes, t)
		}
	}
	if err := KeepThemes(ctx, tx, to, copied, themes); err != nil {
		return err
	}
	for _, kind := range []string{"category", "target"} {
		list, err := CategoriesOf(ctx, tx, from, e.Project.ID, kind)
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(c Category) bool { return c.Retired })
		for i := range list {
			list[i].ID, list[i].Project = ids.Dated(tx.Now()), copied
		}
		if err := KeepCategories(ctx, tx, to, copied, kind, list); err != nil {
			return err
		}
	}
	return nil
}

// EditionOf is Service.Edition in a transaction. Faults: forbidden, not_found.
func EditionOf(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, slug string) (Edition, error) {
	if err := mayOrganise(who, Edition{}.Moment()); err != nil {
		return Edition{}, err
	}
	return (&Service{}).edition(ctx, tx, of, who, slug)
}

// Admit makes a list of addresses, in their compared form, that of an edition of a temporary platform which is limited to a
// list. Fault: not_found, for any other platform: there the organiser gives the list.
func Admit(ctx context.Context, tx db.Tx, of platform.Platform, project ids.ID, emailKeys []string) error {
	if of.Kind != platform.Rehearsal {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	return admit(ctx, tx, of.Key, project, emailKeys)
}
