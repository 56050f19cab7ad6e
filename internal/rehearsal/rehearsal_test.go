package rehearsal_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/rehearsal"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

const local = "http://localhost:8080"

var quiet = slog.New(slog.DiscardHandler)

// town is a platform with an organiser and the runner of jobs of a serve that has a mail server.
type town struct {
	t        *testing.T
	d        *db.DB
	of       platform.Platform
	claire   account.Person
	editions *project.Service
	s        *rehearsal.Service
	runner   *jobs.Runner
	sent     *int // e-mails that left the house
}

type transport struct{ sent *int }

func (m transport) Send(context.Context, notify.Envelope) error { *m.sent++; return nil }

func settle(t *testing.T, d *db.DB) town {
	t.Helper()
	of, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: "ville", Name: "Ville"})
	if err != nil {
		t.Fatal(err)
	}
	sent := new(int)
	s := rehearsal.NewService(d, local)
	return town{t: t, d: d, of: of, editions: project.NewService(d), s: s, sent: sent,
		claire: account.Person{ID: ids.Random(), Email: "claire@ville.example", Proved: true, Roles: access.Roles(0).With(access.Resident, access.Organiser)},
		runner: jobs.NewRunner(d, quiet, map[string]jobs.Handler{jobs.Driving: s.Handle, notify.Job: notify.NewPost(d, transport{sent}, local).Handle})}
}

const districts = `{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"name":"Centre"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}},
{"type":"Feature","properties":{"name":"Nord"},"geometry":{"type":"Polygon","coordinates":[[[1,0],[2,0],[2,1],[1,1],[1,0]]]}},
{"type":"Feature","properties":{"name":"Sud"},"geometry":{"type":"Polygon","coordinates":[[[2,0],[3,0],[3,1],[2,1],[2,0]]]}}]}`

// draft begins an edition of a model, with districts where its money is by district.
func (v town) draft(m project.Model) (slug string) {
	v.t.Helper()
	slug, err := v.editions.Create(v.t.Context(), v.of, v.claire, project.New{Model: m, Title: "Budget " + string(m), Population: 6_000, Language: i18n.FR})
	if err == nil && m.ByDistrict() {
		_, err = v.editions.SetDistricts(v.t.Context(), v.of, v.claire, slug, []byte(districts))
	}
	if err != nil {
		v.t.Fatal(err)
	}
	return slug
}

// play does everything that is due.
func (v town) play() {
	v.t.Helper()
	for range 1000 {
		n, err := v.runner.Turn(v.t.Context())
		if err != nil {
			v.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
	v.t.Fatal("it never ends")
}

func (v town) rehearse(slug string, seed int64) rehearsal.Rehearsal {
	v.t.Helper()
	if err := v.s.Start(v.t.Context(), v.of, v.claire, slug, rehearsal.Options{Seed: seed}); err != nil {
		v.t.Fatal(err)
	}
	v.play()
	return v.see(slug)
}

func (v town) see(slug string) rehearsal.Rehearsal {
	v.t.Helper()
	w, err := v.s.Of(v.t.Context(), v.of, v.claire, slug)
	if err != nil || w.Rehearsal == nil {
		v.t.Fatalf("no rehearsal: %v", err)
	}
	return *w.Rehearsal
}

func TestEveryModelReachesItsResult(t *testing.T) {
	for _, m := range project.Models() {
		t.Run(string(m), func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				v := settle(t, d)
				r := v.rehearse(v.draft(m), 7)
				o := r.Report.Outcome
				if r.State != rehearsal.Done || r.Moment != r.Moments || r.Report.Deposits < 12 || r.Report.People != 60 || len(v.refusals(r, false)) != 0 {
					t.Fatalf("%s after %d of %d moments: %+v", r.State, r.Moment, r.Moments, r.Report)
				}
				if m == project.ModelDeliberation {
					if o != nil || r.Report.Ballots != 0 || !warns(r, "no_vote") {
						t.Errorf("nobody votes there: %+v", r.Report)
					}
					return
				}
				if o == nil || len(o.Winners) == 0 || o.Spent <= 0 || o.Left() < 0 || o.Budget != 30_000_00 || r.Report.Ballots < 45 || r.Report.Changed == 0 || r.Report.Forgotten == 0 {
					t.Errorf("%+v, %+v", r.Report, o)
				}
				if n := len(v.refusals(r, true)); n < 4 {
					t.Errorf("what the rules do not allow was refused in %d ways only: %+v", n, r.Report.Refused)
				}
				mails := r.Report.Mails
				if mails["proposal_published"] != r.Report.Deposits || mails["vote_cast"] != r.Report.Ballots || mails["vote_changed"] != r.Report.Changed || mails["vote_waiting"] != r.Report.Forgotten {
					t.Errorf("the e-mails are %v, of %+v", mails, r.Report)
				}
			})
		})
	}
}

func (v town) refusals(r rehearsal.Rehearsal, expected bool) (list []string) {
	for _, one := range r.Report.Refused {
		if one.Expected == expected {
			list = append(list, one.Why[i18n.FR])
		}
	}
	return list
}

func warns(r rehearsal.Rehearsal, key string) bool {
	return slices.ContainsFunc(r.Report.Warnings, func(w rehearsal.Warning) bool { return w.Key == key })
}

func TestTheSameSeedGivesTheSameReport(t *testing.T) {
	reports := map[int64][]rehearsal.Report{}
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		for _, seed := range []int64{7, 8} {
			v := settle(t, dbtest.Open(t, engine))
			r := v.rehearse(v.draft(project.ModelTwoVotes), seed)
			reports[seed] = append(reports[seed], r.Report)
		}
	}
	if diff := cmp.Diff(reports[7][0], reports[7][1]); diff != "" {
		t.Errorf("one seed, two reports: %s", diff)
	}
	if cmp.Equal(reports[7][0].Outcome, reports[8][0].Outcome) {
		t.Error("two seeds give the same winners")
	}
}

func TestNothingOfTheCityChangesAndNothingIsLeftOfIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := settle(t, d)
		slug := v.draft(project.ModelTwoVotes)
		before := dbtest.Rows(t, d)
		v.rehearse(slug, 7)
		after := dbtest.Rows(t, d)
		if diff := cmp.Diff(before[v.of.Key], after[v.of.Key]); diff != "" {
			t.Errorf("the city's platform has changed: %s", diff)
		}
		filled := after[v.see(slug).Platform]
		for _, table := range []string{"participant", "proposal", "deposit", "ballot", "signature", "turnout", "result_line", "journal_pending", "district", "rehearsal", "mail_box", "search_word", "basket"} {
			if len(filled[table]) == 0 {
				t.Errorf("the rehearsal wrote nothing into %s: the test sees less than it should", table)
			}
		}
		if err := v.s.Discard(t.Context(), v.of, v.claire, slug); err != nil {
			t.Fatal(err)
		}
		v.play()
		if diff := cmp.Diff(before, dbtest.Rows(t, d)); diff != "" {
			t.Errorf("the rehearsal has left something: %s", diff)
		}
		if w, err := v.s.Of(t.Context(), v.of, v.claire, slug); err != nil || w.Rehearsal != nil {
			t.Errorf("it is still there: %+v, %v", w.Rehearsal, err)
		}
		if err := v.s.Discard(t.Context(), v.of, v.claire, slug); !fault.Is(err, fault.NotFound) {
			t.Errorf("what is gone is erased again: %v", err)
		}
	})
}

func TestARehearsalIsErasedInTheMiddle(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := settle(t, d)
		slug := v.draft(project.ModelSimple)
		before := dbtest.Rows(t, d)
		v.start(slug)
		for range 15 {
			v.turn()
		}
		if r := v.see(slug); r.State != rehearsal.Running || r.Report.Deposits == 0 {
			t.Fatalf("%+v", r)
		}
		if err := v.s.Discard(t.Context(), v.of, v.claire, slug); err != nil {
			t.Fatal(err)
		}
		v.play()
		if diff := cmp.Diff(before, dbtest.Rows(t, d)); diff != "" {
			t.Errorf("the rehearsal has left something: %s", diff)
		}
	})
}

func (v town) start(slug string) {
	v.t.Helper()
	if err := v.s.Start(v.t.Context(), v.of, v.claire, slug, rehearsal.Options{Seed: 7}); err != nil {
		v.t.Fatal(err)
	}
}

func (v town) turn() {
	v.t.Helper()
	if _, err := v.runner.Turn(v.t.Context()); err != nil {
		v.t.Fatal(err)
	}
}

// A process that dies after people have acted and before it wrote so does the moment again.
func TestAMomentThatIsDoneAgainChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := settle(t, d)
		once := v.rehearse(v.draft(project.ModelSimple), 7)
		slug := v.draft(project.ModelSimple)
		v.start(slug)
		for range 1000 {
			r := v.see(slug)
			if r.State == rehearsal.Done {
				break
			}
			var report string
			v.row(`SELECT r.report FROM rehearsal r WHERE r.platform = ?`, &report, r.Platform)
			v.turn()
			v.write(`UPDATE rehearsal SET state = 'running', moment = ?, report = ? WHERE platform = ?`, r.Moment, report, r.Platform)
			if v.see(slug).Moment+1 == once.Moments { // the last one leaves no job
				v.resumed(r.Platform)
			}
			v.turn()
		}
		twice := v.see(slug)
		once.Report.Mails, twice.Report.Mails = nil, nil // those of the lost half of a moment are not counted
		if diff := cmp.Diff(once.Report, twice.Report); diff != "" || twice.State != rehearsal.Done {
			t.Errorf("%s: %s", twice.State, diff)
		}
	})
}

func (v town) row(query string, to any, args ...any) {
	v.t.Helper()
	if err := v.d.Read(v.t.Context(), func(ctx context.Context, tx db.Tx) error { return tx.QueryRow(ctx, query, args...).Scan(to) }); err != nil {
		v.t.Fatal(err)
	}
}

func (v town) write(query string, args ...any) {
	v.t.Helper()
	if err := v.d.Write(v.t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	}); err != nil {
		v.t.Fatal(err)
	}
}

func (v town) resumed(platform int64) {
	v.t.Helper()
	if err := v.d.Write(v.t.Context(), func(ctx context.Context, tx db.Tx) error {
		return jobs.Add(ctx, tx, platform, jobs.Driving, struct{}{}, time.Time{})
	}); err != nil {
		v.t.Fatal(err)
	}
}

func TestNoMailOfARehearsalLeavesTheHouse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := settle(t, d)
		slug := v.draft(project.ModelSimple)
		r := v.rehearse(slug, 7)
		_, list, err := v.s.Mails(t.Context(), v.of, v.claire, slug)
		if err != nil || len(list) < 10 || r.Report.Sent() < 60 {
			t.Errorf("%d e-mails are shown of %d: %v", len(list), r.Report.Sent(), err)
		}
		for _, m := range list {
			if m.Link != "" && !strings.HasPrefix(m.Link, local+r.Prefix+"/") {
				t.Errorf("an e-mail leads to %s", m.Link)
			}
		}
		// Whoever queues one, and whoever is asked to send it.
		mail := notify.Mail{To: "somebody@ville.example", Lang: i18n.FR, Kind: "test", Path: "/"}
		var waiting []jobs.Job
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
			if err = notify.Queue(ctx, tx, r.Platform, mail); err == nil {
				waiting, err = jobs.Waiting(ctx, tx, r.Platform, notify.Job, 10)
			}
			return err
		}); err != nil || len(waiting) != 1 {
			t.Fatalf("%d wait: %v", len(waiting), err)
		}
		v.play()
		if err := notify.NewPost(d, transport{v.sent}, local).Handle(t.Context(), waiting[0]); err != nil {
			t.Error(err)
		}
		if *v.sent != 0 {
			t.Errorf("%d e-mails were sent", *v.sent)
		}
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { return notify.Queue(ctx, tx, v.of.Key, mail) }); err != nil {
			t.Fatal(err)
		}
		if v.play(); *v.sent != 1 {
			t.Errorf("the city's own e-mail was sent %d times, so that the test proves nothing", *v.sent)
		}
	})
}

func TestItPausesAtADayAndGoesOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := settle(t, d)
		slug := v.draft(project.ModelSimple)
		w, err := v.s.Of(t.Context(), v.of, v.claire, slug)
		if err != nil {
			t.Fatal(err)
		}
		vote := w.Edition.Steps[project.VoteStep(w.Edition.Steps)]
		until := vote.StartsAt.Add(vote.EndsAt.Sub(vote.StartsAt) / 2)
		if err := v.s.Start(t.Context(), v.of, v.claire, slug, rehearsal.Options{Seed: 7, Until: until}); err != nil {
			t.Fatal(err)
		}
		v.play()
		r := v.see(slug)
		if r.State != rehearsal.Paused || !r.Now.Equal(until) || r.Report.Ballots == 0 || r.Report.Outcome != nil {
			t.Fatalf("%s at %s, want %s: %+v", r.State, r.Now, until, r.Report)
		}
		if err := v.s.Resume(t.Context(), v.of, v.claire, slug); err != nil {
			t.Fatal(err)
		}
		v.play()
		if r := v.see(slug); r.State != rehearsal.Done || r.Report.Outcome == nil {
			t.Errorf("%s: %+v", r.State, r.Report)
		}
	})
}

func TestThereIsOneForAnEditionAndFewInAll(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := settle(t, d)
		for i := range 9 {
			slug := v.draft(project.ModelSimple)
			err := v.s.Start(t.Context(), v.of, v.claire, slug, rehearsal.Options{})
			if i == 8 {
				if !fault.Is(err, fault.Limited) {
					t.Errorf("the ninth: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := v.s.Start(t.Context(), v.of, v.claire, slug, rehearsal.Options{}); !fault.Is(err, fault.Conflict) {
				t.Errorf("a second one of the same edition: %v", err)
			}
		}
	})
}

func TestNobodyElseStartsSeesOrErasesIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := settle(t, d)
		slug := v.draft(project.ModelSimple)
		v.rehearse(slug, 7)
		other, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: "ailleurs"})
		if err != nil {
			t.Fatal(err)
		}
		before := dbtest.Rows(t, d)
		ana := account.Person{ID: ids.Random(), Email: "ana@ville.example", Proved: true, Roles: access.Roles(0).With(access.Resident, access.Analyst, access.Moderator, access.Elected)}
		for name, c := range map[string]struct {
			of  platform.Platform
			who account.Person
			key fault.Code
		}{"no organiser": {v.of, ana, fault.Forbidden}, "nobody": {v.of, account.Person{}, fault.Forbidden}, "an organiser of another platform": {other, v.claire, fault.NotFound}} {
			_, err := v.s.Of(t.Context(), c.of, c.who, slug)
			_, _, mails := v.s.Mails(t.Context(), c.of, c.who, slug)
			for what, err := range map[string]error{"sees": err, "reads mails": mails, "starts": v.s.Start(t.Context(), c.of, c.who, slug, rehearsal.Options{}),
				"resumes": v.s.Resume(t.Context(), c.of, c.who, slug), "erases": v.s.Discard(t.Context(), c.of, c.who, slug)} {
				if !fault.Is(err, c.key) {
					t.Errorf("%s %s: %v, want %s", name, what, err, c.key)
				}
			}
		}
		if diff := cmp.Diff(before, dbtest.Rows(t, d)); diff != "" {
			t.Errorf("somebody else has changed something: %s", diff)
		}
	})
}

func TestWhatIsLeftAloneIsSwept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := settle(t, d)
		slug, kept := v.draft(project.ModelSimple), v.draft(project.ModelBasket)
		v.rehearse(kept, 7)
		before := dbtest.Rows(t, d)
		v.rehearse(slug, 7)
		// One that a process died on before it wrote that it had begun, or after it erased that.
		if _, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: platform.RehearsalSlug + "orphan", Kind: platform.Rehearsal}); err != nil {
			t.Fatal(err)
		}
		v.write(`UPDATE rehearsal SET started_at = started_at - ? WHERE platform = ?`, (25 * time.Hour).Microseconds(), v.see(slug).Platform)
		for range 2 {
			if err := v.s.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
			v.play()
		}
		if diff := cmp.Diff(before, dbtest.Rows(t, d)); diff != "" {
			t.Errorf("the sweep has left something, or taken too much: %s", diff)
		}
	})
}

func TestWhatAnEditionLacksIsSaid(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	v := settle(t, d)
	slug := v.draft(project.ModelSimple)
	w, err := v.s.Of(t.Context(), v.of, v.claire, slug)
	if err != nil || w.Missing != nil {
		t.Fatalf("%v, %v", err, w.Missing)
	}
	steps := slices.DeleteFunc(slices.Clone(w.Edition.Steps), func(s project.Step) bool { return s.Kind == project.Vote || s.Kind == project.Collect })
	if err := v.editions.SetCalendar(t.Context(), v.of, v.claire, slug, steps, "", ""); err != nil {
		t.Fatal(err)
	}
	before := dbtest.Rows(t, d)
	err = v.s.Start(t.Context(), v.of, v.claire, slug, rehearsal.Options{})
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Code != fault.Conflict || len(f.Sub) != 2 {
		t.Errorf("without a deposit and a vote: %v", err)
	}
	if diff := cmp.Diff(before, dbtest.Rows(t, d)); diff != "" {
		t.Errorf("what was refused has left something: %s", diff)
	}
}

// The form that an organiser made, and a rulebook that asks for an address: people have what is asked.
func TestPeopleHaveWhatTheEditionAsks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := settle(t, d)
		slug := v.draft(project.ModelUniversity)
		w, err := v.s.Of(t.Context(), v.of, v.claire, slug)
		if err != nil {
			t.Fatal(err)
		}
		c := project.ChoicesOf(w.Edition.Rulebook)
		c.Deposit.Domains, c.Vote.Listed = []string{"univ.example"}, true
		if err := v.editions.SetRules(t.Context(), v.of, v.claire, slug, c, ""); err != nil {
			t.Fatal(err)
		}
		two := []deposit.Option{{Key: "a", Label: rulebook.Text{FR: "A"}}, {Key: "b", Label: rulebook.Text{FR: "B"}}}
		two = append([]deposit.Option{{Key: "old", Label: rulebook.Text{FR: "Avant"}, Retired: true}}, two...)
		form := deposit.Form{Summary: deposit.Required, Body: deposit.Required, Category: deposit.Required, Theme: deposit.Required, District: deposit.Required, Place: deposit.Required,
			Cost: deposit.Required, Picture: deposit.Required}
		for _, k := range []deposit.QuestionKind{deposit.ShortText, deposit.LongText, deposit.Number, deposit.OneChoice, deposit.Choices, deposit.Ranking, deposit.FileInput} {
			q := deposit.Question{Key: string(k), Kind: k, Label: rulebook.Text{FR: "Pourquoi ?"}, Need: deposit.Required}
			if k == deposit.OneChoice || k == deposit.Choices || k == deposit.Ranking {
				q.Options = two
			}
			switch ten, five, both := 10.0, 5.0, 2.0; k { // an answer keeps to what is asked
			case deposit.Number:
				q.Min = &ten
			case deposit.ShortText:
				q.Max = &five
			case deposit.LongText:
				q.Min = &ten
			case deposit.Choices:
				q.Min = &both
			case deposit.FileInput:
				q.Files = []deposit.FileKind{deposit.Picture}
			}
			form.Questions = append(form.Questions, q)
		}
		form.Questions = append(form.Questions, deposit.Question{Key: "retired", Kind: deposit.ShortText, Label: rulebook.Text{FR: "Autrefois ?"}, Need: deposit.Required, Retired: true})
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			return deposit.SetForm(ctx, tx, v.of.Key, w.Edition.Steps[1].ID, form)
		}); err != nil {
			t.Fatal(err)
		}
		r := v.rehearse(slug, 7)
		if r.State != rehearsal.Done || len(v.refusals(r, false)) != 0 || r.Report.Deposits < 12 || r.Report.Ballots < 45 || len(r.Report.Outcome.Winners) == 0 {
			t.Errorf("%s: %+v", r.State, r.Report)
		}
	})
}

// A moment that fails is tried again, and the organiser is told.
func TestARehearsalThatFailsSaysSo(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	v := settle(t, d)
	slug := v.draft(project.ModelSimple)
	v.start(slug)
	v.write(`UPDATE rehearsal SET report = 'torn' WHERE platform = ?`, v.of.Key+1)
	v.turn()
	v.write(`UPDATE rehearsal SET report = '{}' WHERE platform = ?`, v.of.Key+1)
	if r := v.see(slug); !r.Stuck || r.State != rehearsal.Running {
		t.Errorf("%+v", r)
	}
	v.write(`UPDATE jobs SET run_at = 0 WHERE platform = ?`, v.of.Key+1)
	v.play()
	if r := v.see(slug); r.Stuck || r.State != rehearsal.Done {
		t.Errorf("once it can go on: %+v", r)
	}
}

// A rulebook that nobody can meet is what a rehearsal is for.
func TestRefusalsOfOrdinaryPeopleAreAWarning(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	v := settle(t, d)
	slug := v.draft(project.ModelSimple)
	w, err := v.s.Of(t.Context(), v.of, v.claire, slug)
	if err != nil {
		t.Fatal(err)
	}
	c := project.ChoicesOf(w.Edition.Rulebook)
	c.Ballot.Min, c.Ballot.Max, c.Supporters = 50, 60, 200
	if err := v.editions.SetRules(t.Context(), v.of, v.claire, slug, c, ""); err != nil {
		t.Fatal(err)
	}
	r := v.rehearse(slug, 7)
	if r.State != rehearsal.Done || !warns(r, "refused") || !warns(r, "no_winner") || !warns(r, "minimum") || !warns(r, "left") || len(v.refusals(r, false)) == 0 {
		t.Errorf("%s: %+v", r.State, r.Report)
	}
}

// What makes people, lists and copies without asking anybody works on temporary platforms alone.
func TestACityIsNotPeopledOrFilledAsARehearsalIs(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	v := settle(t, d)
	slug := v.draft(project.ModelSimple)
	before := dbtest.Rows(t, d)
	for name, do := range map[string]func(ctx context.Context, tx db.Tx) error{
		"people": func(ctx context.Context, tx db.Tx) error {
			return account.Populate(ctx, tx, v.of, []account.Person{{ID: ids.Random(), Email: "ana@ville.example"}})
		},
		"a list": func(ctx context.Context, tx db.Tx) error {
			return project.Admit(ctx, tx, v.of, ids.Random(), []string{"ana@ville.example"})
		},
		"a copy": func(ctx context.Context, tx db.Tx) error {
			_, _, err := project.Rehearse(ctx, tx, v.of, v.of, v.claire, slug)
			return err
		},
		"e-mails": func(ctx context.Context, tx db.Tx) error {
			_, err := notify.TakeIn(ctx, tx, v.of, local, func(string) bool { return true })
			return err
		},
	} {
		if err := d.Write(t.Context(), do); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if diff := cmp.Diff(before, dbtest.Rows(t, d)); diff != "" {
		t.Errorf("what was refused has left something: %s", diff)
	}
}

// A moment that is being played when the sweep comes writes how far it is afterwards: that does not bring the rehearsal back.
func TestASweepIsNotUndoneByAMomentThatIsBeingPlayed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := settle(t, d)
		slug := v.draft(project.ModelSimple)
		before := dbtest.Rows(t, d)
		if err := v.s.Start(t.Context(), v.of, v.claire, slug, rehearsal.Options{Seed: 7}); err != nil {
			t.Fatal(err)
		}
		v.write(`UPDATE rehearsal SET started_at = started_at - ? WHERE platform = ?`, (25 * time.Hour).Microseconds(), v.see(slug).Platform)
		swept := make(chan error, 1)
		go func() {
			for range 5 {
				if err := v.s.Sweep(t.Context()); err != nil {
					swept <- err
					return
				}
			}
			swept <- nil
		}()
		v.play()
		if err := <-swept; err != nil {
			t.Fatal(err)
		}
		v.play()
		if diff := cmp.Diff(before, dbtest.Rows(t, d)); diff != "" {
			t.Errorf("the rehearsal goes on, or has left something: %s", diff)
		}
	})
}
