package rehearsal

import (
	"cmp"
	"slices"
	"time"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/project"
)

// Moment is one thing that happens in a rehearsal: the clock stands still at a time while it does. From and To cut the list
// of what people do in it.
type Moment struct {
	At       time.Time
	Do       Doing
	Step     int // index of the step that it belongs to
	From, To int
}

// Doing is what happens at a moment.
type Doing string

// What happens.
const (
	Arrive   Doing = "arrive"   // people move in
	Pass     Doing = "pass"     // a step begins, in which nothing is done by people
	Deposit  Doing = "deposit"  // people deposit
	Put      Doing = "put"      // projects are put to the vote
	Vote     Doing = "vote"     // people vote
	Remind   Doing = "remind"   // those whose selection waits are reminded
	Close    Doing = "close"    // the vote is over
	Proclaim Doing = "proclaim" // the ballots are counted, and the result is announced
)

// In how many moments people arrive, deposit and vote.
const (
	arriving   = 60 // people of one moment
	depositing = 10
	voting     = 20
)

// The hours around a step.
const (
	before = time.Hour
	after  = time.Minute
)

// residents gives how many people there are for a population and a minimum of supporters: enough for a believable result, few
// enough for minutes.
func residents(population int, supporters int64) int {
	const usual, fewest, many, perSupporter = 120, 60, 300, 10
	people := usual
	if population > 0 {
		people = max(population/100, fewest)
	}
	return min(max(people, int(min(supporters, many))*perSupporter), many)
}

// deposits gives how many projects so many people deposit.
func deposits(people int) int { return min(max(people/6, 12), 40) }

// dawn is when a rehearsal begins: just before the first step.
func dawn(steps []project.Step) time.Time {
	var first time.Time
	for _, s := range steps {
		if !s.StartsAt.IsZero() && (first.IsZero() || s.StartsAt.Before(first)) {
			first = s.StartsAt
		}
	}
	return first.Add(-before)
}

// collectStep gives the index of the first deposit; -1 without one.
func collectStep(steps []project.Step) int {
	return slices.IndexFunc(steps, func(s project.Step) bool { return s.Kind == project.Collect })
}

// ready says what an edition lacks to be rehearsed: a deposit and a vote with their dates, and rules that can be counted.
// Fault: conflict, with every reason.
func ready(v project.View) error {
	var found []*fault.Error
	need := func(ok bool, key string) {
		if !ok {
			found = append(found, fault.New(fault.Conflict, "fault.rehearsal."+key))
		}
	}
	dated := func(at int) bool {
		return at >= 0 && !v.Steps[at].StartsAt.IsZero() && v.Steps[at].EndsAt.After(v.Steps[at].StartsAt)
	}
	collect, vote := collectStep(v.Steps), project.VoteStep(v.Steps)
	need(dated(collect), "deposit")
	if !v.Rulebook.Deliberation {
		need(dated(vote), "vote")
		need(!dated(collect) || !dated(vote) || !v.Steps[vote].StartsAt.Before(v.Steps[collect].EndsAt), "order")
	}
	need(v.Rulebook.Validate() == nil, "rules")
	return fault.All(found)
}

// script is what happens in a rehearsal of a calendar, in the order of its time, with so many people, deposits and ballots.
func script(v project.View, people, deposits, ballots int) []Moment {
	var list []Moment
	start := dawn(v.Steps)
	for from := 0; from < people; from += arriving {
		list = append(list, Moment{At: start, Do: Arrive, From: from, To: min(from+arriving, people)})
	}
	collect, vote := collectStep(v.Steps), project.VoteStep(v.Steps)
	if v.Rulebook.Deliberation {
		vote = -1
	}
	announced := false
	for i, s := range v.Steps {
		switch {
		case i == collect:
			// The last one comes when it is too late.
			list = append(list, spread(s, i, Deposit, deposits-1, depositing)...)
			list = append(list, Moment{At: s.EndsAt.Add(before), Do: Deposit, Step: i, From: deposits - 1, To: deposits})
		case i == vote:
			list = append(list, voteMoments(s, i, ballots)...)
		case s.Kind == project.Result && vote >= 0 && !s.StartsAt.Before(v.Steps[vote].EndsAt) && !announced:
			list, announced = append(list, Moment{At: s.StartsAt.Add(before), Do: Proclaim, Step: i}), true
		case !s.StartsAt.IsZero():
			list = append(list, Moment{At: s.StartsAt.Add(after), Do: Pass, Step: i})
		}
	}
	if vote >= 0 && !announced {
		list = append(list, Moment{At: v.Steps[vote].EndsAt.Add(2 * before), Do: Proclaim, Step: vote})
	}
	slices.SortStableFunc(list, func(a, b Moment) int { return a.At.Compare(b.At) })
	return list
}

// spread cuts what people do in a step into a few moments, evenly.
func spread(s project.Step, step int, do Doing, n, parts int) []Moment {
	length := s.EndsAt.Sub(s.StartsAt)
	list := make([]Moment, parts)
	for i := range list {
		list[i] = Moment{At: s.StartsAt.Add(length / time.Duration(2*parts) * time.Duration(2*i+1)), Do: do, Step: step, From: n * i / parts, To: n * (i + 1) / parts}
	}
	return list
}

// voteMoments are those of a vote: the first ballot comes too early, the last one too late.
func voteMoments(s project.Step, step, ballots int) []Moment {
	list := []Moment{
		{At: s.StartsAt.Add(-2 * after), Do: Put, Step: step},
		{At: s.StartsAt.Add(-after), Do: Vote, Step: step, From: 0, To: 1},
	}
	for _, m := range spread(s, step, Vote, ballots-2, voting) {
		m.From, m.To = m.From+1, m.To+1
		list = append(list, m)
	}
	if at := s.EndsAt.Add(-remindBefore); at.After(s.StartsAt) {
		list = append(list, Moment{At: at, Do: Remind, Step: step})
	}
	return append(list, Moment{At: s.EndsAt.Add(after), Do: Vote, Step: step, From: ballots - 1, To: ballots}, Moment{At: s.EndsAt.Add(2 * after), Do: Close, Step: step})
}

// remindBefore is when those are reminded who have a selection that waits, as the room of ballots does it.
const remindBefore = 48*time.Hour - time.Minute

// Percent is how much of a rehearsal is over, in hundredths.
func (r Rehearsal) Percent() int {
	if r.State == Done {
		return 100
	}
	return r.Moment * 100 / cmp.Or(r.Moments, 1)
}
