package browsertest

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// page is a page without fault: what a test puts in is its only one.
func page(main string) string {
	return `<!doctype html><html lang="fr"><head><title>Essai</title><meta name="viewport" content="width=device-width">
		<style>@media (prefers-color-scheme: dark) { body { background: #000; color: #fff } }</style>
		</head><body><main><h1>Essai</h1>` + main + `</main></body></html>`
}

func serve(t *testing.T, csp, html string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			if csp != "" {
				w.Header().Set("Content-Security-Policy", csp)
			}
			fmt.Fprint(w, html)
		case "/suite":
			fmt.Fprint(w, page("<p id=ici>La suite</p>"))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestKnownViolationIsFound(t *testing.T) {
	const strict = "default-src 'none'; style-src 'unsafe-inline'"
	b := New(t)
	for _, noJS := range []bool{false, true} {
		good := b.Visit(t, serve(t, strict, page(`<p>Rien à dire</p>`)), Options{NoJS: noJS})
		good.Axe(t)
		bad := b.Visit(t, serve(t, strict, page(`<form><input type="text" name="q"></form>`)), Options{NoJS: noJS})
		v := bad.Violations()
		if len(v) != 1 || v[0].ID != "label" || len(v[0].Nodes) != 1 || !strings.Contains(v[0].Nodes[0].HTML, `name="q"`) {
			t.Errorf("NoJS %v: an unlabelled field gives %+v", noJS, v)
		}
	}
}

func TestAxeLeavesOutWhatIsExcepted(t *testing.T) {
	p := New(t).Visit(t, serve(t, "", page(`<div class="theirs"><input type="text"></div>`)), Options{})
	if v := p.Violations(".theirs"); len(v) != 0 {
		t.Errorf("within what is excepted: %+v", v)
	}
	if v := p.Violations(); len(v) != 1 {
		t.Errorf("without exception: %+v", v)
	}
}

func TestBrokenHTMLIsFound(t *testing.T) {
	good := "<!DOCTYPE html>\n<html lang=\"fr\">\n<head>\n<title>Essai</title>\n</head>\n<body>\n<main><h1>Essai</h1></main>\n</body>\n</html>\n"
	Validate(t, map[string]string{"good": good})
	r := &recorder{TB: t}
	Validate(r, map[string]string{"bad": strings.Replace(good, "<h1>Essai</h1>", "<ul><p>Essai</p></ul>", 1)})
	if !slices.ContainsFunc(r.said, func(s string) bool { return strings.Contains(s, "bad, line 7") }) {
		t.Errorf("said %q", r.said)
	}
}

func TestSameTabIsAnotherVisitor(t *testing.T) {
	url := serve(t, "", page(`<p>un</p>`))
	p := New(t).Visit(t, url, Options{})
	p.As(Options{Width: 640, Height: 400, Scale: 2, Dark: true, Still: true})
	p.Go(url + "/suite")
	seen := Eval[[]bool](p, `[innerWidth === 640, devicePixelRatio === 2, matchMedia("(prefers-color-scheme: dark)").matches, matchMedia("(prefers-reduced-motion)").matches]`)
	if p.Text("#ici") != "La suite" || slices.Contains(seen, false) {
		t.Errorf("at %s: %v", p.URL, seen)
	}
}

func TestVisitorIsWhoTheOptionsSay(t *testing.T) {
	b := New(t)
	url := serve(t, "", page(`<p id=js>sans</p><script>document.getElementById("js").textContent = "avec"</script><a href="/suite">Suite</a>`))
	desk := b.Visit(t, url, Options{})
	if got := desk.Text("#js"); got != "avec" || desk.Status != 200 {
		t.Errorf("with JavaScript: %q, status %d", got, desk.Status)
	}
	phone := b.Visit(t, url, Options{Width: 390, Height: 844, Dark: true, NoJS: true})
	if got := phone.Text("#js"); got != "sans" {
		t.Errorf("without JavaScript: %q", got)
	}
	if w := Eval[int](phone, "innerWidth"); w != 390 {
		t.Errorf("the phone is %d wide", w)
	}
	if dark := Eval[bool](phone, `matchMedia("(prefers-color-scheme: dark)").matches`); !dark {
		t.Error("the phone is not dark")
	}
	file := filepath.Join(t.TempDir(), "shots", "phone.png")
	phone.Screenshot(file)
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if img, err := png.DecodeConfig(bytes.NewReader(raw)); err != nil || img.Width != 390 {
		t.Errorf("screenshot: %+v, %v", img, err)
	}
	phone.Follow("a")
	if got := phone.Text("#ici"); got != "La suite" || !strings.HasSuffix(phone.URL, "/suite") {
		t.Errorf("after the link: %q at %s", got, phone.URL)
	}
	if lost := b.Visit(t, url+"/nulle-part", Options{}); lost.Status != 404 {
		t.Errorf("status %d", lost.Status)
	}
}

// recorder is a test that is told of failures without failing.
type recorder struct {
	testing.TB
	said []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.said = append(r.said, fmt.Sprintf(format, args...))
}

func TestMisbehavingPageFails(t *testing.T) {
	b := New(t)
	for name, c := range map[string]struct{ csp, html, want string }{
		"another host":   {"", page(`<img alt="" src="http://elsewhere.example/pixel.png">`), "asked another host: http://elsewhere.example/pixel.png"},
		"its own CSP":    {"default-src 'none'; style-src 'none'", page(""), "Content Security Policy"},
		"script's error": {"", page(`<script>nothing.at.all()</script>`), "nothing is not defined"},
	} {
		t.Run(name, func(t *testing.T) {
			r := &recorder{TB: t}
			b.Visit(r, serve(t, c.csp, c.html), Options{})
			if !slices.ContainsFunc(r.said, func(s string) bool { return strings.Contains(s, c.want) }) {
				t.Errorf("said %q, not %q", r.said, c.want)
			}
		})
	}
}
