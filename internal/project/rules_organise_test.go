package project_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/tally"
)

var paris = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic(err)
	}
	return zone
}()

// on is the beginning of a day in Paris.
func on(text string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, text, paris)
	if err != nil {
		panic(err)
	}
	return t
}

// faultsOf gives the keys of an error's reasons, each with its field.
func faultsOf(err error) (list []string) {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return nil
	}
	for _, one := range append(slices.Clone(f.Sub), f) {
		if len(one.Sub) == 0 {
			list = append(list, one.Key+" "+one.Field)
		}
	}
	return list
}

var named = []rulebook.Named{{Key: "nord", Name: "Nord"}, {Key: "sud", Name: "Sud"}, {Key: "port", Name: "Le Port"}}

func TestEveryModelMakesAValidEdition(t *testing.T) {
	for _, m := range project.Models() {
		for _, people := range []int{0, 180, 3_500, 480_000} {
			b := m.Rulebook(m.Budget(people), "EUR")
			if err := b.Validate(); err != nil {
				t.Errorf("%s for %d people: %v", m, people, err)
			}
			b.Districts = named
			if err := m.Promises(b).Validate(); err != nil {
				t.Errorf("%s with districts: %v", m, err)
			}
			if again := project.ChoicesOf(b).Into(b); project.Compare(b, again).Any() {
				t.Errorf("%s: reading its choices and writing them back changes the rules: %s, were %s", m, again.Canonical(), b.Canonical())
			}
		}
		for _, now := range []time.Time{on("2026-11-25"), on("2027-03-10").Add(23 * time.Hour), on("2028-02-29")} {
			steps := m.Steps(now, i18n.For(i18n.FR, paris))
			if err := project.CheckCalendar(steps); err != nil {
				t.Errorf("%s on %s: %v", m, now, err)
			}
			first := steps[0].StartsAt.In(paris)
			if first.Weekday() != time.Monday || first.Sub(now) < 27*24*time.Hour || first.Hour() != 0 {
				t.Errorf("%s on %s begins on %s", m, now, first)
			}
			if vote := project.VoteStep(steps); (vote < 0) != (m == project.ModelDeliberation) {
				t.Errorf("%s: its vote is step %d", m, vote)
			}
		}
	}
}

func TestSharesAreTheBudgetToTheCent(t *testing.T) {
	book := rulebook.Rulebook{Currency: "EUR", Districts: named}
	for _, c := range []struct {
		name string
		e    project.Envelope
		want []tally.Amount
		bad  []string
	}{
		{name: "not shared", e: project.Envelope{Budget: 1000, Sharing: project.Whole}},
		{name: "equal, and the cents that do not divide go to the first", e: project.Envelope{Budget: 1000_01, Sharing: project.EqualShares}, want: []tally.Amount{333_34, 333_34, 333_33}},
		{name: "beside what the city keeps", e: project.Envelope{Budget: 1000_00, Citywide: 400_00, Sharing: project.EqualShares}, want: []tally.Amount{200_00, 200_00, 200_00}},
		{name: "by population", e: project.Envelope{Budget: 100_00, Sharing: project.ByPopulation, People: map[string]int64{"nord": 1, "sud": 2, "port": 4}}, want: []tally.Amount{14_29, 28_57, 57_14}},
		{name: "by hand", e: project.Envelope{Budget: 600, Citywide: 100, Sharing: project.ByHand, Amounts: map[string]tally.Amount{"nord": 200, "port": 300}}, want: []tally.Amount{200, 0, 300}},
		{name: "by hand, a cent too many", e: project.Envelope{Budget: 600, Sharing: project.ByHand, Amounts: map[string]tally.Amount{"nord": 601}}, bad: []string{"fault.organise.sum sharing"}},
		{name: "a population is missing", e: project.Envelope{Budget: 600, Sharing: project.ByPopulation, People: map[string]int64{"nord": 1, "sud": 2}}, bad: []string{"fault.organise.people people.port"}},
		{name: "nothing", e: project.Envelope{Sharing: project.EqualShares}, bad: []string{"fault.organise.budget budget"}},
		{name: "the city keeps more than there is", e: project.Envelope{Budget: 1, Citywide: 2, Sharing: project.EqualShares}, bad: []string{"fault.organise.citywide citywide"}},
		{name: "in a way that is none", e: project.Envelope{Budget: 1, Sharing: "fairly"}, bad: []string{"fault.organise.sharing sharing"}},
	} {
		shares, err := c.e.Share(book)
		var got []tally.Amount
		for _, s := range shares {
			got = append(got, s.Amount)
		}
		if !slices.Equal(got, c.want) || !slices.Equal(faultsOf(err), c.bad) {
			t.Errorf("%s: %v %v, want %v %v", c.name, got, faultsOf(err), c.want, c.bad)
		}
	}
	if _, err := (project.Envelope{Budget: 1, Sharing: project.EqualShares}).Share(rulebook.Rulebook{}); !slices.Equal(faultsOf(err), []string{"fault.organise.no_districts sharing"}) {
		t.Errorf("shared among no districts: %v", err)
	}
}

func TestWhateverIsSharedSumsToTheBudget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		book := rulebook.Rulebook{Currency: "EUR"}
		e := project.Envelope{Budget: tally.Amount(rapid.Int64Range(1, int64(tally.MaxAmount)).Draw(t, "budget")), People: map[string]int64{},
			Sharing: rapid.SampledFrom([]project.Sharing{project.EqualShares, project.ByPopulation}).Draw(t, "sharing")}
		e.Citywide = tally.Amount(rapid.Int64Range(0, int64(e.Budget)).Draw(t, "citywide"))
		for i := range rapid.IntRange(1, 200).Draw(t, "districts") {
			key := fmt.Sprint("q", i)
			book.Districts = append(book.Districts, rulebook.Named{Key: key, Name: key})
			e.People[key] = rapid.Int64Range(1, 10_000_000).Draw(t, key)
		}
		shares, err := e.Share(book)
		if err != nil {
			t.Fatal(err)
		}
		sum := e.Citywide
		for _, s := range shares {
			if s.Amount < 0 {
				t.Fatalf("%s gets %d", s.Key, s.Amount)
			}
			sum += s.Amount
		}
		if sum != e.Budget {
			t.Fatalf("the shares and the city's part make %d of %d", sum, e.Budget)
		}
	})
}

// calendar is a possible one, that cases change.
func calendar() []project.Step {
	step := func(kind project.Kind, from, to string) project.Step {
		s := project.Step{ID: ids.Random(), Kind: kind, StartsAt: on(from)}
		if to != "" {
			s.EndsAt = on(to)
		}
		return s
	}
	return []project.Step{
		step(project.Presentation, "2027-01-04", "2027-01-18"), step(project.Collect, "2027-01-18", "2027-03-01"), step(project.Analysis, "2027-03-01", "2027-05-24"),
		step(project.Vote, "2027-05-31", "2027-06-21"), step(project.Result, "2027-06-28", "2027-07-05"), step(project.Delivery, "2027-07-05", ""),
	}
}

func TestImpossibleCalendarsAreRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func([]project.Step) []project.Step
		want   []string
	}{
		{"a possible one", func(s []project.Step) []project.Step { return s }, nil},
		{"analysis may begin during the deposit", func(s []project.Step) []project.Step { s[2].StartsAt = on("2027-02-01"); return s }, nil},
		{"no vote at all", func(s []project.Step) []project.Step { return slices.Delete(s, 3, 4) }, nil},
		{"two votes", func(s []project.Step) []project.Step {
			second := s[3]
			second.StartsAt, second.EndsAt = on("2027-06-01"), on("2027-06-20")
			return slices.Insert(s, 4, second)
		}, nil},
		{"nothing", func([]project.Step) []project.Step { return nil }, []string{"fault.calendar.count steps"}},
		{"it ends before it begins", func(s []project.Step) []project.Step { s[1].EndsAt = on("2027-01-18"); return s }, []string{"fault.calendar.ends_first steps[1].ends"}},
		{"a vote without an end", func(s []project.Step) []project.Step { s[3].EndsAt = time.Time{}; return s }, []string{"fault.calendar.no_end steps[3].ends"}},
		{"a step without a beginning", func(s []project.Step) []project.Step { s[2].StartsAt = time.Time{}; return s }, []string{"fault.calendar.no_start steps[2].starts"}},
		{"the vote during the deposit", func(s []project.Step) []project.Step { s[1].EndsAt = on("2027-06-01"); return s }, []string{"fault.calendar.too_early steps[3].starts"}},
		{"the results before the vote closes", func(s []project.Step) []project.Step { s[3].EndsAt = on("2027-06-29"); return s }, []string{"fault.calendar.too_early steps[4].starts"}},
		{"the vote before the deposit", func(s []project.Step) []project.Step {
			s[1].Kind, s[3].Kind = s[3].Kind, s[1].Kind
			return s
		}, []string{"fault.calendar.wrong_way steps[1].kind"}},
		{"out of order", func(s []project.Step) []project.Step { s[2].StartsAt = on("2027-01-10"); return s }, []string{"fault.calendar.order steps[2].starts"}},
		{"a step that is called nothing", func(s []project.Step) []project.Step { s[0].Kind = project.Other; return s }, []string{"fault.calendar.title steps[0].title"}},
		{"a step of no kind", func(s []project.Step) []project.Step { s[0].Kind = "party"; return s }, []string{"fault.calendar.kind steps[0].kind"}},
	} {
		if got := faultsOf(project.CheckCalendar(c.change(calendar()))); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestRemarksWarnOfShortStepsHolidaysAndReserves(t *testing.T) {
	for _, c := range []struct {
		name   string
		school project.SchoolZone
		change func([]project.Step)
		want   []string // keys with the step
	}{
		{"holidays of the zone, and the reserve before the presidential election", project.ZoneA, func([]project.Step) {}, []string{"holidays 1", "reserve -1"}},
		{"nothing of holidays without a zone", "", func([]project.Step) {}, []string{"reserve -1"}},
		{"a short deposit", "", func(s []project.Step) { s[1].EndsAt = on("2027-02-01") }, []string{"short 1", "reserve -1"}},
		{"a short vote", "", func(s []project.Step) { s[3].EndsAt = on("2027-06-07") }, []string{"short 3", "reserve -1"}},
		{"little time to study", "", func(s []project.Step) { s[1].EndsAt = on("2027-05-10") }, []string{"overlap 2", "study 3", "reserve -1"}},
		{"mostly in the holidays", project.ZoneA, func(s []project.Step) { s[1].StartsAt, s[1].EndsAt = on("2027-02-08"), on("2027-03-03") }, []string{"mostly_holidays 1", "overlap 2", "reserve -1"}},
		{"a vote beyond the years that are known", project.ZoneB, func(s []project.Step) { s[3].EndsAt = on("2027-07-20") }, []string{"holidays 1", "overlap 4", "holidays_unknown -1", "reserve -1"}},
	} {
		steps := calendar()
		c.change(steps)
		var got []string
		for _, r := range project.Remarks(steps, c.school, paris) {
			got = append(got, fmt.Sprint(r.Key[len("calendar.remark."):], " ", r.Step))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestThePastOfAPublishedCalendarStays(t *testing.T) {
	now := on("2027-06-10") // the vote is open
	for _, c := range []struct {
		name   string
		change func([]project.Step) []project.Step
		want   []string
	}{
		{"what is to come may change", func(s []project.Step) []project.Step { s[4].StartsAt = on("2027-06-30"); return s }, nil},
		{"an open vote may last longer", func(s []project.Step) []project.Step { s[3].EndsAt = on("2027-06-24"); return s }, nil},
		{"but not end earlier", func(s []project.Step) []project.Step { s[3].EndsAt = on("2027-06-20"); return s }, []string{"fault.calendar.shorter steps[3].ends"}},
		{"nor begin later", func(s []project.Step) []project.Step { s[3].StartsAt = on("2027-06-01"); return s }, []string{"fault.calendar.begun steps[3].starts"}},
		{"nor go away", func(s []project.Step) []project.Step { return slices.Delete(s, 3, 4) }, []string{"fault.calendar.gone steps"}},
		{"nor be something else", func(s []project.Step) []project.Step { s[3].Kind = project.Analysis; return s }, []string{"fault.calendar.begun steps[3].kind"}},
		{"a closed deposit does not open again", func(s []project.Step) []project.Step { s[1].EndsAt = on("2027-03-02"); return s }, []string{"fault.calendar.over steps[1].ends"}},
		{"no new step lies in the past", func(s []project.Step) []project.Step {
			return slices.Insert(s, 0, project.Step{ID: ids.Random(), Kind: project.Presentation, StartsAt: on("2027-01-01")})
		}, []string{"fault.calendar.past steps[0].starts"}},
	} {
		old := calendar()
		if got := faultsOf(project.CheckMove(old, c.change(slices.Clone(old)), now)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestAChangeIsOfTheDepositOrOfTheVote(t *testing.T) {
	base := project.ModelSimple.Rulebook(50_000_00, "EUR")
	for _, c := range []struct {
		name   string
		change func(*project.Choices)
		want   project.Change
	}{
		{"nothing", func(*project.Choices) {}, project.Change{}},
		{"projects per person", func(c *project.Choices) { c.PerPerson = 5 }, project.Change{Deposit: true}},
		{"the age to vote", func(c *project.Choices) { c.Vote.Age = 16 }, project.Change{Vote: true}},
		{"the ballot", func(c *project.Choices) { c.Ballot.Kind = rulebook.Ranking }, project.Change{Vote: true}},
		{"ties", func(c *project.Choices) { c.Ties = project.TieBySupporters }, project.Change{Vote: true}},
		{"an article", func(c *project.Choices) {
			c.Article = rulebook.CityArticle{Title: rulebook.Text{FR: "Le comité"}, Body: rulebook.Text{FR: "Douze."}}
		}, project.Change{Articles: true}},
	} {
		choices := project.ChoicesOf(base)
		c.change(&choices)
		fresh := choices.Into(base)
		if err := fresh.Validate(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if got := project.Compare(base, fresh); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestVoteRulesAreFixedOnceTheVoteHasOpened(t *testing.T) {
	steps := calendar()
	for day, fixed := range map[string]bool{"2027-05-30": false, "2027-05-31": true, "2027-06-21": true, "2028-01-01": true} {
		voted := project.Voted(steps, on(day))
		if voted != fixed || access.Can(access.Organiser, access.SetVoteRules, access.Moment{Voted: voted}) == fixed {
			t.Errorf("on %s the vote has opened: %v", day, voted)
		}
	}
}
