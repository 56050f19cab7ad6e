package office_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
)

func TestACriterionIsAddedAndAResidentIsAskedIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d)
		v := c.as("localhost", organiser)
		edition := v.draft("simple", "Budget 2027")
		v.through(edition)
		path := edition + "/formulaire"
		form := fields(t, v.ask("GET", path, nil).text)
		for range 2 {
			form.Set("do", "criterion-add")
			form = fields(t, v.ask("POST", path, form).text)
		}
		script := `<script>alert("1")</script>`
		form.Set("k[1].label.fr", "Le terrain est-il à la ville ? "+script)
		form.Set("k[1].outside.fr", "La ville ne construit pas chez les autres. "+script)
		form.Set("k[1].article", "deposit_what")
		form.Set("do", "criterion-up-1")
		form = fields(t, v.ask("POST", path, form).text)
		form.Set("do", "save")
		if a := v.ask("POST", path, form); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.text, `href="#field-k[1].label.fr"`) || fields(t, a.text).Get("k[0].label.fr") != form.Get("k[0].label.fr") {
			t.Fatalf("a criterion without a question: %d", a.StatusCode)
		}
		form.Set("do", "criterion-remove-1")
		form = fields(t, v.ask("POST", path, form).text)
		form.Set("do", "save")
		if a := v.ask("POST", path, form); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("refused: %d %s", a.StatusCode, a.text)
		}
		for _, page := range []string{path, edition + "/formulaire-papier"} {
			if a := v.ask("GET", page, nil); a.StatusCode != http.StatusOK || strings.Contains(a.text, "<script>alert") || !strings.Contains(a.text, "&lt;script&gt;") {
				t.Errorf("%s: %d, or what was typed runs there, or is lost", page, a.StatusCode)
			}
		}
		form = fields(t, v.ask("GET", path, nil).text)
		form.Set("do", "preview")
		if a := v.ask("POST", path, form); !strings.Contains(a.text, "Le terrain est-il à la ville ? &lt;script&gt;") || !strings.Contains(a.text, "Règlement, article") {
			t.Errorf("a resident is not asked the criterion, or not told its article: %d", a.StatusCode)
		}
	})
}

func TestWhereThereAreTwoDepositsThePageSaysWhichFormIsEdited(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d)
		v := c.as("localhost", organiser)
		edition := v.draft("simple", "Budget 2027")
		v.through(edition)
		path := edition + "/formulaire"
		if a := v.ask("GET", path, nil); strings.Contains(a.text, "etape=") {
			t.Error("an edition with one deposit says which one")
		}
		step := ids.Random()
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			view, err := project.LoadFor(ctx, tx, c.here.Key, access.Roles(0).With(access.Organiser), edition[strings.LastIndexByte(edition, '/')+1:], tx.Now())
			if err != nil {
				return err
			}
			last := view.Steps[len(view.Steps)-1]
			return project.InsertSteps(ctx, tx, c.here.Key, []project.Step{{ID: step, Project: view.ID, Position: last.Position + 1, Kind: project.Collect, Slug: "encore", Title: "Les idées des écoles",
				StartsAt: tx.Now().Add(3000 * time.Hour), EndsAt: tx.Now().Add(4000 * time.Hour)}})
		}); err != nil {
			t.Fatal(err)
		}
		other := path + "?etape=" + step.String()
		form := fields(t, v.ask("GET", other, nil).text)
		form.Set("need.cost", "required")
		form.Set("do", "save")
		if a := v.ask("POST", other, form); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("refused: %d %s", a.StatusCode, a.text)
		}
		if a := v.ask("GET", path, nil); fields(t, a.text).Get("need.cost") == "required" || !strings.Contains(a.text, "2. Les idées des écoles") {
			t.Error("the form of the first deposit has changed too, or does not lead to the other one")
		}
		if a := v.ask("GET", other, nil); fields(t, a.text).Get("need.cost") != "required" || !strings.Contains(a.text, `action="`+strings.ReplaceAll(other, "&", "&amp;")+`"`) {
			t.Error("the form of the second deposit is not kept, or is sent elsewhere")
		}
		if a := v.ask("GET", path+"?etape="+ids.Random().String(), nil); a.StatusCode != http.StatusNotFound {
			t.Errorf("a deposit that is none: %d", a.StatusCode)
		}
	})
}
