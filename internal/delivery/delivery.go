// Package delivery follows the winners until they are built: what was promised and what was done, what it cost, what is late
// and why, and what people are told of it.
package delivery

import (
	"slices"
	"time"

	"github.com/parvis-civic/parvis/internal/ids"
)

// Delivery is where the works of a winner are, as somebody last told it.
type Delivery struct {
	Proposal ids.ID // the winner: a proposal, or a winner from before Parvis
	Project  ids.ID // its edition
	State    State  // Planned, UnderWay, Built or Abandoned: the clock alone says Late (At)
	Version  int    // how often it was changed

	Voted     int64  // hundredths
	Committed *int64 // nil: not said
	Spent     *int64 // nil: not said

	Service    ids.ID    // in charge; zero: none yet
	PromisedAt time.Time // the last day that the rulebook gives; zero: it gives none
	DueAt      time.Time // from when on it is late; zero: no date waits
	UpdatedAt  time.Time // the last that was heard of it
	EndedAt    time.Time // built or abandoned; zero: neither
	Reason     string    // abandoned: why
	MoneyBack  string    // abandoned: where its money goes

	Milestones []Milestone
	Parts      []Part
	Delays     []Delay // the oldest first
}

// State is the state of the works.
type State string

// The states.
const (
	Planned   State = "planned" // nothing has begun
	UnderWay  State = "under_way"
	Built     State = "built"
	Late      State = "late" // never stored: a date has passed
	Abandoned State = "abandoned"
)

// States are all states.
func States() []State { return []State{Built, UnderWay, Late, Planned, Abandoned} }

// Milestone is a dated stage of the works.
type Milestone struct {
	Kind   Kind
	Title  string // empty: the kind's own name in the reader's language
	Body   string
	DueAt  time.Time // zero: no date yet
	DoneAt time.Time // zero: not done
}

// Kind is what a stage is about.
type Kind string

// The kinds. Once its opening is reached, a winner is built.
const (
	Study   Kind = "study"
	Works   Kind = "works"
	Opening Kind = "opening"
	Free    Kind = "free"
)

// Kinds are all kinds.
func Kinds() []Kind { return []Kind{Study, Works, Opening, Free} }

// Part is one of the projects that were merged into a winner, with its own state.
type Part struct {
	Title  string
	State  State
	DueAt  time.Time // zero: no date
	DoneAt time.Time
	Note   string // abandoned: why
}

// Delay is a date that was moved.
type Delay struct {
	ID       ids.ID
	Position int // of the milestone
	From, To time.Time
	Reason   Reason
	Words    string
	At       time.Time
}

// Reason is why a date is moved, of a list, so that a city can count them.
type Reason string

// Reasons are the list; each has its name in the translations ("works.reason.…").
func Reasons() []Reason {
	return []Reason{"study", "permit", "land", "tender", "supply", "network", "weather", "neighbours", "money", "staff", "other"}
}

// News is what people are told of a winner.
type News struct {
	ID       ids.ID
	Proposal ids.ID
	Phase    Phase
	Body     string
	Picture  ids.ID // zero: none
	At       time.Time
}

// Phase is when a piece of news, and its picture, is of.
type Phase string

// Phases are the phases, in their order.
func Phases() []Phase { return []Phase{Before, During, After} }

// The phases.
const (
	Before Phase = "before"
	During Phase = "during"
	After  Phase = "after"
)

// Tally is how many winners are in each state at a time.
type Tally struct {
	Built, UnderWay, Late, Planned, Abandoned int
	Silent                                    int // of those that are neither built nor abandoned
}

// All is how many there are.
func (t Tally) All() int { return t.Built + t.UnderWay + t.Late + t.Planned + t.Abandoned }

// In is how many are in a state.
func (t Tally) In(s State) int {
	return map[State]int{Built: t.Built, UnderWay: t.UnderWay, Late: t.Late, Planned: t.Planned, Abandoned: t.Abandoned}[s]
}

// Office is a service of the city as works name it.
type Office struct {
	ID      ids.ID
	Name    string
	Contact string // public; may be empty
	Members []ids.ID
}

// has says whether a person belongs to it.
func (o Office) has(person ids.ID) bool { return slices.Contains(o.Members, person) }
