package rulebook

import (
	"strings"

	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/tally"
)

// ReasonText says why a project is in or out: « Non retenu : il restait 41 000 €, il en coûte 60 000 €. », and, when a
// tie-break decided, which one. projectName gives the title of a project by its ID in the election, keyName the name of
// a district or category by its key.
func ReasonText(l *i18n.Locale, r tally.Reason, currency string, projectName, keyName func(string) string) string {
	amount := func(a tally.Amount) i18n.Amount { return i18n.Amount{Hundredths: int64(a), Currency: currency} }
	args := []any{
		"Left", amount(r.Left), "Cost", amount(r.Cost), "Missing", amount(r.Missing),
		"Need", r.Need, "Have", r.Have, "Count", r.Have, "NeedShare", l.Percent(r.Need, 100), "HaveShare", l.Percent(r.Have, 100),
	}
	if r.Other != "" {
		args = append(args, "Other", projectName(r.Other))
	}
	if r.Key != "" {
		args = append(args, "Key", keyName(r.Key))
	}
	key := "reason." + string(r.Code)
	if r.Code == tally.OutNoFit && r.Need > 0 {
		key += ".reserve"
	}
	text := l.T(key, args...)
	if r.Tie == "" {
		return text
	}
	side := ".out"
	if strings.HasPrefix(string(r.Code), "in_") {
		side = ".in"
	}
	return text + " " + l.T("reason.tie."+string(r.Tie)+side, args...)
}
