package decision

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/audit"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// answering is a proposal of which its author was told something.
type answering struct {
	Shown
	edition project.View
	found   proposal.Proposal
}

// answering finds the proposal of an author and what they may know of its decision. Somebody else's is not there: not_found.
func (s *Service) answering(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, slug string, number int) (a answering, err error) {
	if err := lock(ctx, tx, of, slug); err != nil {
		return a, err
	}
	if a.edition, err = editionOf(ctx, tx, of, slug); err != nil {
		return a, err
	}
	found, ok, err := proposal.Numbered(ctx, tx, of.Key, a.edition.Project.ID, number)
	if err != nil {
		return a, err
	}
	if !ok || found.Trashed != proposal.NotTrashed || who.IsZero() || found.Author != who.ID {
		return a, notFound()
	}
	a.found = found
	a.Shown, err = ShownOf(ctx, tx, of, a.edition, found, who)
	if err == nil && len(a.Decisions) == 0 {
		err = notFound()
	}
	return a, err
}

// Appeal sends an author's wish that the decision on their proposal be looked at again, and gives their receipt. Sending it
// twice is sending it once. Faults: not_found, closed (the window), invalid (body).
func (s *Service) Appeal(ctx context.Context, of platform.Platform, who account.Person, slug string, number int, body string) (a Appeal, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		w, err := s.answering(ctx, tx, of, who, slug, number)
		if err != nil {
			return err
		}
		d := w.Last()
		for _, sent := range w.Appeals {
			if sent.Decision == d.ID {
				a = sent
				return nil
			}
		}
		if !who.Roles.Can(access.Appeal, d.AppealMoment(true, w.edition.Now)) {
			return fault.New(fault.Closed, "fault.decision.appeal_closed")
		}
		if n := utf8.RuneCountInString(strings.TrimSpace(body)); n < MinExplanation || n > MaxText {
			return fault.New(fault.Invalid, "fault.decision.appeal", "Count", MinExplanation, "Max", MaxText).In("body")
		}
		a = Appeal{ID: ids.Random(), Decision: d.ID, Proposal: w.found.ID, Project: w.edition.Project.ID, Author: who.ID, Body: strings.TrimSpace(body), SentAt: w.edition.Now}
		if err := insertAppeal(ctx, tx, of.Key, a); err != nil {
			return err
		}
		if err := journal.Append(ctx, tx, of.Key, "decision_appealed", map[string]any{"project": a.Project, "proposal": a.Proposal, "number": w.found.Number, "decision": d.ID, "appeal": a.ID}); err != nil {
			return err
		}
		return notify.Queue(ctx, tx, of.Key, notify.Mail{To: who.Email, Name: who.Name, Lang: langOf(who), Kind: "appeal_sent", Person: who.ID, Path: pathOf(slug, number),
			Args: map[string]any{"Title": w.found.Title, "Receipt": a.Receipt()}})
	})
	return a, err
}

// Answer is what somebody else than who decided makes of an appeal.
type Answer struct {
	Result Result
	Text   string // public
}

// AnswerAppeal answers an appeal, and tells its author. Changed takes the assessment of the proposal, which must be handed over and
// newer than the decision, as the new decision: its author is told at once, and it is public an hour later. Faults: forbidden (who
// decided, or wrote the assessment, does not answer), not_found, conflict (it is answered), invalid (result, text).
func (s *Service) AnswerAppeal(ctx context.Context, of platform.Platform, who account.Person, slug string, id ids.ID, answer Answer) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := lock(ctx, tx, of, slug); err != nil {
			return err
		}
		b, err := boardOf(ctx, tx, of, slug)
		if err != nil {
			return err
		}
		c, err := b.appealCase(id)
		if err != nil {
			return err
		}
		if err := may(who, access.AnswerAppeal, access.Moment{Published: true, Own: c.Decision.By(who.ID)}); err != nil {
			return err
		}
		a := c.Appeal
		if !a.AnsweredAt.IsZero() {
			return fault.New(fault.Conflict, "fault.decision.answered")
		}
		a.Result, a.Answer, a.AnsweredBy, a.AnsweredAt = answer.Result, strings.TrimSpace(answer.Text), who.ID, b.Edition.Now
		var found []*fault.Error
		if a.Result != Confirmed && a.Result != Changed {
			found = append(found, fault.New(fault.Invalid, "fault.decision.result").In("result"))
		}
		if n := utf8.RuneCountInString(a.Answer); n < MinExplanation || n > MaxText {
			found = append(found, fault.New(fault.Invalid, "fault.decision.explanation", "Count", MinExplanation).In("text"))
		}
		ground := groundOf(b.Edition, b.Services, askedOf(c.Line.Decisions, c.Line.Proposal), of.Zone)
		if a.Result == Changed && (c.Line.Stage != ToSign || c.Line.Assessment.Check(ground) != nil) {
			found = append(found, fault.New(fault.Invalid, "fault.decision.result_first").In("result"))
		}
		if err := fault.All(found); err != nil {
			return err
		}
		if err := answerAppeal(ctx, tx, of.Key, a); err != nil {
			return err
		}
		entry := map[string]any{"project": a.Project, "proposal": a.Proposal, "number": c.Line.Proposal.Number, "appeal": a.ID}
		if a.Result == Confirmed { // a change is told by the decision that it makes, once that is public
			entry["result"] = a.Result
		}
		if err := journal.Append(ctx, tx, of.Key, "appeal_answered", entry); err != nil {
			return err
		}
		if a.Result == Changed {
			if err := may(who, access.Decide, access.Moment{Published: true}); err != nil { // it signs a decision
				return err
			}
			if err := b.changeable(c.Line, c.Line.Assessment.Outcome); err != nil {
				return err
			}
			d := b.decision(c.Line, ground, who, tx.Now())
			d.Appeal, d.TellAt, d.PublishAt = a.ID, b.Edition.Now, b.Edition.Now.Add(TellBefore)
			if err := InsertDecisions(ctx, tx, of.Key, []Decision{d}); err != nil {
				return err
			}
			if err := due(ctx, tx, of, d.Project, d.TellAt, d.PublishAt); err != nil {
				return err
			}
		}
		if err := audit.Note(ctx, tx, of.Key, who, audit.Act{Name: "appeal_answered", Kind: "proposal", Subject: a.Proposal, Project: a.Project}); err != nil {
			return err
		}
		return tellAnswer(ctx, tx, of, b.Edition, c.Line.Proposal, a)
	})
}

func tellAnswer(ctx context.Context, tx db.Tx, of platform.Platform, e project.View, p proposal.Proposal, a Appeal) error {
	people, err := account.Reachable(ctx, tx, of.Key, []ids.ID{a.Author})
	if err != nil || len(people) == 0 {
		return err
	}
	who := people[0]
	l := i18n.For(langOf(who), of.Zone)
	return notify.Queue(ctx, tx, of.Key, notify.Mail{To: who.Email, Name: who.Name, Lang: l.Lang, Kind: "appeal_answered", Person: who.ID, Path: pathOf(e.Slug, p.Number),
		Args: map[string]any{"Title": p.Title, "Result": l.T("decision.result." + string(a.Result)), "Answer": a.Answer}})
}

// Case is an appeal with what it is about.
type Case struct {
	Appeal   Appeal
	Decision Decision
	Line     Line
}

// appealCase finds an appeal of the board. Fault: not_found, also for one on a proposal that is gone.
func (b Board) appealCase(id ids.ID) (Case, error) {
	for _, a := range b.Appeals {
		if a.ID != id {
			continue
		}
		for _, l := range b.Lines {
			for _, d := range l.Decisions {
				if d.ID == a.Decision {
					return Case{a, d, l}, nil
				}
			}
		}
	}
	return Case{}, notFound()
}

// Case gives an appeal for who answers it. Fault: not_found.
func (b Board) Case(id ids.ID) (Case, error) { return b.appealCase(id) }

// Ask does what an author asks of a proposal that was not put to the vote: pass it on to the service, or keep it for the next
// deposit. Doing it twice is doing it once. Faults: not_found, closed (it is put to the vote).
func (s *Service) Ask(ctx context.Context, of platform.Platform, who account.Person, slug string, number int, wish Wish) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		w, err := s.answering(ctx, tx, of, who, slug, number)
		if err != nil {
			return err
		}
		if err := may(who, access.AnswerAuthor, access.Moment{Published: true, Own: true}); err != nil {
			return err
		}
		d := w.Last()
		if wish != PassOn && wish != Keep || d.Outcome == ToVote || wish == PassOn && d.ContactName == "" {
			return fault.New(fault.Closed, "fault.decision.wish")
		}
		if wish == Keep {
			return keep(ctx, tx, of, w.found, w.edition.Now)
		}
		fresh, err := insertWish(ctx, tx, of.Key, w.found.ID, PassOn, who.ID, w.edition.Now)
		if err != nil || !fresh {
			return err
		}
		if err := journal.Append(ctx, tx, of.Key, "proposal_passed_on", map[string]any{"project": w.edition.Project.ID, "proposal": w.found.ID, "number": number}); err != nil {
			return err
		}
		return s.passOn(ctx, tx, of, w.edition, w.found, d)
	})
}

// passOn tells the people of the service that is named in the decision.
func (s *Service) passOn(ctx context.Context, tx db.Tx, of platform.Platform, e project.View, p proposal.Proposal, d Decision) error {
	services, err := project.CityServices(ctx, tx, of.Key)
	if err != nil {
		return err
	}
	var members []ids.ID
	for _, v := range services {
		if v.Name == d.ContactName {
			members = v.Members
		}
	}
	people, err := account.Reachable(ctx, tx, of.Key, members)
	if err != nil {
		return err
	}
	mails := make([]notify.Mail, len(people))
	for i, who := range people {
		mails[i] = notify.Mail{To: who.Email, Name: who.Name, Lang: langOf(who), Kind: "passed_on", Person: who.ID, Path: pathOf(e.Slug, p.Number),
			Args: map[string]any{"Title": p.Title, "Reference": strconv.Itoa(p.Number), "Project": e.Title, "Service": d.ContactName}}
	}
	return notify.QueueAll(ctx, tx, of.Key, mails)
}

// keep keeps a proposal for the next deposit, of which its author will be told.
func keep(ctx context.Context, tx db.Tx, of platform.Platform, p proposal.Proposal, now time.Time) error {
	waiting, err := keepings(ctx, tx, of.Key)
	if err != nil {
		return err
	}
	fresh, err := insertWish(ctx, tx, of.Key, p.ID, Keep, p.Author, now)
	if err != nil || !fresh || len(waiting) > 0 { // the job of those that wait goes on for this one too
		return err
	}
	return jobs.Add(ctx, tx, of.Key, OfferJob, struct{}{}, tx.Now().Add(offerEvery))
}

const offerEvery = 24 * time.Hour

// offer does an OfferJob: when a deposit is open, the authors of what was kept from other editions are told, each once; until
// then it looks again each day.
func (s *Service) offer(ctx context.Context, j jobs.Job) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		of, err := platform.ByKey(ctx, tx, j.Platform)
		if err != nil {
			return err
		}
		return offer(ctx, tx, of)
	})
}

func offer(ctx context.Context, tx db.Tx, of platform.Platform) error {
	waiting, err := keepings(ctx, tx, of.Key)
	if err != nil || len(waiting) == 0 {
		return err
	}
	open, ok, err := OpenDeposit(ctx, tx, of)
	if err != nil {
		return err
	}
	var told []ids.ID
	if ok {
		if told, err = offerIn(ctx, tx, of, open, waiting); err != nil {
			return err
		}
	}
	if len(told) == len(waiting) {
		return nil
	}
	return jobs.Add(ctx, tx, of.Key, OfferJob, struct{}{}, tx.Now().Add(offerEvery))
}

// OpenDeposit gives the newest edition in which one may deposit now; false when there is none.
func OpenDeposit(ctx context.Context, tx db.Tx, of platform.Platform) (project.View, bool, error) {
	views, err := project.Views(ctx, tx, of.Key, 50, of.Now(tx.Now()))
	for _, v := range views {
		for i, s := range v.Steps {
			if s.Kind == project.Collect && v.Origin == project.OfCity && project.PhaseOf(v.Steps, i, v.Now) == project.Open {
				return v, true, err
			}
		}
	}
	return project.View{}, false, err
}

func offerIn(ctx context.Context, tx db.Tx, of platform.Platform, open project.View, waiting []keeping) ([]ids.ID, error) {
	all, authors := make([]ids.ID, len(waiting)), make([]ids.ID, len(waiting))
	for i, k := range waiting {
		all[i], authors[i] = k.proposal, k.participant
	}
	proposals, err := proposal.ByIDs(ctx, tx, of.Key, all)
	if err != nil {
		return nil, err
	}
	people, err := account.Reachable(ctx, tx, of.Key, authors)
	if err != nil {
		return nil, err
	}
	by := map[ids.ID]account.Person{}
	for _, p := range people {
		by[p.ID] = p
	}
	var told []ids.ID
	var mails []notify.Mail
	for _, p := range proposals {
		if p.Project == open.Project.ID { // of this very edition: it waits for the next
			continue
		}
		told = append(told, p.ID)
		if who, ok := by[p.Author]; ok {
			mails = append(mails, notify.Mail{To: who.Email, Name: who.Name, Lang: langOf(who), Kind: "kept_offered", Person: who.ID, Path: "/projets/" + open.Slug + "/deposer",
				Args: map[string]any{"Title": p.Title, "Project": open.Title}})
		}
	}
	if err := notify.QueueAll(ctx, tx, of.Key, mails); err != nil {
		return nil, err
	}
	return told, offered(ctx, tx, of.Key, told, of.Now(tx.Now()))
}
