package results_test

import (
	"archive/zip"
	"bytes"
	"context"
	"flag"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/bench"
	"github.com/parvis-civic/parvis/internal/browsertest"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/office"
	"github.com/parvis-civic/parvis/internal/web/results"
	"github.com/parvis-civic/parvis/internal/web/site"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/internal/web/webtest"
	"github.com/parvis-civic/parvis/tally"
)

var shots = flag.String("shots", "", "write screenshots of the pages of an announcement to this folder")

// hall is a vote that is over, its pages, and people whose cookie is their name.
type hall struct {
	testing.TB
	http.Handler
	d *db.DB
	bench.Polls
}

// closed lets four people vote, two projects level at the top with money for one, and moves the platform past the vote.
func closed(t testing.TB, d *db.DB) hall {
	t.Helper()
	h := hall{TB: t, d: d, Polls: bench.Open(t, d, "ville", 10, func(b *rulebook.Rulebook) {
		b.Vote.Ballot.Kind = rulebook.Simple
		b.Lots, b.Count.Ties, b.Count.Budget = &rulebook.Lots{Draw: "Loto"}, []tally.TieBreak{{By: tally.TieLots}}, 2_000_00
	})}
	if _, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: "ailleurs"}); err != nil {
		t.Fatal(err)
	}
	box := ballot.NewService(d)
	for _, v := range bench.Voters(t, d, h.Of, 4) {
		if _, err := box.Cast(t.Context(), h.Of, v.Person, h.Slug, i18n.FR, ballot.Vote{Choices: []ballot.Choice{{Number: 1}, {Number: 2}}}); err != nil {
			t.Fatal(err)
		}
	}
	who := map[string]account.Person{"organiser": webtest.Person("orga@ville.example", access.Organiser), "resident": webtest.Person("ana@ville.example"),
		"agent": webtest.Person("agent@ville.example", access.Analyst, access.Supervisor, access.DecisionMaker, access.Moderator, access.PollingAgent, access.Elected)}
	s, of := site.New(d, "http://localhost:8080"), results.New(d)
	var err error
	if h.Handler, err = web.New(web.Options{Log: slog.New(slog.DiscardHandler), Platforms: s, Static: ui.NewStatic(), People: webtest.People{By: who},
		Routes: slices.Concat(s.Routes(), of.Routes(), of.Desk(), office.New(project.NewService(d, result.Part()), nil).Routes()),
		Others: map[string]http.Handler{"GET /projets/{project}/resultats/bulletins.pb": http.HandlerFunc(of.Ballots)}}); err != nil {
		t.Fatal(err)
	}
	return h
}

// move puts the platform's clock so many days ahead.
func (h hall) move(days int) {
	h.Helper()
	now := time.Now()
	if err := h.d.Write(h.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(db.Everywhere(ctx, "a test moves the clock"), `UPDATE platform SET clock_from = ?, clock_to = ?, clock_rate = 1000 WHERE key = ?`, db.Micros(now), db.Micros(now.AddDate(0, 0, days)), h.Of.Key)
		return err
	}); err != nil {
		h.Fatal(err)
	}
}

func (h hall) do(who, method, host, path string, kind string, body io.Reader) *httptest.ResponseRecorder {
	h.Helper()
	r := httptest.NewRequestWithContext(context.Background(), method, "http://"+host+path, body)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if who != "" {
		r.AddCookie(&http.Cookie{Name: "parvis", Value: who})
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

const (
	ville = "ville.localhost"
	desk  = "/organisation/editions/budget-participatif"
	shown = "/projets/budget-participatif"
)

func (h hall) get(who, path string) *httptest.ResponseRecorder {
	return h.do(who, "GET", ville, path, "", nil)
}

func (h hall) post(who, path string, pairs ...string) *httptest.ResponseRecorder {
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return h.do(who, "POST", ville, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// says fails unless a page answers with a status and says some things and not others.
func (h hall) says(w *httptest.ResponseRecorder, status int, says []string, not ...string) {
	h.Helper()
	text := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(words(w.Body.String()))
	if w.Code != status {
		h.Errorf("%d, want %d: %.600s", w.Code, status, text)
	}
	for _, s := range says {
		if !strings.Contains(text, s) {
			h.Errorf("the page does not say %q", s)
		}
	}
	for _, s := range not {
		if strings.Contains(text, s) {
			h.Errorf("the page says %q", s)
		}
	}
}

var hidden = regexp.MustCompile(`name="seen" value="([^"]*)"`)

func (h hall) seen() string {
	h.Helper()
	m := hidden.FindStringSubmatch(h.get("organiser", desk+"/annonce/verifier").Body.String())
	if m == nil {
		h.Fatal("the check page does not say what was counted")
	}
	return m[1]
}

// nothingOut fails when any page of the vote says who won, or how many votes something has, to anybody but its organisers.
func (h hall) nothingOut() {
	h.Helper()
	for _, who := range []string{"", "resident", "agent"} {
		for path, status := range map[string]int{shown: 200, shown + "/propositions": 200, shown + "/propositions/1-projet-1": 200, shown + "/carte": 200, shown + "/resultats": 404, shown + "/resultats/nord": 404,
			shown + "/resultats/fichiers/laureats.csv": 404, shown + "/resultats/fichiers/rapport-au-conseil.odt": 404, shown + "/resultats/fichiers/regle.json": 404,
			shown + "/resultats/bulletins.pb": 404, shown + "/presse": 404, shown + "/presse/carte.svg": 404, "/sitemap.xml": 404} {
			w := h.get(who, path)
			body := strings.ReplaceAll(w.Body.String(), "\u00a0", " ")
			if w.Code != status {
				h.Errorf("%s reads %s: %d", who, path, w.Code)
			}
			for _, secret := range []string{"4 voix", "auréat", "data-field=\"Proposal.votes\""} {
				if strings.Contains(body, secret) {
					h.Errorf("%s reads %q at %s", who, secret, path)
				}
			}
		}
	}
}

func TestOrganisersAnnounceWhatTheyReadFirst(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := closed(t, d)
		h.says(h.get("organiser", desk+"/annonce"), 200, []string{"Personne ne voit les voix pendant le vote"}, "Projet 1", "4 voix")
		if w := h.post("organiser", desk+"/annonce/verifier", "sure", "yes", "seen", ""); w.Code == 303 {
			t.Error("a result came out while people vote")
		}
		h.move(11)
		h.nothingOut()
		for _, who := range []string{"", "resident", "agent"} {
			for _, page := range []string{"/annonce", "/annonce/verifier", "/annonce/rapport-au-conseil.odt", "/deliberation", "/presse"} {
				if w := h.get(who, desk+page); w.Code != 403 && w.Code != 303 {
					t.Errorf("%s opens %s: %d", who, page, w.Code)
				}
			}
			for _, page := range []string{"/annonce/verifier", "/annonce/tirage", "/annonce/date", "/deliberation", "/presse"} {
				if w := h.post(who, desk+page, "sure", "yes", "numbers", "1 2 3", "planned", "2099-01-01"); w.Code == 303 && strings.Contains(w.Header().Get("Location"), "fait=") {
					t.Errorf("%s does %s", who, page)
				}
			}
		}
		if w := h.do("organiser", "GET", "ailleurs.localhost", desk+"/annonce", "", nil); w.Code != 404 {
			t.Errorf("from another platform: %d", w.Code)
		}
		h.says(h.get("organiser", desk), 200, []string{"Annoncer les résultats", "Annonce des résultats"})
		h.says(h.get("organiser", desk+"/annonce"), 200, []string{"Une égalité attend le tirage au sort", "Loto", "Projet 1 et Projet 2", "Le tirage décide", "4 voix"}, "Vérifier avant d’annoncer", "Retenu")
		if w := h.get("organiser", desk+"/annonce/verifier"); w.Code != 303 {
			t.Errorf("the check page without numbers: %d", w.Code)
		}
		w := h.post("organiser", desk+"/annonce/tirage", "numbers", `sept <script>`)
		h.says(w, 422, []string{"Donnez les numéros du tirage"})
		if body := w.Body.String(); !strings.Contains(body, `value="sept &lt;script&gt;"`) {
			t.Error("what was typed is lost")
		}
		if w := h.post("organiser", desk+"/annonce/tirage", "numbers", "44 3 12 25 7"); w.Code != 303 {
			t.Errorf("the numbers: %d", w.Code)
		}
		h.says(h.get("organiser", desk+"/annonce?fait=tirage"), 200, []string{"Les numéros du tirage sont enregistrés", "3 7 12 25 44", "Vérifier avant d’annoncer", "le tirage au sort public en a décidé ainsi", "1 projet lauréat"})
		h.says(h.get("organiser", desk+"/annonce/verifier"), 200, []string{"une annonce ne se reprend pas", "Ce qui se passe ensuite", "1 projet lauréat"})
		seen := h.seen()
		h.says(h.post("organiser", desk+"/annonce/verifier", "seen", seen), 422, []string{"Cochez la case"})
		h.says(h.post("organiser", desk+"/annonce/verifier", "sure", "yes", "seen", "autre"), 422, []string{"Le dépouillement a changé"})
		h.says(h.post("organiser", desk+"/annonce/date", "planned", "2020-01-01"), 422, []string{"Cette date est passée"})
		h.nothingOut()
		document(t, h.get("organiser", desk+"/annonce/rapport-au-conseil.odt"), "Projet de document")

		if w := h.post("organiser", desk+"/annonce/verifier", "sure", "yes", "seen", seen); w.Code != 303 || !strings.Contains(w.Header().Get("Location"), "fait=annoncee") {
			t.Fatalf("%d %s", w.Code, w.Header())
		}
		h.says(h.get("organiser", desk+"/annonce?fait=annoncee"), 200, []string{"Les résultats sont annoncés", "Délibération du conseil", "Embargo, lien pour les journalistes"})
		h.says(h.post("organiser", desk+"/annonce/verifier", "sure", "yes", "seen", seen), 409, []string{"Les résultats ont été annoncés"})
		h.says(h.get("", shown+"/resultats"), 200, []string{"1 projet lauréat", "sous réserve de la délibération du conseil", "À emporter", "3 7 12 25 44", "4 voix"})
		document(t, h.get("", shown+"/resultats/fichiers/rapport-au-conseil.odt"), "sous réserve")
		for name, says := range map[string]string{"laureats.csv": "Projet ", "depouillement.csv": "rang,projet,total", "regle.json": `"seed":"3 7 12 25 44"`} {
			w := h.get("", shown+"/resultats/fichiers/"+name)
			if !strings.Contains(w.Body.String(), says) || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") || w.Code != 200 {
				t.Errorf("%s: %d %q", name, w.Code, w.Body.String())
			}
		}
		for _, name := range []string{"deliberation.pdf", "rien.csv", "..%2Fregle.json"} {
			if w := h.get("", shown+"/resultats/fichiers/"+name); w.Code != 404 {
				t.Errorf("%s: %d", name, w.Code)
			}
		}
	})
}

// document fails unless an answer is a text document that says something.
func document(t *testing.T, w *httptest.ResponseRecorder, says string) {
	t.Helper()
	raw := w.Body.Bytes()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil || z.File[0].Name != "mimetype" || w.Code != 200 {
		t.Fatalf("%d, %v: %q", w.Code, err, raw[:min(len(raw), 300)])
	}
	f, err := z.Open("content.xml")
	if err != nil {
		t.Fatal(err)
	}
	content, _ := io.ReadAll(f)
	for _, s := range []string{says, "Projet 1"} {
		if !strings.Contains(string(content), s) {
			t.Errorf("the document does not say %q", s)
		}
	}
}

// announce types the numbers and announces.
func (h hall) announce() {
	h.Helper()
	h.move(11)
	h.post("organiser", desk+"/annonce/tirage", "numbers", "44 3 12 25 7")
	if w := h.post("organiser", desk+"/annonce/verifier", "sure", "yes", "seen", h.seen()); w.Code != 303 {
		h.Fatalf("%d", w.Code)
	}
	h.move(30)
}

// upload sends the form of a deliberation.
func (h hall) upload(document string, pairs ...string) *httptest.ResponseRecorder {
	h.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for i := 0; i < len(pairs); i += 2 {
		_ = m.WriteField(pairs[i], pairs[i+1])
	}
	if document != "" {
		f, _ := m.CreateFormFile("document", "deliberation.pdf")
		_, _ = io.WriteString(f, document)
	}
	_ = m.Close()
	return h.do("organiser", "POST", ville, desk+"/deliberation", m.FormDataContentType(), &body)
}

func TestResultsQuoteTheCouncilAndKeepTheCount(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := closed(t, d)
		h.announce()
		day := time.Now().AddDate(0, 0, 20).Format(time.DateOnly)
		h.says(h.upload("", "on", "", "number", "", "changes", "sept : parce que"), 422, []string{"écrivez « + 12 : raison »"})
		h.says(h.upload("<html>", "on", day, "number", "<b>12</b>", "link", "javascript:alert(1)"), 422, []string{"Ce fichier n’est pas un PDF", "Ce lien n’en est pas un"})
		if w := h.upload("%PDF-1.4 …", "on", day, "number", "2026-<b>14</b>", "changes", "+ 9 : Le conseil complète <i>le budget</i>."); w.Code != 303 {
			t.Fatalf("%d %s", w.Code, words(w.Body.String()))
		}
		w := h.get("", shown+"/resultats")
		h.says(w, 200, []string{"Délibération n° 2026-&lt;b&gt;14&lt;/b&gt;", "Ajouté par le conseil", "Projet 9", "1 projet lauréat"}, "sous réserve")
		if strings.Contains(w.Body.String(), "<i>le budget") {
			t.Error("the reason is read as HTML")
		}
		if w := h.get("", shown+"/resultats/fichiers/deliberation.pdf"); w.Code != 200 || w.Header().Get("Content-Type") != "application/pdf" {
			t.Errorf("the document: %d", w.Code)
		}
		h.says(h.get("organiser", desk+"/deliberation"), 200, []string{"Un document est enregistré"})
		if body := h.get("organiser", desk+"/deliberation").Body.String(); !strings.Contains(body, "+ 9 : Le conseil complète") {
			t.Error("what was recorded is not in the form")
		}
		entries := 0
		if err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			all, err := journal.Pending(ctx, tx, h.Of.Key, 1000)
			for _, e := range all {
				if e.Kind == "deliberation_recorded" || e.Kind == "result_proclaimed" || e.Kind == "lots_drawn" {
					entries++
				}
			}
			return err
		}); err != nil || entries != 3 {
			t.Errorf("%d entries, %v", entries, err)
		}
	})
}

var pressLink = regexp.MustCompile(`/projets/[^<]*/presse\?cle=[0-9a-f-]+`)

func TestThePressReadsUnderEmbargoWithTheLinkAlone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := closed(t, d)
		until := time.Now().AddDate(0, 0, 60).Format(time.DateOnly)
		if w := h.post("organiser", desk+"/presse", "embargo", until, "contact", "Ana, 01 00 00 00 00\n<b>presse</b>"); w.Code != 303 {
			t.Fatalf("%d", w.Code)
		}
		link := pressLink.FindString(h.get("organiser", desk+"/presse").Body.String())
		if link == "" {
			t.Fatal("the organiser has no link to give")
		}
		h.move(11)
		for who, path := range map[string]string{"": link, "organiser": shown + "/presse"} {
			if w := h.get(who, path); w.Code != 404 {
				t.Errorf("%q reads it before the result: %d", who, w.Code)
			}
		}
		h.announce()
		for _, c := range []struct {
			who, path string
			status    int
		}{{"", shown + "/presse", 404}, {"resident", shown + "/presse", 404}, {"agent", shown + "/presse", 404}, {"", shown + "/presse?cle=00000000-0000-0000-0000-000000000000", 404}, {"", link, 200}, {"organiser", shown + "/presse", 200}} {
			if w := h.get(c.who, c.path); w.Code != c.status {
				t.Errorf("%q reads %s: %d", c.who, c.path, w.Code)
			}
		}
		w := h.get("", link)
		h.says(w, 200, []string{"Sous embargo", "Participants", "Votants", "Voix", "8", "Ana, 01 00 00 00 00", "1 projet lauréat"})
		if strings.Contains(w.Body.String(), "<b>presse") {
			t.Error("the contact is read as HTML")
		}
		h.move(61)
		h.says(h.get("", shown+"/presse"), 200, []string{"Contact presse"}, "embargo")
	})
}

// TestAnOrganiserAnnouncesResults is the announcement as it is walked on a phone, in French.
func TestAnOrganiserAnnouncesResults(t *testing.T) {
	h := closed(t, dbtest.Open(t, db.SQLite))
	h.move(11)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.AddCookie(&http.Cookie{Name: "parvis", Value: "organiser"})
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	_, port, _ := strings.Cut(strings.TrimPrefix(s.URL, "http://"), ":")
	as := browsertest.Options{Width: 360, Height: 740}
	page := browsertest.New(t).Visit(t, "http://"+ville+":"+port+desk, as)
	n := 0
	look := func(what string) {
		t.Helper()
		page.Axe(t)
		if *shots != "" {
			for label, o := range map[string]browsertest.Options{"desk": {Width: 1280, Height: 900}, "phone": as, "desk-dark": {Width: 1280, Height: 900, Dark: true}} {
				page.As(o)
				page.Screenshot(filepath.Join(*shots, string(rune('a'+n))+"-"+what+"-"+label+".png"))
			}
			page.As(as)
		}
		n++
	}
	says := func(what string) {
		t.Helper()
		if text := page.Text("main"); !strings.Contains(text, what) {
			t.Fatalf("%s does not say %q: %s", page.URL, what, text)
		}
	}
	page.Follow(".doors a[href$='/annonce']")
	says("Une égalité attend le tirage au sort")
	look("egalite")
	page.Fill("#field-numbers", "sept")
	page.Follow("form[action$='/tirage'] button")
	says("Donnez les numéros du tirage")
	look("erreur")
	browsertest.Eval[string](page, `document.getElementById("field-numbers").value = ""`)
	page.Fill("#field-numbers", "44 3 12 25 7")
	page.Follow("form[action$='/tirage'] button")
	says("Les numéros du tirage sont enregistrés")
	look("depouillement")
	page.Follow("a[href$='/annonce/verifier']")
	says("Ce qui se passe ensuite")
	look("verifier")
	page.Click("#field-sure-0")
	page.Follow("form[action$='/verifier'] button")
	says("Les résultats sont annoncés")
	look("annonce")
	h.move(30)
	page.Follow(".doors a[href$='/deliberation']")
	look("deliberation")
	page.Fill("#field-number", "2026-114")
	browsertest.Eval[string](page, `document.getElementById("field-on").value = "`+time.Now().AddDate(0, 0, 20).Format(time.DateOnly)+`"`)
	page.Fill("#field-link", "https://ville.example/deliberations/114")
	page.Fill("#field-changes", "+ 9 : Le conseil complète le budget.")
	page.Follow("form.form button[type=submit]")
	says("La délibération est inscrite")
	page.Go("http://" + ville + ":" + port + shown + "/resultats")
	says("2026-114 du ")
	look("resultats")
	page.Go("http://" + ville + ":" + port + desk + "/presse")
	look("presse-reglages")
	page.Go("http://" + ville + ":" + port + shown + "/presse")
	says("Les chiffres, et ce qu’ils comptent")
	look("presse")
}
