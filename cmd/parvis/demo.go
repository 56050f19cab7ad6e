package main

import (
	"context"
	"time"

	"github.com/parvis-civic/parvis/internal/control"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/demo"
	"github.com/parvis-civic/parvis/internal/run"
)

// demoCmd serves a city that does not exist.
type demoCmd struct {
	With []string `placeholder:"FILE" sep:"none" help:"A real election in Pabulib's format (.pb) to show beside the city, as a copy of public data on a platform of its own; may be repeated."`
	Data string   `env:"PARVIS_DEMO_DATA" default:"parvis-demo" placeholder:"DIR" help:"Folder of the demonstration's own database (./${default})."`
	listening
}

// Help is shown by --help.
func (demoCmd) Help() string {
	return `The city is made once, in its own folder; a city that is more than a week old is made anew. Nothing else is touched. A few fictional people go on voting while it runs.

Elections given with --with come in once. Each city gets its own platform, at SLUG.localhost, which says on every page that it is a copy of public data; /plateformes lists them all.

Exit codes: 0 stopped by a signal; 1 failed; 2 the command or a file is wrong.

Examples:

  parvis demo
  parvis demo --with France_Toulouse_2022.pb --with Poland_Lodz_2022.pb
  parvis demo --addr localhost:9000 --data /tmp/demo`
}

// Run does it.
func (c *demoCmd) Run(a *app) error {
	s, err := c.settings(a, db.Config{Dir: c.Data})
	if err != nil {
		return err
	}
	for _, path := range c.With { // said before a city is built for nothing
		f, err := openTwice(a, path)
		if err != nil {
			return err
		}
		f.Close()
	}
	h := newHouse(a, s)
	h.ready, h.mailbox = "cli.demo.ready", true
	h.group.Add(run.Task{Name: "city", Start: func(ctx context.Context, _ func(error)) error {
		a.say("cli.demo.building", "Dir", c.Data)
		show, clear := a.progress(-1, false, demo.Name)
		defer clear()
		return demo.Build(ctx, h.db, time.Now(), func(done, total int) { show(int64(done), int64(total)) })
	}})
	h.group.Add(run.Task{Name: "replays", Start: func(context.Context, func(error)) error { return c.replay(a, h) }})
	h.group.Add(h.trickle())
	return h.run()
}

// replay brings in the real elections, as import does. Lines that are refused are said and stop nothing.
func (c *demoCmd) replay(a *app, h *house) error {
	worst := exitDone
	for _, path := range c.With {
		worst = worse(worst, (&importCmd{}).one(a, control.Here(h.db), path))
	}
	if worst == exitDone || worst == exitRefused {
		return nil
	}
	return exit(worst)
}

// trickle lets people who do not exist vote while it serves.
func (h *house) trickle() run.Task {
	var cancel context.CancelFunc
	done := make(chan struct{})
	return run.Task{Name: "trickle",
		Start: func(ctx context.Context, _ func(error)) error {
			t, err := demo.NewTrickle(ctx, h.db)
			if err != nil {
				return err
			}
			ctx, cancel = context.WithCancel(ctx)
			go func() {
				defer close(done)
				if err := t.Run(ctx); err != nil {
					h.log.Error("fictional votes stopped", "error", err)
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
