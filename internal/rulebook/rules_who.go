package rulebook

import (
	"slices"
	"strings"

	"github.com/parvis-civic/parvis/internal/fault"
)

// Limited says whether only some addresses may take part: those of a domain, or of a list.
func (w Who) Limited() bool { return len(w.Domains) > 0 || w.Listed }

// CheckAddress says whether somebody whose address was proved may take part: it is of one of the domains, or on the list
// (which the caller looks up; onList is read only where the rules ask). A domain does not stand for those below it. Fault:
// forbidden (email).
func (w Who) CheckAddress(email string, onList bool) error {
	if !w.Limited() || w.Listed && onList {
		return nil
	}
	if at := strings.LastIndexByte(email, '@'); at >= 0 && slices.Contains(w.Domains, strings.ToLower(email[at+1:])) {
		return nil
	}
	if len(w.Domains) == 0 {
		return fault.New(fault.Forbidden, "fault.rulebook.address_list").In("email")
	}
	return fault.New(fault.Forbidden, "fault.rulebook.address_domain", "Domains", w.Domains).In("email")
}
