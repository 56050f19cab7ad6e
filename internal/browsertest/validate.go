package browsertest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Validate fails the test for each rule of HTML that a document breaks, as html-validate finds them; documents are by
// name. What the rules are is in testdata/npm/htmlvalidate.json: the standard ones and those of accessibility, but that a
// list may have a label, as ARIA says, and that the wall of a meeting room may ask for itself anew where scripts do not run.
func Validate(t testing.TB, documents map[string]string) {
	t.Helper()
	npm, err := npmFolder()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	report := filepath.Join(dir, "report.json") // a pipe would be cut: the program ends before all is through
	names := map[string]string{}
	args := []string{filepath.Join(npm, "node_modules", "html-validate", "bin", "html-validate.mjs"), "--config", filepath.Join(npm, "htmlvalidate.json"), "--formatter", "json=" + report}
	for name, html := range documents {
		f, err := os.CreateTemp(dir, "*.html")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(html); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		names[f.Name()] = name
		args = append(args, f.Name())
	}
	words, failed := exec.CommandContext(t.Context(), "node", args...).CombinedOutput() // it fails when it finds something, and when it is missing
	raw, err := os.ReadFile(report)
	if err != nil {
		t.Fatalf("html-validate did not answer (run scripts/test-deps.sh when it is missing): %v\n%s", failed, words)
	}
	var found []struct {
		FilePath string
		Messages []struct {
			RuleID, Message string
			Line, Column    int
		}
	}
	if err := json.Unmarshal(raw, &found); err != nil {
		t.Fatalf("html-validate's report: %v\n%s", err, words)
	}
	for _, f := range found {
		for _, m := range f.Messages {
			t.Errorf("%s, line %d, column %d: %s (%s)", names[f.FilePath], m.Line, m.Column, m.Message, m.RuleID)
		}
	}
}
