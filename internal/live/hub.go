package live

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
)

// How often is looked and told. The database's version is asked once a second for all: on SQLite that reads a number in
// memory, on PostgreSQL it is one small statement, and it changes with every commit of every process. So no act has to
// remember to wake anybody, and what happens within a second is one event.
const (
	lookEvery  = time.Second
	pulseEvery = 15 * time.Second
	lookWithin = 5 * time.Second // after which a look is given up
)

const (
	maxListeners = 20_000
	// backlog is how many events may wait for a listener. One that is further behind is sent away: the browser comes back
	// and is told what holds then.
	backlog = 4
)

// source is where the counters are.
type source interface {
	// Version changes with every commit.
	Version(ctx context.Context) (string, error)
	// Counters reads topics at one moment; what nobody may see is missing.
	Counters(ctx context.Context, topics []Topic) (map[key]Counters, error)
}

// Hub tells everybody in this process who listens. However many listen to a topic, it is read once.
type Hub struct {
	source source
	log    *slog.Logger
	joined chan struct{} // somebody listens to what has not been read
	ill    bool          // the last look failed; the loop's alone

	mu        sync.Mutex // over what follows
	topics    map[key]*topic
	listeners int
	closed    bool

	cancel context.CancelFunc
	ended  chan struct{}
}

// topic is a topic that somebody listens to.
type topic struct {
	Topic
	listeners map[*listener]bool

	// What was last read; version is "" before.
	version  string
	counters Counters
	id       string
	read     time.Time
	told     time.Time
}

// listener is one browser.
type listener struct {
	key key
	c   chan []byte // closed when it is sent away
	has string      // identifier of the counters that it has from before
}

// New gives a hub over a database. It tells nothing before Start.
func New(d *db.DB, log *slog.Logger) *Hub { return newHub(database{d}, log) }

func newHub(s source, log *slog.Logger) *Hub {
	return &Hub{source: s, log: log, joined: make(chan struct{}, 1), topics: map[key]*topic{}, ended: make(chan struct{})}
}

// Start lets the hub tell, until Stop.
func (h *Hub) Start(ctx context.Context) {
	ctx, h.cancel = context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		defer close(h.ended)
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				h.look(ctx, false)
			case <-h.joined:
				h.look(ctx, true)
			case <-ctx.Done():
				return
			}
		}
	}()
}

// Stop sends everybody away at once, lets nobody in any more, and ends the hub.
func (h *Hub) Stop(ctx context.Context) error {
	h.mu.Lock()
	h.closed = true
	for _, t := range h.topics {
		h.close(t)
	}
	h.mu.Unlock()
	h.cancel()
	select {
	case <-h.ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Listeners says how many listen.
func (h *Hub) Listeners() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.listeners
}

// listen lets a browser listen that already has the counters of an identifier, "" for none. What it must know comes first.
// Faults: unavailable while the hub stops, limited when there are too many.
func (h *Hub) listen(of Topic, has string) (*listener, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.closed:
		return nil, fault.New(fault.Unavailable, "fault.live.stopping")
	case h.listeners >= maxListeners:
		return nil, fault.New(fault.Limited, "fault.live.full")
	}
	t := h.topics[of.key()]
	if t == nil {
		t = &topic{Topic: of, listeners: map[*listener]bool{}}
		h.topics[of.key()] = t
		select {
		case h.joined <- struct{}{}:
		default: // the loop is called already
		}
	}
	l := &listener{key: of.key(), c: make(chan []byte, backlog), has: has}
	t.listeners[l] = true
	h.listeners++
	if t.version != "" {
		now := t.counters
		now.Left = max(0, now.Left-time.Since(t.read).Truncate(time.Second))
		_, wire := now.event()
		h.greet(t, l, wire, now.pulse())
	}
	return l, nil
}

// leave forgets a listener. The last one takes the topic away.
func (h *Hub) leave(l *listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.topics[l.key]
	if t == nil {
		return
	}
	if t.listeners[l] { // else it was sent away
		h.drop(t, l)
	}
	if len(t.listeners) == 0 {
		delete(h.topics, l.key)
	}
}

// drop sends a listener away. The caller holds the lock.
func (h *Hub) drop(t *topic, l *listener) {
	delete(t.listeners, l)
	h.listeners--
	close(l.c)
}

// close sends away all who listen to a topic. The caller holds the lock.
func (h *Hub) close(t *topic) {
	for l := range t.listeners {
		h.drop(t, l)
	}
	delete(h.topics, t.key())
}

// greet tells a listener where the counters are, or that they are as it has them. The caller holds the lock.
func (h *Hub) greet(t *topic, l *listener, wire, pulse []byte) {
	if l.has == t.id {
		wire = pulse
	}
	h.send(t, l, wire)
}

// send hands a listener an event, or sends it away when too many wait. The caller holds the lock.
func (h *Hub) send(t *topic, l *listener, wire []byte) {
	select {
	case l.c <- wire:
	default:
		h.drop(t, l)
	}
}

// look reads what may have changed, and tells it. unread limits it to what has never been read.
func (h *Hub) look(ctx context.Context, unread bool) {
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	if err := h.try(ctx, unread); err != nil && ctx.Err() != context.Canceled {
		if !h.ill { // once, and not each second
			h.log.Error("read live counters", "error", err)
		}
		h.ill = true
		return
	}
	h.ill = false
}

func (h *Hub) try(ctx context.Context, unread bool) error {
	if !h.heard() {
		return nil
	}
	version, err := h.source.Version(ctx) // before the counters, so that a commit between them is met next time
	if err != nil {
		return err
	}
	due := h.due(version, unread)
	if len(due) == 0 {
		return nil
	}
	found, err := h.source.Counters(ctx, due)
	if err != nil {
		return err // nobody is told anything: silence is how pages know
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, of := range due {
		t := h.topics[of.key()]
		if t == nil {
			continue // all have left
		}
		if c, ok := found[of.key()]; ok {
			h.tell(t, version, c)
		} else {
			h.close(t) // the project is not to be seen any more
		}
	}
	return nil
}

func (h *Hub) heard() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.topics) > 0
}

// due lists the topics to read: a commit may have changed them, or it is time to say that nothing has.
func (h *Hub) due(version string, unread bool) (list []Topic) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range h.topics {
		if t.version == "" || !unread && (t.version != version || time.Since(t.told) >= pulseEvery) {
			list = append(list, t.Topic)
		}
	}
	return list
}

// tell says counters just read to all who listen. The caller holds the lock.
func (h *Hub) tell(t *topic, version string, c Counters) {
	first := t.version == ""
	id, wire := c.event()
	changed := id != t.id
	t.version, t.counters, t.id, t.read = version, c, id, time.Now()
	switch {
	case first:
		for l := range t.listeners {
			h.greet(t, l, wire, c.pulse())
		}
	case changed:
		for l := range t.listeners {
			h.send(t, l, wire)
		}
	case time.Since(t.told) >= pulseEvery:
		wire = c.pulse()
		for l := range t.listeners {
			h.send(t, l, wire)
		}
	default:
		return
	}
	t.told = t.read
}

// database is the source of the counters.
type database struct{ *db.DB }

func (d database) Counters(ctx context.Context, topics []Topic) (found map[key]Counters, err error) {
	err = d.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		found = map[key]Counters{}
		for _, t := range topics {
			c, ok, err := Read(ctx, tx, t)
			if err != nil {
				return err
			}
			if ok {
				found[t.key()] = c
			}
		}
		return nil
	})
	return found, err
}
