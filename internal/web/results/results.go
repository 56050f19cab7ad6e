package results

import (
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// ResultsPage is the count of a project: who won, the money by district, then every proposal with its reason.
type ResultsPage struct {
	Project   edition.Project
	Currency  string
	Counted   bool // false: the rule isn't built yet, so there are totals and no winners
	Points    bool // totals are points
	Ballots   int64
	Proposals int64
	Winners   int64
	Budget    int64 // hundredths
	Spent     int64
	Reserve   int64 // what a reserve added to complete a winner
	Rule      string
	Unstated  bool            // the file does not say how the city counted
	Groups    []MoneyGroup    // winners by district, in the order of the districts; one group when there are no districts
	Lines     []ui.ResultLine // every proposal in the order of the count, or one page of them
	Best      int64           // the highest total
	Previous  string          // keys of the pages before and after; empty when there is none
	Next      string
	Announced time.Time
	Measure   Measure // what the map's colours say
	Map       ui.CityMap
	Scale     []ui.ScaleStep // legend of the map's colours; empty: its marks are the winners
	Drawn     bool           // there is a map
	Guarantee []Decided      // winners that the minimum of their district brought in
	Ties      []Decided      // proposals that a tie-break decided
	Notices   ResultNotices
	File      string // name of the file that was imported, for the recount; empty when there is none

	Preview bool     // organisers alone read it: nothing is announced
	Sealed  bool     // files came out with it
	Lots    string   // how the lots were drawn, where the rulebook names a drawing to come; empty: none were
	Council *Council // what the council made of it; nil: not known yet, or it is a copy
	Pending bool     // the council has not voted on it

	Here        bool // counted here, from ballots of people who voted here
	Recountable bool // and those may be seen whole
}

// MoneyGroup is what a district won.
type MoneyGroup struct {
	District  *ui.District // nil: projects of the whole city
	Proposals int64
	Spent     int64 // hundredths
	Winners   []Winner
}

// Decided is a proposal with the sentence that says how a special rule decided it.
type Decided struct {
	Title, Number, Slug string
	Winner              bool
	Reason              string
}

// Measure is what the colours of the map of results say, as the address names it.
type Measure string

// The measures.
const (
	ByMoney  Measure = "argent"
	ByNumber Measure = "nombre"
)

// Measures are all of them, the usual one first.
func Measures() []Measure { return []Measure{ByMoney, ByNumber} }

// Council is the council's vote on a result.
type Council struct {
	On       time.Time
	Number   string
	Link     templ.SafeURL // where it is published; empty: nowhere
	Document templ.SafeURL // its text, kept here; empty: none
	Changes  []Changed
}

// Changed is a project of which the council decided otherwise than the count, and why.
type Changed struct {
	Title, Number, Slug string
	Won                 bool
	Reason              string
}

// Winner is a winner in the list of its district.
type Winner struct {
	Title, Number, Slug string
	Cost                int64
	Score               ui.Score
}

// ResultNotices are what one must know to judge a count.
type ResultNotices struct {
	Refused      []RefusedLine // lines of the file that the import refused
	TiesAdded    []string      // tie-breaks that the import added, in words, since the file names none
	Official     Official      // what the organiser announced
	Differences  []Difference  // proposals whose outcome is another one than announced
	Announced    []Difference  // what the organiser announced, where the count itself isn't done
	RefusedCount int           // of Refused, which may show the first ones only
	Dropped      int           // choices that name a proposal of these lines
	Differing    int           // totals that are not those that the file states
}

// RefusedLine is a line of a file that wasn't taken.
type RefusedLine struct {
	Line   int64
	Reason string
}

// Official says how the count compares with the organiser's outcome.
type Official string

// The comparisons.
const (
	OfficialUnknown   Official = ""          // nobody else announced one
	OfficialUnstated  Official = "unstated"  // the city's file announces none
	OfficialSame      Official = "same"      // the same winners
	OfficialDifferent Official = "different" // others, by a rule of its own
)

// Difference is a proposal whose outcome differs.
type Difference struct {
	Title, Number, Slug string
	OfficialWinner      bool // the organiser funded it
}

// finding is the title of the page: what came out.
func (r ResultsPage) finding(p ui.Page) string {
	if r.Counted {
		return p.T("web.winners", "Count", r.Winners)
	}
	return p.T("web.results.not_counted_title")
}

func (r ResultsPage) sentence(p ui.Page) string {
	voters := p.T("web.people_voted", "Count", r.Ballots)
	if !r.Counted {
		return p.T("web.results.not_counted_lead", "Voters", voters, "Proposals", p.T("web.proposals_on", "Count", r.Proposals))
	}
	if r.Winners == 0 {
		return p.T("web.results.lead_none", "Voters", voters, "Proposals", p.T("web.proposals_on", "Count", r.Proposals), "Left", p.Money(r.Budget, r.Currency))
	}
	return p.T("web.results.lead", "Count", r.Winners, "Voters", voters, "Proposals", p.T("web.proposals_on", "Count", r.Proposals),
		"Spent", p.Money(r.Spent, r.Currency), "Left", p.Money(max(r.Budget-r.Spent, 0), r.Currency))
}

// parts are the money of each district, then what is left.
func (r ResultsPage) parts(p ui.Page) []ui.EnvelopePart {
	if _, all := r.districtsServed(); all == 0 {
		return []ui.EnvelopePart{{Label: p.T("web.money.winners"), Amount: r.Spent, Class: "won"}, {Label: p.T("web.money.left"), Amount: r.Budget - r.Spent, Class: "rest"}}
	}
	var parts []ui.EnvelopePart
	for _, g := range r.Groups {
		parts = append(parts, ui.EnvelopePart{Label: g.name(p), Amount: g.Spent, Class: g.class()})
	}
	return append(parts, ui.EnvelopePart{Label: p.T("web.money.left"), Amount: r.Budget - r.Spent, Class: "rest"})
}

func (r ResultsPage) highestSpent() int64 {
	var high int64
	for _, g := range r.Groups {
		high = max(high, g.Spent)
	}
	return high
}

// districtsServed counts the districts that have a winner.
func (r ResultsPage) districtsServed() (served, all int) {
	for _, g := range r.Groups {
		if g.District == nil {
			continue
		}
		all++
		if len(g.Winners) > 0 {
			served++
		}
	}
	return served, all
}

func (r ResultsPage) moneyTitle(p ui.Page) string {
	served, all := r.districtsServed()
	switch {
	case all == 0:
		return p.T("web.results.winners_title")
	case served == all:
		return p.T("web.results.all_served", "Count", all)
	}
	return p.T("web.results.served", "Count", served, "All", all)
}

// How much of a long list is seen before it is opened, so that a phone is not made to pass over hundreds of lines.
const (
	wonShown       = 3  // winners of a district
	wonMany        = 40 // winners in all; of more, each district names its first
	announcedShown = 8  // winners that the city announced
	topShown       = 10 // first lines of a page
	cutBefore      = 3  // lines above the cut
	cutAfter       = 5  // lines below it
	fewest         = 5  // fewer are not folded
)

// wonSeen is how many winners of a district the first view names, so that it stays one screen.
func (r ResultsPage) wonSeen() int {
	if r.Winners > wonMany {
		return 1
	}
	return wonShown
}

// foldLong parts a list into those seen at once, and the others; nobody is folded alone.
func foldLong[T any](list []T, seen int) (shown, folded []T) {
	if len(list) <= seen+1 {
		return list, nil
	}
	return list[:seen], list[seen:]
}

// Stretch is some of the lines of a page, in their order.
type Stretch struct {
	Lines  []ui.ResultLine
	Folded bool // seen when it is opened, and on paper
}

// stretches parts the lines of a page: the first ones and those around the cut are seen at once.
func (r ResultsPage) stretches() []Stretch {
	n := len(r.Lines)
	seen := [][2]int{{0, min(topShown, n)}}
	for i, l := range r.Lines {
		if l.Cut != nil {
			seen = append(seen, [2]int{max(i-cutBefore, 0), min(i+cutAfter, n)})
		}
	}
	var all []Stretch
	add := func(from, to int, folded bool) {
		if from < to {
			all = append(all, Stretch{Lines: r.Lines[from:to], Folded: folded})
		}
	}
	from, to := 0, 0 // what is seen, up to now
	for _, s := range append(seen, [2]int{n, n}) {
		if s[0]-to >= fewest {
			add(from, to, false)
			add(to, s[0], true)
			from = s[0]
		}
		to = max(to, s[1])
	}
	add(from, to, false)
	return all
}

func (g MoneyGroup) name(p ui.Page) string {
	if g.District == nil {
		return p.T("web.district.whole")
	}
	return g.District.Name
}

// lang is the language of the name, when it is not the page's.
func (g MoneyGroup) lang(of edition.Project) string {
	if g.District == nil {
		return ""
	}
	return of.Lang
}

func (g MoneyGroup) class() string {
	if g.District == nil {
		return "town"
	}
	return g.District.ColourClass()
}

// command redoes the count on anybody's machine.
func (r ResultsPage) command() string { return "parvis tally " + shellWord(r.kept()) }

// kept is the name of the file of the ballots, for who keeps it.
func (r ResultsPage) kept() string {
	if r.File != "" {
		return r.File
	}
	return recountFile(r.Project.Slug)
}

// shellWord quotes a file's name where a shell asks for it, and keeps it from being taken for an option.
func shellWord(s string) string {
	if strings.HasPrefix(s, "-") {
		return "-- " + shellWord("./"+s)
	}
	for _, c := range s {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-') {
			return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
		}
	}
	return s
}

func (r ResultsPage) page(p ui.Page, side, key string) templ.SafeURL {
	if key == "" {
		return ""
	}
	return p.HrefWith(r.Project.Path()+"/resultats", side, key)
}

// measured is the address of the page with another measure on its map.
func (r ResultsPage) measured(p ui.Page, m Measure) templ.SafeURL {
	if m == ByMoney {
		return p.Href(r.Project.Path() + "/resultats#carte-titre")
	}
	return p.HrefWith(r.Project.Path()+"/resultats", "carte", string(m)) + "#carte-titre"
}

// district is the address of the results of one district.
func (r ResultsPage) district(p ui.Page, slug string) templ.SafeURL {
	return p.Href(r.Project.Path() + "/resultats/" + url.PathEscape(slug))
}

func (r ResultsPage) mapTitle(p ui.Page) string {
	if len(r.Scale) == 0 {
		return p.T("results.map.places")
	}
	return p.T("results.map." + string(r.Measure))
}

// noticed says whether there is anything to know of the count.
func (r ResultsPage) noticed() bool {
	n := r.Notices
	return !r.Counted || n.Official != OfficialUnknown || len(n.TiesAdded)+n.RefusedCount+n.Differing > 0
}
