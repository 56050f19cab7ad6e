package talk_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/notify"
)

// mails are those that wait, as "kind address".
func (c *city) mails() (list []string) {
	c.t.Helper()
	if err := c.d.Read(c.t.Context(), func(ctx context.Context, tx db.Tx) error {
		waiting, err := jobs.Waiting(ctx, tx, c.of.Key, notify.Job, 100)
		for _, j := range waiting {
			var m notify.Mail
			if err := json.Unmarshal(j.Body, &m); err != nil {
				return err
			}
			list = append(list, m.Kind+" "+strings.TrimSuffix(m.To, account.StageDomain)+" "+string(j.Body))
		}
		return err
	}); err != nil {
		c.t.Fatal(err)
	}
	return list
}

func TestAGuestServiceReadsAndAnswersTheQuestionsOfWhatWasSentToIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := found(t, d)
		const other = "/projets/budget/propositions/2"
		ask := func(who, path, body string) answer {
			return c.post(who, path+"/questions", "public", "non", "body", body)
		}
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			landlord, round := ids.Random(), ids.Random()
			if _, err := tx.Exec(ctx, `INSERT INTO service (platform, id, slug, name, categories, districts, body) VALUES (?, ?, 'bailleur', 'Habitat', '[]', '[]', 'Bailleur social')`, c.of.Key, landlord); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO service_member (platform, service, participant) VALUES (?, ?, ?)`, c.of.Key, landlord, c.by["bailleur"].ID); err != nil {
				return err
			}
			if err := analysis.InsertRounds(ctx, tx, c.of.Key, []analysis.Round{{ID: round, Project: c.edition.ID, Position: 1, Kind: analysis.Costing, Title: "Chiffrage", DueAt: tx.Now()}}); err != nil {
				return err
			}
			return analysis.InsertAssignments(ctx, tx, c.of.Key, []analysis.Assignment{{Round: round, Service: landlord, Proposal: c.first.ID, Project: c.edition.ID, Lead: true, State: analysis.Todo, DueAt: tx.Now(), AssignedAt: tx.Now()}})
		}); err != nil {
			t.Fatal(err)
		}
		const sent, kept = "À qui est le mur du fond ?", "Le terrain est-il à vous ?"
		ask("auteur", about, sent)
		ask("auteur", other, kept)
		told := strings.Join(c.mails(), "\n")
		if strings.Count(told, "question_to_city bailleur ") != 1 || strings.Count(told, "question_to_city pilote ") != 1 {
			t.Errorf("the lead service is told of what it studies, who follows the analyses of the rest: %s", told)
		}
		has(t, "the desk of a guest", c.get("bailleur", "/agents/questions").body, true, "propositions/1")
		has(t, "the desk of a guest", c.get("bailleur", "/agents/questions").body, false, "propositions/2")
		page := c.get("bailleur", about+"/questions").body
		has(t, "what was sent", page, true, "thread private", "le mur du fond")
		if strings.Contains(c.get("bailleur", other+"/questions").body+c.get("bailleur", other+"-x").body, "terrain est-il") {
			t.Error("a guest reads what was not sent to them")
		}
		if a := ask("bailleur", other, "Je m’invite"); a.status != http.StatusForbidden && a.status != http.StatusConflict {
			t.Errorf("a guest asks about what was not sent to them: %d", a.status)
		}
		id := strings.Split(page, `id="q-`)[1][:36]
		if a := c.post("bailleur", about+"/questions/"+id, "body-"+id, "À nous, et nous sommes d’accord."); a.status != http.StatusSeeOther {
			t.Errorf("a guest answers: %d", a.status)
		}
		has(t, "the author reads", c.get("auteur", about+"/questions").body, true, "nous sommes d’accord")
		has(t, "the audit", c.get("organise", "/organisation/actes").body, true, ">n°", "1, "+title, `href="/projets/budget/propositions/1"`)
	})
}

func TestAnAuthorAndTheServicesWriteToEachOtherInPrivateOrInPublicAsChosen(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := found(t, d)
		const secret, open = "Mon numéro est le 06 <12>", "Le terrain est à la commune"
		ask := func(who, public, body string) answer {
			return c.post(who, about+"/questions", "public", public, "body", body)
		}
		for _, who := range []string{"lea", "elue", "guichet"} {
			if a := ask(who, "non", "Je m'invite"); a.status != http.StatusForbidden {
				t.Errorf("%s asks: %d", who, a.status)
			}
		}
		if a := ask("auteur", "", open); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, open) {
			t.Errorf("without saying who reads it: %d", a.status)
		}
		if a := ask("auteur", "non", secret); a.status != http.StatusSeeOther {
			t.Fatalf("in private: %d %s", a.status, a.body)
		}
		first := ask("auteur", "oui", open)
		if again := ask("auteur", "oui", open); again.to != first.to {
			t.Errorf("pressed twice: %s, then %s", first.to, again.to)
		}
		thread := first.to[strings.LastIndex(first.to, "#q-")+3:]
		reads := map[string]bool{"": false, "lea": false, "elue": false, "guichet": false, "auteur": true, "analyste": true, "pilote": true, "organise": true}
		check := func(moment string) {
			t.Helper()
			for who, may := range reads {
				for _, path := range []string{about + "-des-bancs", about + "/questions", "/en" + about + "/questions"} {
					page := c.get(who, path).body
					if has := strings.Contains(page, "Mon numéro") || strings.Contains(page, "Réponse discrète"); has != may {
						t.Errorf("%s: %s as %q shows what is private: %v", moment, path, who, has)
					}
					has(t, moment+" "+path, page, true, open)
				}
			}
		}
		check("asked")
		has(t, "to the author", c.get("auteur", about+"/questions").body, true, "thread private", "06 &lt;12&gt;", "Privé")
		waiting := c.get("analyste", "/agents/questions")
		has(t, "the desk", waiting.body, true, title, "#q-"+thread)
		for _, who := range []string{"lea", "elue", "auteur"} {
			if a := c.get(who, "/agents/questions"); a.status != http.StatusForbidden {
				t.Errorf("the desk as %s: %d", who, a.status)
			}
		}
		var private string
		for _, part := range strings.Split(c.get("analyste", about+"/questions").body, `id="q-`)[1:] {
			if strings.Contains(part, "Mon numéro") {
				private = part[:36]
			}
		}
		reply := func(who, id, body string) answer {
			return c.post(who, about+"/questions/"+id, "body-"+id, body)
		}
		if a := reply("lea", private, "Je m'invite"); a.status != http.StatusForbidden {
			t.Errorf("a stranger replies: %d", a.status)
		}
		if a := reply("analyste", ids.Random().String(), "Qui ?"); a.status != http.StatusNotFound {
			t.Errorf("a guessed thread: %d", a.status)
		}
		if a := c.post("analyste", "/projets/budget/propositions/2/questions/"+private, "body-"+private, "Ailleurs"); a.status != http.StatusNotFound {
			t.Errorf("a thread of another proposal: %d", a.status)
		}
		if a := reply("analyste", private, " "); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "Il manque votre texte") {
			t.Errorf("an empty answer: %d", a.status)
		}
		for _, one := range [][2]string{{private, "Réponse discrète"}, {private, "Réponse discrète"}, {thread, "Oui, depuis 1998."}} {
			if a := reply("analyste", one[0], one[1]); a.status != http.StatusSeeOther {
				t.Errorf("%q: %d", one[1], a.status)
			}
		}
		check("answered")
		page := c.page("")
		has(t, "in public", page, true, "Oui, depuis 1998.", "Les services de la Ville", "Public")
		has(t, "in public", page, false, "Analyste", "thread private")
		has(t, "the desk", c.get("pilote", "/agents/questions").body, true, "Personne n’attend de réponse")
		if a := c.do(http.MethodGet, "ailleurs.example", "", about+"/questions", nil); strings.Contains(a.body, open) {
			t.Error("another platform shows it")
		}

		got := map[string]int{}
		for _, m := range c.mails() {
			kind, rest, _ := strings.Cut(m, " ")
			to, body, _ := strings.Cut(rest, " ")
			got[kind+" "+to]++
			for _, word := range []string{"numéro est", "discrète", "1998", open} {
				if strings.Contains(body, word) {
					t.Errorf("an e-mail says %q", word)
				}
			}
		}
		if want := 2; got["question_to_city pilote"] != want || got["question_to_author auteur"] != want || len(got) != 2 {
			t.Errorf("e-mails: %v", got)
		}
		if err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			list, err := journal.Pending(ctx, tx, c.of.Key, 100)
			n := 0
			for _, e := range list {
				if e.Kind == "question_published" {
					n++
				}
			}
			if n != 2 {
				t.Errorf("%d entries of the journal say of what is public", n)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		// Whoever is forgotten takes along what was private.
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			return forget(ctx, tx, c.of.Key, c.by["auteur"].ID)
		}); err != nil {
			t.Fatal(err)
		}
		has(t, "forgotten", c.get("pilote", about+"/questions").body, false, "Mon numéro")
		has(t, "forgotten", c.get("pilote", about+"/questions").body, true, open, "Ce message a été effacé")
	})
}

func TestAnAgentAsksTheAuthorWhoAnswers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := found(t, d)
		a := c.post("analyste", about+"/questions", "public", "non", "body", "Quelle longueur de banc ?")
		id := a.to[strings.LastIndex(a.to, "#q-")+3:]
		has(t, "to the author", c.page("auteur"), true, "Quelle longueur de banc", "Les services de la Ville")
		has(t, "to others", c.page("lea"), false, "Quelle longueur de banc")
		c.post("auteur", about+"/questions/"+id, "body-"+id, "Deux mètres.")
		to := ""
		for _, m := range c.mails() {
			kind, rest, _ := strings.Cut(m, " ")
			who, _, _ := strings.Cut(rest, " ")
			to += kind + " " + who + "; "
		}
		if !strings.Contains(to, "question_to_city analyste") || strings.Contains(to, "pilote") {
			t.Errorf("who asked is told of the answer: %s", to)
		}
		if access.Can(access.Anyone, access.SeeQuestions, access.Moment{Published: true, Own: true}) {
			t.Error("nobody is an author")
		}
	})
}
