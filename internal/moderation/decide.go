package moderation

import (
	"context"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/audit"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
)

// Decide does what a moderator decided of a case, or puts it before a second one. The act, its journal entry and the e-mail to
// the author are one transaction. Faults: forbidden (also of one's own contribution), not_found, conflict (somebody decided
// meanwhile, or it no longer fits), invalid (act, reason, note, days, passages).
func (s *Service) Decide(ctx context.Context, of platform.Platform, who account.Person, id ids.ID, d Decision) (a Act, err error) {
	if err := mayModerate(who); err != nil {
		return a, err
	}
	d.Note = strings.TrimSpace(d.Note)
	if err := d.check(); err != nil {
		return a, err
	}
	err = s.changing(ctx, of, id, d.Version, func(ctx context.Context, tx db.Tx, m *Case, c Contribution, now time.Time) error {
		if m.Author == who.ID {
			return fault.New(fault.Forbidden, "fault.moderation.own")
		}
		if m.State == Second || m.State == Appeal {
			return fault.New(fault.Conflict, "fault.moderation.waits_for_another")
		}
		if err := d.fits(c); err != nil {
			return err
		}
		m.Political = m.Political || d.Political
		a = Act{ID: ids.Dated(now), Case: m.ID, Verb: d.Verb, Kind: m.Kind, Contribution: m.Contribution, Project: m.Project, Author: m.Author, Reason: d.reason(), Note: d.Note,
			Standing: d.standing(m.Political), By: who.ID, At: now}
		if d.Verb == Edit || d.Verb == Exclude {
			a.DueAt = midnightAfter(now.AddDate(0, 0, d.Days), of.Zone)
		}
		if d.Verb == Edit {
			path, err := s.sources[m.Kind].Editable(ctx, tx, of, c)
			if err != nil {
				return err
			}
			if path == "" {
				return fault.New(fault.Conflict, "fault.moderation.not_editable").In("act")
			}
		}
		if a.Standing == Proposed {
			if err := insertAct(ctx, tx, of.Key, a, 0); err != nil {
				return err
			}
		} else if err := s.perform(ctx, tx, of, &a, c, d.Passages, true); err != nil {
			return err
		}
		name := "moderation_" + string(a.Verb)
		if a.Standing == Proposed {
			name = "moderation_proposed"
		}
		if err := noted(ctx, tx, of.Key, who, name, a); err != nil {
			return err
		}
		if d.Verb != Exclude || a.Standing == Proposed { // a person is kept away while the contribution still waits
			m.State, m.OpenedAt = d.next(a.Standing), now
		}
		if m.State == Settled {
			m.Reports = 0
		}
		return nil
	})
	return a, err
}

// noted keeps what a moderator did for who answers for them, without a word of the contribution or to its author.
func noted(ctx context.Context, tx db.Tx, platform int64, who account.Person, name string, a Act) error {
	return audit.Note(ctx, tx, platform, who, audit.Act{Name: name, Kind: string(a.Kind), Subject: a.Contribution, Project: a.Project})
}

// midnightAfter is the end of a day.
func midnightAfter(t time.Time, zone *time.Location) time.Time {
	t = t.In(zone)
	return time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, zone)
}

// changing runs a change of a case that somebody read in a version, once its lock is held.
func (s *Service) changing(ctx context.Context, of platform.Platform, id ids.ID, version int, fn func(ctx context.Context, tx db.Tx, m *Case, c Contribution, now time.Time) error) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		m, err := caseByID(ctx, tx, of.Key, id)
		if err != nil {
			return err
		}
		if err := tx.Lock(ctx, lockOf(m.Contribution)); err != nil {
			return err
		}
		if m, err = caseByID(ctx, tx, of.Key, id); err != nil {
			return err
		}
		if m.Version != version {
			return fault.New(fault.Conflict, "fault.moderation.meanwhile")
		}
		c, err := s.one(ctx, tx, of.Key, m.Kind, m.Contribution)
		if err != nil {
			return err
		}
		now := of.Now(tx.Now())
		if err := fn(ctx, tx, &m, c, now); err != nil {
			return err
		}
		m.Version++
		return updateCase(ctx, tx, of.Key, m)
	})
}

// perform does an act, gives it its public number, and tells of it; fresh: it is not stored yet.
func (s *Service) perform(ctx context.Context, tx db.Tx, of platform.Platform, a *Act, c Contribution, passages []string, fresh bool) error {
	source, now := s.sources[a.Kind], of.Now(tx.Now())
	var err error
	switch a.Verb {
	case Hide:
		reason, _ := reasonOf(a.Reason)
		err = source.Hide(ctx, tx, of.Key, c.ID, a.Reason, reason.Readable, now)
	case Restore:
		if err = source.Restore(ctx, tx, of.Key, c.ID, now); err == nil {
			err = undo(ctx, tx, of.Key, a.Case, now)
		}
	case Blank:
		var changed bool
		changed, err = source.Blank(ctx, tx, of.Key, c.ID, blanking(passages), now)
		if err == nil && !changed {
			err = fault.New(fault.Invalid, "fault.moderation.absent").In("passages")
		}
	case Exclude:
		err = account.SetBar(ctx, tx, of.Key, a.Author, account.Bar{Until: a.DueAt, Reason: a.Reason, Act: a.ID})
	}
	if err != nil {
		return err
	}
	if err := tx.Lock(ctx, "moderation acts of "+of.ID.String()); err != nil { // numbers follow each other
		return err
	}
	if a.Number, err = nextNumber(ctx, tx, of.Key); err != nil {
		return err
	}
	a.At = now
	month := monthOf(now, of.Zone)
	if fresh {
		err = insertAct(ctx, tx, of.Key, *a, month)
	} else {
		err = updateAct(ctx, tx, of.Key, *a, month)
	}
	if err != nil {
		return err
	}
	return s.tell(ctx, tx, of, *a, "moderation_"+string(a.Verb), a.Note)
}

// tell writes into the journal, without a word that anybody wrote and without anybody's name, and to the author, who is told
// what they may do. Keeping something is told to nobody: its author never heard of the reports.
func (s *Service) tell(ctx context.Context, tx db.Tx, of platform.Platform, a Act, kind, note string) error {
	entry := map[string]any{"act": a.Number, string(a.Kind): a.Contribution}
	if a.Verb == Exclude {
		entry = map[string]any{"act": a.Number, "until": a.DueAt.UTC().Format(time.RFC3339)} // whom it is about is not said
	}
	if !a.Project.IsZero() {
		entry["project"] = a.Project
	}
	if a.Reason != "" {
		entry["reason"] = a.Reason
	}
	if err := journal.Append(ctx, tx, of.Key, kind, entry); err != nil || a.Verb == Keep {
		return err
	}
	people, err := account.Reachable(ctx, tx, of.Key, []ids.ID{a.Author})
	if err != nil || len(people) == 0 {
		return err
	}
	who := people[0]
	lang, ok := i18n.Parse(who.Language)
	if !ok {
		lang = i18n.FR
	}
	c, err := s.one(ctx, tx, of.Key, a.Kind, a.Contribution)
	if err != nil {
		return err
	}
	l := i18n.For(lang, of.Zone)
	args := map[string]any{"What": Name(l, c), "Note": note, "Number": a.Number, "Until": l.Date(a.At.Add(AppealTime))}
	if a.Reason != "" {
		args["Reason"] = l.T("moderation.reason." + a.Reason)
	}
	if !a.DueAt.IsZero() {
		args["Day"] = l.Date(a.DueAt.Add(-time.Second))
	}
	if note != "" {
		args["Note"] = l.T("mail.moderation.note", "Note", note)
	}
	return notify.Queue(ctx, tx, of.Key, notify.Mail{To: who.Email, Name: who.Name, Lang: lang, Kind: kind, Person: who.ID, Args: args, Path: MinePath + "/" + a.ID.String()})
}

// MinePath is where people read what was decided about what they wrote.
const MinePath = "/mon-espace/moderation"

// Name says which contribution it is without a word of its author: « projet n° 12, Budget participatif 2027 ».
func Name(l *i18n.Locale, c Contribution) string {
	return l.T("moderation.name."+string(c.Kind), "Number", c.Number, "Edition", c.Edition)
}

// Agree lets a second person agree to a decision, which is then done, or refuse it: then nothing is done, or what was done at
// once is undone, and the contribution waits again. Faults: forbidden (the same person), not_found, conflict.
func (s *Service) Agree(ctx context.Context, of platform.Platform, who account.Person, id ids.ID, version int, agree bool) (a Act, err error) {
	if err := mayModerate(who); err != nil {
		return a, err
	}
	err = s.changing(ctx, of, id, version, func(ctx context.Context, tx db.Tx, m *Case, c Contribution, now time.Time) error {
		acts, err := actsOf(ctx, tx, of.Key, m.ID)
		if err != nil {
			return err
		}
		at := -1
		for i := range acts {
			if acts[i].Standing == Proposed || acts[i].Standing == Urgent {
				at = i
			}
		}
		if m.State != Second || at < 0 {
			return fault.New(fault.Conflict, "fault.moderation.meanwhile")
		}
		a = acts[at]
		if a.By == who.ID || m.Author == who.ID {
			return fault.New(fault.Forbidden, "fault.moderation.same_person")
		}
		name := "moderation_agreed"
		if !agree {
			name = "moderation_disagreed"
		}
		if err := noted(ctx, tx, of.Key, who, name, a); err != nil {
			return err
		}
		was := a.Standing
		a.Second, a.Standing = who.ID, Done
		m.State, m.OpenedAt, m.Reports = Settled, now, 0
		switch {
		case agree && was == Proposed:
			switch a.Verb {
			case Edit:
				m.State = Asked
			case Exclude:
				m.State = Waiting // the contribution itself was not decided
			}
			if err := (Decision{Verb: a.Verb}).fits(c); err != nil {
				return err
			}
			return s.perform(ctx, tx, of, &a, c, nil, false)
		case agree:
			if !a.AppealedAt.IsZero() && a.Answer == NotYet { // the author did not wait
				m.State = Appeal
			}
			return updateAct(ctx, tx, of.Key, a, monthOf(a.At, of.Zone))
		}
		m.State, a.Standing = Waiting, Refused
		month := 0
		if was == Urgent {
			month, a.Standing = monthOf(a.At, of.Zone), Done // it was done, and is undone by the act that follows
		}
		if err := updateAct(ctx, tx, of.Key, a, month); err != nil || was != Urgent || !c.Out {
			return err
		}
		back := Act{ID: ids.Dated(now), Case: m.ID, Verb: Restore, Kind: m.Kind, Contribution: m.Contribution, Project: m.Project, Author: m.Author, Standing: Done, By: who.ID, At: now}
		return s.perform(ctx, tx, of, &back, c, nil, true)
	})
	return a, err
}
