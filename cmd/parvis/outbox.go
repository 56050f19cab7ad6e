package main

import (
	"context"
	"maps"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/decision"
	"github.com/parvis-civic/parvis/internal/delivery"
	"github.com/parvis-civic/parvis/internal/follow"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/rehearsal"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/run"
	"github.com/parvis-civic/parvis/internal/web/admin"
)

// mailing are the flags of the mail server that e-mails are handed to. Each is also an environment variable; the password
// is only that, so that no list of processes shows it.
type mailing struct {
	SMTP         string `name:"smtp" env:"PARVIS_SMTP" placeholder:"HOST:PORT" help:"Mail server that takes our e-mails. Without it e-mails wait, and nobody can receive a code."`
	SMTPFrom     string `name:"smtp-from" env:"PARVIS_SMTP_FROM" placeholder:"ADDRESS" help:"Address that e-mails come from; their name is the platform's."`
	SMTPReplyTo  string `name:"smtp-reply-to" env:"PARVIS_SMTP_REPLY_TO" placeholder:"ADDRESS" help:"Address that answers go to."`
	SMTPSecurity string `name:"smtp-security" env:"PARVIS_SMTP_SECURITY" enum:"starttls,tls,none" default:"starttls" help:"How the connection is protected: starttls (usually port 587), tls (465), or none, for a server on the same network."`
	SMTPUser     string `name:"smtp-user" env:"PARVIS_SMTP_USER" placeholder:"NAME" help:"Account on the mail server; its password is read from the variable PARVIS_SMTP_PASSWORD alone."`
}

// transport checks the flags and gives the way that e-mails take; nil when there is none.
func (c *mailing) transport(a *app) (notify.Transport, error) {
	if c.SMTP == "" {
		return nil, nil
	}
	host, port, err := net.SplitHostPort(c.SMTP)
	n, err2 := strconv.Atoi(port)
	if err != nil || err2 != nil || host == "" {
		return nil, usage(a.l.T("cli.serve.smtp", "Value", c.SMTP))
	}
	if !notify.CheckAddress(c.SMTPFrom) {
		return nil, usage(a.l.T("cli.serve.smtp_from", "Flag", "--smtp-from", "Value", c.SMTPFrom))
	}
	if c.SMTPReplyTo != "" && !notify.CheckAddress(c.SMTPReplyTo) {
		return nil, usage(a.l.T("cli.serve.smtp_from", "Flag", "--smtp-reply-to", "Value", c.SMTPReplyTo))
	}
	return notify.SMTP{Host: host, Port: n, Security: notify.Security(c.SMTPSecurity), User: c.SMTPUser, Password: os.Getenv("PARVIS_SMTP_PASSWORD"), From: c.SMTPFrom, ReplyTo: c.SMTPReplyTo}, nil
}

// outbox does what waits behind commits: e-mails, reminders, and rehearsals, moment by moment. It stands above the pages, so that it stops first.
func (h *house) outbox() run.Task {
	var runner *jobs.Runner
	return run.Task{Name: "outbox", Deadline: 20 * time.Second,
		Start: func(ctx context.Context, _ func(error)) error {
			ballots := ballot.NewService(h.db)
			handlers := map[string]jobs.Handler{ballot.ReminderJob: ballots.Remind, ballot.SettleJob: ballots.Settle, proposal.LeftJob: ballots.Free,
				jobs.Driving: rehearsal.NewService(h.db, h.url).Handle}
			handlers[analysis.DailyJob] = analysis.NewService(h.db).Daily

			handlers[notify.DigestJob] = follow.NewDigests(h.db, h.url).Handle

			maps.Copy(handlers, decision.NewService(h.db).Handlers())
			h.announcing(handlers, ballots)
			handlers[delivery.NewsJob] = delivery.NewService(h.db).Tell

			switch {
			case h.mailbox:
				handlers[notify.Job] = notify.NewPost(h.db, nil, h.url).Handle
			case h.transport != nil:
				handlers[notify.Job] = notify.NewPost(h.db, h.transport, h.url).Handle
			default:
				h.log.Warn("no mail server is set (--smtp): e-mails wait, and nobody can receive a code to sign in")
			}
			runner = jobs.NewRunner(h.db, h.log, handlers)
			runner.Start(ctx)
			return nil
		},
		Stop: func(ctx context.Context) error { return runner.Stop(ctx) },
	}
}

// announcing adds what is done of results behind commits. A vote that closes is settled, then its organisers hear of it.
func (h *house) announcing(handlers map[string]jobs.Handler, ballots *ballot.Service) {
	results := result.NewService(h.db, delivery.Begin)
	handlers[result.AnnounceJob], handlers[result.TellJob], handlers[result.RemindJob] = results.AnnouncePlanned, results.Tell, results.Remind
	handlers[ballot.SettleJob] = func(ctx context.Context, job jobs.Job) error {
		if err := ballots.Settle(ctx, job); err != nil {
			return err
		}
		return results.Closed(ctx, job)
	}
}

// mailState says to administrators how e-mails go.
func (h *house) mailState() admin.Mailing {
	switch t := h.transport.(type) {
	case notify.SMTP:
		return admin.Mailing{How: admin.ByServer, Server: net.JoinHostPort(t.Host, strconv.Itoa(t.Port)), From: t.From}
	}
	if h.mailbox {
		return admin.Mailing{How: admin.ToMailbox}
	}
	return admin.Mailing{}
}
