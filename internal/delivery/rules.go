package delivery

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/media"
)

// SilentAfter is how many months without a word are said in public.
const SilentAfter = 6

// Bounds of what is typed.
const (
	MaxTitle = 120
	MaxWords = 600  // a reason
	MaxBody  = 2000 // news
	maxList  = 30   // milestones, parts
	maxMoney = 1_000_000_000_000
)

// open says whether there is still something to wait for.
func (s State) open() bool { return s == Planned || s == UnderWay }

// At is the state at a time: one whose date has passed is late, without anybody's act.
func (d Delivery) At(now time.Time) State {
	if d.State.open() && !d.DueAt.IsZero() && !now.Before(d.DueAt) {
		return Late
	}
	return d.State
}

// Silent says whether nothing was heard of it for six months.
func (d Delivery) Silent(now time.Time) bool {
	return d.State.open() && d.UpdatedAt.Before(silence(now))
}

func silence(now time.Time) time.Time { return now.AddDate(0, -SilentAfter, 0) }

// Next is the stage that comes next; false when none is left.
func (d Delivery) Next() (position int, ok bool) {
	i := slices.IndexFunc(d.Milestones, func(m Milestone) bool { return m.DoneAt.IsZero() })
	return i, i >= 0
}

// Missed are the dates that have passed: stages by their position, the promise of the rulebook.
func (d Delivery) Missed(now time.Time) (positions []int, promise bool) {
	if !d.State.open() {
		return nil, false
	}
	for i, m := range d.Milestones {
		if m.DoneAt.IsZero() && !m.DueAt.IsZero() && !now.Before(endOf(m.DueAt)) {
			positions = append(positions, i)
		}
	}
	return positions, !d.PromisedAt.IsZero() && !now.Before(endOf(d.PromisedAt))
}

// endOf is the end of a day: what is planned for it is late from the next one on.
func endOf(day time.Time) time.Time { return day.AddDate(0, 0, 1) }

// due is from when on a winner is late.
func (d Delivery) due() (due time.Time) {
	first := func(day time.Time) {
		if !day.IsZero() && (due.IsZero() || endOf(day).Before(due)) {
			due = endOf(day)
		}
	}
	if !d.State.open() {
		return due
	}
	first(d.PromisedAt)
	for _, m := range d.Milestones {
		if m.DoneAt.IsZero() {
			first(m.DueAt)
		}
	}
	for _, p := range d.Parts {
		if p.State.open() {
			first(p.DueAt)
		}
	}
	return due
}

// Moment is what access asks about works: whether the person answers for them, by their role and their service. Works of no
// service are anybody's who follows works, and who follows works and is of no service, as in a small town, follows them all.
func Moment(who account.Person, service ids.ID, offices []Office) access.Moment {
	free := true
	for _, o := range offices {
		if o.has(who.ID) {
			if o.ID == service {
				return access.Moment{Charge: true}
			}
			free = false
		}
	}
	return access.Moment{Charge: who.Roles.Has(access.DeliveryAgent) && (service.IsZero() || free)}
}

// Change is what somebody tells of a winner. What is left out stays as it is.
type Change struct {
	Version int // that it was read in

	State     State // "" keeps it; Planned, UnderWay, Built
	Reached   []Reached
	Moved     []Moved
	Added     []Milestone
	Committed *int64 // hundredths
	Spent     *int64
	Service   *ids.ID // zero: none
	Parts     []Part  // all of them, in their order; nil keeps them
	News      *Told
	End       *Ending
}

// Reached is a stage that is done.
type Reached struct {
	Position int
	Day      time.Time
}

// Moved gives a stage a date, for a reason when it had one.
type Moved struct {
	Position int
	Day      time.Time
	Reason   Reason
	Words    string
}

// Told is a piece of news.
type Told struct {
	Phase   Phase
	Body    string
	Picture *media.Prepared // nil: none
	Alt     media.Alt       // what it shows; needed with a picture
}

// Ending abandons a winner.
type Ending struct{ Reason, MoneyBack string }

// Empty says whether nothing is told.
func (c Change) Empty() bool {
	return c.State == "" && c.Reached == nil && c.Moved == nil && c.Added == nil && c.Committed == nil && c.Spent == nil && c.Service == nil && c.Parts == nil && c.News == nil && c.End == nil
}

// With gives a winner with a change, at a time, or every reason against it (invalid: state, reached, day, moved[i], reason[i], words[i] of stage i,
// added, committed, spent, parts, news, alt, end, money_back).
func (d Delivery) With(c Change, now time.Time) (Delivery, error) {
	var found []*fault.Error
	wrong := func(field, key string, pairs ...any) {
		found = append(found, fault.New(fault.Invalid, "fault.works."+key, pairs...).In(field))
	}
	d.Milestones, d.Parts, d.Delays = slices.Clone(d.Milestones), slices.Clone(d.Parts), slices.Clone(d.Delays)
	if d.State == Abandoned && (c.State != "" || c.Reached != nil || c.Moved != nil || c.Added != nil || c.Parts != nil || c.End != nil) {
		wrong("state", "over")
		return d, fault.All(found)
	}
	if c.Parts != nil {
		d.parts(c.Parts, wrong)
	}
	if c.Committed != nil {
		d.Committed = c.Committed
		amount(*c.Committed, "committed", wrong)
	}
	if c.Spent != nil {
		d.Spent = c.Spent
		amount(*c.Spent, "spent", wrong)
	}
	if c.Service != nil {
		d.Service = *c.Service
	}
	for _, m := range c.Added {
		d.add(m, wrong)
	}
	for _, m := range c.Moved {
		d.move(m, now, wrong)
	}
	state := d.State
	for _, r := range c.Reached {
		if d.reach(r, now, wrong); state == Planned {
			state = UnderWay
		}
		if r.Position >= 0 && r.Position < len(d.Milestones) && d.Milestones[r.Position].Kind == Opening {
			state = Built
		}
	}
	switch c.State {
	case "":
	case Planned, UnderWay:
		if state != Built || len(c.Reached) == 0 {
			state = c.State
		}
	case Built:
		state = Built
	default:
		wrong("state", "state")
	}
	d.turn(state, c.Reached, now, wrong)
	if c.News != nil {
		c.News.check(wrong)
	}
	if c.End != nil {
		d.end(*c.End, now, wrong)
	}
	d.Version++
	d.UpdatedAt, d.DueAt = now, d.due()
	return d, fault.All(found)
}

// refusing notes what is wrong, with the field that it is about.
type refusing func(field, key string, pairs ...any)

func amount(hundredths int64, field string, wrong refusing) {
	if hundredths < 0 || hundredths > maxMoney {
		wrong(field, "money")
	}
}

func (d *Delivery) parts(list []Part, wrong refusing) {
	if len(list) > maxList {
		wrong("parts", "many", "Max", maxList)
	}
	for _, p := range list {
		switch {
		case p.Title == "" || utf8.RuneCountInString(p.Title) > MaxTitle:
			wrong("parts", "title", "Max", MaxTitle)
		case p.State != Built && p.State != Abandoned && !p.State.open():
			wrong("parts", "state")
		case p.State == Abandoned && p.Note == "", utf8.RuneCountInString(p.Note) > MaxWords:
			wrong("parts", "part_why", "Title", p.Title, "Max", MaxWords)
		}
	}
	d.Parts = list
}

func (d *Delivery) add(m Milestone, wrong refusing) {
	switch {
	case len(d.Milestones) >= maxList:
		wrong("added", "many", "Max", maxList)
	case !slices.Contains(Kinds(), m.Kind):
		wrong("added", "kind")
	case m.Kind == Free && m.Title == "", utf8.RuneCountInString(m.Title) > MaxTitle:
		wrong("added", "title", "Max", MaxTitle)
	default:
		m.DoneAt = time.Time{}
		d.Milestones = append(d.Milestones, m)
	}
}

func (d *Delivery) move(m Moved, now time.Time, wrong refusing) {
	of := func(field string) string { return fmt.Sprintf("%s[%d]", field, m.Position) }
	if m.Position < 0 || m.Position >= len(d.Milestones) || !d.Milestones[m.Position].DoneAt.IsZero() {
		wrong(of("moved"), "stage")
		return
	}
	stage := &d.Milestones[m.Position]
	if stage.DueAt.Equal(m.Day) {
		return
	}
	if m.Day.IsZero() || !now.Before(endOf(m.Day)) {
		wrong(of("moved"), "past")
	}
	if !stage.DueAt.IsZero() { // people were told a date
		if !slices.Contains(Reasons(), m.Reason) {
			wrong(of("reason"), "reason")
		}
		if m.Words = strings.TrimSpace(m.Words); m.Words == "" || utf8.RuneCountInString(m.Words) > MaxWords {
			wrong(of("words"), "words", "Max", MaxWords)
		}
		d.Delays = append(d.Delays, Delay{Position: m.Position, From: stage.DueAt, To: m.Day, Reason: m.Reason, Words: m.Words, At: now})
	}
	stage.DueAt = m.Day
}

func (d *Delivery) reach(r Reached, now time.Time, wrong refusing) {
	switch {
	case r.Position < 0 || r.Position >= len(d.Milestones) || !d.Milestones[r.Position].DoneAt.IsZero():
		wrong("reached", "stage")
	case r.Day.IsZero() || r.Day.After(now):
		wrong("day", "future")
	default:
		d.Milestones[r.Position].DoneAt = r.Day
	}
}

// turn gives a winner its state. What is built ended on the last day that was said, or today.
func (d *Delivery) turn(state State, reached []Reached, now time.Time, wrong refusing) {
	if state == Built && slices.ContainsFunc(d.Parts, func(p Part) bool { return p.State.open() }) {
		wrong("state", "parts")
		return
	}
	switch {
	case state == Built && d.State != Built:
		d.EndedAt = now
		for _, r := range reached {
			d.EndedAt = r.Day
		}
	case state.open():
		d.EndedAt = time.Time{}
	}
	d.State = state
}

func (t Told) check(wrong refusing) {
	if t.Body == "" || utf8.RuneCountInString(t.Body) > MaxBody {
		wrong("news", "news", "Max", MaxBody)
	}
	if !slices.Contains(Phases(), t.Phase) {
		wrong("phase", "phase")
	}
	if words, _ := t.Alt.In("fr"); t.Picture != nil && strings.TrimSpace(words) == "" {
		wrong("alt", "alt")
	}
}

func (d *Delivery) end(e Ending, now time.Time, wrong refusing) {
	e.Reason, e.MoneyBack = strings.TrimSpace(e.Reason), strings.TrimSpace(e.MoneyBack)
	if d.State == Built {
		wrong("end", "built")
	}
	if e.Reason == "" || utf8.RuneCountInString(e.Reason) > MaxBody {
		wrong("end", "end", "Max", MaxBody)
	}
	if e.MoneyBack == "" || utf8.RuneCountInString(e.MoneyBack) > MaxWords {
		wrong("money_back", "money_back", "Max", MaxWords)
	}
	d.State, d.EndedAt, d.Reason, d.MoneyBack = Abandoned, now, e.Reason, e.MoneyBack
}
