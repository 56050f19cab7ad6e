package ui

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/parvis-civic/parvis/internal/drawing"
)

func TestEveryAccentIsReadableOnEveryPaper(t *testing.T) {
	papers := map[string][]string{"light": {"#fbf8f2", "#f3eee3", "#e9e1d1"}, "dark": {"#1b1916", "#24211d", "#302c26"}}
	rapid.Check(t, func(t *rapid.T) {
		accent := fmt.Sprintf("#%06x", rapid.IntRange(0, 0xffffff).Draw(t, "accent"))
		p, ok := PaletteOf(accent)
		if !ok {
			t.Fatalf("%s is refused", accent)
		}
		for _, paper := range papers["light"] {
			if c := Contrast(p.Light, paper); c < 4.5 {
				t.Errorf("%s became %s: %.2f on %s", accent, p.Light, c, paper)
			}
		}
		for _, paper := range papers["dark"] {
			if c := Contrast(p.Dark, paper); c < 4.5 {
				t.Errorf("%s became %s: %.2f on %s", accent, p.Dark, c, paper)
			}
		}
		if Contrast(p.Light, p.OnLight) < 4.5 || Contrast(p.Dark, p.OnDark) < 4.5 {
			t.Errorf("%s: text on the accent: %+v", accent, p)
		}
	})
}

func TestContrastIsWCAGs(t *testing.T) {
	if c := Contrast("#000", "#ffffff"); c != 21 {
		t.Errorf("black on white is %v", c)
	}
	if c := Contrast("#777777", "#ffffff"); c < 4.47 || c > 4.49 { // the well-known grey that just fails
		t.Errorf("#777 on white is %v", c)
	}
	if Contrast("teal", "#fff") != 0 {
		t.Error("a name is read as a colour")
	}
}

func TestPapersAreThoseOfTheStylesheet(t *testing.T) {
	css := stylesheet(t)
	if !strings.Contains(css, "--slab: light-dark("+lightPaper+", "+darkPaper+")") {
		t.Error("contrast is computed against other papers than the stylesheet's")
	}
}

func stylesheet(t *testing.T) string {
	t.Helper()
	s := NewStatic()
	return string(s.files[s.URL("parvis.css")])
}

func TestStylesheetIsSmallAndCompleteByItself(t *testing.T) {
	css := stylesheet(t)
	var small bytes.Buffer
	z := gzip.NewWriter(&small)
	_, _ = z.Write([]byte(css))
	_ = z.Close()
	if small.Len() > 30<<10 {
		t.Errorf("the stylesheet is %d bytes compressed", small.Len())
	}
	s := NewStatic()
	for _, m := range regexp.MustCompile(`url\("([^"]*)"\)`).FindAllStringSubmatch(css, -1) {
		if _, ok := s.files[m[1]]; !ok {
			t.Errorf("the stylesheet asks for %s, which isn't served", m[1])
		}
	}
}

func TestTheStylesheetPaintsDrawings(t *testing.T) {
	if !strings.Contains(stylesheet(t), drawing.Style) {
		t.Error("the stylesheet does not have the style of drawings")
	}
}

func TestNoTemplateStylesInline(t *testing.T) {
	for _, dir := range []string{".", "..", "../site"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.templ"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no templates in %s: %v", dir, err)
		}
		for _, f := range files {
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if m := regexp.MustCompile(` style=|<style| on[a-z]+=|<script>`).Find(raw); m != nil {
				t.Errorf("%s: %q breaks the policy", f, m)
			}
		}
	}
}

func TestBarsFillTheirEnvelope(t *testing.T) {
	got := barsOf([]EnvelopePart{{Amount: 75}, {Amount: 0}, {Amount: 25}}, 100)
	if len(got) != 2 || got[0].x != "0.0" || got[0].width != "748.5" || got[1].x != "750.0" || got[1].width != "248.5" {
		t.Errorf("bars: %+v", got)
	}
	if got := barsOf([]EnvelopePart{{Amount: 300}}, 100); got[0].width != "998.5" {
		t.Errorf("more than the envelope runs out of the bar: %+v", got)
	}
}

func TestAmountForMachines(t *testing.T) {
	for in, want := range map[int64]string{400050: "4000.50", 5: "0.05", 0: "0", 800000000: "8000000", -150: "-1.50"} {
		if got := Plain(in); got != want {
			t.Errorf("Plain(%d) = %s, want %s", in, got, want)
		}
	}
}

func TestWhatIsSaidOfSeveralFieldsNamesThem(t *testing.T) {
	fields := []Input{{Name: "a", Label: "Habitez-vous la ville ?"}, {Name: "b", Label: "Est-ce un loyer ?"}, {Name: "c", Label: "Titre"}}
	got := Problems{"a": {"Répondez."}, "b": {"Répondez."}, "c": {"Il manque le titre."}}.order(fields)
	want := []problem{{"Répondez.", "field-a", "Habitez-vous la ville ?"}, {"Répondez.", "field-b", "Est-ce un loyer ?"}, {"Il manque le titre.", "field-c", ""}}
	if len(got) != len(want) {
		t.Fatalf("got %+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %+v, want %+v", got[i], want[i])
		}
	}
}
