package result

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
)

// Deliberation is the council's vote on a result, which makes it binding. What the council decides otherwise stands beside the
// count, never instead of it.
type Deliberation struct {
	On       time.Time // the day
	Number   string    // as the council numbers it
	Link     string    // where it is published; may be empty
	Document bool      // its text is kept here, as PDF
	Recorded time.Time
	Changes  []Change
}

// Change is a proposal of which the council decided otherwise than the count.
type Change struct {
	Proposal ids.ID
	Number   int
	Won      bool   // it was made a winner; false: it was taken out
	Reason   string // public
}

// The bounds of what is written of a deliberation, in characters; of its document, in bytes.
const (
	maxNumber   = 60
	maxLink     = 500
	maxWhy      = 1_000
	MaxDocument = 8 << 20
)

func (d Deliberation) check(now time.Time, since time.Time, document []byte) []*fault.Error {
	var found []*fault.Error
	wrong := func(field, key string, pairs ...any) {
		found = append(found, fault.New(fault.Invalid, "fault.deliberation."+key, pairs...).In(field))
	}
	switch {
	case d.On.IsZero() || d.On.After(now):
		wrong("on", "day")
	case d.On.AddDate(0, 0, 1).Before(since):
		wrong("on", "since", "Since", since)
	}
	switch {
	case d.Number == "":
		wrong("number", "number")
	case utf8.RuneCountInString(d.Number) > maxNumber:
		wrong("number", "number_long", "Max", maxNumber)
	}
	if u, err := url.Parse(d.Link); d.Link != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || len(d.Link) > maxLink) {
		wrong("link", "link")
	}
	switch {
	case len(document) > MaxDocument:
		wrong("document", "document_large", "Max", MaxDocument>>20)
	case len(document) > 0 && !bytes.HasPrefix(document, []byte("%PDF-")):
		wrong("document", "document")
	case len(document) == 0 && !d.Document && d.Link == "":
		wrong("link", "proof")
	}
	return found
}

// Record writes what the council decided of an announced result, with its journal entry; recorded again, it replaces what was
// written before, and a document that is not given again stays. Changes name proposals by their numbers. Faults: forbidden, not_found, conflict (nothing
// is announced), invalid (on, number, link, document, changes).
func (s *Service) Record(ctx context.Context, of platform.Platform, who account.Person, slug string, d Deliberation, document []byte) error {
	d.Number, d.Link = strings.Join(strings.Fields(d.Number), " "), strings.TrimSpace(d.Link)
	return s.editions.Change(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, e *project.Edition) error {
		at, err := vote(e.View)
		if err != nil {
			return err
		}
		step := e.Steps[at]
		if !who.Roles.Can(access.RecordDeliberation, moment(e.View, at)) {
			return fault.New(fault.Conflict, "fault.deliberation.early")
		}
		before, _, err := DeliberationOf(ctx, tx, of.Key, step.ID)
		if err != nil {
			return err
		}
		d.Document = before.Document
		found := d.check(e.Now, step.ProclaimedAt, document)
		found = append(found, s.resolve(ctx, tx, of, e, step.ID, d.Changes)...)
		if err := fault.All(found); err != nil {
			return err
		}
		if len(document) == 0 {
			if document, err = DocumentOf(ctx, tx, of.Key, step.ID); err != nil {
				return err
			}
		}
		if err := keepDeliberation(ctx, tx, of.Key, step.ID, d, document, e.Now); err != nil {
			return err
		}
		entry := map[string]any{"project": e.Project.ID, "step": step.ID, "on": d.On.In(of.Zone).Format(time.DateOnly), "number": d.Number, "link": d.Link, "changes": toldChanges(d.Changes)}
		if len(document) > 0 {
			sum := sha256.Sum256(document)
			entry["document_sha256"] = hex.EncodeToString(sum[:])
		}
		if err := journal.Append(ctx, tx, of.Key, "deliberation_recorded", entry); err != nil {
			return err
		}
		if err := noted(ctx, tx, of.Key, who, "deliberation_recorded", e.Project.ID, d.Number); err != nil {
			return err
		}
		return s.after(ctx, tx, of, e.View)
	})
}

func toldChanges(list []Change) []map[string]any {
	said := []map[string]any{}
	for _, c := range list {
		said = append(said, map[string]any{"proposal": c.Proposal, "won": c.Won, "reason": c.Reason})
	}
	return said
}

// resolve finds the proposals of changes by their numbers, and says what is wrong with them.
func (s *Service) resolve(ctx context.Context, tx db.Tx, of platform.Platform, e *project.Edition, step ids.ID, changes []Change) (found []*fault.Error) {
	wrong := func(key string, pairs ...any) {
		found = append(found, fault.New(fault.Invalid, "fault.deliberation."+key, pairs...).In("changes"))
	}
	for i := range changes {
		c := &changes[i]
		c.Reason = strings.TrimSpace(c.Reason)
		if slices.ContainsFunc(changes[:i], func(o Change) bool { return o.Number == c.Number }) {
			wrong("twice", "Number", c.Number)
			continue
		}
		if c.Reason == "" {
			wrong("reason", "Number", c.Number)
		} else if utf8.RuneCountInString(c.Reason) > maxWhy {
			wrong("reason_long", "Number", c.Number, "Max", maxWhy)
		}
	}
	numbered, err := markedByNumber(ctx, tx, of.Key, step)
	if err != nil {
		return append(found, fault.New(fault.Unavailable, "fault.internal").Because(err))
	}
	for i := range changes {
		c := &changes[i]
		p, ok := numbered[c.Number]
		switch {
		case !ok:
			wrong("unknown", "Number", c.Number)
		case p.won == c.Won && c.Won:
			wrong("won_already", "Number", c.Number)
		case p.won == c.Won:
			wrong("lost_already", "Number", c.Number)
		}
		c.Proposal = p.id
	}
	return found
}

type numberedLine struct {
	id  ids.ID
	won bool
}

// markedByNumber gives every project of a result by its number.
func markedByNumber(ctx context.Context, tx db.Tx, platform int64, step ids.ID) (map[int]numberedLine, error) {
	type row struct {
		number int
		numberedLine
	}
	rows, err := tx.Query(ctx, `SELECT p.number, p.id, l.mark <> 0 FROM result_line l JOIN proposal p ON p.platform = l.platform AND p.id = l.proposal WHERE l.platform = ? AND l.step = ?`, platform, step)
	list, err := db.Collect(rows, err, func(r *sql.Rows, v *row) error { return r.Scan(&v.number, &v.id, &v.won) })
	all := make(map[int]numberedLine, len(list))
	for _, v := range list {
		all[v.number] = v.numberedLine
	}
	return all, err
}

func keepDeliberation(ctx context.Context, tx db.Tx, platform int64, step ids.ID, d Deliberation, document []byte, now time.Time) error {
	if document == nil {
		document = []byte{}
	}
	if _, err := tx.Exec(ctx, `INSERT INTO deliberation (platform, step, decided_on, number, link, document, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (platform, step) DO UPDATE SET decided_on = excluded.decided_on, number = excluded.number, link = excluded.link, document = excluded.document, recorded_at = excluded.recorded_at`,
		platform, step, db.Micros(d.On), d.Number, d.Link, document, db.Micros(now)); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM deliberation_change WHERE platform = ? AND step = ?`, platform, step); err != nil {
		return err
	}
	rows := make([][]any, len(d.Changes))
	for i, c := range d.Changes {
		rows[i] = []any{platform, step, c.Proposal, c.Won, c.Reason}
	}
	return db.Insert(ctx, tx, "deliberation_change", []string{"platform", "step", "proposal", "won", "reason"}, rows)
}

// DeliberationOf gives what the council decided of a vote; false when nothing is recorded. Its changes come by number.
func DeliberationOf(ctx context.Context, tx db.Tx, platform int64, step ids.ID) (d Deliberation, ok bool, err error) {
	var on, recorded int64
	var size int
	err = tx.QueryRow(ctx, `SELECT d.decided_on, d.number, d.link, LENGTH(d.document), d.recorded_at FROM deliberation d WHERE d.platform = ? AND d.step = ?`, platform, step).
		Scan(&on, &d.Number, &d.Link, &size, &recorded)
	if db.None(err) {
		return d, false, nil
	}
	if err != nil {
		return d, false, err
	}
	d.On, d.Recorded, d.Document = db.Time(on), db.Time(recorded), size > 0
	rows, err := tx.Query(ctx, `SELECT c.proposal, p.number, c.won, c.reason FROM deliberation_change c JOIN proposal p ON p.platform = c.platform AND p.id = c.proposal
		WHERE c.platform = ? AND c.step = ? ORDER BY p.number`, platform, step)
	d.Changes, err = db.Collect(rows, err, func(r *sql.Rows, c *Change) error { return r.Scan(&c.Proposal, &c.Number, &c.Won, &c.Reason) })
	return d, true, err
}

// DocumentOf gives the text of a deliberation that is kept here, as PDF; nothing when there is none.
func DocumentOf(ctx context.Context, tx db.Tx, platform int64, step ids.ID) (content []byte, err error) {
	err = tx.QueryRow(ctx, `SELECT d.document FROM deliberation d WHERE d.platform = ? AND d.step = ?`, platform, step).Scan(&content)
	if db.None(err) {
		err = nil
	}
	return content, err
}

// Built gives the winners of a result as the council left them, in the order of the count.
func Built(ctx context.Context, tx db.Tx, platform int64, step ids.ID) ([]ids.ID, error) {
	rows, err := tx.Query(ctx, `SELECT l.proposal FROM result_line l LEFT JOIN deliberation_change c ON c.platform = l.platform AND c.step = l.step AND c.proposal = l.proposal
		WHERE l.platform = ? AND l.step = ? AND COALESCE(c.won, l.mark <> 0) ORDER BY l.rank`, platform, step)
	return db.Collect(rows, err, func(r *sql.Rows, id *ids.ID) error { return r.Scan(id) })
}
