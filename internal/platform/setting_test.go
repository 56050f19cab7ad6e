package platform_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/platform"
)

func TestSettingsOfAPlatformAreItsOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for key := range int64(2) {
			dbtest.Confined(t, d, key+1, "Set", func(ctx context.Context, tx db.Tx) error {
				return platform.Set(ctx, tx, key+1, "colour", fmt.Sprint("of ", key+1))
			})
		}
		for key, want := range map[int64]string{1: "of 1", 2: "of 2", 3: ""} {
			err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
				got, err := platform.Setting(ctx, tx, key, "colour")
				if got != want {
					t.Errorf("platform %d has %q, want %q", key, got, want)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}
