package browsertest

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// npmFolder finds testdata/npm above the package that is tested.
func npmFolder() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "testdata", "npm"), nil
		}
		if filepath.Dir(dir) == dir {
			return "", errors.New("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
}

// axeScript reads axe-core where npm put it.
var axeScript = sync.OnceValues(func() (string, error) {
	npm, err := npmFolder()
	if err != nil {
		return "", err
	}
	script, err := os.ReadFile(filepath.Join(npm, "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		return "", fmt.Errorf("axe-core is missing, run scripts/test-deps.sh: %w", err)
	}
	return string(script), nil
})

// Violation is one rule of axe-core that a page breaks.
type Violation struct {
	ID, Impact, Help string
	Nodes            []struct {
		Target []any // the CSS path, a list within a list for what is in a shadow tree
		HTML   string
	}
}

// Axe fails the test for each rule of WCAG 2.0 to 2.2, levels A and AA, or good practice that the page breaks, except
// within what the selectors match: software of others.
func (p *Page) Axe(t testing.TB, except ...string) {
	t.Helper()
	for _, v := range p.Violations(except...) {
		for _, n := range v.Nodes {
			t.Errorf("%s: axe %s (%s): %s\n\tat %v\n\t%s", p.URL, v.ID, v.Impact, v.Help, n.Target, n.HTML)
		}
	}
}

// Violations returns what Axe fails for. axe-core goes in through the debugger, which no Content-Security-Policy concerns.
func (p *Page) Violations(except ...string) []Violation {
	p.t.Helper()
	script, err := axeScript()
	if err != nil {
		p.t.Fatal(err)
	}
	// What the page's own scripts were kept from doing at loading stays undone; axe-core's timers need scripts to run.
	p.do("letting axe-core run", scripts(true))
	if !Eval[bool](p, `"axe" in window`) {
		Eval[struct{}](p, script)
	}
	if except == nil {
		except = []string{}
	}
	excluded, err := json.Marshal(except)
	if err != nil {
		p.t.Fatal(err)
	}
	return Eval[[]Violation](p, `axe.run({include: [["html"]], exclude: `+string(excluded)+`.map(s => [s])}, {
		runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
		resultTypes: ["violations"],
	}).then(r => r.violations)`)
}
