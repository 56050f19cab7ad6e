package result

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// The kinds of jobs of an announcement.
const (
	AnnounceJob = "result_announce" // announce it at the time that was planned; AnnouncePlanned does it
	TellJob     = "result_tell"     // tell those whom it is about; Tell does it
	RemindJob   = "result_remind"   // remind organisers that it waits; Remind does it
)

// telling is the body of a TellJob.
type telling struct {
	Step  ids.ID `json:"step"`
	After ids.ID `json:"after"` // the last person who was told
}

// waiting is the body of a RemindJob, and of the job that closes a vote.
type waiting struct {
	Step ids.ID `json:"step"`
}

// stepOf reads the edition that a step is of, at the platform's time; false when there is none.
func stepOf(ctx context.Context, tx db.Tx, key int64, step ids.ID) (of platform.Platform, v project.View, at int, err error) {
	if of, err = platform.ByKey(ctx, tx, key); err != nil {
		return of, v, -1, err
	}
	found, _, err := project.WithSteps(ctx, tx, key, nil, []ids.ID{step})
	if err != nil || len(found) == 0 {
		return of, v, -1, err
	}
	if v, err = project.Load(ctx, tx, key, found[0].Slug, of.Now(tx.Now())); err != nil {
		return of, v, -1, err
	}
	if at = project.VoteStep(v.Steps); at >= 0 && v.Steps[at].ID != step {
		at = -1
	}
	return of, v, at, nil
}

// AnnouncePlanned does an AnnounceJob. A plan that was changed meanwhile is forgotten; where the result cannot be announced,
// organisers are told why.
func (s *Service) AnnouncePlanned(ctx context.Context, job jobs.Job) error {
	var body announcing
	if err := json.Unmarshal(job.Body, &body); err != nil {
		return fmt.Errorf("job %s: %w", job.ID, err)
	}
	var of platform.Platform
	var due bool
	if err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		kept, err := preparedOf(ctx, tx, job.Platform, body.Step)
		if err != nil {
			return err
		}
		due = db.Micros(kept.planned) == body.At
		of, err = platform.ByKey(ctx, tx, job.Platform)
		return err
	}); err != nil || !due {
		return err
	}
	clock := account.Person{Roles: access.Roles(0).With(access.Organiser)} // who planned it had the right to
	err := s.announce(ctx, of, clock, body.Slug, func(Preview) error { return nil })
	f, ok := errors.AsType[*fault.Error](err)
	switch {
	case err == nil, ok && f.Key == "fault.result.proclaimed":
		return nil
	case !ok, f.Code == fault.Unavailable, f.Code == fault.Internal: // nothing that organisers could mend: the job is tried again
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		of, v, at, err := stepOf(ctx, tx, job.Platform, body.Step)
		if err != nil || at < 0 {
			return err
		}
		return tellOrganisers(ctx, tx, of, v, "result_stuck", func(l *i18n.Locale) map[string]any { return map[string]any{"Title": v.Title, "Why": l.Fault(f)} })
	})
}

// remindEvery is how often organisers are reminded that a result waits to be announced.
const remindEvery = 7 * 24 * time.Hour

// Closed reminds the organisers of a vote that has just ended that its result waits; nothing is announced by itself. It takes
// the job that completes the totals of a vote.
func (s *Service) Closed(ctx context.Context, job jobs.Job) error { return s.Remind(ctx, job) }

// Remind does a RemindJob: while a result waits and no date is planned, organisers are told once a week.
func (s *Service) Remind(ctx context.Context, job jobs.Job) error {
	var body waiting
	if err := json.Unmarshal(job.Body, &body); err != nil {
		return fmt.Errorf("job %s: %w", job.ID, err)
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		of, v, at, err := stepOf(ctx, tx, job.Platform, body.Step)
		if err != nil || at < 0 || v.Origin != project.OfCity || project.PhaseOf(v.Steps, at, v.Now) != project.Closed || !v.Steps[at].ProclaimedAt.IsZero() {
			return err
		}
		if err := tx.Lock(ctx, "result of "+body.Step.String()); err != nil {
			return err
		}
		kept, err := preparedOf(ctx, tx, of.Key, body.Step)
		if err != nil || !kept.reminded.IsZero() && v.Now.Before(kept.reminded.Add(remindEvery)) {
			return err
		}
		if err := keepReminded(ctx, tx, of.Key, body.Step, v.Now); err != nil {
			return err
		}
		if err := jobs.Add(ctx, tx, of.Key, RemindJob, body, of.When(v.Now.Add(remindEvery))); err != nil || kept.planned.After(v.Now) {
			return err
		}
		return tellOrganisers(ctx, tx, of, v, "result_waits", func(*i18n.Locale) map[string]any { return map[string]any{"Title": v.Title} })
	})
}

// tellOrganisers writes to those who can announce a result.
func tellOrganisers(ctx context.Context, tx db.Tx, of platform.Platform, v project.View, kind string, args func(l *i18n.Locale) map[string]any) error {
	holders, err := account.Holders(ctx, tx, of.Key)
	if err != nil {
		return err
	}
	var list []ids.ID
	for _, h := range holders {
		if h.Roles.Has(access.Organiser) {
			list = append(list, h.ID)
		}
	}
	people, err := account.Reachable(ctx, tx, of.Key, list)
	if err != nil {
		return err
	}
	mails := make([]notify.Mail, len(people))
	for i, p := range people {
		lang := i18n.Lang(p.Language)
		mails[i] = notify.Mail{To: p.Email, Name: p.Name, Lang: lang, Kind: kind, Person: p.ID, Path: "/organisation/editions/" + v.Slug + "/annonce", Args: args(i18n.For(lang, of.Zone))}
	}
	return notify.QueueAll(ctx, tx, of.Key, mails)
}

// toldAtOnce is how many people are told in one transaction.
const toldAtOnce = 1_000

// Tell does a TellJob: everybody whom a result is about gets one e-mail, with what became of what they proposed and follow.
// Each piece asks for the next in its own transaction, so that nobody is told twice.
func (s *Service) Tell(ctx context.Context, job jobs.Job) error {
	var body telling
	if err := json.Unmarshal(job.Body, &body); err != nil {
		return fmt.Errorf("job %s: %w", job.ID, err)
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := job.Done(ctx, tx); err != nil {
			return err
		}
		of, v, at, err := stepOf(ctx, tx, job.Platform, body.Step)
		if err != nil || at < 0 {
			return err
		}
		r, known, err := Of(ctx, tx, of.Key, body.Step)
		if err != nil || !known {
			return err
		}
		list, err := concerned(ctx, tx, of.Key, body.Step, body.After, toldAtOnce)
		if err != nil || len(list) == 0 {
			return err
		}
		if err := tell(ctx, tx, of, v, r, list); err != nil || len(list) < toldAtOnce {
			return err
		}
		return jobs.Add(ctx, tx, of.Key, TellJob, telling{body.Step, list[len(list)-1]}, time.Time{})
	})
}

// tell writes to those of some people who can be written to.
func tell(ctx context.Context, tx db.Tx, of platform.Platform, v project.View, r Result, list []ids.ID) error {
	people, err := account.Reachable(ctx, tx, of.Key, list)
	if err != nil || len(people) == 0 {
		return err
	}
	bonds, err := bondsOf(ctx, tx, of.Key, r.Step, list)
	if err != nil {
		return err
	}
	words, err := wordsOf(ctx, tx, of, v, r.Step, bonds)
	if err != nil {
		return err
	}
	mine := map[ids.ID][]bond{}
	for _, b := range bonds {
		mine[b.person] = append(mine[b.person], b)
	}
	mails := make([]notify.Mail, len(people))
	for i, p := range people {
		lang := i18n.Lang(p.Language)
		l := i18n.For(lang, of.Zone)
		m := notify.Mail{To: p.Email, Name: p.Name, Lang: lang, Kind: "result", Person: p.ID, Path: "/projets/" + v.Slug + "/resultats",
			Args: map[string]any{"Title": v.Title, "Winners": l.T("web.winners", "Count", r.Winners)}}
		var said []string
		told := map[ids.ID]bool{}
		for _, b := range mine[p.ID] {
			if text := words(l, b); text != "" && !told[b.proposal] {
				said = append(said, text)
			}
			told[b.proposal] = true
		}
		if len(said) > 0 {
			m.Kind, m.Args["Own"] = "result_own", strings.Join(said, "\n\n")
		}
		mails[i] = m
	}
	return notify.QueueAll(ctx, tx, of.Key, mails)
}

// wordsOf gives the sentence for each bond of people with a proposal: won or not, and why.
func wordsOf(ctx context.Context, tx db.Tx, of platform.Platform, v project.View, step ids.ID, bonds []bond) (func(l *i18n.Locale, b bond) string, error) {
	var list []ids.ID
	seen := map[ids.ID]bool{}
	for _, b := range bonds {
		if !seen[b.proposal] {
			seen[b.proposal], list = true, append(list, b.proposal)
		}
	}
	all, err := LinesOf(ctx, tx, of.Key, list)
	if err != nil {
		return nil, err
	}
	lines := map[ids.ID]Line{}
	var these []Line
	for _, l := range all {
		if l.Step == step {
			lines[l.Proposal], these = l.Line, append(these, l.Line)
		}
	}
	found, err := proposal.ByIDs(ctx, tx, of.Key, list)
	if err != nil {
		return nil, err
	}
	titles := map[ids.ID]string{}
	for _, p := range found {
		if p.Trashed.Readable() {
			titles[p.ID] = p.Title
		}
	}
	names, err := NamesIn(ctx, tx, of.Key, these)
	return func(l *i18n.Locale, b bond) string {
		line, ok := lines[b.proposal]
		if !ok || titles[b.proposal] == "" {
			return ""
		}
		key := "result.told.follow"
		switch {
		case b.author && line.Winner():
			key = "result.told.own_won"
		case b.author:
			key = "result.told.own"
		case line.Winner():
			key = "result.told.follow_won"
		}
		why := rulebook.ReasonText(l, line.Reason, v.Currency, func(reference string) string {
			if names.Removed(v.Project.ID, reference) {
				return l.T("web.removed.title")
			}
			return names.Proposal(v.Project.ID, reference)
		}, v.Rulebook.KeyName)
		return l.T(key, "Proposal", titles[b.proposal], "Rank", line.Rank, "Why", why)
	}, err
}
