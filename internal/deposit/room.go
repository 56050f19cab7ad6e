package deposit

import (
	"context"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Room is what the account room does here when somebody proves an address, asks for their data, or asks to be forgotten.
func Room() account.Room {
	return account.Room{Name: "deposits", Merge: merge, Forget: forget, Export: export}
}

// Own is what this room has of a person, for the file that they ask for: a draft, or what a proposal was made of.
type Own struct {
	Content   Content `json:"content"`
	Proposal  ids.ID  `json:"proposal,omitzero"` // once it is published
	Withdrawn bool    `json:"withdrawn,omitempty"`
	Charter   int     `json:"charter"` // the version accepted; -1: none
	CreatedAt string  `json:"created_at"`
	UpdatedAt string  `json:"updated_at"`
}

// exportMax is more than anybody has; it bounds the file all the same.
const exportMax = 100_000

func export(ctx context.Context, tx db.Tx, platform int64, person ids.ID) (any, error) {
	deposits, err := DepositsBy(ctx, tx, platform, person, exportMax)
	if err != nil || len(deposits) == 0 {
		return nil, err
	}
	own := make([]Own, len(deposits))
	for i, d := range deposits {
		own[i] = Own{Content: d.Content, Proposal: d.Proposal, Withdrawn: d.Withdrawn, Charter: d.Charter, CreatedAt: d.CreatedAt.Format(timeForm), UpdatedAt: d.UpdatedAt.Format(timeForm)}
	}
	return own, nil
}

const timeForm = "2006-01-02T15:04:05Z07:00" // RFC 3339

// forget erases drafts, files and what was typed.
func forget(ctx context.Context, tx db.Tx, platform int64, person ids.ID, _ bool) error {
	pictures, err := picturesOf(ctx, tx, platform, person)
	if err != nil {
		return err
	}
	if err := unpaper(ctx, tx, platform, person); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM deposit_file WHERE platform = ? AND deposit IN (SELECT d.id FROM deposit d WHERE d.platform = ? AND d.participant = ?)`,
		platform, platform, person); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM deposit WHERE platform = ? AND participant = ?`, platform, person); err != nil {
		return err
	}
	return release(ctx, tx, platform, pictures...)
}
