package main

import (
	"strings"
	"testing"
)

func TestWinnersOfBeforeComeInByACommand(t *testing.T) {
	folder := t.TempDir()
	run := func(args ...string) (string, int) {
		t.Helper()
		r := parvis(t, append(args, "--data", folder)...)
		return r.out + r.err, r.code
	}
	if said, code := run("platform", "create", "ici", "--name", "Ici"); code != exitDone {
		t.Fatalf("%d: %s", code, said)
	}
	sheet := write(t, "laureats.csv", "Édition;Référence;Titre;État;Date\n2019;1;Un banc;réalisé;2020\n2019;2;Un arbre;perdu;\n")
	said, code := run("import-winners", sheet)
	if code != exitRefused || !strings.Contains(said, "1 ") || !strings.Contains(said, "perdu") {
		t.Errorf("%d: %s", code, said)
	}
	if said, code := run("import-winners", "--platform", "ailleurs", sheet); code != exitWrong {
		t.Errorf("another platform: %d: %s", code, said)
	}
}
