package articles

import (
	"context"
	"encoding/xml"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/news"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/web"
)

// feed is an Atom feed (RFC 4287).
type feed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Links   []feedLink  `xml:"link"`
	Entries []feedEntry `xml:"entry"`
}

type feedLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
	Lang string `xml:"hreflang,attr,omitempty"`
}

type feedEntry struct {
	Lang      string      `xml:"xml:lang,attr,omitempty"` // of its words, when it is not the feed's
	ID        string      `xml:"id"`
	Title     string      `xml:"title"`
	Published string      `xml:"published"`
	Updated   string      `xml:"updated"`
	Author    *feedPerson `xml:"author"` // nil: the city, as the feed says
	Summary   string      `xml:"summary,omitempty"`
	Links     []feedLink  `xml:"link"`
}

type feedPerson struct {
	Name string `xml:"name"`
	Lang string `xml:"xml:lang,attr,omitempty"`
}

// Feeds are the feeds of the news, one for each language, by the pattern of net/http.
func (s *Pages) Feeds() map[string]http.Handler {
	feeds := map[string]http.Handler{}
	for _, lang := range i18n.Langs {
		feeds["GET "+web.InLanguage(lang, feedPath)] = s.feed(lang)
	}
	return feeds
}

// feed serves the last news of the host's platform in a language; what is in French only is there in French.
func (s *Pages) feed(lang i18n.Lang) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var f feed
		err := s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
			of, err := platform.ByHost(ctx, tx, r.Host)
			if err != nil {
				return err
			}
			if !slices.Contains(of.Languages, string(lang)) {
				return fault.New(fault.NotFound, "fault.not_found")
			}
			all, err := news.Shown(ctx, tx, of.Key, news.Query{Kind: news.News, Limit: newsSize}, of.Now(tx.Now()))
			f = feedOf(lang, of, of.Base(s.local), all)
			return err
		})
		if err != nil {
			web.Refuse(w, r, err)
			return
		}
		w.Header().Set("Content-Type", "application/atom+xml; charset=utf-8")
		_, _ = io.WriteString(w, xml.Header)
		_ = xml.NewEncoder(w).Encode(f) // only a broken connection fails
	}
}

// feedOf makes the feed of articles, the newest first. An article has the same identifier in each language.
func feedOf(lang i18n.Lang, of platform.Platform, base string, all []news.Article) feed {
	at := func(path string) string { return base + web.InLanguage(lang, path) }
	stamp := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	f := feed{Lang: string(lang), ID: "urn:uuid:" + of.ID.String(), Title: i18n.For(lang, of.Zone).T("news.feed", "Name", of.Name), Author: of.Name, Updated: stamp(time.Unix(0, 0)),
		Links: []feedLink{{"self", at(feedPath), ""}, {"alternate", at(newsPath), string(lang)}}}
	if lang != i18n.FR { // the French one has had the platform's own identifier from the first day
		f.ID += "#" + string(lang)
	}
	var last time.Time
	for _, a := range all {
		words, of := a.In(lang)
		e := feedEntry{ID: "urn:uuid:" + a.ID.String(), Title: words.Title, Published: stamp(a.PublishAt), Summary: words.Summary, Links: []feedLink{{"alternate", at(a.Path()), ""}}}
		if of != lang {
			e.Lang = string(of)
		}
		if by, byLang := a.By(lang); by != "" {
			if e.Author = (&feedPerson{Name: by}); byLang != of {
				e.Author.Lang = string(byLang)
			}
		}
		updated := a.PublishAt
		if a.ChangedAt.After(updated) {
			updated = a.ChangedAt
		}
		if e.Updated = stamp(updated); updated.After(last) {
			last, f.Updated = updated, e.Updated
		}
		f.Entries = append(f.Entries, e)
	}
	return f
}
