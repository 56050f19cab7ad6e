package delivery_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/audit"
	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/bench"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/delivery"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

func TestWinnersAreFollowedFromTheirAnnouncementAndAsTheCouncilLeftThem(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		polls := bench.Open(t, d, "ville", 10, func(b *rulebook.Rulebook) { b.Count.Budget = 3_000_00 })
		voters := bench.Voters(t, d, polls.Of, 3)
		organiser := voters[2].Person
		organiser.Roles = organiser.Roles.With(access.Organiser)
		at := func(days int) context.Context { return db.At(t.Context(), time.Now().AddDate(0, 0, days)) }
		var numbered []ids.ID
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			v, err := project.Load(ctx, tx, polls.Of.Key, polls.Slug, tx.Now())
			if err != nil {
				return err
			}
			all, err := proposal.OfProject(ctx, tx, polls.Of.Key, v.Project.ID)
			if err != nil {
				return err
			}
			numbered = make([]ids.ID, len(all))
			for _, p := range all {
				numbered[p.Number-1] = p.ID
			}
			return project.InsertSteps(ctx, tx, polls.Of.Key, []project.Step{{ID: ids.Random(), Project: v.Project.ID, Position: 3, Kind: project.Delivery, Slug: "travaux", StartsAt: tx.Now().AddDate(0, 0, 60)}})
		}); err != nil {
			t.Fatal(err)
		}
		for _, v := range voters {
			if _, err := ballot.NewService(d).Cast(t.Context(), polls.Of, v.Person, polls.Slug, i18n.FR, ballot.Vote{Choices: []ballot.Choice{{Number: 1}, {Number: 2}}}); err != nil {
				t.Fatal(err)
			}
		}
		followed := func() (list []delivery.State) {
			t.Helper()
			if err := d.Read(at(40), func(ctx context.Context, tx db.Tx) error {
				works, err := delivery.Of(ctx, tx, polls.Of.Key, numbered)
				list = nil
				for _, p := range numbered {
					list = append(list, works[p].State)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return list
		}
		wants := func(what string, states map[int]delivery.State) {
			t.Helper()
			want := make([]delivery.State, len(numbered))
			for number, s := range states {
				want[number-1] = s
			}
			if got := followed(); !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", what, got, want)
			}
		}
		works, results := delivery.NewService(d), result.NewService(d, delivery.Begin)
		wants("before the announcement", nil)
		count, err := results.Preview(at(11), polls.Of, organiser, polls.Slug)
		if err != nil {
			t.Fatal(err)
		}
		if err := results.Announce(at(11), polls.Of, organiser, polls.Slug, count.Seen()); err != nil {
			t.Fatal(err)
		}
		wants("at once", map[int]delivery.State{1: delivery.Planned, 2: delivery.Planned})
		council := func(changes ...result.Change) {
			t.Helper()
			d := result.Deliberation{On: time.Now().AddDate(0, 0, 20), Number: "2026-114", Link: "https://ville.example/deliberations/114", Changes: changes}
			if err := results.Record(at(30), polls.Of, organiser, polls.Slug, d, nil); err != nil {
				t.Fatal(err)
			}
		}
		out, in := result.Change{Number: 1, Reason: "Le terrain a été vendu."}, result.Change{Number: 7, Won: true, Reason: "Le conseil complète le budget."}
		council(out, in)
		wants("as the council left them", map[int]delivery.State{2: delivery.Planned, 7: delivery.Planned})
		if err := works.Sweep(at(70)); err != nil {
			t.Fatal(err)
		}
		wants("however often it is looked at", map[int]delivery.State{2: delivery.Planned, 7: delivery.Planned})
		council(in)
		wants("the removal was an error", map[int]delivery.State{1: delivery.Planned, 2: delivery.Planned, 7: delivery.Planned})
		if err := works.Save(at(31), polls.Of, organiser, numbered[0], delivery.Change{Version: 1, State: delivery.UnderWay, News: &delivery.Told{Phase: delivery.Before, Body: "Le terrain est prêt."}}); err != nil {
			t.Fatal(err)
		}
		council(out, in)
		wants("what was told of stays, given up", map[int]delivery.State{1: delivery.Abandoned, 2: delivery.Planned, 7: delivery.Planned})
		if err := d.Read(at(40), func(ctx context.Context, tx db.Tx) error {
			all, err := delivery.Of(ctx, tx, polls.Of.Key, numbered[:1])
			if got := all[numbered[0]]; got.Reason != out.Reason {
				t.Errorf("given up because %q", got.Reason)
			}
			if err != nil {
				return err
			}
			var names []string
			acts, err := audit.Acts(ctx, tx, polls.Of.Key, audit.Query{Family: audit.Decided, Who: organiser.ID, Limit: 9})
			for _, a := range acts {
				names = append(names, a.Name)
				for _, lang := range i18n.Langs {
					if !i18n.For(lang, time.UTC).Has("audit.act." + a.Name) {
						t.Errorf("%s does not say what %s is", lang, a.Name)
					}
				}
			}
			if want := []string{"deliberation_recorded", "works_changed", "deliberation_recorded", "deliberation_recorded", "result_announced"}; !slices.Equal(slices.Sorted(slices.Values(names)), slices.Sorted(slices.Values(want))) {
				t.Errorf("what the organiser did: %q", names)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}
