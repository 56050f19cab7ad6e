package search

import "testing"

func TestWordsThatSayNothingMakeNoTitlesAlike(t *testing.T) {
	for title, want := range map[string]int{"Un abri pour les enfants": 2, "Pour tous, avec vous": 0, "Devant chaque école": 1, "Under every tree": 2} {
		if got := telling(title); len(got) != want {
			t.Errorf("%q is looked for by %q", title, got)
		}
	}
}
