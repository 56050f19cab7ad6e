// Package decisiontest makes a town whose services have studied what residents deposited, for tests of what is decided.
package decisiontest

import (
	"context"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/decision"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/tally"
)

// Slug is the edition's.
const Slug = "budget"

// Town is a platform with an edition under analysis: the deposit is over, people vote in twenty days. Its first three proposals
// are studied: the first with two services that agree, the second with two that do not, the third by none in favour.
type Town struct {
	testing.TB
	DB        *db.DB
	Of        platform.Platform
	Now       time.Time
	Steps     []project.Step // deposit, analysis, vote
	People    map[string]account.Person
	Services  map[string]ids.ID
	Proposals []proposal.Proposal
	*decision.Service
}

// New makes one on a platform of that slug. People are ana, boris, chloe and dia, who each proposed something (ana the first and
// the third), sonia who supervises, denis and dora who decide, omar who organises, alex of a service, elsa who is elected.
func New(t testing.TB, d *db.DB, slug string) *Town {
	t.Helper()
	h := &Town{TB: t, DB: d, People: map[string]account.Person{}, Services: map[string]ids.ID{}, Service: decision.NewService(d)}
	var err error
	if h.Of, err = platform.NewService(d).Create(t.Context(), platform.New{Slug: slug, Name: "Ville de " + slug, Hosts: []string{slug + ".example"}}); err != nil {
		t.Fatal(err)
	}
	h.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		h.Now = tx.Now()
		return h.found(ctx, tx)
	})
	deposits := deposit.NewService(d)
	for i, p := range []struct{ who, title, cost, place string }{
		{"ana", "Des bancs à l’ombre rue des Tilleuls", "12 000", "ouest"}, {"boris", "Une passerelle sur la rivière", "90 000", "est"},
		{"ana", "Une patinoire toute l’année", "300 000", deposit.WholeCity}, {"chloe", "Des bancs place du marché", "8 000", "ouest"}, {"dia", "Un verger au stade", "15 000", "est"},
	} {
		then := db.At(t.Context(), h.Now.AddDate(0, 0, -30).Add(time.Duration(i)*time.Minute))
		who := h.People[p.who]
		content := deposit.Content{Title: p.title, Body: "Pour le quartier.", Category: "nature", District: p.place, Cost: p.cost, Name: who.Name, Age: deposit.AgeAdult, Kind: rulebook.KindPerson,
			Criteria: map[string]string{"investment": "no"}}
		draft, err := deposits.Save(then, h.Of, who, Slug, ids.ID{}, content, deposit.Upload{})
		if err != nil {
			t.Fatal(err)
		}
		published, err := deposits.Publish(then, h.Of, who, Slug, draft.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		h.Proposals = append(h.Proposals, published)
	}
	h.Write(t.Context(), h.study)
	return h
}

// Write runs fn in a transaction.
func (h *Town) Write(ctx context.Context, fn func(ctx context.Context, tx db.Tx) error) {
	h.Helper()
	if err := h.DB.Write(ctx, fn); err != nil {
		h.Fatal(err)
	}
}

// Read runs fn in a snapshot.
func (h *Town) Read(ctx context.Context, fn func(ctx context.Context, tx db.Tx) error) {
	h.Helper()
	if err := h.DB.Read(ctx, fn); err != nil {
		h.Fatal(err)
	}
}

// In is the test's context at a time so far from now.
func (h *Town) In(later time.Duration) context.Context {
	return db.At(h.Context(), h.Now.Add(later))
}

func (h *Town) found(ctx context.Context, tx db.Tx) error {
	edition := ids.Random()
	book := rulebook.Rulebook{Format: rulebook.Format, Currency: "EUR",
		Deposit: &rulebook.Deposit{Who: rulebook.Who{Residence: rulebook.Residence{In: rulebook.Anywhere}, Kinds: []rulebook.Kind{rulebook.KindPerson}},
			Running: rulebook.Running{Kind: rulebook.RunningNoDirect}},
		Vote: rulebook.Vote{Who: &rulebook.Who{Residence: rulebook.Residence{In: rulebook.InCity}, Kinds: []rulebook.Kind{rulebook.KindPerson}}, Ballot: rulebook.Shape{Kind: rulebook.Simple, Min: 1, Max: 3},
			Totals: rulebook.Totals{During: rulebook.Hidden}},
		Count: tally.Rule{Method: tally.MethodGreedy, Scoring: tally.Scoring{By: tally.ByChoice}, Budget: 20_000_000, Fit: tally.Fit{Then: tally.FitSkip},
			Ties: []tally.TieBreak{{By: tally.TieLowerCost}, {By: tally.TieOrder}}, DropOut: tally.DropOutNext}}
	day := func(n int) time.Time { return h.Now.AddDate(0, 0, n) }
	h.Steps = []project.Step{{ID: ids.Random(), Project: edition, Kind: project.Collect, Slug: "depot", StartsAt: day(-40), EndsAt: day(-15)},
		{ID: ids.Random(), Project: edition, Position: 1, Kind: project.Analysis, Slug: "analyse", StartsAt: day(-15), EndsAt: day(15)},
		{ID: ids.Random(), Project: edition, Position: 2, Kind: project.Vote, Slug: "vote", StartsAt: day(20), EndsAt: day(40)}}
	for _, err := range []error{
		project.Insert(ctx, tx, h.Of.Key, project.Project{ID: edition, Slug: Slug, Title: "Budget", Currency: "EUR", Language: "fr", State: project.Published, Origin: project.OfCity, Rulebook: 1, CreatedAt: day(-50), PublishedAt: day(-50)}),
		project.SetRulebook(ctx, tx, h.Of.Key, edition, 1, book),
		project.InsertSteps(ctx, tx, h.Of.Key, h.Steps),
		project.InsertDistricts(ctx, tx, h.Of.Key, edition, []project.District{{ID: ids.Random(), Slug: "ouest", Name: "Ouest", Sort: []byte{1}}, {ID: ids.Random(), Slug: "est", Name: "Est", Sort: []byte{2}}}),
		project.InsertCategories(ctx, tx, h.Of.Key, []project.Category{{ID: ids.Random(), Project: edition, Kind: "category", Slug: "nature", Name: "Nature", Sort: []byte{1}}}),
	} {
		if err != nil {
			return err
		}
	}
	for name, roles := range map[string][]access.Role{"ana": nil, "boris": nil, "chloe": nil, "dia": nil, "omar": {access.Organiser}, "sonia": {access.Supervisor}, "denis": {access.DecisionMaker},
		"dora": {access.DecisionMaker}, "alex": {access.Analyst}, "elsa": {access.Elected}} {
		p, err := account.Stage(ctx, tx, h.Of.Key, account.Person{Email: name + account.StageDomain, Name: name, Kind: account.Resident, Language: "fr"}, roles)
		if err != nil {
			return err
		}
		h.People[name] = p
	}
	for slug, name := range map[string]string{"parcs": "Service des parcs", "voirie": "Service de la voirie"} {
		h.Services[slug] = ids.Random()
		if _, err := tx.Exec(ctx, `INSERT INTO service (platform, id, slug, name, categories, contact) VALUES (?, ?, ?, ?, '[]', ?)`, h.Of.Key, h.Services[slug], slug, name, slug+"@ville.example"); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `INSERT INTO service_member (platform, service, participant) VALUES (?, ?, ?)`, h.Of.Key, h.Services["parcs"], h.People["alex"].ID)
	return err
}

// study lets the services answer.
func (h *Town) study(ctx context.Context, tx db.Tx) error {
	round := analysis.Round{ID: ids.Random(), Project: h.Steps[0].Project, Position: 1, Kind: analysis.Costing, StartsAt: h.Now.AddDate(0, 0, -15), DueAt: h.Now.AddDate(0, 0, -1)}
	money := func(n int64) *int64 { return &n }
	var sent []analysis.Assignment
	var said []analysis.Opinion
	add := func(number int, service string, lead bool, verdict analysis.Verdict, cost *int64, private string) {
		p := h.Proposals[number-1]
		a := analysis.Assignment{Round: round.ID, Service: h.Services[service], Proposal: p.ID, Project: p.Project, Lead: lead, State: analysis.Given, DueAt: round.DueAt, AssignedAt: round.StartsAt}
		if verdict == analysis.Undecided {
			a.State = analysis.Todo
		} else {
			said = append(said, analysis.Opinion{Round: round.ID, Service: a.Service, Proposal: p.ID, Verdict: verdict, Invest: cost, Answers: map[string]string{}, Public: "Étudié sur place.", Private: private, Version: 1,
				SavedBy: h.People["alex"].ID, SavedAt: h.Now.AddDate(0, 0, -3), GivenAt: h.Now.AddDate(0, 0, -3)})
		}
		sent = append(sent, a)
	}
	add(1, "parcs", true, analysis.Favourable, money(1_200_000), "SECRET-PRIVE")
	add(1, "voirie", false, analysis.Favourable, nil, "")
	add(2, "parcs", true, analysis.Favourable, money(9_000_000), "")
	add(2, "voirie", false, analysis.Unfavourable, money(20_000_000), "")
	add(3, "parcs", true, analysis.Unfavourable, money(60_000_000), "")
	add(4, "parcs", true, analysis.Undecided, nil, "")
	for _, err := range []error{analysis.InsertRounds(ctx, tx, h.Of.Key, []analysis.Round{round}), analysis.InsertAssignments(ctx, tx, h.Of.Key, sent), analysis.InsertOpinions(ctx, tx, h.Of.Key, said)} {
		if err != nil {
			return err
		}
	}
	return nil
}

// Refusal is a complete one.
func Refusal() decision.Assessment {
	return decision.Assessment{Outcome: decision.Refused, Article: "deposit_what", Explanation: "Une patinoire demande une équipe et de l’énergie chaque jour de l’année : le budget ne paie que des travaux.",
		Possible: "Une piste de roller, qui ne coûte rien à faire vivre, tiendrait dans le budget.", Ready: true}
}

// Voted is an assessment for the vote at a cost, in hundredths, with the reason of it.
func Voted(cost int64, why string) decision.Assessment {
	return decision.Assessment{Outcome: decision.ToVote, Cost: &cost, Explanation: why, Ready: true}
}

// Decide assesses proposals, by number, and signs them for a wave that comes out so much later than now.
func (h *Town) Decide(later time.Duration, by map[int]decision.Assessment) decision.Wave {
	h.Helper()
	w, err := h.SetWave(h.In(0), h.Of, h.People["denis"], Slug, decision.Wave{Title: "Première vague", PublishAt: h.Now.Add(later), AppealDays: decision.AppealDays})
	if err != nil {
		h.Fatal(err)
	}
	var numbers []int
	for number, a := range by {
		f, err := h.File(h.In(0), h.Of, h.People["sonia"], Slug, number)
		if err != nil {
			h.Fatal(err)
		}
		a.Version = f.Assessment.Version
		if _, err := h.Save(h.In(0), h.Of, h.People["sonia"], Slug, number, a); err != nil {
			h.Fatal(number, err)
		}
		numbers = append(numbers, number)
	}
	if _, err := h.Sign(h.In(0), h.Of, h.People["denis"], Slug, numbers, w.ID); err != nil {
		h.Fatal(err)
	}
	return w
}
