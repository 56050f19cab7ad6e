// Command vulncheck runs govulncheck on the product against a pinned copy of the Go vulnerability database, and compares
// what it finds with the findings that were looked at and accepted.
//
// The database's own service need not be reachable: the module golang.org/x/vulndb holds the same entries and comes,
// with its checksum, from where all modules come from. govulncheck reads its folder of entries as it is.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/vuln/scan"
)

// database is the pinned database; moving it forward is how new vulnerabilities become known.
const database = "golang.org/x/vulndb@v0.0.0-20261105234957-e22db6528018"

func main() {
	root := flag.String("root", ".", "folder of the module to check")
	accepted := flag.String("accepted", "tools/vuln-accepted.txt", "findings that were accepted, relative to the root")
	flag.Parse()
	if err := run(context.Background(), *root, *accepted, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "vulncheck:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, root, acceptedFile string, out io.Writer) error {
	file, err := os.Open(filepath.Join(root, acceptedFile))
	if err != nil {
		return err
	}
	defer file.Close()
	accepted, err := parseAccepted(file)
	if err != nil {
		return fmt.Errorf("%s: %w", acceptedFile, err)
	}
	dir, err := download(ctx)
	if err != nil {
		return err
	}
	messages, err := govulncheck(ctx, root, dir)
	if err != nil {
		return err
	}
	found, err := parseFindings(messages)
	if err != nil {
		return err
	}
	if wrong := compare(found, accepted); len(wrong) > 0 {
		return errors.New(strings.Join(wrong, "\n"))
	}
	fmt.Fprintf(out, "vulncheck: %s, %d findings, all accepted with a reason\n", database, len(found))
	return nil
}

// download fetches the database through the module cache and returns the folder of its entries.
func download(ctx context.Context) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", database)
	cmd.Dir = os.TempDir() // outside any module, whose go.mod and go.sum stay as they are
	raw, runErr := cmd.Output()
	var info struct{ Dir, Error string }
	if err := json.Unmarshal(raw, &info); err != nil || info.Dir == "" {
		return "", fmt.Errorf("downloading %s: %w", database, cmp.Or(runErr, err, errors.New(info.Error)))
	}
	return filepath.Join(info.Dir, "data", "osv"), nil
}

// govulncheck scans every package of the module, tests left out, and returns its stream of JSON messages.
func govulncheck(ctx context.Context, root, dir string) (io.Reader, error) {
	cmd := scan.Command(ctx, "-C", root, "-db", "file://"+dir, "-format", "json", "./...")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if err := cmd.Wait(); err != nil {
		// A tree that does not build is said by the hundred lines; the first ones tell.
		said := strings.SplitAfterN(stderr.String(), "\n", 20)
		return nil, fmt.Errorf("govulncheck: %w\n%s", err, strings.Join(said[:min(len(said), 19)], ""))
	}
	return &stdout, nil
}

// finding is one vulnerability that the product's packages call or at least import.
type finding struct {
	id, module, version, fixed string
	symbol                     string // the vulnerable function that is reached, "" when its package is only imported
}

func (f finding) String() string {
	how := "imports it, calls nothing vulnerable"
	if f.symbol != "" {
		how = "calls " + f.symbol
	}
	return fmt.Sprintf("%s in %s@%s (%s; fixed in %s)", f.id, f.module, f.version, how, cmp.Or(f.fixed, "no version"))
}

// parseFindings keeps, of govulncheck's messages, the most telling finding for each vulnerability. Those about modules that are
// required without any package of theirs that is vulnerable being imported are left out: no such code is in the binary.
func parseFindings(r io.Reader) (map[string]finding, error) {
	found := map[string]finding{}
	for dec := json.NewDecoder(r); ; {
		var m struct {
			Finding *struct {
				OSV          string `json:"osv"`
				FixedVersion string `json:"fixed_version"`
				Trace        []struct{ Module, Version, Package, Function, Receiver string }
			}
		}
		if err := dec.Decode(&m); errors.Is(err, io.EOF) {
			return found, nil
		} else if err != nil {
			return nil, fmt.Errorf("reading govulncheck's answer: %w", err)
		}
		if m.Finding == nil || len(m.Finding.Trace) == 0 || m.Finding.Trace[0].Package == "" {
			continue
		}
		at := m.Finding.Trace[0]
		f := finding{id: m.Finding.OSV, module: at.Module, version: at.Version, fixed: m.Finding.FixedVersion}
		if at.Function != "" {
			f.symbol = at.Package + "." + strings.TrimPrefix(at.Receiver+"."+at.Function, ".")
		}
		if found[f.id].symbol == "" { // a call says more than an import
			found[f.id] = f
		}
	}
}

// parseAccepted reads lines "ID reason"; empty lines and lines that start with # are comments.
func parseAccepted(r io.Reader) (map[string]string, error) {
	accepted := map[string]string{}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		id, reason, _ := strings.Cut(line, " ")
		if reason = strings.TrimSpace(reason); reason == "" {
			return nil, fmt.Errorf("%s has no reason; write it after the identifier", id)
		}
		accepted[id] = reason
	}
	return accepted, lines.Err()
}

// compare says what is wrong, in the order of the identifiers: findings that nobody accepted, and accepted ones that are gone.
func compare(found map[string]finding, accepted map[string]string) []string {
	var wrong []string
	for _, id := range slices.Sorted(maps.Keys(found)) {
		if _, ok := accepted[id]; !ok {
			wrong = append(wrong, "new: "+found[id].String()+": update the module, or accept it with a reason in tools/vuln-accepted.txt")
		}
	}
	for _, id := range slices.Sorted(maps.Keys(accepted)) {
		if _, ok := found[id]; !ok {
			wrong = append(wrong, "gone: "+id+" is accepted but no longer found: remove its line from tools/vuln-accepted.txt")
		}
	}
	return wrong
}
