package ui

import (
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/tally"
)

// Step is one stop of an edition's calendar.
type Step struct {
	Title    string
	Lang     string    // of the title, when it is not the page's
	From, To time.Time // To is excluded; zero when it isn't known
	Place    StepPlace
	Href     templ.SafeURL // empty: no page of its own
}

// StepPlace says where we are on the line.
type StepPlace string

// The places.
const (
	StepPast   StepPlace = "past"
	StepHere   StepPlace = "here"
	StepFuture StepPlace = "future"
)

// When says the dates of a step as a sentence does.
func (p Page) When(s Step) string {
	last := s.To.Add(-time.Microsecond) // a day that ends at midnight is its last day
	switch {
	case s.From.IsZero() && s.To.IsZero():
		return ""
	case s.Place == StepHere && !s.To.IsZero():
		return p.Until(s.To)
	case s.To.IsZero():
		return p.T("web.step.from", "From", p.DateShort(s.From))
	case s.From.IsZero() || p.DateShort(s.From) == p.DateShort(last):
		return p.T("web.step.on", "Day", p.DateShort(last))
	}
	return p.T("web.step.between", "From", p.DateShort(s.From), "To", p.DateShort(last))
}

// EnvelopePart is one part of an envelope bar.
type EnvelopePart struct {
	Label  string
	Amount int64  // hundredths
	Class  string // "d0"… for a district, "rest" for what is left, anything else is painted in the accent
}

const barWidth = 1000 // of the drawing; the page stretches it

// bar is a rectangle of a bar, in thousandths of its width.
type bar struct {
	x, width string
	class    string
}

// barsOf lays the parts side by side, to the scale of whole or of their sum when they pass it. What is not nothing is
// seen: it gets two thousandths at least.
func barsOf(parts []EnvelopePart, whole int64) []bar {
	var sum int64
	for _, part := range parts {
		sum += max(part.Amount, 0)
	}
	whole = max(whole, sum, 1)
	var bars []bar
	at := 0.0
	for _, part := range parts {
		if part.Amount <= 0 {
			continue
		}
		w := float64(part.Amount) / float64(whole) * barWidth
		bars = append(bars, bar{x: decimal(at), width: decimal(max(w-1.5, 2)), class: part.Class})
		at += w
	}
	return bars
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

// share is a width of a bar for part of whole; something is at least two thousandths.
func share(part, whole int64) string {
	if part <= 0 || whole <= 0 {
		return "0"
	}
	return decimal(max(float64(part)/float64(whole)*barWidth, 2))
}

// Plain is an amount as the API writes it: hundredths 400050 are "4000.50", 400000 are "4000".
func Plain(hundredths int64) string { return tally.Amount(hundredths).String() }

// Score is what a proposal got: votes, or points when the ballot gives points.
type Score struct {
	Known      bool // false while totals are hidden
	Total      int64
	Supporters int64 // people who named it
	Points     bool  // Total is points
}

// Field is the name in the API of what Total is.
func (s Score) Field() string {
	if s.Points {
		return "Proposal.points"
	}
	return "Proposal.votes"
}

// Words writes the score: « 164 votes », « 320 points ».
func (p Page) Words(s Score) string {
	if s.Points {
		return p.T("web.points", "Count", s.Total)
	}
	return p.T("web.votes", "Count", s.Total)
}

var unbroken = strings.NewReplacer(" !", "\u202f!", " ?", "\u202f?", " ;", "\u202f;", " :", "\u00a0:", " »", "\u00a0»", "« ", "«\u00a0", " €", "\u00a0€", " %", "\u00a0%")

// Tidy keeps what people wrote from breaking where no line may end: before ! ? ; : and inside quotes.
func Tidy(text string) string { return unbroken.Replace(text) }

// Card is a proposal as lists show it.
type Card struct {
	Number    int64
	Title     string
	Lang      string // of the title and the districts, when it is not the page's
	Href      templ.SafeURL
	Districts []District // none: the whole city
	Placeless bool       // the edition has no districts: no place is said
	Category  string     // the main one
	Cost      *int64     // hundredths; nil when it isn't known
	Currency  string
	Score     Score
	State     *State // nil: nothing to say yet
	// The picture, large and small, and what it shows; none: it is drawn, for decoration.
	PictureURL, SmallURL string
	PictureAlt           string
	PictureLang          string // of PictureAlt, when it is not the page's
}

// DistrictWords names the districts of a proposal, the city when there is none.
func (p Page) DistrictWords(districts []District) string {
	switch len(districts) {
	case 0:
		return p.T("web.district.whole")
	case 1:
		return districts[0].Name
	}
	names := make([]string, len(districts))
	for i, d := range districts {
		names[i] = d.Name
	}
	return p.List(names)
}

// sentence says what ends here, and how a project below can win all the same.
func (c CutLine) sentence(p Page, currency string) string {
	key := "web.results.cut"
	switch {
	case c.Guarantee && c.Stopped:
		key = "web.results.cut_guarantee_stopped"
	case c.Guarantee:
		key = "web.results.cut_guarantee"
	case c.Stopped:
		key = "web.results.cut_stopped"
	}
	return p.T(key, "Left", p.Money(c.Left, currency))
}

// ResultLine is a proposal in the order of a count.
type ResultLine struct {
	Rank      int
	Number    int64
	Title     string
	Lang      string // of the title and the districts, when it is not the page's
	Href      templ.SafeURL
	Districts []District
	Placeless bool  // the edition has no districts: no place is said
	Cost      int64 // hundredths
	Score     Score
	Winner    bool
	Completed bool     // a winner completed from a reserve
	Counted   bool     // false: the rule isn't counted, nothing is in or out
	Reason    string   // the sentence that says why
	Cut       *CutLine // drawn above this line
}

// CutLine is where the envelope ended.
type CutLine struct {
	Left      int64 // hundredths left when the next project did not fit
	Stopped   bool  // the count stopped here; otherwise cheaper projects could still fit below
	Guarantee bool  // below it, others win by the minimum per district
}

// Facet is a filter's value with how many proposals it has.
type Facet struct {
	Slug  string
	Name  string
	Count int64
}
