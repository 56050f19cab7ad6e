package site_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/demo/demotest"
)

// theEdition gives the path of the only edition of a platform.
func theEdition(t *testing.T, body string) string {
	t.Helper()
	path := regexp.MustCompile(`/projets/[a-z0-9-]+`).FindString(body)
	if path == "" {
		t.Fatal("the home page leads to no edition")
	}
	return path
}

func TestValuesForMachinesAreThoseOfTheAPI(t *testing.T) {
	h := serve(t, dbtest.Open(t, db.SQLite), "France_Toulouse_2022.pb", "Poland_Krakow_2022_Biezanow-Prokocim.pb")
	w, _ := get(t, h, "krakow.localhost", "/")
	krakow := theEdition(t, w.Body.String())
	for _, c := range []struct {
		host, path string
		says, not  string
	}{
		{"toulouse.localhost", bp, `data-field="Project.budget" value="8000000"`, "8000000.00"},
		{"toulouse.localhost", bp + "/resultats", `data-field="Proposal.votes" value="492"`, "Proposal.points"},
		{"toulouse.localhost", bp + "/resultats", `data-field="Proposal.cost" value="200000"`, ".00\""},
		{"krakow.localhost", krakow + "/resultats", `data-field="Proposal.points"`, "Proposal.votes"},
		{"krakow.localhost", krakow + "/propositions", `data-field="Proposal.points"`, "Proposal.votes"},
	} {
		w, _ := get(t, h, c.host, c.path)
		if body := w.Body.String(); !strings.Contains(body, c.says) || strings.Contains(body, c.not) {
			t.Errorf("%s: does not say %s, or says %s", c.path, c.says, c.not)
		}
	}
}

func TestACityWithoutDistrictsIsToldOfNone(t *testing.T) {
	h := serve(t, dbtest.Open(t, db.SQLite), "Poland_Krakow_2022_Biezanow-Prokocim.pb", "Poland_Poznan_2025_3_-_Piatkowo_Polnoc_Piatkowo__small.pb")
	for _, host := range []string{"krakow.localhost", "poznan.localhost"} {
		w, _ := get(t, h, host, "/")
		path := theEdition(t, w.Body.String())
		w, _ = get(t, h, host, path+"/propositions")
		proposal := regexp.MustCompile(path + `/propositions/\d+[a-z0-9-]*`).FindString(w.Body.String())
		for _, page := range []string{path, path + "/propositions", path + "/resultats", path + "/carte", proposal} {
			w, _ := get(t, h, host, page)
			for _, place := range []string{"Toute la ville", "quartier", "Quartier"} {
				if strings.Contains(w.Body.String(), place) {
					t.Errorf("%s%s: %d, says %q", host, page, w.Code, place)
				}
			}
			if w.Code != 200 {
				t.Errorf("%s%s: %d", host, page, w.Code)
			}
		}
	}
}

func TestTheBestOfAVoteThatIsNotCountedHereAreNotShownAsChance(t *testing.T) {
	h := serve(t, dbtest.Open(t, db.SQLite), "Poland_Wieliczka_2023_Green_Budget.pb")
	w, _ := get(t, h, "wieliczka.localhost", "/")
	w, _ = get(t, h, "wieliczka.localhost", theEdition(t, w.Body.String()))
	body := w.Body.String()
	if !strings.Contains(body, "Les projets les plus choisis") || !strings.Contains(body, "Le budget était de") {
		t.Error("does not say what its proposals got, or what the budget was")
	}
	for _, not := range []string{"au hasard", "à répartir"} {
		if strings.Contains(body, not) {
			t.Errorf("says %q", not)
		}
	}
}

func TestTheCutStandsWhereTheBudgetEndsOnWhateverPage(t *testing.T) {
	h := serve(t, dbtest.Open(t, db.SQLite), "France_Toulouse_2022.pb")
	w, _ := get(t, h, "localhost", bp+"/resultats")
	before, _, found := strings.Cut(w.Body.String(), `<p class="cut-line"`)
	if !found {
		t.Fatal("no cut on the first page")
	}
	rank := strings.Count(before, `class="result-line"`) + 1
	for after, want := range map[int]int{rank - 2: 1, rank - 1: 1, rank: 0} {
		w, _ := get(t, h, "localhost", bp+"/resultats?apres="+strconv.Itoa(after))
		if got := strings.Count(w.Body.String(), `<p class="cut-line"`); got != want {
			t.Errorf("after rank %d: %d cuts, want %d (the cut is above rank %d)", after, got, want, rank)
		}
	}
}

func TestTheCutPromisesNothingThatTheCountDoesNotKeep(t *testing.T) {
	d := demotest.OnDay.Open(t, db.SQLite)
	h := serveDemo(t, d)
	w, _ := get(t, h, "localhost", lastYear+"/resultats")
	if body := w.Body.String(); !strings.Contains(body, "ou grâce au minimum par quartier") || strings.Contains(body, "seuls les projets qui tiennent") {
		t.Error("the cut does not speak of those that win below it by the minimum of their district")
	}
}

func TestTheMoneyOfAProposalIsItsMainDistricts(t *testing.T) {
	d := demotest.OnDay.Open(t, db.SQLite)
	h := serveDemo(t, d)
	table := regexp.MustCompile(`(?s)<tbody>.*?</tbody>`)
	money := regexp.MustCompile(`<td>[^<]*€</td>`)
	read := func() []string {
		w, _ := get(t, h, "localhost", lastYear+"/resultats")
		return money.FindAllString(table.FindString(w.Body.String()), -1)
	}
	want := read()
	// Every proposal lies in the district of the first letter, too; no main district changes.
	change(t, d, `INSERT INTO selection_tag (platform, step, kind, tag, proposal)
		SELECT s.platform, s.step, 'district', 'cordelles', s.proposal FROM selection s WHERE NOT EXISTS (SELECT 1 FROM selection_tag t
			WHERE t.platform = s.platform AND t.step = s.step AND t.kind = 'district' AND t.tag = 'cordelles' AND t.proposal = s.proposal)`)
	if got := read(); len(want) == 0 || strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("money by district became %s, was %s", got, want)
	}
}

func TestAnOpenVoteSaysTheDaysLeftAndLeadsToTheWall(t *testing.T) {
	d := demotest.OnDay.Open(t, db.SQLite)
	h := serveDemo(t, d)
	for path, open := range map[string]bool{thisYear: true, lastYear: false} {
		w, _ := get(t, h, "localhost", path)
		body := w.Body.String()
		for _, says := range []string{"restants</dt>", `href="` + path + `/mur"`} {
			if strings.Contains(body, says) != open {
				t.Errorf("%s: says %q is %v, want %v", path, says, !open, open)
			}
		}
	}
}
