package deposit

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/address"
	"github.com/parvis-civic/parvis/internal/basemap"
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
	Who       account.Person        // whose deposit it is; zero: nobody's yet
	Paper     *deposit.PaperDeposit // an agent types it from somebody's paper form; nil: they do so themselves
	Problems  ui.Problems
	Saved     bool // what is shown was saved just now
	Open      bool // it can be gone on with
	Addresses bool // the commune's own are known
	Ground    basemap.Map
	Pick      pick
}

func (s *Pages) formNew(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.call(r)
	if err != nil {
		return web.View{}, err
	}
	f.Deposit.Content.Name = f.Who.Name
	return s.form(r, p, f)
}

func (s *Pages) formShow(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.call(r)
	if err != nil {
		return web.View{}, err
	}
	f.Saved = r.URL.Query().Get("enregistre") != ""
	return s.form(r, p, f)
}

// form shows the form.
func (s *Pages) form(r *web.Request, p ui.Page, f formPage) (web.View, error) {
	f.Open = f.Call.Open(f.Who, f.Deposit)
	err := s.read(r, func(ctx context.Context, tx db.Tx) (err error) {
		if f.Addresses, err = address.Known(ctx, tx, r.Platform.Key); err == nil {
			f.Ground, err = basemap.Of(ctx, tx, r.Platform.Key)
		}
		return err
	})
	f.Pick = picking(p, f)
	v := web.Form(FormShow(p, f), f.Problems)
	v.Geolocation = true
	return v, err
}

// formSave keeps what was typed, and goes where the button said: on with the form, or to the page that checks it.
func (s *Pages) formSave(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.call(r)
	if err != nil {
		return web.View{}, err
	}
	content := typed(r, f, f.Deposit.Content)
	up, err := uploaded(r, f.Call)
	if err == nil {
		content, err = s.located(r, content)
	}
	if err == nil && !f.Deposit.ID.IsZero() && !f.Deposit.Draft() {
		if err = s.edit(r, f, content, up); err == nil {
			return web.View{Next: f.at(p, "/en-ligne") + "?modifie=1"}, nil
		}
	} else if err == nil {
		if f.Deposit, err = s.save(r, p, f, content, up); err == nil {
			return f.saved(r, p), nil
		}
	}
	if quietly(r) || fault.Is(err, fault.Closed) {
		return web.View{}, err
	}
	return s.wrong(r, p, f, content, err)
}

// noted is what an agent notes beside the form.
func noted(r *web.Request) deposit.Paper {
	return deposit.Paper{Email: r.Posted("paper_email"), Reference: r.Posted("paper_reference")}
}

// save keeps a draft: for the person, who may have none yet, or for the author of a paper form, who is never the agent. What
// it gives when it fails is the deposit as it was.
func (s *Pages) save(r *web.Request, p ui.Page, f formPage, content deposit.Content, up deposit.Upload) (d deposit.Deposit, err error) {
	if f.Paper != nil {
		d, err = s.proposals.SavePaper(r.Context(), r.Platform, r.Person, p.Lang, f.Slug, f.Deposit.ID, content, noted(r), up)
	} else if err = r.Begin(p.Lang); err == nil {
		d, err = s.proposals.Save(r.Context(), r.Platform, r.Person, f.Slug, f.Deposit.ID, content, up)
	}
	if err != nil {
		return f.Deposit, err
	}
	return d, nil
}

// edit changes what was published.
func (s *Pages) edit(r *web.Request, f formPage, content deposit.Content, up deposit.Upload) (err error) {
	if f.Paper != nil {
		_, err = s.proposals.EditPaper(r.Context(), r.Platform, r.Person, f.Slug, f.Deposit.ID, content, noted(r), up)
	} else {
		_, err = s.proposals.Edit(r.Context(), r.Platform, r.Person, f.Slug, f.Deposit.ID, content, up)
	}
	return err
}

// saved answers once a draft is kept.
func (f formPage) saved(r *web.Request, p ui.Page) web.View {
	switch r.Posted("do") {
	case "auto":
		return web.View{Page: SavedMark(p, f.at(p, ""), f.Deposit.UpdatedAt)}
	case "check":
		return web.View{Next: f.at(p, "/verifier")}
	}
	return web.View{Next: f.at(p, "") + "?enregistre=1#saved"}
}

// wrong shows the form again with what was typed and what is wrong with it.
func (s *Pages) wrong(r *web.Request, p ui.Page, f formPage, content deposit.Content, err error) (web.View, error) {
	if f.Problems, err = p.ProblemsOf(err); err != nil {
		return web.View{}, err
	}
	f.Deposit.Content = content
	if f.Paper != nil {
		w := noted(r)
		f.Paper.Email, f.Paper.Reference = w.Email, w.Reference
	}
	return s.form(r, p, f)
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
func (f formPage) action(p ui.Page) templ.SafeURL { return f.at(p, "") }

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
