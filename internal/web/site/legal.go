package site

import (
	"context"
	"slices"
	"strings"

	"github.com/a-h/templ"

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
		err := s.read(r, p, func(ctx context.Context, v visit) error {
			who, err := platform.IdentityOf(ctx, v.Tx, v.Of.Key)
			page = legalPage(p, v.Of, who, kind)
			return err
		})
		return web.View{Page: Legal(p, page)}, err
	}
}

// legalPage takes the platform's text in the page's language, else in another of its languages: a city's own words count
// more than a template's in the right language.
func legalPage(p ui.Page, of platform.Platform, who platform.Identity, kind string) LegalPage {
	page := LegalPage{Kind: kind}
	for _, lang := range append([]i18n.Lang{p.Lang}, p.Platform.Languages...) {
		if page.Own = ui.Paragraphs(of.Legal[string(lang)+"/"+kind]); len(page.Own) > 0 {
			page.OwnLang = lang
			if of.Kind == platform.City {
				page.Sections = said(p, who, kind)
			}
			return page
		}
	}
	page.Sections = legalSections(p, kind, of.Kind == platform.Replay)
	if of.Kind == platform.City {
		page.identify(p, who)
	}
	return page
}

// said are the sections of what a platform wrote of itself, which stand below a text of its own.
func said(p ui.Page, who platform.Identity, kind string) (list []Section) {
	add := func(key, text string) {
		if text != "" {
			list = append(list, Section{Title: p.T(key), Paragraphs: ui.Paragraphs(text)})
		}
	}
	switch kind {
	case "notice":
		add("pages.notice.publisher.city", who.Publisher)
		add("pages.notice.director", who.Director)
		add("pages.notice.host", who.Host)
	case "privacy":
		add("pages.privacy.officer", who.Officer)
	case "contact":
		add("pages.contact.who.city", strings.TrimSpace(who.Email+"\n"+who.Phone))
		add("pages.contact.where", who.Address)
	}
	return list
}

// identify puts what the platform wrote of itself where the template says that it is still to be written.
func (l *LegalPage) identify(p ui.Page, who platform.Identity) {
	say := func(at int, text string) {
		if text != "" {
			l.Sections[at].Paragraphs = ui.Paragraphs(text)
		}
	}
	switch l.Kind {
	case "notice":
		say(0, who.Publisher)
		say(1, who.Host)
		if who.Director != "" {
			l.Sections = slices.Insert(l.Sections, 1, Section{Title: p.T("pages.notice.director"), Paragraphs: ui.Paragraphs(who.Director)})
		}
	case "privacy":
		l.Sections = append(l.Sections, said(p, who, l.Kind)...)
	case "contact":
		say(0, who.Phone)
		if who.Email != "" {
			l.Sections[0].Paragraphs = ui.Paragraphs(who.Phone)
			l.Sections[0].Links = []ui.Link{{Text: who.Email, Href: templ.URL("mailto:" + who.Email)}}
		}
		if who.Address != "" {
			l.Sections = slices.Insert(l.Sections, 1, Section{Title: p.T("pages.contact.where"), Paragraphs: ui.Paragraphs(who.Address)})
		}
	}
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
		return Section{Title: p.T(key), Paragraphs: ui.Paragraphs(p.T(key+".text", "Name", p.Platform.Name, "Licence", p.Platform.Licence)), Links: links}
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
