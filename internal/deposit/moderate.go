package deposit

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// Rewrite changes what somebody wrote in a proposal, in its earlier versions, and in the deposit that it was made of, so that the
// next change of its author does not bring it back. It says whether anything changed.
func Rewrite(ctx context.Context, tx db.Tx, platform int64, p proposal.Proposal, rewrite func(string) string, now time.Time) (bool, error) {
	changed, err := proposal.Rewrite(ctx, tx, platform, p, rewrite, now)
	if err != nil {
		return false, err
	}
	d, ok, err := DepositOf(ctx, tx, platform, p.ID)
	if err != nil || !ok {
		return changed, err
	}
	was := encode(d.Content)
	c := &d.Content
	for _, text := range []*string{&c.Title, &c.Summary, &c.Body, &c.Address, &c.PictureAlt} {
		*text = rewrite(*text)
	}
	c.Answers = maps.Clone(c.Answers)
	for key, a := range c.Answers {
		a.Values, a.Other = slices.Clone(a.Values), rewrite(a.Other)
		for i := range a.Values {
			a.Values[i] = rewrite(a.Values[i])
		}
		c.Answers[key] = a
	}
	if encode(d.Content) == was {
		return changed, nil
	}
	return true, keepDeposit(ctx, tx, platform, d)
}

// FacetsOf gives what lists filter a published proposal by: its category, its theme and its district.
func FacetsOf(ctx context.Context, tx db.Tx, platform int64, p proposal.Proposal) (facets []proposal.Facet, err error) {
	categories, err := project.CategoriesOf(ctx, tx, platform, p.Project, string(proposal.TagCategory))
	if err != nil {
		return nil, err
	}
	for _, k := range categories {
		if k.ID == p.Category {
			facets = append(facets, proposal.Facet{Tag: proposal.Tag{Kind: proposal.TagCategory, Slug: k.Slug}, Name: k.Name, Sort: k.Sort})
		}
	}
	themes, err := project.ThemesOf(ctx, tx, platform, []ids.ID{p.Project})
	if err != nil {
		return nil, err
	}
	for _, t := range themes {
		if t.ID == p.Theme {
			facets = append(facets, proposal.Facet{Tag: proposal.Tag{Kind: proposal.TagTheme, Slug: t.Slug}, Name: t.Title, Sort: t.Sort})
		}
	}
	districts, err := project.DistrictsOf(ctx, tx, platform, []ids.ID{p.Project})
	for _, d := range districts {
		if d.ID == p.District {
			facets = append(facets, proposal.Facet{Tag: proposal.Tag{Kind: proposal.TagDistrict, Slug: d.Slug}, Name: d.Name, Sort: d.Sort})
		}
	}
	return facets, err
}

// EditableBy gives the deposit of a proposal that its author may change now; false when they cannot, or when it was not deposited
// here.
func EditableBy(ctx context.Context, tx db.Tx, of platform.Platform, slug string, p proposal.Proposal) (ids.ID, bool, error) {
	now := of.Now(tx.Now())
	d, ok, err := DepositOf(ctx, tx, of.Key, p.ID)
	if err != nil || !ok || d.Withdrawn {
		return ids.ID{}, false, err
	}
	v, err := project.Load(ctx, tx, of.Key, slug, now)
	if err != nil {
		return ids.ID{}, false, err
	}
	at := slices.IndexFunc(v.Steps, func(s project.Step) bool { return s.ID == d.Step })
	if at < 0 {
		return ids.ID{}, false, nil
	}
	m := access.Moment{Published: v.State == project.Published, Own: true, Phase: project.PhaseOf(v.Steps, at, now)}
	return d.ID, access.Can(access.Resident, access.EditProposal, m), nil
}
