package editor_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
)

func TestEachLanguageHasItsFeed(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	c := settle(t, d)
	for _, form := range []url.Values{
		{"title": {"Le vote est ouvert"}, "body": {"Venez."}, "author": {"La mairie"}, "title_en": {"The vote is open"}, "body_en": {"Come."}, "summary_en": {"Until Sunday."}},
		{"title": {"Les travaux"}, "body": {"Ils commencent."}},
	} {
		form["kind"], form["act"], form["version"] = []string{"news"}, []string{"now"}, []string{"0"}
		if status, _, text := c.ask("claire", "localhost", "POST", "/organisation/actualites/nouvelle", form); status != http.StatusSeeOther {
			t.Fatalf("not published: %d %s", status, text)
		}
	}
	for path, want := range map[string][]string{
		"/actualites.atom":    {`xml:lang="fr"`, "<title>Le vote est ouvert</title>", "<author><name>La mairie</name></author>", `href="http://localhost/actualites/le-vote-est-ouvert"`},
		"/en/actualites.atom": {`xml:lang="en"`, "<title>The vote is open</title>", "<summary>Until Sunday.</summary>", `<entry xml:lang="fr">`, "<title>Les travaux</title>", `<author xml:lang="fr"><name>La mairie</name>`, `rel="self" href="http://localhost/en/actualites.atom"`, `href="http://localhost/en/actualites/le-vote-est-ouvert"`},
	} {
		status, _, text := c.ask("", "localhost", "GET", path, nil)
		for _, w := range want {
			if status != 200 || !strings.Contains(text, w) {
				t.Errorf("%s answers %d without %s: %s", path, status, w, text)
			}
		}
	}
	if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE platform SET languages = ? WHERE slug = ?`, "fr", "ailleurs")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if status, _, _ := c.ask("", "ailleurs.localhost", "GET", "/en/actualites.atom", nil); status != http.StatusNotFound {
		t.Errorf("a platform without English has an English feed: %d", status)
	}
}

func TestThePagesOfTheCityAreAtTheFootOfEveryPage(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	c := settle(t, d)
	const link = `href="/pages/questions-frequentes"`
	form := url.Values{"kind": {"page"}, "title": {"Questions fréquentes"}, "body": {"Des réponses."}, "title_en": {"Frequent questions"}, "body_en": {"Answers."}, "act": {"save"}, "version": {"0"}}
	_, one, _ := c.ask("claire", "localhost", "POST", "/organisation/actualites/nouvelle", form)
	if _, _, text := c.ask("", "localhost", "GET", "/contact", nil); strings.Contains(text, link) {
		t.Error("a draft is at the foot")
	}
	form.Set("act", "now")
	form.Set("version", "1")
	c.ask("claire", "localhost", "POST", one, form)
	if _, _, text := c.ask("", "localhost", "GET", "/contact", nil); !strings.Contains(text, link+">Questions fréquentes") {
		t.Error("a page that is online is not at the foot")
	}
	if _, _, text := c.ask("", "localhost", "GET", "/en/contact", nil); !strings.Contains(text, `href="/en/pages/questions-frequentes">Frequent questions`) {
		t.Error("in English it is not at the foot")
	}
	if _, _, text := c.ask("", "ailleurs.localhost", "GET", "/contact", nil); strings.Contains(text, "questions-frequentes") {
		t.Error("another platform leads to it")
	}
	c.ask("claire", "localhost", "POST", one+"/retirer", nil)
	if _, _, text := c.ask("", "localhost", "GET", "/contact", nil); strings.Contains(text, link) {
		t.Error("what was withdrawn is at the foot")
	}
}
