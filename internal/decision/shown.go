package decision

import (
	"context"
	"slices"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// Shown is what a reader may know of the answer to a proposal: nothing before its date, but for its author, who is told first.
type Shown struct {
	Decisions []Decision // the first first; the last is in force, or is the author's alone until its date
	Appeals   []Appeal   // what somebody wrote in them is for its author alone
	Wishes    map[Wish]time.Time
	Own       bool // the reader proposed it
	Now       time.Time
	Merger    *Merger // of which it is a part, done or for its author to answer
	Parts     []Part  // of the merger
	Again     string  // slug of an edition in which its author may deposit it again; empty: none is open
}

// Last gives the decision that stands for this reader; the zero one when there is none.
func (s Shown) Last() Decision {
	if len(s.Decisions) == 0 {
		return Decision{}
	}
	return s.Decisions[len(s.Decisions)-1]
}

// AppealOf gives the appeal on a decision.
func (s Shown) AppealOf(d Decision) (Appeal, bool) {
	for _, a := range s.Appeals {
		if a.Decision == d.ID {
			return a, true
		}
	}
	return Appeal{}, false
}

// CanAppeal says whether the reader may send an appeal now.
func (s Shown) CanAppeal(who account.Person) bool {
	d := s.Last()
	_, sent := s.AppealOf(d)
	return d.Outcome != Undecided && !sent && who.Roles.Can(access.Appeal, d.AppealMoment(s.Own, s.Now))
}

// ShownOf gives it of one proposal.
func ShownOf(ctx context.Context, tx db.Tx, of platform.Platform, e project.View, p proposal.Proposal, who account.Person) (s Shown, err error) {
	s.Own, s.Now = !who.IsZero() && p.Author == who.ID, e.Now
	signed, err := Signed(ctx, tx, of.Key, []ids.ID{p.ID})
	if err != nil {
		return s, err
	}
	for _, d := range signed[p.ID] {
		if who.Roles.Can(access.SeeDecision, d.Moment(s.Own, e.Now)) {
			s.Decisions = append(s.Decisions, d)
		}
	}
	if err := s.merger(ctx, tx, of.Key, p.ID); err != nil || len(s.Decisions) == 0 {
		return s, err
	}
	if s.Appeals, err = AppealsOf(ctx, tx, of.Key, p.ID); err != nil {
		return s, err
	}
	for i := range s.Appeals {
		a := &s.Appeals[i]
		if s.Own {
			continue
		}
		a.Body = ""
		// What an answer brings is public with the decision that it makes, not before.
		if a.Result == Changed && !slices.ContainsFunc(s.Decisions, func(d Decision) bool { return d.Appeal == a.ID }) {
			a.Result, a.Answer, a.AnsweredBy, a.AnsweredAt = "", "", ids.ID{}, time.Time{}
		}
	}
	if s.Wishes, err = Wishes(ctx, tx, of.Key, p.ID); err != nil || !s.Own {
		return s, err
	}
	if _, kept := s.Wishes[Keep]; kept {
		again, ok, err := OpenDeposit(ctx, tx, of)
		if err != nil {
			return s, err
		}
		if ok && again.Project.ID != p.Project {
			s.Again = again.Slug
		}
	}
	return s, nil
}

// merger adds the merger of which a proposal is a part: one that is done, or one that its author may answer.
func (s *Shown) merger(ctx context.Context, tx db.Tx, platform int64, p ids.ID) error {
	list, err := mergersOf(ctx, tx, platform, []ids.ID{p})
	if err != nil {
		return err
	}
	for i := range list {
		if m := &list[i]; m.State == MergeDone || s.Own && m.Open(s.Now) {
			s.Merger = m
		}
	}
	if s.Merger == nil {
		return nil
	}
	parts, err := PartsOf(ctx, tx, platform, []ids.ID{s.Merger.ID})
	s.Parts = parts[s.Merger.ID]
	return err
}

// Published gives what is public of those proposals: the outcome in force, by proposal.
func Published(ctx context.Context, tx db.Tx, platform int64, proposals []ids.ID, now time.Time) (map[ids.ID]Decision, error) {
	signed, err := Signed(ctx, tx, platform, proposals)
	all := map[ids.ID]Decision{}
	for id, list := range signed {
		for _, d := range list {
			if d.Public(now) {
				all[id] = d
			}
		}
	}
	return all, err
}
