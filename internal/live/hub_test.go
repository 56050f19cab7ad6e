package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
)

// shelf is a source that a test fills. It counts how often it is read.
type shelf struct {
	mu       sync.Mutex
	version  int
	counters map[key]Counters
	err      error
	reads    int
}

func (s *shelf) Version(context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Sprint(s.version), s.err
}

func (s *shelf) Counters(_ context.Context, topics []Topic) (map[key]Counters, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := map[key]Counters{}
	for _, t := range topics {
		s.reads++
		if c, ok := s.counters[t.key()]; ok {
			found[t.key()] = c
		}
	}
	return found, s.err
}

// commit changes the counters of a topic; none hides it.
func (s *shelf) commit(of Topic, c ...Counters) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version++
	delete(s.counters, of.key())
	for _, c := range c {
		s.counters[of.key()] = c
	}
}

func (s *shelf) breakDown(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func (s *shelf) read() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads
}

var vote = Topic{Step: ids.ID{1}, What: Voters}

func voters(n int) Counters { return Counters{What: Voters, Total: n, Left: 90 * time.Minute} }

// inBubble runs a test on a hub whose time is the test's own.
func inBubble(t *testing.T, fn func(t *testing.T, h *Hub, s *shelf)) {
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{counters: map[key]Counters{}}
		s.commit(vote, voters(10))
		h := newHub(s, slog.New(slog.NewTextHandler(io.Discard, nil)))
		h.Start(t.Context())
		fn(t, h, s)
		if err := h.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

func join(t *testing.T, h *Hub, has string) *listener {
	t.Helper()
	l, err := h.listen(vote, has)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	return l
}

// told gives what a listener has been told and not yet heard, an event per line, shortened.
func (l *listener) told() string {
	var all []string
	for {
		select {
		case wire, ok := <-l.c:
			if !ok {
				return strings.Join(append(all, "sent away"), ", ")
			}
			kind, rest, _ := strings.Cut(strings.TrimPrefix(string(wire), "event: "), "\n")
			if _, total, ok := strings.Cut(rest, `"total":`); ok {
				kind += " " + total[:strings.IndexByte(total, ',')]
			}
			all = append(all, kind)
		default:
			return strings.Join(all, ", ")
		}
	}
}

func (l *listener) wants(t *testing.T, want string) {
	t.Helper()
	synctest.Wait()
	if got := l.told(); got != want {
		t.Errorf("told %q, want %q", got, want)
	}
}

func TestWhatHappensWithinASecondIsOneEventAndOneReading(t *testing.T) {
	inBubble(t, func(t *testing.T, h *Hub, s *shelf) {
		all := make([]*listener, 1000)
		for i := range all {
			all[i] = join(t, h, "")
		}
		if got := s.read(); got != 1 {
			t.Errorf("%d readings for a thousand who come", got)
		}
		for n := range 50 {
			s.commit(vote, voters(11+n))
			time.Sleep(10 * time.Millisecond) // of the bubble's own time
		}
		time.Sleep(lookEvery)
		for _, l := range all {
			l.wants(t, "counters 10, counters 60")
		}
		if got := s.read(); got != 2 {
			t.Errorf("%d readings, want one for all that happened", got)
		}
	})
}

func TestNothingNewIsSaidAsAPulse(t *testing.T) {
	inBubble(t, func(t *testing.T, h *Hub, s *shelf) {
		l := join(t, h, "")
		l.wants(t, "counters 10")
		s.commit(vote, voters(10)) // something else was committed
		time.Sleep(pulseEvery - lookEvery)
		l.wants(t, "")
		time.Sleep(2 * lookEvery)
		l.wants(t, "pulse")
		time.Sleep(2 * pulseEvery)
		l.wants(t, "pulse, pulse")
	})
}

func TestAPageThatHasTheCountersIsOnlyToldSo(t *testing.T) {
	inBubble(t, func(t *testing.T, h *Hub, _ *shelf) {
		id, _ := voters(10).event()
		join(t, h, id).wants(t, "pulse")                // the first of all: read for it
		join(t, h, id).wants(t, "pulse")                // read before
		join(t, h, "of before").wants(t, "counters 10") // others have moved on
	})
}

func TestTimeLeftDoesNotMakeNewCounters(t *testing.T) {
	later := voters(10)
	later.Left = time.Minute
	a, _ := voters(10).event()
	b, wire := later.event()
	if a != b || !strings.Contains(string(wire), `"left":60`) {
		t.Errorf("%s, then %s: %s", a, b, wire)
	}
	if _, wire := (Counters{What: Voters, Endless: true}).event(); !strings.Contains(string(wire), `"left":null`) {
		t.Errorf("without an end: %s", wire)
	}
}

func TestWhoIsTooSlowIsSentAwayAlone(t *testing.T) {
	inBubble(t, func(t *testing.T, h *Hub, s *shelf) {
		slow, quick := join(t, h, ""), join(t, h, "")
		for n := range backlog + 1 {
			s.commit(vote, voters(20+n))
			time.Sleep(lookEvery)
			synctest.Wait()
			quick.told()
		}
		slow.wants(t, "counters 10, counters 20, counters 21, counters 22, sent away")
		if h.Listeners() != 1 {
			t.Errorf("%d listen, want the quick one", h.Listeners())
		}
		s.commit(vote, voters(99))
		time.Sleep(lookEvery)
		quick.wants(t, "counters 99")
		h.leave(slow) // as its handler does
		h.leave(quick)
		if h.Listeners() != 0 || h.heard() {
			t.Error("somebody is still there")
		}
		reads := s.read()
		s.commit(vote, voters(100))
		time.Sleep(time.Minute)
		if s.read() != reads {
			t.Error("it is read though nobody listens")
		}
	})
}

func TestABrokenDatabaseIsSilence(t *testing.T) {
	inBubble(t, func(t *testing.T, h *Hub, s *shelf) {
		l := join(t, h, "")
		l.wants(t, "counters 10")
		s.breakDown(errors.New("gone"))
		time.Sleep(time.Minute)
		l.wants(t, "")
		s.breakDown(nil)
		time.Sleep(lookEvery)
		l.wants(t, "pulse")
	})
}

func TestWhatIsHiddenEndsItsStreams(t *testing.T) {
	inBubble(t, func(t *testing.T, h *Hub, s *shelf) {
		l := join(t, h, "")
		s.commit(vote)
		time.Sleep(lookEvery)
		l.wants(t, "counters 10, sent away")
		if h.Listeners() != 0 {
			t.Errorf("%d listen", h.Listeners())
		}
	})
}

func TestAStopSendsAllAwayAtOnceAndLetsNobodyIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{counters: map[key]Counters{}}
		s.commit(vote, voters(10))
		h := newHub(s, slog.New(slog.DiscardHandler))
		h.Start(t.Context())
		l := join(t, h, "")
		start := time.Now()
		if err := h.Stop(t.Context()); err != nil || time.Since(start) > 0 {
			t.Errorf("it took %v: %v", time.Since(start), err)
		}
		l.wants(t, "counters 10, sent away")
		if _, err := h.listen(vote, ""); !fault.Is(err, fault.Unavailable) {
			t.Errorf("after the stop: %v", err)
		}
	})
}

func TestFewVotersOfADistrictAreNotTold(t *testing.T) {
	c := Counters{What: Voters, Total: 12, Districts: map[string]int{"port": 8, "ruche": 4, "halles": 0}}
	if _, wire := c.event(); !strings.Contains(string(wire), `"districts":{"port":8}`) {
		t.Errorf("voters: %s", wire)
	}
	c.What = Deposits // these are public, one by one
	if _, wire := c.event(); !strings.Contains(string(wire), `"districts":{"port":8,"ruche":4}`) {
		t.Errorf("deposits: %s", wire)
	}
}
