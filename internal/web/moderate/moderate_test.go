package moderate_test

import (
	"context"
	"fmt"
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

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/graph"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/moderation"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/internal/web"
	webdeposit "github.com/parvis-civic/parvis/internal/web/deposit"
	"github.com/parvis-civic/parvis/internal/web/me"
	"github.com/parvis-civic/parvis/internal/web/moderate"
	"github.com/parvis-civic/parvis/internal/web/site"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/internal/web/webtest"
	"github.com/parvis-civic/parvis/tally"
)

const budget = "budget"

// town serves "ville", which answers localhost, and "ailleurs". ana proposes, bob reads, claire and denis moderate, each role has
// somebody under its own name.
type town struct {
	t    *testing.T
	d    *db.DB
	of   platform.Platform
	step ids.ID
	who  map[string]account.Person
	h    http.Handler
}

func settle(t *testing.T, d *db.DB, patience time.Duration) *town {
	t.Helper()
	c := &town{t: t, d: d, step: ids.Random(), who: map[string]account.Person{}}
	var err error
	if c.of, err = platform.NewService(d).Create(t.Context(), platform.New{Slug: "ville", Name: "La Ville"}); err != nil {
		t.Fatal(err)
	}
	if _, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: "ailleurs", Name: "Ailleurs"}); err != nil {
		t.Fatal(err)
	}
	roles := map[string][]access.Role{"ana": nil, "bob": nil, "claire": {access.Moderator}, "denis": {access.Moderator}}
	for _, role := range access.All() {
		roles[role.String()] = []access.Role{role}
	}
	err = d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		edition, now := ids.Random(), tx.Now()
		book := rulebook.Rulebook{Format: rulebook.Format, Currency: "EUR",
			Deposit: &rulebook.Deposit{Who: rulebook.Who{Residence: rulebook.Residence{In: rulebook.InCity}, Kinds: []rulebook.Kind{rulebook.KindPerson}}, MaximumCost: 5_000_000, Running: rulebook.Running{Kind: rulebook.RunningAllowed}},
			Vote: rulebook.Vote{Who: &rulebook.Who{Residence: rulebook.Residence{In: rulebook.InCity}, Kinds: []rulebook.Kind{rulebook.KindPerson}}, Ballot: rulebook.Shape{Kind: rulebook.Simple, Min: 1, Max: 3},
				Totals: rulebook.Totals{During: rulebook.Hidden}},
			Count: tally.Rule{Method: tally.MethodGreedy, Scoring: tally.Scoring{By: tally.ByChoice}, Budget: 100_000_000, Fit: tally.Fit{Then: tally.FitSkip},
				Ties: []tally.TieBreak{{By: tally.TieLowerCost}, {By: tally.TieOrder}}, DropOut: tally.DropOutNext}}
		for _, err := range []error{
			project.Insert(ctx, tx, c.of.Key, project.Project{ID: edition, Slug: budget, Title: "Budget 2027", Currency: "EUR", Language: "fr", State: project.Published, Origin: project.OfCity, Rulebook: 1, CreatedAt: now, PublishedAt: now}),
			project.SetRulebook(ctx, tx, c.of.Key, edition, 1, book),
			project.InsertSteps(ctx, tx, c.of.Key, []project.Step{{ID: c.step, Project: edition, Kind: project.Collect, Slug: "depot", StartsAt: now.Add(-time.Hour), EndsAt: now.Add(48 * time.Hour)},
				{ID: ids.Random(), Project: edition, Position: 1, Kind: project.Vote, Slug: "vote", StartsAt: now.Add(72 * time.Hour), EndsAt: now.Add(96 * time.Hour)}}),
			project.InsertCategories(ctx, tx, c.of.Key, []project.Category{{ID: ids.Random(), Project: edition, Kind: "category", Slug: "nature", Name: "Nature", Sort: []byte{1}}}),
		} {
			if err != nil {
				return err
			}
		}
		for name, list := range roles {
			p, err := account.Stage(ctx, tx, c.of.Key, account.Person{Email: name + account.StageDomain, Name: strings.ToUpper(name[:1]) + name[1:], Kind: account.Resident, Language: "fr"}, list)
			if err != nil {
				return err
			}
			c.who[name] = p
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	pages := site.New(d, "http://localhost")
	api, err := graph.New(graph.Options{DB: d, Log: quiet, Local: "http://localhost"})
	if err != nil {
		t.Fatal(err)
	}
	c.h, err = web.New(web.Options{Log: quiet, Platforms: pages, Static: ui.NewStatic(), People: webtest.People{On: "ville", By: c.who}, Patience: patience,
		Routes: slices.Concat(pages.Routes(), me.New(d, account.NewService(d), true).Routes(), webdeposit.New(d, deposit.NewService(d)).Routes(),
			moderate.New(moderation.NewService(d, moderation.Proposals(), moderation.Comments())).Routes()),
		Others:    map[string]http.Handler{"/graphql": api, "GET /sitemap.xml": http.HandlerFunc(pages.SiteMap)},
		AnyOrigin: []string{"/graphql"}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// ask sends a request as somebody; nobody when who is empty.
func (c *town) ask(who, host, method, path string, form url.Values) (status int, to, text string) {
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
	return w.Code, w.Header().Get("Location"), string(b)
}

func (c *town) get(who, path string) string {
	c.t.Helper()
	status, to, text := c.ask(who, "localhost", "GET", path, nil)
	if status != 200 {
		c.t.Fatalf("%s as %q: %d to %s", path, who, status, to)
	}
	return text
}

func (c *town) propose(who, title, body string) proposal.Proposal {
	c.t.Helper()
	deposits := deposit.NewService(c.d)
	content := deposit.Content{Title: title, Body: body, Category: "nature", Cost: "1000", Name: c.who[who].Name, Age: deposit.AgeAdult, Kind: rulebook.KindPerson, Criteria: map[string]string{"lives_in": "yes"}}
	d, err := deposits.Save(c.t.Context(), c.of, c.who[who], budget, ids.ID{}, content, deposit.Upload{})
	if err != nil {
		c.t.Fatal(err)
	}
	p, err := deposits.Publish(c.t.Context(), c.of, c.who[who], budget, d.ID, 0)
	if err != nil {
		c.t.Fatal(err)
	}
	return p
}

var (
	caseHref = regexp.MustCompile(`/moderation/cas/[0-9a-f-]{36}`)
	versions = regexp.MustCompile(`name="version" value="(\d+)"`)
	actHref  = regexp.MustCompile(`/mon-espace/moderation/[0-9a-f-]{36}`)
	ticks    = regexp.MustCompile(`name="case" value="([^"]+)"`)
)

func first(t *testing.T, find *regexp.Regexp, text string) string {
	t.Helper()
	m := find.FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("no %s in %s", find, text)
	}
	return m[len(m)-1]
}

// TestModeratorsJourneyOverThePages is journey G: reported, in the queue with its context, decided, told, contested, answered.
func TestModeratorsJourneyOverThePages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d, 0)
		p := c.propose("ana", "Le maire est un <b>zouave</b>", "Vraiment un zouave.")
		page := fmt.Sprintf("/projets/%s/propositions/%d-%s", budget, p.Number, p.Slug)
		report := "/signaler/projet/" + p.ID.String()
		if text := c.get("", page); !strings.Contains(text, report) {
			t.Fatal("the page of a proposal has no way to report it")
		}
		if text := c.get("", report); !strings.Contains(text, "zouave&lt;/b&gt;") || !strings.Contains(text, `name="website"`) {
			t.Error("the form does not say what it is about")
		}
		if status, _, text := c.ask("bob", "localhost", "POST", report, url.Values{"sentence": {"Il \"insulte\" <i>"}}); status != 422 || !strings.Contains(text, "field-reason-problem") || !strings.Contains(text, "Il &#34;insulte&#34; &lt;i&gt;") {
			t.Errorf("without a reason: %d, or what was typed is lost", status)
		}
		if status, to, _ := c.ask("bob", "localhost", "POST", report, url.Values{"reason": {"insult"}, "sentence": {"Il insulte."}}); status != 303 || !strings.Contains(to, "fait=signale") {
			t.Fatalf("a report: %d to %s", status, to)
		}
		if text := c.get("bob", report+"?fait=signale"); !strings.Contains(text, "Merci") {
			t.Error("nobody says thank you")
		}
		queue := c.get("claire", "/moderation")
		for _, says := range []string{"zouave", "1 signalement", "dont 1 d’une personne identifiée", "Propos injurieux", "projet n°\u00a01, Budget 2027"} {
			if !strings.Contains(queue, says) {
				t.Errorf("the queue does not say %q", says)
			}
		}
		one := first(t, caseHref, queue)
		sheet := c.get("claire", one)
		for _, says := range []string{"Vraiment un zouave.", "Il insulte.", "Ana", `name="act"`} {
			if !strings.Contains(sheet, says) {
				t.Errorf("the case does not say %q", says)
			}
		}
		version := first(t, versions, sheet)
		if status, _, text := c.ask("claire", "localhost", "POST", one, url.Values{"act": {"hide"}, "note": {"Mon mot"}, "version": {version}}); status != 422 || !strings.Contains(text, "field-reason-problem") || !strings.Contains(text, "Mon mot") {
			t.Errorf("without a reason: %d", status)
		}
		if status, to, _ := c.ask("claire", "localhost", "POST", one, url.Values{"act": {"hide"}, "reason": {"insult"}, "note": {"Dites-le autrement."}, "version": {version}}); status != 303 || !strings.Contains(to, "fait=retire") {
			t.Fatalf("hiding: %d to %s", status, to)
		}
		if status, _, text := c.ask("denis", "localhost", "POST", one, url.Values{"act": {"keep"}, "note": {"À garder"}, "version": {version}}); status != 422 || !strings.Contains(text, "quelqu’un d’autre a agi") || !strings.Contains(text, "À garder") || !strings.Contains(text, "Retirée.") {
			t.Errorf("the second of two is not told what the first did, or loses what they typed: %d", status)
		}
		public := c.get("", fmt.Sprintf("/projets/%s/propositions/%d", budget, p.Number))
		if !strings.Contains(public, "Propos injurieux") || strings.Contains(public, "zouave") || strings.Contains(public, "Claire") {
			t.Error("the public page does not keep the reason, or says more")
		}
		if text := c.get("", "/en/projets/"+budget+"/propositions/1"); !strings.Contains(text, "Insulting words") {
			t.Error("the reason is not said in English")
		}
		register := c.get("", "/contributions-retirees")
		for _, says := range []string{"Propos injurieux", "1 contribution a été retirée.", "Projet n°\u00a01", "décision n°\u00a01"} {
			if !strings.Contains(register, says) {
				t.Errorf("the register does not say %q", says)
			}
		}
		if text := c.get("bob", report); !strings.Contains(text, "n’est plus en ligne") || strings.Contains(text, "zouave") {
			t.Error("what is removed is still reported, or shown by its form")
		}
		// The author is told by a role, contests, and somebody else answers.
		mine := c.get("ana", "/mon-espace/moderation")
		act := first(t, actHref, mine)
		told := c.get("ana", act)
		if !strings.Contains(told, "Dites-le autrement.") || strings.Contains(told, "Claire") || !strings.Contains(told, "équipe de modération") || !strings.Contains(told, `name="appeal"`) {
			t.Error("the author does not read why, or reads a name")
		}
		for _, who := range []string{"bob", "claire"} {
			for _, method := range []string{"GET", "POST"} {
				if status, _, _ := c.ask(who, "localhost", method, act, url.Values{"appeal": {"Non."}}); status != 404 {
					t.Errorf("%s of it by %s: %d", method, who, status)
				}
			}
		}
		if status, to, _ := c.ask("ana", "localhost", "POST", act, url.Values{"appeal": {"C’était pour rire."}}); status != 303 || !strings.Contains(to, "fait=conteste") {
			t.Fatalf("contesting: %d to %s", status, to)
		}
		sheet = c.get("claire", one)
		if strings.Contains(sheet, `name="answer"`) || !strings.Contains(sheet, "C’était pour rire.") {
			t.Error("who decided is asked to answer")
		}
		sheet = c.get("denis", one)
		version = first(t, versions, sheet)
		if status, _, _ := c.ask("claire", "localhost", "POST", one+"/recours", url.Values{"answer": {"upheld"}, "note": {"Non."}, "version": {version}}); status != 422 {
			t.Errorf("who decided answers: %d", status)
		}
		if status, to, _ := c.ask("denis", "localhost", "POST", one+"/recours", url.Values{"answer": {"overturned"}, "version": {version}}); status != 303 || !strings.Contains(to, "fait=annule") {
			t.Fatalf("answering: %d to %s", status, to)
		}
		if text := c.get("", page); !strings.Contains(text, "zouave") {
			t.Error("it is not back")
		}
		if text := c.get("", "/contributions-retirees"); !strings.Contains(text, "Remise en ligne") {
			t.Error("the register does not say that it is back")
		}
		if missing := i18n.Missing(); len(missing) > 0 {
			t.Errorf("not translated: %v", missing)
		}
	})
}

func TestNobodyElseOpensTheModeratorsPages(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	c := settle(t, d, 0)
	p := c.propose("ana", "Un banc", "Pour souffler.")
	report := "/signaler/projet/" + p.ID.String()
	if status, _, _ := c.ask("", "localhost", "POST", report, url.Values{"reason": {"advert"}}); status != 303 {
		t.Fatal(status)
	}
	one := first(t, caseHref, c.get("claire", "/moderation"))
	for _, path := range []string{"/moderation", "/moderation/soupcons", one, one + "/accord", one + "/recours", "/moderation/adresses"} {
		for who := range c.who {
			may := who == "moderator" || who == "administrator" || who == "claire" || who == "denis" || path == "/moderation/adresses" && who == "organiser"
			for _, method := range []string{"GET", "POST"} {
				status, _, text := c.ask(who, "localhost", method, path, url.Values{"version": {"0"}})
				if !may && status != http.StatusForbidden && status != http.StatusMethodNotAllowed && status != http.StatusNotFound {
					t.Errorf("%s %s as %s: %d", method, path, who, status)
				}
				if may && status == http.StatusForbidden || status >= 500 {
					t.Errorf("%s %s as %s: %d %s", method, path, who, status, text)
				}
			}
		}
	}
	for _, path := range []string{"/moderation/cas/" + ids.Random().String(), "/moderation/cas/x", "/signaler/projet/x", "/signaler/commentaire/" + ids.Random().String(), "/signaler/autre/" + p.ID.String(), "/mon-espace/moderation/" + ids.Random().String()} {
		if status, _, _ := c.ask("claire", "localhost", "GET", path, nil); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
	if status, _, _ := c.ask("", "ailleurs.localhost", "GET", report, nil); status != http.StatusNotFound {
		t.Errorf("another platform: %d", status)
	}
	r := httptest.NewRequestWithContext(t.Context(), "POST", "http://localhost"+report, strings.NewReader("reason=advert"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	if c.h.ServeHTTP(w, r); w.Code != http.StatusForbidden {
		t.Errorf("from another site: %d", w.Code)
	}
}

func TestAWaveIsDecidedTogetherAndEachSaysWhatBecameOfIt(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	c := settle(t, d, 0)
	for n := range 3 {
		p := c.propose("ana", fmt.Sprint("Achetez mes toits ", n), "Pas chers.")
		if status, _, _ := c.ask("bob", "localhost", "POST", "/signaler/projet/"+p.ID.String(), url.Values{"reason": {"advert"}}); status != 303 {
			t.Fatal(status)
		}
	}
	var picked []string
	for _, m := range ticks.FindAllStringSubmatch(c.get("claire", "/moderation"), -1) {
		picked = append(picked, m[1])
	}
	id, version, _ := strings.Cut(picked[1], "/")
	if status, _, _ := c.ask("denis", "localhost", "POST", "/moderation/cas/"+id, url.Values{"act": {"keep"}, "version": {version}}); status != 303 {
		t.Fatal(status)
	}
	if status, _, text := c.ask("claire", "localhost", "POST", "/moderation", url.Values{"act": {"hide"}, "case": picked}); status != 422 || strings.Count(text, " checked") < 2 {
		t.Errorf("without a reason: %d, or what was ticked is lost", status)
	}
	status, _, text := c.ask("claire", "localhost", "POST", "/moderation", url.Values{"act": {"hide"}, "reason": {"advert"}, "case": picked})
	if status != 200 || strings.Count(text, "Retirée.") != 2 || strings.Count(text, "quelqu’un d’autre a agi") != 1 {
		t.Errorf("%d: %s", status, text)
	}
	if status, _, _ := c.ask("claire", "localhost", "POST", "/moderation", url.Values{"act": {"keep"}}); status != 422 {
		t.Errorf("nothing ticked: %d", status)
	}
}

func TestAFormThatAProgramFilledIsShownAgainAsItWas(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	c := settle(t, d, time.Minute)
	p := c.propose("ana", "Un banc", "Pour souffler.")
	path := "/signaler/projet/" + p.ID.String()
	form := url.Values{"reason": {"advert"}, "sentence": {"Ma phrase"}, "website": {"http://spam.example"}}
	if status, _, text := c.ask("", "localhost", "POST", path, form); status != 422 || !strings.Contains(text, "Ma phrase") || strings.Contains(text, "spam.example") {
		t.Errorf("the hidden field: %d", status)
	}
	shown := first(t, regexp.MustCompile(`name="shown_at" value="(\d+)"`), c.get("", path))
	form = url.Values{"reason": {"advert"}, "sentence": {"Ma phrase"}, "shown_at": {shown}}
	status, _, text := c.ask("", "localhost", "POST", path, form)
	if status != 422 || !strings.Contains(text, "Ma phrase") || !strings.Contains(text, `value="`+shown+`"`) {
		t.Errorf("at once: %d", status)
	}
	form.Set("shown_at", fmt.Sprint(time.Now().Add(-2*time.Minute).UnixMilli()))
	if status, _, _ := c.ask("", "localhost", "POST", path, form); status != 303 {
		t.Errorf("after a while: %d", status)
	}
	if status, _, text := c.ask("", "localhost", "POST", "/connexion", url.Values{"email": {"zoe@exemple.fr"}, "website": {"x"}}); status != 422 || !strings.Contains(text, "zoe@exemple.fr") {
		t.Errorf("signing up: %d", status)
	}
	if status, _, text := c.ask("", "localhost", "POST", "/connexion", url.Values{"email": {"zoe@sous.yopmail.com"}}); status != 422 || !strings.Contains(text, "temporaire") {
		t.Errorf("an address that is thrown away: %d", status)
	}
	if status, _, text := c.ask("organiser", "localhost", "POST", "/moderation/adresses", url.Values{"taken": {"pas un domaine"}}); status != 422 || !strings.Contains(text, "pas un domaine") {
		t.Errorf("no domain: %d", status)
	}
	if status, _, _ := c.ask("organiser", "localhost", "POST", "/moderation/adresses", url.Values{"taken": {"Yopmail.com\n"}, "refused": {"jetable.exemple.fr"}}); status != 303 {
		t.Errorf("domains: %d", status)
	}
	for email, want := range map[string]int{"zoe@sous.yopmail.com": 200, "zoe@jetable.exemple.fr": 422} {
		if status, _, _ := c.ask("", "localhost", "POST", "/connexion", url.Values{"email": {email}}); status != want {
			t.Errorf("%s: %d, want %d", email, status, want)
		}
	}
}
