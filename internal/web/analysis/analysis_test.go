package analysis_test

import (
	"bytes"
	"context"
	"errors"
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
	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/audit"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/internal/web"
	webanalysis "github.com/parvis-civic/parvis/internal/web/analysis"
	"github.com/parvis-civic/parvis/internal/web/site"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/internal/web/webtest"
	"github.com/parvis-civic/parvis/tally"
)

const hostile = `<script>alert(1)</script> =HYPERLINK("http://x")`

// town has an edition under analysis on two platforms: "ici", which answers localhost, and "ailleurs". Of the people, paule and piotr
// are of the parks, marc of the roads, tess of the metropolis; claire organises, sup distributes, ana is a resident, elu elected.
type town struct {
	t       *testing.T
	db      *db.DB
	of      platform.Platform
	h       http.Handler
	people  map[string]account.Person
	edition ids.ID
	list    []ids.ID // proposals
	rounds  []analysis.Round
	service map[string]ids.ID
	desk    *analysis.Service
}

func settle(t *testing.T, d *db.DB, proposals int) *town {
	t.Helper()
	c := &town{t: t, db: d, people: map[string]account.Person{}, service: map[string]ids.ID{}, desk: analysis.NewService(d)}
	roles := map[string][]access.Role{"paule": {access.Analyst}, "piotr": {access.Analyst}, "marc": {access.Analyst}, "tess": {access.Partner}, "claire": {access.Organiser}, "sup": {access.Supervisor},
		"ana": nil, "elu": {access.Elected}}
	for _, slug := range []string{"ici", "ailleurs"} {
		of, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: slug, Name: "Ville d’" + slug, Zone: "Europe/Paris"})
		if err != nil {
			t.Fatal(err)
		}
		if slug == "ici" {
			c.of = of
			c.must(d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				for name, list := range roles {
					p, err := account.Stage(ctx, tx, of.Key, account.Person{Email: name + account.StageDomain, Name: strings.ToUpper(name[:1]) + name[1:], Language: "fr", Kind: account.Resident}, list)
					if err != nil {
						return err
					}
					c.people[name] = p
				}
				return c.found(ctx, tx, proposals)
			}))
		}
	}
	pages := site.New(d, "http://localhost")
	h, err := web.New(web.Options{Log: slog.New(slog.DiscardHandler), Platforms: pages, Static: ui.NewStatic(), People: webtest.People{By: c.people},
		Routes: slices.Concat(pages.Routes(), webanalysis.New(d, c.desk).Routes())})
	c.must(err)
	c.h = h
	return c
}

func (c *town) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// found makes the edition, with proposals about nature, mobility and, every fifth, nothing that anybody studies.
func (c *town) found(ctx context.Context, tx db.Tx, n int) error {
	now := tx.Now()
	c.edition = ids.Dated(now)
	kinds := []project.Category{{ID: ids.Random(), Project: c.edition, Kind: "category", Slug: "nature", Name: "Nature", Sort: []byte("n")}, {ID: ids.Random(), Project: c.edition, Kind: "category", Slug: "mobilites", Name: "Mobilités", Sort: []byte("m")}}
	book := project.ModelBasket.Rulebook(tally.Amount(100_000_00), "EUR")
	book.Articles = []rulebook.CityArticle{{Title: rulebook.Text{FR: "Domaine public", EN: "Public land"}, Body: rulebook.Text{FR: "Le projet se fait sur le domaine public.", EN: "On public land."}}}
	steps := []project.Step{{ID: ids.Random(), Project: c.edition, Kind: project.Collect, Slug: "depot", StartsAt: now.AddDate(0, 0, -40), EndsAt: now.AddDate(0, 0, -10)},
		{ID: ids.Random(), Project: c.edition, Position: 1, Kind: project.Analysis, Slug: "analyse", StartsAt: now.AddDate(0, 0, -10), EndsAt: now.AddDate(0, 0, 20)},
		{ID: ids.Random(), Project: c.edition, Position: 2, Kind: project.Vote, Slug: "vote", StartsAt: now.AddDate(0, 0, 30), EndsAt: now.AddDate(0, 0, 40)}}
	err := errors.Join(project.Insert(ctx, tx, c.of.Key, project.Project{ID: c.edition, Slug: "budget", Title: "Budget", Currency: "EUR", Language: "fr", State: project.Published, Origin: project.OfCity, Rulebook: 1, CreatedAt: now, PublishedAt: now}),
		project.SetRulebook(ctx, tx, c.of.Key, c.edition, 1, book), project.InsertSteps(ctx, tx, c.of.Key, steps), project.InsertCategories(ctx, tx, c.of.Key, kinds))
	if err != nil {
		return err
	}
	var list []proposal.Proposal
	var places []proposal.Selection
	c.list = nil
	for i := range n {
		p := proposal.Proposal{ID: ids.Dated(now), Project: c.edition, Number: i + 1, Slug: fmt.Sprint("p-", i+1), Title: fmt.Sprintf("Planter des tilleuls à l’école %d", i+1), Body: hostile, Cost: 12_000_00, Category: kinds[i%2].ID,
			Author: c.people["ana"].ID, Address: fmt.Sprint(i, " rue des Lilas"), CreatedAt: now, PublishedAt: now}
		if i%5 == 4 {
			p.Category = ids.ID{}
		}
		list, places, c.list = append(list, p), append(places, proposal.Selection{Step: steps[0].ID, Proposal: p.ID, Number: p.Number, PublishedAt: now}), append(c.list, p.ID)
	}
	if err := proposal.Insert(ctx, tx, c.of.Key, list); err != nil {
		return err
	}
	return proposal.Select(ctx, tx, c.of.Key, places, make([][]proposal.Tag, len(places)))
}

// services sets three services up, two rounds, and sends what each studies, as claire does it.
func (c *town) services() {
	c.t.Helper()
	ctx, claire := c.t.Context(), c.people["claire"]
	for _, v := range []struct {
		name, body, studies string
		members             []string
	}{{"Espaces verts", "", "Nature", []string{"paule", "piotr"}}, {"Voirie", "", "Mobilités", []string{"marc"}}, {"Transports", "Métropole", "", []string{"tess"}}} {
		about := analysis.About{Name: v.name, Body: v.body, Contact: "01 02 03"}
		if v.studies != "" {
			about.Categories = []string{v.studies}
		}
		id, err := c.desk.SaveService(ctx, c.of, claire, ids.ID{}, about)
		c.must(err)
		for _, m := range v.members {
			c.must(c.desk.AddMember(ctx, c.of, claire, id, c.people[m].Email, i18n.FR))
		}
		c.service[v.name] = id
	}
	now := time.Now()
	c.must(c.desk.SetRounds(ctx, c.of, claire, "budget", []analysis.Round{{Kind: analysis.Admissibility, StartsAt: now.AddDate(0, 0, -9), DueAt: now.AddDate(0, 0, -2)}, {Kind: analysis.Costing, StartsAt: now.AddDate(0, 0, -2), DueAt: now.AddDate(0, 0, 9)}}))
	d, err := c.desk.Distribution(ctx, c.of, claire, "budget")
	c.must(err)
	c.rounds = d.Rounds
	_, err = c.desk.Send(ctx, c.of, claire, "budget", analysis.Sending{Round: c.rounds[1].ID, ByRule: true})
	c.must(err)
}

// ask sends a request as somebody; nobody when who is empty.
func (c *town) ask(who, host, method, path string, form url.Values) (int, string, string) {
	c.t.Helper()
	r := httptest.NewRequestWithContext(c.t.Context(), method, "http://"+host+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.serve(who, r)
}

func (c *town) serve(who string, r *http.Request) (int, string, string) {
	c.t.Helper()
	if who != "" {
		r.AddCookie(&http.Cookie{Name: "parvis", Value: who})
	}
	w := httptest.NewRecorder()
	c.h.ServeHTTP(w, r)
	b, err := io.ReadAll(w.Body)
	c.must(err)
	return w.Code, w.Header().Get("Location"), string(b)
}

func (c *town) get(who, path string) (int, string) {
	c.t.Helper()
	status, _, text := c.ask(who, "localhost", "GET", path, nil)
	return status, text
}

func (c *town) upload(who, path, field, name string, content []byte) (int, string, string) {
	c.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile(field, name)
	c.must(err)
	_, err = file.Write(content)
	c.must(errors.Join(err, form.Close()))
	r := httptest.NewRequestWithContext(c.t.Context(), "POST", "http://localhost"+path, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return c.serve(who, r)
}

// key is the assignment of a proposal to a service in the second round.
func (c *town) key(service string, number int) analysis.Key {
	return analysis.Key{Round: c.rounds[1].ID, Service: c.service[service], Proposal: c.list[number-1]}
}

func (c *town) pour(service string) string {
	return c.rounds[1].ID.String() + "." + c.service[service].String()
}

func TestAProposalIsStudiedFromItsSendingToTheOpinion(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d, 10)
		c.services()
		if _, text := c.get("claire", "/organisation/editions/budget/analyse"); !strings.Contains(text, "2 projets que personne n’étudie") {
			t.Error("what nobody studies is not said first")
		}
		_, text := c.get("paule", "/analyse")
		for _, want := range []string{`<dd class="figure">4</dd>`, "4 projets qui se ressemblent", "/analyse/budget/1?pour="} {
			if !strings.Contains(text, want) {
				t.Errorf("the desk does not say %s", want)
			}
		}
		const one = "/analyse/budget/1"
		form := url.Values{"pour": {c.pour("Espaces verts")}, "liste": {"tri=rue"}, "act": {"save"}, "version": {"0"}, "invest": {"cent"}, "public": {hostile}, "private": {"Entre nous."}}
		status, _, text := c.ask("paule", "localhost", "POST", one, form)
		if status != http.StatusUnprocessableEntity || !strings.Contains(text, `id="field-invest-problem"`) || strings.Contains(text, "<script>alert") || !strings.Contains(text, "Entre nous.") {
			t.Errorf("an amount that is none: %d", status)
		}
		form.Set("invest", "12 500")
		status, to, _ := c.ask("paule", "localhost", "POST", one, form)
		if status != http.StatusSeeOther || !strings.Contains(to, "tri=rue") || !strings.Contains(to, "fait=enregistre") {
			t.Fatalf("the draft is not kept, or the filter is lost: %d %s", status, to)
		}
		other := url.Values{"pour": form["pour"], "act": {"save"}, "version": {"0"}, "public": {"Le texte de Piotr."}}
		status, _, text = c.ask("piotr", "localhost", "POST", one, other)
		if status != http.StatusConflict || !strings.Contains(text, "Le texte de Piotr.") || !strings.Contains(text, "Entre nous.") || !strings.Contains(text, `name="version" value="1"`) {
			t.Errorf("two who write at once do not see both texts: %d", status)
		}
		other.Set("act", "auto")
		if status, _, _ = c.ask("piotr", "localhost", "POST", one, other); status != http.StatusConflict {
			t.Errorf("a script saves over another's text: %d", status)
		}
		form.Set("act", "next")
		form.Set("version", "1")
		if status, _, text = c.ask("paule", "localhost", "POST", one, form); status != http.StatusUnprocessableEntity || !strings.Contains(text, "Choisissez un avis") {
			t.Errorf("nothing is given without a verdict: %d", status)
		}
		form.Set("verdict", "favourable")
		if status, to, _ = c.ask("paule", "localhost", "POST", one, form); status != http.StatusSeeOther || strings.HasPrefix(to, one+"?") || !strings.Contains(to, "/analyse/budget/") {
			t.Errorf("it is not given, or does not go on: %d %s", status, to)
		}
		// A colleague of another service reads it; the public does not, whoever they are.
		if _, text = c.get("marc", one); !strings.Contains(text, "12\u202f500") || !strings.Contains(text, "Entre nous.") {
			t.Error("another service does not see what was said")
		}
		for _, who := range []string{"", "ana", "elu"} {
			for _, path := range []string{"/projets/budget/propositions/1-p-1", "/projets/budget/propositions", "/projets/budget", "/"} {
				if _, text = c.get(who, path); strings.Contains(text, "Entre nous.") || strings.Contains(text, "12\u202f500") {
					t.Errorf("%q reads an opinion on %s", who, path)
				}
			}
		}
	})
}

func TestPassingOnLosesNothingAndAHandOverIsPublic(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d, 4)
		c.services()
		form := url.Values{"pour": {c.pour("Espaces verts")}, "act": {"save"}, "version": {"0"}, "private": {"Vu sur place."}}
		c.ask("paule", "localhost", "POST", "/analyse/budget/1", form)
		if status, _ := c.get("tess", "/analyse/budget/1"); status != http.StatusNotFound {
			t.Errorf("another body sees what was not sent to it: %d", status)
		}
		pass := url.Values{"pour": form["pour"], "act": {"pass"}, "to": {c.service["Transports"].String()}, "pass_note": {"C’est leur quai."}}
		if status, to, _ := c.ask("paule", "localhost", "POST", "/analyse/budget/1/transmettre", pass); status != http.StatusSeeOther || !strings.HasPrefix(to, "/analyse?") {
			t.Fatalf("it is not passed on: %d %s", status, to)
		}
		_, text := c.get("", "/projets/budget/propositions/1-p-1")
		if !strings.Contains(text, "Transmis à Métropole le ") || strings.Contains(text, "C’est leur quai.") {
			t.Error("the hand-over is not public, or its note is")
		}
		status, text := c.get("tess", "/analyse/budget/1")
		if status != 200 || !strings.Contains(text, "C’est leur quai.") || strings.Contains(text, "Vu sur place.") {
			t.Errorf("another body reads %d, or what the city says among itself", status)
		}
		if status, _ := c.get("tess", "/analyse/budget/3"); status != http.StatusNotFound {
			t.Errorf("another body sees a proposal that was not sent to it: %d", status)
		}
		back := url.Values{"pour": {c.pour("Transports")}, "act": {"pass"}, "to": {c.service["Espaces verts"].String()}, "pass_note": {"Pas à nous."}}
		if status, _, _ := c.ask("tess", "localhost", "POST", "/analyse/budget/1/transmettre", back); status != http.StatusSeeOther {
			t.Errorf("it does not come back: %d", status)
		}
		if _, text := c.get("paule", "/analyse/budget/1"); !strings.Contains(text, "Vu sur place.") {
			t.Error("what was written is lost on the way")
		}
		c.must(d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			var n int
			if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM journal_pending p WHERE p.platform = ? AND p.kind = 'proposal_transmitted' AND p.body LIKE '%Métropole%'`, c.of.Key).Scan(&n); err != nil || n != 1 {
				t.Errorf("%d entries of the journal, %v", n, err)
			}
			return nil
		}))
	})
}

func TestOnlyWhoStudiesAProposalReadsWhatIsSaidOfIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d, 4)
		c.services()
		c.must(c.desk.Pass(t.Context(), c.of, c.people["marc"], c.key("Voirie", 2), analysis.Passing{To: c.service["Transports"], Keep: true}))
		c.must(d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			acts, err := audit.Acts(ctx, tx, c.of.Key, audit.Query{Family: audit.Decided, Who: c.people["marc"].ID, Limit: 9})
			if len(acts) != 1 || acts[0].Name != "analysis_asked" || acts[0].Note != "Transports" {
				t.Errorf("what he did, for who answers for him: %+v", acts)
			}
			return err
		}))
		c.must(c.desk.Note(t.Context(), c.of, c.people["paule"], "budget", 2, "Note de la ville"))
		pdf := []byte("%PDF-1.7 plan")
		if status, to, _ := c.upload("marc", "/analyse/budget/2/fichiers", "file", "plan.html", pdf); status != http.StatusSeeOther {
			t.Fatalf("a document: %d %s", status, to)
		}
		_, text := c.get("marc", "/analyse/budget/2")
		file := regexp.MustCompile(`/analyse/budget/2/fichiers/[0-9a-f-]+`).FindString(text)
		for _, w := range []struct {
			who                       string
			one, two, file, note, say int // statuses: proposals 1 and 2, the document, a note on 1, an opinion on 1
		}{
			{"", 303, 303, 303, 303, 303}, {"ana", 403, 403, 403, 403, 403}, {"elu", 403, 403, 403, 403, 403},
			{"paule", 200, 200, 200, 303, 303}, {"marc", 200, 200, 200, 303, 403}, {"tess", 404, 200, 404, 404, 404},
			{"sup", 200, 200, 200, 303, 403}, {"claire", 200, 200, 200, 303, 403},
		} {
			got := [5]int{}
			got[0], _ = c.get(w.who, "/analyse/budget/1")
			got[1], text = c.get(w.who, "/analyse/budget/2")
			got[2], _ = c.get(w.who, file)
			got[3], _, _ = c.ask(w.who, "localhost", "POST", "/analyse/budget/1/notes", url.Values{"note": {"Bonjour"}})
			got[4], _, _ = c.ask(w.who, "localhost", "POST", "/analyse/budget/1", url.Values{"pour": {c.pour("Espaces verts")}, "act": {"save"}, "version": {"0"}})
			if want := [5]int{w.one, w.two, w.file, w.note, w.say}; got != want {
				t.Errorf("%q: %v, want %v", w.who, got, want)
			}
			if w.who == "tess" && (strings.Contains(text, "Note de la ville") || strings.Contains(text, "plan.pdf")) {
				t.Error("another body reads the city's notes or documents")
			}
		}
		for _, at := range [][2]string{{"ailleurs.localhost", "/analyse/budget/2"}, {"ailleurs.localhost", file}, {"localhost", "/analyse/budget/99"}, {"localhost", "/analyse/absent/1"},
			{"localhost", "/analyse/budget/2/fichiers/" + ids.Random().String()}, {"localhost", "/analyse/budget/1/fichiers" + file[strings.LastIndex(file, "/"):]}} {
			if status, _, _ := c.ask("marc", at[0], "GET", at[1], nil); status != http.StatusNotFound {
				t.Errorf("%v: %d", at, status)
			}
		}
		for _, path := range []string{"/organisation/services", "/organisation/services/nouveau", "/organisation/editions/budget/analyse/questions"} {
			if status, _ := c.get("paule", path); status != http.StatusForbidden {
				t.Errorf("an agent opens %s: %d", path, status)
			}
			if status, _ := c.get("claire", path); status != http.StatusOK {
				t.Errorf("an organiser does not open %s: %d", path, status)
			}
		}
		foreign := httptest.NewRequestWithContext(t.Context(), "POST", "http://localhost/analyse/budget/1/notes", strings.NewReader("note=x"))
		foreign.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		foreign.Header.Set("Sec-Fetch-Site", "cross-site")
		if status, _, _ := c.serve("paule", foreign); status != http.StatusForbidden {
			t.Errorf("a form of another site is taken: %d", status)
		}
	})
}

func TestWhoStudiesForAnotherBodyIsNoAnalystOfTheCity(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d, 2)
		c.services()
		roles := func(name string) access.Roles {
			var found access.Roles
			c.must(d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
				holders, err := account.Holders(ctx, tx, c.of.Key)
				for _, h := range holders {
					if h.ID == c.people[name].ID {
						found = h.Roles
					}
				}
				return err
			}))
			return found
		}
		claire := c.people["claire"]
		c.must(c.desk.AddMember(t.Context(), c.of, claire, c.service["Transports"], c.people["marc"].Email, i18n.FR))
		if r := roles("marc"); !r.Has(access.Analyst) || r.Has(access.Partner) {
			t.Errorf("who is of the city too is %v", r.List())
		}
		c.must(c.desk.RemoveMember(t.Context(), c.of, claire, c.service["Voirie"], c.people["marc"].ID))
		if r := roles("marc"); r.Has(access.Analyst) || !r.Has(access.Partner) {
			t.Errorf("who is left with another body is %v", r.List())
		}
		// Whatever role a session still says, the desk goes by the services.
		if status, _ := c.get("marc", "/analyse/budget/1"); status != http.StatusNotFound {
			t.Errorf("they still read the city's analysis: %d", status)
		}
	})
}

func TestTheSameOpinionForSeveralLeavesWhatWasWritten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d, 9)
		c.services()
		_, err := c.desk.Save(t.Context(), c.of, c.people["paule"], c.key("Espaces verts", 3), analysis.Said{Private: "À voir avec la voirie."}, 0, false)
		c.must(err)
		form := url.Values{"act": {"choose"}, "liste": {"tri=genre"}}
		for _, n := range []int{1, 3, 7} {
			form.Add("several", c.pour("Espaces verts")+"."+c.list[n-1].String())
		}
		if status, _, text := c.ask("paule", "localhost", "POST", "/analyse/ensemble", form); status != 200 || !strings.Contains(text, "Un même avis pour 3 projets") {
			t.Fatalf("the form for several: %d", status)
		}
		form.Set("act", "give")
		form.Set("verdict", "unfavourable")
		if status, _, text := c.ask("paule", "localhost", "POST", "/analyse/ensemble", form); status != http.StatusUnprocessableEntity || !strings.Contains(text, "field-public-problem") {
			t.Errorf("an unfavourable opinion without a reason: %d", status)
		}
		form.Set("public", "Ces rues seront plantées en 2027.")
		status, to, _ := c.ask("paule", "localhost", "POST", "/analyse/ensemble", form)
		if status != http.StatusSeeOther || !strings.Contains(to, "n=2") || !strings.Contains(to, "gardes=1") || !strings.Contains(to, "tri=genre") {
			t.Errorf("it is given for %d %s", status, to)
		}
		if status, _, _ := c.ask("marc", "localhost", "POST", "/analyse/ensemble", form); status != http.StatusNotFound {
			t.Errorf("for another service: %d", status)
		}
	})
}

func TestTheDeskOfFiveHundredTakesAsManyStatementsAsThatOfFive(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		counts := map[int][2]int64{}
		for _, n := range []int{5, 500} {
			d := dbtest.Open(t, d.Engine())
			c := settle(t, d, n)
			c.services()
			ctx, desk := db.CountStatements(t.Context())
			begun := time.Now()
			if _, err := c.desk.Desk(ctx, c.of, c.people["paule"], analysis.Filter{}); err != nil {
				t.Fatal(err)
			}
			t.Logf("%d proposals: %v", n, time.Since(begun))
			ctx, study := db.CountStatements(t.Context())
			if _, err := c.desk.Study(ctx, c.of, c.people["paule"], "budget", 1, analysis.Key{}, analysis.Filter{}, i18n.For(i18n.FR, nil)); err != nil {
				t.Fatal(err)
			}
			counts[n] = [2]int64{desk.Load(), study.Load()}
		}
		if counts[5] != counts[500] || counts[500][0] > 15 || counts[500][1] > 45 {
			t.Errorf("statements by number of proposals: %v", counts)
		}
	})
}
