package rehearsal

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"slices"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/result"
)

// Handle does a job of the kind jobs.Driving: one moment of a rehearsal, after which another job waits for the next one. What
// people do is committed act by act, and doing a moment again changes nothing that is done, so that a process that dies in the
// middle goes on where it was.
func (s *Service) Handle(ctx context.Context, j jobs.Job) error {
	d := &driving{Service: s}
	err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		if d.of, err = platform.ByKey(ctx, tx, j.Platform); err != nil {
			return err
		}
		if d.r, d.found, err = get(ctx, tx, j.Platform); err != nil || !d.found || d.r.State != Running {
			return err
		}
		return d.load(ctx, tx)
	})
	switch {
	case fault.Is(err, fault.NotFound): // it is gone
		return nil
	case err != nil:
		return err
	case d.found && d.r.State == Leaving:
		return s.transfers.Discard(ctx, j.Platform)
	case !d.found || d.r.State != Running:
		return nil
	}
	if err := d.moment(ctx); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error { return d.next(ctx, tx, j) })
}

// driving is one moment of a rehearsal being done.
type driving struct {
	*Service
	of    platform.Platform
	r     Rehearsal
	found bool
	crowd crowd
	call  deposit.Call
	tries []attempt
	turns []turn
	list  []Moment
}

// load reads the copy of the edition and makes its script.
func (d *driving) load(ctx context.Context, tx db.Tx) (err error) {
	if d.call, err = deposit.CallOf(ctx, tx, d.of, account.Person{}, d.r.Slug); err != nil {
		return err
	}
	lang, ok := i18n.Parse(d.call.Language)
	if !ok {
		lang = i18n.FR
	}
	d.crowd = crowd{seed: d.r.Seed, people: d.r.Residents, book: d.call.Rulebook, lang: lang}
	d.tries, d.turns = d.crowd.attempts(d.call.Setting), d.crowd.turns()
	d.list = script(d.call.View, d.r.Residents, len(d.tries), len(d.turns))
	d.r.Moments = len(d.list)
	return nil
}

func (d *driving) in(lang i18n.Lang) *i18n.Locale { return i18n.For(lang, d.of.Zone) }

// moment does what happens at the moment.
func (d *driving) moment(ctx context.Context) error {
	m := d.list[d.r.Moment]
	if !d.r.Until.IsZero() && m.At.After(d.r.Until) {
		d.r.State = Paused
		if d.r.Moment > 0 && d.r.Until.After(d.of.Clock.To) {
			return d.stand(ctx, d.r.Until)
		}
		return nil
	}
	if err := d.stand(ctx, m.At); err != nil {
		return err
	}
	if err := d.do(ctx, m); err != nil {
		return err
	}
	d.r.Moment++
	if d.r.Moment == len(d.list) {
		d.r.State = Done
		d.r.Report.Warnings = append(foresee(d.call.View, d.call.Form.Cost.Asked()), d.r.Report.Warnings...)
		d.r.Report.unexpected()
	}
	return nil
}

func (d *driving) do(ctx context.Context, m Moment) error {
	switch m.Do {
	case Arrive:
		return d.arrive(ctx, m)
	case Deposit:
		for _, a := range d.tries[m.From:m.To] {
			if err := d.deposit(ctx, a); err != nil {
				return err
			}
		}
	case Put:
		return d.put(ctx, m)
	case Vote:
		for _, t := range d.turns[m.From:m.To] {
			if err := d.cast(ctx, t); err != nil {
				return err
			}
		}
		return d.voted(ctx)
	case Remind:
		return d.due(ctx, ballot.ReminderJob, d.ballots.Remind)
	case Close:
		return d.due(ctx, ballot.SettleJob, d.ballots.Settle)
	case Proclaim:
		return d.proclaim(ctx)
	}
	return nil
}

// stand makes the platform's time stand still at a moment.
func (d *driving) stand(ctx context.Context, at time.Time) error {
	d.of.Clock = platform.Clock{From: at, To: at}
	return d.db.Write(ctx, func(ctx context.Context, tx db.Tx) error { return platform.StandAt(ctx, tx, d.of.Key, at) })
}

// next writes how far it is, takes in the e-mails, and has the next moment done in a while.
func (d *driving) next(ctx context.Context, tx db.Tx, j jobs.Job) error {
	now, found, err := locked(ctx, tx, d.r.Platform)
	if err != nil || !found {
		return err
	}
	r := d.r
	r.Report.Mails = map[string]int{}
	if err := d.post(ctx, tx, &r.Report); err != nil {
		return err
	}
	if now.State == Leaving { // meanwhile somebody has erased it
		r.State = Leaving
	}
	if err := keep(ctx, tx, r); err != nil {
		return err
	}
	if err := j.Done(ctx, tx); err != nil || r.State == Paused || r.State == Done {
		return err
	}
	at := time.Time{}
	if r.State == Running && r.Pace > 0 {
		at = tx.Now().Add(r.Pace / time.Duration(r.Moments))
	}
	return jobs.Add(ctx, tx, d.of.Key, jobs.Driving, struct{}{}, at)
}

// arrive lets people move in. They are there already when the moment is done again.
func (d *driving) arrive(ctx context.Context, m Moment) error {
	people := make([]account.Person, 0, m.To-m.From)
	var keys []string
	for i := range m.To {
		p := d.crowd.person(i)
		keys = append(keys, p.Email)
		if i >= m.From {
			people = append(people, p)
		}
	}
	return d.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		there, _, err := account.ByID(ctx, tx, d.of.Key, people[0].ID)
		if err != nil {
			return err
		}
		d.r.Report.People = m.To
		if !there.IsZero() {
			return nil
		}
		if err := account.Populate(ctx, tx, d.of, people); err != nil {
			return err
		}
		return project.Admit(ctx, tx, d.of, d.call.Project.ID, keys)
	})
}

// deposit lets somebody deposit: a draft first, which is then published. What they have published already stays.
func (d *driving) deposit(ctx context.Context, a attempt) error {
	who := d.crowd.person(a.person)
	call, err := d.deposits.Call(ctx, d.of, who, d.r.Slug)
	if err != nil {
		return err
	}
	content := d.crowd.content(call.Setting, a)
	var mine deposit.Deposit
	for _, one := range call.Mine {
		if one.Content.Title == content.Title {
			mine = one
		}
	}
	if mine.ID.IsZero() {
		mine, err = d.deposits.Save(ctx, d.of, who, d.r.Slug, ids.ID{}, content, upload(call.Form))
	}
	if err == nil && mine.Draft() {
		_, err = d.deposits.Publish(ctx, d.of, who, d.r.Slug, mine.ID, call.Charter.Version)
	}
	if err != nil {
		return d.r.Report.refuse("deposit", err, a.odd.refused(), d.in)
	}
	d.r.Report.Deposits++
	return nil
}

// upload is what the form needs beside texts.
func upload(f deposit.Form) (up deposit.Upload) {
	if f.Picture == deposit.Required {
		up.Picture = picture()
	}
	for _, q := range f.Asked() {
		if q.Kind != deposit.FileInput {
			continue
		}
		if up.Files == nil {
			up.Files = map[string]deposit.File{}
		}
		up.Files[q.Key] = deposit.File{Name: "essai.pdf", MIME: "application/pdf", Content: []byte("%PDF-1.4\n%%EOF\n")}
		if len(q.Files) > 0 && !slices.Contains(q.Files, deposit.PDF) {
			up.Files[q.Key] = deposit.File{Name: "essai.png", MIME: "image/png", Content: picture()}
		}
	}
	return up
}

// picture is a plain surface, where a picture must be.
func picture() []byte {
	img := image.NewRGBA(image.Rect(0, 0, 480, 288))
	for i := range img.Pix {
		img.Pix[i] = [...]byte{0x9b, 0xbf, 0xb8, 0xff}[i%4]
	}
	img.Set(0, 0, color.White)
	var b bytes.Buffer
	_ = png.Encode(&b, img) // a buffer never fails
	return b.Bytes()
}

// put puts to the vote what was deposited and costs no more than a project may, as the services would. Where they study
// projects, all are in that step too.
func (d *driving) put(ctx context.Context, m Moment) error {
	collect := d.call.Steps[collectStep(d.call.Steps)]
	return d.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		all, err := result.Candidates(ctx, tx, d.of.Key, collect.ID)
		if err != nil {
			return err
		}
		var whole, voted []ids.ID
		var dear []string
		most := d.call.Rulebook.Count.Budget
		if of := d.call.Rulebook.Deposit; of != nil && of.MaximumCost > 0 {
			most = of.MaximumCost
		}
		for _, k := range all {
			whole = append(whole, k.Proposal)
			if k.Cost > most {
				dear = append(dear, k.Name)
			} else {
				voted = append(voted, k.Proposal)
			}
		}
		for _, step := range d.call.Steps {
			list, status := voted, proposal.StatusVoted
			if step.Kind == project.Analysis {
				list, status = whole, ""
			} else if step.ID != d.call.Steps[m.Step].ID {
				continue
			}
			n, err := proposal.Promote(ctx, tx, d.of.Key, collect.ID, step.ID, list, status)
			if err != nil {
				return err
			}
			if err := project.CountStep(ctx, tx, d.of.Key, step.ID, n, 0); err != nil {
				return err
			}
		}
		d.r.Report.TooDear, d.r.Report.Candidate = dear, len(voted)
		return nil
	})
}

// cast lets somebody vote, or leave a selection that they do not cast.
func (d *driving) cast(ctx context.Context, t turn) error {
	who := d.crowd.person(t.person)
	var booth ballot.Booth
	err := d.db.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		booth, err = ballot.Enter(ctx, tx, d.of, who, d.r.Slug)
		return err
	})
	if err != nil {
		return err
	}
	v := d.crowd.vote(booth.Paper, t)
	if t.odd == tooMuch && booth.Paper.Check(v.Choices, v.District) == nil { // there is so little to choose that nothing is too much
		return nil
	}
	if t.odd == second && booth.Paper.Text(v.Choices) == booth.Paper.Text(d.crowd.vote(booth.Paper, turn{person: t.person}).Choices) {
		return nil // they would cast the same one again
	}
	if t.odd == forgotten {
		if len(v.Choices) == 0 {
			return nil
		}
		if v.District != "" {
			_, err = d.ballots.Change(ctx, d.of, who, d.r.Slug, ballot.Change{Do: ballot.In, District: v.District})
		}
		if err == nil {
			_, err = d.ballots.Change(ctx, d.of, who, d.r.Slug, ballot.Change{Do: ballot.Adding, Number: v.Choices[0].Number})
		}
		if err == nil {
			d.r.Report.Forgotten++
			return nil
		}
	} else {
		if _, err = d.ballots.Cast(ctx, d.of, who, d.r.Slug, d.crowd.lang, v); err == nil {
			if t.odd == second {
				d.r.Report.Changed++
			}
			return nil
		}
	}
	return d.r.Report.refuse("vote", err, t.odd.refused(), d.in)
}

// voted reports the ballots that are in the box: when a moment is done again, those of the first time are there already.
func (d *driving) voted(ctx context.Context) error {
	return d.db.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		d.r.Report.Ballots, err = ballot.Count(ctx, tx, d.of.Key, d.call.Steps[project.VoteStep(d.call.Steps)].ID)
		return err
	})
}

// due does the jobs of the temporary platform that its time has come for.
func (d *driving) due(ctx context.Context, kind string, do jobs.Handler) error {
	var list []jobs.Job
	err := d.db.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		list, err = jobs.Take(ctx, tx, d.of.Key, kind, d.of.Clock.To)
		return err
	})
	for _, j := range list {
		if err == nil {
			err = do(ctx, j)
		}
		if err == nil {
			err = d.db.Write(ctx, j.Done)
		}
	}
	return err
}

// proclaim counts the stored ballots and announces the result.
func (d *driving) proclaim(ctx context.Context) error {
	return d.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		v, err := project.Load(ctx, tx, d.of.Key, d.r.Slug, d.of.Clock.To)
		if err != nil {
			return err
		}
		step := v.Steps[project.VoteStep(v.Steps)].ID
		if err := ballot.Release(ctx, tx, d.of, d.r.Slug); err != nil {
			return err
		}
		candidates, err := result.Candidates(ctx, tx, d.of.Key, step)
		if err != nil {
			return err
		}
		counted, err := result.Count(ctx, tx, d.of.Key, step, v.Rulebook.Seeded(rehearsedSeed), candidates)
		if err != nil {
			return err
		}
		if v.Rulebook.Lots != nil {
			counted.Seed, counted.Drawn = rehearsedSeed, true
		}
		if _, err := result.Proclaim(ctx, tx, d.of.Key, v, step, string(v.Rulebook.Count.Method), counted, func(int) *int { return nil }); err != nil {
			return err
		}
		d.r.Report.Warnings, d.r.Report.Outcome = nil, nil // written anew when this runs again
		d.r.Report.judge(v.Rulebook, d.call.Districts, counted)
		return nil
	})
}

// rehearsedSeed draws the lots of a rehearsal: the public drawing that the rulebook names has not been held.
const rehearsedSeed = "1 2 3 4 5 6"

// shownOfKind is how many e-mails of a kind are kept to be read; the others are counted.
const shownOfKind = 5

// post takes in the e-mails that wait: they are counted, and a few of each kind kept.
func (d *driving) post(ctx context.Context, tx db.Tx, report *Report) error {
	for kind, n := range d.r.Report.Mails {
		report.Mails[kind] = n
	}
	mails, err := notify.TakeIn(ctx, tx, d.of, d.local, func(kind string) bool {
		report.Mails[kind]++
		return report.Mails[kind] <= shownOfKind
	})
	if err == nil && len(mails) > 0 {
		err = jobs.DropAll(ctx, tx, mails)
	}
	return err
}
