package me

import (
	"context"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

func (s *Pages) codeHelp(_ *web.Request, p ui.Page) (web.View, error) {
	return web.View{Page: CodeHelp(p)}, nil
}

const boxShown = 50

// mailbox shows what the demonstration would have sent.
func (s *Pages) mailbox(r *web.Request, p ui.Page) (web.View, error) {
	var list []notify.Boxed
	err := s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		list, err = notify.Mailbox(ctx, tx, r.Platform.Key, boxShown)
		return err
	})
	return web.View{Page: MailboxPage(p, list)}, err
}

// unsubscribePage asks whether somebody leaves a list, or says that they did.
type unsubscribePage struct {
	Token string
	Left  bool
}

// unsubscribe reads the token that an e-mail carries; looking changes nothing, as programs follow links too.
func (s *Pages) unsubscribe(r *web.Request, p ui.Page) (web.View, error) {
	page := unsubscribePage{Token: r.URL.Query().Get("jeton")}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		_, _, err := notify.ReadToken(ctx, tx, r.Platform.Key, page.Token)
		return err
	})
	return web.View{Page: Unsubscribe(p, page)}, err
}

// leaveList takes somebody off a list: from the page, or by the one click of a mail program (RFC 8058), which sends no
// cookie; the token is the proof.
func (s *Pages) leaveList(r *web.Request, p ui.Page) (web.View, error) {
	token := r.URL.Query().Get("jeton")
	if token == "" {
		token = r.Posted("jeton")
	}
	if token == "" {
		return web.View{}, fault.New(fault.NotFound, "fault.not_found")
	}
	err := s.db.Write(r.Context(), func(ctx context.Context, tx db.Tx) error {
		person, list, err := notify.ReadToken(ctx, tx, r.Platform.Key, token)
		if err != nil {
			return err
		}
		return notify.Leave(ctx, tx, r.Platform.Key, person, list)
	})
	return web.View{Page: Unsubscribe(p, unsubscribePage{Token: token, Left: true})}, err
}

// kiosk is where a shared device waits for the next person.
func (s *Pages) kiosk(_ *web.Request, p ui.Page) (web.View, error) {
	p.Person = ui.Person{} // nobody's, whoever was there before
	return web.View{Page: KioskPage(p)}, nil
}

func (s *Pages) beginKiosk(r *web.Request, p ui.Page) (web.View, error) {
	token, err := s.people.Kiosk(r.Context(), r.Platform, r.Token, p.Lang, r.UserAgent())
	return web.View{Next: p.Href("/"), Session: token}, err
}
