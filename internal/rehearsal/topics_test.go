package rehearsal_test

import (
	"context"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/rehearsal"
)

func TestARehearsalHasTheTopicsThatCanBeChosen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := settle(t, d)
		v.editions = project.NewService(d, deposit.Part())
		slug, setup := v.draft(project.ModelSimple), deposit.NewSetup(v.editions)
		was, err := setup.Topics(t.Context(), v.of, v.claire, slug)
		if err != nil {
			t.Fatal(err)
		}
		was.Categories[0].Other, was.Categories[1].Retired = "Nature in English", true
		themes := []deposit.Topic{{Name: "Zoo", Other: "Zoo EN"}, {Name: "Arbres", Other: "Trees"}, {Name: "Vieux", Retired: true}}
		if err := setup.SetTopics(t.Context(), v.of, v.claire, slug, was.Categories, themes, ""); err != nil {
			t.Fatal(err)
		}
		if err := v.s.Start(t.Context(), v.of, v.claire, slug, rehearsal.Options{Seed: 7}); err != nil {
			t.Fatal(err)
		}
		key := v.see(slug).Platform
		if err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			copied, err := project.LoadFor(ctx, tx, key, v.claire.Roles, slug, tx.Now())
			if err != nil {
				return err
			}
			list, err := project.CategoriesOf(ctx, tx, key, copied.Project.ID, "category")
			if err != nil {
				return err
			}
			if len(list) != len(was.Categories)-1 || list[0].Other != "Nature in English" || list[1].Name != was.Categories[2].Name {
				t.Errorf("categories %+v", list)
			}
			got, err := project.ThemesOf(ctx, tx, key, []ids.ID{copied.Project.ID})
			if err != nil {
				return err
			}
			if len(got) != 2 || got[0].Other != "Zoo EN" || got[1].Other != "Trees" {
				t.Errorf("themes %+v", got)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}
