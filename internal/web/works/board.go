// Package works holds the pages on which people see what became of the winners.
package works

import (
	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/delivery"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// BoardPage is where the works of a project's winners are.
type BoardPage struct {
	Project edition.Project
	Asked   delivery.State // "": all
	Counts  []WorksCount
	All     int64
	Map     ui.CityMap
	Drawn   bool
	Follow  []Followed
	Cut     bool // there are more than Follow shows
}

// WorksCount is how many winners are in a state.
type WorksCount struct {
	State delivery.State
	Count int64
}

// Followed is a winner with the line of its milestones.
type Followed struct {
	Title, Number, Slug string
	Districts           []ui.District
	Placeless           bool // the edition has no districts: no place is said
	Cost                int64
	Currency            string
	Code                delivery.State
	Line
}

// count is how many are in a state.
func (d BoardPage) count(state delivery.State) int64 {
	for _, c := range d.Counts {
		if c.State == state {
			return c.Count
		}
	}
	return 0
}

// href is the address of the board for a state, "" for all.
func (d BoardPage) href(p ui.Page, state delivery.State) templ.SafeURL {
	return p.HrefWith(d.Project.Path()+"/realisations", "etat", string(state))
}

func (d BoardPage) title(p ui.Page) string {
	return p.T("delivery.title", "Count", d.count(delivery.Built), "All", d.All)
}

// heading is that of the list.
func (d BoardPage) heading(p ui.Page) string {
	if d.Asked == "" {
		return p.T("delivery.all")
	}
	return p.T("web.works."+string(d.Asked)) + " · " + p.T("delivery.list", "Count", len(d.Follow))
}

// Line is where the works of a winner are.
type Line struct {
	State      ui.State
	Note       string // why it is late or was given up; may be empty
	Milestones []Milestone
}

// Milestone is a dated stage of the works.
type Milestone struct {
	Title string
	When  string // in words
	Done  bool
}
