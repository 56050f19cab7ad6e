package site

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/live"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/edition"
)

// WallStream answers /projets/SLUG/mur/flux with the counters as they move.
func (s *Site) WallStream(hub *live.Hub) http.HandlerFunc {
	topics := &topics{site: s, found: map[string]foundTopic{}}
	return func(w http.ResponseWriter, r *http.Request) {
		of, err := topics.of(r)
		if err == nil {
			err = hub.Stream(w, r, of)
		}
		if err != nil {
			web.Refuse(w, r, err)
		}
	}
}

// topics remembers for a moment what addresses are about: after a stop, a thousand walls come back at once, and one of
// them asks the database. Whether the counters may still be seen the hub asks each time.
type topics struct {
	site  *Site
	mu    sync.Mutex // also while one asks
	found map[string]foundTopic
}

type foundTopic struct {
	live.Topic
	at time.Time
}

const (
	topicsKept  = 5 * time.Second
	topicsCount = 100 // then they are all forgotten
)

// of gives what the stream of a request is about.
func (t *topics) of(r *http.Request) (live.Topic, error) {
	show := Show(r.URL.Query().Get("voir"))
	key := r.Host + "\x00" + r.PathValue("project") + "\x00" + string(show)
	t.mu.Lock()
	defer t.mu.Unlock()
	if f, ok := t.found[key]; ok && time.Since(f.at) < topicsKept {
		return f.Topic, nil
	}
	f := foundTopic{at: time.Now()}
	err := t.site.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		of, err := platform.ByHost(ctx, tx, r.Host)
		if err != nil {
			return err
		}
		view, err := project.Load(ctx, tx, of.Key, r.PathValue("project"), of.Now(tx.Now()))
		if err != nil {
			return err
		}
		_, shown, step, err := shows(edition.Edition{View: view}, show)
		if err != nil {
			return err
		}
		f.Topic = shown.topic(of, view.Steps[step])
		return nil
	})
	if err != nil {
		return live.Topic{}, err
	}
	if len(t.found) >= topicsCount {
		clear(t.found)
	}
	t.found[key] = f
	return f.Topic, nil
}
