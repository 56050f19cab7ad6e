// Package me holds the pages about oneself: signing in, one's own account and what one has done.
package me

import (
	"net/http"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Pages answers them.
type Pages struct {
	db     *db.DB
	people *account.Service
	box    bool // e-mails are in a mailbox that everybody may read
}

// New gives the pages over a database. box says that e-mails go into the demonstration's mailbox: everybody may read it, so
// never where real people sign in.
func New(d *db.DB, people *account.Service, box bool) *Pages { return &Pages{d, people, box} }

// The addresses of the pages.
const (
	factorPath = web.SignInPath + "/second-facteur"
	minePath   = "/mon-espace"
	safetyPath = minePath + "/securite"
	dataPath   = minePath + "/donnees"

	boxPath      = "/courrier"
	codeHelpPath = "/aide/code"
)

// Routes are the pages, a line each with what it needs.
func (s *Pages) Routes() []web.Route {
	routes := []web.Route{
		{Path: web.KioskPath, Need: access.SignIn, Handle: s.kiosk},
		{Method: http.MethodPost, Path: web.KioskPath, Need: access.SignIn, Handle: s.beginKiosk},
		{Path: codeHelpPath, Need: access.Visit, Handle: s.codeHelp},
		{Path: notify.UnsubscribePath, Need: access.Visit, Handle: s.unsubscribe},
		{Method: http.MethodPost, Path: notify.UnsubscribePath, Need: access.Visit, Handle: s.leaveList},
		{Path: web.SignInPath, Need: access.SignIn, Handle: s.signIn},
		{Method: http.MethodPost, Path: web.SignInPath, Need: access.SignIn, Handle: s.sendCode},
		{Method: http.MethodPost, Path: web.SignInPath + "/code", Need: access.SignIn, Handle: s.proveCode},
		{Method: http.MethodPost, Path: web.SignInPath + "/mot-de-passe", Need: access.SignIn, Handle: s.password},
		{Path: factorPath, Need: access.Manage, Handle: s.factor},
		{Method: http.MethodPost, Path: factorPath, Need: access.Manage, Handle: s.giveFactor},
		{Method: http.MethodPost, Path: "/deconnexion", Need: access.SignIn, Handle: s.signOut},
		{Path: minePath, Need: access.Manage, Handle: s.overview},
		{Method: http.MethodPost, Path: minePath + "/adresse", Need: access.Manage, Handle: s.refuseCorrection},
		{Path: minePath + "/profil", Need: access.Manage, Handle: s.profile},
		{Method: http.MethodPost, Path: minePath + "/profil", Need: access.Manage, Handle: s.setProfile},
		{Path: safetyPath, Need: access.Manage, Handle: s.safety},
		{Method: http.MethodPost, Path: safetyPath + "/mot-de-passe", Need: access.Manage, Handle: s.setPassword},
		{Method: http.MethodPost, Path: safetyPath + "/sessions", Need: access.Manage, Handle: s.endSession},
		{Method: http.MethodPost, Path: safetyPath + "/second-facteur", Need: access.Manage, Handle: s.newFactor},
		{Method: http.MethodPost, Path: safetyPath + "/second-facteur/confirmer", Need: access.Manage, Handle: s.confirmFactor},
		{Path: dataPath, Need: access.Manage, Handle: s.data},
		{Method: http.MethodPost, Path: dataPath + "/copie", Need: access.Manage, Handle: s.export},
		{Method: http.MethodPost, Path: dataPath + "/effacement", Need: access.Manage, Handle: s.askErasure},
		{Method: http.MethodPost, Path: dataPath + "/renoncer", Need: access.Manage, Handle: s.cancelErasure},
	}
	if s.box {
		routes = append(routes, web.Route{Path: boxPath, Need: access.Visit, Handle: s.mailbox})
	}
	return routes
}

// above is the page from which one's others are reached.
func above(p ui.Page) ui.Link { return ui.Link{Text: p.T("account.mine"), Href: p.Href(minePath)} }
