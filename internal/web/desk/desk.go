// Package desk holds the pages of agents: helping somebody at the counter of the town hall.
package desk

import (
	"context"
	"net/http"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Pages answers them.
type Pages struct {
	db     *db.DB
	people *account.Service
}

// New gives the pages over a database.
func New(d *db.DB, people *account.Service) *Pages { return &Pages{d, people} }

// Path is the desk.
const Path = "/accueil"

// PaperPath is where paper forms are typed, on pages of the deposit's.
const PaperPath = Path + "/depots"

// Routes are the pages, a line each with what it needs.
func (s *Pages) Routes() []web.Route {
	post := func(path string, need access.Action, h web.Handler) web.Route {
		return web.Route{Method: http.MethodPost, Path: Path + path, Need: need, Handle: h}
	}
	return []web.Route{
		{Path: Path, Need: access.Assist, Handle: s.show},
		post("", access.Assist, s.find),
		post("/code", access.Assist, s.resend),
		post("/adresse", access.Assist, s.email),
		post("/quartier", access.Assist, s.district),
		post("/bulletin", access.CancelBallot, s.cancel),
	}
}

// page is the desk: a form that looks somebody up, and then what can be done for them.
type page struct {
	Email     string
	Found     *account.Found
	Districts []project.District
	Votes     []project.View // those that are open
	Problems  ui.Problems
	NewEmail  string
	Reason    string
	Done      string
}

func (f page) email(p ui.Page) ui.Input {
	return ui.Input{Name: "email", Label: p.T("desk.email"), Help: p.T("desk.email.why"), Value: f.Email, Type: "email", Required: true, Max: 254, Autocomplete: "off"}
}

func (f page) newEmail(p ui.Page) ui.Input {
	return ui.Input{Name: "new", Label: p.T("desk.new"), Value: f.NewEmail, Type: "email", Required: true, Max: 254, Autocomplete: "off"}
}

func (f page) district(p ui.Page) ui.Input {
	i := ui.Input{Name: "district", Label: p.T("account.district"), Required: true, Options: []ui.Option{{Label: p.T("account.district.none")}}}
	for _, d := range f.Districts {
		i.Options = append(i.Options, ui.Option{Value: d.Slug, Label: d.Name, Chosen: f.Found != nil && d.ID == f.Found.District})
	}
	return i
}

func (s *Pages) show(r *web.Request, p ui.Page) (web.View, error) {
	f := page{}
	switch word := r.URL.Query().Get("fait"); word {
	case "code", "adresse", "quartier", "bulletin":
		f.Done = p.T("desk.done." + word)
	}
	return web.View{Page: Desk(p, f)}, nil
}

func (s *Pages) find(r *web.Request, p ui.Page) (web.View, error) {
	f := page{Email: r.Posted("email")}
	return s.shown(r, p, f, nil)
}

// shown shows the person whom the form names, with what went wrong.
func (s *Pages) shown(r *web.Request, p ui.Page, f page, failed error) (web.View, error) {
	var err error
	if f.Problems, err = p.ProblemsOf(failed); err != nil {
		return web.View{}, err
	}
	found, err := s.people.Find(r.Context(), r.Platform, r.Person, f.Email)
	if err != nil {
		if f.Problems, err = p.ProblemsOf(err); err != nil {
			return web.View{}, err
		}
		return web.Form(Desk(p, f), f.Problems), nil
	}
	f.Found = &found
	err = s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		if f.Districts, err = project.Districts(ctx, tx, r.Platform.Key, "", 0, 500); err != nil {
			return err
		}
		views, err := project.Views(ctx, tx, r.Platform.Key, 50, r.Platform.Now(tx.Now()))
		for _, v := range views {
			if i := project.VoteStep(v.Steps); i >= 0 && v.Origin == project.OfCity && project.PhaseOf(v.Steps, i, v.Now) == project.Open {
				f.Votes = append(f.Votes, v)
			}
		}
		return err
	})
	return web.Form(Desk(p, f), f.Problems), err
}

// person reads whom a form is about.
func person(r *web.Request) (ids.ID, error) {
	id, err := ids.Parse(r.Posted("person"))
	if err != nil {
		err = fault.New(fault.NotFound, "fault.not_found")
	}
	return id, err
}

// act does something for the person of a form, and shows the form again when it is refused.
func (s *Pages) act(r *web.Request, p ui.Page, word string, do func(id ids.ID) error) (web.View, error) {
	id, err := person(r)
	if err != nil {
		return web.View{}, err
	}
	if err := do(id); err != nil {
		return s.shown(r, p, page{Email: r.Posted("email"), NewEmail: r.Posted("new"), Reason: r.Posted("reason")}, err)
	}
	return web.Done(p, Path, word), nil
}

func (s *Pages) resend(r *web.Request, p ui.Page) (web.View, error) {
	return s.act(r, p, "code", func(id ids.ID) error { return s.people.Resend(r.Context(), r.Platform, r.Person, id) })
}

func (s *Pages) email(r *web.Request, p ui.Page) (web.View, error) {
	return s.act(r, p, "adresse", func(id ids.ID) error {
		return s.people.CorrectEmail(r.Context(), r.Platform, r.Person, id, r.Posted("new"), r.Posted("reason"))
	})
}

func (s *Pages) district(r *web.Request, p ui.Page) (web.View, error) {
	var list []project.District
	err := s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		list, err = project.Districts(ctx, tx, r.Platform.Key, "", 0, 500)
		return err
	})
	if err != nil {
		return web.View{}, err
	}
	var district ids.ID
	for _, d := range list {
		if d.Slug == r.Posted("district") {
			district = d.ID
		}
	}
	return s.act(r, p, "quartier", func(id ids.ID) error {
		return s.people.CorrectDistrict(r.Context(), r.Platform, r.Person, id, district, r.Posted("reason"))
	})
}

// cancel takes somebody's ballot out, without seeing it, and says why in the log.
func (s *Pages) cancel(r *web.Request, p ui.Page) (web.View, error) {
	reason := r.Posted("reason")
	return s.act(r, p, "bulletin", func(id ids.ID) error {
		if reason == "" {
			return fault.New(fault.Invalid, "fault.account.assist_reason").In("reason")
		}
		return s.db.Write(r.Context(), func(ctx context.Context, tx db.Tx) error {
			who, found, err := account.ByID(ctx, tx, r.Platform.Key, id)
			if err != nil {
				return err
			}
			if !found {
				return fault.New(fault.NotFound, "fault.not_found")
			}
			there, err := ballot.Cancel(ctx, tx, r.Platform, r.Person, r.Posted("project"), who)
			if err != nil {
				return err
			}
			if !there {
				return fault.New(fault.Invalid, "fault.desk.no_ballot").In("reason")
			}
			return account.Log(ctx, tx, r.Platform.Key, r.Person.ID, id, account.ActBallotCancelled, reason)
		})
	})
}

// act names what was done.
func act(p ui.Page, a account.Act) string { return p.T("desk.act." + string(a)) }
