package i18n

import (
	"strconv"
	"time"
)

var (
	weekdays = map[Lang][7]string{
		FR: {"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"},
		EN: {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	}
	months = map[Lang][12]string{
		FR: {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
		EN: {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	}
	shortMonths = map[Lang][12]string{
		FR: {"janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."},
		EN: {"Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec"},
	}
)

// Date writes a day of the locale's zone in full: « dimanche 14 décembre 2025 ».
func (l *Locale) Date(t time.Time) string {
	return l.dayMonth(t) + " " + strconv.Itoa(t.In(l.Zone).Year())
}

// dayMonth is « dimanche 14 décembre ».
func (l *Locale) dayMonth(t time.Time) string {
	t = t.In(l.Zone)
	return weekdays[l.Lang][t.Weekday()] + " " + l.day(t) + nbsp + months[l.Lang][t.Month()-1]
}

// DateShort writes a day in little room: « 14 déc. 2025 ».
func (l *Locale) DateShort(t time.Time) string {
	t = t.In(l.Zone)
	return l.day(t) + nbsp + shortMonths[l.Lang][t.Month()-1] + " " + strconv.Itoa(t.Year())
}

func (l *Locale) day(t time.Time) string {
	if l.Lang == FR && t.Day() == 1 {
		return "1er"
	}
	return strconv.Itoa(t.Day())
}

// Time writes an hour: « 20 h », « 20 h 30 », "8 pm", "8:30 pm".
func (l *Locale) Time(t time.Time) string {
	t = t.In(l.Zone)
	h, m := t.Hour(), t.Minute()
	minutes := strconv.Itoa(100 + m)[1:]
	if l.Lang == FR {
		text := strconv.Itoa(h) + nbsp + "h"
		if m > 0 {
			text += nbsp + minutes
		}
		return text
	}
	half := "am"
	if h >= 12 {
		half = "pm"
	}
	switch {
	case h == 0 && m == 0:
		return "midnight"
	case h == 12 && m == 0:
		return "noon"
	}
	text := strconv.Itoa((h+11)%12 + 1)
	if m > 0 {
		text += ":" + minutes
	}
	return text + nbsp + half
}

// DateTime writes a moment of the current edition, without its year: « dimanche 14 décembre, 20 h ».
func (l *Locale) DateTime(t time.Time) string { return l.dayMonth(t) + ", " + l.Time(t) }

// DateTimeFull writes a moment with its year: « dimanche 14 décembre 2025, 20 h ».
func (l *Locale) DateTimeFull(t time.Time) string { return l.Date(t) + ", " + l.Time(t) }

// Until writes an end: « jusqu’au dimanche 14 décembre, 20 h ». Midnight ends the day before it, which is then named
// as included.
func (l *Locale) Until(t time.Time) string {
	local := t.In(l.Zone)
	if local.Hour() == 0 && local.Minute() == 0 && local.Second() == 0 {
		return l.T("time.until_day", "Day", l.dayMonth(local.AddDate(0, 0, -1)))
	}
	return l.T("time.until", "Moment", l.DateTime(t))
}

// Days writes a number of days: « 3 jours ».
func (l *Locale) Days(n int) string { return l.T("time.days", "Count", n) }

// DaysLeft writes how much time there is until an end, in days of the calendar: « il reste 3 jours », « dernier jour »,
// « c’est terminé ».
func (l *Locale) DaysLeft(now, end time.Time) string {
	if !now.Before(end) {
		return l.T("time.over")
	}
	// An end at midnight belongs to the day before.
	n := int(midnight(end.Add(-1), l.Zone).Sub(midnight(now, l.Zone)) / (24 * time.Hour))
	if n == 0 {
		return l.T("time.last_day")
	}
	return l.T("time.days_left", "Count", n)
}

// midnight gives the day of t in the zone as a time in UTC, where every day lasts 24 hours.
func midnight(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
