package office_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/project"
)

func slugOf(edition string) string { return edition[strings.LastIndexByte(edition, '/')+1:] }

// view reads an edition as its organiser does.
func (c *town) view(edition string) (v project.View) {
	c.t.Helper()
	if err := c.d.Read(c.t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		v, err = project.LoadFor(ctx, tx, c.here.Key, access.Roles(0).With(access.Organiser), slugOf(edition), tx.Now())
		return err
	}); err != nil {
		c.t.Fatal(err)
	}
	return v
}

func TestWhatBecomesPublicIsReadBeforeItIsPublished(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	c := settle(t, d)
	v := c.as("localhost", organiser)
	edition := v.draft("simple", "Budget 2027")
	if a := v.ask("GET", edition+"/publier", nil); a.StatusCode != 200 || strings.Contains(a.text, `<form method="post" action="`+edition+`/publier"`) {
		t.Errorf("a draft that is not ready: %d, or it can be published", a.StatusCode)
	}
	v.through(edition)
	if a := v.ask("GET", edition, nil); strings.Contains(a.text, `action="`+edition+`/publier"`) || !strings.Contains(a.text, `href="`+edition+`/publier"`) {
		t.Error("the desk publishes at once, or does not lead to what becomes public")
	}
	a := v.ask("GET", edition+"/publier", nil)
	for _, want := range []string{"Ce qui devient public", "Dépôt des projets » ouvre", "ne redevient pas un brouillon", `<form method="post" action="` + edition + `/publier"`} {
		if a.StatusCode != 200 || !strings.Contains(a.text, want) {
			t.Errorf("%d without %s", a.StatusCode, want)
		}
	}
	if a := c.client("localhost").ask("GET", edition+"/publier", nil); a.StatusCode == 200 {
		t.Error("anybody reads it")
	}
	v.ask("POST", edition+"/publier", nil)
	if a := v.ask("GET", edition+"/publier", nil); a.StatusCode != http.StatusNotFound {
		t.Errorf("once it is published: %d", a.StatusCode)
	}
}

func TestRulesThatChangeNoMoreAreTextAndTheOthersAreStillChanged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d)
		v := c.as("localhost", organiser)
		edition := v.draft("simple", "Budget 2027")
		v.through(edition)
		v.ask("POST", edition+"/publier", nil)
		before := fields(t, v.ask("GET", edition+"/reglement", nil).text)
		if !before.Has("vote.ballot.kind") {
			t.Fatalf("before the vote its rules are not asked: %v", before)
		}
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { // the vote has opened
			for kind, from := range map[project.Kind]time.Duration{project.Collect: -200, project.Analysis: -100, project.Vote: -1} {
				if _, err := tx.Exec(ctx, `UPDATE step SET starts_at = ?, ends_at = ? WHERE platform = ? AND kind = ?`, db.Micros(tx.Now().Add(from*time.Hour)), db.Micros(tx.Now().Add((from+50)*time.Hour)), c.here.Key, kind); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		was := c.view(edition).Rulebook
		page := v.ask("GET", edition+"/reglement", nil)
		form := fields(t, page.text)
		if form.Has("vote.ballot.kind") || form.Has("count.drop_out") || !form.Has("deposit.per_person") || !strings.Contains(page.text, "Ces règles ne changent plus depuis le") {
			t.Errorf("the rules of an open vote look as if they could change: %v", form)
		}
		form.Set("article.title.fr", "Un mot de la ville")
		form.Set("article.body.fr", "Merci.")
		form["reason_ready"] = []string{"1"}
		form.Set("do", "save")
		if a := v.ask("POST", edition+"/reglement", form); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("an article is refused: %d %s", a.StatusCode, a.text)
		}
		if now := c.view(edition).Rulebook; len(now.Articles) != 1 || project.Compare(was, now).Vote {
			t.Errorf("what was not asked has changed: %+v", now)
		}
		before.Set("vote.ballot.max", "7") // a page that was opened before the vote
		before["reason_ready"] = []string{"1"}
		before.Set("do", "save")
		if a := v.ask("POST", edition+"/reglement", before); a.StatusCode == http.StatusSeeOther {
			t.Error("a rule of an open vote is changed")
		}
		if a := v.ask("GET", edition+"/budget", nil); fields(t, a.text).Has("budget") || !strings.Contains(a.text, "ne changent plus depuis le") {
			t.Error("the budget of an open vote looks as if it could change")
		}
	})
}

func TestADraftTakesTheDistrictsOfAnotherEdition(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d)
		v := c.as("localhost", organiser)
		one, two := v.draft("large_town", "Budget 2026"), v.draft("large_town", "Budget 2027")
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		file, err := form.CreateFormFile("file", "quartiers.geojson")
		if err == nil {
			_, err = file.Write([]byte(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"nom":"Le Haut"},"geometry":{"type":"Polygon","coordinates":[[[1.40,43.60],[1.42,43.60],[1.42,43.62],[1.40,43.60]]]}}]}`))
		}
		if err != nil || form.Close() != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequestWithContext(t.Context(), "POST", "http://127.0.0.1:"+c.port+one+"/quartiers", &body)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = "localhost:" + c.port
		r.Header.Set("Content-Type", form.FormDataContentType())
		a, err := v.Do(r)
		if err != nil || a.StatusCode >= 400 {
			t.Fatalf("%v, %v", a, err)
		}
		_ = a.Body.Close()
		if a := v.ask("GET", two+"/budget", nil); !strings.Contains(a.text, "Reprendre le quartier de « Budget 2026 »") {
			t.Error("the districts of another edition are not offered")
		}
		if a := v.ask("POST", two+"/quartiers", url.Values{"from": {"absente"}}); a.StatusCode != http.StatusNotFound {
			t.Errorf("from an edition that is none: %d", a.StatusCode)
		}
		if a := v.ask("POST", two+"/quartiers", url.Values{"from": {slugOf(one)}}); a.StatusCode != http.StatusSeeOther {
			t.Errorf("not taken: %d %s", a.StatusCode, a.text)
		}
		if book := c.view(two).Rulebook; len(book.Districts) != 1 || book.Districts[0].Name != "Le Haut" {
			t.Errorf("districts: %+v", book.Districts)
		}
		if a := v.ask("GET", two+"/budget", nil); strings.Contains(a.text, "Reprendre le quartier") {
			t.Error("who has districts is offered others")
		}
	})
}
