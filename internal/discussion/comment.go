// Package discussion is where people talk about proposals: comments and the answers to them, what an author and the services
// ask each other, and what the city writes to many authors at once.
package discussion

import (
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// Comment is what somebody says of a proposal, or answers to who did. Its text is plain.
type Comment struct {
	ID            ids.ID
	Kind          Kind
	Subject       ids.ID
	Project       ids.ID
	Parent        ids.ID // the comment that it answers; zero: none. Answers have no answers
	Author        ids.ID // participant, and public account
	Name          string // of the account; empty: not shown
	Body          string
	PublishedAt   time.Time
	EditedAt      time.Time // zero: as it was published
	Trashed       proposal.Trashed
	TrashedReason string
	TrashedAt     time.Time
}

// Kind is the kind of what is commented on.
type Kind string

// OnProposal is the only kind for now.
const OnProposal Kind = "proposal"

// Shown is a comment as everybody reads it: of one that was removed, how, when and why, and nothing that somebody wrote.
func (c Comment) Shown() Comment {
	if !c.Trashed.Readable() {
		c.Body, c.Name, c.Author = "", "", ids.ID{}
	}
	return c
}

// Key is the place of a comment in a list.
type Key struct {
	At time.Time
	ID ids.ID
}

// Key gives that of the comment.
func (c Comment) Key() Key { return Key{c.PublishedAt, c.ID} }

// About is the proposal that people talk about, with what decides who may.
type About struct {
	project.View
	Proposal proposal.Proposal
	Rule     Rule
	Sent     bool // to a service of who reads it (For)
}

// Moment is what access is asked with about its comments.
func (a About) Moment() access.Moment {
	return access.Moment{Published: a.State == project.Published, Draft: a.Proposal.PublishedAt.IsZero(), Blanked: !a.Proposal.Trashed.Readable(),
		Phase: a.Rule.Phase(a.Origin, a.Steps, a.Now)}
}

// Path is the address of the proposal, without its words.
func (a About) Path() string { return pathOf(a.Slug, a.Proposal.Number) }
