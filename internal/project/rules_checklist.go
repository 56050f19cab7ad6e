package project

import (
	"slices"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/rulebook"
)

// Plan is what an organiser decided of an edition that neither its rulebook nor its steps say.
type Plan struct {
	Model      Model      `json:"model"`
	Population int        `json:"population,omitempty"` // of the place; 0: not said
	Envelope   Envelope   `json:"envelope"`
	School     SchoolZone `json:"school,omitempty"`
	Done       []Screen   `json:"done,omitempty"` // the screens that were saved at least once
}

// Screen is one of the screens on which an edition is set up, in their order.
type Screen string

// The screens.
const (
	ScreenWords    Screen = "presentation"
	ScreenMoney    Screen = "budget"
	ScreenCalendar Screen = "calendrier"
	ScreenRules    Screen = "reglement"
	ScreenTopics   Screen = "categories"
	ScreenForm     Screen = "formulaire"
	ScreenTeam     Screen = "equipe"
)

// Screens lists them.
func Screens() []Screen {
	return []Screen{ScreenWords, ScreenMoney, ScreenCalendar, ScreenRules, ScreenTopics, ScreenForm, ScreenTeam}
}

// after gives the screen that follows; empty after the last.
func (s Screen) after() Screen {
	list := Screens()
	if i := slices.Index(list, s); i >= 0 && i+1 < len(list) {
		return list[i+1]
	}
	return ""
}

// Next gives the screen to go on with after one that was saved; empty when all were.
func (p Plan) Next(saved Screen) Screen {
	for s := saved.after(); s != ""; s = s.after() {
		if !slices.Contains(p.Done, s) {
			return s
		}
	}
	return ""
}

func (p *Plan) saved(s Screen) {
	if !slices.Contains(p.Done, s) {
		p.Done = append(slices.Clone(p.Done), s)
	}
}

// Check is one line of the check-list of an edition.
type Check struct {
	Key    string // "organise.check.KEY" in the translations
	Screen Screen // where to see to it
	Done   bool
	Blocks bool      // the edition cannot be published without
	Due    time.Time // when it must be done; zero: before publishing
}

// Late says whether it should have been done.
func (c Check) Late(now time.Time) bool { return !c.Done && !c.Due.IsZero() && !now.Before(c.Due) }

// Readiness is what the check-list reads.
type Readiness struct {
	Project  Project
	Steps    []Step
	Book     rulebook.Rulebook
	Plan     Plan
	Outlines int // districts that have one
	Analysts int // people who were given the role
	Admitted int // addresses on the list
}

// Checklist says what an edition needs before it is published, and then before each of its dates.
func (r Readiness) Checklist(now time.Time) []Check {
	done := func(s Screen) bool { return slices.Contains(r.Plan.Done, s) }
	list := []Check{
		{Key: "words", Screen: ScreenWords, Blocks: true, Done: strings.TrimSpace(r.Project.Summary) != ""},
		{Key: "money", Screen: ScreenMoney, Blocks: true, Done: done(ScreenMoney) && r.Book.Count.Budget > 0},
		{Key: "calendar", Screen: ScreenCalendar, Blocks: true, Done: done(ScreenCalendar) && CheckCalendar(r.Steps) == nil},
		{Key: "rules", Screen: ScreenRules, Blocks: true, Done: done(ScreenRules) && r.Book.Validate() == nil},
	}
	if len(r.Steps) > 0 && r.Project.State == Draft {
		list = append(list, Check{Key: "ahead", Screen: ScreenCalendar, Blocks: true, Done: !r.missed(now)})
	}
	if len(r.Book.Districts) > 0 {
		list = append(list, Check{Key: "outlines", Screen: ScreenMoney, Done: r.Outlines >= len(r.Book.Districts), Due: r.starts(Collect)})
	}
	if at := r.starts(Analysis); !at.IsZero() {
		list = append(list, Check{Key: "analysts", Screen: ScreenTeam, Done: r.Analysts > 0, Due: at})
	}
	if r.listed() {
		at := r.starts(Vote)
		if d := r.Book.Deposit; d != nil && d.Who.Listed && !r.starts(Collect).IsZero() {
			at = r.starts(Collect)
		}
		list = append(list, Check{Key: "admitted", Screen: ScreenTeam, Done: r.Admitted > 0, Due: at})
	}
	if at := r.starts(Vote); !at.IsZero() && r.Project.State == Published {
		selected := false
		for _, s := range r.Steps {
			selected = selected || s.Kind == Vote && s.Proposals > 0
		}
		list = append(list, Check{Key: "selected", Done: selected, Due: at})
	}
	return list
}

// missed says whether people can no longer deposit or vote as the calendar says.
func (r Readiness) missed(now time.Time) bool {
	for i, s := range r.Steps {
		if (s.Kind == Collect || s.Kind == Vote) && PhaseOf(r.Steps, i, now) == Closed {
			return true
		}
	}
	return false
}

func (r Readiness) listed() bool {
	return r.Book.Deposit != nil && r.Book.Deposit.Who.Listed || r.Book.Vote.Who != nil && r.Book.Vote.Who.Listed
}

func (r Readiness) starts(kind Kind) time.Time {
	for _, s := range r.Steps {
		if s.Kind == kind {
			return s.StartsAt
		}
	}
	return time.Time{}
}
