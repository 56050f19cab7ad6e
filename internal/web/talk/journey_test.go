package talk_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/browsertest"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/discussion"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/me"
	"github.com/parvis-civic/parvis/internal/web/site"
	"github.com/parvis-civic/parvis/internal/web/talk"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

var shots = flag.String("shots", "", "write screenshots of the journey to this folder")

// TestSomebodyWithoutAnAccountCommentsOnAPhone walks from a proposal through the proof of an address back to the comment.
func TestSomebodyWithoutAnAccountCommentsOnAPhone(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite)
	c := found(t, d)
	first := c.say("lea", ids.ID{}, "Y aura-t-il des dossiers ?\n\nMa grand-mère en a besoin.")
	c.say("marc", first.ID, "Oui, sur deux bancs.")
	if q, err := c.talk.Ask(t.Context(), c.of, c.by["auteur"], "budget", 1, true, "Le terrain est-il libre ?"); err != nil {
		t.Fatal(err)
	} else if err := c.talk.Reply(t.Context(), c.of, c.by["analyste"], "budget", 1, q.ID, "Oui, depuis mars."); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(nil)
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	local := "http://ville.localhost:" + port
	pages, people := site.New(d, local), account.NewService(d, discussion.Room())
	s.Config.Handler, err = web.New(web.Options{Log: slog.New(slog.DiscardHandler), Platforms: pages, Static: ui.NewStatic(), People: people,
		Routes: slices.Concat(pages.Routes(), me.New(d, people, false).Routes(), talk.New(d, c.talk).Routes())})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(s.Close)
	phone := browsertest.Options{Width: 360, Height: 740, Touch: true}
	p := browsertest.New(t).Visit(t, local+about+"-des-bancs", phone)
	look := func(name string) {
		t.Helper()
		p.Axe(t)
		if wide := browsertest.Eval[int](p, `document.documentElement.scrollWidth`); wide > phone.Width {
			t.Errorf("%s is %d pixels wide", name, wide)
		}
		if *shots != "" {
			for mode, o := range map[string]browsertest.Options{"": phone, "-desk-night": {Width: 1280, Height: 900, Dark: true}} {
				p.As(o)
				p.Screenshot(filepath.Join(*shots, name+mode+".png"))
			}
			p.As(phone)
		}
	}
	look("1-proposal")
	p.Fill("#field-body", "J'aimerais un banc près de l'école.")
	p.Fill("#field-name", "Zoé")
	p.Follow("#publier")
	p.Fill("#field-email", "zoe@exemple.fr")
	p.Follow(`main form .button`)
	p.Fill("#field-code", code(t, d, c.of.Key))
	p.Follow(`main form .button`)
	if got := browsertest.Eval[string](p, `document.querySelector("#field-body").value`); got != "J'aimerais un banc près de l'école." {
		t.Fatalf("back from the proof, %s has %q", p.URL, got)
	}
	look("2-kept")
	p.Follow("#publier")
	if text := p.Text("main"); !strings.Contains(text, "Votre commentaire est en ligne") || !strings.Contains(text, "Zoé") || !strings.Contains(text, "près de l'école") {
		t.Errorf("published: %s", text)
	}
	look("3-published")
	p.Go(local + about + "/commentaires")
	look("4-list")
	p.Go(local + about + "/questions")
	look("5-questions")
	p.Go(local + "/projets/budget/suivre")
	p.Click(`#field-topic-0`)
	p.Click(`#field-period-1`)
	p.Follow(`main form .button`)
	if text := p.Text("main"); !strings.Contains(text, "Vos choix sont enregistrés") {
		t.Errorf("followed: %s", text)
	}
	look("6-follow")
	p.Go(local + "/mon-espace/suivis")
	look("7-mine")
	if missing := i18n.Missing(); len(missing) > 0 {
		t.Errorf("not translated: %v", missing)
	}
}

// code reads the last that was sent.
func code(t *testing.T, d *db.DB, platform int64) (code string) {
	t.Helper()
	if err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		list, err := jobs.Waiting(ctx, tx, platform, notify.Job, 100)
		for _, j := range list {
			var m notify.Mail
			if err := json.Unmarshal(j.Body, &m); err != nil {
				return err
			}
			if m.Kind == notify.Code {
				code = fmt.Sprint(m.Args["Code"])
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return code
}
