package account_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
)

func TestAccountsOfAPlatformAreItsOwn(t *testing.T) {
	id := ids.Random()
	dbtest.Tenancy{
		Filled: []string{"Insert", "Give"},
		Fill: func(ctx context.Context, tx db.Tx, platform int64) error {
			if _, err := account.Give(ctx, tx, platform, "agent@exemple.fr", i18n.FR, []access.Role{access.Analyst, access.Organiser}, id); err != nil {
				return err
			}
			return account.Insert(ctx, tx, platform, []account.Account{
				{ID: id, Name: fmt.Sprint("Habitante de ", platform), Kind: account.Resident, Slug: "habitante", CreatedAt: time.UnixMicro(platform)}})
		},
		Reads: []dbtest.Reading{
			{Of: "ByIDs", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return account.ByIDs(ctx, tx, platform, []ids.ID{id})
			}},
			{Of: "BySlug", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				a, _, err := account.BySlug(ctx, tx, platform, "habitante")
				return a, err
			}},
			{Of: "Holders", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return account.Holders(ctx, tx, platform)
			}},
		},
		Writes: []dbtest.Writing{
			{Of: "Take", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				all, err := account.Holders(ctx, tx, platform)
				if err != nil {
					return err
				}
				return account.Take(ctx, tx, platform, all[0].ID, []access.Role{access.Analyst})
			}},
		},
	}.Run(t)
}
