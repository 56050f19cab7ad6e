package analysis_test

import (
	"context"
	"testing"

	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/notify"
)

// waiting gives the jobs of a kind that wait.
func (c *town) waiting(kind string) (list []jobs.Job) {
	c.t.Helper()
	c.must(c.db.Read(c.t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		list, err = jobs.Waiting(ctx, tx, c.of.Key, kind, 1000)
		return err
	}))
	return list
}

func TestAgentsAreTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d, 10)
		c.services()
		mornings := c.waiting(analysis.DailyJob)
		if len(mornings) != 1 {
			t.Fatalf("%d mornings are planned", len(mornings))
		}
		before := len(c.waiting(notify.Job))
		c.must(c.desk.Daily(t.Context(), mornings[0]))
		if n := len(c.waiting(notify.Job)) - before; n != 3 { // paule, piotr and marc: tess has nothing to do
			t.Errorf("%d e-mails in the morning, want 3", n)
		}
		// The same morning again: the next one is planned already, and nobody is written to twice.
		c.must(c.desk.Daily(t.Context(), mornings[0]))
		before = len(c.waiting(notify.Job))
		c.must(c.desk.Note(t.Context(), c.of, c.people["marc"], "budget", 1, "@Paule et @Tess : un avis ? @Ana aussi."))
		if n := len(c.waiting(notify.Job)) - before; n != 1 { // tess may not read it, ana is no colleague
			t.Errorf("%d e-mails for a note, want 1", n)
		}
	})
}
