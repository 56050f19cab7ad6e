package graph

import (
	"context"
	"encoding/hex"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/graph/exec"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/result"
)

// votes says whether ballots are cast in the step.
func (s *Step) votes() bool { return s.Kind == project.Vote || s.Kind == project.Preselection }

// countsVisible says whether anyone may see its counts, and so sort by them. A step where nobody votes shows those of
// the project's votes.
func (s *Step) countsVisible() bool {
	if s.votes() {
		return s.may(access.SeeCounts)
	}
	for _, other := range s.project.steps {
		if other.votes() && !other.may(access.SeeCounts) {
			return false
		}
	}
	return true
}

// listVisible says whether anyone may see which proposals are in it. Those of a result step are the winners.
func (s *Step) listVisible() bool {
	if s.Kind != project.Result {
		return true
	}
	for _, earlier := range s.project.steps[:s.index] {
		if earlier.votes() && !earlier.may(access.SeeResult) {
			return false
		}
	}
	return true
}

func registerSteps(x *exec.Executor) {
	exec.Interface(x, "Step", stepType)
	for _, t := range []string{"CollectStep", "SelectionStep", "PresentationStep", "OtherStep"} {
		exec.Get(x, t, "id", (*Step).globalID)
		exec.Get(x, t, "url", (*Step).url)
		exec.Get(x, t, "title", (*Step).title)
		exec.Get(x, t, "state", (*Step).state)
		exec.Get(x, t, "timeRange", func(s *Step) *timeRange { return &timeRange{s.r.maybe(s.StartsAt), s.r.maybe(s.EndsAt)} })
	}
	exec.Get(x, "TimeRange", "startAt", func(t *timeRange) *dateTime { return t.start })
	exec.Get(x, "TimeRange", "endAt", func(t *timeRange) *dateTime { return t.end })
	exec.Field(x, "CollectStep", "proposals", stepProposals)
	exec.Field(x, "SelectionStep", "proposals", stepProposals)
	exec.Get(x, "SelectionStep", "kind", func(s *Step) string {
		return map[project.Kind]string{project.Preselection: "PRESELECTION", project.Analysis: "ANALYSIS", project.Vote: "VOTE", project.Result: "RESULT"}[s.Kind]
	})
	exec.Get(x, "SelectionStep", "ballots", func(s *Step) int { return s.Ballots })
	exec.Field(x, "SelectionStep", "result", stepResults)
}

// VoteResult is a proclaimed result in the API.
type VoteResult struct {
	r *request
	result.Result
	currency string
}

func stepResults(ctx context.Context, parents []*Step, _ exec.Args) ([]*VoteResult, error) {
	r := of(ctx)
	list := make([]ids.ID, len(parents))
	for i, s := range parents {
		list[i] = s.ID
	}
	found, err := result.OfSteps(ctx, r.tx, r.platform.Key, list)
	out := make([]*VoteResult, len(parents))
	for i, s := range parents {
		if v, ok := found[s.ID]; ok && s.may(access.SeeResult) {
			out[i] = &VoteResult{r, v, s.project.Currency}
		}
	}
	return out, err
}

func registerResults(x *exec.Executor) {
	exec.Get(x, "VoteResult", "rule", func(v *VoteResult) string { return v.Rule })
	exec.Get(x, "VoteResult", "counted", func(v *VoteResult) bool { return v.Counted })
	exec.Get(x, "VoteResult", "ballots", func(v *VoteResult) int { return v.Ballots })
	exec.Get(x, "VoteResult", "ballotsHash", func(v *VoteResult) string { return hex.EncodeToString(v.BallotsHash) })
	exec.Get(x, "VoteResult", "budget", func(v *VoteResult) *Money { return &Money{v.Budget, v.currency} })
	exec.Get(x, "VoteResult", "spent", func(v *VoteResult) *Money { return &Money{v.Spent, v.currency} })
	exec.Get(x, "VoteResult", "winnersCount", func(v *VoteResult) int { return v.Winners })
	exec.Get(x, "VoteResult", "officialKnown", func(v *VoteResult) bool { return v.OfficialKnown })
	exec.Get(x, "VoteResult", "officialSame", func(v *VoteResult) bool { return v.OfficialSame })
	exec.Get(x, "VoteResult", "proclaimedAt", func(v *VoteResult) dateTime { return v.r.time(v.ProclaimedAt) })
	exec.Interface(x, "Vote", func(*vote) string { return "ProposalVote" })
	relay[vote](x, "Vote")
	relay[vote](x, "ProposalVote")
	exec.Get(x, "ProposalVote", "id", func(*vote) string { return "" })
	exec.Get(x, "ProposalVote", "published", func(*vote) bool { return true })
	exec.Get(x, "ProposalVote", "publishableUntil", func(*vote) *dateTime { return nil })
	exec.Get(x, "ProposalVote", "publishedAt", func(*vote) *dateTime { return nil })
	exec.Get(x, "ProposalVote", "notPublishedReason", func(*vote) *string { return nil })
	exec.Get(x, "ProposalVote", "anonymous", func(*vote) bool { return true })
	exec.Get(x, "ProposalVote", "createdAt", func(*vote) dateTime { return dateTime{} })
}

// vote is a single vote. None is made until single votes are published: lists of them have a total and no edges.
type vote struct{}
