package analysis

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
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

// DailyJob is the kind of job that tells agents, each morning, what they have to do; Daily does it.
const DailyJob = "analysis_daily"

// dailySetting is the platform's setting that says when the next morning is, in microseconds; empty: nobody has anything to do.
// There is one such job that counts: any other finds that it is not meant.
const dailySetting = "analysis_daily"

type daily struct {
	At int64 `json:"at"` // microseconds of the platform's time
}

// morning is when agents are written to, in the platform's zone.
const morning = 7

// nextMorning is the next one of a day on which people work.
func nextMorning(now time.Time, zone *time.Location) time.Time {
	y, m, d := now.In(zone).Date()
	at := time.Date(y, m, d, morning, 30, 0, 0, zone)
	for !at.After(now) || at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
		d++
		at = time.Date(y, m, d, morning, 30, 0, 0, zone)
	}
	return at
}

// keepDaily sees to it that agents are told the next morning.
func keepDaily(ctx context.Context, tx db.Tx, of platform.Platform) error {
	if err := tx.Lock(ctx, "analysis daily "+of.ID.String()); err != nil {
		return err
	}
	text, err := platform.Setting(ctx, tx, of.Key, dailySetting)
	if err != nil {
		return err
	}
	if us, err := strconv.ParseInt(text, 10, 64); err == nil && db.Time(us).After(of.Now(tx.Now())) {
		return nil
	}
	return planDaily(ctx, tx, of)
}

func planDaily(ctx context.Context, tx db.Tx, of platform.Platform) error {
	at := nextMorning(of.Now(tx.Now()), of.Zone)
	if err := platform.Set(ctx, tx, of.Key, dailySetting, strconv.FormatInt(db.Micros(at), 10)); err != nil {
		return err
	}
	return jobs.Add(ctx, tx, of.Key, DailyJob, daily{db.Micros(at)}, of.When(at))
}

// Daily does a DailyJob: everybody who has something to do is told how much of it, how much is late and what is due first, once;
// then the next morning is planned, while somebody has something to do.
func (s *Service) Daily(ctx context.Context, job jobs.Job) error {
	var d daily
	if err := json.Unmarshal(job.Body, &d); err != nil {
		return fmt.Errorf("job %s: %w", job.ID, err)
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		of, err := platform.ByKey(ctx, tx, job.Platform)
		if err != nil {
			return err
		}
		if err := tx.Lock(ctx, "analysis daily "+of.ID.String()); err != nil {
			return err
		}
		text, err := platform.Setting(ctx, tx, of.Key, dailySetting)
		if err != nil || text != strconv.FormatInt(d.At, 10) {
			return err // another morning is planned
		}
		loads, err := loadsOf(ctx, tx, of)
		if err != nil {
			return err
		}
		if len(loads) == 0 {
			return platform.Set(ctx, tx, of.Key, dailySetting, "")
		}
		if err := notifyLoads(ctx, tx, of, loads); err != nil {
			return err
		}
		return planDaily(ctx, tx, of)
	})
}

// Load is what somebody has to do.
type Load struct {
	Todo, Late int
	Due        time.Time // the first that is not late; zero: all are
}

// loadsOf gives the load of everybody who has one: what they are in charge of, and what nobody of their service is.
func loadsOf(ctx context.Context, tx db.Tx, of platform.Platform) (map[ids.ID]Load, error) {
	now := of.Now(tx.Now())
	open, err := openEditions(ctx, tx, of, now)
	if err != nil || len(open) == 0 {
		return nil, err
	}
	services, err := project.CityServices(ctx, tx, of.Key)
	if err != nil {
		return nil, err
	}
	members := map[ids.ID][]ids.ID{}
	for _, v := range services {
		members[v.ID] = v.Members
	}
	type row struct {
		service, charge ids.ID
		due             time.Time
		n               int
	}
	marks, args := db.In(open)
	rows, err := tx.Query(ctx, `SELECT a.service, a.charge, a.due_at, COUNT(*) FROM assignment a JOIN proposal p ON p.platform = a.platform AND p.id = a.proposal
		WHERE a.platform = ? AND a.state IN ('todo', 'draft') AND NOT `+decided+` AND p.trashed = '' AND a.project IN (`+marks+`) GROUP BY a.service, a.charge, a.due_at`, append([]any{of.Key}, args...)...)
	all, err := db.Collect(rows, err, func(r *sql.Rows, one *row) error {
		var due int64
		err := r.Scan(&one.service, &one.charge, &due, &one.n)
		one.due = db.Time(due)
		return err
	})
	loads := map[ids.ID]Load{}
	for _, one := range all {
		who := members[one.service]
		if !one.charge.IsZero() {
			who = []ids.ID{one.charge}
		}
		for _, id := range who {
			l := loads[id]
			l.Todo += one.n
			if one.due.Before(now) {
				l.Late += one.n
			} else if l.Due.IsZero() || one.due.Before(l.Due) {
				l.Due = one.due
			}
			loads[id] = l
		}
	}
	return loads, err
}

// openEditions gives the editions of the city whose vote has not begun.
func openEditions(ctx context.Context, tx db.Tx, of platform.Platform, now time.Time) ([]ids.ID, error) {
	views, err := project.Views(ctx, tx, of.Key, mostEditions, now)
	var open []ids.ID
	for _, e := range views {
		if e.Origin == project.OfCity && !project.Voted(e.Steps, now) {
			open = append(open, e.Project.ID)
		}
	}
	return open, err
}

// mostEditions is more than are ever under way; older ones are voted.
const mostEditions = 20

func notifyLoads(ctx context.Context, tx db.Tx, of platform.Platform, loads map[ids.ID]Load) error {
	list := make([]ids.ID, 0, len(loads))
	for id := range loads {
		list = append(list, id)
	}
	people, err := account.Reachable(ctx, tx, of.Key, list)
	if err != nil {
		return err
	}
	var mails []notify.Mail
	for _, p := range people {
		l, lang := loads[p.ID], cmp.Or(i18n.Lang(p.Language), i18n.FR)
		due := ""
		if locale := i18n.For(lang, of.Zone); !l.Due.IsZero() {
			due = locale.T("analysis.daily.due", "Day", locale.Date(l.Due))
		}
		mails = append(mails, notify.Mail{To: p.Email, Name: p.Name, Lang: lang, Kind: "analysis_daily", Person: p.ID, Path: "/analyse",
			Args: map[string]any{"Todo": l.Todo, "Late": l.Late, "Due": due}})
	}
	return notify.QueueAll(ctx, tx, of.Key, mails)
}
