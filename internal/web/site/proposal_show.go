package site

import (
	"cmp"
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/web"
	webanalysis "github.com/parvis-civic/parvis/internal/web/analysis"
	"github.com/parvis-civic/parvis/internal/web/decide"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/talk"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/internal/web/works"
)

func (s *Site) proposalShow(r *web.Request, p ui.Page) (web.View, error) {
	number, _, _ := strings.Cut(r.PathValue("proposal"), "-")
	n, err := strconv.Atoi(number)
	if err != nil {
		return web.View{}, notFound()
	}
	var page ProposalPage
	var moved web.View
	err = s.read(r, p, func(ctx context.Context, v visit) error {
		e, err := v.Edition(ctx, r.PathValue("project"))
		if err != nil {
			return err
		}
		found, ok, err := proposal.Numbered(ctx, v.Tx, v.Of.Key, e.Project.ID, n)
		if err != nil {
			return err
		}
		if !ok {
			return notFound()
		}
		removed := found
		found = v.Seen(found)
		address := numberText(n)
		if found.Slug != "" {
			address += "-" + found.Slug
		}
		if r.PathValue("proposal") != address {
			moved = web.View{Moved: edition.ProposalHref(p, e.Slug, numberText(n), found.Slug)}
			return nil
		}
		if page, err = v.proposal(ctx, e, found); err != nil {
			return err
		}
		page.Removed = v.removal(removed)
		if page.Talk, err = talk.SectionOf(ctx, v.Tx, v.Of, r.Person, p, e.View, removed, r.URL.Query().Get("ordre")); err != nil {
			return err
		}

		if page.Handed, err = webanalysis.Handed(ctx, v.Tx, v.Of.Key, v.Page, found); err != nil {
			return err
		}

		if err := v.deposited(ctx, e, removed, r.Person, &page); err != nil || e.Origin != project.OfCity {
			return err
		}
		page.Reply, err = decide.ReplyOf(ctx, v.Tx, r.Platform, v.Page, e.View, removed, r.Person, page.Mine, page.Followers)
		return err
	})
	if err != nil || moved.Moved != "" {
		return moved, err
	}
	return web.View{Page: ProposalShow(p, page)}, nil
}

// deposited adds what is known of a proposal that was deposited here: who follows it, its versions, its answers.
func (v visit) deposited(ctx context.Context, e edition.Edition, found proposal.Proposal, reader account.Person, page *ProposalPage) (err error) {
	if !page.followable() {
		return nil
	}
	if v.Of.Kind == platform.City {
		page.Report = found.ID
	}
	if page.Followers, page.Follows, err = proposal.Following(ctx, v.Tx, v.Of.Key, found.ID, reader.ID); err != nil {
		return err
	}
	d, ok, err := deposit.DepositOf(ctx, v.Tx, v.Of.Key, found.ID)
	if err != nil || !ok {
		return err
	}
	if d.Participant == reader.ID {
		page.Mine = v.Href(e.Shown().Path() + "/deposer/" + d.ID.String() + "/en-ligne")
	}
	versions, err := proposal.Versions(ctx, v.Tx, v.Of.Key, found.ID)
	if err != nil {
		return err
	}
	page.Changes = max(len(versions)-1, 0)
	form, err := deposit.FormOf(ctx, v.Tx, v.Of.Key, d.Step)
	said := func(list []deposit.Answered) (shown []Answered) {
		for _, a := range list {
			one := Answered{Question: a.Question, Answer: a.Answer}
			if a.File != "" {
				one.File = v.Href(e.Shown().Path() + "/propositions/" + numberText(found.Number) + "/fichiers/" + url.PathEscape(a.File))
			}
			shown = append(shown, one)
		}
		return shown
	}
	page.Answers = said(form.PublicAnswers(d.Content, v.Lang))
	if reader.Roles.Can(access.SeeAnswers, d.Moment(found, reader)) {
		page.Private = said(form.PrivateAnswers(d.Content, v.Lang))
	}
	return err
}

// removal says when and why moderation removed a proposal, or that its author did; nothing of one that stands.
func (v visit) removal(p proposal.Proposal) string {
	switch {
	case p.Trashed == proposal.Withdrawn:
		return v.T("web.removed.withdrawn", "Day", v.Date(p.TrashedAt))
	case p.Trashed == proposal.NotTrashed:
		return ""
	case p.Trashed == proposal.Merged:
		return v.T("web.removed.merged", "Day", v.Date(p.TrashedAt))
	case p.TrashedReason == "":
		return v.T("web.removed.when", "Day", v.Date(p.TrashedAt))
	}
	return v.T("web.removed.why", "Day", v.Date(p.TrashedAt), "Reason", v.Reason(p.TrashedReason))
}

func (v visit) proposal(ctx context.Context, e edition.Edition, found proposal.Proposal) (ProposalPage, error) {
	page := ProposalPage{Project: e.Shown(), Reference: cmp.Or(found.Reference, numberText(found.Number)), Author: found.Proposer, Text: found.Body, OnPaper: found.Paper}
	if found.Summary != "" {
		page.Text = strings.TrimSpace(found.Summary + "\n\n" + found.Body)
	}
	at := project.Listed(e.Steps, e.Now)
	selections, err := proposal.SelectionsOf(ctx, v.Tx, v.Of.Key, []ids.ID{found.ID})
	if err != nil {
		return page, err
	}
	listed := proposal.Listed{Proposal: found}
	step := 0
	for _, s := range selections { // where it got furthest, of what is shown
		for i, of := range e.Steps {
			if of.ID == s.Step && i <= max(at, 0) {
				step, listed.Selection = i, s
			}
		}
	}
	cards, err := v.cards(ctx, e, step, []proposal.Listed{listed})
	if err != nil {
		return page, err
	}
	page.Card, page.Proposals = cards[0], int64(e.Steps[step].Proposals)
	page.Imported = e.Origin == project.Imported
	if page.Author == "" && found.Trashed.Readable() {
		authors, err := account.ByIDs(ctx, v.Tx, v.Of.Key, []ids.ID{found.Author})
		if err != nil {
			return page, err
		}
		// The account of an import is the platform's own: nobody proposed in its name.
		if len(authors) > 0 && e.Origin != project.Imported {
			page.Author = authors[0].Name
		}
	}
	tags, err := proposal.TagsOf(ctx, v.Tx, v.Of.Key, e.Steps[step].ID, []ids.ID{found.ID})
	if err != nil {
		return page, err
	}
	for _, t := range tags[found.ID] {
		if t.Kind == proposal.TagCategory {
			page.Categories = append(page.Categories, e.Named(t))
		}
	}
	page.Address = found.Address
	if e.Followed() {
		if page.Works, err = works.Of(ctx, v.Visit, e, found.ID); err != nil {
			return page, err
		}
	}
	if page.Where, err = v.placeMap(ctx, e, found); err != nil {
		return page, err
	}
	if found.Place != nil {
		page.Latitude, page.Longitude = strconv.FormatFloat(found.Place.Latitude, 'f', 5, 64), strconv.FormatFloat(found.Place.Longitude, 'f', 5, 64)
	}
	return page, v.outcome(ctx, e, found, &page)
}

// outcome says what the count made of the proposal.
func (v visit) outcome(ctx context.Context, e edition.Edition, found proposal.Proposal, page *ProposalPage) error {
	if !e.Counted {
		return nil
	}
	lines, err := result.LinesOf(ctx, v.Tx, v.Of.Key, []ids.ID{found.ID})
	if err != nil {
		return err
	}
	for _, l := range lines {
		if l.Step != e.Result.Step {
			continue
		}
		said, err := v.Reasons(ctx, e, []result.Line{l.Line})
		if err != nil {
			return err
		}
		page.Rank, page.Winner, page.Completed, page.Counted, page.Reason = l.Rank, l.Winner(), l.Mark == 2, e.Result.Counted, said[0]
	}
	return nil
}
