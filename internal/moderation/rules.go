package moderation

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Reason is a reason of the charter for which something is reported or removed. Its words are the translations
// moderation.reason.KEY and moderation.reason.KEY.what.
type Reason struct {
	Key       string
	Readable  bool // it leaves the lists, and stays readable under a notice
	Illegal   bool // out of sight at once, also where a second person must agree
	Political bool // a second person must agree
}

// Reasons lists them in the order of the pages.
func Reasons() []Reason {
	return []Reason{
		{Key: "insult"},
		{Key: "illegal", Illegal: true},
		{Key: "personal", Illegal: true},
		{Key: "advert"},
		{Key: "offtopic", Readable: true},
		{Key: "duplicate", Readable: true},
		{Key: "campaign", Political: true},
		{Key: "other"},
	}
}

// reasonOf finds a reason by its key.
func reasonOf(key string) (Reason, bool) {
	for _, r := range Reasons() {
		if r.Key == key {
			return r, true
		}
	}
	return Reason{}, false
}

const (
	maxNote     = 1000 // characters of what is written to an author
	maxSentence = 500  // of a report
	maxAppeal   = 2000
	maxPassage  = 300
	mostDays    = 60  // that an author may be given to change something
	mostBarred  = 365 // days
	minPassage  = 3   // characters: less would blank half a text
)

// AppealTime is how long an author may contest a decision.
const AppealTime = 60 * 24 * time.Hour

// Blanked stands in the place of personal data that was taken out.
const Blanked = "[…]"

// Decision is what a moderator decides of a case.
type Decision struct {
	Verb      Verb
	Reason    string
	Note      string
	Political bool     // it is of a political kind, or about an elected person
	Days      int      // of Edit and Exclude
	Passages  []string // of Blank: as they stand in the text
	Version   int      // of the case that the moderator read
}

// check refuses what is incomplete. Faults: invalid (act, reason, note, days, passages).
func (d Decision) check() error {
	var faults []*fault.Error
	bad := func(wrong bool, field, key string, pairs ...any) {
		if wrong {
			faults = append(faults, fault.New(fault.Invalid, key, pairs...).In(field))
		}
	}
	_, known := reasonOf(d.Reason)
	switch d.Verb {
	case Keep, Restore:
	case Hide, Exclude, Edit:
		bad(!known, "reason", "fault.moderation.reason")
	case Blank:
		bad(len(d.Passages) == 0, "passages", "fault.moderation.passages")
		for _, p := range d.Passages {
			bad(utf8.RuneCountInString(p) < minPassage || utf8.RuneCountInString(p) > maxPassage, "passages", "fault.moderation.passage", "Min", minPassage, "Max", maxPassage)
		}
	default:
		bad(true, "act", "fault.moderation.act")
	}
	bad(d.Verb == Edit && d.Note == "", "note", "fault.moderation.what_to_change")
	bad(d.Verb == Edit && (d.Days < 1 || d.Days > mostDays), "days", "fault.moderation.days", "Max", mostDays)
	bad(d.Verb == Exclude && (d.Days < 1 || d.Days > mostBarred), "days", "fault.moderation.days", "Max", mostBarred)
	bad(utf8.RuneCountInString(d.Note) > maxNote, "note", "fault.moderation.long", "Max", maxNote)
	return fault.All(faults)
}

// standing is how far the decision gets with one person alone. Political content needs a second one for all but keeping it, for
// taking personal data out, which harms somebody every minute, and for what is illegal, which leaves at once and is looked at then.
func (d Decision) standing(political bool) Standing {
	reason, _ := reasonOf(d.Reason)
	switch {
	case !political && !reason.Political, d.Verb == Keep, d.Verb == Blank:
		return Done
	case d.Verb == Hide && reason.Illegal:
		return Urgent
	}
	return Proposed
}

// reason is what the act is filed under: personal data need no other word.
func (d Decision) reason() string {
	switch d.Verb {
	case Blank:
		return "personal"
	case Keep, Restore:
		return ""
	}
	return d.Reason
}

// fits refuses an act that a contribution cannot have any more. Fault: conflict.
func (d Decision) fits(c Contribution) error {
	switch {
	case c.Gone:
		return fault.New(fault.Conflict, "fault.moderation.gone")
	case c.Out && (d.Verb == Hide || d.Verb == Edit):
		return fault.New(fault.Conflict, "fault.moderation.out")
	case !c.Out && d.Verb == Restore:
		return fault.New(fault.Conflict, "fault.moderation.in")
	}
	return nil
}

// next is what the case waits for then.
func (d Decision) next(s Standing) State {
	switch {
	case s == Proposed || s == Urgent:
		return Second
	case d.Verb == Edit:
		return Asked
	}
	return Settled
}

// Contestable says whether its author may contest a decision at a time: once, while there is time, and while it holds.
func (a Act) Contestable(now time.Time) bool {
	switch a.Verb {
	case Hide, Edit, Blank, Exclude:
	default:
		return false
	}
	return (a.Standing == Done || a.Standing == Urgent) && a.AppealedAt.IsZero() && a.UndoneAt.IsZero() && now.Before(a.At.Add(AppealTime))
}

// involves says whether somebody decided or agreed: then another answers.
func (a Act) involves(person ids.ID) bool { return a.By == person || a.Second == person }

// blanking gives what takes passages out of a text, whatever their case.
func blanking(passages []string) func(string) string {
	return func(text string) string {
		for _, p := range passages {
			text = replaceFold(text, p)
		}
		return text
	}
}

// replaceFold puts Blanked in the place of each occurrence of a passage, however it is capitalised. Only where letters keep
// their length when they change case can the places be told; elsewhere it replaces what is written exactly so.
func replaceFold(text, passage string) string {
	lower, want := strings.ToLower(text), strings.ToLower(passage)
	if len(lower) != len(text) || len(want) != len(passage) {
		return strings.ReplaceAll(text, passage, Blanked)
	}
	var b strings.Builder
	for {
		at := strings.Index(lower, want)
		if at < 0 {
			break
		}
		b.WriteString(text[:at])
		b.WriteString(Blanked)
		text, lower = text[at+len(want):], lower[at+len(want):]
	}
	b.WriteString(text)
	return b.String()
}

// monthOf is a local month, as 202611.
func monthOf(t time.Time, zone *time.Location) int {
	t = t.In(zone)
	return t.Year()*100 + int(t.Month())
}
