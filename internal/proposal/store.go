package proposal

import (
	"context"
	"database/sql"
	"slices"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// brief is what every list has of a proposal; card, rest and texts complete it.
const (
	brief = `p.id, p.number, p.title`
	card  = `p.reference, p.slug, p.cost, p.picture`
	rest  = `p.project, p.district, p.category, p.theme, p.author, p.trashed, p.created_at, p.published_at, p.updated_at`
	texts = `p.summary, p.body, p.proposer, p.latitude, p.longitude, p.address, p.trashed_reason, p.trashed_at, p.paper`
	whole = brief + `, ` + card + `, ` + rest + `, ` + texts
)

// row scans these columns.
type row struct {
	p                           *Proposal
	created, published, updated int64
	latitude, longitude         sql.NullFloat64
	trashed                     int64
}

func (v *row) brief(to []any) []any {
	p := v.p
	return append(to, &p.ID, &p.Number, &p.Title)
}

func (v *row) card(to []any) []any {
	p := v.p
	return append(to, &p.Reference, &p.Slug, &p.Cost, &p.Picture)
}

func (v *row) rest(to []any) []any {
	p := v.p
	return append(to, &p.Project, &p.District, &p.Category, &p.Theme, &p.Author, &p.Trashed, &v.created, &v.published, &v.updated)
}

func (v *row) texts(to []any) []any {
	p := v.p
	return append(to, &p.Summary, &p.Body, &p.Proposer, &v.latitude, &v.longitude, &p.Address, &p.TrashedReason, &v.trashed, &p.Paper)
}

// done turns what was scanned into the proposal's own types.
func (v *row) done() {
	if v.latitude.Valid && v.longitude.Valid {
		v.p.Place = &Place{v.latitude.Float64, v.longitude.Float64}
	}
	v.p.TrashedAt, v.p.CreatedAt, v.p.PublishedAt, v.p.UpdatedAt = db.Time(v.trashed), db.Time(v.created), db.Time(v.published), db.Time(v.updated)
}

func scan(r *sql.Rows, p *Proposal) error {
	v := row{p: p}
	err := r.Scan(v.texts(v.rest(v.card(v.brief(nil))))...)
	v.done()
	return err
}

// published is what every public reader adds: the project is visible and the proposal is no draft.
const published = ` AND p.published_at > 0 AND EXISTS (SELECT 1 FROM project j WHERE j.platform = p.platform AND j.id = p.project AND j.state = 'published')`

// Numbered gives the published proposal of a project with that number, if there is one.
func Numbered(ctx context.Context, tx db.Tx, platform int64, project ids.ID, number int) (p Proposal, ok bool, err error) {
	rows, err := tx.Query(ctx, `SELECT `+whole+` FROM proposal p WHERE p.platform = ? AND p.project = ? AND p.number = ?`+published, platform, project, number)
	all, err := db.Collect(rows, err, scan)
	if err != nil || len(all) == 0 {
		return Proposal{}, false, err
	}
	return all[0], true, nil
}

// Numbers gives the published proposals of a project with those numbers, in no order.
func Numbers(ctx context.Context, tx db.Tx, platform int64, project ids.ID, numbers []int) ([]Proposal, error) {
	marks, args := db.In(numbers)
	rows, err := tx.Query(ctx, `SELECT `+whole+` FROM proposal p WHERE p.platform = ? AND p.project = ? AND p.number IN (`+marks+`)`+published,
		append([]any{platform, project}, args...)...)
	return db.Collect(rows, err, scan)
}

// ByIDs gives the published proposals of those identifiers, in no order.
func ByIDs(ctx context.Context, tx db.Tx, platform int64, list []ids.ID) ([]Proposal, error) {
	marks, args := db.In(list)
	rows, err := tx.Query(ctx, `SELECT `+whole+` FROM proposal p WHERE p.platform = ? AND p.id IN (`+marks+`)`+published, append([]any{platform}, args...)...)
	return db.Collect(rows, err, scan)
}

// ShowsPicture says whether anyone may see a picture in a published proposal.
func ShowsPicture(ctx context.Context, tx db.Tx, platform int64, picture ids.ID) (bool, error) {
	rows, err := tx.Query(ctx, `SELECT p.trashed FROM proposal p WHERE p.platform = ? AND p.picture = ?`+published, platform, picture)
	all, err := db.Collect(rows, err, func(r *sql.Rows, t *Trashed) error { return r.Scan(t) })
	return slices.ContainsFunc(all, Trashed.Readable), err
}

// SelectionsOf gives the selections of those proposals, by proposal, in the order of the project's steps.
func SelectionsOf(ctx context.Context, tx db.Tx, platform int64, list []ids.ID) ([]Selection, error) {
	marks, args := db.In(list)
	rows, err := tx.Query(ctx, `SELECT s.step, s.proposal, s.number, s.status, s.votes, s.points, s.cost, s.published_at, s.shuffle, s.trashed
		FROM selection s JOIN step t ON t.platform = s.platform AND t.id = s.step
		WHERE s.platform = ? AND s.proposal IN (`+marks+`) ORDER BY s.proposal, t.position`, append([]any{platform}, args...)...)
	return db.Collect(rows, err, func(r *sql.Rows, s *Selection) error {
		var at int64
		err := r.Scan(&s.Step, &s.Proposal, &s.Number, &s.Status, &s.Votes, &s.Points, &s.Cost, &at, &s.Shuffle, &s.Trashed)
		s.PublishedAt = db.Time(at)
		return err
	})
}

// TagsOf gives every tag of those proposals in a step, with names.
func TagsOf(ctx context.Context, tx db.Tx, platform int64, step ids.ID, list []ids.ID) (map[ids.ID][]Facet, error) {
	marks, args := db.In(list)
	type tagged struct {
		proposal ids.ID
		Facet
	}
	rows, err := tx.Query(ctx, `SELECT t.proposal, f.kind, f.tag, f.name, f.sort, f.proposals FROM selection_tag t
		JOIN facet f ON f.platform = t.platform AND f.step = t.step AND f.kind = t.kind AND f.tag = t.tag
		WHERE t.platform = ? AND t.step = ? AND t.proposal IN (`+marks+`) ORDER BY t.proposal, f.kind, f.sort`, append([]any{platform, step}, args...)...)
	all, err := db.Collect(rows, err, func(r *sql.Rows, v *tagged) error {
		return r.Scan(&v.proposal, &v.Kind, &v.Slug, &v.Name, &v.Sort, &v.Proposals)
	})
	tags := map[ids.ID][]Facet{}
	for _, v := range all {
		tags[v.proposal] = append(tags[v.proposal], v.Facet)
	}
	return tags, err
}

// Insert stores proposals and the text that searches read.
func Insert(ctx context.Context, tx db.Tx, platform int64, proposals []Proposal) error {
	rows := make([][]any, len(proposals))
	for i, p := range proposals {
		var latitude, longitude any
		if p.Place != nil {
			latitude, longitude = p.Place.Latitude, p.Place.Longitude
		}
		rows[i] = []any{platform, p.ID, p.Project, p.Number, p.Reference, p.Slug, p.Title, p.Summary, p.Body, p.Cost, p.District, p.Category, p.Theme, p.Author, p.Proposer,
			p.Picture, latitude, longitude, p.Address, string(p.Trashed), p.TrashedReason, db.Micros(p.TrashedAt), db.Micros(p.CreatedAt), db.Micros(p.PublishedAt), db.Micros(p.UpdatedAt), p.Paper}
	}
	if err := db.Insert(ctx, tx, "proposal", []string{"platform", "id", "project", "number", "reference", "slug", "title", "summary", "body", "cost", "district", "category", "theme", "author", "proposer",
		"picture", "latitude", "longitude", "address", "trashed", "trashed_reason", "trashed_at", "created_at", "published_at", "updated_at", "paper"}, rows); err != nil {
		return err
	}
	return index(ctx, tx, platform, proposals)
}

// Select puts proposals into a step, with what each can be filtered by (tags, in the order of the selections).
func Select(ctx context.Context, tx db.Tx, platform int64, selections []Selection, tags [][]Tag) error {
	rows := make([][]any, len(selections))
	var tagRows [][]any
	for i, s := range selections {
		rows[i] = []any{platform, s.Step, s.Proposal, s.Number, s.Status, s.Votes, s.Points, s.Cost, db.Micros(s.PublishedAt), s.Shuffle, s.Trashed}
		for _, t := range tags[i] {
			tagRows = append(tagRows, []any{platform, s.Step, string(t.Kind), t.Slug, s.Proposal})
		}
	}
	if err := db.Insert(ctx, tx, "selection", []string{"platform", "step", "proposal", "number", "status", "votes", "points", "cost", "published_at", "shuffle", "trashed"}, rows); err != nil {
		return err
	}
	return db.Insert(ctx, tx, "selection_tag", []string{"platform", "step", "kind", "tag", "proposal"}, tagRows)
}

// Promote selects proposals of one step into another with a status, keeping their counts and tags, and says how many
// there are now. What was in the other step before is gone. The step that they come from gets the status as a facet.
func Promote(ctx context.Context, tx db.Tx, platform int64, from, to ids.ID, list []ids.ID, status string) (int, error) {
	for _, table := range []string{"selection", "selection_tag", "facet"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE platform = ? AND step = ?`, platform, to); err != nil {
			return 0, err
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM facet WHERE platform = ? AND step = ? AND kind = ?`, platform, from, string(TagStatus)); err != nil {
		return 0, err
	}
	if len(list) == 0 {
		return 0, nil
	}
	total := 0
	for part := range slices.Chunk(list, promotedAtOnce) {
		n, err := promote(ctx, tx, platform, from, to, part, status)
		if err != nil {
			return 0, err
		}
		total += int(n)
	}
	names, err := Facets(ctx, tx, platform, from)
	if err != nil {
		return 0, err
	}
	if err := KeepFacets(ctx, tx, platform, to, names); err != nil {
		return 0, err
	}
	all, err := stepFacet(ctx, tx, platform, to)
	if err != nil || len(all.members) == 0 {
		return total, err
	}
	return total, keep(ctx, tx, platform, from, []keptFacet{{Facet{Tag: Tag{Kind: TagStatus, Slug: status}}, all.members}})
}

// MoveDistrict gives the proposals of one district of a project to another: the platform's own one of the same name.
func MoveDistrict(ctx context.Context, tx db.Tx, platform int64, project, from, to ids.ID) error {
	_, err := tx.Exec(ctx, `UPDATE proposal SET district = ? WHERE platform = ? AND project = ? AND district = ?`, to, platform, project, from)
	return err
}

// promotedAtOnce keeps a statement within the number of parameters that an engine takes.
const promotedAtOnce = 10_000

func promote(ctx context.Context, tx db.Tx, platform int64, from, to ids.ID, list []ids.ID, status string) (int64, error) {
	marks, args := db.In(list)
	args = append([]any{platform, from}, args...)
	n, err := tx.Exec(ctx, `INSERT INTO selection (platform, step, proposal, number, status, votes, points, cost, published_at, shuffle, trashed)
		SELECT s.platform, ?, s.proposal, s.number, ?, s.votes, s.points, s.cost, s.published_at, s.shuffle, s.trashed
		FROM selection s WHERE s.platform = ? AND s.step = ? AND s.proposal IN (`+marks+`)`, append([]any{to, status}, args...)...)
	if err != nil {
		return 0, err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO selection_tag (platform, step, kind, tag, proposal)
		SELECT t.platform, ?, t.kind, t.tag, t.proposal FROM selection_tag t WHERE t.platform = ? AND t.step = ? AND t.proposal IN (`+marks+`)`, append([]any{to}, args...)...); err != nil {
		return 0, err
	}
	return n, nil
}
