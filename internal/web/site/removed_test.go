package site_test

import (
	"context"
	"database/sql"
	"regexp"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/demo"
	"github.com/parvis-civic/parvis/internal/demo/demotest"
)

// change writes what has no act of its own yet.
func change(t *testing.T, d *db.DB, statements ...string) {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		for _, statement := range statements {
			if _, err := tx.Exec(ctx, statement+` AND platform = (SELECT k.key FROM platform k WHERE k.slug = ?)`, demo.Slug); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestNoPageShowsAnythingOfProposalsThatWereAllRemoved(t *testing.T) {
	d := demotest.OnDay.Open(t, db.SQLite)
	h := serveDemo(t, d)
	type text struct{ title, slug string }
	var texts []text
	err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT p.title, p.slug FROM proposal p WHERE p.platform = (SELECT k.key FROM platform k WHERE k.slug = ?)`, demo.Slug)
		texts, err = db.Collect(rows, err, func(r *sql.Rows, of *text) error { return r.Scan(&of.title, &of.slug) })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	change(t, d, `UPDATE proposal SET trashed = 'invisible', trashed_reason = 'charte', trashed_at = 1760000000000000 WHERE 1 = 1`, `UPDATE selection SET trashed = (1 = 1) WHERE 1 = 1`)
	for _, page := range []string{"/", lastYear, lastYear + "/propositions", lastYear + "/carte", lastYear + "/resultats", lastYear + "/realisations", lastYear + "/propositions/1"} {
		w, _ := get(t, h, "localhost", page)
		if w.Code != 200 {
			t.Errorf("%s: %d", page, w.Code)
		}
		for _, of := range texts {
			if strings.Contains(w.Body.String(), of.title) || strings.Contains(w.Body.String(), "-"+of.slug+`"`) {
				t.Errorf("%s shows %q", page, of.title)
				break
			}
		}
	}
}

func TestWorksAreHiddenWithTheResultThatTheyAreOf(t *testing.T) {
	d := demotest.OnDay.Open(t, db.SQLite)
	h := serveDemo(t, d)
	w, _ := get(t, h, "localhost", lastYear+"/realisations")
	winner := regexp.MustCompile(lastYear + `/propositions/\d+-[a-z0-9-]+`).FindString(w.Body.String())
	w, _ = get(t, h, "localhost", winner)
	if w.Code != 200 || !strings.Contains(w.Body.String(), "Où en est la réalisation") {
		t.Fatalf("%q: %d, does not show its works", winner, w.Code)
	}
	change(t, d, `UPDATE step SET ends_at = 4102444800000000 WHERE kind = 'vote'`) // the vote is extended
	for path, status := range map[string]int{winner: 200, lastYear: 200, lastYear + "/realisations": 404, lastYear + "/resultats": 404} {
		w, _ := get(t, h, "localhost", path)
		body := w.Body.String()
		for _, hidden := range []string{"Où en est la réalisation", "Lauréat", "Retenu", "milestones", `/resultats">`, `/realisations">`} {
			if strings.Contains(body, hidden) {
				t.Errorf("%s says %q", path, hidden)
			}
		}
		if w.Code != status {
			t.Errorf("%s: %d, want %d", path, w.Code, status)
		}
	}
}

func TestAProposalTakenOffTheListsAloneStaysReadableUnderItsNotice(t *testing.T) {
	d := demotest.OnDay.Open(t, db.SQLite)
	h := serveDemo(t, d)
	w, _ := get(t, h, "localhost", lastYear+"/realisations")
	path := regexp.MustCompile(lastYear + `/propositions/\d+-[a-z0-9-]+`).FindString(w.Body.String())
	w, _ = get(t, h, "localhost", path)
	title := regexp.MustCompile(`data-field="Proposal.title" value="([^"]+)"`).FindStringSubmatch(w.Body.String())[1]
	number, _, _ := strings.Cut(strings.TrimPrefix(path, lastYear+"/propositions/"), "-")
	change(t, d, `UPDATE proposal SET trashed = 'visible', trashed_reason = 'en double', trashed_at = 1760000000000000 WHERE number = `+number,
		`UPDATE selection SET trashed = (1 = 1) WHERE number = `+number)
	w, _ = get(t, h, "localhost", path)
	for _, says := range []string{title, "Retiré le", "en double", `class="prose"`} {
		if w.Code != 200 || !strings.Contains(w.Body.String(), says) {
			t.Errorf("%s: %d, does not say %q", path, w.Code, says)
		}
	}
	for _, list := range []string{lastYear, lastYear + "/carte"} {
		if w, _ := get(t, h, "localhost", list); strings.Contains(w.Body.String(), path) {
			t.Errorf("%s lists it", list)
		}
	}
}
