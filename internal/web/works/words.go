package works

import (
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/delivery"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// tones of the states of works; the word says the rest.
var tones = map[delivery.State]ui.State{
	delivery.Planned:   {Tone: ui.Soon, Icon: "hourglass"},
	delivery.UnderWay:  {Tone: ui.Open, Icon: "circle-dot"},
	delivery.Built:     {Tone: ui.Open, Icon: "circle-check"},
	delivery.Late:      {Tone: ui.Attention, Icon: "hourglass"},
	delivery.Abandoned: {Tone: ui.Closed, Icon: "x"},
}

// Line is where the works of a winner are, in words.
type Line struct {
	Code     delivery.State
	State    ui.State
	Sentence string // what the state means here
	Why      Said   // what somebody wrote of it: why it is late, why it was given up; may be empty
	Next     string // the next date; empty: none waits
	Silence  string // since when nothing was heard; empty: something was
	Stages   []Stage
}

// Said is a text that somebody wrote, in the language of the edition.
type Said struct {
	Label string // in the page's language
	Text  string
}

// Stage is a dated stage of the works.
type Stage struct {
	Title  string
	Lang   string // of the title, when it is not the page's
	When   string // in words; may be empty
	Done   bool
	Missed bool
	Former []Former // dates that were told before, the first one first
}

// Former is a date that was moved.
type Former struct{ From, Reason, Words string }

// lineOf puts a follow-up into words, at a time. lang is that of the edition, when it is not the page's.
func lineOf(p ui.Page, d delivery.Delivery, lang string, now time.Time) Line {
	l := Line{Code: d.At(now), State: tones[d.At(now)]}
	l.State.Text = p.T("web.works." + string(l.Code))
	for i, m := range d.Milestones {
		s := Stage{Title: m.Title, Lang: lang, Done: !m.DoneAt.IsZero()}
		if s.Title == "" {
			s.Title, s.Lang = p.T("works.kind."+string(m.Kind)), ""
		}
		switch {
		case s.Done:
			s.When = p.T("web.works.done", "Day", p.DateShort(m.DoneAt))
		case l.Code == delivery.Abandoned:
		case !m.DueAt.IsZero():
			s.When = p.T("web.works.due", "Day", p.DateShort(m.DueAt))
		}
		for _, w := range d.Delays {
			if w.Position == i {
				s.Former = append(s.Former, Former{p.DateShort(w.From), p.T("works.reason." + string(w.Reason)), w.Words})
			}
		}
		l.Stages = append(l.Stages, s)
	}
	missed, promise := d.Missed(now)
	for _, i := range missed {
		l.Stages[i].Missed = true
		l.Stages[i].When = p.T("web.works.overdue", "Day", p.DateShort(d.Milestones[i].DueAt))
	}
	l.say(p, d, missed, promise)
	if d.Silent(now) {
		l.Silence = p.T("works.silent", "Day", p.Date(d.UpdatedAt))
	}
	return l
}

// say words the state: a sentence, what somebody wrote of it, and the next date.
func (l *Line) say(p ui.Page, d delivery.Delivery, missed []int, promise bool) {
	switch l.Code {
	case delivery.Built:
		l.Sentence = p.T("works.said.built", "Day", p.Date(d.EndedAt))
	case delivery.Abandoned:
		l.Sentence = p.T("works.said.abandoned", "Day", p.Date(d.EndedAt))
		l.Why = Said{p.T("works.why.abandoned"), d.Reason}
	case delivery.Late:
		switch {
		case promise:
			l.Sentence = p.T("works.said.promise", "Day", p.Date(d.PromisedAt))
		case len(missed) > 0:
			l.Sentence = p.T("works.said.late", "Stage", l.Stages[missed[0]].Title, "Day", p.Date(d.Milestones[missed[0]].DueAt))
		default:
			l.Sentence = p.T("works.said.late_part")
		}
	default:
		l.Sentence = p.T("works.said." + string(l.Code))
	}
	if at, ok := d.Next(); ok && l.Code != delivery.Built && l.Code != delivery.Abandoned && !l.Stages[at].Missed && !d.Milestones[at].DueAt.IsZero() {
		l.Next = p.T("works.next", "Stage", l.Stages[at].Title, "Day", p.Date(d.Milestones[at].DueAt))
	}
	if n := len(d.Delays); n > 0 && l.Code != delivery.Built && l.Code != delivery.Abandoned {
		w := d.Delays[n-1]
		l.Why = Said{p.T("works.why.moved", "Reason", p.T("works.reason."+string(w.Reason))), w.Words}
	}
}

// Money is what a winner costs.
type Money struct {
	Currency         string
	Voted            int64
	Committed, Spent *int64
}

// sentence says the money aloud.
func (m Money) sentence(p ui.Page) string {
	parts := []string{}
	if m.Voted > 0 {
		parts = append(parts, p.T("works.money.voted", "Amount", p.Money(m.Voted, m.Currency)))
	}
	if m.Committed != nil {
		parts = append(parts, p.T("works.money.committed", "Amount", p.Money(*m.Committed, m.Currency)))
	}
	if m.Spent != nil {
		parts = append(parts, p.T("works.money.spent", "Amount", p.Money(*m.Spent, m.Currency)))
	}
	return strings.Join(parts, " · ")
}

// bars are the money as a bar, from zero: what is spent, what is committed beyond it, and what is left of what was voted.
func (m Money) bars(p ui.Page) (parts []ui.EnvelopePart, whole int64) {
	spent, committed := int64(0), int64(0)
	if m.Spent != nil {
		spent = *m.Spent
		parts = append(parts, ui.EnvelopePart{Label: p.T("works.money.spent_word"), Amount: spent})
	}
	if m.Committed != nil {
		committed = max(*m.Committed-spent, 0)
		parts = append(parts, ui.EnvelopePart{Label: p.T("works.money.due_word"), Amount: committed, Class: "d3"})
	}
	if left := m.Voted - spent - committed; left > 0 && len(parts) > 0 {
		parts = append(parts, ui.EnvelopePart{Label: p.T("works.money.left_word"), Amount: left, Class: "rest"})
	}
	return parts, m.Voted
}

// Piece is a piece of news.
type Piece struct {
	Phase        string // in words
	Body         string
	Day          string
	Small, Full  string // paths of the picture; empty: none
	Alt, AltLang string
}

// pieces puts news into words, the last first; pictures are those that they show.
func pieces(p ui.Page, list []delivery.News, pictures map[ids.ID]media.Picture) (out []Piece) {
	for _, n := range list {
		one := Piece{Phase: p.T("works.phase." + string(n.Phase)), Body: n.Body, Day: p.Date(n.At)}
		if shown, ok := pictures[n.Picture]; ok {
			alt, of := shown.Alt.In(p.Lang)
			if one.Small, one.Full, one.Alt = media.Path(n.Picture, media.Small), media.Path(n.Picture, media.Full), alt; of != p.Lang {
				one.AltLang = string(of)
			}
		}
		out = append(out, one)
	}
	return out
}

// amountOr is an amount, or a dash for one that was not said.
func amountOr(p ui.Page, hundredths *int64, currency string) string {
	if hundredths == nil {
		return "–"
	}
	return p.Money(*hundredths, currency)
}
