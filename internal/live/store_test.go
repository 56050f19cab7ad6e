package live_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/live"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// town is a platform with a project whose deposit has 3 proposals and whose vote has begun.
type town struct {
	platform platform.Platform
	project  ids.ID
	deposit  ids.ID
	vote     ids.ID
}

func found(t *testing.T, d *db.DB, slug string) town {
	t.Helper()
	p, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: slug})
	if err != nil {
		t.Fatal(err)
	}
	// The platform's clock stands still, a day and an hour before the end.
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	p.Clock = platform.Clock{From: now, To: now, Rate: 0}
	c := town{p, ids.Random(), ids.Random(), ids.Random()}
	err = d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		if err := project.Insert(ctx, tx, p.Key, project.Project{ID: c.project, Slug: "bp", State: project.Published}); err != nil {
			return err
		}
		if err := project.InsertSteps(ctx, tx, p.Key, []project.Step{
			{ID: c.deposit, Project: c.project, Kind: project.Collect, Proposals: 3},
			{ID: c.vote, Project: c.project, Position: 1, Kind: project.Vote, EndsAt: now.Add(25 * time.Hour)},
		}); err != nil {
			return err
		}
		port := proposal.Tag{Kind: proposal.TagDistrict, Slug: "port"}
		if err := proposal.Select(ctx, tx, p.Key, []proposal.Selection{{Step: c.deposit, Proposal: ids.Random(), Number: 1}, {Step: c.vote, Proposal: ids.Random(), Number: 1}}, [][]proposal.Tag{{port}, {port}}); err != nil {
			return err
		}
		return proposal.KeepFacets(ctx, tx, p.Key, c.deposit, []proposal.Facet{{Tag: port, Name: "Le Port", Sort: []byte("port")}})
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (c town) cast(t *testing.T, d *db.DB, districts map[string]int) {
	t.Helper()
	var list []ballot.Ballot
	for _, n := range districts {
		for range n {
			list = append(list, ballot.Ballot{ID: ids.Random(), Choices: []ballot.Choice{{Number: 1}}})
		}
	}
	if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		if err := ballot.Insert(ctx, tx, c.platform.Key, c.vote, list, false); err != nil {
			return err
		}
		if err := ballot.AddTurnout(ctx, tx, c.platform.Key, c.vote, districts); err != nil {
			return err
		}
		return project.AddBallots(ctx, tx, c.platform.Key, c.vote, len(list))
	}); err != nil {
		t.Fatal(err)
	}
}

// read gives the counters of a topic, and wants them in one statement.
func read(t *testing.T, d *db.DB, of live.Topic) (c live.Counters, ok bool) {
	t.Helper()
	ctx, n := db.CountStatements(t.Context())
	err := d.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		c, ok, err = live.Read(ctx, tx, of)
		return err
	})
	if err != nil || n.Load() != 1 {
		t.Fatalf("%d statements: %v", n.Load(), err)
	}
	return c, ok
}

func TestCountersAreThoseOfTheStep(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c, other := found(t, d, "ici"), found(t, d, "ailleurs")
		c.cast(t, d, map[string]int{"port": 2, "ruche": 1})
		c.cast(t, d, map[string]int{"port": 3})
		other.cast(t, d, map[string]int{"port": 9})
		for _, want := range []struct {
			of live.Topic
			live.Counters
		}{
			{live.Topic{Platform: c.platform, Step: c.vote, What: live.Voters},
				live.Counters{What: live.Voters, Total: 6, Districts: map[string]int{"port": 5, "ruche": 1}, Left: 25 * time.Hour}},
			{live.Topic{Platform: c.platform, Step: c.deposit, What: live.Deposits},
				live.Counters{What: live.Deposits, Total: 3, Districts: map[string]int{"port": 1}, Endless: true}},
		} {
			got, ok := read(t, d, want.of)
			if diff := cmp.Diff(want.Counters, got); !ok || diff != "" {
				t.Errorf("%s: %v %s", want.of.What, ok, diff)
			}
		}
		if _, ok := read(t, d, live.Topic{Platform: c.platform, Step: other.vote, What: live.Voters}); ok {
			t.Error("the step of another platform is read")
		}
	})
}

func TestAHiddenProjectHasNoCounters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := found(t, d, "ici")
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			return project.Hide(ctx, tx, c.platform.Key, c.project, "caché")
		}); err != nil {
			t.Fatal(err)
		}
		for what, step := range map[live.What]ids.ID{live.Voters: c.vote, live.Deposits: c.deposit} {
			if got, ok := read(t, d, live.Topic{Platform: c.platform, Step: step, What: what}); ok {
				t.Errorf("%s are told: %+v", what, got)
			}
		}
	})
}
