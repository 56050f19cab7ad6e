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

// TestAnOrganiserMakesAndPublishesAnEdition is journey F, once at a desk with scripts on SQLite, once without on PostgreSQL.
func TestAnOrganiserMakesAndPublishesAnEdition(t *testing.T) {
	for name, as := range map[db.Engine]browsertest.Options{
		db.SQLite:   {Width: 1280, Height: 900},
		db.Postgres: {Width: 1280, Height: 900, NoJS: true},
	} {
		t.Run(string(name), func(t *testing.T) { journey(t, settle(t, dbtest.Open(t, name)), as, string(name)) })
	}
}

func journey(t *testing.T, c *town, as browsertest.Options, name string) {
	base := "http://localhost:" + c.port
	page := browsertest.New(t).Visit(t, base+"/connexion?suite=/organisation", as)
	n := 0
	look := func(what string) {
		t.Helper()
		if page.Axe(t); as.NoJS {
			page.As(as) // axe-core let scripts run
		}
		if *shots != "" {
			for label, o := range map[string]browsertest.Options{"desk": {Width: 1280, Height: 900}, "phone": {Width: 360, Height: 740}, "desk-dark": {Width: 1280, Height: 900, Dark: true}} {
				page.As(o)
				page.Screenshot(filepath.Join(*shots, name+"-"+string(rune('a'+n))+"-"+what+"-"+label+".png"))
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
	page.Fill("#field-email", organiser)
	page.Follow("main form button")
	page.Fill("#field-code", c.code())
	page.Follow("main form button")
	says("Aucune édition")
	look("vide")
	page.Follow("main .actions a")
	page.Fill("#field-title", "Budget participatif 2027")
	page.Fill("#field-population", "12 000")
	page.Click("#field-model-3") // the basket
	look("nouvelle")
	page.Follow("main form button")
	says("L’édition est créée")
	page.Fill("#field-summary", "Soixante mille euros pour les idées des habitants. Déposez la vôtre avant le printemps.")
	page.Follow("main form button[value=save]")
	page.Fill("#field-budget", " euros ou presque")
	page.Follow("main form button[value=save]")
	says("n’est pas un montant")
	look("budget-erreur")
	browsertest.Eval[string](page, `document.getElementById("field-budget").value = ""`)
	page.Fill("#field-budget", "60 000")
	page.Follow("main form button[value=save]")
	says("Premier jour")
	look("calendrier")
	page.Follow("button[value=check]")
	look("calendrier-remarques")
	page.Follow("main .actions button[value=save]")
	says("composez une sélection de projets")
	look("reglement")
	page.Follow("main form button[value=save]")
	says("De quoi parle un projet")
	look("categories")
	page.Follow("main .actions button[value=save]")
	says("Vos questions")
	look("formulaire")
	page.Follow("main .actions button[value=save]")
	says("Ajouter des personnes")
	look("equipe")
	page.Follow("form[action$='/lue'] button")
	says("Publier l’édition")
	look("bureau")
	page.Follow("main .actions a") // the preview
	says("Aperçu")
	look("apercu")
	page.Go(base + "/organisation/editions/budget-participatif-2027")
	page.Follow("form[action$='/publier'] button")
	says("L’édition est publiée")
	look("publiee")
	if a := c.client("localhost").ask("GET", "/projets/budget-participatif-2027", nil); a.StatusCode != 200 || !strings.Contains(a.text, "Soixante mille euros") {
		t.Errorf("the public page answers %d", a.StatusCode)
	}
}
