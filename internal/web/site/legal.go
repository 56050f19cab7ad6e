package site

import (
	"context"

	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// LegalPage is a page that the law asks for: the platform's own text when it has one, else the sections of a template,
// which says only what is true of every platform and what is still to be written.
type LegalPage struct {
	Kind     string    // as in Platform.Legal: notice, privacy, accessibility or contact
	Own      []string  // paragraphs of the platform's own text; none: the template
	OwnLang  i18n.Lang // the language of that text, which may not be the page's
	Sections []Section
}

// Section is a titled part of a page of text.
type Section struct {
	Title      string
	Paragraphs []string
	Items      []string  // a list after the paragraphs
	Links      []ui.Link // where to go on
}

// legalPaths are the addresses of the legal pages.
var legalPaths = map[string]string{
	"notice": "/mentions-legales", "privacy": "/confidentialite", "accessibility": "/accessibilite", "contact": "/contact",
}

// legal gives the handler of one kind of legal page.
func (s *Site) legal(kind string) web.Handler {
	return func(r *web.Request, p ui.Page) (web.View, error) {
		var page LegalPage
		err := s.read(r, p, func(_ context.Context, v visit) error {
			page = legalPage(p, v.platform, kind)
			return nil
		})
		return web.View{Page: Legal(p, page)}, err
	}
}

// legalPage takes the platform's text in the page's language, else in another of its languages: a city's own words count
// more than a template's in the right language.
func legalPage(p ui.Page, of platform.Platform, kind string) LegalPage {
	page := LegalPage{Kind: kind}
	for _, lang := range append([]i18n.Lang{p.Lang}, p.Platform.Languages...) {
		if page.Own = paragraphs(of.Legal[string(lang)+"/"+kind]); len(page.Own) > 0 {
			page.OwnLang = lang
			return page
		}
	}
	page.Sections = legalSections(p, kind, of.Kind == platform.Replay)
	return page
}

// legalSections is the template of a kind of page. A replay has no city behind it, so it says other things.
func legalSections(p ui.Page, kind string, replay bool) []Section {
	about := ui.Link{Text: p.T("pages.data.title"), Href: p.Href(aboutPath)}
	contact := ui.Link{Text: p.T("pages.contact.title"), Href: p.Href(legalPaths["contact"])}
	who := "city"
	if replay {
		who = "replay"
	}
	section := func(key string, links ...ui.Link) Section {
		key = "pages." + kind + "." + key
		return Section{Title: p.T(key), Paragraphs: paragraphs(p.T(key+".text", "Name", p.Platform.Name, "Licence", p.Platform.Licence)), Links: links}
	}
	switch kind {
	case "notice":
		return []Section{section("publisher." + who), section("host"), section("reuse."+who, about), section("correction", contact)}
	case "privacy":
		list := []Section{section("visit")}
		if !replay { // nobody takes part in a copy
			list = append(list, section("part"))
		}
		return append(list, section("published"), section("ballots"), section("ground."+who),
			section("rights", contact, ui.Link{Text: p.T("pages.privacy.authority"), Href: "https://www.cnil.fr/fr/plaintes"}))
	case "accessibility":
		checked := section("checked")
		for _, what := range []string{"rules", "keyboard", "width", "dark", "scripts"} {
			checked.Items = append(checked.Items, p.T("pages.accessibility.checked."+what))
		}
		return []Section{section("state." + who), checked, section("unchecked"), section("technologies"), section("report", contact),
			section("appeal", ui.Link{Text: p.T("pages.accessibility.defender"), Href: "https://formulaire.defenseurdesdroits.fr/"})}
	}
	return []Section{section("who." + who), section("count", about), section("broken"),
		section("access", ui.Link{Text: p.T("pages.accessibility.title"), Href: p.Href(legalPaths["accessibility"])})}
}
