package deposit

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// donePage is what follows a publication.
type donePage struct {
	formPage
	Proposal proposal.Proposal
	Edited   bool
	Follows  bool
	Leaves   bool // it can still be taken back
}

func (s *Pages) publishedShow(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.call(r)
	if err != nil {
		return web.View{}, err
	}
	if f.Deposit.Draft() {
		return web.View{Next: f.at(p, "")}, nil
	}
	f.Open = f.Call.Open(f.Who, f.Deposit)
	k := donePage{formPage: f, Edited: r.URL.Query().Get("modifie") != "", Leaves: f.CanLeave(f.Who, f.Deposit)}
	err = s.read(r, func(ctx context.Context, tx db.Tx) error {
		found, err := proposal.ByIDs(ctx, tx, r.Platform.Key, []ids.ID{f.Deposit.Proposal})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return unknown()
		}
		k.Proposal = found[0]
		_, k.Follows, err = proposal.Following(ctx, tx, r.Platform.Key, f.Deposit.Proposal, f.Who.ID)
		return err
	})
	if err == nil && s.desk {
		return s.paperDone(r, p, k)
	}
	return web.View{Page: PublishedShow(p, k)}, err
}

func (s *Pages) withdrawShow(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.call(r)
	if err != nil {
		return web.View{}, err
	}
	f.Open = f.CanLeave(f.Who, f.Deposit)
	return web.View{Page: WithdrawShow(p, f)}, nil
}

// withdraw deletes a draft, or takes back what was published.
func (s *Pages) withdraw(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.call(r)
	if err != nil {
		return web.View{}, err
	}
	ctx, id := r.Context(), f.Deposit.ID
	switch {
	case f.Deposit.Draft() && s.desk:
		return web.View{Next: p.Href(deskOf(f.Slug))}, s.proposals.DiscardPaper(ctx, r.Platform, r.Person, f.Slug, id)
	case f.Deposit.Draft():
		return web.View{Next: p.Href("/projets/" + f.Slug)}, s.proposals.Discard(ctx, r.Platform, r.Person, f.Slug, id)
	case s.desk:
		return web.View{Next: f.at(p, "/en-ligne")}, s.proposals.WithdrawPaper(ctx, r.Platform, r.Person, f.Slug, id)
	}
	return web.View{Next: f.at(p, "/en-ligne")}, s.proposals.Withdraw(ctx, r.Platform, r.Person, f.Slug, id)
}

// aboutPage is a proposal that one follows, or whose versions one reads.
type aboutPage struct {
	Project  project.Project
	Proposal proposal.Proposal
	Versions []proposal.Version
	Follows  bool
}

// about reads the proposal of the address; one whose text is out of sight is not there.
func (s *Pages) about(r *web.Request, more func(ctx context.Context, tx db.Tx, a *aboutPage) error) (a aboutPage, err error) {
	number, _, _ := strings.Cut(r.PathValue("proposal"), "-")
	n, err := strconv.Atoi(number)
	if err != nil {
		return a, unknown()
	}
	err = s.read(r, func(ctx context.Context, tx db.Tx) error {
		view, err := project.Load(ctx, tx, r.Platform.Key, r.PathValue("project"), r.Platform.Now(tx.Now()))
		if err != nil {
			return err
		}
		found, ok, err := proposal.Numbered(ctx, tx, r.Platform.Key, view.ID, n)
		if err != nil {
			return err
		}
		if !ok || !found.Trashed.Readable() {
			return unknown()
		}
		a.Project, a.Proposal = view.Project, found
		return more(ctx, tx, &a)
	})
	return a, err
}

func (s *Pages) historyShow(r *web.Request, p ui.Page) (web.View, error) {
	a, err := s.about(r, func(ctx context.Context, tx db.Tx, a *aboutPage) (err error) {
		a.Versions, err = proposal.Versions(ctx, tx, r.Platform.Key, a.Proposal.ID)
		if err == nil && len(a.Versions) == 0 {
			err = unknown()
		}
		return err
	})
	return web.View{Page: HistoryShow(p, a)}, err
}

func (s *Pages) followed(r *web.Request) (aboutPage, error) {
	return s.about(r, func(ctx context.Context, tx db.Tx, a *aboutPage) (err error) {
		_, a.Follows, err = proposal.Following(ctx, tx, r.Platform.Key, a.Proposal.ID, r.Person.ID)
		return err
	})
}

func (s *Pages) followShow(r *web.Request, p ui.Page) (web.View, error) {
	a, err := s.followed(r)
	return web.View{Page: FollowShow(p, a)}, err
}

func (s *Pages) follow(r *web.Request, p ui.Page) (web.View, error) {
	a, err := s.followed(r)
	if err != nil {
		return web.View{}, err
	}
	err = s.proposals.Follow(r.Context(), r.Platform, r.Person, a.Proposal.ID, r.Posted("do") == "stop")
	if fault.Is(err, fault.Forbidden) {
		return web.View{Status: http.StatusForbidden}, err
	}
	return web.View{Next: a.href(p) + "#suivre"}, err
}
