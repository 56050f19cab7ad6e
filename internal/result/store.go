package result

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/tally"
)

// Candidates gives the proposals put to the vote in a step, in the stated order (their numbers), with the keys of their
// districts and categories, the main one first. One that left while people voted is none: its votes were freed. One that was
// removed later is: what becomes of a winner that drops out is another rule's.
func Candidates(ctx context.Context, tx db.Tx, platform int64, step ids.ID) ([]Candidate, error) {
	rows, err := tx.Query(ctx, `SELECT p.id, p.number, p.reference, p.title, p.cost, COALESCE(d.slug, ''), COALESCE(c.slug, '')
		FROM selection s JOIN proposal p ON p.platform = s.platform AND p.id = s.proposal
		LEFT JOIN district d ON d.platform = p.platform AND d.id = p.district
		LEFT JOIN category c ON c.platform = p.platform AND c.id = p.category
		WHERE s.platform = ? AND s.step = ? AND NOT (s.trashed = ? AND EXISTS (SELECT 1 FROM step z WHERE z.platform = s.platform AND z.id = s.step AND (z.ends_at = 0 OR p.trashed_at < z.ends_at)))
		ORDER BY p.number`, platform, step, true)
	index := map[ids.ID]int{}
	all, err := db.Collect(rows, err, func(r *sql.Rows, c *Candidate) error {
		var district, category string
		if err := r.Scan(&c.Proposal, &c.Number, &c.ID, &c.Name, &c.Cost, &district, &category); err != nil {
			return err
		}
		c.Order = c.Number
		if district != "" {
			c.Districts = []string{district}
		}
		if category != "" {
			c.Categories = []string{category}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i, c := range all {
		index[c.Proposal] = i
	}
	type tag struct {
		proposal  ids.ID
		kind, tag string
	}
	rows, err = tx.Query(ctx, `SELECT t.proposal, t.kind, t.tag FROM selection_tag t WHERE t.platform = ? AND t.step = ? AND t.kind IN ('district', 'category') ORDER BY t.kind, t.tag, t.proposal`, platform, step)
	tags, err := db.Collect(rows, err, func(r *sql.Rows, t *tag) error { return r.Scan(&t.proposal, &t.kind, &t.tag) })
	for _, t := range tags {
		i, ok := index[t.proposal]
		if !ok {
			continue
		}
		list := &all[i].Districts
		if t.kind == "category" {
			list = &all[i].Categories
		}
		if len(*list) == 0 || (*list)[0] != t.tag {
			*list = append(*list, t.tag)
		}
	}
	return all, err
}

func insert(ctx context.Context, tx db.Tx, platform int64, r Result, lines []Line) error {
	for _, table := range []string{"result_line", "result"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE platform = ? AND step = ?`, platform, r.Step); err != nil {
			return err
		}
	}
	if err := db.Insert(ctx, tx, "result", []string{"platform", "step", "rule", "rulebook", "counted", "ballots", "ballots_hash", "budget", "spent", "reserve", "winners",
		"official_known", "official_same", "proclaimed_at", "seed", "drawn"}, [][]any{{platform, r.Step, r.Rule, r.Rulebook, r.Counted, r.Ballots, r.BallotsHash, int64(r.Budget), int64(r.Spent),
		int64(r.Reserve), r.Winners, r.OfficialKnown, r.OfficialSame, db.Micros(r.ProclaimedAt), r.Seed, r.Drawn}}); err != nil {
		return err
	}
	rows := make([][]any, len(lines))
	for i, l := range lines {
		reason, err := json.Marshal(l.Reason)
		if err != nil {
			return err
		}
		var official any
		if l.Official != nil {
			official = *l.Official
		}
		rows[i] = []any{platform, r.Step, l.Rank, l.Proposal, l.Total, l.Supporters, l.Mark, string(l.Stage), l.Part, string(reason), official}
	}
	return db.Insert(ctx, tx, "result_line", []string{"platform", "step", "rank", "proposal", "total", "supporters", "mark", "stage", "part", "reason", "official"}, rows)
}

// Of gives the proclaimed result of a step, if there is one.
func Of(ctx context.Context, tx db.Tx, platform int64, step ids.ID) (r Result, ok bool, err error) {
	all, err := OfSteps(ctx, tx, platform, []ids.ID{step})
	r, ok = all[step]
	return r, ok, err
}

// OfSteps gives the proclaimed results of those steps that have one.
func OfSteps(ctx context.Context, tx db.Tx, platform int64, steps []ids.ID) (map[ids.ID]Result, error) {
	marks, args := db.In(steps)
	rows, err := tx.Query(ctx, `SELECT r.step, r.rule, r.rulebook, r.counted, r.ballots, r.ballots_hash, r.budget, r.spent, r.reserve, r.winners, r.official_known, r.official_same, r.proclaimed_at, r.seed, r.drawn
		FROM result r WHERE r.platform = ? AND r.step IN (`+marks+`)`, append([]any{platform}, args...)...)
	found, err := db.Collect(rows, err, func(q *sql.Rows, r *Result) error {
		var at int64
		err := q.Scan(&r.Step, &r.Rule, &r.Rulebook, &r.Counted, &r.Ballots, &r.BallotsHash, &r.Budget, &r.Spent, &r.Reserve, &r.Winners, &r.OfficialKnown, &r.OfficialSame, &at, &r.Seed, &r.Drawn)
		r.ProclaimedAt = db.Time(at)
		return err
	})
	all := make(map[ids.ID]Result, len(found))
	for _, r := range found {
		all[r.Step] = r
	}
	return all, err
}

// VotesOf gives how many votes the proposals of each of those steps got.
func VotesOf(ctx context.Context, tx db.Tx, platform int64, steps []ids.ID) (map[ids.ID]int, error) {
	marks, args := db.In(steps)
	type row struct {
		step ids.ID
		n    int
	}
	rows, err := tx.Query(ctx, `SELECT s.step, SUM(s.votes) FROM selection s WHERE s.platform = ? AND s.step IN (`+marks+`) GROUP BY s.step`, append([]any{platform}, args...)...)
	found, err := db.Collect(rows, err, func(q *sql.Rows, v *row) error { return q.Scan(&v.step, &v.n) })
	sums := make(map[ids.ID]int, len(found))
	for _, v := range found {
		sums[v.step] = v.n
	}
	return sums, err
}

const lineColumns = `l.rank, l.proposal, l.total, l.supporters, l.mark, l.stage, l.part, l.reason, l.official`

func scanLine(r *sql.Rows, l *Line, before ...any) error {
	var reason []byte
	var official sql.NullInt64
	if err := r.Scan(append(before, &l.Rank, &l.Proposal, &l.Total, &l.Supporters, &l.Mark, &l.Stage, &l.Part, &reason, &official)...); err != nil {
		return err
	}
	if official.Valid {
		n := int(official.Int64)
		l.Official = &n
	}
	if err := json.Unmarshal(reason, &l.Reason); err != nil {
		return fmt.Errorf("reason of proposal %s: %w", l.Proposal, err)
	}
	return nil
}

// Lines gives the lines of a result that follow a rank, in order, at most limit.
func Lines(ctx context.Context, tx db.Tx, platform int64, step ids.ID, after, limit int) ([]Line, error) {
	rows, err := tx.Query(ctx, `SELECT `+lineColumns+` FROM result_line l WHERE l.platform = ? AND l.step = ? AND l.rank > ? ORDER BY l.rank LIMIT ?`, platform, step, after, limit)
	return db.Collect(rows, err, func(r *sql.Rows, l *Line) error { return scanLine(r, l) })
}

// Marked gives the lines that a page shows first: the winners, and the proposals whose outcome is another one than the
// city announced.
func Marked(ctx context.Context, tx db.Tx, platform int64, step ids.ID) ([]Line, error) {
	rows, err := tx.Query(ctx, `SELECT `+lineColumns+` FROM result_line l WHERE l.platform = ? AND l.step = ?
		AND (l.mark <> 0 OR l.official IN (1, 2)) ORDER BY l.rank`, platform, step)
	return db.Collect(rows, err, func(r *sql.Rows, l *Line) error { return scanLine(r, l) })
}

// Best gives the highest total of a result, for the scale of its bars.
func Best(ctx context.Context, tx db.Tx, platform int64, step ids.ID) (best int64, err error) {
	err = tx.QueryRow(ctx, `SELECT l.total FROM result_line l WHERE l.platform = ? AND l.step = ? AND l.rank = 1`, platform, step).Scan(&best)
	if db.None(err) {
		err = nil
	}
	return best, err
}

// Cut gives the rank of the first project that lost because the money did not suffice; 0 when there is none.
func Cut(ctx context.Context, tx db.Tx, platform int64, step ids.ID) (rank int, err error) {
	err = tx.QueryRow(ctx, `SELECT l.rank FROM result_line l WHERE l.platform = ? AND l.step = ? AND (l.reason LIKE ? OR l.reason LIKE ?) ORDER BY l.rank LIMIT 1`,
		platform, step, coded(tally.OutNoFit), coded(tally.OutStopped)).Scan(&rank)
	if db.None(err) {
		err = nil
	}
	return rank, err
}

// coded matches the stored reasons of a code.
func coded(code tally.ReasonCode) string { return `{"code":"` + string(code) + `"%` }

// LineOf is a line with the step that it is of.
type LineOf struct {
	Step ids.ID
	Line
}

// LinesOf gives the lines of those proposals, in whatever steps.
func LinesOf(ctx context.Context, tx db.Tx, platform int64, proposals []ids.ID) ([]LineOf, error) {
	marks, args := db.In(proposals)
	rows, err := tx.Query(ctx, `SELECT l.step, `+lineColumns+` FROM result_line l WHERE l.platform = ? AND l.proposal IN (`+marks+`) ORDER BY l.proposal, l.step`, append([]any{platform}, args...)...)
	return db.Collect(rows, err, func(r *sql.Rows, l *LineOf) error { return scanLine(r, &l.Line, &l.Step) })
}

// Names are the other proposals that the reasons of lines speak of, by project and reference.
type Names struct {
	proposals map[reference]string // titles
	removed   map[reference]bool   // whose titles nobody may read
}

type reference struct {
	project   ids.ID
	reference string
}

// Proposal gives the title of a proposal, its reference when it is not known or may not be read.
func (n Names) Proposal(project ids.ID, of string) string {
	if title, ok := n.proposals[reference{project, of}]; ok {
		return title
	}
	return of
}

// Removed says whether moderation put the title of a proposal out of sight.
func (n Names) Removed(project ids.ID, of string) bool { return n.removed[reference{project, of}] }

// NamesIn finds what the reasons of those lines speak of, in one statement whatever their number.
func NamesIn(ctx context.Context, tx db.Tx, platform int64, lines []Line) (Names, error) {
	n := Names{map[reference]string{}, map[reference]bool{}}
	others := map[string]bool{}
	for _, l := range lines {
		if l.Reason.Other != "" {
			others[l.Reason.Other] = true
		}
	}
	if len(others) == 0 {
		return n, nil
	}
	marks, args := db.In(slices.Sorted(maps.Keys(others)))
	rows, err := tx.Query(ctx, `SELECT p.project, p.reference, p.title, p.trashed FROM proposal p
		WHERE p.platform = ? AND p.reference IN (`+marks+`)`, append([]any{platform}, args...)...)
	_, err = db.Collect(rows, err, func(r *sql.Rows, _ *struct{}) error {
		var at reference
		var title string
		var trashed proposal.Trashed
		err := r.Scan(&at.project, &at.reference, &title, &trashed)
		if trashed.Readable() {
			n.proposals[at] = title
		} else {
			n.removed[at] = true
		}
		return err
	})
	return n, err
}

// settled refuses (conflict) to count while a proposal of the step's project has left and its votes are not freed.
func settled(ctx context.Context, tx db.Tx, platform int64, step ids.ID) error {
	waiting, err := jobs.Waiting(ctx, tx, platform, proposal.LeftJob, leftAtOnce)
	if err != nil || len(waiting) == 0 {
		return err
	}
	var project ids.ID
	if err := tx.QueryRow(ctx, `SELECT z.project FROM step z WHERE z.platform = ? AND z.id = ?`, platform, step).Scan(&project); err != nil {
		return fmt.Errorf("the project of a step that is counted: %w", err)
	}
	for _, j := range waiting {
		var left proposal.Left
		if err := json.Unmarshal(j.Body, &left); err != nil {
			return fmt.Errorf("job %s: %w", j.ID, err)
		}
		if left.Project == project {
			return fault.New(fault.Conflict, "fault.result.unsettled")
		}
	}
	return nil
}

// leftAtOnce is more proposals than leave in the moments that their jobs wait.
const leftAtOnce = 1_000
