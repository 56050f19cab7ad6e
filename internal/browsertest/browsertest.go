// Package browsertest looks at pages as a visitor does: in Debian's Chromium, on a phone or a desk, in the dark, without
// JavaScript, and through axe-core's eyes. It is imported by tests only.
//
// Each page also fails its test on whatever a visitor's browser should never do here: ask any other host than the one
// visited (the pages load nothing from elsewhere), break the page's own Content-Security-Policy, or stop on a script's error.
package browsertest

import (
	"context"
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// patience is how long one thing asked of the browser may take; a busy machine is slow, a page that takes longer is broken.
const patience = 30 * time.Second

// Browser is a running Chromium with a profile of its own, closed at the end of the test that started it.
type Browser struct {
	ctx context.Context
}

// New starts Chromium; that it is not installed is a failure.
func New(t testing.TB) *Browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("Chromium is missing: apt-get install chromium, or run scripts/test-deps.sh")
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox, // continuous integration runs as root
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		// Nothing is kept or started for a page that no test comes back to.
		chromedp.Flag("disable-features", "Translate,BlinkGenPropertyTrees,BackForwardCache,SpareRendererForSitePerProcess,PaintHolding"),
		// No name but the machine's own resolves, so that nothing can leave it.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1"),
	)...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		closing, done := context.WithTimeout(ctx, patience)
		defer done()
		if err := chromedp.Cancel(closing); err != nil {
			t.Errorf("closing Chromium: %v", err)
		}
		cancel()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("starting Chromium: %v", err)
	}
	return &Browser{ctx: ctx}
}

// Options say who visits: by default somebody at a desk, 1280 by 800 CSS pixels, in the light, with JavaScript.
type Options struct {
	Width, Height int
	Scale         float64 // device pixels per CSS pixel; 0: 1. Zooming to 200 % is half the width and height at a scale of 2
	Dark, NoJS    bool
	Still         bool // asks for less motion
	Touch         bool // points with a finger
	Print         bool // sees the page as it is printed
}

func (o Options) filled() Options {
	if o.Width == 0 {
		o.Width = 1280
	}
	if o.Height == 0 {
		o.Height = 800
	}
	if o.Scale == 0 {
		o.Scale = 1
	}
	return o
}

// Page is one page in a tab of its own. Its methods fail the test that visits it.
type Page struct {
	URL    string
	Status int // the HTTP status of the document

	t   testing.TB
	ctx context.Context

	mu       sync.Mutex
	bare     bool     // without scripts
	host     string   // the one visited
	problems []string // since the last look
}

// Visit opens a page and waits until it is loaded.
func (b *Browser) Visit(t testing.TB, address string, o Options) *Page {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		t.Fatalf("visiting %q: not an absolute URL", address)
	}
	ctx, cancel := chromedp.NewContext(b.ctx)
	p := &Page{URL: address, t: t, ctx: ctx, host: u.Host}
	t.Cleanup(func() {
		cancel()
		p.check() // what came after the last look
	})
	if err := chromedp.Listen(ctx, p.hear); err != nil {
		t.Fatalf("opening a tab: %v", err)
	}
	p.As(o)
	p.arrive("visiting "+address, chromedp.Navigate(address))
	return p
}

// Go opens another page in the same tab, by its absolute URL.
func (p *Page) Go(address string) {
	p.t.Helper()
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		p.t.Fatalf("visiting %q: not an absolute URL", address)
	}
	p.mu.Lock()
	p.host = u.Host
	p.mu.Unlock()
	p.arrive("visiting "+address, chromedp.Navigate(address))
}

// As makes the visitor another one, who sees the page that is open as that one would.
func (p *Page) As(o Options) {
	p.t.Helper()
	o = o.filled()
	p.bare = o.NoJS
	scheme, motion := "light", "no-preference"
	if o.Dark {
		scheme = "dark"
	}
	if o.Still {
		motion = "reduce"
	}
	media := ""
	if o.Print {
		media = "print"
	}
	p.do("preparing the tab",
		chromedp.EmulateViewport(int64(o.Width), int64(o.Height), chromedp.EmulateScale(o.Scale)),
		chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
			_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Media:    media,
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: motion}},
			})
			return err
		}),
		chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
			_, err := cdp.Call(ctx, tab, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: o.Touch})
			return err
		}),
		scripts(!o.NoJS),
	)
}

// scripts lets the scripts of the tab's pages run, or not.
func scripts(run bool) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !run})
		return err
	})
}

// hear notes what the page should not have done. It runs in the loop that reads the browser's messages.
func (p *Page) hear(event any) {
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		from := p.visited()
		// What a page that was left asks for late is its own affair.
		if of, err := url.Parse(e.DocumentURL); err == nil && e.Type != network.ResourceTypeDocument && of.Host != "" {
			from = of.Host
		}
		u, err := url.Parse(e.Request.URL)
		if err != nil || u.Host != from && !slices.Contains([]string{"data", "blob", "about"}, u.Scheme) {
			p.note("asked another host: " + e.Request.URL)
		}
	case *log.EventEntryAdded:
		if e.Entry.Source == log.EntrySourceSecurity {
			p.note(e.Entry.Text)
		}
	case *runtime.EventExceptionThrown:
		d := e.ExceptionDetails
		text := d.Text
		if d.Exception != nil {
			text += " " + d.Exception.Description
		}
		p.note("a script stopped: " + text)
	}
}

func (p *Page) visited() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.host
}

func (p *Page) note(problem string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.problems = append(p.problems, problem)
}

// Problems returns, and forgets, what the page did that it should not have. The other methods call it and fail the test.
func (p *Page) Problems() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	problems := p.problems
	p.problems = nil
	return problems
}

// do runs steps, patiently, and fails the test when one fails or the page misbehaves.
func (p *Page) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("%s: %s: %v", p.URL, what, err)
	}
	p.check()
}

// arrive runs a step that leads to a new document, and waits until that is loaded.
func (p *Page) arrive(what string, step chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	response, err := chromedp.RunResponse(ctx, step)
	if err != nil {
		p.t.Fatalf("%s: %s: %v", p.URL, what, err)
	}
	p.Status, p.URL = int(response.Status), response.URL
	p.check()
}

func (p *Page) check() {
	p.t.Helper()
	for _, problem := range p.Problems() {
		p.t.Errorf("%s: %s", p.URL, problem)
	}
}

// Text returns the visible text of the first element that the CSS selector matches.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	return run(p, "text of "+selector, chromedp.Text(chromedp.CSS(selector)))
}

// Click clicks the first element that the CSS selector matches, and stays on the page.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.bring(selector)
	p.do("click on "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// bring scrolls to what will be pressed, until it stays where it is: what was far away is laid out only now, and moves it.
func (p *Page) bring(selector string) {
	p.t.Helper()
	if p.bare { // no page lays anything out late for who has no scripts
		return
	}
	text, err := json.Marshal(selector)
	if err != nil {
		p.t.Fatal(err)
	}
	Eval[bool](p, `(async () => {
		const there = document.querySelector(`+string(text)+`);
		for (let last = "", n = 0; there && n < 100; n++) {
			there.scrollIntoView({ block: "center", behavior: "instant" });
			await new Promise((done) => setTimeout(done, 20));
			const now = JSON.stringify(there.getBoundingClientRect());
			if (now === last) break;
			last = now;
		}
		return true;
	})()`)
}

// Follow clicks a link or a button and waits until the document that it leads to is loaded; URL and Status are then its.
func (p *Page) Follow(selector string) {
	p.t.Helper()
	p.bring(selector)
	p.arrive("following "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// Fill types into the first field that the CSS selector matches.
func (p *Page) Fill(selector, text string) {
	p.t.Helper()
	p.do("filling "+selector, chromedp.SendKeys(chromedp.CSS(selector), text))
}

// Press types keys (package kb names those without a character) where the focus is, and stays on the page.
func (p *Page) Press(keys string) {
	p.t.Helper()
	p.do("pressing keys", chromedp.KeyEvent(keys))
}

// Enter presses the return key and waits until the document that it leads to is loaded.
func (p *Page) Enter() {
	p.t.Helper()
	p.arrive("pressing return", chromedp.KeyEvent(kb.Enter))
}

// Screenshot writes the whole page, as long as it is, to a PNG file, whose folder is made when missing.
func (p *Page) Screenshot(path string) {
	p.t.Helper()
	png := run(p, "screenshot", chromedp.FullScreenshot(100))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, png, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// Eval returns the value of a JavaScript expression in the page; a promise is awaited. It runs although a page has no scripts.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	return run(p, "evaluating", chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

func run[T any](p *Page, what string, action chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, action)
	if err != nil {
		p.t.Fatalf("%s: %s: %v", p.URL, what, err)
	}
	p.check()
	return v
}
