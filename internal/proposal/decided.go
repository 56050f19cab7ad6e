package proposal

import (
	"context"
	"database/sql"
	"strings"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
)

// OfProject gives the published proposals of a project that were not removed, without their texts, by number. An edition
// has hundreds.
func OfProject(ctx context.Context, tx db.Tx, platform int64, project ids.ID) ([]Proposal, error) {
	rows, err := tx.Query(ctx, `SELECT `+brief+`, `+card+`, `+rest+` FROM proposal p WHERE p.platform = ? AND p.project = ? AND p.published_at > 0 AND p.trashed = '' ORDER BY p.number`, platform, project)
	return db.Collect(rows, err, func(r *sql.Rows, p *Proposal) error {
		v := row{p: p}
		err := r.Scan(v.rest(v.card(v.brief(nil)))...)
		v.done()
		return err
	})
}

// Settled is a proposal with the cost that was settled for it, in hundredths.
type Settled struct {
	Proposal ids.ID
	Cost     int64
}

// AddTo selects proposals that stand in one step into another too, beside those that are there, with a status and the tags
// that they have; nobody has voted for them there yet. The cost that was settled is the proposal's from now on, in every
// list: what its author asked stays in its versions. Counts of the step and of its facets are exact.
func AddTo(ctx context.Context, tx db.Tx, platform int64, from, to ids.ID, list []Settled, status string) error {
	if len(list) == 0 {
		return nil
	}
	if err := tx.Lock(ctx, "facets "+to.String()); err != nil { // before it is asked who is there
		return err
	}
	all := make([]ids.ID, len(list))
	cases, costs := strings.Repeat(` WHEN ? THEN ?`, len(list)), make([]any, 0, 2*len(list))
	for i, s := range list {
		all[i] = s.Proposal
		costs = append(costs, s.Proposal, s.Cost)
	}
	marks, args := db.In(all)
	args = append([]any{platform, from, false}, args...)
	n, err := tx.Exec(ctx, `INSERT INTO selection (platform, step, proposal, number, status, votes, points, cost, published_at, shuffle, trashed)
		SELECT s.platform, ?, s.proposal, s.number, ?, 0, 0, s.cost, s.published_at, s.shuffle, s.trashed
		FROM selection s WHERE s.platform = ? AND s.step = ? AND s.trashed = ? AND s.proposal IN (`+marks+`)
		ON CONFLICT (platform, step, proposal) DO NOTHING`, append([]any{to, status}, args...)...)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO selection_tag (platform, step, kind, tag, proposal)
		SELECT t.platform, ?, t.kind, t.tag, t.proposal FROM selection_tag t JOIN selection s ON s.platform = t.platform AND s.step = t.step AND s.proposal = t.proposal
		WHERE t.platform = ? AND t.step = ? AND s.trashed = ? AND t.proposal IN (`+marks+`)
		ON CONFLICT DO NOTHING`, append([]any{to}, args...)...); err != nil {
		return err
	}
	in, where := db.In(all)
	settled := append(append(costs, platform), where...)
	if _, err := tx.Exec(ctx, `UPDATE selection SET cost = CASE proposal`+cases+` ELSE cost END WHERE platform = ? AND proposal IN (`+in+`)`, settled...); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE proposal SET cost = CASE id`+cases+` ELSE cost END WHERE platform = ? AND id IN (`+in+`)`, settled...); err != nil {
		return err
	}
	if err := project.AddProposals(ctx, tx, platform, to, int(n)); err != nil {
		return err
	}
	names, err := Facets(ctx, tx, platform, from)
	if err != nil {
		return err
	}
	return KeepFacets(ctx, tx, platform, to, names)
}

// RemoveFrom takes proposals out of a step into which they were selected, and counts it anew. Nobody may have voted for them.
func RemoveFrom(ctx context.Context, tx db.Tx, platform int64, step ids.ID, list []ids.ID) error {
	if len(list) == 0 {
		return nil
	}
	if err := tx.Lock(ctx, "facets "+step.String()); err != nil {
		return err
	}
	names, err := Facets(ctx, tx, platform, step)
	if err != nil {
		return err
	}
	marks, args := db.In(list)
	args = append([]any{platform, step}, args...)
	if _, err := tx.Exec(ctx, `DELETE FROM selection_tag WHERE platform = ? AND step = ? AND proposal IN (`+marks+`)`, args...); err != nil {
		return err
	}
	var counted int // those that were removed by moderation are not
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM selection s WHERE s.platform = ? AND s.step = ? AND s.proposal IN (`+marks+`) AND s.trashed = ?`, append(args, false)...).Scan(&counted); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM selection WHERE platform = ? AND step = ? AND proposal IN (`+marks+`)`, args...); err != nil {
		return err
	}
	if err := project.AddProposals(ctx, tx, platform, step, -counted); err != nil {
		return err
	}
	return KeepFacets(ctx, tx, platform, step, names)
}
