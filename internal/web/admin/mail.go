package admin

import (
	"context"
	"encoding/json"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

const mailsShown = 50

// mailPage is how e-mails fare.
type mailPage struct {
	Mailing  Mailing
	Waiting  []jobs.Job
	Sent     []notify.Sent
	Bounces  []notify.Bounce
	Records  []notify.Record // nil: not asked for
	Selector string
	Done     string
}

// mail shows the queue; it looks at the records of our domain only when asked, as that takes seconds.
func (s *Pages) mail(r *web.Request, p ui.Page) (web.View, error) {
	f := mailPage{Mailing: s.mailing, Done: done(r, p), Selector: r.URL.Query().Get("selecteur")}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		if f.Waiting, err = jobs.Waiting(ctx, tx, r.Platform.Key, notify.Job, mailsShown); err != nil {
			return err
		}
		if f.Sent, err = notify.Log(ctx, tx, r.Platform.Key, mailsShown); err != nil {
			return err
		}
		f.Bounces, err = notify.Bounces(ctx, tx, r.Platform.Key, mailsShown)
		return err
	})
	if err == nil && s.mailing.From != "" && r.URL.Query().Get("domaine") != "" {
		f.Records = notify.CheckDomain(r.Context(), s.resolver, s.mailing.From, f.Selector)
	}
	return web.View{Page: MailPage(p, f)}, err
}

// testMail sends the administrator an e-mail, by the same way as all others.
func (s *Pages) testMail(r *web.Request, p ui.Page) (web.View, error) {
	return web.Done(p, mailPath, "essai"), s.db.Write(r.Context(), func(ctx context.Context, tx db.Tx) error {
		return notify.Queue(ctx, tx, r.Platform.Key, notify.Mail{To: r.Person.Email, Name: r.Person.Name, Lang: p.Lang, Kind: "test", Path: mailPath, Person: r.Person.ID})
	})
}

func (s *Pages) retryMail(r *web.Request, p ui.Page) (web.View, error) {
	var id ids.ID
	if text := r.Posted("job"); text != "" {
		var err error
		if id, err = ids.Parse(text); err != nil {
			return web.View{}, fault.New(fault.NotFound, "fault.not_found")
		}
	}
	return web.Done(p, mailPath, "reprise"), s.db.Write(r.Context(), func(ctx context.Context, tx db.Tx) error {
		return jobs.Retry(ctx, tx, r.Platform.Key, notify.Job, id)
	})
}

func (s *Pages) clearBounce(r *web.Request, p ui.Page) (web.View, error) {
	return web.Done(p, mailPath, "adresse"), s.db.Write(r.Context(), func(ctx context.Context, tx db.Tx) error {
		return notify.ClearBounce(ctx, tx, r.Platform.Key, r.Posted("email"))
	})
}

// recipient is the address of an e-mail that waits.
func recipient(j jobs.Job) string {
	var m notify.Mail
	if json.Unmarshal(j.Body, &m) != nil {
		return j.ID.String()
	}
	return m.To
}

// how says in a sentence which way e-mails go.
func (f mailPage) how(p ui.Page) string {
	switch f.Mailing.How {
	case ByServer:
		return p.T("admin.mail.by", "Server", f.Mailing.Server, "From", f.Mailing.From)
	case ToMailbox:
		return p.T("admin.mail.box")
	}
	return p.T("admin.mail.what")
}
