package editor_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/news"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/articles"
	"github.com/parvis-civic/parvis/internal/web/editor"
	"github.com/parvis-civic/parvis/internal/web/site"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/internal/web/webtest"
)

// town serves two platforms, "ici", which answers localhost, and "ailleurs". claire organises both, ana is a resident.
type town struct {
	t *testing.T
	h http.Handler
}

func settle(t *testing.T, d *db.DB) town {
	t.Helper()
	for _, slug := range []string{"ici", "ailleurs"} {
		if _, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: slug, Name: "Ville d’" + slug, Zone: "Europe/Paris"}); err != nil {
			t.Fatal(err)
		}
	}
	pages := site.New(d, "http://localhost")
	read := articles.New(d, "http://localhost")
	others := read.Feeds()
	others["GET /sitemap.xml"] = http.HandlerFunc(pages.SiteMap)
	h, err := web.New(web.Options{Log: slog.New(slog.DiscardHandler), Platforms: pages, Static: ui.NewStatic(),
		People: webtest.People{By: map[string]account.Person{"claire": webtest.Person("claire@exemple.fr", access.Organiser), "ana": webtest.Person("ana@exemple.fr")}},
		Routes: slices.Concat(pages.Routes(), read.Routes(), editor.New(news.NewService(d), project.NewService(d)).Routes()),
		Others: others, Foot: read.Foot})
	if err != nil {
		t.Fatal(err)
	}
	return town{t, h}
}

// ask sends a request as somebody; nobody when who is empty. It gives the status, where it leads and the text.
func (c town) ask(who, host, method, path string, form url.Values) (status int, to, text string) {
	c.t.Helper()
	r := httptest.NewRequestWithContext(c.t.Context(), method, "http://"+host+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if who != "" {
		r.AddCookie(&http.Cookie{Name: "parvis", Value: who})
	}
	w := httptest.NewRecorder()
	c.h.ServeHTTP(w, r)
	b, err := io.ReadAll(w.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	to, _, _ = strings.Cut(w.Header().Get("Location"), "?")
	return w.Code, to, string(b)
}

func TestANewsItemIsWrittenScheduledReadAndWithdrawn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d)
		form := url.Values{"kind": {"news"}, "title": {"Le vote est ouvert"}, "summary": {"Jusqu’à dimanche."}, "body": {"## Où ?\n\nÀ la **mairie** <script>alert(1)</script>."}, "act": {"save"}, "version": {"0"}, "author": {"Le service <b>&"}}
		status, one, _ := c.ask("claire", "localhost", "POST", "/organisation/actualites/nouvelle", form)
		if status != http.StatusSeeOther || !strings.HasPrefix(one, "/organisation/actualites/") {
			t.Fatalf("the draft is not kept: %d to %s", status, one)
		}
		const public = "/actualites/le-vote-est-ouvert"
		hidden := func(when string) {
			t.Helper()
			for _, who := range []string{"", "ana"} {
				if status, _, _ := c.ask(who, "localhost", "GET", public, nil); status != http.StatusNotFound {
					t.Errorf("%s: %q reads it: %d", when, who, status)
				}
			}
			for _, path := range []string{"/", "/actualites", "/actualites.atom", "/sitemap.xml"} {
				if _, _, text := c.ask("", "localhost", "GET", path, nil); strings.Contains(text, "le-vote-est-ouvert") {
					t.Errorf("%s: %s names it", when, path)
				}
			}
			if status, _, text := c.ask("claire", "localhost", "GET", public, nil); status != 200 || !strings.Contains(text, `content="noindex"`) {
				t.Errorf("%s: who writes has no preview: %d", when, status)
			}
		}
		hidden("draft")
		form.Set("version", "1")
		form.Set("act", "later")
		form.Set("at", "2001-01-01")
		if status, _, text := c.ask("claire", "localhost", "POST", one, form); status != http.StatusUnprocessableEntity || !strings.Contains(text, `id="field-at-problem"`) || !strings.Contains(text, "## Où ?") {
			t.Errorf("a date that is past: %d", status)
		}
		form.Set("at", time.Now().AddDate(0, 0, 3).Format(time.DateOnly))
		form.Set("at_time", "09:30")
		if status, _, _ := c.ask("claire", "localhost", "POST", one, form); status != http.StatusSeeOther {
			t.Fatalf("it is not scheduled: %d", status)
		}
		if _, _, text := c.ask("claire", "localhost", "GET", one, nil); !strings.Contains(text, `value="09:30"`) || !strings.Contains(text, "Programmé") {
			t.Error("the form forgets the moment")
		}
		hidden("scheduled")
		form.Set("act", "now")
		if status, _, text := c.ask("claire", "localhost", "POST", one, form); status != http.StatusUnprocessableEntity || !strings.Contains(text, "Votre texte est gardé") || !strings.Contains(text, `name="version" value="2"`) {
			t.Errorf("the second of two who save: %d", status)
		}
		form.Set("version", "2")
		if status, _, _ := c.ask("claire", "localhost", "POST", one, form); status != http.StatusSeeOther {
			t.Fatalf("it is not published: %d", status)
		}
		status, _, text := c.ask("", "localhost", "GET", public, nil)
		if status != 200 || strings.Contains(text, "alert(1)</script>") || !strings.Contains(text, "<strong>mairie</strong>") || !strings.Contains(text, `content="Jusqu’à dimanche."`) {
			t.Errorf("it is not read as it was written: %d", status)
		}
		if _, _, text := c.ask("", "localhost", "GET", "/en"+public, nil); !strings.Contains(text, `<h1 lang="fr">`) || !strings.Contains(text, "in French only") {
			t.Error("a text without English does not say so")
		}
		for _, page := range []string{public, "/actualites.atom"} {
			if _, _, text := c.ask("", "localhost", "GET", page, nil); !strings.Contains(text, "Le service &lt;b&gt;&amp;") {
				t.Errorf("%s does not say who it is by", page)
			}
		}
		for _, path := range []string{"/", "/actualites", "/actualites.atom", "/en/actualites.atom", "/sitemap.xml"} {
			if _, _, text := c.ask("", "localhost", "GET", path, nil); !strings.Contains(text, "/actualites/le-vote-est-ouvert") {
				t.Errorf("%s does not name it", path)
			}
		}
		if status, _, _ := c.ask("", "localhost", "GET", "/pages/le-vote-est-ouvert", nil); status != http.StatusNotFound {
			t.Errorf("it is a page too: %d", status)
		}
		for _, path := range []string{public, one} {
			if status, _, _ := c.ask("claire", "ailleurs.localhost", "GET", path, nil); status != http.StatusNotFound {
				t.Errorf("another platform has %s: %d", path, status)
			}
		}
		if status, _, _ := c.ask("claire", "localhost", "POST", one+"/supprimer", nil); status != http.StatusUnprocessableEntity {
			t.Errorf("what is online is deleted: %d", status)
		}
		if status, _, _ := c.ask("claire", "localhost", "POST", one+"/retirer", nil); status != http.StatusSeeOther {
			t.Errorf("it is not withdrawn: %d", status)
		}
		hidden("withdrawn")
	})
}

func TestWhatIsWrongIsSaidAndNothingTypedIsLost(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	c := settle(t, d)
	form := url.Values{"kind": {"page"}, "title": {""}, "body": {"Mon \"texte\" & <b>le reste</b>"}, "summary_en": {"In short"}, "act": {"now"}, "version": {"0"}}
	status, _, text := c.ask("claire", "localhost", "POST", "/organisation/actualites/nouvelle", form)
	for _, want := range []string{"field-title-problem", "field-title_en-problem", "Mon &#34;texte&#34; &amp; &lt;b&gt;le reste&lt;/b&gt;", "In short"} {
		if status != http.StatusUnprocessableEntity || !strings.Contains(text, want) {
			t.Errorf("%d, without %s", status, want)
		}
	}
	var rows int
	if err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT COUNT(*) FROM article a WHERE a.platform = ?`, 1).Scan(&rows)
	}); err != nil || rows != 0 {
		t.Errorf("%d articles, %v", rows, err)
	}
}

func TestTheListOfNewsGoesOnWithoutLosingAny(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	c := settle(t, d)
	for n := range 25 {
		form := url.Values{"kind": {"news"}, "title": {fmt.Sprintf("Nouvelle %02d.", n)}, "body": {"Texte."}, "act": {"now"}, "version": {"0"}}
		if status, _, _ := c.ask("claire", "localhost", "POST", "/organisation/actualites/nouvelle", form); status != http.StatusSeeOther {
			t.Fatal(status)
		}
	}
	_, _, first := c.ask("", "localhost", "GET", "/actualites", nil)
	_, rest, ok := strings.Cut(first, `rel="next" href="`)
	next, _, _ := strings.Cut(rest, `"`)
	if !ok {
		t.Fatal("the list does not go on")
	}
	_, _, second := c.ask("", "localhost", "GET", strings.ReplaceAll(next, "&amp;", "&"), nil)
	for n := range 25 {
		title := fmt.Sprintf("Nouvelle %02d.", n)
		if strings.Contains(first, title) == strings.Contains(second, title) {
			t.Errorf("%s is not in one part of the list", title)
		}
	}
	if strings.Contains(second, `rel="next"`) {
		t.Error("the last part goes on")
	}
}

func TestADocumentIsAttachedAndTakenAlong(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d)
		_, one, _ := c.ask("claire", "localhost", "POST", "/organisation/actualites/nouvelle", url.Values{"kind": {"page"}, "title": {"Le vote"}, "body": {"Comment."}, "act": {"now"}, "version": {"0"}})
		attach := func(who, host, title, name, content string) *httptest.ResponseRecorder {
			var body bytes.Buffer
			form := multipart.NewWriter(&body)
			_ = form.WriteField("file_title", title)
			file, err := form.CreateFormFile("file", name)
			if err == nil {
				_, err = file.Write([]byte(content))
			}
			if err != nil || form.Close() != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequestWithContext(t.Context(), "POST", "http://"+host+one+"/documents", &body)
			r.Header.Set("Content-Type", form.FormDataContentType())
			r.AddCookie(&http.Cookie{Name: "parvis", Value: who})
			w := httptest.NewRecorder()
			c.h.ServeHTTP(w, r)
			return w
		}
		if w := attach("ana", "localhost", "Plan", "plan.pdf", "%PDF-1.7"); w.Code != http.StatusForbidden {
			t.Errorf("a resident attaches: %d", w.Code)
		}
		if w := attach("claire", "ailleurs.localhost", "Plan", "plan.pdf", "%PDF-1.7"); w.Code != http.StatusNotFound {
			t.Errorf("to an article of another platform: %d", w.Code)
		}
		if w := attach("claire", "localhost", "Le plan de l’école", "plan.pdf", "<script>"); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `value="Le plan de l’école"`) {
			t.Errorf("what is no document: %d", w.Code)
		}
		if w := attach("claire", "localhost", "Le plan de l’école", "plan.html", "%PDF-1.7"); w.Code != http.StatusSeeOther {
			t.Fatalf("a document: %d %s", w.Code, w.Body)
		}
		_, _, page := c.ask("", "localhost", "GET", "/pages/le-vote", nil)
		path := regexp.MustCompile(`/documents/[0-9a-f-]+`).FindString(page)
		if !strings.Contains(page, "Le plan de l’école") || path == "" {
			t.Fatalf("the page does not lead to it: %s", page)
		}
		r := httptest.NewRequestWithContext(t.Context(), "GET", "http://localhost"+path, nil)
		w := httptest.NewRecorder()
		c.h.ServeHTTP(w, r)
		h := w.Header()
		if w.Code != 200 || w.Body.String() != "%PDF-1.7" || h.Get("Content-Type") != "application/pdf" || h.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.HasPrefix(h.Get("Content-Disposition"), "attachment") || !strings.Contains(h.Get("Content-Disposition"), "plan.pdf") {
			t.Errorf("it is handed out as %d %v", w.Code, h)
		}
		for _, path := range []string{"/documents/x", "/documents/" + ids.Random().String()} {
			if status, _, _ := c.ask("claire", "localhost", "GET", path, nil); status != http.StatusNotFound {
				t.Errorf("%s: %d", path, status)
			}
		}
		if status, _, _ := c.ask("claire", "ailleurs.localhost", "GET", path, nil); status != http.StatusNotFound {
			t.Errorf("another platform hands it out: %d", status)
		}
	})
}
