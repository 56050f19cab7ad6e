// Package moderation is what becomes of contributions that somebody reports: the queue, what moderators decide and why, the
// author's appeal, and what the public reads of it all. A report changes nothing by itself, whatever their number. Who decides
// does so as a role: neither the author nor the public ever reads a name.
package moderation

import (
	"context"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
)

// Kind is the kind of a contribution; also the end of translation keys.
type Kind string

// The kinds.
const (
	Proposal Kind = "proposal"
	Comment  Kind = "comment"
)

// Contribution is something that somebody published, as its own room says it to moderators.
type Contribution struct {
	Kind    Kind
	ID      ids.ID
	Project ids.ID // the edition
	Edition string // its title
	Number  int    // of the proposal, or of the one that it is about
	Author  ids.ID
	Name    string // of the author, as everybody reads it; empty: none
	Title   string // empty: it has none
	Text    string
	Path    string // where everybody reads it
	At      time.Time
	Changed time.Time // its last change
	Out     bool      // moderation removed it
	Gone    bool      // its author took it back: there is nothing left to moderate
}

// Source is what a room lets moderators do with its contributions. Each function works in the transaction that it is given and
// changes what it is asked to, whatever the state: the state was looked at before.
type Source struct {
	Kind Kind
	// ByIDs gives those that were published, in no order, removed ones too.
	ByIDs func(ctx context.Context, tx db.Tx, platform int64, list []ids.ID) ([]Contribution, error)
	// Hide takes one from sight; with readable, from lists alone, under a notice.
	Hide func(ctx context.Context, tx db.Tx, platform int64, id ids.ID, reason string, readable bool, now time.Time) error
	// Restore puts it back.
	Restore func(ctx context.Context, tx db.Tx, platform int64, id ids.ID, now time.Time) error
	// Blank rewrites every text of it, those of its history too, and says whether any changed.
	Blank func(ctx context.Context, tx db.Tx, platform int64, id ids.ID, rewrite func(string) string, now time.Time) (bool, error)
	// Editable gives where its author changes it; empty when they no longer can.
	Editable func(ctx context.Context, tx db.Tx, of platform.Platform, c Contribution) (path string, err error)
}

// State is what a case waits for.
type State string

// The states.
const (
	Waiting State = "waiting" // for a moderator
	Second  State = "second"  // for another moderator, who agrees or not
	Appeal  State = "appeal"  // for another moderator, who answers the author
	Asked   State = "edit"    // for the author, who was asked to change it
	Settled State = "settled"
)

// States lists those that wait, in the order of the pages.
func States() []State { return []State{Waiting, Second, Appeal, Asked} }

// Case is a contribution that was reported, or that a moderator looks at.
type Case struct {
	ID           ids.ID
	Kind         Kind
	Contribution ids.ID
	Project      ids.ID
	Author       ids.ID
	State        State
	Reports      int // since the last decision
	Political    bool
	OpenedAt     time.Time // since when it waits
	Version      int
}

// Verb is what a moderator does.
type Verb string

// The acts.
const (
	Keep    Verb = "keep"
	Hide    Verb = "hide"
	Edit    Verb = "edit" // ask the author to change it
	Blank   Verb = "blank"
	Restore Verb = "restore"
	Exclude Verb = "bar" // its author, for a while
)

// Standing is how far an act has got.
type Standing string

// The standings.
const (
	Proposed Standing = "proposed" // a second person must agree before anything happens
	Urgent   Standing = "urgent"   // it is done already, and a second person must agree
	Done     Standing = "done"
	Refused  Standing = "refused" // by the second person
)

// Answer is what was answered to an appeal.
type Answer string

// The answers.
const (
	NotYet     Answer = ""
	Upheld     Answer = "upheld"
	Overturned Answer = "overturned"
)

// Act is one decision.
type Act struct {
	ID           ids.ID
	Number       int // in public; 0 until it is done
	Case         ids.ID
	Verb         Verb
	Kind         Kind
	Contribution ids.ID
	Project      ids.ID
	Author       ids.ID
	Reason       string // key of the charter's; empty: none is needed
	Note         string // to the author
	DueAt        time.Time
	Standing     Standing
	By, Second   ids.ID
	At           time.Time
	UndoneAt     time.Time // zero: it holds
	Appeal       string
	AppealedAt   time.Time // zero: never
	Answer       Answer
	AnswerNote   string
	AnsweredBy   ids.ID
	AnsweredAt   time.Time
}

// Report is what somebody said of a contribution.
type Report struct {
	ID       ids.ID
	Case     ids.ID
	Reporter ids.ID // zero once they are forgotten
	Signed   bool
	Reason   string
	Sentence string
	At       time.Time
}

// Service is for who reports, who moderates and who is moderated.
type Service struct {
	db      *db.DB
	sources map[Kind]Source
}

// NewService returns the service on a database, over the rooms whose contributions are moderated.
func NewService(d *db.DB, sources ...Source) *Service {
	s := &Service{db: d, sources: map[Kind]Source{}}
	for _, source := range sources {
		s.sources[source.Kind] = source
	}
	return s
}

// Item is a case with what it takes to decide.
type Item struct {
	Case
	Contribution Contribution
	Reporters    Reporters
	Before       int       // acts against this author before, that hold
	Suspicions   []Cluster // in which its author or its reporters are
}

// Reporters sums the reports of a case up.
type Reporters struct {
	All, Signed int
	Reasons     map[string]int
	Together    int // the most that came from one network; 0: not known
}
