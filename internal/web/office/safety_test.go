package office_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web/office"
)

// addresses are all the pages and forms of an edition.
func addresses(edition string) (list [][2]string) {
	for _, r := range office.New(project.NewService(nil), nil).Routes() {
		method := r.Method
		if method == "" {
			method = http.MethodGet
		}
		list = append(list, [2]string{method, strings.Replace(r.Path, "/organisation/editions/{edition}", edition, 1)})
	}
	return list
}

func TestNobodyElseEntersTheOffice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d)
		claire := c.as("localhost", organiser)
		edition := claire.draft("simple", "Budget 2027")
		resident, nobody := c.as("localhost", "ana@exemple.fr"), c.client("localhost")
		agent := "agent@exemple.fr"
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := account.Give(ctx, tx, c.here.Key, agent, i18n.FR, []access.Role{access.Analyst, access.Moderator, access.Elected}, ids.ID{})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		other := c.as("localhost", agent)
		elsewhere := c.as("ailleurs.localhost", organiser)
		before := state(t, d)
		for _, a := range addresses(edition) {
			for name, v := range map[string]*client{"a resident": resident, "an agent": other} {
				if got := v.ask(a[0], a[1], url.Values{"title": {"X"}}); got.StatusCode != http.StatusForbidden || strings.Contains(got.text, "Budget 2027") {
					t.Errorf("%s asks %s %s: %d", name, a[0], a[1], got.StatusCode)
				}
			}
			if got := nobody.ask(a[0], a[1], nil); got.StatusCode != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), "/connexion") {
				t.Errorf("nobody asks %s %s: %d to %s", a[0], a[1], got.StatusCode, got.Header.Get("Location"))
			}
			if got := elsewhere.ask(a[0], a[1], url.Values{"title": {"X"}, "summary": {"X"}}); strings.HasPrefix(a[1], edition) && got.StatusCode != http.StatusNotFound && got.StatusCode != http.StatusUnprocessableEntity {
				t.Errorf("an organiser of another platform asks %s %s: %d", a[0], a[1], got.StatusCode)
			} else if strings.Contains(got.text, "Budget 2027") {
				t.Errorf("an organiser of another platform reads %s", a[1])
			}
			if a[0] == http.MethodPost {
				if got := claire.ask(a[0], a[1], url.Values{"title": {"X"}, "summary": {"X"}, "sure": {"yes"}}, "Sec-Fetch-Site", "cross-site"); got.StatusCode != http.StatusForbidden {
					t.Errorf("a form on another site posts to %s: %d", a[1], got.StatusCode)
				}
			}
		}
		if after := state(t, d); after != before {
			t.Errorf("somebody else changed something:\n%s\nwas\n%s", after, before)
		}
		page := strings.Replace(edition, "/organisation/editions/", "/projets/", 1)
		for name, v := range map[string]*client{"a resident": resident, "an agent": other, "nobody": nobody} {
			if got := v.ask("GET", page, nil); got.StatusCode != http.StatusNotFound {
				t.Errorf("%s looks at the draft's public page: %d", name, got.StatusCode)
			}
		}
		for _, path := range []string{"/", "/sitemap.xml", "/projets/budget-2027/reglement"} {
			if got := nobody.ask("GET", path, nil); strings.Contains(got.text, "Budget 2027") {
				t.Errorf("%s shows the draft to everybody", path)
			}
		}
	})
}

// state is what organisers write.
func state(t *testing.T, d *db.DB) string {
	var text strings.Builder
	for platform, tables := range dbtest.Rows(t, d) {
		for _, name := range []string{"project", "step", "rulebook", "edition_plan", "district", "category", "theme", "project_theme", "deposit_form", "journal_pending"} {
			if platform == 1 {
				fmt.Fprintln(&text, name, tables[name])
			}
		}
	}
	return text.String()
}

func TestWhatIsTypedIsKeptAndNeverRuns(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d)
		v := c.as("localhost", organiser)
		script := `<script>alert("1")</script>`
		edition := v.draft("simple", "Budget "+script)
		form := fields(t, v.ask("GET", edition+"/reglement", nil).text)
		form.Set("vote.who.minimum_age", "seize")
		form.Set("article.title.fr", script)
		form.Set("article.body.fr", script)
		form.Set("deposit.per_person", "7")
		a := v.ask("POST", edition+"/reglement", form)
		again := fields(t, a.text)
		if a.StatusCode != http.StatusUnprocessableEntity || again.Get("deposit.per_person") != "7" || again.Get("article.body.fr") != script || again.Get("vote.who.minimum_age") != "seize" {
			t.Errorf("a form that was refused: %d, %v", a.StatusCode, again)
		}
		form.Set("vote.who.minimum_age", "16")
		if a := v.ask("POST", edition+"/reglement", form); a.StatusCode != http.StatusSeeOther {
			t.Errorf("refused: %s", a.text)
		}
		v.ask("POST", edition+"/presentation", url.Values{"title": {"Budget " + script}, "summary": {script}})
		steps := fields(t, v.ask("GET", edition+"/calendrier", nil).text)
		steps.Set("steps[0].title", script)
		steps.Set("do", "save")
		v.ask("POST", edition+"/calendrier", steps)
		slug := edition[strings.LastIndexByte(edition, '/')+1:]
		for _, path := range []string{edition, edition + "/presentation", edition + "/calendrier", edition + "/reglement", "/projets/" + slug, "/projets/" + slug + "/reglement", "/organisation"} {
			if got := v.ask("GET", path, nil); got.StatusCode != 200 || strings.Contains(got.text, "<script>alert") {
				t.Errorf("%s: %d, a script that was typed is in the page", path, got.StatusCode)
			}
		}
		if got := v.ask("GET", "/projets/"+slug+"/reglement", nil); !strings.Contains(got.text, "&lt;script&gt;") {
			t.Error("the article is not in the règlement, so that it proves nothing")
		}
	})
}

func TestStepsAreAddedMovedAndTakenOutWithoutSaving(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d)
		v := c.as("localhost", organiser)
		path := v.draft("simple", "Budget 2027") + "/calendrier"
		form := fields(t, v.ask("GET", path, nil).text)
		before := state(t, d)
		for _, c := range []struct{ do, rows, first string }{{"add", "7", "presentation"}, {"up-1", "7", "collect"}, {"remove-0", "6", "presentation"}, {"up-0", "", ""}, {"remove-99", "", ""}} {
			form.Set("do", c.do)
			a := v.ask("POST", path, form)
			if c.rows == "" { // no such row: it is saved, or refused
				continue
			}
			if form = fields(t, a.text); a.StatusCode != 200 || form.Get("rows") != c.rows || form.Get("steps[0].kind") != c.first {
				t.Errorf("%s: %d, %s rows, the first is %s", c.do, a.StatusCode, form.Get("rows"), form.Get("steps[0].kind"))
			}
			if state(t, d) != before {
				t.Errorf("%s has saved", c.do)
			}
		}
	})
}
