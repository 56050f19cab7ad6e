package account

import (
	"net/netip"
	"time"
)

// Doing is what somebody contributes.
type Doing string

// What is contributed.
const (
	Deposits Doing = "deposit"
	Comments Doing = "comment"
	Reports  Doing = "report"
)

// TraceLife is how long it is known who contributed from which network: what the privacy page says.
const TraceLife = 7 * 24 * time.Hour

// newFor is how long an account is new: it contributes less often, so that a wave of them is seen before it floods.
const newFor = 24 * time.Hour

// most is how often in an hour somebody may contribute, as somebody new and later.
type most struct{ fresh, known int }

// often are the limits. A room may hold its own people closer.
var often = map[Doing]most{
	Deposits: {3, 10},
	Comments: {6, 30},
	Reports:  {10, 40},
}

// strangersHourly is how many reports an hour are taken from one network of people who are not signed in: a school's class, but
// no flood.
const strangersHourly = 20

// limitOf is how often in an hour somebody who is here since may do that, at a moment. Who is not signed in is new.
func limitOf(doing Doing, who Person, now time.Time) int {
	m := often[doing]
	if !who.Proved || now.Sub(who.CreatedAt) < newFor {
		return m.fresh
	}
	return m.known
}

// left is how long somebody waits who did it at these times of the last hour, the newest first; zero: not at all.
func left(lately []time.Time, limit int, now time.Time) time.Duration {
	if len(lately) < limit {
		return 0
	}
	return max(0, lately[limit-1].Add(time.Hour).Sub(now))
}

// neighbours gives the network in whose name contributions are looked at together: the /24 of an IPv4 address, the /64 of an
// IPv6 one; not valid without an address.
func neighbours(from netip.Addr) netip.Prefix {
	from = from.Unmap().WithZone("")
	if !from.IsValid() {
		return netip.Prefix{}
	}
	bits := 24
	if from.Is6() {
		bits = 64
	}
	return netip.PrefixFrom(from, bits).Masked()
}
