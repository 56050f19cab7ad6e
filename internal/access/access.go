// Package access is the one rule of visibility: who may do or see what, and when, as one pure table. Pages, API,
// streams, exports and journal all ask it.
package access

// Role is what a person is on one platform; a person may hold several.
type Role int

// The roles that exist so far.
const (
	Anyone        Role = iota // who is not signed in
	Organiser                 // runs editions
	Administrator             // runs the platform
)

// Action is something that a person wants to do or see.
type Action int

// The actions.
const (
	SeeProject   Action = iota // a participatory project and its steps
	SeeProposal                // one proposal's text
	SeeVoters                  // how many people voted in a step
	SeeCounts                  // votes and points per proposal; also sorting and filtering by them
	SeeResult                  // winners and reasons
	SeeSecrets                 // age, sex and method of imported ballots
	ManageImport               // import, back up, restore
)

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
	Phase      Phase // of the vote
	CountsLive bool  // the rulebook shows counts during the vote
	Proclaimed bool  // the result is announced
}

// Can answers whether someone with that role may.
func Can(role Role, action Action, m Moment) bool {
	manages := role >= Organiser
	switch action {
	case SeeProject, SeeVoters:
		return m.Published || manages
	case SeeProposal:
		return (m.Published || manages) && (!m.Draft || manages) && (!m.Blanked || manages)
	case SeeCounts:
		// Nobody sees running totals that the rulebook hides, not even who runs the platform.
		return (m.Published || manages) && (m.PublicData || m.Phase == Closed || m.CountsLive)
	case SeeResult:
		over := m.Phase == Closed || m.PublicData
		return over && (m.Published && m.Proclaimed || manages)
	case SeeSecrets:
		return false
	case ManageImport:
		return role == Administrator
	}
	return false
}
