package decide

import (
	"context"
	"slices"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/decision"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	rooms "github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// authorView is what an author is asked, or asks, of a proposal of theirs.
type authorView struct {
	Edition  project.View
	Proposal rooms.Proposal
	Shown    decision.Shown
	Others   []rooms.Proposal // of a merger, the one that goes on first
	Body     string
	Problems ui.Problems
}

func (v authorView) path() string {
	return "/projets/" + v.Edition.Slug + "/propositions/" + text(v.Proposal.Number)
}

// authored reads a proposal of the reader's, with what they may know of its answer. Somebody else's is not there.
func (s *Pages) authored(r *web.Request) (v authorView, err error) {
	n, err := number(r.PathValue("proposal"))
	if err != nil {
		return v, err
	}
	err = s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		v.Edition, err = project.Load(ctx, tx, r.Platform.Key, r.PathValue("project"), r.Platform.Now(tx.Now()))
		if err != nil {
			return err
		}
		found, ok, err := rooms.Numbered(ctx, tx, r.Platform.Key, v.Edition.Project.ID, n)
		if err != nil {
			return err
		}
		if !ok || r.Person.IsZero() || found.Author != r.Person.ID || !r.May(access.AnswerAuthor, access.Moment{Published: true, Own: true}) {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		v.Proposal = found
		if v.Shown, err = decision.ShownOf(ctx, tx, r.Platform, v.Edition, found, r.Person); err != nil {
			return err
		}
		var all []decision.Part
		if v.Shown.Merger != nil {
			all = v.Shown.Parts
		}
		v.Others, err = partsOf(ctx, tx, r.Platform.Key, v.Shown.Merger, all)
		return err
	})
	return v, err
}

func (s *Pages) appealForm(r *web.Request, p ui.Page) (web.View, error) {
	v, err := s.authored(r)
	if err == nil && len(v.Shown.Decisions) == 0 {
		err = fault.New(fault.NotFound, "fault.not_found")
	}
	return web.View{Page: AppealForm(p, v, v.Shown.CanAppeal(r.Person))}, err
}

func (s *Pages) sendAppeal(r *web.Request, p ui.Page) (web.View, error) {
	v, err := s.authored(r)
	if err != nil {
		return web.View{}, err
	}
	v.Body = r.Posted("body")
	_, err = s.decision.Appeal(r.Context(), r.Platform, r.Person, v.Edition.Slug, v.Proposal.Number, v.Body)
	if v.Problems, err = p.ProblemsOf(err); err != nil || len(v.Problems) > 0 {
		return web.Form(AppealForm(p, v, v.Shown.CanAppeal(r.Person)), v.Problems), err
	}
	return web.View{Next: p.Href(v.path()) + "#reponse"}, nil
}

// ask does what an author asks of a proposal that was not put to the vote.
func (s *Pages) ask(r *web.Request, p ui.Page) (web.View, error) {
	n, err := number(r.PathValue("proposal"))
	if err != nil {
		return web.View{}, err
	}
	slug := r.PathValue("project")
	if err := s.decision.Ask(r.Context(), r.Platform, r.Person, slug, n, decision.Wish(r.Posted("do"))); err != nil {
		return web.View{}, err
	}
	return web.View{Next: p.Href("/projets/"+slug+"/propositions/"+text(n)) + "#reponse"}, nil
}

func (s *Pages) mergeForm(r *web.Request, p ui.Page) (web.View, error) {
	v, err := s.authored(r)
	if err == nil && (v.Shown.Merger == nil || !v.Shown.Merger.Open(v.Shown.Now)) {
		err = fault.New(fault.NotFound, "fault.not_found")
	}
	return web.View{Page: MergeForm(p, v)}, err
}

func (s *Pages) answerMerge(r *web.Request, p ui.Page) (web.View, error) {
	v, err := s.authored(r)
	if err != nil {
		return web.View{}, err
	}
	if do := r.Posted("do"); do != decision.Yes && do != decision.No {
		return web.View{}, fault.New(fault.Invalid, "fault.form.unreadable")
	}
	if err := s.decision.AnswerMerge(r.Context(), r.Platform, r.Person, v.Edition.Slug, v.Proposal.Number, r.Posted("do") == decision.Yes); err != nil {
		return web.View{}, err
	}
	return web.View{Next: p.Href(v.path())}, nil
}

func (v authorView) bodyField(p ui.Page) ui.Input {
	return ui.Input{Name: "body", Label: p.T("decide.field.body"), Help: p.T("decide.field.body.help"), Value: v.Body, Rows: 8, Required: true, Max: decision.MaxText}
}

// partsOf gives the proposals of a merger, the one that goes on first.
func partsOf(ctx context.Context, tx db.Tx, platform int64, m *decision.Merger, parts []decision.Part) ([]rooms.Proposal, error) {
	if m == nil {
		return nil, nil
	}
	all := make([]ids.ID, len(parts))
	for i, part := range parts {
		all[i] = part.Proposal
	}
	list, err := rooms.ByIDs(ctx, tx, platform, all)
	slices.SortFunc(list, func(a, b rooms.Proposal) int {
		if first := a.ID == m.Common; first != (b.ID == m.Common) {
			if first {
				return -1
			}
			return 1
		}
		return a.Number - b.Number
	})
	return list, err
}
