package decision

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/audit"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
)

// SetWave begins a wave, or moves one of which nobody has been told. What is signed for it comes out on its new date. A zero
// TellAt is an hour before. Faults: forbidden, not_found, closed (its authors are told), invalid (title, at, tell, days).
func (s *Service) SetWave(ctx context.Context, of platform.Platform, who account.Person, slug string, w Wave) (kept Wave, err error) {
	if err := may(who, access.Decide, access.Moment{}); err != nil {
		return kept, err
	}
	w.Title = strings.Join(strings.Fields(w.Title), " ")
	if w.TellAt.IsZero() && !w.PublishAt.IsZero() {
		w.TellAt = w.PublishAt.Add(-TellBefore)
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := lock(ctx, tx, of, slug); err != nil {
			return err
		}
		e, err := editionOf(ctx, tx, of, slug)
		if err != nil {
			return err
		}
		var vote time.Time
		if at := project.VoteStep(e.Steps); at >= 0 {
			vote = e.Steps[at].StartsAt
		}
		if err := w.check(e.Now, vote); err != nil {
			return err
		}
		kept = w
		kept.Project, kept.CreatedBy, kept.CreatedAt = e.Project.ID, who.ID, e.Now
		if w.ID.IsZero() {
			kept.ID = ids.Dated(tx.Now())
		} else {
			was, err := wave(ctx, tx, of.Key, e.Project.ID, w.ID)
			if err != nil {
				return err
			}
			if !e.Now.Before(was.TellAt) {
				return fault.New(fault.Closed, "fault.decision.wave.told")
			}
			kept.CreatedBy, kept.CreatedAt = was.CreatedBy, was.CreatedAt
		}
		if err := KeepWave(ctx, tx, of.Key, kept, of.Zone); err != nil {
			return err
		}
		if err := due(ctx, tx, of, kept.Project, kept.TellAt, kept.PublishAt); err != nil {
			return err
		}
		return audit.Note(ctx, tx, of.Key, who, audit.Act{Name: "wave_set", Kind: "project", Subject: kept.Project, Project: kept.Project, Note: kept.Title})
	})
	return kept, err
}

func wave(ctx context.Context, tx db.Tx, platform int64, project, id ids.ID) (Wave, error) {
	all, err := Waves(ctx, tx, platform, project)
	for _, w := range all {
		if w.ID == id {
			return w, err
		}
	}
	if err == nil {
		err = notFound()
	}
	return Wave{}, err
}

// due asks for the work of some decisions at their times. A job that comes too early, as they were moved, finds nothing to do.
func due(ctx context.Context, tx db.Tx, of platform.Platform, project ids.ID, tell, publish time.Time) error {
	if err := jobs.Add(ctx, tx, of.Key, TellJob, work{project}, of.When(tell)); err != nil {
		return err
	}
	return jobs.Add(ctx, tx, of.Key, PublishJob, work{project}, of.When(publish))
}

// Sign signs what is handed over, for a wave whose authors are not told yet. Faults: forbidden, not_found, closed (the wave is
// too near), invalid (number: those that are not complete; nothing is signed).
func (s *Service) Sign(ctx context.Context, of platform.Platform, who account.Person, slug string, numbers []int, to ids.ID) (n int, err error) {
	if err := may(who, access.Decide, access.Moment{}); err != nil {
		return 0, err
	}
	if len(numbers) == 0 {
		return 0, fault.New(fault.Invalid, "fault.decision.none").In("number")
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		n = 0
		if err := lock(ctx, tx, of, slug); err != nil {
			return err
		}
		b, err := boardOf(ctx, tx, of, slug)
		if err != nil {
			return err
		}
		w, err := wave(ctx, tx, of.Key, b.Edition.Project.ID, to)
		if err != nil {
			return err
		}
		if !b.Edition.Now.Before(w.TellAt) {
			return fault.New(fault.Closed, "fault.decision.wave.told")
		}
		var list []Decision
		var found []*fault.Error
		for _, number := range slices.Compact(slices.Sorted(slices.Values(numbers))) {
			l, ok := b.line(number)
			if !ok {
				return notFound()
			}
			if l.Appeal != nil { // whose answer decides, by somebody else
				return fault.New(fault.Conflict, "fault.decision.appealed", "Number", number).In("number")
			}
			ground := groundOf(b.Edition, b.Services, askedOf(l.Decisions, l.Proposal), of.Zone)
			if l.Stage != ToSign || l.Assessment.Check(ground) != nil {
				found = append(found, fault.New(fault.Invalid, "fault.decision.incomplete", "Number", number).In("number"))
				continue
			}
			if err := b.changeable(l, l.Assessment.Outcome); err != nil {
				return err
			}
			d := b.decision(l, ground, who, tx.Now())
			d.Wave, d.PublishAt, d.TellAt, d.AppealUntil = w.ID, w.PublishAt, w.TellAt, w.AppealUntil(of.Zone)
			list = append(list, d)
		}
		if len(found) > 0 {
			return fault.All(found)
		}
		n = len(list)
		if err := InsertDecisions(ctx, tx, of.Key, list); err != nil {
			return err
		}
		return audit.Note(ctx, tx, of.Key, who, audit.Act{Name: "decision_signed", Kind: "project", Subject: w.Project, Project: w.Project, Note: numbersOf(numbers)})
	})
	return n, err
}

// numbersOf lists numbers of proposals, in their order, in no language.
func numbersOf(numbers []int) string {
	list := make([]string, len(numbers))
	for i, n := range slices.Sorted(slices.Values(numbers)) {
		list[i] = strconv.Itoa(n)
	}
	return "№ " + strings.Join(list, ", ")
}

// changeable refuses to move a proposal into or out of a vote that has begun. Fault: closed.
func (b Board) changeable(l Line, to Outcome) error {
	last, decided := l.Last()
	in := decided && last.Outcome == ToVote
	if project.Voted(b.Edition.Steps, b.Edition.Now) && (in || to == ToVote) {
		return fault.New(fault.Closed, "fault.decision.voted", "Number", l.Proposal.Number)
	}
	return nil
}

// decision is what an assessment becomes when it is signed. What it cites is taken as it is now.
func (b Board) decision(l Line, g Ground, who account.Person, now time.Time) Decision {
	a := l.Assessment
	d := Decision{ID: ids.Dated(now), Proposal: l.Proposal.ID, Project: b.Edition.Project.ID, Outcome: a.Outcome, Asked: g.Asked, Cost: a.Cost, Running: a.Running, Article: a.Article,
		Explanation: strings.TrimSpace(a.Explanation), Possible: strings.TrimSpace(a.Possible), AssessedBy: a.SavedBy, DecidedBy: who.ID, DecidedAt: b.Edition.Now}
	if article, ok := g.Article(a.Article); ok {
		d.ArticleTitle, d.ArticleText = article.Title, strings.Join(article.Paragraphs, "\n\n")
	}
	for _, v := range b.Services {
		if v.ID == a.Service {
			d.ContactName, d.Contact = v.Name, v.Contact
		}
	}
	if a.Outcome == Rework {
		d.Deadline = a.Deadline
	}
	return d
}

// Unsign takes back decisions of which nobody has been told, so that their assessments can be changed. Faults: forbidden,
// not_found, closed.
func (s *Service) Unsign(ctx context.Context, of platform.Platform, who account.Person, slug string, number int) error {
	if err := may(who, access.Decide, access.Moment{}); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := lock(ctx, tx, of, slug); err != nil {
			return err
		}
		f, err := file(ctx, tx, of, slug, number)
		if err != nil {
			return err
		}
		d, ok := f.Last()
		if !ok || d.Public(f.Edition.Now) {
			return notFound()
		}
		if !f.Edition.Now.Before(d.TellAt) || !d.ToldAt.IsZero() {
			return fault.New(fault.Closed, "fault.decision.wave.told")
		}
		f.Assessment.Ready = false
		f.Assessment.Version++
		if err := KeepAssessments(ctx, tx, of.Key, []Assessment{f.Assessment}); err != nil {
			return err
		}
		if err := deleteDecisions(ctx, tx, of.Key, []ids.ID{d.ID}); err != nil {
			return err
		}
		return audit.Note(ctx, tx, of.Key, who, audit.Act{Name: "decision_unsigned", Kind: "proposal", Subject: d.Proposal, Project: d.Project})
	})
}
