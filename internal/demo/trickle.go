package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
)

// Trickle is people who go on voting in the edition whose vote is open, so that its counters move. They do not exist: they
// are participants without an address.
type Trickle struct {
	db       *db.DB
	ballots  *ballot.Service
	platform platform.Platform
	city     *city
	step     project.Step // the vote
	edition  *edition
	voters   *electorate
	left     int // ballots that may still come
}

const (
	trickleMost  = 4_000 // ballots beside those of Build
	trickleGroup = 3     // ballots at once, at most
	trickleFrom  = 2 * time.Second
	trickleTo    = 9 * time.Second
)

// NewTrickle finds the edition of a built city whose vote is open at the database's time; without one, nobody votes.
func NewTrickle(ctx context.Context, d *db.DB) (*Trickle, error) {
	t := &Trickle{db: d, ballots: ballot.NewService(d)}
	var open *project.View
	var made time.Time
	err := d.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		if t.platform, err = platform.BySlug(ctx, tx, Slug); err != nil {
			return err
		}
		if made, _, err = madeAt(ctx, tx, t.platform.Key); err != nil {
			return err
		}
		views, err := project.Views(ctx, tx, t.platform.Key, 100, t.platform.Now(tx.Now()))
		for i, v := range views {
			if at := project.VoteStep(v.Steps); at >= 0 && project.PhaseOf(v.Steps, at, v.Now) == project.Open {
				open, t.step = &views[i], v.Steps[at]
			}
		}
		return err
	})
	if err != nil || open == nil {
		return t, err
	}
	// The same people as those who have voted already: the city is made again in memory, as of the day of its Build.
	if t.city, err = plan(made, t.platform.Zone); err != nil {
		return nil, err
	}
	for i := range t.city.editions {
		if e := &t.city.editions[i]; e.slug == open.Slug {
			so := t.step.Ballots
			t.edition, t.voters = e, t.city.electorate(e)
			t.voters.r = chance(fmt.Sprintf("voters of %s after %d", e.ideas, so))
			t.left = e.ballots + trickleMost - so
		}
	}
	return t, nil
}

// Cast lets one to three people vote, and says whether more may come: the vote is open, and not too many have come.
func (t *Trickle) Cast(ctx context.Context) (more bool, err error) {
	if t.left <= 0 {
		return false, nil
	}
	votes := t.voters.votes(min(t.left, 1+t.voters.r.IntN(trickleGroup)), t.edition.book.Vote.Ballot)
	if err := castAll(ctx, t.db, t.ballots, t.platform, t.edition.slug, t.city.papers(votes)); fault.Is(err, fault.Closed) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	t.left -= len(votes)
	return t.left > 0, nil
}

// Run lets people vote every few seconds until ctx ends or no more may come. It returns what prevented a vote.
func (t *Trickle) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(trickleFrom + rand.N(trickleTo-trickleFrom)):
		}
		more, err := t.Cast(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil || !more {
			return err
		}
	}
}
