package site_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/platform"
)

func TestTextOfAPlatformTakesThePlaceOfTheTemplate(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	legal := map[string]string{"fr/notice": "Mairie de Lyon.\n\n1, place de la Comédie", "en/accessibility": "Audited in May.", "fr/contact": " \n"}
	if _, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: "lyon", Name: "Lyon", Legal: legal}); err != nil {
		t.Fatal(err)
	}
	h := serve(t, d)
	for _, c := range []struct {
		path      string
		says, not []string
	}{
		{"/mentions-legales", []string{"<p>Mairie de Lyon.</p>", "<p>1, place de la Comédie</p>", `<div class="prose">`, ">Accessibilité</a>"}, []string{"Qui les héberge"}},
		{"/en/mentions-legales", []string{"Legal notice", `<div class="prose" lang="fr"`, "Mairie de Lyon."}, []string{"Who hosts them"}},
		{"/accessibilite", []string{`lang="en"><p>Audited in May.</p>`}, []string{"Voies de recours"}},
		{"/contact", []string{"Qui vous répond"}, nil}, // empty paragraphs are no text
		{"/confidentialite", []string{"Les bulletins"}, nil},
	} {
		w, n := get(t, h, "localhost", c.path)
		body := w.Body.String()
		if w.Code != 200 || n > 4 {
			t.Errorf("%s: status %d, %d statements", c.path, w.Code, n)
		}
		for _, say := range c.says {
			if !strings.Contains(body, say) {
				t.Errorf("%s does not say %q", c.path, say)
			}
		}
		for _, not := range c.not {
			if strings.Contains(body, not) {
				t.Errorf("%s says %q", c.path, not)
			}
		}
	}
}

func TestWhoAnswersIsSaidOnTheLegalPages(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	for _, n := range []platform.New{{Slug: "lyon", Name: "Lyon"}, {Slug: "copie", Name: "Copie", Kind: platform.Replay}} {
		if _, err := platform.NewService(d).Create(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	who := platform.Identity{Publisher: "Ville de Lyon\n69205 Lyon", Director: "Ana Costa, maire", Host: "Hébergeur <b>SA</b>", Email: "budget@lyon.fr", Phone: "04 72 00 00 00", Address: "Guichet, place de la Comédie", Officer: "dpo@lyon.fr"}
	if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		return errors.Join(platform.SetIdentity(ctx, tx, 1, who), platform.SetIdentity(ctx, tx, 2, who))
	}); err != nil {
		t.Fatal(err)
	}
	h := serve(t, d)
	for path, says := range map[string][]string{
		"/mentions-legales": {"Ville de Lyon", "69205 Lyon", "Ana Costa, maire", "Hébergeur &lt;b&gt;SA&lt;/b&gt;"},
		"/contact":          {`href="mailto:budget@lyon.fr"`, "04 72 00 00 00", "Guichet, place de la Comédie", "Une page en panne"},
		"/confidentialite":  {"dpo@lyon.fr", "Quand vous visitez"},
		"/en/contact":       {`href="mailto:budget@lyon.fr"`, "A page that fails"},
	} {
		w, _ := get(t, h, "localhost", path)
		copied, _ := get(t, h, "copie.localhost", path)
		for _, say := range says {
			if !strings.Contains(w.Body.String(), say) {
				t.Errorf("%s does not say %q", path, say)
			}
		}
		if body := w.Body.String(); strings.Contains(body, "se liront ici") || strings.Contains(body, "se lira ici") {
			t.Errorf("%s says that it is still to be written", path)
		}
		if strings.Contains(copied.Body.String(), "lyon.fr") { // no city answers for a copy
			t.Errorf("a copy says %s", path)
		}
	}
}
