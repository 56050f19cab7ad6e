package account

import (
	"context"
	"database/sql"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
)

const personColumns = `q.id, q.email, q.proved_at, q.name, q.kind, q.language, q.district, q.postcode, q.created_at`

func (p *Person) targets(proved, created *int64) []any {
	return []any{&p.ID, &p.Email, proved, &p.Name, &p.Kind, &p.Language, &p.District, &p.Postcode, created}
}

func (p *Person) scanned(proved, created int64) {
	p.Proved, p.CreatedAt = proved != 0, db.Time(created)
	if p.Proved {
		p.Roles = p.Roles.With(access.Resident)
	}
}

func insertParticipant(ctx context.Context, tx db.Tx, platform int64, p Person, key string) error {
	_, err := tx.Exec(ctx, `INSERT INTO participant (platform, id, email, email_key, proved_at, password, name, kind, language, district, postcode, state, created_at)
		VALUES (?, ?, ?, ?, 0, '', ?, ?, ?, ?, ?, '', ?)`, platform, p.ID, p.Email, key, p.Name, string(p.Kind), p.Language, p.District, p.Postcode, db.Micros(p.CreatedAt))
	return err
}

func deleteParticipant(ctx context.Context, tx db.Tx, platform int64, id ids.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM participant WHERE platform = ? AND id = ?`, platform, id)
	return err
}

func setProved(ctx context.Context, tx db.Tx, platform int64, id ids.ID, email, key string) error {
	_, err := tx.Exec(ctx, `UPDATE participant SET email = ?, email_key = ?, proved_at = ? WHERE platform = ? AND id = ? AND proved_at = 0`,
		email, key, db.Micros(tx.Now()), platform, id)
	return err
}

// byEmail gives the person of an address, proved or not, with their roles.
func byEmail(ctx context.Context, tx db.Tx, platform int64, key string) (Person, bool, error) {
	return person(ctx, tx, `q.email_key = ?`, platform, key)
}

// ByID gives the person of an identifier, with the roles that count; false when there is none, or no longer.
func ByID(ctx context.Context, tx db.Tx, platform int64, id ids.ID) (Person, bool, error) {
	return person(ctx, tx, `q.id = ?`, platform, id)
}

func person(ctx context.Context, tx db.Tx, where string, platform int64, key any) (p Person, found bool, err error) {
	rows, err := tx.Query(ctx, `SELECT `+personColumns+` FROM participant q WHERE q.platform = ? AND q.state = '' AND `+where, platform, key)
	all, err := db.Collect(rows, err, func(r *sql.Rows, p *Person) error {
		var proved, created int64
		err := r.Scan(p.targets(&proved, &created)...)
		p.scanned(proved, created)
		return err
	})
	if err != nil || len(all) == 0 {
		return Person{}, false, err
	}
	p = all[0]
	err = rolesOf(ctx, tx, platform, &p)
	return p, true, err
}

// rolesOf adds the roles that were given to a person. They count once the address is proved.
func rolesOf(ctx context.Context, tx db.Tx, platform int64, p *Person) error {
	if !p.Proved {
		return nil
	}
	rows, err := tx.Query(ctx, `SELECT g.role FROM role_given g WHERE g.platform = ? AND g.participant = ?`, platform, p.ID)
	names, err := db.Collect(rows, err, func(r *sql.Rows, name *string) error { return r.Scan(name) })
	for _, name := range names {
		p.give(name)
	}
	return err
}

// give adds a role by its stored name; it counts once the address is proved.
func (p *Person) give(name string) {
	if role, ok := access.ParseRole(name); ok && p.Proved {
		p.Roles = p.Roles.With(role)
	}
}

func insertSession(ctx context.Context, tx db.Tx, platform int64, token string, participant ids.ID, agent string) error {
	now := tx.Now()
	_, err := tx.Exec(ctx, `INSERT INTO session (platform, token, participant, agent, factor_at, idle, created_at, seen_at, expires_at) VALUES (?, ?, ?, ?, 0, 0, ?, ?, ?)`,
		platform, tokenHash(token), participant, agent[:min(len(agent), agentMax)], db.Micros(now), db.Micros(now), db.Micros(now.Add(sessionLife)))
	return err
}

func endSession(ctx context.Context, tx db.Tx, platform int64, token string) error {
	_, err := tx.Exec(ctx, `DELETE FROM session WHERE platform = ? AND token = ?`, platform, tokenHash(token))
	return err
}

func touch(ctx context.Context, tx db.Tx, platform int64, token string) error {
	now := tx.Now()
	_, err := tx.Exec(ctx, `UPDATE session SET seen_at = ?, expires_at = ? WHERE platform = ? AND token = ?`,
		db.Micros(now), db.Micros(now.Add(sessionLife)), platform, tokenHash(token))
	return err
}

// bySession gives the person of a session that is not over, and whether it was last seen long enough ago to be noted.
// It is one statement, which brings the time with it.
func bySession(ctx context.Context, tx db.Tx, of int64, token string) (p Person, stale, ok bool, err error) {
	if token == "" {
		return p, false, false, nil
	}
	rows, err := tx.Query(ctx, `SELECT `+personColumns+`, z.factor_at, z.idle, z.seen_at, z.expires_at, COALESCE(g.role, ''),
			COALESCE((SELECT t.value FROM setting t WHERE t.platform = z.platform AND t.name = ?), ''), `+db.Clock(ctx, tx)+` FROM session z
		JOIN participant q ON q.platform = z.platform AND q.id = z.participant
		LEFT JOIN role_given g ON g.platform = z.platform AND g.participant = z.participant
		WHERE z.platform = ? AND z.token = ? AND q.state = ''`, platform.SecondFactor, of, tokenHash(token))
	type found struct {
		Person
		idle          int64
		seen, expires int64
		role          string // one of those given: a row each
		second        string // the setting platform.SecondFactor
		now           int64
	}
	all, err := db.Collect(rows, err, func(r *sql.Rows, f *found) error {
		var proved, created, factor int64
		err := r.Scan(append(f.targets(&proved, &created), &factor, &f.idle, &f.seen, &f.expires, &f.role, &f.second, &f.now)...)
		f.scanned(proved, created)
		f.Factor = factor != 0
		return err
	})
	if err != nil || len(all) == 0 {
		return p, false, false, err
	}
	f := all[0]
	now := db.Time(f.now)
	idle, unseen := time.Duration(f.idle)*time.Second, now.Sub(db.Time(f.seen))
	if !now.Before(db.Time(f.expires)) || idle > 0 && unseen >= idle {
		return p, false, false, nil
	}
	p = f.Person
	p.Kiosk = idle > 0
	for _, given := range all {
		p.give(given.role)
	}
	if f.second != "" {
		p.hold()
	}
	return p, unseen >= seenEvery || p.Kiosk && unseen >= kioskSeenEvery, true, nil
}

// hold leaves somebody who has a role without it, where the platform asks for a second factor and it was not given.
func (p *Person) hold() {
	if p.Roles.Staff() && !p.Factor {
		p.Held = p.Roles
		p.Roles = access.Roles(0).With(access.Resident)
	}
}

type signCode struct {
	asker, hash []byte
	tries       int
	expires     time.Time
}

// codesOf gives the code of who asked for one and that of an agent; a zero one where there is none.
func codesOf(ctx context.Context, tx db.Tx, platform int64, key string, asker []byte) (codes [2]signCode, err error) {
	rows, err := tx.Query(ctx, `SELECT c.asker, c.hash, c.tries, c.expires_at FROM sign_code c WHERE c.platform = ? AND c.email_key = ? AND c.asker IN (?, ?)`,
		platform, key, asker, []byte{})
	all, err := db.Collect(rows, err, func(r *sql.Rows, c *signCode) error {
		var expires int64
		err := r.Scan(&c.asker, &c.hash, &c.tries, &expires)
		c.expires = db.Time(expires)
		return err
	})
	for _, c := range all {
		if len(c.asker) == 0 {
			codes[1] = c
		} else {
			codes[0] = c
		}
	}
	return codes, err
}

func keepCode(ctx context.Context, tx db.Tx, platform int64, key string, c signCode) error {
	_, err := tx.Exec(ctx, `INSERT INTO sign_code (platform, email_key, asker, hash, tries, expires_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (platform, email_key, asker) DO UPDATE SET hash = excluded.hash, tries = excluded.tries, expires_at = excluded.expires_at`,
		platform, key, c.asker, c.hash, c.tries, db.Micros(c.expires))
	return err
}

func dropCode(ctx context.Context, tx db.Tx, platform int64, key string, asker []byte) error {
	_, err := tx.Exec(ctx, `DELETE FROM sign_code WHERE platform = ? AND email_key = ? AND asker = ?`, platform, key, asker)
	return err
}
