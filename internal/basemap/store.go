package basemap

import (
	"context"
	"database/sql"
	"errors"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
)

type tile struct {
	z, x, y int
	content []byte
}

// Of gives the base map of a platform, the zero map when it has none.
func Of(ctx context.Context, tx db.Tx, platform int64) (m Map, err error) {
	err = tx.QueryRow(ctx, `SELECT b.version, b.low, b.high, b.mime, b.credit, b.tiles, b.bytes FROM basemap b WHERE b.platform = ?`, platform).
		Scan(&m.Version, &m.Low, &m.High, &m.MIME, &m.Credit, &m.Tiles, &m.Bytes)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return m, err
}

// Tile gives a tile of a version of the base map, which is the one that is shown; a drawing is packed with gzip. false when
// there is none.
func Tile(ctx context.Context, tx db.Tx, platform, version int64, z, x, y int) (content []byte, mime string, ok bool, err error) {
	err = tx.QueryRow(ctx, `SELECT t.content, b.mime FROM basemap b JOIN basemap_tile t ON t.platform = b.platform AND t.version = b.version
		WHERE b.platform = ? AND b.version = ? AND t.z = ? AND t.x = ? AND t.y = ?`, platform, version, z, x, y).Scan(&content, &mime)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, "", false, nil
	}
	return content, mime, err == nil, err
}

// begin gives the number of a version that nobody sees yet, and sweeps what an import that broke off left.
func begin(ctx context.Context, d *db.DB, platform int64) (version int64, err error) {
	err = d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		m, err := Of(ctx, tx, platform)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM basemap_tile WHERE platform = ? AND version <> ?`, platform, m.Version); err != nil {
			return err
		}
		version = max(m.Version+1, tx.Now().UnixMilli())
		return nil
	})
	return version, err
}

func keep(ctx context.Context, d *db.DB, platform, version int64, tiles []tile) error {
	if len(tiles) == 0 {
		return nil
	}
	rows := make([][]any, len(tiles))
	for i, t := range tiles {
		rows[i] = []any{platform, version, t.z, t.x, t.y, t.content}
	}
	return d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		return db.Insert(ctx, tx, "basemap_tile", []string{"platform", "version", "z", "x", "y", "content"}, rows)
	})
}

// show makes a version the one that is shown, in the place of the one before. Fault: conflict, when another import has begun
// meanwhile and swept this one's tiles.
func show(ctx context.Context, d *db.DB, platform int64, m Map) error {
	return d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var kept int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM basemap_tile t WHERE t.platform = ? AND t.version = ?`, platform, m.Version).Scan(&kept); err != nil {
			return err
		}
		if kept != m.Tiles {
			return fault.New(fault.Conflict, "fault.basemap.two")
		}
		if _, err := tx.Exec(ctx, `DELETE FROM basemap WHERE platform = ?`, platform); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM basemap_tile WHERE platform = ? AND version < ?`, platform, m.Version); err != nil {
			return err
		}
		return db.Insert(ctx, tx, "basemap", []string{"platform", "version", "low", "high", "mime", "credit", "tiles", "bytes"},
			[][]any{{platform, m.Version, m.Low, m.High, m.MIME, m.Credit, m.Tiles, m.Bytes}})
	})
}

// Remove takes the base map away; maps are drawn with outlines alone.
func Remove(ctx context.Context, d *db.DB, platform int64) error {
	return d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM basemap WHERE platform = ?`, platform); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM basemap_tile WHERE platform = ?`, platform)
		return err
	})
}
