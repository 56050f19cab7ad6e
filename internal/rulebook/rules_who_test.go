package rulebook

import (
	"testing"

	"github.com/parvis-civic/parvis/internal/fault"
)

func TestOnlyAddressesOfTheDomainOrOfTheListTakePart(t *testing.T) {
	for _, c := range []struct {
		name  string
		who   Who
		email string
		on    bool // the list
		want  bool
	}{
		{"open to all", Who{}, "ana@ailleurs.example", false, true},
		{"of the domain", Who{Domains: []string{"univ.example", "ens.example"}}, "Ana@ENS.example", false, true},
		{"of another", Who{Domains: []string{"univ.example"}}, "ana@ailleurs.example", false, false},
		{"of one below it", Who{Domains: []string{"univ.example"}}, "ana@etu.univ.example", false, false},
		{"of one that ends like it", Who{Domains: []string{"univ.example"}}, "ana@faux-univ.example", false, false},
		{"that only says the domain", Who{Domains: []string{"univ.example"}}, "univ.example", false, false},
		{"with the domain before the last @", Who{Domains: []string{"univ.example"}}, `"a@univ.example"@ailleurs.example`, false, false},
		{"on a list that is not asked for", Who{Domains: []string{"univ.example"}}, "ana@ailleurs.example", true, false},
		{"on the list", Who{Listed: true}, "ana@ailleurs.example", true, true},
		{"not on it", Who{Listed: true}, "ana@ailleurs.example", false, false},
		{"on the list, of another domain", Who{Listed: true, Domains: []string{"univ.example"}}, "ana@ailleurs.example", true, true},
		{"of the domain, not on the list", Who{Listed: true, Domains: []string{"univ.example"}}, "ana@univ.example", false, true},
	} {
		err := c.who.CheckAddress(c.email, c.on)
		if (err == nil) != c.want || err != nil && !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestADomainIsWrittenAsOne(t *testing.T) {
	for domain, good := range map[string]bool{"univ.example": true, "etu.univ-exemple.fr": true, "@univ.example": false, "univ": false, "Univ.example": false, "univ..example": false, "": false} {
		r := smallTown()
		who := *r.Vote.Who
		who.Domains = []string{domain}
		r.Vote.Who = &who
		if err := r.Validate(); (err == nil) != good {
			t.Errorf("%q: %v", domain, err)
		}
	}
}

func TestADeliberationHasNoVote(t *testing.T) {
	r := smallTown()
	r.Deliberation = true
	if err := r.Validate(); err == nil {
		t.Error("a deliberation with a ballot is valid")
	}
	r.Vote = Vote{}
	if err := r.Validate(); err != nil {
		t.Error(err)
	}
}
