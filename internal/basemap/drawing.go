package basemap

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"math"
	"strconv"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
)

const svgType = "image/svg+xml"

// side of a drawn tile, in its own units; a page shows it about half as many pixels wide.
const side = 1024

// A drawing is on the paper and with the ink of the pages (web/assets/css/10-tokens.css), by day and by night.
const style = `path{fill:none;stroke-linejoin:round;stroke-linecap:round;fill-rule:evenodd}.e{fill:#f7f2e7}.w{fill:#d3e0df}.r{stroke:#d3e0df;stroke-width:6}.g{fill:#e4e8d3}.b{fill:#eae1d0}.s{stroke:#fffdf8;stroke-width:7}.p{stroke:#d9cfbd;stroke-width:2.5;stroke-dasharray:7 6}.m{stroke:#fffdf8;stroke-width:13}.c{stroke:#d9cfbd;stroke-width:10}.k{stroke:#c9bda8;stroke-width:17}.t{stroke:#a89c88;stroke-width:3;stroke-dasharray:12 6}` +
	`@media(prefers-color-scheme:dark){.e{fill:#1f1c18}.w{fill:#1f3133}.r{stroke:#1f3133}.g{fill:#232a20}.b{fill:#2b2722}.s{stroke:#38332c}.p{stroke:#433d35}.m{stroke:#474036}.c{stroke:#15130f}.k{stroke:#15130f}.t{stroke:#5d554a}}`

// Layers from the lowest to the highest: areas, then what runs on them, roads with a border below.
const (
	earth = iota
	green
	water
	river
	building
	path
	casing // of streets
	bigCasing
	street
	big
	rail
	layers
)

var classes = [layers]string{earth: "e", green: "g", water: "w", river: "r", building: "b", path: "p", casing: "c", bigCasing: "k", street: "s", big: "m", rail: "t"}

func areal(layer int) bool { return layer <= building && layer != river }

// greens are the kinds of ground that are drawn as such, in the words of both schemas.
var greens = map[string]bool{"park": true, "forest": true, "wood": true, "grass": true, "grassland": true, "garden": true, "cemetery": true, "nature_reserve": true, "scrub": true,
	"meadow": true, "orchard": true, "village_green": true, "golf_course": true, "playground": true, "pitch": true, "allotments": true, "recreation_ground": true}

// place says on which layer a feature is drawn; -1 for none. It knows the names of two schemas: the Protomaps basemap
// (docs.protomaps.com/basemaps/layers) and OpenMapTiles (openmaptiles.org/schema).
func place(layer string, about map[string]any) int {
	kind := word(about, "kind", "pmap:kind", "class")
	switch layer {
	case "earth":
		return earth
	case "water":
		return water
	case "waterway":
		return river
	case "landuse", "landcover", "natural", "park":
		if greens[kind] || greens[word(about, "subclass")] || layer == "park" {
			return green
		}
	case "buildings", "building":
		if kind != "address" {
			return building
		}
	case "roads", "transportation":
		switch kind {
		case "highway", "motorway", "trunk", "major_road", "primary", "secondary", "medium_road":
			return big
		case "minor_road", "tertiary", "minor", "service", "street", "residential", "unclassified":
			return street
		case "path", "track", "pedestrian", "other":
			return path
		case "rail", "transit":
			return rail
		}
	}
	return -1
}

func word(about map[string]any, keys ...string) string {
	for _, k := range keys {
		if s, ok := about[k].(string); ok {
			return s
		}
	}
	return ""
}

// draw makes a picture of a vector tile: earth, green, water, buildings, streets and rails, without any name, which the
// pages write over it themselves.
func draw(tile []byte) ([]byte, error) {
	read, err := unmarshal(tile)
	if err != nil {
		return nil, broken(err)
	}
	var paths [layers]bytes.Buffer
	for _, l := range read {
		if l.Extent == 0 {
			continue
		}
		scale := float64(side) / float64(l.Extent)
		for _, f := range l.Features {
			layer := place(l.Name, f.Properties)
			if layer < 0 {
				continue
			}
			if layer == water { // a schema that has rivers among its water has them as lines
				if _, line := f.Geometry.(orb.LineString); line {
					layer = river
				} else if _, lines := f.Geometry.(orb.MultiLineString); lines {
					layer = river
				}
			}
			trace(&paths[layer], f.Geometry, scale, areal(layer))
		}
	}
	paths[casing], paths[bigCasing] = paths[street], paths[big]
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d"><style>%s</style>`, side, side, style)
	for layer := range paths {
		if d := paths[layer].Bytes(); len(d) > 0 {
			fmt.Fprintf(&b, `<path class="%s" d="%s"/>`, classes[layer], d)
		}
	}
	b.WriteString(`</svg>`)
	return b.Bytes(), nil
}

// unmarshal keeps what a damaged tile does to the library from doing it to us.
func unmarshal(tile []byte) (read mvt.Layers, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("vector tile: %v", p)
		}
	}()
	return mvt.Unmarshal(tile)
}

// trace writes a geometry as the d of a path, to a unit, in steps from each point to the next.
func trace(b *bytes.Buffer, g orb.Geometry, scale float64, area bool) {
	run := func(points []orb.Point, closed bool) {
		px, py, began := 0, 0, false
		for i, p := range points {
			x, y := int(math.Round(p[0]*scale)), int(math.Round(p[1]*scale))
			switch {
			case !began:
				b.WriteString("M" + strconv.Itoa(x) + " " + strconv.Itoa(y))
				began = true
			case x == px && y == py && i < len(points)-1:
				continue
			default:
				b.WriteString("l" + strconv.Itoa(x-px) + " " + strconv.Itoa(y-py))
			}
			px, py = x, y
		}
		if closed && began {
			b.WriteByte('z')
		}
	}
	switch g := g.(type) {
	case orb.Polygon:
		if !area {
			return
		}
		for _, ring := range g {
			run(ring, true)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			trace(b, p, scale, area)
		}
	case orb.LineString:
		if !area {
			run(g, false)
		}
	case orb.MultiLineString:
		for _, l := range g {
			trace(b, l, scale, area)
		}
	}
}

// Policy is the Content-Security-Policy of a tile that is opened by itself: it loads and runs nothing, and is painted by the
// one style that drawings carry.
func Policy() string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; sandbox; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func unescape(text string) string { return html.UnescapeString(text) }
