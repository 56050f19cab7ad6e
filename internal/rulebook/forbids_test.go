package rulebook

import (
	"strings"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/i18n"
)

func TestAnArticleForbidsOnlyWhatItsRulesKeepOut(t *testing.T) {
	l := i18n.For(i18n.FR, time.UTC)
	r := Rulebook{Currency: "EUR", Deposit: &Deposit{Running: Running{Kind: RunningAllowed},
		Who: Who{Residence: Residence{In: Anywhere}, Kinds: []Kind{KindPerson, KindAssociation, KindCollective, KindSchool, KindBusiness}}}}
	for _, article := range []string{"deposit_what", "deposit_who", "added-1", "nothing"} {
		if text := r.Forbids(l, article); text != "" {
			t.Errorf("%s permits everything, and forbids %q", article, text)
		}
	}
	r.Deposit.MaximumCost = 5_000_000
	if text := r.Forbids(l, "deposit_what"); !strings.Contains(text, "50") || strings.Contains(text, "fonctionnement") {
		t.Errorf("a limit of cost where running costs are permitted: %q", text)
	}
	r.Deposit.Running.Kind = RunningNoDirect
	if text := r.Forbids(l, "deposit_what"); !strings.Contains(text, "aucune dépense de fonctionnement") {
		t.Errorf("running costs are kept out: %q", text)
	}
	r.Deposit.Who.MinimumAge = 11
	if text := r.Forbids(l, "deposit_who"); !strings.Contains(text, "11") {
		t.Errorf("an age is asked: %q", text)
	}
}
