package live

import (
	"context"
	"database/sql"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/project"
)

// counted are the numbers by district of each topic.
var counted = map[What]string{
	Voters: `SELECT p.state, s.ballots, s.ends_at, COALESCE(d.district, ''), COALESCE(d.voters, 0) FROM project p
		JOIN step s ON s.platform = p.platform AND s.project = p.id
		LEFT JOIN turnout d ON d.platform = s.platform AND d.step = s.id
		WHERE s.platform = ? AND s.id = ?`,
	Deposits: `SELECT p.state, s.proposals, s.ends_at, COALESCE(d.tag, ''), COALESCE(d.proposals, 0) FROM project p
		JOIN step s ON s.platform = p.platform AND s.project = p.id
		LEFT JOIN facet d ON d.platform = s.platform AND d.step = s.id AND d.kind = 'district'
		WHERE s.platform = ? AND s.id = ?`,
}

// seen is what access calls the sight of each topic.
var seen = map[What]access.Action{Voters: access.SeeVoters, Deposits: access.SeeProject}

// Read gives the counters of a topic, in one statement; false when the step is not there, or not everybody may see them.
func Read(ctx context.Context, tx db.Tx, t Topic) (Counters, bool, error) {
	type row struct {
		state project.State
		total int
		ends  int64
		slug  string
		n     int
	}
	rows, err := tx.Query(ctx, counted[t.What], t.Platform.Key, t.Step)
	all, err := db.Collect(rows, err, func(r *sql.Rows, v *row) error { return r.Scan(&v.state, &v.total, &v.ends, &v.slug, &v.n) })
	if err != nil || len(all) == 0 {
		return Counters{}, false, err
	}
	if !access.Can(access.Anyone, seen[t.What], access.Moment{Published: all[0].state == project.Published}) {
		return Counters{}, false, nil
	}
	c := Counters{What: t.What, Total: all[0].total, Districts: map[string]int{}, Endless: all[0].ends == 0}
	for _, v := range all {
		if v.slug != "" {
			c.Districts[v.slug] = v.n
		}
	}
	if !c.Endless {
		c.Left = max(0, db.Time(all[0].ends).Sub(t.Platform.Now(tx.Now())).Truncate(time.Second))
	}
	return c, true, nil
}
