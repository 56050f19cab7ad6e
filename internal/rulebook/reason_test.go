package rulebook

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/tally"
)

// constants reads the string constants of a type, or of a name's prefix, from a file of tally, so that a new one without
// a sentence fails here.
func constants(t *testing.T, file, typeOrPrefix string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "../../tally/"+file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		typ, _ := spec.Type.(*ast.Ident)
		lit, isText := spec.Values[0].(*ast.BasicLit)
		if isText && lit.Kind == token.STRING && (typ != nil && typ.Name == typeOrPrefix || typ == nil && strings.HasPrefix(spec.Names[0].Name, typeOrPrefix)) {
			value, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, value)
		}
		return true
	})
	if len(values) == 0 {
		t.Fatalf("no %s in %s", typeOrPrefix, file)
	}
	return values
}

func TestEveryReasonIsASentence(t *testing.T) {
	names := func(id string) string { return map[string]string{"7": "Un verger partagé"}[id] }
	keys := func(key string) string { return map[string]string{"minimes": "Minimes"}[key] }
	base := tally.Reason{
		Left: euros(41_000), Cost: euros(60_000), Missing: euros(19_000), Other: "7", Key: "minimes", Have: 30, Need: 50,
	}
	for _, lang := range i18n.Langs {
		l := i18n.For(lang, nil)
		var b strings.Builder
		line := func(label string, r tally.Reason) {
			fmt.Fprintf(&b, "%s: %s\n", label, ReasonText(l, r, "EUR", names, keys))
		}
		for _, code := range constants(t, "result.go", "ReasonCode") {
			r := base
			r.Code = tally.ReasonCode(code)
			if r.Code == tally.OutNoFit { // Need is set only when a reserve was too far
				reserve := r
				reserve.Need, reserve.Have = 80, 68
				line(code+" with a reserve", reserve)
				r.Need, r.Have = 0, 0
			}
			line(code, r)
		}
		for _, tie := range constants(t, "rule.go", "TieBy") {
			r := base
			r.Need, r.Have = 0, 0
			for _, r.Code = range []tally.ReasonCode{tally.InFits, tally.OutNoFit} {
				r.Tie = tally.TieBy(tie)
				line(string(r.Code)+" by "+tie, r)
			}
		}
		if got := b.String(); strings.Contains(got, "reason.") || strings.Contains(got, "<no value>") {
			t.Error("a sentence or an argument is missing")
		}
		golden(t, "reasons."+string(lang)+".txt", b.String())
	}
}

func TestEveryProblemOfARuleHasItsSentence(t *testing.T) {
	fr := i18n.For(i18n.FR, nil)
	for _, code := range constants(t, "check.go", "Problem") {
		if !fr.Has("fault.rulebook.count." + code) {
			t.Errorf("no sentence for %s", code)
		}
	}
}
