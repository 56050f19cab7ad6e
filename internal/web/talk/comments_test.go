package talk_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/discussion"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/proposal"
)

func TestACommentIsWrittenUnderTheProposalAndHasAnAddress(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := found(t, d)
		has(t, "before", c.page(""), true, "0 commentaire", "Personne n’a encore commenté", `name="body"`, `name="name"`, "Il vous faudra une adresse électronique")
		has(t, "to somebody with a name", c.page("lea"), false, `name="name"`, "Il vous faudra")
		hostile := "<script>alert(1)</script>\n\nVoir https://exemple.fr/banc <b>gras</b>"
		a := c.post("lea", about+"/commentaires", "body", hostile)
		path, _, _ := strings.Cut(a.to, "?")
		if a.status != http.StatusSeeOther || !strings.HasPrefix(a.to, about+"/commentaires/") || !strings.Contains(a.to, "fait=publie#c-") {
			t.Fatalf("it answers %d, leads to %s: %s", a.status, a.to, a.body)
		}
		again := c.post("lea", about+"/commentaires", "body", hostile)
		if again.to != a.to {
			t.Errorf("pressed twice, it leads to %s, then to %s", a.to, again.to)
		}
		id := path[strings.LastIndex(path, "/")+1:]
		for what, page := range map[string]string{"the proposal": c.page(""), "the list": c.get("", about+"/commentaires").body, "its own address": c.get("", path).body} {
			has(t, what, page, true, "&lt;script&gt;alert(1)", `<a href="https://exemple.fr/banc" rel="nofollow ugc noopener">`, "Lea", `id="c-`+id, "Répondre")
			has(t, what, page, false, "<script>alert", "<b>gras", "Modifier</a>")
		}
		has(t, "to its author", c.page("lea"), true, "/modifier", "/retirer")
		has(t, "in English", c.get("", "/en"+about+"/commentaires").body, true, "1 comment", "Answer")
		answer := c.post("marc", about+"/commentaires", "body", "Je réponds", "parent", id)
		has(t, "the thread of an answer", c.get("", strings.Split(answer.to, "?")[0]).body, true, "alert(1)", "Je réponds", "here")
		write := c.get("marc", about+"/commentaires/ecrire?a="+id)
		has(t, "answering", write.body, true, "alert(1)", `name="parent" value="`+id)
		// Newest first, or oldest.
		c.say("marc", ids.ID{}, "Le dernier mot")
		newest, oldest := c.page(""), c.get("", about+"-des-bancs?ordre=anciens").body
		if strings.Index(newest, "Le dernier mot") > strings.Index(newest, "alert(1)") || strings.Index(oldest, "Le dernier mot") < strings.Index(oldest, "alert(1)") {
			t.Error("the order is not the one that was chosen")
		}
	})
}

func TestWhoProvedNoAddressGoesToDoSoAndKeepsWhatTheyTyped(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := found(t, d)
		a := c.post("", about+"-des-bancs/commentaires", "body", "Tapé sans compte", "name", "Zoé")
		if a.status != http.StatusSeeOther || !strings.HasPrefix(a.to, "/connexion?suite=") || !strings.Contains(a.to, "commentaires%2Fecrire%23publier") || !strings.Contains(a.cookieLike, "begun") {
			t.Fatalf("it answers %d, leads to %s with %q", a.status, a.to, a.cookieLike)
		}
		var n int
		if err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			return tx.QueryRow(ctx, `SELECT COUNT(*) FROM comment_draft d WHERE d.platform = ? AND d.body = ? AND d.name = ?`, c.of.Key, "Tapé sans compte", "Zoé").Scan(&n)
		}); err != nil || n != 1 {
			t.Errorf("%d drafts: %v", n, err)
		}
		if err := c.talk.Keep(t.Context(), c.of, c.by["lea"], "budget", 1, discussion.Written{Body: "Ce que Léa a tapé"}); err != nil {
			t.Fatal(err)
		}
		has(t, "back from the proof", c.get("lea", about+"/commentaires/ecrire").body, true, "Ce que Léa a tapé", "Voici ce que vous aviez écrit")
		has(t, "to somebody else", c.get("marc", about+"/commentaires/ecrire").body, false, "Ce que Léa a tapé", "Voici ce que vous aviez écrit")
		wrong := c.post("", about+"/commentaires", "body", " ", "name", "Zoé")
		if wrong.status != http.StatusUnprocessableEntity {
			t.Errorf("nothing typed: %d", wrong.status)
		}
		has(t, "nothing typed", wrong.body, true, "Il manque votre texte", `value="Zoé"`)
		if c.post("", "/projets/budget/propositions/99/commentaires", "body", "Rien").status != http.StatusNotFound {
			t.Error("a proposal that is not there takes comments")
		}
	})
}

func TestARefusedCommentIsShownAgainWithItsWords(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := found(t, d)
		long := c.post("lea", about+"/commentaires", "body", strings.Repeat("mot ", 1000))
		if long.status != http.StatusUnprocessableEntity || strings.Count(long.body, "mot mot") < 100 {
			t.Errorf("too long: %d", long.status)
		}
		has(t, "too long", long.body, true, "la limite de")
		for range 4 {
			c.say("marc", ids.ID{}, "Un mot "+ids.Random().String())
		}
		if a := c.post("marc", about+"/commentaires", "body", "Encore un"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "Encore un") {
			t.Errorf("a new account that says much: %d", a.status)
		}
		if err := c.talk.SetRule(t.Context(), c.of, c.by["organise"], "budget", discussion.Rule{Until: discussion.NotAnyLater, Reason: "Le <i>vote</i> commence"}); err != nil {
			t.Fatal(err)
		}
		closed := c.post("lea", about+"/commentaires", "body", "Trop tard")
		has(t, "closed meanwhile", closed.body, true, "Trop tard", "Les commentaires sont fermés", "Le &lt;i&gt;vote&lt;/i&gt; commence")
		page := c.page("lea")
		has(t, "closed", page, true, "Un mot", "Les commentaires sont fermés", "commence")
		has(t, "closed", page, false, `name="body"`, "Répondre")
	})
}

func TestOnlyItsAuthorCorrectsAndWithdrawsAComment(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := found(t, d)
		said := c.say("lea", ids.ID{}, "Une fote")
		path := about + "/commentaires/" + said.ID.String()
		for _, page := range []string{"/modifier", "/retirer"} {
			for who, want := range map[string]int{"marc": 404, "organise": 404, "lea": 200} {
				if a := c.get(who, path+page); a.status != want {
					t.Errorf("%s as %s: %d, want %d", page, who, a.status, want)
				}
				if who != "lea" {
					if a := c.post(who, path+page, "body", "Volé"); a.status != want {
						t.Errorf("post %s as %s: %d, want %d", page, who, a.status, want)
					}
				}
			}
			if a := c.post("", path+page, "body", "Volé"); a.status != http.StatusSeeOther || !strings.HasPrefix(a.to, "/connexion") {
				t.Errorf("post %s as nobody: %d", page, a.status)
			}
			if a := c.get("lea", about+"/commentaires/"+ids.Random().String()+page); a.status != 404 {
				t.Errorf("a guessed %s: %d", page, a.status)
			}
			if a := c.get("lea", "/projets/budget/propositions/2/commentaires/"+said.ID.String()+page); a.status != 404 {
				t.Errorf("%s under another proposal: %d", page, a.status)
			}
		}
		if a := c.post("lea", path+"/modifier", "body", ""); a.status != http.StatusUnprocessableEntity {
			t.Errorf("corrected to nothing: %d", a.status)
		}
		c.post("lea", path+"/modifier", "body", "Une faute")
		has(t, "corrected", c.page(""), true, "Une faute", "modifié")
		if a := c.post("lea", path+"/retirer"); a.status != http.StatusSeeOther {
			t.Errorf("withdrawn: %d", a.status)
		}
		for _, who := range []string{"", "lea", "organise"} {
			page := c.page(who)
			has(t, "withdrawn, to "+who, page, true, "Commentaire retiré par la personne", "0 commentaire")
			has(t, "withdrawn, to "+who, page, false, "Une faute", "<strong>Lea")
		}
		if a := c.get("lea", path+"/modifier"); a.status != http.StatusForbidden {
			t.Errorf("correcting what is withdrawn: %d", a.status)
		}
	})
}

func TestWhatIsRemovedOrOfAnotherPlatformIsReadNowhere(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := found(t, d)
		said := c.say("lea", ids.ID{}, "Des injures précises")
		c.say("marc", said.ID, "Une réponse digne")
		path := about + "/commentaires/" + said.ID.String()
		if a := c.do(http.MethodGet, "ailleurs.example", "", path, nil); a.status != http.StatusNotFound {
			t.Errorf("from another platform: %d", a.status)
		}
		has(t, "another platform", c.do(http.MethodGet, "ailleurs.example", "", about+"/commentaires", nil).body, false, "Des injures")
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			return discussion.TakeOut(ctx, tx, c.of.Key, said, proposal.Invisible, "Attaque une <personne>", time.Now())
		}); err != nil {
			t.Fatal(err)
		}
		everywhere := []string{about + "-des-bancs", about + "/commentaires", path, about + "/commentaires/ecrire?a=" + said.ID.String(), "/en" + about + "/commentaires"}
		for who := range c.by {
			for _, p := range everywhere {
				has(t, p+" as "+who, c.get(who, p).body, false, "Des injures précises")
			}
		}
		has(t, "removed", c.page(""), true, "Commentaire retiré par la modération le", "Attaque une &lt;personne&gt;", "Une réponse digne")
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			return proposal.TakeOut(ctx, tx, c.of.Key, c.first, proposal.Invisible, "Hors la loi", time.Now())
		}); err != nil {
			t.Fatal(err)
		}
		for _, who := range []string{"", "lea", "auteur", "analyste", "elue", "guichet"} {
			for _, p := range everywhere {
				a := c.get(who, p)
				if a.status == http.StatusMovedPermanently {
					a = c.get(who, a.to)
				}
				has(t, p+" as "+who+" once the proposal is gone", a.body, false, "Une réponse digne", "Des injures", title)
			}
		}
	})
}
