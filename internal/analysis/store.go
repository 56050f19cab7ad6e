package analysis

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
)

// sentTo counts what was ever sent to each service.
func sentTo(ctx context.Context, tx db.Tx, platform int64) (map[ids.ID]int, error) {
	type sum struct {
		service ids.ID
		n       int
	}
	rows, err := tx.Query(ctx, `SELECT a.service, COUNT(*) FROM assignment a WHERE a.platform = ? GROUP BY a.service`, platform)
	all, err := db.Collect(rows, err, func(r *sql.Rows, s *sum) error { return r.Scan(&s.service, &s.n) })
	found := map[ids.ID]int{}
	for _, s := range all {
		found[s.service] = s.n
	}
	return found, err
}

// namesOf reads names, each once, in the order of the query.
func namesOf(ctx context.Context, tx db.Tx, platform int64, query string) ([]string, error) {
	rows, err := tx.Query(ctx, query, platform)
	all, err := db.Collect(rows, err, func(r *sql.Rows, s *string) error { return r.Scan(s) })
	return slices.Compact(all), err
}

func storeService(ctx context.Context, tx db.Tx, platform int64, id ids.ID, slug string, a About) error {
	categories, err := names(a.Categories)
	if err != nil {
		return err
	}
	districts, err := names(a.Districts)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO service (platform, id, slug, name, categories, districts, body, contact) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (platform, id) DO UPDATE SET slug = excluded.slug, name = excluded.name, categories = excluded.categories, districts = excluded.districts, body = excluded.body,
		contact = excluded.contact`, platform, id, slug, a.Name, categories, districts, a.Body, a.Contact)
	return err
}

func dropService(ctx context.Context, tx db.Tx, platform int64, id ids.ID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM service_member WHERE platform = ? AND service = ?`, platform, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM service WHERE platform = ? AND id = ?`, platform, id)
	return err
}

func dropRounds(ctx context.Context, tx db.Tx, platform int64, rounds []ids.ID) error {
	marks, args := db.In(rounds)
	_, err := tx.Exec(ctx, `DELETE FROM analysis_round WHERE platform = ? AND id IN (`+marks+`)`, append([]any{platform}, args...)...)
	return err
}

// moveDue moves what is due when a round was to the day on which it now is.
func moveDue(ctx context.Context, tx db.Tx, platform int64, was, now Round) error {
	_, err := tx.Exec(ctx, `UPDATE assignment SET due_at = ? WHERE platform = ? AND round = ? AND due_at = ?`, db.Micros(now.DueAt), platform, now.ID, db.Micros(was.DueAt))
	return err
}

// setState moves an assignment on.
func setState(ctx context.Context, tx db.Tx, platform int64, a Assignment) error {
	_, err := tx.Exec(ctx, `UPDATE assignment SET state = ?, lead = ?, charge = ?, from_service = ?, note = ?, assigned_at = ?, assigned_by = ?, due_at = ?
		WHERE platform = ? AND round = ? AND service = ? AND proposal = ?`, string(a.State), a.Lead, a.Charge, a.From, a.Note, db.Micros(a.AssignedAt), a.AssignedBy, db.Micros(a.DueAt),
		platform, a.Round, a.Service, a.Proposal)
	return err
}

// subject is what it takes of a proposal to say who studies it.
type subject struct {
	ID                       ids.ID
	Number                   int
	Title, Slug              string
	Category, District       ids.ID
	CategoryName, DistrictOf string
}

// subjects gives the proposals of an edition that stand, by number.
func subjects(ctx context.Context, tx db.Tx, platform int64, project ids.ID) ([]subject, error) {
	rows, err := tx.Query(ctx, `SELECT p.id, p.number, p.title, p.slug, p.category, p.district, COALESCE(c.name, ''), COALESCE(d.name, '') FROM proposal p
		LEFT JOIN category c ON c.platform = p.platform AND c.id = p.category LEFT JOIN district d ON d.platform = p.platform AND d.id = p.district
		WHERE p.platform = ? AND p.project = ? AND p.published_at > 0 AND p.trashed = '' ORDER BY p.number`, platform, project)
	return db.Collect(rows, err, func(r *sql.Rows, s *subject) error {
		return r.Scan(&s.ID, &s.Number, &s.Title, &s.Slug, &s.Category, &s.District, &s.CategoryName, &s.DistrictOf)
	})
}

// discard deletes what an edition had.
func discard(ctx context.Context, tx db.Tx, platform int64, project ids.ID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM analysis_round WHERE platform = ? AND project = ?`, platform, project); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM evaluation_form WHERE platform = ? AND project = ?`, platform, project)
	return err
}

// setStates moves a service's assignments of a round on.
func setStates(ctx context.Context, tx db.Tx, platform int64, round, service ids.ID, proposals []ids.ID, state State) error {
	marks, args := db.In(proposals)
	_, err := tx.Exec(ctx, `UPDATE assignment SET state = ? WHERE platform = ? AND round = ? AND service = ? AND proposal IN (`+marks+`)`,
		append([]any{string(state), platform, round, service}, args...)...)
	return err
}

// rowsAtOnce is how many opinions a statement stores.
const rowsAtOnce = 50

// putOpinions stores opinions, each in the place of the version before it. Fault: conflict, when somebody saved one meanwhile.
func putOpinions(ctx context.Context, tx db.Tx, platform int64, list []Opinion) error {
	for part := range slices.Chunk(list, rowsAtOnce) {
		var marks []string
		var args []any
		for _, o := range part {
			answers, err := json.Marshal(o.Answers)
			if err != nil {
				return err
			}
			marks = append(marks, `(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
			args = append(args, platform, o.Round, o.Service, o.Proposal, string(o.Verdict), o.Invest, o.Running, o.Months, string(o.Land), string(answers), o.Public, o.Private,
				o.Version, o.SavedBy, db.Micros(o.SavedAt), db.Micros(o.GivenAt))
		}
		n, err := tx.Exec(ctx, `INSERT INTO opinion (platform, round, service, proposal, verdict, invest, running, months, land, answers, public, private, version, saved_by, saved_at, given_at)
			VALUES `+strings.Join(marks, ", ")+` ON CONFLICT (platform, proposal, round, service) DO UPDATE SET verdict = excluded.verdict, invest = excluded.invest, running = excluded.running,
			months = excluded.months, land = excluded.land, answers = excluded.answers, public = excluded.public, private = excluded.private, version = excluded.version,
			saved_by = excluded.saved_by, saved_at = excluded.saved_at, given_at = excluded.given_at WHERE opinion.version = excluded.version - 1`, args...)
		if err == nil && n != int64(len(part)) {
			err = fault.New(fault.Conflict, "fault.analysis.changed")
		}
		if err != nil {
			return err
		}
	}
	return nil
}
