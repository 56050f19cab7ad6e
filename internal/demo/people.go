package demo

import (
	"math/rand/v2"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// firstNames of the people who propose. With an initial for a surname, none of them is anybody.
var firstNames = []string{
	"Adama", "Agathe", "Aïcha", "Alban", "Amine", "Anouk", "Apolline", "Awa", "Baptiste", "Bérénice", "Boris", "Capucine", "Céleste", "Chloé", "Clément",
	"Colette", "Damien", "Diane", "Edgar", "Élise", "Émile", "Fanta", "Farid", "Faustine", "Fernand", "Gaspard", "Ginette", "Hadrien", "Héloïse", "Hugo",
	"Ibrahim", "Ines", "Iris", "Jeannine", "Joachim", "Jules", "Kenza", "Lamine", "Léonie", "Lila", "Linh", "Loup", "Lucienne", "Madeleine", "Maëlle",
	"Malik", "Marius", "Mathilde", "Maxence", "Mehdi", "Nadia", "Nino", "Noémie", "Octave", "Odile", "Oumou", "Paulette", "Perrine", "Quentin", "Rachid",
	"Raphaël", "Rosalie", "Samir", "Sidonie", "Simone", "Solène", "Thelma", "Théo", "Tiago", "Valentine", "Victoire", "Wassim", "Yanis", "Yvonne", "Zélie",
}

const initials = "ABCDEFGHJKLMNOPRSTVZ"

// crowd is who proposes: a few residents several times, many once, and associations.
type crowd struct {
	r      *rand.Rand
	people []participant
	byName map[string]int

	// Of the edition that is being made.
	most     int         // proposals of one person
	proposed map[int]int // how many each has, by index
	fresh    []int       // who came with it
}

// participant is somebody of the crowd.
type participant struct {
	account.Person
	as   rulebook.Kind
	came time.Time // with their first proposal
}

func newCrowd(r *rand.Rand) *crowd { return &crowd{r: r, byName: map[string]int{}} }

// begin turns to an edition that lets a person propose so many times.
func (c *crowd) begin(most int) { c.most, c.proposed, c.fresh = most, map[int]int{}, nil }

// joined gives who came with the edition.
func (c *crowd) joined() []account.Person {
	list := make([]account.Person, len(c.fresh))
	for i, who := range c.fresh {
		list[i] = c.people[who].Person
	}
	return list
}

func (c *crowd) add(name string, kind account.Kind, as rulebook.Kind, at time.Time) int {
	who := len(c.people)
	c.people = append(c.people, participant{account.Person{Name: name, Kind: kind, Language: string(i18n.FR)}, as, at})
	c.byName[name], c.fresh = who, append(c.fresh, who)
	return who
}

// takes counts a proposal of somebody who may have one more.
func (c *crowd) takes(who int) bool {
	if c.proposed[who] >= c.most {
		return false
	}
	c.proposed[who]++
	return true
}

// resident gives somebody who proposes at that time: one in five times a person who is there already.
func (c *crowd) resident(at time.Time) int {
	for {
		name := firstNames[c.r.IntN(len(firstNames))] + " " + string(initials[c.r.IntN(len(initials))]) + "."
		again, who := c.r.IntN(5) == 0, c.r.IntN(max(1, len(c.people)))
		if !again || len(c.people) == 0 || c.people[who].as != rulebook.KindPerson || !c.people[who].came.Before(at) {
			known, ok := c.byName[name]
			if who = known; !ok { // the same name is the same person: a page says no more of them
				who = c.add(name, account.Resident, rulebook.KindPerson, at)
			}
		}
		if c.takes(who) {
			return who
		}
	}
}

// association gives one by its name; false when it has proposed as often as it may.
func (c *crowd) association(name string, at time.Time) (who int, ok bool) {
	who, known := c.byName[name]
	if !known {
		who = c.add(name, account.Association, rulebook.KindAssociation, at)
	}
	return who, c.takes(who)
}

func slugOf(text string) string { return ids.Slug(i18n.Fold(text), 60) }
