package site

import (
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/live"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// The sentences of a wall. Those that its script goes on writing have {} where the value goes.

const gap = "{}"

// key names a sentence that differs by what is counted: "wall.over.voters".
func (w WallPage) key(name string) string { return "wall." + name + "." + string(w.What) }

func (w WallPage) path() string { return w.Project.Path() + "/mur" }

func (w WallPage) stream() string { return w.path() + "/flux?voir=" + string(w.Show) }

// caption stands under the number: « personnes ont voté ».
func (w WallPage) caption(p ui.Page, n int64) string { return p.T("wall."+string(w.What), "Count", n) }

// few is what is written for a district whose number is not told.
func (w WallPage) few(p ui.Page) string {
	if w.What == live.Deposits {
		return p.T("wall.deposits.none")
	}
	return p.T("wall.voters.few", "Few", live.Few)
}

func (w WallPage) number(p ui.Page, d WallDistrict) string {
	if !d.Told {
		return w.few(p)
	}
	return p.Int(d.Number)
}

// scan says what the code is for.
func (w WallPage) scan(p ui.Page) string {
	switch {
	case w.Phase != project.Open:
		return p.T("wall.scan.see")
	case w.What == live.Deposits:
		return p.T("wall.scan.deposit")
	}
	return p.T("wall.scan.vote")
}

// ends is what the script is told of the end, in seconds from now; "" without one.
func (w WallPage) ends() string {
	if w.To.IsZero() {
		return ""
	}
	return strconv.FormatInt(int64(w.Left/time.Second), 10)
}

// left says how much time there is: « encore 12 jours ».
func (w WallPage) left(p ui.Page) string {
	switch {
	case w.Phase == project.Future && w.From.IsZero():
		return ""
	case w.Phase == project.Future:
		return p.T(w.key("before"), "On", p.Date(w.From))
	case w.Phase == project.Closed:
		return p.T(w.key("over"))
	case w.To.IsZero():
		return ""
	}
	return p.T("wall.left", "Left", leftWords(p, w.Left))
}

// leftWords says how much time there is.
func leftWords(p ui.Page, left time.Duration) string {
	if left < time.Minute {
		return p.T("wall.left.soon")
	}
	unit, n := inUnits(left)
	return p.T("wall.left."+unit, "Count", n)
}

// inUnits counts in the largest unit of which there are two.
func inUnits(left time.Duration) (unit string, n int) {
	switch {
	case left < 2*time.Hour:
		return "minutes", int(left / time.Minute)
	case left < 48*time.Hour:
		return "hours", int(left / time.Hour)
	}
	return "days", int(left / (24 * time.Hour))
}

func (w WallPage) head(p ui.Page) ui.Head {
	return ui.Head{Title: p.T("wall.title", "Project", w.Project.Title), Description: p.T("wall.description", "Project", w.Project.Title),
		Scripts: []string{p.Static.URL("wall.js")}, Refresh: wallRefresh}
}

func (w WallPage) href(p ui.Page, s Show) templ.SafeURL {
	return p.HrefWith(w.path(), "voir", string(s))
}

// digits is how long the number is, so that its size fits the screen.
func (w WallPage) digits() string { return strconv.Itoa(len(strconv.FormatInt(w.Total, 10))) }

func widthText(width float64) string { return strconv.FormatFloat(width, 'f', 2, 64) }
