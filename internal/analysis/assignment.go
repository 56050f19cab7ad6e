package analysis

import (
	"context"
	"database/sql"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Assignment is a proposal that was sent to a service in a round. It stays when another service takes it over, so that
// nothing that was written is lost.
type Assignment struct {
	Round      ids.ID
	Service    ids.ID
	Proposal   ids.ID
	Project    ids.ID
	Lead       bool   // the service that answers for the whole
	Charge     ids.ID // the participant in charge; zero: anybody of the service
	State      State
	DueAt      time.Time // the round's, or its own
	AssignedAt time.Time
	AssignedBy ids.ID // participant; zero: a rule
	From       ids.ID // the service that passed it on; zero: none
	Note       string // private: why it was sent or passed on
}

// State is how far a service is with a proposal.
type State string

// The states.
const (
	Todo    State = "todo"
	Begun   State = "draft"   // an opinion is being written
	Waiting State = "waiting" // for an answer, from the author or another service
	Given   State = "given"   // the opinion is given
	Passed  State = "passed"  // another service has it now
	Closed  State = "closed"  // the city has decided without waiting any longer; never stored: it follows from the decision
)

// States lists them.
func States() []State { return []State{Todo, Begun, Waiting, Given, Passed, Closed} }

// Open says whether the service still has to answer.
func (s State) Open() bool { return s == Todo || s == Begun || s == Waiting }

// Late says whether the service should have answered.
func (a Assignment) Late(now time.Time) bool { return a.State.Open() && a.DueAt.Before(now) }

// decided says in SQL that the last decision on the proposal of an assignment, signed or public, leaves its services nothing to
// say: any but that its author has it to rework.
const decided = `EXISTS (SELECT 1 FROM decision z WHERE z.platform = a.platform AND z.proposal = a.proposal AND z.outcome <> 'rework'
	AND NOT EXISTS (SELECT 1 FROM decision y WHERE y.platform = z.platform AND y.proposal = z.proposal AND y.outcome = 'rework' AND y.decided_at > z.decided_at))`

// stateNow is the state of an assignment in SQL. What a decision closes is open again when that is taken back.
const stateNow = `CASE WHEN a.state IN ('todo', 'draft', 'waiting') AND ` + decided + ` THEN 'closed' ELSE a.state END`

const assignmentColumns = `a.round, a.service, a.proposal, a.project, a.lead, a.charge, ` + stateNow + `, a.due_at, a.assigned_at, a.assigned_by, a.from_service, a.note`

// targets are where the columns of an assignment go; its times are stored as microseconds.
func (a *Assignment) targets(due, assigned *int64) []any {
	return []any{&a.Round, &a.Service, &a.Proposal, &a.Project, &a.Lead, &a.Charge, &a.State, due, assigned, &a.AssignedBy, &a.From, &a.Note}
}

func scanAssignment(r *sql.Rows, a *Assignment) error {
	var due, assigned int64
	err := r.Scan(a.targets(&due, &assigned)...)
	a.DueAt, a.AssignedAt = db.Time(due), db.Time(assigned)
	return err
}

// Assignments gives to which services those proposals were sent, by proposal, in the order of rounds and with the lead first.
func Assignments(ctx context.Context, tx db.Tx, platform int64, proposals []ids.ID) (map[ids.ID][]Assignment, error) {
	marks, args := db.In(proposals)
	rows, err := tx.Query(ctx, `SELECT `+assignmentColumns+` FROM assignment a JOIN analysis_round r ON r.platform = a.platform AND r.id = a.round
		WHERE a.platform = ? AND a.proposal IN (`+marks+`) ORDER BY a.proposal, r.position, a.lead DESC, a.service`, append([]any{platform}, args...)...)
	list, err := db.Collect(rows, err, scanAssignment)
	all := map[ids.ID][]Assignment{}
	for _, a := range list {
		all[a.Proposal] = append(all[a.Proposal], a)
	}
	return all, err
}

// AssignmentsOf gives all that was sent in an edition, by proposal, in the order of rounds and with the lead first. An
// edition has hundreds.
func AssignmentsOf(ctx context.Context, tx db.Tx, platform int64, project ids.ID) ([]Assignment, error) {
	rows, err := tx.Query(ctx, `SELECT `+assignmentColumns+` FROM assignment a JOIN analysis_round r ON r.platform = a.platform AND r.id = a.round
		WHERE a.platform = ? AND a.project = ? ORDER BY a.proposal, r.position, a.lead DESC, a.service`, platform, project)
	return db.Collect(rows, err, scanAssignment)
}

// InsertAssignments sends proposals to services. What was sent already stays as it is.
func InsertAssignments(ctx context.Context, tx db.Tx, platform int64, list []Assignment) error {
	var rows [][]any
	for _, a := range list {
		rows = append(rows, []any{platform, a.Round, a.Service, a.Proposal, a.Project, a.Lead, a.Charge, string(a.State), db.Micros(a.DueAt), db.Micros(a.AssignedAt), a.AssignedBy, a.From, a.Note})
	}
	return db.Insert(ctx, tx, "assignment", []string{"platform", "round", "service", "proposal", "project", "lead", "charge", "state", "due_at", "assigned_at", "assigned_by", "from_service", "note"}, rows)
}

// Count is how many proposals a service has in a state, in a round.
type Count struct {
	Round   ids.ID
	Service ids.ID
	State   State
	N       int
	Late    int       // of them, those that should have been answered
	DueAt   time.Time // the first of those that are not answered; zero: none
}

// Counts gives how far the services are with an edition, in the order of rounds.
func Counts(ctx context.Context, tx db.Tx, platform int64, project ids.ID, now time.Time) ([]Count, error) {
	rows, err := tx.Query(ctx, `SELECT t.round, t.service, t.state, COUNT(*), SUM(CASE WHEN t.due_at < ? THEN 1 ELSE 0 END), MIN(t.due_at)
		FROM (SELECT a.round, r.position, a.service, `+stateNow+` AS state, a.due_at FROM assignment a JOIN analysis_round r ON r.platform = a.platform AND r.id = a.round
			WHERE a.platform = ? AND a.project = ?) t
		GROUP BY t.round, t.position, t.service, t.state ORDER BY t.position, t.service, t.state`, db.Micros(now), platform, project)
	return db.Collect(rows, err, func(r *sql.Rows, c *Count) error {
		var due int64
		err := r.Scan(&c.Round, &c.Service, &c.State, &c.N, &c.Late, &due)
		if c.State.Open() {
			c.DueAt = db.Time(due)
		} else {
			c.Late = 0
		}
		return err
	})
}
