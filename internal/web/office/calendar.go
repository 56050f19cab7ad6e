package office

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// stepRow is a step as it is typed.
type stepRow struct {
	ID, Kind, Title                  string
	Starts, StartHour, Ends, EndHour string
}

// calendarForm is the calendar: a free list of steps.
type calendarForm struct {
	frame
	Rows     []stepRow
	School   string
	Reason   reason
	Remarks  []project.Remark
	Problems ui.Problems
}

func field(i int, name string) string { return fmt.Sprintf("steps[%d].%s", i, name) }

func (f calendarForm) kind(p ui.Page, i int) ui.Input {
	return ui.Input{Name: field(i, "kind"), Label: p.T("organise.step.kind"), Required: true, Options: options(p, "step", []project.Kind{project.Kind(f.Rows[i].Kind)}, project.Kinds()...)}
}

func (f calendarForm) title(p ui.Page, i int) ui.Input {
	return ui.Input{Name: field(i, "title"), Label: p.T("organise.step.title"), Value: f.Rows[i].Title, Max: 120}
}

func (f calendarForm) starts(p ui.Page, i int) ui.Input {
	return ui.Input{Name: field(i, "starts"), Label: p.T("organise.step.starts"), Type: "date", Value: f.Rows[i].Starts, Required: true}
}

func (f calendarForm) startHour(p ui.Page, i int) ui.Input {
	return ui.Input{Name: field(i, "start_hour"), Label: p.T("organise.hour"), Type: "time", Value: f.Rows[i].StartHour}
}

func (f calendarForm) ends(p ui.Page, i int) ui.Input {
	return ui.Input{Name: field(i, "ends"), Label: p.T("organise.step.ends"), Type: "date", Value: f.Rows[i].Ends}
}

func (f calendarForm) endHour(p ui.Page, i int) ui.Input {
	return ui.Input{Name: field(i, "end_hour"), Label: p.T("organise.hour"), Type: "time", Value: f.Rows[i].EndHour}
}

// rowName names a row, for whoever does not see where its buttons stand.
func (f calendarForm) rowName(p ui.Page, i int) string {
	if row := f.Rows[i]; row.Title != "" {
		return row.Title
	}
	if slices.Contains(project.Kinds(), project.Kind(f.Rows[i].Kind)) {
		return p.T("step." + f.Rows[i].Kind)
	}
	return p.T("step.other")
}

func (f calendarForm) school(p ui.Page) ui.Input {
	in := ui.Input{Name: "school", Label: p.T("organise.school"), Help: p.T("organise.school.help"), Options: []ui.Option{{Label: p.T("organise.school.none")}}}
	for _, z := range project.SchoolZones() {
		in.Options = append(in.Options, ui.Option{Value: string(z), Label: p.T("organise.school." + strings.ToLower(string(z))), Chosen: string(z) == f.School})
	}
	return in
}

// fields are the inputs in the order of the page.
func (f calendarForm) fields(p ui.Page) []ui.Input {
	var list []ui.Input
	for i := range f.Rows {
		list = append(list, f.kind(p, i), f.title(p, i), f.starts(p, i), f.ends(p, i))
	}
	return append(list, f.school(p), f.Reason.words(p))
}

func (s *Pages) calendar(r *web.Request, p ui.Page) (web.View, error) {
	frame, err := s.load(r, project.ScreenCalendar)
	f := calendarForm{frame: frame, School: string(frame.Edition.Plan.School), Reason: reason{kind: "calendar"}}
	for _, step := range frame.Edition.Steps {
		row := stepRow{ID: step.ID.String(), Kind: string(step.Kind), Title: step.Title}
		row.Starts, row.StartHour = dayHour(step.StartsAt, r.Platform.Zone, false)
		row.Ends, row.EndHour = dayHour(step.EndsAt, r.Platform.Zone, true)
		f.Rows = append(f.Rows, row)
	}
	f.Remarks = project.Remarks(frame.Edition.Steps, frame.Edition.Plan.School, r.Platform.Zone)
	return web.View{Page: Calendar(p, f)}, err
}

// mostRows is more than CheckCalendar takes; what comes after is not read.
const mostRows = 40

// rows reads the list as it was typed.
func rows(r *web.Request) []stepRow {
	n, _ := strconv.Atoi(r.Posted("rows"))
	var list []stepRow
	for i := range min(max(n, 0), mostRows) {
		list = append(list, stepRow{ID: r.Posted(field(i, "id")), Kind: r.Posted(field(i, "kind")), Title: r.Posted(field(i, "title")),
			Starts: r.Posted(field(i, "starts")), StartHour: r.Posted(field(i, "start_hour")), Ends: r.Posted(field(i, "ends")), EndHour: r.Posted(field(i, "end_hour"))})
	}
	return list
}

// rearranged does what a button of the list asks: add a step, take one out, move one up. False: it asks to save.
func rearranged(list []stepRow, do string) ([]stepRow, bool) {
	what, number, _ := strings.Cut(do, "-")
	i, err := strconv.Atoi(number)
	known := err == nil && i >= 0 && i < len(list)
	switch {
	case what == "add" && len(list) < mostRows:
		return append(list, stepRow{Kind: string(project.Other)}), true
	case what == "remove" && known:
		return slices.Delete(list, i, i+1), true
	case what == "up" && known && i > 0:
		list[i-1], list[i] = list[i], list[i-1]
		return list, true
	}
	return list, false
}

func (s *Pages) setCalendar(r *web.Request, p ui.Page) (web.View, error) {
	frame, err := s.load(r, project.ScreenCalendar)
	if err != nil {
		return web.View{}, err
	}
	f := calendarForm{frame: frame, Rows: rows(r), School: r.Posted("school"), Reason: reasonOf(r, "calendar")}
	in := &reader{r: r}
	steps := make([]project.Step, len(f.Rows))
	for i, row := range f.Rows {
		id, _ := ids.Parse(row.ID) // none: a new step
		steps[i] = project.Step{ID: id, Kind: project.Kind(row.Kind), Title: row.Title,
			StartsAt: in.moment(field(i, "starts"), field(i, "start_hour"), false), EndsAt: in.moment(field(i, "ends"), field(i, "end_hour"), true)}
	}
	if list, asked := rearranged(f.Rows, r.Posted("do")); asked {
		f.Rows = list
		return web.View{Page: Calendar(p, f), Status: http.StatusOK}, nil
	}
	err = in.err()
	if err == nil {
		err = s.editions.SetCalendar(r.Context(), r.Platform, r.Person, frame.Edition.Slug, steps, project.SchoolZone(f.School), f.Reason.said(p))
	}
	if f.Problems, err = p.ProblemsOf(err); err != nil || len(f.Problems) > 0 {
		return web.Form(Calendar(p, f), f.Problems), err
	}
	if r.Posted("do") == "check" { // stay, and read the remarks
		return web.View{Next: p.HrefWith(of(frame.Edition.Slug, string(project.ScreenCalendar)), "fait", "calendrier")}, nil
	}
	return frame.saved(p, "calendrier"), nil
}

// remark says a remark; its times are days.
func remark(p ui.Page, r project.Remark) string {
	args := slices.Clone(r.Args)
	for i, a := range args {
		if t, ok := a.(time.Time); ok {
			args[i] = p.Date(t)
		}
	}
	return p.T(r.Key, args...)
}
