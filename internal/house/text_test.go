package house

import (
	"bytes"
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// sqlText recognises a literal that is a statement, or its piece, by how SQL begins; in one case throughout, since prose
// begins with a capital and goes on without.
var sqlText = regexp.MustCompile(`(?s)^\s*(?:` +
	`SELECT\s.+\sFROM\s|select\s.+\sfrom\s|INSERT\s+INTO\s|insert\s+into\s|UPDATE\s+\w+\s+SET\s|update\s+\w+\s+set\s|` +
	`DELETE\s+FROM\s|delete\s+from\s|(?:CREATE|create)\s+(?:TABLE|INDEX|table|index)\s|` +
	`(?:WITH|with)\s+\w+\s+(?:AS|as)\s*\(|(?:WHERE|where|AND|and)\s+[\w.]+\s*(?:=|<|>|IN\s|in\s*\()|(?:ORDER\s+BY|order\s+by)\s)`)

var sqlImport = regexp.MustCompile(`^(database/sql|github\.com/jackc/pgx|modernc\.org/sqlite)`)

// sql finds SQL in a Go file: its drivers, or its text.
func sql(t *testing.T, f file) []string {
	t.Helper()
	set, parsed := f.parse(t)
	var wrong []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			if name, _ := strconv.Unquote(n.Path.Value); sqlImport.MatchString(name) {
				wrong = append(wrong, set.Position(n.Pos()).String()+": imports "+name)
			}
			return false
		case *ast.BasicLit:
			if n.Kind != token.STRING {
				return true
			}
			if text, _ := strconv.Unquote(n.Value); sqlText.MatchString(text) {
				wrong = append(wrong, set.Position(n.Pos()).String()+": SQL: "+text)
			}
		}
		return true
	})
	return wrong
}

// Generated Go is looked at too: what a template says is in it.
func TestWebAndGraphHoldNoSQL(t *testing.T) {
	for _, f := range files(t) {
		if f.is(".go") && !f.test() && (f.under("internal/web") || f.under("internal/graph") || f.under("web")) {
			for _, wrong := range sql(t, f) {
				t.Errorf("%s; it belongs in a store*.go of a room", wrong)
			}
		}
	}
}

func TestSQLIsRecognised(t *testing.T) {
	for _, c := range []struct {
		source string
		found  bool
	}{
		{"const q = `\n\tselect id, title\n\tfrom proposal where platform = ?`", true},
		{"const q = `UPDATE proposal SET title = ?`", true},
		{`var q = base + " where district = ?"`, true},
		{`import "database/sql"`, true},
		{`const s = "Select a district from the list"`, false},
		{`const s = "where to vote"`, false},
		{`const s = "with one voice"`, false},
	} {
		if got := sql(t, file{path: "x.go", text: []byte("package x\n" + c.source)}); (len(got) > 0) != c.found {
			t.Errorf("%s: %q", c.source, got)
		}
	}
}

// registries are hosts that packages come from. A tree that names one works only where that one is reached; whoever builds
// says by the go command's, npm's and apt's own settings where theirs come from. Written in halves, so that this file names none.
var registries = [][2]string{
	{"proxy.", "golang.org"}, {"sum.", "golang.org"}, {"goproxy.", "io"}, {"registry.", "npmjs.org"}, {"registry.", "yarnpkg.com"},
	{"deb.", "debian.org"}, {"security.", "debian.org"}, {"ftp.", "debian.org"}, {"registry.", "npmmirror.com"},
}

func TestNoRegistryIsNamed(t *testing.T) {
	for _, f := range files(t) {
		for _, halves := range registries {
			if host := halves[0] + halves[1]; bytes.Contains(f.text, []byte(host)) {
				t.Errorf("%s names the registry %s", f.path, host)
			}
		}
	}
}

// Versions that stand both in go.mod and in tools/go.mod must agree, for templ at least: its generator writes what its
// library runs.
func TestGeneratorIsAsOldAsItsLibrary(t *testing.T) {
	versions := map[string]string{}
	for _, f := range files(t) {
		if f.path != "go.mod" && f.path != "tools/go.mod" {
			continue
		}
		_, after, ok := strings.Cut(string(f.text), "\tgithub.com/a-h/templ ")
		if !ok {
			t.Fatalf("%s does not require templ", f.path)
		}
		versions[f.path] = strings.Fields(after)[0]
	}
	if len(versions) != 2 || versions["go.mod"] != versions["tools/go.mod"] {
		t.Errorf("templ is required in different versions: %v", versions)
	}
}
