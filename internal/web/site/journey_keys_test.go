package site_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/parvis-civic/parvis/internal/browsertest"
)

// byKeyboard goes from the home page to a search, through the list, into the results and over the map with the keyboard alone, and sees
// at each step where it is.
func byKeyboard(t *testing.T, c *country) {
	p := browsertest.New(t).Visit(t, c.url(replay, "/"), browsertest.Options{Width: 1280, Height: 900})
	k := keyboard{t, p}

	k.tabTo(".skip", 1)
	p.Press(kb.Enter)
	if at := browsertest.Eval[string](p, `document.activeElement.id`); at != "main" {
		t.Fatalf("the skip link leads to #%s", at)
	}
	k.tabTo("main a", 1)
	k.tabTo(`main a[href$="`+bp+`"]`, 12)
	k.enter(bp)

	k.tabTo(`.rooms a[href$="/propositions"]`, 25)
	k.enter("/propositions")
	k.tabTo("#q", 25)
	p.Press("jardin")
	p.Enter()
	k.at("q=jardin")
	k.tabTo(`.facets a[href*="categorie="]`, 30)
	k.enter("categorie=")
	k.tabTo(".chips a", 40)
	k.enter("/propositions")

	p.Go(c.url(replay, bp+"/propositions?tri=hasard&graine=7"))
	k.tabTo(".proposal-card a", 60)
	k.tabTo(`.pagination a[rel="next"]`, 60)
	k.enter("apres=")
	k.tabTo(`.pagination a[rel="prev"]`, 120)

	p.Go(c.url(replay, bp+"/resultats"))
	k.tabTo("main summary", 30)
	p.Press(kb.Enter)
	if open := browsertest.Eval[bool](p, `document.activeElement.parentElement.open`); !open {
		t.Error("the return key does not open a district")
	}
	k.tabTo("details[open] .winners a", 1)
	k.enter("/propositions/")

	p.Go(c.url(city, "/projets/"+c.vote+"/carte"))
	k.tabTo(`.city-map a[href*="/propositions/"]`, 40)
	k.enter("/propositions/")
}

type keyboard struct {
	t *testing.T
	p *browsertest.Page
}

// seen is what is focused: whether a selector matches it, and whether a person sees that.
type seen struct {
	Matches bool
	Ring    bool // drawn around it or around its card, at least 3 px wide; around a mark on a map, 2 px
	Shown   bool // it has a size and stands within the window
	What    string
}

// tabTo presses Tab until what the selector matches has the focus, at most so many times. Each stop on the way must show.
func (k keyboard) tabTo(selector string, most int) {
	k.t.Helper()
	for range most {
		k.p.Press(kb.Tab)
		s := browsertest.Eval[seen](k.p, `(() => {
			const e = document.activeElement, box = e.getBoundingClientRect(), mark = e.querySelector(".mark .body");
			return {
				matches: e.matches(`+"`"+selector+"`"+`),
				ring: mark ? mark.getScreenCTM().a * parseFloat(getComputedStyle(mark).strokeWidth) / 2 >= 2 : [e, e.closest(".proposal-card") ?? e].map(e => getComputedStyle(e)).some(s => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 3),
				shown: box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
				what: e.outerHTML.slice(0, 160),
			};
		})()`)
		if strings.HasPrefix(s.What, "<body") {
			k.t.Fatalf("%s: the page ends before %s", k.p.URL, selector)
		}
		if !s.Ring || !s.Shown {
			k.t.Errorf("%s: nobody sees that this has the focus (ring %v, shown %v): %s", k.p.URL, s.Ring, s.Shown, s.What)
		}
		if s.Matches {
			return
		}
	}
	k.t.Fatalf("%s: %d times Tab do not reach %s", k.p.URL, most, selector)
}

// enter follows the link that has the focus.
func (k keyboard) enter(want string) {
	k.t.Helper()
	k.p.Enter()
	k.at(want)
}

func (k keyboard) at(want string) {
	k.t.Helper()
	if !strings.Contains(k.p.URL, want) || k.p.Status != 200 {
		k.t.Fatalf("arrived at %s (%d), want %s", k.p.URL, k.p.Status, want)
	}
}
