package analysis

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
)

// MaxRounds is how many rounds an edition has at most.
const MaxRounds = 5

// SetRounds makes a list the rounds of an edition, in its order; one that is known keeps its identifier. What was due with a
// round moves with it. Faults: forbidden, not_found, closed, conflict (a round in which something was sent is missing), invalid
// (rounds[N].due, rounds[N].title).
func (s *Service) SetRounds(ctx context.Context, of platform.Platform, who account.Person, slug string, list []Round) error {
	if err := checkRounds(list); err != nil {
		return err
	}
	return s.assigning(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, e project.View) error {
		old, err := Rounds(ctx, tx, of.Key, []ids.ID{e.Project.ID})
		if err != nil {
			return err
		}
		sent, err := AssignmentsOf(ctx, tx, of.Key, e.Project.ID)
		if err != nil {
			return err
		}
		for i := range list {
			list[i].Project, list[i].Position = e.Project.ID, i+1
			if !slices.ContainsFunc(old, func(r Round) bool { return r.ID == list[i].ID }) {
				list[i].ID = ids.Dated(tx.Now())
			}
		}
		for _, r := range old {
			at := slices.IndexFunc(list, func(f Round) bool { return f.ID == r.ID })
			if at < 0 {
				if slices.ContainsFunc(sent, func(a Assignment) bool { return a.Round == r.ID }) {
					return fault.New(fault.Conflict, "fault.analysis.round_used")
				}
				continue
			}
			if !r.DueAt.Equal(list[at].DueAt) {
				if err := moveDue(ctx, tx, of.Key, r, list[at]); err != nil { // a few rounds
					return err
				}
			}
		}
		gone := make([]ids.ID, len(old))
		for i, r := range old {
			gone[i] = r.ID
		}
		if err := dropRounds(ctx, tx, of.Key, gone); err != nil {
			return err
		}
		return InsertRounds(ctx, tx, of.Key, list)
	})
}

func checkRounds(list []Round) error {
	var found []*fault.Error
	if len(list) > MaxRounds {
		found = append(found, invalid("rounds", "rounds", "Max", MaxRounds))
	}
	for i, r := range list {
		if !slices.Contains(RoundKinds(), r.Kind) {
			found = append(found, invalid(RoundField(i, "kind"), "round_kind"))
		}
		if r.StartsAt.IsZero() || !r.DueAt.After(r.StartsAt) {
			found = append(found, invalid(RoundField(i, "due"), "round_dates"))
		}
		if n := utf8.RuneCountInString(r.Title); n > MaxName {
			found = append(found, invalid(RoundField(i, "title"), "long", "Max", MaxName, "Over", n-MaxName))
		}
	}
	return fault.All(found)
}

// RoundField names a field of a round in a form.
func RoundField(i int, name string) string { return "r" + string(rune('0'+i)) + "-" + name }

// UsualRounds are those of an edition that has none: its analysis step in two halves, or three weeks each from now on.
func UsualRounds(e project.View, zone *time.Location) []Round {
	from, to := e.Now, e.Now.AddDate(0, 0, 42)
	for _, s := range e.Steps {
		if s.Kind == project.Analysis && !s.StartsAt.IsZero() && s.EndsAt.After(s.StartsAt) {
			from, to = s.StartsAt, s.EndsAt
		}
	}
	half := from.Add(to.Sub(from) / 3)
	return []Round{
		{Kind: Admissibility, StartsAt: from, DueAt: endOfDay(half, zone)},
		{Kind: Costing, StartsAt: endOfDay(half, zone), DueAt: endOfDay(to.Add(-time.Second), zone)},
	}
}

// Current gives the round that is under way: the last that has begun, else the first; false when there is none.
func Current(rounds []Round, now time.Time) (Round, bool) {
	for i, r := range slices.Backward(rounds) {
		if i == 0 || !r.StartsAt.After(now) {
			return r, true
		}
	}
	return Round{}, false
}

// tidy takes the spaces from around a text and makes its line feeds plain.
func tidy(text string) string { return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")) }
