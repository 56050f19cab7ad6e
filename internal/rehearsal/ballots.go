package rehearsal

import (
	"math/rand/v2"
	"strconv"

	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// turn is one ballot that somebody casts, or a selection that they leave.
type turn struct {
	person int
	odd    odd
}

// turns lists what happens at the box: the first one comes too early, the last one too late. Some people do not come at all.
func (c crowd) turns() []turn {
	asked := ballot.Asks(c.book.Vote)
	r := c.chance("turns")
	people := r.Perm(c.people)
	var list []turn
	for i, p := range people[:c.people*88/100] {
		t := turn{person: p}
		switch {
		case i == 3 && asked.Age > 0:
			t.odd = young
		case i == 6 && (asked.City || len(asked.Postcodes) > 0):
			t.odd = elsewhere
		case i == 9 && (c.book.Vote.Ballot.Max > 0 || c.book.Vote.Ballot.Kind == rulebook.Basket):
			t.odd = tooMuch
		case i%16 == 12:
			t.odd = forgotten
		}
		list = append(list, t)
	}
	// They come in the first half with what they leave, so that there is time to remind them.
	half := len(list) / 2
	r.Shuffle(half, func(i, j int) { list[i], list[j] = list[j], list[i] })
	for _, t := range list[:4] {
		if t.odd == plain {
			list = append(list, turn{t.person, second})
		}
	}
	list = append([]turn{{list[0].person, early}}, list...)
	return append(list, turn{people[c.people-1], late})
}

// declared is what somebody says of themselves to vote.
func (c crowd) declared(t turn) ballot.Declared {
	d := ballot.Declared{OfAge: t.odd != young, Lives: t.odd != elsewhere, District: c.home(t.person)}
	if asked := ballot.Asks(c.book.Vote); len(asked.Kinds) > 0 {
		d.Kind = kind(asked.Kinds)
	}
	return d
}

// vote fills in somebody's ballot paper: what is near and what many like is chosen more often. Integers only, so that every
// machine draws the same.
func (c crowd) vote(p ballot.Paper, t turn) ballot.Vote {
	v := ballot.Vote{Declared: c.declared(t)}
	if p.TwoParts() {
		v.District = v.Declared.District
	}
	if t.odd == tooMuch {
		for _, i := range p.Items {
			if p.Open(i, v.District) {
				v.Choices = append(v.Choices, ballot.Choice{Number: i.Number, Points: 1})
			}
		}
		return v
	}
	r := c.chance("ballot " + strconv.Itoa(t.person) + string(t.odd))
	weights := make([]int, len(p.Items))
	for i, item := range p.Items {
		weights[i] = 10 + c.chance("appeal "+strconv.Itoa(item.Number)).IntN(90)
		for _, d := range item.Districts {
			if d == v.District {
				weights[i] *= 4
			}
		}
	}
	want := wanted(r, p.Rules.Vote.Ballot)
	if p.TwoParts() {
		want += wanted(r, p.Rules.Vote.District.Ballot)
	}
	for range weights {
		at := draw(r, weights)
		if at < 0 || len(v.Choices) == want {
			break
		}
		weights[at] = 0
		if more, err := p.Add(v.Choices, v.District, p.Items[at].Number); err == nil { // what does not fit is left
			v.Choices = more
		}
	}
	if p.WithPoints() {
		v.Choices = points(p, v.Choices, v.District)
	}
	return v
}

// wanted is how many projects somebody chooses: most people as many as they may.
func wanted(r *rand.Rand, s rulebook.Shape) int {
	const many = 6 // where the rules say no number
	most, least := s.Max, max(s.Min, 1)
	if most == 0 {
		most = max(many, least)
	}
	if r.IntN(100) < 65 {
		return most
	}
	return least + r.IntN(most-least+1)
}

// points gives out as many points as the rules let, one after the other.
func points(p ballot.Paper, choices []ballot.Choice, district string) []ballot.Choice {
	for more := true; more; {
		more = false
		for _, k := range choices {
			given, err := p.Give(choices, district, k.Number, k.Points+1)
			if err == nil && p.Rules.Vote.Ballot.MaxPoints > 0 {
				choices, more = given, true
			}
		}
	}
	return choices
}

// draw gives an index by weight; -1 when all are zero.
func draw(r *rand.Rand, weights []int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	if sum == 0 {
		return -1
	}
	at := r.IntN(sum)
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return -1
}
