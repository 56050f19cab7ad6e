package results_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/demo"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/results"
	"github.com/parvis-civic/parvis/internal/web/site"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Editions of the demonstration: the one whose winners are known, and the one where people vote.
const (
	lastYear = "/projets/budget-participatif-2025"
	thisYear = "/projets/budget-participatif-2026"
)

// demoDay is the day of the fictional city's clock in these tests: its last edition is of 2025, this one of 2026.
var demoDay = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

// serveDemo gives the pages over the fictional city.
func serveDemo(t testing.TB, d *db.DB) http.Handler {
	t.Helper()
	if err := demo.Build(t.Context(), d, demoDay, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	s, of := site.New(d, "http://localhost:8080"), results.New(d)
	h, err := web.New(web.Options{Log: slog.New(slog.DiscardHandler), Platforms: s, Static: ui.NewStatic(), Routes: slices.Concat(s.Routes(), of.Routes()), Others: map[string]http.Handler{
		"GET /projets/{project}/resultats/bulletins.pb": http.HandlerFunc(of.Ballots)}})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// get asks for a page and gives it with the number of statements that it took.
func get(t *testing.T, h http.Handler, host, path string) (*httptest.ResponseRecorder, int64) {
	t.Helper()
	ctx, n := db.CountStatements(t.Context())
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "http://"+host+path, nil))
	return w, n.Load()
}

var tags = regexp.MustCompile(`<[^>]*>`)

// words is what a page says, without its tags.
func words(body string) string { return tags.ReplaceAllString(body, " ") }
