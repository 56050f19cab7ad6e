package project

import (
	"time"

	"github.com/parvis-civic/parvis/internal/access"
)

// Phase is where a step is in its calendar, as the rule of visibility knows it.
type Phase = access.Phase

// The phases.
const (
	Future = access.Future
	Open   = access.Open
	Closed = access.Closed
)

// PhaseOf tells where step i of a project is at a time. A step without dates follows its neighbours: it is over once a
// later step has begun, to come while an earlier one has not ended, and open otherwise. The end is exclusive.
func PhaseOf(steps []Step, i int, now time.Time) Phase {
	s := steps[i]
	switch {
	case !s.EndsAt.IsZero() && !now.Before(s.EndsAt):
		return Closed
	case !s.StartsAt.IsZero() && now.Before(s.StartsAt):
		return Future
	case !s.StartsAt.IsZero():
		return Open
	}
	for _, later := range steps[i+1:] {
		if !later.StartsAt.IsZero() && !now.Before(later.StartsAt) {
			return Closed
		}
	}
	for _, earlier := range steps[:i] {
		if !earlier.StartsAt.IsZero() && now.Before(earlier.StartsAt) || !earlier.EndsAt.IsZero() && now.Before(earlier.EndsAt) {
			return Future
		}
	}
	return Open
}

// Current gives the index of the step where the project is now: the last open one, else the last one that is over,
// else the first; -1 without steps.
func Current(steps []Step, now time.Time) int {
	current := -1
	for i := range steps {
		if PhaseOf(steps, i, now) == Open {
			current = i
		}
	}
	for i := len(steps) - 1; i >= 0 && current < 0; i-- {
		if PhaseOf(steps, i, now) == Closed {
			current = i
		}
	}
	if current < 0 && len(steps) > 0 {
		current = 0
	}
	return current
}

// Listed gives the index of the step whose proposals the project shows: the last vote, pre-selection or analysis that
// has begun and has proposals, else the deposit; -1 when there is none.
func Listed(steps []Step, now time.Time) int {
	listed := -1
	for i, s := range steps {
		switch {
		case s.Kind == Collect && listed < 0:
			listed = i
		case (s.Kind == Vote || s.Kind == Preselection || s.Kind == Analysis) && s.Proposals > 0 && PhaseOf(steps, i, now) != Future:
			listed = i
		}
	}
	return listed
}

// StepNow gives the index of the step of a kind that matters now: the one that is open, else the one that opens next, else the
// last one; -1 when there is none.
func StepNow(steps []Step, kind Kind, now time.Time) int {
	at, best := -1, Closed
	for i, step := range steps {
		if step.Kind != kind {
			continue
		}
		switch phase := PhaseOf(steps, i, now); {
		case phase == Open:
			return i
		case best == Closed:
			at, best = i, phase
		}
	}
	return at
}

// VoteStep gives the index of the last vote; -1 when there is none.
func VoteStep(steps []Step) int {
	vote := -1
	for i, s := range steps {
		if s.Kind == Vote {
			vote = i
		}
	}
	return vote
}
