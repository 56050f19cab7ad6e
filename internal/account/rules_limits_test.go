package account

import (
	"net/netip"
	"testing"
	"time"
)

func TestLimitsWeighAccountAndNetworkTogether(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	ago := func(n int, d time.Duration) failures { return failures{n: n, since: now.Add(-d), last: now.Add(-d)} }
	for _, c := range []struct {
		name             string
		account, network failures
		trusted          bool
		want             time.Duration
	}{
		{"a first try", failures{}, failures{}, false, 0},
		{"two forgotten tries", ago(2, time.Second), ago(2, time.Second), false, 0},
		{"the fourth try at once", ago(3, 0), failures{}, false, time.Second},
		{"a second later", ago(3, time.Second), failures{}, false, 0},
		{"the eighth try at once", ago(7, 0), failures{}, false, 16 * time.Second},
		{"ten wrong ones lock it", ago(10, 0), failures{}, false, 15 * time.Minute},
		{"for a quarter of an hour", ago(10, 15*time.Minute), failures{}, false, 0},
		{"an hour later all is forgotten", ago(9, time.Hour), failures{}, false, 0},
		{"a first try on a busy network", failures{}, ago(900, 0), false, 0},
		{"a second one there waits", ago(1, 0), ago(50, 0), false, time.Minute},
		{"but not in a trusted place", ago(1, 0), ago(50, 0), true, 0},
		{"a network that guesses is shut", failures{}, ago(1_000, 0), false, 15 * time.Minute},
		{"a trusted place much later", failures{}, ago(1_000, 0), true, 0},
		{"but at some time too", failures{}, ago(10_000, 0), true, 15 * time.Minute},
	} {
		if got := wait(c.account, c.network, c.trusted, now); got != c.want {
			t.Errorf("%s: waits %v, want %v", c.name, got, c.want)
		}
	}
}

func TestWhoAsksForManyCodesWaitsAndIsNeverShutOut(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	ago := func(n int, d time.Duration) failures { return failures{n: n, since: now.Add(-d), last: now.Add(-d)} }
	for _, c := range []struct {
		name          string
		pair, address failures
		want          time.Duration
	}{
		{"a first code", failures{}, failures{}, 0},
		{"the fifth at once", ago(4, 0), ago(4, 0), 0},
		{"the sixth at once", ago(5, 0), ago(5, 0), 10 * time.Minute},
		{"and later", ago(5, 10*time.Minute), ago(5, 10*time.Minute), 0},
		{"the fiftieth", ago(49, 10*time.Minute), ago(49, 10*time.Minute), 0},
		{"a first one here, while strangers ask for many", failures{}, ago(20, 30*time.Second), 90 * time.Second},
		{"then", failures{}, ago(20, 2*time.Minute), 0},
		{"an hour later all is forgotten", ago(50, time.Hour), ago(90, time.Hour), 0},
	} {
		if got := waitCode(c.pair, c.address, now); got != c.want {
			t.Errorf("%s: waits %v, want %v", c.name, got, c.want)
		}
	}
}

// The bound that stands beside the limits: what a stranger with any number of networks may try in an hour.
func TestGuessingACodeStaysHopeless(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	var address failures
	var made []time.Time
	for at := now; at.Before(now.Add(6 * time.Hour)); at = at.Add(time.Second) {
		for waitCode(failures{}, address, at) == 0 {
			address = address.current(at)
			address.n, address.last = address.n+1, at
			made = append(made, at)
		}
	}
	most := 0
	for i, from := range made {
		n := 0
		for _, at := range made[i:] {
			if at.Sub(from) < time.Hour {
				n++
			}
		}
		most = max(most, n)
	}
	if chance := float64(most*codeTries) / codeKinds; chance > 4e-6 || most < addressFree {
		t.Errorf("%d codes in an hour: a chance of %g to guess one", most, chance)
	}
}

func TestNeighboursOfOneNetworkCountTogether(t *testing.T) {
	for addr, want := range map[string]string{"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "2001:db8:1:2:3::4": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64"} {
		if got := networkOf(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s is of %s, want %s", addr, got, want)
		}
	}
	if got := networkOf(netip.Addr{}); got != "unknown" {
		t.Errorf("no address is of %q", got)
	}
}
