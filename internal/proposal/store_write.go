package proposal

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Version is what a proposal said at a time.
type Version struct {
	Number   int       `json:"-"` // from 1, as it was published
	Title    string    `json:"title"`
	Summary  string    `json:"summary,omitempty"`
	Body     string    `json:"body,omitempty"`
	Cost     int64     `json:"cost,omitempty"` // hundredths
	District string    `json:"district,omitempty"`
	Category string    `json:"category,omitempty"`
	Address  string    `json:"address,omitempty"`
	At       time.Time `json:"-"`
}

// Authored gives a proposal as its author has it, whatever became of it.
func Authored(ctx context.Context, tx db.Tx, platform int64, id ids.ID) (Proposal, error) {
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

// NextNumber gives the number of the next proposal of a project. The caller holds the project's lock.
func NextNumber(ctx context.Context, tx db.Tx, platform int64, project ids.ID) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT COALESCE(MAX(p.number), 0) + 1 FROM proposal p WHERE p.platform = ? AND p.project = ?`, platform, project).Scan(&n)
	return n, err
}

// Publish stores a proposal that everybody sees from now on: in the list of a step, with what it is filtered by, and as
// its first version. Counting it in the step is the caller's.
func Publish(ctx context.Context, tx db.Tx, platform int64, step ids.ID, p Proposal, facets []Facet, v Version) error {
	if err := Insert(ctx, tx, platform, []Proposal{p}); err != nil {
		return err
	}
	if err := enter(ctx, tx, platform, step, p, facets); err != nil {
		return err
	}
	return keepVersion(ctx, tx, platform, p.ID, v)
}

// Change makes a published proposal say something else, with its next version, in the list of every step in which it stands.
func Change(ctx context.Context, tx db.Tx, platform int64, was, p Proposal, facets []Facet, v Version) error {
	if err := update(ctx, tx, platform, was, p); err != nil {
		return err
	}
	in, err := SelectionsOf(ctx, tx, platform, []ids.ID{p.ID})
	if err != nil {
		return err
	}
	for _, s := range in { // few: the deposit, and the analysis when it is reworked
		if err := reenter(ctx, tx, platform, s.Step, p, facets); err != nil {
			return err
		}
	}
	return keepVersion(ctx, tx, platform, p.ID, v)
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

// keepVersion keeps what a proposal says now as its next version.
func keepVersion(ctx context.Context, tx db.Tx, platform int64, proposal ids.ID, v Version) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO proposal_version (platform, proposal, version, body, at)
		SELECT ?, ?, COALESCE(MAX(v.version), 0) + 1, ?, ? FROM proposal_version v WHERE v.platform = ? AND v.proposal = ?`,
		platform, proposal, string(body), db.Micros(v.At), platform, proposal)
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

// lot is a random number of 31 bits: a proposal's place in the random order.
func lot() int64 {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails
	return int64(binary.BigEndian.Uint32(b[:]) >> 1)
}
