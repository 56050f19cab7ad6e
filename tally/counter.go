package tally

import (
	"errors"
	"fmt"
	"iter"
	"math"
)

// The ways a ballot can be refused by a Counter. The caller checks the rules of the vote (how many choices, how many
// points) before; these are what no count can make sense of.
var (
	ErrChoiceRange    = errors.New("a choice is none of the projects")
	ErrChoiceTwice    = errors.New("a project is chosen twice")
	ErrPointsNegative = errors.New("a choice has negative points")
	ErrOverflow       = errors.New("the points are too many to add up")
)

// Counter adds ballots up, one by one, in memory that depends on the number of projects only.
type Counter struct {
	scoring Scoring
	totals  Totals
	seen    []int // the last ballot that named each project, to find a project named twice
}

// NewCounter gives a counter of ballots over these projects, none counted yet.
func NewCounter(scoring Scoring, projects []Project) *Counter {
	return &Counter{
		scoring: scoring,
		totals:  Totals{Total: make([]int64, len(projects)), Supporters: make([]int64, len(projects))},
		seen:    make([]int, len(projects)),
	}
}

// Add counts a ballot, or refuses it whole with one of the errors above (errors.Is) and stays as it was. A ballot
// without choices counts as a ballot.
func (c *Counter) Add(b Ballot) error {
	for i, choice := range b.Choices {
		if err := c.check(i, choice); err != nil {
			for _, earlier := range b.Choices[:i] {
				c.seen[earlier.Project] = 0
			}
			return err
		}
		c.seen[choice.Project] = c.totals.Ballots + 1
	}
	c.totals.Ballots++
	for i, choice := range b.Choices {
		c.totals.Total[choice.Project] += c.scoring.points(i, choice)
		c.totals.Supporters[choice.Project]++
	}
	return nil
}

// check says whether the choice at a place of the current ballot can be counted.
func (c *Counter) check(place int, choice Choice) error {
	if choice.Project < 0 || choice.Project >= len(c.seen) {
		return fmt.Errorf("choice %d: %w", place+1, ErrChoiceRange)
	}
	if c.seen[choice.Project] == c.totals.Ballots+1 {
		return fmt.Errorf("choice %d: %w", place+1, ErrChoiceTwice)
	}
	points := c.scoring.points(place, choice)
	if points < 0 {
		return fmt.Errorf("choice %d: %w", place+1, ErrPointsNegative)
	}
	if points > math.MaxInt64-c.totals.Total[choice.Project] {
		return fmt.Errorf("choice %d: %w", place+1, ErrOverflow)
	}
	return nil
}

// points gives what a choice at a place of its ballot, from 0, is worth.
func (s Scoring) points(place int, choice Choice) int64 {
	switch s.By {
	case ByPoints:
		return choice.Points
	case ByRank:
		if place < len(s.Weights) {
			return s.Weights[place]
		}
		return 0
	default:
		return 1
	}
}

// Totals gives what was counted so far. The slices are the counter's own: add no ballot while they are read.
func (c *Counter) Totals() Totals { return c.totals }

// Count adds the ballots up and decides. It stops at the first error: the iterator's own, a ballot that no count can
// make sense of, or a *RuleError.
func Count(rule Rule, projects []Project, ballots iter.Seq2[Ballot, error]) (Result, error) {
	if problems := rule.Check(projects); problems != nil {
		return Result{}, &RuleError{Problems: problems}
	}
	counter := NewCounter(rule.Scoring, projects)
	for b, err := range ballots {
		if err != nil {
			return Result{}, err
		}
		if err := counter.Add(b); err != nil {
			return Result{}, fmt.Errorf("ballot %d: %w", counter.totals.Ballots+1, err)
		}
	}
	return Decide(rule, projects, counter.Totals())
}
