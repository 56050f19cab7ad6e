package decide_test

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

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/decision"
	"github.com/parvis-civic/parvis/internal/decision/decisiontest"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/graph"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/articles"
	"github.com/parvis-civic/parvis/internal/web/decide"
	webdeposit "github.com/parvis-civic/parvis/internal/web/deposit"
	"github.com/parvis-civic/parvis/internal/web/me"
	"github.com/parvis-civic/parvis/internal/web/print"
	"github.com/parvis-civic/parvis/internal/web/site"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/internal/web/webtest"
)

// hall serves two towns; everybody is signed in by their name.
type hall struct {
	*decisiontest.Town
	h      http.Handler
	routes []web.Route
	others map[string]http.Handler
}

const paged = "/projets/" + decisiontest.Slug + "/propositions/"

func serve(t *testing.T, d *db.DB) hall {
	t.Helper()
	town := decisiontest.New(t, d, "ville")
	quiet := slog.New(slog.DiscardHandler)
	pages := site.New(d, "http://localhost")
	people := account.NewService(d, decision.Room())
	api, err := graph.New(graph.Options{DB: d, Log: quiet, Local: "http://localhost"})
	if err != nil {
		t.Fatal(err)
	}
	read := articles.New(d, "http://localhost")
	h := hall{Town: town, others: map[string]http.Handler{"/graphql": api, "GET /sitemap.xml": http.HandlerFunc(pages.SiteMap)}}
	h.routes = slices.Concat(pages.Routes(), me.New(d, people, false).Routes(), webdeposit.New(d, deposit.NewService(d)).Routes(), read.Routes(), print.New(d).Routes(), decide.New(d, town.Service).Routes())
	h.h, err = web.New(web.Options{Log: quiet, Platforms: pages, Static: ui.NewStatic(), People: webtest.People{On: "ville", By: town.People}, Routes: h.routes, Others: h.others, AnyOrigin: []string{"/graphql"}})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// ask sends a request as somebody at a time; nobody when who is empty.
func (c hall) ask(later time.Duration, who, method, path string, form url.Values) (status int, to, text string) {
	c.Helper()
	return c.at("ville.example", later, who, method, path, form)
}

func (c hall) at(host string, later time.Duration, who, method, path string, form url.Values) (status int, to, text string) {
	c.Helper()
	path, _, _ = strings.Cut(path, "#")
	r := httptest.NewRequestWithContext(c.In(later), method, "http://"+host+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if strings.HasPrefix(path, "/graphql") {
		r = httptest.NewRequestWithContext(c.In(later), method, "http://"+host+path, strings.NewReader(form.Get("query")))
		r.Header.Set("Content-Type", "application/json")
	}
	if who != "" {
		r.AddCookie(&http.Cookie{Name: "parvis", Value: who})
	}
	w := httptest.NewRecorder()
	c.h.ServeHTTP(w, r)
	b, err := io.ReadAll(w.Body)
	if err != nil {
		c.Fatal(err)
	}
	return w.Code, w.Header().Get("Location"), string(b)
}

// must asks, and fails when the status is another.
func (c hall) must(later time.Duration, who, method, path string, form url.Values, want int) (to, text string) {
	c.Helper()
	status, to, text := c.ask(later, who, method, path, form)
	if status != want {
		c.Fatalf("%s %s as %q: %d, want %d: %s", method, path, who, status, want, problems(text))
	}
	return to, text
}

var tag = regexp.MustCompile(`<[^>]*>`)

func problems(html string) string {
	_, html, _ = strings.Cut(html, `class="form-problems"`)
	html, _, _ = strings.Cut(html, "</ul>")
	return strings.Join(strings.Fields(tag.ReplaceAllString(html, " ")), " ")
}

const query = `{"query":"{ projects(first: 9) { edges { node { title steps { ... on CollectStep { proposals(first: 20) { edges { node { title body cost { amount } } } } } ... on SelectionStep { proposals(first: 20) { totalCount edges { node { title body cost { amount } } } } } } } } } }"}`

// secrets are words that a refusal and a cost bring, and that nothing else has.
var secrets = []string{"patinoire demande une équipe", "piste de roller", "14 700 €", "14\u202f700", "bancs plus petits", "SECRET-PRIVE"}

func TestADecisionIsNowhereBeforeItsDate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := serve(t, d)
		const wave = 48 * time.Hour
		c.Decide(wave, map[int]decision.Assessment{1: decisiontest.Voted(1_470_000, "Il faut des bancs plus petits, et deux arbres en plus."), 3: decisiontest.Refusal()})
		staff := map[string]bool{"sonia": true, "denis": true, "dora": true, "omar": true}
		// Every route that answers a page, for who reads it as anybody would; those of who decides are theirs.
		paths := []string{"/actualites.atom", "/sitemap.xml"}
		parameters := regexp.MustCompile(`\{[a-z$]+\}`)
		for _, route := range c.routes {
			if route.Method != "" {
				continue
			}
			for _, proposal := range []string{"1", "3"} {
				path := strings.NewReplacer("{project}", decisiontest.Slug, "{proposal}", proposal, "{number}", proposal, "{$}", "").Replace(route.Path)
				if path = parameters.ReplaceAllString(path, "absent"); !slices.Contains(paths, path) {
					paths = append(paths, path)
				}
			}
		}
		paths = append(paths, paged+"1-des-bancs-a-l-ombre-rue-des-tilleuls", paged+"3-une-patinoire-toute-l-annee", "/projets/"+decisiontest.Slug+"/propositions?q=patinoire", "/en"+paged+"3-une-patinoire-toute-l-annee")
		if len(paths) < 40 {
			t.Errorf("only %d addresses are read", len(paths))
		}
		reads := func(later time.Duration, who, path string) string {
			status, to, text := c.ask(later, who, http.MethodGet, path, nil)
			if status >= 500 {
				t.Errorf("%s as %q: %d", path, who, status)
			}
			if status == http.StatusMovedPermanently {
				_, _, text = c.ask(later, who, http.MethodGet, to, nil)
			}
			return text
		}
		seen := map[string]bool{}
		for who := range map[string]bool{"": true, "boris": true, "alex": true, "elsa": true, "sonia": true, "denis": true, "omar": true} {
			for _, path := range paths {
				if staff[who] && strings.HasPrefix(path, decide.Path+"/") {
					continue
				}
				text := reads(wave-time.Minute, who, path)
				for _, word := range secrets {
					if strings.Contains(text, word) {
						t.Errorf("%q reads %q at %s before the date", who, word, path)
					}
				}
				after := reads(wave+time.Minute, who, path)
				for _, word := range secrets {
					seen[word] = seen[word] || strings.Contains(after, word)
				}
				if strings.Contains(after, "SECRET-PRIVE") {
					t.Errorf("%q reads a private note at %s", who, path)
				}
			}
			if _, _, text := c.ask(wave-time.Minute, who, http.MethodPost, "/graphql", url.Values{"query": {query}}); strings.Contains(text, "14700") || strings.Contains(text, "roller") || strings.Contains(text, `"errors"`) {
				t.Errorf("the API tells %q: %s", who, text)
			}
		}
		for _, word := range secrets[:2] {
			if !seen[word] {
				t.Errorf("%q is nowhere after the date", word)
			}
		}
		// Its author is told an hour before.
		if text := reads(wave-61*time.Minute, "ana", paged+"3-une-patinoire-toute-l-annee"); strings.Contains(text, "roller") {
			t.Error("its author reads it before they are told")
		}
		if text := reads(wave-time.Minute, "ana", paged+"3-une-patinoire-toute-l-annee"); !strings.Contains(text, "roller") || !strings.Contains(text, "Vous êtes seul à lire") {
			t.Error("its author cannot read it in the last hour")
		}
	})
}

func TestTheSupervisorsAndTheAuthorsWay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := serve(t, d)
		board, three := "/decisions/"+decisiontest.Slug, "/decisions/"+decisiontest.Slug+"/projet/3"
		_, text := c.must(0, "sonia", "GET", board+"?desaccord=oui", nil, 200)
		if !strings.Contains(text, "passerelle") || strings.Contains(text, "patinoire") {
			t.Error("the filter of disagreements")
		}
		_, text = c.must(0, "sonia", "GET", three, nil, 200)
		if !strings.Contains(text, "Défavorable") || !strings.Contains(text, "600\u202f000") {
			t.Error("the opinion is not shown")
		}
		// Template language: the words of the article are offered, and refused as they are.
		form := url.Values{"outcome": {"refused"}, "article": {"deposit_what"}, "version": {"0"}, "act": {"template"}, "retour": {"desaccord=oui"}}
		_, text = c.must(0, "sonia", "POST", three, form, 200)
		if !strings.Contains(text, "Un projet est un investissement") {
			t.Error("the template does not say what this rulebook keeps out")
		}
		form.Set("explanation", "Le budget paie des travaux et des achats. Ce projet demande [ce qui sort de la règle…].")
		form.Set("act", "ready")
		_, text = c.must(0, "sonia", "POST", three, form, http.StatusUnprocessableEntity)
		for _, want := range []string{`id="field-explanation-problem"`, `id="field-possible-problem"`, "Le budget paie des travaux"} {
			if !strings.Contains(text, want) {
				t.Errorf("refused without %s", want)
			}
		}
		const hostile = `<script>alert(1)</script> Une patinoire demande une équipe chaque jour de l’année : le budget ne paie que des travaux.`
		form.Set("explanation", hostile)
		form.Set("possible", "Une piste de roller.")
		form.Set("service", c.Services["parcs"].String())
		form.Set("act", "save")
		c.must(0, "sonia", "POST", three, form, http.StatusSeeOther)
		_, text = c.must(0, "denis", "POST", three, form, http.StatusUnprocessableEntity) // from the version before
		if !strings.Contains(text, "Ce que l’autre personne a enregistré") || !strings.Contains(text, `name="version" value="1"`) {
			t.Error("the second of two who write is not told")
		}
		form.Set("version", "1")
		form.Set("act", "ready")
		to, _ := c.must(0, "sonia", "POST", three, form, http.StatusSeeOther)
		if !strings.Contains(to, "desaccord=oui") {
			t.Errorf("the filters are lost: %s", to)
		}
		sign := board + "/signature"
		day := c.Now.In(c.Of.Zone).AddDate(0, 0, 2)
		c.must(0, "denis", "POST", board+"/vagues", url.Values{"title": {"Vague"}, "at": {"2001-01-01"}, "at_time": {"10:00"}, "days": {"15"}}, http.StatusUnprocessableEntity)
		c.must(0, "denis", "POST", board+"/vagues", url.Values{"title": {"Vague"}, "at": {day.Format(time.DateOnly)}, "at_time": {"10:00"}, "days": {"15"}}, http.StatusSeeOther)
		_, text = c.must(0, "denis", "GET", sign, nil, 200)
		wave := regexp.MustCompile(`<option value="([^"]+)"`).FindStringSubmatch(text)
		if wave == nil {
			t.Fatal("no wave can be chosen")
		}
		c.must(0, "denis", "POST", sign, url.Values{"number": {"3"}, "wave": {ids.Random().String()}}, http.StatusNotFound)
		c.must(0, "denis", "POST", sign, url.Values{"number": {"3"}, "wave": {wave[1]}}, http.StatusSeeOther)
		later := 4 * 24 * time.Hour
		c.ask(later, "ana", "GET", "/", nil)
		page := paged + "3-une-patinoire-toute-l-annee"
		_, text = c.must(later, "", "GET", page, nil, 200)
		order := []string{"non retenu", "n’est pas retenu pour le vote", "Article du règlement", "Pourquoi", "équipe chaque jour", "Ce qui le rendrait possible", "roller", "À qui demander", "parcs@ville.example"}
		at := 0
		for _, want := range order {
			next := strings.Index(strings.ToLower(text[at:]), strings.ToLower(want))
			if next < 0 {
				t.Errorf("%q does not follow on the refused proposal's page", want)
				continue
			}
			at += next
		}
		if strings.Contains(text, "alert(1)</script>") || strings.Contains(text, "Ce que vous pouvez faire") {
			t.Error("hostile text, or actions that are not everybody's")
		}
		_, text = c.must(later, "ana", "GET", page, nil, 200)
		for _, want := range []string{"Demander un réexamen", "Le transmettre au service", "Le garder pour la prochaine édition"} {
			if !strings.Contains(text, want) {
				t.Errorf("its author is not offered %q", want)
			}
		}
		for _, do := range []string{"pass", "keep"} {
			c.must(later, "boris", "POST", paged+"3/demander", url.Values{"do": {do}}, http.StatusNotFound)
			c.must(later, "ana", "POST", paged+"3/demander", url.Values{"do": {do}}, http.StatusSeeOther)
		}
		c.must(later, "ana", "POST", paged+"3/reexamen", url.Values{"body": {"Non"}}, http.StatusUnprocessableEntity)
		c.must(later, "boris", "GET", paged+"3/reexamen", nil, http.StatusNotFound)
		c.must(later, "ana", "POST", paged+"3/reexamen", url.Values{"body": {"La métropole paierait l’énergie, TEXTE-PERSONNEL ci-joint."}}, http.StatusSeeOther)
		_, text = c.must(later, "sonia", "GET", board, nil, 200)
		appeal := regexp.MustCompile(`/decisions/budget/reexamens/[0-9a-f-]+`).FindString(text)
		if appeal == "" {
			t.Fatal("the board does not show the appeal")
		}
		answer := url.Values{"result": {"confirmed"}, "text": {"La lettre de la métropole ne l’engage pas au-delà d’un an."}}
		c.must(later, "denis", "POST", appeal, answer, http.StatusForbidden) // who decided
		c.must(later, "dora", "POST", appeal, answer, http.StatusSeeOther)
		_, text = c.must(later, "", "GET", page, nil, 200)
		if !strings.Contains(text, "ne l’engage pas") || strings.Contains(text, "TEXTE-PERSONNEL") {
			t.Error("the answer is not public, or the author's text is")
		}
		_, text = c.must(later, "elsa", "GET", decide.DashboardPath, nil, 200)
		if !strings.Contains(text, "Budget") || strings.Contains(text, "SECRET") {
			t.Error("the elected official's page")
		}
		c.must(0, "sonia", "GET", board+"/ordre-du-jour", nil, 200)
		c.must(0, "sonia", "GET", decide.Path, nil, 200)
		c.must(0, "sonia", "GET", board+"/projet/999", nil, http.StatusNotFound)
		c.must(0, "sonia", "GET", "/decisions/absent", nil, http.StatusNotFound)
	})
}

func TestMergingAsksItsAuthorsOnTheirPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := serve(t, d)
		merging := "/decisions/" + decisiontest.Slug + "/regroupements"
		until := c.Now.In(c.Of.Zone).AddDate(0, 0, 5).Format(time.DateOnly)
		c.must(0, "sonia", "POST", merging, url.Values{"common": {"1"}, "number": {"quatre"}, "reason": {"Les mêmes bancs, dans le même quartier."}, "until": {until}}, http.StatusUnprocessableEntity)
		c.must(0, "sonia", "POST", merging, url.Values{"common": {"1"}, "number": {"4"}, "reason": {"Les mêmes bancs, dans le même quartier."}, "until": {until}}, http.StatusSeeOther)
		c.must(0, "boris", "GET", paged+"4/regroupement", nil, http.StatusNotFound)
		for who, page := range map[string]string{"ana": paged + "1", "chloe": paged + "4"} {
			_, text := c.must(0, who, "GET", page+"/regroupement", nil, 200)
			if !strings.Contains(text, "Les mêmes bancs") {
				t.Errorf("%s is not asked", who)
			}
			c.must(0, who, "POST", page+"/regroupement", url.Values{"do": {"yes"}}, http.StatusSeeOther)
		}
		_, text := c.must(time.Minute, "", "GET", paged+"4-des-bancs-place-du-marche", nil, 200)
		if !strings.Contains(text, "projet commun") || !strings.Contains(text, paged+"1-des-bancs") {
			t.Error("the merged one does not lead to the common one")
		}
		_, text = c.must(time.Minute, "", "GET", paged+"1-des-bancs-a-l-ombre-rue-des-tilleuls", nil, 200)
		if !strings.Contains(text, "par chloe") {
			t.Error("the author of the merged one is not named")
		}
		if _, _, text := c.ask(time.Minute, "", "GET", "/projets/budget/propositions", nil); strings.Contains(text, "place du marché") {
			t.Error("the merged one is still in the list")
		}
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { // as moderation hides it
			_, err := tx.Exec(ctx, `UPDATE proposal SET trashed = 'invisible' WHERE platform = ? AND number = 4`, c.Of.Key)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		_, text = c.must(time.Minute, "", "GET", paged+"1-des-bancs-a-l-ombre-rue-des-tilleuls", nil, 200)
		if strings.Contains(text, "par chloe") || strings.Contains(text, "place-du-marche") || !strings.Contains(text, paged+"4") {
			t.Error("what moderation hid of a part is on the page of the common one")
		}
	})
}

func TestAnotherPlatformKnowsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := serve(t, d)
		decisiontest.New(t, d, "ailleurs")
		c.Decide(2*time.Hour, map[int]decision.Assessment{3: decisiontest.Refusal()})
		if _, _, text := c.at("ailleurs.example", 3*time.Hour, "", http.MethodGet, paged+"3-une-patinoire-toute-l-annee", nil); strings.Contains(text, "roller") {
			t.Error("the other platform shows the decision")
		}
		status, _, _ := c.at("ailleurs.example", 3*time.Hour, "sonia", http.MethodGet, "/decisions/budget/projet/3", nil)
		if status == 200 {
			t.Error("who supervises one platform reads another's")
		}
		var ctx context.Context = c.In(0)
		if _, err := c.File(ctx, c.Of, c.People["ana"], decisiontest.Slug, 3); err == nil {
			t.Error("a resident reads the file")
		}
	})
}
