package moderation

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Sign is why some contributions may come from one hand.
type Sign string

// The signs.
const (
	SameNetwork Sign = "network" // several new people from one network within an hour
	SameRhythm  Sign = "rhythm"  // several people one after the other, as regular as a clock
	SameMail    Sign = "mail"    // addresses of one mailbox, or that differ by a number
	SameName    Sign = "name"    // names that count on
)

// Cluster is what looks as if one person had done it: a reason to look, never to act. A family, a class or a library looks the
// same.
type Cluster struct {
	Sign   Sign
	People []ids.ID        // who, in the order in which they came
	Traces []account.Trace // what they contributed, the first first
}

// Has says whether somebody is in it.
func (c Cluster) Has(person ids.ID) bool { return slices.Contains(c.People, person) }

const (
	fewest     = 3               // people of a cluster
	together   = time.Hour       // within which those of one network came
	rhythmMost = 5 * time.Minute // between two of a rhythm
	rhythmLeft = 10              // percent by which the pauses of a rhythm differ at most, of the longest
	rhythmFew  = 5               // contributions of a rhythm
)

// Suspect finds clusters among what was contributed of late. It is pure: the same traces give the same clusters, those with
// most people first.
func Suspect(traces []account.Trace) []Cluster {
	traces = slices.Clone(traces)
	slices.SortStableFunc(traces, func(a, b account.Trace) int { return a.At.Compare(b.At) })
	var found []Cluster
	for _, sign := range []struct {
		sign Sign
		by   func(account.Trace) string
		span time.Duration // 0: however long
	}{
		{SameNetwork, newcomerNetwork, together},
		{SameMail, func(t account.Trace) string { return mailFamily(t.Email) }, 0},
		{SameName, func(t account.Trace) string { return nameFamily(t.Name) }, 0},
	} {
		found = append(found, grouped(traces, sign.sign, sign.by, sign.span)...)
	}
	for _, doing := range []account.Doing{account.Deposits, account.Comments, account.Reports} {
		found = append(found, rhythms(traces, doing)...)
	}
	slices.SortStableFunc(found, func(a, b Cluster) int { return len(b.People) - len(a.People) })
	return found
}

// newcomerNetwork is the network of somebody whose account was new when they contributed.
func newcomerNetwork(t account.Trace) string {
	if t.At.Sub(t.CreatedAt) > 24*time.Hour {
		return ""
	}
	return t.Network
}

// grouped gives the clusters of those who share something, which is not empty, within a span.
func grouped(traces []account.Trace, sign Sign, by func(account.Trace) string, span time.Duration) (found []Cluster) {
	groups := map[string][]account.Trace{}
	var order []string
	for _, t := range traces {
		key := by(t)
		if key == "" {
			continue
		}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], t)
	}
	for _, key := range order {
		for _, run := range runs(groups[key], span) {
			if c := clusterOf(sign, run); len(c.People) >= fewest {
				found = append(found, c)
			}
		}
	}
	return found
}

// runs cuts a list where a pause is longer than the span.
func runs(list []account.Trace, span time.Duration) (parts [][]account.Trace) {
	from := 0
	for i := 1; i <= len(list); i++ {
		if i == len(list) || span > 0 && list[i].At.Sub(list[i-1].At) > span {
			parts = append(parts, list[from:i])
			from = i
		}
	}
	return parts
}

func clusterOf(sign Sign, traces []account.Trace) Cluster {
	c := Cluster{Sign: sign, Traces: traces}
	for _, t := range traces {
		if !c.Has(t.Participant) {
			c.People = append(c.People, t.Participant)
		}
	}
	return c
}

// rhythms finds the longest runs of one doing whose pauses are nearly alike.
func rhythms(all []account.Trace, doing account.Doing) (found []Cluster) {
	var list []account.Trace
	for _, t := range all {
		if t.Doing == doing {
			list = append(list, t)
		}
	}
	for from := 0; from+rhythmFew <= len(list); {
		to := from + 1
		shortest, longest := time.Duration(0), time.Duration(0)
		for ; to < len(list); to++ {
			pause := list[to].At.Sub(list[to-1].At)
			low, high := min(shortest, pause), max(longest, pause)
			if to == from+1 {
				low, high = pause, pause
			}
			if pause <= 0 || pause > rhythmMost || (high-low)*100 > high*rhythmLeft {
				break
			}
			shortest, longest = low, high
		}
		if c := clusterOf(SameRhythm, list[from:to]); to-from >= rhythmFew && len(c.People) >= fewest {
			found = append(found, c)
			from = to
			continue
		}
		from++
	}
	return found
}

// mailFamily is what addresses of one mailbox share: what follows a plus sign and the dots are left out, and numbers at the
// end. Empty where too little is left to tell people apart by.
func mailFamily(email string) string {
	name, domain, ok := strings.Cut(strings.ToLower(email), "@")
	if !ok {
		return ""
	}
	name, _, _ = strings.Cut(name, "+")
	name = strings.TrimRightFunc(strings.ReplaceAll(name, ".", ""), unicode.IsDigit)
	if len(name) < 3 {
		return ""
	}
	return name + "@" + domain
}

// nameFamily is what names share that count on: « Bob 1 », « Bob 2 ». Empty for a name without a number at its end.
func nameFamily(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	stem := strings.TrimSpace(strings.TrimRightFunc(name, unicode.IsDigit))
	if len(stem) < 2 || stem == name {
		return ""
	}
	return stem
}
