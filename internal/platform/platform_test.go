package platform_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
)

func create(t *testing.T, d *db.DB, n platform.New) platform.Platform {
	t.Helper()
	p, err := platform.NewService(d).Create(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWhatIsNotSaidGetsItsDefault(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := create(t, d, platform.New{Slug: " toulouse "})
		if p.Slug != "toulouse" || p.Name != "toulouse" || p.Kind != platform.City || !slices.Equal(p.Languages, []string{"fr", "en"}) || p.Zone.String() != "Europe/Paris" ||
			p.Licence != platform.Etalab || p.Accent != "" || !p.Logo.IsZero() || len(p.Legal) != 0 || !p.Default || p.ID.IsZero() {
			t.Errorf("%+v", p)
		}
		if at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC); !p.Now(at).Equal(at) {
			t.Errorf("its time is %s at %s", p.Now(at), at)
		}
	})
}

func TestWhatIsSaidComesBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		create(t, d, platform.New{Slug: "first"})
		p := create(t, d, platform.New{Slug: "lyon", Name: "Lyon, l’été", Kind: platform.Replay, Address: "https://jeparticipe.lyon.example/", Hosts: []string{"jeparticipe.lyon.example"},
			Languages: []string{"en"}, Zone: "Indian/Reunion", Licence: platform.ODbL, Accent: "#0a7f3c", Legal: map[string]string{"fr/notice": "Éditeur : …"}})
		if p.Name != "Lyon, l’été" || p.Kind != platform.Replay || p.Address != "https://jeparticipe.lyon.example" || !slices.Equal(p.Languages, []string{"en"}) || p.Default ||
			p.Zone.String() != "Indian/Reunion" || p.Licence != platform.ODbL || p.Accent != "#0a7f3c" || p.Legal["fr/notice"] != "Éditeur : …" {
			t.Errorf("%+v", p)
		}
		all, err := platform.NewService(d).List(t.Context())
		if err != nil || len(all) != 2 || all[0].Slug != "first" || all[1].Slug != "lyon" {
			t.Errorf("the list is %+v: %v", all, err)
		}
	})
}

func TestWrongSettingsAreRefusedWithTheirField(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	for _, c := range []struct {
		new   platform.New
		field string // empty: it is right
	}{
		{platform.New{Slug: "a"}, ""},
		{platform.New{Slug: "saint-denis-2026"}, ""},
		{platform.New{Slug: "a23456789-123456789-123456789-123456789-123456789-123456789-123"}, ""}, // 63: a label of a host name
		{platform.New{Slug: "a23456789-123456789-123456789-123456789-123456789-123456789-1234"}, "slug"},
		{platform.New{Slug: ""}, "slug"},
		{platform.New{Slug: "-a"}, "slug"},
		{platform.New{Slug: "a-"}, "slug"},
		{platform.New{Slug: "Paris"}, "slug"},
		{platform.New{Slug: "l'île"}, "slug"},
		{platform.New{Slug: "a.b"}, "slug"},
		{platform.New{Slug: "a\nb"}, "slug"},
		{platform.New{Slug: "b", Kind: "village"}, "kind"},
		{platform.New{Slug: "b", Languages: []string{"fr", "pl"}}, "languages"},
		{platform.New{Slug: "b", Zone: "Europe/Atlantis"}, "zone"},
		{platform.New{Slug: "b", Zone: "Local"}, "zone"}, // whatever the machine is in
		{platform.New{Slug: "c", Zone: "America/Cayenne"}, ""},
		{platform.New{Slug: "b", Licence: "MIT"}, "licence"},
		{platform.New{Slug: "b", Accent: "red"}, "accent"},
		{platform.New{Slug: "b", Accent: "#FFF"}, "accent"},
		{platform.New{Slug: "b", Accent: "#ffffff;}"}, "accent"},
		{platform.New{Slug: "b", Address: "ftp://b.example"}, "address"},
		{platform.New{Slug: "b", Address: "b.example"}, "address"},
		{platform.New{Slug: "b", Hosts: []string{"b.example", "b example"}}, "host"},
		{platform.New{Slug: "b", Hosts: []string{"b.example:8080"}}, "host"}, // hosts are matched without port
		{platform.New{Slug: "b", Hosts: []string{""}}, "host"},
		{platform.New{Slug: "e", Hosts: []string{"Jeparticipe.Ville.Example"}}, ""}, // names have no case
	} {
		_, err := platform.NewService(d).Create(t.Context(), c.new)
		got, ok := errors.AsType[*fault.Error](err)
		if c.field == "" && err != nil || c.field != "" && (!ok || got.Code != fault.Invalid || got.Field != c.field) {
			t.Errorf("%+v: %v, want a fault of %q", c.new, err, c.field)
		}
	}
	_, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: "?", Zone: "?", Licence: "?"})
	if got, ok := errors.AsType[*fault.Error](err); !ok || len(got.Sub) != 3 {
		t.Errorf("three things are wrong, and it says %v", err)
	}
}

func TestTakenSlugsAndHostsAreConflicts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		create(t, d, platform.New{Slug: "one", Hosts: []string{"one.example"}})
		before := dbtest.Rows(t, d)
		for field, n := range map[string]platform.New{
			"slug": {Slug: "one"},
			"host": {Slug: "two", Hosts: []string{"two.example", "ONE.example"}},
		} {
			_, err := platform.NewService(d).Create(t.Context(), n)
			if got, ok := errors.AsType[*fault.Error](err); !ok || got.Code != fault.Conflict || got.Field != field {
				t.Errorf("%+v: %v, want a conflict of the %s", n, err, field)
			}
		}
		if diff := cmp.Diff(before, dbtest.Rows(t, d)); diff != "" {
			t.Errorf("what was refused left something: %s", diff)
		}
	})
}

// Two agents who create the same platform at the same moment: one has it, the others are told so.
func TestOneOfSeveralCreatesAtOnceWins(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const n = 8
		errs := make([]error, n)
		var all sync.WaitGroup
		for i := range n {
			all.Go(func() {
				slug := "same"
				if i%2 == 1 {
					slug = "same-" + string(rune('a'+i))
				}
				_, errs[i] = platform.NewService(d).Create(context.WithoutCancel(t.Context()), platform.New{Slug: slug})
			})
		}
		all.Wait()
		won := 0
		for i, err := range errs {
			switch {
			case err == nil:
				won++
			case i%2 == 1 || !fault.Is(err, fault.Conflict):
				t.Errorf("create %d: %v", i, err)
			}
		}
		if won != 1+n/2 {
			t.Errorf("%d were created, want %d", won, 1+n/2)
		}
	})
}

func TestAHostFindsItsPlatform(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := platform.NewService(d)
		if _, err := s.ByHost(t.Context(), "localhost"); !fault.Is(err, fault.NotFound) {
			t.Errorf("without any platform: %v", err)
		}
		create(t, d, platform.New{Slug: "first"})
		create(t, d, platform.New{Slug: "toulouse", Hosts: []string{"jeparticipe.toulouse.example", "lyon.localhost", "Lyon.localhost."}})
		create(t, d, platform.New{Slug: "lyon", Hosts: []string{"2001.example"}})
		for host, want := range map[string]string{
			"jeparticipe.toulouse.example":      "toulouse",
			"Jeparticipe.Toulouse.Example:8443": "toulouse",
			"jeparticipe.toulouse.example.":     "toulouse", // the root's dot
			"toulouse.localhost":                "toulouse",
			"TOULOUSE.localhost:8080":           "toulouse",
			"lyon.localhost:8080":               "toulouse", // who claims a name has it
			"2001.example":                      "lyon",
			"localhost:8080":                    "first",
			"127.0.0.1:8080":                    "first",
			"[::1]:8080":                        "first",
			"nobody.localhost":                  "first",
			"toulouse":                          "first",
			"toulouse.example":                  "first",
			"www.toulouse.localhost":            "first",
			"unclaimed.example":                 "first",
			"":                                  "first",
		} {
			if p, err := s.ByHost(t.Context(), host); err != nil || p.Slug != want {
				t.Errorf("%q: %s, %v, want %s", host, p.Slug, err, want)
			}
		}
	})
}

func TestLinksBeginWithTheStoredAddress(t *testing.T) {
	for _, c := range []struct {
		p    platform.Platform
		want string
	}{
		{platform.Platform{Slug: "lyon", Address: "https://lyon.example", Default: true}, "https://lyon.example"},
		{platform.Platform{Slug: "lyon", Address: "https://lyon.example"}, "https://lyon.example"},
		{platform.Platform{Slug: "lyon", Default: true}, "http://localhost:8080"},
		{platform.Platform{Slug: "lyon"}, "http://lyon.localhost:8080"},
	} {
		if got := c.p.Base("http://localhost:8080"); got != c.want {
			t.Errorf("%+v: %s, want %s", c.p, got, c.want)
		}
	}
}

func TestAPlatformsClockMovesFromWhereItWasSet(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	p := platform.Platform{Clock: platform.Clock{From: at, To: at.AddDate(0, 6, 0), Rate: 60_000}} // a minute is an hour
	for after, want := range map[time.Duration]time.Time{
		0:                at.AddDate(0, 6, 0),
		time.Minute:      at.AddDate(0, 6, 0).Add(time.Hour),
		-time.Minute:     at.AddDate(0, 6, 0).Add(-time.Hour),
		10 * time.Second: at.AddDate(0, 6, 0).Add(10 * time.Minute),
	} {
		if got := p.Now(at.Add(after)); !got.Equal(want) {
			t.Errorf("%s later it is %s, want %s", after, got, want)
		}
	}
	p.Clock.Rate = 1000
	if got := p.Now(at.Add(time.Hour)); !got.Equal(at.AddDate(0, 6, 0).Add(time.Hour)) {
		t.Errorf("at the world's pace: %s", got)
	}
}

func TestPlatformsAreChangedAndRemovedAlone(t *testing.T) {
	names := map[int64]string{1: "one", 2: "two"}
	dbtest.Tenancy{
		Fill: func(ctx context.Context, tx db.Tx, platformKey int64) error {
			name := names[platformKey]
			p, err := platform.Create(ctx, tx, platform.New{Slug: name, Kind: platform.Rehearsal, Hosts: []string{name + ".example"}})
			if err == nil && p.Key != platformKey {
				t.Errorf("platform %d is the %d", platformKey, p.Key)
			}
			if err != nil {
				return err
			}
			if err := platform.SetIdentity(ctx, tx, platformKey, platform.Identity{Phone: name}); err != nil {
				return err
			}
			return platform.Set(ctx, tx, platformKey, "motto", name)
		},
		Reads: []dbtest.Reading{
			{Of: "Setting", Call: func(ctx context.Context, tx db.Tx, key int64) (any, error) {
				return platform.Setting(ctx, tx, key, "motto")
			}},
			{Of: "IdentityOf", Call: func(ctx context.Context, tx db.Tx, key int64) (any, error) {
				return platform.IdentityOf(ctx, tx, key)
			}},
		},
		Writes: []dbtest.Writing{
			{Of: "Set", Call: func(ctx context.Context, tx db.Tx, key int64) error {
				return platform.Set(ctx, tx, key, "motto", "another")
			}},
			{Of: "SetIdentity", Call: func(ctx context.Context, tx db.Tx, key int64) error {
				return platform.SetIdentity(ctx, tx, key, platform.Identity{Phone: "another"})
			}},
			{Of: "SetLogo", Call: func(ctx context.Context, tx db.Tx, key int64) error {
				return platform.SetLogo(ctx, tx, key, ids.Random())
			}},
			{Of: "StandAt", Call: func(ctx context.Context, tx db.Tx, key int64) error {
				return platform.StandAt(ctx, tx, key, time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
			}},
			{Of: "Remove", Call: platform.Remove},
		},
	}.Run(t)
}

func TestThePlatformOfARehearsalAnswersNoHostAndIsInNoList(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		city := create(t, d, platform.New{Slug: "ville"})
		r := create(t, d, platform.New{Slug: platform.RehearsalSlug + "secret", Kind: platform.Rehearsal})
		if r.Prefix() != "/essai/secret" || city.Prefix() != "" {
			t.Errorf("its pages are under %q, the city's under %q", r.Prefix(), city.Prefix())
		}
		s := platform.NewService(d)
		if p, err := s.ByHost(t.Context(), "essai-secret.localhost"); err != nil || p.Slug != "ville" {
			t.Errorf("its name as a host finds %s: %v", p.Slug, err)
		}
		if all, err := s.List(t.Context()); err != nil || len(all) != 1 {
			t.Errorf("it is in the list: %+v, %v", all, err)
		}
		at := time.Date(2030, 5, 1, 12, 0, 0, 0, time.UTC)
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			if err := platform.StandAt(ctx, tx, r.Key, at); err != nil {
				return err
			}
			all, err := platform.Rehearsals(ctx, tx)
			if err == nil && (len(all) != 1 || !all[0].Now(tx.Now()).Equal(at) || !all[0].Now(tx.Now().Add(time.Hour)).Equal(at)) {
				t.Errorf("its time does not stand still: %+v", all)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { return platform.StandAt(ctx, tx, city.Key, at) }); !fault.Is(err, fault.NotFound) {
			t.Errorf("the time of a city is moved: %v", err)
		}
	})
}
