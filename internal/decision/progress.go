package decision

import (
	"context"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
)

// Progress is an edition for who is elected: what everybody may read, and how far the services are. Nothing that anybody wrote,
// nothing that is signed and not public, no count that is hidden.
type Progress struct {
	Edition  project.View
	Load     Load
	Answers  map[Outcome]int // that are public
	Answered int
	Voters   int           // of the vote, once it has begun
	Next     *project.Step // that begins next; nil: none
	Waits    int           // appeals that wait
}

// Proposals is how many there are.
func (v Progress) Proposals() int {
	for _, s := range v.Edition.Steps {
		if s.Kind == project.Collect {
			return s.Proposals
		}
	}
	return 0
}

// Progress gives the editions that are not over, in as many statements for each. Fault: forbidden.
func (s *Service) Progress(ctx context.Context, of platform.Platform, who account.Person) (list []Progress, err error) {
	if err := may(who, access.SeeDashboard, access.Moment{}); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		list = nil
		views, err := project.Views(ctx, tx, of.Key, 20, of.Now(tx.Now()))
		if err != nil {
			return err
		}
		for _, v := range views { // a handful: those that a city runs now
			at := project.VoteStep(v.Steps)
			if v.Origin != project.OfCity || at >= 0 && project.PhaseOf(v.Steps, at, v.Now) == project.Closed {
				continue
			}
			one, err := progressOf(ctx, tx, of.Key, v)
			if err != nil {
				return err
			}
			list = append(list, one)
		}
		return nil
	})
	return list, err
}

func progressOf(ctx context.Context, tx db.Tx, platform int64, v project.View) (Progress, error) {
	one := Progress{Edition: v, Answers: map[Outcome]int{}}
	counts, err := analysis.Counts(ctx, tx, platform, v.Project.ID, v.Now)
	if err != nil {
		return one, err
	}
	_, one.Load = Board{Edition: v, Counts: counts}.Loads()
	signed, err := SignedIn(ctx, tx, platform, v.Project.ID)
	if err != nil {
		return one, err
	}
	for _, decisions := range signed {
		last := Undecided
		for _, d := range decisions {
			if d.Public(v.Now) {
				last = d.Outcome
			}
		}
		if last != Undecided {
			one.Answers[last]++
			one.Answered++
		}
	}
	appeals, err := AppealsIn(ctx, tx, platform, v.Project.ID)
	if err != nil {
		return one, err
	}
	seen := map[ids.ID]bool{}
	for _, a := range appeals {
		if a.AnsweredAt.IsZero() && !seen[a.Decision] {
			seen[a.Decision] = true
			one.Waits++
		}
	}
	for i, s := range v.Steps {
		if s.Kind == project.Vote && access.Can(access.Anyone, access.SeeVoters, access.Moment{Published: true}) {
			one.Voters = s.Ballots
		}
		if one.Next == nil && project.PhaseOf(v.Steps, i, v.Now) == project.Future && !s.StartsAt.IsZero() {
			one.Next = &v.Steps[i]
		}
	}
	return one, nil
}
