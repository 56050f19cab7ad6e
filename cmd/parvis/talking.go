package main

import (
	"github.com/parvis-civic/parvis/internal/discussion"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/talk"
)

// talking are the pages on which people talk about proposals.
func (h *house) talking() []web.Route {
	return talk.New(h.db, discussion.NewService(h.db)).Routes()
}
