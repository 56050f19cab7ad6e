package drawing

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/i18n"
)

// all draws every subject many times, and the forecourt.
func all(t *testing.T) map[string][]Scene {
	t.Helper()
	scenes := map[string][]Scene{}
	for _, s := range slices.Concat(subjects, others) {
		word := s.begin
		if word != "" {
			word = strings.ReplaceAll(strings.Fields(s.begin)[0], "_", " ")
		}
		for n := range int64(40) {
			of := Of(word, "", n)
			scenes[of.key] = append(scenes[of.key], of)
		}
	}
	return scenes
}

func TestEveryClassIsPainted(t *testing.T) {
	seen := map[string]bool{}
	drawn := []string{Forecourt(1)}
	for _, list := range all(t) {
		for _, s := range list {
			drawn = append(drawn, s.Shapes())
		}
	}
	for _, m := range regexp.MustCompile(`class="([^"]+)"`).FindAllStringSubmatch(strings.Join(drawn, ""), -1) {
		seen[m[1]] = true
	}
	if len(seen) < 20 {
		t.Errorf("the test sees %d classes", len(seen))
	}
	for class := range seen {
		if !regexp.MustCompile(`\.` + class + `\b[ ,]`).MatchString(Style) {
			t.Errorf("nothing paints .%s", class)
		}
	}
}

func TestEveryDrawingSaysWhatItShows(t *testing.T) {
	scenes := all(t)
	if len(scenes) < 25 {
		t.Errorf("%d different scenes", len(scenes))
	}
	for _, lang := range i18n.Langs {
		said := map[string]string{}
		for key, list := range scenes {
			for _, s := range list {
				alt := s.Alt(lang)
				if len(alt) < 40 || strings.Contains(alt, "drawing.") {
					t.Fatalf("%s in %s: %q", key, lang, alt)
				}
				what, _, _ := strings.Cut(alt, ".")
				if other, ok := said[what]; ok && other != key {
					t.Errorf("%s and %s are told the same: %q", key, other, what)
				}
				said[what] = key
			}
		}
	}
	for _, s := range scenes["benches"] {
		if got := strings.Count(s.Shapes(), `class="a-skin"`); got != s.people || got == 0 {
			t.Fatalf("%d people are drawn, %d are told", got, s.people)
		}
	}
}

func TestTheSameProposalIsDrawnTheSame(t *testing.T) {
	once, again, other := Of("Un banc", "Cadre de vie", 12), Of("Un banc", "Cadre de vie", 12), Of("Un banc", "Cadre de vie", 13)
	if once != again {
		t.Error("two drawings of one proposal differ")
	}
	if once.Shapes() == other.Shapes() {
		t.Error("two proposals have the same drawing")
	}
}

func TestTheTitleElseTheCategorySaysWhatIsDrawn(t *testing.T) {
	for _, c := range []struct{ title, category, key string }{
		{"Des bancs à l’ombre, de la gare au marché", "Cadre de vie", "benches"},
		{"La fontaine de la place des Halles", "Nature", "fountain"},
		{"Sauver les hirondelles du pont", "Nature", "birds"},
		{"Sentier des crêtes, du lycée au bois", "Sport", "trees"},
		{"Un quartier", "Écoles", "school"}, // not "art"
		{"Éclairer la rue", "", "lights"},
		{"Quelque chose", "Public Space", "street"},
	} {
		if got := Of(c.title, c.category, 1).key; got != c.key {
			t.Errorf("%q of %q is drawn as %s, want %s", c.title, c.category, got, c.key)
		}
	}
}

func TestADrawingIsAFileThatLoadsAndRunsNothing(t *testing.T) {
	for key, list := range all(t) {
		svg := list[0].SVG()
		d := xml.NewDecoder(strings.NewReader(string(svg)))
		elements := 0
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", key, err)
			}
			e, ok := token.(xml.StartElement)
			if !ok {
				continue
			}
			elements++
			if !slices.Contains([]string{"svg", "style", "g", "rect", "circle", "path"}, e.Name.Local) {
				t.Errorf("%s has an element %s", key, e.Name.Local)
			}
			for _, a := range e.Attr {
				if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "href" || a.Name.Local == "style" {
					t.Errorf("%s has an attribute %s", key, a.Name.Local)
				}
			}
		}
		if elements < 10 || len(svg) > 60_000 || strings.Contains(Style, "url(") || strings.Contains(Style, "@import") {
			t.Errorf("%s has %d elements in %d bytes", key, elements, len(svg))
		}
	}
}
