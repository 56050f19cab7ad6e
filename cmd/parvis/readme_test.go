package main

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/basemap"
	"github.com/parvis-civic/parvis/internal/geo"
)

// steps are what the README’s reader sees, by the start of each command in its blocks: parts of what it prints. A command
// without an entry fails the test, as does an entry without its command.
var steps = []struct {
	command string
	prints  []string
}{
	{"make demo", []string{"parvis demo"}},
	{"make test", []string{"scripts/test.sh"}},
	{"E=../shared/data/elections", nil},
	{"make build", []string{"-o parvis ./cmd/parvis"}},
	{"./parvis tally $E/France_Toulouse_2022.pb", []string{"Toulouse 2022", "4,532 ballots", "81 winners"}},
	{"./parvis tally --json $E/Poland_Krakow_2024.pb", []string{`"counted":true`, `"official":{"known":true,"same":true,`}},
	{"./parvis import --data d $E/France_Toulouse_2022.pb", []string{"199 proposals", "4,532 ballots", "platform krakow", "65,101 ballots", "platform lodz", "90,494 ballots"}},
	{"./parvis serve --data d", nil},
	{"curl", []string{`"title":"Budget participatif 2022"`, `"ballots":4532`}},
	{"./parvis import-addresses --data d adresses.csv", []string{"1 address is known."}},
	{"./parvis import-basemap --data d plan.pmtiles", []string{"The base map is there", "zooms 12 to 13"}},
	{"./parvis backup --data d copie.tar.zst", []string{"copie.tar.zst"}},
	{"./parvis restore --data d2 copie.tar.zst", []string{"3 platforms"}},
	{"./parvis platform create maville", []string{"Ma ville participe"}},
	{"./parvis platform role --email claire@maville.example", []string{"claire@maville.example"}},
	{"./parvis serve --data d3", nil},
}

// emptyTile is a vector tile without layers, packed with gzip.
var emptyTile = []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00")

var (
	shellBlock = regexp.MustCompile("(?s)```sh\n(.*?)```")
	curl       = regexp.MustCompile(`^curl http://(\S+?):8080(/\S*) -H '([^:']+): ([^']+)'\s+-d '([^']+)'$`)
	listedPage = regexp.MustCompile("(?m)^- `(/[^`]+)`")
	listedHost = regexp.MustCompile(`http://([a-z.]*localhost):8080`)
)

// walk is a reader who follows the README in a clean folder beside the elections.
type walk struct {
	t       *testing.T
	root    string   // of the repository
	said    []string // assignments so far, for the shell
	serving *process
}

func TestTheToursOfTheReadmeAreWalked(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	here := filepath.Join(t.TempDir(), "parvis")
	for link, to := range map[string]string{"../shared": filepath.Join(root, "../shared"), "parvis": binary} {
		if err := os.MkdirAll(here, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(to, filepath.Join(here, link)); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(here)
	// The reader brings the file of the own commune.
	if err := os.WriteFile("adresses.csv", []byte("id;numero;rep;nom_voie;code_postal;nom_commune;lon;lat\na;1;;Rue des Lices;31000;Toulouse;1.44;43.6\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	plan, err := basemap.Encode(geo.Frame{South: 43.55, West: 1.38, North: 43.66, East: 1.5}, 12, 13, "", func(int, int, int) ([]byte, error) { return emptyTile, nil })
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("plan.pmtiles", plan, 0o600); err != nil {
		t.Fatal(err)
	}

	w := &walk{t: t, root: root}
	at := 0
	for _, block := range shellBlock.FindAllStringSubmatch(string(readme), -1) {
		for _, line := range strings.Split(strings.TrimSpace(strings.ReplaceAll(block[1], "\\\n", "")), "\n") {
			command, _, _ := strings.Cut(line, " #")
			command = strings.TrimSpace(command)
			if at == len(steps) || !strings.HasPrefix(command, steps[at].command) {
				t.Fatalf("the README says %q, where the test walks on: it is not checked", command)
			}
			out := w.do(command)
			for _, want := range steps[at].prints {
				if !strings.Contains(out, want) {
					t.Errorf("%s\nprinted no %q:\n%.2000s", command, want, out)
				}
			}
			if command == "./parvis serve --data d" {
				w.look(string(readme))
			}
			at++
		}
	}
	if at < len(steps) {
		t.Errorf("the README has no %q any more", steps[at].command)
	}
	if status, page := w.serving.get(t, "/connexion"); status != http.StatusOK || !strings.Contains(page, "Ma ville participe") {
		t.Errorf("/connexion of the new platform: %d", status)
	}
	w.serving.stop(t)
}

// do runs a command as the shell would; a serve goes on behind it, on a port that is free, and make only says what it would do.
func (w *walk) do(command string) string {
	w.t.Helper()
	if found := curl.FindStringSubmatch(command); found != nil {
		return w.curl(found)
	}
	if args, ok := strings.CutPrefix(command, "./parvis serve"); ok {
		if w.serving != nil {
			w.serving.stop(w.t)
		}
		w.serving = serving(w.t, append([]string{"serve"}, strings.Fields(args)...)...)
		return ""
	}
	if target, ok := strings.CutPrefix(command, "make "); ok {
		command = "make --no-print-directory -n -C " + w.root + " " + target
	}
	if !strings.Contains(command, " ") {
		w.said = append(w.said, command)
	}
	out, err := exec.CommandContext(w.t.Context(), "bash", "--norc", "-ec", strings.Join(append(w.said, command), "\n")).CombinedOutput()
	if err != nil {
		w.t.Fatalf("%s: %v\n%s", command, err, out)
	}
	return string(out)
}

func (w *walk) curl(found []string) string {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.serving.url+found[2], strings.NewReader(found[5]))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Host = found[1]
	r.Header.Set(found[3], found[4])
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	return text(w.t, res)
}

// look opens what the README tells the reader to look at, while it serves.
func (w *walk) look(readme string) {
	w.t.Helper()
	_, readme, _ = strings.Cut(readme, "./parvis serve --data d\n")
	seen := map[string]string{}
	for _, found := range listedHost.FindAllStringSubmatch(readme, -1) {
		res := w.serving.at(w.t, found[1], "/")
		if seen[found[1]] = text(w.t, res); res.StatusCode != http.StatusOK {
			w.t.Errorf("%s: %d", found[1], res.StatusCode)
		}
	}
	for host, city := range map[string]string{"localhost": "Toulouse", "krakow.localhost": "Kraków", "lodz.localhost": "Łódź"} {
		if !strings.Contains(seen[host], city) {
			w.t.Errorf("the README does not send the reader to %s, or it does not show %s", host, city)
		}
	}
	pages := listedPage.FindAllStringSubmatch(readme, -1)
	if len(pages) < 4 {
		w.t.Errorf("the README lists %d pages", len(pages))
	}
	for _, page := range append(pages, []string{"", "/plateformes"}, []string{"", "/en"}) {
		if status, body := w.serving.get(w.t, page[1]); status != http.StatusOK || !strings.Contains(body, "</html>") {
			w.t.Errorf("%s: %d", page[1], status)
		}
	}
	if _, list := w.serving.get(w.t, "/plateformes"); !strings.Contains(list, "http://krakow.localhost:") || !strings.Contains(list, "http://lodz.localhost:") {
		w.t.Error("/plateformes does not list the other cities")
	}
}
