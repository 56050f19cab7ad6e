package live

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// writeWithin is how long a browser may take to receive an event.
const writeWithin = 10 * time.Second

// Stream answers a request with the events of a topic (text/event-stream), until the browser leaves, the hub stops, or
// the topic is not to be seen any more. Each event tells all, so one who comes back has missed nothing; with the
// Last-Event-ID of what is still true it is told only that. Faults: those of a hub that lets nobody in.
//
//	event: counters   {"total": 3288, "districts": {"halles": 214}, "left": 90061}
//	event: pulse      {"left": 90046}
//
// left is in seconds, null without an end; a district that is too small to be told is missing.
func (h *Hub) Stream(w http.ResponseWriter, r *http.Request, of Topic) error {
	l, err := h.listen(of, r.Header.Get("Last-Event-ID"))
	if err != nil {
		return err
	}
	defer h.leave(l)
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store, no-transform")
	header.Set("X-Accel-Buffering", "no") // a proxy hands each event on at once
	if r.Method == http.MethodHead {
		return nil
	}
	out := http.NewResponseController(w)
	_ = out.SetReadDeadline(time.Time{}) // the server's own is for requests; a writer that has none needs nothing
	// Those whom a stop has sent away do not all come back at the same moment.
	say(w, out, []byte("retry: "+strconv.Itoa(2000+rand.IntN(4000))+"\n\n"))
	for {
		select {
		case wire, ok := <-l.c:
			if !ok || !say(w, out, wire) {
				return nil
			}
		case <-r.Context().Done():
			return nil
		}
	}
}

// say sends an event now, and says whether it could.
func say(w http.ResponseWriter, out *http.ResponseController, wire []byte) bool {
	if err := out.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return false
	}
	if _, err := w.Write(wire); err != nil {
		return false
	}
	return out.Flush() == nil
}
