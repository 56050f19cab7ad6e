package me

import (
	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// signInForm is what the pages of signing in carry.
type signInForm struct {
	Next         string // the address to go on to, on this host
	Email        string
	Asked        string // what goes with the code that is on its way; empty: none is
	WithPassword bool   // the form with a password was sent
	Box          bool   // e-mails are in the demonstration's mailbox
	Problems     ui.Problems
}

func (f signInForm) email(p ui.Page) ui.Input {
	return ui.Input{Name: "email", Label: p.T("account.email"), Help: p.T("account.email.why"), Value: f.Email, Type: "email", Autocomplete: "email", Required: true, Max: 254}
}

func (f signInForm) password(p ui.Page) ui.Input {
	return ui.Input{Name: "password", Label: p.T("account.password"), Type: "password", Autocomplete: "current-password", Required: true, Max: 200}
}

func (f signInForm) code(p ui.Page) ui.Input {
	return ui.Input{Name: "code", Label: p.T("account.code"), Autocomplete: "one-time-code", InputMode: "numeric", Required: true, Max: 12}
}

// onward gives where a person goes on to, in the language of the page.
func onward(p ui.Page, next string) templ.SafeURL {
	return templ.SafeURL(web.Local(next, string(p.Href(minePath))))
}

func (s *Pages) signIn(r *web.Request, p ui.Page) (web.View, error) {
	next := r.URL.Query().Get("suite")
	if r.Person.Proved {
		return web.View{Next: onward(p, next)}, nil
	}
	return web.View{Page: SignIn(p, signInForm{Box: s.box, Next: next, WithPassword: r.URL.Query().Get("avec") == "mot-de-passe"})}, nil
}

func (s *Pages) sendCode(r *web.Request, p ui.Page) (web.View, error) {
	f := signInForm{Box: s.box, Next: r.Posted("suite"), Email: r.Posted("email")}
	asked := ""
	err := r.Human()
	if err == nil {
		asked, err = s.people.SendCode(r.Context(), r.Platform, f.Email, p.Lang, r.From())
	}
	if f.Problems, err = p.ProblemsOf(err); err != nil {
		return web.View{}, err
	}
	if f.Asked = asked; len(f.Problems) > 0 {
		f.Asked = r.Posted("demande") // the code that was sent before still opens
	}
	return f.view(p), nil
}

func (s *Pages) proveCode(r *web.Request, p ui.Page) (web.View, error) {
	f := signInForm{Box: s.box, Next: r.Posted("suite"), Email: r.Posted("email"), Asked: r.Posted("demande")}
	token, _, err := s.people.Prove(r.Context(), r.Platform, r.Token, f.Email, f.Asked, r.Posted("code"), p.Lang, r.UserAgent())
	if f.Problems, err = p.ProblemsOf(err); err != nil {
		return web.View{}, err
	}
	if len(f.Problems) > 0 {
		return f.view(p), nil
	}
	return web.View{Next: onward(p, f.Next), Session: token}, nil
}

// password signs in with one. Who has no password reads the same as who mistypes theirs.
func (s *Pages) password(r *web.Request, p ui.Page) (web.View, error) {
	f := signInForm{Box: s.box, Next: r.Posted("suite"), Email: r.Posted("email"), WithPassword: true}
	token, _, err := s.people.SignIn(r.Context(), r.Platform, r.Token, f.Email, r.PostFormValue("password"), r.From(), r.UserAgent())
	if f.Problems, err = p.ProblemsOf(err); err != nil {
		return web.View{}, err
	}
	if len(f.Problems) > 0 {
		return f.view(p), nil
	}
	return web.View{Next: onward(p, f.Next), Session: token}, nil
}

func (f signInForm) view(p ui.Page) web.View {
	return web.Form(SignIn(p, f), f.Problems)
}

func (s *Pages) signOut(r *web.Request, p ui.Page) (web.View, error) {
	return web.View{Next: p.Href("/"), End: true}, s.people.SignOut(r.Context(), r.Platform, r.Token)
}
