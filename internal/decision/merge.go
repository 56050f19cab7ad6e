package decision

import (
	"context"
	"slices"
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
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// Merger is alike proposals that become one, once all their authors agree: one goes on, the others stay as pages that lead to
// it, and all their authors are named.
type Merger struct {
	ID      ids.ID
	Project ids.ID
	Common  ids.ID // the proposal that goes on
	Reason  string // as authors read it
	State   MergeState
	AskedBy ids.ID
	AskedAt time.Time
	Until   time.Time // after it nothing happens
	DoneAt  time.Time
}

// MergeState is what became of the question.
type MergeState string

// The states. One that is asked and past its date has lapsed: nothing has to run for it.
const (
	MergeAsked   MergeState = "asked"
	MergeDone    MergeState = "done"
	MergeRefused MergeState = "refused"
	MergeLapsed  MergeState = "lapsed"
)

// Open says whether authors may answer.
func (m Merger) Open(now time.Time) bool { return m.State == MergeAsked && now.Before(m.Until) }

// At gives the state at a time.
func (m Merger) At(now time.Time) MergeState {
	if m.State == MergeAsked && !m.Open(now) {
		return MergeLapsed
	}
	return m.State
}

// Part is a proposal of a merger.
type Part struct {
	Merger     ids.ID
	Proposal   ids.ID
	Author     ids.ID
	Answer     string // empty, Yes or No
	AnsweredAt time.Time
}

// The answers.
const (
	Yes = "yes"
	No  = "no"
)

// mergeMost is how many proposals become one at most.
const mergeMost = 12

// AskMerge asks the authors of alike proposals whether they become one, which goes on under the number common. Faults: forbidden,
// not_found, closed (people vote), conflict (one of them is asked already, or decided), invalid (number, reason, until).
func (s *Service) AskMerge(ctx context.Context, of platform.Platform, who account.Person, slug string, common int, others []int, reason string, until time.Time) error {
	if err := may(who, access.Assess, access.Moment{}); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	others = slices.DeleteFunc(slices.Clone(others), func(n int) bool { return n == common })
	slices.Sort(others)
	numbers := append([]int{common}, slices.Compact(others)...)
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := lock(ctx, tx, of, slug); err != nil {
			return err
		}
		e, err := editionOf(ctx, tx, of, slug)
		if err != nil {
			return err
		}
		if project.Voted(e.Steps, e.Now) {
			return fault.New(fault.Closed, "fault.decision.merge_voted")
		}
		var found []*fault.Error
		if len(numbers) < 2 || len(numbers) > mergeMost {
			found = append(found, fault.New(fault.Invalid, "fault.decision.merge_few", "Count", mergeMost).In("number"))
		}
		if n := utf8.RuneCountInString(reason); n < MinExplanation || n > MaxText {
			found = append(found, fault.New(fault.Invalid, "fault.decision.explanation", "Count", MinExplanation).In("reason"))
		}
		if !until.After(e.Now) {
			found = append(found, fault.New(fault.Invalid, "fault.decision.deadline").In("until"))
		}
		if err := fault.All(found); err != nil {
			return err
		}
		list, people, err := mergeable(ctx, tx, of, e, numbers)
		if err != nil {
			return err
		}
		m := Merger{ID: ids.Dated(tx.Now()), Project: e.Project.ID, Common: list[0].ID, Reason: reason, State: MergeAsked, AskedBy: who.ID, AskedAt: e.Now, Until: until}
		parts := make([]Part, len(list))
		var mails []notify.Mail
		titles := make([]string, len(list))
		for i, p := range list {
			parts[i], titles[i] = Part{Merger: m.ID, Proposal: p.ID, Author: p.Author}, p.Title
		}
		for _, p := range list {
			author := people[p.Author]
			l := i18n.For(langOf(author), of.Zone)
			mails = append(mails, notify.Mail{To: author.Email, Name: author.Name, Lang: l.Lang, Kind: "merge_asked", Person: author.ID, Path: pathOf(slug, p.Number) + "/regroupement",
				Args: map[string]any{"Title": p.Title, "Project": e.Title, "Titles": l.List(titles), "Reason": reason, "Until": l.Until(until)}})
		}
		if err := InsertMerger(ctx, tx, of.Key, m, parts); err != nil {
			return err
		}
		if err := audit.Note(ctx, tx, of.Key, who, audit.Act{Name: "merge_asked", Kind: "proposal", Subject: m.Common, Project: m.Project, Note: numbersOf(numbers)}); err != nil {
			return err
		}
		return notify.QueueAll(ctx, tx, of.Key, mails)
	})
}

// mergeable gives the proposals of those numbers, in their order, and their authors, who must all be able to answer.
func mergeable(ctx context.Context, tx db.Tx, of platform.Platform, e project.View, numbers []int) ([]proposal.Proposal, map[ids.ID]account.Person, error) {
	found, err := proposal.Numbers(ctx, tx, of.Key, e.Project.ID, numbers)
	if err != nil {
		return nil, nil, err
	}
	var list []proposal.Proposal
	var all, authors []ids.ID
	for _, n := range numbers {
		at := slices.IndexFunc(found, func(p proposal.Proposal) bool { return p.Number == n && p.Trashed == proposal.NotTrashed })
		if at < 0 {
			return nil, nil, fault.New(fault.Invalid, "fault.decision.merge_unknown", "Number", n).In("number")
		}
		list, all, authors = append(list, found[at]), append(all, found[at].ID), append(authors, found[at].Author)
	}
	reachable, err := account.Reachable(ctx, tx, of.Key, authors)
	if err != nil {
		return nil, nil, err
	}
	people := map[ids.ID]account.Person{}
	for _, p := range reachable {
		people[p.ID] = p
	}
	asked, err := mergersOf(ctx, tx, of.Key, all)
	if err != nil {
		return nil, nil, err
	}
	for _, m := range asked {
		if m.Open(e.Now) {
			return nil, nil, fault.New(fault.Conflict, "fault.decision.merge_asked")
		}
	}
	for _, p := range list {
		if people[p.Author].Email == "" {
			return nil, nil, fault.New(fault.Invalid, "fault.decision.merge_silent", "Number", p.Number).In("number")
		}
	}
	signed, err := Signed(ctx, tx, of.Key, all)
	if err == nil && len(signed) > 0 {
		err = fault.New(fault.Conflict, "fault.decision.merge_decided")
	}
	return list, people, err
}

// AnswerMerge is an author's answer for a proposal of theirs. With the last yes the proposals become one; with a no they never do.
// Faults: not_found (also for somebody else's proposal), closed (the date is past, or it is settled).
func (s *Service) AnswerMerge(ctx context.Context, of platform.Platform, who account.Person, slug string, number int, yes bool) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := lock(ctx, tx, of, slug); err != nil {
			return err
		}
		e, err := editionOf(ctx, tx, of, slug)
		if err != nil {
			return err
		}
		p, ok, err := proposal.Numbered(ctx, tx, of.Key, e.Project.ID, number)
		if err != nil {
			return err
		}
		if !ok || who.IsZero() || p.Author != who.ID || !who.Roles.Can(access.AnswerAuthor, access.Moment{Published: true, Own: true}) {
			return notFound()
		}
		mergers, err := mergersOf(ctx, tx, of.Key, []ids.ID{p.ID})
		if err != nil {
			return err
		}
		at := slices.IndexFunc(mergers, func(m Merger) bool { return m.Open(e.Now) })
		switch {
		case len(mergers) == 0:
			return notFound()
		case at < 0 || project.Voted(e.Steps, e.Now):
			return fault.New(fault.Closed, "fault.decision.merge_closed")
		}
		m := mergers[at]
		answer := No
		if yes {
			answer = Yes
		}
		if err := answerMerge(ctx, tx, of.Key, m.ID, p.ID, answer, e.Now); err != nil {
			return err
		}
		if !yes {
			return setMerger(ctx, tx, of.Key, m.ID, MergeRefused, e.Now)
		}
		parts, err := PartsOf(ctx, tx, of.Key, []ids.ID{m.ID})
		if err != nil || slices.ContainsFunc(parts[m.ID], func(p Part) bool { return p.Answer != Yes }) {
			return err
		}
		return merge(ctx, tx, of, e, m, parts[m.ID])
	})
}

// merge makes them one: the others leave the lists and stay as pages, with who supports them.
func merge(ctx context.Context, tx db.Tx, of platform.Platform, e project.View, m Merger, parts []Part) error {
	all := make([]ids.ID, len(parts))
	for i, p := range parts {
		all[i] = p.Proposal
	}
	found, err := proposal.ByIDs(ctx, tx, of.Key, all)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(found, func(p proposal.Proposal) bool { return p.ID == m.Common })
	if slices.ContainsFunc(found, func(p proposal.Proposal) bool { return p.Trashed != proposal.NotTrashed }) || at < 0 {
		return setMerger(ctx, tx, of.Key, m.ID, MergeLapsed, e.Now) // one has left meanwhile
	}
	common := found[at]
	slices.SortFunc(found, func(a, b proposal.Proposal) int { return a.Number - b.Number })
	l := i18n.For(i18n.Lang(e.Language), of.Zone)
	var numbers []int
	for _, p := range found {
		if p.ID == common.ID {
			continue
		}
		numbers = append(numbers, p.Number)
		if err := proposal.TakeOut(ctx, tx, of.Key, p, proposal.Merged, l.T("decision.merge.into", "Number", strconv.Itoa(common.Number)), e.Now); err != nil {
			return err
		}
	}
	if err := proposal.FollowTogether(ctx, tx, of.Key, all, common.ID); err != nil {
		return err
	}
	if err := journal.Append(ctx, tx, of.Key, "proposals_merged", map[string]any{"project": e.Project.ID, "into": common.ID, "number": common.Number, "merged": numbers}); err != nil {
		return err
	}
	return setMerger(ctx, tx, of.Key, m.ID, MergeDone, e.Now)
}

// Mergers gives those of an edition with their parts, for who asks. Faults: forbidden, not_found.
func (s *Service) Mergers(ctx context.Context, of platform.Platform, who account.Person, slug string) (b Board, list []Merger, parts map[ids.ID][]Part, numbers map[ids.ID]proposal.Proposal, err error) {
	if err := may(who, access.SeeBoard, access.Moment{}); err != nil {
		return b, nil, nil, nil, err
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		if b.Edition, err = editionOf(ctx, tx, of, slug); err != nil {
			return err
		}
		if list, err = mergersIn(ctx, tx, of.Key, b.Edition.Project.ID); err != nil {
			return err
		}
		all := make([]ids.ID, len(list))
		for i, m := range list {
			all[i] = m.ID
		}
		if parts, err = PartsOf(ctx, tx, of.Key, all); err != nil {
			return err
		}
		var proposals []ids.ID
		for _, some := range parts {
			for _, p := range some {
				proposals = append(proposals, p.Proposal)
			}
		}
		found, err := proposal.ByIDs(ctx, tx, of.Key, proposals)
		numbers = map[ids.ID]proposal.Proposal{}
		for _, p := range found {
			numbers[p.ID] = p
		}
		return err
	})
	return b, list, parts, numbers, err
}
