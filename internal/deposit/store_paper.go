package deposit

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
)

const paperColumns = `w.deposit, w.project, w.agent, w.reference, w.email, w.state, w.created_at, d.participant`

func (p *PaperDeposit) targets(created *int64) []any {
	return []any{&p.Deposit, &p.Project, &p.Agent, &p.Reference, &p.Email, &p.State, created, &p.Author.ID}
}

// paperOf gives a paper deposit that is with the agents. Fault: not_found.
func paperOf(ctx context.Context, tx db.Tx, platform int64, id ids.ID) (PaperDeposit, error) {
	rows, err := tx.Query(ctx, `SELECT `+paperColumns+` FROM paper_deposit w JOIN deposit d ON d.platform = w.platform AND d.id = w.deposit
		WHERE w.platform = ? AND w.deposit = ? AND w.state <> 'taken'`, platform, id)
	all, err := db.Collect(rows, err, func(r *sql.Rows, p *PaperDeposit) error {
		var created int64
		err := r.Scan(p.targets(&created)...)
		p.CreatedAt = db.Time(created)
		return err
	})
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "fault.deposit.unknown")
	}
	if err != nil {
		return PaperDeposit{}, err
	}
	p := all[0]
	author, found, err := account.ByID(ctx, tx, platform, p.Author.ID)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "fault.deposit.unknown")
	}
	author.Email = p.Email // as it was given; Proved stays false
	p.Author = author
	return p, err
}

// keepPaper writes what is noted of a paper deposit, new or not.
func keepPaper(ctx context.Context, tx db.Tx, platform int64, p PaperDeposit) error {
	key, err := account.EmailKey(p.Email)
	if err != nil {
		key = "" // as long as it is only a draft; publishing refuses it
	}
	_, err = tx.Exec(ctx, `INSERT INTO paper_deposit (platform, deposit, project, agent, reference, reference_key, email, email_key, state, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (platform, deposit) DO UPDATE SET reference = excluded.reference, reference_key = excluded.reference_key, email = excluded.email, email_key = excluded.email_key, state = excluded.state`,
		platform, p.Deposit, p.Project, p.Agent, p.Reference, referenceKey(p.Reference), p.Email, key, string(p.State), db.Micros(p.CreatedAt))
	return err
}

// sameSheet gives the number of the proposal that was published from a sheet of the same reference; 0 without one.
func sameSheet(ctx context.Context, tx db.Tx, platform int64, p PaperDeposit) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT COALESCE(MIN(p.number), 0) FROM paper_deposit w JOIN deposit d ON d.platform = w.platform AND d.id = w.deposit
		JOIN proposal p ON p.platform = d.platform AND p.id = d.proposal
		WHERE w.platform = ? AND w.project = ? AND w.reference_key = ? AND w.deposit <> ? AND d.withdrawn = ?`,
		platform, p.Project, referenceKey(p.Reference), p.Deposit, false).Scan(&n)
	return n, err
}

// countDeposited counts what a person has published in a project and not withdrawn: typed by themselves, or by an agent
// with their address.
func countDeposited(ctx context.Context, tx db.Tx, platform int64, project ids.ID, who account.Person) (n int, err error) {
	same := who.ID
	key, err := account.EmailKey(who.Email)
	if err != nil {
		key = "-" // no address: nobody's
	} else if known, found, err := account.OfAddress(ctx, tx, platform, key); err != nil {
		return 0, err
	} else if found {
		same = known.ID
	}
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM deposit d WHERE d.platform = ? AND d.project = ? AND d.proposal IS NOT NULL AND d.withdrawn = ?
		AND (d.participant IN (?, ?) OR d.id IN (SELECT w.deposit FROM paper_deposit w WHERE w.platform = ? AND w.email_key = ?))`,
		platform, project, false, who.ID, same, platform, key).Scan(&n)
	return n, err
}

// countPaperDrafts counts what an agent began and did not publish.
func countPaperDrafts(ctx context.Context, tx db.Tx, platform int64, agent ids.ID) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM paper_deposit w JOIN deposit d ON d.platform = w.platform AND d.id = w.deposit
		WHERE w.platform = ? AND w.agent = ? AND d.proposal IS NULL`, platform, agent).Scan(&n)
	return n, err
}

const paperListing = `SELECT ` + paperColumns + `, d.body, d.withdrawn, d.updated_at, d.proposal, COALESCE(p.number, 0) FROM paper_deposit w
	JOIN deposit d ON d.platform = w.platform AND d.id = w.deposit LEFT JOIN proposal p ON p.platform = d.platform AND p.id = d.proposal`

func scanPaper(r *sql.Rows, p *PaperListed) error {
	var created, updated int64
	var body string
	var content Content
	if err := r.Scan(append(p.targets(&created), &body, &p.Withdrawn, &updated, &p.Proposal, &p.Number)...); err != nil {
		return err
	}
	p.CreatedAt, p.UpdatedAt = db.Time(created), db.Time(updated)
	err := json.Unmarshal([]byte(body), &content)
	p.Title = oneLine(content.Title)
	return err
}

func listPaper(ctx context.Context, tx db.Tx, platform int64, project ids.ID, number, limit int) ([]PaperListed, error) {
	sql, args := paperListing+` WHERE w.platform = ? AND w.project = ? AND w.state <> 'taken'`, []any{platform, project}
	if number != 0 {
		sql, args = sql+` AND p.number = ?`, append(args, number)
	}
	rows, err := tx.Query(ctx, sql+` ORDER BY w.created_at DESC, w.deposit LIMIT ?`, append(args, limit)...)
	return db.Collect(rows, err, scanPaper)
}

// claimed gives the published paper deposit of an identifier that waits for whoever has an address.
func claimed(ctx context.Context, tx db.Tx, platform int64, id ids.ID, key string) ([]PaperListed, error) {
	rows, err := tx.Query(ctx, paperListing+` WHERE w.platform = ? AND w.deposit = ? AND w.email_key = ? AND w.email_key <> '' AND w.state = '' AND d.proposal IS NOT NULL AND d.withdrawn = ?`, platform, id, key, false)
	return db.Collect(rows, err, scanPaper)
}

func claims(ctx context.Context, tx db.Tx, platform int64, key string) ([]PaperListed, error) {
	rows, err := tx.Query(ctx, paperListing+` WHERE w.platform = ? AND w.email_key = ? AND w.email_key <> '' AND w.state = '' AND d.proposal IS NOT NULL AND d.withdrawn = ?
		ORDER BY w.created_at DESC, w.deposit LIMIT 100`, platform, key, false)
	return db.Collect(rows, err, scanPaper)
}

// handOver makes a deposit and its proposal another participant's.
func handOver(ctx context.Context, tx db.Tx, platform int64, deposit, from, to ids.ID) error {
	if _, err := tx.Exec(ctx, `UPDATE proposal SET author = ? WHERE platform = ? AND author = ?`, to, platform, from); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE deposit SET participant = ? WHERE platform = ? AND id = ? AND participant = ?`, to, platform, deposit, from)
	return err
}

// unpaper forgets what was noted of somebody who is to be forgotten: with what is theirs, and the address wherever an agent
// typed it.
func unpaper(ctx context.Context, tx db.Tx, platform int64, person ids.ID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM paper_deposit WHERE platform = ? AND deposit IN (SELECT d.id FROM deposit d WHERE d.platform = ? AND d.participant = ?)`,
		platform, platform, person); err != nil {
		return err
	}
	who, found, err := account.ByID(ctx, tx, platform, person)
	if err != nil || !found {
		return err
	}
	key, err := account.EmailKey(who.Email)
	if err != nil {
		return nil // without an address, none was typed
	}
	_, err = tx.Exec(ctx, `UPDATE paper_deposit SET email = '', email_key = '' WHERE platform = ? AND email_key = ?`, platform, key)
	return err
}

// OwnsPaperPicture says whether a picture is in something that the agents type from paper.
func OwnsPaperPicture(ctx context.Context, tx db.Tx, platform int64, agent account.Person, picture ids.ID) (owns bool, err error) {
	if assists(agent) != nil {
		return false, nil
	}
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM deposit d JOIN paper_deposit w ON w.platform = d.platform AND w.deposit = d.id
		WHERE d.platform = ? AND d.picture = ? AND w.state <> 'taken')`, platform, picture).Scan(&owns)
	return owns, err
}
