// Package proposal holds the proposals (« projets » on screen) of participatory projects: reading them, listing a step
// in every order by every facet, and searching.
package proposal

import (
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
)

// Proposal is one proposal.
type Proposal struct {
	ID            ids.ID
	Project       ids.ID
	Number        int    // in its project, from 1
	Reference     string // shown to people
	Slug          string
	Title         string
	Summary       string
	Body          string
	Cost          int64 // hundredths of the project's currency
	District      ids.ID
	Category      ids.ID
	Theme         ids.ID
	Author        ids.ID
	Proposer      string // the name that an imported file gives
	Picture       ids.ID
	Place         *Place
	Address       string
	Paper         bool // it came on a paper form, which an agent typed
	Trashed       Trashed
	TrashedReason string
	TrashedAt     time.Time
	CreatedAt     time.Time
	PublishedAt   time.Time // zero: draft
	UpdatedAt     time.Time
}

// Place is a position, WGS 84 degrees.
type Place struct{ Latitude, Longitude float64 }

// Trashed says how a contribution was removed: by moderation, or by its author.
type Trashed string

// The ways in which it was removed.
const (
	NotTrashed Trashed = ""
	Visible    Trashed = "visible"   // removed from lists, its text still readable
	Invisible  Trashed = "invisible" // its text is out of sight
	Withdrawn  Trashed = "withdrawn" // its author took it back, and its text with it
	Merged     Trashed = "merged"    // with its author’s agreement it goes on as part of another; its text stays readable
)

// Selection is a proposal's place in a step: the row that lists, orders and counts read.
type Selection struct {
	Step        ids.ID
	Proposal    ids.ID
	Number      int
	Status      string // "", or StatusWinner…
	Votes       int64  // ballots that name it
	Points      int64  // what they give it
	Cost        int64
	PublishedAt time.Time
	Shuffle     int64 // a random number of 31 bits
	Trashed     bool
}

// Statuses of a selection.
const (
	StatusVoted  = "voted"  // put to the vote
	StatusWinner = "winner" // in a result step
)

// Tag is something that a list can be filtered by.
type Tag struct {
	Kind TagKind
	Slug string
}

// TagKind is the kind of tag.
type TagKind string

// The kinds of tag.
const (
	TagDistrict TagKind = "district"
	TagCategory TagKind = "category"
	TagTarget   TagKind = "target"
	TagTheme    TagKind = "theme"
	TagStatus   TagKind = "status" // StatusWinner, of a step whose vote was counted; of facets alone
	TagStep     TagKind = ""       // the whole step, without what moderation removed; of facets alone
)

// Facet is a tag with the number of proposals of a step that have it.
type Facet struct {
	Tag
	Name      string
	Sort      []byte
	Proposals int
}

// Listed is a proposal in a list of a step.
type Listed struct {
	Proposal
	Selection
	Key Key // its place in the order asked for
	// What With brought; nil when it was not asked for or the proposal has none. Their identifiers come with the rest.
	By *account.Account
	In *project.District
	Of *project.Category
}
