package discussion

import (
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
)

// Until says how long people may comment on the proposals of an edition.
type Until string

// The answers. They may from the beginning of the first step on.
const (
	Always      Until = "always"
	VoteOpens   Until = "vote_opens"
	VoteCloses  Until = "vote_closes"
	NotAnyLater Until = "closed" // nobody may any more
)

// Untils lists them, the longest first.
func Untils() []Until { return []Until{Always, VoteCloses, VoteOpens, NotAnyLater} }

// Rule says when people may comment on the proposals of an edition. What was said stays readable.
type Rule struct {
	Until     Until
	Reason    string // public, when the city changed it
	ChangedAt time.Time
}

// Phase is where the discussion of an edition is. What came from elsewhere is not discussed here.
func (r Rule) Phase(origin project.Origin, steps []project.Step, now time.Time) access.Phase {
	if origin == project.Imported || r.Until == NotAnyLater {
		return access.Closed
	}
	begun := false
	for i := range steps {
		begun = begun || project.PhaseOf(steps, i, now) != access.Future
	}
	if !begun {
		return access.Future
	}
	if at := project.VoteStep(steps); at >= 0 {
		phase := project.PhaseOf(steps, at, now)
		if r.Until == VoteOpens && phase != access.Future || r.Until == VoteCloses && phase == access.Closed {
			return access.Closed
		}
	}
	return access.Open
}

func (r Rule) check() error {
	for _, u := range Untils() {
		if u == r.Until {
			return nil
		}
	}
	return fault.New(fault.Invalid, "fault.talk.until").In("until")
}

const (
	// MaxBody is how long a comment, or a message, may be, in characters.
	MaxBody   = 3000
	maxReason = 500
	maxName   = 80
	minBody   = 2
)

// EditTime is how long its author may change a comment: the time to correct a slip, before others rely on what it says.
const EditTime = 30 * time.Minute

// again is how long the same words from the same person on the same proposal are one comment: somebody pressed twice.
const again = 10 * time.Minute

// Comments of one person in a time. A new account says less, so that a wave of them is seen before it floods.
const (
	newFor    = 24 * time.Hour // since somebody proved an address here
	newHourly = 4
	newDaily  = 12
	hourly    = 20
	daily     = 80
)

// tidy is a text without the spaces around it and with at most one empty line between paragraphs.
func tidy(text string) string {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	for strings.Contains(text, "\n\n\n") {
		text = strings.ReplaceAll(text, "\n\n\n", "\n\n")
	}
	return text
}

// checkBody refuses a text that is missing or too long.
func checkBody(text string) error {
	switch n := utf8.RuneCountInString(text); {
	case n < minBody:
		return fault.New(fault.Invalid, "fault.talk.empty").In("body")
	case n > MaxBody:
		return fault.New(fault.Invalid, "fault.talk.long", "Max", MaxBody, "Count", n-MaxBody).In("body")
	}
	return nil
}

// checkName refuses a name that is too long or no name.
func checkName(name string) error {
	if utf8.RuneCountInString(name) > maxName || strings.ContainsAny(name, "\n\t<>") {
		return fault.New(fault.Invalid, "fault.account.name", "Max", maxName).In("name")
	}
	return nil
}

// limit refuses one more comment from somebody who is here since, and published those of the last day at these times.
func limit(since time.Time, lately []time.Time, now time.Time) error {
	perHour, perDay := hourly, daily
	if now.Sub(since) < newFor {
		perHour, perDay = newHourly, newDaily
	}
	hour, day := 0, 0
	oldest := now
	for _, at := range lately {
		if now.Sub(at) >= 24*time.Hour {
			continue
		}
		day++
		if now.Sub(at) < time.Hour {
			hour++
			if at.Before(oldest) {
				oldest = at
			}
		}
	}
	switch {
	case day >= perDay:
		return fault.New(fault.Limited, "fault.talk.day", "Count", perDay)
	case hour >= perHour:
		left := oldest.Add(time.Hour).Sub(now)
		f := fault.New(fault.Limited, "fault.talk.hour", "Count", int((left.Minutes())+1))
		f.RetryAfter = left
		return f
	}
	return nil
}

// pathOf is the address of a proposal, without its words.
func pathOf(slug string, number int) string {
	return "/projets/" + url.PathEscape(slug) + "/propositions/" + strconv.Itoa(number)
}

// PathOf is the address of a comment on a proposal of an edition.
func PathOf(slug string, number int, comment ids.ID) string {
	return pathOf(slug, number) + "/commentaires/" + comment.String()
}
