package delivery

import (
	"context"
	"database/sql"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/geo"
	"github.com/parvis-civic/parvis/internal/ids"
)

// PastEdition is an edition from before Parvis.
type PastEdition struct {
	ID    ids.ID
	Slug  string
	Title string
}

// Past is a winner from before Parvis. Its follow-up has its identifier.
type Past struct {
	ID        ids.ID
	Edition   ids.ID
	Reference string
	Number    int
	Title     string
	Body      string
	District  ids.ID     // zero: the whole city
	Place     *geo.Place // nil: not known
	Address   string
}

// PastEditions gives them, the last begun first. They are few.
func PastEditions(ctx context.Context, tx db.Tx, platform int64) ([]PastEdition, error) {
	rows, err := tx.Query(ctx, `SELECT e.id, e.slug, e.title FROM past_edition e WHERE e.platform = ? ORDER BY e.slug DESC`, platform)
	return db.Collect(rows, err, func(r *sql.Rows, e *PastEdition) error { return r.Scan(&e.ID, &e.Slug, &e.Title) })
}

const pastColumns = `w.id, w.edition, w.reference, w.number, w.title, w.body, w.district, w.latitude, w.longitude, w.address`

func scanPast(r *sql.Rows, w *Past) error {
	var latitude, longitude *float64
	err := r.Scan(&w.ID, &w.Edition, &w.Reference, &w.Number, &w.Title, &w.Body, &w.District, &latitude, &longitude, &w.Address)
	if latitude != nil && longitude != nil {
		w.Place = &geo.Place{Latitude: *latitude, Longitude: *longitude}
	}
	return err
}

// PastByIDs gives winners from before Parvis; an identifier of another is left out.
func PastByIDs(ctx context.Context, tx db.Tx, platform int64, list []ids.ID) ([]Past, error) {
	marks, args := db.In(list)
	rows, err := tx.Query(ctx, `SELECT `+pastColumns+` FROM past_winner w WHERE w.platform = ? AND w.id IN (`+marks+`) ORDER BY w.number`, append([]any{platform}, args...)...)
	return db.Collect(rows, err, scanPast)
}

// PastNumbered gives the winner of an address.
func PastNumbered(ctx context.Context, tx db.Tx, platform int64, slug string, number int) (e PastEdition, w Past, err error) {
	all, err := PastEditions(ctx, tx, platform)
	if err != nil {
		return e, w, err
	}
	for _, one := range all {
		if one.Slug != slug {
			continue
		}
		rows, err := tx.Query(ctx, `SELECT `+pastColumns+` FROM past_winner w WHERE w.platform = ? AND w.edition = ? AND w.number = ?`, platform, one.ID, number)
		found, err := db.Collect(rows, err, scanPast)
		if err != nil || len(found) == 0 {
			break
		}
		return one, found[0], nil
	}
	if err == nil {
		err = notFound()
	}
	return e, w, err
}

// pastOf gives all winners of a past edition, by their reference.
func pastOf(ctx context.Context, tx db.Tx, platform int64, edition ids.ID) (map[string]Past, int, error) {
	rows, err := tx.Query(ctx, `SELECT `+pastColumns+` FROM past_winner w WHERE w.platform = ? AND w.edition = ? ORDER BY w.number`, platform, edition)
	list, err := db.Collect(rows, err, scanPast)
	all, last := map[string]Past{}, 0
	for _, w := range list {
		all[w.Reference], last = w, w.Number
	}
	return all, last, err
}

func insertPastEdition(ctx context.Context, tx db.Tx, platform int64, e PastEdition) error {
	_, err := tx.Exec(ctx, `INSERT INTO past_edition (platform, id, slug, title) VALUES (?, ?, ?, ?)`, platform, e.ID, e.Slug, e.Title)
	return err
}

// keepPast stores winners, in the place of those of the same identifier.
func keepPast(ctx context.Context, tx db.Tx, platform int64, list []Past) error {
	if len(list) == 0 {
		return nil
	}
	at := make([]ids.ID, len(list))
	rows := make([][]any, len(list))
	for i, w := range list {
		at[i] = w.ID
		var latitude, longitude *float64
		if w.Place != nil {
			latitude, longitude = &w.Place.Latitude, &w.Place.Longitude
		}
		rows[i] = []any{platform, w.ID, w.Edition, w.Reference, w.Number, w.Title, w.Body, w.District, latitude, longitude, w.Address}
	}
	marks, args := db.In(at)
	if _, err := tx.Exec(ctx, `DELETE FROM past_winner WHERE platform = ? AND id IN (`+marks+`)`, append([]any{platform}, args...)...); err != nil {
		return err
	}
	return db.Insert(ctx, tx, "past_winner", []string{"platform", "id", "edition", "reference", "number", "title", "body", "district", "latitude", "longitude", "address"}, rows)
}

// dropFollowUps takes follow-ups with all that belongs to them away, but for their news, before they are stored anew.
func dropFollowUps(ctx context.Context, tx db.Tx, platform int64, list []ids.ID) error {
	marks, args := db.In(list)
	args = append([]any{platform}, args...)
	for _, sql := range []string{`DELETE FROM milestone WHERE platform = ? AND proposal IN (` + marks + `)`, `DELETE FROM works_part WHERE platform = ? AND proposal IN (` + marks + `)`,
		`DELETE FROM delivery WHERE platform = ? AND proposal IN (` + marks + `)`} {
		if _, err := tx.Exec(ctx, sql, args...); err != nil {
			return err
		}
	}
	return nil
}

// dropImported takes away the pictures that a file brought for winners, which are news without words, and gives them.
func dropImported(ctx context.Context, tx db.Tx, platform int64, list []ids.ID) ([]ids.ID, error) {
	marks, args := db.In(list)
	args = append([]any{platform}, args...)
	rows, err := tx.Query(ctx, `SELECT w.picture FROM works_news w WHERE w.platform = ? AND w.body = '' AND w.picture IS NOT NULL AND w.proposal IN (`+marks+`)`, args...)
	pictures, err := db.Collect(rows, err, func(r *sql.Rows, id *ids.ID) error { return r.Scan(id) })
	if err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, `DELETE FROM works_news WHERE platform = ? AND body = '' AND proposal IN (`+marks+`)`, args...)
	return pictures, err
}
