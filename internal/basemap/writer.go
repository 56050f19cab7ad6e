package basemap

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"slices"

	"github.com/parvis-civic/parvis/internal/geo"
)

// Encode makes a PMTiles file (version 3) of vector tiles packed with gzip that cover a frame, for a city that has none:
// tile gives the bytes of each. credit is who is to be named beside the map, as HTML.
func Encode(frame geo.Frame, low, high int, credit string, tile func(z, x, y int) ([]byte, error)) ([]byte, error) {
	return encode(vector, frame, low, high, credit, tile)
}

func encode(k kind, frame geo.Frame, low, high int, credit string, tile func(z, x, y int) ([]byte, error)) ([]byte, error) {
	type square struct {
		number uint64
		bytes  []byte
	}
	var squares []square
	for z := low; z <= high; z++ {
		west, north := tileOf(geo.Place{Latitude: frame.North, Longitude: frame.West}, z)
		east, south := tileOf(geo.Place{Latitude: frame.South, Longitude: frame.East}, z)
		for y := north; y <= south; y++ {
			for x := west; x <= east; x++ {
				content, err := tile(z, x, y)
				if err != nil {
					return nil, err
				}
				squares = append(squares, square{tileNumber(z, x, y), content})
			}
		}
	}
	slices.SortFunc(squares, func(a, b square) int { return int(a.number) - int(b.number) })
	metadata, err := json.Marshal(map[string]string{"attribution": credit})
	if err != nil {
		return nil, err
	}
	n := len(squares)
	leaf := binary.AppendUvarint(nil, uint64(n))
	for i, s := range squares {
		before := uint64(0)
		if i > 0 {
			before = squares[i-1].number
		}
		leaf = binary.AppendUvarint(leaf, s.number-before)
	}
	leaf = append(leaf, bytes.Repeat([]byte{1}, n)...) // runs
	for _, s := range squares {
		leaf = binary.AppendUvarint(leaf, uint64(len(s.bytes)))
	}
	leaf = append(append(leaf, 1), make([]byte, max(n-1, 0))...) // offsets: each follows the one before
	// The root leads to the one leaf, and so stays within the 16 KiB that it must.
	root := binary.AppendUvarint([]byte{1}, squares[0].number)
	root = append(binary.AppendUvarint(append(root, 0), uint64(len(leaf))), 1)

	h := header{Inner: 1, Outer: 1, Kind: k, Low: uint8(low), High: uint8(high), West: micro(frame.West), South: micro(frame.South), East: micro(frame.East), North: micro(frame.North)}
	if k == vector {
		h.Outer = 2
	}
	h.Root, h.RootLength = headerSize, uint64(len(root))
	h.Metadata, h.MetadataLength = h.Root+h.RootLength, uint64(len(metadata))
	h.Leaves, h.LeavesLength = h.Metadata+h.MetadataLength, uint64(len(leaf))
	h.Tiles = h.Leaves + h.LeavesLength
	for _, s := range squares {
		h.TilesLength += uint64(len(s.bytes))
	}
	var b bytes.Buffer
	b.WriteString(magic)
	if err := binary.Write(&b, binary.LittleEndian, h); err != nil {
		return nil, err
	}
	for _, part := range [][]byte{root, metadata, leaf} {
		b.Write(part)
	}
	for _, s := range squares {
		b.Write(s.bytes)
	}
	return b.Bytes(), nil
}

// micro gives ten-millionths of a degree.
func micro(degrees float64) int32 { return int32(math.Round(degrees * 1e7)) }
