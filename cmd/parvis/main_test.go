package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
)

const elections = "../../../shared/data/elections/"

// binary is the command, built once for all tests.
var binary string

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	dir, err := os.MkdirTemp("", "parvis-cmd")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "parvis")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	// What the person's own environment says must not decide.
	for _, name := range []string{"PARVIS_LANG", "PARVIS_DATA", "PARVIS_DATABASE", "LC_ALL", "LC_MESSAGES"} {
		os.Unsetenv(name)
	}
	os.Setenv("LANG", "C.UTF-8")
	return m.Run()
}

// ran is what a command said, and how it ended.
type ran struct {
	out, err string
	code     int
}

// parvis runs a command line inside the test.
func parvis(t *testing.T, args ...string) ran {
	t.Helper()
	var out, errs bytes.Buffer
	code := execute(t.Context(), args, strings.NewReader(""), &out, &errs)
	return ran{out.String(), errs.String(), code}
}

// done runs a command line that must succeed.
func done(t *testing.T, args ...string) string {
	t.Helper()
	r := parvis(t, args...)
	if r.code != exitDone || r.err != "" {
		t.Fatalf("parvis %s: exit %d\n%s%s", strings.Join(args, " "), r.code, r.out, r.err)
	}
	return r.out
}

// lines reads the JSON lines that a command printed.
func lines[T any](t *testing.T, out string) []T {
	t.Helper()
	var all []T
	for line := range strings.Lines(out) {
		var v T
		in := json.NewDecoder(strings.NewReader(line))
		in.DisallowUnknownFields()
		if err := in.Decode(&v); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		all = append(all, v)
	}
	return all
}

// counts says how many rows each table of a database in a folder has.
func counts(t *testing.T, dir string) map[string]int {
	t.Helper()
	d, err := db.Open(t.Context(), db.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	rows := map[string]int{}
	err = d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		tables, err := db.Tables(ctx, tx)
		for _, table := range tables {
			for _, err := range table.Rows(ctx, tx, nil) {
				if err != nil {
					return err
				}
				rows[table.Name]++
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// electionText gives the text of a real election.
func electionText(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(elections + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// write makes a file for a command to read.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
