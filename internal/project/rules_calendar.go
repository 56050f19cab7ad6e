package project

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
)

// maxSteps is more than any edition has, so that a slip is seen.
const maxSteps = 30

// Kinds lists the kinds of step that an organiser can add, in their usual order.
func Kinds() []Kind {
	return []Kind{Presentation, Collect, Preselection, Analysis, Vote, Result, Delivery, Other}
}

// name gives the name of a step as an argument of a sentence: its own title, or that of its kind.
func (s Step) name() any {
	if s.Title != "" {
		return s.Title
	}
	return i18n.Key("step." + string(s.Kind))
}

// stepField names an input of step i: "steps[2].starts".
func stepField(i int, name string) string { return fmt.Sprintf("steps[%d].%s", i, name) }

// CheckCalendar refuses a calendar that cannot happen, with every reason at once: nil, or fault.Invalid with the input of each
// in Field ("steps[1].ends"). Steps come in their order; each begins no earlier than the one before it, and the vote, the
// results and the works wait for what they need.
func CheckCalendar(steps []Step) error {
	var found []*fault.Error
	wrong := func(i int, field, key string, pairs ...any) {
		found = append(found, fault.New(fault.Invalid, "fault.calendar."+key, append(pairs, "Step", steps[i].name())...).In(stepField(i, field)))
	}
	if len(steps) == 0 || len(steps) > maxSteps {
		return fault.New(fault.Invalid, "fault.calendar.count", "Max", maxSteps).In("steps")
	}
	known := func(k Kind) bool {
		for _, one := range Kinds() {
			if one == k {
				return true
			}
		}
		return false
	}
	for i, s := range steps {
		switch {
		case !known(s.Kind):
			wrong(i, "kind", "kind")
		case s.Kind == Other && strings.TrimSpace(s.Title) == "":
			wrong(i, "title", "title")
		case utf8.RuneCountInString(s.Title) > maxTitle:
			wrong(i, "title", "title_long", "Max", maxTitle)
		}
		needsEnd := s.Kind == Collect || s.Kind == Vote || s.Kind == Preselection
		switch {
		case s.StartsAt.IsZero():
			wrong(i, "starts", "no_start")
		case s.EndsAt.IsZero() && needsEnd:
			wrong(i, "ends", "no_end")
		case !s.EndsAt.IsZero() && !s.StartsAt.Before(s.EndsAt):
			wrong(i, "ends", "ends_first")
		case i > 0 && s.StartsAt.Before(steps[i-1].StartsAt):
			wrong(i, "starts", "order", "Before", steps[i-1].name())
		}
	}
	for i, s := range steps {
		for j, earlier := range steps[:i] {
			if waitsFor(s.Kind, earlier.Kind) && !earlier.EndsAt.IsZero() && s.StartsAt.Before(earlier.EndsAt) && !s.StartsAt.IsZero() {
				wrong(i, "starts", "too_early", "Before", steps[j].name(), "Until", earlier.EndsAt)
			}
		}
		for _, later := range steps[i+1:] {
			if waitsFor(s.Kind, later.Kind) {
				wrong(i, "kind", "wrong_way", "Before", later.name())
			}
		}
	}
	return fault.All(found)
}

// waitsFor says whether a kind of step can only begin once one of another kind is over.
func waitsFor(kind, other Kind) bool {
	switch kind {
	case Vote, Preselection:
		return other == Collect
	case Result:
		return other == Vote || other == Collect
	case Delivery:
		return other == Vote || other == Collect
	}
	return false
}

// Remark is something about a calendar that the organiser should know and may leave as it is.
type Remark struct {
	Step int    // the index of the step; -1: about the whole
	Key  string // "calendar.remark.…" in the translations
	Args []any  // pairs of names and values
}

// The shortest times that practice in French cities gives: below, fewer people take part or services cannot answer.
const (
	shortCollect  = 21 * 24 * time.Hour
	shortVote     = 14 * 24 * time.Hour
	shortAnalysis = 42 * 24 * time.Hour // between the end of the deposit and the vote
)

// Remarks warns of what is short, of school holidays in a step where people take part, of electoral reserves, and says
// where holidays are not known.
func Remarks(steps []Step, school SchoolZone, zone *time.Location) []Remark {
	var list []Remark
	add := func(i int, key string, pairs ...any) {
		if i >= 0 {
			pairs = append(pairs, "Step", steps[i].name())
		}
		list = append(list, Remark{i, "calendar.remark." + key, pairs})
	}
	unknown := false
	for i, s := range steps {
		if s.StartsAt.IsZero() || s.EndsAt.IsZero() {
			continue
		}
		if i > 0 {
			if before := steps[i-1]; before.Kind != Presentation && s.Kind != Other && s.StartsAt.Before(before.EndsAt) {
				add(i, "overlap", "Before", before.name(), "Until", before.EndsAt)
			}
		}
		long := s.EndsAt.Sub(s.StartsAt)
		switch {
		case s.Kind == Collect && long < shortCollect:
			add(i, "short", "Count", days(long), "Least", days(shortCollect))
		case s.Kind == Vote && long < shortVote:
			add(i, "short", "Count", days(long), "Least", days(shortVote))
		}
		if s.Kind == Vote {
			if end := lastEnd(steps[:i], Collect); !end.IsZero() && s.StartsAt.Sub(end) < shortAnalysis && s.StartsAt.After(end) {
				add(i, "study", "Count", days(s.StartsAt.Sub(end)), "Least", days(shortAnalysis))
			}
		}
		if s.Kind != Collect && s.Kind != Vote && s.Kind != Presentation {
			continue
		}
		breaks, known := HolidaysIn(school, s.StartsAt, s.EndsAt, zone)
		unknown = unknown || !known
		for _, h := range breaks {
			key := "holidays"
			if s.Kind != Presentation && 2*h.meets(s.StartsAt, s.EndsAt, zone) >= long {
				key = "mostly_holidays"
			}
			first, last := h.Days(zone)
			add(i, key, "Name", i18n.Key("calendar.holiday."+h.Name), "From", first, "To", last)
		}
	}
	if unknown && school != "" {
		add(-1, "holidays_unknown", "From", day(holidaysFrom, zone), "To", day(holidaysTo, zone))
	}
	if from, to := span(steps); !from.IsZero() {
		for _, r := range ReservesIn(from, to, zone) {
			first, last := r.Days(zone)
			add(-1, "reserve", "Name", i18n.Key("calendar.reserve."+r.Name), "From", first, "To", last)
		}
	}
	return list
}

func days(d time.Duration) int { return int(d.Round(24*time.Hour) / (24 * time.Hour)) }

func lastEnd(steps []Step, kind Kind) (end time.Time) {
	for _, s := range steps {
		if s.Kind == kind && s.EndsAt.After(end) {
			end = s.EndsAt
		}
	}
	return end
}

// span is from the first start to the last end, or the last start when that is later.
func span(steps []Step) (from, to time.Time) {
	for _, s := range steps {
		if !s.StartsAt.IsZero() && (from.IsZero() || s.StartsAt.Before(from)) {
			from = s.StartsAt
		}
		if s.EndsAt.After(to) {
			to = s.EndsAt
		}
		if s.StartsAt.After(to) {
			to = s.StartsAt
		}
	}
	return from, to
}

// CheckMove refuses to change the past of a published calendar: what is over stays, what has begun keeps its beginning and its
// kind and cannot be taken out, and an open vote or deposit never ends earlier than announced. Fault: invalid, with the input
// of each reason.
func CheckMove(old, fresh []Step, now time.Time) error {
	var found []*fault.Error
	for i, was := range old {
		phase := PhaseOf(old, i, now)
		if phase == Future {
			continue
		}
		at := -1
		for j, s := range fresh {
			if s.ID == was.ID {
				at = j
			}
		}
		wrong := func(field, key string) {
			found = append(found, fault.New(fault.Invalid, "fault.calendar."+key, "Step", was.name()).In(field))
		}
		if at < 0 {
			wrong("steps", "gone")
			continue
		}
		s := fresh[at]
		switch {
		case s.Kind != was.Kind:
			wrong(stepField(at, "kind"), "begun")
		case !s.StartsAt.Equal(was.StartsAt):
			wrong(stepField(at, "starts"), "begun")
		case phase == Closed && !s.EndsAt.Equal(was.EndsAt):
			wrong(stepField(at, "ends"), "over")
		case phase == Open && (was.Kind == Vote || was.Kind == Collect) && s.EndsAt.Before(was.EndsAt):
			wrong(stepField(at, "ends"), "shorter")
		}
	}
	for j, s := range fresh {
		known := false
		for _, was := range old {
			known = known || was.ID == s.ID
		}
		if !known && !s.StartsAt.IsZero() && s.StartsAt.Before(now) {
			found = append(found, fault.New(fault.Invalid, "fault.calendar.past", "Step", s.name()).In(stepField(j, "starts")))
		}
	}
	return fault.All(found)
}

// prolonged moves the end of a step. When what comes after it must wait for it, all later steps that are to come move by as
// much. Faults: those of CheckCalendar.
func prolonged(steps []Step, at int, until time.Time) ([]Step, error) {
	fresh := append([]Step(nil), steps...)
	by := until.Sub(fresh[at].EndsAt)
	fresh[at].EndsAt = until
	if CheckCalendar(fresh) == nil {
		return fresh, nil
	}
	for i := at + 1; i < len(fresh); i++ {
		s := &fresh[i]
		if !s.StartsAt.IsZero() {
			s.StartsAt = s.StartsAt.Add(by)
		}
		if !s.EndsAt.IsZero() {
			s.EndsAt = s.EndsAt.Add(by)
		}
	}
	return fresh, CheckCalendar(fresh)
}

// ahead moves a calendar by whole years, on the same days of the week (52 weeks), until its first step is to come.
func ahead(steps []Step, now time.Time, zone *time.Location) []Step {
	fresh := append([]Step(nil), steps...)
	from, _ := span(steps)
	weeks := 0
	for !from.IsZero() && !from.AddDate(0, 0, 7*weeks).After(now) {
		weeks += 52
	}
	for i := range fresh {
		s := &fresh[i]
		if !s.StartsAt.IsZero() {
			s.StartsAt = s.StartsAt.In(zone).AddDate(0, 0, 7*weeks)
		}
		if !s.EndsAt.IsZero() {
			s.EndsAt = s.EndsAt.In(zone).AddDate(0, 0, 7*weeks)
		}
	}
	return fresh
}
