package analysis

import (
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/ids"
)

func TestTheMorningMailComesOnWorkingDays(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ now, want string }{
		{"2027-03-10 06:00", "2027-03-10 07:30"}, {"2027-03-10 07:30", "2027-03-11 07:30"}, {"2027-03-12 09:00", "2027-03-15 07:30"}, {"2027-03-14 06:00", "2027-03-15 07:30"},
		{"2027-03-26 20:00", "2027-03-29 07:30"}, // the clocks change on the Sunday between
	} {
		now, err := time.ParseInLocation("2006-01-02 15:04", c.now, zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := nextMorning(now, zone).In(zone).Format("2006-01-02 15:04"); got != c.want {
			t.Errorf("after %s: %s, want %s", c.now, got, c.want)
		}
	}
}

func TestANoteNamesColleaguesByTheirNameOrItsBeginning(t *testing.T) {
	paule, paul, marc, zoe := ids.Random(), ids.Random(), ids.Random(), ids.Random()
	people := []Colleague{{ID: paule, Name: "Paule Vidal"}, {ID: paul, Name: "Paul"}, {ID: marc, Name: "Marc Tessier"}, {ID: zoe, Name: "zoe.martin"}}
	for text, want := range map[string][]ids.ID{
		"@Paule Vidal, d’accord ?": {paule}, "@paul : non": {paul}, "@Marc et @marc": {marc}, "@Zoé regarde": {zoe}, "marc@ville.fr": nil, "@personne": nil, "rien": nil, "@": nil,
		"@Paulette": nil, "@Paule": {paule},
	} {
		got := mentioned(text, people)
		if len(got) != len(want) || len(got) > 0 && got[0] != want[0] {
			t.Errorf("%q names %d of them, want %d", text, len(got), len(want))
		}
	}
}

func TestTitlesThatShareTheirWordsAreGrouped(t *testing.T) {
	tasks := make([]Task, 5)
	for i, title := range []string{"Des bancs à l’ombre des platanes", "Planter des tilleuls dans la cour", "Bancs à l’ombre rue des Lilas", "Un tilleul planté dans chaque cour", "Un terrain de jeu"} {
		tasks[i].Title, tasks[i].Number, tasks[i].Edition, tasks[i].Proposal = title, i+1, "e", ids.Random()
	}
	group(tasks)
	for i, want := range []int{1, 2, 1, 2, 5} {
		if tasks[i].Alike != want {
			t.Errorf("%q is with %d, want %d", tasks[i].Title, tasks[i].Alike, want)
		}
	}
}
