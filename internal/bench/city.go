// Package bench makes the cities that benchmarks measure on: as many proposals and votes as asked, in one edition whose
// vote is over. It is for benchmarks and tests alone.
package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/tally"
)

// City is what was made.
type City struct {
	Platform int64
	Host     string
	Slug     string // of the edition
	Vote     ids.ID
	District string // slug of a district of many proposals
	Rare     string // slug of a category of few
	Word     string // in few titles
}

const (
	districts  = 20
	categories = 8
	perBallot  = 4
	chunk      = 1000
)

// Fill makes a city with so many proposals and votes.
func Fill(tb testing.TB, d *db.DB, proposals, votes int) City {
	tb.Helper()
	m := &maker{tb: tb, d: d, random: rand.New(rand.NewPCG(7, 7)), now: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)}
	m.write(m.platform)
	m.write(m.edition)
	for from := 0; from < proposals; from += chunk {
		m.write(func(ctx context.Context, tx db.Tx) error {
			return m.propose(ctx, tx, from, min(from+chunk, proposals), proposals)
		})
	}
	for cast := 0; cast < votes/perBallot; cast += chunk {
		m.write(func(ctx context.Context, tx db.Tx) error {
			return m.cast(ctx, tx, min(chunk, votes/perBallot-cast), proposals)
		})
	}
	m.write(func(ctx context.Context, tx db.Tx) error { return m.close(ctx, tx, proposals, votes/perBallot) })
	return City{m.of.Key, "localhost", m.view.Slug, m.view.Steps[1].ID, "quartier-3", "categorie-rare", "sequoia"}
}

type maker struct {
	tb      testing.TB
	d       *db.DB
	random  *rand.Rand
	now     time.Time
	of      platform.Platform
	view    project.View
	authors []account.Account
	names   []proposal.Facet
	places  []project.District
	kinds   []project.Category
}

func (m *maker) write(fn func(ctx context.Context, tx db.Tx) error) {
	m.tb.Helper()
	if err := m.d.Write(context.Background(), fn); err != nil {
		m.tb.Fatal(err)
	}
}

func (m *maker) platform(ctx context.Context, tx db.Tx) (err error) {
	m.of, err = platform.Create(ctx, tx, platform.New{Slug: "banc", Name: "Banc d'essai"})
	return err
}

func (m *maker) edition(ctx context.Context, tx db.Tx) error {
	key := m.of.Key
	m.authors, m.names, m.places, m.kinds = nil, nil, nil, nil
	id := ids.Dated(m.now)
	book := rulebook.Rulebook{Format: rulebook.Format, Currency: "EUR", Imported: &rulebook.Import{Source: "greedy"}, Vote: rulebook.Vote{Ballot: rulebook.Shape{Kind: rulebook.Simple, Max: perBallot}},
		Count: tally.Rule{Method: tally.MethodGreedy, Scoring: tally.Scoring{By: tally.ByChoice}, Budget: 800_000_000, Fit: tally.Fit{Then: tally.FitSkip},
			Ties: []tally.TieBreak{{By: tally.TieLowerCost}, {By: tally.TieOrder}}, DropOut: tally.DropOutNext}}
	for i := range 100 {
		m.authors = append(m.authors, account.Account{ID: ids.Dated(m.now), Name: fmt.Sprint("Personne ", i), Kind: account.Resident, Slug: fmt.Sprint("personne-", i), CreatedAt: m.now})
	}
	if err := account.Insert(ctx, tx, key, m.authors); err != nil {
		return err
	}
	for i := range districts {
		name := fmt.Sprint("Quartier ", i)
		d := project.District{ID: ids.Dated(m.now), Slug: fmt.Sprint("quartier-", i), Name: name, Sort: i18n.SortKey(name), Colour: i, Outline: square(i)}
		m.places = append(m.places, d)
		m.names = append(m.names, proposal.Facet{Tag: proposal.Tag{Kind: proposal.TagDistrict, Slug: d.Slug}, Name: name, Sort: d.Sort})
		book.Districts = append(book.Districts, rulebook.Named{Key: d.Slug, Name: name})
	}
	for i := range categories + 1 {
		name, slug := fmt.Sprint("Catégorie ", i), fmt.Sprint("categorie-", i)
		if i == categories {
			name, slug = "Catégorie rare", "categorie-rare"
		}
		m.kinds = append(m.kinds, project.Category{ID: ids.Dated(m.now), Project: id, Kind: "category", Slug: slug, Name: name, Sort: i18n.SortKey(name)})
		m.names = append(m.names, proposal.Facet{Tag: proposal.Tag{Kind: proposal.TagCategory, Slug: slug}, Name: name, Sort: i18n.SortKey(name)})
		book.Categories = append(book.Categories, rulebook.Named{Key: slug, Name: name})
	}
	p := project.Project{ID: id, Slug: "budget-participatif", Title: "Budget participatif", Currency: "EUR", Language: "fr", State: project.Published, Origin: project.Imported, Author: m.authors[0].ID,
		Rulebook: 1, PublishedAt: m.now, CreatedAt: m.now}
	steps := []project.Step{
		{ID: ids.Dated(m.now), Project: id, Position: 0, Kind: project.Collect, Slug: "depot", EndsAt: m.now.AddDate(0, -6, 0)},
		{ID: ids.Dated(m.now), Project: id, Position: 1, Kind: project.Vote, Slug: "vote", StartsAt: m.now.AddDate(0, -2, 0), EndsAt: m.now.AddDate(0, -1, 0)},
		{ID: ids.Dated(m.now), Project: id, Position: 2, Kind: project.Result, Slug: "resultats", StartsAt: m.now.AddDate(0, -1, 0)},
	}
	m.view = project.View{Project: p, Steps: steps, Now: m.now, Rulebook: book}
	if err := project.Insert(ctx, tx, key, p); err != nil {
		return err
	}
	if err := project.SetRulebook(ctx, tx, key, id, 1, book); err != nil {
		return err
	}
	if err := project.InsertDistricts(ctx, tx, key, id, m.places); err != nil {
		return err
	}
	if err := project.InsertCategories(ctx, tx, key, m.kinds); err != nil {
		return err
	}
	return project.InsertSteps(ctx, tx, key, steps)
}

// The districts are four rows of five, 2 km wide; south and west are where the first one has its middle.
const south, west, high, wide = 45.9, -3.2, 0.018, 0.026

// square is the outline of a district, as GeoJSON.
func square(i int) string {
	s, w := south+high*(float64(i/5)-0.5), west+wide*(float64(i%5)-0.5)
	return fmt.Sprintf(`{"type":"Polygon","coordinates":[[[%[2]f,%[1]f],[%[4]f,%[1]f],[%[4]f,%[3]f],[%[2]f,%[3]f],[%[2]f,%[1]f]]]}`, s, w, s+high, w+wide)
}

// near gives a place around the middle of a district.
func (m *maker) near(d project.District) *proposal.Place {
	at := slices.IndexFunc(m.places, func(o project.District) bool { return o.ID == d.ID })
	return &proposal.Place{Latitude: south + high*float64(at/5) + 0.006*m.random.NormFloat64(), Longitude: west + wide*float64(at%5) + 0.008*m.random.NormFloat64()}
}

// propose makes proposals; each thousandth is in the rare category and has the rare word.
func (m *maker) propose(ctx context.Context, tx db.Tx, from, to, all int) error {
	var list []proposal.Proposal
	var selections []proposal.Selection
	var tags [][]proposal.Tag
	for i := from; i < to; i++ {
		place, kind := m.places[m.random.IntN(districts)], m.kinds[m.random.IntN(categories)]
		title := fmt.Sprintf("Planter, réparer, éclairer : proposition numéro %d pour la rue", i+1)
		if i%(all/20) == 0 {
			kind, title = m.kinds[categories], "Un séquoia place du Marché "+fmt.Sprint(i)
		}
		p := proposal.Proposal{ID: ids.Dated(m.now), Project: m.view.Project.ID, Number: i + 1, Reference: fmt.Sprint("R", i+1), Slug: "planter-reparer-eclairer", Title: title,
			Body: "Un texte de longueur ordinaire, qui dit en quelques phrases ce que l'on voudrait, pour qui, où, et pourquoi cela changerait la vie de la rue.",
			Cost: int64(1000+m.random.IntN(200_000)) * 100, District: place.ID, Category: kind.ID, Author: m.authors[m.random.IntN(len(m.authors))].ID,
			CreatedAt: m.now, PublishedAt: m.now.Add(time.Duration(-i) * time.Minute), UpdatedAt: m.now}
		if i%4 != 0 { // the others are for the whole of their district
			p.Place = m.near(place)
		}
		list = append(list, p)
		s := proposal.Selection{Step: m.view.Steps[1].ID, Proposal: p.ID, Number: p.Number, Status: proposal.StatusVoted, Votes: int64(m.random.IntN(3000)), Cost: p.Cost,
			PublishedAt: p.PublishedAt, Shuffle: m.random.Int64N(1 << 31)}
		s.Points = s.Votes
		selections = append(selections, s)
		tags = append(tags, []proposal.Tag{{Kind: proposal.TagDistrict, Slug: place.Slug}, {Kind: proposal.TagCategory, Slug: kind.Slug}})
	}
	if err := proposal.Insert(ctx, tx, m.of.Key, list); err != nil {
		return err
	}
	return proposal.Select(ctx, tx, m.of.Key, selections, tags)
}

func (m *maker) cast(ctx context.Context, tx db.Tx, n, proposals int) error {
	list := make([]ballot.Ballot, n)
	for i := range list {
		list[i] = ballot.Ballot{ID: ids.Random()}
		first := m.random.IntN(proposals)
		for c := range perBallot {
			list[i].Choices = append(list[i].Choices, ballot.Choice{Number: (first+c*37)%proposals + 1})
		}
	}
	return ballot.Insert(ctx, tx, m.of.Key, m.view.Steps[1].ID, list, false)
}

// close counts the ballots, proclaims the result and lets the engine know its tables.
func (m *maker) close(ctx context.Context, tx db.Tx, proposals, ballots int) error {
	key, vote := m.of.Key, m.view.Steps[1].ID
	if err := proposal.KeepFacets(ctx, tx, key, vote, m.names); err != nil {
		return err
	}
	if err := project.CountStep(ctx, tx, key, vote, proposals, ballots); err != nil {
		return err
	}
	candidates, err := result.Candidates(ctx, tx, key, vote)
	if err != nil {
		return err
	}
	counted, err := result.Count(ctx, tx, key, vote, m.view.Rulebook.Count, candidates)
	if err != nil {
		return err
	}
	if _, err := result.Proclaim(ctx, tx, key, m.view, vote, "greedy", counted, func(int) *int { return nil }); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "ANALYZE")
	return err
}
