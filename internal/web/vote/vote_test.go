package vote_test

import (
	"context"
	"encoding/json"
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
	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/bench"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/graph"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/me"
	"github.com/parvis-civic/parvis/internal/web/site"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/internal/web/vote"
	"github.com/parvis-civic/parvis/internal/web/webtest"
	"github.com/parvis-civic/parvis/tally"
)

// hall is a server over open polls.
type hall struct {
	testing.TB
	d *db.DB
	bench.Polls
	http.Handler
}

func open(t testing.TB, d *db.DB, proposals int, rules func(*rulebook.Rulebook)) hall {
	t.Helper()
	return serve(t, d, bench.Open(t, d, "ville", proposals, rules))
}

// serve serves polls that are there already.
func serve(t testing.TB, d *db.DB, polls bench.Polls) hall {
	t.Helper()
	h := hall{t, d, polls, nil}
	pages := site.New(d, "http://localhost:8080")
	pages.Remember(time.Second) // as the command does
	people := account.NewService(d, ballot.Room())
	quiet := slog.New(slog.DiscardHandler)
	api, err := graph.New(graph.Options{DB: d, Log: quiet, Local: "http://localhost:8080"})
	if err != nil {
		t.Fatal(err)
	}
	h.Handler, err = web.New(web.Options{Log: quiet, Platforms: pages, Static: ui.NewStatic(), People: people,
		Routes: slices.Concat(pages.Routes(), me.New(d, people, false).Routes(), vote.New(d, ballot.NewService(d)).Routes()),
		Others: map[string]http.Handler{"/graphql": api}, AnyOrigin: []string{"/graphql"}})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func (h hall) at(page string) string { return "/projets/" + h.Slug + "/vote" + page }

// visitor is somebody's browser, as far as cookies go.
type visitor struct {
	hall
	host   string
	cookie string
	head   http.Header // sent with each request
}

func (h hall) visitor(token string) *visitor {
	return &visitor{hall: h, host: "ville.localhost:8080", cookie: token}
}

func (v *visitor) do(method, path string, form url.Values) *httptest.ResponseRecorder {
	v.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	path, _, _ = strings.Cut(path, "#") // which no browser sends
	r := httptest.NewRequestWithContext(context.Background(), method, "http://"+v.host+path, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, values := range v.head {
		r.Header[name] = values
	}
	if v.cookie != "" {
		r.AddCookie(&http.Cookie{Name: "parvis", Value: v.cookie})
	}
	w := httptest.NewRecorder()
	v.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		v.cookie = c.Value
	}
	return w
}

func (v *visitor) get(path string) string { return v.do(http.MethodGet, path, nil).Body.String() }

func (v *visitor) post(path string, pairs ...string) *httptest.ResponseRecorder {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return v.do(http.MethodPost, path, form)
}

// text is what a page says, without its tags.
func text(html string) string {
	html = regexp.MustCompile(`<[^>]*>`).ReplaceAllString(html, " ")
	html = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "&#39;", "'", "&#34;", `"`).Replace(html)
	return strings.Join(strings.Fields(html), " ")
}

func (v *visitor) says(page string, want ...string) {
	v.Helper()
	got := text(page)
	for _, w := range want {
		if !strings.Contains(got, w) {
			v.Errorf("the page does not say %q:\n%s", w, got)
		}
	}
}

// mails gives the e-mails of the outbox, the last first.
func mails(t testing.TB, d *db.DB) []notify.Mail {
	t.Helper()
	var all []notify.Mail
	err := d.Read(context.Background(), func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT body FROM jobs WHERE kind = 'mail' ORDER BY id DESC`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var body string
			if err := rows.Scan(&body); err != nil {
				return err
			}
			var m notify.Mail
			if err := json.Unmarshal([]byte(body), &m); err != nil {
				return err
			}
			all = append(all, m)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// asksMuch is a vote that asks whatever can be asked.
func asksMuch(b *rulebook.Rulebook) {
	b.Vote.Who = &rulebook.Who{MinimumAge: 11, Residence: rulebook.Residence{In: rulebook.InDistricts, Values: bench.Homes},
		Kinds: []rulebook.Kind{rulebook.KindPerson, rulebook.KindAssociation}}
}

func TestASelectionIsKeptWithoutAccountAndCastOnceProved(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, 20, asksMuch)
		v := h.visitor("")
		for _, n := range []string{"3", "12", "7"} {
			if w := v.post(h.at("/selection"), "ajouter", n, "ordre", "99"); w.Code != http.StatusSeeOther || w.Header().Get("Location") != h.at("")+"#p"+n {
				t.Fatalf("adding %s: %d to %s", n, w.Code, w.Header().Get("Location"))
			}
		}
		v.says(v.get(h.at("")), "3 projets sur 10, 22 000 € sur 100 000 €.", "Il reste 78 000 €.")
		check := v.get(h.at("/verification"))
		v.says(check, "Projet 12", "Une dernière chose")
		if strings.Contains(check, h.at("/bulletin")) {
			t.Error("who has not proved an address is offered to cast")
		}
		sent := v.post("/connexion", "email", "ana@exemple.fr", "suite", h.at("/verification"))
		code, _ := mails(t, d)[0].Args["Code"].(string)
		anonymous := v.cookie
		if w := v.post("/connexion/code", "email", "ana@exemple.fr", "demande", webtest.Asked(sent.Body.String()), "code", code, "suite", h.at("/verification")); w.Header().Get("Location") != h.at("/verification") || v.cookie == anonymous {
			t.Fatalf("after the code: %d to %q, a new session %v", w.Code, w.Header().Get("Location"), v.cookie != anonymous)
		}
		check = v.get(h.at("/verification"))
		v.says(check, "Projet 3", "J’ai au moins 11 ans", "Votre quartier", "Vous votez en tant que")
		w := v.post(h.at("/bulletin"), "bulletin", "3,7,12")
		if w.Code != http.StatusUnprocessableEntity {
			t.Errorf("a ballot without the answers: %d", w.Code)
		}
		v.says(w.Body.String(), "Il y a 3 choses à corriger", "il faut avoir au moins 11 ans", "dans quel quartier vous habitez", "en tant que quoi")
		w = v.post(h.at("/bulletin"), "bulletin", "3,7,12", "age", "yes", "home", "nord", "kind", "person")
		if w.Header().Get("Location") != h.at("/merci") {
			t.Fatalf("casting: %d to %q\n%s", w.Code, w.Header().Get("Location"), text(w.Body.String()))
		}
		tracker, _ := mails(t, d)[0].Args["Tracker"].(string)
		v.says(v.get(h.at("/merci")), "Votre vote est enregistré", tracker)
		if strings.Contains(v.get(h.at("/merci")), "Projet") {
			t.Error("the confirmation says what is on the ballot")
		}
		v.says(v.get(h.at("/preuve?code="+strings.ToLower(strings.ReplaceAll(tracker, "-", "+")))), "Le bulletin "+tracker+" est dans l’urne")
		v.says(v.get(h.at("")), "Vous avez voté le", "0 projet sur 10")
		v.post(h.at("/selection"), "reprendre", "0")
		v.says(v.get(h.at("/verification")), "Projet 7", "Je change mon vote")
		if w := v.post(h.at("/retrait")); w.Code != http.StatusSeeOther {
			t.Errorf("withdrawing: %d", w.Code)
		} else if _, page, ok := strings.Cut(w.Header().Get("Location"), "/vote"); !ok {
			t.Errorf("it leads to %q", w.Header().Get("Location"))
		} else {
			v.says(v.get(h.at(page)), "Votre vote est retiré")
		}
		v.says(v.get(h.at("/preuve?code="+tracker)), "Aucun bulletin de l’urne")
	})
}

func TestWhatDoesNotFitSaysWhyAndWhatToTakeOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, 60, nil)
		v := h.visitor("")
		for _, n := range []string{"55", "30"} {
			v.post(h.at("/selection"), "ajouter", n)
		}
		w := v.post(h.at("/selection"), "ajouter", "40", "retour", h.at("?q=projet"))
		if got := w.Header().Get("Location"); got != h.at("?q=projet&refus=40#p40") {
			t.Errorf("a refusal leads to %q", got)
		}
		v.says(v.get(h.at("?refus=40")), "« Projet 40 » coûte 40 000 €, et il vous reste 15 000 €. Pour l’ajouter, retirez par exemple Projet 30.", "2 projets sur 10")
	})
}

func TestNoFormIsTakenFromAnotherSite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, 20, nil)
		p := bench.Voters(t, d, h.Of, 1)[0]
		for _, route := range vote.New(d, ballot.NewService(d)).Routes() {
			if route.Method == "" {
				continue
			}
			v := h.visitor(p.Token)
			v.head = http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://ailleurs.example"}}
			path := strings.ReplaceAll(route.Path, "{project}", h.Slug)
			if w := v.post(path, "ajouter", "1", "bulletin", "1"); w.Code != http.StatusForbidden {
				t.Errorf("%s from another site: %d", path, w.Code)
			}
			v.head = nil
			if w := v.post(path, "ajouter", "1", "bulletin", "1"); w.Code != http.StatusSeeOther {
				t.Errorf("%s from its own page: %d", path, w.Code)
			}
		}
	})
}

func TestWhatIsSomebodyElsesIsNotReached(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, 20, nil)
		other := bench.Open(t, d, "voisine", 20, nil)
		voters := bench.Voters(t, d, h.Of, 2)
		mine, theirs := h.visitor(voters[0].Token), h.visitor(voters[1].Token)
		if w := mine.post(h.at("/bulletin"), "bulletin", "4,5"); w.Header().Get("Location") != h.at("/merci") {
			t.Fatal(w.Code)
		}
		theirs.post(h.at("/selection"), "reprendre", "0") // there is nothing of theirs to begin from
		theirs.says(theirs.get(h.at("/selection")), "Vous n’avez encore rien choisi")
		if w := theirs.do(http.MethodGet, h.at("/merci"), nil); w.Code != http.StatusSeeOther {
			t.Errorf("the confirmation of somebody who has not voted: %d", w.Code)
		}
		// The session of one platform is nobody's on another.
		across := h.visitor(voters[0].Token)
		across.host = "voisine.localhost:8080"
		if w := across.post("/projets/"+other.Slug+"/vote/bulletin", "bulletin", "1"); !strings.HasPrefix(w.Header().Get("Location"), "/connexion") {
			t.Errorf("casting with the session of another platform: %d to %q", w.Code, w.Header().Get("Location"))
		}
		tracker, _ := mails(t, d)[0].Args["Tracker"].(string)
		across.says(across.get("/projets/"+other.Slug+"/vote/preuve?code="+tracker), "Aucun bulletin")
		for _, bad := range []string{"x", "1;2", "1,,2", strings.Repeat("1,", 5000) + "1", "99", "-1"} {
			if w := theirs.post(h.at("/bulletin"), "bulletin", bad); w.Code < 400 || w.Code >= 500 {
				t.Errorf("the ballot %.20q: %d", bad, w.Code)
			}
		}
		for _, bad := range []string{"/../..", "//ailleurs.example", "https://ailleurs.example"} {
			if to := theirs.post(h.at("/selection"), "ajouter", "1", "retour", bad).Header().Get("Location"); strings.Contains(to, "ailleurs") {
				t.Errorf("%q leads to %q", bad, to)
			}
		}
	})
}

func TestHiddenTotalsAreNowhereWhileTheVoteIsOpen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, 20, nil)
		for _, p := range bench.Voters(t, d, h.Of, 137) {
			h.visitor(p.Token).post(h.at("/bulletin"), "bulletin", "17")
		}
		v := h.visitor("")
		project := "/projets/" + h.Slug
		for _, path := range []string{"/", project, project + "/propositions", project + "/propositions/17", project + "/carte", h.at(""), h.at("/comparer?comparer=17")} {
			page := text(v.get(path))
			if strings.Contains(strings.ReplaceAll(page, "137 personnes", ""), "137 vote") {
				t.Errorf("%s tells the total of a project: %s", path, page)
			}
		}
		r := httptest.NewRequest(http.MethodPost, "http://ville.localhost:8080/graphql", strings.NewReader(
			`{"query":"{ projects { edges { node { steps { ... on SelectionStep { ballots proposals(first: 20) { edges { node { reference votes { totalCount } } } } } } } } } }"}`))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Body.String(); strings.Contains(got, `"totalCount":137`) || !strings.Contains(got, `"ballots":137`) {
			t.Errorf("the API says %s", got)
		}
	})
}

func TestTheVotePageOf300ProposalsIsLight(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, 300, nil)
		v := h.visitor("")
		v.head = http.Header{"Accept-Encoding": {"gzip"}}
		page := v.do(http.MethodGet, h.at(""), nil)
		total := page.Body.Len()
		static := ui.NewStatic()
		for _, name := range []string{"parvis.css", "vote.js"} {
			total += v.do(http.MethodGet, static.URL(name), nil).Body.Len()
		}
		if page.Code != http.StatusOK || total > 60<<10 {
			t.Errorf("%d: %d bytes are transferred", page.Code, total)
		}
		ctx, n := db.CountStatements(context.Background())
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, "http://ville.localhost:8080"+h.at(""), nil)
		h.ServeHTTP(httptest.NewRecorder(), r)
		if n.Load() > 10 {
			t.Errorf("%d statements", n.Load())
		}
	})
}

// boxOf gives the choices of the ballots of a step.
func boxOf(t testing.TB, d *db.DB, p bench.Polls) (all []string) {
	t.Helper()
	err := d.Read(context.Background(), func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT choices FROM ballot WHERE platform = ? AND step = ? ORDER BY choices`, p.Of.Key, p.Step)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				return err
			}
			all = append(all, text)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestBeforeAndAfterTheVoteThePageSaysWhen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, 20, nil)
		v := h.visitor(bench.Voters(t, d, h.Of, 1)[0].Token)
		v.post(h.at("/selection"), "ajouter", "3")
		for _, c := range []struct{ starts, ends, says, refuses string }{
			{"2031-03-01T08:00:00Z", "2031-03-20T19:00:00Z", "Le vote ouvre le samedi 1er mars 2031, 9 h", "Il ouvre le samedi 1er mars, 9 h"},
			{"2021-03-01T08:00:00Z", "2021-03-20T19:00:00Z", "Le vote est clos depuis le samedi 20 mars 2021, 20 h", "Le vote est clos depuis le samedi 20 mars, 20 h"},
		} {
			dates(t, d, h.Polls, c.starts, c.ends)
			page := v.get(h.at(""))
			v.says(page, c.says)
			if strings.Contains(page, `name="ajouter"`) {
				t.Error("one can add while the vote is not open")
			}
			if over := strings.Contains(c.says, "clos"); strings.Contains(page, "Comment remplir mon bulletin") == over {
				t.Errorf("%s: how to fill a ballot is said, or not", c.says)
			}
			for _, form := range [][]string{{h.at("/selection"), "ajouter", "4"}, {h.at("/bulletin"), "bulletin", "3"}, {h.at("/retrait")}} {
				w := v.post(form[0], form[1:]...)
				if w.Code != http.StatusForbidden {
					t.Errorf("%v: %d", form, w.Code)
				}
				v.says(w.Body.String(), c.refuses)
			}
		}
		if all := boxOf(t, d, h.Polls); len(all) != 0 {
			t.Errorf("in the box: %v", all)
		}
		dates(t, d, h.Polls, "2021-03-01T08:00:00Z", "2031-03-20T19:00:00Z")
		v.says(v.get(h.at("/selection")), "1 projet sur 10, 3 000 €")
	})
}

// dates sets when the vote begins and ends.
func dates(t testing.TB, d *db.DB, p bench.Polls, starts, ends string) {
	t.Helper()
	at := func(text string) int64 {
		when, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return db.Micros(when)
	}
	if err := d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE step SET starts_at = ?, ends_at = ? WHERE platform = ? AND id = ?`, at(starts), at(ends), p.Of.Key, p.Step)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestOnesDistrictAndTheCityAreTwoVotesOnOneBallot(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, 20, func(b *rulebook.Rulebook) {
			b.Vote.Who.Residence = rulebook.Residence{In: rulebook.InCity}
			b.Vote.Ballot = rulebook.Shape{Kind: rulebook.Simple, Min: 1, Max: 1}
			b.Vote.District = &rulebook.DistrictRight{Choice: rulebook.HomeDistrict, Ballot: rulebook.Shape{Kind: rulebook.Simple, Min: 1, Max: 2}}
		})
		v := h.visitor(bench.Voters(t, d, h.Of, 1)[0].Token)
		v.says(v.get(h.at("")), "Dans quel quartier habitez-vous ?", "Un autre quartier")
		v.says(v.get(h.at("?refus=2")), "« Projet 2 » est le projet d’un quartier. Dites d’abord")
		v.post(h.at("/selection"), "quartier", "nord") // even numbers, but the tens and fives, which are the city's
		for _, n := range []string{"5", "2", "4", "10", "3", "6"} {
			v.post(h.at("/selection"), "ajouter", n)
		}
		v.says(v.get(h.at("/selection")), "Toute la ville : 1 projet sur 1. Votre sélection est complète. Quartier Nord 2 projets sur 2.", "Projet 5", "Projet 2", "Projet 4")
		v.says(v.get(h.at("?refus=3")), "« Projet 3 » est un projet d’un autre quartier")
		v.says(v.get(h.at("/verification")), "Vous avez dit habiter ce quartier : Quartier Nord")
		w := v.post(h.at("/bulletin"), "bulletin", "2,4,5", "quartier", "sud")
		if w.Code != http.StatusUnprocessableEntity {
			t.Errorf("the ballot of another district: %d", w.Code)
		}
		if w := v.post(h.at("/bulletin"), "bulletin", "2,4,5", "quartier", "nord"); w.Code != http.StatusSeeOther {
			t.Errorf("%d: %s", w.Code, text(w.Body.String()))
		}
		if got := boxOf(t, d, h.Polls); !slices.Equal(got, []string{"2,4,5"}) {
			t.Errorf("in the box: %v", got)
		}
		v.post(h.at("/selection"), "reprendre", "0")
		v.post(h.at("/selection"), "quartier", "sud") // what is in the other district goes
		v.says(v.get(h.at("/selection")), "Quartier Sud 0 projet sur 2", "Projet 5")
	})
}

func TestPlacesAndPointsAreGivenInTheSelection(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, 20, func(b *rulebook.Rulebook) {
			b.Vote.Ballot = rulebook.Shape{Kind: rulebook.Ranking, Min: 1, Max: 3}
			b.Count.Scoring = tally.Scoring{By: tally.ByRank, Weights: []int64{5, 3, 1}}
		})
		v := h.visitor("")
		for _, change := range [][]string{{"ajouter", "1"}, {"ajouter", "2"}, {"ajouter", "3"}, {"monter", "3"}, {"descendre", "1"}} {
			v.post(h.at("/selection"), change...)
		}
		if page := v.get(h.at("/verification")); !regexp.MustCompile(`(?s)Projet 3<.*Projet 1<.*Projet 2<`).MatchString(page) {
			t.Errorf("not in the order of the ranking: %s", text(page))
		}
		other := bench.Open(t, d, "points", 20, func(b *rulebook.Rulebook) {
			b.Vote.Ballot = rulebook.Shape{Kind: rulebook.Cumulative, Min: 1, MinPoints: 1, MaxPoints: 6, MaxPerProject: 4}
			b.Count.Scoring = tally.Scoring{By: tally.ByPoints}
		})
		v.host, v.cookie = "points.localhost:8080", ""
		at := "/projets/" + other.Slug + "/vote/selection"
		v.post(at, "donner", "7", "points", "4")
		v.post(at, "ajouter", "8")
		v.says(v.get(at), "2 projets. Il reste 1 point à donner.")
		to := v.post(at, "donner", "8", "points", "3").Header().Get("Location")
		v.says(v.get(to), "Vous n’avez que 6 points à donner", "Il reste 1 point à donner.")
		to = v.post(at, "donner", "8", "points", "5").Header().Get("Location")
		v.says(v.get(to), "Un projet reçoit 4 points au plus")
		v.post(at, "donner", "7", "points", "0")
		v.says(v.get(at), "1 projet. Il reste 5 points à donner.")
	})
}
