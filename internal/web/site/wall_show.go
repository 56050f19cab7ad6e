package site

import (
	"context"
	"slices"
	"time"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/live"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// WallPage is the counters of a project for a meeting room.
type WallPage struct {
	Project   Project
	Show      Show
	Shows     []Show // that this project can show
	What      live.What
	Total     int64
	Districts []WallDistrict // empty when they are not shown
	Phase     project.Phase  // of the step that is counted
	From, To  time.Time      // when it opens and closes; zero: not known
	Left      time.Duration
	Now       time.Time // of the figures, on the clock of the room
	Address   string    // of the project, whole
	Code      ui.QR     // of the address
}

// Show is what a wall shows, as its address says it.
type Show string

// The shows.
const (
	ShowVoters    Show = "votants"
	ShowDistricts Show = "quartiers"
	ShowDeposits  Show = "depots"
)

// WallDistrict is a district on the wall.
type WallDistrict struct {
	ui.District
	Number int64
	Told   bool
	Width  float64 // of its bar, in hundredths of the longest one
}

// wallRefresh is how often the page asks itself anew where scripts do not run, in seconds.
const wallRefresh = 30

func (s *Site) wallShow(r *web.Request, p ui.Page) (web.View, error) {
	var page WallPage
	err := s.read(r, p, func(ctx context.Context, v visit) (err error) {
		e, err := v.Edition(ctx, r.PathValue("project"))
		if err != nil {
			return err
		}
		page, err = v.wall(ctx, e, Show(r.URL.Query().Get("voir")))
		return err
	})
	return web.View{Page: Wall(p, page)}, err
}

func (v visit) wall(ctx context.Context, e edition.Edition, asked Show) (WallPage, error) {
	page := WallPage{Project: e.Shown(), Now: v.Tx.Now(), Address: v.Platform.BaseURL + string(v.Href(e.Shown().Path()))}
	var step int
	var err error
	if page.Shows, page.Show, step, err = shows(e, asked); err != nil {
		return page, err
	}
	page.Phase, page.From, page.To = project.PhaseOf(e.Steps, step, e.Now), e.Steps[step].StartsAt, e.Steps[step].EndsAt
	if page.Phase == project.Open { // the short address leads to what the room is called to do
		code, err := project.ShortCode(ctx, v.Tx, v.Of.Key, e.Project.ID)
		if err != nil {
			return page, err
		}
		page.Address = v.Platform.BaseURL + string(v.Href(project.ShortPath+code))
	}
	topic := page.Show.topic(v.Of, e.Steps[step])
	page.What = topic.What
	counters, ok, err := live.Read(ctx, v.Tx, topic)
	if err != nil {
		return page, err
	}
	if !ok {
		return page, notFound()
	}
	page.Total, page.Left = int64(counters.Total), counters.Left
	if page.Show != ShowVoters {
		districts, err := project.DistrictsOf(ctx, v.Tx, v.Of.Key, []ids.ID{e.Project.ID})
		if err != nil {
			return page, err
		}
		page.Districts = onWall(counters, districts)
	}
	page.Code, err = ui.NewQR(page.Address)
	return page, err
}

// shows says what a project can show, what it does, and the step that is counted for it: what is asked, else what is open
// or was last.
func shows(e edition.Edition, asked Show) (all []Show, shown Show, step int, err error) {
	vote := project.VoteStep(e.Steps)
	deposit := slices.IndexFunc(e.Steps, func(s project.Step) bool { return s.Kind == project.Collect })
	city := e.Origin == project.OfCity // of elections elsewhere, files do not say where voters live, nor all that was deposited
	if vote >= 0 {
		all = append(all, ShowVoters)
		if city {
			all = append(all, ShowDistricts)
		}
	}
	if deposit >= 0 && city {
		all = append(all, ShowDeposits)
	}
	if len(all) == 0 {
		return nil, "", 0, fault.New(fault.NotFound, "fault.wall.nothing")
	}
	begun := vote >= 0 && project.PhaseOf(e.Steps, vote, e.Now) != project.Future
	switch {
	case asked != "":
		shown = asked
	case begun && city:
		shown = ShowDistricts
	case begun:
		shown = ShowVoters
	default:
		shown = all[len(all)-1]
	}
	if !slices.Contains(all, shown) {
		return nil, "", 0, fault.New(fault.Invalid, "fault.wall.show", "Value", string(asked)).In("voir")
	}
	if step = vote; shown == ShowDeposits {
		step = deposit
	}
	return all, shown, step, nil
}

func (s Show) topic(of platform.Platform, step project.Step) live.Topic {
	what := live.Voters
	if s == ShowDeposits {
		what = live.Deposits
	}
	return live.Topic{Platform: of, Step: step.ID, What: what}
}

// onWall gives the districts in their order, with bars as long as the largest number allows.
func onWall(c live.Counters, all []project.DistrictOf) []WallDistrict {
	list := make([]WallDistrict, len(all))
	most := 1
	for i, d := range all {
		n, told := c.Told(d.Slug)
		if told {
			most = max(most, n)
		}
		list[i] = WallDistrict{District: ui.District{Name: d.Name, Slug: d.Slug, Order: d.Colour}, Number: int64(n), Told: told}
	}
	for i := range list {
		if list[i].Told {
			list[i].Width = 100 * float64(list[i].Number) / float64(most)
		}
	}
	return list
}
