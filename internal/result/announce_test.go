package result_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/bench"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/follow"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/tally"
)

// hall is a vote of ten projects, its service, and who may do what.
type hall struct {
	testing.TB
	*result.Service
	d *db.DB
	bench.Polls
	organiser account.Person
	voters    []bench.Voter
	after     context.Context // an hour after the vote ended
}

// ended opens a vote of ten projects, lets so many people cast a ballot for the first two, and turns to the time after it.
func ended(t testing.TB, d *db.DB, slug string, voters int, rules func(*rulebook.Rulebook)) hall {
	t.Helper()
	h := hall{TB: t, Service: result.NewService(d), d: d, Polls: bench.Open(t, d, slug, 10, rules)}
	h.voters = bench.Voters(t, d, h.Of, voters+1)
	h.organiser = h.voters[voters].Person
	h.organiser.Roles = h.organiser.Roles.With(access.Organiser)
	if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		return db.Insert(ctx, tx, "role_given", []string{"platform", "participant", "role", "given_at"}, [][]any{{h.Of.Key, h.organiser.ID, "organiser", 1}})
	}); err != nil {
		t.Fatal(err)
	}
	h.voters = h.voters[:voters]
	box := ballot.NewService(d)
	for _, v := range h.voters {
		if _, err := box.Cast(t.Context(), h.Of, v.Person, h.Slug, i18n.FR, ballot.Vote{Choices: []ballot.Choice{{Number: 1}, {Number: 2}}}); err != nil {
			t.Fatal(err)
		}
	}
	h.after = db.At(t.Context(), time.Now().AddDate(0, 0, 10).Add(time.Hour))
	return h
}

func (h hall) seen() string {
	h.Helper()
	p, err := h.Preview(h.after, h.Of, h.organiser, h.Slug)
	if err != nil {
		h.Fatal(err)
	}
	return p.Seen()
}

func (h hall) announced() {
	h.Helper()
	if err := h.Announce(h.after, h.Of, h.organiser, h.Slug, h.seen()); err != nil {
		h.Fatal(err)
	}
}

func (h hall) read(fn func(ctx context.Context, tx db.Tx) error) {
	h.Helper()
	if err := h.d.Read(h.after, fn); err != nil {
		h.Fatal(err)
	}
}

// entries gives the journal entries of a kind.
func (h hall) entries(kind string) (list []string) {
	h.Helper()
	h.read(func(ctx context.Context, tx db.Tx) error {
		all, err := journal.Pending(ctx, tx, h.Of.Key, 1000)
		for _, e := range all {
			if e.Kind == kind {
				list = append(list, e.Body)
			}
		}
		return err
	})
	return list
}

// waiting gives the jobs of a kind.
func (h hall) waiting(kind string) (list []jobs.Job) {
	h.Helper()
	h.read(func(ctx context.Context, tx db.Tx) (err error) {
		list, err = jobs.Waiting(ctx, tx, h.Of.Key, kind, 100_000)
		return err
	})
	return list
}

// mails gives the e-mails of some kinds that wait.
func (h hall) mails(kinds ...string) (list []notify.Mail) {
	h.Helper()
	for _, j := range h.waiting(notify.Job) {
		var m notify.Mail
		if err := json.Unmarshal(j.Body, &m); err != nil {
			h.Fatal(err)
		}
		if slices.Contains(kinds, m.Kind) {
			list = append(list, m)
		}
	}
	return list
}

// tell does the jobs that tell people, until there is none.
func (h hall) tell() {
	h.Helper()
	for list := h.waiting(result.TellJob); len(list) > 0; list = h.waiting(result.TellJob) {
		if err := h.Tell(h.after, list[0]); err != nil {
			h.Fatal(err)
		}
	}
}

func wants(t testing.TB, err error, code fault.Code, what string) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

func TestAResultComesOutWholeWithItsEntryAndItsFiles(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := ended(t, d, "ville", 3, nil)
		p, err := h.Preview(h.after, h.Of, h.organiser, h.Slug)
		if err != nil || p.Ballots != 3 || len(p.Winners) == 0 || p.Missing() || p.Drawn {
			t.Fatalf("the count seen before: %+v, %v", p, err)
		}
		h.announced()
		h.read(func(ctx context.Context, tx db.Tx) error {
			r, ok, err := result.Of(ctx, tx, h.Of.Key, h.Step)
			if err != nil || !ok || r.Ballots != 3 || !bytes.Equal(r.BallotsHash, p.BallotsHash) || r.Winners != len(p.Winners) {
				t.Errorf("the result: %+v, %v, %v", r, ok, err)
			}
			told, err := follow.Happened(ctx, tx, h.Of.Key, p.View.ID, []string{"result"}, tx.Now(), 10)
			if err != nil || len(told) != 1 || told[0].Path != "/projets/"+h.Slug+"/resultats" {
				t.Errorf("followers read of %+v, %v", told, err)
			}
			files, err := result.Files(ctx, tx, h.Of.Key, h.Step)
			if err != nil || len(files) != 2 || !strings.Contains(string(files[0].Content), "\n1,1,3,3,1,") {
				t.Errorf("the files: %q, %v", files, err)
			}
			entry := h.entries("result_proclaimed")
			if len(entry) != 1 || !strings.Contains(entry[0], hex.EncodeToString(p.BallotsHash)) {
				t.Fatalf("the journal: %q", entry)
			}
			for _, f := range files {
				if sum := sha256.Sum256(f.Content); !strings.Contains(entry[0], `"`+f.Name+`":"`+hex.EncodeToString(sum[:])+`"`) {
					t.Errorf("the entry does not say the hash of %s", f.Name)
				}
			}
			return nil
		})
		_, err = h.Preview(h.after, h.Of, h.organiser, h.Slug)
		wants(t, err, fault.Conflict, "a preview of what is announced")
	})
}

func TestNobodySeesOrAnnouncesACountTooEarlyOrWithoutTheRight(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := ended(t, d, "ville", 1, nil)
		other, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: "ailleurs"})
		if err != nil {
			t.Fatal(err)
		}
		seen := h.seen()
		resident, decision := h.voters[0].Person, h.voters[0].Person
		decision.Roles = decision.Roles.With(access.DecisionMaker, access.Supervisor, access.Elected)
		for _, c := range []struct {
			what string
			ctx  context.Context
			of   platform.Platform
			who  account.Person
			code fault.Code
		}{
			{"an organiser while people vote", t.Context(), h.Of, h.organiser, fault.Closed},
			{"nobody", h.after, h.Of, account.Person{}, fault.Forbidden},
			{"a resident", h.after, h.Of, resident, fault.Forbidden},
			{"a decision-maker", h.after, h.Of, decision, fault.Forbidden},
			{"on another platform", h.after, other, h.organiser, fault.NotFound},
		} {
			_, err := h.Preview(c.ctx, c.of, c.who, h.Slug)
			wants(t, err, c.code, c.what+" looks")
			wants(t, h.Announce(c.ctx, c.of, c.who, h.Slug, seen), c.code, c.what+" announces")
			wants(t, h.SetPlan(c.ctx, c.of, c.who, h.Slug, time.Now().AddDate(1, 0, 0)), c.code, c.what+" plans")
			wants(t, h.SetNumbers(c.ctx, c.of, c.who, h.Slug, "1 2 3"), c.code, c.what+" draws")
			err = h.Record(c.ctx, c.of, c.who, h.Slug, result.Deliberation{On: time.Now(), Number: "1", Link: "https://ville.example"}, nil)
			if err == nil {
				t.Errorf("%s records a deliberation", c.what)
			}
		}
		wants(t, h.Announce(h.after, h.Of, h.organiser, h.Slug, "something else"), fault.Conflict, "what nobody saw")
		if len(h.entries("result_proclaimed")) != 0 {
			t.Error("something was announced")
		}
	})
}

func TestAResultAnnouncedTwiceAtOnceComesOutOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := ended(t, d, "ville", 3, nil)
		seen := h.seen()
		var wait sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wait.Go(func() { errs[i] = h.Announce(h.after, h.Of, h.organiser, h.Slug, seen) })
		}
		wait.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
			} else if !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
		}
		if n := len(h.entries("result_proclaimed")); done != 1 || n != 1 {
			t.Errorf("announced %d times, %d entries", done, n)
		}
		h.tell()
		if n := len(h.mails("result", "result_own")); n != 3 {
			t.Errorf("%d e-mails for three people", n)
		}
	})
}

func TestWhatWasCountedChangesNoMore(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := ended(t, d, "ville", 3, nil)
		h.announced()
		editions, box := project.NewService(d), ballot.NewService(d)
		state := func() string {
			var said string
			h.read(func(ctx context.Context, tx db.Tx) error {
				for _, sql := range []string{`SELECT COUNT(*) || '' FROM ballot WHERE platform = ? AND step = ?`, `SELECT COALESCE(MIN(choices), '') || COALESCE(MAX(choices), '') FROM ballot WHERE platform = ? AND step = ?`,
					`SELECT COUNT(*) || ' ' || SUM(mark) || ' ' || SUM(total) FROM result_line WHERE platform = ? AND step = ?`, `SELECT ballots || '' FROM step WHERE platform = ? AND id = ?`} {
					var one string
					if err := tx.QueryRow(ctx, sql, h.Of.Key, h.Step).Scan(&one); err != nil {
						return err
					}
					said += one + "\n"
				}
				v, err := project.Load(ctx, tx, h.Of.Key, h.Slug, tx.Now())
				hash := v.Rulebook.Hash()
				said += hex.EncodeToString(hash[:])
				return err
			})
			return said
		}
		before := state()
		voter, agent := h.voters[0].Person, h.organiser
		// Whatever the clock says: the platform's time may be moved back to when people voted.
		for name, at := range map[string]context.Context{"after the vote": h.after, "with a clock turned back": t.Context()} {
			v, err := editions.Edition(at, h.Of, agent, h.Slug)
			if err != nil {
				t.Fatal(err)
			}
			choices := project.ChoicesOf(v.Rulebook)
			choices.Supporters = 2
			steps := slices.Clone(v.Steps)
			steps[1].EndsAt = steps[1].EndsAt.AddDate(0, 1, 0)
			for what, act := range map[string]func() error{
				"cast": func() error {
					_, err := box.Cast(at, h.Of, bench.Voters(t, d, h.Of, 1)[0].Person, h.Slug, i18n.FR, ballot.Vote{Choices: []ballot.Choice{{Number: 5}}})
					return err
				},
				"change": func() error {
					_, err := box.Cast(at, h.Of, voter, h.Slug, i18n.FR, ballot.Vote{Choices: []ballot.Choice{{Number: 5}}})
					return err
				},
				"cancel": func() error { return box.Withdraw(at, h.Of, voter, h.Slug) },
				"rules":  func() error { return editions.SetRules(at, h.Of, agent, h.Slug, choices, "Parce que") },
				"money": func() error {
					return editions.SetMoney(at, h.Of, agent, h.Slug, project.Envelope{Budget: 5_00, Sharing: project.Whole}, "Parce que")
				},
				"articles": func() error {
					other := project.ChoicesOf(v.Rulebook)
					other.Article = rulebook.CityArticle{Title: rulebook.Text{FR: "Un article"}, Body: rulebook.Text{FR: "De plus."}}
					return editions.SetRules(at, h.Of, agent, h.Slug, other, "Parce que")
				},
				"announce again": func() error { return h.Announce(at, h.Of, agent, h.Slug, "") },
				"draw again":     func() error { return h.SetNumbers(at, h.Of, agent, h.Slug, "1 2 3") },
			} {
				if err := act(); err == nil {
					t.Errorf("%s, %s: done", name, what)
				}
			}
		}
		// A proposal that moderation removes now keeps its votes: nobody's ballot is freed of it.
		if err := d.Write(h.after, func(ctx context.Context, tx db.Tx) error {
			found, _, err := proposal.Numbered(ctx, tx, h.Of.Key, h.edition(ctx, tx).Project.ID, 1)
			if err != nil {
				return err
			}
			return proposal.TakeOut(ctx, tx, h.Of.Key, found, proposal.Invisible, "Charte", h.Of.Now(tx.Now()))
		}); err != nil {
			t.Fatal(err)
		}
		for _, j := range h.waiting(proposal.LeftJob) {
			if err := box.Free(h.after, j); err != nil {
				t.Fatal(err)
			}
		}
		if after := state(); after != before {
			t.Errorf("what was counted changed:\n%s\n%s", before, after)
		}
	})
}

func (h hall) edition(ctx context.Context, tx db.Tx) project.View {
	v, err := project.Load(ctx, tx, h.Of.Key, h.Slug, tx.Now())
	if err != nil {
		h.Fatal(err)
	}
	return v
}

func TestEverybodyConcernedIsToldOnceWithTheirOwnSentence(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := ended(t, d, "ville", 2, func(b *rulebook.Rulebook) { b.Count.Budget = 12_000_00 })
		more := bench.Voters(t, d, h.Of, 3) // an author, a follower, somebody who has nothing to do with it
		author, follower := more[0], more[1]
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			v := h.edition(ctx, tx)
			for n, person := range map[int]ids.ID{1: author.ID, 9: h.voters[0].ID} {
				if _, err := tx.Exec(ctx, `UPDATE proposal SET author = ? WHERE platform = ? AND project = ? AND number = ?`, person, h.Of.Key, v.Project.ID, n); err != nil {
					return err
				}
			}
			for _, n := range []int{1, 2, 10} {
				p, _, err := proposal.Numbered(ctx, tx, h.Of.Key, v.Project.ID, n)
				if err != nil {
					return err
				}
				if err := proposal.Follow(ctx, tx, h.Of.Key, p.ID, follower.ID, tx.Now(), false); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		h.announced()
		h.tell()
		told := map[string][]notify.Mail{}
		for _, m := range h.mails("result", "result_own") {
			told[m.To] = append(told[m.To], m)
		}
		for _, c := range []struct {
			who  bench.Voter
			kind string
			says []string
		}{
			{author, "result_own", []string{"Votre projet « Projet 1 » est lauréat"}},
			{follower, "result_own", []string{"« Projet 1 », que vous suivez, est lauréat", "« Projet 2 »", "« Projet 10 », que vous suivez, n’est pas lauréat"}},
			{h.voters[0], "result_own", []string{"Votre projet « Projet 9 »"}},
			{h.voters[1], "result", nil},
		} {
			got := told[c.who.Email]
			if len(got) != 1 || got[0].Kind != c.kind {
				t.Errorf("%s: %+v", c.kind, got)
				continue
			}
			own := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(fmt.Sprint(got[0].Args["Own"]))
			for _, says := range c.says {
				if !strings.Contains(own, says) {
					t.Errorf("the e-mail does not say %q: %s", says, own)
				}
			}
		}
		if len(told) != 4 {
			t.Errorf("%d people were told", len(told))
		}
	})
}

// lots is a rule whose last tie-break is a drawing to come, and which gives nothing else to separate projects by.
func lots(b *rulebook.Rulebook) {
	b.Vote.Ballot.Kind = rulebook.Simple
	b.Lots = &rulebook.Lots{Draw: "Loto"}
	b.Count.Ties = []tally.TieBreak{{By: tally.TieLots}}
	b.Count.Budget = 2_000_00 // of the first two, with as many votes, one alone
}

func TestALotThatDecidesWaitsForTheNumbersThatNobodyChose(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := ended(t, d, "ville", 3, lots)
		p, err := h.Preview(h.after, h.Of, h.organiser, h.Slug)
		if err != nil || !p.Missing() || len(p.Ties) == 0 || !p.Ties[0].Decides {
			t.Fatalf("%+v, %v", p.Ties, err)
		}
		wants(t, h.Announce(h.after, h.Of, h.organiser, h.Slug, p.Seen()), fault.Conflict, "without numbers")
		wants(t, h.SetPlan(h.after, h.Of, h.organiser, h.Slug, time.Now().AddDate(1, 0, 0)), fault.Conflict, "a date without numbers")
		for _, typed := range []string{"", "douze", "7", "1 2 <b>", strings.Repeat("1 ", 21), "1 1234567"} {
			wants(t, h.SetNumbers(h.after, h.Of, h.organiser, h.Slug, typed), fault.Invalid, typed)
		}
		var seeds []string
		for _, typed := range []string{"44, 03, 12 – 25 ; 7", "03 07 12 25 44"} { // however they are typed
			if err := h.SetNumbers(h.after, h.Of, h.organiser, h.Slug, typed); err != nil {
				t.Fatal(err)
			}
			p, err = h.Preview(h.after, h.Of, h.organiser, h.Slug)
			if err != nil || p.Missing() || !p.Drawn {
				t.Fatalf("%+v, %v", p, err)
			}
			seeds = append(seeds, p.Seed)
		}
		if seeds[0] != "3 7 12 25 44" || seeds[1] != seeds[0] || len(h.entries("lots_drawn")) != 2 {
			t.Errorf("drawn by %q, %d entries", seeds, len(h.entries("lots_drawn")))
		}
		// Anybody redoes it: the lower of the two hashes comes first.
		first := 0
		one, two := sha256.Sum256([]byte("3 7 12 25 44\x00R1")), sha256.Sum256([]byte("3 7 12 25 44\x00R2"))
		if bytes.Compare(two[:], one[:]) < 0 {
			first = 1
		}
		if got := p.Projects[0].Project; got != first || !p.Projects[0].Winner {
			t.Errorf("project %d comes first, want %d", got, first)
		}
		h.announced()
		entry := h.entries("result_proclaimed")[0]
		if !strings.Contains(entry, `"seed":"3 7 12 25 44"`) || !strings.Contains(entry, `"drawn":true`) {
			t.Error(entry)
		}
	})
}

func TestWhereNoLotDecidesNoDrawingIsWaitedFor(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := ended(t, d, "ville", 3, func(b *rulebook.Rulebook) {
			lots(b)
			b.Count.Budget = 3_000_00 // enough for both; the others have no vote and too little money is left for any
		})
		p, err := h.Preview(h.after, h.Of, h.organiser, h.Slug)
		if err != nil || p.Missing() || p.Drawn || len(p.Ties) == 0 {
			t.Fatalf("%+v, %v", p, err)
		}
		h.announced()
	})
}

func TestAPlannedResultComesOutOnItsDateUnlessThePlanChanged(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := ended(t, d, "ville", 1, nil)
		wants(t, h.SetPlan(h.after, h.Of, h.organiser, h.Slug, time.Now()), fault.Invalid, "a date that is over")
		day := time.Now().AddDate(0, 0, 12).Truncate(time.Second)
		for _, at := range []time.Time{day, day.Add(time.Hour)} {
			if err := h.SetPlan(h.after, h.Of, h.organiser, h.Slug, at); err != nil {
				t.Fatal(err)
			}
		}
		then := db.At(t.Context(), day.Add(2*time.Hour))
		list := h.waiting(result.AnnounceJob)
		if len(list) != 2 {
			t.Fatalf("%d jobs", len(list))
		}
		slices.SortFunc(list, func(a, b jobs.Job) int { return a.RunAt.Compare(b.RunAt) })
		for i, want := range []int{0, 1} {
			if err := h.AnnouncePlanned(then, list[i]); err != nil {
				t.Fatal(err)
			}
			if n := len(h.entries("result_proclaimed")); n != want {
				t.Errorf("after job %d, %d entries", i, n)
			}
		}
		if err := h.AnnouncePlanned(then, list[1]); err != nil || len(h.entries("result_proclaimed")) != 1 {
			t.Errorf("done again: %v", err)
		}
	})
}

func TestOrganisersAreRemindedOfAResultThatWaits(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := ended(t, d, "ville", 1, nil)
		body, _ := json.Marshal(map[string]any{"step": h.Step})
		job := jobs.Job{Platform: h.Of.Key, Body: body}
		if err := h.Closed(t.Context(), job); err != nil || len(h.mails("result_waits")) != 0 {
			t.Errorf("reminded while people vote: %v", err)
		}
		for range 2 {
			if err := h.Closed(h.after, job); err != nil {
				t.Fatal(err)
			}
		}
		if mails := h.mails("result_waits"); len(mails) != 1 || mails[0].To != h.organiser.Email {
			t.Errorf("%+v", mails)
		}
		if len(h.entries("result_proclaimed")) != 0 {
			t.Error("the result came out by itself")
		}
		if err := h.Remind(db.At(t.Context(), time.Now().AddDate(0, 0, 18)), job); err != nil || len(h.mails("result_waits")) != 2 {
			t.Errorf("a week later: %d, %v", len(h.mails("result_waits")), err)
		}
		h.announced()
		if err := h.Remind(db.At(t.Context(), time.Now().AddDate(0, 0, 40)), job); err != nil || len(h.mails("result_waits")) != 2 {
			t.Errorf("once it is announced: %v", err)
		}
	})
}

func TestADeliberationStandsBesideTheCount(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := ended(t, d, "ville", 3, func(b *rulebook.Rulebook) { b.Count.Budget = 3_000_00 })
		later := db.At(t.Context(), time.Now().AddDate(0, 0, 30))
		good := result.Deliberation{On: time.Now().AddDate(0, 0, 20), Number: "2026-114", Link: "https://ville.example/deliberations/114",
			Changes: []result.Change{{Number: 1, Reason: "Le terrain a été vendu."}, {Number: 7, Won: true, Reason: "Le conseil complète le budget."}}}
		record := func(d result.Deliberation, document []byte) error {
			return h.Record(later, h.Of, h.organiser, h.Slug, d, document)
		}
		wants(t, record(good, nil), fault.Conflict, "before the announcement")
		h.announced()
		for what, change := range map[string]func(*result.Deliberation){
			"a day to come": func(d *result.Deliberation) { d.On = time.Now().AddDate(1, 0, 0) }, "a day before the result": func(d *result.Deliberation) { d.On = time.Now() },
			"no day": func(d *result.Deliberation) { d.On = time.Time{} }, "no number": func(d *result.Deliberation) { d.Number = " " },
			"neither a link nor a document": func(d *result.Deliberation) { d.Link = "" }, "a link that runs": func(d *result.Deliberation) { d.Link = "javascript:alert(1)" },
			"a project that is none": func(d *result.Deliberation) { d.Changes = []result.Change{{Number: 99, Reason: "x"}} },
			"a winner made a winner": func(d *result.Deliberation) { d.Changes = []result.Change{{Number: 2, Won: true, Reason: "x"}} },
			"no reason":              func(d *result.Deliberation) { d.Changes = []result.Change{{Number: 1}} },
		} {
			bad := good
			bad.Changes = slices.Clone(good.Changes)
			change(&bad)
			wants(t, record(bad, nil), fault.Invalid, what)
		}
		wants(t, record(good, []byte("<html>")), fault.Invalid, "a document that is no PDF")
		if err := record(good, []byte("%PDF-1.7 …")); err != nil {
			t.Fatal(err)
		}
		h.read(func(ctx context.Context, tx db.Tx) error {
			got, ok, err := result.DeliberationOf(ctx, tx, h.Of.Key, h.Step)
			if err != nil || !ok || got.Number != "2026-114" || !got.Document || len(got.Changes) != 2 || got.Changes[0].Won || !got.Changes[1].Won {
				t.Errorf("%+v, %v, %v", got, ok, err)
			}
			r, _, err := result.Of(ctx, tx, h.Of.Key, h.Step)
			if err != nil || r.Winners != 2 {
				t.Errorf("the count says %d winners: %v", r.Winners, err)
			}
			built, err := result.Built(ctx, tx, h.Of.Key, h.Step)
			if len(built) != 2 || built[1] != got.Changes[1].Proposal {
				t.Errorf("built: %v", built)
			}
			return err
		})
		entries := h.entries("deliberation_recorded")
		if len(entries) != 1 || !strings.Contains(entries[0], "2026-114") || !strings.Contains(entries[0], "document_sha256") || len(h.entries("result_proclaimed")) != 1 {
			t.Errorf("%q", entries)
		}
	})
}

func TestThePageForJournalistsWaitsForItsDateButForTheLink(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := ended(t, d, "ville", 1, nil)
		until := time.Now().AddDate(0, 0, 15)
		set := func(p result.Press, renew bool) (kept result.Press) {
			if err := h.SetPress(h.after, h.Of, h.organiser, h.Slug, p, renew); err != nil {
				t.Fatal(err)
			}
			_, kept, err := h.PressFor(h.after, h.Of, h.organiser, h.Slug)
			if err != nil {
				t.Fatal(err)
			}
			return kept
		}
		p := set(result.Press{Embargo: until, Contact: "Presse, 01 00 00 00 00"}, false)
		may := func(at time.Time, token string, roles ...access.Role) (can bool) {
			h.read(func(ctx context.Context, tx db.Tx) error {
				v, err := project.Load(ctx, tx, h.Of.Key, h.Slug, at)
				can = access.Roles(0).With(roles...).Can(access.SeePress, p.Moment(v, 1, token))
				return err
			})
			return can
		}
		soon := time.Now().AddDate(0, 0, 11)
		if may(soon, p.Token, access.Organiser) {
			t.Error("the page is there before the result")
		}
		h.announced()
		for _, c := range []struct {
			what  string
			at    time.Time
			token string
			role  access.Role
			want  bool
		}{
			{"anyone", soon, "", access.Anyone, false}, {"with another link", soon, ids.Random().String(), access.Anyone, false}, {"with the link", soon, p.Token, access.Anyone, true},
			{"an organiser", soon, "", access.Organiser, true}, {"an agent", soon, "", access.Analyst, false}, {"anyone after it", until, "", access.Anyone, true},
		} {
			if got := may(c.at, c.token, c.role); got != c.want {
				t.Errorf("%s: %v", c.what, got)
			}
		}
		old := p.Token
		if p = set(p, false); p.Token != old {
			t.Error("the link changed by itself")
		}
		if p = set(p, true); p.Token == old || may(soon, old) {
			t.Error("the old link still opens")
		}
		wants(t, h.SetPress(h.after, h.Of, h.voters[0].Person, h.Slug, result.Press{}, false), fault.Forbidden, "a resident")
	})
}
