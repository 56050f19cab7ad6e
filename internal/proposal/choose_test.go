package proposal_test

import (
	"fmt"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/proposal"
)

func TestWhatStandsLateInAnOrderIsReached(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var x texts
		early := proposal.Tag{Kind: proposal.TagCategory, Slug: "early"}
		for i := range 9000 {
			x.title, x.body = append(x.title, fmt.Sprint("Banc ", i)), append(x.body, "")
			if i < 2600 { // more than are sorted, all of them before the others
				x.tags = append(x.tags, []proposal.Tag{early})
			} else {
				x.tags = append(x.tags, nil)
			}
		}
		x.store(t, d)
		chosen, got, _ := x.choose(t, d, proposal.Choice{Tags: []proposal.Tag{early}}, proposal.ListQuery{Order: proposal.ByNumber, Reverse: true, Limit: 5})
		if chosen.Count != 2600 || len(got) != 5 || got[0] != 2600 {
			t.Errorf("%d chosen, the last ones are %v", chosen.Count, got)
		}
	})
}
