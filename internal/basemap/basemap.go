// Package basemap holds the ground that a city's maps are drawn on when the city gives one: the tiles of a PMTiles file
// that show the city, kept in the database, so that no page asks another host for anything and every copy has them.
package basemap

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"math"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/geo"
)

// Map is the base map of a platform. The zero value is none.
type Map struct {
	Version   int64  // differs each time another one is imported; in the address of tiles, which never change
	Low, High int    // the zooms of its tiles, as Web Mercator counts them
	MIME      string // of every tile
	Credit    string // who is to be named beside a map; may be empty
	Tiles     int
	Bytes     int64
}

// IsZero says that there is none.
func (m Map) IsZero() bool { return m.Version == 0 }

// Drawn says that the tiles are drawings, which follow day and night, not pictures.
func (m Map) Drawn() bool { return m.MIME == svgType }

// The bounds of what is kept of a file: a city of 30 km at a zoom that shows its houses. Of a larger one the highest zooms
// are left out.
const (
	maxTiles = 6000
	maxBytes = 96 << 20
	// maxZoom is the closest zoom that is kept: drawings stay sharp when they are enlarged.
	maxZoom = 16
	// margin is how much of the surroundings is kept on each side, of the size of the city: maps are drawn with some.
	margin = 0.45
	// chunk is how many tiles one transaction writes, so that nobody waits for the writer.
	chunk = 40
)

// Import keeps the tiles of a PMTiles file (version 3, vector or raster) that show a frame, in the place of those of before;
// of the whole file for a zero frame. Vector tiles are drawn, in the words of the Protomaps and OpenMapTiles schemas. It
// reads only what it keeps, so that the file may be of a whole country. Faults: invalid (the file is none, is damaged, or
// shows nothing of the city), with what to do.
func Import(ctx context.Context, d *db.DB, platform int64, file io.ReaderAt, size int64, frame geo.Frame) (Map, error) {
	a, err := open(file, size)
	if err != nil {
		return Map{}, err
	}
	frame = wider(frame)
	if frame == (geo.Frame{}) {
		frame = a.frame()
	}
	m := Map{Low: int(a.Low), High: min(int(a.High), maxZoom), MIME: mimes[a.Kind], Credit: a.credit}
	m.Low = max(m.Low, lowest(frame)) // from where the city is about one tile
	for m.High > m.Low && m.High >= int(a.Low) && count(frame, m.Low, m.High) > maxTiles {
		m.High--
	}
	if m.Low > m.High {
		m.Low = m.High
	}
	if m.Version, err = begin(ctx, d, platform); err != nil {
		return Map{}, err
	}
	var rows []tile
	flush := func() error {
		err := keep(ctx, d, platform, m.Version, rows)
		rows = rows[:0]
		return err
	}
	for z := m.Low; z <= m.High; z++ {
		west, north := tileOf(geo.Place{Latitude: frame.North, Longitude: frame.West}, z)
		east, south := tileOf(geo.Place{Latitude: frame.South, Longitude: frame.East}, z)
		for y := north; y <= south; y++ {
			for x := west; x <= east; x++ {
				content, ok, err := a.tile(z, x, y)
				if err == nil && ok && a.Kind == vector {
					content, err = draw(content)
				}
				if err == nil && ok && a.Kind == vector {
					content, err = pack(content)
				}
				if err != nil {
					return Map{}, fmt.Errorf("tile %d/%d/%d: %w", z, x, y, err)
				}
				if !ok {
					continue
				}
				if m.Bytes += int64(len(content)); m.Bytes > maxBytes {
					return Map{}, fault.New(fault.Invalid, "fault.basemap.large", "Megabytes", maxBytes>>20)
				}
				m.Tiles++
				if rows = append(rows, tile{z, x, y, content}); len(rows) == chunk {
					if err := flush(); err != nil {
						return Map{}, err
					}
				}
			}
		}
	}
	if m.Tiles == 0 {
		return Map{}, fault.New(fault.Invalid, "fault.basemap.elsewhere")
	}
	if err := flush(); err != nil {
		return Map{}, err
	}
	return m, show(ctx, d, platform, m)
}

// wider is a frame with its surroundings, at least as wide as it is tall and the other way round: a map is never a strip.
func wider(f geo.Frame) geo.Frame {
	if f == (geo.Frame{}) {
		return f
	}
	mid := f.Middle()
	squeeze := max(math.Cos(mid.Latitude*math.Pi/180), 0.01)
	reach := max(f.North-f.South, (f.East-f.West)*squeeze) * (0.5 + margin)
	return geo.Frame{South: mid.Latitude - reach, North: mid.Latitude + reach, West: mid.Longitude - reach/squeeze, East: mid.Longitude + reach/squeeze}
}

// lowest is the zoom at which a frame is about one tile wide.
func lowest(f geo.Frame) int {
	return max(int(math.Log2(360/max(f.East-f.West, 1e-6))), 0)
}

// count says how many tiles a frame has at these zooms.
func count(f geo.Frame, low, high int) (n int) {
	for z := low; z <= high; z++ {
		west, north := tileOf(geo.Place{Latitude: f.North, Longitude: f.West}, z)
		east, south := tileOf(geo.Place{Latitude: f.South, Longitude: f.East}, z)
		n += (east - west + 1) * (south - north + 1)
	}
	return n
}

func pack(content []byte) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(content); err != nil {
		return nil, err
	}
	err = z.Close()
	return b.Bytes(), err
}

// Unpack gives a drawing's text from what is kept of it, for who does not take it packed (gzip).
func Unpack(content []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(z, 8*maxTile))
}
