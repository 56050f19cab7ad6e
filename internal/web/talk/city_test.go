package talk_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/ids"
)

func TestALetterToAuthorsIsSeenThenSentOnceAndLogged(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := found(t, d)
		const path = "/organisation/editions/budget/message"
		for who, want := range map[string]int{"lea": 403, "auteur": 403, "analyste": 403, "elue": 403, "pilote": 200, "organise": 200} {
			if a := c.get(who, path); a.status != want {
				t.Errorf("%s: %d, want %d", who, a.status, want)
			}
		}
		if a := c.post("pilote", path, "subject", "", "body", "Un <b>mot</b>"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "Un &lt;b&gt;mot") {
			t.Errorf("without a subject: %d", a.status)
		}
		if a := c.post("pilote", path, "subject", "Rien", "body", "Un mot", "district", ids.Random().String()); !strings.Contains(a.body, "0 personne") {
			t.Errorf("to nobody: %d", a.status)
		}
		seen := c.post("pilote", path, "subject", "Atelier <jeudi>", "body", "Bonjour,\n\nvenez jeudi.")
		has(t, "the preview", seen.body, true, "1 personne recevra ceci", "Atelier &lt;jeudi&gt;", "venez jeudi.", "parce que vous avez proposé un projet", "Envoyer à 1 personne")
		has(t, "the preview", seen.body, false, "@parvis.invalid")
		id := regexp.MustCompile(`name="id" value="([^"]+)"`).FindStringSubmatch(seen.body)
		if id == nil || len(c.mails()) != 0 {
			t.Fatalf("the preview has %v, and %d e-mails wait", id, len(c.mails()))
		}
		for range 2 { // pressed twice
			if a := c.post("pilote", path, "id", id[1], "subject", "Atelier <jeudi>", "body", "Bonjour,\n\nvenez jeudi.", "do", "send"); a.status != http.StatusSeeOther {
				t.Errorf("sent: %d", a.status)
			}
		}
		if list := c.mails(); len(list) != 1 || !strings.HasPrefix(list[0], "authors auteur ") {
			t.Errorf("e-mails: %v", list)
		}
		has(t, "what was sent", c.get("organise", path).body, true, "Atelier &lt;jeudi&gt;", "à 1 personne")
		acts := c.get("organise", "/organisation/actes")
		has(t, "the audit", acts.body, true, "A écrit à des personnes qui proposent", "Pilote", "Atelier &lt;jeudi&gt;", `href="/projets/budget"`)
		has(t, "of organisers alone", c.get("organise", "/organisation/actes?role=organiser").body, false, "A écrit à des personnes")
		has(t, "of the help", c.get("organise", "/organisation/actes?famille=help").body, true, "Rien pour ces choix")
		for _, who := range []string{"lea", "pilote", "analyste"} {
			if a := c.get(who, "/organisation/actes"); a.status != http.StatusForbidden {
				t.Errorf("the audit as %s: %d", who, a.status)
			}
		}
	})
}

func TestTheCitySaysWithAReasonUntilWhenPeopleComment(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := found(t, d)
		const path = "/organisation/editions/budget/commentaires"
		if a := c.post("pilote", path, "until", "closed", "reason", "Non"); a.status != http.StatusForbidden {
			t.Errorf("a supervisor: %d", a.status)
		}
		if a := c.post("organise", path, "until", "closed", "reason", " "); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "Donnez une raison") {
			t.Errorf("without a reason: %d", a.status)
		}
		if a := c.post("organise", path, "until", "closed", "reason", "Les services répondent avant"); a.status != http.StatusSeeOther {
			t.Errorf("closed: %d", a.status)
		}
		has(t, "closed", c.page("lea"), true, "Les commentaires sont fermés", "Les services répondent avant")
	})
}

func TestFollowingIsChosenAndLeft(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := found(t, d)
		if a := c.get("", "/projets/budget/suivre"); a.status != http.StatusSeeOther || !strings.HasPrefix(a.to, "/connexion") {
			t.Errorf("nobody follows: %d", a.status)
		}
		topic := "project_" + c.edition.ID.String()
		if a := c.post("lea", "/projets/budget/suivre", "topic", topic, "period", "hour"); a.status != http.StatusUnprocessableEntity {
			t.Errorf("by the hour: %d", a.status)
		}
		if a := c.post("lea", "/projets/budget/suivre", "topic", topic, "period", "day"); a.status != http.StatusSeeOther {
			t.Errorf("followed: %d", a.status)
		}
		has(t, "followed", c.get("lea", "/mon-espace/suivis").body, true, "Budget 2027", topic)
		c.post("lea", "/mon-espace/suivis", "period", "week")
		has(t, "left", c.get("lea", "/mon-espace/suivis").body, false, topic)
	})
}
