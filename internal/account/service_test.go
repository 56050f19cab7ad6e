package account_test

import (
	"context"
	"encoding/json"
	"net/netip"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
)

var (
	here, elsewhere = platform.Platform{Key: 1, Name: "Ici"}, platform.Platform{Key: 2, Name: "Ailleurs"}
	library         = netip.MustParseAddr("192.0.2.7")
)

// lastCode reads the code of the last e-mail that waits for an address.
func lastCode(t *testing.T, d *db.DB, to string) (code string) {
	t.Helper()
	err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT body FROM jobs ORDER BY run_at, id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var body string
			var m notify.Mail
			if err := rows.Scan(&body); err != nil {
				return err
			}
			if err := json.Unmarshal([]byte(body), &m); err != nil {
				return err
			}
			if m.To == to {
				code, _ = m.Args["Code"].(string)
			}
		}
		return rows.Err()
	})
	if err != nil || code == "" {
		t.Fatalf("no code for %s: %v", to, err)
	}
	return code
}

func TestAPersonWhoSavedSomethingKeepsItWhenTheirAddressIsProved(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var moved [][2]ids.ID
		s := account.NewService(d, account.Room{Name: "things", Merge: func(_ context.Context, _ db.Tx, _ int64, from, to ids.ID) error {
			moved = append(moved, [2]ids.ID{from, to})
			return nil
		}})
		ctx := t.Context()
		prove := func(token string) (string, account.Person) {
			t.Helper()
			asked, err := s.SendCode(ctx, here, "Ana@exemple.fr", i18n.FR, library)
			if err != nil {
				t.Fatal(err)
			}
			fresh, p, err := s.Prove(ctx, here, token, "ana@exemple.fr", asked, lastCode(t, d, "Ana@exemple.fr"), i18n.FR, "browser")
			if err != nil {
				t.Fatal(err)
			}
			return fresh, p
		}
		first, saver, err := s.Begin(ctx, here, i18n.FR, "browser")
		if err != nil {
			t.Fatal(err)
		}
		fresh, ana := prove(first)
		if ana.ID != saver.ID || !ana.Proved || fresh == first {
			t.Errorf("proved %+v in session %v; had begun as %v", ana, fresh != first, saver.ID)
		}
		if _, ok, err := s.ByToken(ctx, here, first); ok || err != nil {
			t.Errorf("the session from before the proof still stands: %v", err)
		}
		if p, ok, err := s.ByToken(ctx, here, fresh); !ok || err != nil || p.ID != ana.ID || !p.Proved {
			t.Errorf("the new session is of %+v, %v, %v", p, ok, err)
		}
		if _, ok, _ := s.ByToken(ctx, elsewhere, fresh); ok {
			t.Error("the session opens another platform")
		}

		second, other, err := s.Begin(ctx, here, i18n.FR, "telephone")
		if err != nil {
			t.Fatal(err)
		}
		moved = nil
		if _, again := prove(second); again.ID != ana.ID {
			t.Errorf("the same address is another person: %v", again.ID)
		}
		if len(moved) == 0 || moved[len(moved)-1] != [2]ids.ID{other.ID, ana.ID} {
			t.Errorf("what the telephone had saved went %v", moved)
		}
	})
}

func TestACodeOpensOnceAndForFewTries(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := account.NewService(d), t.Context()
		asked := ""
		send := func() (code string) {
			t.Helper()
			var err error
			if asked, err = s.SendCode(ctx, here, "ana@exemple.fr", i18n.FR, library); err != nil {
				t.Fatal(err)
			}
			return strings.Join(strings.Fields(lastCode(t, d, "ana@exemple.fr")), "")
		}
		try := func(code string) error {
			_, _, err := s.Prove(ctx, here, "", "ana@exemple.fr", asked, code, i18n.FR, "")
			return err
		}
		if err := try("000000"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a code that was never sent: %v", err)
		}
		code := send()
		if len(code) != 8 {
			t.Errorf("the code is %q", code)
		}
		if _, _, err := s.Prove(ctx, elsewhere, "", "ana@exemple.fr", asked, code, i18n.FR, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("the code opens another platform: %v", err)
		}
		if err := try(code); err != nil {
			t.Errorf("the code that was sent: %v", err)
		}
		if err := try(code); !fault.Is(err, fault.Invalid) {
			t.Errorf("the code a second time: %v", err)
		}
		code = send()
		wrong := other(code)
		for range 4 {
			if err := try(wrong); !fault.Is(err, fault.Invalid) {
				t.Errorf("a wrong code: %v", err)
			}
		}
		if err := try(wrong); !fault.Is(err, fault.Limited) {
			t.Errorf("the last wrong code leaves no try, and says: %v", err)
		}
		if err := try(code); !fault.Is(err, fault.Limited) {
			t.Errorf("the right code after five wrong ones: %v", err)
		}
		for range 3 {
			send()
		}
		if _, err := s.SendCode(ctx, here, "ana@exemple.fr", i18n.FR, library); !fault.Is(err, fault.Limited) {
			t.Errorf("a sixth code at once: %v", err)
		}
		for _, bad := range []string{"", "ana", "ana@", "ana@exemple", "Ana <ana@exemple.fr>", "a na@exemple.fr", "ana@exemple.fr\nBcc: x@y.fr"} {
			if _, err := s.SendCode(ctx, here, bad, i18n.FR, library); !fault.Is(err, fault.Invalid) {
				t.Errorf("%q is taken for an address: %v", bad, err)
			}
		}
	})
}

// other gives a code that is not this one.
func other(code string) string {
	if code == "00000000" {
		return "00000001"
	}
	return "00000000"
}

func TestAStrangerBurnsOnlyTheirOwnCodes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := account.NewService(d), t.Context()
		elsewhere := netip.MustParseAddr("198.51.100.9")
		send := func(from netip.Addr) (asked, code string) {
			t.Helper()
			asked, err := s.SendCode(ctx, here, "ana@exemple.fr", i18n.FR, from)
			if err != nil {
				t.Fatal(err)
			}
			return asked, lastCode(t, d, "ana@exemple.fr")
		}
		try := func(asked, code string) error {
			_, _, err := s.Prove(ctx, here, "", "ana@exemple.fr", asked, code, i18n.FR, "")
			return err
		}
		asked, code := send(library)
		for range 5 { // a stranger asks for codes to her address, and tries them to their end
			strangers, theirs := send(elsewhere)
			for range 5 {
				_ = try(strangers, other(theirs))
			}
			if err := try(strangers, theirs); !fault.Is(err, fault.Limited) {
				t.Errorf("a code that was burnt: %v", err)
			}
			if err := try(strangers, code); !fault.Is(err, fault.Limited) {
				t.Errorf("her code on the page of a stranger: %v", err)
			}
			_ = try("", other(code))
			_ = try("guessed", other(code))
		}
		if err := try(asked, other(code)); !fault.Is(err, fault.Invalid) || !strings.Contains(sentence(err), "4") {
			t.Errorf("her first wrong try: %v", err)
		}
		if _, err := s.SendCode(ctx, here, "ana@exemple.fr", i18n.FR, elsewhere); !fault.Is(err, fault.Limited) {
			t.Errorf("the stranger asks for a sixth: %v", err)
		}
		again, second := send(library) // she is not kept from asking
		if err := try(again, code); !fault.Is(err, fault.Invalid) {
			t.Errorf("a code on the page of another: %v", err)
		}
		if err := try(asked, code); err != nil {
			t.Errorf("the code that was sent to her page: %v", err)
		}
		if err := try(again, second); err != nil {
			t.Errorf("the second code, on the page that asked for it: %v", err)
		}
	})
}

func TestACodeThatAnAgentSendsOpensWhereOneWasAskedFor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := account.NewService(d), t.Context()
		ana, _, err := s.ByToken(ctx, here, proved(t, d, s, here, "ana@exemple.fr"))
		if err != nil {
			t.Fatal(err)
		}
		asked, err := s.SendCode(ctx, here, "ana@exemple.fr", i18n.FR, library)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Resend(ctx, here, person(access.PollingAgent), ana.ID); err != nil {
			t.Fatal(err)
		}
		code := lastCode(t, d, "ana@exemple.fr")
		if _, _, err := s.Prove(ctx, here, "", "ana@exemple.fr", "", code, i18n.FR, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("the code opens where nobody asked, and where no try is counted: %v", err)
		}
		if _, p, err := s.Prove(ctx, here, "", "ana@exemple.fr", asked, code, i18n.FR, ""); err != nil || p.ID != ana.ID {
			t.Errorf("the code on her page: %v", err)
		}
		if _, _, err := s.Prove(ctx, here, "", "ana@exemple.fr", asked, code, i18n.FR, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("the code a second time: %v", err)
		}
	})
}

func TestARoleCountsOnceTheAddressIsProved(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := account.NewService(d), t.Context()
		give := func(email string, roles ...access.Role) error {
			return d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
				_, err := account.Give(ctx, tx, here.Key, email, i18n.FR, roles, ids.ID{})
				return err
			})
		}
		if err := give("chef@exemple.fr", access.Organiser, access.Administrator); err != nil {
			t.Fatal(err)
		}
		for _, bad := range [][]access.Role{nil, {access.Resident}, {access.Anyone}} {
			if err := give("chef@exemple.fr", bad...); !fault.Is(err, fault.Invalid) {
				t.Errorf("the roles %v: %v", bad, err)
			}
		}
		sign := func(of platform.Platform) account.Person {
			t.Helper()
			asked, err := s.SendCode(ctx, of, "chef@exemple.fr", i18n.FR, library)
			if err != nil {
				t.Fatal(err)
			}
			token, _, err := s.Prove(ctx, of, "", "chef@exemple.fr", asked, lastCode(t, d, "chef@exemple.fr"), i18n.FR, "")
			if err != nil {
				t.Fatal(err)
			}
			p, _, err := s.ByToken(ctx, of, token)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		if p := sign(here); !p.Roles.Can(access.Organise, access.Moment{}) || !p.Roles.Can(access.GiveRoles, access.Moment{}) || !p.Roles.Has(access.Resident) {
			t.Errorf("who was given roles has %v", p.Roles.List())
		}
		if p := sign(elsewhere); p.Roles.Staff() {
			t.Errorf("on another platform they have %v", p.Roles.List())
		}
	})
}
