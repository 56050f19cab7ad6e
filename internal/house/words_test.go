package house

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/parvis-civic/parvis/internal/i18n"
)

var (
	faultKey = regexp.MustCompile(`^fault(\.[a-z0-9_]+)+$`)
	anyKey   = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$`)
)

// keys lists the translation keys that a Go file names: every literal that looks like the key of a fault, and those given
// to a method T or Has.
func keys(t *testing.T, f file) map[string]token.Position {
	t.Helper()
	set, parsed := f.parse(t)
	found := map[string]token.Position{}
	note := func(n ast.Node, shape *regexp.Regexp) {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return
		}
		if text, _ := strconv.Unquote(lit.Value); shape.MatchString(text) {
			found[text] = set.Position(lit.Pos())
		}
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		note(n, faultKey)
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		var name string
		switch fun := call.Fun.(type) {
		case *ast.SelectorExpr:
			name = fun.Sel.Name
		case *ast.Ident:
			name = fun.Name
		}
		if name == "T" || name == "Has" {
			for _, arg := range call.Args[:min(2, len(call.Args))] { // the key, perhaps after a context
				note(arg, anyKey)
			}
		}
		return true
	})
	return found
}

func TestEveryKeyIsSaidInBothLanguages(t *testing.T) {
	said := map[i18n.Lang][]string{}
	for _, lang := range i18n.Langs {
		said[lang] = i18n.Keys(lang)
	}
	n := 0
	for _, f := range files(t) {
		if !f.is(".go") || f.test() || f.under("tools") {
			continue
		}
		for key, at := range keys(t, f) {
			n++
			for _, lang := range i18n.Langs {
				if !slices.Contains(said[lang], key) {
					t.Errorf("%s: no internal/i18n/locales/*.%s.json has %q", at, lang, key)
				}
			}
		}
	}
	if n == 0 {
		t.Error("no key was found in the tree")
	}
}

func TestKeysAreFoundInSource(t *testing.T) {
	got := keys(t, file{path: "x.go", text: []byte(`package x
var a = fault.New(fault.Invalid, "fault.proposal.cost", "Max", 3)
var b = l.T("results.left", "Money", "not.a_key")
var c = reason{Key: "fault.late"}
var d = T(ctx, "project.title")
var e = l.T("fault." + code)
var f = open("file.json")
`)})
	for _, want := range []string{"fault.proposal.cost", "results.left", "fault.late", "project.title"} {
		if _, ok := got[want]; !ok {
			t.Errorf("%q was not found", want)
		}
		delete(got, want)
	}
	if len(got) > 0 {
		t.Errorf("found %v too", got)
	}
}
