// Package admin holds the pages of who runs the platform: roles, networks that many people share, the second factor,
// requests about people's data, and e-mails.
package admin

import (
	"net"
	"net/http"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Mailing is how e-mails go.
type Mailing struct {
	How    How
	Server string // host and port
	From   string
}

// How is the way of e-mails.
type How string

// The ways.
const (
	Waiting   How = ""        // no server is set: they wait
	ByServer  How = "server"  // a mail server takes them
	ToMailbox How = "mailbox" // the demonstration's mailbox
)

// Pages answers them.
type Pages struct {
	db       *db.DB
	people   *account.Service
	mailing  Mailing
	resolver notify.Resolver
}

// New gives the pages over a database.
func New(d *db.DB, people *account.Service, mailing Mailing) *Pages {
	return &Pages{d, people, mailing, net.DefaultResolver}
}

// The addresses of the pages.
const (
	homePath     = "/administration"
	rolesPath    = homePath + "/roles"
	placesPath   = homePath + "/lieux"
	factorPath   = homePath + "/second-facteur"
	requestsPath = homePath + "/demandes"
	deskPath     = homePath + "/accueil"
	mailPath     = homePath + "/courrier"
	identityPath = homePath + "/identite"
)

// Routes are the pages, a line each with what it needs.
func (s *Pages) Routes() []web.Route {
	post := func(path string, need access.Action, h web.Handler) web.Route {
		return web.Route{Method: http.MethodPost, Path: path, Need: need, Handle: h}
	}
	return []web.Route{
		{Path: homePath, Need: access.AnswerRequest, Handle: s.home},
		{Path: rolesPath, Need: access.GiveRoles, Handle: s.roles},
		post(rolesPath, access.GiveRoles, s.give),
		post(rolesPath+"/retirer", access.GiveRoles, s.take),
		{Path: placesPath, Need: access.Organise, Handle: s.places},
		post(placesPath, access.Organise, s.trust),
		post(placesPath+"/retirer", access.Organise, s.distrust),
		{Path: identityPath, Need: access.SetPlatform, Handle: s.identity},
		post(identityPath, access.SetPlatform, s.setIdentity),
		post(factorPath, access.SetPlatform, s.setFactor),
		{Path: requestsPath, Need: access.AnswerRequest, Handle: s.requests},
		post(requestsPath, access.AnswerRequest, s.erase),
		{Path: deskPath, Need: access.AnswerRequest, Handle: s.desk},
		{Path: mailPath, Need: access.SeeMails, Handle: s.mail},
		post(mailPath+"/essai", access.SeeMails, s.testMail),
		post(mailPath+"/reprendre", access.SeeMails, s.retryMail),
		post(mailPath+"/adresse", access.SeeMails, s.clearBounce),
	}
}

// done gives what a page says of the form that led to it.
func done(r *web.Request, p ui.Page) string {
	switch word := r.URL.Query().Get("fait"); word {
	case "role", "role-retire", "lieu", "lieu-retire", "facteur", "efface", "essai", "reprise", "adresse", "identite":
		return p.T("admin.done." + word)
	}
	return ""
}

// above is the page from which the others are reached.
func above(p ui.Page) ui.Link { return ui.Link{Text: p.T("admin.title"), Href: p.Href(homePath)} }
