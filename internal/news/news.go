// Package news is what the city writes itself: pages (what it is about, questions and answers) and news, in French and, when
// somebody translated them, in English.
package news

import (
	"cmp"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Kind is where a text stands: in the list of news, or by itself at the foot of every page.
type Kind string

// The kinds.
const (
	News Kind = "news"
	Page Kind = "page"
)

// Words are a text in one language.
type Words struct {
	Title   string
	Summary string // a sentence or two, for lists and shared links
	Body    string // Markdown, as it was typed
	Author  string // who it is by, as who publishes it says; empty: nobody is named
}

// Article is a page or a news item.
type Article struct {
	ID        ids.ID
	Kind      Kind
	Project   ids.ID // the edition that it is about; zero: the whole platform
	Slug      string
	French    Words
	English   Words     // without a title there is no English version
	Picture   ids.ID    // of the room media; zero: none
	PublishAt time.Time // zero: a draft
	Withdrawn bool
	ChangedAt time.Time // its last change after it was online; zero: none
	CreatedAt time.Time
	Version   int // how often it was saved, from 1
}

// State is where an article is between a draft and what everybody reads. It follows from the time: nothing has to run for a
// scheduled article to appear.
type State string

// The states.
const (
	Draft     State = "draft"
	Scheduled State = "scheduled"
	Online    State = "online"
	Withdrawn State = "withdrawn"
)

// State gives the article's state at a time of the platform.
func (a Article) State(now time.Time) State {
	switch {
	case a.PublishAt.IsZero():
		return Draft
	case a.Withdrawn:
		return Withdrawn
	case a.PublishAt.After(now):
		return Scheduled
	}
	return Online
}

// Moment is what access is asked about.
func (a Article) Moment(now time.Time) access.Moment {
	return access.Moment{Published: a.State(now) == Online}
}

// In gives the words in a language, else those in French, and which language that is. An English version without a summary
// or a body of its own takes nothing from the French one.
func (a Article) In(lang i18n.Lang) (Words, i18n.Lang) {
	if lang == i18n.EN && a.English.Title != "" {
		return a.English, i18n.EN
	}
	return a.French, i18n.FR
}

// By says who the article is by in a language, and which language that is; empty: nobody is named.
func (a Article) By(lang i18n.Lang) (string, i18n.Lang) {
	if lang == i18n.EN && a.English.Author != "" {
		return a.English.Author, i18n.EN
	}
	return a.French.Author, i18n.FR
}

// Path is where the article is read.
func (a Article) Path() string {
	if a.Kind == Page {
		return "/pages/" + a.Slug
	}
	return "/actualites/" + a.Slug
}

// Key is the place of an article in a list, the newest first.
type Key struct {
	At time.Time
	ID ids.ID
}

// Key gives the article's place in the lists of what is online.
func (a Article) Key() Key { return Key{cmp.Or(a.PublishAt, a.CreatedAt), a.ID} }
