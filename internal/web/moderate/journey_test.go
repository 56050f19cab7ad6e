package moderate_test

import (
	"flag"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/parvis-civic/parvis/internal/browsertest"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
)

var shots = flag.String("shots", "", "write screenshots of the pages of moderation to this folder")

// TestAModeratorsJourney is journey G on a phone, in French: somebody reports, a moderator decides with the keyboard, the author
// contests, somebody else answers, and the public reads of it.
func TestAModeratorsJourney(t *testing.T) {
	c := settle(t, dbtest.Open(t, db.SQLite), 0)
	p := c.propose("ana", "Le gardien du gymnase est un zouave", "Il dort. Tout le monde le sait.")
	var who atomic.Value // whose browser it is: the cookie of a session is not for scripts to change
	who.Store("")
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Cookie")
		if name, _ := who.Load().(string); name != "" {
			r.AddCookie(&http.Cookie{Name: "parvis", Value: name})
		}
		c.h.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	base, o := "http://localhost:"+port, browsertest.Options{Width: 360, Height: 740, Touch: true, Still: true}
	page := browsertest.New(t).Visit(t, base+"/projets/"+budget+"/propositions/1-"+p.Slug, o)
	n := 0
	look := func(what string) {
		t.Helper()
		if wide := browsertest.Eval[int](page, `document.documentElement.scrollWidth`); wide > o.Width {
			t.Errorf("%s is %d pixels wide", page.URL, wide)
		}
		page.Axe(t)
		if *shots != "" {
			for label, as := range map[string]browsertest.Options{"phone": o, "phone-dark": {Width: 360, Height: 740, Dark: true, Still: true}, "desk": {Width: 1280, Height: 900, Still: true}} {
				page.As(as)
				page.Screenshot(filepath.Join(*shots, string(rune('a'+n))+"-"+what+"-"+label+".png"))
			}
			page.As(o)
		}
		n++
	}
	says := func(what string) {
		t.Helper()
		if text := page.Text("main"); !strings.Contains(text, what) {
			t.Fatalf("%s does not say %q: %s", page.URL, what, text)
		}
	}
	as := func(name, path string) {
		t.Helper()
		who.Store(name)
		page.Go(base + path)
	}

	page.Follow(`a[href^="/signaler/"]`)
	says("Rien n’est retiré avant qu’une personne ait décidé")
	look("signaler")
	page.Follow("main form button")
	says("Choisissez un point de la charte")
	look("signaler-erreur")
	page.Click("#field-reason-0")
	page.Fill("#field-sentence", "Une personne est insultée.")
	page.Follow("main form button")
	says("Merci")
	look("merci")

	as("claire", "/moderation")
	says("1 signalement")
	look("file")
	page.Follow(`a[href^="/moderation/cas/"]`)
	says("Une personne est insultée.")
	look("cas")
	one := strings.TrimPrefix(page.URL, base)
	browsertest.Eval[bool](page, `document.getElementById("field-act-1").focus() || true`)
	page.Press(" ")
	if got := browsertest.Eval[string](page, `(document.querySelector("input[name=act]:checked") || {}).value || ""`); got != "hide" {
		t.Errorf("the keyboard chose %q", got)
	}
	browsertest.Eval[string](page, `document.getElementById("field-reason").value = "insult"`)
	page.Fill("#field-note", "Parlez du gymnase, pas du gardien.")
	page.Follow(`form[action$="` + one + `"] button`)
	says("Retirée.")
	look("file-vide")

	as("ana", "/mon-espace/moderation")
	page.Follow("main .rows a")
	says("Parlez du gymnase, pas du gardien.")
	look("decision")
	page.Fill("#field-appeal", "C’était pour rire. Je change le titre.")
	page.Follow("main form button")
	says("Une autre personne de l’équipe")
	look("conteste")

	as("claire", one)
	says("Quelqu’un d’autre doit répondre")
	as("denis", "/moderation?etat=recours")
	page.Follow(`a[href^="/moderation/cas/"]`)
	says("C’était pour rire.")
	look("recours")
	page.Click("#field-answer-0")
	page.Fill("#field-note", "Le titre visait une personne.")
	page.Follow(`form[action$="/recours"] button`)
	says("La décision est maintenue")

	as("", "/contributions-retirees")
	says("Propos injurieux")
	look("registre")
	page.Follow("main ol.rows a")
	says("Propos injurieux")
	if strings.Contains(page.Text("main"), "zouave") {
		t.Error("the public still reads it")
	}
	look("page-publique")
}
