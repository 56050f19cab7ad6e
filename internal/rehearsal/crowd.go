package rehearsal

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// crowd is the people who do not exist. Who they are, what they propose and how they vote is a function of the seed.
type crowd struct {
	seed   int64
	people int
	book   rulebook.Rulebook
	lang   i18n.Lang
}

// digest gives bytes for one purpose, always the same ones.
func (c crowd) digest(purpose string) [sha256.Size]byte {
	return sha256.Sum256(binary.BigEndian.AppendUint64([]byte(purpose+"\x00"), uint64(c.seed)))
}

// chance gives the numbers for one purpose, always the same ones.
func (c crowd) chance(purpose string) *rand.Rand {
	sum := c.digest(purpose)
	return rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16])))
}

// Names of people. With an initial for a surname, none of them is anybody.
var (
	firstNames = []string{"Adèle", "Amadou", "Anaïs", "Basile", "Camille", "Célia", "Daniel", "Dounia", "Élias", "Esther", "Fatou", "Félix", "Gaëlle", "Hamid", "Inès", "Jonas",
		"Karima", "Léo", "Lucie", "Malo", "Marie", "Nabil", "Nora", "Oscar", "Pauline", "Rémi", "Sarah", "Sofiane", "Tess", "Ulysse", "Victor", "Yasmine", "Zoé"}
	initials = "ABCDEFGHJKLMNPRSTVZ"
)

// person is the resident of a number.
func (c crowd) person(i int) account.Person {
	number := strconv.Itoa(i + 1)
	r, sum := c.chance("name "+number), c.digest("person "+number)
	p := account.Person{Email: "essai-" + number + c.domain(), Proved: true, Name: firstNames[r.IntN(len(firstNames))] + " " + string(initials[r.IntN(len(initials))]) + ".",
		Kind: account.Resident, Language: string(c.lang), Roles: access.Roles(0).With(access.Resident)}
	copy(p.ID[:], sum[:])
	return p
}

// domain is that of people's addresses: one that the rules ask for, else one that no mail reaches.
func (c crowd) domain() string {
	if c.book.Vote.Who != nil && len(c.book.Vote.Who.Domains) > 0 {
		return "@" + c.book.Vote.Who.Domains[0]
	}
	if d := c.book.Deposit; d != nil && len(d.Who.Domains) > 0 {
		return "@" + d.Who.Domains[0]
	}
	return account.StageDomain
}

// home is the district that somebody lives in: one from which the rules let people vote; empty without districts.
func (c crowd) home(i int) string {
	var keys []string
	if c.book.Vote.Who != nil {
		keys = ballot.Asks(c.book.Vote).Districts
	}
	if len(keys) == 0 {
		for _, d := range c.book.Districts {
			keys = append(keys, d.Key)
		}
	}
	if len(keys) == 0 {
		return ""
	}
	return keys[c.chance("home "+strconv.Itoa(i)).IntN(len(keys))]
}

// attempt is one deposit that somebody makes.
type attempt struct {
	person, idea int
	odd          odd
}

// odd is what is out of the ordinary with what somebody does; the services are expected to refuse most of it.
type odd string

// What can be out of the ordinary.
const (
	plain     odd = ""
	young     odd = "young"     // has not the age that the rules ask
	elsewhere odd = "elsewhere" // does not live where the rules ask
	barred    odd = "barred"    // is one of those who may not deposit
	greedy    odd = "greedy"    // deposits one more than each person may
	dear      odd = "dear"      // costs more than a project may: taken, and not put to the vote
	tooMuch   odd = "too_much"  // chooses more than a ballot takes
	early     odd = "early"
	late      odd = "late"
	second    odd = "second" // changes a ballot
	forgotten odd = "forgotten"
)

// refused says whether the services are to refuse it.
func (o odd) refused() bool { return o != plain && o != dear && o != second && o != forgotten }

// attempts lists the deposits, the last of which comes too late.
func (c crowd) attempts(s deposit.Setting) []attempt {
	n := deposits(c.people)
	r := c.chance("deposits")
	order, people := r.Perm(len(ideas(c.lang))), r.Perm(c.people)
	list := make([]attempt, 0, n+10)
	next := func(o odd, person int) {
		list = append(list, attempt{person: person, idea: order[len(list)%len(order)], odd: o})
	}
	for i := range n {
		next(plain, people[i])
	}
	for _, k := range s.Criteria() {
		switch k.Key {
		case deposit.LivesIn, deposit.LivesAt, deposit.LivesNear:
			next(elsewhere, people[n])
		case deposit.NotBarred:
			next(barred, people[n+1])
		}
	}
	if s.MinimumAge() > 0 {
		next(young, people[n+2])
	}
	if d := c.book.Deposit; d != nil && d.MaximumCost > 0 && s.Form.Cost.Asked() {
		next(dear, people[n+3])
	}
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	if d := c.book.Deposit; d != nil && d.PerPerson > 0 && d.PerPerson <= 3 {
		for range d.PerPerson {
			next(plain, people[n+4])
		}
		next(greedy, people[n+4])
	}
	next(late, people[n+5])
	return list
}

// content is what somebody types into the form of the deposit.
func (c crowd) content(s deposit.Setting, a attempt) deposit.Content {
	it, r := ideas(c.lang)[a.idea], c.chance("content "+strconv.Itoa(a.idea)+" "+strconv.Itoa(a.person))
	out := deposit.Content{Title: it.title, Summary: it.text, Body: it.text, Kind: kind(s.Kinds()), Name: c.person(a.person).Name, Age: deposit.AgeAdult,
		PictureAlt: it.title, Criteria: map[string]string{}, Answers: map[string]deposit.Answer{}}
	if len(s.Categories) > 0 {
		out.Category = s.Categories[r.IntN(len(s.Categories))].Slug
	}
	if len(s.Themes) > 0 {
		out.Theme = s.Themes[r.IntN(len(s.Themes))].Slug
	}
	limit := int64(c.book.Count.Budget)
	if out.District = deposit.WholeCity; len(s.Districts) > 0 && r.IntN(5) > 0 {
		out.District = s.Districts[r.IntN(len(s.Districts))].Slug
		if money, ok := c.book.Envelope(out.District); ok {
			limit = int64(money)
		}
	} else if len(s.Districts) == 0 {
		out.District = ""
	}
	if s.Form.Place.Asked() {
		out.Address = strconv.Itoa(1+r.IntN(90)) + map[i18n.Lang]string{i18n.FR: ", rue de l’Essai", i18n.EN: " Rehearsal Street"}[c.lang]
	}
	out.Cost = cost(c.book, limit, it.share, a.odd == dear)
	for _, k := range s.Criteria() {
		out.Criteria[string(k.Key)] = k.Wanted
		if k.Excludes && (a.odd == barred) == (k.Key == deposit.NotBarred) && (a.odd == barred || a.odd == elsewhere) {
			out.Criteria[string(k.Key)] = other(k.Wanted)
		}
	}
	if a.odd == young {
		out.Age = deposit.AgeBelow
	}
	for _, q := range s.Form.Asked() {
		out.Answers[q.Key] = answer(q, it.text)
	}
	return out
}

func other(answer string) string {
	if answer == deposit.Yes {
		return deposit.No
	}
	return deposit.Yes
}

// kind is that of most people.
func kind(kinds []rulebook.Kind) rulebook.Kind {
	if slices.Contains(kinds, rulebook.KindPerson) {
		return rulebook.KindPerson
	}
	return kinds[0]
}

// cost is what a project costs, in whole units: a share of half of what there is, or of what one project may cost.
func cost(b rulebook.Rulebook, limit, share int64, dear bool) string {
	most := limit / 2
	if d := b.Deposit; d != nil && d.MaximumCost > 0 {
		if dear {
			return strconv.FormatInt(int64(d.MaximumCost)/100*2, 10)
		}
		most = min(most, int64(d.MaximumCost))
	}
	units := most / 100_000 * share // hundredths to units, and thousandths
	if units >= 1_000 {
		units = units / 100 * 100
	}
	return strconv.FormatInt(max(units, 100), 10)
}

// answer is one to a question of the organiser's, within its bounds.
func answer(q deposit.Question, text string) deposit.Answer {
	least, most := 0.0, math.Inf(1)
	if q.Min != nil {
		least = *q.Min
	}
	if q.Max != nil {
		most = *q.Max
	}
	var keys []string
	for _, o := range q.Offered() {
		keys = append(keys, o.Key)
	}
	switch q.Kind {
	case deposit.Number:
		return deposit.Answer{Values: []string{strconv.FormatFloat(min(max(3, least), most), 'f', -1, 64)}}
	case deposit.OneChoice:
		return deposit.Answer{Values: keys[:min(1, len(keys))]}
	case deposit.Choices:
		return deposit.Answer{Values: keys[:min(max(1, int(least)), len(keys))]}
	case deposit.Ranking:
		return deposit.Answer{Values: keys}
	case deposit.FileInput:
		return deposit.Answer{}
	}
	words := []rune(text)
	for len(words) > 0 && float64(len(words)) < least {
		words = append(append(words, ' '), []rune(text)...)
	}
	if q.Kind == deposit.ShortText {
		most = min(most, deposit.ShortMax)
	} else {
		most = min(most, deposit.LongMax)
	}
	if float64(len(words)) > most {
		words = words[:int(most)]
		if last := len(words) - 1; words[last] == ' ' { // spaces at the end do not count
			words[last] = '.'
		}
	}
	return deposit.Answer{Values: []string{strings.TrimSpace(string(words))}}
}
