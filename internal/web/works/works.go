// Package works holds the pages on which people see what became of the winners, and those on which agents tell it.
package works

import (
	"net/http"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/delivery"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/edition"
)

// Pages answers them. Each public page is read from one snapshot of the database.
type Pages struct {
	db    *db.DB
	works *delivery.Service
}

// New gives the pages over a database.
func New(d *db.DB) *Pages { return &Pages{d, delivery.NewService(d)} }

const (
	deskPath = delivery.DeskPath
	onePath  = deskPath + "/{winner}"
	pastPath = "/organisation/laureats"

	largestForm = 40 << 20 // a form with a photo for some projects
)

// Routes are the pages that everybody reads, a line each; access decides what they show.
func (s *Pages) Routes() []web.Route {
	return []web.Route{
		{Path: "/projets/{project}/realisations", Need: access.SeeResult, Handle: s.board},
		{Path: allPath, Need: access.SeeResult, Handle: s.boardOfAll},
		{Path: allPath + "/bilan/{year}", Need: access.SeeResult, Handle: s.report},
		{Path: allPath + "/avant/{edition}/{number}", Need: access.SeeResult, Handle: s.past},
	}
}

// Desk are the pages on which agents tell how far works are, and that of who brings past winners in.
func (s *Pages) Desk() []web.Route {
	return []web.Route{
		{Path: deskPath, Need: access.Deliver, Handle: s.desk},
		{Method: http.MethodPost, Path: deskPath, Need: access.Deliver, Handle: s.tell, Largest: largestForm},
		{Path: onePath, Need: access.Deliver, Handle: s.one},
		{Method: http.MethodPost, Path: onePath, Need: access.Deliver, Handle: s.change, Largest: largestForm},
		{Method: http.MethodPost, Path: onePath + "/abandonner", Need: access.Deliver, Handle: s.end},
		{Path: pastPath, Need: access.Organise, Handle: s.bring},
		{Method: http.MethodPost, Path: pastPath, Need: access.Organise, Handle: s.brought, Largest: delivery.MaxPastFile},
	}
}

// visit is one page being read.
type visit struct{ edition.Visit }
