package site_test

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/browsertest"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/demo/demotest"
	"github.com/parvis-civic/parvis/web/assets"
)

// cityPages are the pages with a map.
var cityPages = []string{
	thisYear, thisYear + "/carte", thisYear + "/carte?district=les-halles", thisYear + "/carte?centre=45.90000,-3.20000&zoom=2", lastYear + "/resultats",
	lastYear + "/resultats?carte=nombre", lastYear + "/resultats/les-halles", lastYear + "/realisations", lastYear + "/realisations?etat=built", "/en" + lastYear + "/realisations",
}

func TestMapsHoldInABrowser(t *testing.T) {
	server := httptest.NewServer(serveDemo(t, demotest.OnDay.Open(t, db.SQLite)))
	t.Cleanup(server.Close)
	b := browsertest.New(t)
	for _, o := range []browsertest.Options{{Width: 320, Height: 740}, {Width: 1280, Height: 900, Dark: true}, {Width: 1280, Height: 900, NoJS: true}} {
		v := b.Visit(t, server.URL+"/robots.txt", o)
		for _, path := range cityPages {
			v.As(o) // axe-core lets scripts run
			v.Go(server.URL + path)
			if wide := browsertest.Eval[int](v, "document.documentElement.scrollWidth"); wide > o.Width {
				t.Errorf("%s: at %d px the page is %d px wide", path, o.Width, wide)
			}
			if !o.NoJS {
				v.Axe(t)
			}
			if names := browsertest.Eval[int](v, `[...document.querySelectorAll(".city-map .names")].filter(g => getComputedStyle(g).display !== "none").length`); names != 1 {
				t.Errorf("%s: at %d px %d sets of names show", path, o.Width, names)
			}
			if over := browsertest.Eval[string](v, namesThatMeet); over != "" {
				t.Errorf("%s: at %d px names meet: %s", path, o.Width, over)
			}
		}
	}
}

// namesThatMeet measures the names as they are drawn, in the real face.
const namesThatMeet = `(() => {
	const boxes = [...document.querySelectorAll(".city-map .names text")].filter(t => t.getBoundingClientRect().width > 0).map(t => [t.textContent, t.getBoundingClientRect()]);
	const met = [];
	boxes.forEach(([a, p], i) => boxes.slice(i + 1).forEach(([b, q]) => {
		const w = Math.min(p.right, q.right) - Math.max(p.left, q.left), h = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
		if (w > 2 && h > p.height * 0.35) met.push(a + " / " + b);
	}));
	return met.join(", ");
})()`

func TestTheMapIsWalkedWithAndWithoutScript(t *testing.T) {
	server := httptest.NewServer(serveDemo(t, demotest.OnDay.Open(t, db.SQLite)))
	t.Cleanup(server.Close)
	b := browsertest.New(t)
	const cluster = `.city-map a[href*="zoom="]`

	plain := b.Visit(t, server.URL+thisYear+"/carte", browsertest.Options{NoJS: true})
	plain.Follow(cluster)
	if !strings.Contains(plain.URL, "zoom=") || plain.Status != 200 {
		t.Errorf("without script a mark leads to %s, %d", plain.URL, plain.Status)
	}
	if text := plain.Text("#liste"); !strings.Contains(text, "dans cette partie") {
		t.Errorf("without script the list is of %q", text)
	}

	v := b.Visit(t, server.URL+thisYear+"/carte", browsertest.Options{})
	browsertest.Eval[bool](v, "window.same = true")
	browsertest.Eval[bool](v, `document.querySelector('`+cluster+`').dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true})) || true`)
	heading := browsertest.Eval[string](v, `new Promise(done => { const look = () => location.search.includes("zoom=") ? done(document.getElementById("liste").textContent) : requestAnimationFrame(look); look(); })`)
	if !browsertest.Eval[bool](v, "window.same === true") || !strings.Contains(heading, "dans cette partie") {
		t.Errorf("with the script the page was left, or the list is of %q", heading)
	}
	browsertest.Eval[bool](v, "history.back() || true")
	back := browsertest.Eval[string](v, `new Promise(done => { const look = () => document.getElementById("liste").textContent.includes("toute la ville") ? done(location.search) : requestAnimationFrame(look); look(); })`)
	if back != "" {
		t.Errorf("back leads to %q", back)
	}
	lit := browsertest.Eval[int](v, `(() => { document.querySelector('.place-list [data-key] a').focus(); return document.querySelectorAll(".lit").length; })()`)
	if lit < 1 {
		t.Error("a proposal in focus is not lit")
	}
}

var stylesheet = regexp.MustCompile(`href="(/assets/parvis\.[^"]*css)"`)

func TestMapsWeighLittle(t *testing.T) {
	h := serveDemo(t, demotest.OnDay.Open(t, db.SQLite))
	packed := func(raw []byte) int {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		if _, err := w.Write(raw); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Len()
	}
	script, err := fs.ReadFile(assets.Files, "js/map.js")
	if err != nil {
		t.Fatal(err)
	}
	if len(script) > 6*1024 {
		t.Errorf("the script has %d bytes", len(script))
	}
	for _, path := range cityPages {
		w, _ := get(t, h, "localhost", path)
		page := packed(w.Body.Bytes())
		m := stylesheet.FindStringSubmatch(w.Body.String())
		if m == nil {
			t.Fatalf("%s: no stylesheet", path)
		}
		css, _ := get(t, h, "localhost", m[1])
		style := packed(css.Body.Bytes())
		if style > 30*1024 {
			t.Errorf("the stylesheet has %d bytes compressed", style)
		}
		if all := page + style + packed(script); all > 80*1024 {
			t.Errorf("%s: %d bytes compressed", path, all)
		}
		t.Logf("%s: page %d, stylesheet %d", path, page, style)
	}
}
