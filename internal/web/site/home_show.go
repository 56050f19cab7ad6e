package site

import (
	"cmp"
	"context"
	"slices"

	"github.com/parvis-civic/parvis/internal/news"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/articles"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// homeLimit is how many editions a home page shows; a city has one a year.
const homeLimit = 100

func (s *Site) home(r *web.Request, p ui.Page) (web.View, error) {
	var page HomePage
	err := s.read(r, p, func(ctx context.Context, v visit) error {
		views, err := project.Views(ctx, v.Tx, v.Of.Key, homeLimit, v.Now)
		if err != nil {
			return err
		}
		all, err := v.Editions(ctx, views)
		page = HomePage{}
		if err != nil {
			return err
		}
		if page.News, _, err = articles.Lines(ctx, v.Tx, p, v.Of, news.Query{Kind: news.News, Limit: articles.Latest}, v.Now); err != nil {
			return err
		}
		for _, e := range all {
			page.Editions = append(page.Editions, summary(e))
		}
		slices.SortStableFunc(page.Editions, func(a, b Edition) int { return cmp.Compare(a.Moment.place(), b.Moment.place()) })
		return err
	})
	return web.View{Page: Home(p, page)}, err
}

func (s *Site) platforms(r *web.Request, p ui.Page) (web.View, error) {
	var page PlatformsPage
	err := s.read(r, p, func(ctx context.Context, v visit) error {
		all, err := platform.All(ctx, v.Tx)
		if err != nil {
			return err
		}
		counts, err := project.CountByPlatform(ctx, v.Tx)
		page = PlatformsPage{}
		for _, other := range all {
			page.Platforms = append(page.Platforms, PlatformLink{Name: other.Name, Tagline: p.T("web.platforms.kind." + string(other.Kind)), Href: other.Base(s.local),
				Projects: int64(counts[other.Key]), Current: other.Key == v.Of.Key})
		}
		return err
	})
	return web.View{Page: Platforms(p, page)}, err
}
