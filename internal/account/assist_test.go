package account_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/notify"
)

func person(roles ...access.Role) account.Person {
	return account.Person{ID: ids.Random(), Proved: true, Roles: access.Roles(0).With(access.Resident).With(roles...)}
}

func TestAgentsHelpAndLeaveATrace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := account.NewService(d), t.Context()
		token := proved(t, d, s, here, "ana@exemple.fr")
		proved(t, d, s, here, "bob@exemple.fr")
		agent, organiser, resident := person(access.PollingAgent), person(access.Organiser), person()
		ana, _, err := s.ByToken(ctx, here, token)
		if err != nil {
			t.Fatal(err)
		}
		for what, err := range map[string]error{
			"finds":    second(s.Find(ctx, here, resident, "ana@exemple.fr")),
			"resends":  s.Resend(ctx, here, resident, ana.ID),
			"corrects": s.CorrectEmail(ctx, here, resident, ana.ID, "anna@exemple.fr", "lettre oubliée"),
			"moves":    s.CorrectDistrict(ctx, here, resident, ana.ID, ids.Random(), "déménagement"),
		} {
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("a resident %s: %v", what, err)
			}
		}
		if _, err := s.Find(ctx, elsewhere, agent, "ana@exemple.fr"); !fault.Is(err, fault.Invalid) {
			t.Errorf("an agent of another platform finds her: %v", err)
		}
		if err := s.Resend(ctx, elsewhere, agent, ana.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("an agent of another platform writes to her: %v", err)
		}
		for _, bad := range [][2]string{{"bob@exemple.fr", "erreur"}, {"anna", "erreur"}, {"anna@exemple.fr", " "}} {
			if err := s.CorrectEmail(ctx, here, agent, ana.ID, bad[0], bad[1]); err == nil {
				t.Errorf("the address became %q because of %q", bad[0], bad[1])
			}
		}
		if err := s.CorrectEmail(ctx, here, agent, ana.ID, "thief@exemple.fr", "erreur"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an agent takes over a proved address: %v", err)
		}
		if err := s.CorrectEmail(ctx, here, organiser, ana.ID, "anna@exemple.fr", "lettre oubliée"); err != nil {
			t.Fatal(err)
		}
		becomes(t, d, s, ana.ID, "anna@exemple.fr")
		found, err := s.Find(ctx, here, agent, "anna@exemple.fr")
		if err != nil || len(found.Log) != 2 || found.Log[1].Act != account.ActEmail || found.Log[1].Reason != "lettre oubliée" {
			t.Errorf("the log says %+v: %v", found.Log, err)
		}
		err = d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			_, err := account.Give(ctx, tx, here.Key, "anna@exemple.fr", i18n.FR, []access.Role{access.Administrator}, ids.ID{})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.CorrectEmail(ctx, here, organiser, ana.ID, "thief@exemple.fr", "erreur"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an organiser takes over an administrator's account: %v", err)
		}
		var invited account.Person
		err = d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			invited, err = account.Give(ctx, tx, here.Key, "chef@exemple.fr", i18n.FR, []access.Role{access.Administrator}, ids.ID{})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.CorrectEmail(ctx, here, agent, invited.ID, "thief@exemple.fr", "erreur"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an agent takes over an invitation: %v", err)
		}
	})
}

// wait lets the time pass that a correction waits.
func wait(t *testing.T, d *db.DB) {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE email_change SET counts_at = ? WHERE platform = ?`, db.Micros(tx.Now()), here.Key)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// becomes lets a correction count, and proves the new address.
func becomes(t *testing.T, d *db.DB, s *account.Service, person ids.ID, email string) {
	t.Helper()
	wait(t, d)
	if p, _, _ := s.ByToken(t.Context(), here, proved(t, d, s, here, email)); p.ID != person || p.Email != email {
		t.Errorf("the corrected address is of %+v", p)
	}
}

func TestNobodyAtADeskTakesAnAccountOver(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := account.NewService(d), t.Context()
		token := proved(t, d, s, here, "ana@exemple.fr")
		if err := s.SetPassword(ctx, here, token, good); err != nil {
			t.Fatal(err)
		}
		ana, _, err := s.ByToken(ctx, here, token)
		if err != nil {
			t.Fatal(err)
		}
		organiser := person(access.Organiser)
		correct := func(email string) error {
			return s.CorrectEmail(ctx, here, organiser, ana.ID, email, "elle a changé d'adresse")
		}
		try := func(email string) (string, account.Person, error) {
			t.Helper()
			asked, err := s.SendCode(ctx, here, email, i18n.FR, library)
			if err != nil {
				t.Fatal(err)
			}
			return s.Prove(ctx, here, "", email, asked, lastCode(t, d, email), i18n.FR, "")
		}
		told := func() (list []string) {
			t.Helper()
			err := d.Read(ctx, func(ctx context.Context, tx db.Tx) error {
				waiting, err := jobs.Waiting(ctx, tx, here.Key, notify.Job, 100)
				for _, j := range waiting {
					var m notify.Mail
					if err := json.Unmarshal(j.Body, &m); err != nil {
						return err
					}
					if strings.HasPrefix(m.Kind, "email_") {
						list = append(list, m.Kind+" "+m.To)
					}
				}
				slices.Sort(list)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		if err := correct("voleur@exemple.fr"); err != nil {
			t.Fatal(err)
		}
		if got, want := told(), []string{"email_moving ana@exemple.fr", "email_prove_later voleur@exemple.fr"}; !slices.Equal(got, want) {
			t.Errorf("told: %q", got)
		}
		// Whoever holds the new address gets nothing while the old one may refuse, not even another account.
		if _, p, err := try("voleur@exemple.fr"); !fault.Is(err, fault.Invalid) {
			t.Errorf("the new address opens %+v at once: %v", p, err)
		}
		if p, ok, _ := s.ByToken(ctx, here, token); !ok || p.ID != ana.ID || p.Email != "ana@exemple.fr" {
			t.Errorf("the session of the old address is of %+v", p)
		}
		if _, p, err := s.SignIn(ctx, here, "", "ana@exemple.fr", good, library, ""); err != nil || p.ID != ana.ID {
			t.Errorf("her password: %+v, %v", p, err)
		}
		if _, p, err := try("ana@exemple.fr"); err != nil || p.ID != ana.ID {
			t.Errorf("her old address: %+v, %v", p, err)
		}
		if err := s.RefuseCorrection(ctx, here, "no session"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("somebody without a session refuses: %v", err)
		}
		if err := s.RefuseCorrection(ctx, elsewhere, token); !fault.Is(err, fault.Forbidden) {
			t.Errorf("her session on another platform refuses: %v", err)
		}
		if err := s.RefuseCorrection(ctx, here, proved(t, d, s, here, "bob@exemple.fr")); err != nil { // his own, of which there is none
			t.Error(err)
		}
		if err := s.RefuseCorrection(ctx, here, token); err != nil {
			t.Fatal(err)
		}
		wait(t, d)
		if _, p, err := try("voleur@exemple.fr"); err != nil || p.ID == ana.ID {
			t.Errorf("a correction that was refused opens %+v: %v", p, err)
		}
		if err := correct("voleur@exemple.fr"); !fault.Is(err, fault.Conflict) {
			t.Errorf("the address of somebody else: %v", err)
		}
		// What is not refused counts two days later, once the new address is proved, and ends what opened the account before.
		if err := correct("anna@exemple.fr"); err != nil {
			t.Fatal(err)
		}
		if err := s.CorrectEmail(ctx, here, organiser, person().ID, "anna@exemple.fr", "erreur"); !fault.Is(err, fault.NotFound) {
			t.Errorf("the address of nobody: %v", err)
		}
		wait(t, d)
		if p, ok, _ := s.ByToken(ctx, here, token); !ok || p.Email != "ana@exemple.fr" {
			t.Errorf("an address that nobody proved counts: %+v", p)
		}
		becomes(t, d, s, ana.ID, "anna@exemple.fr")
		if _, ok, _ := s.ByToken(ctx, here, token); ok {
			t.Error("the session of the old address still stands")
		}
		for _, email := range []string{"ana@exemple.fr", "anna@exemple.fr"} {
			if _, _, err := s.SignIn(ctx, here, "", email, good, library, ""); err == nil {
				t.Errorf("the old password opens %s", email)
			}
		}
		if _, p, err := try("ana@exemple.fr"); err != nil || p.ID == ana.ID {
			t.Errorf("the old address still opens the account: %v", err)
		}
	})
}

func TestARoleGivenMeanwhileIsNotPassedOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := account.NewService(d), t.Context()
		ana, _, err := s.ByToken(ctx, here, proved(t, d, s, here, "ana@exemple.fr"))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.CorrectEmail(ctx, here, person(access.Organiser), ana.ID, "voleur@exemple.fr", "erreur"); err != nil {
			t.Fatal(err)
		}
		err = d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			_, err := account.Give(ctx, tx, here.Key, "ana@exemple.fr", i18n.FR, []access.Role{access.Administrator}, ids.ID{})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		wait(t, d)
		if p, _, err := s.ByToken(ctx, here, proved(t, d, s, here, "voleur@exemple.fr")); err != nil || p.ID == ana.ID || p.Roles.Staff() {
			t.Errorf("the account of an administrator went to %+v: %v", p, err)
		}
	})
}

func TestALookThatFindsNobodyIsLoggedToo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := account.NewService(d), t.Context()
		proved(t, d, s, here, "ana@exemple.fr")
		agent := person(access.PollingAgent)
		if _, err := s.Find(ctx, here, agent, "ana@exemple.fr"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Find(ctx, here, agent, "zoe@exemple.fr"); !fault.Is(err, fault.Invalid) {
			t.Errorf("nobody is found: %v", err)
		}
		if _, err := s.Find(ctx, here, person(), "zoe@exemple.fr"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a resident looks: %v", err)
		}
		err := d.Read(ctx, func(ctx context.Context, tx db.Tx) error {
			log, err := account.Assistances(ctx, tx, here.Key)
			if len(log) != 2 || log[0].Act != account.ActSought || log[0].Agent != agent.ID || log[1].Act != account.ActFound {
				t.Errorf("the log says %+v", log)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range dbtest.Rows(t, d)[here.Key]["assistance"] {
			if strings.Contains(fmt.Sprint(row), "zoe") {
				t.Errorf("the log keeps the address of somebody who is not there: %v", row)
			}
		}
	})
}

func second(_ account.Found, err error) error { return err }

func TestWhoAsksIsForgotten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var kept []bool
		ctx := t.Context()
		s := account.NewService(d, account.Room{Name: "things",
			Forget: func(_ context.Context, _ db.Tx, _ int64, _ ids.ID, keep bool) error {
				kept = append(kept, keep)
				return nil
			},
			Export: func(context.Context, db.Tx, int64, ids.ID) (any, error) { return []string{"a thing"}, nil }})
		token := proved(t, d, s, here, "ana@exemple.fr")
		if err := s.SetProfile(ctx, here, token, account.Profile{Name: " Ana  Ruiz ", Kind: account.Resident, Language: i18n.FR, Postcode: "31000"}); err != nil {
			t.Fatal(err)
		}
		for _, bad := range []account.Profile{{Name: "<b>", Kind: account.Resident}, {Kind: "mayor"}, {Kind: account.Resident, Postcode: "!"}} {
			if err := s.SetProfile(ctx, here, token, bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v is taken: %v", bad, err)
			}
		}
		e, err := s.Export(ctx, here, token)
		if err != nil || e.Name != "Ana Ruiz" || e.Email != "ana@exemple.fr" || e.Rooms["things"] == nil || len(e.Sessions) != 1 {
			t.Errorf("the export is %+v: %v", e, err)
		}
		if _, err := s.Export(ctx, elsewhere, token); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an export on another platform: %v", err)
		}
		if err := s.AskErasure(ctx, here, token, true); err != nil {
			t.Fatal(err)
		}
		if err := s.AskErasure(ctx, here, token, false); err != nil { // the last wish counts
			t.Fatal(err)
		}
		var waiting []account.Request
		read := func() {
			t.Helper()
			err := d.Read(ctx, func(ctx context.Context, tx db.Tx) error {
				waiting, err = account.Requests(ctx, tx, here.Key, 10)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if read(); len(waiting) != 1 || waiting[0].Keep {
			t.Fatalf("%+v", waiting)
		}
		organiser := person(access.Organiser)
		if err := s.Erase(ctx, here, person(), waiting[0].ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a resident erases: %v", err)
		}
		if err := s.Erase(ctx, elsewhere, organiser, waiting[0].ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("an organiser of another platform erases: %v", err)
		}
		kept = nil
		if err := s.Erase(ctx, here, organiser, waiting[0].ID); err != nil {
			t.Fatal(err)
		}
		if len(kept) == 0 || kept[0] {
			t.Errorf("the rooms were told %v", kept)
		}
		if _, ok, _ := s.ByToken(ctx, here, token); ok {
			t.Error("who is forgotten is still signed in")
		}
		before := waiting[0].Person
		if read(); len(waiting) != 0 {
			t.Error("the request still waits")
		}
		again := proved(t, d, s, here, "ana@exemple.fr")
		if p, _, _ := s.ByToken(ctx, here, again); p.ID == before || p.Name != "" {
			t.Errorf("somebody forgotten is known again: %+v", p)
		}
		err = d.Read(ctx, func(ctx context.Context, tx db.Tx) error {
			entries, err := journal.Pending(ctx, tx, here.Key, 10)
			if len(entries) != 1 || strings.Contains(entries[0].Body, "ana") || !json.Valid([]byte(entries[0].Body)) {
				t.Errorf("the journal says %+v", entries)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestAPlatformKeepsAnAdministrator(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := account.NewService(d), t.Context()
		keys := []access.Role{access.Administrator}
		give := func(email string) ids.ID {
			t.Helper()
			var who account.Person
			err := d.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
				who, err = account.Give(ctx, tx, here.Key, email, i18n.FR, keys, ids.ID{})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return who.ID
		}
		take := func(of int64, who ids.ID) error {
			return d.Write(ctx, func(ctx context.Context, tx db.Tx) error { return account.Take(ctx, tx, of, who, keys) })
		}
		ana, bob := give("ana@exemple.fr"), give("bob@exemple.fr")
		token := proved(t, d, s, here, "ana@exemple.fr")
		if err := take(here.Key, ana); !fault.Is(err, fault.Conflict) {
			t.Errorf("the last one who can sign in is taken away: %v", err)
		}
		if err := take(here.Key, bob); err != nil {
			t.Errorf("an invitation is taken back: %v", err)
		}
		if err := take(elsewhere.Key, ana); err != nil { // she is nobody there
			t.Error(err)
		}
		for range 5 { // two take each other's role at the same moment
			give("ana@exemple.fr")
			give("bob@exemple.fr")
			proved(t, d, s, here, "bob@exemple.fr")
			errs := make([]error, 2)
			var wg sync.WaitGroup
			for i, who := range []ids.ID{ana, bob} {
				wg.Go(func() { errs[i] = take(here.Key, who) })
			}
			wg.Wait()
			if (errs[0] == nil) == (errs[1] == nil) || !fault.Is(errs[0], fault.Conflict) && !fault.Is(errs[1], fault.Conflict) {
				t.Fatalf("taking each other's role: %v", errs)
			}
		}
		give("ana@exemple.fr")
		if err := take(here.Key, bob); err != nil && !fault.Is(err, fault.Conflict) {
			t.Fatal(err)
		}
		if err := s.AskErasure(ctx, here, token, true); err != nil {
			t.Fatal(err)
		}
		var waits account.Request
		err := d.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
			waits, _, err = account.RequestOf(ctx, tx, here.Key, ana)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Erase(ctx, here, person(access.Organiser), waits.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("the last administrator is forgotten: %v", err)
		}
		give("bob@exemple.fr")
		if err := s.Erase(ctx, here, person(access.Organiser), waits.ID); err != nil {
			t.Errorf("with another one she is not: %v", err)
		}
	})
}
