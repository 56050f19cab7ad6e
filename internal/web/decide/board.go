package decide

import (
	"context"
	"net/url"
	"slices"
	"strconv"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/decision"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// editions lists those of which the city decides here.
func (s *Pages) editions(r *web.Request, p ui.Page) (web.View, error) {
	list, err := s.published(r)
	return web.View{Page: Editions(p, list)}, err
}

func (s *Pages) published(r *web.Request) (list []project.View, err error) {
	err = s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		views, err := project.Views(ctx, tx, r.Platform.Key, 50, r.Platform.Now(tx.Now()))
		for _, v := range views {
			if v.Origin == project.OfCity {
				list = append(list, v)
			}
		}
		return err
	})
	return list, err
}

// filter is what the board is narrowed to, as its address says.
type filter struct {
	Stage, Service, District string
	Quarrel, Late            bool
	After                    int // the number after which the page begins
	query                    string
}

func filterOf(r *web.Request) filter {
	q := r.URL.Query()
	f := filter{Stage: q.Get("etat"), Service: q.Get("service"), District: q.Get("quartier"), Quarrel: q.Get("desaccord") == "oui", Late: q.Get("retard") == "oui"}
	f.After, _ = strconv.Atoi(q.Get("apres")) // anything else is the beginning
	q.Del("fait")
	f.query = q.Encode()
	return f
}

// with gives the filter's query with one of its values changed, from the first page on.
func (f filter) with(name, value string) string {
	q, err := url.ParseQuery(f.query)
	if err != nil {
		q = url.Values{}
	}
	if q.Del(name); value != "" {
		q.Set(name, value)
	}
	if name != "apres" {
		q.Del("apres")
	}
	return "?" + q.Encode()
}

func (f filter) any() bool {
	return f.Stage != "" || f.Service != "" || f.District != "" || f.Quarrel || f.Late
}

// boardView is the board as it is shown.
type boardView struct {
	decision.Board
	Filter   filter
	Lines    []decision.Line // of the page
	Found    int
	More     int // the last number of the page, when there are more
	Loads    []decision.Load
	All      decision.Load
	Shares   []decision.Share
	Sum      decision.Share
	names    map[ids.ID]string
	places   map[ids.ID]project.District
	May      bool // propose several at once
	Problems ui.Problems
	Done     string
}

const boardSize = 60

func viewOf(b decision.Board, f filter) boardView {
	v := boardView{Board: b, Filter: f, names: map[ids.ID]string{}, places: map[ids.ID]project.District{}}
	bySlug := map[string]ids.ID{}
	for _, s := range b.Services {
		v.names[s.ID], bySlug[s.Slug] = s.Name, s.ID
	}
	for _, d := range b.Districts {
		v.places[d.ID] = d
	}
	v.Loads, v.All = b.Loads()
	v.Shares, v.Sum = b.Shares()
	for _, l := range b.Lines {
		of := f.Service == "" || slices.ContainsFunc(l.Assignments, func(a analysis.Assignment) bool { return a.Service == bySlug[f.Service] })
		place := v.places[l.Proposal.District].Slug
		if !of || f.Stage != "" && string(l.Stage) != f.Stage || f.District != "" && place != f.District && (f.District != "ville" || place != "") || f.Quarrel && !l.Quarrel.Any() || f.Late && !l.Late {
			continue
		}
		if v.Found++; l.Proposal.Number > f.After && len(v.Lines) < boardSize {
			v.Lines = append(v.Lines, l)
		} else if len(v.Lines) == boardSize && v.More == 0 {
			v.More = v.Lines[boardSize-1].Proposal.Number
		}
	}
	// Those that are late come first on a page that is not turned.
	slices.SortStableFunc(v.Lines, func(a, b decision.Line) int {
		switch {
		case a.Late == b.Late:
			return 0
		case a.Late:
			return -1
		}
		return 1
	})
	return v
}

func (s *Pages) board(r *web.Request, p ui.Page) (web.View, error) { return s.showBoard(r, p, nil) }

func (s *Pages) showBoard(r *web.Request, p ui.Page, failed error) (web.View, error) {
	b, err := s.decision.Board(r.Context(), r.Platform, r.Person, r.PathValue("project"))
	if err != nil {
		return web.View{}, err
	}
	v := viewOf(b, filterOf(r))
	v.May, v.Done = r.May(access.Assess, access.Moment{}), done(r, p)
	if v.Problems, err = p.ProblemsOf(failed); err != nil {
		return web.View{}, err
	}
	return web.Form(Board(p, v), v.Problems), nil
}

// propose proposes the vote for what is ticked.
func (s *Pages) propose(r *web.Request, p ui.Page) (web.View, error) {
	slug := r.PathValue("project")
	if _, err := s.decision.Propose(r.Context(), r.Platform, r.Person, slug, numbers(r.PostForm["number"])); err != nil {
		return s.showBoard(r, p, err)
	}
	return back(p, of(slug, ""), r.URL.RawQuery, "propose"), nil
}

func (s *Pages) agenda(r *web.Request, p ui.Page) (web.View, error) {
	b, err := s.decision.Board(r.Context(), r.Platform, r.Person, r.PathValue("project"))
	if err != nil {
		return web.View{}, err
	}
	v := viewOf(b, filterOf(r))
	v.Lines = nil
	for _, l := range b.Lines {
		if l.Quarrel.Any() && l.Stage != decision.Waits && l.Stage != decision.Answered || l.Stage == decision.Returned || l.Stage == decision.Appealed {
			v.Lines = append(v.Lines, l)
		}
	}
	return web.View{Page: Agenda(p, v)}, nil
}

func (s *Pages) dashboard(r *web.Request, p ui.Page) (web.View, error) {
	list, err := s.decision.Progress(r.Context(), r.Platform, r.Person)
	return web.View{Page: Dashboard(p, list)}, err
}
