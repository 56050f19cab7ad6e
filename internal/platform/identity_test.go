package platform_test

import (
	"context"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/platform"
)

func TestWhoAnswersForAPlatformIsItsOwnAndIsChecked(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := platform.NewService(d)
		for _, slug := range []string{"lyon", "metz"} {
			if _, err := s.Create(t.Context(), platform.New{Slug: slug}); err != nil {
				t.Fatal(err)
			}
		}
		set := func(key int64, i platform.Identity) error {
			return d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { return platform.SetIdentity(ctx, tx, key, i) })
		}
		read := func(key int64) (i platform.Identity) {
			if err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
				i, err = platform.IdentityOf(ctx, tx, key)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return i
		}
		if err := set(1, platform.Identity{Publisher: " Ville de Lyon\r\n1, place de la Comédie ", Email: "budget@lyon.fr"}); err != nil {
			t.Fatal(err)
		}
		if got := read(1); got != (platform.Identity{Publisher: "Ville de Lyon\n1, place de la Comédie", Email: "budget@lyon.fr"}) {
			t.Errorf("got %+v", got)
		}
		if got := read(2); got != (platform.Identity{}) {
			t.Errorf("the other platform has %+v", got)
		}
		err := set(1, platform.Identity{Email: "Lyon <budget@lyon.fr>", Host: strings.Repeat("é", 501)})
		f, ok := err.(*fault.Error)
		if !ok || f.Code != fault.Invalid || len(f.Sub) != 2 {
			t.Errorf("two mistakes give %v", err)
		}
		if read(1).Email != "budget@lyon.fr" {
			t.Error("a refused change was kept")
		}
	})
}
