package proposal

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// encode gives a value of this room as JSON: structs of texts, numbers and lists always have such a form.
func encode(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

// FormOf gives what a deposit step asks: what was chosen for it, else DefaultForm.
func FormOf(ctx context.Context, tx db.Tx, platform int64, step ids.ID) (f Form, err error) {
	var body string
	err = tx.QueryRow(ctx, `SELECT f.body FROM deposit_form f WHERE f.platform = ? AND f.step = ?`, platform, step).Scan(&body)
	if db.None(err) {
		return DefaultForm(), nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(body), &f)
	}
	return f, err
}

// SetForm chooses what a deposit step asks. Faults: those of Validate.
func SetForm(ctx context.Context, tx db.Tx, platform int64, step ids.ID, f Form) error {
	if err := f.Validate(); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO deposit_form (platform, step, body, updated_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (platform, step) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at`, platform, step, encode(f), db.Micros(tx.Now()))
	return err
}

// CharterOf gives the platform's charter in force; without one, version 0 and no text: the model of the translations.
func CharterOf(ctx context.Context, tx db.Tx, platform int64) (c Charter, err error) {
	var body string
	err = tx.QueryRow(ctx, `SELECT c.version, c.body FROM charter c WHERE c.platform = ? ORDER BY c.version DESC LIMIT 1`, platform).Scan(&c.Version, &body)
	if db.None(err) {
		return Charter{}, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(body), &c.Text)
	}
	return c, err
}

// SetCharter puts a new version of the platform's charter in force, and gives its number.
func SetCharter(ctx context.Context, tx db.Tx, platform int64, text rulebook.Text) (int, error) {
	was, err := CharterOf(ctx, tx, platform)
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO charter (platform, version, body, created_at) VALUES (?, ?, ?, ?)`, platform, was.Version+1, encode(text), db.Micros(tx.Now()))
	return was.Version + 1, err
}

const depositColumns = `d.id, d.project, d.step, d.participant, d.proposal, d.body, d.picture, d.charter, d.withdrawn, d.created_at, d.updated_at`

func scanDeposit(r *sql.Rows, d *Deposit) error {
	var body string
	var created, updated int64
	if err := r.Scan(&d.ID, &d.Project, &d.Step, &d.Participant, &d.Proposal, &body, &d.Picture, &d.Charter, &d.Withdrawn, &created, &updated); err != nil {
		return err
	}
	d.CreatedAt, d.UpdatedAt = db.Time(created), db.Time(updated)
	return json.Unmarshal([]byte(body), &d.Content)
}

// depositsOf gives what a person deposited in a project and their drafts there, newest first.
func depositsOf(ctx context.Context, tx db.Tx, platform int64, participant, project ids.ID) ([]Deposit, error) {
	rows, err := tx.Query(ctx, `SELECT `+depositColumns+` FROM deposit d WHERE d.platform = ? AND d.participant = ? AND d.project = ? ORDER BY d.created_at DESC, d.id`,
		platform, participant, project)
	return db.Collect(rows, err, scanDeposit)
}

// DepositsBy gives everything that a person deposited and their drafts, newest first, at most limit.
func DepositsBy(ctx context.Context, tx db.Tx, platform int64, participant ids.ID, limit int) ([]Deposit, error) {
	rows, err := tx.Query(ctx, `SELECT `+depositColumns+` FROM deposit d WHERE d.platform = ? AND d.participant = ? ORDER BY d.created_at DESC, d.id LIMIT ?`, platform, participant, limit)
	return db.Collect(rows, err, scanDeposit)
}

// DepositOf gives what a proposal was made of; false for one that was not deposited here.
func DepositOf(ctx context.Context, tx db.Tx, platform int64, proposal ids.ID) (Deposit, bool, error) {
	rows, err := tx.Query(ctx, `SELECT `+depositColumns+` FROM deposit d WHERE d.platform = ? AND d.proposal = ?`, platform, proposal)
	all, err := db.Collect(rows, err, scanDeposit)
	if err != nil || len(all) == 0 {
		return Deposit{}, false, err
	}
	return all[0], true, nil
}

// keepDeposit writes a deposit, new or not.
func keepDeposit(ctx context.Context, tx db.Tx, platform int64, d Deposit) error {
	_, err := tx.Exec(ctx, `INSERT INTO deposit (platform, id, project, step, participant, proposal, body, picture, charter, withdrawn, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (platform, id) DO UPDATE SET proposal = excluded.proposal, body = excluded.body, picture = excluded.picture, charter = excluded.charter,
		withdrawn = excluded.withdrawn, updated_at = excluded.updated_at`,
		platform, d.ID, d.Project, d.Step, d.Participant, d.Proposal, encode(d.Content), d.Picture, d.Charter, d.Withdrawn, db.Micros(d.CreatedAt), db.Micros(d.UpdatedAt))
	return err
}

// merge hands the drafts and the follows of one participant to another.
func merge(ctx context.Context, tx db.Tx, platform int64, from, to ids.ID) error {
	if _, err := tx.Exec(ctx, `UPDATE deposit SET participant = ? WHERE platform = ? AND participant = ?`, to, platform, from); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO follow (platform, proposal, participant, at) SELECT f.platform, f.proposal, ?, f.at FROM follow f WHERE f.platform = ? AND f.participant = ?
		ON CONFLICT (platform, proposal, participant) DO NOTHING`, to, platform, from); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM follow WHERE platform = ? AND participant = ?`, platform, from)
	return err
}

// authored gives a proposal as its author has it, whatever became of it.
func authored(ctx context.Context, tx db.Tx, platform int64, id ids.ID) (Proposal, error) {
	rows, err := tx.Query(ctx, `SELECT `+whole+` FROM proposal p WHERE p.platform = ? AND p.id = ?`, platform, id)
	all, err := db.Collect(rows, err, scan)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "fault.deposit.unknown")
	}
	if err != nil {
		return Proposal{}, err
	}
	return all[0], nil
}

// nextNumber gives the number of the next proposal of a project. The caller holds the project's lock.
func nextNumber(ctx context.Context, tx db.Tx, platform int64, project ids.ID) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT COALESCE(MAX(p.number), 0) + 1 FROM proposal p WHERE p.platform = ? AND p.project = ?`, platform, project).Scan(&n)
	return n, err
}

// update changes what a proposal says, and what searches read of it.
func update(ctx context.Context, tx db.Tx, platform int64, was, p Proposal) error {
	var latitude, longitude any
	if p.Place != nil {
		latitude, longitude = p.Place.Latitude, p.Place.Longitude
	}
	if _, err := tx.Exec(ctx, `UPDATE proposal SET slug = ?, title = ?, summary = ?, body = ?, cost = ?, district = ?, category = ?, theme = ?, picture = ?, latitude = ?, longitude = ?,
		address = ?, updated_at = ? WHERE platform = ? AND id = ?`, p.Slug, p.Title, p.Summary, p.Body, p.Cost, p.District, p.Category, p.Theme, p.Picture, latitude, longitude,
		p.Address, db.Micros(p.UpdatedAt), platform, p.ID); err != nil {
		return err
	}
	return Reindex(ctx, tx, platform, was, p)
}

// enter puts a proposal into a step's list, with what it is filtered by.
func enter(ctx context.Context, tx db.Tx, platform int64, step ids.ID, p Proposal, facets []Facet) error {
	tags := make([]Tag, len(facets))
	for i, f := range facets {
		tags[i] = f.Tag
	}
	s := Selection{Step: step, Proposal: p.ID, Number: p.Number, Cost: p.Cost, PublishedAt: p.PublishedAt, Shuffle: lot()}
	if err := Select(ctx, tx, platform, []Selection{s}, [][]Tag{tags}); err != nil {
		return err
	}
	return Enter(ctx, tx, platform, step, p.Number, facets)
}

// untag takes a proposal out of the counts that lists are filtered by.
func untag(ctx context.Context, tx db.Tx, platform int64, step ids.ID, p Proposal) error {
	tags, err := TagsOf(ctx, tx, platform, step, []ids.ID{p.ID})
	if err != nil {
		return err
	}
	if err := Leave(ctx, tx, platform, step, p.Number, tags[p.ID]); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM selection_tag WHERE platform = ? AND step = ? AND proposal = ?`, platform, step, p.ID)
	return err
}

// reenter changes what a step's list knows of a proposal.
func reenter(ctx context.Context, tx db.Tx, platform int64, step ids.ID, p Proposal, facets []Facet) error {
	if err := untag(ctx, tx, platform, step, p); err != nil {
		return err
	}
	rows := make([][]any, len(facets))
	for i, f := range facets {
		rows[i] = []any{platform, step, string(f.Kind), f.Slug, p.ID}
	}
	if err := db.Insert(ctx, tx, "selection_tag", []string{"platform", "step", "kind", "tag", "proposal"}, rows); err != nil {
		return err
	}
	if err := Enter(ctx, tx, platform, step, p.Number, facets); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE selection SET cost = ? WHERE platform = ? AND step = ? AND proposal = ?`, p.Cost, platform, step, p.ID)
	return err
}

// leave takes a proposal out of a step's list.
func leave(ctx context.Context, tx db.Tx, platform int64, step ids.ID, p Proposal) error {
	if err := untag(ctx, tx, platform, step, p); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE selection SET trashed = ? WHERE platform = ? AND step = ? AND proposal = ?`, true, platform, step, p.ID)
	return err
}

func versions(ctx context.Context, tx db.Tx, platform int64, proposal ids.ID) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT COALESCE(MAX(v.version), 0) FROM proposal_version v WHERE v.platform = ? AND v.proposal = ?`, platform, proposal).Scan(&n)
	return n, err
}

func keepVersion(ctx context.Context, tx db.Tx, platform int64, proposal ids.ID, v Version) error {
	_, err := tx.Exec(ctx, `INSERT INTO proposal_version (platform, proposal, version, body, at) VALUES (?, ?, ?, ?, ?)`, platform, proposal, v.Number, encode(v), db.Micros(v.At))
	return err
}

// Versions gives what a proposal said since it was published, newest first; none for one that was not deposited here.
// Whether anyone may read them is Trashed.Readable's to say.
func Versions(ctx context.Context, tx db.Tx, platform int64, proposal ids.ID) ([]Version, error) {
	rows, err := tx.Query(ctx, `SELECT v.version, v.body, v.at FROM proposal_version v WHERE v.platform = ? AND v.proposal = ? ORDER BY v.version DESC`, platform, proposal)
	return db.Collect(rows, err, func(r *sql.Rows, v *Version) error {
		var body string
		var at int64
		if err := r.Scan(&v.Number, &body, &at); err != nil {
			return err
		}
		v.At = db.Time(at)
		return json.Unmarshal([]byte(body), v)
	})
}
