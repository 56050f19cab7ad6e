package deposit

import "github.com/parvis-civic/parvis/internal/rulebook"

// Asked is a criterion that the organiser adds to those of the règlement: a question that is answered by yes or no. It
// excludes nobody: whoever answers otherwise is told that their proposal seems to be outside, and may deposit it.
type Asked struct {
	Key     string        `json:"key"` // a to z, digits and hyphens; unique, also among the règlement's
	Label   rulebook.Text `json:"label"`
	Wanted  string        `json:"wanted"`            // the answer that fits: Yes or No
	Outside rulebook.Text `json:"outside,omitzero"`  // what is said to who answers otherwise; empty: that the answer is not the one awaited
	Need    Need          `json:"need"`              // optional or required
	Article string        `json:"article,omitempty"` // the règlement's that it comes from (rulebook.Article.Key); empty: none
	Retired bool          `json:"retired,omitempty"` // not asked any more; the answers that it had are kept
}

// AskedCriteria gives the organiser's criteria without the retired ones.
func (f Form) AskedCriteria() []Asked {
	var list []Asked
	for _, k := range f.Criteria {
		if !k.Retired {
			list = append(list, k)
		}
	}
	return list
}

// criterion is how the form asks it.
func (a Asked) criterion() Criterion {
	return Criterion{Key: CriterionKey(a.Key), Wanted: a.Wanted, Own: &a}
}

// Optional says whether it may be left without an answer.
func (k Criterion) Optional() bool { return k.Own != nil && k.Own.Need == Optional }
