package project

import "time"

// SchoolZone is one of the three zones of the French school holidays, which share out the academies of mainland France.
type SchoolZone string

// The zones; the empty one is a place that is in none (Corsica, overseas) or that did not say.
const (
	ZoneA SchoolZone = "A"
	ZoneB SchoolZone = "B"
	ZoneC SchoolZone = "C"
)

// SchoolZones lists them.
func SchoolZones() []SchoolZone { return []SchoolZone{ZoneA, ZoneB, ZoneC} }

// Stretch is a stretch of days with a name, from its first day to the day after its last.
type Stretch struct {
	Name     string // "autumn", "christmas", "winter", "spring", "summer"; or an election
	From, To string // 2006-01-02
}

// The years whose school holidays are known here, as the ministry of education's calendar for metropolitan France gives
// them (school years 2025-2026 and 2026-2027). Outside of them nothing is said.
const holidaysFrom, holidaysTo = "2025-09-01", "2027-07-03"

var holidays = []struct {
	Stretch
	zones string
}{
	{Stretch{"autumn", "2025-10-18", "2025-11-03"}, "ABC"}, {Stretch{"christmas", "2025-12-20", "2026-01-05"}, "ABC"},
	{Stretch{"winter", "2026-02-07", "2026-02-23"}, "A"}, {Stretch{"winter", "2026-02-14", "2026-03-02"}, "B"}, {Stretch{"winter", "2026-02-21", "2026-03-09"}, "C"},
	{Stretch{"spring", "2026-04-04", "2026-04-20"}, "A"}, {Stretch{"spring", "2026-04-11", "2026-04-27"}, "B"}, {Stretch{"spring", "2026-04-18", "2026-05-04"}, "C"},
	{Stretch{"summer", "2026-07-04", "2026-09-01"}, "ABC"},
	{Stretch{"autumn", "2026-10-17", "2026-11-02"}, "ABC"}, {Stretch{"christmas", "2026-12-19", "2027-01-04"}, "ABC"},
	{Stretch{"winter", "2027-02-13", "2027-03-01"}, "A"}, {Stretch{"winter", "2027-02-20", "2027-03-08"}, "B"}, {Stretch{"winter", "2027-02-06", "2027-02-22"}, "C"},
	{Stretch{"spring", "2027-04-10", "2027-04-26"}, "A"}, {Stretch{"spring", "2027-04-17", "2027-05-03"}, "B"}, {Stretch{"spring", "2027-04-03", "2027-04-19"}, "C"},
}

// reserves are the months before general elections in which a local authority does not advertise what it does (code
// électoral, article L. 52-1: from the first day of the sixth month before the month of the vote), to the last day on which
// the second round can be held. The presidential one of 2027 falls in April (constitution, article 7).
var reserves = []Stretch{
	{"municipal_2026", "2025-09-01", "2026-03-23"},
	{"presidential_2027", "2026-10-01", "2027-05-03"},
	{"departmental_2028", "2027-09-01", "2028-04-01"},
}

// day reads a day as it begins in a zone.
func day(text string, zone *time.Location) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		panic(err) // a table of this file
	}
	return t
}

// meets says how much of a span of time a stretch covers.
func (s Stretch) meets(from, to time.Time, zone *time.Location) time.Duration {
	a, b := day(s.From, zone), day(s.To, zone)
	if a.Before(from) {
		a = from
	}
	if b.After(to) {
		b = to
	}
	return max(0, b.Sub(a))
}

// HolidaysIn gives the school holidays of a zone that touch a span of time, and whether those of that whole span are known.
func HolidaysIn(school SchoolZone, from, to time.Time, zone *time.Location) (list []Stretch, known bool) {
	for _, h := range holidays {
		for _, z := range h.zones {
			if SchoolZone(z) == school && h.meets(from, to, zone) > 0 {
				list = append(list, h.Stretch)
			}
		}
	}
	return list, school != "" && !from.Before(day(holidaysFrom, zone)) && !to.After(day(holidaysTo, zone))
}

// ReservesIn gives the electoral reserves that touch a span of time.
func ReservesIn(from, to time.Time, zone *time.Location) (list []Stretch) {
	for _, r := range reserves {
		if r.meets(from, to, zone) > 0 {
			list = append(list, r)
		}
	}
	return list
}

// Days gives the first and the last day of a stretch, as they begin in a zone.
func (s Stretch) Days(zone *time.Location) (first, last time.Time) {
	return day(s.From, zone), day(s.To, zone).AddDate(0, 0, -1)
}
