package deposit_test

import (
	"bytes"
	"context"
	"image/jpeg"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// positioned is a photo that says where it was taken, as a phone's does.
func positioned(t *testing.T) []byte {
	exif := "Exif\x00\x00MM\x00*GPS 43.6045N 1.4442E"
	head := append([]byte{0xff, 0xd8, 0xff, 0xe1, 0, byte(len(exif) + 2)}, exif...)
	return append(head, photo(t)[2:]...)
}

// asksFiles adds a question whose file everybody reads, and gives roles to people of both cities.
func asksFiles(ctx context.Context, tx db.Tx, staff map[string][]access.Role) error {
	for platform := int64(1); platform <= 2; platform++ {
		view, err := project.Load(ctx, tx, platform, "budget", tx.Now())
		if err != nil {
			return err
		}
		f, err := deposit.FormOf(ctx, tx, platform, view.Steps[0].ID)
		if err != nil {
			return err
		}
		f.Questions = append(f.Questions, deposit.Question{Key: "dessin", Kind: deposit.FileInput, Need: deposit.Optional, Public: true, Label: rulebook.Text{FR: "Un dessin"}, Files: []deposit.FileKind{deposit.Picture}})
		if err := deposit.SetForm(ctx, tx, platform, view.Steps[0].ID, f); err != nil {
			return err
		}
		for email, roles := range staff {
			if _, err := account.Give(ctx, tx, platform, email, i18n.FR, roles, ids.ID{}); err != nil {
				return err
			}
		}
	}
	return nil
}

func TestAFileIsHandedToItsAuthorToTheServicesAndToEverybodyOnlyWhenItsQuestionIsPublic(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := found(t, d)
		staff := map[string][]access.Role{"service@exemple.fr": {access.Analyst}, "elu@exemple.fr": {access.Elected, access.PollingAgent}}
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { return asksFiles(ctx, tx, staff) }); err != nil {
			t.Fatal(err)
		}
		on := func(host, email string) *visitor {
			v := &visitor{cities: c, host: host}
			if email != "" {
				v.signIn(email)
			}
			return v
		}
		ana := on("ville.example", "ana@exemple.fr")
		pdf := []byte("%PDF-1.7 le plan de ma maison")
		draft := ana.begin(url.Values{"title": {"Des bancs à l’ombre"}, "body": {"Pour souffler."}, "name": {"Ana"}, "age": {"adult"}, "kind": {"person"}, "q-court": {"Pour tous"}},
			file{"q-plan", "plan.html", pdf}, file{"q-dessin", "dessin.jpg", positioned(t)})
		someone, elected, service := on("ville.example", "bo@exemple.fr"), on("ville.example", "elu@exemple.fr"), on("ville.example", "service@exemple.fr")
		people := map[string]*visitor{"nobody": on("ville.example", ""), "somebody else": someone, "an elected official": elected, "a service": service,
			"a service of another city": on("village.example", "service@exemple.fr"), "the author's session in another city": {cities: c, host: "village.example", cookie: ana.cookie}}

		own := draft + "/fichiers/plan"
		status, head, body := ana.get(own)
		if status != 200 || body != string(pdf) || head.Get("Content-Type") != "application/pdf" || head.Get("X-Content-Type-Options") != "nosniff" || head.Get("Cache-Control") != "no-store" ||
			head.Get("Content-Disposition") != `attachment; filename=plan.pdf` {
			t.Errorf("its author gets %d %v", status, head)
		}
		for name, v := range people {
			if status, _, body := v.get(own); status != 404 || strings.Contains(body, "maison") {
				t.Errorf("%s gets the file of a draft: %d", name, status)
			}
		}
		for _, path := range []string{draft + "/fichiers/rien", draft + "/fichiers/court", deposer + "/00000000-0000-4000-8000-000000000000/fichiers/plan", deposer + "/x/fichiers/plan"} {
			if status, _, _ := ana.get(path); status != 404 {
				t.Errorf("%s answers %d", path, status)
			}
		}

		if status, head, body := ana.post(draft+"/publier", url.Values{"charter": {"0"}}); status != http.StatusSeeOther {
			t.Fatalf("publishing answers %d %v\n%s", status, head, body)
		}
		const page = "/projets/budget/propositions/1"
		private, public := page+"/fichiers/plan", page+"/fichiers/dessin"
		for name, v := range people {
			here := v.host == "ville.example"
			if status, _, body := v.get(private); (status == 200) != (name == "a service") || status != 200 && strings.Contains(body, "maison") {
				t.Errorf("%s asks for the file of a private question: %d", name, status)
			}
			status, head, body := v.get(public)
			if (status == 200) != here {
				t.Errorf("%s asks for the file of a public question: %d", name, status)
			}
			if _, err := jpeg.Decode(bytes.NewReader([]byte(body))); here && (err != nil || head.Get("Content-Type") != "image/jpeg" || !strings.HasPrefix(head.Get("Content-Disposition"), "attachment") || strings.Contains(body, "GPS")) {
				t.Errorf("%s gets %v, %v; where it was taken is in it: %v", name, head, err, strings.Contains(body, "GPS"))
			}
		}
		full := page + "-des-bancs-a-l-ombre"
		if _, _, body := someone.get(full); !strings.Contains(body, public) || !strings.Contains(body, "Pour tous") || strings.Contains(body, "fichiers/plan") {
			t.Errorf("the page of the proposal does not show what is public, or shows what is not:\n%s", body)
		}
		if _, _, body := service.get(full); !strings.Contains(body, private) {
			t.Error("a service does not find the answers for it on the page of the proposal")
		}
		if _, _, body := elected.get(full); strings.Contains(body, "fichiers/plan") {
			t.Error("an elected official finds the answers for the services")
		}

		if status, _, _ := ana.post(draft+"/retirer", nil); status != http.StatusSeeOther {
			t.Fatalf("withdrawing answers %d", status)
		}
		for name, v := range people {
			for _, path := range []string{private, public} {
				if status, _, _ := v.get(path); status != 404 {
					t.Errorf("%s gets %s of what was withdrawn: %d", name, path, status)
				}
			}
		}
		if status, _, _ := ana.get(own); status != 200 {
			t.Errorf("its author gets the file of what they withdrew: %d", status)
		}
	})
}

func TestAQuestionTakesItsKindsOfFileAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := found(t, d)
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { return asksFiles(ctx, tx, nil) }); err != nil {
			t.Fatal(err)
		}
		v := &visitor{cities: c, host: "ville.example"}
		status, _, body := v.post(deposer, url.Values{"title": {"Des bancs gardés"}}, file{"q-dessin", "dessin.jpg", []byte("%PDF-1.7")})
		if status != http.StatusUnprocessableEntity || !strings.Contains(body, "type de fichier") || !strings.Contains(body, "Des bancs gardés") {
			t.Errorf("a PDF where a picture is asked: %d", status)
		}
	})
}
