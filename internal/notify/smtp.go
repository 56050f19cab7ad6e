package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/parvis-civic/parvis/internal/i18n"
)

// SMTP is a mail server that takes e-mails from us.
type SMTP struct {
	Host     string
	Port     int
	Security Security
	User     string
	Password string
	From     string // the address that e-mails come from; their name is the platform's
	ReplyTo  string // optional
}

// Security is how the connection to the server is protected.
type Security string

// The kinds of security.
const (
	StartTLS Security = "starttls" // the usual one, port 587
	TLS      Security = "tls"      // from the beginning, port 465
	Plain    Security = "none"     // only for a server on the same machine or network
)

const dialogue = 45 * time.Second // for the whole of one e-mail

// Send hands an e-mail to the server. Errors: Refused for good, any other for now.
func (s SMTP) Send(ctx context.Context, e Envelope) error {
	m, err := s.message(e)
	if err != nil {
		return Refused{err.Error()} // an address that cannot be written into a header
	}
	options := []gomail.Option{gomail.WithPort(s.Port), gomail.WithTimeout(dialogue)}
	switch s.Security {
	case TLS:
		options = append(options, gomail.WithSSL())
	case Plain:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.User != "" {
		kind := gomail.SMTPAuthAutoDiscover
		if s.Security == Plain {
			kind = gomail.SMTPAuthPlainNoEnc
		}
		options = append(options, gomail.WithSMTPAuth(kind), gomail.WithUsername(s.User), gomail.WithPassword(s.Password))
	}
	c, err := gomail.NewClient(s.Host, options...)
	if err != nil {
		return fmt.Errorf("mail server %s: %w", s.Host, err)
	}
	ctx, cancel := context.WithTimeout(ctx, dialogue)
	defer cancel()
	err = c.DialAndSendWithContext(ctx, m)
	if m.IsDelivered() {
		return nil // it took the e-mail; what failed afterwards was saying goodbye
	}
	if f, ok := errors.AsType[*gomail.SendError](err); ok && !f.IsTemp() && f.ErrorCode() >= 500 && f.ErrorCode() < 600 && aboutAddress(f) {
		return Refused{f.Error()}
	}
	if err != nil {
		return fmt.Errorf("mail server %s: %w", s.Host, err)
	}
	return nil
}

// aboutAddress says whether a refusal is of the address itself (RFC 3463: 5.1.x, and 5.2.1, a mailbox that is closed), and not
// of what or how we send: that is ours to mend, and nobody's address is given up for it.
func aboutAddress(f *gomail.SendError) bool {
	code := f.EnhancedStatusCode()
	return f.Reason == gomail.ErrSMTPRcptTo && (strings.HasPrefix(code, "5.1.") || code == "5.2.1")
}

// message writes an e-mail: plain text, and the same as simple HTML.
func (s SMTP) message(e Envelope) (*gomail.Msg, error) {
	m := gomail.NewMsg()
	if err := m.FromFormat(oneLine(e.Platform), s.From); err != nil {
		return nil, err
	}
	if err := m.AddToFormat(oneLine(e.Name), e.To); err != nil {
		return nil, err
	}
	if s.ReplyTo != "" {
		if err := m.ReplyTo(s.ReplyTo); err != nil {
			return nil, err
		}
	}
	_, domain, _ := strings.Cut(s.From, "@")
	m.SetMessageIDWithValue(e.ID + "@" + domain)
	m.SetDate()
	m.Subject(oneLine(e.Subject))
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no out-of-office answers
	m.SetGenHeader("Content-Language", e.Lang)
	if e.Unsubscribe != "" {
		m.SetGenHeader("List-Unsubscribe", "<"+e.Unsubscribe+">")
		m.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click") // RFC 8058
	}
	m.SetBodyString(gomail.TypeTextPlain, e.text())
	var html bytes.Buffer
	if err := page.Execute(&html, e.page()); err != nil {
		return nil, err
	}
	m.AddAlternativeString(gomail.TypeTextHTML, html.String())
	return m, nil
}

// oneLine keeps a text from beginning another header.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// CheckAddress says whether a text is an address that e-mails can come from.
func CheckAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && strings.Contains(s, "@")
}

// text is the e-mail without any form.
func (e Envelope) text() string {
	l := i18n.For(i18n.Lang(e.Lang), nil)
	var b strings.Builder
	for _, p := range e.Paragraphs {
		b.WriteString(p + "\n\n")
	}
	if e.Link != "" {
		b.WriteString(e.Action + l.T("mail.colon") + "\n" + e.Link + "\n\n")
	}
	b.WriteString("-- \n" + e.Platform + "\n")
	if e.Unsubscribe != "" {
		b.WriteString(l.T("mail.unsubscribe") + l.T("mail.colon") + " " + e.Unsubscribe + "\n")
	}
	return b.String()
}

type htmlPage struct {
	Envelope
	Colour template.CSS
	Leave  string
}

func (e Envelope) page() htmlPage {
	p := htmlPage{Envelope: e, Colour: "#0f5a5e"}
	if len(e.Accent) == 7 && strings.Trim(e.Accent[1:], "0123456789abcdef") == "" && e.Accent[0] == '#' {
		p.Colour = template.CSS(e.Accent) //nolint:gosec // it was just checked to be a colour
	}
	if e.Unsubscribe != "" {
		p.Leave = i18n.For(i18n.Lang(e.Lang), nil).T("mail.unsubscribe")
	}
	return p
}

var page = template.Must(template.New("mail").Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>{{.Subject}}</title>
<style>
body{margin:0;padding:24px;font:18px/1.5 Verdana,sans-serif;color:#1d1b18;background:#fbf8f2}
main{max-width:34em;margin:0 auto}
h1{font-size:20px;border-bottom:4px solid {{.Colour}};padding-bottom:8px}
a.button{display:inline-block;padding:12px 24px;border-radius:6px;background:{{.Colour}};color:#fff;font-weight:bold;text-decoration:none}
footer{margin-top:32px;font-size:15px}
@media(prefers-color-scheme:dark){body{color:#f3eee4;background:#1b1916}}
</style></head><body><main>
<h1>{{.Platform}}</h1>
{{range .Paragraphs}}<p>{{.}}</p>
{{end}}{{if .Link}}<p><a class="button" href="{{.Link}}">{{.Action}}</a></p>
{{end}}<footer>{{.Platform}}{{if .Leave}} · <a href="{{.Unsubscribe}}">{{.Leave}}</a>{{end}}</footer>
</main></body></html>
`))
