package account_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
)

// proved signs in with a code and gives the session.
func proved(t *testing.T, d *db.DB, s *account.Service, of platform.Platform, email string) string {
	t.Helper()
	asked, err := s.SendCode(t.Context(), of, email, i18n.FR, library)
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := s.Prove(t.Context(), of, "", email, asked, lastCode(t, d, email), i18n.FR, "browser")
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// sentence is what a person reads of an error.
func sentence(err error) string { return i18n.For(i18n.FR, nil).Fault(err) }

const good = "cheval agrafe pile"

func TestAPasswordOpensTheAccountThatItWasChosenFor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := account.NewService(d), t.Context()
		token := proved(t, d, s, here, "ana@exemple.fr")
		other := proved(t, d, s, here, "ana@exemple.fr")
		for _, bad := range []string{"court", strings.Repeat("a", 12), strings.Repeat("long ", 50), "ana@exemple.fr"} {
			if err := s.SetPassword(ctx, here, token, bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("the password %q: %v", bad, err)
			}
		}
		if err := s.SetPassword(ctx, here, "nobody's token", good); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a password without a session: %v", err)
		}
		if err := s.SetPassword(ctx, here, token, good); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := s.ByToken(ctx, here, other); ok || err != nil {
			t.Errorf("the other session still stands after the password changed: %v", err)
		}
		if _, ok, err := s.ByToken(ctx, here, token); !ok || err != nil {
			t.Errorf("the session that changed it is over: %v", err)
		}
		sign := func(of platform.Platform, email, password string) (string, error) {
			token, _, err := s.SignIn(ctx, of, "", email, password, library, "browser")
			return token, err
		}
		first, begun, err := s.Begin(ctx, here, i18n.FR, "")
		if err != nil {
			t.Fatal(err)
		}
		fresh, p, err := s.SignIn(ctx, here, first, "ANA@exemple.fr", good, library, "browser")
		if err != nil || p.ID == begun.ID || !p.Proved || fresh == first {
			t.Errorf("signed in as %+v: %v", p, err)
		}
		if _, ok, _ := s.ByToken(ctx, here, first); ok {
			t.Error("the session from before the sign-in still stands")
		}
		var said []string
		for _, wrong := range [][2]string{{"ana@exemple.fr", good + "s"}, {"nobody@exemple.fr", good}} {
			_, err := sign(here, wrong[0], wrong[1])
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%v: %v", wrong, err)
			}
			said = append(said, sentence(err))
		}
		if said[0] != said[1] {
			t.Errorf("an address with an account is told from one without: %q", said)
		}
		if _, err := sign(elsewhere, "ana@exemple.fr", good); !fault.Is(err, fault.Invalid) {
			t.Errorf("the password opens another platform: %v", err)
		}
	})
}

func TestGuessingPasswordsIsSlowedAndThenStopped(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := account.NewService(d), t.Context()
		// Many at once count as many, however long each is looked at.
		at := db.At(ctx, time.Now())
		var limited, invalid int
		var mu sync.Mutex
		var wg sync.WaitGroup
		for range 12 {
			wg.Go(func() {
				_, _, err := s.SignIn(at, here, "", "ana@exemple.fr", "wrong wrong wrong", library, "")
				mu.Lock()
				defer mu.Unlock()
				switch fault.CodeOf(err) {
				case fault.Limited:
					limited++
				case fault.Invalid:
					invalid++
				}
			})
		}
		wg.Wait()
		if invalid != 3 || limited != 9 {
			t.Errorf("of twelve tries at once %d were made and %d refused; want 3 and 9", invalid, limited)
		}
		_, _, err := s.SignIn(at, here, "", "ana@exemple.fr", "wrong", library, "")
		if f, ok := errors.AsType[*fault.Error](err); !ok || f.RetryAfter <= 0 {
			t.Errorf("the refusal does not say how long: %v", err)
		}
		// Others behind the same address are not locked out.
		if _, _, err := s.SignIn(ctx, here, "", "bob@exemple.fr", "wrong", library, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("a neighbour of who guesses: %v", err)
		}
	})
}

func TestTrustedPlacesAreNetworksOfOnePlatform(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		trust := func(network, name string) error {
			return d.Write(ctx, func(ctx context.Context, tx db.Tx) error { return account.Trust(ctx, tx, 1, network, name, ids.ID{}) })
		}
		for _, bad := range [][2]string{{"", "École"}, {"école", "École"}, {"10.0.0.0/8", "École"}, {"192.0.2.7", ""}, {"2001:db8::/16", "École"}} {
			if err := trust(bad[0], bad[1]); !fault.Is(err, fault.Invalid) {
				t.Errorf("%v is taken: %v", bad, err)
			}
		}
		if err := trust("192.0.2.9/24", "Médiathèque"); err != nil {
			t.Fatal(err)
		}
		for addr, want := range map[string]bool{"192.0.2.7": true, "::ffff:192.0.2.7": true, "192.0.3.7": false, "2001:db8::1": false} {
			err := d.Read(ctx, func(ctx context.Context, tx db.Tx) error {
				got, err := account.Trusted(ctx, tx, 1, netip.MustParseAddr(addr))
				if got != want {
					t.Errorf("%s is trusted: %v", addr, got)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestASecondFactorIsAskedOfWhoHasARole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := account.NewService(d), t.Context()
		err := d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			if _, err := account.Give(ctx, tx, 1, "chef@exemple.fr", i18n.FR, []access.Role{access.Organiser}, ids.ID{}); err != nil {
				return err
			}
			return platform.Set(ctx, tx, 1, platform.SecondFactor, "yes")
		})
		if err != nil {
			t.Fatal(err)
		}
		token := proved(t, d, s, here, "chef@exemple.fr")
		who := func() account.Person {
			t.Helper()
			p, ok, err := s.ByToken(ctx, here, token)
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			return p
		}
		if p := who(); p.Roles.Staff() || !p.Held.Has(access.Organiser) {
			t.Errorf("without the second factor: %v, held %v", p.Roles.List(), p.Held.List())
		}
		_, secret, err := s.NewFactor(ctx, here, token)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.GiveFactor(ctx, here, token, "000000"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a factor that is not in use: %v", err)
		}
		code := func(shift time.Duration) string {
			c, err := totp.GenerateCode(secret, time.Now().Add(shift))
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		now := code(0)
		recovery, err := s.ConfirmFactor(ctx, here, token, now)
		if err != nil || len(recovery) != 8 {
			t.Fatal(recovery, err)
		}
		if p := who(); !p.Roles.Has(access.Organiser) || !p.Factor {
			t.Errorf("with the second factor: %v", p.Roles.List())
		}
		token = proved(t, d, s, here, "chef@exemple.fr") // another session
		if who().Roles.Staff() {
			t.Error("another session has the factor of the first")
		}
		if err := s.GiveFactor(ctx, here, token, now); !fault.Is(err, fault.Invalid) {
			t.Errorf("the same code a second time: %v", err)
		}
		if err := s.GiveFactor(ctx, here, token, recovery[2]); err != nil || !who().Roles.Has(access.Organiser) {
			t.Errorf("a recovery code: %v", err)
		}
		token = proved(t, d, s, here, "chef@exemple.fr")
		if err := s.GiveFactor(ctx, here, token, recovery[2]); !fault.Is(err, fault.Invalid) {
			t.Errorf("the same recovery code a second time: %v", err)
		}
		if _, _, err := s.NewFactor(ctx, here, token); !fault.Is(err, fault.Conflict) {
			t.Errorf("a session without the factor puts another in its place: %v", err)
		}
	})
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := account.NewService(d), t.Context()
		ana, again, bob := proved(t, d, s, here, "ana@exemple.fr"), proved(t, d, s, here, "ana@exemple.fr"), proved(t, d, s, here, "bob@exemple.fr")
		list := func(token string) (found []account.Session) {
			t.Helper()
			p, _, err := s.ByToken(ctx, here, token)
			if err != nil {
				t.Fatal(err)
			}
			err = d.Read(ctx, func(ctx context.Context, tx db.Tx) error {
				found, err = account.Sessions(ctx, tx, 1, p.ID, token)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return found
		}
		sessions := list(ana)
		if len(sessions) != 2 || sessions[0].This == sessions[1].This {
			t.Fatalf("%+v", sessions)
		}
		for _, one := range sessions {
			if one.This {
				continue
			}
			if err := s.EndSession(ctx, here, bob, one.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("somebody else ends it: %v", err)
			}
			if err := s.EndSession(ctx, here, ana, one.ID); err != nil {
				t.Error(err)
			}
		}
		if _, ok, _ := s.ByToken(ctx, here, again); ok {
			t.Error("the session that was ended still stands")
		}
		if len(list(ana)) != 1 || len(list(bob)) != 1 {
			t.Error("other sessions are gone too")
		}
	})
}

func TestASharedDeviceForgets(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := account.NewService(d), t.Context()
		kiosk, err := s.Kiosk(ctx, here, "", i18n.FR, "kiosk")
		if err != nil {
			t.Fatal(err)
		}
		asked, err := s.SendCode(ctx, here, "ana@exemple.fr", i18n.FR, library)
		if err != nil {
			t.Fatal(err)
		}
		mine, p, err := s.Prove(ctx, here, kiosk, "ana@exemple.fr", asked, lastCode(t, d, "ana@exemple.fr"), i18n.FR, "kiosk")
		if err != nil || !p.Kiosk {
			t.Fatalf("who signs in on it is %+v: %v", p, err)
		}
		if _, ok, _ := s.ByToken(ctx, here, mine); !ok {
			t.Error("the session is over at once")
		}
		unseen := func(long time.Duration) {
			t.Helper()
			err := d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE session SET seen_at = ? WHERE platform = ?`, db.Micros(tx.Now().Add(-long)), 1)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		unseen(50 * time.Second)
		if _, ok, _ := s.ByToken(ctx, here, mine); !ok {
			t.Error("the session is over after fifty seconds")
		}
		unseen(61 * time.Second)
		if _, ok, _ := s.ByToken(ctx, here, mine); ok {
			t.Error("the session still stands after a minute")
		}
		again, err := s.Kiosk(ctx, here, mine, i18n.FR, "kiosk")
		if err != nil {
			t.Fatal(err)
		}
		if p, ok, _ := s.ByToken(ctx, here, again); !ok || p.Proved || p.Email != "" {
			t.Errorf("the next one is %+v", p)
		}
	})
}

func TestWhomNobodyCanBeAnyMoreIsSwept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		var forgotten map[ids.ID]bool
		s := account.NewService(d, account.Room{Name: "things", Forget: func(_ context.Context, _ db.Tx, _ int64, person ids.ID, keep bool) error {
			forgotten[person] = keep
			return nil
		}})
		proved(t, d, s, here, "ana@exemple.fr")
		_, stays, err := s.Begin(ctx, here, i18n.FR, "still there")
		if err != nil {
			t.Fatal(err)
		}
		var gone []ids.ID
		for i := range 70 { // more than one write takes
			of := here
			if i%2 == 1 {
				of = elsewhere
			}
			token, p, err := s.Begin(ctx, of, i18n.FR, "gone")
			if err != nil {
				t.Fatal(err)
			}
			if err := s.SignOut(ctx, of, token); err != nil {
				t.Fatal(err)
			}
			gone = append(gone, p.ID)
		}
		people := func() (n int) {
			for _, of := range dbtest.Rows(t, d) {
				n += len(of["participant"])
			}
			return n
		}
		forgotten = map[ids.ID]bool{}
		if err := s.Sweep(ctx); err != nil || people() != 72 || len(forgotten) != 0 {
			t.Errorf("of people who have just left %d are forgotten, %d are there: %v", len(forgotten), people(), err)
		}
		err = d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(db.Everywhere(ctx, "a test"), `UPDATE participant SET created_at = ?`, db.Micros(tx.Now().Add(-25*time.Hour)))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		if n := people(); n != 2 || len(forgotten) != len(gone) || !forgotten[gone[0]] {
			t.Errorf("%d people are left, the rooms forgot %d", n, len(forgotten))
		}
		if _, told := forgotten[stays.ID]; told {
			t.Error("somebody who can come back is forgotten")
		}
	})
}

func TestWhatHasEndedIsSwept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := account.NewService(d), t.Context()
		token := proved(t, d, s, here, "ana@exemple.fr")
		if _, _, err := s.SignIn(ctx, here, "", "ana@exemple.fr", "wrong wrong wrong", library, ""); !fault.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
		if _, err := s.SendCode(ctx, here, "ana@exemple.fr", i18n.FR, library); err != nil { // a code that was not used
			t.Fatal(err)
		}
		rows := func() map[string]int {
			n := map[string]int{}
			for table, list := range dbtest.Rows(t, d)[here.Key] {
				n[table] = len(list)
			}
			return n
		}
		before := rows()
		if err := s.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"session", "sign_code", "attempt"} {
			if n := rows()[table]; n == 0 || n != before[table] {
				t.Errorf("%d rows of %s are left of %d that still count", n, table, before[table])
			}
		}
		err := d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			for _, sql := range []string{`UPDATE session SET expires_at = ? WHERE platform = ?`, `UPDATE sign_code SET expires_at = ? WHERE platform = ?`, `UPDATE attempt SET last_at = ? WHERE platform = ?`} {
				if _, err := tx.Exec(ctx, sql, db.Micros(tx.Now().Add(-25*time.Hour)), here.Key); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"session", "sign_code", "attempt"} {
			if n := rows()[table]; n != 0 {
				t.Errorf("%d rows of %s are left", n, table)
			}
		}
		if _, ok, _ := s.ByToken(ctx, here, token); ok {
			t.Error("a session that is over still opens")
		}
	})
}
