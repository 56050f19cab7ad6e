package works

import (
	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/edition"
)

// Pages answers them. Each page is read from one snapshot of the database.
type Pages struct{ db *db.DB }

// New gives the pages over a database.
func New(d *db.DB) *Pages { return &Pages{d} }

// Routes are the pages, a line each with what it needs; anyone may ask for them all, and access decides what they show.
func (s *Pages) Routes() []web.Route {
	return []web.Route{
		{Path: "/projets/{project}/realisations", Need: access.SeeResult, Handle: s.board},
	}
}

// visit is one page being read.
type visit struct{ edition.Visit }
