package proposal

import (
	"context"
	"database/sql"
	"strconv"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Frame is a part of the world, WGS 84 degrees, its borders included.
type Frame struct{ South, West, North, East float64 }

// Spot is what stands in one cell of a grid over the map: the proposals of one main district whose places are there.
type Spot struct {
	Place            // the middle of theirs
	District  ids.ID // zero: none
	Proposals int    // how many
	Number    int    // of the first
	Title     string // of one that stands alone
	Slug      string // likewise
}

// Spots gives where the proposals of a query stand, whatever its order and page, gathered by the cells of a grid of so
// many degrees. Their number follows the grid, not the proposals. Where more proposals stand than most it gives none and
// says that they crowd, after having read no more than that.
func Spots(ctx context.Context, tx db.Tx, platform int64, q ListQuery, latitude, longitude float64, most int) (spots []Spot, crowd bool, err error) {
	var st statement
	// FLOOR and not a cast: engines round casts differently.
	number := func(v float64) string { return strconv.FormatFloat(v, 'f', 12, 64) }
	st.add(`SELECT AVG(o.latitude), AVG(o.longitude), o.district, COUNT(*), MIN(o.number), MIN(o.title), MIN(o.slug) FROM (
		SELECT p.latitude, p.longitude, p.district, p.number, p.title, p.slug FROM selection s JOIN proposal p ON p.platform = s.platform AND p.id = s.proposal
		WHERE s.platform = ? AND s.step = ? AND p.latitude IS NOT NULL AND p.longitude IS NOT NULL`, platform, q.Step)
	q.restrict(&st, tx.Engine(), platform)
	st.add(` LIMIT ?) o GROUP BY o.district, FLOOR(o.latitude / `+number(latitude)+`), FLOOR(o.longitude / `+number(longitude)+`) ORDER BY MIN(o.number)`, most+1)
	rows, err := tx.Query(ctx, st.sql.String(), st.args...)
	read := 0
	spots, err = db.Collect(rows, err, func(r *sql.Rows, s *Spot) error {
		err := r.Scan(&s.Latitude, &s.Longitude, &s.District, &s.Proposals, &s.Number, &s.Title, &s.Slug)
		read += s.Proposals
		return err
	})
	if err != nil || read > most {
		return nil, err == nil, err
	}
	return spots, false, nil
}

// within keeps the rows whose proposal stands in a frame: the index of places finds those first.
func (f Frame) within(st *statement, platform int64) {
	st.add(` AND s.proposal IN (SELECT w.id FROM proposal w WHERE w.platform = ? AND w.latitude BETWEEN ? AND ? AND w.longitude BETWEEN ? AND ?)`,
		platform, f.South, f.North, f.West, f.East)
}

// Extent is the smallest frame that holds every place of a step's proposals; false when none has a place.
func Extent(ctx context.Context, tx db.Tx, platform int64, step ids.ID) (f Frame, ok bool, err error) {
	var south, west, north, east sql.NullFloat64
	err = tx.QueryRow(ctx, `SELECT MIN(p.latitude), MIN(p.longitude), MAX(p.latitude), MAX(p.longitude)
		FROM selection s JOIN proposal p ON p.platform = s.platform AND p.id = s.proposal
		WHERE s.platform = ? AND s.step = ? AND s.trashed = ? AND p.latitude IS NOT NULL AND p.longitude IS NOT NULL`, platform, step, false).Scan(&south, &west, &north, &east)
	return Frame{south.Float64, west.Float64, north.Float64, east.Float64}, south.Valid, err
}
