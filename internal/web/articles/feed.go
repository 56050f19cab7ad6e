package articles

import (
	"context"
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
		var f web.Feed
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
		f.Write(w)
	}
}

// feedOf makes the feed of articles, the newest first. An article has the same identifier in each language.
func feedOf(lang i18n.Lang, of platform.Platform, base string, all []news.Article) web.Feed {
	at := func(path string) string { return base + web.InLanguage(lang, path) }
	f := web.Feed{Lang: string(lang), ID: "urn:uuid:" + of.ID.String(), Title: i18n.For(lang, of.Zone).T("news.feed", "Name", of.Name), Author: of.Name, Updated: web.Stamp(time.Unix(0, 0)),
		Links: []web.FeedLink{{Rel: "self", Href: at(feedPath)}, {Rel: "alternate", Href: at(newsPath), Lang: string(lang)}}}
	if lang != i18n.FR { // the French one has had the platform's own identifier from the first day
		f.ID += "#" + string(lang)
	}
	f.Entries = Entries(lang, base, all)
	for _, e := range f.Entries {
		f.Updated = max(f.Updated, e.Updated) // of one form and zone, so that they compare
	}
	return f
}

// Entries are articles as a feed has them. An article has the same identifier in each.
func Entries(lang i18n.Lang, base string, all []news.Article) (list []web.FeedEntry) {
	at := func(path string) string { return base + web.InLanguage(lang, path) }
	for _, a := range all {
		words, of := a.In(lang)
		e := web.FeedEntry{ID: "urn:uuid:" + a.ID.String(), Title: words.Title, Published: web.Stamp(a.PublishAt), Summary: words.Summary, Links: []web.FeedLink{{Rel: "alternate", Href: at(a.Path())}}}
		if of != lang {
			e.Lang = string(of)
		}
		if by, byLang := a.By(lang); by != "" {
			if e.Author = (&web.FeedPerson{Name: by}); byLang != of {
				e.Author.Lang = string(byLang)
			}
		}
		updated := a.PublishAt
		if a.ChangedAt.After(updated) {
			updated = a.ChangedAt
		}
		e.Updated = web.Stamp(updated)
		list = append(list, e)
	}
	return list
}
