package site

import (
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/search"
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
func facetsOf(n Narrow, list []proposal.Facet, counted bool) facets {
	f := facets{Winners: -1}
	add := func(to *[]ui.Facet, one proposal.Facet, asked string) {
		if one.Proposals > 0 || one.Slug == asked {
			*to = append(*to, ui.Facet{Slug: one.Slug, Name: one.Name, Count: int64(one.Proposals)})
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
			if one.Slug == proposal.StatusWinner && counted {
				f.Winners = int64(one.Proposals)
			}
		}
	}
	return f
}

// correction says what a search was taken for; nothing when no word was corrected.
type correction struct {
	Searched string        // the words that were looked for
	Typed    string        // as they were asked for
	Exact    templ.SafeURL // looks for those and nothing else
}

func correctionOf(words []search.Word) (c correction) {
	var typed, searched []string
	corrected := false
	for _, w := range words {
		typed, searched = append(typed, w.Typed), append(searched, w.Searched)
		corrected = corrected || w.Corrected
	}
	if corrected {
		c.Typed, c.Searched = strings.Join(typed, " "), strings.Join(searched, " ")
	}
	return c
}
