package analysis

import (
	"context"
	"database/sql"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Transmission is a proposal that was handed to another body, as everybody may know.
type Transmission struct {
	Service string // its name
	Body    string // the metropolis, the landlord
	Contact string // whom people may ask; may be empty
	At      time.Time
}

// Transmissions gives to which other bodies those proposals were handed, and when, the first one first. It stays once it was
// done: the city says what it did.
func Transmissions(ctx context.Context, tx db.Tx, platform int64, proposals []ids.ID) (map[ids.ID][]Transmission, error) {
	type row struct {
		proposal ids.ID
		Transmission
	}
	marks, args := db.In(proposals)
	rows, err := tx.Query(ctx, `SELECT a.proposal, v.name, v.body, v.contact, MIN(a.assigned_at) FROM assignment a JOIN service v ON v.platform = a.platform AND v.id = a.service
		WHERE a.platform = ? AND v.body <> '' AND a.proposal IN (`+marks+`) GROUP BY a.proposal, v.id, v.name, v.body, v.contact ORDER BY a.proposal, MIN(a.assigned_at), v.name`,
		append([]any{platform}, args...)...)
	list, err := db.Collect(rows, err, func(r *sql.Rows, one *row) error {
		var at int64
		err := r.Scan(&one.proposal, &one.Service, &one.Body, &one.Contact, &at)
		one.At = db.Time(at)
		return err
	})
	all := map[ids.ID][]Transmission{}
	for _, one := range list {
		all[one.proposal] = append(all[one.proposal], one.Transmission)
	}
	return all, err
}
