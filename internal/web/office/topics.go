package office

import (
	"slices"
	"strconv"
	"strings"

	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// topicsForm is the categories and the themes, in their order.
type topicsForm struct {
	frame
	Rows     map[proposal.TagKind][]deposit.Topic
	Reason   reason
	Merging  merging
	Problems ui.Problems
}

// merging is the form that gives the proposals of one category or theme another one.
type merging struct {
	Kind     proposal.TagKind
	From, To string
	Reason   reason
	Problems ui.Problems
}

func mergingOf(kind proposal.TagKind) merging {
	return merging{Kind: kind, Reason: reason{kind: "merge", under: string(kind) + "."}}
}

// field names a field of the form: there may be two of them on the page.
func (m merging) field(name string) string { return string(m.Kind) + "." + name }

var topicKinds = []proposal.TagKind{proposal.TagCategory, proposal.TagTheme}

// mostTopics is more than an edition may have; what comes after is not read.
const mostTopics = 80

func (s *Pages) loadTopics(r *web.Request) (topicsForm, error) {
	t, err := s.setup.Topics(r.Context(), r.Platform, r.Person, r.PathValue("edition"))
	f := topicsForm{frame: frame{Edition: t.Edition, Screen: project.ScreenTopics, Done: r.URL.Query().Get("fait")}, Reason: reason{kind: "topics"},
		Rows: map[proposal.TagKind][]deposit.Topic{}}
	for kind, list := range map[proposal.TagKind][]deposit.Topic{proposal.TagCategory: t.Categories, proposal.TagTheme: t.Themes} {
		f.Rows[kind] = slices.DeleteFunc(list, func(t deposit.Topic) bool { return !t.Merged.IsZero() })
	}
	return f, err
}

func (s *Pages) topics(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.loadTopics(r)
	return web.View{Page: TopicsShow(p, f)}, err
}

func (s *Pages) setTopics(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.loadTopics(r)
	if err != nil {
		return web.View{}, err
	}
	f.Reason = reasonOf(r, "topics")
	f.read(r)
	if f.rearranged(r.Posted("do")) {
		return web.View{Page: TopicsShow(p, f)}, nil
	}
	filled := func(kind proposal.TagKind) []deposit.Topic { // a row that is new and was left empty is none
		return slices.DeleteFunc(slices.Clone(f.Rows[kind]), func(t deposit.Topic) bool { return t.ID.IsZero() && t.Name == "" && t.Other == "" })
	}
	for _, kind := range topicKinds {
		f.Rows[kind] = filled(kind)
	}
	err = s.setup.SetTopics(r.Context(), r.Platform, r.Person, f.Edition.Slug, f.Rows[proposal.TagCategory], f.Rows[proposal.TagTheme], f.Reason.said(p))
	if f.Problems, err = p.ProblemsOf(err); err != nil || len(f.Problems) > 0 {
		return web.Form(TopicsShow(p, f), f.Problems), err
	}
	return f.saved(p, "categories"), nil
}

// read reads the rows as they are typed; how much each is used is what is stored.
func (f *topicsForm) read(r *web.Request) {
	for _, kind := range topicKinds {
		used := map[ids.ID]int{}
		for _, t := range f.Rows[kind] {
			used[t.ID] = t.Used
		}
		f.Rows[kind] = nil
		n, _ := strconv.Atoi(r.Posted(string(kind) + ".rows"))
		for i := range min(max(n, 0), mostTopics) {
			at := func(name string) string { return deposit.TopicField(kind, i, name) }
			id, _ := ids.Parse(r.Posted(at("id"))) // none: a new one
			f.Rows[kind] = append(f.Rows[kind], deposit.Topic{ID: id, Name: r.Posted(at("name")), Other: r.Posted(at("other")), Retired: r.Posted(at("retired")) != "", Used: used[id]})
		}
	}
}

// rearranged does what a button of a list asks: add one, take out one that is not used, move one. False: it asks to save.
func (f *topicsForm) rearranged(do string) bool {
	parts := strings.Split(do, "-")
	if len(parts) < 2 {
		return false
	}
	kind := proposal.TagKind(parts[1])
	list, known := f.Rows[kind]
	if !known && !slices.Contains(topicKinds, kind) {
		return false
	}
	i := -1
	if len(parts) > 2 {
		if n, err := strconv.Atoi(parts[2]); err == nil && n < len(list) {
			i = n
		}
	}
	switch {
	case parts[0] == "add" && len(list) < mostTopics:
		f.Rows[kind] = append(list, deposit.Topic{})
	case parts[0] == "remove" && i >= 0 && list[i].Used == 0:
		f.Rows[kind] = slices.Delete(list, i, i+1)
	case parts[0] == "up" && i > 0:
		list[i], list[i-1] = list[i-1], list[i]
	case parts[0] == "down" && i >= 0 && i+1 < len(list):
		list[i], list[i+1] = list[i+1], list[i]
	default:
		return false
	}
	return true
}

func (s *Pages) mergeTopics(r *web.Request, p ui.Page) (web.View, error) {
	kind := proposal.TagKind(r.Posted("kind"))
	if kind != proposal.TagTheme {
		kind = proposal.TagCategory
	}
	m := mergingOf(kind)
	m.From, m.To, m.Reason = r.Posted(m.field("from")), r.Posted(m.field("to")), m.Reason.read(r)
	from, _ := ids.Parse(m.From)
	to, _ := ids.Parse(m.To)
	slug := r.PathValue("edition")
	err := s.setup.Merge(r.Context(), r.Platform, r.Person, slug, kind, from, to, m.Reason.said(p))
	if m.Problems, err = p.ProblemsOf(err); err != nil {
		return web.View{}, err
	}
	if len(m.Problems) == 0 {
		return web.Done(p, of(slug, string(project.ScreenTopics)), "regroupees"), nil
	}
	f, err := s.loadTopics(r)
	f.Merging = m
	return web.Form(TopicsShow(p, f), m.Problems), err
}

// languages are the edition's, and the other one, by their names.
func (f topicsForm) languages(p ui.Page) (here, there string) {
	lang, ok := i18n.Parse(f.Edition.Language)
	if !ok {
		lang = i18n.FR
	}
	return p.T("organise.topics.in." + string(lang)), p.T("organise.topics.in." + string(lang.Other()))
}

func (f topicsForm) name(p ui.Page, kind proposal.TagKind, i int) ui.Input {
	here, _ := f.languages(p)
	return ui.Input{Name: deposit.TopicField(kind, i, "name"), Label: here, Value: f.Rows[kind][i].Name, Max: deposit.TopicMax, Required: true, Lang: f.Edition.Language}
}

func (f topicsForm) other(p ui.Page, kind proposal.TagKind, i int) ui.Input {
	_, there := f.languages(p)
	lang, _ := i18n.Parse(f.Edition.Language)
	return ui.Input{Name: deposit.TopicField(kind, i, "other"), Label: there, Value: f.Rows[kind][i].Other, Max: deposit.TopicMax, Lang: string(lang.Other())}
}

func (f topicsForm) retired(p ui.Page, kind proposal.TagKind, i int) ui.Input {
	return ui.Input{Name: deposit.TopicField(kind, i, "retired"), Label: p.T("organise.topics.retired"), Several: true, Required: true,
		Options: []ui.Option{{Value: "yes", Label: p.T("organise.topics.retired.yes"), Chosen: f.Rows[kind][i].Retired}}}
}

// fields are the inputs in the order of the page.
func (f topicsForm) fields(p ui.Page) []ui.Input {
	list := []ui.Input{{Name: "topics"}}
	for _, kind := range topicKinds {
		for i := range f.Rows[kind] {
			list = append(list, f.name(p, kind, i))
		}
	}
	return append(list, f.Reason.words(p))
}

// pick chooses one of a kind that is to be merged, or that takes the proposals of another.
func (f topicsForm) pick(p ui.Page, m merging, name, chosen string) ui.Input {
	in := ui.Input{Name: m.field(name), Label: p.T("organise.topics.merge." + name), Required: true, Options: []ui.Option{{Label: p.T("deposit.choose")}}}
	for _, t := range f.Rows[m.Kind] {
		if !t.ID.IsZero() && (name == "from" || !t.Retired) {
			in.Options = append(in.Options, ui.Option{Value: t.ID.String(), Label: t.Name, Lang: f.Edition.Language, Chosen: t.ID.String() == chosen})
		}
	}
	return in
}

// mergeable says whether there are two to merge.
func (f topicsForm) mergeable(kind proposal.TagKind) bool {
	n := 0
	for _, t := range f.Rows[kind] {
		if !t.ID.IsZero() {
			n++
		}
	}
	return n > 1
}
