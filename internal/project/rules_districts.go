package project

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"
	"github.com/paulmach/orb/planar"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
)

// The bounds of a file of districts: no city passes them, so that a file of something else is seen.
const (
	maxDistricts = 200
	maxPositions = 200_000
	maxName      = 80
	minArea      = 1_000  // square metres: less is a slip of the mouse
	maxArea      = 20_000 // square kilometres: more is a region
)

// nameProperties are the properties that open data in France call the name of a district by, tried in this order.
var nameProperties = []string{"name", "nom", "nom_quartier", "quartier", "libelle", "libelle_du_grand_quartier", "nom_quart", "l_qu", "label", "title", "titre"}

// Overlap is a pair of districts that lie in part on each other; a place there is found in the first one.
type Overlap struct{ One, Other string }

// featureFile is a GeoJSON file as it is read.
type featureFile struct {
	Type     string    `json:"type"`
	Features []feature `json:"features"`
}

type feature struct {
	Properties map[string]any `json:"properties"`
	Geometry   struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	} `json:"geometry"`
}

// shape reads the polygons of a feature; false when it has none.
func (f feature) shape() (orb.MultiPolygon, bool) {
	var polygons [][][][]float64
	var err error
	switch f.Geometry.Type {
	case "Polygon":
		polygons = make([][][][]float64, 1)
		err = json.Unmarshal(f.Geometry.Coordinates, &polygons[0])
	case "MultiPolygon":
		err = json.Unmarshal(f.Geometry.Coordinates, &polygons)
	}
	if err != nil || len(polygons) == 0 {
		return nil, false
	}
	shape := make(orb.MultiPolygon, len(polygons))
	for i, polygon := range polygons {
		if len(polygon) == 0 {
			return nil, false
		}
		shape[i] = make(orb.Polygon, len(polygon))
		for j, ring := range polygon {
			shape[i][j] = make(orb.Ring, len(ring))
			for k, at := range ring {
				if len(at) < 2 {
					return nil, false
				}
				shape[i][j][k] = orb.Point{at[0], at[1]}
			}
		}
	}
	return shape, true
}

// outline writes a shape as a GeoJSON geometry, to the tenth of a metre.
func outline(shape orb.MultiPolygon) string {
	rounded := shape.Clone()
	for _, polygon := range rounded {
		for _, ring := range polygon {
			for k, at := range ring {
				ring[k] = orb.Point{math.Round(at[0]*1e6) / 1e6, math.Round(at[1]*1e6) / 1e6}
			}
		}
	}
	raw, err := json.Marshal(map[string]any{"type": "MultiPolygon", "coordinates": rounded})
	if err != nil {
		panic(err) // finite numbers always have a JSON form, and checkShape refuses others
	}
	return string(raw)
}

// ReadDistricts reads districts from a GeoJSON file (RFC 7946): a collection of polygons, each with a name. It gives them in
// the order of the file, and those that overlap. Fault: invalid (file), with every reason at once.
func ReadDistricts(content []byte) ([]District, []Overlap, error) {
	var file featureFile
	if err := json.Unmarshal(content, &file); err != nil || file.Type != "FeatureCollection" {
		return nil, nil, fault.New(fault.Invalid, "fault.districts.format").In("file").Because(err)
	}
	if n := len(file.Features); n == 0 || n > maxDistricts {
		return nil, nil, fault.New(fault.Invalid, "fault.districts.count", "Count", n, "Max", maxDistricts).In("file")
	}
	property := nameProperty(file.Features)
	if property == "" {
		return nil, nil, fault.New(fault.Invalid, "fault.districts.no_name", "Known", nameProperties[:5]).In("file")
	}
	var found []*fault.Error
	var list []District
	var shapes []orb.MultiPolygon
	seen := map[string]bool{}
	positions := 0
	for i, f := range file.Features {
		name := strings.Join(strings.Fields(fmt.Sprint(f.Properties[property])), " ")
		slug := ids.Slug(i18n.Fold(name), 60)
		wrong := func(key string) {
			found = append(found, fault.New(fault.Invalid, "fault.districts."+key, "Name", name, "Number", i+1, "Max", maxName).In("file"))
		}
		if utf8.RuneCountInString(name) > maxName {
			wrong("name")
		}
		if seen[slug] {
			wrong("twice")
		}
		seen[slug] = true
		shape, ok := f.shape()
		if !ok {
			wrong("shape")
			continue
		}
		if key := checkShape(shape, &positions); key != "" {
			wrong(key)
			continue
		}
		list = append(list, District{Slug: slug, Name: name, Sort: i18n.SortKey(name), Outline: outline(shape)})
		shapes = append(shapes, shape)
	}
	if err := fault.All(found); err != nil {
		return nil, nil, err
	}
	return list, overlaps(list, shapes), nil
}

// nameProperty finds the property that every feature calls its name by; empty when there is none.
func nameProperty(features []feature) string {
	for _, want := range nameProperties {
		for have := range features[0].Properties {
			if strings.EqualFold(have, want) && everywhere(features, have) {
				return have
			}
		}
	}
	return ""
}

func everywhere(features []feature, property string) bool {
	for _, f := range features {
		switch v := f.Properties[property].(type) {
		case string:
			if strings.TrimSpace(v) == "" {
				return false
			}
		case float64:
		default:
			return false
		}
	}
	return true
}

// checkShape names what is wrong with a shape, nothing when all is well, and counts its positions.
func checkShape(shape orb.MultiPolygon, positions *int) string {
	for _, polygon := range shape {
		for _, ring := range polygon {
			if *positions += len(ring); *positions > maxPositions {
				return "detailed"
			}
			if len(ring) < 4 || !ring.Closed() {
				return "open"
			}
			for _, at := range ring {
				if !(math.Abs(at.Lon()) <= 180 && math.Abs(at.Lat()) <= 90) { // not a number is neither
					return "degrees"
				}
			}
		}
	}
	switch area := orbgeo.Area(shape); {
	case !(area >= minArea):
		return "small"
	case area > maxArea*1e6:
		return "large"
	}
	return ""
}

// samples is how many rows and columns of points are asked where two districts may overlap.
const samples = 16

// overlaps finds the pairs that have more in common than a border drawn twice: a fiftieth of the smaller one. It asks a
// grid of points, which finds what matters and is not fooled by borders that differ by metres.
func overlaps(list []District, shapes []orb.MultiPolygon) []Overlap {
	var found []Overlap
	for i, a := range shapes {
		for j := i + 1; j < len(shapes); j++ {
			b := shapes[j]
			common, ok := meet(a.Bound(), b.Bound())
			if !ok {
				continue
			}
			step := orb.Point{(common.Max[0] - common.Min[0]) / samples, (common.Max[1] - common.Min[1]) / samples}
			hits := 0
			for n := range samples * samples {
				at := orb.Point{common.Min[0] + step[0]*(float64(n%samples)+0.5), common.Min[1] + step[1]*(float64(n/samples)+0.5)}
				if planar.MultiPolygonContains(a, at) && planar.MultiPolygonContains(b, at) {
					hits++
				}
			}
			if shared := float64(hits) * step[0] * step[1]; shared*50 > min(planar.Area(a), planar.Area(b)) {
				found = append(found, Overlap{list[i].Name, list[j].Name})
			}
		}
	}
	return found
}

func meet(a, b orb.Bound) (orb.Bound, bool) {
	m := orb.Bound{
		Min: orb.Point{max(a.Min[0], b.Min[0]), max(a.Min[1], b.Min[1])},
		Max: orb.Point{min(a.Max[0], b.Max[0]), min(a.Max[1], b.Max[1])},
	}
	return m, m.Min[0] < m.Max[0] && m.Min[1] < m.Max[1]
}
