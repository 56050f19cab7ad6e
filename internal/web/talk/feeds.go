package talk

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/follow"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/news"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/articles"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// The feeds of an edition: its proposals, what the city decided and built of them, and its news.
const (
	proposalsFeed = "propositions"
	decisionsFeed = "decisions"
	newsFeed      = "actualites"
	feedSize      = 30
)

// told are the kinds of what happened that the feed of decisions brings.
var told = []string{"decision", "work", "result"}

// Feeds are those of editions, one for each language, by the pattern of net/http.
func Feeds(d *db.DB, local string) map[string]http.Handler {
	feeds := map[string]http.Handler{}
	for _, lang := range i18n.Langs {
		for _, name := range []string{proposalsFeed, decisionsFeed, newsFeed} {
			feeds["GET "+web.InLanguage(lang, "/projets/{project}/"+name+".atom")] = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				var f web.Feed
				err := d.Read(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
					f, err = feedOf(ctx, tx, r, lang, name, local)
					return err
				})
				if err != nil {
					web.Refuse(w, r, err)
					return
				}
				f.Write(w)
			})
		}
	}
	return feeds
}

// FeedsOf are the feeds that the page of an edition names in its head.
func FeedsOf(p ui.Page, slug, title string) []ui.Feed {
	var list []ui.Feed
	for _, name := range []string{proposalsFeed, decisionsFeed, newsFeed} {
		list = append(list, ui.Feed{Href: p.Href("/projets/" + slug + "/" + name + ".atom"), Title: p.T("talk.feed."+name, "Project", title)})
	}
	return list
}

// feedOf makes one, the newest first, of what anyone may read now.
func feedOf(ctx context.Context, tx db.Tx, r *http.Request, lang i18n.Lang, name, local string) (web.Feed, error) {
	of, err := platform.ByHost(ctx, tx, r.Host)
	if err != nil {
		return web.Feed{}, err
	}
	if !slices.Contains(of.Languages, string(lang)) {
		return web.Feed{}, fault.New(fault.NotFound, "fault.not_found")
	}
	view, err := project.Load(ctx, tx, of.Key, r.PathValue("project"), of.Now(tx.Now()))
	if err != nil {
		return web.Feed{}, err
	}
	l := i18n.For(lang, of.Zone)
	at := func(path string) string { return of.Base(local) + web.InLanguage(lang, path) }
	self := "/projets/" + view.Slug + "/" + name + ".atom"
	f := web.Feed{Lang: string(lang), ID: "urn:uuid:" + view.ID.String() + "#" + name + "-" + string(lang), Title: l.T("talk.feed."+name, "Project", view.Title), Author: of.Name,
		Updated: web.Stamp(time.Unix(0, 0)), Links: []web.FeedLink{{Rel: "self", Href: at(self)}, {Rel: "alternate", Href: at("/projets/" + view.Slug), Lang: string(lang)}}}
	switch name {
	case proposalsFeed:
		f.Entries, err = proposalEntries(ctx, tx, of, view, lang, at)
	case decisionsFeed:
		f.Entries, err = toldEntries(ctx, tx, of, view, l, told, at)
	default:
		var all []news.Article
		all, err = news.Shown(ctx, tx, of.Key, news.Query{Kind: news.News, Project: view.ID, Limit: feedSize}, view.Now)
		f.Entries = articles.Entries(lang, of.Base(local), all)
	}
	for _, e := range f.Entries {
		f.Updated = max(f.Updated, e.Updated) // of one form and zone, so that they compare
	}
	return f, err
}

func proposalEntries(ctx context.Context, tx db.Tx, of platform.Platform, view project.View, lang i18n.Lang, at func(string) string) (list []web.FeedEntry, err error) {
	step := project.Listed(view.Steps, view.Now)
	if step < 0 {
		return nil, nil
	}
	found, err := proposal.List(ctx, tx, of.Key, proposal.ListQuery{Step: view.Steps[step].ID, Order: proposal.ByPublished, Reverse: true, Limit: feedSize, With: proposal.With{Card: true, Rest: true, Texts: true}})
	for _, p := range found {
		if !p.Proposal.Trashed.Readable() {
			continue
		}
		e := web.FeedEntry{ID: "urn:uuid:" + p.Proposal.ID.String(), Title: ui.Tidy(p.Title), Published: web.Stamp(p.Proposal.PublishedAt), Updated: web.Stamp(p.UpdatedAt), Summary: p.Summary,
			Links: []web.FeedLink{{Rel: "alternate", Href: at(pathOf(view.Slug, p.Proposal.Number))}}}
		if view.Language != string(lang) {
			e.Lang = view.Language
		}
		list = append(list, e)
	}
	return list, err
}

func toldEntries(ctx context.Context, tx db.Tx, of platform.Platform, view project.View, l *i18n.Locale, kinds []string, at func(string) string) (list []web.FeedEntry, err error) {
	all, err := follow.Happened(ctx, tx, of.Key, view.ID, kinds, view.Now, feedSize)
	if err != nil {
		return nil, err
	}
	var proposals []ids.ID
	for _, h := range all {
		proposals = append(proposals, h.Proposal)
	}
	named, err := proposal.ByIDs(ctx, tx, of.Key, proposals)
	byID := map[ids.ID]proposal.Proposal{}
	for _, p := range named {
		byID[p.ID] = p
	}
	for _, h := range all {
		p, ok := byID[h.Proposal]
		if !h.Proposal.IsZero() && (!ok || !p.Trashed.Readable()) {
			continue
		}
		list = append(list, web.FeedEntry{ID: "urn:uuid:" + h.ID.String(), Title: follow.Words(l, h.Happening, 1, p.Title, p.Number, view.Title), Published: web.Stamp(h.At), Updated: web.Stamp(h.At),
			Links: []web.FeedLink{{Rel: "alternate", Href: at(h.Path)}}})
	}
	return list, err
}
