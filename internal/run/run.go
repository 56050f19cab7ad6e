// Package run starts and stops the parts of a process that work in the background, each with an owner and an end.
package run

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Task is a part of the process.
type Task struct {
	Name string

	// Start returns once the task works. What goes on in the background is the task's own, until Stop; when it ends by
	// itself it calls failed, once, and the group ends. A task that cannot start cleans up after itself. Optional.
	Start func(ctx context.Context, failed func(error)) error

	// Stop ends the task and returns once it has ended, or when ctx, which has the task's deadline, has: then it breaks
	// off what is left. Optional.
	Stop func(ctx context.Context) error

	Deadline time.Duration // of Stop; 0 is 10 seconds
}

const usualDeadline = 10 * time.Second

// Group is tasks that stand on each other: started in the order in which they were added, stopped in reverse.
type Group struct {
	log   *slog.Logger
	tasks []Task
}

// New gives an empty group.
func New(log *slog.Logger) *Group { return &Group{log: log} }

// Add puts a task after the others.
func (g *Group) Add(t Task) { g.tasks = append(g.tasks, t) }

// Run starts the tasks, waits until ctx ends or a task fails, and stops those that were started. It returns what went
// wrong, nil when ctx ended it and all stopped in time.
func (g *Group) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	failures := make(chan error, len(g.tasks)) // a task fails once
	started := 0
	var errs []error
	for _, t := range g.tasks {
		if ctx.Err() != nil {
			break
		}
		failed := func(err error) {
			failures <- fmt.Errorf("%s: %w", t.Name, err)
			cancel(nil)
		}
		if t.Start != nil {
			if err := t.Start(ctx, failed); err != nil {
				errs = append(errs, fmt.Errorf("start %s: %w", t.Name, err))
				break
			}
		}
		started++
		g.log.Debug("started", "task", t.Name)
	}
	if len(errs) == 0 {
		<-ctx.Done()
	}
	for started > 0 {
		started--
		if err := g.stop(context.WithoutCancel(ctx), g.tasks[started]); err != nil {
			errs = append(errs, err)
		}
	}
	for {
		select {
		case err := <-failures:
			errs = append(errs, err)
		default:
			return errors.Join(errs...)
		}
	}
}

// stop gives up on a task that does not return at its deadline: what stands below it must still end well.
func (g *Group) stop(ctx context.Context, t Task) error {
	if t.Stop == nil {
		return nil
	}
	deadline := t.Deadline
	if deadline == 0 {
		deadline = usualDeadline
	}
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- t.Stop(ctx) }()
	g.log.Debug("stopping", "task", t.Name)
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		select {
		case err = <-ended: // it obeyed at the last moment
		case <-time.After(grace):
			err = fmt.Errorf("did not end within %s", deadline)
		}
	}
	if err != nil {
		return fmt.Errorf("stop %s: %w", t.Name, err)
	}
	return nil
}

// grace is what a task gets to return once its deadline has passed.
const grace = time.Second
