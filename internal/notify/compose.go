package notify

import (
	"strings"

	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/platform"
)

// Letter is an e-mail in its person's language.
type Letter struct {
	Subject    string
	Paragraphs []string
	Action     string // names the link; empty: there is none
	Link       string // absolute
}

// Compose writes an e-mail of a platform. local is the scheme and host of platforms without an address (Platform.Base).
func (m Mail) Compose(of platform.Platform, local string) Letter {
	l := i18n.For(m.Lang, of.Zone)
	pairs := []any{"Platform", of.Name}
	for name, value := range m.Args {
		if number, ok := value.(float64); ok { // as JSON gives it
			value = int(number)
		}
		pairs = append(pairs, name, value)
	}
	letter := Letter{Subject: l.T("mail."+m.Kind+".subject", pairs...), Paragraphs: strings.Split(l.T("mail."+m.Kind+".body", pairs...), "\n\n")}
	if m.Path != "" {
		path := m.Path
		if m.Lang != i18n.FR {
			path = "/" + string(m.Lang) + path
		}
		letter.Action, letter.Link = l.T("mail."+m.Kind+".action", pairs...), of.Base(local)+path
	}
	return letter
}
