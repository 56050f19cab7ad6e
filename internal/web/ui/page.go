// Package ui holds what all pages are made of: the frame around a page, the signature pieces, drawings, icons and the
// files that browsers fetch. It knows no room: its values are texts, numbers, amounts in hundredths, times and links.
package ui

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/i18n"
)

// Platform is what the frame of a page says of a city's platform.
type Platform struct {
	Slug       string
	Name       string
	LogoURL    string // empty: the drawn mark
	Accent     string // "#0f5a5e"; empty or unreadable: the default teal
	Languages  []i18n.Lang
	Zone       *time.Location
	Licence    string // of the data, as it is named: "Licence Ouverte 2.0"
	LicenceURL string
	Replay     bool   // a copy of public data, that no city answers for
	Statement  bool   // it has an accessibility statement of its own
	BaseURL    string // scheme and host of its public address, for canonical links; may be empty
	// Of a rehearsal's platform: what its addresses begin with, and the time at which it stands. Empty for all others.
	Prefix    string
	Rehearsal time.Time
}

// Page is the request as a template sees it: whose page, in which language, at which address.
type Page struct {
	*i18n.Locale
	Platform  Platform
	Person    Person
	Tour      string // path of the guided tour; empty: there is none
	Foot      []Link // pages that the city wrote, for the foot of every page
	Static    *Static
	Path      string // without the language's prefix: "/projets/bp-2022"
	Query     string // as it came, without "?"
	RequestID string
	Shown     time.Time // when the page, or the form that was sent, was first shown
}

// Head is what a page says of itself.
type Head struct {
	Title       string // before the platform's name; empty on the home page
	Description string // one sentence, for search engines and shared links
	NoIndex     bool
	Picture     string // path of the page's own picture, for shared links; empty: the platform's
	PictureAlt  string
	Styles      []string // addresses of further stylesheets
	Scripts     []string // addresses of scripts, run once the page is read
	Feeds       []Feed
	Refresh     int // seconds after which the page asks itself anew when scripts do not run; 0: never
}

// Feed is an Atom feed that a page names in its head.
type Feed struct {
	Href  templ.SafeURL
	Title string
}

// Href gives the address of a path of this platform in the page's language.
func (p Page) Href(path string) templ.SafeURL {
	return templ.SafeURL(p.Platform.Prefix) + hrefIn(p.Lang, path)
}

// HrefWith is Href with a query made of pairs of names and values; empty values are left out.
func (p Page) HrefWith(path string, pairs ...string) templ.SafeURL {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return p.Href(path)
}

func hrefIn(lang i18n.Lang, path string) templ.SafeURL {
	if lang != i18n.FR {
		if rest, home := strings.CutPrefix(path, "/#"); home {
			return templ.SafeURL("/" + string(lang) + "#" + rest)
		}
		path = strings.TrimSuffix("/"+string(lang)+path, "/")
	}
	return templ.SafeURL(path)
}

// absolute gives this page's address in a language with the platform's scheme and host, without its query.
func (p Page) absolute(lang i18n.Lang) string {
	return p.Platform.BaseURL + string(hrefIn(lang, p.Path))
}

// accessibility names the page about accessibility. French law wants the state of conformance in this very link; without
// an audit, which is what the template without a statement says, that is « non conforme ».
func (p Page) accessibility() string {
	if p.Platform.Statement {
		return p.T("pages.accessibility.title")
	}
	return p.T("pages.foot.accessibility.none")
}

// translated gives this same page in another language.
func (p Page) translated(lang i18n.Lang) templ.SafeURL {
	href := templ.SafeURL(p.Platform.Prefix) + hrefIn(lang, p.Path)
	if p.Query != "" {
		href += templ.SafeURL("?" + p.Query)
	}
	return href
}

// others lists the languages of the platform that this page is not in.
func (p Page) others() []i18n.Lang {
	var langs []i18n.Lang
	for _, l := range p.Platform.Languages {
		if l != p.Lang {
			langs = append(langs, l)
		}
	}
	return langs
}

func (p Page) documentTitle(h Head) string {
	if h.Title == "" {
		return p.Platform.Name
	}
	return h.Title + " · " + p.Platform.Name
}

// description is the page's own sentence, else one that is true of every platform.
func (p Page) description(h Head) string {
	return cmp.Or(h.Description, p.T("pages.description", "Name", p.Platform.Name))
}

// District is the name of a district with its place in the fixed sequence of colours.
type District struct {
	Name  string
	Slug  string
	Order int // from 0
}

// shades are how the ten hues of districts are painted, in turn, so that thirty districts look different: as they are, pale
// with an edge, deep.
var shades = [...]string{"", " pale", " deep"}

// ColourClass gives the classes that set --district.
func (d District) ColourClass() string {
	n := max(d.Order, 0)
	return "d" + strconv.Itoa(n%10) + shades[n/10%len(shades)]
}

// Tone is one of the four meanings of colour, each shown with a word and a shape.
type Tone string

// The tones.
const (
	Open      Tone = "open"
	Soon      Tone = "soon"
	Closed    Tone = "closed"
	Attention Tone = "attention"
)

// State is a word with its tone and icon.
type State struct {
	Tone Tone
	Icon string // a name of web/assets/icons
	Text string
}

// Link is a text that leads somewhere.
type Link struct {
	Text string
	Href templ.SafeURL
	Lang string // of the text, when it is not the page's
}

// In is the attribute that says the language of what is not in the page's; none when lang is empty.
func In(lang string) templ.Attributes {
	if lang == "" {
		return nil
	}
	return templ.Attributes{"lang": lang}
}

// InPlace is In for the names of districts; where there is none, the page speaks of the whole city in its own language.
func InPlace(lang string, districts []District) templ.Attributes {
	if len(districts) == 0 {
		return nil
	}
	return In(lang)
}

// NoticeTone is how a notice is meant.
type NoticeTone string

// The tones of notices.
const (
	NoticePlain     NoticeTone = ""
	NoticeGood      NoticeTone = "good"
	NoticeAttention NoticeTone = "attention"
)

func (t NoticeTone) icon() string {
	switch t {
	case NoticeGood:
		return "circle-check"
	case NoticeAttention:
		return "triangle-alert"
	}
	return "info"
}

// Person is who reads the page.
type Person struct {
	Known bool   // signed in
	Name  string // as the frame shows it
	Staff bool   // has a role above resident
	Desk  bool   // studies proposals for a service
	Kiosk bool   // on a shared device, which forgets after a minute
}

// manyRooms is from how many on the rooms of a page are one row that is scrolled on a phone, instead of several.
const manyRooms = 6
