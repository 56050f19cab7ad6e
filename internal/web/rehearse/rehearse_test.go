package rehearse_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/rehearsal"
	"github.com/parvis-civic/parvis/internal/web"
	webdeposit "github.com/parvis-civic/parvis/internal/web/deposit"
	"github.com/parvis-civic/parvis/internal/web/office"
	"github.com/parvis-civic/parvis/internal/web/rehearse"
	"github.com/parvis-civic/parvis/internal/web/results"
	"github.com/parvis-civic/parvis/internal/web/site"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/internal/web/webtest"
)

var quiet = slog.New(slog.DiscardHandler)

// town is a server with two platforms, "ici", which answers localhost, and "ailleurs", an organiser of both, and an edition.
type town struct {
	t       *testing.T
	d       *db.DB
	here    platform.Platform
	address string // of the server
	edition string // slug
	runner  *jobs.Runner
}

const title = `Budget "2027" <script>alert(1)</script>`

func settle(t *testing.T, d *db.DB) *town {
	t.Helper()
	c := &town{t: t, d: d}
	var err error
	for _, slug := range []string{"ici", "ailleurs"} {
		p, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: slug, Name: "Ville d’" + slug})
		if err != nil {
			t.Fatal(err)
		}
		if slug == "ici" {
			c.here = p
		}
	}
	claire := webtest.Person("claire@exemple.fr", access.Organiser)
	people := webtest.People{By: map[string]account.Person{"claire": claire, "ana": webtest.Person("ana@exemple.fr"),
		"agent": webtest.Person("agent@exemple.fr", access.Analyst, access.Moderator, access.PollingAgent, access.Elected)}}
	editions := project.NewService(d)
	if c.edition, err = editions.Create(t.Context(), c.here, claire, project.New{Model: project.ModelSimple, Title: title, Population: 20_000, Language: i18n.FR}); err != nil {
		t.Fatal(err)
	}
	if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { // pictures are asked for, which rehearsals have to make
		view, err := project.LoadFor(ctx, tx, c.here.Key, claire.Roles, c.edition, tx.Now())
		if err != nil {
			return err
		}
		for _, step := range view.Steps {
			if step.Kind == project.Collect {
				form, err := deposit.FormOf(ctx, tx, c.here.Key, step.ID)
				if err != nil {
					return err
				}
				form.Picture = deposit.Required
				return deposit.SetForm(ctx, tx, c.here.Key, step.ID, form)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(nil)
	c.address = strings.Replace("http://"+s.Listener.Addr().String(), "127.0.0.1", "localhost", 1)
	pages, rehearsals := site.New(d, c.address), rehearsal.NewService(d, c.address)
	if s.Config.Handler, err = web.New(web.Options{Log: quiet, Platforms: pages, Static: ui.NewStatic(), People: people,
		Others: map[string]http.Handler{"GET /sitemap.xml": http.HandlerFunc(pages.SiteMap)},
		Routes: slices.Concat(pages.Routes(), results.New(d).Routes(), office.New(editions, webdeposit.Preview).Routes(), rehearse.New(rehearsals).Routes())}); err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(s.Close)
	c.runner = jobs.NewRunner(d, quiet, map[string]jobs.Handler{jobs.Driving: rehearsals.Handle})
	return c
}

// play does what is due; hurry lets what waits for its time be due.
func (c *town) play() {
	c.t.Helper()
	for range 1000 {
		c.hurry()
		n, err := c.runner.Turn(c.t.Context())
		if err != nil {
			c.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
	c.t.Fatal("it never ends")
}

func (c *town) hurry() {
	if err := c.d.Write(c.t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE jobs SET run_at = ? WHERE kind = ?`, db.Micros(tx.Now()), jobs.Driving)
		return err
	}); err != nil {
		c.t.Fatal(err)
	}
}

// answer is what came back.
type answer struct {
	*http.Response
	text string
}

// ask sends a request as somebody, by the name that their session has; headers are pairs.
func (c *town) ask(who, host, method, path string, form url.Values, headers ...string) answer {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.address+path, strings.NewReader(form.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Host = host
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if who != "" {
		r.AddCookie(&http.Cookie{Name: "parvis", Value: who})
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: time.Minute}
	got, err := client.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer{got, string(body)}
}

func (c *town) page(suffix string) string {
	return "/organisation/editions/" + c.edition + "/essai" + suffix
}

// start begins a rehearsal and gives what the paths of its pages begin with.
func (c *town) start() (prefix string) {
	c.t.Helper()
	if a := c.ask("claire", "localhost", "POST", c.page(""), url.Values{"pace": {"2"}}); a.StatusCode != http.StatusSeeOther {
		c.t.Fatalf("it does not begin: %d %s", a.StatusCode, a.text)
	}
	prefix = regexp.MustCompile(`/essai/[0-9a-f-]{36}`).FindString(c.ask("claire", "localhost", "GET", c.page(""), nil).text)
	if prefix == "" {
		c.t.Fatal("the page does not lead to the temporary platform")
	}
	return prefix
}

func TestNobodyElseComesToTheRehearsalOfAnEdition(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d)
		c.start()
		before := dbtest.Rows(t, d)
		for _, route := range rehearse.New(nil).Routes() {
			method, path := route.Method, strings.Replace(route.Path, "{edition}", c.edition, 1)
			if method == "" {
				method = http.MethodGet
			}
			form := url.Values{"pace": {"2"}}
			for _, who := range []string{"ana", "agent"} {
				if a := c.ask(who, "localhost", method, path, form); a.StatusCode != http.StatusForbidden || strings.Contains(a.text, "Budget") {
					t.Errorf("%s asks %s %s: %d", who, method, path, a.StatusCode)
				}
			}
			if a := c.ask("", "localhost", method, path, form); a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(a.Header.Get("Location"), web.SignInPath) {
				t.Errorf("nobody asks %s %s: %d", method, path, a.StatusCode)
			}
			if a := c.ask("claire", "ailleurs.localhost", method, path, form); a.StatusCode != http.StatusNotFound || strings.Contains(a.text, "Budget") {
				t.Errorf("an organiser of another platform asks %s %s: %d", method, path, a.StatusCode)
			}
			if method == http.MethodPost {
				if a := c.ask("claire", "localhost", method, path, form, "Sec-Fetch-Site", "cross-site"); a.StatusCode != http.StatusForbidden {
					t.Errorf("a form on another site posts to %s: %d", path, a.StatusCode)
				}
			}
		}
		if diff := cmp.Diff(before, dbtest.Rows(t, d)); diff != "" {
			t.Errorf("somebody else has changed something: %s", diff)
		}
	})
}

func TestTheFormSaysWhatIsWrongAndKeepsWhatWasTyped(t *testing.T) {
	c := settle(t, dbtest.Open(t, db.SQLite))
	for _, form := range []url.Values{{}, {"pace": {"3"}, "until": {"2027-01-01"}}, {"pace": {"10"}, "until": {"demain"}}} {
		a := c.ask("claire", "localhost", "POST", c.page(""), form)
		if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.text, `role="alert"`) || !strings.Contains(a.text, `value="`+form.Get("until")+`"`) {
			t.Errorf("%v: %d", form, a.StatusCode)
		}
	}
	c.start()
	if a := c.ask("claire", "localhost", "POST", c.page(""), url.Values{"pace": {"2"}}); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.text, "existe déjà") {
		t.Errorf("a second one: %d", a.StatusCode)
	}
}

var addresses = regexp.MustCompile(`(?:href|action|src|data-[a-z]+)="(/[^"]*)"`)

// What shows the temporary platform shows nothing else, takes nothing, and is found by nobody who was not told.
func TestTheTemporaryPlatformIsOnlyLookedAt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d)
		prefix := c.start()
		c.play()
		before := dbtest.Rows(t, d)
		seen := map[string]bool{}
		todo := []string{prefix + "/", prefix + "/en", prefix + "/projets/" + c.edition + "/resultats", prefix + "/projets/" + c.edition + "/propositions/1"}
		for len(todo) > 0 && len(seen) < 60 {
			path := strings.ReplaceAll(todo[0], "&amp;", "&")
			todo = todo[1:]
			if seen[path] {
				continue
			}
			seen[path] = true
			a := c.ask("claire", "localhost", "GET", path, nil)
			switch {
			case a.StatusCode == http.StatusMovedPermanently && strings.HasPrefix(a.Header.Get("Location"), prefix):
				continue
			case a.StatusCode == http.StatusForbidden || a.StatusCode == http.StatusNotFound:
			case a.StatusCode != http.StatusOK:
				t.Errorf("%s: %d", path, a.StatusCode)
			}
			if !strings.Contains(a.text, "rien n’est réel") && !strings.Contains(a.text, "nothing is real") {
				t.Errorf("%s does not say that nothing is real", path)
			}
			if !strings.Contains(a.Header.Get("X-Robots-Tag"), "noindex") || !strings.Contains(a.text, `content="noindex"`) {
				t.Errorf("%s is for search engines", path)
			}
			if strings.Contains(a.text, "<script>alert") || strings.Contains(a.text, "claire@") {
				t.Errorf("%s runs what was typed, or knows who looks", path)
			}
			if len(a.Cookies()) > 0 {
				t.Errorf("%s sets a cookie", path)
			}
			for _, m := range addresses.FindAllStringSubmatch(a.text, -1) {
				to, _, _ := strings.Cut(m[1], "#")
				switch {
				case strings.HasPrefix(to, prefix):
					todo = append(todo, to)
				case !strings.HasPrefix(to, "/assets/") && !strings.HasPrefix(to, "/branding."):
					t.Errorf("%s leads out of the rehearsal, to %s", path, to)
				}
			}
		}
		if len(seen) < 15 {
			t.Errorf("only %d pages were met", len(seen))
		}
		for _, path := range []string{"/plateformes", "/developer", "/donnees", "/projets/" + c.edition + "/mur", "/graphql", "/sitemap.xml"} {
			if a := c.ask("claire", "localhost", "GET", prefix+path, nil); a.StatusCode != http.StatusNotFound {
				t.Errorf("a rehearsal shows %s, which is the host's: %d", path, a.StatusCode)
			}
		}
		for _, path := range []string{"/connexion", "/projets/" + c.edition + "/vote", "/organisation"} {
			if a := c.ask("claire", "localhost", "POST", prefix+path, url.Values{"email": {"a@b.fr"}}); a.StatusCode != http.StatusMethodNotAllowed {
				t.Errorf("a form posts to %s: %d", path, a.StatusCode)
			}
		}
		if a := c.ask("claire", "localhost", "GET", prefix+"/organisation", nil); a.StatusCode != http.StatusForbidden || strings.Contains(a.text, "Budget") {
			t.Errorf("one organises there: %d", a.StatusCode)
		}
		for _, path := range []string{"/essai/" + strings.Repeat("0", 36) + "/", "/essai/", "/essai/ici/", "/essai/%2e%2e/", "/essai//"} {
			if a := c.ask("claire", "localhost", "GET", path, nil); a.StatusCode == http.StatusOK || strings.Contains(a.text, "rien n’est réel") {
				t.Errorf("a guess at %s: %d", path, a.StatusCode)
			}
		}
		token := strings.TrimPrefix(prefix, "/essai/")
		for _, path := range []string{"/", "/plateformes", "/sitemap.xml"} {
			for _, host := range []string{"localhost", "ailleurs.localhost", platform.RehearsalSlug + token + ".localhost"} {
				if a := c.ask("", host, "GET", path, nil); a.StatusCode != http.StatusOK || strings.Contains(a.text, token) || strings.Contains(a.text, "Budget") {
					t.Errorf("%s on %s tells of it: %d", path, host, a.StatusCode)
				}
			}
		}
		if diff := cmp.Diff(before, dbtest.Rows(t, d)); diff != "" {
			t.Errorf("looking has changed something: %s", diff)
		}
		if a := c.ask("claire", "localhost", "POST", c.page("/effacer"), nil); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("it is not erased: %d", a.StatusCode)
		}
		c.play()
		if a := c.ask("claire", "localhost", "GET", prefix+"/", nil); a.StatusCode != http.StatusNotFound {
			t.Errorf("it is there after it was erased: %d", a.StatusCode)
		}
	})
}
