package results

import (
	"context"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// PressPage is a result for journalists: what came out in a sentence, each figure with what it counts, the map, whom to call.
type PressPage struct {
	ResultsPage
	Token   string    // of the link by which it was opened; empty: none
	Embargo time.Time // while it lasts; zero: none
	Contact []string  // lines
	Figures []Defined
}

// Defined is a figure with what it counts.
type Defined struct{ Value, Name, What string }

// pressed reads the page of a result, if access lets its reader.
func (v visit) pressed(ctx context.Context, r *web.Request) (page PressPage, e edition.Edition, err error) {
	if e, err = v.Edition(ctx, r.PathValue("project")); err != nil {
		return page, e, err
	}
	at := project.VoteStep(e.Steps)
	if at < 0 || e.Origin != project.OfCity || !e.Counted || !e.Result.Counted {
		return page, e, e.Early(project.Result, "results")
	}
	kept, err := result.PressOf(ctx, v.Tx, v.Of.Key, e.Steps[at].ID)
	if err != nil {
		return page, e, err
	}
	token := r.URL.Query().Get("cle")
	m := kept.Moment(e.View, at, token)
	if !r.May(access.SeePress, m) {
		return page, e, fault.New(fault.NotFound, "fault.press.embargo", "At", kept.Embargo)
	}
	page.Token = token
	if e.Now.Before(kept.Embargo) {
		page.Embargo = kept.Embargo
	}
	if kept.Contact != "" {
		page.Contact = strings.Split(kept.Contact, "\n")
	} else if who, err := platform.IdentityOf(ctx, v.Tx, v.Of.Key); err == nil && who.Email != "" {
		page.Contact = []string{who.Email}
	}
	if page.ResultsPage, err = v.results(ctx, e, 0, ByMoney); err != nil {
		return page, e, err
	}
	step := e.Steps[at].ID
	votes, err := result.VotesOf(ctx, v.Tx, v.Of.Key, []ids.ID{step})
	if err != nil {
		return page, e, err
	}
	people, err := result.Participants(ctx, v.Tx, v.Of.Key, step)
	page.Figures = []Defined{
		{v.Int(int64(people)), v.T("press.participants"), v.T("press.participants.what")},
		{v.Int(page.Ballots), v.T("press.voters"), v.T("press.voters.what")},
		{v.Int(int64(votes[step])), v.T("press.votes"), v.T("press.votes.what")},
		{v.Int(page.Proposals), v.T("press.proposals"), v.T("press.proposals.what")},
		{v.Int(page.Winners), v.T("press.winners"), v.T("press.winners.what")},
		{v.Money(page.Spent, page.Currency), v.T("press.spent"), v.T("press.spent.what", "Budget", v.Money(page.Budget, page.Currency))},
	}
	return page, e, err
}

func (s *Pages) press(r *web.Request, p ui.Page) (web.View, error) {
	var page PressPage
	err := s.read(r, p, func(ctx context.Context, v visit) (err error) {
		page, _, err = v.pressed(ctx, r)
		return err
	})
	return web.View{Page: Press(p, page)}, err
}

// pressMap answers with the map as a drawing that stands alone.
func (s *Pages) pressMap(r *web.Request, p ui.Page) (web.View, error) {
	var f *web.File
	err := s.read(r, p, func(ctx context.Context, v visit) error {
		page, e, err := v.pressed(ctx, r)
		if err != nil {
			return err
		}
		if !page.Drawn {
			return edition.NotFound()
		}
		f = &web.File{Name: e.Slug + "-carte.svg", Type: "image/svg+xml", Content: []byte(page.Map.Drawing(e.Title+" · "+page.mapTitle(p), page.Scale))}
		return nil
	})
	return web.View{File: f}, err
}
