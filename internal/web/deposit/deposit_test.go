package deposit_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/internal/web/webtest"
	"github.com/parvis-civic/parvis/tally"
)

// cities are two, each with an edition whose deposit is open.
type cities struct {
	t *testing.T
	d *db.DB
	h http.Handler
}

const deposer = "/projets/budget/deposer"

func found(t *testing.T, d *db.DB) *cities {
	t.Helper()
	for _, slug := range []string{"ville", "village"} {
		of, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: slug, Name: slug, Hosts: []string{slug + ".example"}})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { return edition(ctx, tx, of.Key) }); err != nil {
			t.Fatal(err)
		}
	}
	return &cities{t, d, serve(t, d, "http://ville.example")}
}

func edition(ctx context.Context, tx db.Tx, platform int64) error {
	id, step, now := ids.Random(), ids.Random(), tx.Now()
	book := rulebook.Rulebook{Format: rulebook.Format, Currency: "EUR",
		Deposit: &rulebook.Deposit{Who: rulebook.Who{Residence: rulebook.Residence{In: rulebook.Anywhere}, Kinds: []rulebook.Kind{rulebook.KindPerson}}, Running: rulebook.Running{Kind: rulebook.RunningAllowed}},
		Vote: rulebook.Vote{Who: &rulebook.Who{Residence: rulebook.Residence{In: rulebook.InCity}, Kinds: []rulebook.Kind{rulebook.KindPerson}}, Ballot: rulebook.Shape{Kind: rulebook.Simple, Min: 1, Max: 3},
			Totals: rulebook.Totals{During: rulebook.Hidden}},
		Count: tally.Rule{Method: tally.MethodGreedy, Scoring: tally.Scoring{By: tally.ByChoice}, Budget: 100_000_000, Fit: tally.Fit{Then: tally.FitSkip},
			Ties: []tally.TieBreak{{By: tally.TieLowerCost}, {By: tally.TieOrder}}, DropOut: tally.DropOutNext}}
	form := deposit.DefaultForm()
	form.Summary = deposit.Optional
	label := rulebook.Text{FR: "Pour qui"}
	form.Questions = []deposit.Question{
		{Key: "court", Kind: deposit.ShortText, Need: deposit.Optional, Label: label, Public: true},
		{Key: "long", Kind: deposit.LongText, Need: deposit.Optional, Label: label, Public: true},
		{Key: "choix", Kind: deposit.OneChoice, Need: deposit.Optional, Label: label, Other: true, Public: true, Options: []deposit.Option{{Key: "a", Label: label}, {Key: "b", Label: label}}},
		{Key: "plan", Kind: deposit.FileInput, Need: deposit.Optional, Label: label},
	}
	for _, err := range []error{
		project.Insert(ctx, tx, platform, project.Project{ID: id, Slug: "budget", Title: "Budget", Currency: "EUR", Language: "fr", State: project.Published, Origin: project.OfCity, Rulebook: 1, CreatedAt: now, PublishedAt: now}),
		project.SetRulebook(ctx, tx, platform, id, 1, book),
		project.InsertSteps(ctx, tx, platform, []project.Step{{ID: step, Project: id, Kind: project.Collect, Slug: "depot", StartsAt: now.Add(-time.Hour), EndsAt: now.Add(time.Hour)}}),
		deposit.SetForm(ctx, tx, platform, step, form),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// visitor is a browser without a screen: it keeps its cookie.
type visitor struct {
	*cities
	host   string
	cookie string
}

func (v *visitor) do(r *http.Request) (int, http.Header, string) {
	v.t.Helper()
	if v.cookie != "" {
		r.Header.Set("Cookie", v.cookie)
	}
	w := httptest.NewRecorder()
	v.h.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		v.cookie = c.Name + "=" + c.Value
	}
	return w.Code, w.Header(), w.Body.String()
}

func (v *visitor) get(path string) (int, http.Header, string) {
	v.t.Helper()
	return v.do(httptest.NewRequestWithContext(v.t.Context(), http.MethodGet, "http://"+v.host+path, nil))
}

// file is one of a form.
type file struct {
	field, name string
	content     []byte
}

func (v *visitor) post(path string, fields url.Values, files ...file) (int, http.Header, string) {
	v.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, values := range fields {
		for _, value := range values {
			if err := form.WriteField(name, value); err != nil {
				v.t.Fatal(err)
			}
		}
	}
	for _, f := range files {
		part, err := form.CreateFormFile(f.field, f.name)
		if err == nil {
			_, err = part.Write(f.content)
		}
		if err != nil {
			v.t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		v.t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(v.t.Context(), http.MethodPost, "http://"+v.host+path, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return v.do(r)
}

// begin saves a draft and gives its address.
func (v *visitor) begin(fields url.Values, files ...file) string {
	v.t.Helper()
	status, head, body := v.post(deposer, fields, files...)
	if status != http.StatusSeeOther {
		v.t.Fatalf("saving answers %d:\n%s", status, body)
	}
	address, _, _ := strings.Cut(head.Get("Location"), "?")
	return strings.TrimSuffix(address, "/verifier")
}

func (v *visitor) prove() { v.signIn("ana@exemple.fr") }

func (v *visitor) signIn(email string) {
	v.t.Helper()
	_, _, sent := v.post("/connexion", url.Values{"email": {email}})
	args, _ := mail(v.t, v.d, "code")["args"].(map[string]any)
	if status, _, body := v.post("/connexion/code", url.Values{"email": {email}, "demande": {webtest.Asked(sent)}, "code": {fmt.Sprint(args["Code"])}}); status != http.StatusSeeOther {
		v.t.Fatalf("the code is refused: %s", body)
	}
}

// script is what somebody types who means harm, with a mark that tells one field from another.
func script(mark string) string {
	return `<script>alert("` + mark + `")</script><img src=x onerror=alert(1)>" onfocus="alert(2)" javascript:alert(3) ` + mark
}

func hostile() url.Values {
	f := url.Values{"district": {"<script>"}, "category": {"<script>"}, "latitude": {`"><script>`}, "longitude": {`"><script>`}, "age": {"adult"}, "kind": {"person"}, "q-choix": {"other"}}
	for _, name := range []string{"title", "summary", "body", "address", "cost", "picture_alt", "name", "q-court", "q-long", "q-choix-other"} {
		f.Set(name, script(strings.ReplaceAll(name, "_", "")))
	}
	f.Set("title", short("title"))
	f.Set("name", short("name"))
	return f
}

// short is the same for fields that take a line.
func short(mark string) string {
	return `<script>alert(1)</script><img src=x onerror=alert(1)> ` + mark
}

// live is what no page may have of it: an element or an attribute that came from somebody's text.
var live = regexp.MustCompile(`<script>|<img src=x|[a-z]" onfocus=|href="javascript:`)

func TestScriptsInEveryTextFieldStayText(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := &visitor{cities: found(t, d), host: "ville.example"}
		draft := v.begin(hostile())
		for _, page := range []string{draft, draft + "/verifier", draft + "/retirer", deposer, deposer + "/semblables?titre=" + url.QueryEscape(script("q")), deposer + "/adresses?q=" + url.QueryEscape(script("q"))} {
			if status, _, body := v.get(page); status != 200 || live.MatchString(body) {
				t.Errorf("%s answers %d with %q", page, status, live.FindString(body))
			}
		}
		fields := hostile()
		for name, value := range map[string]string{"cost": "12", "latitude": "", "longitude": "", "category": "", "district": ""} {
			fields.Set(name, value)
		}
		if status, _, body := v.post(draft, fields); status != http.StatusSeeOther {
			t.Fatalf("%d\n%s", status, body)
		}
		v.prove()
		_, head, body := v.post(draft+"/publier", url.Values{"charter": {"0"}})
		if !strings.HasSuffix(head.Get("Location"), "/en-ligne") {
			t.Fatalf("not published:\n%s", body)
		}
		for _, page := range []string{draft, draft + "/en-ligne", draft + "/retirer", "/projets/budget/propositions", "/projets/budget/propositions/1/historique", "/projets/budget/propositions/1/suivre", "/projets/budget", "/"} {
			if status, _, body := v.get(page); status != 200 || live.MatchString(body) {
				t.Errorf("%s answers %d with %q", page, status, live.FindString(body))
			}
		}
		_, head, _ = v.get("/projets/budget/propositions/1")
		_, _, body = v.get(head.Get("Location"))
		for _, mark := range []string{"title", "summary", "body", "address", "name", "q-court", "q-long", "q-choix-other"} {
			if !strings.Contains(body, mark) {
				t.Errorf("the page does not show the text of %s", mark)
			}
		}
		if live.MatchString(body) {
			t.Errorf("the page has %q", live.FindString(body))
		}
	})
}

func TestACostThatNobodyKnowsIsNotShown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := &visitor{cities: found(t, d), host: "localhost"}
		fields := hostile()
		for _, name := range []string{"cost", "latitude", "longitude", "category", "district"} {
			fields.Set(name, "")
		}
		draft := v.begin(fields)
		v.prove()
		if _, head, body := v.post(draft+"/publier", url.Values{"charter": {"0"}}); !strings.HasSuffix(head.Get("Location"), "/en-ligne") {
			t.Fatalf("not published:\n%s", body)
		}
		_, head, _ := v.get("/projets/budget/propositions/1")
		for _, page := range []string{head.Get("Location"), "/projets/budget/propositions", "/projets/budget/propositions?ordre=moins-chers", draft + "/en-ligne"} {
			if status, _, body := v.get(page); status != 200 || strings.Contains(body, `data-field="Proposal.cost"`) || strings.Contains(body, "0\u00a0€") {
				t.Errorf("%s answers %d, or says what nobody knows", page, status)
			}
		}
	})
}

func TestSomebodyElsesDraftIsNotThere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := found(t, d)
		ana := &visitor{cities: c, host: "ville.example"}
		draft := ana.begin(url.Values{"title": {"Un secret"}})
		for name, v := range map[string]*visitor{"nobody": {cities: c, host: "ville.example"}, "somebody else": {cities: c, host: "ville.example"}, "the same person in another city": {cities: c, host: "village.example", cookie: ana.cookie}} {
			if name == "somebody else" {
				v.begin(url.Values{"title": {"Le mien"}})
			}
			for _, page := range []string{draft, draft + "/verifier", draft + "/en-ligne", draft + "/retirer", deposer + "/00000000-0000-4000-8000-000000000000", deposer + "/rien"} {
				if status, _, body := v.get(page); status != 404 || strings.Contains(body, "Un secret") {
					t.Errorf("%s: GET %s answers %d", name, page, status)
				}
			}
			for _, page := range []string{draft, draft + "/retirer", draft + "/publier"} {
				if status, _, _ := v.post(page, url.Values{"title": {"Volé"}}); status != 404 {
					t.Errorf("%s: POST %s answers %d", name, page, status)
				}
			}
		}
		if _, _, body := ana.get(draft); !strings.Contains(body, "Un secret") {
			t.Error("the draft was changed")
		}
	})
}

func TestFormsOfOtherSitesAndBodiesThatAreTooLargeAreRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := &visitor{cities: found(t, d), host: "ville.example"}
		draft := v.begin(url.Values{"title": {"Un début"}})
		for _, path := range []string{deposer, draft, draft + "/publier", draft + "/retirer", "/projets/budget/propositions/1/suivre"} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://ville.example"+path, strings.NewReader("title=x"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Origin", "https://ailleurs.example")
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			if status, _, _ := v.do(r); status != http.StatusForbidden {
				t.Errorf("POST %s from another site answers %d", path, status)
			}
		}
		huge := io.LimitReader(endless{}, 30<<20)
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://ville.example"+draft, io.MultiReader(strings.NewReader("title="), huge))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if status, _, _ := v.do(r); status != http.StatusBadRequest {
			t.Errorf("30 MB of text answer %d", status)
		}
		if status, _, body := v.post(draft, url.Values{"title": {"Un début"}, "body": {strings.Repeat("é", 200_000)}}); status != http.StatusUnprocessableEntity || !strings.Contains(body, "trop long") {
			t.Errorf("a text that is too long answers %d", status)
		}
		if _, _, body := v.get(draft); !strings.Contains(body, "Un début") {
			t.Error("the draft is lost")
		}
	})
}

// endless is a text without an end.
type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'a'
	}
	return len(b), nil
}

func photo(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, 40, 30)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestUploadsThatAreNotWhatTheySayAreRefusedAndTheTextIsKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := &visitor{cities: found(t, d), host: "ville.example"}
		page := []byte("<html><script>alert(1)</script></html>")
		for name, f := range map[string]file{
			"a page called a photo":     {"picture", "photo.jpg", page},
			"a drawing with scripts":    {"picture", "dessin.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`)},
			"half a photo":              {"picture", "photo.jpg", photo(t)[:200]},
			"a page called a PDF":       {"q-plan", "plan.pdf", page},
			"a program called a PDF":    {"q-plan", "plan.pdf", []byte("MZ\x90")},
			"a photo that is too heavy": {"picture", "photo.jpg", append(photo(t), make([]byte, 11<<20)...)},
		} {
			status, _, body := v.post(deposer, url.Values{"title": {"Des bancs gardés"}}, f)
			if status != http.StatusUnprocessableEntity || !strings.Contains(body, "Des bancs gardés") || !strings.Contains(body, `class="form-problems"`) {
				t.Errorf("%s answers %d", name, status)
			}
		}
		draft := v.begin(url.Values{"title": {"Des bancs"}, "picture_alt": {"Un banc"}}, file{"picture", "photo.jpg", photo(t)}, file{"q-plan", `C:\plans\"><b>.pdf`, []byte("%PDF-1.7 …")})
		_, _, body := v.get(draft)
		m := regexp.MustCompile(`src="(/media/[^"]+)"`).FindStringSubmatch(body)
		if m == nil || !strings.Contains(body, "Fichier gardé") || strings.Contains(body, "<b>.pdf") {
			t.Fatalf("the picture or the file is lost:\n%s", body)
		}
		if status, head, _ := v.get(m[1]); status != 200 || head.Get("Content-Type") != "image/jpeg" {
			t.Errorf("the picture answers %d, %s", status, head.Get("Content-Type"))
		}
		if status, _, _ := (&visitor{cities: v.cities, host: v.host}).get(m[1]); status != 404 {
			t.Errorf("the picture of a draft answers %d to somebody else", status)
		}
		if status, _, _ := v.post(draft, url.Values{"title": {"Des bancs"}, "picture_remove": {"1"}}); status != http.StatusSeeOther {
			t.Errorf("removing the picture answers %d", status)
		}
		if _, _, body := v.get(draft); strings.Contains(body, "/media/") {
			t.Error("the picture is still there")
		}
	})
}

func TestOnlyTheFormMayAskWhereOneIs(t *testing.T) {
	v := &visitor{cities: found(t, dbtest.Open(t, db.SQLite)), host: "ville.example"}
	for page, may := range map[string]bool{deposer: true, "/projets/budget": false, "/": false, deposer + "/semblables?titre=banc": false} {
		if _, head, _ := v.get(page); strings.Contains(head.Get("Permissions-Policy"), "geolocation=(self)") != may {
			t.Errorf("%s: %s", page, head.Get("Permissions-Policy"))
		}
	}
}

func TestFollowingLeadsThroughTheProofAndBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := found(t, d)
		ana := &visitor{cities: c, host: "ville.example"}
		draft := ana.begin(url.Values{"title": {"Des bancs"}, "body": {"Deux."}, "name": {"Ana"}, "age": {"adult"}})
		ana.prove()
		if _, head, body := ana.post(draft+"/publier", url.Values{"charter": {"0"}}); !strings.HasSuffix(head.Get("Location"), "/en-ligne") {
			t.Fatal(body)
		}
		reader := &visitor{cities: c, host: "ville.example"}
		const follow = "/projets/budget/propositions/1/suivre"
		if _, head, _ := reader.get(follow); head.Get("Location") != "/connexion?suite="+url.QueryEscape(follow) {
			t.Errorf("who is not signed in is led to %q", head.Get("Location"))
		}
		for _, c := range []struct{ do, says string }{{"follow", "Ne plus suivre"}, {"follow", "Ne plus suivre"}, {"stop", "Suivre ce projet"}} {
			_, head, _ := ana.post(follow, url.Values{"do": {c.do}})
			address, _, _ := strings.Cut(head.Get("Location"), "#")
			if _, _, body := ana.get(address); !strings.Contains(body, c.says) {
				t.Errorf("after %s, the page does not say %q", c.do, c.says)
			}
		}
	})
}
