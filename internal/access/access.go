// Package access is the one rule of visibility: who may do or see what, and when, as one pure table. Pages, API,
// streams, exports and journal all ask it.
package access

import (
	"iter"
	"sync"
)

// Role is what a person is on one platform; a person may hold several (Roles).
type Role int

// The roles. A small town's one person holds them all.
const (
	Anyone        Role = iota // who is not signed in
	Resident                  // signed in, with an address that was proved
	Analyst                   // a service that says what a proposal costs and whether it can be done
	Supervisor                // follows the analyses and writes the public reason
	DecisionMaker             // signs decisions
	Moderator                 // reads reports, hides with a reason
	DeliveryAgent             // follows the works
	PollingAgent              // helps people to take part, at the desk of the town hall
	Elected                   // an elected official: public data and a dashboard, no private note, no hidden count
	Organiser                 // runs editions
	Administrator             // runs the platform and gives roles
	Partner                   // studies what was sent to a service of another body (a metropolis, a landlord), and sees nothing else
	roles                     // how many there are
)

// Names are the stored and shown-to-machines names of the roles, in their order.
var Names = [roles]string{"anyone", "resident", "analyst", "supervisor", "decision-maker", "moderator", "delivery-agent", "polling-agent", "elected", "organiser", "administrator", "partner"}

// String gives the role's name.
func (r Role) String() string {
	if r < 0 || r >= roles {
		return "?"
	}
	return Names[r]
}

// ParseRole reads the name of a role that can be given to somebody; false for any other text.
func ParseRole(name string) (Role, bool) {
	for r := Analyst; r < roles; r++ {
		if Names[r] == name {
			return r, true
		}
	}
	return Anyone, false
}

// Roles is a set of roles. Its zero value is that of somebody who is not signed in.
type Roles uint32

// With gives the set with these roles too.
func (rs Roles) With(list ...Role) Roles {
	for _, r := range list {
		rs |= 1 << r
	}
	return rs
}

// Without gives the set without that role.
func (rs Roles) Without(r Role) Roles { return rs &^ (1 << r) }

// Has says whether the role is in the set; everybody is Anyone.
func (rs Roles) Has(r Role) bool { return r == Anyone || rs&(1<<r) != 0 }

// List gives the roles that were given to somebody (Analyst and above), in their order.
func (rs Roles) List() []Role {
	var list []Role
	for r := Analyst; r < roles; r++ {
		if rs.Has(r) {
			list = append(list, r)
		}
	}
	return list
}

// Staff says whether any role above Resident is in the set.
func (rs Roles) Staff() bool { return rs>>Analyst != 0 }

// All gives every role above Resident: what can be given.
func All() []Role { return Roles(1<<roles - 1).List() }

// Phase is where a step is in its calendar.
type Phase int

// The phases.
const (
	Future Phase = iota
	Open
	Closed
)

// Moment is the state of what the action is about.
type Moment struct {
	Published  bool  // the project is published; an import is not until its last transaction
	PublicData bool  // imported: totals and ballots are public already
	Draft      bool  // the proposal is a draft
	Blanked    bool  // the proposal's text was removed from sight
	Own        bool  // it is the person's own
	Phase      Phase // of the step that the action is about
	Voted      bool  // the vote of the project has opened, or was over before
	CountsLive bool  // the rulebook shows counts during the vote
	Proclaimed bool  // the result is announced
	Sent       bool  // the proposal was sent to a service of the person
	Withheld   bool  // it waits for a date, for whoever was not given the link to it
	Charge     bool  // the person answers for the works, by their service; the room delivery says when
	Crowd      bool  // the step has so many ballots that they may be shown whole; the room ballot says how many
}

// Can answers whether someone with that role alone may.
func Can(role Role, action Action, m Moment) bool { return Roles(0).With(role).Can(action, m) }

// Can answers whether someone with these roles may. An action that the table does not know is refused.
func (rs Roles) Can(action Action, m Moment) bool {
	rule, ok := table[action]
	if !ok {
		return false
	}
	for r := Anyone; r < roles; r++ {
		if rs.Has(r) && rule(r, m) {
			return true
		}
	}
	return false
}

// Ever says whether there is a moment in which someone with these roles may: what a page that is closed just now is
// told apart by from a page that is not for this person.
func (rs Roles) Ever(action Action) bool { return rs.With(Anyone)&ever()[action] != 0 }

// ever gives, for each action, the roles that may at some moment.
var ever = sync.OnceValue(func() map[Action]Roles {
	found := map[Action]Roles{}
	for action, rule := range table {
		for m := range Moments() {
			for r := Anyone; r < roles; r++ {
				if rule(r, m) {
					found[action] = found[action].With(r)
				}
			}
		}
	}
	return found
})

// Moments gives every moment there is.
func Moments() iter.Seq[Moment] {
	return func(yield func(Moment) bool) {
		for bits := range 1 << 12 {
			is := func(bit int) bool { return bits&(1<<bit) != 0 }
			for _, phase := range []Phase{Future, Open, Closed} {
				if !yield(Moment{Published: is(0), PublicData: is(1), Draft: is(2), Blanked: is(3), Own: is(4), Voted: is(5), CountsLive: is(6), Proclaimed: is(7), Crowd: is(8), Sent: is(9), Withheld: is(10), Charge: is(11), Phase: phase}) {
					return
				}
			}
		}
	}
}
