package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/platform"
)

// Envelope is an e-mail ready to go.
type Envelope struct {
	ID       string // stays the same however often it is sent: the left side of its Message-ID
	To, Name string
	Letter
	Lang        string
	Platform    string // its name
	Accent      string // #rrggbb, or empty
	Unsubscribe string // an address that takes one click (RFC 8058); empty for what is essential
}

// Transport hands e-mails on. An error that is a Refused is the server's last word; any other is tried again.
type Transport interface {
	Send(ctx context.Context, e Envelope) error
}

// Refused is a mail server's refusal for good (SMTP 5xx).
type Refused struct{ Answer string }

func (r Refused) Error() string { return "refused: " + r.Answer }

// Post sends the e-mails of the outbox.
type Post struct {
	db        *db.DB
	transport Transport
	local     string // scheme and host of platforms without an address
}

// NewPost gives the handler of mail jobs over a transport; nil puts e-mails into the mailbox, as the demonstration does.
func NewPost(d *db.DB, t Transport, local string) *Post { return &Post{d, t, local} }

// Handle sends the e-mail of a job, or the several of its bundle as one. It is sent a second time only when the process
// dies between the server's answer and the record of it.
func (p *Post) Handle(ctx context.Context, j jobs.Job) error {
	mails, err := unpack(j)
	if err != nil {
		return fmt.Errorf("%w: %w", jobs.ErrPark, err)
	}
	m := mails[0]
	var of platform.Platform
	var silent bool
	var token string
	err = p.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if of, err = platform.ByKey(ctx, tx, j.Platform); err != nil {
			return err
		}
		if silent, token, err = wanted(ctx, tx, j.Platform, m); err != nil || !silent {
			return err
		}
		return j.Done(ctx, tx)
	})
	if err != nil || silent {
		return err
	}
	e := Envelope{ID: j.ID.String(), To: m.To, Name: m.Name, Lang: string(m.Lang), Platform: of.Name, Accent: of.Accent, Letter: together(mails, of, p.local)}
	if token != "" {
		e.Unsubscribe = of.Base(p.local) + UnsubscribePath + "?jeton=" + token
	}
	if p.transport == nil || of.Kind == platform.Rehearsal { // whatever led here, nothing of a rehearsal reaches anybody
		return p.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			if err := putInBox(ctx, tx, j.Platform, Boxed{ID: j.ID, Recipient: m.To, Letter: e.Letter}); err != nil {
				return err
			}
			return j.Done(ctx, tx)
		})
	}
	sent := p.transport.Send(ctx, e)
	refused, final := errors.AsType[Refused](sent)
	if sent != nil && !final {
		return sent
	}
	err = p.db.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx db.Tx) error {
		if err := record(ctx, tx, j.Platform, Sent{ID: j.ID, Recipient: m.To, Kind: m.Kind, Refused: refused.Answer}); err != nil {
			return err
		}
		if final {
			return setBounce(ctx, tx, j.Platform, m.To, refused.Answer)
		}
		if err := ClearBounce(ctx, tx, j.Platform, m.To); err != nil {
			return err
		}
		return j.Done(ctx, tx)
	})
	if err == nil && final {
		err = fmt.Errorf("%w: %w", jobs.ErrPark, sent)
	}
	return err
}

// wanted says whether an e-mail must stay unsent: its person left the list, or their address refuses and they did not ask
// for it. token is what leaves the list.
func wanted(ctx context.Context, tx db.Tx, platform int64, m Mail) (silent bool, token string, err error) {
	if m.List == "" || m.Person.IsZero() {
		return false, "", nil
	}
	if silent, err = left(ctx, tx, platform, m.Person, m.List); err != nil || silent {
		return silent, "", err
	}
	if silent, err = bounced(ctx, tx, platform, m.To); err != nil || silent {
		return silent, "", err
	}
	token, err = newToken(ctx, tx, platform, m.Person, m.List)
	return false, token, err
}

func unpack(j jobs.Job) ([]Mail, error) {
	mails := make([]Mail, 0, 1+len(j.Rest))
	for _, one := range append([]jobs.Job{j}, j.Rest...) {
		var m Mail
		if err := json.Unmarshal(one.Body, &m); err != nil {
			return nil, err
		}
		if m.Lang == "" {
			m.Lang = i18n.FR
		}
		mails = append(mails, m)
	}
	return mails, nil
}

// together makes one letter of several: each with its subject as a heading and its link as a line.
func together(mails []Mail, of platform.Platform, local string) Letter {
	first := mails[0].Compose(of, local)
	if len(mails) == 1 {
		return first
	}
	l := i18n.For(mails[0].Lang, of.Zone)
	letter := Letter{Subject: l.T("mail.digest.subject", "Count", len(mails), "Platform", of.Name)}
	for _, m := range mails {
		one := m.Compose(of, local)
		letter.Paragraphs = append(append(letter.Paragraphs, "— "+one.Subject), one.Paragraphs...)
		if one.Link != "" {
			letter.Paragraphs = append(letter.Paragraphs, one.Action+l.T("mail.colon")+" "+one.Link)
		}
	}
	return letter
}

// TakeIn puts the e-mails that wait on a rehearsal's platform into its mailbox, those of them that keep wants by their kind, and
// gives the jobs that are so done. None is ever sent. Fault: not_found, for any other platform.
func TakeIn(ctx context.Context, tx db.Tx, of platform.Platform, local string, keep func(kind string) bool) ([]jobs.Job, error) {
	if of.Kind != platform.Rehearsal {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	list, err := jobs.Waiting(ctx, tx, of.Key, Job, takenIn)
	if err != nil {
		return nil, err
	}
	var boxed []Boxed
	for _, j := range list {
		mails, err := unpack(j)
		if err != nil {
			return nil, err
		}
		if m := mails[0]; keep(m.Kind) {
			boxed = append(boxed, Boxed{ID: j.ID, Recipient: m.To, Letter: m.Compose(of, local), At: of.Now(tx.Now())})
		}
	}
	return list, fillBox(ctx, tx, of.Key, boxed)
}

// takenIn is more than one moment of a rehearsal sends.
const takenIn = 1000
