// Package analysis is where the services of the city study proposals: which service in which round, and what each says.
// What the city then decides is the room decision.
package analysis

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Opinion is what a service says of a proposal in a round. Nobody outside the services reads it as it stands: what is
// published of it, the decision takes over.
type Opinion struct {
	Round    ids.ID
	Service  ids.ID
	Proposal ids.ID
	Verdict  Verdict
	Invest   *int64 // hundredths of the edition's currency; nil: not said
	Running  *int64 // the same, a year
	Months   *int   // to build it; nil: not said
	Land     Land
	Answers  map[string]string // by question of the evaluation form
	Public   string            // what may be published with the decision
	Private  string            // for the services alone
	Version  int               // how often it was saved
	SavedBy  ids.ID            // participant
	SavedAt  time.Time
	GivenAt  time.Time // zero: a draft
}

// Verdict is a service's word on a proposal.
type Verdict string

// The verdicts.
const (
	Undecided    Verdict = ""
	Favourable   Verdict = "favourable"
	Unfavourable Verdict = "unfavourable"
	TooLate      Verdict = "late" // it came too late to be studied
)

// Land says whose land a proposal needs.
type Land string

// Whose land it is.
const (
	LandUnsaid  Land = ""
	LandCity    Land = "city"
	LandOther   Land = "other"
	LandUnknown Land = "unknown"
	LandNone    Land = "none" // it needs none
)

// Given says whether the service gave it; before that it is a draft.
func (o Opinion) Given() bool { return !o.GivenAt.IsZero() }

const opinionColumns = `o.round, o.service, o.proposal, o.verdict, o.invest, o.running, o.months, o.land, o.answers, o.public, o.private, o.version, o.saved_by, o.saved_at, o.given_at`

func scanOpinion(r *sql.Rows, o *Opinion) error {
	var answers string
	var saved, given int64
	if err := r.Scan(&o.Round, &o.Service, &o.Proposal, &o.Verdict, &o.Invest, &o.Running, &o.Months, &o.Land, &answers, &o.Public, &o.Private, &o.Version, &o.SavedBy, &saved, &given); err != nil {
		return err
	}
	o.SavedAt, o.GivenAt = db.Time(saved), db.Time(given)
	return json.Unmarshal([]byte(answers), &o.Answers)
}

func byProposal(list []Opinion) map[ids.ID][]Opinion {
	all := map[ids.ID][]Opinion{}
	for _, o := range list {
		all[o.Proposal] = append(all[o.Proposal], o)
	}
	return all
}

// Opinions gives what the services say of those proposals, drafts too, by proposal in the order of rounds and services.
func Opinions(ctx context.Context, tx db.Tx, platform int64, proposals []ids.ID) (map[ids.ID][]Opinion, error) {
	marks, args := db.In(proposals)
	rows, err := tx.Query(ctx, `SELECT `+opinionColumns+` FROM opinion o WHERE o.platform = ? AND o.proposal IN (`+marks+`) ORDER BY o.proposal, o.round, o.service`,
		append([]any{platform}, args...)...)
	list, err := db.Collect(rows, err, scanOpinion)
	return byProposal(list), err
}

// OpinionsOf gives what the services say of all proposals of an edition, as Opinions does.
func OpinionsOf(ctx context.Context, tx db.Tx, platform int64, project ids.ID) (map[ids.ID][]Opinion, error) {
	rows, err := tx.Query(ctx, `SELECT `+opinionColumns+` FROM opinion o JOIN analysis_round r ON r.platform = o.platform AND r.id = o.round
		WHERE o.platform = ? AND r.project = ? ORDER BY o.proposal, r.position, o.service`, platform, project)
	list, err := db.Collect(rows, err, scanOpinion)
	return byProposal(list), err
}

// InsertOpinions stores the first word of services on proposals.
func InsertOpinions(ctx context.Context, tx db.Tx, platform int64, opinions []Opinion) error {
	var rows [][]any
	for _, o := range opinions {
		answers, err := json.Marshal(o.Answers)
		if err != nil {
			return err
		}
		rows = append(rows, []any{platform, o.Round, o.Service, o.Proposal, string(o.Verdict), o.Invest, o.Running, o.Months, string(o.Land), string(answers), o.Public, o.Private,
			o.Version, o.SavedBy, db.Micros(o.SavedAt), db.Micros(o.GivenAt)})
	}
	return db.Insert(ctx, tx, "opinion", []string{"platform", "round", "service", "proposal", "verdict", "invest", "running", "months", "land", "answers", "public", "private", "version", "saved_by",
		"saved_at", "given_at"}, rows)
}
