package site_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/browsertest"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/demo"
	"github.com/parvis-civic/parvis/internal/demo/demotest"
	"github.com/parvis-civic/parvis/internal/live"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/site"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// walls is the demonstration served with its streams.
type walls struct {
	http.Handler
	hub     *live.Hub
	trickle *demo.Trickle
	slugs   map[project.Kind]string // of the edition that is in that step
}

// serveWalls serves a copy of demotest.Today.
func serveWalls(t testing.TB, d *db.DB) *walls {
	t.Helper()
	w := &walls{hub: live.New(d, slog.New(slog.DiscardHandler)), slugs: map[project.Kind]string{}}
	err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		p, err := platform.BySlug(ctx, tx, demo.Slug)
		if err != nil {
			return err
		}
		views, err := project.Views(ctx, tx, p.Key, 10, tx.Now())
		for _, v := range views {
			w.slugs[v.Steps[project.Current(v.Steps, v.Now)].Kind] = v.Slug
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if w.trickle, err = demo.NewTrickle(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	s := site.New(d, "http://localhost:8080")
	if w.Handler, err = web.New(web.Options{Log: slog.New(slog.DiscardHandler), Platforms: s, Static: ui.NewStatic(), Routes: s.Routes(),
		Others: map[string]http.Handler{"GET /projets/{project}/mur/flux": s.WallStream(w.hub)}}); err != nil {
		t.Fatal(err)
	}
	w.hub.Start(t.Context())
	return w
}

// stop is for a Cleanup, or earlier: a second one does nothing that counts.
func (w *walls) stop(t testing.TB) {
	if err := w.hub.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

func (w *walls) path(kind project.Kind) string { return "/projets/" + w.slugs[kind] + "/mur" }

// cast lets somebody vote.
func (w *walls) cast(t testing.TB) {
	t.Helper()
	if _, err := w.trickle.Cast(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestTheWallShowsWhatIsOpenInAFixedNumberOfStatements(t *testing.T) {
	demotest.Today.Each(t, func(t *testing.T, d *db.DB) {
		w := serveWalls(t, d)
		defer w.stop(t)
		for _, c := range []struct {
			name, path string
			status     int
			says, not  []string
		}{
			{"the vote that is open", w.path(project.Vote), 200, []string{"3\u202f288", "personnes ont voté", "Encore 1", "La Ruche", "visez ce code", "http://localhost:8080/projets/", "Chiffres de", `content="30"`}, []string{"déposé", "wall."}},
			{"its voters alone", w.path(project.Vote) + "?voir=votants", 200, []string{"3\u202f288"}, []string{"La Ruche", "déposé"}},
			{"its deposits, which are over", w.path(project.Vote) + "?voir=depots", 200, []string{"projets déposés", "Le dépôt est clos", "La Ruche"}, []string{"ont voté"}},
			{"the deposit that is open", w.path(project.Collect), 200, []string{"projets déposés", "Pour déposer un projet"}, []string{"ont voté"}},
			{"a vote to come", w.path(project.Analysis) + "?voir=votants", 200, []string{"Le vote ouvrira"}, []string{"Encore"}},
			{"a vote that is over", w.path(project.Delivery), 200, []string{"4\u202f712", "Le vote est clos"}, nil},
			{"in English", "/en" + w.path(project.Vote), 200, []string{"3,288", "people have voted", "days left"}, []string{"personnes", "wall."}},
			{"a display that is none", w.path(project.Vote) + "?voir=scores", 400, []string{"votants, quartiers ou depots"}, nil},
			{"a project that is none", "/projets/rien/mur", 404, nil, nil},
		} {
			r, n := get(t, w, "localhost:8080", c.path)
			said := strings.ReplaceAll(r.Body.String(), "&#39;", "'")
			if r.Code != c.status || n > 12 {
				t.Errorf("%s: status %d, %d statements", c.name, r.Code, n)
			}
			for _, say := range c.says {
				if !strings.Contains(said, say) {
					t.Errorf("%s: does not say %q", c.name, say)
				}
			}
			for _, not := range c.not {
				if strings.Contains(words(said), not) {
					t.Errorf("%s: says %q", c.name, not)
				}
			}
		}
	})
}

func TestAReplayShowsVotersAlone(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	h := serve(t, d, "France_Toulouse_2022.pb")
	r, _ := get(t, h, "localhost", bp+"/mur")
	if text := r.Body.String(); r.Code != 200 || !strings.Contains(text, "4\u202f532") || strings.Contains(text, "voir=quartiers") || !strings.Contains(text, "Reprise de données publiques") {
		t.Errorf("%d: %s", r.Code, words(text))
	}
	if r, _ := get(t, h, "localhost", bp+"/mur?voir=quartiers"); r.Code != 400 {
		t.Errorf("where voters live, which no file says: %d", r.Code)
	}
	r, _ = get(t, h, "localhost", bp)
	if !strings.Contains(r.Body.String(), "aucune ville ne répond de ces pages") {
		t.Error("a page of a replay does not say that it is one")
	}
}

// flow is a stream as a browser receives it.
type flow struct {
	*http.Response
	lines *bufio.Scanner
}

func listen(t testing.TB, url, last string) flow {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "gzip, zstd")
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	return flow{res, bufio.NewScanner(res.Body)}
}

// next gives the next event; its name is "" at the end of the stream.
func (f flow) next() (name, id, data string) {
	for f.lines.Scan() {
		field, value, _ := strings.Cut(f.lines.Text(), ": ")
		switch {
		case field == "event":
			name = value
		case field == "id":
			id = value
		case field == "data":
			data = value
		case field == "" && name != "":
			return name, id, data
		}
	}
	return "", "", ""
}

func TestTheStreamMovesWithEachVoteAndOutlivesTheLimitsOfRequests(t *testing.T) {
	demotest.Today.Each(t, func(t *testing.T, d *db.DB) {
		w := serveWalls(t, d)
		server := httptest.NewUnstartedServer(w)
		server.Config.ReadTimeout, server.Config.WriteTimeout = 300*time.Millisecond, 300*time.Millisecond
		server.Start()
		defer server.Close()
		defer w.stop(t) // first: the server waits for its streams
		url := server.URL + w.path(project.Vote) + "/flux?voir=quartiers"
		f := listen(t, url, "")
		if got := f.Header.Get("Content-Type"); f.StatusCode != 200 || got != "text/event-stream" || f.Header.Get("Content-Encoding") != "" || !strings.Contains(f.Header.Get("Cache-Control"), "no-store") {
			t.Fatalf("%d %v", f.StatusCode, f.Header)
		}
		name, first, data := f.next()
		if name != "counters" || !strings.Contains(data, `"total":3288`) || !strings.Contains(data, `"la-ruche":`) {
			t.Fatalf("%s %s %s", name, first, data)
		}
		last := first
		for range 2 { // the hub looks once a second, which is longer than the server's limits
			w.cast(t)
			name, id, data := f.next()
			if name != "counters" || id == last || strings.Contains(data, `"total":3288`) {
				t.Errorf("after a vote: %s %s %s", name, id, data)
			}
			last = id
		}
		if name, _, _ := listen(t, url, last).next(); name != "pulse" {
			t.Errorf("one who comes back in time is told %q", name)
		}
		if name, id, _ := listen(t, url, first).next(); name != "counters" || id != last {
			t.Errorf("one who comes back late is told %q %s", name, id)
		}
		w.stop(t)
		if name, _, _ := f.next(); name != "" {
			t.Errorf("after the stop: %s", name)
		}
		if res := listen(t, url, ""); res.StatusCode != 503 || res.Header.Get("Retry-After") == "" {
			t.Errorf("after the stop: %d", res.StatusCode)
		}
	})
}

func BenchmarkWall(b *testing.B) {
	w := serveWalls(b, demotest.Today.Open(b, db.SQLite))
	defer w.stop(b)
	for b.Loop() {
		r := httptest.NewRecorder()
		w.ServeHTTP(r, httptest.NewRequest(http.MethodGet, "http://localhost"+w.path(project.Vote), nil))
		if r.Code != http.StatusOK {
			b.Fatal(r.Code)
		}
	}
}

func TestStreamsOfWhatIsNotThereAreRefused(t *testing.T) {
	d := demotest.Today.Open(t, db.SQLite)
	w := serveWalls(t, d)
	defer w.stop(t)
	for path, want := range map[string]int{"/projets/rien/mur/flux": 404, w.path(project.Vote) + "/flux?voir=scores": 400} {
		if r, _ := get(t, w, "localhost", path); r.Code != want || !strings.HasPrefix(r.Header().Get("Content-Type"), "text/plain") {
			t.Errorf("%s: %d %v", path, r.Code, r.Header())
		}
	}
}

// TestAThousandListenersCostLittle opens their connections without reading them: what the server holds is what counts.
func TestAThousandListenersCostLittle(t *testing.T) {
	const listeners = 1000
	d := demotest.Today.Open(t, db.SQLite)
	w := serveWalls(t, d)
	server := httptest.NewServer(w)
	defer server.Close()
	defer w.stop(t)
	before, routines := inUse(), runtime.NumGoroutine()
	request := "GET " + w.path(project.Vote) + "/flux HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n"
	conns := make([]net.Conn, listeners)
	for i := range conns {
		c, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := io.WriteString(c, request); err != nil {
			t.Fatal(err)
		}
		conns[i] = c
	}
	for _, c := range conns {
		await(t, c, "event: counters")
	}
	if n := w.hub.Listeners(); n != listeners {
		t.Errorf("%d listen", n)
	}
	if grown := inUse() - before; grown > 60<<20 {
		t.Errorf("they take %d MB", grown>>20)
	} else {
		t.Logf("they take %.1f MB", float64(grown)/(1<<20))
	}
	if each := float64(runtime.NumGoroutine()-routines) / listeners; each > 2.1 { // net/http's two
		t.Errorf("%.1f goroutines each", each)
	}
	w.cast(t)
	for _, c := range conns {
		await(t, c, "event: counters")
	}
}

// await reads until a text has come.
func await(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	var got []byte
	part := make([]byte, 4096)
	for !strings.Contains(string(got), text) {
		n, err := c.Read(part)
		if err != nil {
			t.Fatalf("%v after %q", err, got)
		}
		got = append(got, part[:n]...)
	}
}

// inUse gives the bytes of heap and stacks that are in use.
func inUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}

func TestTheWallLivesInABrowser(t *testing.T) {
	d := demotest.Today.Open(t, db.SQLite)
	w := serveWalls(t, d)
	server := httptest.NewServer(w)
	defer server.Close()
	defer w.stop(t)
	b := browsertest.New(t)
	url := server.URL + w.path(project.Vote)
	for _, o := range []browsertest.Options{{Width: 320, Height: 740}, {Width: 1280, Height: 800, Dark: true}, {Width: 1920, Height: 1080}} {
		t.Run(fmt.Sprint(o.Width), func(t *testing.T) {
			p := b.Visit(t, url+"?voir=votants", o)
			for _, total := range []int{8_888, 88_888, 888_888} { // a large city's, in place of this one's
				if over := browsertest.Eval[int](p, fmt.Sprintf(`(() => {
					const total = document.querySelector(".wall-total");
					total.textContent = (%d).toLocaleString("fr");
					total.dataset.digits = String(%[1]d).length;
					return Math.max(total.scrollWidth - total.clientWidth, document.documentElement.scrollWidth - innerWidth);
				})()`, total)); over > 0 {
					t.Errorf("%d is %d px too wide", total, over)
				}
			}
			p = b.Visit(t, url, o)
			p.Axe(t)
			if wide := browsertest.Eval[int](p, "document.documentElement.scrollWidth"); wide > o.Width {
				t.Errorf("it is %d px wide", wide)
			}
			if high := browsertest.Eval[int](p, "document.documentElement.scrollHeight"); o.Width > 1000 && high > o.Height {
				t.Errorf("it does not fit a screen: %d px high", high)
			}
		})
	}
	still := b.Visit(t, url, browsertest.Options{NoJS: true})
	if got := still.Text(".wall-total"); got != "3\u202f288" {
		t.Errorf("without scripts: %q", got)
	}
	// A page of the present moment asks itself anew without scripts, as WCAG 2.2.1 allows for what happens in real time.
	for _, v := range still.Violations() {
		if v.ID != "meta-refresh" {
			t.Errorf("without scripts: %s: %s", v.ID, v.Help)
		}
	}

	p := b.Visit(t, url, browsertest.Options{})
	becomes := func(selector, wanted string) string { // the element's text once it is so
		return browsertest.Eval[string](p, fmt.Sprintf(`new Promise((done) => {
			const element = document.querySelector(%q);
			const look = () => { const text = element.textContent.trim(); if (%s) done(text); };
			new MutationObserver(look).observe(element, {childList: true, characterData: true, subtree: true});
			look();
		})`, selector, wanted))
	}
	if got := becomes(".wall-news", `text !== "" && !text.startsWith("Chiffres")`); got != "En direct" {
		t.Errorf("it says %q", got)
	}
	w.cast(t)
	if got := becomes(".wall-total", `text !== "3\u202f288"`); !slices.Contains([]string{"3\u202f289", "3\u202f290", "3\u202f291"}, got) {
		t.Errorf("after a vote: %q", got)
	}
	browsertest.Eval[struct{}](p, `(() => { const now = Date.now; Date.now = () => now() + 3600e3; })()`) // it has slept for an hour
	if got := becomes(".wall-news", `text.startsWith("Sans")`); !strings.HasPrefix(got, "Sans nouvelles depuis") || !strings.Contains(got, "\u00a0h\u00a0") {
		t.Errorf("after a sleep: %q", got)
	}
	if got := becomes(".wall-news", `text === "En direct"`); got != "En direct" { // it has come back by itself
		t.Errorf("awake: %q", got)
	}
}
