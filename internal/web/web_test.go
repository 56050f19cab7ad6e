package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// hosts answers by host name, as the platforms do.
type hosts map[string]platform.Platform

func (h hosts) ByHost(_ context.Context, host string) (platform.Platform, bool, error) {
	if host == "broken.example" {
		return platform.Platform{}, false, errors.New("the database is gone")
	}
	p, ok := h[host]
	return p, ok, nil
}

func (hosts) Rehearsal(_ context.Context, token string) (platform.Platform, bool, error) {
	p := platform.Platform{Slug: platform.RehearsalSlug + "secret", Name: "La Ville", Kind: platform.Rehearsal, Languages: []string{"fr", "en"}}
	return p, token == "secret", nil
}

func (hosts) Shown(p platform.Platform) ui.Platform {
	shown := ui.Platform{Slug: p.Slug, Name: p.Name, Accent: p.Accent}
	for _, lang := range p.Languages {
		shown.Languages = append(shown.Languages, i18n.Lang(lang))
	}
	return shown
}

var both = hosts{
	"ville.example":   {Slug: "ville", Name: "La Ville", Languages: []string{"fr", "en"}, Accent: "#b8452f"},
	"village.example": {Slug: "village", Name: "Le Village", Languages: []string{"fr"}},
}

// colours is the address of the colours of La Ville.
var colours = both.Shown(both["ville.example"]).BrandingURL()

func site(t *testing.T) (http.Handler, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	fails := func(err error) Handler {
		return func(*Request, ui.Page) (View, error) { return View{}, err }
	}
	h, err := New(Options{
		Log: slog.New(slog.NewJSONHandler(&log, nil)), Platforms: both, Static: ui.NewStatic(),
		Routes: []Route{
			{Path: "/{$}", Need: access.Visit, Handle: func(_ *Request, p ui.Page) (View, error) { return View{Page: hello(p, "accueil")}, nil }},
			{Path: "/projets/{project}", Need: access.Visit, Handle: func(r *Request, p ui.Page) (View, error) {
				return View{Page: hello(p, r.PathValue("project"))}, nil
			}},
			{Path: "/ancien", Need: access.Visit, Handle: func(_ *Request, p ui.Page) (View, error) { return View{Moved: p.Href("/projets/neuf")}, nil }},
			{Path: "/absent", Need: access.Visit, Handle: fails(fault.New(fault.NotFound, "fault.not_found"))},
			{Path: "/interdit", Need: access.Visit, Handle: fails(fault.New(fault.Forbidden, "fault.forbidden"))},
			{Path: "/casse", Need: access.Visit, Handle: fails(errors.New("secret detail"))},
			{Path: "/panique", Need: access.Visit, Handle: func(*Request, ui.Page) (View, error) { panic("secret panic") }},
			{Path: "/moitie", Need: access.Visit, Handle: func(*Request, ui.Page) (View, error) {
				return View{Page: templ.ComponentFunc(func(context.Context, io.Writer) error { return errors.New("secret template") })}, nil
			}},
		},
		Others: map[string]http.Handler{"POST /graphql": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") })},
	})
	if err != nil {
		t.Fatal(err)
	}
	return h, &log
}

// hello is a page long enough to be compressed.
func hello(p ui.Page, text string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return ui.Frame(p, ui.Head{Title: text}).Render(templ.WithChildren(ctx, templ.Raw("<h1>"+text+strings.Repeat(" pierre", 300)+"</h1>")), w)
	})
}

func TestRequests(t *testing.T) {
	for _, c := range []struct {
		name, method, target, host string
		headers                    map[string]string
		status                     int
		want, not                  []string
		header                     map[string]string
	}{
		{name: "home in French", target: "/", status: 200, want: []string{`<html lang="fr">`, "La Ville", `href="/en"`}, header: map[string]string{"Cache-Control": "no-cache"}},
		{name: "home in English", target: "/en", status: 200, want: []string{`<html lang="en">`, `href="/"`}},
		{name: "the same page in the other language, with its query", target: "/projets/un?tri=votes", status: 200, want: []string{`href="/en/projets/un?tri=votes"`}},
		{name: "a page in English", target: "/en/projets/un", status: 200, want: []string{`<html lang="en">`, `href="/projets/un"`}},
		{name: "a language that the platform does not speak", target: "/en", host: "village.example", status: 404, want: []string{`<html lang="en">`}},
		{name: "a host that nobody claims", target: "/", host: "other.example", status: 404, not: []string{"La Ville", "Le Village"}},
		{name: "the database is gone", target: "/", host: "broken.example", status: 500, want: []string{"de notre côté"}, not: []string{"database"}},
		{name: "nothing there", target: "/rien", status: 404, want: []string{"Il n’y a rien à cette adresse", `href="/#projets"`}, header: map[string]string{"Cache-Control": "no-store", "ETag": ""}},
		{name: "nothing there, in English", target: "/en/nothing", status: 404, want: []string{"There is nothing at this address"}},
		{name: "a slash too many", target: "/projets/un/?a=1", status: 301, header: map[string]string{"Location": "/projets/un?a=1"}},
		{name: "slashes that would leave the host", target: "//elsewhere.example/", status: 307, header: map[string]string{"Location": "/elsewhere.example/"}},
		{name: "moved", target: "/en/ancien", status: 301, header: map[string]string{"Location": "/en/projets/neuf", "Cache-Control": "no-cache"}},
		{name: "a fault that it is not there", target: "/absent", status: 404},
		{name: "a fault in its own words", target: "/interdit", status: 403, want: []string{"Vous n’avez pas accès"}},
		{name: "an error of ours", target: "/casse", status: 500, want: []string{"de notre côté"}, not: []string{"secret"}},
		{name: "a panic", target: "/panique", status: 500, want: []string{"de notre côté"}, not: []string{"secret"}},
		{name: "a template that fails", target: "/moitie", status: 500, not: []string{"secret"}},
		{name: "a form from elsewhere", method: "POST", target: "/graphql", headers: map[string]string{"Sec-Fetch-Site": "cross-site"}, status: 403},
		{name: "a form from here", method: "POST", target: "/graphql", headers: map[string]string{"Sec-Fetch-Site": "same-origin"}, status: 200},
		{name: "a cookie makes it private", target: "/", headers: map[string]string{"Cookie": "a=b"}, status: 200, header: map[string]string{"Cache-Control": "private, no-cache"}},
		{name: "the colours of the platform", target: colours, status: 200, want: []string{"--brand-accent:light-dark("}, header: map[string]string{"Cache-Control": "public, max-age=31536000, immutable"}},
		{name: "the colours, without their text", method: "HEAD", target: colours, status: 200, header: map[string]string{"Content-Type": "text/css; charset=utf-8"}},
		{name: "the colours while the database is gone", target: colours, host: "broken.example", status: 500, not: []string{"database"}},
		{name: "a page without its text", method: "HEAD", target: "/projets/un", status: 200},
		{name: "a form to a page", method: "POST", target: "/projets/un", status: 405, header: map[string]string{"Allow": "GET, HEAD"}},
		{name: "another method on a page", method: "DELETE", target: "/en", status: 405, header: map[string]string{"Allow": "GET, HEAD"}},
		{name: "the list of projects of the home page in English", target: "/en", status: 200, want: []string{`href="/en#projets"`}},
		{name: "an address with a byte of nothing", target: "/projets/%00", status: 400},
		{name: "the colours of another platform", target: colours, host: "village.example", status: 404},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, log := site(t)
			method, host := c.method, c.host
			if method == "" {
				method = "GET"
			}
			if host == "" {
				host = "ville.example"
			}
			r := httptest.NewRequest(method, "http://"+host+c.target, nil)
			for k, v := range c.headers {
				r.Header.Set(k, v)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != c.status {
				t.Errorf("status %d, want %d", w.Code, c.status)
			}
			for _, s := range c.want {
				if !strings.Contains(w.Body.String(), s) {
					t.Errorf("%q is missing in %s", s, w.Body)
				}
			}
			for _, s := range c.not {
				if strings.Contains(w.Body.String(), s) {
					t.Errorf("%q is in %s", s, w.Body)
				}
			}
			for k, v := range c.header {
				if got := w.Header().Get(k); got != v {
					t.Errorf("%s: %q, want %q", k, got, v)
				}
			}
			for k, v := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Content-Security-Policy": strictPolicy} {
				if got := w.Header().Get(k); got != v {
					t.Errorf("%s: %q, want %q", k, got, v)
				}
			}
			var line struct {
				Request string
				Status  int
			}
			if err := json.Unmarshal(log.Bytes(), &line); err != nil {
				t.Fatalf("the log is not one line of JSON: %v: %s", err, log)
			}
			if line.Status != c.status || line.Request == "" || line.Request != w.Header().Get("X-Request-Id") {
				t.Errorf("logged %+v", line)
			}
		})
	}
}

func TestUnchangedPageIsNotSentAgain(t *testing.T) {
	h, _ := site(t)
	get := func(host, target, tag string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", "http://"+host+target, nil)
		if tag != "" {
			r.Header.Set("If-None-Match", tag)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	first := get("ville.example", "/", "")
	tag := first.Header().Get("ETag")
	if tag == "" {
		t.Fatal("no validator")
	}
	if again := get("ville.example", "/", `"other", `+tag); again.Code != 304 || again.Body.Len() != 0 || again.Header().Get("ETag") != tag {
		t.Errorf("the same page again: %d, %d bytes", again.Code, again.Body.Len())
	}
	if other := get("ville.example", "/projets/un", tag); other.Code != 200 {
		t.Errorf("another page with that validator: %d", other.Code)
	}
}

func TestPagesAreCompressed(t *testing.T) {
	h, _ := site(t)
	r := httptest.NewRequest("GET", "http://ville.example/", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Header().Get("Content-Encoding") != "gzip" || !strings.Contains(strings.Join(w.Header().Values("Vary"), ","), "Accept-Encoding") {
		t.Fatalf("headers: %v", w.Header())
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if page, err := io.ReadAll(z); err != nil || !strings.Contains(string(page), "accueil") {
		t.Errorf("unpacked: %v %s", err, page)
	}
}

func TestAssetsNeverChangeUnderTheirAddress(t *testing.T) {
	h, _ := site(t)
	static := ui.NewStatic()
	for _, name := range static.Names() {
		r := httptest.NewRequest("GET", "http://ville.example"+static.URL(name), nil)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 200 || w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" || w.Header().Get("Content-Type") == "" {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "http://ville.example/assets/parvis.css", nil))
	if w.Code != 404 {
		t.Errorf("a name without hash answers %d", w.Code)
	}
}
