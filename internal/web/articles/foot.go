package articles

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/news"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// feet remembers for a moment what the foot of every page leads to. Its zero value remembers nothing.
type feet struct {
	life time.Duration

	mu    sync.Mutex
	known map[int64]foot
}

type foot struct {
	pages []news.Article
	until time.Time
}

// Remember lets the foot of the pages go on for that long with what it knows: a page that appears or is withdrawn shows that
// much later there.
func (s *Pages) Remember(life time.Duration) { s.feet.life = life }

// atFoot is how many of the city's pages stand at the foot of every page; the list of news names them all.
const atFoot = 6

// Foot gives the pages of the city that are online, the oldest first: what it is about comes before what was added.
func (s *Pages) Foot(ctx context.Context, p ui.Page, of platform.Platform) ([]ui.Link, error) {
	pages, ok := s.feet.recall(of.Key)
	if !ok {
		err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
			pages, err = news.Shown(ctx, tx, of.Key, news.Query{Kind: news.Page, Limit: footPages}, of.Now(tx.Now()))
			return err
		})
		if err != nil {
			return nil, err
		}
		s.feet.keep(of.Key, pages)
	}
	var links []ui.Link
	for _, a := range slices.Backward(pages) {
		if len(links) < atFoot {
			l := line(p, a)
			links = append(links, ui.Link{Text: l.Title, Href: p.Href(l.Path), Lang: l.Lang})
		}
	}
	return links, nil
}

func (f *feet) recall(platform int64) ([]news.Article, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	known, ok := f.known[platform]
	return known.pages, ok && time.Now().Before(known.until)
}

func (f *feet) keep(platform int64, pages []news.Article) {
	if f.life <= 0 {
		return
	}
	for i := range pages { // a foot has titles
		pages[i].French.Body, pages[i].English.Body = "", ""
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.known == nil {
		f.known = map[int64]foot{}
	}
	f.known[platform] = foot{pages, time.Now().Add(f.life)}
}
