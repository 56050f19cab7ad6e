package discussion_test

import (
	"context"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/discussion"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// noon is when the tests act: a Wednesday.
var noon = time.Date(2026, 9, 16, 10, 0, 0, 0, time.UTC)

// fixture is a city with an edition whose deposit is open, and two proposals in it.
type fixture struct {
	db        *db.DB
	talk      *discussion.Service
	of        platform.Platform
	edition   project.Project
	proposals [2]proposal.Proposal
	people    map[string]account.Person
}

// city makes it. The author of both proposals is "auteur".
func city(t *testing.T, d *db.DB, slug string) fixture {
	t.Helper()
	f := fixture{db: d, talk: discussion.NewService(d), people: map[string]account.Person{}}
	var err error
	if f.of, err = platform.NewService(d).Create(t.Context(), platform.New{Slug: slug}); err != nil {
		t.Fatal(err)
	}
	err = d.Write(db.At(t.Context(), noon.AddDate(0, -1, 0)), func(ctx context.Context, tx db.Tx) error {
		for name, roles := range map[string][]access.Role{"auteur": nil, "lea": nil, "marc": nil, "analyste": {access.Analyst}, "pilote": {access.Supervisor}, "elue": {access.Elected}, "organise": {access.Organiser}} {
			p, err := account.Stage(ctx, tx, f.of.Key, account.Person{Email: name + account.StageDomain, Name: name, Kind: account.Resident, Language: "fr"}, roles)
			if err != nil {
				return err
			}
			p.Roles = p.Roles.With(roles...)
			f.people[name] = p
		}
		f.edition = project.Project{ID: ids.Dated(tx.Now()), Slug: "budget-2027", Title: "Budget 2027", State: project.Published, Origin: project.OfCity, Language: "fr", Currency: "EUR",
			PublishedAt: tx.Now(), CreatedAt: tx.Now()}
		step := project.Step{ID: ids.Random(), Project: f.edition.ID, Kind: project.Collect, Slug: "depot", StartsAt: noon.AddDate(0, 0, -7), EndsAt: noon.AddDate(0, 0, 7)}
		vote := project.Step{ID: ids.Random(), Project: f.edition.ID, Position: 1, Kind: project.Vote, Slug: "vote", StartsAt: noon.AddDate(0, 0, 30), EndsAt: noon.AddDate(0, 0, 40)}
		for i, title := range []string{"Des bancs à l'ombre", "Un jardin partagé"} {
			f.proposals[i] = proposal.Proposal{ID: ids.Dated(tx.Now()), Project: f.edition.ID, Number: i + 1, Reference: title[:1], Slug: "projet", Title: title, Body: "Texte", Cost: 100,
				Author: f.people["auteur"].ID, CreatedAt: tx.Now(), PublishedAt: tx.Now(), UpdatedAt: tx.Now()}
		}
		for _, err := range []error{
			project.Insert(ctx, tx, f.of.Key, f.edition),
			project.InsertSteps(ctx, tx, f.of.Key, []project.Step{step, vote}),
			proposal.Insert(ctx, tx, f.of.Key, f.proposals[:]),
		} {
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// at is a context in which it is so long after noon.
func at(t *testing.T, after time.Duration) context.Context {
	t.Helper()
	return db.At(t.Context(), noon.Add(after))
}

// post publishes a comment on the first proposal.
func (f fixture) post(t *testing.T, after time.Duration, who string, parent ids.ID, body string) discussion.Comment {
	t.Helper()
	c, err := f.talk.Post(at(t, after), f.of, f.people[who], f.edition.Slug, 1, discussion.Written{Parent: parent, Body: body})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// read runs fn in a snapshot.
func (f fixture) read(t *testing.T, fn func(ctx context.Context, tx db.Tx) error) {
	t.Helper()
	if err := f.db.Read(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// list gives the comments on the first proposal as everybody reads them, and how many stand.
func (f fixture) list(t *testing.T, q discussion.Query) (list []discussion.Comment, count int) {
	t.Helper()
	f.read(t, func(ctx context.Context, tx db.Tx) (err error) {
		q.Subject = f.proposals[0].ID
		if q.Limit == 0 {
			q.Limit = 50
		}
		if list, err = discussion.List(ctx, tx, f.of.Key, q); err != nil {
			return err
		}
		counts, err := discussion.Counts(ctx, tx, f.of.Key, []ids.ID{q.Subject})
		count = counts[q.Subject]
		return err
	})
	return list, count
}

// acts are the kinds of the journal's entries about what is said.
func (f fixture) acts(t *testing.T) (kinds []string, bodies string) {
	t.Helper()
	f.read(t, func(ctx context.Context, tx db.Tx) error {
		list, err := journal.Pending(ctx, tx, f.of.Key, 200)
		for _, e := range list {
			if e.Kind != "platform_created" {
				kinds, bodies = append(kinds, e.Kind), bodies+e.Body
			}
		}
		return err
	})
	return kinds, bodies
}
