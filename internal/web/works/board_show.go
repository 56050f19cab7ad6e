package works

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/parvis-civic/parvis/internal/delivery"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/geo"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/citymap"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// followedShown is how many winners the board shows at once; a city builds tens in an edition.
const followedShown = 300

func (s *Pages) board(r *web.Request, p ui.Page) (web.View, error) {
	state := delivery.State(r.URL.Query().Get("etat"))
	if state != "" && !slices.Contains(delivery.States(), state) {
		return web.View{}, fault.New(fault.Invalid, "fault.delivery.state", "Value", string(state)).In("etat")
	}
	var page BoardPage
	err := edition.Read(s.db, r, p, func(ctx context.Context, at edition.Visit) error {
		v := visit{at}
		e, err := v.Edition(ctx, r.PathValue("project"))
		if err != nil {
			return err
		}
		page, err = v.board(ctx, e, state)
		return err
	})
	return web.View{Page: Board(p, page)}, err
}

// board reads it. Fault: not_found when nothing is followed yet.
func (v visit) board(ctx context.Context, e edition.Edition, state delivery.State) (BoardPage, error) {
	page := BoardPage{Project: e.Shown(), Asked: state}
	if !e.Followed() {
		return page, e.Early(project.Delivery, "works")
	}
	counts, err := delivery.Counts(ctx, v.Tx, v.Of.Key, e.Project.ID)
	if err != nil {
		return page, err
	}
	for _, s := range delivery.States() {
		page.Counts = append(page.Counts, WorksCount{s, int64(counts[s])})
		page.All += int64(counts[s])
	}
	if page.All == 0 {
		return page, edition.NotFound()
	}
	list, err := delivery.Followed(ctx, v.Tx, v.Of.Key, e.Project.ID, state, followedShown+1)
	if err != nil {
		return page, err
	}
	if page.Cut = len(list) > followedShown; page.Cut {
		list = list[:followedShown]
	}
	works, err := delivery.Of(ctx, v.Tx, v.Of.Key, list)
	if err != nil {
		return page, err
	}
	found, err := proposal.ByIDs(ctx, v.Tx, v.Of.Key, list)
	if err != nil {
		return page, err
	}
	for i := range found {
		found[i] = v.Seen(found[i])
	}
	slices.SortFunc(found, func(a, b proposal.Proposal) int {
		return cmp.Or(cmp.Compare(urgency(works[a.ID].State), urgency(works[b.ID].State)), cmp.Compare(a.Number, b.Number))
	})
	tags, err := proposal.TagsOf(ctx, v.Tx, v.Of.Key, e.Steps[project.VoteStep(e.Steps)].ID, list)
	if err != nil {
		return page, err
	}
	c, err := v.Town(ctx, e)
	if err != nil {
		return page, err
	}
	order := map[string]int{}
	for _, q := range c.Districts {
		order[q.Slug] = q.Order
	}
	for _, p := range found {
		d := works[p.ID]
		f := Followed{Title: p.Title, Number: strconv.Itoa(p.Number), Slug: p.Slug, Cost: p.Cost, Currency: e.Currency, Placeless: len(order) == 0, Code: d.State, Line: v.line(d)}
		f.Districts, _ = edition.PlacesOf(tags[p.ID], order)
		page.Follow = append(page.Follow, f)
	}
	page.Map, page.Drawn = v.worksMap(c, e, found, works)
	return page, nil
}

// urgency is the order of the list: what is late first, what is done last.
func urgency(s delivery.State) int {
	return slices.Index([]delivery.State{delivery.Late, delivery.UnderWay, delivery.Planned, delivery.Abandoned, delivery.Built}, s)
}

// worksMap shows each winner by the sign of its state; false when there is nothing to draw.
func (v visit) worksMap(c edition.Town, e edition.Edition, found []proposal.Proposal, works map[ids.ID]delivery.Delivery) (ui.CityMap, bool) {
	var spots []proposal.Spot
	var all []citymap.Place
	state := map[int]delivery.State{}
	for _, p := range found {
		if p.Place != nil {
			spots = append(spots, proposal.Spot{Place: *p.Place, District: p.District, Proposals: 1, Number: p.Number, Title: p.Title, Slug: p.Slug})
			all = append(all, citymap.Place(*p.Place))
			state[p.Number] = works[p.ID].State
		}
	}
	frame := c.Frame
	if !c.Outlined() {
		frame = geo.Around(all...)
	}
	if frame == (citymap.Frame{}) {
		return ui.CityMap{}, false
	}
	view := citymap.Fit(frame)
	points := make([]citymap.Spot, len(spots))
	for i, place := range all {
		points[i] = citymap.Spot{Point: view.Point(place), Count: 1}
	}
	gathered := citymap.Gather(points, edition.Apart/2) // signs are few, and each says something of its own
	m := c.Draw("carte", v.T("delivery.map", "Title", e.Title), view, func(edition.Quarter) edition.Style { return edition.Style{Class: "plain"} }, gathered, edition.Middles(spots, view))
	m.Marks = v.Marks(c, e, spots, gathered, nil)
	for i := range m.Marks {
		if mark := &m.Marks[i]; mark.Count == 1 {
			s := state[mark.Number]
			mark.Shape, mark.Lang, mark.Label = string(s), "", v.T("delivery.on_map", "Title", mark.Label, "State", v.T("web.works."+string(s)))
		}
	}
	return m, true
}

// tones of the states of works; the word says the rest.
var tones = map[delivery.State]ui.State{
	delivery.Planned:   {Tone: ui.Soon, Icon: "hourglass"},
	delivery.UnderWay:  {Tone: ui.Open, Icon: "circle-dot"},
	delivery.Built:     {Tone: ui.Open, Icon: "circle-check"},
	delivery.Late:      {Tone: ui.Attention, Icon: "hourglass"},
	delivery.Abandoned: {Tone: ui.Closed, Icon: "x"},
}

// Of is the follow-up of a winner, nil when there is none.
func Of(ctx context.Context, at edition.Visit, proposal ids.ID) (*Line, error) {
	v := visit{at}
	all, err := delivery.Of(ctx, v.Tx, v.Of.Key, []ids.ID{proposal})
	d, ok := all[proposal]
	if err != nil || !ok {
		return nil, err
	}
	w := v.line(d)
	return &w, nil
}

// line is a follow-up in words, with the explanation of what holds it up or ended it.
func (v visit) line(d delivery.Delivery) Line {
	w := Line{State: tones[d.State]}
	w.State.Text = v.T("web.works." + string(d.State))
	for _, m := range d.Milestones {
		line := Milestone{Title: m.Title, Done: !m.DoneAt.IsZero()}
		switch {
		case line.Done:
			line.When = v.T("web.works.done", "Day", v.DateShort(m.DoneAt))
		case !m.DueAt.IsZero():
			line.When = v.T("web.works.due", "Day", v.DateShort(m.DueAt))
			if m.DueAt.Before(v.Now) {
				line.When = v.T("web.works.overdue", "Day", v.DateShort(m.DueAt))
			}
		}
		if m.Body != "" && (d.State == delivery.Late && !line.Done || d.State == delivery.Abandoned) {
			w.Note = m.Body
		}
		w.Milestones = append(w.Milestones, line)
	}
	return w
}
