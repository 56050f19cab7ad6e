package account

import (
	"net/netip"
	"time"
)

// failures are what went wrong of late for one account, or from one network.
type failures struct {
	n     int
	since time.Time // of the first counted
	last  time.Time
}

// The limits. They weigh an account and the network it is tried from together, so that a school or a mobile operator,
// whose thousands share one address, is not locked out by a few who forget, while guessing through many accounts is
// slowed down.
const (
	freeTries     = 3                // of an account, before it waits
	lockTries     = 10               // of an account, before it is locked
	lockTime      = 15 * time.Minute // and for how long
	window        = time.Hour        // after which what was counted is forgotten
	networkSlow   = 50               // failures from a network from which accounts that failed once already wait
	networkShut   = 1_000            // failures from a network from which a password opens nothing more; a code still does
	networkCodes  = 200              // codes sent for a network in the window
	trustedFactor = 10               // a place that the organiser trusts may do so many times more
)

// Codes by e-mail. A code opens only to the page that asked for it, so that what a stranger does with an address burns no
// code of its owner; and who asks often waits between two codes, but is never shut out, so that a stranger cannot keep
// its owner from asking.
//
// Guessing: in any hour at most 2 × addressFree + 30 codes are made for an address, wherever they are asked from, and each
// is tried codeTries times: 350 tries of 10^codeDigits, less than 4 in a million. (With an agent's code waiting, twice that.)
const (
	codeDigits   = 8
	codeKinds    = 100_000_000 // 10^codeDigits
	codeTries    = 5           // wrong ones that who asked for a code may type
	pairFree     = 5           // codes to an address from one network in the window, before each next one waits
	pairEvery    = 10 * time.Minute
	addressFree  = 20 // codes to an address from everywhere
	addressEvery = 2 * time.Minute
)

// waitCode says how long no code may be asked for an address, of which some were sent from the same network, and is zero
// when one may.
func waitCode(pair, address failures, now time.Time) time.Duration {
	pair, address = pair.current(now), address.current(now)
	left := time.Duration(0)
	if pair.n >= pairFree {
		left = pair.last.Add(pairEvery).Sub(now)
	}
	if address.n >= addressFree {
		left = max(left, address.last.Add(addressEvery).Sub(now))
	}
	return max(0, left)
}

// current gives what still counts at a moment.
func (f failures) current(now time.Time) failures {
	if f.n <= 0 || now.Sub(f.since) >= window {
		return failures{since: now, last: now}
	}
	return f
}

// wait says how long a password must not be tried, and is zero when it may.
func wait(account, network failures, trusted bool, now time.Time) time.Duration {
	account, network = account.current(now), network.current(now)
	times := 1
	if trusted {
		times = trustedFactor
	}
	until := account.last
	switch {
	case network.n >= networkShut*times:
		until = network.last.Add(lockTime)
	case account.n >= lockTries:
		until = account.last.Add(lockTime)
	case account.n >= freeTries:
		until = account.last.Add(time.Second << (account.n - freeTries))
	case account.n > 0 && network.n >= networkSlow*times:
		until = account.last.Add(time.Minute)
	}
	return max(0, until.Sub(now))
}

// networkOf gives the network whose failures are counted together: an IPv4 address, or the /64 of an IPv6 one.
func networkOf(from netip.Addr) string {
	from = from.Unmap().WithZone("")
	if !from.IsValid() {
		return "unknown"
	}
	if from.Is6() {
		return netip.PrefixFrom(from, 64).Masked().String()
	}
	return from.String()
}
