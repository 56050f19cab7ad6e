package basemap

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"sort"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/microcosm-cc/bluemonday"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/geo"
)

// archive is a PMTiles file, version 3 (the specification is in the repository protomaps/PMTiles, spec/v3). Tiles are found
// through directories, of which it reads those that lead to what is asked.
//
// It is our own because the library that reads the format brings the clients of three clouds with it.
type archive struct {
	file io.ReaderAt
	size int64

	header
	credit string // who is to be named beside the map
	leaves map[uint64][]entry
}

// header is the file's first 127 bytes, numbers little-endian, from the eighth on.
type header struct {
	Root, RootLength         uint64
	Metadata, MetadataLength uint64
	Leaves, LeavesLength     uint64
	Tiles, TilesLength       uint64
	_                        [3]uint64 // counts that say nothing of where tiles are
	_                        byte      // whether tiles lie in the order of their numbers
	Inner, Outer             compression
	Kind                     kind
	Low, High                uint8 // zooms
	West, South, East, North int32 // ten-millionths of a degree
	_                        [9]byte
}

const (
	magic      = "PMTiles\x03"
	headerSize = 127
	// What one read may bring: a directory or a tile beyond it is none that a city's map has.
	maxDirectory = 16 << 20
	maxTile      = 8 << 20
	maxDepth     = 4
)

// compression of directories and of tiles.
type compression uint8

// kind is what the tiles are.
type kind uint8

// The kinds that are read.
const (
	vector kind = 1 // Mapbox Vector Tiles, version 2
	png    kind = 2
	jpeg   kind = 3
	webp   kind = 4
)

// mimes of the pictures that are kept as they are; vector tiles are drawn.
var mimes = map[kind]string{vector: svgType, png: "image/png", jpeg: "image/jpeg", webp: "image/webp"}

// entry of a directory: of run tiles from a number on that have the same bytes; of a leaf directory when run is 0.
type entry struct {
	first, run     uint64
	offset, length uint64
}

// open reads what a file says of itself. Fault: invalid, with what to do.
func open(file io.ReaderAt, size int64) (*archive, error) {
	a := &archive{file: file, size: size, leaves: map[uint64][]entry{}}
	head := make([]byte, headerSize)
	if _, err := file.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the header: %w", err)
	}
	if !strings.HasPrefix(string(head), magic[:7]) {
		return nil, fault.New(fault.Invalid, "fault.basemap.not_one")
	}
	if head[7] != magic[7] {
		return nil, fault.New(fault.Invalid, "fault.basemap.version", "Version", int(head[7]))
	}
	if err := binary.Read(bytes.NewReader(head[8:]), binary.LittleEndian, &a.header); err != nil {
		return nil, fmt.Errorf("read the header: %w", err)
	}
	if mimes[a.Kind] == "" {
		return nil, fault.New(fault.Invalid, "fault.basemap.kind")
	}
	if a.Low > a.High || a.High > 24 {
		return nil, broken(fmt.Errorf("zooms %d to %d", a.Low, a.High))
	}
	raw, err := a.read(a.Metadata, a.MetadataLength, a.Inner, maxDirectory)
	if err != nil {
		return nil, err
	}
	var about struct {
		Attribution string `json:"attribution"`
	}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &about); err != nil {
			return nil, broken(fmt.Errorf("metadata: %w", err))
		}
	}
	// It is HTML, and is said as plain words.
	a.credit = strings.Join(strings.Fields(unescape(bluemonday.StrictPolicy().Sanitize(about.Attribution))), " ")
	return a, nil
}

func broken(because error) error {
	return fault.New(fault.Invalid, "fault.basemap.broken").Because(because)
}

// frame is what the file covers.
func (a *archive) frame() geo.Frame {
	const unit = 1e7
	return geo.Frame{South: float64(a.South) / unit, West: float64(a.West) / unit, North: float64(a.North) / unit, East: float64(a.East) / unit}
}

// tile gives the bytes of a tile, unpacked; false when the file has none there. Fault: invalid, for a file that is damaged.
func (a *archive) tile(z, x, y int) ([]byte, bool, error) {
	number, offset, length := tileNumber(z, x, y), a.Root, a.RootLength
	for range maxDepth {
		entries, err := a.directory(offset, length)
		if err != nil {
			return nil, false, err
		}
		i := sort.Search(len(entries), func(i int) bool { return entries[i].first > number }) - 1
		if i < 0 {
			return nil, false, nil
		}
		e := entries[i]
		if e.run > 0 {
			if number-e.first >= e.run {
				return nil, false, nil
			}
			content, err := a.read(a.Tiles+e.offset, e.length, a.Outer, maxTile)
			return content, err == nil, err
		}
		offset, length = a.Leaves+e.offset, e.length
	}
	return nil, false, broken(errors.New("directories lead in a circle"))
}

// directory reads the entries that lie somewhere, once.
func (a *archive) directory(offset, length uint64) ([]entry, error) {
	if known, ok := a.leaves[offset]; ok {
		return known, nil
	}
	raw, err := a.read(offset, length, a.Inner, maxDirectory)
	if err != nil {
		return nil, err
	}
	entries, err := readDirectory(raw)
	if err != nil {
		return nil, broken(err)
	}
	a.leaves[offset] = entries
	return entries, nil
}

// readDirectory reads columns of variable-length integers: how many entries there are, then what each number adds to the one
// before, runs, lengths, and offsets, of which 0 says that an entry follows the one before.
func readDirectory(raw []byte) ([]entry, error) {
	r := bytes.NewReader(raw)
	n, err := binary.ReadUvarint(r)
	if err != nil || n > uint64(len(raw)) {
		return nil, fmt.Errorf("a directory of %d entries in %d bytes: %w", n, len(raw), cmpErr(err))
	}
	entries := make([]entry, n)
	column := func(put func(i int, v uint64)) {
		for i := range entries {
			v, e := binary.ReadUvarint(r)
			if e != nil && err == nil {
				err = fmt.Errorf("entry %d: %w", i, e)
			}
			put(i, v)
		}
	}
	last := uint64(0)
	column(func(i int, v uint64) { last += v; entries[i].first = last })
	column(func(i int, v uint64) { entries[i].run = v })
	column(func(i int, v uint64) { entries[i].length = v })
	column(func(i int, v uint64) {
		switch {
		case v > 0:
			entries[i].offset = v - 1
		case i > 0:
			entries[i].offset = entries[i-1].offset + entries[i-1].length
		}
	})
	return entries, err
}

func cmpErr(err error) error {
	if err == nil {
		return errors.New("too many")
	}
	return err
}

// read gives bytes of the file, unpacked, at most limit of them.
func (a *archive) read(offset, length uint64, packed compression, limit int64) ([]byte, error) {
	if length > uint64(limit) || offset > uint64(a.size) || offset+length > uint64(a.size) {
		return nil, broken(fmt.Errorf("%d bytes at %d of %d", length, offset, a.size))
	}
	raw := make([]byte, length)
	if _, err := a.file.ReadAt(raw, int64(offset)); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read %d bytes at %d: %w", length, offset, err)
	}
	var r io.Reader = bytes.NewReader(raw)
	switch {
	case length == 0 || packed <= 1: // unknown, which is none in practice, or none
		return raw, nil
	case packed == 2:
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, broken(err)
		}
		r = z
	case packed == 4:
		z, err := zstd.NewReader(r, zstd.WithDecoderMaxMemory(uint64(2*limit)))
		if err != nil {
			return nil, broken(err)
		}
		defer z.Close()
		r = z
	default:
		return nil, fault.New(fault.Invalid, "fault.basemap.packed")
	}
	plain, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(plain)) > limit {
		err = fmt.Errorf("more than %d bytes unpacked", limit)
	}
	if err != nil {
		return nil, broken(err)
	}
	return plain, nil
}

// tileNumber is where a tile stands in the file's order: all tiles of the zooms before, then along a Hilbert curve.
func tileNumber(z, x, y int) uint64 {
	number := (uint64(1)<<(2*z) - 1) / 3
	for half := 1 << z >> 1; half > 0; half >>= 1 {
		right, down := x&half > 0, y&half > 0
		quarter := uint64(0)
		switch {
		case right && !down:
			quarter = 3
		case right:
			quarter = 2
		case down:
			quarter = 1
		}
		number += quarter * uint64(half) * uint64(half)
		if !down { // the curve turns in the quarters that it begins and ends in
			if right {
				x, y = half-1-x&(half-1), half-1-y&(half-1)
			}
			x, y = y, x
		}
	}
	return number
}

// tileOf gives the tile of a zoom in which a place lies (Web Mercator, EPSG:3857).
func tileOf(p geo.Place, z int) (x, y int) {
	n := math.Exp2(float64(z))
	latitude := min(max(p.Latitude, -85.05), 85.05) * math.Pi / 180
	clamp := func(v float64) int { return int(min(max(v, 0), n-1)) }
	return clamp((p.Longitude + 180) / 360 * n), clamp((1 - math.Asinh(math.Tan(latitude))/math.Pi) / 2 * n)
}
