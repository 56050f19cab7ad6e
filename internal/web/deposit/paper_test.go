package deposit_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/proposal"
)

const feuilles = "/accueil/depots/budget/feuilles"

// as signs somebody in who has a role, on one of the cities.
func (c *cities) as(host, name string, roles ...access.Role) *visitor {
	c.t.Helper()
	people := account.NewService(c.d, proposal.Room())
	var of platform.Platform
	err := c.d.Write(c.t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		if of, err = platform.ByHost(ctx, tx, host); err != nil {
			return err
		}
		_, err = account.Stage(ctx, tx, of.Key, account.Person{Email: name + account.StageDomain, Name: name, Kind: account.Resident, Language: "fr"}, roles)
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	token, err := people.Play(c.t.Context(), of, "", name+account.StageDomain, "test")
	if err != nil {
		c.t.Fatal(err)
	}
	return &visitor{cities: c, host: host, cookie: "parvis=" + token}
}

// sheet types one and gives its address.
func (v *visitor) sheet(fields url.Values) string {
	v.t.Helper()
	status, head, body := v.post(feuilles, fields)
	if status != http.StatusSeeOther {
		v.t.Fatalf("saving answers %d:\n%s", status, body)
	}
	address, _, _ := strings.Cut(head.Get("Location"), "?")
	return strings.TrimSuffix(address, "/verifier")
}

func onSheet() url.Values {
	return url.Values{"title": {"Une fontaine rue Neuve"}, "body": {"Pour souffler."}, "age": {"adult"}, "kind": {"person"}, "do": {"check"}}
}

func TestAnAgentTypesASheetAndItsAuthorTakesItOver(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := found(t, d)
		agent := c.as("ville.example", "agent", access.PollingAgent)
		fields := onSheet()
		fields.Set("paper_email", "ana@exemple.fr")
		fields.Set("paper_reference", "A 17")
		draft := agent.sheet(fields)
		if _, _, body := agent.get("/mon-espace"); strings.Contains(body, "Une fontaine") {
			t.Error("the sheet is among what the agent deposited")
		}
		if _, _, body := agent.get(feuilles); strings.Contains(body, "Une fontaine") || strings.Contains(body, `value="agent"`) {
			t.Error("the next sheet begins with what the agent or the last person is called, or wrote")
		}
		if status, _, body := agent.get(draft + "/verifier"); status != 200 || !strings.Contains(body, "La personne a signé la feuille") || strings.Contains(body, "suivre") || strings.Contains(body, `name="vouched"`) {
			t.Errorf("the page that checks: %d\n%s", status, body)
		}
		if status, _, body := agent.post(draft+"/publier", nil); status != http.StatusUnprocessableEntity || !strings.Contains(body, "Cochez la charte") {
			t.Errorf("published without the signature: %d", status)
		}
		if _, head, body := agent.post(draft+"/publier", url.Values{"charter": {"0"}}); head.Get("Location") != draft+"/en-ligne" {
			t.Fatalf("not published:\n%s", body)
		}
		if _, _, body := agent.get(draft + "/en-ligne"); !strings.Contains(body, "Un e-mail est parti à ana@exemple.fr") || !strings.Contains(body, "Projet déposé sur papier") {
			t.Errorf("what follows does not say it:\n%s", body)
		}
		for prefix, wanted := range map[string][]string{
			"":    {"Reçu de dépôt", "Une fontaine rue Neuve", "feuille A 17", "/projets/budget/propositions/1", "Venez au guichet avec ce reçu", "<path d=\"M"},
			"/en": {"Receipt", "Une fontaine", "/en/projets/budget/propositions/1", "Come to the town hall"},
		} {
			status, _, body := agent.get(prefix + draft + "/recu")
			for _, want := range wanted {
				if status != 200 || !strings.Contains(body, want) {
					t.Errorf("the receipt %q: %d, without %q\n%s", prefix, status, want, body)
				}
			}
		}
		_, head, _ := agent.get("/projets/budget/propositions/1")
		if _, _, body := agent.get(head.Get("Location")); !strings.Contains(body, "Déposé sur papier") || strings.Contains(body, ">agent<") && strings.Contains(body, "Proposé par") {
			t.Errorf("the page does not say that it came on paper:\n%s", body)
		}

		claim := strings.Replace(draft, feuilles, deposer, 1) + "/reprendre"
		ana := &visitor{cities: c, host: "ville.example"}
		if status, head, _ := ana.get(claim); status != http.StatusSeeOther || !strings.HasPrefix(head.Get("Location"), "/connexion?suite=") {
			t.Errorf("the link without a session: %d %s", status, head.Get("Location"))
		}
		other := c.as("ville.example", "other")
		for _, method := range []func() int{
			func() int { s, _, _ := other.get(claim); return s },
			func() int { s, _, _ := other.post(claim, url.Values{"do": {"own"}}); return s },
			func() int { s, _, _ := agent.post(claim, url.Values{"do": {"own"}}); return s },
		} {
			if status := method(); status != http.StatusNotFound {
				t.Errorf("somebody else at the link: %d", status)
			}
		}
		ana.prove()
		if _, _, body := ana.get("/mon-espace"); !strings.Contains(body, claim) {
			t.Error("her space does not say that a project waits for her")
		}
		if _, _, body := other.get("/mon-espace"); strings.Contains(body, claim) {
			t.Error("somebody else's space says that a project waits")
		}
		if status, _, body := ana.get(claim); status != 200 || !strings.Contains(body, "Un projet déposé pour vous") {
			t.Fatalf("the link: %d\n%s", status, body)
		}
		if _, head, _ := ana.post(claim, url.Values{"do": {"own"}}); !strings.HasSuffix(head.Get("Location"), "/en-ligne") {
			t.Fatalf("not taken over: %s", head.Get("Location"))
		}
		if _, _, body := ana.get("/mon-espace"); !strings.Contains(body, "Une fontaine") {
			t.Error("it is not in her space")
		}
		if status, head, _ := ana.get(claim); status != http.StatusSeeOther || !strings.HasSuffix(head.Get("Location"), "/en-ligne") {
			t.Errorf("the link once more: %d", status)
		}
		for _, page := range []string{"", "/verifier", "/en-ligne", "/recu", "/retirer"} {
			if status, _, _ := agent.get(draft + page); status != http.StatusNotFound {
				t.Errorf("the desk still has %s: %d", page, status)
			}
		}
	})
}

func TestTheDeskGoesOnWithASheetWithoutAnAddress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := found(t, d)
		first, second := c.as("ville.example", "agent", access.PollingAgent), c.as("ville.example", "colleague", access.Organiser)
		draft := first.sheet(onSheet())
		if _, head, body := first.post(draft+"/publier", url.Values{"charter": {"0"}}); head.Get("Location") != draft+"/en-ligne" {
			t.Fatalf("not published:\n%s", body)
		}
		if _, _, body := second.get("/accueil/depots/budget?numero=1"); !strings.Contains(body, draft+"/en-ligne") {
			t.Errorf("a colleague does not find it by its number:\n%s", body)
		}
		if _, _, body := second.get("/accueil/depots/budget?numero=2"); strings.Contains(body, draft) || !strings.Contains(body, "Aucun projet déposé sur papier n’a le numéro 2") {
			t.Error("another number finds it")
		}
		fields := onSheet()
		fields.Set("title", "Une fontaine place Neuve")
		if _, head, body := second.post(draft, fields); head.Get("Location") != draft+"/en-ligne?modifie=1" {
			t.Fatalf("not changed:\n%s", body)
		}
		fields.Set("paper_email", "pas une adresse")
		if status, _, body := second.post(draft, fields); status != http.StatusUnprocessableEntity || !strings.Contains(body, `value="pas une adresse"`) {
			t.Errorf("an address that is none: %d", status)
		}
		if _, head, _ := second.post(draft+"/retirer", nil); head.Get("Location") != draft+"/en-ligne" {
			t.Error("not taken back")
		}
		if _, _, body := first.get(draft + "/en-ligne"); !strings.Contains(body, "Ce projet est retiré") || !strings.Contains(body, "colleague") {
			t.Errorf("what was done is not said:\n%s", body)
		}
		if _, _, body := first.get(draft + "/recu"); !strings.Contains(body, "Le numéro 1 reste") {
			t.Error("the receipt does not say that it was taken back")
		}
		dropped := first.sheet(onSheet())
		if _, head, _ := first.post(dropped+"/retirer", nil); head.Get("Location") != "/accueil/depots/budget" {
			t.Error("a draft is not dropped")
		}
		if status, _, _ := first.get(dropped); status != http.StatusNotFound {
			t.Error("a draft that was dropped is there")
		}
	})
}

func TestScriptsOnASheetStayText(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := found(t, d)
		agent := c.as("ville.example", "agent", access.PollingAgent)
		fields := hostile()
		for name, value := range map[string]string{"cost": "12", "latitude": "", "longitude": "", "category": "", "district": "", "paper_reference": `<script>alert(1)</script>" onfocus=`, "paper_email": ""} {
			fields.Set(name, value)
		}
		draft := agent.sheet(fields)
		for _, page := range []string{draft, draft + "/verifier", draft + "/retirer", "/accueil/depots/budget", "/accueil/depots", "/accueil/depots/budget?numero=" + url.QueryEscape(script("q")), feuilles + "/semblables?titre=" + url.QueryEscape(script("q"))} {
			if status, _, body := agent.get(page); status != 200 || live.MatchString(body) {
				t.Errorf("%s answers %d with %q", page, status, live.FindString(body))
			}
		}
		if _, head, body := agent.post(draft+"/publier", url.Values{"charter": {"0"}}); head.Get("Location") != draft+"/en-ligne" {
			t.Fatalf("not published:\n%s", body)
		}
		for _, page := range []string{draft, draft + "/en-ligne", draft + "/recu", "/en" + draft + "/recu"} {
			if status, _, body := agent.get(page); status != 200 || live.MatchString(body) {
				t.Errorf("%s answers %d with %q", page, status, live.FindString(body))
			}
		}
		fields.Set("paper_email", script("mail"))
		if status, _, body := agent.post(feuilles, fields); status != http.StatusSeeOther || live.MatchString(body) {
			t.Errorf("an address that is a script: %d", status)
		}
	})
}

func TestNobodyElseReachesWhatTheDeskTypes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := found(t, d)
		agent, organiser := c.as("ville.example", "agent", access.PollingAgent), c.as("ville.example", "organiser", access.Organiser)
		resident := c.as("ville.example", "resident")
		draft := agent.sheet(onSheet())
		own := resident.begin(url.Values{"title": {"Le mien"}})
		id := own[strings.LastIndexByte(own, '/')+1:]
		elsewhere := c.as("village.example", "agent", access.PollingAgent)
		pages := []string{"", "/verifier", "/en-ligne", "/recu", "/retirer"}
		for _, page := range pages {
			if status, _, _ := resident.get(draft + page); status != http.StatusForbidden {
				t.Errorf("a resident reads %s: %d", page, status)
			}
			if status, _, _ := elsewhere.get(draft + page); status != http.StatusNotFound {
				t.Errorf("the desk of another city reads %s: %d", page, status)
			}
			if status, _, _ := agent.get(feuilles + "/" + id + page); status != http.StatusNotFound {
				t.Errorf("the desk reads a resident's draft at %s: %d", page, status)
			}
			if status, _, _ := agent.get(strings.Replace(draft, feuilles, deposer, 1) + page); page != "/recu" && status != http.StatusNotFound {
				t.Errorf("the agent has the sheet among their own at %s: %d", page, status)
			}
		}
		for _, page := range []string{"", "/publier", "/retirer"} {
			for name, v := range map[string]*visitor{"a resident": resident, "the desk of another city": elsewhere} {
				if status, _, _ := v.post(draft+page, onSheet()); status != http.StatusForbidden && status != http.StatusNotFound {
					t.Errorf("%s posts to %s: %d", name, page, status)
				}
			}
			if status, _, _ := agent.post(feuilles+"/"+id+page, onSheet()); status != http.StatusNotFound {
				t.Errorf("the desk posts to a resident's draft at %s: %d", page, status)
			}
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://ville.example"+draft+page, strings.NewReader("title=Autre"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			if status, _, _ := agent.do(r); status != http.StatusForbidden {
				t.Errorf("another site posts to %s: %d", page, status)
			}
		}
		for _, guess := range []string{"/00000000-0000-4000-8000-000000000000", "/pas-un-id", "/" + id} {
			if status, _, _ := agent.get(feuilles + guess); status != http.StatusNotFound {
				t.Errorf("a guessed draft %s: %d", guess, status)
			}
		}
		if status, _, _ := agent.get("/organisation/editions/budget/formulaire-papier"); status != http.StatusForbidden {
			t.Errorf("an agent makes the paper form: %d", status)
		}
		if status, _, body := organiser.get("/organisation/editions/budget/formulaire-papier"); status != 200 || live.MatchString(body) {
			t.Errorf("the paper form: %d", status)
		}
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(db.Everywhere(ctx, "a test ends every step"), `UPDATE step SET ends_at = ?`, db.Micros(tx.Now().Add(-time.Hour)))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{feuilles, draft, draft + "/publier"} {
			fields := onSheet()
			fields.Set("charter", "0")
			if status, _, body := agent.post(path, fields); status != http.StatusForbidden || !strings.Contains(body, "Le dépôt est fermé") {
				t.Errorf("the desk posts to %s after the end: %d", path, status)
			}
		}
	})
}
