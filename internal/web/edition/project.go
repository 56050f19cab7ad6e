package edition

import (
	"net/url"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Project names a project and its pages, on each of them.
type Project struct {
	Slug        string
	Title       string
	TitleLang   string // language of the title, when it is not the page's
	Lang        string // the same of what people wrote in it and of the names of its districts
	ThemeLang   string // the same of its themes
	HasResults  bool
	HasWorks    bool // winners are being built
	HasRulebook bool
	Draft       bool // not published: only its organisers see it
	HasVote     bool // people vote in it now, on this platform
}

// Link leads to the project.
func (pr Project) Link(p ui.Page) ui.Link {
	return ui.Link{Text: pr.Title, Href: p.Href(pr.Path()), Lang: pr.TitleLang}
}

// Path is the address of its page, without a language.
func (pr Project) Path() string { return "/projets/" + url.PathEscape(pr.Slug) }

// Rooms are the pages of a project.
func (pr Project) Rooms(p ui.Page) []ui.Link {
	links := []ui.Link{
		{Text: p.T("web.project.room"), Href: p.Href(pr.Path())},
		{Text: p.T("web.proposals.room"), Href: p.Href(pr.Path() + "/propositions")},
	}
	if pr.HasVote {
		links = append(links, ui.Link{Text: p.T("vote.room"), Href: p.Href(pr.Path() + "/vote")})
	}
	if pr.HasResults {
		links = append(links, ui.Link{Text: p.T("web.results.room"), Href: p.Href(pr.Path() + "/resultats")})
	}
	if pr.HasWorks {
		links = append(links, ui.Link{Text: p.T("delivery.room"), Href: p.Href(pr.Path() + "/realisations")})
	}
	if pr.HasRulebook {
		links = append(links, ui.Link{Text: p.T("web.rulebook.room"), Href: p.Href(pr.Path() + "/reglement")})
	}
	return links
}

// ProposalHref is the address of a proposal: the number decides, the words are for people.
func ProposalHref(p ui.Page, project, number, slug string) templ.SafeURL {
	path := "/projets/" + url.PathEscape(project) + "/propositions/" + number
	if slug != "" {
		path += "-" + url.PathEscape(slug)
	}
	return p.Href(path)
}
