package site

import (
	"context"
	"sync"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/platform"
)

// hosts remembers for a moment which platform answers a host: every request asks for it first. Its zero value remembers
// nothing.
type hosts struct {
	life time.Duration

	mu    sync.Mutex
	known map[string]remembered
}

type remembered struct {
	platform.Platform
	until time.Time
}

// maxHosts bounds what is remembered, as the first platform answers any name that somebody makes up.
const maxHosts = 1000

// Remember lets the pages go on for that long with what they know of a platform: what another process changes in its
// name, its colours or its clock shows that much later.
func (s *Site) Remember(life time.Duration) { s.hosts.life = life }

// ByHost finds the platform of a host; false when there is none.
func (s *Site) ByHost(ctx context.Context, host string) (of platform.Platform, ok bool, err error) {
	if of, ok := s.hosts.recall(host); ok {
		return of, true, nil
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		of, err = platform.ByHost(ctx, tx, host)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return of, false, nil
	}
	if err == nil {
		s.hosts.keep(host, of)
	}
	return of, err == nil, err
}

// Rehearsal finds the temporary platform of a token that nobody can guess; false when there is none.
func (s *Site) Rehearsal(ctx context.Context, token string) (of platform.Platform, ok bool, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		of, err = platform.BySlug(ctx, tx, platform.RehearsalSlug+token)
		return err
	})
	if fault.Is(err, fault.NotFound) || err == nil && of.Kind != platform.Rehearsal {
		return platform.Platform{}, false, nil
	}
	return of, err == nil, err
}

func (h *hosts) recall(host string) (platform.Platform, bool) {
	if h.life <= 0 {
		return platform.Platform{}, false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	r, ok := h.known[host]
	return r.Platform, ok && time.Now().Before(r.until)
}

func (h *hosts) keep(host string, of platform.Platform) {
	if h.life <= 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.known == nil || len(h.known) >= maxHosts {
		h.known = map[string]remembered{}
	}
	h.known[host] = remembered{of, time.Now().Add(h.life)}
}
