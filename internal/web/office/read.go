package office

import (
	"strconv"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/tally"
)

// reader reads the fields of a form that are not plain text, and collects what cannot be read. What was typed is shown again
// from the form itself.
type reader struct {
	r     *web.Request
	found []*fault.Error
}

func (f *reader) wrong(field, key string, pairs ...any) {
	f.found = append(f.found, fault.New(fault.Invalid, key, pairs...).In(field))
}

func (f *reader) err() error { return fault.All(f.found) }

// unspaced takes away the spaces that people group digits with.
func unspaced(text string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\u00a0', '\u202f', '\u2009', '\'':
			return -1
		}
		return r
	}, text)
}

// number reads a whole number; an empty field is 0.
func (f *reader) number(field string) int {
	text := unspaced(f.r.Posted(field))
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		f.wrong(field, "fault.form.number", "Value", text)
		return 0
	}
	return n
}

// amount reads money as people write it: « 50 000 », « 50 000,50 € ». An empty field is 0.
func (f *reader) amount(field string) tally.Amount {
	text := strings.TrimSuffix(unspaced(f.r.Posted(field)), "€")
	if text == "" {
		return 0
	}
	a, err := tally.ParseAmount(strings.Replace(text, ",", ".", 1))
	if err != nil || a < 0 {
		f.wrong(field, "fault.form.amount", "Value", text)
	}
	return max(a, 0)
}

// words reads a list that is apart by commas, spaces or lines.
func (f *reader) words(field string) []string {
	return strings.FieldsFunc(f.r.Posted(field), func(r rune) bool { return r == ',' || r == ';' || r == '\n' || r == ' ' || r == '\t' })
}

// moment reads a day and an hour of the platform's zone; without an hour it is the beginning of the day, or for an end the
// end of that day. An empty day is the zero time.
func (f *reader) moment(day, hour string, end bool) time.Time {
	text, clock := f.r.Posted(day), f.r.Posted(hour)
	if text == "" {
		if clock != "" {
			f.wrong(day, "fault.form.day")
		}
		return time.Time{}
	}
	zone := f.r.Platform.Zone
	if clock != "" {
		t, err := time.ParseInLocation("2006-01-02 15:04", text+" "+clock, zone)
		if err != nil {
			f.wrong(day, "fault.form.day")
		}
		return t
	}
	t, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		f.wrong(day, "fault.form.day")
		return time.Time{}
	}
	if end {
		return t.AddDate(0, 0, 1)
	}
	return t
}

// dayHour writes a moment as the fields of a form have it: the inverse of reader.moment.
func dayHour(t time.Time, zone *time.Location, end bool) (day, hour string) {
	if t.IsZero() {
		return "", ""
	}
	t = t.In(zone)
	if t.Hour() == 0 && t.Minute() == 0 {
		if end {
			t = t.AddDate(0, 0, -1)
		}
		return t.Format(time.DateOnly), ""
	}
	return t.Format(time.DateOnly), t.Format("15:04")
}

// typed writes an amount as one types it; nothing for none.
func typed(a tally.Amount, lang string) string {
	if a == 0 {
		return ""
	}
	text := a.String()
	if lang == "fr" {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}

// count writes a number as one types it; nothing for none.
func count[T int | int64](n T) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(int64(n), 10)
}

// options makes the answers of a question from their values and the translations PREFIX.VALUE.
func options[T ~string](p ui.Page, prefix string, chosen []T, values ...T) []ui.Option {
	list := make([]ui.Option, len(values))
	for i, v := range values {
		list[i] = ui.Option{Value: string(v), Label: p.T(prefix + "." + string(v))}
		for _, c := range chosen {
			list[i].Chosen = list[i].Chosen || c == v
		}
	}
	return list
}
