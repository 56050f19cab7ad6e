package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/run"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/site"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/internal/web/webtest"
)

var parameter = regexp.MustCompile(`\{[a-z]+\}`)

// The matrix is made from the table of routes: whoever adds one says what it needs, or nothing starts, and access alone
// decides who gets past. Here nothing exists that the addresses name, so who gets past is told so, and never that the server
// failed.
func TestEveryRouteAsksAccessForEveryRole(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	if _, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: "ville"}); err != nil {
		t.Fatal(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	h := &house{db: d, url: "http://localhost", mailbox: true, group: run.New(quiet)}
	pages := site.New(d, h.url)
	who := map[string]account.Person{"": {}} // each has one role alone
	for _, role := range append([]access.Role{access.Resident}, access.All()...) {
		who[role.String()] = webtest.Person(role.String()+"@ville.example", role)
	}
	routes := h.routes(pages, account.NewService(d))
	all, err := web.New(web.Options{Log: quiet, Platforms: pages, Static: ui.NewStatic(), People: webtest.People{By: who}, Routes: routes})
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, route := range routes {
		path := strings.ReplaceAll(parameter.ReplaceAllString(route.Path, "absent"), "{$}", "")
		method := route.Method
		if method == "" {
			method = http.MethodGet
		}
		for name, person := range who {
			r := httptest.NewRequestWithContext(t.Context(), method, "http://localhost"+path, strings.NewReader(url.Values{"absent": {"1"}}.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if name != "" {
				r.AddCookie(&http.Cookie{Name: "parvis", Value: name})
			}
			w := httptest.NewRecorder()
			all.ServeHTTP(w, r)
			asked++
			toSignIn := w.Code == http.StatusSeeOther && strings.HasPrefix(w.Header().Get("Location"), web.SignInPath+"?suite") || w.Code == http.StatusSeeOther && w.Header().Get("Location") == web.SignInPath
			switch may := person.Roles.Ever(route.Need); {
			case w.Code >= 500:
				t.Errorf("%s %s as %q: %d", method, path, name, w.Code)
			case !may && name == "" && !toSignIn:
				t.Errorf("%s %s as nobody: %d to %s, want to sign in", method, path, w.Code, w.Header().Get("Location"))
			case !may && name != "" && w.Code != http.StatusForbidden:
				t.Errorf("%s %s as %q: %d, want 403", method, path, name, w.Code)
			case may && name != "" && toSignIn:
				t.Errorf("%s %s as %q is sent to sign in", method, path, name)
			}
		}
	}
	if asked < 500 {
		t.Errorf("the matrix has only %d cells", asked)
	}
	if _, err := web.New(web.Options{Log: quiet, Platforms: pages, Static: ui.NewStatic(), Routes: []web.Route{{Path: "/porte"}}}); err == nil {
		t.Error("a route that does not say what it needs is served")
	}
}
