package platform_test

import (
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/platform"
)

func TestNobodyTakesTheLocalAddressOfAPlatform(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := platform.NewService(d)
		if _, err := s.Create(t.Context(), platform.New{Slug: "toulouse"}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Create(t.Context(), platform.New{Slug: "lyon", Hosts: []string{"toulouse.localhost"}}); !fault.Is(err, fault.Conflict) {
			t.Errorf("another platform takes toulouse.localhost: %v", err)
		}
		if _, err := s.Create(t.Context(), platform.New{Slug: "lyon", Hosts: []string{"lyon.example"}}); err != nil {
			t.Errorf("a host of its own: %v", err)
		}
	})
}
