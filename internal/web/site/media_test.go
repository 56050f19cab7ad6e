package site_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/demo"
	"github.com/parvis-civic/parvis/internal/demo/demotest"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/web/site"
)

// keep stores a picture that nothing shows yet on the demonstration's platform.
func keep(t *testing.T, d *db.DB) (id ids.ID) {
	t.Helper()
	var upload bytes.Buffer
	if err := png.Encode(&upload, image.NewRGBA(image.Rect(0, 0, 900, 540))); err != nil {
		t.Fatal(err)
	}
	prepared, err := media.Prepare(&upload)
	if err != nil {
		t.Fatal(err)
	}
	err = d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		p, err := platform.BySlug(ctx, tx, demo.Slug)
		if err != nil {
			return err
		}
		stored, err := media.Store(ctx, tx, p.Key, prepared, media.Alt{i18n.FR: "Trois <bancs> & un tilleul"})
		id = stored.ID
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// put makes a picture that of the first proposal of last year, and says where the proposal's page is.
func put(t *testing.T, d *db.DB, h http.Handler, id ids.ID) (page string) {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE proposal SET picture = ? WHERE number = 1 AND platform = (SELECT k.key FROM platform k WHERE k.slug = ?)
			AND project = (SELECT j.id FROM project j WHERE j.platform = proposal.platform AND j.slug = ?)`, id, demo.Slug, strings.TrimPrefix(lastYear, "/projets/"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w, _ := get(t, h, "localhost", lastYear+"/propositions/1")
	return strings.TrimPrefix(w.Header().Get("Location"), "http://localhost")
}

func TestAPictureIsServedWhileSomethingPublicShowsIt(t *testing.T) {
	d := demotest.OnDay.Open(t, db.SQLite)
	h := serveDemo(t, d)
	id := keep(t, d)
	full, small := media.Path(id, media.Full), media.Path(id, media.Small)
	status := func(when string, want int) {
		t.Helper()
		for _, path := range []string{full, small} {
			if w, _ := get(t, h, "localhost", path); w.Code != want {
				t.Errorf("%s: %s answers %d, want %d", when, path, w.Code, want)
			}
		}
	}
	status("before anything shows it", 404)
	page := put(t, d, h, id)
	status("in a public proposal", 200)
	if w, _ := get(t, h, "localhost", full[:len(full)-1]+"0/481"); w.Code != 404 {
		t.Errorf("a size that there is not: %d", w.Code)
	}
	if w, _ := get(t, h, "localhost", page); !strings.Contains(w.Body.String(), `<img src="`+full+`" alt="Trois &lt;bancs&gt; &amp; un tilleul"`) {
		t.Error("the page of the proposal does not show its picture with its words")
	}
	if w, _ := get(t, h, "localhost", "/en"+page); !strings.Contains(w.Body.String(), `alt="Trois &lt;bancs&gt; &amp; un tilleul" lang="fr"`) {
		t.Error("the English page does not say in which language the words are")
	}
	change(t, d, `UPDATE proposal SET published_at = 0 WHERE number = 1`)
	status("in a draft", 404)
	change(t, d, `UPDATE proposal SET published_at = 1760000000000000 WHERE number = 1`, `UPDATE proposal SET trashed = 'visible' WHERE number = 1`)
	status("taken off the lists alone, and still readable", 200)
	change(t, d, `UPDATE proposal SET trashed = 'invisible' WHERE number = 1`)
	status("removed by moderation", 404)
	if w, _ := get(t, h, "localhost", lastYear+"/propositions/1"); strings.Contains(w.Body.String(), id.String()) {
		t.Error("the page of the removed proposal names its picture")
	}
	change(t, d, `UPDATE proposal SET trashed = '' WHERE number = 1`, `UPDATE project SET state = 'importing' WHERE 1 = 1`)
	status("in an edition that nobody sees", 404)
	change(t, d, `UPDATE project SET state = 'published' WHERE 1 = 1`)
	status("shown again", 200)
}

// guests are the people of a browser whose cookie is their name.
type guests map[string]account.Person

func (g guests) ByToken(_ context.Context, _ platform.Platform, token string) (account.Person, bool, error) {
	who, ok := g[token]
	return who, ok, nil
}

func (guests) Begin(context.Context, platform.Platform, i18n.Lang, string) (string, account.Person, error) {
	return "", account.Person{}, errors.New("a picture begins nothing")
}

func TestThePictureOfADraftIsItsAuthorsAlone(t *testing.T) {
	d := demotest.OnDay.Open(t, db.SQLite)
	serveDemo(t, d)
	id, author := keep(t, d), ids.Random()
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		p, err := platform.BySlug(ctx, tx, demo.Slug)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO deposit (platform, id, project, step, participant, body, picture, charter, withdrawn, created_at, updated_at) VALUES (?, ?, ?, ?, ?, '{}', ?, -1, ?, 1, 1)`,
			p.Key, ids.Random(), ids.Random(), ids.Random(), author, id, false)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h := site.New(d, "http://localhost:8080").Media(guests{"author": {ID: author}, "other": {ID: ids.Random()}})
	for cookie, want := range map[string]int{"author": 200, "other": 404, "": 404} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost"+media.Path(id, media.Full), nil)
		r.SetPathValue("id", id.String())
		r.AddCookie(&http.Cookie{Name: "parvis", Value: cookie})
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want || want == 200 && w.Header().Get("Cache-Control") != "private, no-cache" {
			t.Errorf("%q gets %d, %q, want %d", cookie, w.Code, w.Header().Get("Cache-Control"), want)
		}
	}
}

func TestCachesAskForAPictureEachTime(t *testing.T) {
	d := demotest.OnDay.Open(t, db.SQLite)
	h := serveDemo(t, d)
	id := keep(t, d)
	put(t, d, h, id)
	w, _ := get(t, h, "localhost", media.Path(id, media.Small))
	tag := w.Header().Get("ETag")
	for name, want := range map[string]string{"Cache-Control": "public, no-cache", "Content-Type": "image/png", "X-Content-Type-Options": "nosniff"} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "sandbox") {
		t.Errorf("a picture opened alone may %q", policy)
	}
	again := func() int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost"+media.Path(id, media.Small), nil)
		r.Header.Set("If-None-Match", tag)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	if tag == "" || again() != http.StatusNotModified {
		t.Errorf("with the tag %q: %d", tag, again())
	}
	change(t, d, `UPDATE proposal SET trashed = 'invisible' WHERE number = 1`)
	if again() != http.StatusNotFound {
		t.Errorf("once it is removed: %d", again())
	}
}
