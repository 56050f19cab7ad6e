package main

import (
	"context"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/demo"
	"github.com/parvis-civic/parvis/internal/run"
)

// demoCmd serves a city that does not exist.
type demoCmd struct {
	Data string `env:"PARVIS_DEMO_DATA" default:"parvis-demo" placeholder:"DIR" help:"Folder of the demonstration's own database (./${default})."`
	listening
}

// Help is shown by --help.
func (demoCmd) Help() string {
	return `The city is made once, in its own folder; a city that is more than a week old is made anew. Nothing else is touched.

Exit codes: 0 stopped by a signal; 1 failed; 2 the command is wrong.

Examples:

  parvis demo
  parvis demo --addr localhost:9000 --data /tmp/demo`
}

// Run does it.
func (c *demoCmd) Run(a *app) error {
	s, err := c.settings(a, db.Config{Dir: c.Data})
	if err != nil {
		return err
	}
	h := newHouse(a, s)
	h.ready = "cli.demo.ready"
	h.group.Add(run.Task{Name: "city", Start: func(ctx context.Context, _ func(error)) error {
		a.say("cli.demo.building", "Dir", c.Data)
		show, clear := a.progress(-1, false, demo.Name)
		defer clear()
		return demo.Build(ctx, h.db, time.Now(), func(done, total int) { show(int64(done), int64(total)) })
	}})
	return h.run()
}
