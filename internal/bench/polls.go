package bench

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/tally"
)

// Polls is an edition whose vote is open.
type Polls struct {
	Of   platform.Platform
	Slug string
	Step ids.ID
	Book rulebook.Rulebook
}

// Homes are the districts of Polls: of five proposals one is for the whole city, the others are in these in turn.
var Homes = []string{"nord", "sud"}

// Open makes a platform of that slug with an edition of so many proposals whose vote began an hour ago and lasts another
// ten days. Proposal n costs n thousand euros. rules changes the rules: by default a basket of ten at most, for everybody,
// within 100,000 euros, totals hidden.
func Open(tb testing.TB, d *db.DB, slug string, proposals int, rules func(*rulebook.Rulebook)) Polls {
	tb.Helper()
	book := rulebook.Rulebook{Format: rulebook.Format, Currency: "EUR",
		Districts: []rulebook.Named{{Key: Homes[0], Name: "Quartier Nord"}, {Key: Homes[1], Name: "Quartier Sud"}},
		Deposit: &rulebook.Deposit{Who: rulebook.Who{Residence: rulebook.Residence{In: rulebook.Anywhere}, Kinds: []rulebook.Kind{rulebook.KindPerson}},
			Running: rulebook.Running{Kind: rulebook.RunningAllowed}},
		Vote: rulebook.Vote{Who: &rulebook.Who{Residence: rulebook.Residence{In: rulebook.Anywhere}, Kinds: []rulebook.Kind{rulebook.KindPerson}},
			Ballot: rulebook.Shape{Kind: rulebook.Basket, Min: 1, Max: 10}, Totals: rulebook.Totals{During: rulebook.Hidden}},
		Count: tally.Rule{Method: tally.MethodGreedy, Scoring: tally.Scoring{By: tally.ByChoice}, Budget: 100_000_00, Fit: tally.Fit{Then: tally.FitSkip},
			Ties: []tally.TieBreak{{By: tally.TieLowerCost}, {By: tally.TieOrder}}, DropOut: tally.DropOutNext}}
	if rules != nil {
		rules(&book)
	}
	polls := Polls{Slug: "budget-participatif", Book: book}
	err := d.Write(context.Background(), func(ctx context.Context, tx db.Tx) (err error) {
		if polls.Of, err = platform.Create(ctx, tx, platform.New{Slug: slug, Name: "Ville de " + slug}); err != nil {
			return err
		}
		return polls.fill(ctx, tx, proposals)
	})
	if err != nil {
		tb.Fatal(err)
	}
	return polls
}

func (p *Polls) fill(ctx context.Context, tx db.Tx, proposals int) error {
	now, key := tx.Now(), p.Of.Key
	author := account.Account{ID: ids.Dated(now), Name: "Ana", Kind: account.Resident, Slug: "ana", CreatedAt: now}
	if err := account.Insert(ctx, tx, key, []account.Account{author}); err != nil {
		return err
	}
	e := project.Project{ID: ids.Dated(now), Slug: p.Slug, Title: "Budget participatif", Currency: "EUR", Language: "fr", State: project.Published, Origin: project.OfCity, Author: author.ID,
		Rulebook: 1, PublishedAt: now, CreatedAt: now}
	steps := []project.Step{
		{ID: ids.Dated(now), Project: e.ID, Position: 0, Kind: project.Collect, Slug: "depot", StartsAt: now.AddDate(0, -6, 0), EndsAt: now.AddDate(0, -5, 0)},
		{ID: ids.Dated(now), Project: e.ID, Position: 1, Kind: project.Vote, Slug: "vote", StartsAt: now.Add(-time.Hour), EndsAt: now.AddDate(0, 0, 10), Proposals: proposals},
		{ID: ids.Dated(now), Project: e.ID, Position: 2, Kind: project.Result, Slug: "resultats", StartsAt: now.AddDate(0, 0, 20)},
	}
	p.Step = steps[1].ID
	if err := project.Insert(ctx, tx, key, e); err != nil {
		return err
	}
	if err := project.SetRulebook(ctx, tx, key, e.ID, 1, p.Book); err != nil {
		return err
	}
	var places []project.District
	var names []proposal.Facet
	for _, d := range p.Book.Districts {
		places = append(places, project.District{ID: ids.Dated(now), Slug: d.Key, Name: d.Name, Sort: i18n.SortKey(d.Name)})
		names = append(names, proposal.Facet{Tag: proposal.Tag{Kind: proposal.TagDistrict, Slug: d.Key}, Name: d.Name, Sort: i18n.SortKey(d.Name)})
	}
	if err := project.InsertDistricts(ctx, tx, key, e.ID, places); err != nil {
		return err
	}
	if err := project.InsertSteps(ctx, tx, key, steps); err != nil {
		return err
	}
	var list []proposal.Proposal
	var selections []proposal.Selection
	var tags [][]proposal.Tag
	for n := 1; n <= proposals; n++ {
		v := proposal.Proposal{ID: ids.Dated(now), Project: e.ID, Number: n, Reference: fmt.Sprint("R", n), Slug: fmt.Sprint("projet-", n), Title: fmt.Sprint("Projet ", n),
			Cost: int64(n) * 1000_00, Author: author.ID, CreatedAt: now, PublishedAt: now, UpdatedAt: now}
		var tag []proposal.Tag
		if n%5 != 0 {
			home := places[n%len(places)]
			v.District, tag = home.ID, []proposal.Tag{{Kind: proposal.TagDistrict, Slug: home.Slug}}
		}
		list, tags = append(list, v), append(tags, tag)
		selections = append(selections, proposal.Selection{Step: p.Step, Proposal: v.ID, Number: n, Status: proposal.StatusVoted, Cost: v.Cost, PublishedAt: now, Shuffle: int64(n) * 7919 % (1 << 31)})
	}
	if err := proposal.Insert(ctx, tx, key, list); err != nil {
		return err
	}
	if err := proposal.Select(ctx, tx, key, selections, tags); err != nil {
		return err
	}
	return proposal.KeepFacets(ctx, tx, key, p.Step, names)
}

// Voter is somebody who is signed in.
type Voter struct {
	account.Person
	Token string // of their session
}

// Voters makes people of a platform whose address was proved, each with a session.
func Voters(tb testing.TB, d *db.DB, of platform.Platform, n int) []Voter {
	tb.Helper()
	var voters []Voter
	err := d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
		voters = make([]Voter, n)
		now := tx.Now()
		people, sessions := make([][]any, n), make([][]any, n)
		for i := range voters {
			id := ids.Random()
			email := fmt.Sprintf("%s@exemple.fr", id)
			token := base64.RawURLEncoding.EncodeToString(append(id[:], id[:]...))
			hash := sha256.Sum256([]byte(token))
			voters[i] = Voter{account.Person{ID: id, Email: email, Proved: true, Kind: account.Resident, Language: "fr", Roles: access.Roles(0).With(access.Resident), CreatedAt: now}, token}
			people[i] = []any{of.Key, id, email, email, db.Micros(now), "", "", "resident", "fr", nil, "", "", db.Micros(now)}
			sessions[i] = []any{of.Key, hash[:], id, "test", 0, 0, db.Micros(now), db.Micros(now), db.Micros(now.AddDate(0, 1, 0))}
		}
		if err := db.Insert(ctx, tx, "participant", []string{"platform", "id", "email", "email_key", "proved_at", "password", "name", "kind", "language", "district", "postcode", "state", "created_at"}, people); err != nil {
			return err
		}
		return db.Insert(ctx, tx, "session", []string{"platform", "token", "participant", "agent", "factor_at", "idle", "created_at", "seen_at", "expires_at"}, sessions)
	})
	if err != nil {
		tb.Fatal(err)
	}
	return voters
}
