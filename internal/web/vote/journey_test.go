package vote_test

import (
	"net"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/parvis-civic/parvis/internal/browsertest"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
)

// walk is the journey of a resident who votes by basket (journey B), in a browser.
type walk struct {
	hall
	*browsertest.Page
	t    *testing.T
	base string // with what stands before the paths of the language
	o    browsertest.Run
	seen map[string]string // documents, for the validator
}

func begin(t *testing.T, o browsertest.Run) *walk {
	h := open(t, dbtest.Open(t, db.Engine(o.Engine)), 60, asksMuch)
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	w := &walk{hall: h, t: t, base: "http://ville.localhost:" + port + o.Prefix(), o: o, seen: map[string]string{}}
	w.Page = browsertest.New(t).Visit(t, w.base+"/projets/"+h.Slug, o.Options)
	return w
}

// arrived looks at the page that was reached with axe-core's eyes and keeps its document. It says so in the run's language.
func (w *walk) arrived(name, fr, en string) {
	w.t.Helper()
	says := w.o.Say(fr, en)
	if !browsertest.Eval[bool](w.Page, `document.body.innerText.replace(/[\u00a0\u202f]/g, " ").includes(`+strconv.Quote(says)+`)`) {
		w.t.Fatalf("%s does not say %q:\n%s", name, says, w.Text("main"))
	}
	if wide := browsertest.Eval[int](w.Page, `document.documentElement.scrollWidth`); wide > w.o.Width {
		w.t.Errorf("%s is %d pixels wide on a screen of %d", name, wide, w.o.Width)
	}
	w.Axe(w.t)
	w.As(w.o.Options) // axe-core needs scripts; this visitor may have none
	w.seen[name] = browsertest.Eval[string](w.Page, `fetch(location.href).then(r => r.text())`)
}

// hears waits until the selection says something.
func (w *walk) hears(fr, en string) {
	w.t.Helper()
	says := w.o.Say(fr, en)
	browsertest.Eval[bool](w.Page, `new Promise(done => {
		const look = () => document.querySelector(".ballot-box").innerText.replace(/[\u00a0\u202f]/g, " ").includes(`+strconv.Quote(says)+`) ? done(true) : setTimeout(look, 20);
		look();
	})`)
}

// proves gives an address and the code that was sent to it.
func (w *walk) proves() {
	w.t.Helper()
	w.Fill("#field-email", "ana@exemple.fr")
	w.Follow(".check-step button")
	code, _ := mails(w.t, w.d)[0].Args["Code"].(string)
	w.arrived("code", "Un code est en route", "A code is on its way")
	w.Fill("#field-code", code)
	w.Follow("main form .button")
	w.arrived("proved", "J’ai au moins 11 ans", "I am at least 11 years old")
}

// casts answers what the rules ask, forgetting one thing first.
func (w *walk) casts() {
	w.t.Helper()
	w.Click("#field-kind-0")
	browsertest.Eval[string](w.Page, `document.querySelector("#field-home").value = "sud"`)
	w.Follow(".cast-form .button")
	if w.Status != 422 {
		w.t.Errorf("without the age: %d", w.Status)
	}
	w.arrived("refused", "il faut avoir au moins 11 ans", "you must be at least 11 years old")
	if kept := browsertest.Eval[string](w.Page, `document.querySelector("#field-home").value + document.querySelector("#field-kind-0").checked`); kept != "sudtrue" {
		w.t.Errorf("of what was answered %q is left", kept)
	}
	w.Click("#field-age-0")
	w.Follow(".cast-form .button")
	tracker, _ := mails(w.t, w.d)[0].Args["Tracker"].(string)
	w.arrived("thanks", tracker, tracker)
	if got := boxOf(w.t, w.d, w.Polls); len(got) != 1 || got[0] != "1,2,30" {
		w.t.Errorf("in the box: %v", got)
	}
}

func TestAResidentVotes(t *testing.T) {
	browsertest.EachRun(t, func(t *testing.T, r browsertest.Run) {
		w := begin(t, r)
		if r.NoJS {
			w.votesWithoutScripts()
		} else {
			w.votesWithScripts()
		}
		if r.Lang == "fr" { // the documents of the other language have the same form
			browsertest.Validate(t, w.seen)
		}
	})
}

func (w *walk) votesWithScripts() {
	t := w.t
	w.Follow(".page-head .button")
	w.arrived("vote", "Le vote est ouvert", "Voting is open")
	first := browsertest.Eval[string](w.Page, `[...document.querySelectorAll(".choice-card")].map(c => c.id).join()`)
	w.Click("#p30 .add")
	w.hears("1 projet sur 10, 30 000 €", "1 proposal of 10, €30,000")
	w.Click("#p55 .add")
	w.hears("2 projets sur 10, 85 000 €", "2 proposals of 10, €85,000")
	w.Click("#p40 .add")
	w.hears("« Projet 40 » coûte 40 000 €, et il vous reste 15 000 €. Pour l’ajouter, retirez par exemple Projet 30.", "“Projet 40” costs €40,000, and you have €15,000 left. To add it, remove for example Projet 30.")
	if pressed := browsertest.Eval[string](w.Page, `document.querySelector("#p40 .add").ariaPressed`); pressed != "false" {
		t.Errorf("what does not fit looks chosen: %s", pressed)
	}
	w.Axe(t)
	// The network is away: what is tapped is kept on the phone, and leaves when it is back.
	browsertest.Eval[bool](w.Page, `(window.away = fetch, window.fetch = () => Promise.reject(new TypeError("away")), true)`)
	w.Click("#p55 .add")
	w.Click("#p1 .add")
	w.hears("Pas de réseau", "No network")
	browsertest.Eval[bool](w.Page, `(window.fetch = window.away, dispatchEvent(new Event("online")), true)`)
	w.hears("2 projets sur 10, 31 000 €", "2 proposals of 10, €31,000")
	w.Click("#p2 .add")
	w.hears("3 projets sur 10, 33 000 €", "3 proposals of 10, €33,000")
	w.Go(w.base + w.at(""))
	if again := browsertest.Eval[string](w.Page, `[...document.querySelectorAll(".choice-card")].map(c => c.id).join()`); again != first {
		t.Error("the order is another one after a while")
	}
	w.arrived("back", "3 projets sur 10, 33 000 €", "3 proposals of 10, €33,000")
	w.Follow(".ballot-box .actions .button")
	w.arrived("check", "Une dernière chose", "One last thing")
	w.proves()
	w.casts()
	w.Go(w.base + w.at(""))
	w.arrived("voted", "Vous avez voté le", "You voted on")
}

func (w *walk) votesWithoutScripts() {
	w.Follow(".page-head .button")
	w.arrived("vote", "Le vote est ouvert", "Voting is open")
	for _, n := range []string{"30", "1", "55"} {
		w.Follow("#p" + n + " .add")
	}
	w.Follow("#p40 .add")
	w.arrived("full", "Pour l’ajouter, retirez par exemple Projet 30.", "To add it, remove for example Projet 30.")
	w.Follow("#p55 .add")
	w.Follow("#p2 .add")
	w.arrived("chosen", "3 projets sur 10, 33 000 €", "3 proposals of 10, €33,000")
	w.Go(w.base + w.at("/comparer?comparer=1&comparer=40&comparer=3&comparer=4"))
	w.arrived("compare", "trois projets au plus", "Three proposals at most")
	w.Go(w.base + w.at("/selection"))
	w.arrived("selection", "33 000 €", "€33,000")
	w.Follow(".ballot-box .actions .button")
	w.arrived("check", "Une dernière chose", "One last thing")
	w.proves()
	w.casts()
	w.Go(w.base + w.at("/preuve?code=0000-0000-0000"))
	w.arrived("proof", "Aucun bulletin", "No ballot")
}
