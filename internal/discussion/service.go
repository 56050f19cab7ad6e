package discussion

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/audit"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// Service is for who talks.
type Service struct{ db *db.DB }

// NewService returns the service on a database.
func NewService(d *db.DB) *Service { return &Service{db: d} }

// AboutOf gives the proposal of an edition by its number, as it is stored. Fault: not_found.
func AboutOf(ctx context.Context, tx db.Tx, of platform.Platform, slug string, number int) (a About, err error) {
	if a.View, err = project.Load(ctx, tx, of.Key, slug, of.Now(tx.Now())); err != nil {
		return a, err
	}
	var ok bool
	if a.Proposal, ok, err = proposal.Numbered(ctx, tx, of.Key, a.ID, number); err != nil {
		return a, err
	}
	if !ok {
		return a, fault.New(fault.NotFound, "fault.deposit.unknown")
	}
	a.Rule, err = RuleOf(ctx, tx, of.Key, a.ID)
	return a, err
}

// may asks access; forbidden for who never may, closed for who may at another moment.
func may(who account.Person, action access.Action, m access.Moment) error {
	switch {
	case who.Roles.Can(action, m):
		return nil
	case !who.Roles.Ever(action):
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	return fault.New(fault.Closed, "fault.talk.closed")
}

// Written is a comment as somebody types it.
type Written struct {
	Parent ids.ID // the comment that it answers, or an answer to it; zero: none
	Name   string // to be shown, for who has none yet; may be empty
	Body   string
}

// Keep stores what somebody typed until their address is proved. Faults: not_found, closed, invalid (body, name).
func (s *Service) Keep(ctx context.Context, of platform.Platform, who account.Person, slug string, number int, w Written) error {
	w.Name, w.Body = strings.Join(strings.Fields(w.Name), " "), tidy(w.Body)
	if err := w.check(); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		a, err := AboutOf(ctx, tx, of, slug, number)
		if err != nil {
			return err
		}
		if err := may(who, access.Comment, a.Moment()); err != nil {
			return err
		}
		return keepDraft(ctx, tx, of.Key, who.ID, Draft{Subject: a.Proposal.ID, Parent: w.Parent, Name: w.Name, Body: w.Body, UpdatedAt: a.Now})
	})
}

func (w Written) check() error {
	var list []*fault.Error
	for _, err := range []error{checkBody(w.Body), checkName(w.Name)} {
		if f, ok := errors.AsType[*fault.Error](err); ok {
			list = append(list, f)
		}
	}
	return fault.All(list)
}

// Post publishes a comment. The same words again, within minutes, are the same comment. Faults: forbidden (the address is not
// proved), not_found, closed, conflict (what it answers was removed), limited, invalid (body, name), those of account.Contribute.
func (s *Service) Post(ctx context.Context, of platform.Platform, who account.Person, slug string, number int, w Written) (c Comment, err error) {
	if !who.Proved {
		return c, fault.New(fault.Forbidden, "fault.talk.proof")
	}
	w.Name, w.Body = strings.Join(strings.Fields(w.Name), " "), tidy(w.Body)
	if err := w.check(); err != nil {
		return c, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := tx.Lock(ctx, "comments of "+who.ID.String()); err != nil { // pressing twice takes turns
			return err
		}
		a, err := AboutOf(ctx, tx, of, slug, number)
		if err != nil {
			return err
		}
		c, err = s.post(ctx, tx, of, who, a, w)
		return err
	})
	return c, err
}

func (s *Service) post(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, a About, w Written) (c Comment, err error) {
	if err := may(who, access.Comment, a.Moment()); err != nil {
		return c, err
	}
	c = Comment{ID: ids.Dated(a.Now), Kind: OnProposal, Subject: a.Proposal.ID, Project: a.ID, Author: who.ID, Name: w.Name, Body: w.Body, PublishedAt: a.Now}
	if c.Parent, err = answered(ctx, tx, of.Key, c.Subject, w.Parent); err != nil {
		return c, err
	}
	recent, err := lately(ctx, tx, of.Key, who.ID, a.Now.Add(-24*time.Hour))
	if err != nil {
		return c, err
	}
	times := make([]time.Time, len(recent))
	for i, r := range recent {
		times[i] = r.PublishedAt
		if r.Subject == c.Subject && r.Parent == c.Parent && r.Body == c.Body && r.Trashed == proposal.NotTrashed && a.Now.Sub(r.PublishedAt) < again {
			return r, dropDraft(ctx, tx, of.Key, who.ID, c.Subject)
		}
	}
	if err := limit(of.Now(who.CreatedAt), times, a.Now); err != nil {
		return c, err
	}
	if err := account.Contribute(ctx, tx, of, who, account.Comments, c.ID); err != nil {
		return c, err
	}
	if err := appear(ctx, tx, of.Key, who, w.Name, a.Now); err != nil {
		return c, err
	}
	if err := insert(ctx, tx, of.Key, c); err != nil {
		return c, err
	}
	if err := dropDraft(ctx, tx, of.Key, who.ID, c.Subject); err != nil {
		return c, err
	}
	if err := journal.Append(ctx, tx, of.Key, "comment_published", c.entry()); err != nil {
		return c, err
	}
	return c, notify.Tell(ctx, tx, of, notify.Happening{Kind: "comment", Project: a.ID, Proposal: c.Subject, District: a.Proposal.District, Source: c.ID, Actor: who.ID,
		Path: a.Path() + "/commentaires/" + c.ID.String(), At: a.Now})
}

// answered gives the comment to which an answer belongs: an answer to an answer stands beside it. Faults: not_found, conflict.
func answered(ctx context.Context, tx db.Tx, platform int64, subject, parent ids.ID) (ids.ID, error) {
	if parent.IsZero() {
		return parent, nil
	}
	to, err := one(ctx, tx, platform, parent)
	if err != nil {
		return parent, err
	}
	if to.Subject != subject {
		return parent, unknown()
	}
	if to.Trashed != proposal.NotTrashed {
		return parent, fault.New(fault.Conflict, "fault.talk.gone")
	}
	if !to.Parent.IsZero() {
		return to.Parent, nil
	}
	return parent, nil
}

// appear gives somebody the public account under which they are read, if they have none.
func appear(ctx context.Context, tx db.Tx, platform int64, who account.Person, name string, now time.Time) error {
	there, err := account.ByIDs(ctx, tx, platform, []ids.ID{who.ID})
	if err != nil {
		return err
	}
	if who.Name != "" {
		name = who.Name
	}
	if len(there) > 0 && (there[0].Name != "" || name == "") {
		return nil
	}
	kind := who.Kind
	if kind == "" {
		kind = account.Resident
	}
	return account.Appear(ctx, tx, platform, who.ID, name, kind, now)
}

// Theirs gives a comment to its author, and the proposal that it is about. Faults: not_found (also for anybody else), closed.
func Theirs(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, slug string, number int, id ids.ID) (a About, c Comment, err error) {
	if a, err = AboutOf(ctx, tx, of, slug, number); err != nil {
		return a, c, err
	}
	if c, err = one(ctx, tx, of.Key, id); err != nil {
		return a, c, err
	}
	if c.Subject != a.Proposal.ID || who.IsZero() || c.Author != who.ID {
		return a, Comment{}, unknown()
	}
	return a, c, nil
}

// Moment is what access is asked with about changing a comment of somebody's.
func (c Comment) Moment(a About, who account.Person) access.Moment {
	m := a.Moment()
	m.Own = !who.IsZero() && c.Author == who.ID && c.Trashed == proposal.NotTrashed
	if a.Now.Sub(c.PublishedAt) >= EditTime {
		m.Phase = access.Closed
	}
	return m
}

// change runs a change of somebody's own comment.
func (s *Service) change(ctx context.Context, of platform.Platform, who account.Person, slug string, number int, id ids.ID, action access.Action,
	fn func(ctx context.Context, tx db.Tx, a About, c Comment) error) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := tx.Lock(ctx, "comments of "+who.ID.String()); err != nil {
			return err
		}
		a, c, err := Theirs(ctx, tx, of, who, slug, number, id)
		if err != nil {
			return err
		}
		if err := may(who, action, c.Moment(a, who)); err != nil {
			return err
		}
		return fn(ctx, tx, a, c)
	})
}

// Edit changes one's own comment, within EditTime. Faults: not_found, closed, forbidden, invalid (body).
func (s *Service) Edit(ctx context.Context, of platform.Platform, who account.Person, slug string, number int, id ids.ID, body string) error {
	body = tidy(body)
	if err := checkBody(body); err != nil {
		return err
	}
	return s.change(ctx, of, who, slug, number, id, access.EditComment, func(ctx context.Context, tx db.Tx, a About, c Comment) error {
		if c.Body == body {
			return nil
		}
		if err := setBody(ctx, tx, of.Key, c, body, a.Now); err != nil {
			return err
		}
		return journal.Append(ctx, tx, of.Key, "comment_edited", c.entry())
	})
}

// Withdraw takes one's own comment back: that there was one stays, with the day, and nothing that was written. Faults:
// not_found, closed, forbidden.
func (s *Service) Withdraw(ctx context.Context, of platform.Platform, who account.Person, slug string, number int, id ids.ID) error {
	return s.change(ctx, of, who, slug, number, id, access.WithdrawComment, func(ctx context.Context, tx db.Tx, a About, c Comment) error {
		return TakeOut(ctx, tx, of.Key, c, proposal.Withdrawn, "", a.Now)
	})
}

// SetRule says when people may comment on the proposals of an edition, with the reason that they read. Faults: forbidden,
// not_found, invalid (until, reason).
func (s *Service) SetRule(ctx context.Context, of platform.Platform, who account.Person, slug string, r Rule) error {
	if err := may(who, access.Organise, access.Moment{}); err != nil {
		return err
	}
	r.Reason = strings.Join(strings.Fields(r.Reason), " ")
	if err := r.check(); err != nil {
		return err
	}
	if n := len([]rune(r.Reason)); n == 0 || n > maxReason {
		return fault.New(fault.Invalid, "fault.talk.reason", "Max", maxReason).In("reason")
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		view, err := project.LoadFor(ctx, tx, of.Key, who.Roles, slug, of.Now(tx.Now()))
		if err != nil {
			return err
		}
		if view.Origin == project.Imported {
			return fault.New(fault.NotFound, "fault.project.unknown", "Value", slug)
		}
		r.ChangedAt = view.Now
		if err := keepRule(ctx, tx, of.Key, view.ID, r); err != nil {
			return err
		}
		if err := audit.Note(ctx, tx, of.Key, who, audit.Act{Name: "comments_rule", Kind: "project", Subject: view.ID, Project: view.ID, Note: r.Reason}); err != nil {
			return err
		}
		return journal.Append(ctx, tx, of.Key, "comments_rule", map[string]any{"project": view.ID, "until": string(r.Until), "reason": r.Reason})
	})
}
