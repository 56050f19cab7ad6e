package project

import (
	"context"
	"crypto/sha256"
	"strings"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// ShortPath is what stands before the code in a short address.
const ShortPath = "/e/"

// The code of a project is what stands after /e/ in its short address: a few signs that are easily typed from a poster. It
// is made of the project's identifier, so that it never changes, whatever the project is called, and of nobody's language.

// shortSigns are those that are not taken for another; without vowels, so that no code is a word.
const shortSigns = "23456789BCDFGHJKMNPQRSTVWXZ"

const (
	shortMin = 4  // signs of a code, when no older project's begins alike
	shortMax = 24 // no two projects of a platform are alike up to here
)

// shortOf gives the signs of a project's code, more than are ever needed.
func shortOf(id ids.ID) string {
	sum := sha256.Sum256(id[:])
	code := make([]byte, shortMax)
	for i := range code {
		code[i] = shortSigns[int(sum[i])%len(shortSigns)]
	}
	return string(code)
}

// shorten gives as much of a code as no older one begins with.
func shorten(code string, older []string) string {
	n := shortMin
	for _, o := range older {
		for n < shortMax && strings.HasPrefix(o, code[:n]) {
			n++
		}
	}
	return code[:n]
}

// ShortCode gives the code of a project's short address, "K7QD". Fault: not_found.
func ShortCode(ctx context.Context, tx db.Tx, platform int64, project ids.ID) (string, error) {
	all, err := identifiers(ctx, tx, platform)
	if err != nil {
		return "", err
	}
	var older []string
	for _, p := range all {
		if p.ID == project {
			return shorten(shortOf(project), older), nil
		}
		older = append(older, shortOf(p.ID))
	}
	return "", notFound(project)
}

// OfShortCode gives the slug of the project of a code, in whatever case and with whatever spaces it was typed; false when
// there is none. Whether it may be seen is Load's to say.
func OfShortCode(ctx context.Context, tx db.Tx, platform int64, typed string) (slug string, ok bool, err error) {
	code := strings.ToUpper(strings.Join(strings.Fields(typed), ""))
	if len(code) < shortMin || len(code) > shortMax {
		return "", false, nil
	}
	all, err := identifiers(ctx, tx, platform)
	for _, p := range all {
		if strings.HasPrefix(shortOf(p.ID), code) {
			return p.Slug, true, err
		}
	}
	return "", false, err
}
