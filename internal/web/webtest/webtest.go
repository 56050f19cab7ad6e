// Package webtest lets tests of pages sign people in without a code.
package webtest

import (
	"context"
	"regexp"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
)

// People are signed in by a token that is their name, on the platform of a slug, or on all when there is none.
type People struct {
	On string
	By map[string]account.Person
}

// Person is somebody signed in who has these roles.
func Person(email string, roles ...access.Role) account.Person {
	return account.Person{ID: ids.Random(), Email: email, Proved: true, Roles: access.Roles(0).With(access.Resident).With(roles...)}
}

var asked = regexp.MustCompile(`name="demande" value="([^"]+)"`)

// Asked reads, from the page that says that a code is on its way, what the form of the code sends with it; empty when there
// is none.
func Asked(page string) string {
	if found := asked.FindStringSubmatch(page); found != nil {
		return found[1]
	}
	return ""
}

// ByToken gives them.
func (s People) ByToken(_ context.Context, of platform.Platform, token string) (account.Person, bool, error) {
	p, ok := s.By[token]
	return p, ok && (s.On == "" || of.Slug == s.On), nil
}

// Begin gives somebody without an address.
func (People) Begin(context.Context, platform.Platform, i18n.Lang, string) (string, account.Person, error) {
	return "begun", account.Person{ID: ids.Random()}, nil
}
