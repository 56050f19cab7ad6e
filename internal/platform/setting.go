package platform

import (
	"context"
	"database/sql"
	"errors"

	"github.com/parvis-civic/parvis/internal/db"
)

// SecondFactor is the setting that asks a second factor of everybody with a role: "yes" or nothing.
const SecondFactor = "second_factor"

// Setting gives a setting of a platform, empty when it was never set.
func Setting(ctx context.Context, tx db.Tx, platform int64, name string) (value string, err error) {
	err = tx.QueryRow(ctx, `SELECT value FROM setting s WHERE s.platform = ? AND s.name = ?`, platform, name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return value, err
}

// Set sets a setting of a platform.
func Set(ctx context.Context, tx db.Tx, platform int64, name, value string) error {
	_, err := tx.Exec(ctx, `INSERT INTO setting (platform, name, value) VALUES (?, ?, ?)
		ON CONFLICT (platform, name) DO UPDATE SET value = excluded.value`, platform, name, value)
	return err
}
