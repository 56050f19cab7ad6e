package deposit

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

func (f formPage) heading(p ui.Page) string {
	switch {
	case f.Paper != nil && f.Deposit.Draft():
		return p.T("paper.heading")
	case f.Paper != nil:
		return p.T("paper.edit")
	case f.Deposit.Draft():
		return p.T("deposit.heading")
	}
	return p.T("deposit.edit.heading")
}

func (f formPage) lead(p ui.Page) string {
	switch {
	case !f.Deposit.Draft():
		return p.T("deposit.edit.lead")
	case f.Paper != nil:
		return p.T("paper.form.lead")
	case f.Step.EndsAt.IsZero():
		return p.T("deposit.lead")
	}
	return p.T("deposit.lead.until", "Until", p.Until(f.Step.EndsAt))
}

func (f formPage) whyClosed(p ui.Page) string {
	switch {
	case f.Deposit.Withdrawn:
		return p.T("deposit.withdrawn")
	case f.Phase == project.Future:
		return p.T("fault.deposit.early", "When", f.Step.StartsAt)
	}
	return p.T("fault.deposit.late", "When", f.Step.EndsAt)
}

// voting says whether people vote on the project's proposals now.
func (f formPage) voting() bool {
	vote := project.VoteStep(f.Steps)
	return vote >= 0 && project.PhaseOf(f.Steps, vote, f.Now) == project.Open
}

// asksConsent says whether somebody under the age of consent may deposit.
func (f formPage) asksConsent() bool { return f.MinimumAge() < deposit.ConsentAge }

// script tells the script what it needs: where it asks, and its sentences.
func (f formPage) script(p ui.Page) templ.Attributes {
	a := templ.Attributes{"data-root": string(p.Href(f.root())), "data-offline": p.T("deposit.offline"), "data-refused": p.T("deposit.refused"),
		"data-restored": p.T("deposit.restored"), "data-nowhere": p.T("deposit.nowhere")}
	if f.Deposit.Draft() {
		a["data-draft"] = "1"
	}
	if f.Paper != nil { // the device is the desk's: nothing of one person may wait there for the next
		a["data-shared"], a["data-offline"], a["data-refused"] = "1", p.T("paper.offline"), p.T("paper.refused")
	}
	return a
}

// ready says that nothing is missing but what one ticks on the page that checks.
func (k checkPage) ready() bool {
	for name := range k.Problems {
		if name != "charter" && name != "vouched" {
			return false
		}
	}
	return true
}

func draftTitle(p ui.Page, d deposit.Deposit) string {
	if title := strings.Join(strings.Fields(d.Content.Title), " "); title != "" {
		return ui.Tidy(title)
	}
	return p.T("deposit.untitled")
}

func alikeHref(p ui.Page, a proposal.Alike) templ.SafeURL {
	return p.Href("/projets/" + url.PathEscape(a.Path) + "/propositions/" + strconv.Itoa(a.Number))
}

// leaving names what is done with a draft, or with what was published.
func (f formPage) leaving(p ui.Page) string {
	if f.Paper != nil && !f.Deposit.Draft() {
		return p.T("paper.withdraw")
	}
	if f.Deposit.Draft() {
		return p.T("deposit.discard")
	}
	return p.T("deposit.withdraw")
}

// changed keeps of a version what is not as in the one before.
func changed(v, before proposal.Version) proposal.Version {
	for now, was := range map[*string]string{&v.Title: before.Title, &v.Summary: before.Summary, &v.Body: before.Body, &v.District: before.District,
		&v.Category: before.Category, &v.Address: before.Address} {
		if *now == was {
			*now = ""
		}
	}
	if v.Cost == before.Cost {
		v.Cost = 0
	}
	return v
}

// doneTitle is what is said of a sheet that was published, or taken back since.
func (k paperPage) doneTitle(p ui.Page) string {
	if k.Deposit.Withdrawn {
		return p.T("paper.done.withdrawn")
	}
	return p.T("paper.done.title")
}

// shownName is the name on the project's page.
func (k receipt) shownName(p ui.Page) string {
	switch c := k.Deposit.Content; {
	case c.Age == deposit.AgeYoung:
		return p.T("deposit.name.hidden")
	case strings.TrimSpace(c.Name) == "":
		return p.T("paper.nameless")
	default:
		return strings.Join(strings.Fields(c.Name), " ")
	}
}

// need is a label of the paper form, which says what may be left empty.
func (formPage) need(p ui.Page, label string, required bool) string {
	if required {
		return label
	}
	return label + " " + p.T("form.optional")
}

// paperName is the field of the name on a sheet, which may leave it out.
func (f formPage) paperName(p ui.Page) ui.Input {
	i := f.name(p)
	i.Help, i.Required, i.Autocomplete = p.T("paper.name.help"), false, "off"
	return i
}

// sheetName is the question of the name, to whoever fills the sheet in.
func (f formPage) sheetName(p ui.Page) ui.Input {
	i := f.paperName(p)
	i.Help = p.T("paper.form.name.help")
	return i
}

// paperDistrict is the question of the district without the help of a map.
func (f formPage) paperDistrict(p ui.Page) ui.Input {
	i := f.district(p)
	i.Help = ""
	return i
}
