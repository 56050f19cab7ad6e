package main

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// follower is the README as somebody follows it: a folder with the binary and the elections where it says, and the serve that
// a command started.
type follower struct {
	t       *testing.T
	dir     string
	serving *process
}

var (
	block    = regexp.MustCompile("(?s)```sh\n(.*?)```")
	page     = regexp.MustCompile("`(/[a-z][a-z0-9/-]*)`")
	anywhere = regexp.MustCompile(`http://([a-z]+\.)?localhost:8080`)
)

func TestTheReadmeIsTrueCommandByCommand(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	w := &follower{t: t, dir: filepath.Join(t.TempDir(), "parvis")}
	if err := os.Mkdir(w.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{w.dir + "/parvis": binary, w.dir + "/Makefile": filepath.Join(root, "Makefile"), filepath.Dir(w.dir) + "/shared": filepath.Join(root, "../shared")} {
		if err := os.Symlink(to, link); err != nil {
			t.Fatal(err)
		}
	}
	// A line of the national address base, for the command that takes the commune's own file.
	ban := "id;numero;rep;nom_voie;code_postal;code_insee;nom_commune;x;y;lon;lat\n1;3;;Rue des Halles;31000;31555;Toulouse;0;0;1.44;43.6\n"
	if err := os.WriteFile(w.dir+"/adresses.csv", []byte(ban), 0o600); err != nil {
		t.Fatal(err)
	}
	environment, commands, at := "", 0, 0
	for _, m := range block.FindAllSubmatchIndex(readme, -1) {
		w.follow(string(readme[at:m[0]])) // what the text before promises, while what it speaks of runs
		at = m[1]
		for line := range strings.Lines(strings.ReplaceAll(string(readme[m[2]:m[3]]), "\\\n", " ")) {
			line = strings.TrimSpace(line)
			if strings.Contains(line, "=../") { // a variable for the lines after it
				environment = line + "; "
				continue
			}
			commands++
			w.do(environment, line)
		}
	}
	if commands < 12 {
		t.Errorf("the README has only %d commands: the test sees less than it should", commands)
	}
}

// do runs a line as a shell would, but for what goes on: serve gets a port of its own, and curl asks it.
func (w *follower) do(environment, line string) {
	w.t.Helper()
	switch {
	case strings.HasPrefix(line, "make "):
		if out, err := w.shell("make -n " + strings.Fields(line)[1]); err != nil {
			w.t.Errorf("%s: %v\n%s", line, err, out)
		}
	case strings.HasPrefix(line, "./parvis serve "):
		if w.serving != nil {
			w.serving.stop(w.t)
		}
		args := strings.Fields(line)[1:]
		args[len(args)-1] = filepath.Join(w.dir, args[len(args)-1]) // the last one is the folder
		w.serving = serving(w.t, args...)
	case strings.HasPrefix(line, "curl "):
		w.curl(line)
	default:
		if out, err := w.shell(environment + line); err != nil {
			w.t.Errorf("%s: %v\n%s", line, err, out)
		}
	}
}

func (w *follower) shell(line string) (string, error) {
	c := exec.Command("sh", "-c", line)
	c.Dir = w.dir
	out, err := c.CombinedOutput()
	return string(out), err
}

// curl asks what a line of curl asks, of the host that it names.
func (w *follower) curl(line string) {
	w.t.Helper()
	out, err := w.shell(`curl() { for a; do printf '%s\n' "$a"; done; }; ` + line)
	if err != nil {
		w.t.Fatalf("%s: %v", line, err)
	}
	args := strings.Split(strings.TrimSpace(out), "\n")
	var body, address string
	header := http.Header{}
	for i := 0; i < len(args); i++ {
		switch {
		case args[i] == "-H":
			i++
			name, value, _ := strings.Cut(args[i], ": ")
			header.Set(name, value)
		case args[i] == "-d":
			i++
			body = args[i]
		default:
			address = args[i]
		}
	}
	status, said := w.ask(http.MethodPost, address, header, body)
	if status != http.StatusOK || !strings.Contains(said, `"title":`) || strings.Contains(said, `"errors"`) {
		w.t.Errorf("%s answers %d %s", line, status, said)
	}
}

// ask sends a request to the serve that runs, for the host of an address.
func (w *follower) ask(method, address string, header http.Header, body string) (int, string) {
	w.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.serving.url+u.Path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header, r.Host = header, u.Host
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// follow opens the pages that a text names, once something serves them.
func (w *follower) follow(text string) {
	w.t.Helper()
	if w.serving == nil {
		return
	}
	for _, address := range anywhere.FindAllString(text, -1) {
		if status, body := w.ask(http.MethodGet, address, http.Header{}, ""); status != http.StatusOK || !strings.Contains(body, "<h1>") {
			w.t.Errorf("%s answers %d", address, status)
		}
	}
	for _, m := range page.FindAllStringSubmatch(text, -1) {
		for _, prefix := range []string{"", "/en"} {
			path := prefix + strings.TrimPrefix(m[1], "/en")
			if status, _ := w.ask(http.MethodGet, "http://localhost:8080"+path, http.Header{}, ""); status != http.StatusOK {
				w.t.Errorf("%s answers %d", path, status)
			}
		}
	}
}
