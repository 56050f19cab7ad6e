package account

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"fmt"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
)

// A second factor is a code of six digits that an application on a telephone shows, another each 30 seconds (RFC 6238),
// or one of eight recovery codes.
const (
	factorPeriod  = 30
	recoveryCodes = 8
)

type factor struct {
	secret    string
	confirmed bool
	lastStep  int64
}

func factorOf(ctx context.Context, tx db.Tx, platform int64, person ids.ID) (f factor, found bool, err error) {
	rows, err := tx.Query(ctx, `SELECT f.secret, f.confirmed_at, f.last_step FROM factor f WHERE f.platform = ? AND f.participant = ?`, platform, person)
	all, err := db.Collect(rows, err, func(r *sql.Rows, f *factor) error {
		var at int64
		err := r.Scan(&f.secret, &at, &f.lastStep)
		f.confirmed = at != 0
		return err
	})
	if err != nil || len(all) == 0 {
		return f, false, err
	}
	return all[0], true, nil
}

// HasFactor says whether a person has a second factor in use.
func HasFactor(ctx context.Context, tx db.Tx, platform int64, person ids.ID) (bool, error) {
	f, found, err := factorOf(ctx, tx, platform, person)
	return found && f.confirmed, err
}

// NewFactor begins a second factor for the person of a session and gives the address that an application reads
// (otpauth://…) and its secret for who types it. It is in use once ConfirmFactor takes a first code. Faults: forbidden,
// conflict when one is in use already.
func (s *Service) NewFactor(ctx context.Context, of platform.Platform, token string) (address, secret string, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		p, err := signedIn(ctx, tx, of.Key, token)
		if err != nil {
			return err
		}
		if err := tx.Lock(ctx, "try factor/"+p.ID.String()); err != nil {
			return err
		}
		if has, err := HasFactor(ctx, tx, of.Key, p.ID); err != nil || has {
			return cmp.Or[error](err, fault.New(fault.Conflict, "fault.account.factor_there"))
		}
		key, err := totp.Generate(totp.GenerateOpts{Issuer: of.Name, AccountName: p.Email, Period: factorPeriod})
		if err != nil {
			return fmt.Errorf("a secret for a second factor: %w", err)
		}
		address, secret = key.URL(), key.Secret()
		_, err = tx.Exec(ctx, `INSERT INTO factor (platform, participant, secret, confirmed_at, last_step) VALUES (?, ?, ?, 0, 0)
			ON CONFLICT (platform, participant) DO UPDATE SET secret = excluded.secret, last_step = 0`, of.Key, p.ID, secret)
		return err
	})
	return address, secret, err
}

// ConfirmFactor takes the first code of a new second factor, puts it in use, and gives its recovery codes, which are shown
// once. The session has given it. Faults: forbidden, invalid (code), limited.
func (s *Service) ConfirmFactor(ctx context.Context, of platform.Platform, token, code string) (recovery []string, err error) {
	for range recoveryCodes {
		b := make([]byte, 10)
		_, _ = rand.Read(b) // never fails
		text := strings.ToLower(base32.StdEncoding.EncodeToString(b))
		recovery = append(recovery, text[:4]+"-"+text[4:8]+"-"+text[8:12]+"-"+text[12:])
	}
	err = s.factor(ctx, of, token, code, func(ctx context.Context, tx db.Tx, p Person) error {
		if _, err := tx.Exec(ctx, `UPDATE factor SET confirmed_at = ? WHERE platform = ? AND participant = ?`, db.Micros(tx.Now()), of.Key, p.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM recovery_code WHERE platform = ? AND participant = ?`, of.Key, p.ID); err != nil {
			return err
		}
		rows := make([][]any, len(recovery))
		for i, text := range recovery {
			rows[i] = []any{of.Key, p.ID, recoveryHash(text)}
		}
		return db.Insert(ctx, tx, "recovery_code", []string{"platform", "participant", "hash"}, rows)
	})
	return recovery, err
}

// GiveFactor takes a code of the second factor that is in use, or a recovery code, for a session. Faults: forbidden,
// invalid (code), limited.
func (s *Service) GiveFactor(ctx context.Context, of platform.Platform, token, code string) error {
	return s.factor(ctx, of, token, code, nil)
}

// factor checks a code for a session and then does what a right one allows.
func (s *Service) factor(ctx context.Context, of platform.Platform, token, code string, then func(ctx context.Context, tx db.Tx, p Person) error) error {
	var refused error // an answer, not a failure: the try must be counted
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		p, err := signedIn(ctx, tx, of.Key, token)
		if err != nil {
			return err
		}
		subject := "factor/" + p.ID.String()
		if err := tx.Lock(ctx, "try "+subject); err != nil {
			return err
		}
		tried, err := failuresOf(ctx, tx, of.Key, subject)
		if err != nil {
			return err
		}
		if left := wait(tried, failures{}, false, tx.Now()); left > 0 {
			limited := fault.New(fault.Limited, "fault.account.wait", "Count", int((left.Seconds()+59)/60)).In("code")
			limited.RetryAfter, refused = left, limited
			return nil
		}
		right, err := takeFactor(ctx, tx, of.Key, p.ID, code, then != nil)
		if err != nil {
			return err
		}
		if !right {
			refused = fault.New(fault.Invalid, "fault.account.factor").In("code")
			return count(ctx, tx, of.Key, subject, 1)
		}
		refused = nil
		if _, err := tx.Exec(ctx, `DELETE FROM attempt WHERE platform = ? AND subject = ?`, of.Key, subject); err != nil {
			return err
		}
		if then != nil {
			if err := then(ctx, tx, p); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `UPDATE session SET factor_at = ? WHERE platform = ? AND token = ?`, db.Micros(tx.Now()), of.Key, tokenHash(token))
		return err
	})
	if err == nil {
		err = refused
	}
	return err
}

// takeFactor uses up a code: each period's opens once, and so does each recovery code.
func takeFactor(ctx context.Context, tx db.Tx, platform int64, person ids.ID, code string, first bool) (bool, error) {
	f, found, err := factorOf(ctx, tx, platform, person)
	if err != nil || !found || f.confirmed == first {
		return false, err
	}
	code = strings.ToLower(strings.Join(strings.Fields(code), ""))
	now := tx.Now()
	for _, shift := range []int64{0, -1, 1} { // clocks differ by a little
		step := now.Unix()/factorPeriod + shift
		valid, err := totp.ValidateCustom(code, f.secret, time.Unix(step*factorPeriod, 0), totp.ValidateOpts{Period: factorPeriod, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil || !valid || step <= f.lastStep {
			continue
		}
		_, err = tx.Exec(ctx, `UPDATE factor SET last_step = ? WHERE platform = ? AND participant = ?`, step, platform, person)
		return true, err
	}
	if first {
		return false, nil
	}
	n, err := tx.Exec(ctx, `DELETE FROM recovery_code WHERE platform = ? AND participant = ? AND hash = ?`, platform, person, recoveryHash(code))
	return n > 0, err
}

// recoveryHash is the stored form of a recovery code. With 80 random bits it needs no slow hash.
func recoveryHash(code string) []byte {
	h := sha256.Sum256([]byte("parvis/recovery/" + strings.ReplaceAll(code, "-", "")))
	return h[:]
}
