package proposal

import (
	"context"
	"database/sql"
	"maps"
	"slices"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Total is what ballots give a proposal.
type Total struct {
	Votes  int64 // ballots that name it
	Points int64 // what they give it
}

// AddVotes counts more votes for proposals of a step, by their numbers, where a vote is worth a point.
func AddVotes(ctx context.Context, tx db.Tx, platform int64, step ids.ID, votes map[int]int) error {
	totals := make(map[int]Total, len(votes))
	for number, n := range votes {
		totals[number] = Total{int64(n), int64(n)}
	}
	return AddTotals(ctx, tx, platform, step, totals)
}

// AddTotals moves the totals of proposals of a step, by their numbers; negative ones take back.
func AddTotals(ctx context.Context, tx db.Tx, platform int64, step ids.ID, totals map[int]Total) error {
	alike := map[Total][]int{} // numbers by what they get, so that there are few statements
	for _, number := range slices.Sorted(maps.Keys(totals)) {
		if t := totals[number]; t != (Total{}) {
			alike[t] = append(alike[t], number)
		}
	}
	for _, t := range slices.SortedFunc(maps.Keys(alike), func(a, b Total) int { return alike[a][0] - alike[b][0] }) {
		marks, args := db.In(alike[t])
		if _, err := tx.Exec(ctx, `UPDATE selection SET votes = votes + ?, points = points + ? WHERE platform = ? AND step = ? AND number IN (`+marks+`)`,
			append([]any{t.Votes, t.Points, platform, step}, args...)...); err != nil {
			return err
		}
	}
	return nil
}

// Choosable is a proposal as a ballot may name it.
type Choosable struct {
	Number    int
	Title     string // empty unless it was asked for
	Cost      int64  // hundredths
	Districts []string
}

// Choosables gives the proposals that a ballot may name in a step, by number: those that were not removed. titles asks
// for their titles too.
func Choosables(ctx context.Context, tx db.Tx, platform int64, step ids.ID, titles bool) ([]Choosable, error) {
	title, join := `''`, ``
	if titles {
		title, join = `p.title`, ` JOIN proposal p ON p.platform = s.platform AND p.id = s.proposal`
	}
	rows, err := tx.Query(ctx, `SELECT s.number, `+title+`, s.cost, COALESCE(t.tag, '') FROM selection s`+join+`
		LEFT JOIN selection_tag t ON t.platform = s.platform AND t.step = s.step AND t.kind = ? AND t.proposal = s.proposal
		WHERE s.platform = ? AND s.step = ? AND s.trashed = ? ORDER BY s.number, t.tag`, string(TagDistrict), platform, step, false)
	type row struct {
		Choosable
		tag string
	}
	all, err := db.Collect(rows, err, func(r *sql.Rows, v *row) error { return r.Scan(&v.Number, &v.Title, &v.Cost, &v.tag) })
	list := make([]Choosable, 0, len(all))
	for _, v := range all {
		if n := len(list); n == 0 || list[n-1].Number != v.Number {
			list = append(list, v.Choosable)
		}
		if v.tag != "" {
			last := &list[len(list)-1]
			last.Districts = append(last.Districts, v.tag)
		}
	}
	return list, err
}
