// Package live pushes counters to browsers while an edition is open: how many people have voted, in all and in each
// district, or how many proposals are in, and how much time is left. What proposals have got is none of them: no rulebook
// shows it ballot by ballot.
package live

import (
	"encoding/json"
	"hash/fnv"
	"strconv"
	"time"

	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
)

// What is counted of a step.
type What string

// What can be counted.
const (
	Voters   What = "voters"   // people who have voted
	Deposits What = "deposits" // proposals that were deposited
)

// Counters are what is told of a step at one moment.
type Counters struct {
	What  What
	Total int
	// Districts counts by the slug of a district. One that is not in it has none, or nobody knows: see Told.
	Districts map[string]int
	Left      time.Duration // until the step ends, by the platform's clock; 0 once it has
	Endless   bool          // no end is known, and Left means nothing
}

// Few is the number under which the voters of a district are not told: a board in a meeting room must not say of a
// district that nobody there has voted.
const Few = 5

// Told says what is told of a district's number, false when it is too small to be told. Proposals are public one by one,
// so that of them only none is left unsaid.
func (c Counters) Told(slug string) (n int, ok bool) {
	n = c.Districts[slug]
	if c.What == Voters {
		return n, n >= Few
	}
	return n, n > 0
}

// frame is the JSON of an event. What is left is told anew with each one, so it does not make a new one.
type frame struct {
	Total     int            `json:"total"`
	Districts map[string]int `json:"districts"` // those that are told
	Left      *int64         `json:"left"`      // seconds; null without an end
}

func (c Counters) frame() frame {
	f := frame{Total: c.Total, Districts: map[string]int{}, Left: c.left()}
	for slug := range c.Districts {
		if n, ok := c.Told(slug); ok {
			f.Districts[slug] = n
		}
	}
	return f
}

func (c Counters) left() *int64 {
	if c.Endless {
		return nil
	}
	left := int64(c.Left / time.Second)
	return &left
}

// event is the counters as a browser receives them (the HTML standard, 9.2: server-sent events), with an identifier that
// is the same for the same counters.
func (c Counters) event() (id string, wire []byte) {
	f := c.frame()
	data := jsonOf(f)
	f.Left = nil
	sum := fnv.New64a()
	_, _ = sum.Write(jsonOf(f))
	id = strconv.FormatUint(sum.Sum64(), 36)
	return id, []byte("event: counters\nid: " + id + "\ndata: " + string(data) + "\n\n")
}

// pulse says that the counters are still the same, and how much time is left. It is an event and not a comment, since a
// page cannot hear comments and must know whether it is still told the truth.
func (c Counters) pulse() []byte {
	return []byte("event: pulse\ndata: " + string(jsonOf(map[string]*int64{"left": c.left()})) + "\n\n")
}

func jsonOf(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // numbers and names alone
	}
	return b
}

// Topic is what a listener listens to.
type Topic struct {
	Platform platform.Platform
	Step     ids.ID
	What     What
}

// key names a topic.
type key struct {
	platform int64
	step     ids.ID
	what     What
}

func (t Topic) key() key { return key{t.Platform.Key, t.Step, t.What} }
