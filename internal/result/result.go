// Package result counts a vote from its stored ballots, keeps the outcome with the reason of each project, and says
// whether a new count or the city's own announcement agrees.
package result

import (
	"context"
	"encoding/hex"
	"time"

	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/tally"
)

// Result is the proclaimed outcome of a vote.
type Result struct {
	Step          ids.ID
	Rule          string // its name, as the organiser gives it
	Rulebook      int64  // version that was applied
	Counted       bool   // false: the method is not built; totals, no winners
	Ballots       int
	BallotsHash   []byte // SHA-256 over the ballots in the order of their text, each with a line feed
	Budget        tally.Amount
	Spent         tally.Amount
	Reserve       tally.Amount
	Winners       int
	OfficialKnown bool // the city's own announcement is known
	OfficialSame  bool // and says the same
	ProclaimedAt  time.Time
	Seed          string // what the lots were drawn by, where the rulebook names a drawing to come; empty: by what it says itself
	Drawn         bool   // Seed is the numbers of that drawing; false: nothing hung on the lots, the hash of the ballots orders those who lost
}

// Line is what happened to one proposal.
type Line struct {
	Rank       int
	Proposal   ids.ID
	Total      int64
	Supporters int64
	Mark       int // 1 winner, 2 winner completed from a reserve, 0 not
	Stage      tally.Stage
	Part       string
	Reason     tally.Reason
	Official   *int // the city's own mark: 1 winner, 2 completed from a reserve, 0 not, others funded from elsewhere; nil: not announced
}

// Winner says whether the line is a winner's.
func (l Line) Winner() bool { return l.Mark != 0 }

// OfficialWinner says whether the city announced the proposal as a winner of this vote.
func (l Line) OfficialWinner() bool {
	return l.Official != nil && (*l.Official == 1 || *l.Official == 2)
}

// Differs says whether the city announced something else.
func (l Line) Differs() bool { return l.Official != nil && l.Winner() != l.OfficialWinner() }

// Candidate is a proposal as the count knows it.
type Candidate struct {
	Proposal ids.ID
	Number   int
	tally.Project
}

// Count counts the stored ballots of a step over its candidates (Candidates). Nothing is written. Fault: conflict, while
// ballots that named a proposal which left are still to be freed of it.
func Count(ctx context.Context, tx db.Tx, platform int64, step ids.ID, rule tally.Rule, candidates []Candidate) (Counted, error) {
	if err := settled(ctx, tx, platform, step); err != nil {
		return Counted{}, err
	}
	index := make(map[int]int, len(candidates))
	projects := make([]tally.Project, len(candidates))
	for i, c := range candidates {
		index[c.Number], projects[i] = i, c.Project
	}
	var roll ballot.Roll
	outcome, err := tally.Count(rule, projects, roll.Each(ctx, tx, platform, step, index))
	return Counted{Result: outcome, Candidates: candidates, BallotsHash: roll.Sum(), Rule: rule}, err
}

// Counted is a count with what it was made of.
type Counted struct {
	tally.Result
	Candidates  []Candidate
	BallotsHash []byte
	Rule        tally.Rule // what was counted by
	Seed        string     // of the result, where the rulebook names a drawing to come
	Drawn       bool
}

// Lines gives the outcome as stored lines. official gives the city's own mark of a candidate, if it is known.
func (c Counted) Lines(official func(i int) *int) []Line {
	lines := make([]Line, len(c.Projects))
	for i, o := range c.Projects {
		lines[i] = Line{Rank: o.Rank, Proposal: c.Candidates[o.Project].Proposal, Total: o.Total, Supporters: o.Supporters, Mark: o.Mark,
			Stage: o.Stage, Part: o.Part, Reason: o.Reason, Official: official(o.Project)}
	}
	return lines
}

// Proclaim stores the outcome of a count with its files, fills the project's result step with the winners and writes the journal
// entry. What was counted changes no more then: access says so of ballots, and project of rules. It is announced at v.Now, the platform's time; rule is the rule's name; official gives the city's own marks, if
// they are known.
func Proclaim(ctx context.Context, tx db.Tx, platform int64, v project.View, step ids.ID, rule string, c Counted, official func(i int) *int) (Result, error) {
	lines := c.Lines(official)
	r := Result{Step: step, Rule: rule, Rulebook: v.Project.Rulebook, Counted: c.Counted, Ballots: c.Ballots, BallotsHash: c.BallotsHash, Budget: c.Budget,
		Spent: c.Spent, Reserve: c.Reserve, Winners: len(c.Winners), OfficialSame: c.Counted, ProclaimedAt: v.Now, Seed: c.Seed, Drawn: c.Drawn}
	for _, l := range lines {
		r.OfficialKnown = r.OfficialKnown || l.Official != nil
		r.OfficialSame = r.OfficialSame && !l.Differs()
	}
	r.OfficialSame = r.OfficialSame && r.OfficialKnown
	if err := insert(ctx, tx, platform, r, lines); err != nil {
		return Result{}, err
	}
	if err := selectWinners(ctx, tx, platform, v, step, lines); err != nil {
		return Result{}, err
	}
	var others []ids.ID // where nobody votes: their lists can be ordered by what the vote gave
	for _, s := range v.Steps {
		if s.Kind == project.Collect || s.Kind == project.Analysis {
			others = append(others, s.ID)
		}
	}
	if err := proposal.CopyCounts(ctx, tx, platform, step, others); err != nil {
		return Result{}, err
	}
	if err := project.Proclaim(ctx, tx, platform, step, v.Now); err != nil {
		return Result{}, err
	}
	hash := v.Rulebook.Hash()
	entry := map[string]any{
		"project": v.Project.ID, "step": step, "rule": rule, "rulebook": hex.EncodeToString(hash[:]), "counted": r.Counted,
		"ballots": r.Ballots, "ballots_sha256": hex.EncodeToString(r.BallotsHash), "budget": r.Budget.String(), "spent": r.Spent.String(), "winners": winners(lines),
	}
	if v.Origin == project.OfCity {
		files, err := c.files(lines)
		if err != nil {
			return Result{}, err
		}
		if entry["files_sha256"], err = keepFiles(ctx, tx, platform, step, files); err != nil {
			return Result{}, err
		}
	}
	if c.Seed != "" {
		entry["seed"], entry["drawn"] = c.Seed, c.Drawn
	}
	return r, journal.Append(ctx, tx, platform, "result_proclaimed", entry)
}

func winners(lines []Line) []ids.ID {
	list := []ids.ID{}
	for _, l := range lines {
		if l.Winner() {
			list = append(list, l.Proposal)
		}
	}
	return list
}

// selectWinners puts the winners into the project's result step.
func selectWinners(ctx context.Context, tx db.Tx, platform int64, v project.View, vote ids.ID, lines []Line) error {
	for _, s := range v.Steps {
		if s.Kind == project.Result {
			n, err := proposal.Promote(ctx, tx, platform, vote, s.ID, winners(lines), proposal.StatusWinner)
			if err != nil {
				return err
			}
			return project.CountStep(ctx, tx, platform, s.ID, n, 0)
		}
	}
	return nil
}
