package deposit_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// agent is somebody of the town hall with one role.
func agent(role access.Role) account.Person {
	return account.Person{ID: ids.Random(), Proved: true, Email: "agent@ville.example", Name: "Agent", Roles: access.Roles(0).With(access.Resident, role)}
}

// typed is a paper form that an agent typed.
func (h *house) typed(by account.Person, c deposit.Content, w deposit.Paper) deposit.Deposit {
	h.t.Helper()
	d, err := h.SavePaper(h.t.Context(), h.of, by, i18n.FR, budget, ids.ID{}, c, w, deposit.Upload{})
	if err != nil {
		h.t.Fatal(err)
	}
	return d
}

// mails gives the e-mails that wait, by kind, each as "recipient path".
func (h *house) mails() map[string][]string {
	h.t.Helper()
	all := map[string][]string{}
	h.read(func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(db.Everywhere(ctx, "a test reads the outbox"), `SELECT body FROM jobs ORDER BY created_at, id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var raw string
			var m struct{ To, Kind, Path string }
			if err := rows.Scan(&raw); err != nil {
				return err
			}
			if err := json.Unmarshal([]byte(raw), &m); err != nil {
				return err
			}
			all[m.Kind] = append(all[m.Kind], m.To+" "+m.Path)
		}
		return rows.Err()
	})
	return all
}

func TestAPaperFormBecomesAProjectOfItsAuthorAndNotOfTheAgent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Hour)
		by := agent(access.PollingAgent)
		content := whole()
		content.Name, content.Nameless = "", true
		dep := h.typed(by, content, deposit.Paper{Reference: "A 17"})
		if dep.Participant == by.ID {
			t.Error("the draft is the agent's")
		}
		h.read(func(ctx context.Context, tx db.Tx) error {
			c, err := deposit.CallOf(ctx, tx, h.of, by, budget)
			if len(c.Mine) != 0 {
				t.Error("the agent's own drafts hold somebody else's")
			}
			return err
		})
		if _, err := h.PublishPaper(t.Context(), h.of, by, budget, dep.ID, 0, false); err == nil || !strings.Contains(err.Error(), "fault.paper.vouch") {
			t.Errorf("published without the agent's word that the person has not deposited too much: %v", err)
		}
		p, err := h.PublishPaper(t.Context(), h.of, by, budget, dep.ID, 0, true)
		if err != nil {
			t.Fatal(err)
		}
		if p.Author != dep.Participant || !p.Paper {
			t.Errorf("author %v of %v, on paper: %v", p.Author, dep.Participant, p.Paper)
		}
		if got := h.mails(); len(got) != 0 {
			t.Errorf("somebody without an address is written to: %v", got)
		}
		h.read(func(ctx context.Context, tx db.Tx) error {
			found, _, err := proposal.Numbered(ctx, tx, h.of.Key, p.Project, 1)
			if !found.Paper {
				t.Error("the proposal does not say that it came on paper")
			}
			log, err2 := account.AssistanceOf(ctx, tx, h.of.Key, dep.Participant)
			if len(log) != 2 || log[0].Act != account.ActPaperPublished || log[0].Agent != by.ID || log[0].Reason != "A 17" || log[1].Act != account.ActPaperBegun {
				t.Errorf("the trace of the desk: %+v", log)
			}
			entries, err3 := journal.Pending(ctx, tx, h.of.Key, 100)
			if last := entries[len(entries)-1]; last.Kind != "proposal_published" || !strings.Contains(last.Body, `"paper":true`) {
				t.Errorf("the journal does not say that it came on paper: %s", last.Body)
			}
			return errors.Join(err, err2, err3)
		})
	})
}

// staged is somebody who proved an address.
func (h *house) staged(name string) (p account.Person) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx db.Tx) (err error) {
		p, err = account.Stage(ctx, tx, h.of.Key, account.Person{Email: name + account.StageDomain, Name: name, Kind: account.Resident, Language: "fr"}, nil)
		return err
	})
	return p
}

func TestWhoProvesTheAddressTakesTheProjectOverAndNobodyElseDoes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Hour)
		by, bea, other := agent(access.Organiser), h.staged("bea"), h.staged("other")
		h.publish(bea, whole()) // known under another name than the sheet says
		dep := h.typed(by, whole(), deposit.Paper{Email: " Bea@parvis.invalid "})
		if _, err := h.PublishPaper(t.Context(), h.of, by, budget, dep.ID, 0, false); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(h.mails()["paper_published"]); got != "[Bea@parvis.invalid /projets/budget/deposer/"+dep.ID.String()+"/reprendre]" {
			t.Errorf("e-mails: %s", got)
		}
		unproved := bea
		unproved.Proved = false
		for name, who := range map[string]account.Person{"somebody else": other, "the agent": by, "nobody": {}, "who did not prove": unproved} {
			if err := h.TakeOver(t.Context(), h.of, who, dep.ID, true); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s takes it over: %v", name, err)
			}
		}
		for _, err := range []error{second(h.Edit(t.Context(), h.of, bea, budget, dep.ID, whole(), deposit.Upload{})), h.Withdraw(t.Context(), h.of, bea, budget, dep.ID)} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("she acts on it before she takes it over: %v", err)
			}
		}
		if err := h.TakeOver(t.Context(), h.of, bea, dep.ID, true); err != nil {
			t.Fatal(err)
		}
		if err := h.TakeOver(t.Context(), h.of, bea, dep.ID, true); !fault.Is(err, fault.NotFound) {
			t.Errorf("taken over twice: %v", err)
		}
		h.read(func(ctx context.Context, tx db.Tx) error {
			found, _, err := proposal.Numbered(ctx, tx, h.of.Key, dep.Project, 2)
			if found.Author != bea.ID || !found.Paper {
				t.Errorf("the author is %v, on paper %v", found.Author, found.Paper)
			}
			_, there, err2 := account.ByID(ctx, tx, h.of.Key, dep.Participant)
			if there {
				t.Error("the participant of the sheet is still there")
			}
			log, err3 := account.AssistanceOf(ctx, tx, h.of.Key, bea.ID)
			if len(log) != 2 {
				t.Errorf("she reads %d lines of what was done for her", len(log))
			}
			return errors.Join(err, err2, err3)
		})
		if _, err := h.Edit(t.Context(), h.of, bea, budget, dep.ID, whole(), deposit.Upload{}); err != nil {
			t.Errorf("it is not hers: %v", err)
		}
		for what, err := range map[string]error{
			"read":      third(h.PaperCall(t.Context(), h.of, by, budget, dep.ID)),
			"changed":   second(h.EditPaper(t.Context(), h.of, by, budget, dep.ID, whole(), deposit.Paper{}, deposit.Upload{})),
			"withdrawn": h.WithdrawPaper(t.Context(), h.of, by, budget, dep.ID),
		} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("the desk %s it after she took it over: %v", what, err)
			}
		}
		if got := fmt.Sprint(h.acts()); got != "[proposal_published proposal_published proposal_taken_over proposal_edited]" {
			t.Errorf("the journal has %s", got)
		}
	})
}

func third(_ deposit.Call, _ deposit.PaperDeposit, _ deposit.Deposit, err error) error { return err }

func TestWhoSaysThatItIsNotTheirsLeavesItToTheDesk(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Hour)
		by, bea := agent(access.PollingAgent), h.staged("bea")
		dep := h.typed(by, whole(), deposit.Paper{Email: "bea@parvis.invalid"})
		if err := h.TakeOver(t.Context(), h.of, bea, dep.ID, true); !fault.Is(err, fault.NotFound) {
			t.Errorf("a draft is taken over: %v", err)
		}
		if _, err := h.PublishPaper(t.Context(), h.of, by, budget, dep.ID, 0, false); err != nil {
			t.Fatal(err)
		}
		if err := h.TakeOver(t.Context(), h.of, bea, dep.ID, false); err != nil {
			t.Fatal(err)
		}
		_, w, _, err := h.PaperCall(t.Context(), h.of, by, budget, dep.ID)
		if err != nil || w.State != deposit.Disowned || w.Email != "" {
			t.Errorf("the desk sees %q of %q: %v", w.State, w.Email, err)
		}
		if err := h.WithdrawPaper(t.Context(), h.of, by, budget, dep.ID); err != nil {
			t.Error(err)
		}
		if got := h.mails(); len(got["paper_withdrawn"]) != 0 {
			t.Errorf("she is still written to: %v", got)
		}
	})
}

func TestTheLimitPerPersonCountsPaperAndScreenTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Hour)
		by, bea := agent(access.PollingAgent), h.staged("bea")
		h.publish(bea, whole())
		to := deposit.Paper{Email: "BEA@parvis.invalid"}
		dep, over := h.typed(by, whole(), to), h.typed(by, whole(), to)
		if _, err := h.PublishPaper(t.Context(), h.of, by, budget, dep.ID, 0, false); err != nil {
			t.Fatal(err)
		}
		if _, err := h.PublishPaper(t.Context(), h.of, by, budget, over.ID, 0, false); !fault.Is(err, fault.Conflict) {
			t.Errorf("a third one on paper: %v", err)
		}
		draft := h.save(bea, whole())
		if _, err := h.Publish(t.Context(), h.of, bea, budget, draft.ID, 0); !fault.Is(err, fault.Conflict) {
			t.Errorf("a third one on a screen: %v", err)
		}
	})
}

func TestASheetIsTypedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Hour)
		by := agent(access.PollingAgent)
		first, again := h.typed(by, whole(), deposit.Paper{Reference: "n° A-17"}), h.typed(by, whole(), deposit.Paper{Reference: "N°a-17"})
		if _, err := h.PublishPaper(t.Context(), h.of, by, budget, first.ID, 0, true); err != nil {
			t.Fatal(err)
		}
		if _, err := h.PublishPaper(t.Context(), h.of, by, budget, again.ID, 0, true); err == nil || !strings.Contains(err.Error(), "fault.paper.reference") {
			t.Errorf("the same sheet twice: %v", err)
		}
		if _, err := h.SavePaper(t.Context(), h.of, by, i18n.FR, budget, again.ID, whole(), deposit.Paper{Email: "pas une adresse"}, deposit.Upload{}); err != nil {
			t.Fatalf("a draft does not keep what was typed: %v", err)
		}
		if _, err := h.PublishPaper(t.Context(), h.of, by, budget, again.ID, 0, true); err == nil || !strings.Contains(err.Error(), "fault.account.email") {
			t.Errorf("published with an address that is none: %v", err)
		}
		if err := h.DiscardPaper(t.Context(), h.of, by, budget, again.ID); err != nil {
			t.Fatal(err)
		}
		h.read(func(ctx context.Context, tx db.Tx) error {
			list, err := deposit.PaperDeposits(ctx, tx, h.of.Key, by, first.Project, 0, 10)
			if len(list) != 1 || list[0].Number != 1 {
				t.Errorf("the desk's list: %+v", list)
			}
			_, there, err2 := account.ByID(ctx, tx, h.of.Key, again.Participant)
			if there {
				t.Error("what was discarded leaves somebody behind")
			}
			return errors.Join(err, err2)
		})
	})
}

func TestOnlyTheDeskTypesPaperAndOnlyWhileTheDepositIsOpen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Hour)
		by := agent(access.PollingAgent)
		dep := h.typed(by, whole(), deposit.Paper{})
		elsewhere, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: "village"})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := h.PaperCall(t.Context(), elsewhere, by, budget, dep.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another platform reads it: %v", err)
		}
		if _, err := h.PublishPaper(t.Context(), elsewhere, by, budget, dep.ID, 0, true); !fault.Is(err, fault.NotFound) {
			t.Errorf("another platform publishes it: %v", err)
		}
		for _, role := range append(access.All(), access.Resident) {
			who := agent(role)
			want := fault.Forbidden
			if role == access.PollingAgent || role == access.Organiser || role == access.Administrator {
				want = ""
			}
			code := func(err error) fault.Code {
				if err == nil {
					return ""
				}
				return fault.CodeOf(err)
			}
			for what, err := range map[string]error{
				"reads": third(h.PaperCall(t.Context(), h.of, who, budget, dep.ID)),
				"saves": second(h.SavePaper(t.Context(), h.of, who, i18n.FR, budget, dep.ID, whole(), deposit.Paper{}, deposit.Upload{})),
			} {
				if code(err) != want {
					t.Errorf("%v %s: %v", role, what, err)
				}
			}
			if want != "" {
				for what, err := range map[string]error{
					"publishes": second(h.PublishPaper(t.Context(), h.of, who, budget, dep.ID, 0, true)),
					"changes":   second(h.EditPaper(t.Context(), h.of, who, budget, dep.ID, whole(), deposit.Paper{}, deposit.Upload{})),
					"withdraws": h.WithdrawPaper(t.Context(), h.of, who, budget, dep.ID),
					"discards":  h.DiscardPaper(t.Context(), h.of, who, budget, dep.ID),
				} {
					if code(err) != want {
						t.Errorf("%v %s: %v", role, what, err)
					}
				}
			}
		}
		// A resident's own draft is not the desk's to touch, whoever guesses its identifier.
		own := h.save(h.nobody(), whole())
		if _, err := h.PublishPaper(t.Context(), h.of, by, budget, own.ID, 0, true); !fault.Is(err, fault.NotFound) {
			t.Errorf("the desk publishes a resident's draft: %v", err)
		}
		h.write(func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE step SET ends_at = ? WHERE platform = ? AND id = ?`, db.Micros(tx.Now().Add(-deposit.Grace)), h.of.Key, h.step)
			return err
		})
		for what, err := range map[string]error{
			"begins":    second(h.SavePaper(t.Context(), h.of, by, i18n.FR, budget, ids.ID{}, whole(), deposit.Paper{}, deposit.Upload{})),
			"publishes": second(h.PublishPaper(t.Context(), h.of, by, budget, dep.ID, 0, true)),
		} {
			if !fault.Is(err, fault.Closed) {
				t.Errorf("the desk %s after the end: %v", what, err)
			}
		}
	})
}

func TestErasureForgetsAnAddressThatAnAgentTyped(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Hour)
		by, bea := agent(access.PollingAgent), h.staged("bea")
		dep := h.typed(by, whole(), deposit.Paper{Email: "bea@parvis.invalid"})
		h.write(func(ctx context.Context, tx db.Tx) error {
			return deposit.Room().Forget(ctx, tx, h.of.Key, bea.ID, true)
		})
		_, w, _, err := h.PaperCall(t.Context(), h.of, by, budget, dep.ID)
		if err != nil || w.Email != "" {
			t.Errorf("the address is still there: %q, %v", w.Email, err)
		}
	})
}

func TestTheAuthorOfANamelessSheetChangesItWithoutANameAndKeepsTheirOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Hour)
		by, bea := agent(access.PollingAgent), h.staged("bea")
		h.publish(bea, whole()) // under a name, on a screen
		nameless := whole()
		nameless.Name, nameless.Nameless = "", true
		dep := h.typed(by, nameless, deposit.Paper{Email: "bea@parvis.invalid"})
		if _, err := h.PublishPaper(t.Context(), h.of, by, budget, dep.ID, 0, false); err != nil {
			t.Fatal(err)
		}
		name := func(of ids.ID) (name string) {
			h.read(func(ctx context.Context, tx db.Tx) error {
				a, _, err := account.ByID(ctx, tx, h.of.Key, of)
				name = a.Name
				return err
			})
			return name
		}
		if got := name(dep.Participant); got != "" {
			t.Errorf("the sheet left the name out, and it is shown as %q", got)
		}
		if err := h.TakeOver(t.Context(), h.of, bea, dep.ID, true); err != nil {
			t.Fatal(err)
		}
		was := name(bea.ID)
		nameless.Title = "Des bancs au soleil"
		if _, err := h.Edit(t.Context(), h.of, bea, budget, dep.ID, nameless, deposit.Upload{}); err != nil {
			t.Errorf("she cannot change it without a name: %v", err)
		}
		if got := name(bea.ID); got != was || was == "" {
			t.Errorf("her name, which her other proposal shows, is now %q", got)
		}
		nameless.Nameless = false
		if _, err := h.Edit(t.Context(), h.of, bea, budget, dep.ID, nameless, deposit.Upload{}); !slices.Equal(wrong(err), []string{"name"}) {
			t.Errorf("what is no sheet needs a name: %v", err)
		}
	})
}
