// Package results holds the pages on which everybody reads what came out of a vote, and why, and those on which organisers
// announce it.
package results

import (
	"context"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/transfer"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Pages answers the pages of results. Each is read from one snapshot of the database.
type Pages struct {
	db         *db.DB
	announcing *result.Service
	recounts   transfer.Recounts
}

// New gives the pages over a database; then is what follows from what organisers announce.
func New(d *db.DB, then ...result.Then) *Pages {
	return &Pages{db: d, announcing: result.NewService(d, then...)}
}

// visit is one page being read, as the pages of an edition are.
type visit struct{ edition.Visit }

// read runs fn in one snapshot of the platform that the request is for.
func (s *Pages) read(r *web.Request, p ui.Page, fn func(ctx context.Context, v visit) error) error {
	return edition.Read(s.db, r, p, func(ctx context.Context, v edition.Visit) error { return fn(ctx, visit{v}) })
}

// Routes are the pages of results, a line each; access decides what they show.
func (s *Pages) Routes() []web.Route {
	return []web.Route{
		{Path: "/projets/{project}/resultats", Need: access.SeeProject, Handle: s.show},
		{Path: "/projets/{project}/resultats/{district}", Need: access.SeeResult, Handle: s.district},
		{Path: "/projets/{project}/resultats/fichiers/{file}", Need: access.SeeResult, Handle: s.file, OfHost: true},
		{Path: "/projets/{project}/presse", Need: access.SeePress, Handle: s.press, OfHost: true},
		{Path: "/projets/{project}/presse/carte.svg", Need: access.SeePress, Handle: s.pressMap, OfHost: true},
	}
}
