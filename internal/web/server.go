// Package web answers browsers: it finds the platform of a host and the language of an address, renders pages, and keeps
// what every answer owes (identifier, log, safety headers, compression, validators). The pages themselves are in the
// packages of their readers, which hand their routes to New.
package web

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/a-h/templ"
	"github.com/klauspost/compress/gzhttp"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Platforms finds the platform that answers a host name ("ville.fr:8080"); false when none does.
type Platforms interface {
	ByHost(ctx context.Context, host string) (platform.Platform, bool, error)
	// Rehearsal finds the temporary platform of a token; false when there is none.
	Rehearsal(ctx context.Context, token string) (platform.Platform, bool, error)
	// Shown gives a platform as pages show it.
	Shown(p platform.Platform) ui.Platform
}

// Options are what a server is made of.
type Options struct {
	Log       *slog.Logger
	Platforms Platforms
	Static    *ui.Static
	People    People
	Tour      string // path of the guided tour of a demonstration; empty: there is none
	// Foot gives what the city wrote and the foot of every page leads to; may be nil.
	Foot func(ctx context.Context, p ui.Page, of platform.Platform) ([]ui.Link, error)
	// Patience is the least time in which a person fills a form in (Request.Human); 0: nobody looks at it.
	Patience time.Duration
	Routes   []Route
	// Others answer addresses that are no pages, by the pattern of net/http: "/graphql", "GET /healthz".
	Others map[string]http.Handler
	// AnyOrigin are the patterns of Others that browsers may post to from any site: what reads no cookie.
	AnyOrigin []string
	// Seen is told of every answer, for the metrics; may be nil. The pattern is the route's, "" when there was none.
	Seen func(pattern string, status int, took time.Duration)
}

// Route is a page, or a form that is sent: a pattern of net/http without method, in French path words, and what answers
// it. The same page in another language is under that language's prefix.
type Route struct {
	Method  string // "POST" for a form; empty for a page, which answers GET and HEAD
	Path    string
	Need    access.Action // what one must be allowed to do at some moment; the handler's service asks for this moment
	Largest int64         // bytes of a form's body; 0 is 1 MiB
	OfHost  bool          // it shows what a host alone has, a stream or the API, so that a rehearsal is without it
	Handle  Handler
}

// Handler parses a request, calls one service and returns what to show. Its errors become pages: a fault by its code,
// anything else as ours. A form that is refused is shown again with what was typed and its errors, as a View.
type Handler func(r *Request, p ui.Page) (View, error)

// View is what to show: a page, or another address to go to.
type View struct {
	Status int // 0 is 200
	Page   templ.Component
	Policy string // Content-Security-Policy; empty: the strict one
	// Geolocation lets the page ask the browser where it is.
	Geolocation bool
	// Moved is the page's real address, for one that is only almost right; Page is then not shown.
	Moved templ.SafeURL
	// Next is where a form leads once its work is done (303), so that reloading does not send it again.
	Next templ.SafeURL
	// File is what the browser keeps instead of showing it.
	File *File
	// Session is a new session's token, which the answer puts into the cookie; End takes the cookie away.
	Session string
	End     bool
}

// Form shows a form: for the first time, or again with what was typed and what is wrong with it.
func Form(page templ.Component, problems ui.Problems) View {
	v := View{Page: page}
	if len(problems) > 0 {
		v.Status = http.StatusUnprocessableEntity
	}
	return v
}

// Done leads from a form to a page that says that it is done, by a word of its address.
func Done(p ui.Page, path, word string) View { return View{Next: p.HrefWith(path, "fait", word)} }

// File is a file made for one person.
type File struct {
	Name, Type string
	Content    []byte
}

type server struct {
	Options
}

// New puts the routes together.
func New(o Options) (http.Handler, error) {
	s := &server{o}
	mux := http.NewServeMux()
	within := http.NewServeMux() // the pages of a rehearsal
	within.HandleFunc("/", s.notFound)
	mux.HandleFunc("GET "+platform.RehearsalPath+"{token}/{rest...}", s.rehearsal(within))
	mux.Handle("GET /assets/", o.Static)
	for pattern, h := range o.Others {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			eventOf(r).pattern = r.Pattern
			h.ServeHTTP(w, r)
		})
	}
	for _, route := range o.Routes {
		if route.Need == 0 {
			return nil, fmt.Errorf("route %s %s does not say what it needs", route.Method, route.Path)
		}
		for _, lang := range i18n.Langs {
			mux.HandleFunc(cmp.Or(route.Method, http.MethodGet)+" "+InLanguage(lang, route.Path), s.page(lang, route))
			if route.Method == "" && !route.OfHost {
				within.HandleFunc(http.MethodGet+" "+InLanguage(lang, route.Path), s.page(lang, route))
			}
		}
	}
	mux.HandleFunc("/", s.notFound)
	compress, err := gzhttp.NewWrapper(gzhttp.EnableZstd(true), gzhttp.PreferZstd(true), gzhttp.ContentTypes([]string{
		"text/html", "text/css", "text/plain", "text/csv", "text/javascript", "application/json", "application/graphql-response+json", "image/svg+xml",
	}))
	if err != nil {
		return nil, err
	}
	crossOrigin := http.NewCrossOriginProtection()
	for _, pattern := range o.AnyOrigin {
		crossOrigin.AddInsecureBypassPattern(pattern)
	}
	return s.observing(safe(s.readable(compress(crossOrigin.Handler(s.recovering(s.branding(mux))))))), nil
}

// readable refuses an address that is no text: no database takes it, and nobody typed it.
func (s *server) readable(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query, err := url.QueryUnescape(r.URL.RawQuery)
		if text := r.URL.Path + query; err != nil || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			http.Error(w, "Parvis: 400", http.StatusBadRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// InLanguage puts the prefix of a language before a pattern's path; French has none.
func InLanguage(lang i18n.Lang, path string) string {
	switch {
	case lang == i18n.FR:
		return path
	case path == "/{$}":
		return "/" + string(lang)
	}
	return "/" + string(lang) + path
}

// languageOf tells the language of an address and its path without the prefix.
func languageOf(path string) (i18n.Lang, string) {
	first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if lang, ok := i18n.Parse(first); ok && string(lang) == first && lang != i18n.FR {
		return lang, "/" + rest
	}
	return i18n.FR, path
}

// branding answers /branding.HASH.css with the colours of the host's platform.
func (s *server) branding(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/branding.") || !reads(r) {
			next.ServeHTTP(w, r)
			return
		}
		of, ok, err := s.Platforms.ByHost(r.Context(), r.Host)
		if err != nil {
			Refuse(w, r, err)
			return
		}
		shown := s.Platforms.Shown(of)
		if !ok || r.URL.Path != shown.BrandingURL() {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		_, _ = w.Write([]byte(shown.BrandingCSS()))
	})
}

// page answers with a page in a language.
func (s *server) page(lang i18n.Lang, route Route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		eventOf(r).pattern = r.Pattern
		p, of, ok, err := s.requested(r, lang)
		if err != nil {
			s.failed(w, r, p, err)
			return
		}
		if !ok {
			s.show(w, r, View{Status: http.StatusNotFound, Page: notFoundPage(p, p.T("web.not_found.why"))})
			return
		}
		request := &Request{Request: r, Platform: of, people: s.People, patience: s.Patience}
		r = r.WithContext(account.WithNetwork(r.Context(), request.From()))
		request.Request = r
		defer func() {
			if r.MultipartForm != nil { // net/http cleans up after its own request, of which this is a copy
				_ = r.MultipartForm.RemoveAll()
			}
		}()
		view, err := s.answer(w, request, &p, route)
		if err != nil {
			s.failed(w, r, p, err)
			return
		}
		request.keep(w, view)
		if view.File != nil {
			w.Header().Set("Content-Type", view.File.Type)
			w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": view.File.Name}))
			w.Header().Set("Cache-Control", "no-store")
			_, _ = w.Write(view.File.Content)
			return
		}
		if view.Next != "" {
			w.Header().Set("Cache-Control", "no-store")
			http.Redirect(w, r, string(view.Next), http.StatusSeeOther)
			return
		}
		if view.Moved != "" {
			w.Header().Set("Cache-Control", "no-cache") // a title may change again, and a browser must not go round in circles
			http.Redirect(w, r, string(view.Moved), http.StatusMovedPermanently)
			return
		}
		s.show(w, r, view)
	}
}

// requested is the request as templates see it, and its platform; false when none answers the host, or not in this language.
func (s *server) requested(r *http.Request, lang i18n.Lang) (ui.Page, platform.Platform, bool, error) {
	_, path := languageOf(r.URL.Path)
	p := ui.Page{Static: s.Static, Path: path, Query: r.URL.RawQuery, RequestID: eventOf(r).id, Shown: time.Now(), Locale: i18n.For(lang, nil),
		Platform: ui.Platform{Name: "Parvis", Languages: i18n.Langs}}
	of, ok := rehearsed(r)
	if !ok {
		var err error
		if of, ok, err = s.Platforms.ByHost(r.Context(), r.Host); err != nil || !ok {
			return p, of, false, err
		}
	}
	eventOf(r).platform = of.Slug
	p.Platform, p.Locale = s.Platforms.Shown(of), i18n.For(lang, of.Zone)
	if of.Kind == platform.City {
		p.Tour = s.Tour
	}
	if s.Foot != nil && p.Platform.Prefix == "" {
		var err error
		if p.Foot, err = s.Foot(r.Context(), p, of); err != nil {
			return p, of, false, err
		}
	}
	return p, of, slices.Contains(p.Platform.Languages, lang), nil
}

// reads says whether a request asks for something and changes nothing.
func reads(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// notFound answers where there is no route: an address with a slash too many goes to the right one. What takes more than
// reading has a route, so here every other method is refused.
func (s *server) notFound(w http.ResponseWriter, r *http.Request) {
	if !reads(r) {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Parvis: 405", http.StatusMethodNotAllowed)
		return
	}
	if path := strings.TrimRight(r.URL.Path, "/"); path != r.URL.Path && path != "" {
		to := url.URL{Path: prefixOf(r) + "/" + strings.TrimLeft(path, "/"), RawQuery: r.URL.RawQuery}
		http.Redirect(w, r, to.String(), http.StatusMovedPermanently)
		return
	}
	s.absent(w, r)
}

// absent says that there is no such page.
func (s *server) absent(w http.ResponseWriter, r *http.Request) {
	lang, _ := languageOf(r.URL.Path)
	p, _, _, err := s.requested(r, lang)
	if err != nil {
		s.failed(w, r, p, err)
		return
	}
	s.show(w, r, View{Status: http.StatusNotFound, Page: notFoundPage(p, p.T("web.not_found.why"))})
}

// statusOf is the one table from a fault's code to a status.
var statusOf = map[fault.Code]int{
	fault.Invalid: http.StatusBadRequest, fault.NotFound: http.StatusNotFound, fault.Forbidden: http.StatusForbidden,
	fault.Conflict: http.StatusConflict, fault.Closed: http.StatusForbidden, fault.Limited: http.StatusTooManyRequests,
	fault.Unavailable: http.StatusServiceUnavailable, fault.Internal: http.StatusInternalServerError,
}

// failed shows an error: in its own words when it is a fault, as ours otherwise.
func (s *server) failed(w http.ResponseWriter, r *http.Request, p ui.Page, err error) {
	status := statusOf[fault.CodeOf(err)]
	switch status {
	case http.StatusNotFound:
		s.show(w, r, View{Status: status, Page: notFoundPage(p, p.Fault(err))})
	case http.StatusInternalServerError:
		eventOf(r).err = err
		s.show(w, r, View{Status: status, Page: brokenPage(p, p.T("web.broken.title"), p.T("web.broken.why"))})
	default:
		s.show(w, r, View{Status: status, Page: brokenPage(p, p.T("web.refusal.title"), p.Fault(err))})
	}
}
