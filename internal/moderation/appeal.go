package moderation

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
)

// Mine is a decision as the person whom it is about reads it: who decided is the team, never somebody.
type Mine struct {
	Act          Act
	Contribution Contribution
	EditPath     string // where they change it; empty: they cannot, or were not asked to
	Contestable  bool
	Until        time.Time // to contest it
}

// MyActs gives what was decided about somebody's contributions, the last first, at most limit.
func (s *Service) MyActs(ctx context.Context, of platform.Platform, who account.Person, limit int) (list []Mine, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		acts, err := actsAgainst(ctx, tx, of.Key, who.ID, limit)
		if err != nil {
			return err
		}
		wanted := map[Kind][]ids.ID{}
		for _, a := range acts {
			wanted[a.Kind] = append(wanted[a.Kind], a.Contribution)
		}
		found, err := s.contributions(ctx, tx, of.Key, wanted)
		now := of.Now(tx.Now())
		for _, a := range acts {
			list = append(list, mine(a, found[a.Contribution], now))
		}
		return err
	})
	return list, err
}

func mine(a Act, c Contribution, now time.Time) Mine {
	m := Mine{Act: a, Contribution: c, Contestable: a.Contestable(now), Until: a.At.Add(AppealTime)}
	m.Act.By, m.Act.Second, m.Act.AnsweredBy = ids.ID{}, ids.ID{}, ids.ID{}
	return m
}

// MyAct gives one of them. Fault: not_found, also for one about somebody else.
func (s *Service) MyAct(ctx context.Context, of platform.Platform, who account.Person, id ids.ID) (m Mine, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		a, err := myAct(ctx, tx, of, who, id)
		if err != nil {
			return err
		}
		c, err := s.one(ctx, tx, of.Key, a.Kind, a.Contribution)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		m = mine(a, c, of.Now(tx.Now()))
		if a.Verb == Edit && a.UndoneAt.IsZero() && !c.Out && !c.Gone {
			m.EditPath, err = s.sources[a.Kind].Editable(ctx, tx, of, c)
			return err
		}
		return nil
	})
	return m, err
}

func myAct(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, id ids.ID) (Act, error) {
	a, err := actByID(ctx, tx, of.Key, id)
	if err == nil && (who.IsZero() || a.Author != who.ID || a.Number == 0 || a.Verb == Keep) {
		err = notFound()
	}
	return a, err
}

// Contest asks that somebody else look at a decision again, once. Faults: not_found, closed (too late, undone, or contested
// already), invalid (appeal).
func (s *Service) Contest(ctx context.Context, of platform.Platform, who account.Person, id ids.ID, words string) error {
	words = strings.TrimSpace(words)
	switch n := utf8.RuneCountInString(words); {
	case n == 0:
		return fault.New(fault.Invalid, "fault.moderation.appeal").In("appeal")
	case n > maxAppeal:
		return fault.New(fault.Invalid, "fault.moderation.long", "Max", maxAppeal).In("appeal")
	}
	if !who.Roles.Can(access.Contest, access.Moment{Own: true}) {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		a, err := myAct(ctx, tx, of, who, id)
		if err != nil {
			return err
		}
		if err := tx.Lock(ctx, lockOf(a.Contribution)); err != nil {
			return err
		}
		if a, err = myAct(ctx, tx, of, who, id); err != nil {
			return err
		}
		now := of.Now(tx.Now())
		if !a.Contestable(now) {
			return fault.New(fault.Closed, "fault.moderation.appeal_closed")
		}
		a.Appeal, a.AppealedAt = words, now
		if err := updateAct(ctx, tx, of.Key, a, monthOf(a.At, of.Zone)); err != nil {
			return err
		}
		m, err := caseByID(ctx, tx, of.Key, a.Case)
		if err != nil {
			return err
		}
		if m.State != Second { // a second person looks first; then it waits for the answer
			m.State, m.OpenedAt = Appeal, now
		}
		m.Version++
		return updateCase(ctx, tx, of.Key, m)
	})
}

// Reply answers an appeal: the decision is upheld, or undone. Who decided or agreed does not answer. Faults: forbidden (the same
// person), not_found, conflict, invalid (note).
func (s *Service) Reply(ctx context.Context, of platform.Platform, who account.Person, id ids.ID, version int, answer Answer, note string) (a Act, err error) {
	if err := mayModerate(who); err != nil {
		return a, err
	}
	note = strings.TrimSpace(note)
	switch {
	case answer != Upheld && answer != Overturned:
		return a, fault.New(fault.Invalid, "fault.moderation.answer").In("answer")
	case note == "" && answer == Upheld:
		return a, fault.New(fault.Invalid, "fault.moderation.why_upheld").In("note")
	case utf8.RuneCountInString(note) > maxNote:
		return a, fault.New(fault.Invalid, "fault.moderation.long", "Max", maxNote).In("note")
	}
	err = s.changing(ctx, of, id, version, func(ctx context.Context, tx db.Tx, m *Case, c Contribution, now time.Time) error {
		acts, err := actsOf(ctx, tx, of.Key, m.ID)
		if err != nil {
			return err
		}
		waits, more := -1, 0
		for i := range acts {
			if !acts[i].AppealedAt.IsZero() && acts[i].Answer == NotYet {
				waits, more = i, more+1
			}
		}
		if m.State != Appeal || waits < 0 {
			return fault.New(fault.Conflict, "fault.moderation.meanwhile")
		}
		a = acts[waits]
		if a.involves(who.ID) || m.Author == who.ID {
			return fault.New(fault.Forbidden, "fault.moderation.same_person")
		}
		a.Answer, a.AnswerNote, a.AnsweredBy, a.AnsweredAt = answer, note, who.ID, now
		m.State, m.OpenedAt = Settled, now
		switch {
		case more > 1: // another decision about the same contribution is contested too
			m.State = Appeal
		case m.Reports > 0: // it was never decided: its author alone was kept away
			m.State = Waiting
		case a.Verb == Edit && answer == Upheld:
			m.State = Asked
		}
		if answer == Overturned {
			a.UndoneAt = now
			if err := s.overturn(ctx, tx, of, a, c, now); err != nil {
				return err
			}
		}
		if err := updateAct(ctx, tx, of.Key, a, monthOf(a.At, of.Zone)); err != nil {
			return err
		}
		if err := noted(ctx, tx, of.Key, who, "moderation_"+string(answer), a); err != nil {
			return err
		}
		return s.tell(ctx, tx, of, a, "moderation_"+string(answer), note)
	})
	return a, err
}

// overturn undoes what a decision did, as far as it can be undone: personal data that was taken out is gone.
func (s *Service) overturn(ctx context.Context, tx db.Tx, of platform.Platform, a Act, c Contribution, now time.Time) error {
	switch {
	case a.Verb == Hide && c.Out:
		return s.sources[a.Kind].Restore(ctx, tx, of.Key, c.ID, now)
	case a.Verb == Exclude:
		return account.LiftBar(ctx, tx, of.Key, a.Author, a.ID)
	}
	return nil
}
