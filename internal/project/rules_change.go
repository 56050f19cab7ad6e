package project

import (
	"bytes"
	"time"

	"github.com/parvis-civic/parvis/internal/rulebook"
)

// Change says which parts of the rules differ between two rulebooks.
type Change struct {
	Deposit  bool // who may deposit what
	Vote     bool // the ballot, the count, the money, the districts: everything that a vote depends on
	Articles bool // what the city writes itself
}

// Any says whether anything differs.
func (c Change) Any() bool { return c.Deposit || c.Vote || c.Articles }

// Parts names what changed, for the journal.
func (c Change) Parts() []string {
	var list []string
	for _, part := range []struct {
		name string
		is   bool
	}{{"deposit", c.Deposit}, {"vote", c.Vote}, {"articles", c.Articles}} {
		if part.is {
			list = append(list, part.name)
		}
	}
	return list
}

// Compare says what a new rulebook changes in an old one.
func Compare(old, fresh rulebook.Rulebook) Change {
	same := func(a, b rulebook.Rulebook) bool { return bytes.Equal(a.Canonical(), b.Canonical()) }
	only := func(b rulebook.Rulebook) (deposit, articles, rest rulebook.Rulebook) {
		rest = b
		rest.Deposit, rest.Articles = nil, nil
		return rulebook.Rulebook{Deposit: b.Deposit}, rulebook.Rulebook{Articles: b.Articles}, rest
	}
	d1, a1, r1 := only(old)
	d2, a2, r2 := only(fresh)
	return Change{Deposit: !same(d1, d2), Articles: !same(a1, a2), Vote: !same(r1, r2)}
}

// Voted says whether the vote of a project has opened, or is over.
func Voted(steps []Step, now time.Time) bool {
	return begun(steps, now, Vote) || begun(steps, now, Preselection)
}

// Proclaimed says whether a result of the project was announced: its rules are then those that it was counted by.
func Proclaimed(steps []Step) bool {
	for _, s := range steps {
		if !s.ProclaimedAt.IsZero() {
			return true
		}
	}
	return false
}

// Announced says whether what people voted in step i may be told: its result was announced, or it is a vote that is over and
// of which none is.
func Announced(steps []Step, i int, now time.Time) bool {
	s := steps[i]
	if s.Kind == Preselection || s.Kind == Vote && i != VoteStep(steps) {
		return PhaseOf(steps, i, now) == Closed
	}
	return !s.ProclaimedAt.IsZero()
}

func begun(steps []Step, now time.Time, kind Kind) bool {
	for i, s := range steps {
		if s.Kind == kind && PhaseOf(steps, i, now) != Future {
			return true
		}
	}
	return false
}
