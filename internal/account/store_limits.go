package account

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"net/netip"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
)

// subjects gives the names under which tries are counted: an account's is a hash, as the address may be nobody's.
func subjects(key string, from netip.Addr) (account, network string) {
	sum := sha256.Sum256([]byte(key))
	return "account/" + hex.EncodeToString(sum[:16]), "network/" + networkOf(from)
}

func failuresOf(ctx context.Context, tx db.Tx, platform int64, subject string) (f failures, err error) {
	rows, err := tx.Query(ctx, `SELECT a.failures, a.since_at, a.last_at FROM attempt a WHERE a.platform = ? AND a.subject = ?`, platform, subject)
	all, err := db.Collect(rows, err, func(r *sql.Rows, f *failures) error {
		var since, last int64
		err := r.Scan(&f.n, &since, &last)
		f.since, f.last = db.Time(since), db.Time(last)
		return err
	})
	if len(all) > 0 {
		f = all[0]
	}
	return f, err
}

// count adds n failures to a subject; fewer than none forgets some.
func count(ctx context.Context, tx db.Tx, platform int64, subject string, n int) error {
	f, err := failuresOf(ctx, tx, platform, subject)
	if err != nil {
		return err
	}
	f = f.current(tx.Now())
	_, err = tx.Exec(ctx, `INSERT INTO attempt (platform, subject, failures, since_at, last_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (platform, subject) DO UPDATE SET failures = excluded.failures, since_at = excluded.since_at, last_at = excluded.last_at`,
		platform, subject, max(0, f.n+n), db.Micros(f.since), db.Micros(tx.Now()))
	return err
}

// charge counts a try of a password before it is made, unless it must wait: then the refusal is Limited and says how long.
func charge(ctx context.Context, tx db.Tx, platform int64, key string, from netip.Addr) (refused, err error) {
	account, network := subjects(key, from)
	for _, name := range []string{account, network} { // in this order everywhere
		if err := tx.Lock(ctx, "try "+name); err != nil {
			return nil, err
		}
	}
	mine, err := failuresOf(ctx, tx, platform, account)
	if err != nil {
		return nil, err
	}
	theirs, err := failuresOf(ctx, tx, platform, network)
	if err != nil {
		return nil, err
	}
	trusted, err := Trusted(ctx, tx, platform, from)
	if err != nil {
		return nil, err
	}
	if left := wait(mine, theirs, trusted, tx.Now()); left > 0 {
		f := fault.New(fault.Limited, "fault.account.wait", "Count", int((left.Seconds()+59)/60))
		f.RetryAfter = left
		return f, nil
	}
	if err := count(ctx, tx, platform, account, 1); err != nil {
		return nil, err
	}
	return nil, count(ctx, tx, platform, network, 1)
}

// forgive takes a try back that was right, and with it what came before.
func forgive(ctx context.Context, tx db.Tx, platform int64, key string, from netip.Addr) error {
	account, network := subjects(key, from)
	for _, name := range []string{account, network} {
		if err := tx.Lock(ctx, "try "+name); err != nil {
			return err
		}
	}
	mine, err := failuresOf(ctx, tx, platform, account)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM attempt WHERE platform = ? AND subject = ?`, platform, account); err != nil {
		return err
	}
	return count(ctx, tx, platform, network, -mine.n) // its own failures, and no other's
}

// chargeCode counts a code that is to be sent to an address for a network, or refuses it: Limited.
func chargeCode(ctx context.Context, tx db.Tx, platform int64, key string, from netip.Addr) error {
	account, network := subjects(key, from)
	address, pair, all := "code/"+account, "code/"+account+"/"+network, "codes/"+networkOf(from)
	counted := map[string]failures{}
	for _, name := range []string{address, pair, all} { // in this order everywhere
		if err := tx.Lock(ctx, "try "+name); err != nil {
			return err
		}
		f, err := failuresOf(ctx, tx, platform, name)
		if err != nil {
			return err
		}
		counted[name] = f
	}
	trusted, err := Trusted(ctx, tx, platform, from)
	if err != nil {
		return err
	}
	most := networkCodes
	if trusted {
		most *= trustedFactor
	}
	now := tx.Now()
	if f := counted[all].current(now); f.n >= most {
		limited := fault.New(fault.Limited, "fault.account.network")
		limited.RetryAfter = f.since.Add(window).Sub(now)
		return limited
	}
	if left := waitCode(counted[pair], counted[address], now); left > 0 {
		limited := fault.New(fault.Limited, "fault.account.codes", "Count", int((left.Seconds()+59)/60))
		limited.RetryAfter = left
		return limited
	}
	for _, name := range []string{address, pair, all} {
		if err := count(ctx, tx, platform, name, 1); err != nil {
			return err
		}
	}
	return nil
}

// Trusted says whether an address is of a network that the organiser has declared as shared by many.
func Trusted(ctx context.Context, tx db.Tx, platform int64, from netip.Addr) (bool, error) {
	places, err := TrustedPlaces(ctx, tx, platform)
	for _, p := range places {
		if p.Network.Contains(from.Unmap().WithZone("")) {
			return true, err
		}
	}
	return false, err
}
