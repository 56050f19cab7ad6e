package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// at asks for a page of a host.
func (p *process) at(t *testing.T, host, path string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	return res
}

func text(t *testing.T, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var anyWall = regexp.MustCompile(`/projets/budget-participatif-\d+`)

func TestDemoShowsItsCityAndRealElectionsAsCopies(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	p := serving(t, "demo", "--data", dir, "--with", elections+toulouse, "--with", elections+"Poland_Gdynia_2020_Kamienna_Gora__large.pb")
	city := text(t, p.at(t, "localhost", "/"))
	if !strings.Contains(city, "Pont-l’Alouette") || strings.Contains(city, "Reprise de données") {
		t.Error("the default platform is not the city, or calls itself a copy")
	}
	list := text(t, p.at(t, "localhost", "/plateformes"))
	for slug, says := range map[string]string{"toulouse": "Budget participatif 2022", "gdynia": "Kamienna"} {
		if !strings.Contains(list, "http://"+slug+".localhost:") {
			t.Errorf("/plateformes does not list %s", slug)
		}
		home := text(t, p.at(t, slug+".localhost", "/"))
		if !strings.Contains(home, says) || !strings.Contains(home, "aucune ville ne répond de ces pages") || strings.Contains(home, "/media/") {
			t.Errorf("%s: no election, no notice, or a logo", slug)
		}
	}

	// Whoever keeps the ballots of the vote that is over counts the same winners.
	last := regexp.MustCompile(`/projets/budget-participatif-(\d+)`).FindAllStringSubmatch(city, -1)
	past := slices.MinFunc(last, func(a, b []string) int { return strings.Compare(a[1], b[1]) })[0]
	if says := "parvis tally " + filepath.Base(past) + ".pb"; !strings.Contains(text(t, p.at(t, "localhost", past+"/resultats")), says) {
		t.Errorf("the results do not say %q", says)
	}
	ballots := write(t, filepath.Base(past)+".pb", text(t, p.at(t, "localhost", past+"/resultats/bulletins.pb")))
	if got := parvis(t, "tally", ballots); got.code != exitDone || !strings.Contains(got.out, "12,7") && !strings.Contains(got.out, "4,712 ballots") || !strings.Contains(got.out, "The winners are those that the city announced") {
		t.Errorf("exit %d: %s %s", got.code, got.err, got.out)
	}

	// Open streams do not keep it from stopping: the pages wait 30 seconds for requests.
	stream := p.at(t, "localhost", anyWall.FindString(city)+"/mur/flux")
	lines := bufio.NewScanner(stream.Body)
	heard := false
	for !heard && lines.Scan() { // it has said something before everything stops
		heard = lines.Text() == "event: counters"
	}
	start := time.Now()
	p.stop(t)
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("it took %v to stop", took)
	}
	for lines.Scan() { // to its end
	}
	if !heard || lines.Err() != nil {
		t.Errorf("the stream said nothing, or broke off: %v", lines.Err())
	}

	// Nothing of it is made again.
	again := serving(t, "demo", "--data", dir, "--with", elections+toulouse)
	if got := text(t, again.at(t, "gdynia.localhost", "/")); !strings.Contains(got, "Kamienna") {
		t.Error("an election that came in earlier is gone")
	}
	again.stop(t)
}

func TestDemoSaysBeforeItBuildsThatAFileCannotBeUsed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	got := parvis(t, "demo", "--data", dir, "--with", "missing.pb")
	if got.code != exitWrong || !strings.Contains(got.err, "missing.pb does not exist") {
		t.Errorf("exit %d: %s", got.code, got.err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("something was made for nothing: %v", err)
	}
	bad := write(t, "bad.pb", "META\nkey;value\n")
	if got := parvis(t, "demo", "--data", dir, "--addr", "127.0.0.1:0", "--with", bad); got.code != exitWrong || !strings.Contains(got.err, bad+":") {
		t.Errorf("exit %d: %s", got.code, got.err)
	}
}
