package notify_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
)

func TestLettersGoAtSevenWhereThePlatformIs(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		period      notify.Period
		after, want string
	}{
		{notify.Daily, "2026-09-16T04:59:59Z", "2026-09-16T05:00:00Z"}, // in summer, seven is five
		{notify.Daily, "2026-09-16T05:00:00Z", "2026-09-17T05:00:00Z"},
		{notify.Daily, "2026-10-24T12:00:00Z", "2026-10-25T06:00:00Z"}, // the night in which the hour changes
		{notify.Weekly, "2026-09-16T12:00:00Z", "2026-09-21T05:00:00Z"},
		{notify.Weekly, "2026-09-21T05:00:00Z", "2026-09-28T05:00:00Z"},
		{notify.Weekly, "2026-12-31T23:30:00Z", "2027-01-04T06:00:00Z"},
	} {
		after, err := time.Parse(time.RFC3339, c.after)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.period.Next(after, paris).UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("%s after %s: %s, want %s", c.period, c.after, got, c.want)
		}
	}
}

func TestATurnIsWrittenIntoTheOutboxOnceAndNotBeforeWhatItTellsIsPublic(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		of, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: "ici"})
		if err != nil {
			t.Fatal(err)
		}
		rehearsal := of
		rehearsal.Kind = platform.Rehearsal
		wednesday := time.Date(2026, 9, 16, 10, 0, 0, 0, time.UTC)
		tell := func(of platform.Platform, at time.Time) {
			t.Helper()
			if err := d.Write(db.At(t.Context(), wednesday), func(ctx context.Context, tx db.Tx) error {
				return notify.Tell(ctx, tx, of, notify.Happening{Kind: "decision", Project: ids.Random(), Path: "/projets/a", At: at})
			}); err != nil {
				t.Fatal(err)
			}
		}
		tell(of, time.Time{})
		tell(of, time.Time{})
		tell(of, wednesday.AddDate(0, 0, 1))  // public tomorrow at noon
		tell(of, wednesday.AddDate(0, -1, 0)) // public long since
		tell(rehearsal, time.Time{})
		turns := map[notify.Turn]time.Time{}
		if err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			list, err := jobs.Waiting(ctx, tx, of.Key, notify.DigestJob, 100)
			if len(list) != 3 {
				t.Errorf("%d turns wait", len(list))
			}
			for _, j := range list {
				var turn notify.Turn
				if err := json.Unmarshal(j.Body, &turn); err != nil {
					return err
				}
				turn.At = turn.At.UTC()
				turns[turn] = j.RunAt
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for _, want := range []notify.Turn{
			{Period: notify.Daily, At: time.Date(2026, 9, 17, 5, 0, 0, 0, time.UTC)},
			{Period: notify.Daily, At: time.Date(2026, 9, 18, 5, 0, 0, 0, time.UTC)},
			{Period: notify.Weekly, At: time.Date(2026, 9, 21, 5, 0, 0, 0, time.UTC)},
		} {
			if at, ok := turns[want]; !ok || !at.Equal(want.At) {
				t.Errorf("%+v is done at %v: %v", want, at, turns)
			}
		}
	})
}
