package site_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/browsertest"
	"github.com/parvis-civic/parvis/internal/i18n"
)

// The visitors of every page.
var (
	phone = browsertest.Options{Width: 320, Height: 740, Still: true, Touch: true}
	night = browsertest.Options{Width: 1280, Height: 900, Dark: true}
	// Zooming a desk to 200 % halves its CSS pixels.
	zoomed = browsertest.Options{Width: 640, Height: 450, Scale: 2}
	paper  = browsertest.Options{Width: 794, Height: 1123, Print: true}
	plain  = browsertest.Options{Width: 1280, Height: 900, NoJS: true}
)

// explorer is what axe-core does not look at: GraphiQL, which is software of others, on a page that says the same by hand.
const explorer = "#graphiql"

// everyPage visits every page as several people at once, each in a tab of their own.
func everyPage(t *testing.T, c *country) {
	b := browsertest.New(t)
	stops := c.stops()
	if *only == "" {
		everyRouteIsVisited(t, c, stops)
	}
	t.Run("as", func(t *testing.T) {
		t.Run("somebody on a small phone", func(t *testing.T) {
			t.Parallel()
			var p *browsertest.Page
			for _, s := range stops {
				p = c.visit(t, b, p, s, phone)
				fits(t, p, phone)
				p.Axe(t, explorer)
				still(t, p)
				reached(t, p)
				p.As(zoomed)
				fits(t, p, zoomed)
			}
		})
		t.Run("somebody at a desk at night, and somebody without scripts", func(t *testing.T) {
			t.Parallel()
			var p, without *browsertest.Page
			for _, s := range stops {
				p = c.visit(t, b, p, s, night)
				words, scripted := said(p), browsertest.Eval[bool](p, `document.querySelector("script") !== null`)
				fits(t, p, night)
				p.Axe(t, explorer)
				if !scripted || s.name == "developer" {
					continue // it says the same to everybody, or is the explorer's
				}
				without = c.visit(t, b, without, s, plain)
				if b := said(without); words != b {
					t.Errorf("%s says with scripts:\n%s\nwithout:\n%s", without.URL, words, b)
				}
			}
			for _, s := range stops {
				if strings.HasPrefix(s.name, "proj") || strings.HasPrefix(s.name, "resultats") {
					p = c.visit(t, b, p, s.english(), night)
					fits(t, p, night)
					p.Axe(t, explorer)
				}
			}
		})
		t.Run("somebody who prints", func(t *testing.T) {
			t.Parallel()
			var p *browsertest.Page
			for _, s := range stops {
				if !strings.HasPrefix(s.name, "resultats") {
					continue
				}
				p = c.visit(t, b, p, s, paper)
				if hidden := browsertest.Eval[string](p, `[...document.querySelectorAll("details li")].filter(e => !e.checkVisibility({contentVisibilityAuto: true}) || e.getBoundingClientRect().height === 0).slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join("\n")`); hidden != "" {
					t.Errorf("%s: not on paper:\n%s", p.URL, hidden)
				}
			}
		})
	})
	if missing := i18n.Missing(); len(missing) > 0 {
		t.Errorf("not translated: %v", missing)
	}
}

// everyRouteIsVisited fails for a page that the journeys leave out.
func everyRouteIsVisited(t *testing.T, c *country, stops []stop) {
	mux := http.NewServeMux()
	left := map[string]bool{}
	for _, r := range c.routes {
		mux.Handle(r.Path, http.NotFoundHandler())
		left[r.Path] = true
	}
	for _, s := range stops {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.url(s.host, s.path), nil)
		if err != nil {
			t.Fatal(err)
		}
		_, pattern := mux.Handler(r)
		delete(left, pattern)
	}
	for path := range left {
		t.Errorf("no journey leads to %s: add a stop", path)
	}
}

// visit goes to a stop, in the tab p when there is one, and looks at what every page owes.
func (c *country) visit(t *testing.T, b *browsertest.Browser, p *browsertest.Page, s stop, o browsertest.Options) *browsertest.Page {
	t.Helper()
	if p == nil {
		p = b.Visit(t, c.url(s.host, s.path), o)
	} else {
		p.As(o)
		p.Go(c.url(s.host, s.path))
	}
	if want := max(s.status, 200); p.Status != want {
		t.Errorf("%s: status %d, want %d", p.URL, p.Status, want)
	}
	if titles := browsertest.Eval[int](p, `document.querySelectorAll("h1").length`); titles != 1 {
		t.Errorf("%s has %d titles", p.URL, titles)
	}
	return p
}

// fits fails when a page is wider than its screen.
func fits(t *testing.T, p *browsertest.Page, o browsertest.Options) {
	t.Helper()
	if wide := browsertest.Eval[int](p, "document.documentElement.scrollWidth"); wide > o.Width {
		widest := browsertest.Eval[string](p, `[...document.querySelectorAll("main *")].sort((a, b) => b.getBoundingClientRect().right - a.getBoundingClientRect().right)[0]?.outerHTML.slice(0, 200) ?? ""`)
		t.Errorf("%s: at %d px the page is %d px wide: %s", p.URL, o.Width, wide, widest)
	}
}

// reached fails when something to press that stands alone is too small for a finger. What stands in a sentence, on a map
// (where a list beside it says the same) or in the explorer is not measured.
func reached(t *testing.T, p *browsertest.Page) {
	t.Helper()
	small := browsertest.Eval[string](p, `[...document.querySelectorAll("a[href], button, summary, select, input:not([type=hidden])")].filter(e => !e.closest("`+explorer+`, svg, .prose p, .foot p, .unseen, .article, .lead, .section-head p, .notice p, noscript")).filter(e => {
		const r = e.getBoundingClientRect();
		return e.checkVisibility() && r.width > 0 && r.height < 43.5 && !(parseFloat(getComputedStyle(e, "::after").height) >= 43.5);
	}).map(e => Math.round(e.getBoundingClientRect().height) + " " + e.outerHTML.slice(0, 140)).join("\n")`)
	if small != "" {
		t.Errorf("%s: too small for a finger:\n%s", p.URL, small)
	}
}

// still fails when something moves although the visitor asked for less motion.
func still(t *testing.T, p *browsertest.Page) {
	t.Helper()
	moving := browsertest.Eval[string](p, `[...document.querySelectorAll("*")].filter(e => !e.closest("`+explorer+`")).filter(e => {
		const s = getComputedStyle(e);
		return s.transitionDuration.split(",").some(d => parseFloat(d) > 0) || s.animationName !== "none";
	}).map(e => e.outerHTML.slice(0, 100)).join("\n")`)
	if moving != "" {
		t.Errorf("%s moves: %s", p.URL, moving)
	}
}

// said gives the words of a page, but for those of buttons, which scripts bring with what they do.
func said(p *browsertest.Page) string {
	return browsertest.Eval[string](p, `(() => {
		const copy = document.querySelector("main").cloneNode(true);
		copy.querySelectorAll("button, noscript, [data-script]").forEach(e => e.remove());
		return copy.textContent.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "").split(/\s+/).join(" ").trim();
	})()`)
}

// withoutBrowser looks at what servers and search engines read.
func withoutBrowser(t *testing.T, c *country) {
	documents := map[string]string{}
	for _, s := range c.stops() {
		for _, s := range []stop{s, s.english()} {
			res, body := c.fetch(t, s.host, s.path)
			if want := max(s.status, 200); res.StatusCode != want {
				t.Errorf("%s: status %d, want %d", s.path, res.StatusCode, want)
			}
			documents[s.host+s.path] = body
			if run := runTogether.FindAllString(body, 5); len(run) > 0 {
				t.Errorf("%s%s: words run together: %q", s.host, s.path, run)
			}
			heading(t, s, body)
		}
	}
	browsertest.Validate(t, documents)
	for _, host := range []string{city, empty, replay} {
		res, body := c.fetch(t, host, "/robots.txt")
		if want := "Sitemap: " + c.url(host, "/sitemap.xml"); res.StatusCode != 200 || !strings.Contains(body, want) {
			t.Errorf("robots.txt of %s, status %d, does not say %q:\n%s", host, res.StatusCode, want, body)
		}
		for _, m := range regexp.MustCompile(`<loc>([^<]*)</loc>`).FindAllStringSubmatch(c.get(t, host, "/sitemap.xml"), 40) {
			path, ok := strings.CutPrefix(m[1], c.url(host, ""))
			if res, _ := c.fetch(t, host, path); !ok || res.StatusCode != 200 {
				t.Errorf("the site map of %s leads to %s: %d", host, m[1], res.StatusCode)
			}
		}
	}
	for _, host := range []string{city, replay} {
		if size := weight(t, c, host); size > 80<<10 {
			t.Errorf("the first page of %s weighs %d bytes", host, size)
		}
	}
}

// runTogether finds a word that ends where an element does and another that begins at once.
var runTogether = regexp.MustCompile(`[\p{L}\p{N}](?:</?(?:span|data|strong|b|small|em)\b[^>]*>)+[\p{L}\p{N}]`)

var linkTo = regexp.MustCompile(`<(?:link|script)[^>]*(?:href|src)="(/[^"]+\.(?:css|js))"`)

// weight is what the first page takes, compressed, without pictures and fonts.
func weight(t *testing.T, c *country, host string) int64 {
	t.Helper()
	paths := []string{"/"}
	for _, m := range linkTo.FindAllStringSubmatch(c.get(t, host, "/"), -1) {
		paths = append(paths, m[1])
	}
	if len(paths) < 3 {
		t.Fatalf("the first page asks for %q only", paths)
	}
	var sum int64
	for _, path := range paths {
		_, body := c.fetch(t, host, path)
		size := &counting{}
		z := gzip.NewWriter(size)
		if _, err := io.WriteString(z, body); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		sum += size.n
	}
	return sum
}

type counting struct{ n int64 }

func (c *counting) Write(b []byte) (int, error) {
	c.n += int64(len(b))
	return len(b), nil
}

// heading looks at what a page says of itself: a title, and when it may be found, a description, its address and its
// translations.
func heading(t *testing.T, s stop, body string) {
	t.Helper()
	head, _, _ := strings.Cut(body, "</head>")
	owes := []string{"<title>"}
	if !strings.Contains(head, `content="noindex"`) {
		owes = append(owes, `<meta name="description" content="`, `<link rel="canonical" href="http://`, `hreflang="fr"`, `hreflang="en"`, `hreflang="x-default"`,
			`property="og:image" content="http://`, `property="og:description"`)
	} else if s.status == 0 && !strings.Contains(s.path, "?") {
		t.Errorf("%s: search engines are kept out", s.path)
	}
	for _, say := range owes {
		if !strings.Contains(head, say) {
			t.Errorf("%s%s: the head has no %s", s.host, s.path, say)
		}
	}
}

// screenshots writes every page as it is seen on a phone and at a desk, by day and by night, in both languages.
func screenshots(t *testing.T, c *country) {
	b := browsertest.New(t)
	for look, o := range map[string]browsertest.Options{
		"360-clair": {Width: 360, Height: 740, Touch: true}, "360-sombre": {Width: 360, Height: 740, Dark: true, Touch: true},
		"1280-clair": {Width: 1280, Height: 900}, "1280-sombre": {Width: 1280, Height: 900, Dark: true},
	} {
		t.Run(look, func(t *testing.T) {
			t.Parallel()
			var p *browsertest.Page
			for _, s := range c.stops() {
				for lang, s := range map[string]stop{"fr": s, "en": s.english()} {
					p = c.visit(t, b, p, s, o)
					p.Screenshot(filepath.Join(*shots, lang, look, strings.TrimSuffix(s.name, "-en")+".png"))
				}
			}
		})
	}
}
