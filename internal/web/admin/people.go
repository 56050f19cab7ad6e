package admin

import (
	"context"
	"net/netip"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// homePage is what waits, and the doors.
type homePage struct {
	Requests int
	Factor   bool // a second factor is asked of everybody with a role
	Admin    bool
	Done     string
}

func (s *Pages) home(r *web.Request, p ui.Page) (web.View, error) {
	h := homePage{Admin: r.May(access.GiveRoles, access.Moment{}), Done: done(r, p)}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		waiting, err := account.Requests(ctx, tx, r.Platform.Key, 100)
		if err != nil {
			return err
		}
		asked, err := platform.Setting(ctx, tx, r.Platform.Key, platform.SecondFactor)
		h.Requests, h.Factor = len(waiting), asked != ""
		return err
	})
	return web.View{Page: Home(p, h)}, err
}

// rolesPage is who may do what, and the form that gives roles.
type rolesPage struct {
	Holders  []account.Holder
	Email    string
	Chosen   access.Roles
	Problems ui.Problems
	Done     string
}

func (f rolesPage) email(p ui.Page) ui.Input {
	return ui.Input{Name: "email", Label: p.T("account.email"), Help: p.T("admin.roles.email"), Value: f.Email, Type: "email", Required: true, Max: 254}
}

func (f rolesPage) roles(p ui.Page) ui.Input {
	i := ui.Input{Name: "roles", Label: p.T("admin.roles.which"), Required: true, Several: true}
	for _, role := range access.All() {
		i.Options = append(i.Options, ui.Option{Value: role.String(), Label: p.T("role." + role.String()), Help: p.T("role." + role.String() + ".what"), Chosen: f.Chosen.Has(role)})
	}
	return i
}

func (s *Pages) readRoles(r *web.Request) (f rolesPage, err error) {
	err = s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		f.Holders, err = account.Holders(ctx, tx, r.Platform.Key)
		return err
	})
	return f, err
}

func (s *Pages) roles(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.readRoles(r)
	f.Done = done(r, p)
	return web.View{Page: RolesPage(p, f)}, err
}

// give gives roles to an address and tells it.
func (s *Pages) give(r *web.Request, p ui.Page) (web.View, error) {
	var chosen []access.Role
	for _, name := range r.PostForm["roles"] {
		if role, ok := access.ParseRole(name); ok {
			chosen = append(chosen, role)
		}
	}
	err := s.db.Write(r.Context(), func(ctx context.Context, tx db.Tx) error {
		who, err := account.Give(ctx, tx, r.Platform.Key, r.Posted("email"), p.Lang, chosen, r.Person.ID)
		if err != nil {
			return err
		}
		return notify.Queue(ctx, tx, r.Platform.Key, notify.Mail{To: who.Email, Name: who.Name, Lang: p.Lang, Kind: "role_given", Path: web.SignInPath, Person: who.ID})
	})
	problems, err := p.ProblemsOf(err)
	if err != nil {
		return web.View{}, err
	}
	if len(problems) == 0 {
		return web.Done(p, rolesPath, "role"), nil
	}
	f, err := s.readRoles(r)
	f.Email, f.Chosen, f.Problems = r.Posted("email"), access.Roles(0).With(chosen...), problems
	return web.Form(RolesPage(p, f), f.Problems), err
}

// take takes a role back. Nobody takes the administrator's role from themselves: somebody must keep the keys.
func (s *Pages) take(r *web.Request, p ui.Page) (web.View, error) {
	person, err := ids.Parse(r.Posted("person"))
	role, ok := access.ParseRole(r.Posted("role"))
	if err != nil || !ok {
		return web.View{}, fault.New(fault.NotFound, "fault.not_found")
	}
	if person == r.Person.ID && role == access.Administrator {
		return web.View{}, fault.New(fault.Conflict, "fault.admin.own_role")
	}
	return web.Done(p, rolesPath, "role-retire"), s.db.Write(r.Context(), func(ctx context.Context, tx db.Tx) error {
		return account.Take(ctx, tx, r.Platform.Key, person, []access.Role{role})
	})
}

// placesPage is the networks that many people share.
type placesPage struct {
	Places        []account.TrustedPlace
	Here          netip.Addr // where the organiser is now
	Network, Name string
	Problems      ui.Problems
	Done          string
}

func (f placesPage) network(p ui.Page) ui.Input {
	return ui.Input{Name: "network", Label: p.T("admin.places.network"), Help: p.T("admin.places.network.how", "Address", f.Here.Unmap().String()), Value: f.Network, Required: true, Max: 60}
}

func (f placesPage) name(p ui.Page) ui.Input {
	return ui.Input{Name: "name", Label: p.T("admin.places.name"), Value: f.Name, Required: true, Max: 80}
}

func (s *Pages) readPlaces(r *web.Request) (f placesPage, err error) {
	f.Here = r.From()
	err = s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		f.Places, err = account.TrustedPlaces(ctx, tx, r.Platform.Key)
		return err
	})
	return f, err
}

func (s *Pages) places(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.readPlaces(r)
	f.Done = done(r, p)
	return web.View{Page: PlacesPage(p, f)}, err
}

func (s *Pages) trust(r *web.Request, p ui.Page) (web.View, error) {
	err := s.db.Write(r.Context(), func(ctx context.Context, tx db.Tx) error {
		return account.Trust(ctx, tx, r.Platform.Key, r.Posted("network"), r.Posted("name"), r.Person.ID)
	})
	problems, err := p.ProblemsOf(err)
	if err != nil {
		return web.View{}, err
	}
	if len(problems) == 0 {
		return web.Done(p, placesPath, "lieu"), nil
	}
	f, err := s.readPlaces(r)
	f.Network, f.Name, f.Problems = r.Posted("network"), r.Posted("name"), problems
	return web.Form(PlacesPage(p, f), f.Problems), err
}

func (s *Pages) distrust(r *web.Request, p ui.Page) (web.View, error) {
	return web.Done(p, placesPath, "lieu-retire"), s.db.Write(r.Context(), func(ctx context.Context, tx db.Tx) error {
		return account.Distrust(ctx, tx, r.Platform.Key, r.Posted("network"))
	})
}

func (s *Pages) setFactor(r *web.Request, p ui.Page) (web.View, error) {
	value := ""
	if r.Posted("demander") != "" {
		value = "yes"
	}
	return web.Done(p, homePath, "facteur"), s.db.Write(r.Context(), func(ctx context.Context, tx db.Tx) error {
		return platform.Set(ctx, tx, r.Platform.Key, platform.SecondFactor, value)
	})
}

// requestsPage is who wants to be forgotten.
type requestsPage struct {
	List []account.Request
	Done string
}

func (s *Pages) requests(r *web.Request, p ui.Page) (web.View, error) {
	f := requestsPage{Done: done(r, p)}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		f.List, err = account.Requests(ctx, tx, r.Platform.Key, 100)
		return err
	})
	return web.View{Page: RequestsPage(p, f)}, err
}

func (s *Pages) erase(r *web.Request, p ui.Page) (web.View, error) {
	id, err := ids.Parse(r.Posted("request"))
	if err != nil {
		return web.View{}, fault.New(fault.NotFound, "fault.not_found")
	}
	return web.Done(p, requestsPath, "efface"), s.people.Erase(r.Context(), r.Platform, r.Person, id)
}

// deskPage is what agents did for people.
type deskPage struct{ List []account.Assistance }

func (s *Pages) desk(r *web.Request, p ui.Page) (web.View, error) {
	var f deskPage
	err := s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		f.List, err = account.Assistances(ctx, tx, r.Platform.Key)
		return err
	})
	return web.View{Page: DeskPage(p, f)}, err
}
