package basemap

import "github.com/parvis-civic/parvis/internal/geo"

// EncodePNG is for tests that write files of pictures.
var EncodePNG = func(file func(z, x, y int) ([]byte, error), f geo.Frame, low, high int) ([]byte, error) {
	return encode(png, f, low, high, "", file)
}
