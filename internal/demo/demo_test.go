package demo_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/delivery"
	"github.com/parvis-civic/parvis/internal/demo"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/tally"
)

// today is a day on which clocks change, so that dates counted in hours would be seen.
var today = time.Date(2027, 3, 28, 13, 30, 0, 0, time.UTC)

// shown is the city as its readers find it, newest edition first.
type shown struct {
	platform  platform.Platform
	districts []project.District
	editions  []edition
	journal   []journal.Entry
	turnout   int // rows of it
}

type edition struct {
	project.View
	moment   project.Step // where it is now
	listed   []proposal.Listed
	ballots  int // stored
	result   result.Result
	counted  bool
	lines    []result.Line
	works    map[ids.ID]delivery.Delivery
	facets   []proposal.Facet
	accounts []account.Account
}

// ofToday is the city for tests that begin with one.
var ofToday = dbtest.NewFilled(func(ctx context.Context, d *db.DB) error { return demo.Build(ctx, d, today, nil) })

func build(t *testing.T, d *db.DB, now time.Time) {
	t.Helper()
	if err := demo.Build(t.Context(), d, now, nil); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, d *db.DB, now time.Time) (s shown) {
	t.Helper()
	err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		if s.platform, err = platform.BySlug(ctx, tx, demo.Slug); err != nil {
			return err
		}
		if s.districts, err = project.Districts(ctx, tx, s.platform.Key, "", 0, 100); err != nil {
			return err
		}
		if err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM turnout WHERE platform = ?`, s.platform.Key).Scan(&s.turnout); err != nil {
			return err
		}
		if s.journal, err = journal.Pending(ctx, tx, s.platform.Key, 1000); err != nil {
			return err
		}
		views, err := project.Views(ctx, tx, s.platform.Key, 100, now)
		if err != nil {
			return err
		}
		for _, v := range views {
			e, err := readEdition(ctx, tx, s.platform.Key, v)
			if err != nil {
				return err
			}
			s.editions = append(s.editions, e)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func readEdition(ctx context.Context, tx db.Tx, platform int64, v project.View) (e edition, err error) {
	e = edition{View: v, moment: v.Steps[project.Current(v.Steps, v.Now)]}
	step, vote := v.Steps[project.Listed(v.Steps, v.Now)], v.Steps[project.VoteStep(v.Steps)]
	if e.listed, err = proposal.List(ctx, tx, platform, proposal.ListQuery{Step: step.ID, Order: proposal.ByNumber, Limit: 1000, With: proposal.With{Card: true, Rest: true, Texts: true}}); err != nil {
		return e, err
	}
	if e.facets, err = proposal.Facets(ctx, tx, platform, step.ID); err != nil {
		return e, err
	}
	var all, authors []ids.ID
	for _, l := range e.listed {
		all, authors = append(all, l.Proposal.ID), append(authors, l.Author)
	}
	if e.accounts, err = account.ByIDs(ctx, tx, platform, authors); err != nil {
		return e, err
	}
	if e.works, err = delivery.Of(ctx, tx, platform, all); err != nil {
		return e, err
	}
	if e.ballots, err = ballot.Count(ctx, tx, platform, vote.ID); err != nil {
		return e, err
	}
	if e.result, e.counted, err = result.Of(ctx, tx, platform, vote.ID); err != nil {
		return e, err
	}
	e.lines, err = result.Lines(ctx, tx, platform, vote.ID, 0, 1000)
	return e, err
}

// in gives the edition that is in a step of that kind now.
func (s shown) in(t *testing.T, kind project.Kind) edition {
	t.Helper()
	i := slices.IndexFunc(s.editions, func(e edition) bool { return e.moment.Kind == kind })
	if i < 0 {
		t.Fatalf("no edition is in the step %s", kind)
	}
	return s.editions[i]
}

// One city of each engine serves all that is read of it.
func TestTheCity(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var told []int
		err := demo.Build(t.Context(), d, today, func(done, total int) { told = append(told, done, total) })
		if err != nil {
			t.Fatal(err)
		}
		if len(told) == 0 || told[len(told)-2] != told[len(told)-1] {
			t.Errorf("progress ended with %v", told)
		}
		s := read(t, d, today)
		t.Run("has an edition in each stage", func(t *testing.T) { hasAnEditionInEachStage(t, s) })
		t.Run("follows every winner", func(t *testing.T) { followsEveryWinner(t, s) })
		t.Run("remembers what happened", func(t *testing.T) { remembersWhatHappened(t, s) })
		t.Run("has texts that are ready to be read", func(t *testing.T) { textsAreReadyToBeRead(t, s) })
		t.Run("has each place in its district alone", func(t *testing.T) { eachPlaceIsInItsDistrictAlone(t, s) })
		t.Run("has neighbours that share their border", func(t *testing.T) { neighboursShareTheirBorder(t, s) })
		t.Run("has a drawing of every proposal, with its words", func(t *testing.T) { everyProposalHasADrawing(t, illustrations(t, d, s)) })
		t.Run("hides the totals of the open vote", func(t *testing.T) { hidesTheTotalsOfTheOpenVote(t, s) })
		t.Run("has ballots that keep the rules", func(t *testing.T) { storedBallotsKeepTheRules(t, d, s) })
		t.Run("acted at the times of its calendar", func(t *testing.T) { actedInTime(t, d, s) })
	})
}

func hasAnEditionInEachStage(t *testing.T, s shown) {
	t.Helper()
	if len(s.editions) != 4 || len(s.districts) != 12 {
		t.Fatalf("%d editions, %d districts", len(s.editions), len(s.districts))
	}
	for kind, want := range map[project.Kind][3]int{ // proposals, ballots, entries of the journal
		project.Delivery: {58, 4712, 1 + 58 + 58 + 3 + 75}, // the result, what the council made of it, the follow-up begun, and its news
		project.Vote:     {56, 3288, 1 + 56 + 56},
		project.Analysis: {33, 0, 1 + 34 + 1 + 1 + 11 + 2 + 1}, // one sent to another body, one joined with another, eleven answers, two appeals, one answered
		project.Collect:  {46, 0, 1 + 41 + 8 + 4},              // eight that others reported, of which three are removed; four decisions of moderators
	} {
		e := s.in(t, kind)
		vote := e.Steps[project.VoteStep(e.Steps)]
		if len(e.listed) != want[0] || e.ballots != want[1] || vote.Ballots != want[1] {
			t.Errorf("%s: %d proposals, %d ballots stored, %d of the step; want %v", kind, len(e.listed), e.ballots, vote.Ballots, want)
		}
		entries := 0
		for _, j := range s.journal {
			if strings.Contains(j.Body, e.Project.ID.String()) && !strings.HasPrefix(j.Kind, "comment_") && !strings.HasPrefix(j.Kind, "question_") {
				entries++
			}
		}
		if entries != want[2] {
			t.Errorf("%s: %d entries in the journal, want %d", kind, entries, want[2])
		}
		if err := e.Rulebook.Validate(); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		for _, f := range e.facets {
			if f.Proposals == 0 {
				t.Errorf("%s: the facet %s is empty", kind, f.Slug)
			}
		}
	}
	for _, lang := range []string{"fr", "en"} {
		for _, kind := range []string{"notice", "privacy", "accessibility"} {
			if s.platform.Legal[lang+"/"+kind] == "" {
				t.Errorf("no legal text %s/%s", lang, kind)
			}
		}
	}
}

func followsEveryWinner(t *testing.T, s shown) {
	e := s.in(t, project.Delivery)
	if !e.counted || !e.result.Counted || e.result.Ballots != e.ballots || !e.result.ProclaimedAt.Before(today) {
		t.Fatalf("the result: %+v", e.result)
	}
	states, districts := map[delivery.State]int{}, map[ids.ID]bool{}
	winners, silent := 0, 0
	for _, l := range e.lines {
		w, followed := e.works[l.Proposal]
		if followed != l.Winner() {
			t.Errorf("rank %d: winner %v, followed %v", l.Rank, l.Winner(), followed)
		}
		p := e.listed[slices.IndexFunc(e.listed, func(x proposal.Listed) bool { return x.Proposal.ID == l.Proposal })]
		if p.Votes != l.Supporters {
			t.Errorf("%q: %d votes listed, %d counted", p.Title, p.Votes, l.Supporters)
		}
		if !followed {
			continue
		}
		winners++
		states[w.At(today)]++
		if w.Silent(today) {
			silent++
		}
		districts[p.District] = true
		checkWorks(t, p.Title, w)
	}
	for _, state := range []delivery.State{delivery.Planned, delivery.UnderWay, delivery.Built, delivery.Late, delivery.Abandoned} {
		if states[state] == 0 {
			t.Errorf("nothing is %s among %d winners", state, winners)
		}
	}
	if silent != 1 {
		t.Errorf("%d winners of which nothing was heard for six months", silent)
	}
	delete(districts, ids.ID{})
	if len(districts) != 12 {
		t.Errorf("%d districts have a winner; each was promised one", len(districts))
	}
}

// What proposals of the open deposit say of the edition before must have happened.
func remembersWhatHappened(t *testing.T, s shown) {
	e := s.in(t, project.Delivery)
	for title, want := range map[string]delivery.State{
		"Une passerelle piétonne entre la Tannerie et le Port": "", // « n’était pas passé la dernière fois »
		"Un boulodrome sous les platanes":                      delivery.Built,
	} {
		i := slices.IndexFunc(e.listed, func(l proposal.Listed) bool { return l.Title == title })
		if i < 0 {
			t.Fatalf("no proposal %q", title)
		}
		if got := e.works[e.listed[i].Proposal.ID].State; got != want {
			t.Errorf("%s: %q, want %q", title, got, want)
		}
	}
}

// checkWorks holds the stages against the state that they explain.
func checkWorks(t *testing.T, title string, d delivery.Delivery) {
	t.Helper()
	done, before := 0, time.Time{}
	for _, m := range d.Milestones {
		if m.DoneAt.After(today) || m.DueAt.Before(before) {
			t.Errorf("%q, %s: due %v after %v, done %v", title, m.Kind, m.DueAt, before, m.DoneAt)
		}
		if before = m.DueAt; !m.DoneAt.IsZero() {
			done++
		}
	}
	missed, promise := d.Missed(today)
	state := d.At(today)
	if (len(missed) > 0) != (state == delivery.Late) || (len(d.Delays) > 0) != (state == delivery.Late) || promise {
		t.Errorf("%q is %s with dates missed %v and moved %+v", title, state, missed, d.Delays)
	}
	if (done == len(d.Milestones)) != (state == delivery.Built) || d.UpdatedAt.After(today) {
		t.Errorf("%q is %s with %d of %d stages reached", title, state, done, len(d.Milestones))
	}
	if (state == delivery.Abandoned) != (d.Reason != "" && d.MoneyBack != "") {
		t.Errorf("%q is %s for %q, its money: %q", title, state, d.Reason, d.MoneyBack)
	}
}

func hidesTheTotalsOfTheOpenVote(t *testing.T, s shown) {
	for kind, want := range map[project.Kind]bool{project.Vote: false, project.Delivery: true} {
		e := s.in(t, kind)
		m := access.Moment{Published: e.State == project.Published, PublicData: e.Origin == project.Imported,
			Phase:      access.Phase(project.PhaseOf(e.Steps, project.VoteStep(e.Steps), today)),
			Proclaimed: project.Announced(e.Steps, project.VoteStep(e.Steps), today),
			CountsLive: e.Rulebook.Vote.Totals.During == rulebook.InBatches}
		for _, role := range []access.Role{access.Anyone, access.Organiser, access.Administrator} {
			if got := access.Can(role, access.SeeCounts, m); got != want {
				t.Errorf("%s: role %d sees the totals: %v", kind, role, got)
			}
		}
		if !access.Can(access.Anyone, access.SeeVoters, m) {
			t.Errorf("%s: the number of voters is hidden", kind)
		}
	}
	if _, counted, votes := s.in(t, project.Vote).result, s.in(t, project.Vote).counted, s.in(t, project.Vote).listed[0].Votes; counted || votes == 0 {
		t.Errorf("the open vote: result %v, %d votes kept for its first proposal", counted, votes)
	}
}

func storedBallotsKeepTheRules(t *testing.T, d *db.DB, s shown) {
	for _, kind := range []project.Kind{project.Vote, project.Delivery} {
		e := s.in(t, kind)
		index, costs := map[int]int{}, make([]tally.Amount, len(e.listed))
		for i, l := range e.listed {
			index[l.Proposal.Number], costs[i] = i, tally.Amount(l.Proposal.Cost)
		}
		envelope := i18n.Amount{Hundredths: int64(e.Rulebook.Count.Budget), Currency: e.Currency}
		err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			var roll ballot.Roll
			for b, err := range roll.Each(ctx, tx, s.platform.Key, e.Steps[project.VoteStep(e.Steps)].ID, index) {
				if err != nil {
					return err
				}
				if err := e.Rulebook.Vote.Ballot.CheckBallot(b.Choices, costs, envelope); err != nil {
					t.Errorf("%s: %v: %v", kind, b, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Every text is ready to be read: of a length that fits a card and a page, in French typography, within the rules.
func textsAreReadyToBeRead(t *testing.T, s shown) {
	titles := map[string]bool{}
	for _, e := range s.editions {
		authors := map[ids.ID]bool{}
		for _, a := range e.accounts {
			authors[a.ID] = true
		}
		for _, l := range e.listed {
			if titles[l.Title] {
				t.Errorf("%q stands twice", l.Title)
			}
			titles[l.Title] = true
			if n := len([]rune(l.Title)); n < 10 || n > 80 {
				t.Errorf("%q has %d letters", l.Title, n)
			}
			if n := strings.Count(l.Body+" ", ". "); n < 2 || n > 5 {
				t.Errorf("%q is told in %d sentences", l.Title, n)
			}
			for _, wrong := range []string{"'", "  ", " :", " ;", " ?", " !", "« ", " »"} { // plain spaces and apostrophes
				if strings.Contains(l.Title+" "+l.Body+" "+l.Address, wrong) {
					t.Errorf("%q: %q in its text", l.Title, wrong)
				}
			}
			if highest := int64(e.Rulebook.Deposit.MaximumCost); l.Proposal.Cost <= 0 || l.Proposal.Cost > highest {
				t.Errorf("%q costs %d of at most %d", l.Title, l.Proposal.Cost, highest)
			}
			if !authors[l.Author] || l.Proposal.PublishedAt.After(today) || l.Proposal.PublishedAt.Before(e.PublishedAt) {
				t.Errorf("%q: author known %v, published %v", l.Title, authors[l.Author], l.Proposal.PublishedAt)
			}
		}
	}
}

// told is what must be the same from one Build to the next.
type told struct {
	Edition, Title, Text, Address, Author, Reason string
	Cost, Votes, Shuffle                          int64
	Place                                         *proposal.Place
	Winner                                        bool
	Published                                     time.Time
}

func (s shown) tell() (all []told) {
	for _, e := range s.editions {
		names := map[ids.ID]string{}
		for _, a := range e.accounts {
			names[a.ID] = a.Name
		}
		lines := map[ids.ID]result.Line{}
		for _, l := range e.lines {
			lines[l.Proposal] = l
		}
		for _, l := range e.listed {
			all = append(all, told{e.Slug, l.Title, l.Body, l.Address, names[l.Author], string(lines[l.Proposal.ID].Reason.Code), l.Proposal.Cost, l.Votes, l.Shuffle,
				l.Place, lines[l.Proposal.ID].Winner(), l.Proposal.PublishedAt})
		}
	}
	return all
}

func TestTheSameDayMakesTheSameCity(t *testing.T) {
	first := ofToday.Open(t, db.SQLite)
	want := read(t, first, today)
	d := dbtest.Open(t, db.Postgres)
	build(t, d, today.Add(time.Hour))
	got := read(t, d, today)
	if diff := cmp.Diff(want.tell(), got.tell()); diff != "" {
		t.Error(diff)
	}
	for i, district := range got.districts {
		if district.Outline != want.districts[i].Outline || district.Colour != want.districts[i].Colour {
			t.Errorf("%s is drawn otherwise", district.Name)
		}
	}
	if diff := cmp.Diff(illustrations(t, first, want), illustrations(t, d, got), cmp.AllowUnexported(illustration{})); diff != "" {
		t.Error(diff[:min(len(diff), 2000)])
	}
}

func TestAnOldCityIsBuiltAnewOnItsPlatform(t *testing.T) {
	ofToday.Each(t, func(t *testing.T, d *db.DB) {
		first := read(t, d, today)
		build(t, d, today.AddDate(0, 0, 6))
		if same := read(t, d, today); same.editions[0].Project.ID != first.editions[0].Project.ID {
			t.Fatal("a city of six days was built anew")
		}
		later := today.AddDate(0, 0, 8)
		build(t, d, later)
		anew := read(t, d, later)
		if anew.platform.Key != first.platform.Key || anew.editions[0].Project.ID == first.editions[0].Project.ID {
			t.Fatalf("platform %d, then %d", first.platform.Key, anew.platform.Key)
		}
		if len(anew.editions) != 4 || len(anew.districts) != 12 || len(anew.journal) != len(first.journal)-1 || anew.turnout != 2*12 { // the platform was created once
			t.Errorf("%d editions, %d districts, %d entries, %d districts of two votes", len(anew.editions), len(anew.districts), len(anew.journal), anew.turnout)
		}
		for _, kind := range []project.Kind{project.Delivery, project.Vote, project.Analysis, project.Collect} {
			before, after := first.in(t, kind), anew.in(t, kind)
			if days := after.moment.StartsAt.In(anew.platform.Zone).YearDay() - before.moment.StartsAt.In(anew.platform.Zone).YearDay(); days != 8 && days != 8-365 && days != 8-366 {
				t.Errorf("%s began %d days later", kind, days)
			}
		}
	})
}

// What a Build has left whose context ended is no city that can stay: the next one starts over.
func TestABuildThatDiesIsStartedOver(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		err := demo.Build(ctx, d, today, func(done, _ int) {
			if done > 1000 {
				cancel()
			}
		})
		if err == nil {
			t.Fatal("it went on")
		}
		build(t, d, today)
		if s := read(t, d, today); len(s.editions) != 4 || s.in(t, project.Delivery).ballots != 4712 {
			t.Errorf("%d editions", len(s.editions))
		}
	})
}

// actedInTime holds each act against the calendar, and the journal against both.
func actedInTime(t *testing.T, d *db.DB, s shown) {
	t.Helper()
	before := time.Time{}
	for _, j := range s.journal {
		if j.At.Before(before) || j.At.After(today) {
			t.Errorf("%s at %v after one at %v", j.Kind, j.At, before)
		}
		before = j.At
	}
	for _, e := range s.editions {
		vote := e.Steps[project.VoteStep(e.Steps)]
		collect := e.Steps[slices.IndexFunc(e.Steps, func(p project.Step) bool { return p.Kind == project.Collect })]
		if !e.PublishedAt.Equal(e.Steps[0].StartsAt) || !e.CreatedAt.Before(e.PublishedAt) {
			t.Errorf("%s was begun at %v and published at %v", e.Title, e.CreatedAt, e.PublishedAt)
		}
		for _, l := range e.listed {
			if at := l.Proposal.PublishedAt; at.Before(collect.StartsAt) || !at.Before(collect.EndsAt) {
				t.Errorf("%q was deposited at %v", l.Title, at)
			}
		}
		if e.ballots == 0 {
			continue
		}
		var days, first, last int64
		if err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			return tx.QueryRow(ctx, `SELECT COUNT(DISTINCT g.day), MIN(g.day), MAX(g.day) FROM signature g WHERE g.platform = ? AND g.step = ?`, s.platform.Key, vote.ID).Scan(&days, &first, &last)
		}); err != nil {
			t.Fatal(err)
		}
		opened, now := vote.StartsAt.In(s.platform.Zone), min(vote.EndsAt.Unix(), today.Unix())
		if want := (now - opened.Unix()) / 86400; first != time.Date(opened.Year(), opened.Month(), opened.Day(), 0, 0, 0, 0, time.UTC).Unix()/86400 || days != last-first+1 || days < want || days > want+1 {
			t.Errorf("%s: people voted on %d days", e.Title, days)
		}
	}
}
