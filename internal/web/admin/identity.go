package admin

import (
	"context"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// identityPage is who answers for the platform, as its public pages say it.
type identityPage struct {
	platform.Identity
	Problems ui.Problems
	Done     string
}

// inputs are the fields, in their order.
func (f identityPage) inputs(p ui.Page) []ui.Input {
	one := func(name, value string, rows int) ui.Input {
		i := ui.Input{Name: name, Label: p.T("admin.identity." + name), Help: p.T("admin.identity." + name + ".why"), Value: value, Max: 500, Rows: rows}
		if name == "email" {
			i.Type, i.Autocomplete = "email", "off"
		}
		return i
	}
	return []ui.Input{one("email", f.Email, 0), one("phone", f.Phone, 0), one("address", f.Address, 3), one("publisher", f.Publisher, 4), one("director", f.Director, 0), one("host", f.Host, 3), one("officer", f.Officer, 2)}
}

func (s *Pages) identity(r *web.Request, p ui.Page) (web.View, error) {
	f := identityPage{Done: done(r, p)}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		f.Identity, err = platform.IdentityOf(ctx, tx, r.Platform.Key)
		return err
	})
	return web.View{Page: IdentityPage(p, f)}, err
}

func (s *Pages) setIdentity(r *web.Request, p ui.Page) (web.View, error) {
	f := identityPage{Identity: platform.Identity{Publisher: r.Posted("publisher"), Director: r.Posted("director"), Host: r.Posted("host"),
		Email: r.Posted("email"), Phone: r.Posted("phone"), Address: r.Posted("address"), Officer: r.Posted("officer")}}
	err := s.db.Write(r.Context(), func(ctx context.Context, tx db.Tx) error {
		return platform.SetIdentity(ctx, tx, r.Platform.Key, f.Identity)
	})
	if f.Problems, err = p.ProblemsOf(err); err != nil {
		return web.View{}, err
	}
	if len(f.Problems) == 0 {
		return web.Done(p, identityPath, "identite"), nil
	}
	return web.Form(IdentityPage(p, f), f.Problems), nil
}
