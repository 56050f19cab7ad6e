// Package account holds who takes part: participants and their sessions, with or without an address, and the people and
// organisations that public contributions name as author.
package account

import (
	"context"
	"database/sql"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Account is somebody with a public act.
type Account struct {
	ID        ids.ID
	Name      string
	Kind      Kind
	Slug      string
	CreatedAt time.Time
}

// Kind is the kind of participant.
type Kind string

// The kinds of participant.
const (
	Resident     Kind = "resident"
	Association  Kind = "association"
	Business     Kind = "business"
	Organisation Kind = "organisation" // the platform's own account, a service of the city
)

// Insert stores accounts.
func Insert(ctx context.Context, tx db.Tx, platform int64, accounts []Account) error {
	rows := make([][]any, len(accounts))
	for i, a := range accounts {
		rows[i] = []any{platform, a.ID, a.Name, string(a.Kind), a.Slug, db.Micros(a.CreatedAt)}
	}
	return db.Insert(ctx, tx, "account", []string{"platform", "id", "name", "kind", "slug", "created_at"}, rows)
}

const columns = `id, name, kind, slug, created_at`

func scan(r *sql.Rows, a *Account) error {
	var created int64
	err := r.Scan(&a.ID, &a.Name, &a.Kind, &a.Slug, &created)
	a.CreatedAt = db.Time(created)
	return err
}

// ByIDs gives the accounts of those identifiers, in no order; unknown ones are left out.
func ByIDs(ctx context.Context, tx db.Tx, platform int64, list []ids.ID) ([]Account, error) {
	marks, args := db.In(list)
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM account WHERE platform = ? AND id IN (`+marks+`)`, append([]any{platform}, args...)...)
	return db.Collect(rows, err, scan)
}

// BySlug gives the account with that slug, if there is one.
func BySlug(ctx context.Context, tx db.Tx, platform int64, slug string) (a Account, ok bool, err error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM account WHERE platform = ? AND slug = ?`, platform, slug)
	all, err := db.Collect(rows, err, scan)
	if err != nil || len(all) == 0 {
		return Account{}, false, err
	}
	return all[0], true, nil
}

// House gives the platform's own account: the author of what has no other. name is the platform's.
func House(ctx context.Context, tx db.Tx, platform int64, name string) (ids.ID, error) {
	const slug = "plateforme"
	a, ok, err := BySlug(ctx, tx, platform, slug)
	if err != nil || ok {
		return a.ID, err
	}
	a = Account{ID: ids.Dated(tx.Now()), Name: name, Kind: Organisation, Slug: slug, CreatedAt: tx.Now()}
	return a.ID, Insert(ctx, tx, platform, []Account{a})
}

// Appear gives a person the public account of their public acts, which has the same identifier. A name that changed since
// is changed there too; an empty one is not shown.
func Appear(ctx context.Context, tx db.Tx, platform int64, person ids.ID, name string, kind Kind, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO account (platform, id, name, kind, slug, created_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (platform, id) DO UPDATE SET name = excluded.name, kind = excluded.kind`,
		platform, person, name, string(kind), "p-"+ids.Random().String(), db.Micros(now))
	return err
}
