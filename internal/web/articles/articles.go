// Package articles holds the pages on which everybody reads what the city writes, and the feed of its news.
package articles

import (
	"context"
	"path"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/news"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

const (
	newsPath  = "/actualites"
	feedPath  = newsPath + ".atom"
	filesPath = "/documents"
	newsSize  = 20 // of a page of the list, and of the feed
	footPages = 30 // pages that the list of news names
)

// Pages answers them. Each page is read from one snapshot of the database.
type Pages struct {
	db    *db.DB
	local string
	feet  feet
}

// New gives the pages over a database. local is the scheme and host of the links of platforms without an address.
func New(d *db.DB, local string) *Pages { return &Pages{db: d, local: local} }

// Routes are the pages, a line each; anyone may ask for them all, and access decides what they show.
func (s *Pages) Routes() []web.Route {
	return []web.Route{
		{Path: newsPath, Need: access.Visit, Handle: s.list},
		{Path: newsPath + "/{article}", Need: access.SeeArticle, Handle: s.article(news.News)},
		{Path: filesPath + "/{file}", Need: access.SeeArticle, Handle: s.file},
		{Path: "/pages/{article}", Need: access.SeeArticle, Handle: s.article(news.Page)},
	}
}

// Latest is how many news the home page and that of an edition show.
const Latest = 3

// foreign gives a language when it is not the page's, else nothing.
func foreign(p ui.Page, lang string) string {
	if lang == string(p.Lang) {
		return ""
	}
	return lang
}

// Paths gives the paths of what is online, for the site map: at most so many pages and as many news.
func Paths(ctx context.Context, tx db.Tx, of platform.Platform, limit int, now time.Time) (paths []string, err error) {
	for _, kind := range []news.Kind{news.Page, news.News} {
		all, err := news.Shown(ctx, tx, of.Key, news.Query{Kind: kind, Limit: limit}, now)
		if err != nil {
			return nil, err
		}
		for _, a := range all {
			paths = append(paths, a.Path())
		}
	}
	return paths, nil
}

// Line is an article in a list.
type Line struct {
	Title, Summary string
	Lang           string // of both; empty: the page's
	Path           string
	At             time.Time
}

func line(p ui.Page, a news.Article) Line {
	words, lang := a.In(p.Lang)
	l := Line{Title: words.Title, Summary: words.Summary, Path: a.Path(), At: a.PublishAt}
	if lang != p.Lang {
		l.Lang = string(lang)
	}
	return l
}

// Lines gives what is online at a time, as the page shows it, and where the list goes on; empty: nowhere.
func Lines(ctx context.Context, tx db.Tx, p ui.Page, of platform.Platform, q news.Query, now time.Time) (list []Line, next string, err error) {
	limit := q.Limit
	q.Limit++
	all, err := news.Shown(ctx, tx, of.Key, q, now)
	if len(all) > limit {
		all = all[:limit]
		next = keyText(all[limit-1].Key())
	}
	for _, a := range all {
		list = append(list, line(p, a))
	}
	return list, next, err
}

// keyText writes the place of an article in the list as a word of an address; readKey is its inverse, of which anything else
// is the beginning of the list.
func keyText(k news.Key) string { return k.At.UTC().Format(time.RFC3339Nano) + "_" + k.ID.String() }

func readKey(text string) news.Key {
	at, id, _ := strings.Cut(text, "_")
	t, err := time.Parse(time.RFC3339Nano, at)
	key, errID := ids.Parse(id)
	if err != nil || errID != nil {
		return news.Key{}
	}
	return news.Key{At: t, ID: key}
}

// ListPage is the list of news; its first part names the pages too.
type ListPage struct {
	News, Pages []Line
	Next        string // the place to go on from; empty: that is all
}

func (s *Pages) list(r *web.Request, p ui.Page) (web.View, error) {
	var page ListPage
	err := s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		page = ListPage{}
		now := r.Platform.Now(tx.Now())
		before := readKey(r.URL.Query().Get("avant"))
		if page.News, page.Next, err = Lines(ctx, tx, p, r.Platform, news.Query{Kind: news.News, Before: before, Limit: newsSize}, now); err != nil || !before.At.IsZero() {
			return err
		}
		page.Pages, _, err = Lines(ctx, tx, p, r.Platform, news.Query{Kind: news.Page, Limit: footPages}, now)
		return err
	})
	return web.View{Page: List(p, page)}, err
}

// Page is a page or a news item.
type Page struct {
	Title, Summary string
	HTML           string // safe
	Headings       []news.Heading
	Lang           string // of the words; empty: the page's
	News           bool
	State          news.State
	At, Changed    time.Time
	Picture        string // path; empty: none
	Alt, AltLang   string
	Author         string // who it is by; empty: nobody is named
	AuthorLang     string
	Files          []news.File
	Edition        ui.Link // that it is about; zero: none that is public
}

// minContents is from how many headings on a text has a list of them above it.
const minContents = 3

func (s *Pages) article(kind news.Kind) web.Handler {
	return func(r *web.Request, p ui.Page) (web.View, error) {
		var page Page
		err := s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
			now := r.Platform.Now(tx.Now())
			a, err := news.BySlug(ctx, tx, r.Platform.Key, r.Person.Roles, kind, r.PathValue("article"), now)
			if err != nil {
				return err
			}
			words, lang := a.In(p.Lang)
			page = Page{Title: words.Title, Summary: words.Summary, Lang: foreign(p, string(lang)), News: a.Kind == news.News, State: a.State(now), At: a.PublishAt, Changed: a.ChangedAt}
			if page.HTML, page.Headings = news.HTML(words.Body); len(page.Headings) < minContents {
				page.Headings = nil
			}
			by, byLang := a.By(p.Lang)
			page.Author, page.AuthorLang = by, foreign(p, string(byLang))
			if !a.Picture.IsZero() {
				found, err := media.ByIDs(ctx, tx, r.Platform.Key, []ids.ID{a.Picture})
				if err != nil {
					return err
				}
				alt, of := found[a.Picture].Alt.In(p.Lang)
				page.Picture, page.Alt, page.AltLang = media.Path(a.Picture, media.Full), alt, foreign(p, string(of))
			}
			if page.Files, err = news.FilesOf(ctx, tx, r.Platform.Key, a.ID); err != nil || a.Project.IsZero() {
				return err
			}
			about, err := project.ByIDs(ctx, tx, r.Platform.Key, []ids.ID{a.Project}) // a draft is not among them
			for _, e := range about {
				page.Edition = ui.Link{Text: e.Title, Href: p.Href("/projets/" + e.Slug), Lang: foreign(p, e.Language)}
			}
			return err
		})
		return web.View{Page: Article(p, page)}, err
	}
}

// file hands a document of an article out.
func (s *Pages) file(r *web.Request, _ ui.Page) (web.View, error) {
	id, err := ids.Parse(r.PathValue("file"))
	if err != nil {
		return web.View{}, fault.New(fault.NotFound, "fault.not_found")
	}
	var d news.Document
	err = s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		d, err = news.DocumentOf(ctx, tx, r.Platform.Key, r.Person.Roles, id, r.Platform.Now(tx.Now()))
		return err
	})
	return web.View{File: &web.File{Name: d.Name, Type: d.MIME, Content: d.Content}}, err
}

// fileKind says what a document is: « PDF, 340 Ko ».
func fileKind(p ui.Page, f news.File) string {
	return strings.ToUpper(strings.TrimPrefix(path.Ext(f.Name), ".")) + ", " + p.T("news.file.size", "Kilobytes", max(1, (f.Size+512)/1024))
}
