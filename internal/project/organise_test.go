package project_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/tally"
)

var claire = account.Person{ID: ids.Random(), Proved: true, Roles: access.Roles(0).With(access.Resident, access.Organiser)}

// organised is a platform whose clock a test moves, with the service.
type organised struct {
	*project.Service
	t  *testing.T
	d  *db.DB
	of platform.Platform
}

func organise(t *testing.T, d *db.DB) *organised {
	t.Helper()
	of, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: "ici"})
	if err != nil {
		t.Fatal(err)
	}
	return &organised{project.NewService(d), t, d, of}
}

// at moves the platform's clock.
func (o *organised) at(now time.Time) {
	o.of.Clock = platform.Clock{From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), To: now, Rate: 0}
}

func (o *organised) edition(slug string) project.Edition {
	o.t.Helper()
	e, err := o.Edition(o.t.Context(), o.of, claire, slug)
	if err != nil {
		o.t.Fatal(err)
	}
	return e
}

// published gives an edition that was set up and published as its model proposes.
func (o *organised) published(m project.Model) project.Edition {
	o.t.Helper()
	ctx := o.t.Context()
	slug, err := o.Create(ctx, o.of, claire, project.New{Model: m, Title: "Budget 2027", Language: "fr"})
	if err != nil {
		o.t.Fatal(err)
	}
	e := o.edition(slug)
	for _, err := range []error{
		o.SetWords(ctx, o.of, claire, slug, e.Title, "Pour tous."),
		o.SetMoney(ctx, o.of, claire, slug, e.Plan.Envelope, ""),
		o.SetCalendar(ctx, o.of, claire, slug, e.Steps, project.ZoneC, ""),
		o.SetRules(ctx, o.of, claire, slug, project.ChoicesOf(e.Rulebook), ""),
		o.Publish(ctx, o.of, claire, slug),
	} {
		if err != nil {
			o.t.Fatal(err)
		}
	}
	return o.edition(slug)
}

// entries lists the kinds of the journal's entries.
func (o *organised) entries() (kinds []string) {
	o.t.Helper()
	err := o.d.Read(o.t.Context(), func(ctx context.Context, tx db.Tx) error {
		list, err := journal.Pending(ctx, tx, o.of.Key, 100)
		for _, e := range list {
			kinds = append(kinds, e.Kind)
		}
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return kinds
}

func TestOnlyOrganisersOrganise(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := organise(t, d)
		slug := o.published(project.ModelSimple).Slug
		before := dbtest.Rows(t, d)
		for _, role := range append(access.All(), access.Anyone) {
			who := account.Person{ID: ids.Random(), Proved: true, Roles: access.Roles(0).With(role)}
			allowed := role == access.Organiser || role == access.Administrator
			if allowed {
				continue
			}
			ctx := t.Context()
			_, created := o.Create(ctx, o.of, who, project.New{Model: project.ModelSimple, Title: "X"})
			_, listed := o.Editions(ctx, o.of, who)
			_, seen := o.Edition(ctx, o.of, who, slug)
			_, copied := o.Duplicate(ctx, o.of, who, slug, "X")
			_, placed := o.SetDistricts(ctx, o.of, who, slug, []byte(twoSquares))
			for what, err := range map[string]error{
				"Create": created, "Editions": listed, "Edition": seen, "Duplicate": copied, "SetDistricts": placed,
				"SetWords":    o.SetWords(ctx, o.of, who, slug, "X", "X"),
				"SetMoney":    o.SetMoney(ctx, o.of, who, slug, project.Envelope{Budget: 1, Sharing: project.Whole}, "X"),
				"SetCalendar": o.SetCalendar(ctx, o.of, who, slug, calendar(), "", "X"),
				"SetRules":    o.SetRules(ctx, o.of, who, slug, project.Choices{}, "X"),
				"Prolong":     o.Prolong(ctx, o.of, who, slug, ids.Random(), time.Now(), "X"),
				"Publish":     o.Publish(ctx, o.of, who, slug),
				"Discard":     o.Discard(ctx, o.of, who, slug),
			} {
				if !fault.Is(err, fault.Forbidden) {
					t.Errorf("%s may %s: %v", role, what, err)
				}
			}
		}
		if after := dbtest.Rows(t, d); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Error("somebody without the right changed a row")
		}
	})
}

func TestADraftIsSeenByItsOrganisersAloneAndOnItsOwnPlatform(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := organise(t, d)
		slug, err := o.Create(t.Context(), o.of, claire, project.New{Model: project.ModelBasket, Title: "Budget 2027"})
		if err != nil {
			t.Fatal(err)
		}
		elsewhere, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: "ailleurs"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.Edition(t.Context(), elsewhere, claire, slug); !fault.Is(err, fault.NotFound) {
			t.Errorf("an organiser of another platform: %v", err)
		}
		if err := o.Publish(t.Context(), elsewhere, claire, slug); !fault.Is(err, fault.NotFound) {
			t.Errorf("published from another platform: %v", err)
		}
		err = d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			for role, seen := range map[access.Role]bool{access.Anyone: false, access.Resident: false, access.Analyst: false, access.Elected: false, access.Organiser: true} {
				_, err := project.LoadFor(ctx, tx, o.of.Key, access.Roles(0).With(role), slug, time.Now())
				if (err == nil) != seen || err != nil && !fault.Is(err, fault.NotFound) {
					t.Errorf("%s reads a draft: %v", role, err)
				}
			}
			if _, err := project.Load(ctx, tx, o.of.Key, slug, time.Now()); !fault.Is(err, fault.NotFound) {
				t.Errorf("the public reads a draft: %v", err)
			}
			list, err := project.List(ctx, tx, o.of.Key, project.ListQuery{Limit: 10})
			if len(list) > 0 {
				t.Error("a draft is listed")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := o.Discard(t.Context(), o.of, claire, slug); err != nil {
			t.Fatal(err)
		}
		rows := dbtest.Rows(t, d)[o.of.Key]
		for _, table := range []string{"project", "step", "rulebook", "edition_plan"} {
			if len(rows[table]) > 0 {
				t.Errorf("a draft that was deleted leaves %v in %s", rows[table], table)
			}
		}
	})
}

func TestAnEditionIsPublishedOnceNothingIsMissing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := organise(t, d)
		ctx := t.Context()
		slug, err := o.Create(ctx, o.of, claire, project.New{Model: project.ModelSimple, Title: "Budget 2027"})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"fault.organise.missing.words presentation", "fault.organise.missing.money budget", "fault.organise.missing.calendar calendrier", "fault.organise.missing.rules reglement"}
		if got := faultsOf(o.Publish(ctx, o.of, claire, slug)); !slices.Equal(got, want) {
			t.Errorf("a bare draft: %v", got)
		}
		e := o.published(project.ModelSimple) // another one, of the same title
		if e.Slug != "budget-2027-2" || !e.Public() {
			t.Errorf("published %+v", e.Project)
		}
		if err := o.Publish(ctx, o.of, claire, e.Slug); !fault.Is(err, fault.Conflict) {
			t.Errorf("published twice: %v", err)
		}
		if err := o.Discard(ctx, o.of, claire, e.Slug); !fault.Is(err, fault.Conflict) {
			t.Errorf("a published edition is deleted: %v", err)
		}
		if got := o.entries(); !slices.Equal(got, []string{"platform_created", "project_published"}) {
			t.Errorf("the journal has %v", got)
		}
	})
}

func TestRulesOfAPublishedEditionChangeWithAReasonAndThoseOfTheVoteNeverOnceItIsOpen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := organise(t, d)
		ctx := t.Context()
		e := o.published(project.ModelSimple)
		deposit, vote := e.Steps[1], e.Steps[project.VoteStep(e.Steps)]
		change := func(reason string, fn func(*project.Choices)) error {
			c := project.ChoicesOf(o.edition(e.Slug).Rulebook)
			fn(&c)
			return o.SetRules(ctx, o.of, claire, e.Slug, c, reason)
		}
		o.at(deposit.StartsAt.Add(time.Hour))
		more := func(c *project.Choices) { c.PerPerson++ }
		if got := faultsOf(change("", more)); !slices.Equal(got, []string{"fault.organise.reason reason"}) {
			t.Errorf("without a reason: %v", got)
		}
		if err := change("Le conseil l’a décidé.", more); err != nil {
			t.Errorf("with a reason: %v", err)
		}
		if err := change("La presse l’a demandé.", func(c *project.Choices) { c.Ballot.Max = 4 }); err != nil {
			t.Errorf("the ballot, before the vote: %v", err)
		}
		o.at(vote.StartsAt)
		if err := change("Trop tard.", func(c *project.Choices) { c.Ballot.Max = 5 }); !fault.Is(err, fault.Conflict) {
			t.Errorf("the ballot, once the vote is open: %v", err)
		}
		if err := o.SetMoney(ctx, o.of, claire, e.Slug, project.Envelope{Budget: 1_000_00, Sharing: project.Whole}, "Moins d’argent."); !fault.Is(err, fault.Conflict) {
			t.Errorf("the money, once the vote is open: %v", err)
		}
		if err := change("Précision.", func(c *project.Choices) {
			c.Article = rulebook.CityArticle{Title: rulebook.Text{FR: "Le comité"}, Body: rulebook.Text{FR: "Douze personnes."}}
		}); err != nil {
			t.Errorf("an article of the city, once the vote is open: %v", err)
		}
		after := o.edition(e.Slug)
		if after.Project.Rulebook != 4 || len(after.Amendments) != 3 || after.Amendments[0].Reason != "Précision." || after.Amendments[0].Version != 4 {
			t.Errorf("version %d, changes %+v", after.Project.Rulebook, after.Amendments)
		}
		if got := o.entries()[2:]; !slices.Equal(got, []string{"rulebook_changed", "rulebook_changed", "rulebook_changed"}) {
			t.Errorf("the journal has %v", got)
		}
	})
}

func TestAWholeRulebookCanBeGivenToAnEdition(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := organise(t, d)
		ctx := t.Context()
		e := o.published(project.ModelSimple)
		book := e.Rulebook
		book.Currency, book.Districts = "PLN", []rulebook.Named{{Key: "ailleurs", Name: "Ailleurs"}}
		book.Count.Budget, book.Count.Ties = 80_000_00, []tally.TieBreak{{By: tally.TieLowerCost}, {By: tally.TieLots, Seed: "7 12 19"}}
		if got := faultsOf(o.SetBook(ctx, o.of, claire, e.Slug, book, "")); !slices.Equal(got, []string{"fault.organise.reason reason"}) {
			t.Errorf("without a reason: %v", got)
		}
		if err := o.SetBook(ctx, o.of, claire, e.Slug, book, "Le conseil l’a décidé."); err != nil {
			t.Fatal(err)
		}
		after := o.edition(e.Slug)
		if r := after.Rulebook; r.Currency != e.Rulebook.Currency || len(r.Districts) != 0 || r.Count.Ties[1].Seed != "7 12 19" || after.Plan.Envelope.Budget != 80_000_00 {
			t.Errorf("the rulebook is %+v, the money %+v", r, after.Plan.Envelope)
		}
		o.at(e.Steps[project.VoteStep(e.Steps)].StartsAt)
		book.Count.Budget++
		if err := o.SetBook(ctx, o.of, claire, e.Slug, book, "Trop tard."); !fault.Is(err, fault.Conflict) {
			t.Errorf("once the vote is open: %v", err)
		}
		if err := o.SetBook(ctx, o.of, account.Person{}, e.Slug, book, "Moi aussi."); !fault.Is(err, fault.Forbidden) {
			t.Errorf("by nobody: %v", err)
		}
	})
}

func TestAStepThatIsProlongedMovesWhatWaitsForIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := organise(t, d)
		ctx := t.Context()
		e := o.published(project.ModelSimple)
		at := project.VoteStep(e.Steps)
		vote, result := e.Steps[at], e.Steps[at+1]
		until := vote.EndsAt.AddDate(0, 0, 10)
		if err := o.Prolong(ctx, o.of, claire, e.Slug, vote.ID, until, "Panne."); !fault.Is(err, fault.Closed) {
			t.Errorf("before it opens: %v", err)
		}
		o.at(vote.EndsAt.Add(-time.Minute))
		if err := o.Prolong(ctx, o.of, claire, e.Slug, ids.Random(), until, "Panne."); !fault.Is(err, fault.NotFound) {
			t.Errorf("a step that is guessed: %v", err)
		}
		if got := faultsOf(o.Prolong(ctx, o.of, claire, e.Slug, vote.ID, until, "")); !slices.Equal(got, []string{"fault.organise.reason reason"}) {
			t.Errorf("without a reason: %v", got)
		}
		if got := faultsOf(o.Prolong(ctx, o.of, claire, e.Slug, vote.ID, vote.EndsAt, "Panne.")); !slices.Equal(got, []string{"fault.organise.prolong_until until"}) {
			t.Errorf("to its own end: %v", got)
		}
		if err := o.Prolong(ctx, o.of, claire, e.Slug, vote.ID, until, "Panne de trois heures le dernier jour."); err != nil {
			t.Fatal(err)
		}
		after := o.edition(e.Slug)
		if got := after.Steps[at]; !got.EndsAt.Equal(until) || got.ID != vote.ID {
			t.Errorf("it ends on %s", got.EndsAt)
		}
		if got := after.Steps[at+1]; !got.StartsAt.Equal(result.StartsAt.AddDate(0, 0, 10)) {
			t.Errorf("the results come on %s, were on %s", got.StartsAt, result.StartsAt)
		}
		o.at(until)
		if err := o.Prolong(ctx, o.of, claire, e.Slug, vote.ID, until.AddDate(0, 0, 1), "Encore."); !fault.Is(err, fault.Closed) {
			t.Errorf("once it is closed: %v", err)
		}
	})
}

// twoSquares are two districts that touch.
const twoSquares = `{"type":"FeatureCollection","features":[
	{"type":"Feature","properties":{"NOM":"Le Haut"},"geometry":{"type":"Polygon","coordinates":[[[1.40,43.60],[1.42,43.60],[1.42,43.62],[1.40,43.62],[1.40,43.60]]]}},
	{"type":"Feature","properties":{"NOM":"Le Bas"},"geometry":{"type":"MultiPolygon","coordinates":[[[[1.40,43.58],[1.42,43.58],[1.42,43.60],[1.40,43.60],[1.40,43.58]]]]}}]}`

func TestDistrictsComeFromAFileAndShareTheMoney(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := organise(t, d)
		ctx := t.Context()
		slug, err := o.Create(ctx, o.of, claire, project.New{Model: project.ModelLargeTown, Title: "Budget 2027", Budget: 100_001})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.SetDistricts(ctx, o.of, claire, slug, []byte(twoSquares)); err != nil {
			t.Fatal(err)
		}
		e := o.edition(slug)
		if len(e.Districts) != 2 || e.Districts[0].Name != "Le Haut" || e.Rulebook.Count.Guarantee == nil {
			t.Fatalf("districts %+v", e.Districts)
		}
		shares := map[string]tally.Amount{}
		for _, d := range e.Districts {
			shares[d.Slug], _ = e.Rulebook.Envelope(d.Slug)
		}
		if shares["le-haut"] != 50_001 || shares["le-bas"] != 50_000 {
			t.Errorf("shares %v", shares)
		}
		// Another edition with the same file has the same districts; another outline is another district.
		copied, err := o.Duplicate(ctx, o.of, claire, slug, "Budget 2028")
		if err != nil {
			t.Fatal(err)
		}
		if again := o.edition(copied); again.Districts[0].ID != e.Districts[0].ID {
			t.Error("the copy has districts of its own")
		}
		moved := strings.ReplaceAll(twoSquares, "1.42", "1.43")
		if _, err := o.SetDistricts(ctx, o.of, claire, copied, []byte(moved)); err != nil {
			t.Fatal(err)
		}
		if again := o.edition(copied); again.Districts[0].Slug != "le-haut-2" || again.Districts[0].Name != "Le Haut" {
			t.Errorf("an outline that changed: %+v", again.Districts[0])
		}
		if again := o.edition(slug); again.Districts[0].Outline != e.Districts[0].Outline {
			t.Error("the other edition's outline changed")
		}
		if _, err := o.SetDistricts(ctx, o.of, claire, copied, nil); err != nil {
			t.Fatal(err)
		}
		if again := o.edition(copied); len(again.Districts) != 0 || again.Rulebook.Count.Parts != nil || again.Rulebook.Count.Guarantee != nil {
			t.Errorf("without districts: %+v", again.Rulebook.Count)
		}
	})
}

func TestAFileOfDistrictsIsRefusedWithItsReasons(t *testing.T) {
	for name, c := range map[string]struct{ content, want string }{
		"not a file of districts": {`{"type":"Point"}`, "fault.districts.format"},
		"no text":                 {"\xff", "fault.districts.format"},
		"nothing":                 {`{"type":"FeatureCollection","features":[]}`, "fault.districts.count"},
		"without names":           {strings.ReplaceAll(twoSquares, "NOM", "ID"), "fault.districts.no_name"},
		"one name is empty":       {strings.Replace(twoSquares, "Le Haut", " ", 1), "fault.districts.no_name"},
		"twice the same":          {strings.Replace(twoSquares, "Le Haut", "Le  bas", 1), "fault.districts.twice"},
		"a ring that is open":     {strings.Replace(twoSquares, ",[1.40,43.60]]]}", "]]}", 1), "fault.districts.open"},
		"metres for degrees":      {strings.Replace(twoSquares, "[1.42,43.62]", "[574000,6279000]", 1), "fault.districts.degrees"},
		"a point":                 {strings.Replace(twoSquares, `"Polygon","coordinates":[[`, `"Point","coordinates":[[`, 1), "fault.districts.shape"},
		"a country":               {strings.NewReplacer("1.42", "9.42", "43.62", "49.62").Replace(twoSquares), "fault.districts.large"},
		"a speck":                 {strings.NewReplacer("1.42", "1.40001", "43.62", "43.60001").Replace(twoSquares), "fault.districts.small"},
	} {
		_, _, err := project.ReadDistricts([]byte(c.content))
		if got := faultsOf(err); !slices.Contains(got, c.want+" file") {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
	if _, over, err := project.ReadDistricts([]byte(twoSquares)); err != nil || len(over) > 0 {
		t.Errorf("districts that touch: %v, %v", over, err)
	}
	if _, over, err := project.ReadDistricts([]byte(strings.ReplaceAll(twoSquares, "[1.42,43.60],[1.40,43.60],[1.40,43.58]", "[1.42,43.61],[1.40,43.61],[1.40,43.58]"))); err != nil || len(over) != 1 || over[0].One != "Le Haut" {
		t.Errorf("districts that overlap: %v, %v", over, err)
	}
}

func TestACopyBeginsAheadOnTheSameDayOfTheWeek(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := organise(t, d)
		e := o.published(project.ModelSimple)
		o.at(e.Steps[len(e.Steps)-1].StartsAt.AddDate(0, 3, 0))
		slug, err := o.Duplicate(t.Context(), o.of, claire, e.Slug, "Budget 2028")
		if err != nil {
			t.Fatal(err)
		}
		c := o.edition(slug)
		for i, s := range c.Steps {
			if s.StartsAt.In(paris).Weekday() != e.Steps[i].StartsAt.In(paris).Weekday() || s.ID == e.Steps[i].ID || s.Ballots != 0 {
				t.Errorf("step %d begins on %s, was on %s", i, s.StartsAt, e.Steps[i].StartsAt)
			}
		}
		if c.Public() || !c.Steps[0].StartsAt.After(c.Now) || project.Compare(c.Rulebook, e.Rulebook).Any() || c.Summary != e.Summary {
			t.Errorf("the copy is %+v, now %s", c.Project, c.Now)
		}
	})
}

func TestStepsChangePlacesKeepingWhatIsCountedInThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := organise(t, d)
		e := o.published(project.ModelSimple)
		vote := e.Steps[project.VoteStep(e.Steps)]
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { return project.CountStep(ctx, tx, o.of.Key, vote.ID, 12, 0) })
		if err != nil {
			t.Fatal(err)
		}
		// A party the day before the vote, and no presentation any more.
		party := project.Step{Kind: project.Other, Title: "Fête des projets", StartsAt: vote.StartsAt.AddDate(0, 0, -1), EndsAt: vote.StartsAt}
		steps := slices.Insert(slices.Clone(o.edition(e.Slug).Steps[1:]), 2, party)
		if err := o.SetCalendar(t.Context(), o.of, claire, e.Slug, steps, "", "Une fête en plus."); err != nil {
			t.Fatal(err)
		}
		after := o.edition(e.Slug)
		if len(after.Steps) != len(e.Steps) || after.Steps[2].Slug != "fete-des-projets" || after.Steps[3].ID != vote.ID || after.Steps[3].Proposals != 12 || after.Steps[3].Slug != "vote" {
			t.Errorf("steps %+v", after.Steps)
		}
		if got := o.entries(); got[len(got)-1] != "calendar_changed" {
			t.Errorf("the journal has %v", got)
		}
	})
}
