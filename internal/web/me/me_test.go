package me_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/me"
	"github.com/parvis-civic/parvis/internal/web/site"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/internal/web/webtest"
)

// visitor is a browser without scripts on one platform.
type visitor struct {
	*http.Client
	t    *testing.T
	d    *db.DB
	base string // the address of the server
	host string
}

// visit serves the pages of two platforms and gives somebody on the first.
func visit(t *testing.T, d *db.DB) *visitor {
	t.Helper()
	for _, slug := range []string{"ici", "ailleurs"} {
		if _, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: slug}); err != nil {
			t.Fatal(err)
		}
	}
	people := account.NewService(d)
	pages := site.New(d, "http://localhost")
	h, err := web.New(web.Options{Log: slog.New(slog.DiscardHandler), Platforms: pages, Static: ui.NewStatic(), People: people, Routes: append(pages.Routes(), me.New(d, people, false).Routes()...)})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return (&visitor{t: t, d: d, base: s.URL, host: "ici.localhost"}).another()
}

// another is somebody else's browser.
func (v *visitor) another() *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		v.t.Fatal(err)
	}
	w := *v
	w.Client = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &w
}

type answer struct {
	*http.Response
	text string
}

func (v *visitor) ask(method, path string, form url.Values, headers ...string) answer {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Host = v.host
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := v.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer{res, string(b)}
}

// code reads the last code that was sent.
func (v *visitor) code() (code string) {
	v.t.Helper()
	err := v.d.Read(v.t.Context(), func(ctx context.Context, tx db.Tx) error {
		var body string
		if err := tx.QueryRow(ctx, `SELECT body FROM jobs WHERE kind = 'mail' AND body LIKE '%"kind":"code"%' ORDER BY id DESC LIMIT 1`).Scan(&body); err != nil {
			return err
		}
		var m notify.Mail
		err := json.Unmarshal([]byte(body), &m)
		code, _ = m.Args["Code"].(string)
		return err
	})
	if err != nil {
		v.t.Fatal(err)
	}
	return code
}

// signIn goes through the two pages of signing in.
func (v *visitor) signIn(email, next string) answer {
	v.t.Helper()
	sent := v.ask("POST", "/connexion", url.Values{"email": {email}, "suite": {next}})
	if sent.StatusCode != 200 || !strings.Contains(sent.text, "Un code est en route") {
		v.t.Fatalf("no code was sent: %d %s", sent.StatusCode, sent.text)
	}
	return v.ask("POST", "/connexion/code", url.Values{"email": {email}, "demande": {webtest.Asked(sent.text)}, "code": {v.code()}, "suite": {next}})
}

func TestSigningInLeadsBackAndNowhereElse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := visit(t, d)
		if a := v.ask("GET", "/mon-espace", nil); a.StatusCode != 303 || a.Header.Get("Location") != "/connexion?suite=%2Fmon-espace" {
			t.Errorf("a page of one's own without a session: %d to %s", a.StatusCode, a.Header.Get("Location"))
		}
		if a := v.ask("GET", "/en/mon-espace", nil); a.Header.Get("Location") != "/en/connexion?suite=%2Fen%2Fmon-espace" {
			t.Errorf("in English it leads to %s", a.Header.Get("Location"))
		}
		for next, want := range map[string]string{
			"/mon-espace/profil?x=1": "/mon-espace/profil?x=1", "https://voleur.example/": "/mon-espace", "//voleur.example/": "/mon-espace",
			`/\voleur.example`: "/mon-espace", "javascript:alert(1)": "/mon-espace", "": "/mon-espace", "/\t/voleur.example": "/mon-espace",
		} {
			someone := v.another()
			if a := someone.signIn("a"+strings.Map(letters, next)+"@exemple.fr", next); a.StatusCode != 303 || a.Header.Get("Location") != want {
				t.Errorf("after signing in with suite=%q: %d to %q", next, a.StatusCode, a.Header.Get("Location"))
			}
		}
	})
}

func letters(r rune) rune {
	if r >= 'a' && r <= 'z' {
		return r
	}
	return -1
}

func TestASessionIsFreshSecretAndOfOnePlatform(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := visit(t, d)
		planted := "planted-by-somebody-else"
		sent := v.ask("POST", "/connexion", url.Values{"email": {"ana@exemple.fr"}}, "Cookie", "parvis="+planted)
		a := v.ask("POST", "/connexion/code", url.Values{"email": {"ana@exemple.fr"}, "demande": {webtest.Asked(sent.text)}, "code": {v.code()}}, "Cookie", "parvis="+planted)
		cookies := a.Cookies()
		if len(cookies) != 1 || cookies[0].Value == planted || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteLaxMode || cookies[0].Path != "/" {
			t.Fatalf("the cookie is %v", cookies)
		}
		mine := "parvis=" + cookies[0].Value
		if a := v.ask("GET", "/mon-espace", nil, "Cookie", mine); a.StatusCode != 200 || !strings.Contains(a.text, "ana@exemple.fr") || a.Header.Get("Cache-Control") != "private, no-cache" {
			t.Errorf("one's own page: %d, %s", a.StatusCode, a.Header.Get("Cache-Control"))
		}
		v.host = "ailleurs.localhost"
		if a := v.ask("GET", "/mon-espace", nil, "Cookie", mine); a.StatusCode != 303 {
			t.Errorf("the session opens another platform: %d", a.StatusCode)
		}
		v.host = "ici.localhost"
		for _, path := range []string{"/connexion", "/connexion/code", "/connexion/mot-de-passe", "/deconnexion", "/mon-espace/profil", "/mon-espace/donnees/effacement"} {
			if a := v.ask("POST", path, url.Values{"email": {"ana@exemple.fr"}}, "Cookie", mine, "Sec-Fetch-Site", "cross-site"); a.StatusCode != 403 {
				t.Errorf("a form of another site to %s: %d", path, a.StatusCode)
			}
		}
		if a := v.ask("POST", "/deconnexion", nil, "Cookie", mine); a.StatusCode != 303 || len(a.Cookies()) != 1 || a.Cookies()[0].MaxAge >= 0 {
			t.Errorf("signing out: %d, %v", a.StatusCode, a.Cookies())
		}
		if a := v.ask("GET", "/mon-espace", nil, "Cookie", mine); a.StatusCode != 303 {
			t.Errorf("the session that was ended still opens: %d", a.StatusCode)
		}
	})
}

func TestOnesOwnPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := visit(t, d)
		v.signIn("ana@exemple.fr", "")
		// A form that is refused keeps what was typed, and shows no script that was.
		a := v.ask("POST", "/mon-espace/profil", url.Values{"name": {`<script>alert(1)</script>`}, "kind": {"resident"}, "postcode": {"3"}})
		if a.StatusCode != 422 || !strings.Contains(a.text, `value="3"`) || !strings.Contains(a.text, "&lt;script&gt;") || strings.Contains(a.text, "<script>alert") || !strings.Contains(a.text, "2 choses à corriger") {
			t.Errorf("a wrong profile: %d %s", a.StatusCode, a.text)
		}
		a = v.ask("POST", "/mon-espace/profil", url.Values{"name": {"Ana"}, "kind": {"association"}, "postcode": {"31000"}, "language": {"en"}})
		if a.StatusCode != 303 || a.Header.Get("Location") != "/mon-espace/profil?fait=profil" {
			t.Errorf("a right profile: %d %s", a.StatusCode, a.text)
		}
		if a := v.ask("GET", "/mon-espace/profil?fait=profil", nil); !strings.Contains(a.text, `value="Ana"`) || !strings.Contains(a.text, "Vos informations sont enregistrées.") {
			t.Errorf("the profile shows %s", a.text)
		}
		if a := v.ask("GET", "/mon-espace?fait=%3Cb%3E", nil); strings.Contains(a.text, "<b>") {
			t.Error("the page repeats what its address says")
		}
		if a := v.ask("POST", "/mon-espace/securite/mot-de-passe", url.Values{"password": {"court"}}); a.StatusCode != 422 || strings.Contains(a.text, "court\"") {
			t.Errorf("a short password: %d", a.StatusCode)
		}
		if a := v.ask("POST", "/mon-espace/securite/mot-de-passe", url.Values{"password": {"cheval agrafe pile"}}); a.StatusCode != 303 {
			t.Errorf("a password: %d %s", a.StatusCode, a.text)
		}
		again := v.another()
		if a := again.ask("POST", "/connexion/mot-de-passe", url.Values{"email": {"ana@exemple.fr"}, "password": {"cheval agrafe pile"}}); a.StatusCode != 303 {
			t.Errorf("signing in with it: %d %s", a.StatusCode, a.text)
		}
		wrong := again.ask("POST", "/connexion/mot-de-passe", url.Values{"email": {"ana@exemple.fr"}, "password": {"cheval agrafe pile "}, "shown_at": {"1"}}) // as a form says
		nobody := again.ask("POST", "/connexion/mot-de-passe", url.Values{"email": {"bob@exemple.fr"}, "password": {"cheval agrafe pile "}, "shown_at": {"1"}})
		if wrong.StatusCode != 422 || nobody.StatusCode != 422 || !strings.Contains(wrong.text, "ne vont pas ensemble") ||
			strings.ReplaceAll(wrong.text, "ana@", "bob@") != nobody.text {
			t.Errorf("an address with an account is told from one without: %d %d", wrong.StatusCode, nobody.StatusCode)
		}
		a = v.ask("GET", "/mon-espace/securite", nil)
		m := regexp.MustCompile(`name="session" value="([0-9a-f]{64})"`).FindStringSubmatch(a.text)
		if m == nil {
			t.Fatalf("the other session is not listed: %s", a.text)
		}
		if a := v.ask("POST", "/mon-espace/securite/sessions", url.Values{"session": {m[1]}}); a.StatusCode != 303 {
			t.Errorf("ending it: %d", a.StatusCode)
		}
		if a := again.ask("GET", "/mon-espace", nil); a.StatusCode != 303 {
			t.Errorf("the ended session opens: %d", a.StatusCode)
		}
		a = v.ask("POST", "/mon-espace/donnees/copie", nil)
		var e account.Export
		if err := json.Unmarshal([]byte(a.text), &e); err != nil || e.Email != "ana@exemple.fr" || e.Name != "Ana" || !strings.Contains(a.Header.Get("Content-Disposition"), "attachment") {
			t.Errorf("the copy of one's data is %s (%v)", a.text, err)
		}
		if a := v.ask("POST", "/mon-espace/donnees/effacement", url.Values{"contributions": {"garder"}}); a.StatusCode != 303 {
			t.Errorf("asking for erasure: %d", a.StatusCode)
		}
		if a := v.ask("GET", "/mon-espace/donnees", nil); !strings.Contains(a.text, "votre demande attend") {
			t.Errorf("the request is not shown: %s", a.text)
		}
		if a := v.ask("POST", "/mon-espace/donnees/renoncer", nil); a.StatusCode != 303 {
			t.Errorf("taking it back: %d", a.StatusCode)
		}
		a = v.ask("POST", "/mon-espace/securite/second-facteur", nil)
		if a.StatusCode != 200 || !strings.Contains(a.text, "<svg class=\"qr\"") {
			t.Errorf("a second factor: %d", a.StatusCode)
		}
	})
}

func TestWhoseAddressIsCorrectedCanRefuse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := visit(t, d)
		v.signIn("ana@exemple.fr", "")
		people := account.NewService(d)
		of, _, err := site.New(d, "").ByHost(t.Context(), "ici.localhost")
		if err != nil {
			t.Fatal(err)
		}
		organiser := webtest.Person("chef@exemple.fr", access.Organiser)
		found, err := people.Find(t.Context(), of, organiser, "ana@exemple.fr")
		if err != nil {
			t.Fatal(err)
		}
		if a := v.ask("GET", "/mon-espace", nil); strings.Contains(a.text, "Votre adresse va changer") {
			t.Error("a correction is shown that is none")
		}
		if err := people.CorrectEmail(t.Context(), of, organiser, found.ID, "voleur@exemple.fr", "erreur"); err != nil {
			t.Fatal(err)
		}
		if a := v.ask("GET", "/mon-espace", nil); !strings.Contains(a.text, "voleur@exemple.fr") || !strings.Contains(a.text, "Refuser et garder ana@exemple.fr") {
			t.Errorf("the correction is not shown: %s", a.text)
		}
		thief := v.another()
		if a := thief.signIn("voleur@exemple.fr", ""); a.StatusCode != 422 || !strings.Contains(a.text, "peut encore refuser") {
			t.Errorf("the new address opens: %d %s", a.StatusCode, a.text)
		}
		if a := v.ask("POST", "/mon-espace/adresse", nil, "Sec-Fetch-Site", "cross-site"); a.StatusCode != 403 {
			t.Errorf("a form of another site: %d", a.StatusCode)
		}
		if a := v.ask("POST", "/mon-espace/adresse", nil); a.Header.Get("Location") != "/mon-espace?fait=adresse" {
			t.Errorf("refusing: %d", a.StatusCode)
		}
		if a := v.ask("GET", "/mon-espace?fait=adresse", nil); strings.Contains(a.text, "voleur@exemple.fr") || !strings.Contains(a.text, "Votre adresse reste celle-ci.") {
			t.Errorf("after refusing: %s", a.text)
		}
	})
}

func TestOneClickLeavesAListWithoutASession(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := visit(t, d)
		person := ids.Random()
		var token string
		queued := func(of int64) {
			t.Helper()
			post := notify.NewPost(d, nil, "http://localhost")
			runner := jobs.NewRunner(d, slog.New(slog.DiscardHandler), map[string]jobs.Handler{notify.Job: post.Handle})
			err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				if err := notify.Queue(ctx, tx, of, notify.Mail{To: "ana@exemple.fr", Lang: "fr", Kind: "test", List: "suivi", Person: person}); err != nil {
					return err
				}
				_, err := tx.Exec(ctx, `UPDATE jobs SET run_at = 0`)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := runner.Turn(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		received := func() (n int) {
			t.Helper()
			err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
				box, err := notify.Mailbox(ctx, tx, 1, 10)
				n = len(box)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		queued(1)
		if received() != 1 {
			t.Fatal("the first e-mail did not arrive")
		}
		err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
			token, err = notify.Token(ctx, tx, 1, person, "suivi")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		path := notify.UnsubscribePath + "?jeton=" + url.QueryEscape(token)
		if a := v.ask("GET", path, nil); a.StatusCode != 200 || !strings.Contains(a.text, "Me désabonner") {
			t.Errorf("the page: %d", a.StatusCode)
		}
		if queued(1); received() != 2 {
			t.Error("looking at the page left the list")
		}
		for _, bad := range []string{"", "x", token + "x", person.String() + ".suivi."} {
			if a := v.ask("POST", notify.UnsubscribePath, url.Values{"jeton": {bad}}); a.StatusCode != 404 {
				t.Errorf("the token %q: %d", bad, a.StatusCode)
			}
		}
		v.host = "ailleurs.localhost"
		if a := v.ask("POST", path, url.Values{"List-Unsubscribe": {"One-Click"}}); a.StatusCode != 404 {
			t.Errorf("the token on another platform: %d", a.StatusCode)
		}
		v.host = "ici.localhost"
		if a := v.ask("POST", path, url.Values{"List-Unsubscribe": {"One-Click"}}); a.StatusCode != 200 || !strings.Contains(a.text, "vous ne recevrez plus") {
			t.Errorf("one click: %d %s", a.StatusCode, a.text)
		}
		if queued(1); received() != 2 {
			t.Error("an e-mail of the list that was left arrived")
		}
		if a := v.ask("GET", "/courrier", nil); a.StatusCode != 404 {
			t.Errorf("a city that is no demonstration shows its mailbox: %d", a.StatusCode)
		}
	})
}
