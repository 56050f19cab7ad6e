package office_test

import (
	"flag"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/browsertest"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
)

var shots = flag.String("shots", "", "write screenshots of the organiser's pages to this folder")

// TestAnOrganiserMakesAndPublishesAnEdition is journey F.
func TestAnOrganiserMakesAndPublishesAnEdition(t *testing.T) {
	browsertest.EachRun(t, func(t *testing.T, r browsertest.Run) {
		journey(t, settle(t, dbtest.Open(t, db.Engine(r.Engine))), r)
	})
}

func journey(t *testing.T, c *town, r browsertest.Run) {
	as, base := r.Options, "http://localhost:"+c.port+r.Prefix()
	page := browsertest.New(t).Visit(t, base+"/connexion?suite="+r.Prefix()+"/organisation", as)
	n := 0
	look := func(what string) {
		t.Helper()
		if page.Axe(t); as.NoJS {
			page.As(as) // axe-core let scripts run
		}
		if *shots != "" {
			for label, o := range map[string]browsertest.Options{"desk": {Width: 1280, Height: 900}, "phone": {Width: 360, Height: 740}, "desk-dark": {Width: 1280, Height: 900, Dark: true}} {
				page.As(o)
				page.Screenshot(filepath.Join(*shots, r.Name+"-"+string(rune('a'+n))+"-"+what+"-"+label+".png"))
			}
			page.As(as)
		}
		n++
	}
	says := func(fr, en string) {
		t.Helper()
		what := r.Say(fr, en)
		if text := page.Text("main"); !strings.Contains(text, what) {
			t.Fatalf("%s does not say %q: %s", page.URL, what, text)
		}
	}
	page.Fill("#field-email", organiser)
	page.Follow("main form button")
	page.Fill("#field-code", c.code())
	page.Follow("main form button")
	says("Aucune édition", "No edition yet")
	look("vide")
	page.Follow("main .actions a")
	page.Fill("#field-title", "Budget participatif 2027")
	page.Fill("#field-population", "12 000")
	page.Click("#field-model-3") // the basket
	look("nouvelle")
	page.Follow("main form button")
	says("L’édition est créée", "The edition is made")
	page.Fill("#field-summary", "Soixante mille euros pour les idées des habitants. Déposez la vôtre avant le printemps.")
	page.Follow("main form button[value=save]")
	page.Fill("#field-budget", " euros ou presque")
	page.Follow("main form button[value=save]")
	says("n’est pas un montant", "is not an amount")
	look("budget-erreur")
	browsertest.Eval[string](page, `document.getElementById("field-budget").value = ""`)
	page.Fill("#field-budget", "60 000")
	page.Follow("main form button[value=save]")
	says("Premier jour", "First day")
	look("calendrier")
	page.Follow("button[value=check]")
	look("calendrier-remarques")
	page.Follow("main .actions button[value=save]")
	says("composez une sélection de projets", "make a selection of proposals")
	look("reglement")
	page.Follow("main form button[value=save]")
	says("De quoi parle un projet", "What a proposal is about")
	look("categories")
	page.Follow("main .actions button[value=save]")
	says("Vos questions", "Your questions")
	look("formulaire")
	page.Follow("main .actions button[value=save]")
	says("Ajouter des personnes", "Add people")
	look("equipe")
	page.Follow("form[action$='/lue'] button")
	says("Vérifier, puis publier", "Check, then publish")
	look("bureau")
	page.Follow("main .actions a.quiet") // the preview
	says("Aperçu", "Preview")
	look("apercu")
	page.Go(base + "/organisation/editions/budget-participatif-2027")
	page.Follow("main a.button[href$='/publier']")
	says("Ce qui devient public", "What becomes public")
	look("publication")
	page.Follow("form[action$='/publier'] button")
	says("L’édition est publiée", "The edition is published")
	look("publiee")
	if a := c.client("localhost").ask("GET", "/projets/budget-participatif-2027", nil); a.StatusCode != 200 || !strings.Contains(a.text, "Soixante mille euros") {
		t.Errorf("the public page answers %d", a.StatusCode)
	}
}
