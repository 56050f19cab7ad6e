package rehearse_test

import (
	"flag"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/browsertest"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/i18n"
)

var shots = flag.String("shots", "", "write screenshots of rehearsals to this folder")

// TestAnOrganiserRehearses is step 7 of journey F, once with scripts on SQLite, once without on a phone on PostgreSQL.
func TestAnOrganiserRehearses(t *testing.T) {
	for name, as := range map[db.Engine]browsertest.Options{
		db.SQLite:   {Width: 1280, Height: 900},
		db.Postgres: {Width: 360, Height: 740, NoJS: true},
	} {
		t.Run(string(name), func(t *testing.T) { journey(t, settle(t, dbtest.Open(t, name)), as, string(name)) })
	}
}

func journey(t *testing.T, c *town, as browsertest.Options, name string) {
	page := browsertest.New(t).Visit(t, c.address+"/", as)
	browsertest.Eval[string](page, `document.cookie = "parvis=claire; path=/"`)
	n := 0
	look := func(what string) {
		t.Helper()
		if page.Axe(t); as.NoJS {
			page.As(as) // axe-core let scripts run
		}
		if *shots != "" {
			for label, o := range map[string]browsertest.Options{"desk": {Width: 1280, Height: 900}, "phone": {Width: 360, Height: 740}, "phone-dark": {Width: 360, Height: 740, Dark: true}} {
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
	page.Go(c.address + "/organisation/editions/" + c.edition)
	says("Faire un essai à blanc")
	look("bureau")
	page.Follow(".doors a[href$='/essai']")
	says("En deux minutes")
	look("avant")
	browsertest.Eval[string](page, `document.getElementById("field-until").value = "2026-01-01"`) // before everything: it waits at once
	page.Click("#field-pace-0")
	page.Follow("main form button")
	says("L’essai est lancé")
	c.play()
	page.Go(c.address + c.page(""))
	says("L’essai est arrêté au jour choisi")
	page.Follow("form[action$='/continuer'] button")
	says("L’essai avance")
	for range 30 {
		c.hurry()
		if _, err := c.runner.Turn(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	page.Go(c.address + c.page(""))
	says("du chemin est fait")
	look("pendant")
	if !as.NoJS { // the page looks again by itself
		was := page.Text("#rehearsal p")
		for range 5 {
			c.hurry()
			if _, err := c.runner.Turn(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		browsertest.Eval[bool](page, `new Promise((done) => { const look = () => document.querySelector("#rehearsal p").textContent !== `+strconv.Quote(was)+` ? done(true) : setTimeout(look, 20); look(); })`)
	}
	page.Follow("a[href^='/essai/']")
	says("Budget")
	look("plateforme")
	c.play()
	page.Go(c.address + c.page(""))
	says("L’essai est terminé")
	says("projets lauréats")
	look("rapport")
	page.Go(c.address + c.page("/messages"))
	says("Rappel d’une sélection")
	look("messages")
	page.Go(c.address + c.page(""))
	page.Follow("main a.more[href$='/resultats']")
	look("resultats")
	page.Go(c.address + c.page(""))
	page.Follow("form[action$='/effacer'] button")
	says("L’essai s’efface")
	look("efface")
	c.play()
	page.Go(c.address + c.page("?fait=efface"))
	says("L’essai est effacé")
	look("apres")
	if missing := i18n.Missing(); len(missing) > 0 {
		t.Errorf("not translated: %v", missing)
	}
}
