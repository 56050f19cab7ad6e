package decision

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// Stage is how far a proposal is on its way to an answer.
type Stage string

// The stages.
const (
	Studied  Stage = "studied"  // services still have to answer
	ToAssess Stage = "assess"   // they have, and nothing is proposed yet
	Drafted  Stage = "drafted"  // an assessment is begun
	ToSign   Stage = "sign"     // it is handed to who decides
	Waits    Stage = "waits"    // signed, for its date
	Answered Stage = "answered" // public
	Returned Stage = "returned" // its author has reworked it, or did not until the date
	Appealed Stage = "appealed" // its author asks that it be looked at again
)

// Stages lists them in order.
func Stages() []Stage {
	return []Stage{Studied, ToAssess, Drafted, ToSign, Waits, Answered, Returned, Appealed}
}

// Line is a proposal on the board.
type Line struct {
	Proposal    proposal.Proposal
	Assignments []analysis.Assignment
	Opinions    []analysis.Opinion
	Assessment  Assessment
	Decisions   []Decision
	Appeal      *Appeal // that waits
	Quarrel     Quarrel
	Late        bool // a service should have answered
	Stage       Stage
}

// Last gives the decision that is in force, or waits for its date.
func (l Line) Last() (Decision, bool) {
	if len(l.Decisions) == 0 {
		return Decision{}, false
	}
	return l.Decisions[len(l.Decisions)-1], true
}

// Outcome is what is decided, else what is proposed.
func (l Line) Outcome() Outcome {
	if d, ok := l.Last(); ok && (l.Assessment.Version == 0 || !l.Assessment.SavedAt.After(d.DecidedAt)) {
		return d.Outcome
	}
	return l.Assessment.Outcome
}

// Cost is what is decided or proposed that it costs, else what its lead service says, else its author.
func (l Line) Cost() int64 {
	if l.Assessment.Cost != nil {
		return *l.Assessment.Cost
	}
	if d, ok := l.Last(); ok && d.Cost != nil {
		return *d.Cost
	}
	if cost, ok := l.told(); ok {
		return cost
	}
	return l.Proposal.Cost
}

// told is the cost that the lead service gave last, else any service.
func (l Line) told() (cost int64, ok bool) {
	lead := map[ids.ID]bool{}
	for _, a := range l.Assignments {
		lead[a.Service] = lead[a.Service] || a.Lead
	}
	led := false
	for _, o := range l.Opinions {
		if o.GivenAt.IsZero() || o.Invest == nil || led && !lead[o.Service] {
			continue
		}
		cost, ok, led = *o.Invest, true, lead[o.Service]
	}
	return cost, ok
}

// agreed gives the cost, and says whether all that were asked are for it without differing.
func (l Line) agreed() (cost int64, agreed bool) {
	cost, agreed = l.told()
	if l.Quarrel.Any() || cost <= 0 {
		return cost, false
	}
	given := 0
	for _, a := range l.Assignments {
		if a.State.Open() {
			return cost, false
		}
	}
	for _, o := range l.Opinions {
		if o.GivenAt.IsZero() {
			continue
		}
		if given++; o.Verdict != analysis.Favourable {
			return cost, false
		}
	}
	return cost, agreed && given > 0
}

// Agreed says whether the vote may be proposed for it together with others.
func (l Line) Agreed() bool {
	_, ok := l.agreed()
	return ok && l.Assessment.Version == 0 && len(l.Decisions) == 0
}

// stage tells how far it is.
func (l Line) stage(now time.Time) Stage {
	last, decided := l.Last()
	fresh := l.Assessment.Version > 0 && (!decided || l.Assessment.SavedAt.After(last.DecidedAt))
	open := slices.ContainsFunc(l.Assignments, func(a analysis.Assignment) bool { return a.State.Open() })
	switch {
	case decided && !last.Public(now):
		return Waits
	case fresh && l.Assessment.Ready:
		return ToSign
	case l.Appeal != nil:
		return Appealed
	case fresh:
		return Drafted
	case decided && last.Outcome == Rework && (l.Proposal.UpdatedAt.After(last.PublishAt) || !now.Before(last.Deadline)):
		return Returned
	case decided:
		return Answered
	case open || len(l.Opinions) == 0:
		return Studied
	}
	return ToAssess
}

// Board is the whole of an edition for who follows it.
type Board struct {
	Edition   project.View
	Lines     []Line // by number
	Services  []project.CityService
	Counts    []analysis.Count
	Districts []project.District
	Waves     []Wave
	Appeals   []Appeal // those that wait first
	Authors   map[ids.ID]string
}

func (b Board) line(number int) (Line, bool) {
	at := slices.IndexFunc(b.Lines, func(l Line) bool { return l.Proposal.Number == number })
	if at < 0 {
		return Line{}, false
	}
	return b.Lines[at], true
}

// Count says how many proposals are at a stage.
func (b Board) Count(s Stage) (n int) {
	for _, l := range b.Lines {
		if l.Stage == s {
			n++
		}
	}
	return n
}

// Board gives it. Faults: forbidden, not_found.
func (s *Service) Board(ctx context.Context, of platform.Platform, who account.Person, slug string) (b Board, err error) {
	if err := may(who, access.SeeBoard, access.Moment{}); err != nil {
		return b, err
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		b, err = boardOf(ctx, tx, of, slug)
		return err
	})
	return b, err
}

// boardOf reads an edition whole, in as many statements whatever it holds.
func boardOf(ctx context.Context, tx db.Tx, of platform.Platform, slug string) (b Board, err error) {
	if b.Edition, err = editionOf(ctx, tx, of, slug); err != nil {
		return b, err
	}
	id := b.Edition.Project.ID
	list, err := proposal.OfProject(ctx, tx, of.Key, id)
	if err != nil {
		return b, err
	}
	all, authors := make([]ids.ID, len(list)), make([]ids.ID, 0, len(list))
	for i, p := range list {
		all[i] = p.ID
		authors = append(authors, p.Author)
	}
	opinions, err := analysis.Opinions(ctx, tx, of.Key, all)
	if err != nil {
		return b, err
	}
	assignments, err := analysis.AssignmentsOf(ctx, tx, of.Key, id)
	if err != nil {
		return b, err
	}
	assessments, err := AssessmentsOf(ctx, tx, of.Key, id)
	if err != nil {
		return b, err
	}
	signed, err := SignedIn(ctx, tx, of.Key, id)
	if err != nil {
		return b, err
	}
	if b.Appeals, err = AppealsIn(ctx, tx, of.Key, id); err != nil {
		return b, err
	}
	if b.Counts, err = analysis.Counts(ctx, tx, of.Key, id, b.Edition.Now); err != nil {
		return b, err
	}
	if b.Services, err = project.CityServices(ctx, tx, of.Key); err != nil {
		return b, err
	}
	if b.Waves, err = Waves(ctx, tx, of.Key, id); err != nil {
		return b, err
	}
	districts, err := project.DistrictsOf(ctx, tx, of.Key, []ids.ID{id})
	if err != nil {
		return b, err
	}
	for _, d := range districts {
		b.Districts = append(b.Districts, d.District)
	}
	names, err := account.ByIDs(ctx, tx, of.Key, authors)
	if err != nil {
		return b, err
	}
	b.Authors = map[ids.ID]string{}
	for _, a := range names {
		b.Authors[a.ID] = a.Name
	}
	sent := map[ids.ID][]analysis.Assignment{}
	for _, a := range assignments {
		sent[a.Proposal] = append(sent[a.Proposal], a)
	}
	waiting := map[ids.ID]*Appeal{}
	for i, a := range b.Appeals {
		if a.AnsweredAt.IsZero() {
			waiting[a.Proposal] = &b.Appeals[i]
		}
	}
	b.Lines = make([]Line, len(list))
	for i, p := range list {
		l := Line{Proposal: p, Assignments: sent[p.ID], Opinions: opinions[p.ID], Assessment: assessments[p.ID], Decisions: signed[p.ID], Appeal: waiting[p.ID]}
		l.Quarrel = Differ(l.Opinions)
		l.Late = slices.ContainsFunc(l.Assignments, func(a analysis.Assignment) bool { return a.Late(b.Edition.Now) })
		l.Stage = l.stage(b.Edition.Now)
		b.Lines[i] = l
	}
	return b, nil
}

// Load is what one service has to do.
type Load struct {
	Service ids.ID
	By      map[analysis.State]int
	Open    int // to be answered
	Late    int // of them
	Given   int
	Recent  int       // given in the last days
	DueAt   time.Time // the first of those that are not answered
	End     time.Time // at the present speed; zero: it cannot be told, or all is answered
}

// Speed is over how many days the present speed is measured.
const Speed = 14

// Loads gives the services that have something to do or have had, those that are late first, and then all together.
func (b Board) Loads() (list []Load, all Load) {
	at := map[ids.ID]int{}
	all.By = map[analysis.State]int{}
	for _, c := range b.Counts {
		i, known := at[c.Service]
		if !known {
			i = len(list)
			at[c.Service], list = i, append(list, Load{Service: c.Service, By: map[analysis.State]int{}})
		}
		for _, l := range []*Load{&list[i], &all} {
			l.By[c.State] += c.N
			l.Late += c.Late
			if c.State.Open() {
				l.Open += c.N
				if !c.DueAt.IsZero() && (l.DueAt.IsZero() || c.DueAt.Before(l.DueAt)) {
					l.DueAt = c.DueAt
				}
			}
			if c.State == analysis.Given {
				l.Given += c.N
			}
		}
	}
	since := b.Edition.Now.AddDate(0, 0, -Speed)
	for _, line := range b.Lines {
		for _, o := range line.Opinions {
			if o.GivenAt.After(since) {
				all.Recent++
				if i, known := at[o.Service]; known {
					list[i].Recent++
				}
			}
		}
	}
	for i := range list {
		list[i].End = Forecast(list[i].Open, list[i].Recent, b.Edition.Now)
	}
	all.End = Forecast(all.Open, all.Recent, b.Edition.Now)
	slices.SortStableFunc(list, func(x, y Load) int {
		return cmp.Or(cmp.Compare(y.Late, x.Late), cmp.Compare(y.Open, x.Open))
	})
	return list, all
}

// Share is what would go to the vote of a district, as it stands; the zero district is the whole city.
type Share struct {
	District project.District
	Vote     int   // proposals decided or proposed for the vote
	Money    int64 // what they cost, hundredths
	Other    int   // decided or proposed for anything else
	Open     int   // nothing is proposed yet
}

// Shares gives the whole city first when it has any, then the districts in their order, and the sum of all.
func (b Board) Shares() (list []Share, sum Share) {
	at := map[ids.ID]int{{}: 0}
	list = []Share{{}}
	for _, d := range b.Districts {
		at[d.ID] = len(list)
		list = append(list, Share{District: d})
	}
	for _, l := range b.Lines {
		for _, s := range []*Share{&list[at[l.Proposal.District]], &sum} {
			switch l.Outcome() {
			case ToVote:
				s.Vote++
				s.Money += l.Cost()
			case Undecided:
				s.Open++
			default:
				s.Other++
			}
		}
	}
	if w := list[0]; w.Vote+w.Other+w.Open == 0 {
		list = list[1:]
	}
	return list, sum
}
