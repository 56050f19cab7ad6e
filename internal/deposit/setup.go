package deposit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"slices"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// Setup is where an organiser decides what a deposit asks. Every method needs access.Organise, else it answers forbidden.
type Setup struct{ editions *project.Service }

// NewSetup returns it over the service of editions.
func NewSetup(editions *project.Service) *Setup { return &Setup{editions} }

// Design is the form of an edition's deposit as its organiser sees it, with what it is checked against.
type Design struct {
	Call
	Edition project.Edition
	Usage   Usage
}

// Design gives the form of a deposit step of an edition; of the one that is open or comes next for a zero step. Faults:
// forbidden, not_found, also for an edition without a deposit.
func (s *Setup) Design(ctx context.Context, of platform.Platform, who account.Person, slug string, step ids.ID) (d Design, err error) {
	err = s.editions.Look(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, e project.Edition) error {
		d.Edition, d.View = e, e.View
		if err := d.fill(ctx, tx, of, d.place(step)); err != nil {
			return err
		}
		d.Usage, err = usageOf(ctx, tx, of.Key, d.Step.ID)
		return err
	})
	return d, err
}

// SetForm changes what a deposit step of an edition asks, chosen as in Design. Questions and criteria that were answered and are left out are retired. A published
// edition needs a public reason. Faults: forbidden, not_found, invalid (those of Form.Changed, reason).
func (s *Setup) SetForm(ctx context.Context, of platform.Platform, who account.Person, slug string, step ids.ID, fresh Form, reason string) error {
	return s.editions.Change(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, e *project.Edition) error {
		c := Call{View: e.View}
		if err := c.fill(ctx, tx, of, c.place(step)); err != nil {
			return err
		}
		used, err := usageOf(ctx, tx, of.Key, c.Step.ID)
		if err != nil {
			return err
		}
		if fresh, err = c.Form.Changed(fresh, used); err != nil {
			return err
		}
		if encode(fresh) != encode(c.Form) {
			more := c.Form.told(fresh)
			hash := sha256.Sum256([]byte(encode(fresh)))
			more["step"], more["form"] = c.Step.ID, hex.EncodeToString(hash[:])
			a := project.Amendment{Kind: project.FormChanged, Step: c.Step.ID, Reason: reason}
			if err := e.Amend(ctx, tx, of, a, "deposit_form_changed", more); err != nil {
				return err
			}
			if err := SetForm(ctx, tx, of.Key, c.Step.ID, fresh); err != nil {
				return err
			}
		}
		return e.Keep(ctx, tx, of, project.ScreenForm)
	})
}

// Topics are what the proposals of an edition are sorted by.
type Topics struct {
	Edition    project.Edition
	Categories []Topic
	Themes     []Topic
}

// list is where those of a kind are.
func (t *Topics) list(kind proposal.TagKind) *[]Topic {
	if kind == proposal.TagTheme {
		return &t.Themes
	}
	return &t.Categories
}

// Topics gives them. Faults: forbidden, not_found.
func (s *Setup) Topics(ctx context.Context, of platform.Platform, who account.Person, slug string) (t Topics, err error) {
	err = s.editions.Look(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, e project.Edition) error {
		t, err = topicsOf(ctx, tx, of.Key, e)
		return err
	})
	return t, err
}

// kinds are those of topics.
var kinds = []proposal.TagKind{proposal.TagCategory, proposal.TagTheme}

// SetTopics changes the categories and the themes of an edition: names, order, which are retired, new ones, and unused ones
// that are left out. A published edition needs a public reason. Faults: forbidden, not_found, invalid, conflict (one that is
// left out is in use).
func (s *Setup) SetTopics(ctx context.Context, of platform.Platform, who account.Person, slug string, categories, themes []Topic, reason string) error {
	return s.editions.Change(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, e *project.Edition) error {
		t, err := topicsOf(ctx, tx, of.Key, *e)
		if err != nil {
			return err
		}
		fresh := Topics{}
		var faults []*fault.Error
		for _, kind := range kinds {
			asked := categories
			if kind == proposal.TagTheme {
				asked = themes
			}
			list, err := changedTopics(kind, *t.list(kind), asked)
			faults = gathered(faults, err)
			*fresh.list(kind) = list
		}
		if len(e.Rulebook.Categories) > 0 && !slices.Equal(told(t.Categories), told(fresh.Categories)) {
			faults = append(faults, fault.New(fault.Conflict, "fault.topics.counted").In("topics"))
		}
		shared, err := t.renamedElsewhere(ctx, tx, of.Key, fresh.Themes)
		if err != nil {
			return err
		}
		if err := fault.All(append(faults, shared...)); err != nil {
			return err
		}
		if !sameTopics(t.Categories, fresh.Categories) || !sameTopics(t.Themes, fresh.Themes) {
			more := map[string]any{"categories": told(fresh.Categories), "themes": told(fresh.Themes)}
			if err := e.Amend(ctx, tx, of, project.Amendment{Kind: project.TopicsChanged, Reason: reason}, "topics_changed", more); err != nil {
				return err
			}
			if err := fresh.keep(ctx, tx, of.Key, e.Project); err != nil {
				return err
			}
			named := append(facets(proposal.TagCategory, fresh.Categories), facets(proposal.TagTheme, fresh.Themes)...)
			if err := proposal.NameFacets(ctx, tx, of.Key, e.Project.ID, named); err != nil {
				return err
			}
		}
		return e.Keep(ctx, tx, of, project.ScreenTopics)
	})
}

// renamedElsewhere refuses other words for a theme that another edition has too: they would change there, without a reason.
func (t *Topics) renamedElsewhere(ctx context.Context, tx db.Tx, platform int64, fresh []Topic) (faults []*fault.Error, err error) {
	words := map[ids.ID]Topic{}
	for _, was := range t.Themes {
		words[was.ID] = was
	}
	renamed := map[ids.ID]int{}
	for i, now := range fresh {
		if was, known := words[now.ID]; known && (was.Name != now.Name || was.Other != now.Other) {
			renamed[now.ID] = i
		}
	}
	shared, err := project.ThemesElsewhere(ctx, tx, platform, t.Edition.Project.ID, slices.Collect(maps.Keys(renamed)))
	for _, id := range shared {
		faults = append(faults, fault.New(fault.Invalid, "fault.topics.shared", "Name", words[id].Name).In(TopicField(proposal.TagTheme, renamed[id], "name")))
	}
	return faults, err
}

// gathered adds the reasons of an error to others.
func gathered(faults []*fault.Error, err error) []*fault.Error {
	f, ok := errors.AsType[*fault.Error](err)
	switch {
	case !ok:
		return faults
	case len(f.Sub) > 0:
		return append(faults, f.Sub...)
	}
	return append(faults, f)
}

// told gives the slugs of those that can be chosen.
func told(list []Topic) []string {
	slugs := []string{}
	for _, t := range list {
		if !t.Retired {
			slugs = append(slugs, t.Slug)
		}
	}
	return slugs
}

// Merge gives the proposals of one category or theme another one, and retires the first. A published edition needs a public
// reason. Faults: forbidden, not_found, invalid (from, to, reason), conflict (the count of the edition is by category).
func (s *Setup) Merge(ctx context.Context, of platform.Platform, who account.Person, slug string, kind proposal.TagKind, from, to ids.ID, reason string) error {
	return s.editions.Change(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, e *project.Edition) error {
		t, err := topicsOf(ctx, tx, of.Key, *e)
		if err != nil {
			return err
		}
		list := *t.list(kind)
		at := func(id ids.ID) int {
			return slices.IndexFunc(list, func(t Topic) bool { return t.ID == id && t.Merged.IsZero() && !id.IsZero() })
		}
		i, j := at(from), at(to)
		switch {
		case i < 0:
			return fault.New(fault.Invalid, "fault.topics.from").In("from")
		case j < 0 || i == j || list[j].Retired:
			return fault.New(fault.Invalid, "fault.topics.to").In("to")
		case kind == proposal.TagCategory && len(e.Rulebook.Categories) > 0:
			return fault.New(fault.Conflict, "fault.topics.counted").In("from")
		}
		more := map[string]any{"kind": kind, "from": list[i].Slug, "to": list[j].Slug}
		if err := e.Amend(ctx, tx, of, project.Amendment{Kind: project.TopicsChanged, Reason: reason}, "topics_merged", more); err != nil {
			return err
		}
		list[i].Retired, list[i].Merged = true, list[j].ID
		if err := t.keep(ctx, tx, of.Key, e.Project); err != nil {
			return err
		}
		return proposal.MergeTopic(ctx, tx, of.Key, e.Project.ID, kind, list[i].ID, list[j].ID, list[i].Slug, facets(kind, list)[j])
	})
}

// keep stores them.
func (t *Topics) keep(ctx context.Context, tx db.Tx, platform int64, of project.Project) error {
	if err := t.known(ctx, tx, platform); err != nil {
		return err
	}
	var categories []project.Category
	for i, k := range t.Categories {
		categories = append(categories, project.Category{ID: k.ID, Slug: k.Slug, Name: k.Name, Sort: sortKey(i), Other: k.Other, Retired: k.Retired, Merged: k.Merged})
	}
	if err := project.KeepCategories(ctx, tx, platform, of.ID, string(proposal.TagCategory), categories); err != nil {
		return err
	}
	var themes []project.ThemeOf
	for _, k := range t.Themes {
		themes = append(themes, project.ThemeOf{Project: of.ID, Theme: project.Theme{ID: k.ID, Slug: k.Slug, Title: k.Name, Sort: i18n.SortKey(k.Name), Other: k.Other}, Retired: k.Retired, Merged: k.Merged})
	}
	return project.KeepThemes(ctx, tx, platform, of.ID, themes)
}

// known gives new topics an identifier: a theme that the platform has already is that one.
func (t *Topics) known(ctx context.Context, tx db.Tx, platform int64) error {
	slugs := map[string]bool{}
	for i := range t.Categories {
		if t.Categories[i].ID.IsZero() {
			t.Categories[i].ID = ids.Dated(tx.Now())
		}
	}
	for _, k := range t.Themes {
		if k.ID.IsZero() {
			slugs[k.Slug] = true
		}
	}
	there, err := project.ThemesBySlug(ctx, tx, platform, slices.Collect(maps.Keys(slugs)))
	for i := range t.Themes {
		if k := &t.Themes[i]; k.ID.IsZero() {
			k.ID = ids.Dated(tx.Now())
			for _, one := range there {
				if one.Slug == k.Slug { // its words are those of the other editions too
					k.ID, k.Name, k.Other = one.ID, one.Title, one.Other
				}
			}
		}
	}
	return err
}

func topicsOf(ctx context.Context, tx db.Tx, platform int64, e project.Edition) (t Topics, err error) {
	t.Edition = e
	categories, err := project.CategoriesOf(ctx, tx, platform, e.Project.ID, string(proposal.TagCategory))
	if err != nil {
		return t, err
	}
	for _, k := range categories {
		t.Categories = append(t.Categories, Topic{ID: k.ID, Slug: k.Slug, Name: k.Name, Other: k.Other, Retired: k.Retired, Merged: k.Merged})
	}
	themes, err := project.ThemesOf(ctx, tx, platform, []ids.ID{e.Project.ID})
	if err != nil {
		return t, err
	}
	for _, k := range themes {
		t.Themes = append(t.Themes, Topic{ID: k.ID, Slug: k.Slug, Name: k.Title, Other: k.Other, Retired: k.Retired, Merged: k.Merged})
	}
	used := Usage{Drafts: map[Pick]int{}}
	var steps []ids.ID
	for _, s := range deposits(e.Steps) {
		steps = append(steps, s.ID)
	}
	if len(steps) > 0 {
		if used, err = usageOf(ctx, tx, platform, steps...); err != nil {
			return t, err
		}
	}
	for _, kind := range kinds {
		counts, err := proposal.CountByTopic(ctx, tx, platform, e.Project.ID, kind)
		if err != nil {
			return t, err
		}
		list := *t.list(kind)
		for i := range list {
			list[i].Used = counts[list[i].ID] + used.Drafts[Pick{string(kind), list[i].Slug}]
		}
	}
	return t, nil
}
