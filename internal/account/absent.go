package account

import (
	"context"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Absent makes a participant who has neither an address nor a session, and who is not the one at the keyboard: somebody
// for whom an agent does something at the counter.
func Absent(ctx context.Context, tx db.Tx, platform int64, lang i18n.Lang) (Person, error) {
	p := Person{ID: ids.Random(), Kind: Resident, Language: string(lang), CreatedAt: tx.Now()}
	return p, insertParticipant(ctx, tx, platform, p, "")
}

// Absorb makes somebody who was absent and a person one: the public account goes to the person, unless they have one, and
// so does the log of what agents did. What the rooms have of the absent one is theirs to hand over before.
func Absorb(ctx context.Context, tx db.Tx, platform int64, absent, person ids.ID) error {
	if _, err := tx.Exec(ctx, `INSERT INTO account (platform, id, name, kind, slug, created_at) SELECT a.platform, ?, a.name, a.kind, ?, a.created_at FROM account a
		WHERE a.platform = ? AND a.id = ? ON CONFLICT (platform, id) DO NOTHING`, person, "p-"+ids.Random().String(), platform, absent); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM account WHERE platform = ? AND id = ?`, platform, absent); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE assistance SET participant = ? WHERE platform = ? AND participant = ?`, person, platform, absent); err != nil {
		return err
	}
	return Dissolve(ctx, tx, platform, absent)
}

// Dissolve removes somebody absent who left nothing.
func Dissolve(ctx context.Context, tx db.Tx, platform int64, absent ids.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM participant WHERE platform = ? AND id = ? AND email_key = ''`, platform, absent)
	return err
}

// OfAddress gives whoever proved an address, by its form that is compared (EmailKey); false when nobody did.
func OfAddress(ctx context.Context, tx db.Tx, platform int64, key string) (Person, bool, error) {
	p, found, err := byEmail(ctx, tx, platform, key)
	return p, found && p.Proved, err
}
