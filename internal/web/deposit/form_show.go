package deposit

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/address"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// formPage is the form, empty, with a draft, or with what was published.
type formPage struct {
	deposit.Call
	Deposit   deposit.Deposit
	Problems  ui.Problems
	Saved     bool // what is shown was saved just now
	Open      bool // it can be gone on with
	Addresses bool // the commune's own are known
	Pick      pick
}

func (s *Pages) formNew(r *web.Request, p ui.Page) (web.View, error) {
	c, d, err := s.call(r)
	if err != nil {
		return web.View{}, err
	}
	d.Content.Name = r.Person.Name
	return s.form(r, p, formPage{Call: c, Deposit: d})
}

func (s *Pages) formShow(r *web.Request, p ui.Page) (web.View, error) {
	c, d, err := s.call(r)
	if err != nil {
		return web.View{}, err
	}
	return s.form(r, p, formPage{Call: c, Deposit: d, Saved: r.URL.Query().Get("enregistre") != ""})
}

// form shows the form.
func (s *Pages) form(r *web.Request, p ui.Page, f formPage) (web.View, error) {
	f.Open = f.Call.Open(r.Person, f.Deposit)
	err := s.read(r, func(ctx context.Context, tx db.Tx) (err error) {
		f.Addresses, err = address.Known(ctx, tx, r.Platform.Key)
		return err
	})
	f.Pick = picking(p, f)
	v := web.Form(FormShow(p, f), f.Problems)
	v.Geolocation = true
	return v, err
}

// formSave keeps what was typed, and goes where the button said: on with the form, or to the page that checks it.
func (s *Pages) formSave(r *web.Request, p ui.Page) (web.View, error) {
	c, d, err := s.call(r)
	if err != nil {
		return web.View{}, err
	}
	content := typed(r, c, d.Content)
	up, err := uploaded(r, c)
	if err == nil && !d.ID.IsZero() && !d.Draft() {
		return s.formEdit(r, p, c, d, content, up)
	}
	if err == nil {
		content, err = s.located(r, content)
	}
	if err == nil {
		err = r.Begin(p.Lang)
	}
	if err == nil {
		var kept deposit.Deposit
		if kept, err = s.proposals.Save(r.Context(), r.Platform, r.Person, c.Slug, d.ID, content, up); err == nil {
			return s.saved(r, p, c, kept), nil
		}
	}
	if quietly(r) || fault.Is(err, fault.Closed) {
		return web.View{}, err
	}
	return s.wrong(r, p, formPage{Call: c, Deposit: d}, content, err)
}

// saved answers once a draft is kept.
func (s *Pages) saved(r *web.Request, p ui.Page, c deposit.Call, d deposit.Deposit) web.View {
	switch r.Posted("do") {
	case "auto":
		return web.View{Page: SavedMark(p, at(p, c.Slug, d.ID, ""), d.UpdatedAt)}
	case "check":
		return web.View{Next: at(p, c.Slug, d.ID, "/verifier")}
	}
	return web.View{Next: at(p, c.Slug, d.ID, "") + "?enregistre=1#saved"}
}

// wrong shows the form again with what was typed and what is wrong with it.
func (s *Pages) wrong(r *web.Request, p ui.Page, f formPage, content deposit.Content, err error) (web.View, error) {
	if f.Problems, err = p.ProblemsOf(err); err != nil {
		return web.View{}, err
	}
	f.Deposit.Content = content
	return s.form(r, p, f)
}

func (s *Pages) formEdit(r *web.Request, p ui.Page, c deposit.Call, d deposit.Deposit, content deposit.Content, up deposit.Upload) (web.View, error) {
	content, err := s.located(r, content)
	if err != nil {
		return web.View{}, err
	}
	if _, err = s.proposals.Edit(r.Context(), r.Platform, r.Person, c.Slug, d.ID, content, up); err != nil {
		if fault.Is(err, fault.Closed) {
			return web.View{}, err
		}
		return s.wrong(r, p, formPage{Call: c, Deposit: d}, content, err)
	}
	return web.View{Next: at(p, c.Slug, d.ID, "/en-ligne") + "?modifie=1"}, nil
}

// located gives a content the point of its address, when the commune has exactly that one and no point was shown.
func (s *Pages) located(r *web.Request, content deposit.Content) (deposit.Content, error) {
	if content.Address == "" || content.Latitude != "" {
		return content, nil
	}
	err := s.read(r, func(ctx context.Context, tx db.Tx) error {
		a, ok, err := address.Exactly(ctx, tx, r.Platform.Key, content.Address)
		if ok {
			content.Latitude, content.Longitude = degrees(a.Latitude), degrees(a.Longitude)
		}
		return err
	})
	return content, err
}

// Ending says what the page must say of the end of the deposit: « le dépôt ferme bientôt », or that only the grace is left.
type ending string

const (
	farEnd  ending = ""
	nearEnd ending = "near"
	inGrace ending = "grace"
)

func (f formPage) ending() ending {
	switch end := f.Step.EndsAt; {
	case end.IsZero() || !f.Open:
		return farEnd
	case !f.Now.Before(end):
		return inGrace
	case end.Sub(f.Now) < 24*time.Hour:
		return nearEnd
	}
	return farEnd
}

// action is where the form is sent.
func (f formPage) action(p ui.Page) templ.SafeURL { return at(p, f.Slug, f.Deposit.ID, "") }

// drafts are the person's own that are not this one.
func (f formPage) drafts() []deposit.Deposit {
	var list []deposit.Deposit
	for _, d := range f.Mine {
		if d.Draft() && d.ID != f.Deposit.ID {
			list = append(list, d)
		}
	}
	return list
}
