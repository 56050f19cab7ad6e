package site

import (
	"context"
	"encoding/xml"
	"io"
	"net/http"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/articles"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Robots serves /robots.txt (RFC 9309): everything may be read, but for what never ends, the lists in a random order and
// the lists of a search, and for the API.
func (s *Site) Robots(w http.ResponseWriter, r *http.Request) {
	of, ok, err := s.ByHost(r.Context(), r.Host)
	if err != nil {
		web.Refuse(w, r, err)
		return
	}
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "User-agent: *\nDisallow: /graphql\nDisallow: /*graine=\nDisallow: /*?q=\nSitemap: "+of.Base(s.local)+"/sitemap.xml\n")
}

// sitemapProposals is how many proposals of an edition the site map names, the newest first; robots find older ones
// through the lists.
const sitemapProposals = 2000

// siteMap is a file of sitemaps.org/protocol.
type siteMap struct {
	XMLName xml.Name     `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	URLs    []siteMapURL `xml:"url"`
}

type siteMapURL struct {
	Loc string `xml:"loc"`
}

// SiteMap serves /sitemap.xml: the addresses of the host's platform, in each of its languages.
func (s *Site) SiteMap(w http.ResponseWriter, r *http.Request) {
	var paths []string
	var of ui.Platform
	err := s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		p, err := platform.ByHost(ctx, tx, r.Host)
		if err != nil {
			return err
		}
		of = s.Shown(p)
		paths, err = mapped(ctx, visit{edition.Visit{Tx: tx, Of: p, Now: p.Now(tx.Now()), Page: ui.Page{Locale: i18n.For(i18n.FR, p.Zone), Platform: of}}})
		return err
	})
	if err != nil {
		web.Refuse(w, r, err)
		return
	}
	var m siteMap
	for _, path := range paths {
		for _, lang := range of.Languages {
			m.URLs = append(m.URLs, siteMapURL{of.BaseURL + string(ui.Page{Locale: i18n.For(lang, nil)}.Href(path))})
		}
	}
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	_, _ = io.WriteString(w, xml.Header)
	_ = xml.NewEncoder(w).Encode(m) // only a broken connection fails
}

// mapped gives the paths of a platform's pages, in French.
func mapped(ctx context.Context, v visit) ([]string, error) {
	views, err := project.Views(ctx, v.Tx, v.Of.Key, homeLimit, v.Now)
	if err != nil {
		return nil, err
	}
	all, err := v.Editions(ctx, views)
	if err != nil {
		return nil, err
	}
	paths := []string{"/", aboutPath, "/developer", legalPaths["notice"], legalPaths["privacy"], legalPaths["accessibility"], legalPaths["contact"]}
	written, err := articles.Paths(ctx, v.Tx, v.Of, sitemapProposals, v.Now)
	if err != nil {
		return nil, err
	}
	paths = append(paths, written...)
	var steps []ids.ID
	var of []Project
	for _, e := range all {
		pr := e.Shown()
		for _, link := range pr.Rooms(v.Page) {
			paths = append(paths, string(link.Href))
		}
		if at := project.Listed(e.Steps, e.Now); at >= 0 {
			steps, of = append(steps, e.Steps[at].ID), append(of, pr)
		}
	}
	pages, err := proposal.Lists(ctx, v.Tx, v.Of.Key, steps, proposal.ListQuery{Order: proposal.ByPublished, Reverse: true, With: proposal.With{Card: true}, Limit: sitemapProposals})
	for i, page := range pages {
		for _, l := range page {
			paths = append(paths, string(edition.ProposalHref(v.Page, of[i].Slug, numberText(l.Proposal.Number), l.Slug)))
		}
	}
	return paths, err
}
