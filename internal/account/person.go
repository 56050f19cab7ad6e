package account

import (
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Person is whoever a request comes from: nobody (the zero value), a participant who saved something without giving an
// address, or somebody whose address was proved. The public Account of a person who publishes has the same identifier.
type Person struct {
	ID        ids.ID
	Email     string // empty: not given
	Proved    bool   // the address was proved: signed in
	Name      string // as shown; may be empty
	Kind      Kind
	Language  string
	District  ids.ID
	Postcode  string
	Factor    bool // a second factor was given in this session
	Kiosk     bool // the session is that of a shared device, and ends when nobody uses it
	Roles     access.Roles
	Held      access.Roles // those that wait for a second factor; Roles is then a resident's
	CreatedAt time.Time
}

// IsZero says that it is nobody.
func (p Person) IsZero() bool { return p.ID.IsZero() }

// EmailKey gives the form in which addresses are compared, for rooms that keep lists of them. Fault: invalid (email).
func EmailKey(email string) (string, error) { return emailKey(email) }

// emailKey gives the form in which addresses are compared. Fault: invalid, for what is no address.
func emailKey(email string) (string, error) {
	email = strings.TrimSpace(norm.NFC.String(email))
	parsed, err := mail.ParseAddress(email)
	at := strings.LastIndexByte(email, '@')
	if err != nil || parsed.Address != email || at < 1 || !strings.Contains(email[at:], ".") || utf8.RuneCountInString(email) > 254 || strings.ContainsAny(email, " \r\n\t\"") {
		return "", fault.New(fault.Invalid, "fault.account.email").In("email")
	}
	return strings.ToLower(email), nil
}
