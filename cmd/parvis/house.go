package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"sync/atomic"
	"time"

	"github.com/parvis-civic/parvis/internal/control"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/delivery"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/live"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/rehearsal"
	"github.com/parvis-civic/parvis/internal/run"
	"github.com/parvis-civic/parvis/internal/transfer"
)

// house is a serve: what it holds open and what it runs, from bottom to top.
type house struct {
	settings
	app     *app
	group   *run.Group
	metrics *metrics
	ready   string // translation key of what is said once it answers

	transport notify.Transport // nil: e-mails wait
	mailbox   bool             // they go into the demonstration's mailbox

	// Set by the tasks, in the order of their start.
	db       *db.DB
	url      string
	live     *live.Hub
	draining atomic.Bool // it is about to stop
}

func newHouse(a *app, s settings) *house {
	h := &house{settings: s, app: a, group: run.New(s.log), metrics: newMetrics(), ready: "cli.serve.ready"}
	h.group.Add(h.database())
	return h
}

// run adds the rest, and serves until the process is told to stop.
func (h *house) run() error {
	h.group.Add(h.pages())
	h.group.Add(h.streams())
	h.group.Add(h.outbox())
	h.group.Add(h.sweep())
	if h.settings.db.Dir != "" {
		h.group.Add(h.commands())
	}
	if h.pprof != "" {
		h.group.Add(h.profiles())
	}
	return h.group.Run(h.app.ctx)
}

// database is below everything: it closes last, once the writes that were accepted are on the disk.
func (h *house) database() run.Task {
	return run.Task{Name: "database", Deadline: 30 * time.Second,
		Start: func(ctx context.Context, _ func(error)) (err error) {
			cfg := h.settings.db
			cfg.Observe = h.metrics.observe
			if h.db, err = db.Open(ctx, cfg); err == nil {
				h.metrics.watch(h.db)
			}
			return err
		},
		Stop: func(context.Context) error { return h.db.Close() },
	}
}

// Limits of a connection. A handler that streams sets its own.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = time.Minute
	writeTimeout  = 2 * time.Minute
	idleTimeout   = 2 * time.Minute
)

// lastCall is how long connections that are open get their requests answered, each with the notice that it closes, before
// the listener closes: a client that already sends must not meet a closed door.
const lastCall = 300 * time.Millisecond

// pages answers browsers and programs.
func (h *house) pages() run.Task {
	var server *http.Server
	var listener *quietListener
	return run.Task{Name: "pages", Deadline: 30 * time.Second,
		Start: func(ctx context.Context, failed func(error)) error {
			l, err := h.app.listen(h.addr, "--addr")
			if err != nil {
				return err
			}
			listener = quiet(l)
			if h.url = h.public; h.url == "" {
				h.url = localURL(l)
			}
			h.live = live.New(h.db, h.log)
			h.metrics.follow(h.live)
			handler, err := h.handler()
			if err != nil {
				return errors.Join(err, l.Close())
			}
			server = &http.Server{Handler: handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
				ConnState: listener.watch, ErrorLog: slog.NewLogLogger(h.log.Handler(), slog.LevelWarn)}
			serveOn(server, listener, failed)
			h.log.Info("serving", "url", h.url, "addr", l.Addr().String(), "engine", h.db.Engine(), "version", version())
			h.app.say(h.ready, "URL", h.url)
			return nil
		},
		Stop: func(ctx context.Context) error {
			h.draining.Store(true)
			select {
			case <-time.After(lastCall):
			case <-ctx.Done():
			}
			listener.hush(ctx)
			return shutdown(ctx, server)
		},
	}
}

// streams moves the counters that browsers follow. It stands above the pages, so that who listens is sent away before they
// wait for requests to end; a wall comes back by itself.
func (h *house) streams() run.Task {
	return run.Task{Name: "streams", Deadline: 5 * time.Second,
		Start: func(ctx context.Context, _ func(error)) error {
			h.live.Start(ctx)
			return nil
		},
		Stop: func(ctx context.Context) error { return h.live.Stop(ctx) },
	}
}

// serveOn lets a server answer in the background.
func serveOn(server *http.Server, l net.Listener, failed func(error)) {
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			failed(err)
		}
	}()
}

// shutdown lets requests finish until ctx ends, then breaks them off.
func shutdown(ctx context.Context, server *http.Server) error {
	if err := server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("requests were broken off: %w", err), server.Close())
	}
	return nil
}

// sweepEvery is how often imports that died, and what has ended of people's, are looked for; on PostgreSQL they may be another process's.
const sweepEvery = 10 * time.Minute

// sweep removes what dead imports have left, sessions and codes that are over, whom nobody can be any more, drafts that nobody touches and rehearsals left alone: before commands can bring others in, and then from time to time.
func (h *house) sweep() run.Task {
	var cancel context.CancelFunc
	done := make(chan struct{})
	return run.Task{Name: "sweep",
		Start: func(ctx context.Context, _ func(error)) error {
			transfers, people, deposits, rehearsals := transfer.NewService(h.db), h.people(), deposit.NewService(h.db), rehearsal.NewService(h.db, h.url)
			works := delivery.NewService(h.db)
			if err := transfers.SweepAtStart(ctx); err != nil && ctx.Err() == nil {
				h.log.Error("sweep dead imports", "error", err) // the cities are served all the same; the next one tries again
			}
			ctx, cancel = context.WithCancel(ctx)
			go func() {
				defer close(done)
				tick := time.NewTicker(sweepEvery)
				defer tick.Stop()
				for {
					select {
					case <-tick.C:
						if err := transfers.Sweep(ctx); err != nil && ctx.Err() == nil {
							h.log.Error("sweep dead imports", "error", err)
						}
						if err := people.Sweep(ctx); err != nil && ctx.Err() == nil {
							h.log.Error("sweep sessions, codes and participants", "error", err)
						}
						if err := deposits.Sweep(ctx); err != nil && ctx.Err() == nil {
							h.log.Error("sweep drafts", "error", err)
						}
						if err := works.Sweep(ctx); err != nil && ctx.Err() == nil {
							h.log.Error("begin works, and ask agents what is new", "error", err)
						}
						if err := rehearsals.Sweep(ctx); err != nil && ctx.Err() == nil {
							h.log.Error("sweep rehearsals", "error", err)
						}
					case <-ctx.Done():
						return
					}
				}
			}()
			return nil
		},
		Stop: func(ctx context.Context) error {
			cancel()
			select {
			case <-done:
			case <-ctx.Done():
			}
			return nil
		},
	}
}

// commands does the work that other commands hand over, through the socket in the database's folder. Work that is under
// way when it stops is given up; the next start sweeps it.
func (h *house) commands() run.Task {
	var server *http.Server
	var giveUp context.CancelCauseFunc
	return run.Task{Name: "commands",
		Start: func(ctx context.Context, failed func(error)) error {
			handler, err := control.Handler(h.log, control.Here(h.db), control.Spool(h.settings.db.Dir))
			if err != nil {
				return err
			}
			l, err := control.Listen(h.settings.db.Dir)
			if err != nil {
				return err
			}
			ctx, giveUp = context.WithCancelCause(context.WithoutCancel(ctx))
			server = &http.Server{Handler: handler, ReadHeaderTimeout: headerTimeout, BaseContext: func(net.Listener) context.Context { return ctx },
				ErrorLog: slog.NewLogLogger(h.log.Handler(), slog.LevelWarn)}
			serveOn(server, l, failed)
			return nil
		},
		Stop: func(ctx context.Context) error {
			giveUp(control.ErrStopping)
			return shutdown(ctx, server)
		},
	}
}

// profiles shows what the process does to those who run it, on a listener of its own.
func (h *house) profiles() run.Task {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: headerTimeout}
	return run.Task{Name: "profiles",
		Start: func(_ context.Context, failed func(error)) error {
			l, err := h.app.listen(h.pprof, "--pprof")
			if err != nil {
				return err
			}
			serveOn(server, l, failed)
			h.log.Info("profiles", "url", localURL(l)+"/debug/pprof/")
			return nil
		},
		Stop: func(context.Context) error { return server.Close() },
	}
}
