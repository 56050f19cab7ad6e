package main

import (
	"net"
	"sync/atomic"
	"time"
)

// quietListener can be told to take no new connection while those that the system has already accepted for it are
// handed out. Closing a listener would reset those, with the requests that their clients have sent.
type quietListener struct {
	net.Listener
	accepted atomic.Int64
}

func quiet(l net.Listener) *quietListener { return &quietListener{Listener: l} }

// Accept counts.
func (q *quietListener) Accept() (net.Conn, error) {
	c, err := q.Listener.Accept()
	if err == nil {
		q.accepted.Add(1)
	}
	return c, err
}

// The listener is quiet once nobody came for quietFor; it is not waited for longer than quietAtMost.
const (
	quietFor    = 20 * time.Millisecond
	quietAtMost = 500 * time.Millisecond
)

// hush returns once nobody waits at the door. Where the system cannot turn newcomers away it only waits for a quiet moment.
func (q *quietListener) hush() {
	turnAway(q.Listener)
	for deadline := time.Now().Add(quietAtMost); time.Now().Before(deadline); {
		before := q.accepted.Load()
		time.Sleep(quietFor)
		if q.accepted.Load() == before {
			return
		}
	}
}
