package transfer

import (
	"context"
	"errors"
	"time"

	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
)

// Sweep removes what dead and replaced imports left, in small transactions, and the platforms that a dead one made.
func (s *Service) Sweep(ctx context.Context) error {
	return s.sweep(ctx, patience)
}

// SweepAtStart is Sweep before anything else runs: on SQLite every running import is dead then.
func (s *Service) SweepAtStart(ctx context.Context) error {
	if s.db.Engine() == db.SQLite {
		return s.sweep(ctx, 0)
	}
	return s.sweep(ctx, patience)
}

// patience is how long an import may give no sign of life; its chunks take less than a tenth of a second.
const patience = 2 * time.Minute

func (s *Service) sweep(ctx context.Context, wait time.Duration) error {
	var list []dead
	var now time.Time
	err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		now = tx.Now().Add(time.Microsecond)
		list, err = deadImports(ctx, tx, now.Add(-wait))
		return err
	})
	errs := []error{err}
	for _, d := range list { // one that can't be erased does not keep the others
		_, err := s.bury(ctx, d, now.Add(-wait))
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// forever is later than any sign of life.
var forever = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// bury erases an import that gave way, or that runs without a sign of life since before, and says whether it was one:
// an import that meanwhile came to its end, or gave a sign, stays.
func (s *Service) bury(ctx context.Context, d dead, before time.Time) (ours bool, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		ours, err = claim(ctx, tx, d, before)
		return err
	})
	if err != nil || !ours {
		return false, err
	}
	if err := s.eraseBallots(ctx, d.platform, d.project); err != nil {
		return true, err
	}
	return true, s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := tx.Lock(ctx, platform.LockName); err != nil { // nobody begins an import on it while it is looked at
			return err
		}
		if err := tx.Lock(ctx, lockName); err != nil { // nor lays an edition in a district that goes
			return err
		}
		if err := eraseDistricts(ctx, tx, d.platform, d.project); err != nil {
			return err
		}
		if err := erase(ctx, tx, d.platform, d.project); err != nil {
			return err
		}
		empty, err := unused(ctx, tx, d.platform)
		if err != nil || !empty {
			return err
		}
		if err := eraseRest(ctx, tx, d.platform); err != nil {
			return err
		}
		return platform.Remove(ctx, tx, d.platform)
	})
}

// eraseBallots removes the ballots of an edition, a chunk in each transaction.
func (s *Service) eraseBallots(ctx context.Context, platform int64, edition ids.ID) error {
	for more := true; more; {
		err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			steps, err := project.StepsOf(ctx, tx, platform, []ids.ID{edition})
			more = false
			for _, step := range steps {
				n, err := ballot.Delete(ctx, tx, platform, step.ID, sweepChunk)
				if err != nil {
					return err
				}
				more = more || n > 0
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Empty removes all that is on a platform, journal included, and keeps the platform with its hosts. It is for what no
// city answers for: the demonstration. First nothing is shown any more, then everything goes, in small transactions; one
// that died is called again.
func (s *Service) Empty(ctx context.Context, platform int64) error {
	return s.empty(ctx, platform, func(context.Context, db.Tx) error { return nil })
}

// Discard is Empty for a platform that goes too, with its hosts, in the same last transaction: that of a rehearsal.
func (s *Service) Discard(ctx context.Context, key int64) error {
	return s.empty(ctx, key, func(ctx context.Context, tx db.Tx) error {
		if err := tx.Lock(ctx, platform.LockName); err != nil {
			return err
		}
		return platform.Remove(ctx, tx, key)
	})
}

// empty does Empty, and something more in its last transaction.
func (s *Service) empty(ctx context.Context, platform int64, last func(context.Context, db.Tx) error) error {
	var editions []ids.ID
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		if editions, err = allProjects(ctx, tx, platform); err != nil {
			return err
		}
		for _, id := range editions {
			if err := project.Hide(ctx, tx, platform, id, "emptied-"+id.String()); err != nil {
				return err
			}
		}
		return nil
	})
	for _, id := range editions {
		if err == nil {
			err = s.eraseBallots(ctx, platform, id)
		}
		if err == nil {
			err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error { return erase(ctx, tx, platform, id) })
		}
	}
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := eraseRest(ctx, tx, platform); err != nil {
			return err
		}
		return last(ctx, tx)
	})
}
