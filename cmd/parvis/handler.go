package main

import (
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/decision"
	"github.com/parvis-civic/parvis/internal/delivery"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/discussion"
	"github.com/parvis-civic/parvis/internal/follow"
	"github.com/parvis-civic/parvis/internal/graph"
	"github.com/parvis-civic/parvis/internal/moderation"
	"github.com/parvis-civic/parvis/internal/news"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/rehearsal"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/admin"
	webanalysis "github.com/parvis-civic/parvis/internal/web/analysis"
	"github.com/parvis-civic/parvis/internal/web/articles"
	webbasemap "github.com/parvis-civic/parvis/internal/web/basemap"
	"github.com/parvis-civic/parvis/internal/web/decide"
	webdeposit "github.com/parvis-civic/parvis/internal/web/deposit"
	"github.com/parvis-civic/parvis/internal/web/desk"
	"github.com/parvis-civic/parvis/internal/web/editor"
	"github.com/parvis-civic/parvis/internal/web/explorer"
	"github.com/parvis-civic/parvis/internal/web/me"
	"github.com/parvis-civic/parvis/internal/web/office"
	"github.com/parvis-civic/parvis/internal/web/print"
	"github.com/parvis-civic/parvis/internal/web/rehearse"
	"github.com/parvis-civic/parvis/internal/web/results"
	"github.com/parvis-civic/parvis/internal/web/site"
	"github.com/parvis-civic/parvis/internal/web/talk"
	"github.com/parvis-civic/parvis/internal/web/tour"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/internal/web/vote"
	"github.com/parvis-civic/parvis/internal/web/works"
)

// platformLife is how long what is known of a platform is not asked again.
const platformLife = time.Second

// handler puts together what answers at the public address.
func (h *house) handler() (http.Handler, error) {
	api, err := graph.New(graph.Options{DB: h.db, Log: h.log, Local: h.url})
	if err != nil {
		return nil, err
	}
	pages := site.New(h.db, h.url)
	pages.Remember(platformLife)
	people, written := h.people(), articles.New(h.db, h.url)
	written.Remember(platformLife)
	all, err := web.New(web.Options{
		Log: h.log, Platforms: pages, Static: ui.NewStatic(), People: people, Seen: h.metrics.seen,
		Routes: h.routes(pages, people), Tour: h.tour(), Patience: patience, Foot: written.Foot,
		Others: together(written.Feeds(), talk.Feeds(h.db, h.url), map[string]http.Handler{
			"/graphql":                        api,
			"GET /projets/{project}/mur/flux": pages.WallStream(h.live),
			"GET /projets/{project}/resultats/bulletins.pb": http.HandlerFunc(results.New(h.db).Ballots),
			"GET /media/{id}":        pages.Media(people),
			"GET /media/{id}/{size}": pages.Media(people),
			webbasemap.Pattern:       webbasemap.Handler(h.db),
			"GET /robots.txt":        http.HandlerFunc(pages.Robots),
			"GET /sitemap.xml":       http.HandlerFunc(pages.SiteMap),
			"GET /healthz":           http.HandlerFunc(healthz),
			"GET /readyz":            http.HandlerFunc(h.readyz),
			"GET /metrics":           h.metrics.handler(),
		}),
		AnyOrigin: []string{"/graphql", "/graphql/internal", "/graphql/public"}, // it reads no cookie
	})
	if err != nil {
		return nil, err
	}
	return h.leaving(trusting(h.trust, all)), nil
}

// together joins handlers by their patterns.
func together(all ...map[string]http.Handler) map[string]http.Handler {
	handlers := map[string]http.Handler{}
	for _, some := range all {
		maps.Copy(handlers, some)
	}
	return handlers
}

// routes are the pages of every reader.
func (h *house) routes(pages *site.Site, people *account.Service) []web.Route {
	routes := slices.Concat(pages.Routes(),
		results.New(h.db).Routes(), results.New(h.db, delivery.Begin).Desk(),
		works.New(h.db).Routes(), works.New(h.db).Desk(),
		me.New(h.db, people, h.mailbox).Routes(),
		webdeposit.New(h.db, deposit.NewService(h.db)).Routes(),
		vote.New(h.db, ballot.NewService(h.db)).Routes(),
		office.New(project.NewService(h.db, deposit.Part(), news.Part(), analysis.Part(), decision.EditionPart(), result.Part()), webdeposit.Preview).Routes(),
		articles.New(h.db, h.url).Routes(),
		explorer.Routes(),
		decide.New(h.db, decision.NewService(h.db)).Routes(),
		editor.New(news.NewService(h.db), project.NewService(h.db)).Routes(),
		rehearse.New(rehearsal.NewService(h.db, h.url)).Routes(),
		desk.New(h.db, people).Routes(),
		talk.New(h.db, discussion.NewService(h.db)).Routes(),

		webanalysis.New(h.db, analysis.NewService(h.db)).Routes(),

		h.moderating(),

		print.New(h.db).Routes(),
		admin.New(h.db, people, h.mailState()).Routes())
	if h.mailbox {
		routes = append(routes, tour.New(h.db, people).Routes()...)
	}
	return routes
}

// tour is where the guided tour begins; empty where people are real.
func (h *house) tour() string {
	if h.mailbox {
		return tour.Path
	}
	return ""
}

// healthz says that the process answers.
func healthz(w http.ResponseWriter, _ *http.Request) { plainly(w, http.StatusOK, "ok") }

// readyTimeout is how long the database may take to say that it is there.
const readyTimeout = 2 * time.Second

// readyz says whether requests should be sent here: the database answers, and this process is not about to stop.
func (h *house) readyz(w http.ResponseWriter, r *http.Request) {
	if h.draining.Load() {
		plainly(w, http.StatusServiceUnavailable, "stopping")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	if err := h.db.Ready(ctx); err != nil {
		h.log.Warn("not ready", "error", err)
		plainly(w, http.StatusServiceUnavailable, "the database does not answer")
		return
	}
	plainly(w, http.StatusOK, "ready")
}

func plainly(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text+"\n")
}

// leaving tells each client, once the process is about to stop, that this answer is the last on its connection.
func (h *house) leaving(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.draining.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// trusting takes the client's view of a request from the headers of a proxy that is trusted, and drops them from
// everybody else's.
func trusting(proxies []netip.Prefix, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if from, err := netip.ParseAddrPort(r.RemoteAddr); err == nil && trusted(proxies, from.Addr()) {
			if host := last(r.Header.Get("X-Forwarded-Host")); host != "" {
				r.Host = host
			}
			if client, ok := clientOf(proxies, r.Header.Values("X-Forwarded-For")); ok {
				r.RemoteAddr = net.JoinHostPort(client.String(), "0")
			}
		} else {
			for _, name := range []string{"Forwarded", "X-Forwarded-Host", "X-Forwarded-For", "X-Forwarded-Proto"} {
				r.Header.Del(name)
			}
		}
		next.ServeHTTP(w, r)
	})
}

func trusted(proxies []netip.Prefix, addr netip.Addr) bool {
	addr = addr.Unmap()
	for _, p := range proxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// clientOf gives the last address of X-Forwarded-For that is no trusted proxy's: what stands before it is hearsay.
func clientOf(proxies []netip.Prefix, headers []string) (netip.Addr, bool) {
	list := strings.Split(strings.Join(headers, ","), ",")
	for i := len(list) - 1; i >= 0; i-- {
		addr, err := netip.ParseAddr(strings.TrimSpace(list[i]))
		if err != nil {
			return netip.Addr{}, false
		}
		if !trusted(proxies, addr) {
			return addr, true
		}
	}
	return netip.Addr{}, false
}

// last gives the last value of a list: the one that the nearest proxy added.
func last(list string) string {
	return strings.TrimSpace(list[strings.LastIndex(list, ",")+1:])
}

// people is the service of accounts, with the rooms in which people leave something.
func (h *house) people() *account.Service {
	return account.NewService(h.db, proposal.Room(), deposit.Room(), ballot.Room(), discussion.Room(), follow.Room(),
		moderation.Room(), analysis.Room(), decision.Room())
}
