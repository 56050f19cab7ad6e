// Package me holds the pages about oneself: signing in, one's own account and what one has done.
package me

import (
	"net/http"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/web"
)

// Pages answers them.
type Pages struct {
	db     *db.DB
	people *account.Service
}

// New gives the pages over a database.
func New(d *db.DB, people *account.Service) *Pages { return &Pages{d, people} }

// Routes are the pages, a line each with what it needs.
func (s *Pages) Routes() []web.Route {
	return []web.Route{
		{Path: web.SignInPath, Need: access.SignIn, Handle: s.signIn},
		{Method: http.MethodPost, Path: web.SignInPath, Need: access.SignIn, Handle: s.sendCode},
		{Method: http.MethodPost, Path: web.SignInPath + "/code", Need: access.SignIn, Handle: s.proveCode},
		{Method: http.MethodPost, Path: "/deconnexion", Need: access.SignIn, Handle: s.signOut},
		{Path: "/mon-espace", Need: access.Follow, Handle: s.overview},
	}
}
