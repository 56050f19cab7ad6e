// Package decide holds the pages of who assesses and decides: the board of an edition, the assessment of a proposal, the signature
// and its waves, appeals, proposals that become one; the elected official's page; and the answer as its author and everybody read it.
package decide

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/decision"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Pages answers them.
type Pages struct {
	db       *db.DB
	decision *decision.Service
}

// New gives the pages over the service.
func New(d *db.DB, s *decision.Service) *Pages { return &Pages{d, s} }

// Path is where who decides begins; DashboardPath is the elected official's page.
const (
	Path          = "/decisions"
	DashboardPath = "/tableau-de-bord"

	board    = Path + "/{project}"
	proposal = "/projets/{project}/propositions/{proposal}"
)

// Routes are the pages, a line each with what it needs.
func (s *Pages) Routes() []web.Route {
	post := func(path string, need access.Action, h web.Handler) web.Route {
		return web.Route{Method: http.MethodPost, Path: path, Need: need, Handle: h}
	}
	return []web.Route{
		{Path: Path, Need: access.SeeBoard, Handle: s.editions},
		{Path: board, Need: access.SeeBoard, Handle: s.board},
		post(board, access.Assess, s.propose),
		{Path: board + "/projet/{number}", Need: access.SeeBoard, Handle: s.assess},
		post(board+"/projet/{number}", access.Assess, s.save),
		post(board+"/projet/{number}/reprendre", access.Decide, s.unsign),
		{Path: board + "/signature", Need: access.SeeBoard, Handle: s.signature},
		post(board+"/signature", access.Decide, s.sign),
		post(board+"/vagues", access.Decide, s.wave),
		{Path: board + "/reexamens/{appeal}", Need: access.SeeBoard, Handle: s.appeal},
		post(board+"/reexamens/{appeal}", access.Assess, s.answer),
		{Path: board + "/regroupements", Need: access.SeeBoard, Handle: s.mergers},
		post(board+"/regroupements", access.Assess, s.askMerge),
		{Path: board + "/ordre-du-jour", Need: access.SeeBoard, Handle: s.agenda},

		{Path: DashboardPath, Need: access.SeeDashboard, Handle: s.dashboard},

		{Path: proposal + "/reexamen", Need: access.Appeal, Handle: s.appealForm},
		post(proposal+"/reexamen", access.Appeal, s.sendAppeal),
		post(proposal+"/demander", access.AnswerAuthor, s.ask),
		{Path: proposal + "/regroupement", Need: access.AnswerAuthor, Handle: s.mergeForm},
		post(proposal+"/regroupement", access.AnswerAuthor, s.answerMerge),
	}
}

func of(slug, page string) string { return Path + "/" + slug + page }

// back leads to a page that says that it is done, with the filters that it had.
func back(p ui.Page, path, query, word string) web.View {
	q, err := url.ParseQuery(query)
	if err != nil {
		q = url.Values{}
	}
	q.Set("fait", word)
	return web.View{Next: p.Href(path + "?" + q.Encode())}
}

// done is what was just done, as a sentence; empty: nothing.
func done(r *web.Request, p ui.Page) string {
	switch word := r.URL.Query().Get("fait"); word {
	case "enregistre", "transmis", "propose", "signe", "vague", "repris", "repondu", "demande":
		return p.T("decide.done." + word)
	}
	return ""
}

// number reads the number of a proposal from an address: "12", "12-des-bancs". Fault: not_found.
func number(text string) (int, error) {
	text, _, _ = strings.Cut(text, "-")
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fault.New(fault.NotFound, "fault.not_found")
	}
	return n, nil
}

// numbers reads those that are ticked; other words are none.
func numbers(values []string) (list []int) {
	for _, v := range values {
		if n, err := strconv.Atoi(v); err == nil {
			list = append(list, n)
		}
	}
	return list
}

// outcome is a decision in a word, with its tone and its shape.
func outcome(p ui.Page, o decision.Outcome) ui.State {
	s := ui.State{Tone: ui.Closed, Icon: "circle", Text: p.T("decision.outcome." + string(o))}
	switch o {
	case decision.ToVote:
		s.Tone, s.Icon = ui.Open, "circle-check"
	case decision.Planned, decision.Outside:
		s.Tone, s.Icon = ui.Open, "check"
	case decision.Rework, decision.Kept, decision.Passed:
		s.Tone, s.Icon = ui.Soon, "arrow-right"
	case decision.Refused:
		s.Tone, s.Icon = ui.Attention, "x"
	}
	return s
}

// Outcome is a public decision in a word, for a card in a list.
func Outcome(p ui.Page, d decision.Decision) ui.State { return outcome(p, d.Outcome) }

// stage is how far a proposal is, in a word.
func stage(p ui.Page, s decision.Stage) ui.State {
	w := ui.State{Tone: ui.Soon, Icon: "hourglass", Text: p.T("decide.stage." + string(s))}
	switch s {
	case decision.Answered:
		w.Tone, w.Icon = ui.Open, "circle-check"
	case decision.Waits:
		w.Icon = "clock"
	case decision.Returned, decision.Appealed:
		w.Tone, w.Icon = ui.Attention, "triangle-alert"
	case decision.ToSign:
		w.Icon = "user-pen"
	}
	return w
}

// title names the edition in the page's head, with its own language.
func crumb(p ui.Page, e project.View) ui.Link {
	return ui.Link{Text: e.Title, Href: p.Href(of(e.Slug, "")), Lang: foreign(p, e.Language)}
}

// foreign gives a language when it is not the page's.
func foreign(p ui.Page, lang string) string {
	if lang == string(p.Lang) {
		return ""
	}
	return lang
}

func text(n int) string { return strconv.Itoa(n) }

func hrefOf(p ui.Page, slug string, number int) templ.SafeURL {
	return p.Href(of(slug, "/projet/"+text(number)))
}
