package decide

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/decision"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	rooms "github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Reply is the answer to a proposal as its page shows it, put first; the zero value shows nothing.
type Reply struct {
	State     ui.State
	Title     string // the decision in a sentence
	When      time.Time
	First     time.Time // its author alone reads it until then; zero: everybody does
	Costs     string    // what changed; empty: nothing
	Article   string    // its title
	Law       []string  // the article's paragraphs
	Why       []string
	Possible  []string
	Whom      string // whom to ask
	Contact   string
	Lang      string // of what the city wrote, when it is not the page's
	Next      string
	Followers int
	Older     []Older
	Appeals   []Reviewed
	Passed    time.Time // its author passed it on
	Kept      time.Time

	// For its author.
	Own       bool
	Refusal   bool
	Path      string        // of the proposal
	Edit      templ.SafeURL // where it is reworked; empty: it cannot be
	Until     time.Time     // until when they may appeal; zero: they may not
	CanPass   bool
	CanKeep   bool
	Again     templ.SafeURL // where it can be deposited again; empty: nowhere
	MergeAsks bool
	MergeEnds time.Time

	Into  *Joined  // the proposal that it goes on in
	Parts []Joined // those that go on in it
}

// Older is a decision that another has taken the place of.
type Older struct {
	State ui.State
	When  time.Time
	Why   []string
}

// Reviewed is an appeal as everybody reads it.
type Reviewed struct {
	Sent, Answered time.Time
	Title          string // empty: it waits
	Answer         []string
	Receipt        string // its author's alone
}

// Joined is a proposal of a merger.
type Joined struct {
	Number int
	Title  string
	Author string
	Href   templ.SafeURL
}

// Shown says whether there is anything to show.
func (r Reply) Shown() bool { return r.Title != "" || r.Into != nil || len(r.Parts) > 0 || r.MergeAsks }

func paragraphs(text string) (list []string) {
	for part := range strings.SplitSeq(text, "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

// ReplyOf gives it of a proposal, for who reads. edit is where its author goes on with it; followers is how many support it.
func ReplyOf(ctx context.Context, tx db.Tx, of platform.Platform, p ui.Page, e project.View, found rooms.Proposal, who account.Person, edit templ.SafeURL, followers int) (Reply, error) {
	r := Reply{Path: "/projets/" + e.Slug + "/propositions/" + strconv.Itoa(found.Number), Lang: foreign(p, e.Language), Followers: followers}
	s, err := decision.ShownOf(ctx, tx, of, e, found, who)
	if err != nil {
		return r, err
	}
	if err := r.joined(ctx, tx, of, p, e, found, s); err != nil {
		return r, err
	}
	r.Own = s.Own
	if m := s.Merger; m != nil && s.Own && m.Open(s.Now) {
		r.MergeAsks, r.MergeEnds = true, m.Until
	}
	if len(s.Decisions) == 0 || found.Trashed != rooms.NotTrashed {
		return r, nil
	}
	d := s.Last()
	r.State, r.Title, r.When = outcome(p, d.Outcome), said(p, d, e.Currency), d.PublishAt
	r.Refusal = d.Outcome != decision.ToVote
	if !d.Public(s.Now) {
		r.First = d.PublishAt
	}
	if d.Outcome == decision.ToVote && d.Asked > 0 && d.Cost != nil && *d.Cost != d.Asked {
		r.Costs = p.T("decide.cost.changed", "Asked", i18n.Amount{Hundredths: d.Asked, Currency: e.Currency}, "Cost", i18n.Amount{Hundredths: *d.Cost, Currency: e.Currency})
	}
	r.Article, r.Law, r.Why, r.Possible, r.Whom, r.Contact = d.ArticleTitle, paragraphs(d.ArticleText), paragraphs(d.Explanation), paragraphs(d.Possible), d.ContactName, d.Contact
	if at := project.VoteStep(e.Steps); d.Outcome == decision.ToVote && at >= 0 && e.Steps[at].StartsAt.After(s.Now) {
		r.Next = p.T("decide.next.vote", "When", p.Date(e.Steps[at].StartsAt))
	}
	for i := len(s.Decisions) - 2; i >= 0; i-- {
		old := s.Decisions[i]
		r.Older = append(r.Older, Older{State: outcome(p, old.Outcome), When: old.PublishAt, Why: paragraphs(old.Explanation)})
	}
	for _, a := range s.Appeals {
		one := Reviewed{Sent: a.SentAt, Answered: a.AnsweredAt, Answer: paragraphs(a.Answer)}
		if a.Result != decision.Waiting {
			one.Title = p.T("decision.result." + string(a.Result))
		}
		if s.Own {
			one.Receipt = a.Receipt()
		}
		r.Appeals = append(r.Appeals, one)
	}
	r.Passed, r.Kept = s.Wishes[decision.PassOn], s.Wishes[decision.Keep]
	if !s.Own {
		return r, nil
	}
	if s.CanAppeal(who) {
		r.Until = d.AppealUntil
	}
	if d.Outcome == decision.Rework && s.Now.Before(d.Deadline) && d.Public(s.Now) {
		r.Edit = edit
	}
	r.CanPass, r.CanKeep = r.Refusal && d.ContactName != "" && r.Passed.IsZero(), r.Refusal && r.Kept.IsZero()
	if s.Again != "" {
		r.Again = p.Href("/projets/" + s.Again + "/deposer")
	}
	return r, nil
}

// said is a decision in a sentence, as everybody reads it.
func said(p ui.Page, d decision.Decision, currency string) string {
	switch d.Outcome {
	case decision.ToVote:
		var cost int64
		if d.Cost != nil {
			cost = *d.Cost
		}
		return p.T("decision.said.vote", "Cost", i18n.Amount{Hundredths: cost, Currency: currency})
	case decision.Rework:
		return p.T("decision.said.rework", "When", p.Until(d.Deadline))
	}
	return p.T("decision.said." + string(d.Outcome))
}

// joined adds the proposals with which this one became one.
func (r *Reply) joined(ctx context.Context, tx db.Tx, of platform.Platform, p ui.Page, e project.View, found rooms.Proposal, s decision.Shown) error {
	if s.Merger == nil || s.Merger.State != decision.MergeDone {
		return nil
	}
	all, people := make([]ids.ID, len(s.Parts)), make([]ids.ID, len(s.Parts))
	for i, part := range s.Parts {
		all[i], people[i] = part.Proposal, part.Author
	}
	list, err := rooms.ByIDs(ctx, tx, of.Key, all)
	if err != nil {
		return err
	}
	authors, err := account.ByIDs(ctx, tx, of.Key, people)
	if err != nil {
		return err
	}
	names := map[ids.ID]string{}
	for _, a := range authors {
		names[a.ID] = a.Name
	}
	for _, one := range list {
		j := Joined{Number: one.Number, Href: p.Href("/projets/" + e.Slug + "/propositions/" + strconv.Itoa(one.Number))}
		if one.Trashed.Readable() { // a slug says the title
			j.Title, j.Author, j.Href = one.Title, names[one.Author], j.Href+templ.SafeURL("-"+one.Slug)
		}
		switch {
		case one.ID == found.ID:
		case found.ID == s.Merger.Common:
			r.Parts = append(r.Parts, j)
		case one.ID == s.Merger.Common:
			r.Into = &j
		}
	}
	return nil
}
