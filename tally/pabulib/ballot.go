package pabulib

import (
	"strings"

	"github.com/parvis-civic/parvis/tally"
)

// Ballot is one line of VOTES. Choices are indexes of Reader.Projects, the best first in a ranking, with the points that
// the voter gave where the vote has points. A ballot may be blank where META does not ask for a minimum of choices.
type Ballot struct {
	tally.Ballot
	Line  int
	Voter string
	// Dropped is how many of its choices are projects whose own line was refused; they are left out and, in a ranking,
	// those that follow move up.
	Dropped int

	// What the file says of the person, "" where it says nothing. None of it is for the public.
	Age, Sex, Method, Neighborhood, District string
}

// ballotColumns are the columns that VOTES needs.
func (r *Reader) ballotColumns() []string {
	if r.Meta.VoteType.pointed() {
		return []string{"voter_id", "vote", "points"}
	}
	return []string{"voter_id", "vote"}
}

// nextBallot reads a line. It answers ok = false for one that was refused, and at the end of the file.
func (r *Reader) nextBallot() (b Ballot, ok bool, err error) {
	fields, line, ok, end, err := r.row(sectionVotes, "")
	if err != nil {
		return Ballot{}, false, err
	}
	if end {
		r.done = true
		if r.votes < r.Meta.NumVotes {
			return Ballot{}, false, formatError(line, FormatVotes, "Have", r.votes, "Want", r.Meta.NumVotes)
		}
		return Ballot{}, false, nil
	}
	r.votes++
	if !ok {
		return Ballot{}, false, nil
	}
	b, code, args := r.ballot(fields, line)
	if code != "" {
		r.refuse(sectionVotes, line, code, args...)
		return Ballot{}, false, nil
	}
	r.voters[b.Voter] = line
	r.Dropped += b.Dropped
	return b, true, nil
}

// ballot makes a ballot of a line, or gives the code and the arguments of its refusal.
func (r *Reader) ballot(fields []string, line int) (b Ballot, code string, args []any) {
	b = Ballot{
		Line: line, Voter: strings.Clone(r.value(fields, "voter_id")), Age: r.value(fields, "age"), Sex: r.value(fields, "sex"),
		Method:       r.value(fields, "voting_method"),
		Neighborhood: text(r.value(fields, "neighborhood")), District: text(r.value(fields, "district")),
	}
	if b.Voter == "" {
		return b, RefusedVoter, nil
	}
	if first, twice := r.voters[b.Voter]; twice {
		return b, RefusedVoterTwice, []any{"Voter", b.Voter, "First", first}
	}
	named, code, args := r.choices(r.value(fields, "vote"))
	if code != "" {
		return b, code, args
	}
	if r.Meta.VoteType.pointed() {
		if code, args = r.points(named, r.value(fields, "points")); code != "" {
			return b, code, args
		}
	}
	b.Choices = named[:0]
	var cost tally.Amount
	for _, c := range named {
		if c.Project == dropped {
			b.Dropped++
			continue
		}
		b.Choices = append(b.Choices, c)
		cost = min(cost, tally.MaxAmount) + r.Projects[c.Project].Cost // over the largest limit it stays over
	}
	if most := r.Meta.MaxSumCost; most > 0 && cost > most {
		return b, RefusedCostOfChoices, []any{"Have", cost, "Max", most}
	}
	return b, "", nil
}

// choices reads the list of projects.
func (r *Reader) choices(vote string) (choices []tally.Choice, code string, args []any) {
	if vote != "" {
		choices = make([]tally.Choice, 0, strings.Count(vote, ",")+1)
		named := map[string]bool{}
		for id := range strings.SplitSeq(vote, ",") {
			id = strings.TrimSpace(id)
			p, known := r.index[id]
			switch {
			case id == "":
				return nil, RefusedChoiceEmpty, nil
			case !known:
				return nil, RefusedChoiceUnknown, []any{"ID", id}
			case named[id]:
				return nil, RefusedChoiceTwice, []any{"ID", id}
			}
			named[id] = true
			choices = append(choices, tally.Choice{Project: p})
		}
	}
	if most := r.Meta.MaxLength; most > 0 && len(choices) > most {
		return nil, RefusedTooMany, []any{"Have", len(choices), "Max", most}
	}
	if least := r.Meta.MinLength; len(choices) < least {
		return nil, RefusedTooFew, []any{"Have", len(choices), "Min", least}
	}
	return choices, "", nil
}

// points reads the list of points into the choices.
func (r *Reader) points(choices []tally.Choice, points string) (code string, args []any) {
	var given []string
	if points != "" {
		given = strings.Split(points, ",")
	}
	if len(given) != len(choices) {
		return RefusedPointsCount, []any{"Have", len(given), "Want", len(choices)}
	}
	m := r.Meta
	var sum int64
	for i, s := range given {
		n, ok := whole(strings.TrimSpace(s))
		switch {
		case !ok || n < 0 || n > maxPoints:
			return RefusedPoints, []any{"Value", strings.TrimSpace(s)}
		case m.MaxPoints > 0 && (n > m.MaxPoints || n < m.MinPoints):
			return RefusedPointsRange, []any{"Value", n, "Min", m.MinPoints, "Max", m.MaxPoints}
		case n < m.MinPoints:
			return RefusedPointsMin, []any{"Value", n, "Min", m.MinPoints}
		}
		choices[i].Points = n
		sum += n
	}
	if m.MaxSumPoints > 0 && sum > m.MaxSumPoints {
		return RefusedPointsSumMany, []any{"Have", sum, "Max", m.MaxSumPoints}
	}
	if sum < m.MinSumPoints {
		return RefusedPointsSumFew, []any{"Have", sum, "Min", m.MinSumPoints}
	}
	return "", nil
}

// maxPoints is the most that one choice can carry, so that no sum of a file's points overflows.
const maxPoints = 1<<31 - 1
