package talk_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/discussion"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/site"
	"github.com/parvis-civic/parvis/internal/web/talk"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/internal/web/webtest"
	"github.com/parvis-civic/parvis/tally"
)

// city is a platform with an edition whose deposit is open, two proposals of one author, and people of each role; another
// platform beside it has the same.
type city struct {
	t       *testing.T
	d       *db.DB
	h       http.Handler
	of      platform.Platform
	edition project.Project
	first   proposal.Proposal
	second  proposal.Proposal
	by      map[string]account.Person
	talk    *discussion.Service
}

const (
	about = "/projets/budget/propositions/1"
	title = "Des bancs sous les arbres"
)

func found(t *testing.T, d *db.DB) *city {
	t.Helper()
	c := &city{t: t, d: d, by: map[string]account.Person{}, talk: discussion.NewService(d)}
	for _, slug := range []string{"ailleurs", "ville"} {
		of, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: slug, Name: slug, Hosts: []string{slug + ".example"}})
		if err != nil {
			t.Fatal(err)
		}
		c.of = of
		if err := d.Write(t.Context(), c.edit); err != nil {
			t.Fatal(err)
		}
	}
	pages := site.New(d, "http://ville.example")
	h, err := web.New(web.Options{Log: slog.New(slog.DiscardHandler), Platforms: pages, Static: ui.NewStatic(), People: webtest.People{On: "ville", By: c.by},
		Routes: append(pages.Routes(), talk.New(d, c.talk).Routes()...)})
	if err != nil {
		t.Fatal(err)
	}
	c.h = h
	return c
}

// edit makes the edition and its people on c.of.
func (c *city) edit(ctx context.Context, tx db.Tx) error {
	now := tx.Now()
	for name, roles := range map[string][]access.Role{"auteur": nil, "lea": nil, "marc": nil, "analyste": {access.Analyst}, "pilote": {access.Supervisor}, "elue": {access.Elected},
		"guichet": {access.PollingAgent}, "bailleur": {access.Partner}, "organise": {access.Organiser}} {
		p, err := account.Stage(ctx, tx, c.of.Key, account.Person{Email: name + account.StageDomain, Name: strings.ToUpper(name[:1]) + name[1:], Kind: account.Resident, Language: "fr"}, roles)
		if err != nil {
			return err
		}
		p.Roles = p.Roles.With(roles...)
		c.by[name] = p
	}
	c.edition = project.Project{ID: ids.Dated(now), Slug: "budget", Title: "Budget 2027", State: project.Published, Origin: project.OfCity, Language: "fr", Currency: "EUR", Rulebook: 1, PublishedAt: now, CreatedAt: now}
	deposit := project.Step{ID: ids.Random(), Project: c.edition.ID, Kind: project.Collect, Slug: "depot", StartsAt: now.AddDate(0, 0, -7), EndsAt: now.AddDate(0, 0, 7)}
	who := rulebook.Who{Residence: rulebook.Residence{In: rulebook.Anywhere}, Kinds: []rulebook.Kind{rulebook.KindPerson}}
	book := rulebook.Rulebook{Format: rulebook.Format, Currency: "EUR", Deposit: &rulebook.Deposit{Who: who, Running: rulebook.Running{Kind: rulebook.RunningAllowed}},
		Vote: rulebook.Vote{Who: &who, Ballot: rulebook.Shape{Kind: rulebook.Simple, Min: 1, Max: 3}, Totals: rulebook.Totals{During: rulebook.Hidden}},
		Count: tally.Rule{Method: tally.MethodGreedy, Scoring: tally.Scoring{By: tally.ByChoice}, Budget: 100_000_000, Fit: tally.Fit{Then: tally.FitSkip},
			Ties: []tally.TieBreak{{By: tally.TieLowerCost}, {By: tally.TieOrder}}, DropOut: tally.DropOutNext}}
	for _, err := range []error{
		account.Appear(ctx, tx, c.of.Key, c.by["auteur"].ID, "Auteur", account.Resident, now),
		project.Insert(ctx, tx, c.of.Key, c.edition),
		project.SetRulebook(ctx, tx, c.of.Key, c.edition.ID, 1, book),
		project.InsertSteps(ctx, tx, c.of.Key, []project.Step{deposit}),
	} {
		if err != nil {
			return err
		}
	}
	for i, p := range []*proposal.Proposal{&c.first, &c.second} {
		*p = proposal.Proposal{ID: ids.Dated(now), Project: c.edition.ID, Number: i + 1, Slug: "des-bancs", Title: title, Body: "Texte", Cost: 100, Author: c.by["auteur"].ID,
			CreatedAt: now, PublishedAt: now, UpdatedAt: now}
		if err := proposal.Publish(ctx, tx, c.of.Key, deposit.ID, *p, nil, proposal.Version{Title: p.Title, At: now}); err != nil {
			return err
		}
	}
	return nil
}

// answer is what a request gets.
type answer struct {
	status     int
	to, body   string // to: where it leads
	cookieLike string
}

// do asks as somebody; empty: as nobody.
func (c *city) do(method, host, who, path string, form url.Values) answer {
	c.t.Helper()
	r := httptest.NewRequestWithContext(c.t.Context(), method, "http://"+host+path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if who != "" {
		r.AddCookie(&http.Cookie{Name: "parvis", Value: who})
	}
	w := httptest.NewRecorder()
	c.h.ServeHTTP(w, r)
	return answer{status: w.Code, to: w.Header().Get("Location"), body: w.Body.String(), cookieLike: w.Header().Get("Set-Cookie")}
}

func (c *city) get(who, path string) answer {
	c.t.Helper()
	return c.do(http.MethodGet, "ville.example", who, path, nil)
}

// post sends a form, given as pairs.
func (c *city) post(who, path string, pairs ...string) answer {
	c.t.Helper()
	form := url.Values{"_": {""}}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return c.do(http.MethodPost, "ville.example", who, path, form)
}

// page is the page of the first proposal.
func (c *city) page(who string) string {
	c.t.Helper()
	a := c.get(who, about+"-des-bancs")
	if a.status != http.StatusOK {
		c.t.Fatalf("the proposal answers %d to %q, leads to %s", a.status, who, a.to)
	}
	return a.body
}

// say publishes a comment through the service.
func (c *city) say(who string, parent ids.ID, body string) discussion.Comment {
	c.t.Helper()
	said, err := c.talk.Post(c.t.Context(), c.of, c.by[who], "budget", 1, discussion.Written{Parent: parent, Body: body})
	if err != nil {
		c.t.Fatal(err)
	}
	return said
}

func has(t *testing.T, what, page string, want bool, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(page, w) != want {
			t.Errorf("%s: has %q: %v, want %v", what, w, !want, want)
		}
	}
}

// forget does what the account room does when somebody asks to be forgotten and leaves what is public.
func forget(ctx context.Context, tx db.Tx, platform int64, person ids.ID) error {
	return discussion.Room().Forget(ctx, tx, platform, person, true)
}
