package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	toulouse = "France_Toulouse_2022.pb"
	quarter  = "France_Toulouse_2022_6_-_Saint-Cyprien.pb"
)

func TestElectionComesInOnceHoweverOftenItIsImported(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	first := lines[imported](t, done(t, "import", elections+toulouse, "--data", dir, "--json"))[0]
	if first.Platform != "toulouse" || first.Proposals != 199 || first.Districts != 20 || first.Ballots != 4532 || len(first.Refused) != 0 || first.Unchanged {
		t.Errorf("first: %+v", first)
	}
	before := counts(t, dir)
	again := lines[imported](t, done(t, "import", elections+toulouse, "--data", dir, "--json"))[0]
	if !again.Unchanged || again.Project != first.Project || again.Ballots != 4532 {
		t.Errorf("again: %+v", again)
	}
	if out := done(t, "import", elections+toulouse, "--data", dir, "--lang", "fr"); !strings.Contains(out, "déjà importé, rien à faire") {
		t.Errorf("in French: %s", out)
	}
	if after := counts(t, dir); !maps.Equal(before, after) {
		t.Errorf("rows were %v, are %v", before, after)
	}
}

func TestCutFileChangesNothingAndSaysWhy(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	done(t, "import", elections+quarter, "--data", dir)
	before := counts(t, dir)
	text := electionText(t, "Poland_Lodz_2022.pb")
	for _, c := range []struct {
		bytes  int
		fr, en string
	}{
		{9_000, "ligne 102 : La section VOTES manque", "line 102: The section VOTES is missing"},
		{len(text) / 2, "Le fichier est coupé : META annonce 90 494 bulletins", "The file is cut: META announces 90,494 ballots"},
		{300, "ligne de META ne se lit pas", "line of META can’t be read"},
		{0, "La section META manque", "The section META is missing"},
	} {
		path := write(t, "x.pb", text[:c.bytes])
		for lang, want := range map[string]string{"fr": c.fr, "en": c.en} {
			r := parvis(t, "import", path, "--data", dir, "--lang", lang)
			if said := strings.NewReplacer("\u202f", " ", "\u00a0", " ").Replace(r.err); r.code != exitWrong || !strings.Contains(said, want) {
				t.Errorf("%d bytes in %s: exit %d, %s", c.bytes, lang, r.code, r.err)
			}
		}
		r := parvis(t, "import", path, "--data", dir, "--json")
		if u := lines[unusable](t, r.out)[0]; u.Error == "" || u.File != path || r.code != exitWrong {
			t.Errorf("%d bytes: exit %d, %+v", c.bytes, r.code, u)
		}
	}
	if after := counts(t, dir); !maps.Equal(before, after) {
		t.Errorf("rows were %v, are %v", before, after)
	}
}

// withBadLines adds a ballot for a project that does not exist, and takes the voter from another one.
func withBadLines(t *testing.T) (path string, unknown, nameless int) {
	t.Helper()
	text := strings.Split(strings.TrimRight(electionText(t, quarter), "\n"), "\n")
	at := 0
	for i, line := range text {
		if strings.TrimSpace(line) == "VOTES" {
			at = i + 2 // below the header
		}
	}
	fields := strings.Split(text[at], ";")
	fields[0] = ""
	text[at] = strings.Join(fields, ";")
	next := strings.Split(text[at+1], ";")
	for i, column := range strings.Split(text[at-1], ";") {
		if strings.TrimSpace(column) == "vote" {
			next[i] = "no-such-project"
		}
	}
	text[at+1] = strings.Join(next, ";")
	return write(t, "bad.pb", strings.Join(text, "\n")+"\n"), at + 2, at + 1
}

func TestBadLinesAreRefusedAloneWithTheirReasons(t *testing.T) {
	path, unknown, nameless := withBadLines(t)
	r := parvis(t, "import", path, "--data", t.TempDir(), "--json")
	if r.code != exitRefused {
		t.Fatalf("exit %d: %s%s", r.code, r.out, r.err)
	}
	got := lines[imported](t, r.out)[0]
	if got.Ballots != 434 || len(got.Refused) != 2 {
		t.Fatalf("%+v", got)
	}
	if f := got.Refused[0]; f.Line != nameless || f.Reason != "This ballot has no voter’s identifier." {
		t.Errorf("%+v, want line %d", f, nameless)
	}
	if f := got.Refused[1]; f.Line != unknown || !strings.Contains(f.Reason, "no-such-project") {
		t.Errorf("%+v, want line %d", f, unknown)
	}
	r = parvis(t, "import", path, "--data", t.TempDir(), "--lang", "fr")
	for _, want := range []string{"2 lignes refusées", "Ce bulletin n’a pas d’identifiant de votant.", "« no-such-project »"} {
		if !strings.Contains(strings.ReplaceAll(r.out, "\u00a0", " "), want) {
			t.Errorf("%q is not in\n%s", want, r.out)
		}
	}
}

func TestBallotsLoseTheirChoiceOfARefusedProjectAlone(t *testing.T) {
	fixture, err := os.ReadFile("../../tally/pabulib/testdata/ordinal.pb")
	if err != nil {
		t.Fatal(err)
	}
	path := write(t, "latin.pb", strings.Replace(string(fixture), ";Un;", ";Un caf\xe9;", 1))
	dir := t.TempDir()
	r := parvis(t, "import", path, "--data", dir, "--json")
	got := lines[imported](t, r.out)[0]
	if r.code != exitRefused || got.Proposals != 3 || got.Ballots != 3 || got.Dropped != 3 || len(got.Refused) != 1 || !strings.Contains(got.Refused[0].Reason, "iconv -f WINDOWS-1252") {
		t.Errorf("exit %d: %+v", r.code, got)
	}
	for _, args := range [][]string{{"import", path, "--data", t.TempDir()}, {"tally", path}} {
		if r := parvis(t, args...); r.code != exitRefused || !strings.Contains(r.out+r.err, "3 choices name a refused proposal: they are left out") {
			t.Errorf("%v: exit %d: %s%s", args, r.code, r.out, r.err)
		}
	}
	p := serving(t, "serve", "--data", dir)
	if _, page := p.get(t, "/en/projets/"+got.Project+"/resultats"); !strings.Contains(page, "3 choices, which named proposals of these lines, are left out") {
		t.Error("the page of the results does not say how many choices were left out")
	}
	p.stop(t)
}

func TestOtherBytesOfTheSameElectionNeedReplace(t *testing.T) {
	dir := t.TempDir()
	done(t, "import", elections+quarter, "--data", dir)
	before := counts(t, dir)
	path, _, _ := withBadLines(t)
	r := parvis(t, "import", path, "--data", dir)
	if r.code != exitWrong || !strings.Contains(r.err, "--replace") {
		t.Errorf("exit %d: %s", r.code, r.err)
	}
	if after := counts(t, dir); !maps.Equal(before, after) {
		t.Errorf("rows were %v, are %v", before, after)
	}
	if r := parvis(t, "import", path, "--data", dir, "--replace"); r.code != exitRefused || !strings.Contains(r.out, "replaces") {
		t.Errorf("exit %d: %s%s", r.code, r.out, r.err)
	}
	if after := counts(t, dir); after["ballot"] != before["ballot"]-2 || after["project"] != 1 {
		t.Errorf("rows are %v", after)
	}
}

func TestOfSeveralFilesTheWorstDecides(t *testing.T) {
	bad, _, _ := withBadLines(t)
	cut := write(t, "cut.pb", electionText(t, quarter)[:500])
	good := elections + "France_Toulouse_2022_8_-_Minimes_Barriere_de_Paris_Ponts-Jumeaux_La_Vache_Raisins_Fondeyre.pb"
	for _, c := range []struct {
		files []string
		code  int
		lines int
	}{
		{[]string{good, bad}, exitRefused, 2},
		{[]string{cut, bad, good}, exitWrong, 3},
		{[]string{good, "missing.pb"}, exitWrong, 2},
	} {
		r := parvis(t, append([]string{"import", "--json", "--data", t.TempDir()}, c.files...)...)
		if n := strings.Count(r.out, "\n"); r.code != c.code || n != c.lines {
			t.Errorf("%v: exit %d and %d lines, want %d and %d\n%s%s", c.files, r.code, n, c.code, c.lines, r.out, r.err)
		}
	}
}

func TestImportOntoANamedPlatform(t *testing.T) {
	dir := t.TempDir()
	if r := parvis(t, "import", elections+quarter, "--platform", "nowhere", "--data", dir); r.code != exitWrong || !strings.Contains(r.err, "There is no platform “nowhere”") {
		t.Errorf("exit %d: %s", r.code, r.err)
	}
	done(t, "platform", "create", "somewhere", "--name", "Somewhere", "--data", dir)
	if got := lines[imported](t, done(t, "import", elections+quarter, "--platform", "somewhere", "--data", dir, "--json"))[0]; got.Platform != "somewhere" {
		t.Errorf("%+v", got)
	}
}

func TestPipeIsRefusedAsAnImportReadsTwice(t *testing.T) {
	pipe, end, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	if _, err := end.WriteString("META\n"); err != nil {
		t.Fatal(err)
	}
	end.Close()
	r := parvis(t, "import", fmt.Sprintf("/dev/fd/%d", pipe.Fd()), "--data", t.TempDir())
	if r.code != exitWrong || !strings.Contains(r.err, "Save it in a file first") {
		t.Errorf("exit %d: %s", r.code, r.err)
	}
}
