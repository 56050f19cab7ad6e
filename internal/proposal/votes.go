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
	Title     string   // empty unless it was asked for
	Cost      int64    // hundredths
	Districts []string // slugs; none unless they were asked for
}

// Choosables gives the proposals that a ballot may name in a step, by number: those that were not removed. titles and
// districts ask for these too. The tags are read by themselves: a join with them depends on what the engine knows of two
// tables that have just been filled.
func Choosables(ctx context.Context, tx db.Tx, platform int64, step ids.ID, titles, districts bool) ([]Choosable, error) {
	title, join := `''`, ``
	if titles {
		title, join = `p.title`, ` JOIN proposal p ON p.platform = s.platform AND p.id = s.proposal`
	}
	rows, err := tx.Query(ctx, `SELECT s.proposal, s.number, `+title+`, s.cost FROM selection s`+join+`
		WHERE s.platform = ? AND s.step = ? AND s.trashed = ? ORDER BY s.number`, platform, step, false)
	var keys []ids.ID
	list, err := db.Collect(rows, err, func(r *sql.Rows, v *Choosable) error {
		var id ids.ID
		err := r.Scan(&id, &v.Number, &v.Title, &v.Cost)
		keys = append(keys, id)
		return err
	})
	if err != nil || !districts {
		return list, err
	}
	tags := map[ids.ID][]string{}
	type tagged struct {
		proposal ids.ID
		tag      string
	}
	rows, err = tx.Query(ctx, `SELECT t.proposal, t.tag FROM selection_tag t WHERE t.platform = ? AND t.step = ? AND t.kind = ? ORDER BY t.tag`, platform, step, string(TagDistrict))
	all, err := db.Collect(rows, err, func(r *sql.Rows, v *tagged) error { return r.Scan(&v.proposal, &v.tag) })
	for _, v := range all {
		tags[v.proposal] = append(tags[v.proposal], v.tag)
	}
	for i := range list {
		list[i].Districts = tags[keys[i]]
	}
	return list, err
}
