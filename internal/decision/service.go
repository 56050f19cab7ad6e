package decision

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/audit"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// Service assesses, decides and answers.
type Service struct{ db *db.DB }

// NewService returns the service on a database.
func NewService(d *db.DB) *Service { return &Service{d} }

func may(who account.Person, action access.Action, m access.Moment) error {
	if who.Roles.Can(action, m) {
		return nil
	}
	return fault.New(fault.Forbidden, "fault.forbidden")
}

// File is all that there is on one proposal for who assesses it.
type File struct {
	Edition     project.View
	Proposal    proposal.Proposal
	Author      account.Account
	Asked       int64 // what its author says that it costs, hundredths
	Opinions    []analysis.Opinion
	Assignments []analysis.Assignment
	Rounds      []analysis.Round
	Services    []project.CityService
	Assessment  Assessment
	Decisions   []Decision // signed, the first first
	Appeals     []Appeal
	Ground      Ground
	Followers   int
	Next        [2]int // the numbers of the proposals before and after it; 0: none
}

// Quarrel is in what the services differ.
func (f File) Quarrel() Quarrel { return Differ(f.Opinions) }

// Last gives the decision that is in force, or that waits for its date.
func (f File) Last() (Decision, bool) {
	if len(f.Decisions) == 0 {
		return Decision{}, false
	}
	return f.Decisions[len(f.Decisions)-1], true
}

// Signed says whether a decision waits for its date: the assessment stays as it is until then.
func (f File) Signed() bool {
	d, ok := f.Last()
	return ok && !d.Public(f.Edition.Now)
}

// File gives it by the number of the proposal. Faults: forbidden, not_found.
func (s *Service) File(ctx context.Context, of platform.Platform, who account.Person, slug string, number int) (f File, err error) {
	if err := may(who, access.SeeBoard, access.Moment{}); err != nil {
		return f, err
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		f, err = file(ctx, tx, of, slug, number)
		return err
	})
	return f, err
}

// editionOf gives a published edition that the city runs here. Fault: not_found.
func editionOf(ctx context.Context, tx db.Tx, of platform.Platform, slug string) (project.View, error) {
	e, err := project.Load(ctx, tx, of.Key, slug, of.Now(tx.Now()))
	if err == nil && e.Origin != project.OfCity {
		err = notFound()
	}
	return e, err
}

func file(ctx context.Context, tx db.Tx, of platform.Platform, slug string, number int) (f File, err error) {
	if f.Edition, err = editionOf(ctx, tx, of, slug); err != nil {
		return f, err
	}
	found, ok, err := proposal.Numbered(ctx, tx, of.Key, f.Edition.Project.ID, number)
	if err == nil && (!ok || found.Trashed != proposal.NotTrashed) {
		err = notFound()
	}
	if err != nil {
		return f, err
	}
	f.Proposal = found
	one := []ids.ID{found.ID}
	opinions, err := analysis.Opinions(ctx, tx, of.Key, one)
	if err != nil {
		return f, err
	}
	assignments, err := analysis.Assignments(ctx, tx, of.Key, one)
	if err != nil {
		return f, err
	}
	f.Opinions, f.Assignments = opinions[found.ID], assignments[found.ID]
	if f.Rounds, err = analysis.Rounds(ctx, tx, of.Key, []ids.ID{f.Edition.Project.ID}); err != nil {
		return f, err
	}
	if f.Services, err = project.CityServices(ctx, tx, of.Key); err != nil {
		return f, err
	}
	signed, err := Signed(ctx, tx, of.Key, one)
	if err != nil {
		return f, err
	}
	f.Decisions = signed[found.ID]
	f.Asked = askedOf(f.Decisions, found)
	if f.Appeals, err = AppealsOf(ctx, tx, of.Key, found.ID); err != nil {
		return f, err
	}
	assessments, err := Assessments(ctx, tx, of.Key, one)
	if err != nil {
		return f, err
	}
	if f.Assessment, ok = assessments[found.ID]; !ok {
		f.Assessment = Assessment{Proposal: found.ID, Project: f.Edition.Project.ID}
	}
	f.Ground = groundOf(f.Edition, f.Services, f.Asked, of.Zone)
	if f.Followers, _, err = proposal.Following(ctx, tx, of.Key, found.ID, ids.ID{}); err != nil {
		return f, err
	}
	authors, err := account.ByIDs(ctx, tx, of.Key, []ids.ID{found.Author})
	if len(authors) > 0 {
		f.Author = authors[0]
	}
	return f, err
}

// askedOf is what the author asked: the proposal's cost, until a decision settled another.
func askedOf(signed []Decision, p proposal.Proposal) int64 {
	for _, d := range signed {
		if d.Outcome == ToVote && !d.AppliedAt.IsZero() {
			return d.Asked
		}
	}
	return p.Cost
}

// cited are the articles that a decision may cite, beside those that the city added: what is deposited, not how one votes.
var cited = []string{"budget", "deposit_who", "deposit_what", "deliberation"}

// groundOf is what assessments of an edition stand on. The articles and the templates are in the edition's language, as the
// answer is written.
func groundOf(e project.View, services []project.CityService, asked int64, zone *time.Location) Ground {
	l := i18n.For(i18n.Lang(e.Language), zone)
	g := Ground{Services: map[ids.ID]bool{}, Templates: map[string]string{"": l.T("decision.template.other")}, Asked: asked, Now: e.Now}
	for _, a := range e.Rulebook.Regulation(l) {
		if slices.Contains(cited, a.Key) || strings.HasPrefix(a.Key, "added-") {
			g.Articles = append(g.Articles, a)
		}
		if key := "decision.template." + a.Key; l.Has(key) {
			g.Templates[a.Key] = ""
			if text := e.Rulebook.Forbids(l, a.Key); text != "" {
				g.Templates[a.Key] = l.T(key, "Text", text)
			}
		}
	}
	for _, v := range services {
		g.Services[v.ID] = true
	}
	if at := project.VoteStep(e.Steps); at >= 0 {
		g.Vote = e.Steps[at].StartsAt
	}
	return g
}

// lock lets one write at a time decide of an edition.
func lock(ctx context.Context, tx db.Tx, of platform.Platform, slug string) error {
	return tx.Lock(ctx, "decisions of "+of.ID.String()+" "+slug)
}

// Save keeps an assessment as it was typed; with Ready, it is handed to who decides, if nothing is missing. Its version is that
// from which it was written. Faults: forbidden, not_found, conflict (somebody saved it meanwhile, or it is signed), invalid (with
// every reason).
func (s *Service) Save(ctx context.Context, of platform.Platform, who account.Person, slug string, number int, a Assessment) (kept Assessment, err error) {
	if err := may(who, access.Assess, access.Moment{}); err != nil {
		return kept, err
	}
	if err := a.kept(); err != nil {
		return kept, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := lock(ctx, tx, of, slug); err != nil {
			return err
		}
		f, err := file(ctx, tx, of, slug, number)
		if err != nil {
			return err
		}
		if f.Signed() {
			return fault.New(fault.Conflict, "fault.decision.signed")
		}
		if f.Assessment.Version != a.Version {
			return fault.New(fault.Conflict, "fault.decision.meanwhile")
		}
		if a.Ready {
			if err := a.Check(f.Ground); err != nil {
				return err
			}
		}
		kept = a
		kept.Proposal, kept.Project, kept.Version, kept.SavedBy, kept.SavedAt = f.Proposal.ID, f.Edition.Project.ID, a.Version+1, who.ID, f.Edition.Now
		return KeepAssessments(ctx, tx, of.Key, []Assessment{kept})
	})
	return kept, err
}

// Propose proposes the vote for several proposals at once, each with the cost that its lead service gave: only for those on
// which no service is against, all that were asked have answered, and nobody has begun to write. It says for how many. Faults:
// forbidden, not_found, invalid (which could not be, by their numbers; nothing is changed).
func (s *Service) Propose(ctx context.Context, of platform.Platform, who account.Person, slug string, numbers []int) (n int, err error) {
	if err := may(who, access.Assess, access.Moment{}); err != nil {
		return 0, err
	}
	if len(numbers) == 0 {
		return 0, fault.New(fault.Invalid, "fault.decision.none").In("number")
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := lock(ctx, tx, of, slug); err != nil {
			return err
		}
		b, err := boardOf(ctx, tx, of, slug)
		if err != nil {
			return err
		}
		var list []Assessment
		var found []*fault.Error
		for _, number := range slices.Compact(slices.Sorted(slices.Values(numbers))) {
			l, ok := b.line(number)
			cost, agreed := l.agreed()
			switch {
			case !ok:
				return notFound()
			case !agreed || l.Assessment.Version > 0 || len(l.Decisions) > 0:
				found = append(found, fault.New(fault.Invalid, "fault.decision.not_agreed", "Number", number).In("number"))
			default:
				a := Assessment{Proposal: l.Proposal.ID, Project: b.Edition.Project.ID, Outcome: ToVote, Cost: &cost, Ready: cost == l.Proposal.Cost, Version: 1, SavedBy: who.ID, SavedAt: b.Edition.Now}
				list = append(list, a)
			}
		}
		if len(found) > 0 {
			return fault.All(found)
		}
		n = len(list)
		if err := KeepAssessments(ctx, tx, of.Key, list); err != nil {
			return err
		}
		project := b.Edition.Project.ID
		return audit.Note(ctx, tx, of.Key, who, audit.Act{Name: "decision_proposed", Kind: "project", Subject: project, Project: project, Note: numbersOf(numbers)})
	})
	return n, err
}
