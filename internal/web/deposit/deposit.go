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
	desk      bool // an agent types somebody's paper form
}

// New gives the pages over a database.
func New(d *db.DB, proposals *deposit.Service) *Pages { return &Pages{db: d, proposals: proposals} }

// formLargest is a form with its texts, a picture and a file.
const formLargest = 24 << 20

// Routes are the pages, a line each with what it needs.
func (s *Pages) Routes() []web.Route {
	const of, post = "/projets/{project}/deposer", http.MethodPost
	const one, about = of + "/{draft}", "/projets/{project}/propositions/{proposal}"
	own := []web.Route{
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
		{Path: one + "/reprendre", Need: access.Manage, Handle: s.claimShow},
		{Method: post, Path: one + "/reprendre", Need: access.Manage, Handle: s.claim},
	}
	return append(own, (&Pages{s.db, s.proposals, true}).atTheDesk()...)
}

// atTheDesk are the same pages for an agent who types somebody's paper form, and those that only an agent needs.
func (s *Pages) atTheDesk() []web.Route {
	const edition, post = DeskPath + "/{project}", http.MethodPost
	const of, one = edition + "/feuilles", edition + "/feuilles/{draft}"
	return []web.Route{
		{Path: DeskPath, Need: access.Assist, Handle: s.editionsList},
		{Path: edition, Need: access.Assist, Handle: s.paperList},
		{Path: of, Need: access.Assist, Handle: s.formNew},
		{Method: post, Path: of, Need: access.Assist, Largest: formLargest, Handle: s.formSave},
		{Path: of + "/semblables", Need: access.Assist, Handle: s.alikeList},
		{Path: of + "/adresses", Need: access.Assist, Handle: s.addressList},
		{Path: of + "/lieu", Need: access.Assist, Handle: s.placeShow},
		{Path: one, Need: access.Assist, Handle: s.formShow},
		{Method: post, Path: one, Need: access.Assist, Largest: formLargest, Handle: s.formSave},
		{Path: one + "/verifier", Need: access.Assist, Handle: s.checkShow},
		{Method: post, Path: one + "/publier", Need: access.Assist, Handle: s.publish},
		{Path: one + "/en-ligne", Need: access.Assist, Handle: s.publishedShow},
		{Path: one + "/recu", Need: access.Assist, Handle: s.receiptShow},
		{Path: one + "/retirer", Need: access.Assist, Handle: s.withdrawShow},
		{Method: post, Path: one + "/retirer", Need: access.Assist, Handle: s.withdraw},
		{Path: "/organisation/editions/{project}/formulaire-papier", Need: access.Organise, Handle: s.sheetShow},
	}
}

// DeskPath is where agents type paper forms.
const DeskPath = "/accueil/depots"

// deskOf is where those of an edition are.
func deskOf(slug string) string { return DeskPath + "/" + url.PathEscape(slug) }

// root is the address of a project's deposit, as this visit sees it.
func (f formPage) root() string {
	if f.Paper != nil {
		return deskOf(f.Slug) + "/feuilles"
	}
	return "/projets/" + url.PathEscape(f.Slug) + "/deposer"
}

// at is the address of the deposit, or of one of its pages ("/verifier").
func (f formPage) at(p ui.Page, page string) templ.SafeURL { return f.of(p, f.Deposit.ID, page) }

// of is the address of one of the person's deposits.
func (f formPage) of(p ui.Page, id ids.ID, page string) templ.SafeURL {
	if id.IsZero() {
		return p.Href(f.root() + page)
	}
	return p.Href(f.root() + "/" + id.String() + page)
}

func unknown() error { return fault.New(fault.NotFound, "fault.deposit.unknown") }

// call gives the deposit of the address, and the one that it names among the person's own, or among those of the desk; a
// zero one when it names none.
func (s *Pages) call(r *web.Request) (f formPage, err error) {
	var id ids.ID
	if text := r.PathValue("draft"); text != "" {
		if id, err = ids.Parse(text); err != nil {
			return f, unknown()
		}
	}
	slug := r.PathValue("project")
	if s.desk {
		f.Paper = &deposit.PaperDeposit{}
		f.Call, *f.Paper, f.Deposit, err = s.proposals.PaperCall(r.Context(), r.Platform, r.Person, slug, id)
		f.Who, f.Call = f.Paper.Author, f.Call.With(f.Deposit)
		return f, err
	}
	f.Who = r.Person
	if f.Call, f.Deposit, err = s.proposals.CallOn(r.Context(), r.Platform, r.Person, slug, id); err != nil || id.IsZero() {
		f.Deposit.Charter = -1
		return f, err
	}
	f.Call = f.Call.With(f.Deposit)
	return f, err
}

// read runs fn in one snapshot.
func (s *Pages) read(r *web.Request, fn func(ctx context.Context, tx db.Tx) error) error {
	return s.db.Read(r.Context(), fn)
}
