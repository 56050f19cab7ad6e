package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// People finds and begins the sessions of people.
type People interface {
	// ByToken gives the person of a session; false when it is over.
	ByToken(ctx context.Context, of platform.Platform, token string) (account.Person, bool, error)
	// Begin makes a participant without an address, and their session's token.
	Begin(ctx context.Context, of platform.Platform, lang i18n.Lang, agent string) (string, account.Person, error)
}

// Request is a request with the platform of its host and the person that it comes from.
type Request struct {
	*http.Request
	Platform platform.Platform
	Person   account.Person // zero: nobody is known
	Token    string         // of the session; empty: none

	people   People
	begun    bool          // the session began with this request
	patience time.Duration // as Options.Patience
}

// cookieName is the name of the session's cookie. Over HTTPS its prefix holds it to this very host.
func cookieName(secure bool) string {
	if secure {
		return "__Host-parvis"
	}
	return "parvis"
}

// secure says whether the person's browser speaks HTTPS: the platform's stored address decides, as a proxy may not.
func (r *Request) secure() bool {
	return strings.HasPrefix(r.Platform.Address, "https://") || r.Platform.Address == "" && r.TLS != nil
}

// identify finds the person of the request's cookie.
func (r *Request) identify() error {
	c, err := r.Cookie(cookieName(r.secure()))
	if err != nil || c.Value == "" || r.people == nil {
		return nil
	}
	person, ok, err := r.people.ByToken(r.Context(), r.Platform, c.Value)
	if ok {
		r.Person, r.Token = person, c.Value
	}
	return err
}

// PersonOf gives the person that a request to a platform comes from, for what answers no pages; zero when nobody is known.
func PersonOf(r *http.Request, of platform.Platform, people People) (account.Person, error) {
	request := Request{Request: r, Platform: of, people: people}
	err := request.identify()
	return request.Person, err
}

// Begin gives the request a person to save something for: the one that it comes from, else a new participant without an
// address, whose cookie goes with the answer.
func (r *Request) Begin(lang i18n.Lang) error {
	if !r.Person.IsZero() {
		return nil
	}
	token, person, err := r.people.Begin(r.Context(), r.Platform, lang, r.UserAgent())
	if err == nil {
		r.Person, r.Token, r.begun = person, token, true
	}
	return err
}

// keep sets the cookie that a view asks for.
func (r *Request) keep(w http.ResponseWriter, v View) {
	token := v.Session
	if token == "" && r.begun && !v.End {
		token = r.Token
	}
	c := &http.Cookie{Name: cookieName(r.secure()), Value: token, Path: "/", HttpOnly: true, Secure: r.secure(), SameSite: http.SameSiteLaxMode, MaxAge: int((365 * 24 * time.Hour).Seconds())}
	switch {
	case v.End:
		c.MaxAge = -1
	case token == "":
		return
	}
	http.SetCookie(w, c)
}

// SignInPath is where people sign in; its parameter suite says where they go on.
const SignInPath = "/connexion"

// KioskPath is where a shared device waits for the next person.
const KioskPath = "/kiosque"

const bodyLimit = 1 << 20

// answer asks whether the person may ever, reads the form, and calls the handler. Who is not signed in is led to where one
// signs in.
func (s *server) answer(w http.ResponseWriter, r *Request, p *ui.Page, route Route) (View, error) {
	if r.Platform.Kind == platform.Rehearsal { // nobody is anybody there, and nothing can be done
		if !looking[route.Need] {
			return View{}, fault.New(fault.Closed, "fault.rehearsal.looking")
		}
		return route.Handle(r, *p)
	}
	if err := r.identify(); err != nil {
		return View{}, err
	}
	p.Person = ui.Person{Known: r.Person.Proved, Name: cmp.Or(r.Person.Name, r.Person.Email), Staff: r.Person.Roles.Staff(), Desk: r.Person.Roles.Ever(access.Analyse), Kiosk: r.Person.Kiosk}
	if !r.Person.Roles.Ever(route.Need) {
		here := r.URL.RequestURI()
		if route.Method != "" {
			here = "" // a form that was lost to the end of a session cannot be gone on with from its address
		}
		if r.Person.Held.Ever(route.Need) {
			return View{Next: p.HrefWith(SignInPath+"/second-facteur", "suite", here)}, nil
		}
		if r.Person.Proved {
			return View{}, fault.New(fault.Forbidden, "fault.forbidden")
		}
		return View{Next: p.HrefWith(SignInPath, "suite", here)}, nil
	}
	if route.Method != "" {
		r.Body = http.MaxBytesReader(w, r.Body, cmp.Or(route.Largest, bodyLimit))
		if err := r.readForm(); err != nil {
			return View{}, err
		}
		if at, ok := r.shownAt(); ok {
			p.Shown = at // a form that is shown again was open since then
		}
	}
	return route.Handle(r, *p)
}

// readForm reads a form's fields, which must be text that a database takes. Fault: invalid.
func (r *Request) readForm() error {
	// Both ways are tried in this order, because ParseMultipartForm forgets what went wrong with a form that is not multipart.
	err := r.ParseForm()
	if err == nil {
		if err = r.ParseMultipartForm(bodyLimit); errors.Is(err, http.ErrNotMultipart) { // what is larger goes through temporary files
			err = nil
		}
	}
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.New(fault.Invalid, "fault.form.large", "Limit", large.Limit>>20)
	}
	if err != nil {
		return fault.New(fault.Invalid, "fault.form.unreadable").Because(err)
	}
	for name, values := range r.PostForm {
		for _, v := range values {
			if !utf8.ValidString(name+v) || strings.ContainsRune(v, 0) {
				return fault.New(fault.Invalid, "fault.form.unreadable").In(name)
			}
		}
	}
	return nil
}

// Posted gives a field of the form, without the spaces around it and with plain line feeds.
func (r *Request) Posted(name string) string {
	return strings.TrimSpace(strings.ReplaceAll(r.PostFormValue(name), "\r\n", "\n"))
}

// Local gives an address of this host to go on to, as a parameter says it; anything else is the fallback, so that nobody
// is led away by a link that looks like ours.
func Local(address, fallback string) string {
	u, err := url.Parse(address)
	if err != nil || u.IsAbs() || u.Host != "" || u.Opaque != "" || !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") || strings.ContainsAny(address, "\\\r\n\t") {
		return fallback
	}
	return address
}

// From is the address that the request comes from; not valid when it is unknown.
func (r *Request) From() netip.Addr {
	from, _ := netip.ParseAddrPort(r.RemoteAddr)
	return from.Addr()
}

// May asks access whether the person may, at a moment.
func (r *Request) May(action access.Action, m access.Moment) bool {
	return r.Person.Roles.Can(action, m)
}
