package me

import (
	"context"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// safetyPage is how a person's account is kept safe.
type safetyPage struct {
	HasPassword bool
	HasFactor   bool
	Staff       bool
	Sessions    []account.Session
	Problems    ui.Problems
	Done        string
}

func (safetyPage) password(p ui.Page) ui.Input {
	return ui.Input{Name: "password", Label: p.T("account.password.new"), Help: p.T("account.password.rule"), Type: "password", Autocomplete: "new-password", Required: true, Max: 200}
}

func (s *Pages) readSafety(r *web.Request) (f safetyPage, err error) {
	f.Staff = (r.Person.Roles | r.Person.Held).Staff()
	err = s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		if f.HasPassword, err = account.HasPassword(ctx, tx, r.Platform.Key, r.Person.ID); err != nil {
			return err
		}
		if f.HasFactor, err = account.HasFactor(ctx, tx, r.Platform.Key, r.Person.ID); err != nil {
			return err
		}
		f.Sessions, err = account.Sessions(ctx, tx, r.Platform.Key, r.Person.ID, r.Token)
		return err
	})
	return f, err
}

func (s *Pages) safety(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.readSafety(r)
	f.Done = done(r, p)
	return web.View{Page: SafetyPage(p, f)}, err
}

func (s *Pages) setPassword(r *web.Request, p ui.Page) (web.View, error) {
	password := r.PostFormValue("password")
	if password == "" { // taking it away is said by another button
		password = " "
	}
	if r.Posted("retirer") != "" {
		password = ""
	}
	problems, err := p.ProblemsOf(s.people.SetPassword(r.Context(), r.Platform, r.Token, password))
	if err != nil {
		return web.View{}, err
	}
	if len(problems) > 0 {
		f, err := s.readSafety(r)
		f.Problems = problems
		return web.Form(SafetyPage(p, f), f.Problems), err
	}
	return web.Done(p, safetyPath, "mot-de-passe"), nil
}

func (s *Pages) endSession(r *web.Request, p ui.Page) (web.View, error) {
	return web.Done(p, safetyPath, "session"), s.people.EndSession(r.Context(), r.Platform, r.Token, r.Posted("session"))
}

// factorForm asks for a code of the second factor.
type factorForm struct {
	Next     string
	QR       ui.QR  // of a new one
	Secret   string // of a new one, for who types it
	Recovery []string
	Problems ui.Problems
}

func (factorForm) code(p ui.Page) ui.Input {
	return ui.Input{Name: "code", Label: p.T("account.factor.code"), Autocomplete: "one-time-code", Required: true, Max: 30}
}

func (s *Pages) newFactor(r *web.Request, p ui.Page) (web.View, error) {
	address, secret, err := s.people.NewFactor(r.Context(), r.Platform, r.Token)
	if err != nil {
		return web.View{}, err
	}
	f := factorForm{Secret: secret}
	f.QR, err = ui.NewQR(address)
	return web.View{Page: NewFactorPage(p, f)}, err
}

func (s *Pages) confirmFactor(r *web.Request, p ui.Page) (web.View, error) {
	f := factorForm{}
	recovery, err := s.people.ConfirmFactor(r.Context(), r.Platform, r.Token, r.Posted("code"))
	if f.Problems, err = p.ProblemsOf(err); err != nil {
		return web.View{}, err
	}
	if len(f.Problems) > 0 {
		return web.Form(NewFactorPage(p, f), f.Problems), nil
	}
	f.Recovery = recovery
	return web.View{Page: RecoveryPage(p, f)}, nil
}

// factor asks who has a role for the second factor, and who has none to make one.
func (s *Pages) factor(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.readSafety(r)
	if err != nil {
		return web.View{}, err
	}
	if !f.HasFactor {
		return web.View{Next: p.Href(safetyPath)}, nil
	}
	return web.View{Page: FactorPage(p, factorForm{Next: r.URL.Query().Get("suite")})}, nil
}

func (s *Pages) giveFactor(r *web.Request, p ui.Page) (web.View, error) {
	f := factorForm{Next: r.Posted("suite")}
	var err error
	if f.Problems, err = p.ProblemsOf(s.people.GiveFactor(r.Context(), r.Platform, r.Token, r.Posted("code"))); err != nil {
		return web.View{}, err
	}
	if len(f.Problems) > 0 {
		return web.Form(FactorPage(p, f), f.Problems), nil
	}
	return web.View{Next: onward(p, f.Next)}, nil
}
