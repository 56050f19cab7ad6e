package account

import (
	"context"
	"database/sql"
	"encoding/hex"
	"net/netip"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
)

// A kiosk forgets everything after a minute in which nobody touches it.
const (
	kioskIdle      = time.Minute
	kioskSeenEvery = 5 * time.Second
)

func passwordOf(ctx context.Context, tx db.Tx, platform int64, key string) (hash string, err error) {
	rows, err := tx.Query(ctx, `SELECT q.password FROM participant q WHERE q.platform = ? AND q.email_key = ? AND q.proved_at > 0 AND q.state = ''`, platform, key)
	all, err := db.Collect(rows, err, func(r *sql.Rows, hash *string) error { return r.Scan(hash) })
	if len(all) > 0 {
		hash = all[0]
	}
	return hash, err
}

func keepPassword(ctx context.Context, tx db.Tx, platform int64, person ids.ID, hash string) error {
	_, err := tx.Exec(ctx, `UPDATE participant SET password = ? WHERE platform = ? AND id = ?`, hash, platform, person)
	return err
}

func endOthers(ctx context.Context, tx db.Tx, platform int64, person ids.ID, token string) error {
	_, err := tx.Exec(ctx, `DELETE FROM session WHERE platform = ? AND participant = ? AND token <> ?`, platform, person, tokenHash(token))
	return err
}

// HasPassword says whether a person signs in with a password too.
func HasPassword(ctx context.Context, tx db.Tx, platform int64, person ids.ID) (has bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM participant q WHERE q.platform = ? AND q.id = ? AND q.password <> '')`, platform, person).Scan(&has)
	return has, err
}

// Sessions gives a person's sessions that are not over, the last seen first. token is that of the one that asks.
func Sessions(ctx context.Context, tx db.Tx, platform int64, person ids.ID, token string) ([]Session, error) {
	rows, err := tx.Query(ctx, `SELECT z.token, z.agent, z.created_at, z.seen_at FROM session z
		WHERE z.platform = ? AND z.participant = ? AND z.expires_at > ? ORDER BY z.seen_at DESC, z.token`, platform, person, db.Micros(tx.Now()))
	this := hex.EncodeToString(tokenHash(token))
	return db.Collect(rows, err, func(r *sql.Rows, s *Session) error {
		var hash []byte
		var created, seen int64
		err := r.Scan(&hash, &s.Agent, &created, &seen)
		s.ID, s.CreatedAt, s.SeenAt = hex.EncodeToString(hash), db.Time(created), db.Time(seen)
		s.This = s.ID == this
		return err
	})
}

// EndSession ends one of a person's sessions by its identifier, all but the one that asks when it is empty.
func (s *Service) EndSession(ctx context.Context, of platform.Platform, token, id string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		p, err := signedIn(ctx, tx, of.Key, token)
		if err != nil {
			return err
		}
		if id == "" {
			return endOthers(ctx, tx, of.Key, p.ID, token)
		}
		hash, err := hex.DecodeString(id)
		if err != nil {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		n, err := tx.Exec(ctx, `DELETE FROM session WHERE platform = ? AND participant = ? AND token = ?`, of.Key, p.ID, hash)
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "fault.not_found")
		}
		return err
	})
}

// insertSessionOf begins a session for a person; on a shared device it stays one that ends by itself.
func insertSessionOf(ctx context.Context, tx db.Tx, platform int64, token string, p Person, agent string) error {
	if err := insertSession(ctx, tx, platform, token, p.ID, agent); err != nil || !p.Kiosk {
		return err
	}
	return setIdle(ctx, tx, platform, token)
}

func setIdle(ctx context.Context, tx db.Tx, platform int64, token string) error {
	_, err := tx.Exec(ctx, `UPDATE session SET idle = ? WHERE platform = ? AND token = ?`, int(kioskIdle.Seconds()), platform, tokenHash(token))
	return err
}

// Kiosk begins anew on a shared device: whoever was there is forgotten, and the session that it gives is over after a
// minute without a request, also once somebody signs in.
func (s *Service) Kiosk(ctx context.Context, of platform.Platform, token string, lang i18n.Lang, agent string) (fresh string, err error) {
	fresh = newToken()
	return fresh, s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := endSession(ctx, tx, of.Key, token); err != nil {
			return err
		}
		p := Person{ID: ids.Random(), Kind: Resident, Language: string(lang), CreatedAt: tx.Now(), Kiosk: true}
		if err := insertParticipant(ctx, tx, of.Key, p, ""); err != nil {
			return err
		}
		return insertSessionOf(ctx, tx, of.Key, fresh, p, agent)
	})
}

// TrustedPlace is a network that many people share, declared by an organiser.
type TrustedPlace struct {
	Network netip.Prefix
	Name    string
	AddedAt time.Time
}

// TrustedPlaces gives those of a platform, by name. They are few.
func TrustedPlaces(ctx context.Context, tx db.Tx, platform int64) ([]TrustedPlace, error) {
	rows, err := tx.Query(ctx, `SELECT t.network, t.name, t.added_at FROM trusted_place t WHERE t.platform = ? ORDER BY t.name, t.network`, platform)
	return db.Collect(rows, err, func(r *sql.Rows, p *TrustedPlace) error {
		var network string
		var added int64
		if err := r.Scan(&network, &p.Name, &added); err != nil {
			return err
		}
		p.AddedAt = db.Time(added)
		var err error
		p.Network, err = netip.ParsePrefix(network)
		return err
	})
}

// The widest networks that can be trusted: more would be half a country.
const widest4, widest6 = 16, 32

// Trust declares a network, an address or a range ("192.0.2.0/24"), under a name. Faults: invalid (network, name).
func Trust(ctx context.Context, tx db.Tx, platform int64, network, name string, by ids.ID) error {
	prefix, err := netip.ParsePrefix(network)
	if err != nil {
		addr, alone := netip.ParseAddr(network)
		if alone != nil {
			return fault.New(fault.Invalid, "fault.account.place_network", "Value", network).In("network")
		}
		prefix = netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen())
	}
	prefix = prefix.Masked()
	if prefix.Addr().Is4() && prefix.Bits() < widest4 || prefix.Addr().Is6() && prefix.Bits() < widest6 {
		return fault.New(fault.Invalid, "fault.account.place_wide", "Value", network).In("network")
	}
	if name == "" {
		return fault.New(fault.Invalid, "fault.account.place_name").In("name")
	}
	_, err = tx.Exec(ctx, `INSERT INTO trusted_place (platform, network, name, added_by, added_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (platform, network) DO UPDATE SET name = excluded.name`, platform, prefix.String(), name, by, db.Micros(tx.Now()))
	return err
}

// Distrust takes a network off the list.
func Distrust(ctx context.Context, tx db.Tx, platform int64, network string) error {
	_, err := tx.Exec(ctx, `DELETE FROM trusted_place WHERE platform = ? AND network = ?`, platform, network)
	return err
}
