package main

import (
	"time"

	"github.com/parvis-civic/parvis/internal/moderation"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/moderate"
)

// patience is the least time in which a person fills a form in.
const patience = time.Second

// moderating are the pages of moderation, over the rooms whose contributions are moderated.
func (h *house) moderating() []web.Route {
	return moderate.New(moderation.NewService(h.db, moderation.Proposals(), moderation.Comments())).Routes()
}
