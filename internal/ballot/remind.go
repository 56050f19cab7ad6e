package ballot

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
)

// ReminderJob is the kind of job that reminds somebody of a selection that they have not cast; Remind does it.
const ReminderJob = "basket_reminder"

// reminder is the body of the job.
type reminder struct {
	Step   ids.ID `json:"step"`
	Person ids.ID `json:"person"`
}

// remindBefore is how long before the vote closes people are reminded; a selection that is saved later needs no reminder.
const remindBefore = 48 * time.Hour

// remindLater asks for a reminder of a basket: whether its person has an address is seen when the time comes.
func remindLater(ctx context.Context, tx db.Tx, of platform.Platform, step project.Step, person ids.ID) error {
	at := step.EndsAt.Add(-remindBefore)
	if step.EndsAt.IsZero() || !of.Now(tx.Now()).Before(at) {
		return nil
	}
	return jobs.Add(ctx, tx, of.Key, ReminderJob, reminder{step.ID, person}, of.When(at))
}

// moveReminders asks for reminders of the baskets that a person has been given; each finds its own time.
func moveReminders(ctx context.Context, tx db.Tx, platform int64, person ids.ID) error {
	rows, err := tx.Query(ctx, `SELECT b.step FROM basket b WHERE b.platform = ? AND b.participant = ? AND b.reminded_at = 0 ORDER BY b.step`, platform, person)
	steps, err := db.Collect(rows, err, func(r *sql.Rows, id *ids.ID) error { return r.Scan(id) })
	if err != nil {
		return err
	}
	bodies := make([]any, len(steps))
	for i, step := range steps {
		bodies[i] = reminder{step, person}
	}
	return jobs.AddAll(ctx, tx, platform, ReminderJob, bodies, time.Time{})
}

// Remind does a ReminderJob: who has chosen and not cast, and gave an address, is told once, 48 hours before the vote
// closes. A job that comes too early, as the vote was prolonged, is put off; what no longer holds is forgotten.
func (s *Service) Remind(ctx context.Context, job jobs.Job) error {
	var r reminder
	if err := json.Unmarshal(job.Body, &r); err != nil {
		return fmt.Errorf("job %s: %w", job.ID, err)
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		of, err := platform.ByKey(ctx, tx, job.Platform)
		if err != nil {
			return err
		}
		found, calendars, err := project.WithSteps(ctx, tx, of.Key, nil, []ids.ID{r.Step})
		if err != nil || len(found) == 0 {
			return err
		}
		for i, step := range calendars[0] {
			if step.ID == r.Step && project.PhaseOf(calendars[0], i, of.Now(tx.Now())) == project.Open {
				return remind(ctx, tx, of, found[0], step, r.Person)
			}
		}
		return nil
	})
}

func remind(ctx context.Context, tx db.Tx, of platform.Platform, p project.Project, step project.Step, person ids.ID) error {
	if at := step.EndsAt.Add(-remindBefore); of.Now(tx.Now()).Before(at) {
		return jobs.Add(ctx, tx, of.Key, ReminderJob, reminder{step.ID, person}, of.When(at))
	}
	people, err := account.Reachable(ctx, tx, of.Key, []ids.ID{person})
	if err != nil || len(people) == 0 {
		return err
	}
	signed, err := signaturesOf(ctx, tx, of.Key, step.ID, []ids.ID{person})
	if err != nil || len(signed) > 0 {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE basket SET reminded_at = ? WHERE platform = ? AND step = ? AND participant = ? AND choices <> '' AND reminded_at = 0`,
		db.Micros(tx.Now()), of.Key, step.ID, person)
	if err != nil || n == 0 {
		return err
	}
	lang := i18n.Lang(people[0].Language)
	return notify.Queue(ctx, tx, of.Key, notify.Mail{To: people[0].Email, Name: people[0].Name, Lang: lang, Kind: "vote_waiting", Person: person, List: "vote",
		Path: "/projets/" + p.Slug + "/vote/verification", Args: map[string]any{"Title": p.Title, "Until": until(of, lang, step.EndsAt)}})
}

// until says until when one may vote, as a sentence ends: « jusqu'au dimanche 14 décembre, 20 h ».
func until(of platform.Platform, lang i18n.Lang, end time.Time) string {
	l := i18n.For(lang, of.Zone)
	if end.IsZero() {
		return l.T("vote.until.open")
	}
	return l.Until(end)
}
