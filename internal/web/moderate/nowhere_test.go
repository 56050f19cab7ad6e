package moderate_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/web"
	webdeposit "github.com/parvis-civic/parvis/internal/web/deposit"
	"github.com/parvis-civic/parvis/internal/web/site"
)

// words are what the removed proposal alone says, in each of its parts.
var removedWords = []string{"quetzalcoatl", "xylophoniste", "wapitiform"}

// A removed text appears nowhere: every page of every route that reads, filled with the addresses of this edition, the map of
// the site, the API and the e-mails, as each role, after the act.
func TestARemovedTextAppearsNowhere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d, 0)
		c.propose("bob", "Une fontaine", "De l’eau.")
		p := c.propose("ana", "Quetzalcoatl sur la place", "Un xylophoniste\n\nwapitiforme, dit-on.")
		pages := site.New(d, "http://localhost")
		var routes []web.Route
		routes = append(routes, pages.Routes()...)
		routes = append(routes, webdeposit.New(d, deposit.NewService(d)).Routes()...)
		fill := strings.NewReplacer("{project}", budget, "{proposal}", fmt.Sprint(p.Number), "{$}", "", "{question}", "q", "{kind}", "projet", "{id}", p.ID.String())
		var paths []string
		for _, route := range routes {
			if path := fill.Replace(route.Path); route.Method == "" && !strings.Contains(path, "{") {
				paths = append(paths, path, "/en"+path)
			}
		}
		paths = append(paths, "/sitemap.xml", "/contributions-retirees", "/en/contributions-retirees", "/signaler/projet/"+p.ID.String(), "/mon-espace", "/projets/"+budget+"/propositions?q=quetzalcoatl",
			"/projets/"+budget+"/propositions/"+fmt.Sprint(p.Number)+"-"+p.Slug)
		api := func() string {
			const query = `{"query":"{ projects { edges { node { steps { ... on CollectStep { proposals { edges { node { ...all } } } trashed: proposals(trashedStatus: TRASHED) { edges { node { ...all } } } } } } } } } fragment all on Proposal { number title body bodyText summary url trashedReason author { username } }"}`
			r := httptest.NewRequestWithContext(t.Context(), "POST", "http://localhost/graphql", strings.NewReader(query))
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			c.h.ServeHTTP(w, r)
			return w.Body.String()
		}
		readers := []string{"", "bob"}
		for name := range c.who {
			if name != "ana" && name != "bob" && name != "claire" && name != "denis" {
				readers = append(readers, name)
			}
		}
		said := func(who, path string) (found []string, status int) {
			status, _, text := c.ask(who, "localhost", "GET", path, nil)
			text = strings.ToLower(text)
			if strings.Contains(path, "?q=") { // the page repeats what was searched
				text = strings.ReplaceAll(text, "quetzalcoatl\"", "")
				text = strings.ReplaceAll(text, "q=quetzalcoatl", "")
			}
			for _, w := range removedWords {
				if strings.Contains(text, w) {
					found = append(found, w)
				}
			}
			return found, status
		}
		before := 0
		for _, path := range paths {
			if found, _ := said("", path); len(found) > 0 {
				before++
			}
		}
		if before < 5 {
			t.Fatalf("only %d of %d pages say it before the act, so that this proves nothing", before, len(paths))
		}
		if text := strings.ToLower(api()); !containsAny(text, removedWords) {
			t.Fatalf("the API does not say it before the act: %s", text)
		}
		if status, _, _ := c.ask("bob", "localhost", "POST", "/signaler/projet/"+p.ID.String(), url.Values{"reason": {"insult"}}); status != http.StatusSeeOther {
			t.Fatal(status)
		}
		jobs := c.jobs()
		one := first(t, caseHref, c.get("claire", "/moderation"))
		if status, _, _ := c.ask("claire", "localhost", "POST", one, url.Values{"act": {"hide"}, "reason": {"insult"}, "version": {first(t, versions, c.get("claire", one))}}); status != http.StatusSeeOther {
			t.Fatal(status)
		}
		for _, path := range paths {
			for _, who := range readers {
				found, status := said(who, path)
				if len(found) > 0 && !strings.Contains(path, "?q=") {
					t.Errorf("%s as %q says %v", path, who, found)
				}
				if strings.Contains(path, "?q=") && len(found) > 0 && who == "" {
					if _, _, text := c.ask(who, "localhost", "GET", path, nil); strings.Contains(text, p.Slug) || strings.Contains(text, "xylophoniste") {
						t.Errorf("a search finds it")
					}
				}
				if status >= 500 {
					t.Errorf("%s as %q: %d", path, who, status)
				}
			}
		}
		if text := strings.ToLower(api()); containsAny(text, removedWords) {
			t.Errorf("the API says it: %s", text)
		}
		for _, body := range c.jobs()[len(jobs):] {
			if containsAny(strings.ToLower(body), removedWords) {
				t.Errorf("an e-mail says it: %s", body)
			}
		}
	})
}

func containsAny(text string, words []string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// jobs are what waits behind commits, in the order in which it was written.
func (c *town) jobs() (list []string) {
	c.t.Helper()
	err := c.d.Read(c.t.Context(), func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT j.body FROM jobs j ORDER BY j.created_at, j.id`)
		list, err = db.Collect(rows, err, func(r *sql.Rows, body *string) error { return r.Scan(body) })
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return list
}
