package platform

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
)

const columns = `key, id, slug, name, kind, address, languages, zone, licence, accent, logo, legal,
	clock_from, clock_to, clock_rate, created_at, key = (SELECT MIN(key) FROM platform)`

func scan(row interface{ Scan(...any) error }, p *Platform) error {
	var languages, zone, legal string
	var from, to, created int64
	err := row.Scan(&p.Key, &p.ID, &p.Slug, &p.Name, &p.Kind, &p.Address, &languages, &zone, &p.Licence, &p.Accent, &p.Logo, &legal,
		&from, &to, &p.Clock.Rate, &created, &p.Default)
	if err != nil {
		return err
	}
	p.Languages = strings.Split(languages, ",")
	p.Clock.From, p.Clock.To, p.CreatedAt = db.Time(from), db.Time(to), db.Time(created)
	if p.Zone, err = time.LoadLocation(zone); err != nil {
		return fmt.Errorf("platform %s: %w", p.Slug, err)
	}
	if err := json.Unmarshal([]byte(legal), &p.Legal); err != nil {
		return fmt.Errorf("legal texts of platform %s: %w", p.Slug, err)
	}
	return nil
}

func one(row *sql.Row, key string, value any) (p Platform, err error) {
	err = scan(row, &p)
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.New(fault.NotFound, key, "Value", value)
	}
	return p, err
}

// ByHost finds the platform of a host: the one that claims it, the one whose slug it begins with (SLUG.localhost), or
// the first. Fault: not_found.
func ByHost(ctx context.Context, tx db.Tx, host string) (Platform, error) {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = hostName(host)
	slug, _ := strings.CutSuffix(host, ".localhost")
	if slug == host {
		slug = ""
	}
	return one(tx.QueryRow(ctx, `SELECT `+columns+` FROM platform WHERE key = COALESCE(
		(SELECT platform FROM host WHERE host = ?),
		(SELECT key FROM platform WHERE slug = ? AND kind <> ?),
		(SELECT MIN(key) FROM platform))`, host, slug, string(Rehearsal)), "fault.platform.none", host)
}

// BySlug finds a platform by its slug. Fault: not_found.
func BySlug(ctx context.Context, tx db.Tx, slug string) (Platform, error) {
	return one(tx.QueryRow(ctx, `SELECT `+columns+` FROM platform WHERE slug = ?`, slug), "fault.platform.unknown", slug)
}

// ByKey finds a platform by its key, as rows and jobs name it. Fault: not_found.
func ByKey(ctx context.Context, tx db.Tx, key int64) (Platform, error) {
	return one(tx.QueryRow(ctx, `SELECT `+columns+` FROM platform WHERE key = ?`, key), "fault.platform.unknown", key)
}

// All gives every platform but those of rehearsals, the default first.
func All(ctx context.Context, tx db.Tx) ([]Platform, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM platform WHERE kind <> ? ORDER BY key`, string(Rehearsal))
	return db.Collect(rows, err, func(r *sql.Rows, p *Platform) error { return scan(r, p) })
}

// Rehearsals gives the temporary platforms, the oldest first. They are few.
func Rehearsals(ctx context.Context, tx db.Tx) ([]Platform, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM platform WHERE kind = ? ORDER BY key`, string(Rehearsal))
	return db.Collect(rows, err, func(r *sql.Rows, p *Platform) error { return scan(r, p) })
}

// StandAt makes the time of a rehearsal's platform stand still at a moment. Fault: not_found, for any other platform.
func StandAt(ctx context.Context, tx db.Tx, platform int64, at time.Time) error {
	n, err := tx.Exec(ctx, `UPDATE platform SET clock_from = ?, clock_to = ?, clock_rate = 0 WHERE key = ? AND kind = ?`,
		db.Micros(tx.Now()), db.Micros(at), platform, string(Rehearsal))
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "fault.platform.unknown", "Value", platform)
	}
	return err
}

func hostTaken(ctx context.Context, tx db.Tx, host string) (taken bool, err error) {
	slug, local := strings.CutSuffix(host, ".localhost")
	if !local {
		slug = ""
	}
	// SLUG.localhost is the platform's of that slug.
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM host WHERE host = ?) OR EXISTS (SELECT 1 FROM platform WHERE slug = ?)`, host, slug).Scan(&taken)
	return taken, err
}

func insert(ctx context.Context, tx db.Tx, n New) error {
	legal, err := json.Marshal(n.Legal)
	if err != nil {
		return err
	}
	if n.Legal == nil {
		legal = []byte("{}")
	}
	now := db.Micros(tx.Now())
	var key int64
	if err := tx.QueryRow(ctx, `SELECT COALESCE(MAX(key), 0) + 1 FROM platform`).Scan(&key); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO platform (key, id, slug, name, kind, address, languages, zone, licence, accent, logo, legal,
		clock_from, clock_to, clock_rate, created_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		key, ids.Dated(tx.Now()), n.Slug, n.Name, string(n.Kind), n.Address, strings.Join(n.Languages, ","), n.Zone, string(n.Licence),
		n.Accent, ids.ID{}, string(legal), now, now, 1000, now); err != nil {
		return err
	}
	for _, h := range n.Hosts {
		if _, err := tx.Exec(ctx, `INSERT INTO host (host, platform) VALUES (?, ?)`, h, key); err != nil {
			return err
		}
	}
	return nil
}

// SetLogo makes a stored picture the platform's logo.
func SetLogo(ctx context.Context, tx db.Tx, platform int64, logo ids.ID) error {
	_, err := tx.Exec(ctx, `UPDATE platform SET logo = ? WHERE key = ?`, logo, platform)
	return err
}

// Remove deletes a platform that nothing belongs to any more (an import that died before its first edition).
func Remove(ctx context.Context, tx db.Tx, platform int64) error {
	if _, err := tx.Exec(ctx, `DELETE FROM host WHERE platform = ?`, platform); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM platform WHERE key = ?`, platform)
	return err
}
