package decision

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// The kinds of jobs of decisions. None of them makes a decision visible: that is the time's alone. They tell authors, and do
// what follows from what is public.
const (
	TellJob    = "decision_tell"
	PublishJob = "decision_publish"
	OfferJob   = "decision_offer" // tells authors of what was kept that a deposit is open
)

// work is the body of the first two.
type work struct {
	Project ids.ID `json:"project"`
}

// Handlers are what does the jobs of this room.
func (s *Service) Handlers() map[string]jobs.Handler {
	return map[string]jobs.Handler{TellJob: s.job(tell), PublishJob: s.job(publish), OfferJob: s.offer, proposal.BackJob: s.job(publish)}
}

// job does the work of an edition, whose time is asked again in the transaction: twice is once.
func (s *Service) job(do func(ctx context.Context, tx db.Tx, of platform.Platform, e project.View) error) jobs.Handler {
	return func(ctx context.Context, j jobs.Job) error {
		var body work
		if err := json.Unmarshal(j.Body, &body); err != nil {
			return fmt.Errorf("job %s: %w", j.ID, err)
		}
		return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			of, err := platform.ByKey(ctx, tx, j.Platform)
			if err != nil {
				return err
			}
			found, err := project.ByIDs(ctx, tx, of.Key, []ids.ID{body.Project})
			if err != nil || len(found) == 0 {
				return err
			}
			return onEdition(ctx, tx, of, found[0].Slug, do)
		})
	}
}

func onEdition(ctx context.Context, tx db.Tx, of platform.Platform, slug string, do func(ctx context.Context, tx db.Tx, of platform.Platform, e project.View) error) error {
	if err := lock(ctx, tx, of, slug); err != nil {
		return err
	}
	e, err := editionOf(ctx, tx, of, slug)
	if err != nil {
		return err
	}
	return do(ctx, tx, of, e)
}

// Publish does what the jobs of an edition do, for who makes its history and does not wait for them: a demonstration, a
// rehearsal. Fault: not_found.
func (s *Service) Publish(ctx context.Context, of platform.Platform, slug string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error { return onEdition(ctx, tx, of, slug, publish) })
}

// standing gives the proposals of decisions that still stand, by identifier, and the decisions without those whose proposal
// moderation hides: they wait until it is back.
func standing(ctx context.Context, tx db.Tx, platform int64, list []Decision) (by map[ids.ID]proposal.Proposal, settled []Decision, err error) {
	all := make([]ids.ID, len(list))
	for i, d := range list {
		all[i] = d.Proposal
	}
	found, err := proposal.ByIDs(ctx, tx, platform, all)
	by, hidden := map[ids.ID]proposal.Proposal{}, map[ids.ID]bool{}
	for _, p := range found {
		switch p.Trashed {
		case proposal.NotTrashed:
			by[p.ID] = p
		case proposal.Visible, proposal.Invisible:
			hidden[p.ID] = true
		}
	}
	return by, slices.DeleteFunc(list, func(d Decision) bool { return hidden[d.Proposal] }), err
}

// tell tells authors of what was decided, each once.
func tell(ctx context.Context, tx db.Tx, of platform.Platform, e project.View) error {
	list, err := decisions(ctx, tx, `d.project = ? AND d.told_at = 0 AND d.tell_at <= ? ORDER BY d.decided_at, d.id`, of.Key, e.Project.ID, db.Micros(e.Now))
	if err != nil || len(list) == 0 {
		return err
	}
	proposals, list, err := standing(ctx, tx, of.Key, list)
	if err != nil || len(list) == 0 {
		return err
	}
	authors := make([]ids.ID, 0, len(list))
	for _, p := range proposals {
		authors = append(authors, p.Author)
	}
	people, err := account.Reachable(ctx, tx, of.Key, authors)
	if err != nil {
		return err
	}
	by := map[ids.ID]account.Person{}
	for _, p := range people {
		by[p.ID] = p
	}
	var mails []notify.Mail
	for _, d := range list {
		p, stands := proposals[d.Proposal]
		if who, known := by[p.Author]; stands && known {
			mails = append(mails, d.mail(of, e, p, who))
		}
	}
	if err := notify.QueueAll(ctx, tx, of.Key, mails); err != nil {
		return err
	}
	return mark(ctx, tx, of.Key, "told_at", list, e.Now)
}

// langOf is the language of a person's e-mails.
func langOf(who account.Person) i18n.Lang {
	if lang, ok := i18n.Parse(who.Language); ok {
		return lang
	}
	return i18n.FR
}

func pathOf(slug string, number int) string {
	return "/projets/" + slug + "/propositions/" + strconv.Itoa(number)
}

// mail tells an author what was decided: the sentence, what it stands on, and the next date.
func (d Decision) mail(of platform.Platform, e project.View, p proposal.Proposal, who account.Person) notify.Mail {
	lang := langOf(who)
	l := i18n.For(lang, of.Zone)
	text := ""
	for _, part := range d.Words(l, e) {
		text += "\n\n" + part
	}
	if d.PublishAt.After(e.Now) {
		text += "\n\n" + l.T("decision.mail.first", "When", l.DateTimeFull(d.PublishAt))
	}
	return notify.Mail{To: who.Email, Name: who.Name, Lang: lang, Kind: "decided", Person: who.ID, Path: pathOf(e.Slug, p.Number),
		Args: map[string]any{"Title": p.Title, "Reference": strconv.Itoa(p.Number), "Project": e.Title, "Sentence": d.Sentence(l, e), "Text": text}}
}

// Sentence is the decision in one sentence.
func (d Decision) Sentence(l *i18n.Locale, e project.View) string {
	switch d.Outcome {
	case ToVote:
		return l.T("decision.sentence.vote", "Cost", i18n.Amount{Hundredths: *d.Cost, Currency: e.Currency})
	case Rework:
		return l.T("decision.sentence.rework", "When", l.Until(d.Deadline))
	case Passed:
		return l.T("decision.sentence.passed", "Service", d.ContactName)
	}
	return l.T("decision.sentence." + string(d.Outcome))
}

// Words are the paragraphs that follow the sentence in a letter: what changed, the article, why, what would make it possible,
// whom to ask, and what comes next.
func (d Decision) Words(l *i18n.Locale, e project.View) (list []string) {
	if d.Outcome == ToVote && *d.Cost != d.Asked && d.Asked > 0 {
		list = append(list, l.T("decision.cost.changed", "Asked", i18n.Amount{Hundredths: d.Asked, Currency: e.Currency}, "Cost", i18n.Amount{Hundredths: *d.Cost, Currency: e.Currency}))
	}
	if d.ArticleTitle != "" {
		list = append(list, l.T("decision.article.of", "Title", d.ArticleTitle))
	}
	if d.Explanation != "" {
		list = append(list, d.Explanation)
	}
	if d.Possible != "" {
		list = append(list, l.T("decision.possible.of", "Text", d.Possible))
	}
	if d.ContactName != "" {
		list = append(list, l.T("decision.ask.of", "Name", d.ContactName, "Contact", d.Contact))
	}
	if at := project.VoteStep(e.Steps); d.Outcome == ToVote && at >= 0 && !e.Steps[at].StartsAt.IsZero() {
		list = append(list, l.T("decision.next.vote", "When", l.Date(e.Steps[at].StartsAt)))
	}
	if d.Outcome != ToVote && !d.AppealUntil.IsZero() {
		list = append(list, l.T("decision.next.appeal", "When", l.Date(d.AppealUntil.Add(-time.Second))))
	}
	return list
}

// publish does what follows from the decisions whose date has come, each once, after their authors were told.
func publish(ctx context.Context, tx db.Tx, of platform.Platform, e project.View) error {
	if err := tell(ctx, tx, of, e); err != nil {
		return err
	}
	list, err := decisions(ctx, tx, `d.project = ? AND d.applied_at = 0 AND d.publish_at <= ? ORDER BY d.decided_at, d.id`, of.Key, e.Project.ID, db.Micros(e.Now))
	if err != nil || len(list) == 0 {
		return err
	}
	proposals, list, err := standing(ctx, tx, of.Key, list)
	if err != nil || len(list) == 0 {
		return err
	}
	last, all := map[ids.ID]Decision{}, make([]ids.ID, 0, len(list))
	for _, d := range list {
		last[d.Proposal] = d
		all = append(all, d.Proposal)
	}
	before, err := Signed(ctx, tx, of.Key, all)
	if err != nil {
		return err
	}
	f := following{e: e, rework: map[int64][]ids.ID{}}
	var happened []notify.Happening
	for _, d := range list {
		p, stands := proposals[d.Proposal]
		if !stands {
			continue
		}
		was := inForce(before[d.Proposal])
		if last[d.Proposal].ID == d.ID {
			// Nothing enters or leaves a vote that has begun, however late this runs.
			if (d.Outcome == ToVote) == (was.Outcome == ToVote) || !project.Voted(e.Steps, e.Now) {
				f.add(d, was, p)
			}
			happened = append(happened, notify.Happening{Kind: "decision", Project: d.Project, Proposal: d.Proposal, District: p.District, Source: d.ID, Actor: p.Author, Path: pathOf(e.Slug, p.Number), At: e.Now})
		}
		entry := map[string]any{"project": d.Project, "proposal": d.Proposal, "number": p.Number, "outcome": d.Outcome, "decision": d.ID}
		if was.Outcome != Undecided {
			entry["instead_of"] = was.ID
		}
		if d.Article != "" {
			entry["article"] = d.Article
		}
		if d.Outcome == ToVote {
			entry["cost"] = *d.Cost
		}
		if err := journal.Append(ctx, tx, of.Key, "proposal_decided", entry); err != nil {
			return err
		}
	}
	if err := f.do(ctx, tx, of); err != nil {
		return err
	}
	if err := notify.TellAll(ctx, tx, of, happened); err != nil { // but the authors, who were told first
		return err
	}
	return mark(ctx, tx, of.Key, "applied_at", list, e.Now)
}

// inForce gives the last decision of which everything has followed already; the zero one when there is none.
func inForce(signed []Decision) (d Decision) {
	for _, one := range signed {
		if !one.AppliedAt.IsZero() {
			d = one
		}
	}
	return d
}

// following is what follows from decisions, gathered so that it takes few statements.
type following struct {
	e      project.View
	in     []proposal.Settled // into the vote
	out    []ids.ID           // of it
	rework map[int64][]ids.ID // by until when, in microseconds; 0: no longer
	kept   []proposal.Proposal
}

func (f *following) add(d, was Decision, p proposal.Proposal) {
	if d.Outcome == ToVote {
		f.in = append(f.in, proposal.Settled{Proposal: d.Proposal, Cost: *d.Cost})
	} else if was.Outcome == ToVote {
		f.out = append(f.out, d.Proposal)
	}
	switch {
	case d.Outcome == Rework:
		until := db.Micros(d.Deadline)
		f.rework[until] = append(f.rework[until], d.Proposal)
	case was.Outcome == Rework:
		f.rework[0] = append(f.rework[0], d.Proposal)
	}
	if d.Outcome == Kept {
		f.kept = append(f.kept, p)
	}
}

func (f *following) do(ctx context.Context, tx db.Tx, of platform.Platform) error {
	from, vote := -1, project.VoteStep(f.e.Steps)
	for i, s := range f.e.Steps {
		if s.Kind == project.Collect && from < 0 {
			from = i
		}
	}
	if vote >= 0 && from >= 0 {
		if err := proposal.AddTo(ctx, tx, of.Key, f.e.Steps[from].ID, f.e.Steps[vote].ID, f.in, proposal.StatusVoted); err != nil {
			return err
		}
		if err := proposal.RemoveFrom(ctx, tx, of.Key, f.e.Steps[vote].ID, f.out); err != nil {
			return err
		}
	}
	for until, list := range f.rework { // few dates
		if err := letRework(ctx, tx, of.Key, db.Time(until), list); err != nil {
			return err
		}
	}
	for _, p := range f.kept { // those that one wave keeps are few
		if err := keep(ctx, tx, of, p, f.e.Now); err != nil {
			return err
		}
	}
	return nil
}
