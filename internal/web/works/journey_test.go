package works_test

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/browsertest"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/delivery"
)

var shots = flag.String("shots", "", "write screenshots of the pages of works to this folder")

// TestAnAgentTellsWhatIsNewOnAPhone is journey L: the e-mail of the quarter leads to one form, what is told is public, a date that
// moves asks for its reason, and what is given up says why.
func TestAnAgentTellsWhatIsNewOnAPhone(t *testing.T) {
	c := settle(t, dbtest.Open(t, db.SQLite), winners)
	now := time.Now()
	c.sweep(now)
	c.forget("")
	c.sweep(now.AddDate(0, 3, 0))
	mails := c.mails()
	if len(mails) == 0 || mails[0].Path != "/suivi" {
		t.Fatalf("the e-mail of the quarter: %+v", mails)
	}
	mux := http.NewServeMux()
	mux.Handle("/", c.h)
	mux.HandleFunc("GET /etre/{who}", func(w http.ResponseWriter, r *http.Request) { // signing in is another journey
		http.SetCookie(w, &http.Cookie{Name: "parvis", Value: r.PathValue("who"), Path: "/"})
		http.Redirect(w, r, mails[0].Path, http.StatusSeeOther)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	base := strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
	phone := browsertest.Options{Width: 360, Height: 740, Touch: true}
	page := browsertest.New(t).Visit(t, base+"/etre/pia", phone)
	look := func(what string) {
		t.Helper()
		if wide := browsertest.Eval[int](page, "document.documentElement.scrollWidth"); wide > phone.Width {
			t.Errorf("%s is %d px wide", what, wide)
		}
		page.Axe(t)
		if *shots == "" {
			return
		}
		for label, o := range map[string]browsertest.Options{"phone": phone, "phone-dark": {Width: 360, Height: 740, Dark: true, Touch: true}, "desk": {Width: 1280, Height: 900}} {
			page.As(o)
			page.Screenshot(filepath.Join(*shots, what+"-"+label+".png"))
		}
		page.As(phone)
	}
	says := func(words ...string) {
		t.Helper()
		for _, one := range words {
			if text := page.Text("main"); !strings.Contains(text, one) {
				t.Fatalf("%s does not say %q: %s", page.URL, one, text)
			}
		}
	}
	says("Vos 4 projets")
	look("suivi")
	page.Fill("#field-news-1", "Les bancs sont commandés.")
	browsertest.Eval[string](page, `document.getElementById("field-reached-1").value = "0"`)
	browsertest.Eval[string](page, fmt.Sprintf(`document.getElementById("field-day-1").value = %q`, now.AddDate(0, 0, -1).Format(time.DateOnly)))
	page.Fill("#field-committed-1", "quelques milliers")
	page.Follow("main form button[type=submit]")
	says("Ce montant n’est pas possible")
	if kept := browsertest.Eval[string](page, `document.getElementById("field-news-1").value + document.getElementById("field-committed-1").value`); kept != "Les bancs sont commandés.quelques milliers" {
		t.Errorf("what was typed is lost: %q", kept)
	}
	look("suivi-erreur")
	browsertest.Eval[string](page, `document.getElementById("field-committed-1").value = ""`)
	page.Fill("#field-committed-1", "8 000")
	page.Follow("main form button[type=submit]")
	says("C’est publié")
	page.Follow("main .works-form a.more")
	says("Dates des étapes")
	browsertest.Eval[string](page, fmt.Sprintf(`document.getElementById("field-date1").value = %q`, now.AddDate(0, 1, 0).Format(time.DateOnly)))
	page.Follow("main form button[type=submit]")
	says("C’est publié")
	browsertest.Eval[string](page, fmt.Sprintf(`document.getElementById("field-date1").value = %q`, now.AddDate(0, 4, 0).Format(time.DateOnly)))
	page.Follow("main form button[type=submit]")
	says("Choisissez la raison")
	look("projet-raison")
	browsertest.Eval[string](page, `document.getElementById("field-reason1").value = "tender"`)
	page.Fill("#field-words1", "Personne n’a répondu au premier appel.")
	page.Follow("main form button[type=submit]")
	says("C’est publié")
	look("projet")

	first := 0
	for i := range c.winners {
		if c.followed(i).Version > 1 {
			first = i
		}
	}
	version := c.followed(first).Version
	c.change(time.Now(), (first+1)%winners, delivery.Change{Version: 1, End: &delivery.Ending{Reason: "Le sol ne porte pas.", MoneyBack: "À l’édition suivante."}})
	if version != 4 {
		t.Errorf("three acts made version %d", version)
	}
	page.Go(base + fmt.Sprintf("%s/propositions/%d-banc-%d", edition, first+1, first+1))
	says("Les bancs sont commandés.", "appel d’offres sans réponse", "Personne n’a répondu", "d’abord prévu le", "8\u202f000")
	look("laureat")
	page.Go(base + edition + "/realisations")
	says("0 projet réalisé sur 4", "abandonné", "Le sol ne porte pas.")
	look("realisations")
	page.Go(base + "/realisations/bilan/" + fmt.Sprint(now.Year()))
	says("Abandonné dans l’année")
	look("bilan")
	page.Go(base + "/organisation/laureats")
	page.Go(base + "/etre/claire")
	page.Go(base + "/organisation/laureats")
	says("Image décrite")
	look("reprise")
}
