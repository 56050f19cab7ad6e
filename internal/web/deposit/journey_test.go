package deposit_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/browsertest"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/demo/demotest"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/web"
	webdeposit "github.com/parvis-civic/parvis/internal/web/deposit"
	"github.com/parvis-civic/parvis/internal/web/me"
	"github.com/parvis-civic/parvis/internal/web/site"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

var shots = flag.String("shots", "", "write screenshots of the journeys to this folder")

// town is the demonstration's city, served as visitors get it.
type town struct {
	t    *testing.T
	d    *db.DB
	r    browsertest.Run
	base string // with what stands before the paths of the language
}

func settle(t *testing.T, r browsertest.Run) *town {
	t.Helper()
	d := demotest.Today.Open(t, db.Engine(r.Engine))
	s := httptest.NewUnstartedServer(nil)
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	local := "http://localhost:" + port
	c := &town{t: t, d: d, r: r, base: local + r.Prefix()}
	s.Config.Handler = serve(t, d, local)
	s.Start()
	t.Cleanup(s.Close)
	return c
}

// serve puts together the pages that a deposit leads through.
func serve(t *testing.T, d *db.DB, local string) http.Handler {
	t.Helper()
	pages, people := site.New(d, local), account.NewService(d, proposal.Room(), deposit.Room())
	h, err := web.New(web.Options{Log: slog.New(slog.DiscardHandler), Platforms: pages, Static: ui.NewStatic(), People: people,
		Routes: slices.Concat(pages.Routes(), me.New(d, people, false).Routes(), webdeposit.New(d, deposit.NewService(d)).Routes()),
		Others: map[string]http.Handler{"GET /media/{id}": pages.Media(people), "GET /media/{id}/{size}": pages.Media(people)}})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// mail gives the last e-mail of a kind that waits in the outbox.
func mail(t *testing.T, d *db.DB, kind string) map[string]any {
	t.Helper()
	var found map[string]any
	err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(db.Everywhere(ctx, "a test reads the outbox"), `SELECT body FROM jobs ORDER BY created_at, id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var raw string
			var m map[string]any
			if err := rows.Scan(&raw); err != nil {
				return err
			}
			if err := json.Unmarshal([]byte(raw), &m); err != nil {
				return err
			}
			if m["kind"] == kind {
				found = m
			}
		}
		return rows.Err()
	})
	if err != nil || found == nil {
		t.Fatalf("no e-mail %q: %v", kind, err)
	}
	return found
}

func (c *town) code() string {
	c.t.Helper()
	args, _ := mail(c.t, c.d, "code")["args"].(map[string]any)
	return fmt.Sprint(args["Code"])
}

// look judges the page that is open, and keeps a picture of it when asked to.
func (c *town) look(p *browsertest.Page, name string) {
	c.t.Helper()
	p.Axe(c.t)
	if over := browsertest.Eval[int](p, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
		c.t.Errorf("%s: the page is %d pixels too wide", name, over)
	}
	if *shots != "" {
		p.Screenshot(filepath.Join(*shots, c.r.Name+"-"+name+".png"))
	}
	p.As(c.r.Options) // axe-core needs scripts; this visitor may have none
}

// until waits in the page for a condition.
func until(p *browsertest.Page, condition string) {
	p.URL = browsertest.Eval[string](p, `location.href`)
	browsertest.Eval[bool](p, `new Promise((done) => { const look = () => (`+condition+`) ? done(true) : setTimeout(look, 20); look(); })`)
}

// where finds the project whose deposit is open from the home page, and goes to its form.
func (c *town) toForm(p *browsertest.Page) {
	c.t.Helper()
	p.Follow(`a[href*="budget-participatif-` + fmt.Sprint(time.Now().AddDate(0, 0, -120).Year()+1) + `"]`)
	c.look(p, "1-projet")
	if !strings.Contains(p.Text("main"), c.r.Say("Déposer un projet", "Submit a proposal")) {
		c.t.Fatal("the project does not say that one may deposit")
	}
	p.Follow(`a[href$="/deposer"]`)
}

// english is what the pages say in the other language.
var english = map[string]string{
	"Choisissez une catégorie":                         "Choose a category",
	"Dites votre âge":                                  "Say your age",
	"Votre texte est enregistré":                       "Your text is saved",
	"semble hors du règlement":                         "seems to be outside the rules",
	"200 000 €":                                        "€200,000",
	"Vous pouvez le déposer quand même":                "You may submit it all the same",
	"Cochez la charte":                                 "Tick the charter",
	"Votre projet est en ligne":                        "Your proposal is online",
	"Numéro du projet":                                 "Number of the proposal",
	"La suite commence le":                             "What follows begins on",
	"Suivre ce projet":                                 "Follow this proposal",
	"Brouillon enregistré":                             "Draft saved",
	"Vous avez un brouillon":                           "You have one draft",
	"Choisissez un quartier":                           "Choose a district",
	"Une jeune personne, dont le nom n’est pas montré": "A young person, whose name is not shown",
	"Modification publiée":                             "Change published",
	"Une modification":                                 "One change",
	"2 versions":                                       "2 versions",
	"Vous avez retiré ce projet":                       "You withdrew this proposal",
}

// saysIn looks for what a part of the page says: sentences, each in the run's language where it has another.
func (c *town) saysIn(p *browsertest.Page, selector string, says ...string) {
	c.t.Helper()
	text := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(p.Text(selector))
	for _, say := range says {
		if en, ok := english[say]; ok {
			say = c.r.Say(say, en)
		}
		if !strings.Contains(text, say) {
			c.t.Errorf("%s: %s does not say %q:\n%s", p.URL, selector, say, text)
		}
	}
}

// TestAResidentDeposits is journey A.
func TestAResidentDeposits(t *testing.T) {
	browsertest.EachRun(t, func(t *testing.T, r browsertest.Run) {
		c := settle(t, r)
		p := browsertest.New(t).Visit(t, c.base+"/", r.Options)
		if r.NoJS {
			c.depositsWithoutScripts(p)
		} else {
			c.depositsWithScripts(p)
		}
	})
}

func (c *town) depositsWithScripts(p *browsertest.Page) {
	t := c.t
	c.toForm(p)
	c.look(p, "2-formulaire")
	p.Fill("#field-title", "Des bancs à l'ombre place des Halles")
	until(p, `document.querySelector("#alike li")`)
	until(p, `/\/deposer\/[0-9a-f-]{36}/.test(location.pathname) && document.querySelector("#saved [data-at]")`)
	names := "wide"
	if c.r.Width < 600 {
		names = "narrow"
	}
	p.Click(".pick .names." + names + " text") // a name stands in its district
	until(p, `document.querySelector("#place-answer [data-district]") && document.getElementById("field-district").value !== ""`)
	c.look(p, "3-lieu")

	// The network is lost, the tab closed.
	browsertest.Eval[bool](p, `(window.fetch = () => Promise.reject(new TypeError("offline")), true)`)
	p.Fill("#field-body", "Pour souffler entre deux courses. Voir https://exemple.fr/bancs.")
	until(p, `document.getElementById("saved").textContent.includes("`+c.r.Say("gardé sur cet appareil", "kept on this device")+`")`)
	p.Go(browsertest.Eval[string](p, `location.href`))
	until(p, `document.getElementById("saved").textContent.includes("`+c.r.Say("Brouillon enregistré", "Draft saved")+`")`) // it was sent once the page was back
	if got := browsertest.Eval[string](p, `document.getElementById("field-body").value`); !strings.Contains(got, "Pour souffler") {
		t.Fatalf("what was typed without a network is lost: %q", got)
	}

	p.Follow(`button[value="check"]`)
	c.look(p, "4-manque")
	c.saysIn(p, ".form-problems", "Choisissez une catégorie", "Dites votre âge", "Votre texte est enregistré")
	p.Follow(`.form-problems a[href*="field-category"]`)
	browsertest.Eval[bool](p, `(document.getElementById("field-category").value = "cadre-de-vie", true)`)
	p.Fill("#field-cost", "250 000")
	p.Fill("#field-name", "Ana Martin")
	for _, box := range []string{"c-lives_in-0", "c-barred-1", "c-investment-1", "c-induced-0", "c-in_time-0", "kind-0", "age-2"} {
		p.Click("#field-" + box)
	}
	p.Follow(`button[value="check"]`)
	c.look(p, "5-relire")
	c.saysIn(p, "main", "semble hors du règlement", "200 000 €", "Vous pouvez le déposer quand même", "Ana Martin")
	p.Follow(`#publier button`)
	c.prove(p)
	c.look(p, "6-publier")
	p.Follow(`#publier button`)
	c.saysIn(p, ".form-problems", "Cochez la charte")
	p.Click("#field-charter")
	p.Follow(`#publier button`)
	c.look(p, "7-en-ligne")
	c.saysIn(p, "main", "Votre projet est en ligne", "Numéro du projet", "La suite commence le")
	args, _ := mail(t, c.d, "proposal_published")["args"].(map[string]any)
	c.saysIn(p, ".figures", fmt.Sprint(args["Number"]))
	p.Follow(`.actions a.button`)
	c.look(p, "8-page-du-projet")
	c.saysIn(p, "main", "Des bancs à l'ombre place des Halles", "Ana Martin", "Suivre ce projet")
	if href := browsertest.Eval[string](p, `document.querySelector(".prose a").getAttribute("href")`); href != "https://exemple.fr/bancs" {
		t.Errorf("the link of the text leads to %q", href)
	}
}

// prove signs in with the code of the e-mail, and comes back.
func (c *town) prove(p *browsertest.Page) {
	c.t.Helper()
	p.Fill("#field-email", "ana@exemple.fr")
	p.Follow(`main form button[type="submit"]`)
	p.Fill("#field-code", c.code())
	p.Follow(`main form button[type="submit"]`)
	if !regexp.MustCompile(`/verifier(#publier)?$`).MatchString(p.URL) {
		c.t.Fatalf("the proof led to %s", p.URL)
	}
}

func (c *town) depositsWithoutScripts(p *browsertest.Page) {
	c.toForm(p)
	p.Fill("#field-title", "Un potager derrière le gymnase")
	p.Fill("#field-address", "derrière le gymnase")
	p.Follow(`button[value="save"]`)
	c.saysIn(p, "#saved", "Brouillon enregistré")
	c.look(p, "2-formulaire")
	draft := p.URL

	// The tab is closed; the way back begins at the form.
	p.Go(c.base + regexp.MustCompile(`/projets/[^/]+/deposer`).FindString(draft))
	c.saysIn(p, "main", "Vous avez un brouillon", "Un potager derrière le gymnase")
	p.Follow(`main section.notice a`)
	p.Fill("#field-body", "Deux carrés de légumes.\n\nUn composteur.")
	p.Follow(`button[value="check"]`)
	c.saysIn(p, ".form-problems", "Choisissez un quartier", "Dites votre âge")
	c.saysIn(p, ".alike", "Un potager pour la cuisine du foyer")
	c.look(p, "4-manque-sans-scripts")
	p.Follow(`.form-problems a[href*="field-district"]`)
	for field, value := range map[string]string{"district": "la-ruche", "category": "nature"} {
		browsertest.Eval[bool](p, `(document.getElementById("field-`+field+`").value = "`+value+`", true)`)
	}
	for _, box := range []string{"c-lives_in-0", "c-barred-1", "c-investment-1", "c-induced-2", "c-in_time-2", "kind-0", "age-1", "consent"} {
		p.Click("#field-" + box)
	}
	p.Follow(`button[value="check"]`)
	c.saysIn(p, "main", "Une jeune personne, dont le nom n’est pas montré")
	p.Follow(`#publier button`)
	c.prove(p)
	p.Click("#field-charter")
	c.look(p, "6-publier")
	p.Follow(`#publier button`)
	c.saysIn(p, "main", "Votre projet est en ligne")
	c.look(p, "7-en-ligne")

	// It is changed, its versions are read, and it is withdrawn.
	done := p.URL
	p.Follow(`a.button.quiet`)
	browsertest.Eval[bool](p, `(document.getElementById("field-title").value = "Un potager pour le gymnase", true)`)
	p.Follow(`button[value="edit"]`)
	c.saysIn(p, "main", "Modification publiée", "Un potager pour le gymnase")
	p.Follow(`.actions a.button`)
	c.saysIn(p, "main", "Un potager pour le gymnase", "Une modification")
	p.Follow(`a[href$="/historique"]`)
	c.saysIn(p, "main", "2 versions", "Un potager derrière le gymnase")
	c.look(p, "9-versions")
	p.Go(done)
	p.Follow(`a[href$="/retirer"]`)
	c.look(p, "10-retirer")
	p.Follow(`main form button`)
	c.saysIn(p, "main", "Vous avez retiré ce projet")
	c.look(p, "11-retire")
}
