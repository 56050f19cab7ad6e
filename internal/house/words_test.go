package house

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/i18n"
)

var (
	faultKey = regexp.MustCompile(`^fault(\.[a-z0-9_]+)+$`)
	anyKey   = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$`)
	keyStart = regexp.MustCompile(`^[a-z][a-z0-9_]*\.[a-z0-9_.]*$`)
)

// noteAct adds the words of an act of an agent: audit.Act{Name: "sent"} is read as audit.act.sent.
func noteAct(act *ast.CompositeLit, found map[string]token.Position, set *token.FileSet) {
	of, ok := act.Type.(*ast.SelectorExpr)
	if !ok || of.Sel.Name != "Act" || len(act.Elts) == 0 {
		return
	}
	if room, ok := of.X.(*ast.Ident); !ok || room.Name != "audit" {
		return
	}
	for _, e := range act.Elts {
		pair, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		name, isName := pair.Key.(*ast.Ident)
		if lit, ok := pair.Value.(*ast.BasicLit); ok && isName && name.Name == "Name" && lit.Kind == token.STRING {
			text, _ := strconv.Unquote(lit.Value)
			found["audit.act."+text] = set.Position(lit.Pos())
		}
	}
}

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
		if act, ok := n.(*ast.CompositeLit); ok {
			noteAct(act, found, set)
		}
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

// mentions lists what a Go file says that may be a key, wherever it stands, and the beginnings of keys that it goes on
// from: the first words of a sum.
func mentions(t *testing.T, f file) (whole, starts []string) {
	t.Helper()
	_, parsed := f.parse(t)
	text := func(n ast.Node) string {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return ""
		}
		s, _ := strconv.Unquote(lit.Value)
		return s
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if s := text(n); anyKey.MatchString(s) {
			whole = append(whole, s)
		}
		if sum, ok := n.(*ast.BinaryExpr); ok && sum.Op == token.ADD {
			if s := text(sum.X); keyStart.MatchString(s) {
				starts = append(starts, s)
			}
		}
		return true
	})
	return whole, starts
}

// A sentence that nothing says is one that a translator worked on for nothing.
func TestEverySentenceIsSaidSomewhere(t *testing.T) {
	whole := map[string]bool{}
	var starts []string
	for _, f := range files(t) {
		if !f.is(".go") || f.test() || f.under("tools") {
			continue
		}
		keys, begun := mentions(t, f)
		for _, k := range keys {
			whole[k] = true
		}
		starts = append(starts, begun...)
	}
	for _, key := range i18n.Keys(i18n.FR) {
		if !whole[key] && !slices.ContainsFunc(starts, func(s string) bool { return strings.HasPrefix(key, s) }) {
			t.Errorf("no Go file says %q: delete it from internal/i18n/locales", key)
		}
	}
}

func TestMentionsAreFoundInSource(t *testing.T) {
	whole, starts := mentions(t, file{path: "x.go", text: []byte(`package x
var a = l.T("results.left")
var b = l.T("web.order." + order + ".why")
var c = key("fault.late")
`)})
	if !slices.Equal(whole, []string{"results.left", "fault.late"}) || !slices.Equal(starts, []string{"web.order."}) {
		t.Errorf("found %q and %q", whole, starts)
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
