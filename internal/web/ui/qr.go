package ui

import (
	"fmt"
	"image/color"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// QR is a text as a code for phones (ISO/IEC 18004, a quarter of it may be hidden), drawn in squares of one unit.
type QR struct {
	Side int    // of the whole, with the margin that readers need
	Path string // of the dark squares, for an SVG path
}

// quiet is the margin of a code, in squares.
const quiet = 4

// NewQR draws a text. It fails on one longer than a code can hold, about 1,600 bytes.
func NewQR(text string) (QR, error) {
	code, err := qr.Encode(text, qr.Q, qr.Auto)
	if err != nil {
		return QR{}, fmt.Errorf("a code for %q: %w", text, err)
	}
	side := code.Bounds().Dx()
	dark := func(x, y int) bool { return x < side && code.At(x, y) == color.Black }
	var path strings.Builder
	for y := range side {
		for x := 0; x < side; x++ {
			if !dark(x, y) {
				continue
			}
			from := x
			for dark(x, y) {
				x++
			}
			fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, x-from, x-from)
		}
	}
	return QR{Side: side + 2*quiet, Path: path.String()}, nil
}
