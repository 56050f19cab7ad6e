package site

import (
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

func TestAnEmptyListInvites(t *testing.T) {
	p := ui.Page{Locale: i18n.For(i18n.FR, nil)}
	for _, c := range []struct {
		list ProposalsPage
		says string
	}{
		{ProposalsPage{Deposit: true}, "Le vôtre"},
		{ProposalsPage{}, "Les premiers paraîtront ici"},
		{ProposalsPage{Deposit: true, Filter: Filter{Narrow: Narrow{Search: "licorne"}}}, "cette recherche"},
		{ProposalsPage{Filter: Filter{Narrow: Narrow{Theme: "nature"}}}, "cette recherche"},
	} {
		if said := c.list.empty(p); !strings.Contains(said, c.says) {
			t.Errorf("%+v says %q, not %q", c.list, said, c.says)
		}
	}
}
