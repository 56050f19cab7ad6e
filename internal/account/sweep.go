package account

import (
	"context"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
)

// forgottenAfter is how long what slows guessing down, and a code that was not used, are known: what the privacy page says.
const forgottenAfter = 24 * time.Hour

// Sweep removes, on every platform, what has ended: sessions that are over, codes and counts of a day ago.
func (s *Service) Sweep(ctx context.Context) error {
	return s.db.Write(db.Everywhere(ctx, "what has ended"), func(ctx context.Context, tx db.Tx) error {
		now := tx.Now()
		for _, one := range []struct {
			sql    string
			before time.Time
		}{
			{`DELETE FROM session WHERE expires_at < ?`, now},
			{`DELETE FROM sign_code WHERE expires_at < ?`, now.Add(-forgottenAfter)},
			{`DELETE FROM attempt WHERE last_at < ?`, now.Add(-forgottenAfter)},
			{`DELETE FROM email_change WHERE counts_at < ?`, now.Add(-correctionLife)},
		} {
			if _, err := tx.Exec(ctx, one.sql, db.Micros(one.before)); err != nil {
				return err
			}
		}
		return nil
	})
}
