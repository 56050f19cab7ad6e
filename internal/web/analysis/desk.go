package analysis

import (
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// pageSize is how many proposals a page of the desk lists.
const pageSize = 50

// deskPage is what an agent has to do.
type deskPage struct {
	analysis.Desk
	Filter   analysis.Filter
	Rows     []row
	Previous templ.SafeURL
	After    templ.SafeURL
	Said     string
	Problems ui.Problems
	Assigns  bool
}

// row is a line of the list; Head begins a group of proposals that are alike.
type row struct {
	analysis.Task
	Head int // how many are in the group that begins here; 0: none begins
}

func (s *Pages) desk(r *web.Request, p ui.Page) (web.View, error) {
	return s.deskWith(r, p, filterOf(r.URL.Query()), nil)
}

func (s *Pages) deskWith(r *web.Request, p ui.Page, f analysis.Filter, problems ui.Problems) (web.View, error) {
	d, err := s.studies.Desk(r.Context(), r.Platform, r.Person, f)
	if err != nil {
		return web.View{}, err
	}
	v := deskPage{Desk: d, Filter: f, Said: done(r, p), Problems: problems, Assigns: r.May(access.Assign, access.Moment{})}
	from, _ := strconv.Atoi(r.URL.Query().Get("depuis")) // anything else is the beginning
	from = max(0, min(from, len(d.Tasks)))
	to := min(from+pageSize, len(d.Tasks))
	for i, t := range d.Tasks[from:to] {
		one := row{Task: t}
		if t.Likes > 1 && f.Order != analysis.ByStreet && (i == 0 || d.Tasks[from+i-1].Alike != t.Alike) {
			one.Head = run(d.Tasks[from+i : to])
		}
		v.Rows = append(v.Rows, one)
	}
	if from > 0 {
		v.Previous = p.Href(with(deskPath, f, "depuis", strconv.Itoa(max(0, from-pageSize))))
	}
	if to < len(d.Tasks) {
		v.After = p.Href(with(deskPath, f, "depuis", strconv.Itoa(to)))
	}
	return web.Form(Desk(p, v), problems), nil
}

// run counts how many of the first tasks are alike.
func run(tasks []analysis.Task) int {
	n := 0
	for n < len(tasks) && tasks[n].Alike == tasks[0].Alike {
		n++
	}
	if n < 2 {
		return 0
	}
	return n
}

// tabs are the parts of the work, each with how much it is.
func (v deskPage) tabs(p ui.Page) (links []ui.Link, current templ.SafeURL) {
	for _, show := range analysis.Shows() {
		f := v.Filter
		f.Show = show
		href := p.Href(with(deskPath, f))
		if show == v.Filter.Show {
			current = href
		}
		links = append(links, ui.Link{Text: p.T("analysis.show."+showName(show), "Count", v.Counts[show]), Href: href})
	}
	return links, current
}

func showName(s analysis.Show) string {
	if s == analysis.ShowTodo {
		return "todo"
	}
	return string(s)
}

// names gives the values that the tasks have of something, each once, sorted.
func (v deskPage) names(of func(analysis.Task) string) (list []string) {
	for _, t := range v.All {
		if name := of(t); name != "" && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	slices.SortFunc(list, func(a, b string) int { return slices.Compare([]byte(i18n.Fold(a)), []byte(i18n.Fold(b))) })
	return list
}

func choice(p ui.Page, name, label, chosen string, options []ui.Option) ui.Input {
	in := ui.Input{Name: name, Label: label, Required: true, Options: append([]ui.Option{{Label: p.T("analysis.filter.all")}}, options...)}
	for i := range in.Options {
		in.Options[i].Chosen = in.Options[i].Value == chosen
	}
	return in
}

func plain(list []string) (options []ui.Option) {
	for _, name := range list {
		options = append(options, ui.Option{Value: name, Label: name})
	}
	return options
}

// filters are the fields by which the list is narrowed; those that could not narrow it are left out.
func (v deskPage) filters(p ui.Page) (fields []ui.Input) {
	if slugs := v.names(func(t analysis.Task) string { return t.Edition }); len(slugs) > 1 {
		var options []ui.Option
		for _, e := range v.Editions {
			if !slices.Contains(slugs, e.Slug) {
				continue
			}
			options = append(options, ui.Option{Value: e.Slug, Label: e.Title, Lang: e.Language})
		}
		fields = append(fields, choice(p, "edition", p.T("analysis.filter.edition"), v.Filter.Edition, options))
	}
	if len(v.Seat.Services) > 1 {
		var options []ui.Option
		for _, one := range v.Seat.Services {
			options = append(options, ui.Option{Value: one.ID.String(), Label: one.Name})
		}
		fields = append(fields, choice(p, "service", p.T("analysis.filter.service"), v.Filter.Service, options))
	}
	if len(v.Rounds) > 1 {
		var options []ui.Option
		for _, one := range v.Rounds {
			options = append(options, ui.Option{Value: one.ID.String(), Label: roundName(p, one)})
		}
		fields = append(fields, choice(p, "tour", p.T("analysis.filter.round"), v.Filter.Round, options))
	}
	if list := v.names(func(t analysis.Task) string { return t.Category }); len(list) > 1 {
		fields = append(fields, choice(p, "categorie", p.T("analysis.filter.category"), v.Filter.Category, plain(list)))
	}
	if list := v.names(func(t analysis.Task) string { return t.District }); len(list) > 1 {
		fields = append(fields, choice(p, "quartier", p.T("analysis.filter.district"), v.Filter.District, plain(list)))
	}
	order := ui.Input{Name: "tri", Label: p.T("analysis.order"), Required: true}
	for _, o := range analysis.Orders() {
		order.Options = append(order.Options, ui.Option{Value: orderWords[o], Label: p.T("analysis.order." + orderName(o)), Chosen: o == v.Filter.Order})
	}
	return append(fields, order)
}

func orderName(o analysis.Order) string {
	if o == analysis.ByDue {
		return "due"
	}
	return string(o)
}

func (v deskPage) mineField(p ui.Page) ui.Input {
	return ui.Input{Name: "moi", Label: p.T("analysis.filter.mine"), Several: true, Required: true, Options: []ui.Option{{Value: "1", Label: p.T("analysis.filter.mine.yes"), Chosen: v.Filter.Mine}}}
}

func (v deskPage) sheetField(p ui.Page) ui.Input {
	return ui.Input{Name: "sheet", Label: p.T("analysis.sheet.file"), Help: p.T("analysis.sheet.file.help", "Max", analysis.MaxRows), Type: "file", Required: true}
}

// roundName is a round's own title, else its kind's.
func roundName(p ui.Page, r analysis.Round) string {
	if r.Title != "" {
		return r.Title
	}
	return p.T("analysis.round." + string(r.Kind))
}

// stateOf is how far a service is, in a word.
func stateOf(p ui.Page, a analysis.Assignment, v analysis.Desk) ui.State {
	w := ui.State{Tone: ui.Soon, Icon: "circle", Text: p.T("analysis.state." + string(a.State))}
	switch {
	case a.Late(v.Now):
		w.Tone, w.Icon, w.Text = ui.Attention, "triangle-alert", p.T("analysis.late.since", "Day", p.DateShort(a.DueAt))
	case a.State == analysis.Given:
		w.Tone, w.Icon = ui.Open, "circle-check"
	case a.State == analysis.Waiting:
		w.Icon = "hourglass"
	case a.State == analysis.Begun:
		w.Icon = "circle-dot"
	case a.State == analysis.Passed:
		w.Tone, w.Icon = ui.Closed, "arrow-right"
	}
	return w
}

// verdictState is an opinion in a word.
func verdictState(p ui.Page, v analysis.Verdict) ui.State {
	w := ui.State{Tone: ui.Open, Icon: "check", Text: p.T("analysis.verdict." + string(v))}
	switch v {
	case analysis.Unfavourable:
		w.Tone, w.Icon = ui.Attention, "x"
	case analysis.TooLate:
		w.Tone, w.Icon = ui.Soon, "clock"
	}
	return w
}

// serviceName names a service of the platform.
func serviceName(seat analysis.Seat, id ids.ID) string {
	v, _ := seat.Service(id)
	return v.Name
}

// taskRound names the round in which a task was sent.
func taskRound(p ui.Page, t analysis.Task) string {
	return roundName(p, analysis.Round{Kind: t.RoundKind, Title: t.RoundName})
}
