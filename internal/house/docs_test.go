package house

import (
	"go/ast"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// documents are the files at the root that a newcomer reads.
var documents = []string{"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "BENCHMARKS.md"}

func document(t *testing.T, name string) string {
	t.Helper()
	for _, f := range files(t) {
		if f.path == name {
			return string(f.text)
		}
	}
	t.Errorf("%s is missing", name)
	return ""
}

var (
	quoted  = regexp.MustCompile("`([^`\n]+)`")
	ourPath = regexp.MustCompile(`^(?:internal|cmd|tally|web|scripts|tools|testdata|\.ci)/[\w./-]+$|^[\w./-]+\.(?:go|templ|sql|sh|graphqls)$`)
)

// missing lists the paths that a text names between backquotes and that the tree does not have. A file may be named by the end of
// its path.
func missing(text string, all []file) []string {
	var gone []string
	for _, m := range quoted.FindAllStringSubmatch(text, -1) {
		name := strings.TrimSuffix(m[1], "/")
		if !ourPath.MatchString(m[1]) || strings.HasPrefix(name, "..") {
			continue
		}
		if !slices.ContainsFunc(all, func(f file) bool {
			return f.path == name || f.under(name) || strings.HasSuffix(f.path, "/"+name)
		}) {
			gone = append(gone, m[1])
		}
	}
	return gone
}

func TestPathsInTheDocumentsExist(t *testing.T) {
	for _, name := range documents {
		for _, gone := range missing(document(t, name), files(t)) {
			t.Errorf("%s names %s, which is not in the tree", name, gone)
		}
	}
	all := []file{{path: "internal/ballot/store.go"}}
	if got := missing("`internal/ballot`, `ballot/store.go`, `internal/ballot/cast.go`, `go test ./...`", all); !slices.Equal(got, []string{"internal/ballot/cast.go"}) {
		t.Errorf("missing: %q", got)
	}
}

var (
	block  = regexp.MustCompile("(?ms)^ *```(?:sh|console|bash)\n(.*?)^ *```")
	target = regexp.MustCompile(`(?m)^([a-z][a-z-]*):`)
	joint  = regexp.MustCompile(`&&|\|\||[;|]`)
)

// commands returns the commands of the shell blocks of a text, comments left out.
func commands(text string) [][]string {
	var all [][]string
	for _, b := range block.FindAllStringSubmatch(text, -1) {
		for line := range strings.Lines(strings.ReplaceAll(b[1], "\\\n", " ")) {
			line, _, _ = strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "$ "), "#")
			for _, command := range joint.Split(line, -1) {
				if words := strings.Fields(command); len(words) > 0 {
					all = append(all, words)
				}
			}
		}
	}
	return all
}

// subcommands lists what ./parvis answers to: the fields marked cmd of the structs in cmd/parvis.
func subcommands(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, f := range files(t) {
		if !f.is(".go") || f.test() || path.Dir(f.path) != "cmd/parvis" {
			continue
		}
		_, parsed := f.parse(t)
		ast.Inspect(parsed, func(n ast.Node) bool {
			field, ok := n.(*ast.Field)
			if !ok || field.Tag == nil || len(field.Names) == 0 {
				return true
			}
			raw, _ := strconv.Unquote(field.Tag.Value)
			tag := reflect.StructTag(raw)
			if _, ok := tag.Lookup("cmd"); ok {
				name := tag.Get("name")
				if name == "" {
					name = strings.ToLower(field.Names[0].Name)
				}
				names = append(names, name)
			}
			return true
		})
	}
	return names
}

func TestCommandsInTheDocumentsExist(t *testing.T) {
	var targets []string
	for _, m := range target.FindAllStringSubmatch(document(t, "Makefile"), -1) {
		targets = append(targets, m[1])
	}
	parvis := subcommands(t)
	for _, name := range documents {
		for _, words := range commands(document(t, name)) {
			said := name + " says " + strings.Join(words, " ")
			switch program := words[0]; {
			case program == "make":
				for _, word := range words[1:] {
					if !slices.Contains(targets, word) {
						t.Errorf("%s: the Makefile has no %q", said, word)
					}
				}
			case program == "./parvis" || program == "parvis":
				if len(words) > 1 && !strings.HasPrefix(words[1], "-") && !slices.Contains(parvis, words[1]) {
					t.Errorf("%s: cmd/parvis has no command %q", said, words[1])
				}
			case strings.HasPrefix(program, "scripts/") && len(missing("`"+program+"`", files(t))) > 0:
				t.Errorf("%s: there is no such script", said)
			}
		}
	}
	got := commands("text\n```sh\nmake build && ./parvis serve # now\n$ make test\n```\n")
	if len(got) != 3 || got[1][1] != "serve" || got[2][1] != "test" {
		t.Errorf("commands: %q", got)
	}
}
