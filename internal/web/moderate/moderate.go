// Package moderate holds the pages of moderation: reporting something, the moderators' queue, what authors are told and how they
// contest it, and the public's register of what was removed.
package moderate

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/moderation"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Pages answers them.
type Pages struct{ moderation *moderation.Service }

// New gives the pages over the service.
func New(s *moderation.Service) *Pages { return &Pages{s} }

// The addresses of the pages.
const (
	// RegisterPath is the public register of what was removed.
	RegisterPath = "/contributions-retirees"
	// Path is the moderators' queue.
	Path = "/moderation"

	reportPath  = "/signaler"
	casePath    = Path + "/cas/{case}"
	suspectPath = Path + "/soupcons"
	domainsPath = Path + "/adresses"
	minePath    = moderation.MinePath
)

// Routes are the pages, a line each with what it needs.
func (s *Pages) Routes() []web.Route {
	post := func(path string, need access.Action, h web.Handler) web.Route {
		return web.Route{Method: http.MethodPost, Path: path, Need: need, Handle: h}
	}
	return []web.Route{
		{Path: RegisterPath, Need: access.Visit, Handle: s.register},

		{Path: reportPath + "/{kind}/{id}", Need: access.Report, Handle: s.report},
		post(reportPath+"/{kind}/{id}", access.Report, s.sendReport),

		{Path: Path, Need: access.Moderate, Handle: s.queue},
		post(Path, access.Moderate, s.decideAll),
		post(Path+"/examiner/{kind}/{id}", access.Moderate, s.open),
		{Path: casePath, Need: access.Moderate, Handle: s.sheet},
		post(casePath, access.Moderate, s.decide),
		post(casePath+"/accord", access.Moderate, s.agree),
		post(casePath+"/recours", access.Moderate, s.reply),
		{Path: suspectPath, Need: access.Moderate, Handle: s.suspicions},
		{Path: domainsPath, Need: access.KeepDomains, Handle: s.domains},
		post(domainsPath, access.KeepDomains, s.setDomains),

		{Path: minePath, Need: access.Manage, Handle: s.mine},
		{Path: minePath + "/{act}", Need: access.Manage, Handle: s.mineShow},
		post(minePath+"/{act}", access.Manage, s.contest),
	}
}

// words of kinds of contributions, in addresses.
var kindWords = map[string]moderation.Kind{"projet": moderation.Proposal, "commentaire": moderation.Comment}

// wordOf is the word of a kind in addresses.
func wordOf(kind moderation.Kind) string {
	for word, k := range kindWords {
		if k == kind {
			return word
		}
	}
	return ""
}

// ReportPath is where somebody reports a contribution.
func ReportPath(kind moderation.Kind, id ids.ID) string {
	return reportPath + "/" + wordOf(kind) + "/" + id.String()
}

func casePathOf(id ids.ID) string { return Path + "/cas/" + id.String() }

// named reads the contribution of an address. Fault: not_found.
func named(r *web.Request) (moderation.Kind, ids.ID, error) {
	kind, ok := kindWords[r.PathValue("kind")]
	id, err := ids.Parse(r.PathValue("id"))
	if !ok || err != nil {
		return "", id, fault.New(fault.NotFound, "fault.not_found")
	}
	return kind, id, nil
}

// idOf reads an identifier of the address. Fault: not_found.
func idOf(r *web.Request, name string) (ids.ID, error) {
	id, err := ids.Parse(r.PathValue(name))
	if err != nil {
		err = fault.New(fault.NotFound, "fault.not_found")
	}
	return id, err
}

// done is what was just done, as a sentence; empty: nothing.
func done(r *web.Request, p ui.Page) string {
	switch word := r.URL.Query().Get("fait"); word {
	case "garde", "retire", "modifier", "masque", "remis", "ecarte", "propose", "accord", "refus", "maintenu", "annule", "adresses", "conteste":
		return p.T("moderation.done." + word)
	}
	return ""
}

// doneWords say what an act did, in addresses.
var doneWords = map[moderation.Verb]string{moderation.Keep: "garde", moderation.Hide: "retire", moderation.Edit: "modifier", moderation.Blank: "masque", moderation.Restore: "remis", moderation.Exclude: "ecarte"}

// reasons is the field of a reason of the charter.
func reasons(p ui.Page, chosen string, required bool) ui.Input {
	in := ui.Input{Name: "reason", Label: p.T("moderation.field.reason"), Required: required}
	for _, reason := range moderation.Reasons() {
		in.Options = append(in.Options, ui.Option{Value: reason.Key, Label: p.T("moderation.reason." + reason.Key), Help: p.T("moderation.reason." + reason.Key + ".what"), Chosen: reason.Key == chosen})
	}
	return in
}

// lines are those of a field that are not empty.
func lines(text string) (list []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

// whole reads a number of a field; -1 for anything else.
func whole(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return -1
	}
	return n
}

// reason names one; empty: none is needed.
func reason(p ui.Page, key string) string {
	if key == "" {
		return ""
	}
	return p.T("moderation.reason." + key)
}

// name says which contribution it is without a word of its author.
func name(p ui.Page, c moderation.Contribution) string { return moderation.Name(p.Locale, c) }

// month writes a month, as 202611.
func month(p ui.Page, n int) string {
	return p.T("moderation.month."+strconv.Itoa(n%100), "Year", strconv.Itoa(n/100))
}
