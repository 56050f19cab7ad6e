package graph

import (
	"context"
	"maps"
	"slices"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/graph/exec"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/tally"
)

// Project is a participatory project in the API.
type Project struct {
	r *request
	project.Project
	calendar []project.Step
	steps    []*Step
}

// Step is a step in the API, of whichever of its types.
type Step struct {
	r       *request
	project *Project
	index   int
	project.Step
}

// District is a district in the API.
type District struct {
	r *request
	project.District
}

// Theme is a theme in the API.
type Theme struct{ project.Theme }

// Media is a stored picture in the API.
type Media struct {
	r  *request
	id ids.ID
}

// Money is an exact amount.
type Money struct {
	amount   tally.Amount
	currency string
}

type timeRange struct{ start, end *dateTime }

// none stands for the types of things that are not there yet.
type none struct{}

func stepType(s *Step) string {
	switch {
	case s.Kind == project.Collect:
		return "CollectStep"
	case s.Kind.Selects():
		return "SelectionStep"
	case s.Kind == project.Presentation:
		return "PresentationStep"
	}
	return "OtherStep"
}

func (s *Step) globalID() string {
	if t := stepType(s); t == "CollectStep" || t == "SelectionStep" {
		return ids.Global(t, s.ID)
	}
	return s.ID.String() // the other kinds have bare identifiers
}

func (s *Step) url() string {
	path := "/projets/" + s.project.Slug
	switch s.Kind {
	case project.Result:
		path += "/resultats"
	case project.Collect, project.Vote, project.Preselection, project.Analysis:
		path += "/propositions"
	}
	return s.r.base + path
}

func (s *Step) state() string {
	return [...]string{"FUTURE", "OPENED", "CLOSED"}[project.PhaseOf(s.project.calendar, s.index, s.r.now)]
}

func (s *Step) title() string {
	if s.Title != "" {
		return s.Title
	}
	return s.r.locale("").T("step." + string(s.Kind))
}

func (p *Project) url() string { return p.r.base + "/projets/" + p.Slug }

func (r *request) media(id ids.ID) *Media {
	if id.IsZero() {
		return nil
	}
	return &Media{r, id}
}

// mediaAlt says what pictures show.
func mediaAlt(ctx context.Context, parents []*Media, args exec.Args) ([]*string, error) {
	r := of(ctx)
	locale, _ := args.String("locale")
	lang := r.locale(locale).Lang
	found, err := fetch(ctx, parents, func(m *Media) ids.ID { return m.id },
		func(ctx context.Context, list []ids.ID) (all []media.Picture, err error) {
			pictures, err := media.ByIDs(ctx, r.tx, r.platform.Key, list)
			return slices.Collect(maps.Values(pictures)), err
		},
		func(p media.Picture) (ids.ID, *media.Picture) { return p.ID, &p })
	out := make([]*string, len(parents))
	for i, p := range found {
		if p != nil {
			words, _ := p.Alt.In(lang)
			out[i] = text(words)
		}
	}
	return out, err
}

// text gives nil for an empty text.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func registerProjects(x *exec.Executor) {
	exec.Query(x, "projects", func(ctx context.Context, args exec.Args) (*connection[Project], error) {
		q := project.ListQuery{Order: project.ByPublished, Descending: true}
		if order, ok := args.Input("orderBy"); ok {
			if field, _ := order.String("field"); field == "POPULAR" {
				q.Order = project.ByPopular
			}
			direction, _ := order.String("direction")
			q.Descending = direction != "ASC"
		}
		if theme, ok := args.String("theme"); ok {
			_, id, err := ids.FromGlobal(theme)
			if err != nil {
				return counting[Project](nil, 0, 0), nil // no theme has it: no project either
			}
			q.Theme = id
		}
		return of(ctx).projectPage(ctx, q, args)
	})
	relay[Project](x, "Project")
	exec.Get(x, "Project", "id", func(p *Project) string { return ids.Global("Project", p.ID) })
	exec.Get(x, "Project", "url", (*Project).url)
	exec.Get(x, "Project", "title", func(p *Project) string { return p.Title })
	exec.Get(x, "Project", "slug", func(p *Project) string { return p.Slug })
	exec.Get(x, "Project", "publishedAt", func(p *Project) dateTime { return p.r.time(p.PublishedAt) })
	exec.Get(x, "Project", "cover", func(p *Project) *Media { return p.r.media(p.Cover) })
	exec.Get(x, "Project", "type", func(*Project) *none { return nil })
	exec.Get(x, "Project", "metaDescription", func(p *Project) *string { return text(p.Summary) })
	exec.Get(x, "Project", "currency", func(p *Project) string { return p.Currency })
	exec.Get(x, "Project", "imported", func(p *Project) bool { return p.Origin == project.Imported })
	exec.Get(x, "Project", "steps", func(p *Project) []*Step { return p.steps })
	exec.Field(x, "Project", "votes", projectVotes)
	exec.Field(x, "Project", "authors", projectAuthors)
	exec.Field(x, "Project", "districts", projectDistricts)
	exec.Field(x, "Project", "themes", projectThemes)
	exec.Field(x, "Project", "budget", projectBudgets)
	exec.Get(x, "ProjectType", "title", func(*none) string { return "" })
	exec.Get(x, "Theme", "id", func(t *Theme) string { return ids.Global("Theme", t.ID) })
	exec.Field(x, "Theme", "title", func(ctx context.Context, parents []*Theme, args exec.Args) ([]string, error) {
		r := of(ctx)
		out := make([]string, len(parents))
		for i, t := range parents {
			out[i] = r.named(args, string(r.locale("").Lang), t.Title, t.Other)
		}
		return out, nil
	})
	exec.Get(x, "Theme", "body", func(*Theme) *string { return nil })
	exec.Get(x, "Theme", "teaser", func(*Theme) *string { return nil })
	exec.Get(x, "Media", "url", func(m *Media) string { return m.r.base + media.Path(m.id, media.Full) })
	exec.Get(x, "Media", "smallUrl", func(m *Media) string { return m.r.base + media.Path(m.id, media.Small) })
	exec.Field(x, "Media", "alt", mediaAlt)
	exec.Get(x, "Money", "amount", func(m *Money) string { return m.amount.String() })
	exec.Get(x, "Money", "currency", func(m *Money) string { return m.currency })
}

// projectPage gives a page of projects by position: there are few.
func (r *request) projectPage(ctx context.Context, q project.ListQuery, args exec.Args) (*connection[Project], error) {
	n, err := first(args)
	if err != nil {
		return nil, err
	}
	offset, own, err := after(args)
	if err != nil || own != "" {
		return nil, wrongCursor(err)
	}
	q.Offset, q.Limit = offset, n+1
	found, err := project.List(ctx, r.tx, r.platform.Key, q)
	if err != nil {
		return nil, err
	}
	if err := r.spend(ctx, len(found)); err != nil {
		return nil, err
	}
	list := make([]ids.ID, len(found))
	for i, p := range found {
		list[i] = p.ID
	}
	if err := r.load(ctx, list, nil); err != nil {
		return nil, err
	}
	var all []*Project
	for _, id := range list {
		if p := r.projects[id]; p != nil {
			all = append(all, p)
		}
	}
	c := counting(all, offset, n)
	c.count = func(ctx context.Context, all []*connection[Project]) ([]int, error) {
		total, err := project.Count(ctx, r.tx, r.platform.Key, q)
		totals := make([]int, len(all))
		for i := range totals {
			totals[i] = total
		}
		return totals, err
	}
	return c, nil
}

// projectVotes counts the votes of a project's voting steps that anyone may see the counts of.
func projectVotes(ctx context.Context, parents []*Project, _ exec.Args) ([]*connection[vote], error) {
	r := of(ctx)
	var steps []ids.ID
	for _, p := range parents {
		for _, s := range p.steps {
			if s.votes() && s.countsVisible() {
				steps = append(steps, s.ID)
			}
		}
	}
	sums, err := result.VotesOf(ctx, r.tx, r.platform.Key, steps)
	out := make([]*connection[vote], len(parents))
	for i, p := range parents {
		out[i] = &connection[vote]{}
		for _, s := range p.steps {
			out[i].total += sums[s.ID]
		}
	}
	return out, err
}

func projectAuthors(ctx context.Context, parents []*Project, _ exec.Args) ([][]*User, error) {
	r := of(ctx)
	found, err := fetch(ctx, parents, func(p *Project) ids.ID { return p.Author }, r.accounts, r.user)
	out := make([][]*User, len(parents))
	for i := range found {
		if found[i] != nil {
			out[i] = []*User{found[i]}
		}
	}
	return out, err
}

func (r *request) accounts(ctx context.Context, list []ids.ID) ([]account.Account, error) {
	return account.ByIDs(ctx, r.tx, r.platform.Key, list)
}

func projectDistricts(ctx context.Context, parents []*Project, args exec.Args) ([]*connection[District], error) {
	r := of(ctx)
	n, err := first(args)
	if err != nil {
		return nil, err
	}
	offset, own, err := after(args)
	if err != nil || own != "" {
		return nil, wrongCursor(err)
	}
	found, err := project.DistrictsOf(ctx, r.tx, r.platform.Key, projectIDs(parents))
	if err != nil {
		return nil, err
	}
	byProject := map[ids.ID][]*District{}
	for _, d := range found {
		byProject[d.Project] = append(byProject[d.Project], &District{r, d.District})
	}
	out := make([]*connection[District], len(parents))
	for i, p := range parents {
		all := byProject[p.ID]
		if len(all) == 0 {
			continue
		}
		out[i] = counting(all[min(offset, len(all)):], offset, n)
		out[i].total = len(all)
	}
	return out, nil
}

func projectThemes(ctx context.Context, parents []*Project, _ exec.Args) ([][]*Theme, error) {
	r := of(ctx)
	found, err := project.ThemesOf(ctx, r.tx, r.platform.Key, projectIDs(parents))
	byProject := map[ids.ID][]*Theme{}
	for _, t := range found {
		byProject[t.Project] = append(byProject[t.Project], &Theme{t.Theme})
	}
	out := make([][]*Theme, len(parents))
	for i, p := range parents {
		out[i] = append([]*Theme{}, byProject[p.ID]...)
	}
	return out, err
}

func projectBudgets(ctx context.Context, parents []*Project, _ exec.Args) ([]*Money, error) {
	r := of(ctx)
	books, err := project.Rulebooks(ctx, r.tx, r.platform.Key, projectIDs(parents))
	out := make([]*Money, len(parents))
	for i, p := range parents {
		out[i] = &Money{books[p.ID].Count.Budget, p.Currency}
	}
	return out, err
}

func projectIDs(parents []*Project) []ids.ID {
	list := make([]ids.ID, len(parents))
	for i, p := range parents {
		list[i] = p.ID
	}
	return list
}
