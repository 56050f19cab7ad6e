package tally

import (
	"reflect"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// election draws a small election with a complete rule of any kind, tight enough for ties, cuts and conflicts.
type election struct {
	rule     Rule
	projects []Project
	totals   Totals
}

var districts = []string{"n", "s", "w"}

func drawElection(t *rapid.T) election {
	n := rapid.IntRange(0, 9).Draw(t, "projects")
	e := election{totals: Totals{Ballots: rapid.IntRange(6, 20).Draw(t, "ballots")}}
	for i := range n {
		e.projects = append(e.projects, Project{
			ID: strconv.Itoa(i), Cost: Amount(rapid.IntRange(0, 40).Draw(t, "cost")), Order: i,
			Districts: rapid.SliceOfNDistinct(rapid.SampledFrom(districts), 0, 2, rapid.ID).Draw(t, "districts"),
		})
		supporters := rapid.Int64Range(0, 6).Draw(t, "supporters")
		e.totals.Supporters = append(e.totals.Supporters, supporters)
		e.totals.Total = append(e.totals.Total, supporters+rapid.Int64Range(0, 2).Draw(t, "bonus"))
	}
	e.rule = drawRule(t, e.projects)
	if problems := e.rule.Check(e.projects); problems != nil {
		t.Fatalf("the drawn rule has problems: %v", problems)
	}
	return e
}

func drawFit(t *rapid.T) Fit {
	f := Fit{Then: rapid.SampledFrom([]FitThen{FitSkip, FitStop, FitReserve}).Draw(t, "then")}
	if f.Then == FitReserve {
		f.Reserve = rapid.IntRange(1, 100).Draw(t, "reserve")
	}
	return f
}

func drawRule(t *rapid.T, projects []Project) Rule {
	r := plain(Amount(rapid.IntRange(0, 150).Draw(t, "budget")))
	r.Fit = drawFit(t)
	r.Minimum = Minimum{
		Total: rapid.Int64Range(0, 3).Draw(t, "minimum"), Supporters: rapid.Int64Range(0, 2).Draw(t, "minimum supporters"),
		BallotsShare: rapid.IntRange(0, 20).Draw(t, "share"),
	}
	r.Ties = rapid.SampledFrom([][]TieBreak{
		{{By: TieSupporters}, {By: TieLowerCost}, {By: TieOrder}}, {{By: TieLots, Seed: "x"}}, {{By: TieOrder}},
	}).Draw(t, "ties")
	r.DropOut = rapid.SampledFrom([]DropOut{DropOutNext, DropOutDistrict, DropOutNobody}).Draw(t, "drop-out")
	free := r.Budget
	if rapid.Bool().Draw(t, "parts") {
		r.Parts = &Parts{
			By: PartsByDistrict, Fit: drawFit(t), Left: rapid.SampledFrom([]PartsLeft{LeftCitywide, LeftUnspent}).Draw(t, "left"),
			Several: rapid.SampledFrom([]Several{SeveralFirst, SeveralCitywide}).Draw(t, "parts several"),
			None:    rapid.SampledFrom([]None{NoneCitywide, NoneExcluded}).Draw(t, "parts none"),
		}
		for _, d := range districts[:rapid.IntRange(1, 3).Draw(t, "envelopes")] {
			amount := Amount(rapid.IntRange(0, int(free)).Draw(t, "envelope"))
			r.Parts.Envelopes = append(r.Parts.Envelopes, Envelope{d, amount})
			free -= amount
		}
	}
	if rapid.Bool().Draw(t, "guarantee") {
		r.Guarantee = drawGuarantee(t, free)
	}
	for range rapid.IntRange(0, 2).Draw(t, "groups") {
		if len(projects) > 1 {
			group := rapid.SliceOfNDistinct(rapid.IntRange(0, len(projects)-1), 2, min(3, len(projects)), rapid.ID).Draw(t, "group")
			ids := make([]string, len(group))
			for i, p := range group {
				ids[i] = projects[p].ID
			}
			r.Exclusive = append(r.Exclusive, ids)
		}
	}
	return r
}

// drawGuarantee draws a promise that holds back at most what is free.
func drawGuarantee(t *rapid.T, free Amount) *Guarantee {
	g := &Guarantee{
		PerDistrict: rapid.IntRange(1, 3).Draw(t, "promise"), Districts: districts[:rapid.IntRange(1, 3).Draw(t, "promised")],
		When:    rapid.SampledFrom([]GuaranteeWhen{GuaranteeBefore, GuaranteeAfter}).Draw(t, "when"),
		NoMoney: rapid.SampledFrom([]NoMoney{NoMoneyNext, NoMoneyLess}).Draw(t, "no money"), NoProjects: NoProjectsFewer,
		Several: rapid.SampledFrom([]Several{SeveralFirst, SeveralEach, SeveralCitywide}).Draw(t, "several"), None: NoneUnguaranteed,
		BelowMin: rapid.SampledFrom([]BelowMinimum{BelowMinimumOut, BelowMinimumIn}).Draw(t, "below"),
	}
	if g.When == GuaranteeAfter {
		g.HeldBack = Amount(rapid.IntRange(0, int(free)).Draw(t, "held back"))
	}
	return g
}

func (e election) decide(t *rapid.T) Result {
	result, err := Decide(e.rule, e.projects, e.totals)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// checkBooks says that money adds up, groups are respected, and every reason agrees with its outcome.
func (e election) checkBooks(t *rapid.T, r Result) {
	var costs Amount
	for _, p := range r.Winners {
		costs += e.projects[p].Cost
	}
	if costs != r.Spent+r.Reserve || r.Spent+r.Unspent > r.Budget || r.Unspent < 0 || r.Reserve < 0 {
		t.Fatalf("winners cost %d: %d spent, %d from the reserve, %d unspent of %d", costs, r.Spent, r.Reserve, r.Unspent, r.Budget)
	}
	for _, group := range e.rule.Exclusive {
		won := 0
		for _, id := range group {
			if slices.ContainsFunc(r.Winners, func(p int) bool { return e.projects[p].ID == id }) {
				won++
			}
		}
		if won > 1 {
			t.Fatalf("%d of the group %v won", won, group)
		}
	}
	if len(r.Projects) != len(e.projects) {
		t.Fatalf("%d outcomes of %d projects", len(r.Projects), len(e.projects))
	}
	for i, o := range r.Projects {
		if o.Rank != i+1 || i > 0 && o.Total > r.Projects[i-1].Total {
			t.Fatalf("outcome %d is not in the order of totals", i)
		}
		e.checkReason(t, r, o)
	}
}

func (e election) checkReason(t *rapid.T, r Result, o Outcome) {
	if o.Winner != slices.Contains(r.Winners, o.Project) || o.Winner != (o.Mark > 0) {
		t.Fatalf("%+v and winners %v", o, r.Winners)
	}
	reason, ok := o.Reason, false
	switch reason.Code {
	case InFits, InPart, InGuarantee:
		ok = o.Winner && o.Mark == 1 && reason.Cost <= reason.Left && reason.Missing == 0
	case InReserve:
		ok = o.Winner && o.Mark == 2 && reason.Missing == reason.Cost-reason.Left && reason.Missing > 0
	case OutNoFit:
		ok = !o.Winner && reason.Cost > reason.Left && reason.Missing == reason.Cost-reason.Left
	case OutStopped, OutExclusive:
		ok = !o.Winner && reason.Other != "" && reason.Other != e.projects[o.Project].ID
	case OutTotal, OutSupporters, OutShare:
		ok = !o.Winner && reason.Have < reason.Need
	case OutNoPart:
		ok = !o.Winner
	}
	if !ok {
		t.Fatalf("the reason contradicts the outcome: %+v", o)
	}
	if reason.Tie != "" {
		i := slices.IndexFunc(r.Projects, func(other Outcome) bool { return e.projects[other.Project].ID == reason.Other })
		if i < 0 || r.Projects[i].Total != o.Total || o.Winner == (r.Projects[i].Rank < o.Rank) {
			t.Fatalf("no tie between %+v and %q", o, reason.Other)
		}
	}
}

func TestBooksBalanceUnderAnyRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawElection(t)
		e.checkBooks(t, e.decide(t))
	})
}

func TestTheOrderInWhichProjectsAreListedChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawElection(t)
		want := e.decide(t)
		shuffled := election{rule: e.rule, totals: Totals{Ballots: e.totals.Ballots}}
		for _, p := range rapid.Permutation(want.Projects).Draw(t, "permutation") {
			shuffled.projects = append(shuffled.projects, e.projects[p.Project])
			shuffled.totals.Total = append(shuffled.totals.Total, e.totals.Total[p.Project])
			shuffled.totals.Supporters = append(shuffled.totals.Supporters, e.totals.Supporters[p.Project])
		}
		got := shuffled.decide(t)
		for i := range got.Projects {
			w, g := want.Projects[i], got.Projects[i]
			if e.projects[w.Project].ID != shuffled.projects[g.Project].ID {
				t.Fatalf("rank %d is project %s, then %s", i+1, e.projects[w.Project].ID, shuffled.projects[g.Project].ID)
			}
			if w.Project, g.Project = 0, 0; w != g {
				t.Fatalf("%+v, then %+v", w, g)
			}
		}
	})
}

func TestTheOrderOfBallotsChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawElection(t)
		if len(e.projects) == 0 {
			return
		}
		ballots := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Ballot {
			var b Ballot
			for _, p := range rapid.SliceOfNDistinct(rapid.IntRange(0, len(e.projects)-1), 0, min(3, len(e.projects)), rapid.ID).Draw(t, "choices") {
				b.Choices = append(b.Choices, Choice{p, rapid.Int64Range(0, 5).Draw(t, "points")})
			}
			return b
		}), 0, 12).Draw(t, "ballots")
		e.rule.Scoring = rapid.SampledFrom([]Scoring{{By: ByChoice}, {By: ByPoints}, {By: ByRank, Weights: []int64{3, 2}}}).Draw(t, "scoring")
		count := func(ballots []Ballot) Result {
			result, err := Count(e.rule, e.projects, func(yield func(Ballot, error) bool) {
				for _, b := range ballots {
					if !yield(b, nil) {
						return
					}
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			return result
		}
		if want, got := count(ballots), count(rapid.Permutation(ballots).Draw(t, "permutation")); !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v, then %+v", want, got)
		}
	})
}

// Without a guarantee, which may prefer another district, more votes never make a winner lose.
func TestMoreVotesNeverHurt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawElection(t)
		e.rule.Guarantee = nil
		before := e.decide(t)
		if len(before.Winners) == 0 {
			return
		}
		p := rapid.SampledFrom(before.Winners).Draw(t, "winner")
		e.totals.Total[p] += rapid.Int64Range(1, 5).Draw(t, "more")
		if after := e.decide(t); !slices.Contains(after.Winners, p) {
			t.Fatalf("project %d won, then lost with more votes", p)
		}
	})
}

// The promise is kept, or no project of the district that may still win can be paid from what is left.
func TestGuaranteeIsAFloor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawElection(t)
		free := e.rule.Budget
		if e.rule.Parts != nil {
			for _, part := range e.rule.Parts.Envelopes {
				free -= part.Amount
			}
		}
		e.rule.Guarantee = drawGuarantee(t, free)
		e.rule.Guarantee.NoMoney = NoMoneyNext
		if e.rule.Guarantee.When == GuaranteeBefore && e.rule.Parts != nil && e.rule.Parts.Left == LeftCitywide {
			return // what parts leave comes too late for the promise
		}
		r := e.decide(t)
		c := newCount(e.rule, e.projects, e.totals)
		if e.rule.Parts != nil {
			c.divide(*e.rule.Parts)
		}
		for p := range e.projects {
			c.applyMinimum(p)
		}
		for _, o := range r.Projects {
			c.out[o.Project] = o
		}
		left := r.Budget - r.Spent - r.Unspent
		for d, members := range c.members(*e.rule.Guarantee) {
			if c.winners(members) >= e.rule.Guarantee.PerDistrict {
				continue
			}
			for _, p := range members {
				if c.guaranteed(p) && e.projects[p].Cost <= left {
					t.Fatalf("district %s has too few winners, project %d costs %d and %d is left", e.rule.Guarantee.Districts[d], p, e.projects[p].Cost, left)
				}
			}
		}
	})
}

// Whoever comes next fits the money and respects the groups, so that the books still balance.
func TestSuccessorsFitTheMoney(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawElection(t)
		r := e.decide(t)
		if len(r.Winners) == 0 {
			return
		}
		out := rapid.SliceOfNDistinct(rapid.SampledFrom(r.Winners), 1, len(r.Winners), rapid.ID).Draw(t, "dropped")
		var ids []string
		for _, p := range out {
			ids = append(ids, e.projects[p].ID)
		}
		next, err := Successor(e.rule, e.projects, e.totals, ids)
		if err != nil {
			t.Fatal(err)
		}
		winners := slices.DeleteFunc(slices.Clone(r.Winners), func(p int) bool { return slices.Contains(out, p) })
		for _, p := range next {
			if p == Nobody {
				continue
			}
			if slices.Contains(winners, p) || slices.Contains(ids, e.projects[p].ID) {
				t.Fatalf("project %d takes a place, but has one or gave it up", p)
			}
			winners = append(winners, p)
		}
		var costs Amount
		for _, p := range winners {
			costs += e.projects[p].Cost
		}
		if costs > r.Budget+r.Reserve {
			t.Fatalf("%v cost %d of %d", winners, costs, r.Budget)
		}
		e.checkParts(t, winners, r.Reserve)
		for _, group := range e.rule.Exclusive {
			if n := len(slices.DeleteFunc(slices.Clone(winners), func(p int) bool { return !slices.Contains(group, e.projects[p].ID) })); n > 1 {
				t.Fatalf("%d of the group %v have a place", n, group)
			}
		}
	})
}

// checkParts says that money which parts keep paid for their own projects alone: those outside a part did not cost more than
// the rest of the budget.
func (e election) checkParts(t *rapid.T, winners []int, reserve Amount) {
	if e.rule.Parts == nil || e.rule.Parts.Left != LeftUnspent {
		return
	}
	c := newCount(e.rule, e.projects, e.totals)
	c.city = e.rule.Budget
	c.divide(*e.rule.Parts)
	costs := make([]Amount, len(e.rule.Parts.Envelopes))
	var rest Amount
	for _, p := range winners {
		if i := c.part[p]; i != citywide {
			costs[i] += e.projects[p].Cost
		} else {
			rest += e.projects[p].Cost
		}
	}
	for i, envelope := range e.rule.Parts.Envelopes {
		rest += max(0, costs[i]-envelope.Amount)
	}
	if rest > c.city+reserve {
		t.Fatalf("%v: %d was taken from the citywide envelope of %d", winners, rest, c.city)
	}
}
