package main

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// quietListener lets a server stop without losing an answer. http.Server.Shutdown alone loses some: closing the listener
// resets the connections that the system has accepted for it, and a request that is read once Shutdown has begun is
// dropped. So hush empties the queue at the door, shuts it, and waits until nobody is being served; Shutdown comes after.
type quietListener struct {
	net.Listener
	hushed chan struct{} // closed when nobody comes in any more but those of late
	late   chan net.Conn // from the queue at the door, then nil
	closed func()
	ended  <-chan struct{}

	mu     sync.Mutex
	guests map[net.Conn]guest
}

// guest is an open connection.
type guest struct {
	state http.ConnState
	since time.Time // it came
}

func quiet(l net.Listener) *quietListener {
	ended := make(chan struct{})
	return &quietListener{Listener: l, hushed: make(chan struct{}), late: make(chan net.Conn), guests: map[net.Conn]guest{},
		ended: ended, closed: sync.OnceFunc(func() { close(ended) })}
}

// Accept notes who comes in.
func (q *quietListener) Accept() (net.Conn, error) {
	c, err := q.Listener.Accept()
	if err != nil {
		select {
		case <-q.hushed:
		default:
			return nil, err
		}
		for c == nil {
			select {
			case c = <-q.late:
			case <-q.ended:
				return nil, net.ErrClosed
			}
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.guests[c] = guest{http.StateNew, time.Now()}
	return c, nil
}

// Close closes the listener.
func (q *quietListener) Close() error {
	q.closed()
	return q.Listener.Close()
}

// watch is http.Server.ConnState.
func (q *quietListener) watch(c net.Conn, state http.ConnState) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if state == http.StateClosed || state == http.StateHijacked {
		delete(q.guests, c)
	} else if g, here := q.guests[c]; here {
		g.state = state
		q.guests[c] = g
	}
}

// speechFor is what a connection gets that has never said anything: browsers open some in advance.
const speechFor = time.Second

// busy says whether somebody is being served, or has just come.
func (q *quietListener) busy() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, g := range q.guests {
		if g.state == http.StateActive || g.state == http.StateNew && time.Since(g.since) < speechFor {
			return true
		}
	}
	return false
}

// hush shuts the door and returns once nobody is being served, or ctx ends. The server must close each connection after
// its answer by then.
func (q *quietListener) hush(ctx context.Context) {
	close(q.hushed)
	// The nil after them says that those who were let in before are among the guests: the same loop has brought them.
	for _, c := range append(shutDoor(q.Listener), nil) {
		select {
		case q.late <- c:
		case <-ctx.Done():
			if c != nil {
				c.Close()
			}
		}
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for q.busy() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
