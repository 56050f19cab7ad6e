package office_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	forms "github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/deposit"
	"github.com/parvis-civic/parvis/internal/web/me"
	"github.com/parvis-civic/parvis/internal/web/office"
	"github.com/parvis-civic/parvis/internal/web/site"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/internal/web/webtest"
)

// town is a server with two platforms, "ici", which answers localhost, and "ailleurs". Each has an organiser.
type town struct {
	t    *testing.T
	d    *db.DB
	port string
	here platform.Platform
}

const organiser = "claire@exemple.fr"

func settle(t *testing.T, d *db.DB) *town {
	t.Helper()
	c := &town{t: t, d: d}
	for _, slug := range []string{"ici", "ailleurs"} {
		p, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: slug, Name: "Ville d’" + slug})
		if err != nil {
			t.Fatal(err)
		}
		if slug == "ici" {
			c.here = p
		}
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := account.Give(ctx, tx, p.Key, organiser, i18n.FR, []access.Role{access.Organiser}, ids.ID{})
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	s := httptest.NewUnstartedServer(nil)
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c.port = port
	people := account.NewService(d)
	pages := site.New(d, "http://localhost:"+port)
	s.Config.Handler, err = web.New(web.Options{Log: slog.New(slog.DiscardHandler), Platforms: pages, Static: ui.NewStatic(), People: people,
		Routes: slices.Concat(pages.Routes(), me.New(d, people, false).Routes(), deposit.New(d, forms.NewService(d)).Routes(), office.New(project.NewService(d, forms.Part()), deposit.Preview).Routes())})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(s.Close)
	return c
}

// code reads the last code that was sent.
func (c *town) code() (code string) {
	c.t.Helper()
	err := c.d.Read(c.t.Context(), func(ctx context.Context, tx db.Tx) error {
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
		c.t.Fatal(err)
	}
	return code
}

// client is a browser without scripts on one platform.
type client struct {
	*http.Client
	town *town
	host string
}

func (c *town) client(host string) *client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return &client{&http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, c, host}
}

// as is a client that is signed in with an address.
func (c *town) as(host, email string) *client {
	c.t.Helper()
	v := c.client(host)
	sent := v.ask("POST", "/connexion", url.Values{"email": {email}})
	if a := v.ask("POST", "/connexion/code", url.Values{"email": {email}, "demande": {webtest.Asked(sent.text)}, "code": {c.code()}}); a.StatusCode != http.StatusSeeOther {
		c.t.Fatalf("%s cannot sign in: %d", email, a.StatusCode)
	}
	return v
}

type answer struct {
	*http.Response
	text string
}

func (v *client) ask(method, path string, form url.Values, headers ...string) answer {
	v.town.t.Helper()
	r, err := http.NewRequestWithContext(v.town.t.Context(), method, "http://127.0.0.1:"+v.town.port+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.town.t.Fatal(err)
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
		v.town.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.town.t.Fatal(err)
	}
	return answer{res, string(b)}
}

// fields reads what a form's page would send if nothing were changed.
func fields(t *testing.T, page string) url.Values {
	t.Helper()
	form := url.Values{}
	_, page, _ = strings.Cut(page, `<form class="form`)
	page, _, _ = strings.Cut(page, "</form>")
	select_ := ""
	for _, tag := range strings.Split(page, "<")[1:] {
		name, value := attribute(tag, "name"), attribute(tag, "value")
		switch {
		case strings.HasPrefix(tag, "select"):
			select_ = name
		case strings.HasPrefix(tag, "option") && strings.Contains(tag, " selected"):
			form.Set(select_, value)
		case strings.HasPrefix(tag, "textarea"):
			_, text, _ := strings.Cut(tag, ">")
			form.Set(name, unescape.Replace(text))
		case strings.HasPrefix(tag, "input") && (strings.Contains(tag, `type="radio"`) || strings.Contains(tag, `type="checkbox"`)):
			if strings.Contains(tag, " checked") {
				form.Add(name, value)
			}
		case strings.HasPrefix(tag, "input") && name != "":
			form.Set(name, value)
		}
	}
	return form
}

var unescape = strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&lt;", "<", "&gt;", ">", "&amp;", "&")

func attribute(tag, name string) string {
	_, rest, ok := strings.Cut(tag, " "+name+`="`)
	if !ok {
		return ""
	}
	value, _, _ := strings.Cut(rest, `"`)
	return unescape.Replace(value)
}

// draft makes an edition through the pages and gives its address.
func (v *client) draft(model, title string) string {
	v.town.t.Helper()
	a := v.ask("POST", "/organisation/nouvelle", url.Values{"model": {model}, "title": {title}, "population": {"12 000"}})
	to, _, _ := strings.Cut(a.Header.Get("Location"), "/presentation")
	if a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/organisation/editions/") {
		v.town.t.Fatalf("%s was not made: %d %s", title, a.StatusCode, a.text)
	}
	return to
}

// through saves every screen of a draft as it is proposed.
func (v *client) through(edition string) {
	v.town.t.Helper()
	for _, screen := range []string{"presentation", "budget", "calendrier", "reglement", "categories", "formulaire"} {
		page := v.ask("GET", edition+"/"+screen, nil)
		form := fields(v.town.t, page.text)
		if screen == "presentation" {
			form.Set("summary", "Trente mille euros pour les idées des habitants.")
		}
		form.Set("do", "save")
		if a := v.ask("POST", edition+"/"+screen, form); a.StatusCode != http.StatusSeeOther {
			v.town.t.Fatalf("%s is not saved as it is proposed: %d %s", screen, a.StatusCode, a.text)
		}
	}
}

func TestEveryModelIsPublishedAsItIsProposed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d)
		v := c.as("localhost", organiser)
		for _, m := range project.Models() {
			edition := v.draft(string(m), "Budget "+string(m))
			v.through(edition)
			if a := v.ask("POST", edition+"/publier", nil); a.StatusCode != http.StatusSeeOther {
				t.Errorf("%s is not published: %d %s", m, a.StatusCode, a.text)
			}
			slug := edition[strings.LastIndexByte(edition, '/')+1:]
			if a := c.client("localhost").ask("GET", "/projets/"+slug, nil); a.StatusCode != 200 || !strings.Contains(a.text, "Trente mille euros") {
				t.Errorf("%s is not on its public page: %d", m, a.StatusCode)
			}
			if a := c.client("localhost").ask("GET", "/projets/"+slug+"/reglement", nil); a.StatusCode != 200 || !strings.Contains(a.text, "60\u202f000") {
				t.Errorf("%s has no règlement with its budget: %d", m, a.StatusCode)
			}
		}
	})
}
