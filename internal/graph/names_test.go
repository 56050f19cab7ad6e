package graph_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
)

func TestACategoryIsNamedInTheLanguageAskedFor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := start(t, d, "France_Toulouse_2022.pb")
		a.write(`UPDATE category SET other = 'City nature' WHERE name LIKE 'Nature%' AND platform = ?`)
		names := func(field string) map[any]int {
			t.Helper()
			data, errors, _ := a.post("localhost", `{ projects { edges { node { steps { ... on SelectionStep { proposals(first: 300) { edges { node { category { `+field+` } } } } } } } } } }`, nil)
			if errors != nil {
				t.Fatal(errors)
			}
			found := map[any]int{}
			for _, edge := range at(data, "projects", "edges", 0, "node", "steps", 1, "proposals", "edges").([]any) {
				found[at(edge, "node", "category", "name")]++
			}
			return found
		}
		french := names("name")
		english := names("name: name(locale: EN_GB)")
		if english["City nature"] == 0 || french["City nature"] != 0 || len(french) != len(english) {
			t.Errorf("in English %v, in French %v", english, french)
		}
		if diff := cmp.Diff(french, names("name(locale: FR_FR)")); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(french, names("id name")); diff != "" {
			t.Error(diff)
		}
	})
}
