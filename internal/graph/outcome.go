package graph

import (
	"context"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/graph/exec"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/tally"
)

func tallyAmount(hundredths int64) tally.Amount { return tally.Amount(hundredths) }

// registerOutcomes registers what a proclaimed result says of a proposal; one statement serves all these fields.
func registerOutcomes(x *exec.Executor) {
	outcome(x, "winner", func(_ *Proposal, l *result.Line) *bool {
		if l.Reason.Code == tally.NotCounted {
			return nil
		}
		won := l.Winner()
		return &won
	})
	outcome(x, "rank", func(_ *Proposal, l *result.Line) *int { return &l.Rank })
	outcome(x, "officialWinner", func(_ *Proposal, l *result.Line) *bool {
		if l.Official == nil {
			return nil
		}
		won := l.OfficialWinner()
		return &won
	})
	exec.Field(x, "Proposal", "reason", proposalReasons)
}

// line gives the last proclaimed line of a proposal that anyone may see, once its lines were fetched.
func (p *Proposal) line() *result.Line {
	var last *result.Line
	lines := p.r.lines[p.ID]
	for i := range lines {
		if s := p.project.step(lines[i].Step); s != nil && s.may(access.SeeResult) {
			last = &lines[i].Line
		}
	}
	return last
}

func outcome[R any](x *exec.Executor, field string, get func(p *Proposal, l *result.Line) *R) {
	exec.Field(x, "Proposal", field, func(ctx context.Context, parents []*Proposal, _ exec.Args) ([]*R, error) {
		err := of(ctx).proclaimed(ctx, proposalIDs(parents))
		out := make([]*R, len(parents))
		for i, p := range parents {
			if l := p.line(); l != nil {
				out[i] = get(p, l)
			}
		}
		return out, err
	})
}

func projectsOf(parents []*Proposal) []ids.ID {
	list := make([]ids.ID, len(parents))
	for i, p := range parents {
		list[i] = p.project.ID
	}
	return missing[struct{}](list, nil)
}

func proposalReasons(ctx context.Context, parents []*Proposal, args exec.Args) ([]*string, error) {
	r := of(ctx)
	if err := r.proclaimed(ctx, proposalIDs(parents)); err != nil {
		return nil, err
	}
	locale, _ := args.String("locale")
	l := r.locale(locale)
	lines := make([]result.Line, 0, len(parents))
	for _, p := range parents {
		if line := p.line(); line != nil {
			lines = append(lines, *line)
		}
	}
	named, err := result.NamesIn(ctx, r.tx, r.platform.Key, lines)
	if err != nil {
		return nil, err
	}
	books, err := project.Rulebooks(ctx, r.tx, r.platform.Key, projectsOf(parents))
	if err != nil {
		return nil, err
	}
	out := make([]*string, len(parents))
	for i, p := range parents {
		if line := p.line(); line != nil {
			said := rulebook.ReasonText(l, line.Reason, p.project.Currency,
				func(reference string) string { return named.Proposal(p.project.ID, reference) }, books[p.project.ID].KeyName)
			out[i] = &said
		}
	}
	return out, nil
}
