package citymap

import "math"

// Tile is a square of Web Mercator (EPSG:3857) on a drawing: which one it is, and where it goes.
type Tile struct {
	Z, Column, Row int
	Point          // its upper left corner
	Wide, Tall     float64
}

const (
	// tileWidth is about how wide tiles are drawn, in units: as many as pixels on most screens.
	tileWidth = 420
	// MaxTiles is how many tiles a drawing has at most.
	MaxTiles = 30
)

// Tiles gives the tiles that cover the view, of the zoom that suits its scale among those from low to high; none when they
// would be too many. Over a city, a tile of Web Mercator differs from its place in this projection by less than a line's width.
func (v View) Tiles(low, high int) []Tile {
	z := int(math.Round(math.Log2(360 * v.perLongitude / tileWidth)))
	z = min(max(z, low), high)
	n := math.Exp2(float64(z))
	column := func(longitude float64) float64 { return (longitude + 180) / 360 * n }
	row := func(latitude float64) float64 {
		return (1 - math.Asinh(math.Tan(latitude*math.Pi/180))/math.Pi) / 2 * n
	}
	place := func(x, y int) Point {
		return v.Point(Place{
			Latitude:  math.Atan(math.Sinh(math.Pi*(1-2*float64(y)/n))) * 180 / math.Pi,
			Longitude: float64(x)/n*360 - 180,
		})
	}
	west, east := int(math.Floor(column(v.Frame.West))), int(math.Ceil(column(v.Frame.East)))
	north, south := int(math.Floor(row(v.Frame.North))), int(math.Ceil(row(v.Frame.South)))
	if (east-west)*(south-north) > MaxTiles {
		return nil
	}
	var tiles []Tile
	for y := north; y < south; y++ {
		for x := west; x < east; x++ {
			from, to := place(x, y), place(x+1, y+1)
			tiles = append(tiles, Tile{z, x, y, from, to.X - from.X, to.Y - from.Y})
		}
	}
	return tiles
}
