package transfer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"slices"

	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/tally"
	"github.com/parvis-civic/parvis/tally/pabulib"
)

// cast stores the ballots, streaming them from the file.
func (im *importing) cast(ctx context.Context) error {
	in, err := im.file.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	sum := sha256.New()
	r, err := pabulib.Open(io.TeeReader(in, sum), nil)
	if err != nil {
		return im.moved(err)
	}
	// The ballots name projects by their place: another list would take them for others, or for none.
	if !slices.EqualFunc(r.Projects, im.election.projects, func(a, b pabulib.Project) bool { return a.ID == b.ID && a.Order == b.Order }) {
		return im.moved(errOther)
	}
	points := im.view.Rulebook.Count.Scoring.By == tally.ByPoints
	var run []ballot.Ballot
	stored := 0
	flush := func() error {
		err := im.chunk(ctx, func(ctx context.Context, tx db.Tx) error {
			return ballot.Insert(ctx, tx, im.platform.Key, im.vote.ID, run, points)
		})
		stored += len(run)
		run = run[:0]
		if im.options.Progress != nil {
			im.options.Progress(stored, im.election.totals.Ballots)
		}
		return err
	}
	for b, err := range r.Ballots() {
		if err != nil {
			return im.moved(err)
		}
		run = append(run, stock(b, im.shelf.proposals))
		if len(run) >= im.pace.size {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	if !bytes.Equal(sum.Sum(nil), im.election.sha256) {
		return im.moved(errOther)
	}
	return nil
}

// errOther is the cause of a fault that the whole file showed.
var errOther = errors.New("its bytes are not those of the first pass")

// moved says that the file was changed after the first pass, which found it good. What its reader met stays itself.
func (im *importing) moved(err error) error {
	if _, unusable := errors.AsType[*pabulib.FormatError](err); !unusable && !errors.Is(err, errOther) {
		return err
	}
	return fault.New(fault.Conflict, "fault.import.moved", "File", im.file.Name).Because(err)
}

func stock(b pabulib.Ballot, proposals []proposal.Proposal) ballot.Ballot {
	s := ballot.Ballot{ID: ids.Random(), Age: b.Age, Sex: b.Sex, Method: b.Method, Area: b.District, Choices: make([]ballot.Choice, len(b.Choices))}
	if s.Area == "" {
		s.Area = b.Neighborhood
	}
	for i, c := range b.Choices {
		s.Choices[i] = ballot.Choice{Number: proposals[c.Project].Number, Points: c.Points}
	}
	return s
}
