package delivery

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// NewsJob is the kind of job that tells the author of a winner a piece of news; Tell does it. Who follows it reads of it in the next
// of their letters.
const NewsJob = "works_news"

// newsJob is the body of the job.
type newsJob struct {
	News ids.ID `json:"news"`
}

// newsList is the list that people leave who want no more news of works.
const newsList = "works"

// DeskPath is where who follows works finds them.
const DeskPath = "/suivi"

// Tell does a NewsJob: the author is told once, in their language. The e-mails are queued in the transaction
// that takes the job away, so that a job which is tried again tells nobody twice.
func (s *Service) Tell(ctx context.Context, job jobs.Job) error {
	var body newsJob
	if err := json.Unmarshal(job.Body, &body); err != nil {
		return fmt.Errorf("%w: %w", jobs.ErrPark, err)
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		of, err := platform.ByKey(ctx, tx, job.Platform)
		if err != nil {
			return err
		}
		if err := tellAll(ctx, tx, of, body.News); err != nil {
			return err
		}
		return job.Done(ctx, tx)
	})
}

func tellAll(ctx context.Context, tx db.Tx, of platform.Platform, id ids.ID) error {
	n, ok, err := newsByID(ctx, tx, of.Key, id)
	if err != nil || !ok {
		return err
	}
	found, err := proposal.ByIDs(ctx, tx, of.Key, []ids.ID{n.Proposal})
	if err != nil || len(found) == 0 || !found[0].Trashed.Readable() { // a past winner has neither author nor followers
		return err
	}
	p := found[0]
	people, err := account.Reachable(ctx, tx, of.Key, []ids.ID{p.Author})
	if err != nil {
		return err
	}
	path, err := pathOf(ctx, tx, of.Key, p)
	if err != nil {
		return err
	}
	mails := make([]notify.Mail, len(people))
	for i, who := range people {
		mails[i] = notify.Mail{To: who.Email, Name: who.Name, Lang: i18n.Lang(who.Language), Kind: "works_news", Person: who.ID, List: newsList, Path: path, Args: map[string]any{"Title": p.Title, "News": n.Body}}
	}
	return notify.QueueList(ctx, tx, of.Key, mails)
}

// pathOf is where everybody reads of a winner.
func pathOf(ctx context.Context, tx db.Tx, platform int64, p proposal.Proposal) (string, error) {
	slug, err := project.SlugOf(ctx, tx, platform, p.Project)
	return "/projets/" + slug + "/propositions/" + strconv.Itoa(p.Number), err
}

// quarterSetting is the platform's setting that says of which quarter agents were asked last.
const quarterSetting = "works_quarter"

// quarter names the quarter of a day, and gives its first moment.
func quarter(now time.Time) (name string, begins time.Time) {
	q := (int(now.Month()) - 1) / 3
	return fmt.Sprintf("%d-%d", now.Year(), q+1), time.Date(now.Year(), time.Month(q*3+1), 1, 0, 0, 0, 0, now.Location())
}

// Sweep begins the follow-up of winners that have none, proclaimed before announcements did, and asks agents once each quarter what is new, on every
// platform. It is called from time to time.
func (s *Service) Sweep(ctx context.Context) error {
	var all []platform.Platform
	if err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		all, err = platform.All(ctx, tx)
		return err
	}); err != nil {
		return err
	}
	for _, of := range all {
		if of.Kind != platform.City {
			continue
		}
		if err := s.begin(ctx, of); err != nil {
			return err
		}
		if err := s.ask(ctx, of); err != nil {
			return err
		}
	}
	return nil
}

// sweptEditions is how many editions of a platform, the last ones, can still have winners to begin.
const sweptEditions = 50

// begin begins what waits to be followed; most of the time nothing does, and nothing is written.
func (s *Service) begin(ctx context.Context, of platform.Platform) error {
	var fresh []project.View
	if err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		fresh = nil
		views, err := project.Views(ctx, tx, of.Key, sweptEditions, of.Now(tx.Now()))
		if err != nil {
			return err
		}
		var steps []ids.ID
		for _, v := range views {
			for i, step := range v.Steps {
				if step.Kind == project.Delivery && project.PhaseOf(v.Steps, i, v.Now) != project.Future && v.Origin == project.OfCity {
					steps, fresh = append(steps, v.Steps[max(project.VoteStep(v.Steps), 0)].ID), append(fresh, v)
					break
				}
			}
		}
		begun, err := followed(ctx, tx, of.Key, steps)
		left := fresh[:0]
		for i, v := range fresh {
			if !begun[steps[i]] {
				left = append(left, v)
			}
		}
		fresh = left
		return err
	}); err != nil || len(fresh) == 0 {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := tx.Lock(ctx, "works of "+of.ID.String()); err != nil {
			return err
		}
		for _, v := range fresh { // a handful, once in the life of each
			if err := Begin(ctx, tx, of, v); err != nil {
				return err
			}
		}
		return nil
	})
}

// ask writes to every agent who answers for works that wait and of which nothing was heard in this quarter: once each quarter.
func (s *Service) ask(ctx context.Context, of platform.Platform) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		name, begins := quarter(of.Now(tx.Now()).In(of.Zone))
		asked, err := platform.Setting(ctx, tx, of.Key, quarterSetting)
		if err != nil || asked == name {
			return err
		}
		if err := tx.Lock(ctx, "works of "+of.ID.String()); err != nil {
			return err
		}
		if asked, err = platform.Setting(ctx, tx, of.Key, quarterSetting); err != nil || asked == name {
			return err
		}
		mails, err := questions(ctx, tx, of, begins)
		if err != nil {
			return err
		}
		if err := notify.QueueAll(ctx, tx, of.Key, mails); err != nil {
			return err
		}
		return platform.Set(ctx, tx, of.Key, quarterSetting, name)
	})
}

// questions are the e-mails of a quarter: one for each person, by their role, whoever that is now.
func questions(ctx context.Context, tx db.Tx, of platform.Platform, begins time.Time) ([]notify.Mail, error) {
	list, err := waiting(ctx, tx, of.Key, deskSize)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	offices, err := Offices(ctx, tx, of.Key)
	if err != nil {
		return nil, err
	}
	holders, err := account.Holders(ctx, tx, of.Key)
	if err != nil {
		return nil, err
	}
	asked := make([]ids.ID, len(holders))
	roles := map[ids.ID]access.Roles{}
	for i, h := range holders {
		asked[i], roles[h.ID] = h.ID, h.Roles.Without(access.Organiser).Without(access.Administrator) // who answer for all, and are not asked
	}
	people, err := account.Reachable(ctx, tx, of.Key, asked)
	if err != nil {
		return nil, err
	}
	var mails []notify.Mail
	for _, who := range people {
		who.Roles = roles[who.ID]
		all, mute := 0, false
		for _, d := range list {
			if who.Roles.Can(access.Deliver, Moment(who, d.Service, offices)) {
				all, mute = all+1, mute || d.UpdatedAt.Before(begins)
			}
		}
		if mute {
			mails = append(mails, notify.Mail{To: who.Email, Name: who.Name, Lang: i18n.Lang(who.Language), Kind: "works_quarter", Person: who.ID, Path: DeskPath, Args: map[string]any{"Count": all}})
		}
	}
	return mails, nil
}
