package deposit

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
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

// dropForms deletes the forms of steps that are no more.
func dropForms(ctx context.Context, tx db.Tx, platform int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM deposit_form WHERE platform = ? AND step NOT IN (SELECT s.id FROM step s WHERE s.platform = ?)`, platform, platform)
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

const depositColumns = `d.id, d.project, d.step, d.participant, d.proposal, d.body, d.picture, d.charter, d.withdrawn, d.rework_until, d.created_at, d.updated_at`

func scanDeposit(r *sql.Rows, d *Deposit) error {
	var body string
	var rework, created, updated int64
	if err := r.Scan(&d.ID, &d.Project, &d.Step, &d.Participant, &d.Proposal, &body, &d.Picture, &d.Charter, &d.Withdrawn, &rework, &created, &updated); err != nil {
		return err
	}
	d.ReworkUntil = db.Time(rework)
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

// usageOf reads what the deposits and drafts of steps have of their forms.
func usageOf(ctx context.Context, tx db.Tx, platform int64, steps ...ids.ID) (Usage, error) {
	u := Usage{Answers: map[string]int{}, Options: map[string]map[string]int{}, Drafts: map[Pick]int{}, Criteria: map[string]int{}}
	marks, args := db.In(steps)
	rows, err := tx.Query(ctx, `SELECT `+depositColumns+` FROM deposit d WHERE d.platform = ? AND d.step IN (`+marks+`)`, append([]any{platform}, args...)...)
	if err != nil {
		return u, err
	}
	defer rows.Close()
	for rows.Next() {
		var d Deposit
		if err := scanDeposit(rows, &d); err != nil {
			return u, err
		}
		u.count(d)
	}
	return u, rows.Err()
}

// keepDeposit writes a deposit, new or not.
func keepDeposit(ctx context.Context, tx db.Tx, platform int64, d Deposit) error {
	_, err := tx.Exec(ctx, `INSERT INTO deposit (platform, id, project, step, participant, proposal, body, picture, charter, withdrawn, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (platform, id) DO UPDATE SET step = excluded.step, proposal = excluded.proposal, body = excluded.body, picture = excluded.picture, charter = excluded.charter,
		withdrawn = excluded.withdrawn, updated_at = excluded.updated_at`,
		platform, d.ID, d.Project, d.Step, d.Participant, d.Proposal, encode(d.Content), d.Picture, d.Charter, d.Withdrawn, db.Micros(d.CreatedAt), db.Micros(d.UpdatedAt))
	return err
}

// merge hands the drafts of one participant to another.
func merge(ctx context.Context, tx db.Tx, platform int64, from, to ids.ID) error {
	_, err := tx.Exec(ctx, `UPDATE deposit SET participant = ? WHERE platform = ? AND participant = ?`, to, platform, from)
	return err
}

// OwnsPicture says whether a picture is in something that the person deposits: a draft's is shown to its author alone.
func OwnsPicture(ctx context.Context, tx db.Tx, platform int64, participant, picture ids.ID) (owns bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM deposit d WHERE d.platform = ? AND d.participant = ? AND d.picture = ?)`, platform, participant, picture).Scan(&owns)
	return owns && access.Can(access.Anyone, access.SeeProposal, access.Moment{Own: true}), err
}
