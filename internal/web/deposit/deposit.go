// Package deposit holds the pages on which residents propose: the form and its drafts, the page that checks, what follows
// the publication, and following the proposals of others.
package deposit

import (
	"context"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Pages answers them.
type Pages struct {
	db        *db.DB
	proposals *deposit.Service
}

// New gives the pages over a database.
func New(d *db.DB, proposals *deposit.Service) *Pages { return &Pages{d, proposals} }

// formLargest is a form with its texts, a picture and a file.
const formLargest = 24 << 20

// Routes are the pages, a line each with what it needs.
func (s *Pages) Routes() []web.Route {
	const of, post = "/projets/{project}/deposer", http.MethodPost
	const one, about = of + "/{draft}", "/projets/{project}/propositions/{proposal}"
	return []web.Route{
		{Path: of, Need: access.Deposit, Handle: s.formNew},
		{Method: post, Path: of, Need: access.Deposit, Largest: formLargest, Handle: s.formSave},
		{Path: of + "/semblables", Need: access.Deposit, Handle: s.alikeList},
		{Path: of + "/adresses", Need: access.Deposit, Handle: s.addressList},
		{Path: of + "/lieu", Need: access.Deposit, Handle: s.placeShow},
		{Path: one, Need: access.Deposit, Handle: s.formShow},
		{Method: post, Path: one, Need: access.Deposit, Largest: formLargest, Handle: s.formSave},
		{Path: one + "/verifier", Need: access.Deposit, Handle: s.checkShow},
		{Method: post, Path: one + "/publier", Need: access.Deposit, Handle: s.publish},
		{Path: one + "/en-ligne", Need: access.Deposit, Handle: s.publishedShow},
		{Path: one + "/retirer", Need: access.WithdrawProposal, Handle: s.withdrawShow},
		{Method: post, Path: one + "/retirer", Need: access.WithdrawProposal, Handle: s.withdraw},
		{Path: one + "/fichiers/{question}", Need: access.SeeAnswers, Handle: s.ownFile},
		{Path: about + "/fichiers/{question}", Need: access.SeeProposal, Handle: s.publishedFile},
		{Path: about + "/historique", Need: access.SeeProposal, Handle: s.historyShow},
		{Path: about + "/suivre", Need: access.Follow, Handle: s.followShow},
		{Method: post, Path: about + "/suivre", Need: access.Follow, Handle: s.follow},
	}
}

// root is the address of a project's deposit.
func root(slug string) string { return "/projets/" + url.PathEscape(slug) + "/deposer" }

// at is the address of a deposit, or of one of its pages ("/verifier").
func at(p ui.Page, slug string, id ids.ID, page string) templ.SafeURL {
	if id.IsZero() {
		return p.Href(root(slug) + page)
	}
	return p.Href(root(slug) + "/" + id.String() + page)
}

func unknown() error { return fault.New(fault.NotFound, "fault.deposit.unknown") }

// call gives the deposit of the address, and the person's own that it names; a zero one when it names none.
func (s *Pages) call(r *web.Request) (deposit.Call, deposit.Deposit, error) {
	c, err := s.proposals.Call(r.Context(), r.Platform, r.Person, r.PathValue("project"))
	if err != nil || r.PathValue("draft") == "" {
		return c, deposit.Deposit{Charter: -1}, err
	}
	id, err := ids.Parse(r.PathValue("draft"))
	if err != nil {
		return c, deposit.Deposit{}, unknown()
	}
	d, err := c.Own(id)
	return c.With(d), d, err
}

// read runs fn in one snapshot.
func (s *Pages) read(r *web.Request, fn func(ctx context.Context, tx db.Tx) error) error {
	return s.db.Read(r.Context(), fn)
}
