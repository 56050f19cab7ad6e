package decide_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/browsertest"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/web/decide"
)

// Journeys E (supervisor) and K (author of a refused proposal), on a phone: from two services that disagree to an appeal.
func TestFromADisagreementToAnAppeal(t *testing.T) {
	t.Parallel()
	c := serve(t, dbtest.Open(t, db.SQLite))
	later := time.Duration(0)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.h.ServeHTTP(w, r.WithContext(db.At(r.Context(), c.Now.Add(later))))
	}))
	t.Cleanup(s.Close)
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	base := "http://ville.localhost:" + port
	o := browsertest.Options{Width: 360, Height: 740, Touch: true}
	w := browsertest.New(t).Visit(t, base+"/", o)
	documents := map[string]string{}
	as := func(who string) { browsertest.Eval[string](w, `document.cookie = "parvis=`+who+`; path=/"`) }
	looks := func(name, says string) {
		t.Helper()
		if !browsertest.Eval[bool](w, `document.body.innerText.replace(/[\u00a0\u202f]/g, " ").includes(`+strconv.Quote(says)+`)`) {
			t.Fatalf("%s does not say %q:\n%s", name, says, w.Text("main"))
		}
		if wide := browsertest.Eval[int](w, `document.documentElement.scrollWidth`); wide > 360 {
			t.Errorf("%s is %d pixels wide on a screen of 360", name, wide)
		}
		w.Axe(t)
		documents[name] = browsertest.Eval[string](w, `fetch(location.href).then(r => r.text())`)
	}

	as("sonia")
	w.Go(base + decide.Path + "/budget")
	looks("the board", "Avis en désaccord")
	w.Follow(`.decide-lines a[href$="/projet/2"]`)
	looks("the assessment", "Les services ne sont pas d’accord")
	w.Click(`input[name=outcome][value=refused]`)
	browsertest.Eval[string](w, `document.querySelector("#field-article").value = "deposit_what"`)
	w.Follow(`button[value=template]`)
	looks("the template", "Ce qui le rendrait possible")
	if !browsertest.Eval[bool](w, `document.querySelector("#field-explanation").value.length > 40`) {
		t.Error("the article's template is not offered")
	}
	w.Follow(`button[value=ready]`)
	looks("the template as it is", "Le modèle n’est pas complété")
	w.Fill("#field-explanation", "")
	browsertest.Eval[string](w, `document.querySelector("#field-explanation").value = "La rivière est à l’État, qui refuse un pont de plus à cet endroit. Nous lui avons écrit deux fois."`)
	w.Fill("#field-possible", "Un passage sous le pont qui est déjà là.")
	w.Follow(`button[value=ready]`)
	looks("handed over", "La réponse est transmise")

	as("denis")
	w.Go(base + decide.Path + "/budget/signature")
	w.Fill("#field-title", "Première vague")
	day := c.Now.In(c.Of.Zone).AddDate(0, 0, 1).Format(time.DateOnly)
	browsertest.Eval[string](w, `document.querySelector("#field-at").value = "`+day+`"`)
	w.Follow(`form[action$="/vagues"] button`)
	looks("a wave", "La vague est enregistrée")
	w.Click(`input[name=number][value="2"]`)
	w.Follow(`form[action$="/signature"] button`)
	looks("signed", "Les réponses sont signées")

	later = 72 * time.Hour
	as("boris")
	w.Go(base + paged + "2-une-passerelle-sur-la-riviere")
	looks("the refused proposal", "La rivière est à l’État")
	w.Follow(`button[value=keep]`)
	looks("kept", "Gardé le")
	w.Follow(`a[href$="/reexamen"]`)
	looks("the appeal", "Votre texte n’est pas publié")
	w.Fill("#field-body", "L’État a changé d’avis ce matin, je joins sa lettre à cette demande.")
	w.Follow(`form[action$="/reexamen"] button`)
	looks("the receipt", "Votre reçu")

	as("elsa")
	w.Go(base + decide.DashboardPath)
	looks("the dashboard", "Projets déposés")
	if len(documents) < 11 {
		t.Errorf("only %d pages", len(documents))
	}
	browsertest.Validate(t, documents)
}
