package analysis_test

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/browsertest"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
)

var shots = flag.String("shots", "", "write screenshots of the services' pages to this folder")

// TestAnAgentStudiesTheirProposalsOnAPhone is journey D.
func TestAnAgentStudiesTheirProposalsOnAPhone(t *testing.T) {
	c := settle(t, dbtest.Open(t, db.SQLite), 12)
	c.services()
	doors := http.NewServeMux()
	doors.HandleFunc("GET /entrer/{who}", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "parvis", Value: r.PathValue("who"), Path: "/", HttpOnly: true})
		http.Redirect(w, r, "/analyse", http.StatusSeeOther)
	})
	doors.Handle("/", c.h)
	server := httptest.NewServer(doors)
	t.Cleanup(server.Close)
	base := "http://localhost:" + server.URL[strings.LastIndex(server.URL, ":")+1:]
	phone := browsertest.Options{Width: 360, Height: 740}
	page := browsertest.New(t).Visit(t, base+"/entrer/paule", phone)
	n := 0
	look := func(what string) {
		t.Helper()
		page.Axe(t)
		if *shots != "" {
			for label, o := range map[string]browsertest.Options{"desk": {Width: 1280, Height: 900}, "phone": phone, "phone-dark": {Width: 360, Height: 740, Dark: true}} {
				page.As(o)
				page.Screenshot(filepath.Join(*shots, strconv.Itoa(n)+"-"+what+"-"+label+".png"))
			}
			page.As(phone)
		}
		n++
	}
	says := func(what string) {
		t.Helper()
		if text := page.Text("main"); !strings.Contains(text, what) {
			t.Fatalf("%s does not say %q: %s", page.URL, what, text)
		}
	}
	says("5 projets qui se ressemblent")
	look("bureau")
	page.Go(base + "/analyse?tri=rue")
	page.Follow(".task h2 a")
	says("1 sur 5")
	look("etude")
	page.Fill("#field-invest", "12 500")
	page.Fill("#field-public", "Les tilleuls seront plantés dans la cour.")
	for end := time.Now().Add(20 * time.Second); !strings.Contains(page.Text("[data-kept]"), "Enregistré à"); {
		if time.Now().After(end) {
			t.Fatalf("the text is not saved while it is typed: %s", page.Text("[data-kept]"))
		}
	}
	if shown := browsertest.Eval[string](page, `document.querySelector("[data-preview]").textContent`); shown != "Les tilleuls seront plantés dans la cour." {
		t.Errorf("the preview shows %q", shown)
	}
	page.Click("#field-verdict-0")
	page.Follow("[data-key=next]") // what Alt + Shift + Enter presses
	says("L’avis est donné")
	if !strings.Contains(page.URL, "tri=rue") {
		t.Errorf("the filter is lost: %s", page.URL)
	}
	page.Click("#pass summary")
	browsertest.Eval[string](page, `document.querySelector("#pass select").selectedIndex = [...document.querySelector("#pass select").options].findIndex((o) => o.text === "Voirie"), ""`)
	page.Fill("#field-pass_note", "Le trottoir est à vous.")
	look("transmettre")
	page.Follow("#pass button[value=pass]")
	says("Ce qui était écrit est gardé")
	page.Click(".task input")
	page.Click(".task ~ .task input")
	page.Follow("button[value=choose]")
	says("Un même avis pour 2 projets")
	look("ensemble")
	page.Click("#field-verdict-1")
	page.Fill("#field-public", "La rue sera refaite en 2027 : le projet y est déjà prévu.")
	page.Follow("button[value=give]")
	says("L’avis est donné sur 2 projets")
	page.Go(base + "/entrer/claire")
	for what, path := range map[string]string{"services": "/organisation/services", "repartition": "/organisation/editions/budget/analyse", "questions": "/organisation/editions/budget/analyse/questions",
		"service": "/organisation/services/" + c.service["Espaces verts"].String()} {
		page.Go(base + path)
		look(what)
	}
	if list := page.Problems(); len(list) > 0 {
		t.Error(list)
	}
}
