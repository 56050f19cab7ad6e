package ballot

import (
	"context"
	"errors"
	"sync"

	"github.com/parvis-civic/parvis/internal/fault"
)

// turnstile lets the ballots that wait for one box in together: whoever comes first to a box that nobody is writing to
// writes for all who wait, in one transaction, and hands over to one who has come meanwhile. So the busier it is the fewer
// transactions a ballot costs, and the counters of a step are written once for many ballots. It has no goroutine of its
// own: one of those who wait does the work.
type turnstile struct {
	mu    sync.Mutex
	boxes map[box]*line
}

// box is where ballots go: a project of a platform.
type box struct {
	platform int64
	project  string // slug
}

// line is who waits at a box where somebody is writing.
type line struct{ waiting []*cast }

// together is how many ballots are written at once at most.
const together = 256

// pass puts a cast in and waits until its group is written. write writes a group, in the order of coming; it sets what
// came of each cast, and its error is that nothing was written.
func (t *turnstile) pass(ctx context.Context, at box, c *cast, write func(ctx context.Context, group []*cast) error) error {
	c.turn = make(chan []*cast, 1)
	t.mu.Lock()
	l, busy := t.boxes[at]
	if busy {
		l.waiting = append(l.waiting, c)
		t.mu.Unlock()
		select {
		case group := <-c.turn:
			if group == nil {
				return c.err
			}
			t.lead(ctx, at, group, write)
			return c.err
		case <-ctx.Done():
			return t.leave(ctx, at, c, write)
		}
	}
	if t.boxes == nil {
		t.boxes = map[box]*line{}
	}
	t.boxes[at] = &line{}
	t.mu.Unlock()
	t.lead(ctx, at, []*cast{c}, write)
	return c.err
}

// leave gives up a place in the line, unless the group is being written already: then its outcome is waited for, as the
// ballot may be in.
func (t *turnstile) leave(ctx context.Context, at box, c *cast, write func(context.Context, []*cast) error) error {
	t.mu.Lock()
	if l := t.boxes[at]; l != nil {
		for i, w := range l.waiting {
			if w == c {
				l.waiting = append(l.waiting[:i], l.waiting[i+1:]...)
				t.mu.Unlock()
				return ctx.Err()
			}
		}
	}
	t.mu.Unlock()
	if group := <-c.turn; group != nil {
		t.lead(ctx, at, group, write)
	}
	return c.err
}

// lead writes a group for all in it, tells them, and lets the next group's first one lead.
func (t *turnstile) lead(ctx context.Context, at box, group []*cast, write func(context.Context, []*cast) error) {
	// The ballots of others must not fail because the browser of this one has gone.
	ctx = context.WithoutCancel(ctx)
	returned := false
	defer func() {
		t.next(at)
		for _, c := range group {
			if !returned { // write has panicked or left: its own goroutine says so, the others must not wait for ever
				c.err = fault.New(fault.Unavailable, "fault.database_unavailable").Because(errors.New("the group of ballots was not written"))
			}
			if c.turn != nil {
				c.turn <- nil
			}
		}
	}()
	err := write(ctx, group)
	if err != nil && len(group) > 1 {
		for _, c := range group { // each alone, so that one cannot spoil the others
			c.err = nil
			if err := write(ctx, []*cast{c}); err != nil {
				c.err = err
			}
		}
	} else if err != nil {
		group[0].err = err
	}
	returned = true
}

// next calls the first one in the line to lead a group, or closes the box.
func (t *turnstile) next(at box) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.boxes[at]
	if len(l.waiting) == 0 {
		delete(t.boxes, at)
		return
	}
	n := min(len(l.waiting), together)
	group := append([]*cast(nil), l.waiting[:n]...)
	l.waiting = append(l.waiting[:0], l.waiting[n:]...)
	group[0].turn <- group
}
