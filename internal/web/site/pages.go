// Package site holds the pages that everyone may read. Each page is a struct of plain values that a handler fills from
// the rooms' services, and a template beside it.
package site

import (
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/ids"
	webanalysis "github.com/parvis-civic/parvis/internal/web/analysis"
	"github.com/parvis-civic/parvis/internal/web/articles"
	"github.com/parvis-civic/parvis/internal/web/decide"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/talk"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/internal/web/works"
)

// Project names a project and its pages, on each of them.
type Project = edition.Project

// Moment is what a project is doing now.
type Moment string

// The moments, in the order in which the home page lists them ("web.moment.…" in the translations).
const (
	MomentVote     Moment = "vote"     // people vote
	MomentDeposit  Moment = "deposit"  // people deposit proposals
	MomentAnalysis Moment = "analysis" // the services study them
	MomentWait     Moment = "wait"     // between two steps
	MomentSoon     Moment = "soon"     // nothing has begun
	MomentResults  Moment = "results"  // the winners are known
	MomentTotals   Moment = "totals"   // what each proposal received is known, and no winners
	MomentDelivery Moment = "delivery" // the winners are being built
	MomentOver     Moment = "over"     // all is done
)

// moments is the order of the moments.
var moments = []Moment{MomentVote, MomentDeposit, MomentAnalysis, MomentWait, MomentSoon, MomentResults, MomentTotals, MomentDelivery, MomentOver}

// place is the moment's place in that order; those that are over are one place, so that the newest edition comes first.
func (m Moment) place() int {
	if m.group() == "over" {
		m = MomentResults
	}
	return slices.Index(moments, m)
}

func (m Moment) group() string {
	switch m {
	case MomentVote, MomentDeposit:
		return "open"
	case MomentAnalysis, MomentWait, MomentSoon:
		return "soon"
	}
	return "over"
}

func (m Moment) state(p ui.Page) ui.State {
	s := ui.State{Tone: ui.Closed, Icon: "trophy", Text: p.T("web.moment." + string(m))}
	if m == MomentTotals {
		s.Icon = "circle-check"
	}
	switch m.group() {
	case "open":
		s.Tone, s.Icon = ui.Open, "circle-dot"
	case "soon":
		s.Tone, s.Icon = ui.Soon, "hourglass"
	}
	return s
}

// Edition is a project with the figures that say what it is about.
type Edition struct {
	Project
	Moment    Moment
	Until     time.Time     // when the moment ends; zero when it has no end
	Left      time.Duration // until then; 0 when it has no end
	Budget    int64         // hundredths
	Spent     int64         // hundredths, once there are winners
	Currency  string
	Proposals int64
	Voters    int64 // 0 before the vote
	Winners   int64
	Counted   bool // there are winners; false also when the rule isn't counted yet
	Deposits  bool // anyone may deposit a proposal now
}

// sentence says where the edition is: « 4 532 personnes ont voté, 83 projets sont lauréats. »
func (e Edition) sentence(p ui.Page) string {
	switch {
	case e.Moment.group() != "over" && !e.Until.IsZero():
		return p.T("web.edition.until."+string(e.Moment), "Until", p.Until(e.Until))
	case e.Moment.group() != "over":
		return p.T("web.edition." + string(e.Moment))
	case e.Counted:
		return p.T("web.edition.winners", "Voters", p.T("web.people_voted", "Count", e.Voters), "Winners", p.T("web.winners", "Count", e.Winners))
	}
	return p.T("web.edition.votes", "Voters", p.T("web.people_voted", "Count", e.Voters), "Proposals", p.T("web.proposals_on", "Count", e.Proposals))
}

// action is the one thing to do now.
func (e Edition) action(p ui.Page) ui.Link {
	if e.Moment == MomentTotals {
		return ui.Link{Text: p.T("web.action.totals"), Href: p.Href(e.Path() + "/resultats")}
	}
	if e.Moment.group() == "over" && e.HasResults {
		return ui.Link{Text: p.T("web.action.results"), Href: p.Href(e.Path() + "/resultats")}
	}
	if e.Moment == MomentVote && e.HasVote {
		return ui.Link{Text: p.T("vote.action"), Href: p.Href(e.Path() + "/vote")}
	}
	if e.Deposits {
		return ui.Link{Text: p.T("deposit.heading"), Href: p.Href(e.Path() + "/deposer")}
	}
	return e.list(p)
}

// list leads to the proposals.
func (e Edition) list(p ui.Page) ui.Link {
	if e.Proposals == 0 { // there is nothing to see yet but how it goes
		return ui.Link{Text: p.T("web.results.read_rule"), Href: p.Href(e.Path() + "/reglement")}
	}
	return ui.Link{Text: p.T("web.action.proposals", "Count", e.Proposals), Href: p.Href(e.Path() + "/propositions")}
}

// envelope is the money of the edition as a bar and as a sentence.
func (e Edition) envelope(p ui.Page) (sentence string, parts []ui.EnvelopePart) {
	if !e.Counted && e.Moment.group() == "over" {
		return p.T("web.money.had", "Budget", p.Money(e.Budget, e.Currency)),
			[]ui.EnvelopePart{{Label: p.T("web.money.budget"), Amount: e.Budget, Class: "whole"}}
	}
	if !e.Counted {
		return p.T("web.money.whole", "Budget", p.Money(e.Budget, e.Currency)),
			[]ui.EnvelopePart{{Label: p.T("web.money.to_share"), Amount: e.Budget, Class: "whole"}}
	}
	left := max(e.Budget-e.Spent, 0)
	return p.T("web.money.spent", "Spent", p.Money(e.Spent, e.Currency), "Winners", p.T("web.winners", "Count", e.Winners), "Left", p.Money(left, e.Currency)),
		[]ui.EnvelopePart{
			{Label: p.T("web.money.winners"), Amount: e.Spent, Class: "won"},
			{Label: p.T("web.money.left"), Amount: left, Class: "rest"},
		}
}

// HomePage is the home of a platform.
type HomePage struct {
	Editions []Edition // the first is what is open now, else the most recent; empty on a new platform
	News     []articles.Line
}

// grouped gives the editions by state, in the order of reading, without empty groups.
func (h HomePage) grouped() []editionGroup {
	var groups []editionGroup
	for _, key := range []string{"open", "soon", "over"} {
		g := editionGroup{key: key}
		for _, e := range h.Editions {
			if e.Moment.group() == key {
				g.editions = append(g.editions, e)
			}
		}
		if len(g.editions) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

type editionGroup struct {
	key      string
	editions []Edition
}

// ProjectPage presents a project.
type ProjectPage struct {
	Edition
	Summary string // a few sentences, paragraphs edition.Apart by an empty line
	Steps   []ui.Step
	Teaser  []ui.Card
	Best    bool   // the teaser shows the most chosen
	Stage   string // what its proposals are: "_deposited", "_studied", "" when put to the vote
	Map     ui.CityMap
	Drawn   bool // there is a map
	News    []articles.Line
	Source  string // where imported data comes from; empty for the city's own
}

// ProposalPage is one proposal.
type ProposalPage struct {
	Project Project

	Handed []webanalysis.Transmitted // to which other bodies

	Card       ui.Card
	Reference  string   // its number as people know it: the city's own where it gave one
	Text       string   // paragraphs edition.Apart by an empty line; may be empty
	Categories []string // all, the main one first
	Author     string   // public name; empty: not said
	OnPaper    bool     // it came on a paper form
	Rank       int      // after a count; 0 before
	Proposals  int64    // how many there are
	Winner     bool
	Completed  bool
	Counted    bool
	Reason     string // the sentence that says why it is in or out
	Address    string // as the organiser gave it
	Latitude   string // shown when there is no address; empty when there is none
	Longitude  string
	Where      *ui.CityMap   // the place in the city; nil when it is not known
	Works      *works.Winner // the follow-up of a winner; nil when there is none
	Reply      decide.Reply
	Removed    string // when and why moderation removed it; empty: it stands
	Imported   bool
	Answers    []Answered // public answers to the organiser's questions
	Private    []Answered // the others, for who studies it
	Changes    int        // how often its author changed it
	Followers  int
	Follows    bool          // whoever reads does
	Mine       templ.SafeURL // where its author goes on with it; empty for everybody else

	Talk   *talk.Section // what people say of it; nil: nobody does here
	Report ids.ID        // itself, where people may report it; zero: nobody moderates here
}

// Answered is a question of the deposit form and its answer.
type Answered struct {
	Question, Answer string
	File             templ.SafeURL // of an answer that is a file; empty for words
}

// followable says whether one may follow it: nothing that was removed, and no copy of another system's data.
func (pr ProposalPage) followable() bool { return !pr.Imported && pr.Removed == "" }

// placed says whether there is any place to show.
func (pr ProposalPage) placed() bool {
	return !pr.Card.Placeless || pr.Where != nil || pr.Address != "" || pr.Latitude != ""
}

// PlatformsPage lists the platforms of this server.
type PlatformsPage struct {
	Platforms []PlatformLink
}

// PlatformLink is one platform in the list.
type PlatformLink struct {
	Name, Tagline, Href string
	Projects            int64
	Current             bool
}

// RulebookPage is the règlement of a project.
type RulebookPage struct {
	Project  Project
	Version  int
	Since    time.Time // when this version was stored
	Articles []Article
	Changes  []Change // since the publication, the last first
}

// Change is what was changed of an edition that was public already, and why.
type Change struct {
	What, Reason string
	At           time.Time
}

// Article is one article of a règlement.
type Article struct {
	Number     int
	Title      string
	Paragraphs []string
}

func (a Article) anchor() string { return "article-" + strconv.Itoa(a.Number) }
