package project_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/tally"
)

// book is an imported rulebook of so much money.
func book(budget tally.Amount) rulebook.Rulebook {
	return rulebook.Rulebook{Format: rulebook.Format, Currency: "EUR", Imported: &rulebook.Import{Source: "greedy"},
		Vote: rulebook.Vote{Ballot: rulebook.Shape{Kind: rulebook.Simple}},
		Count: tally.Rule{Method: tally.MethodGreedy, Scoring: tally.Scoring{By: tally.ByChoice}, Budget: budget, Fit: tally.Fit{Then: tally.FitSkip},
			Ties: []tally.TieBreak{{By: tally.TieOrder}}, DropOut: tally.DropOutNext}}
}

func TestProjectsOfAPlatformAreItsOwn(t *testing.T) {
	now := day(15)
	edition, second, hidden, vote := ids.Random(), ids.Random(), ids.Random(), ids.Random()
	district, theme, category := ids.Random(), ids.Random(), ids.Random()
	one := []ids.ID{edition}
	covers := []ids.ID{ids.Random(), ids.Random()} // of the first platform and of the second
	dbtest.Tenancy{
		Filled: []string{"Insert", "InsertSteps", "InsertDistricts", "InsertThemes", "InsertCategories", "SetRulebook"},
		Fill: func(ctx context.Context, tx db.Tx, platform int64) error {
			of := func(what string) string { return fmt.Sprint(what, " de ", platform) }
			slugs := map[project.State]string{project.Published: "budget", project.Importing: fmt.Sprint("import-", platform)}
			for id, state := range map[ids.ID]project.State{edition: project.Published, hidden: project.Importing} {
				p := project.Project{ID: id, Slug: slugs[state], Title: of("Budget"), Currency: "EUR", State: state, Origin: project.OfCity, Cover: covers[platform-1], Rulebook: 1, PublishedAt: day(1), CreatedAt: day(int(platform))}
				if err := project.Insert(ctx, tx, platform, p); err != nil {
					return err
				}
			}
			for _, err := range []error{
				project.SetRulebook(ctx, tx, platform, edition, 1, book(tally.Amount(platform*100))),
				project.InsertSteps(ctx, tx, platform, []project.Step{{ID: vote, Project: edition, Kind: project.Vote, Slug: "vote", Title: of("Vote"), Ballots: int(platform)}}),
				project.InsertDistricts(ctx, tx, platform, edition, []project.District{{ID: district, Slug: "centre", Name: of("Centre"), Sort: []byte{byte(platform)}}}),
				project.InsertThemes(ctx, tx, platform, edition, []project.Theme{{ID: theme, Slug: "nature", Title: of("Nature"), Sort: []byte{1}}}),
				project.InsertCategories(ctx, tx, platform, []project.Category{{ID: category, Project: edition, Kind: "category", Slug: "arbres", Name: of("Arbres"), Sort: []byte{1}}}),
			} {
				if err != nil {
					return err
				}
			}
			for _, insert := range []string{
				`INSERT INTO edition_change (platform, id, project, kind, reason, version, at) VALUES (?, ?, ?, 'rules', 'Parce que', 2, ?)`,
				`INSERT INTO admitted (platform, project, email_key) VALUES (?, ?, ?)`,
				`INSERT INTO service (platform, id, slug, name, categories) VALUES (?, ?, ?, 'Voirie', '[]')`,
				`INSERT INTO service_member (platform, service, participant) VALUES (?, ?, ?)`,
			} {
				args := []any{platform, edition, fmt.Sprintf("ana%d@exemple.fr", platform)}
				switch {
				case strings.Contains(insert, "edition_change"):
					args = []any{platform, theme, edition, platform}
				case strings.Contains(insert, "service_member"):
					args[2] = vote
				}
				if _, err := tx.Exec(ctx, insert, args...); err != nil {
					return err
				}
			}
			if platform == 2 { // what only counts tell apart
				for _, err := range []error{
					project.Insert(ctx, tx, platform, project.Project{ID: second, Slug: "second", State: project.Published, PublishedAt: day(2), CreatedAt: day(2)}),
					project.InsertDistricts(ctx, tx, platform, second, []project.District{{Slug: "centre"}, {ID: ids.Random(), Slug: "nord", Name: "Nord", Sort: []byte{9}}}),
				} {
					if err != nil {
						return err
					}
				}
			}
			return nil
		},
		Reads: []dbtest.Reading{
			{Of: "Load", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return project.Load(ctx, tx, platform, "budget", now)
			}},
			{Of: "ShortCode", Call: short},
			{Of: "OfShortCode", Call: short},
			{Of: "LoadFor", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return project.LoadFor(ctx, tx, platform, access.Roles(0).With(access.Organiser), "budget", now)
			}},
			{Of: "TitleOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return project.TitleOf(ctx, tx, platform, edition)
			}},
			{Of: "Amendments", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return project.Amendments(ctx, tx, platform, edition, 10)
			}},
			{Of: "CityServices", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return project.CityServices(ctx, tx, platform)
			}},
			{Of: "Admits", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				refused, err := project.Admits(ctx, tx, platform, edition, &rulebook.Who{Listed: true}, []account.Person{{ID: edition, Email: "ana1@exemple.fr"}})
				return len(refused), err
			}},
			{Of: "OnList", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return project.OnList(ctx, tx, platform, edition, []string{"ana1@exemple.fr"})
			}},
			{Of: "Views", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return project.Views(ctx, tx, platform, 10, now)
			}},
			{Of: "ByIDs", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return project.ByIDs(ctx, tx, platform, []ids.ID{edition, hidden})
			}},
			{Of: "List", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return project.List(ctx, tx, platform, project.ListQuery{Order: project.ByPopular, Theme: theme, District: district, Limit: 10})
			}},
			{Of: "Count", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return project.Count(ctx, tx, platform, project.ListQuery{})
			}},
			{Of: "SlugOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return project.SlugOf(ctx, tx, platform, hidden)
			}},
			{Of: "SlugTaken", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				mine, err := project.SlugTaken(ctx, tx, platform, "budget")
				if err != nil {
					return nil, err
				}
				others, err := project.SlugTaken(ctx, tx, platform, "second")
				return []bool{mine, others}, err
			}},
			{Of: "ShowsCover", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				first, err := project.ShowsCover(ctx, tx, platform, covers[0])
				if err != nil {
					return nil, err
				}
				second, err := project.ShowsCover(ctx, tx, platform, covers[1])
				return []bool{first, second}, err
			}},
			{Of: "StepsOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return project.StepsOf(ctx, tx, platform, one)
			}},
			{Of: "WithSteps", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				projects, steps, err := project.WithSteps(ctx, tx, platform, nil, []ids.ID{vote})
				return []any{projects, steps}, err
			}},
			{Of: "Rulebooks", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return project.Rulebooks(ctx, tx, platform, one)
			}},
			{Of: "RulebookSince", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return project.RulebookSince(ctx, tx, platform, one[0], 1)
			}},
			{Of: "Districts", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return project.Districts(ctx, tx, platform, "", 0, 10)
			}},
			{Of: "CountDistricts", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return project.CountDistricts(ctx, tx, platform, "")
			}},
			{Of: "DistrictsByID", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return project.DistrictsByID(ctx, tx, platform, []ids.ID{district})
			}},
			{Of: "DistrictsOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return project.DistrictsOf(ctx, tx, platform, one)
			}},
			{Of: "ThemesOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return project.ThemesOf(ctx, tx, platform, one)
			}},
			{Of: "ThemesByID", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return project.ThemesByID(ctx, tx, platform, []ids.ID{theme})
			}},
			{Of: "ThemesElsewhere", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				shared, err := project.ThemesElsewhere(ctx, tx, platform, ids.Random(), []ids.ID{theme})
				if len(shared) > 0 { // both have it: the name tells whose
					return project.ThemesByID(ctx, tx, platform, shared)
				}
				return nil, err
			}},
			{Of: "ThemesBySlug", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return project.ThemesBySlug(ctx, tx, platform, []string{"nature"})
			}},
			{Of: "CategoriesOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return project.CategoriesOf(ctx, tx, platform, edition, "category")
			}},
			{Of: "CategoriesByID", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return project.CategoriesByID(ctx, tx, platform, []ids.ID{category})
			}},
			{Of: "InDistricts", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return project.InDistricts(ctx, tx, platform, []ids.ID{district})
			}},
		},
		Writes: []dbtest.Writing{
			{Of: "CountStep", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return project.CountStep(ctx, tx, platform, vote, 70, 700)
			}},
			{Of: "AddProposals", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return project.AddProposals(ctx, tx, platform, vote, -3)
			}},
			{Of: "AddBallots", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return project.AddBallots(ctx, tx, platform, vote, 7)
			}},
			{Of: "Proclaim", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return project.Proclaim(ctx, tx, platform, vote, time.UnixMicro(9))
			}},
			{Of: "KeepCategories", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return project.KeepCategories(ctx, tx, platform, edition, "category", []project.Category{{ID: category, Slug: "arbres", Name: "Les arbres", Sort: []byte{2}, Retired: true},
					{ID: ids.Random(), Slug: "eau", Name: "L’eau", Sort: []byte{1}}})
			}},
			{Of: "KeepCategories", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return project.KeepCategories(ctx, tx, platform, edition, "category", nil)
			}},
			{Of: "KeepThemes", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return project.KeepThemes(ctx, tx, platform, edition, []project.ThemeOf{{Theme: project.Theme{ID: theme, Slug: "nature", Title: "La nature", Sort: []byte{2}, Other: "Nature"}, Retired: true}})
			}},
			{Of: "KeepThemes", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return project.KeepThemes(ctx, tx, platform, edition, nil)
			}},
			{Of: "Publish", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return project.Publish(ctx, tx, platform, hidden, "new")
			}},
			{Of: "Hide", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return project.Hide(ctx, tx, platform, edition, "old")
			}},
		},
	}.Run(t)
}

func TestProjectsAreCountedByPlatform(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			for platform, states := range map[int64][]project.State{1: {project.Published, project.Published, project.Importing}, 2: {project.Published}, 3: {project.Importing}} {
				for i, s := range states {
					if err := project.Insert(ctx, tx, platform, project.Project{ID: ids.Random(), Slug: fmt.Sprint(i), State: s, CreatedAt: day(1)}); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			got, err := project.CountByPlatform(ctx, tx)
			if diff := cmp.Diff(map[int64]int{1: 2, 2: 1}, got); diff != "" {
				t.Error(diff)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestAnEditionThatIsBeingImportedIsInvisible(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		edition, vote, district, cover := ids.Random(), ids.Random(), ids.Random(), ids.Random()
		read := func() (visible []string) {
			t.Helper()
			note := func(what string, found bool, err error) error {
				if found {
					visible = append(visible, what)
				}
				return err
			}
			err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := project.Load(ctx, tx, 1, "here", day(1))
				if fault.Is(err, fault.NotFound) {
					err = nil
				} else {
					visible = append(visible, "Load")
				}
				if err != nil {
					return err
				}
				list, err := project.List(ctx, tx, 1, project.ListQuery{Limit: 10})
				if err := note("List", len(list) > 0, err); err != nil {
					return err
				}
				n, err := project.Count(ctx, tx, 1, project.ListQuery{})
				if err := note("Count", n > 0, err); err != nil {
					return err
				}
				list, err = project.ByIDs(ctx, tx, 1, []ids.ID{edition})
				if err := note("ByIDs", len(list) > 0, err); err != nil {
					return err
				}
				list, _, err = project.WithSteps(ctx, tx, 1, []ids.ID{edition}, []ids.ID{vote})
				if err := note("WithSteps", len(list) > 0, err); err != nil {
					return err
				}
				shown, err := project.ShowsCover(ctx, tx, 1, cover)
				if err := note("ShowsCover", shown, err); err != nil {
					return err
				}
				in, err := project.InDistricts(ctx, tx, 1, []ids.ID{district})
				return note("InDistricts", len(in) > 0, err)
			})
			if err != nil {
				t.Fatal(err)
			}
			return visible
		}
		write := func(fn func(ctx context.Context, tx db.Tx) error) {
			t.Helper()
			if err := d.Write(t.Context(), fn); err != nil {
				t.Fatal(err)
			}
		}
		write(func(ctx context.Context, tx db.Tx) error {
			p := project.Project{ID: edition, Slug: "import-1", State: project.Importing, Cover: cover, Rulebook: 1, PublishedAt: time.UnixMicro(1), CreatedAt: time.UnixMicro(1)}
			if err := project.Insert(ctx, tx, 1, p); err != nil {
				return err
			}
			if err := project.InsertSteps(ctx, tx, 1, []project.Step{{ID: vote, Project: edition, Kind: project.Vote}}); err != nil {
				return err
			}
			return project.InsertDistricts(ctx, tx, 1, edition, []project.District{{ID: district, Slug: "nord", Name: "Nord", Sort: []byte{1}}})
		})
		if seen := read(); len(seen) != 0 {
			t.Errorf("while it is imported it is seen by %v", seen)
		}
		write(func(ctx context.Context, tx db.Tx) error { return project.Publish(ctx, tx, 1, edition, "here") })
		if seen := read(); len(seen) != 7 {
			t.Errorf("once published it is seen by %v alone", seen)
		}
		write(func(ctx context.Context, tx db.Tx) error { return project.Hide(ctx, tx, 1, edition, "gone") })
		if seen := read(); len(seen) != 0 {
			t.Errorf("once hidden it is seen by %v", seen)
		}
	})
}

func TestDistrictsAreThePlatformsWhateverTheEdition(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		first, second := ids.Random(), ids.Random()
		before := []project.District{{ID: ids.Random(), Slug: "nord", Name: "Nord_%", Sort: []byte{2}}, {ID: ids.Random(), Slug: "sud", Name: "Sud", Sort: []byte{3}}}
		after := []project.District{{ID: ids.Random(), Slug: "est", Name: "Est", Sort: []byte{1}}, {ID: ids.Random(), Slug: "nord", Name: "Nord_%", Sort: []byte{2}}}
		planned := after[1].ID
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			after[1].ID = planned
			if err := project.InsertDistricts(ctx, tx, 1, first, before); err != nil {
				return err
			}
			return project.InsertDistricts(ctx, tx, 1, second, after)
		})
		if err != nil {
			t.Fatal(err)
		}
		if after[1].ID != before[0].ID {
			t.Errorf("the district that is there already was made again: %s, not %s", after[1].ID, before[0].ID)
		}
		err = d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			for _, c := range []struct {
				name          string
				offset, limit int
				want          []string
				count         int
			}{
				{"", 0, 10, []string{"est", "nord", "sud"}, 3},
				{"", 1, 1, []string{"nord"}, 3},
				{"_%", 0, 10, []string{"nord"}, 1}, // as they are written, not as patterns
				{"!", 0, 10, nil, 0},
			} {
				list, err := project.Districts(ctx, tx, 1, c.name, c.offset, c.limit)
				if err != nil {
					return err
				}
				n, err := project.CountDistricts(ctx, tx, 1, c.name)
				if err != nil {
					return err
				}
				var got []string
				colours := map[int]bool{}
				for _, x := range list {
					got = append(got, x.Slug)
					colours[x.Colour] = true
				}
				if diff := cmp.Diff(c.want, got); diff != "" || n != c.count || len(colours) != len(got) {
					t.Errorf("%q: %v, %d in all, %d colours: %s", c.name, got, n, len(colours), diff)
				}
			}
			of, err := project.DistrictsOf(ctx, tx, 1, []ids.ID{second})
			if len(of) != 2 || of[0].Slug != "est" || of[1].Slug != "nord" {
				t.Errorf("the second edition lies in %+v", of)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// short reads a project's code, and the project by it.
func short(ctx context.Context, tx db.Tx, platform int64) (any, error) {
	view, err := project.Load(ctx, tx, platform, "budget", time.Unix(0, 0))
	if err != nil {
		return nil, err
	}
	code, err := project.ShortCode(ctx, tx, platform, view.ID)
	if err != nil {
		return nil, err
	}
	slug, ok, err := project.OfShortCode(ctx, tx, platform, " "+strings.ToLower(code))
	return []any{view.Title, code, slug, ok}, err
}
