package account

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
)

// Correction is a new address that an agent noted for somebody. It counts once it is proved with a code, and, where the old
// one was proved, not before CountsAt: until then the old one opens the account as ever, and may refuse. So nobody at a desk
// gives somebody's account to another without its holder being able to prevent it.
type Correction struct {
	Person     ids.ID
	Email, key string
	CountsAt   time.Time
}

const (
	refuseWithin   = 48 * time.Hour      // what whoever holds a proved address has to refuse that it be replaced
	correctionLife = 30 * 24 * time.Hour // after which a correction that nobody proved is forgotten
)

// CorrectEmail notes the right address of somebody whose address is mistyped. Both addresses are told. One that was proved is
// an organiser's to correct (access.CorrectProved), and nobody corrects that of somebody with a role: who holds it does so.
// Faults: forbidden, not_found, invalid (email, reason), conflict.
func (s *Service) CorrectEmail(ctx context.Context, of platform.Platform, by Person, person ids.ID, email, reason string) error {
	key, err := emailKey(email)
	if err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" {
		return fault.New(fault.Invalid, "fault.account.assist_reason").In("reason")
	}
	_, err = s.assisted(ctx, of, by, person, ActEmail, reason, func(ctx context.Context, tx db.Tx, p Person) error {
		// Roles that were given count, though the address is not proved yet: who has it would hold them.
		if has, err := given(ctx, tx, of.Key, p.ID); err != nil || has {
			return cmp.Or[error](err, fault.New(fault.Forbidden, "fault.account.assist_staff"))
		}
		if p.Proved && !by.Roles.Can(access.CorrectProved, access.Moment{}) {
			return fault.New(fault.Forbidden, "fault.account.assist_proved")
		}
		old, err := emailKey(p.Email)
		if err != nil {
			return err
		}
		for _, one := range slices.Sorted(slices.Values([]string{old, key})) { // as Give and Prove do
			if err := tx.Lock(ctx, "sign-in "+one); err != nil {
				return err
			}
		}
		_, taken, err := byEmail(ctx, tx, of.Key, key)
		if err != nil {
			return err
		}
		other, promised, err := correction(ctx, tx, `c.email_key = ?`, of.Key, key)
		if err != nil {
			return err
		}
		if taken || promised && other.Person != p.ID {
			return fault.New(fault.Conflict, "fault.account.email_taken").In("email")
		}
		c := Correction{Person: p.ID, Email: strings.TrimSpace(email), key: key, CountsAt: tx.Now()}
		if p.Proved {
			c.CountsAt = c.CountsAt.Add(refuseWithin)
		}
		if err := keepCorrection(ctx, tx, of.Key, c); err != nil {
			return err
		}
		return tellCorrected(ctx, tx, of, p, c)
	})
	return err
}

// tellCorrected tells the old address what may be done, and asks the new one to be proved.
func tellCorrected(ctx context.Context, tx db.Tx, of platform.Platform, p Person, c Correction) error {
	lang := i18n.Lang(p.Language)
	args := map[string]any{"At": i18n.For(lang, of.Zone).DateTimeFull(of.Now(c.CountsAt))}
	old := notify.Mail{To: p.Email, Lang: lang, Kind: "email_corrected", Path: "/contact", Person: p.ID}
	fresh := notify.Mail{To: c.Email, Lang: lang, Kind: "email_prove", Path: "/connexion", Person: p.ID}
	if p.Proved {
		old.Kind, old.Path, old.Args = "email_moving", "/mon-espace", args
		fresh.Kind, fresh.Args = "email_prove_later", args
	}
	if err := notify.Queue(ctx, tx, of.Key, old); err != nil {
		return err
	}
	return notify.Queue(ctx, tx, of.Key, fresh)
}

// RefuseCorrection keeps the address of a session's person as it is. Fault: forbidden.
func (s *Service) RefuseCorrection(ctx context.Context, of platform.Platform, token string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		p, err := signedIn(ctx, tx, of.Key, token)
		if err != nil {
			return err
		}
		dropped, err := dropCorrection(ctx, tx, of.Key, p.ID)
		if err != nil || !dropped {
			return err
		}
		return Log(ctx, tx, of.Key, p.ID, p.ID, ActEmailRefused, "")
	})
}

// CorrectionOf gives the one of a person, if one waits.
func CorrectionOf(ctx context.Context, tx db.Tx, platform int64, person ids.ID) (Correction, bool, error) {
	return correction(ctx, tx, `c.participant = ?`, platform, person)
}

// corrected gives the person whose new address was just proved: their account is then of that address, and whatever opened it
// before is over. Fault: invalid (code), while the old address may still refuse.
func corrected(ctx context.Context, tx db.Tx, platform int64, key string) (Person, bool, error) {
	c, found, err := correction(ctx, tx, `c.email_key = ?`, platform, key)
	if err != nil || !found {
		return Person{}, false, err
	}
	p, known, err := ByID(ctx, tx, platform, c.Person)
	if err != nil {
		return Person{}, false, err
	}
	has, err := given(ctx, tx, platform, c.Person)
	if err != nil {
		return Person{}, false, err
	}
	valid := known && !has && tx.Now().Before(c.CountsAt.Add(correctionLife)) // a role that was given since is not passed on
	if valid && tx.Now().Before(c.CountsAt) {
		return Person{}, false, fault.New(fault.Invalid, "fault.account.correction_waits", "At", c.CountsAt).In("code")
	}
	dropped, err := dropCorrection(ctx, tx, platform, c.Person) // false: it was refused at this moment
	if err != nil || !dropped || !valid {
		return Person{}, false, err
	}
	if _, err := tx.Exec(ctx, `UPDATE participant SET email = ?, email_key = ?, proved_at = 0, password = '' WHERE platform = ? AND id = ?`, c.Email, c.key, platform, p.ID); err != nil {
		return Person{}, false, err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM session WHERE platform = ? AND participant = ?`, platform, p.ID); err != nil {
		return Person{}, false, err
	}
	p.Email = c.Email
	return p, true, nil
}

func correction(ctx context.Context, tx db.Tx, where string, platform int64, key any) (c Correction, found bool, err error) {
	rows, err := tx.Query(ctx, `SELECT c.participant, c.email, c.email_key, c.counts_at FROM email_change c WHERE c.platform = ? AND `+where, platform, key)
	all, err := db.Collect(rows, err, func(r *sql.Rows, c *Correction) error {
		var at int64
		err := r.Scan(&c.Person, &c.Email, &c.key, &at)
		c.CountsAt = db.Time(at)
		return err
	})
	if err != nil || len(all) == 0 {
		return c, false, err
	}
	return all[0], true, nil
}

func keepCorrection(ctx context.Context, tx db.Tx, platform int64, c Correction) error {
	_, err := tx.Exec(ctx, `INSERT INTO email_change (platform, participant, email, email_key, counts_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (platform, participant) DO UPDATE SET email = excluded.email, email_key = excluded.email_key, counts_at = excluded.counts_at`,
		platform, c.Person, c.Email, c.key, db.Micros(c.CountsAt))
	return err
}

func dropCorrection(ctx context.Context, tx db.Tx, platform int64, person ids.ID) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM email_change WHERE platform = ? AND participant = ?`, platform, person)
	return n > 0, err
}
