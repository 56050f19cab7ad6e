// Package house tests the tree itself: which room may import which, how long files are, that what the documents name exists.
package house

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

const (
	module = "github.com/parvis-civic/parvis"
	root   = "../.."
)

// file is a file of the tree, by its path from the root.
type file struct {
	path string
	text []byte
}

func (f file) is(ext string) bool  { return path.Ext(f.path) == ext }
func (f file) test() bool          { return strings.HasSuffix(f.path, "_test.go") }
func (f file) under(d string) bool { return strings.HasPrefix(f.path, d+"/") }
func (f file) lines() int          { return bytes.Count(f.text, []byte("\n")) }

var generatedMark = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)

// product says whether it is hand-written source of the binary: neither generated, nor a test, nor a tool of the developers.
func (f file) product() bool {
	return (f.is(".go") && !f.test() || f.is(".templ")) && !f.under("tools") && !generatedMark.Match(f.text)
}

// parse reads a Go file.
func (f file) parse(t *testing.T) (*token.FileSet, *ast.File) {
	t.Helper()
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, f.path, f.text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return set, parsed
}

// tree reads every file that is tracked by git, or would be once added.
var tree = sync.OnceValues(func() ([]file, error) {
	cmd := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = root
	names, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var files []file
	listed := map[string]bool{}
	for name := range strings.SplitSeq(strings.TrimRight(string(names), "\x00"), "\x00") {
		text, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) {
			continue // removed, and not yet committed
		}
		if err != nil {
			return nil, err
		}
		files = append(files, file{path: name, text: text})
		// go test remembers a test's answer until a file or folder that it opened changes; what git did, it does not see.
		if dir := path.Dir(name); !listed[dir] {
			listed[dir] = true
			if _, err := os.ReadDir(filepath.Join(root, dir)); err != nil {
				return nil, err
			}
		}
	}
	return files, nil
})

func files(t *testing.T) []file {
	t.Helper()
	all, err := tree()
	if err != nil {
		t.Fatalf("listing the files of the tree: %v", err)
	}
	if len(all) == 0 {
		t.Fatal("git lists no file")
	}
	return all
}
