// Package tally counts a participatory budget: from ballots to winners, with the reason for every project.
//
// It does no I/O, tells no time and uses exact integers only, so that anyone can run the same count on the same
// ballots and get the same answer. The count is one parametrised method: the projects with the highest totals are
// funded first, and a Rule says, leaving nothing open, what happens whenever that sentence is not enough.
package tally

// Amount is money in hundredths of the currency's unit: 4,000.50 € is 400050.
type Amount int64

// Project is one project put to the vote.
type Project struct {
	ID         string   // the election's own identifier
	Name       string   // as shown on the ballot
	Cost       Amount   // what it costs the envelope
	Districts  []string // keys of the districts it lies in; none for a project of the whole city
	Categories []string // keys of its categories, the main one first
	Order      int      // the stated order: its number on the ballot, or its place in the file
}

// Choice is one project on one ballot.
type Choice struct {
	Project int   // index in the slice of projects
	Points  int64 // points given by the voter; read only when the scoring is ByPoints
}

// Ballot is what one person voted: each project at most once, the best first when the vote is a ranking.
type Ballot struct {
	Choices []Choice
}

// Scoring says how a ballot becomes points.
type Scoring struct {
	By      ScoringBy `json:"by"`
	Weights []int64   `json:"weights,omitempty"` // ByRank: points of the first, second, third… choice; later ones get none
}

// ScoringBy is the kind of scoring.
type ScoringBy string

// The kinds of scoring.
const (
	ByChoice ScoringBy = "choice" // each choice counts one
	ByPoints ScoringBy = "points" // each choice counts the points that the voter gave
	ByRank   ScoringBy = "rank"   // each choice counts by its place, as Weights says
)

// Method is the counting method.
type Method string

// The counting methods. Only MethodGreedy is counted today; with another, Count returns totals and no winners.
const (
	MethodGreedy      Method = "greedy"       // highest totals first, within the envelope
	MethodEqualShares Method = "equal-shares" // not built yet
	MethodUnknown     Method = "unknown"      // the organiser did not say how it counted
)

// Rule is a complete counting rule. Check tells whether it leaves anything open.
type Rule struct {
	Method    Method     `json:"method"`
	Scoring   Scoring    `json:"scoring"`
	Budget    Amount     `json:"budget"` // the whole envelope, parts included
	Minimum   Minimum    `json:"minimum"`
	Fit       Fit        `json:"fit"`                 // what happens when the next project does not fit
	Parts     *Parts     `json:"parts,omitempty"`     // envelopes by district or category, counted before the rest
	Guarantee *Guarantee `json:"guarantee,omitempty"` // so many projects per district
	Exclusive [][]string `json:"exclusive,omitempty"` // groups of project IDs of which at most one can win
	Ties      []TieBreak `json:"ties"`                // applied in this order; the last must separate any two projects
	DropOut   DropOut    `json:"drop_out"`            // who comes next when a winner drops out
}

// Minimum is what a project needs before it can win at all. Zero asks for nothing.
type Minimum struct {
	Total        int64 `json:"total"`         // points or votes
	Supporters   int64 `json:"supporters"`    // ballots that name it
	BallotsShare int   `json:"ballots_share"` // supporters as a share of all ballots, in whole per cent
}

// Fit says what happens when the next project costs more than what is left.
type Fit struct {
	Then    FitThen `json:"then"`
	Reserve int     `json:"reserve,omitempty"` // FitReserve: the share of the cost, in whole per cent, that must be left
}

// FitThen is the kind of Fit.
type FitThen string

// What can happen when the next project does not fit.
const (
	FitSkip FitThen = "skip" // go on with the next one that fits
	FitStop FitThen = "stop" // nothing more is funded
	// FitReserve stops like FitStop, but that first project is still funded, completed from a reserve outside the
	// envelope, when what is left covers at least Reserve per cent of its cost (Poznań: 80).
	FitReserve FitThen = "reserve"
)

// Parts splits the budget in envelopes. Each is counted alone first, in the order of Envelopes; what belongs to no
// part is the citywide envelope, counted last over every project that has not won.
type Parts struct {
	By        PartsBy    `json:"by"`
	Envelopes []Envelope `json:"envelopes"`
	Fit       Fit        `json:"fit"`     // within a part
	Left      PartsLeft  `json:"left"`    // what becomes of the money that a part did not spend
	Several   Several    `json:"several"` // a project in several districts or categories
	None      None       `json:"none"`    // a project in no part
}

// Envelope is one part of the budget.
type Envelope struct {
	Key    string `json:"key"` // of the district or category
	Amount Amount `json:"amount"`
}

// PartsBy is what the parts follow.
type PartsBy string

// What parts can follow.
const (
	PartsByDistrict PartsBy = "district"
	PartsByCategory PartsBy = "category"
)

// PartsLeft is what becomes of unspent money of a part.
type PartsLeft string

// What can become of it.
const (
	LeftCitywide PartsLeft = "citywide" // it joins the citywide envelope
	LeftUnspent  PartsLeft = "unspent"  // the part keeps it, for who comes next when one of its winners drops out, see Successor
)

// Several says what is done with a project that lies in several districts or categories.
type Several string

// The answers.
const (
	SeveralFirst    Several = "first"    // it belongs to the one named first
	SeveralEach     Several = "each"     // guarantee only: it counts for each of them
	SeveralCitywide Several = "citywide" // it belongs to none and competes citywide
)

// None says what is done with a project in no district or part.
type None string

// The answers.
const (
	NoneCitywide None = "citywide" // it competes in the citywide envelope
	NoneExcluded None = "excluded" // it can't win
)

// Guarantee promises at least PerDistrict winners to each district: a floor, never a limit.
type Guarantee struct {
	PerDistrict int            `json:"per_district"`
	Districts   []string       `json:"districts"`     // keys of the districts that have the promise, in the order served
	When        GuaranteeWhen  `json:"when"`          // before or after the rest
	HeldBack    Amount         `json:"held_back"`     // GuaranteeAfter: kept out of the count for the guarantee
	NoMoney     NoMoney        `json:"no_money"`      // its next project costs more than what is left
	NoProjects  NoProjects     `json:"no_projects"`   // it has fewer projects than promised
	Several     Several        `json:"several"`       // a project in several districts: for which it counts
	None        NoneGuaranteed `json:"none"`          // a project in no district
	BelowMin    BelowMinimum   `json:"below_minimum"` // a project under the minimum of votes
}

// GuaranteeWhen is when the guarantee is served.
type GuaranteeWhen string

// When it can be served.
const (
	// GuaranteeBefore funds the promised projects first: round by round, one per district and round, in the order of
	// Districts, each district's best first; then the rest of the money goes by totals. A project that belongs to a part
	// is paid from its part's envelope, completed from the citywide one.
	GuaranteeBefore GuaranteeWhen = "before"
	// GuaranteeAfter counts first without HeldBack, then serves, the same way, the districts that have too few
	// winners, from HeldBack and what the citywide envelope has left.
	GuaranteeAfter GuaranteeWhen = "after"
)

// NoMoney says what is done when a district's next guaranteed project costs more than what is left.
type NoMoney string

// The answers.
const (
	NoMoneyNext NoMoney = "next"  // the district's next project that fits takes the place
	NoMoneyLess NoMoney = "fewer" // the district gets fewer
)

// NoProjects says what is done when a district has fewer projects than it was promised.
type NoProjects string

// NoProjectsFewer: it gets fewer, and the money goes to the rest.
const NoProjectsFewer NoProjects = "fewer"

// NoneGuaranteed says what the guarantee does with a project in no district.
type NoneGuaranteed string

// NoneUnguaranteed: it counts for no district and competes with the rest.
const NoneUnguaranteed NoneGuaranteed = "rest"

// BelowMinimum says whether the guarantee reaches a project that has less than the minimum of votes.
type BelowMinimum string

// The answers.
const (
	BelowMinimumOut BelowMinimum = "out" // the minimum holds for all
	BelowMinimumIn  BelowMinimum = "in"  // the guarantee is stronger than the minimum
)

// TieBreak is one criterion that separates projects with the same total.
type TieBreak struct {
	By   TieBy  `json:"by"`
	Seed string `json:"seed,omitempty"` // TieLots: the seed drawn in public
}

// TieBy is the kind of tie-break.
type TieBy string

// The tie-breaks. TieLots and TieOrder separate any two projects; the others may not.
const (
	TieSupporters TieBy = "supporters" // more ballots first
	TieLowerCost  TieBy = "lower_cost" // cheaper first
	TieLots       TieBy = "lots"       // by SHA-256(seed, 0x00, project ID), lowest first: a drawing that anyone can redo
	TieOrder      TieBy = "order"      // the stated order
)

// DropOut says who takes the place of a winner that drops out after the count.
type DropOut string

// The answers.
const (
	DropOutNext     DropOut = "next"     // the next in the order of totals that fits the money freed and what was left
	DropOutDistrict DropOut = "district" // the same among the projects of its district, then of all
	DropOutNobody   DropOut = "nobody"   // nobody; the money is not spent in this edition
)
