package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/tally"
	"github.com/parvis-civic/parvis/tally/pabulib"
)

// Recount is a vote of the city whose result is announced, as a file (Pabulib's format) from which anybody counts it again:
// its rule, its projects and its ballots. Whether the ballots may be seen is access's to say, before.
type Recount struct {
	platform int64
	step     ids.ID
	ballots  []byte // hash of the ballots that were counted
	meta     pabulib.Meta
	rule     tally.Rule
	projects []pabulib.Project
	index    map[int]int // of a project, by its number
}

// RecountOf reads what comes before the ballots.
func RecountOf(ctx context.Context, tx db.Tx, of platform.Platform, v project.View, r result.Result) (Recount, error) {
	c := Recount{platform: of.Key, step: r.Step, ballots: r.BallotsHash, rule: v.Rulebook.Seeded(r.Seed), meta: metaOf(of, v, r), index: map[int]int{}}
	candidates, err := result.Candidates(ctx, tx, of.Key, r.Step)
	if err != nil {
		return c, err
	}
	lines, err := result.Lines(ctx, tx, of.Key, r.Step, 0, len(candidates))
	if err != nil {
		return c, err
	}
	at := map[ids.ID]int{}
	list := make([]ids.ID, len(candidates))
	for i, one := range candidates {
		none := 0
		list[i], at[one.Proposal], c.index[one.Number] = one.Proposal, i, i
		c.projects = append(c.projects, pabulib.Project{Project: one.Project, Selected: &none})
		c.projects[i].Name = one.ID // its title only if it may be read
	}
	for _, l := range lines {
		p := &c.projects[at[l.Proposal]]
		p.Votes, p.Score, p.Selected = &l.Supporters, &l.Total, &l.Mark
	}
	for part := range slices.Chunk(list, titlesAtOnce) {
		found, err := proposal.ByIDs(ctx, tx, of.Key, part)
		if err != nil {
			return c, err
		}
		for _, p := range found {
			if p.Trashed.Readable() && p.Title != "" {
				c.projects[at[p.ID]].Name = p.Title
			}
		}
	}
	return c, nil
}

// titlesAtOnce keeps a statement within the number of parameters that an engine takes.
const titlesAtOnce = 10_000

func metaOf(of platform.Platform, v project.View, r result.Result) pabulib.Meta {
	step := v.Steps[project.VoteStep(v.Steps)]
	day := func(t time.Time) time.Time {
		if t.IsZero() {
			return t
		}
		t = t.In(of.Zone)
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	}
	m := pabulib.Meta{
		Description: v.Title, Unit: of.Name, Instance: v.Slug, Language: v.Language, Currency: v.Currency, NumVotes: r.Ballots,
		Begin: day(step.StartsAt), VoteType: pabulib.VoteApproval,
	}
	if !step.StartsAt.IsZero() {
		m.Instance = strconv.Itoa(m.Begin.Year())
	}
	if !step.EndsAt.IsZero() {
		m.End = day(step.EndsAt.Add(-time.Nanosecond)) // midnight is the end of the day before
	}
	shape := v.Rulebook.Vote.Ballot
	// No minimum is stated: a ballot stays valid when a proposal that it named has left the vote.
	m.MaxLength = shape.Max
	switch shape.Kind {
	case rulebook.Basket:
		m.MaxSumCost = v.Rulebook.Count.Budget
	case rulebook.Ranking:
		m.VoteType = pabulib.VoteOrdinal
	case rulebook.Cumulative:
		m.VoteType = pabulib.VoteCumulative
		m.MaxSumPoints, m.MaxPoints = shape.MaxPoints, shape.MaxPerProject
	}
	return m
}

// Validator names the content of the file, in hexadecimal: what comes before the ballots, where a title may be taken away, and the hash
// of the ballots, which are the same for ever once they are counted, in an order of their own.
func (c Recount) Validator() (string, error) {
	h := sha256.New()
	w, err := pabulib.NewWriter(h, c.meta, c.rule, c.projects)
	if err == nil {
		err = w.Flush()
	}
	h.Write(c.ballots)
	return hex.EncodeToString(h.Sum(nil)[:16]), err
}

// recountsAtOnce is how many such files are written at once: each reads every ballot of its vote.
const recountsAtOnce = 4

// recountAgain is how soon who was refused for that may come back: a large file takes some seconds.
const recountAgain = 30 * time.Second

// Recounts bounds how many files are written at once. Its zero value is ready.
type Recounts struct{ busy atomic.Int64 }

// Begin takes one of the places until leave is called. Fault: unavailable, with when to come back, when all are taken.
func (r *Recounts) Begin() (leave func(), err error) {
	if r.busy.Add(1) > recountsAtOnce {
		r.busy.Add(-1)
		f := fault.New(fault.Unavailable, "fault.results.file_busy")
		f.RetryAfter = recountAgain
		return nil, f
	}
	return func() { r.busy.Add(-1) }, nil
}

// ballotsAtOnce is how many ballots are read in one transaction: whoever reads slowly holds none.
const ballotsAtOnce = 5_000

// Write writes the file, in the order of the ballots' random keys and without them. pushed is called after each piece.
func (c Recount) Write(ctx context.Context, d *db.DB, out io.Writer, pushed func()) error {
	w, err := pabulib.NewWriter(out, c.meta, c.rule, c.projects)
	if err != nil {
		return err
	}
	var after ids.ID
	for {
		var page []ballot.Ballot
		if err := d.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
			page, err = ballot.Page(ctx, tx, c.platform, c.step, after, ballotsAtOnce)
			return err
		}); err != nil {
			return err
		}
		for _, b := range page {
			var counted tally.Ballot
			for _, k := range b.Choices {
				if i, ok := c.index[k.Number]; ok {
					counted.Choices = append(counted.Choices, tally.Choice{Project: i, Points: k.Points})
				}
			}
			if err := w.Ballot(counted); err != nil {
				return err
			}
		}
		if err := w.Flush(); err != nil {
			return err
		}
		pushed()
		if len(page) < ballotsAtOnce {
			return nil
		}
		after = page[len(page)-1].ID
	}
}
