package tally

// Totals is what the ballots say of each project, in the order of the projects.
type Totals struct {
	Ballots    int     // ballots counted
	Total      []int64 // points or votes
	Supporters []int64 // ballots that name the project
}

// Result is the outcome of a count.
type Result struct {
	Counted  bool      // false when the method is not built: totals only, no winners
	Ballots  int       // ballots counted
	Budget   Amount    // as the rule says
	Spent    Amount    // from the budget (a reserve's share is not in it)
	Reserve  Amount    // what a reserve added
	Unspent  Amount    // what parts left and the rule keeps unspent; the rest of what is left is there for drop-outs
	Winners  []int     // indexes of the winners, in the order of their totals
	Projects []Outcome // every project, in the order of their totals, ties broken
}

// Outcome is what happened to one project.
type Outcome struct {
	Project    int // index in the slice of projects
	Rank       int // from 1, ties broken
	Total      int64
	Supporters int64
	Winner     bool
	Mark       int    // 1 winner, 2 winner completed from a reserve, 0 not
	Stage      Stage  // where it was decided
	Part       string // key of the district or category of the stage, if any
	Reason     Reason
}

// Stage is a moment of the count.
type Stage string

// The stages.
const (
	StageGuarantee Stage = "guarantee"
	StagePart      Stage = "part"
	StageCitywide  Stage = "citywide"
)

// Reason says why a project is in or out. Its Code names a sentence that residents read ("reason.CODE" in the
// translations); the other fields are its arguments, zero where the sentence does not use them.
type Reason struct {
	Code    ReasonCode `json:"code"`
	Left    Amount     `json:"left,omitempty"`    // money left when it was its turn
	Cost    Amount     `json:"cost,omitempty"`    // what it costs
	Missing Amount     `json:"missing,omitempty"` // cost minus left; what the reserve added for InReserve
	Need    int64      `json:"need,omitempty"`    // the minimum it missed: points, supporters, or per cent
	Have    int64      `json:"have,omitempty"`    // what it has of that
	Other   string     `json:"other,omitempty"`   // ID of another project (the one that excluded it, that won the tie, that stopped the count)
	Key     string     `json:"key,omitempty"`     // key of a district or category
	Tie     TieBy      `json:"tie,omitempty"`     // the tie-break that separated it from Other, when the same total was on both sides of the cut
}

// ReasonCode is the kind of reason.
type ReasonCode string

// The reasons.
const (
	InFits        ReasonCode = "in_fits"        // won: Left covered Cost
	InPart        ReasonCode = "in_part"        // won within the envelope of its district or category Key
	InGuarantee   ReasonCode = "in_guarantee"   // won by the guarantee of district Key
	InReserve     ReasonCode = "in_reserve"     // won: Left covered enough of Cost, a reserve added Missing
	OutNoFit      ReasonCode = "out_no_fit"     // Left did not cover Cost
	OutStopped    ReasonCode = "out_stopped"    // the count had stopped at project Other, which did not fit
	OutTotal      ReasonCode = "out_total"      // Have points, Need asked
	OutSupporters ReasonCode = "out_supporters" // Have supporters, Need asked
	OutShare      ReasonCode = "out_share"      // named by Have ballots, Need asked (a share of all ballots)
	OutExclusive  ReasonCode = "out_exclusive"  // project Other, of which only one can be built, won
	OutNoPart     ReasonCode = "out_no_part"    // in no district or category that has an envelope, and the rule excludes those
	NotCounted    ReasonCode = "not_counted"    // the method is not built
)
