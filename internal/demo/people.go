package demo

import (
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
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

// crowd makes accounts: a few residents who propose several times, many who propose once, and associations.
type crowd struct {
	r        *rand.Rand
	accounts []account.Account
	slugs    map[string]int
	byName   map[string]ids.ID
}

func newCrowd(r *rand.Rand) *crowd {
	return &crowd{r: r, slugs: map[string]int{}, byName: map[string]ids.ID{}}
}

func (c *crowd) add(name string, kind account.Kind, at time.Time) ids.ID {
	slug := slugOf(name)
	c.slugs[slug]++
	if n := c.slugs[slug]; n > 1 {
		slug += "-" + strconv.Itoa(n)
	}
	a := account.Account{ID: ids.Dated(at), Name: name, Kind: kind, Slug: slug, CreatedAt: at}
	c.accounts, c.byName[name] = append(c.accounts, a), a.ID
	return a.ID
}

// resident gives somebody who proposes at that time: one in five times a person who is there already.
func (c *crowd) resident(at time.Time) ids.ID {
	name := firstNames[c.r.IntN(len(firstNames))] + " " + string(initials[c.r.IntN(len(initials))]) + "."
	again, who := c.r.IntN(5) == 0, c.r.IntN(max(1, len(c.accounts)))
	if again && len(c.accounts) > 0 && c.accounts[who].Kind == account.Resident && c.accounts[who].CreatedAt.Before(at) {
		return c.accounts[who].ID
	}
	if id, ok := c.byName[name]; ok { // the same name is the same person: a page says no more of them
		return id
	}
	return c.add(name, account.Resident, at)
}

func (c *crowd) association(name string, at time.Time) ids.ID {
	if id, ok := c.byName[name]; ok {
		return id
	}
	return c.add(name, account.Association, at)
}

func slugOf(text string) string { return ids.Slug(i18n.Fold(text), 60) }
