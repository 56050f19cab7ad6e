package deposit_test

import (
	"context"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/browsertest"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// agent signs somebody of the town hall in, in the browser.
func (c *town) agent(p *browsertest.Page) {
	c.t.Helper()
	var of platform.Platform
	err := c.d.Write(c.t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		if of, err = platform.ByHost(ctx, tx, "localhost"); err != nil {
			return err
		}
		_, err = account.Stage(ctx, tx, of.Key, account.Person{Email: "guichet" + account.StageDomain, Name: "Guichet", Kind: account.Resident, Language: "fr"}, []access.Role{access.PollingAgent})
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	token, err := account.NewService(c.d, proposal.Room()).Play(c.t.Context(), of, "", "guichet"+account.StageDomain, "test")
	if err != nil {
		c.t.Fatal(err)
	}
	browsertest.Eval[string](p, `document.cookie = "parvis=`+token+`; path=/"`)
}

// An agent types a sheet: once on a phone with scripts, once at a desk in English without.
func TestAnAgentTypesASheetInABrowser(t *testing.T) {
	for _, v := range []struct {
		name, lang string
		engine     db.Engine
		o          browsertest.Options
		says       []string // missing, vouched, online, receipt
	}{
		{"phone", "", db.SQLite, browsertest.Options{Width: 360, Height: 740, Touch: true, Still: true}, []string{"Dites votre âge", "pas déjà déposé", "Le projet est en ligne", "Reçu de dépôt"}},
		{"desk", "/en", db.Postgres, browsertest.Options{Width: 1280, Height: 900, NoJS: true, Dark: true}, []string{"age", "has not submitted", "The proposal is online", "Receipt"}},
	} {
		t.Run(v.name, func(t *testing.T) {
			c := settle(t, browsertest.Run{Name: v.name, Options: v.o, Lang: "fr", Engine: string(v.engine)})
			p := browsertest.New(t).Visit(t, c.base+v.lang+"/connexion", v.o)
			look := func(name string) {
				t.Helper()
				c.look(p, "papier-"+v.name+"-"+name)
				p.As(v.o)
			}
			c.agent(p)
			p.Go(c.base + v.lang + "/accueil/depots")
			p.Follow(`.edition:has(.state.open) a`)
			look("1-liste")
			p.Follow(`.page-head .button`)
			look("2-feuille")
			p.Fill("#field-paper_reference", "A 17")
			p.Fill("#field-title", "Une fontaine rue Neuve")
			p.Fill("#field-body", "Pour boire.")
			if !v.o.NoJS {
				until(p, `location.pathname.split("/").length === 6 && document.querySelector("#saved [data-at]")`)
				browsertest.Eval[bool](p, `(window.fetch = () => Promise.reject(new TypeError("offline")), true)`)
				p.Fill("#field-address", "Rue Neuve")
				until(p, `document.getElementById("saved").textContent.includes("Ne fermez pas cette page")`)
				if n := browsertest.Eval[int](p, `localStorage.length`); n != 0 {
					t.Errorf("the desk's device keeps %d texts for the next person", n)
				}
			}
			p.Follow(`button[value="check"]`)
			look("3-manque")
			c.saysIn(p, ".form-problems", v.says[0])
			p.Follow(`.form-problems a[href*="field-category"]`)
			browsertest.Eval[bool](p, `(document.getElementById("field-category").selectedIndex = 1, document.getElementById("field-district").selectedIndex = 1, true)`)
			for _, box := range []string{"c-lives_in-0", "c-barred-1", "c-investment-1", "c-induced-1", "c-in_time-0", "kind-0", "age-2"} {
				p.Click("#field-" + box)
			}
			p.Follow(`button[value="check"]`)
			look("4-relire")
			p.Click("#field-charter")
			p.Follow(`#publier button`)
			look("5-promettre")
			c.saysIn(p, ".form-problems", v.says[1])
			p.Click("#field-vouched")
			p.Follow(`#publier button`)
			look("6-en-ligne")
			c.saysIn(p, "h1", v.says[2])
			p.Follow(`.actions a.button`)
			look("7-recu")
			c.saysIn(p, "main", v.says[3], "Une fontaine rue Neuve", "A 17")
			shown := browsertest.Eval[bool](p, `!document.querySelector("[data-print]").hidden && document.querySelector("[data-print-how]").hidden`)
			if shown == v.o.NoJS {
				t.Errorf("the button that prints is shown: %v", shown)
			}
			p.Go(c.base + v.lang + strings.TrimSuffix(p.URL[strings.Index(p.URL, "/accueil"):], p.URL[strings.LastIndexByte(strings.TrimSuffix(p.URL, "/recu"), '/'):]))
			if got := browsertest.Eval[string](p, `document.getElementById("field-title").value + document.getElementById("field-name").value + document.getElementById("field-paper_reference").value`); got != "" {
				t.Errorf("the next sheet begins with %q", got)
			}
		})
	}
}
