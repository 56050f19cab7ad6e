package browsertest

import "testing"

// Run is one way in which a journey is walked: a screen, a language, with scripts or without, on a database.
type Run struct {
	Name string // no signs that a path or a command could take for theirs
	Options
	Lang   string // "fr" or "en"
	Engine string // "sqlite" or "postgres"
}

// Runs are how each journey is walked: once as most people do, and four more times so that each two values of screen,
// language, scripts and database meet in some run. Five are the fewest that do.
func Runs() []Run {
	phone, desk := Options{Width: 360, Height: 740, Touch: true, Still: true}, Options{Width: 1280, Height: 900, Still: true}
	bare := func(o Options) Options { o.NoJS = true; return o }
	return []Run{
		{"phone-fr-scripts-sqlite", phone, "fr", "sqlite"},
		{"phone-en-bare-postgres", bare(phone), "en", "postgres"},
		{"desk-fr-bare-postgres", bare(desk), "fr", "postgres"},
		{"desk-en-scripts-postgres", desk, "en", "postgres"},
		{"desk-en-bare-sqlite", bare(desk), "en", "sqlite"},
	}
}

// EachRun walks a journey in each of them, in parallel.
func EachRun(t *testing.T, walk func(t *testing.T, r Run)) {
	t.Helper()
	for _, r := range Runs() {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			walk(t, r)
		})
	}
}

// Prefix is what stands before the paths of its language.
func (r Run) Prefix() string {
	if r.Lang == "fr" {
		return ""
	}
	return "/" + r.Lang
}

// Say gives what its language says.
func (r Run) Say(fr, en string) string {
	if r.Lang == "fr" {
		return fr
	}
	return en
}
