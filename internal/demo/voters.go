package demo

import (
	"math/rand/v2"

	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// electorate draws ballots. Each voter lives somewhere, likes two categories, and chooses among the proposals with
// chances that grow with a proposal's appeal, with nearness and with taste. Integers only, so that every machine draws
// the same.
type electorate struct {
	r        *rand.Rand
	costs    []int64 // of each proposal, in the order of their numbers
	district []int   // index of each proposal's district; -1: the whole city
	category []int
	appeal   []int
	people   []int // in each district
	envelope int64
}

// vote is what one person votes, and the index of the district that they live in.
type vote struct {
	choices []ballot.Choice
	home    int
}

func newElectorate(r *rand.Rand, costs []int64, district, category, people []int, envelope int64) *electorate {
	e := &electorate{r: r, costs: costs, district: district, category: category, people: people, envelope: envelope}
	for range costs {
		appeal := 20 + r.IntN(60)
		if r.IntN(6) == 0 { // some are talked about in the whole city
			appeal += r.IntN(160)
		}
		e.appeal = append(e.appeal, appeal)
	}
	return e
}

// votes draws what n people vote on a ballot of that shape.
func (e *electorate) votes(n int, shape rulebook.Shape) []vote {
	list := make([]vote, n)
	for i := range list {
		list[i].choices, list[i].home = e.choices(shape)
	}
	return list
}

// choices draws the ballot of one voter, and the district of their home.
func (e *electorate) choices(shape rulebook.Shape) (list []ballot.Choice, home int) {
	weights, home := e.weights()
	left := e.envelope
	for want := e.howMany(shape.Max); len(list) < want; {
		i := draw(e.r, weights)
		if i < 0 {
			break
		}
		weights[i] = 0
		if shape.Kind == rulebook.Basket {
			if e.costs[i] > left {
				continue
			}
			left -= e.costs[i]
		}
		list = append(list, ballot.Choice{Number: i + 1})
	}
	return list, home
}

// weights gives one voter's chances for each proposal, and the district of their home.
func (e *electorate) weights() (weights []int, home int) {
	const categories = 8
	home = draw(e.r, append([]int(nil), e.people...))
	first, second := e.r.IntN(categories), e.r.IntN(categories)
	weights = make([]int, len(e.costs))
	for i, appeal := range e.appeal {
		w := appeal
		switch e.district[i] {
		case home:
			w *= 5
		case -1:
			w = w * 3 / 2
		}
		if c := e.category[i]; c == first || c == second {
			w *= 2
		}
		weights[i] = w
	}
	return weights, home
}

// howMany choices one voter makes: most people use them all, some have come for one.
func (e *electorate) howMany(most int) int {
	switch n := e.r.IntN(100); {
	case n < 60:
		return most
	case n < 75:
		return 1
	default:
		return 1 + e.r.IntN(most)
	}
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
