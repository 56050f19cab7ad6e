package office_test

import (
	"context"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/browsertest"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	forms "github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

func TestQuestionsAreAddedMovedAndTakenOutWithoutSavingAndNothingTypedIsLost(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d)
		v := c.as("localhost", organiser)
		path := v.draft("simple", "Budget 2027") + "/formulaire"
		form := fields(t, v.ask("GET", path, nil).text)
		before := state(t, d)
		press := func(do string) url.Values {
			t.Helper()
			form.Set("do", do)
			a := v.ask("POST", path, form)
			if a.StatusCode != http.StatusOK || state(t, d) != before {
				t.Fatalf("%s answers %d, or has saved", do, a.StatusCode)
			}
			form = fields(t, a.text)
			return form
		}
		script := `<script>alert("1")</script>`
		press("add")
		form.Set("q[0].label.fr", "Pour qui "+script)
		form.Set("words.title.label.fr", "Votre idée "+script)
		press("add")
		form.Set("q[1].label.fr", "Où ?")
		form.Set("q[1].kind", "choice")
		form.Set("q[1].o[0].label.fr", "Rue")
		press("options-1")
		form.Set("q[1].o[3].label.fr", "Parc "+script)
		if press("up-1"); form.Get("q[0].label.fr") != "Où ?" || form.Get("q[0].o[3].label.fr") != "Parc "+script || form.Get("q[1].label.fr") != "Pour qui "+script {
			t.Errorf("moved up: %v", form)
		}
		press("down-0")
		press("up-1")
		press("raise-0-3")
		if press("add"); form.Get("questions") != "3" {
			t.Errorf("%s questions", form.Get("questions"))
		}
		press("remove-2")
		form.Set("q[1].min", "beaucoup")
		form.Set("do", "save")
		a := v.ask("POST", path, form)
		if again := fields(t, a.text); a.StatusCode != http.StatusUnprocessableEntity || again.Get("q[1].min") != "beaucoup" || again.Get("q[0].o[2].label.fr") != "Parc "+script || !strings.Contains(a.text, `href="#field-q[1].min"`) {
			t.Errorf("a form that was refused: %d %v", a.StatusCode, again)
		}
		form.Set("q[1].min", "")
		form.Set("do", "preview")
		if a := v.ask("POST", path, form); a.StatusCode != http.StatusOK || !strings.Contains(a.text, "Parc &lt;script&gt;") || !strings.Contains(a.text, "Rien n’est enregistré") || strings.Contains(a.text, "<script>alert") || state(t, d) != before {
			t.Errorf("the preview answers %d, or has saved", a.StatusCode)
		}
		form.Set("do", "save")
		if a := v.ask("POST", path, form); a.StatusCode != http.StatusSeeOther {
			t.Errorf("refused: %d %s", a.StatusCode, a.text)
		}
		if a := v.ask("GET", path, nil); strings.Contains(a.text, "<script>alert") || !strings.Contains(a.text, "Votre idée &lt;script&gt;") {
			t.Error("what was typed is lost, or runs")
		}
	})
}

func TestAPublishedFormChangesWithAReadyReasonThatEverybodyReads(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d)
		v := c.as("localhost", organiser)
		edition := v.draft("simple", "Budget 2027")
		v.through(edition)
		v.ask("POST", edition+"/publier", nil)
		form := fields(t, v.ask("GET", edition+"/formulaire", nil).text)
		form.Set("need.cost", "required")
		form.Set("do", "save")
		if a := v.ask("POST", edition+"/formulaire", form); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.text, "#field-reason") {
			t.Errorf("without a reason: %d", a.StatusCode)
		}
		form["reason_ready"] = []string{"2"}
		form.Set("reason", "Le devis manque souvent.")
		if a := v.ask("POST", edition+"/formulaire", form); a.StatusCode != http.StatusSeeOther {
			t.Errorf("refused: %d %s", a.StatusCode, a.text)
		}
		page := strings.Replace(edition, "/organisation/editions/", "/projets/", 1) + "/reglement"
		const reason = "Les services ont besoin d’une information de plus pour étudier les projets. Le devis manque souvent."
		if a := c.client("localhost").ask("GET", page, nil); !strings.Contains(a.text, reason) || !strings.Contains(a.text, "Formulaire de dépôt") {
			t.Errorf("the règlement does not say why the form changed")
		}
		topics := fields(t, v.ask("GET", edition+"/categories", nil).text)
		topics.Set("category[0].name", "La nature")
		topics["reason_ready"] = []string{"1", "3"}
		topics.Set("do", "save")
		if a := v.ask("POST", edition+"/categories", topics); a.StatusCode != http.StatusSeeOther {
			t.Errorf("renaming a category: %d %s", a.StatusCode, a.text)
		}
		merge := url.Values{"kind": {"category"}, "category.from": {topics.Get("category[1].id")}, "category.to": {topics.Get("category[0].id")}}
		if a := v.ask("POST", edition+"/categories/regrouper", merge); a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("merged without a reason: %d", a.StatusCode)
		}
		merge["category.reason_ready"] = []string{"1"}
		if a := v.ask("POST", edition+"/categories/regrouper", merge); a.StatusCode != http.StatusSeeOther {
			t.Errorf("merging: %d %s", a.StatusCode, a.text)
		}
		if a := v.ask("GET", edition+"/categories", nil); strings.Contains(a.text, "Mobilités") || !strings.Contains(a.text, "La nature") {
			t.Error("the page still has what was merged, or not what was renamed")
		}
	})
}

func TestAnOrganiserMakesAFormAndAResidentFillsItIn(t *testing.T) {
	for name, as := range map[db.Engine]browsertest.Options{
		db.SQLite: {Width: 1280, Height: 900}, db.Postgres: {Width: 360, Height: 740, NoJS: true, Touch: true},
	} {
		t.Run(string(name), func(t *testing.T) { makesForm(t, settle(t, dbtest.Open(t, name)), as, string(name)) })
	}
}

func makesForm(t *testing.T, c *town, as browsertest.Options, name string) {
	base := "http://localhost:" + c.port
	v := c.as("localhost", organiser)
	edition := v.draft("simple", "Budget 2027")
	v.through(edition)
	page := browsertest.New(t).Visit(t, base+"/connexion?suite="+edition+"/formulaire", as)
	look := func(what string) {
		t.Helper()
		if page.Axe(t); as.NoJS {
			page.As(as) // axe-core let scripts run
		}
		if over := browsertest.Eval[int](page, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
			t.Errorf("%s: the page is %d pixels too wide", what, over)
		}
		if *shots != "" {
			for label, o := range map[string]browsertest.Options{"desk": {Width: 1280, Height: 900}, "phone": {Width: 360, Height: 740}, "phone-dark": {Width: 360, Height: 740, Dark: true}} {
				page.As(o)
				page.Screenshot(filepath.Join(*shots, "form-"+name+"-"+what+"-"+label+".png"))
			}
			page.As(as)
		}
	}
	says := func(what string) {
		t.Helper()
		if text := page.Text("main"); !strings.Contains(text, what) {
			t.Fatalf("%s does not say %q: %s", page.URL, what, text)
		}
	}
	choose := func(field, value string) {
		browsertest.Eval[string](page, `document.getElementById("field-`+field+`").value = "`+value+`"`)
	}
	page.Fill("#field-email", organiser)
	page.Follow("main form button")
	page.Fill("#field-code", c.code())
	page.Follow("main form button")
	page.Follow("button[value=add]")
	page.Fill(`[name="q[0].label.fr"]`, "À qui votre projet sert-il ?")
	page.Fill(`[name="q[0].label.en"]`, "Whom is your project for?")
	choose("q[0].kind", "choices")
	choose("q[0].public", "yes")
	page.Fill(`[name="q[0].o[0].label.fr"]`, "Aux enfants")
	page.Follow(".actions button[value=save]")
	says("Donnez au moins deux réponses différentes")
	look("1-refuse")
	page.Fill(`[name="q[0].o[1].label.fr"]`, "Aux personnes âgées")
	page.Follow("button[value=add]")
	page.Fill(`[name="q[1].label.fr"]`, "Un plan, si vous en avez un")
	choose("q[1].kind", "file")
	page.Follow(`button[value="up-1"]`)
	look("2-questions")
	page.Follow(".actions button[value=save]")
	if a := v.ask("POST", edition+"/publier", nil); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("not published: %s", a.text)
	}
	c.open(t)
	page.Go(base + strings.Replace(edition, "/organisation/editions/", "/projets/", 1) + "/deposer")
	says("À qui votre projet sert-il ?")
	says("Tout le monde pourra lire votre réponse.")
	says("Un PDF ou une image")
	look("3-resident")
	page.Fill("#field-title", "Des bancs à l'ombre")
	page.Click(`input[value="aux-enfants"]`)
	page.Follow(`button[value="save"]`)
	if !browsertest.Eval[bool](page, `document.querySelector('input[value="aux-enfants"]').checked`) {
		t.Error("the answer is lost")
	}
	page.Go(base + edition + "/formulaire")
	says("1 réponse")
	page.Follow(`button[value="remove-1"]`)
	says("la réponse est gardée")
	look("4-retire")
	page.Click("#field-reason_ready-2")
	page.Follow(".actions button[value=save]")
	page.Go(base + edition + "/formulaire")
	says("Questions retirées")
	look("5-retirees")
	page.Go(base + edition)
	says("Une question n’était pas utile.")
	look("6-bureau")
	page.Go(base + edition + "/categories")
	page.Follow(`button[value="add-theme"]`)
	look("7-categories")
}

func TestACategoryIsNamedInTheLanguageOfThePage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d)
		v := c.as("localhost", organiser)
		edition := v.draft("simple", "Budget 2027")
		v.through(edition)
		v.ask("POST", edition+"/publier", nil)
		c.open(t)
		deposits, slug := forms.NewService(d), edition[strings.LastIndexByte(edition, '/')+1:]
		ana := account.Person{ID: ids.Random(), Email: "ana@exemple.fr", Proved: true, Language: "fr", Roles: access.Roles(0).With(access.Resident)}
		content := forms.Content{Title: "Des bancs à l’ombre", Body: "Pour souffler.", Category: "nature-et-climat", Name: "Ana", Kind: rulebook.KindPerson, Age: forms.AgeAdult,
			Criteria: map[string]string{"lives_in": forms.Yes, "barred": forms.No, "investment": forms.No, "in_time": forms.Yes}}
		draft, err := deposits.Save(t.Context(), c.here, ana, slug, ids.ID{}, content, forms.Upload{})
		if err == nil {
			_, err = deposits.Publish(t.Context(), c.here, ana, slug, draft.ID, 0)
		}
		if err != nil {
			t.Fatal(err)
		}
		for path, name := range map[string]string{"": "Nature et climat", "/en": "Nature and climate"} {
			for _, page := range []string{"/propositions", "/propositions/1-des-bancs-a-l-ombre", "/deposer"} {
				if a := v.ask("GET", path+"/projets/"+slug+page, nil); a.StatusCode != http.StatusOK || !strings.Contains(a.text, name) {
					t.Errorf("%s%s answers %d without %q", path, page, a.StatusCode, name)
				}
			}
		}
	})
}

// open makes every deposit begin an hour ago.
func (c *town) open(t *testing.T) {
	t.Helper()
	err := c.d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE step SET starts_at = ? WHERE platform = ? AND kind = 'collect'`, db.Micros(tx.Now().Add(-time.Hour)), c.here.Key)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
