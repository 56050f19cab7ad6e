package moderation

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
)

// contributions gives those of several kinds by their identifiers, a statement or two for each kind.
func (s *Service) contributions(ctx context.Context, tx db.Tx, platform int64, wanted map[Kind][]ids.ID) (map[ids.ID]Contribution, error) {
	found := map[ids.ID]Contribution{}
	for kind, list := range wanted { // two kinds
		source, ok := s.sources[kind]
		if !ok || len(list) == 0 {
			continue
		}
		all, err := source.ByIDs(ctx, tx, platform, list)
		if err != nil {
			return nil, err
		}
		for _, c := range all {
			found[c.ID] = c
		}
	}
	return found, nil
}

// one gives a contribution. Fault: not_found.
func (s *Service) one(ctx context.Context, tx db.Tx, platform int64, kind Kind, id ids.ID) (Contribution, error) {
	found, err := s.contributions(ctx, tx, platform, map[Kind][]ids.ID{kind: {id}})
	c, ok := found[id]
	if err == nil && !ok {
		err = notFound()
	}
	return c, err
}

// Reportable gives what somebody is about to report, as everybody reads it. Faults: not_found, conflict (it was removed already,
// or taken back).
func (s *Service) Reportable(ctx context.Context, of platform.Platform, kind Kind, id ids.ID) (c Contribution, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		c, err = s.reportable(ctx, tx, of, kind, id)
		return err
	})
	return c, err
}

func (s *Service) reportable(ctx context.Context, tx db.Tx, of platform.Platform, kind Kind, id ids.ID) (Contribution, error) {
	if of.Kind != platform.City { // nobody answers for a copy of what is elsewhere
		return Contribution{}, notFound()
	}
	c, err := s.one(ctx, tx, of.Key, kind, id)
	if err == nil && (c.Out || c.Gone) {
		err = fault.New(fault.Conflict, "fault.moderation.removed_already")
	}
	return c, err
}

// Report puts a contribution before the moderators, with a reason of the charter and a sentence of one's own. It hides nothing,
// however many report it. Somebody's second report of the same thing counts as the first. Faults: not_found, conflict (it was
// removed already), forbidden (their own, or barred), limited, invalid (reason, sentence).
func (s *Service) Report(ctx context.Context, of platform.Platform, who account.Person, kind Kind, id ids.ID, reason, sentence string) error {
	if !who.Roles.Can(access.Report, access.Moment{}) {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	sentence = strings.TrimSpace(sentence)
	var faults []*fault.Error
	if _, known := reasonOf(reason); !known {
		faults = append(faults, fault.New(fault.Invalid, "fault.moderation.reason").In("reason"))
	}
	if utf8.RuneCountInString(sentence) > maxSentence {
		faults = append(faults, fault.New(fault.Invalid, "fault.moderation.long", "Max", maxSentence).In("sentence"))
	}
	if reason == "other" && sentence == "" {
		faults = append(faults, fault.New(fault.Invalid, "fault.moderation.sentence").In("sentence"))
	}
	if err := fault.All(faults); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := tx.Lock(ctx, lockOf(id)); err != nil {
			return err
		}
		c, err := s.reportable(ctx, tx, of, kind, id)
		if err != nil {
			return err
		}
		if c.Author == who.ID {
			return fault.New(fault.Forbidden, "fault.moderation.own")
		}
		m, err := s.opened(ctx, tx, of, c)
		if err != nil {
			return err
		}
		now := of.Now(tx.Now())
		fresh, err := addReport(ctx, tx, of.Key, Report{ID: ids.Dated(now), Case: m.ID, Reporter: who.ID, Signed: who.Proved, Reason: reason, Sentence: sentence, At: now})
		if err != nil || !fresh {
			return err
		}
		if err := account.Contribute(ctx, tx, of, who, account.Reports, c.ID); err != nil {
			return err
		}
		m.Reports++
		if m.State == Settled {
			m.State, m.OpenedAt = Waiting, now
			m.Version++ // who looked at what was decided reads it again
		}
		return updateCase(ctx, tx, of.Key, m)
	})
}

// lockOf is the lock of the case of a contribution.
func lockOf(contribution ids.ID) string { return "moderation of " + contribution.String() }

// opened gives the case of a contribution, a new one if there is none. The caller holds its lock.
func (s *Service) opened(ctx context.Context, tx db.Tx, of platform.Platform, c Contribution) (Case, error) {
	m, found, err := caseOf(ctx, tx, of.Key, c.Kind, c.ID)
	if err != nil || found {
		return m, err
	}
	now := of.Now(tx.Now())
	m = Case{ID: ids.Dated(now), Kind: c.Kind, Contribution: c.ID, Project: c.Project, Author: c.Author, State: Waiting, OpenedAt: now, Version: 1}
	return m, insertCase(ctx, tx, of.Key, m)
}

func mayModerate(who account.Person) error {
	if who.Roles.Can(access.Moderate, access.Moment{}) {
		return nil
	}
	return fault.New(fault.Forbidden, "fault.forbidden")
}

// Open puts a contribution into the queue without a report, and gives its case: a moderator saw it by themselves. Faults: forbidden,
// not_found.
func (s *Service) Open(ctx context.Context, of platform.Platform, who account.Person, kind Kind, id ids.ID) (m Case, err error) {
	if err := mayModerate(who); err != nil {
		return m, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := tx.Lock(ctx, lockOf(id)); err != nil {
			return err
		}
		c, err := s.one(ctx, tx, of.Key, kind, id)
		if err != nil {
			return err
		}
		m, err = s.opened(ctx, tx, of, c)
		return err
	})
	return m, err
}
