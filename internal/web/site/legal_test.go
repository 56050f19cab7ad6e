package site_test

import (
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
