package site

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/search"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Narrow is what an address asks of proposals, whether they are a list or a map.
type Narrow struct {
	Search   string
	Exact    bool   // no word of the search is corrected
	District string // slug
	Theme    string // slug of a category
	Subject  string // slug of a theme of the platform
	Status   string // proposal.StatusWinner
}

const maxSearch = 200 // letters

func parseNarrow(asked url.Values) Narrow {
	n := Narrow{Search: strings.TrimSpace(cut(asked.Get("q"), maxSearch)), Exact: asked.Get("exact") != "", District: asked.Get("district"), Theme: asked.Get("categorie"), Subject: asked.Get("theme")}
	if asked.Get("etat") == "laureat" {
		n.Status = proposal.StatusWinner
	}
	return n
}

// pairs are the names and values of the address.
func (n Narrow) pairs() []string {
	exact, status := "", ""
	if n.Exact && n.Search != "" {
		exact = "1"
	}
	if n.Status != "" {
		status = "laureat"
	}
	return []string{"q", n.Search, "exact", exact, "district", n.District, "categorie", n.Theme, "theme", n.Subject, "etat", status}
}

// choice asks for it in a step.
func (n Narrow) choice(project, step ids.ID) proposal.Choice {
	c := proposal.Choice{Project: project, Step: step, Text: n.Search, Exact: n.Exact}
	for _, t := range []proposal.Tag{{Kind: proposal.TagDistrict, Slug: n.District}, {Kind: proposal.TagCategory, Slug: n.Theme}, {Kind: proposal.TagTheme, Slug: n.Subject}, {Kind: proposal.TagStatus, Slug: n.Status}} {
		if t.Slug != "" {
			c.Tags = append(c.Tags, t)
		}
	}
	return c
}

// facets are what a list can be narrowed by, with how many proposals each would leave.
type facets struct {
	Districts, Themes, Subjects []ui.Facet
	Winners                     int64 // -1: nothing was counted yet
}

// facetsOf sorts the facets of a choice by their kind. What nothing would be left of stays out, but what is asked for.
func facetsOf(e edition.Edition, n Narrow, list []proposal.Facet) facets {
	f := facets{Winners: -1}
	add := func(to *[]ui.Facet, one proposal.Facet, asked string) {
		if one.Proposals > 0 || one.Slug == asked {
			*to = append(*to, ui.Facet{Slug: one.Slug, Name: e.Named(one), Count: int64(one.Proposals)})
		}
	}
	for _, one := range list {
		switch one.Kind {
		case proposal.TagDistrict:
			add(&f.Districts, one, n.District)
		case proposal.TagCategory:
			add(&f.Themes, one, n.Theme)
		case proposal.TagTheme:
			add(&f.Subjects, one, n.Subject)
		case proposal.TagStatus:
			if one.Slug == proposal.StatusWinner && e.Counted && e.Result.Counted {
				f.Winners = int64(one.Proposals)
			}
		}
	}
	return f
}

// narrowing is the bar above a list or a map: what its address asks for, what may be asked, and where each answer is.
type narrowing struct {
	facets
	Project Project
	Asked   Narrow
	Path    string                     // of the page, without its query
	Kept    []string                   // names and values that a new search keeps; an empty value is left out
	Href    func(Narrow) templ.SafeURL // the page with something else asked for
}

// with is the address of the page with a change to what is asked.
func (b narrowing) with(change func(*Narrow)) templ.SafeURL {
	n := b.Asked
	change(&n)
	return b.Href(n)
}

// active are the filters in force, each with the address that takes it away. A filter that the edition does not know is
// among them, by the word of the address: it leaves nothing, and whoever came with it must be able to put it away.
func (b narrowing) active(p ui.Page) []ui.Link {
	var links []ui.Link
	add := func(text, lang string, change func(*Narrow)) {
		links = append(links, ui.Link{Text: text, Href: b.with(change), Lang: lang})
	}
	if b.Asked.Search != "" {
		add(p.T("web.filter.searched", "Words", b.Asked.Search), "", func(n *Narrow) { n.Search, n.Exact = "", false })
	}
	one := func(asked string, list []ui.Facet, lang string, change func(*Narrow)) {
		if asked == "" {
			return
		}
		if i := slices.IndexFunc(list, func(f ui.Facet) bool { return f.Slug == asked }); i >= 0 {
			add(list[i].Name, lang, change)
		} else {
			add(p.T("web.filter.unknown", "Value", cut(asked, 40)), "", change)
		}
	}
	one(b.Asked.District, b.Districts, b.Project.Lang, func(n *Narrow) { n.District = "" })
	one(b.Asked.Theme, b.Themes, b.Project.ThemeLang, func(n *Narrow) { n.Theme = "" })
	one(b.Asked.Subject, b.Subjects, b.Project.ThemeLang, func(n *Narrow) { n.Subject = "" })
	if b.Asked.Status != "" {
		add(p.T("web.filter.winners"), "", func(n *Narrow) { n.Status = "" })
	}
	return links
}

// otherStatus switches the filter of winners on or off.
func (b narrowing) otherStatus() string {
	if b.Asked.Status != "" {
		return ""
	}
	return proposal.StatusWinner
}

// correction says what a search was taken for; nothing when no word was corrected.
type correction struct {
	Searched string        // the words that were looked for
	Typed    string        // as they were asked for
	Exact    templ.SafeURL // looks for those and nothing else
	Meant    string        // words that were more likely meant, though those typed are found too; mostly empty
	Instead  templ.SafeURL // looks for them
}

func correctionOf(words []search.Word, at func(change func(*Narrow)) templ.SafeURL) (c correction) {
	var typed, searched, meant []string
	corrected, rare := false, false
	for _, w := range words {
		typed, searched, meant = append(typed, w.Typed), append(searched, w.Searched), append(meant, cmp.Or(w.Instead, w.Searched))
		corrected, rare = corrected || w.Corrected, rare || w.Instead != ""
	}
	if corrected {
		c.Typed, c.Searched = strings.Join(typed, " "), strings.Join(searched, " ")
		c.Exact = at(func(n *Narrow) { n.Exact = true })
	}
	if rare {
		c.Meant = strings.Join(meant, " ")
		c.Instead = at(func(n *Narrow) { n.Search = c.Meant })
	}
	return c
}
