// Package decision is what the city answers: the assessment that a supervisor makes of the services' opinions, the decision
// that is signed and comes out on its date, the author's appeal, and alike proposals that become one.
package decision

import (
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Outcome is what is decided of a proposal.
type Outcome string

// The outcomes. What follows from each is Service.Publish's.
const (
	Undecided Outcome = ""
	ToVote    Outcome = "vote"    // put to the vote, with its cost
	Refused   Outcome = "refused" // not put to the vote
	Planned   Outcome = "planned" // the city does it already
	Outside   Outcome = "outside" // it will be done, outside the budget
	Passed    Outcome = "passed"  // it is somebody else's: another body, another service
	Rework    Outcome = "rework"  // its author may change it until a date
	Kept      Outcome = "kept"    // for the next edition
)

// Outcomes lists them, in the order in which they are offered.
func Outcomes() []Outcome {
	return []Outcome{ToVote, Rework, Refused, Planned, Outside, Passed, Kept}
}

// Known says whether it is one of them.
func (o Outcome) Known() bool { return o.needs() != nil }

// Assessment is what a supervisor proposes to who decides, from what the services say. Nobody else reads it.
type Assessment struct {
	Proposal    ids.ID
	Project     ids.ID
	Outcome     Outcome
	Cost        *int64 // hundredths; nil: not said
	Running     *int64 // the same, a year
	Article     string // key of the règlement
	Explanation string // in plain words, public with the decision
	Possible    string // what would make it possible, public with the decision
	Service     ids.ID // whom to ask; zero: the team
	Deadline    time.Time
	Ready       bool // handed to who decides
	Version     int  // how often it was saved
	SavedBy     ids.ID
	SavedAt     time.Time
}

// Decision is a signed decision. A later one of the same proposal takes its place; both stay as they are.
type Decision struct {
	ID           ids.ID
	Proposal     ids.ID
	Project      ids.ID
	Wave         ids.ID // zero: it came out by itself
	Outcome      Outcome
	Asked        int64  // what its author said that it costs, hundredths
	Cost         *int64 // hundredths
	Running      *int64
	Article      string // key of the règlement, as it was when it was signed
	ArticleTitle string
	ArticleText  string // paragraphs apart by an empty line
	Explanation  string
	Possible     string
	ContactName  string
	Contact      string
	Deadline     time.Time
	PublishAt    time.Time // the platform's time
	TellAt       time.Time // when its author is told
	AppealUntil  time.Time // zero: it cannot be appealed
	Appeal       ids.ID    // that it answers; zero: none
	AssessedBy   ids.ID    // who wrote the assessment that it was made of; zero: not kept
	DecidedBy    ids.ID
	DecidedAt    time.Time
	ToldAt       time.Time // zero: not yet
	AppliedAt    time.Time // when what follows from it was done
}

// By says whether that person signed it, or wrote what was signed: they do not answer its appeal.
func (d Decision) By(who ids.ID) bool {
	return !who.IsZero() && (d.DecidedBy == who || d.AssessedBy == who)
}

// Phase is where the decision is: Future while it is nobody's but the city's, Open once its author is told, Closed once it is
// public.
func (d Decision) Phase(now time.Time) access.Phase {
	switch {
	case !now.Before(d.PublishAt):
		return access.Closed
	case !now.Before(d.TellAt):
		return access.Open
	}
	return access.Future
}

// Moment is what access is asked about a decision of a project that is published; own says that the reader proposed it.
func (d Decision) Moment(own bool, now time.Time) access.Moment {
	return access.Moment{Published: true, Own: own, Phase: d.Phase(now)}
}

// Public says whether anyone may read it.
func (d Decision) Public(now time.Time) bool {
	return access.Can(access.Anyone, access.SeeDecision, d.Moment(false, now))
}

// AppealMoment is what access is asked about an appeal: the phase is that of the days in which one may appeal.
func (d Decision) AppealMoment(own bool, now time.Time) access.Moment {
	m := access.Moment{Published: true, Own: own, Phase: access.Closed}
	switch {
	case d.AppealUntil.IsZero() || d.Outcome == ToVote:
	case now.Before(d.TellAt):
		m.Phase = access.Future
	case now.Before(d.AppealUntil):
		m.Phase = access.Open
	}
	return m
}

// Wave is a date on which decisions come out, all at once. Times are the platform's.
type Wave struct {
	ID         ids.ID
	Project    ids.ID
	Title      string
	PublishAt  time.Time
	TellAt     time.Time // when authors are told, before it
	AppealDays int       // after it; 0: nobody can appeal
	CreatedBy  ids.ID
	CreatedAt  time.Time
	Decisions  int // signed for it
}

// The usual times of a wave.
const (
	TellBefore = time.Hour
	AppealDays = 15
)

// Appeal is an author's wish that a decision be looked at again, by somebody else.
type Appeal struct {
	ID         ids.ID
	Decision   ids.ID
	Proposal   ids.ID
	Project    ids.ID
	Author     ids.ID // participant
	Body       string // for the city alone
	SentAt     time.Time
	Result     Result
	Answer     string // public
	AnsweredBy ids.ID
	AnsweredAt time.Time
}

// Receipt is what the author keeps of an appeal.
func (a Appeal) Receipt() string { return a.ID.String()[:8] }

// Result is what became of an appeal.
type Result string

// The results.
const (
	Waiting   Result = ""
	Confirmed Result = "confirmed"
	Changed   Result = "changed"
)

// Wish is what an author asks of a proposal that was not put to the vote.
type Wish string

// The wishes.
const (
	PassOn Wish = "pass" // to the service, outside the budget
	Keep   Wish = "keep" // until the next deposit
)
