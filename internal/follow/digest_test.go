package follow_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/follow"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// noon is a Wednesday; letters go at seven in Paris, five here.
var noon = time.Date(2026, 9, 16, 12, 0, 0, 0, time.UTC)

type town struct {
	t        *testing.T
	d        *db.DB
	of       platform.Platform
	edition  project.Project
	district ids.ID
	bench    proposal.Proposal
	garden   proposal.Proposal
	by       map[string]account.Person
}

func build(t *testing.T, d *db.DB) *town {
	t.Helper()
	w := &town{t: t, d: d, district: ids.Random(), by: map[string]account.Person{}}
	var err error
	if w.of, err = platform.NewService(d).Create(t.Context(), platform.New{Slug: "ici", Languages: []string{"fr", "en"}}); err != nil {
		t.Fatal(err)
	}
	w.write(-48*time.Hour, func(ctx context.Context, tx db.Tx) error {
		for name, lang := range map[string]string{"auteur": "fr", "daily": "en", "weekly": "fr", "quiet": "fr"} {
			p, err := account.Stage(ctx, tx, w.of.Key, account.Person{Email: name + account.StageDomain, Name: name, Language: lang}, nil)
			if err != nil {
				return err
			}
			w.by[name] = p
		}
		w.edition = project.Project{ID: ids.Dated(tx.Now()), Slug: "budget", Title: "Budget 2027", State: project.Published, Origin: project.OfCity, Language: "fr", CreatedAt: tx.Now(), PublishedAt: tx.Now()}
		w.bench = proposal.Proposal{ID: ids.Dated(tx.Now()), Project: w.edition.ID, Number: 1, Title: "Des bancs", District: w.district, Author: w.by["auteur"].ID, CreatedAt: tx.Now(), PublishedAt: tx.Now(), UpdatedAt: tx.Now()}
		w.garden = w.bench
		w.garden.ID, w.garden.Number, w.garden.Title, w.garden.District, w.garden.Author = ids.Dated(tx.Now()), 2, "Un jardin", ids.ID{}, ids.Random()
		for _, err := range []error{
			project.Insert(ctx, tx, w.of.Key, w.edition),
			proposal.Insert(ctx, tx, w.of.Key, []proposal.Proposal{w.bench, w.garden}),
		} {
			if err != nil {
				return err
			}
		}
		return nil
	})
	return w
}

func (w *town) write(after time.Duration, fn func(ctx context.Context, tx db.Tx) error) {
	w.t.Helper()
	if err := w.d.Write(db.At(w.t.Context(), noon.Add(after)), fn); err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) tell(after time.Duration, h notify.Happening) {
	w.t.Helper()
	h.Project = w.edition.ID
	w.write(after, func(ctx context.Context, tx db.Tx) error { return notify.Tell(ctx, tx, w.of, h) })
}

func (w *town) choose(after time.Duration, who string, period notify.Period, wanted ...follow.Topic) {
	w.t.Helper()
	all := []follow.Topic{{Kind: follow.Edition, Subject: w.edition.ID}, {Kind: follow.District, Subject: w.district}}
	if err := follow.NewService(w.d).Choose(db.At(w.t.Context(), noon.Add(after)), w.of, w.by[who], follow.Choice{Offered: all, Wanted: wanted, Period: period}); err != nil {
		w.t.Fatal(err)
	}
}

// turn does what is due at a moment, and gives the letters that were written since the last time, by person.
func (w *town) turn(after time.Duration) map[string][]string {
	w.t.Helper()
	ctx := db.At(w.t.Context(), noon.Add(after))
	quiet := slog.New(slog.DiscardHandler)
	letters := map[string][]string{}
	var mu sync.Mutex // jobs are done side by side
	take := func(ctx context.Context, j jobs.Job) error {
		var m notify.Mail
		if err := json.Unmarshal(j.Body, &m); err != nil {
			return err
		}
		name := strings.TrimSuffix(m.To, account.StageDomain)
		l := m.Compose(w.of, "http://localhost")
		mu.Lock()
		defer mu.Unlock()
		letters[name] = append(letters[name], l.Subject+"\n"+strings.Join(l.Paragraphs, "\n"))
		if m.List != follow.List {
			w.t.Errorf("a letter to %s is of the list %q", name, m.List)
		}
		return w.d.Write(ctx, func(ctx context.Context, tx db.Tx) error { return j.Done(ctx, tx) })
	}
	r := jobs.NewRunner(w.d, quiet, map[string]jobs.Handler{notify.DigestJob: follow.NewDigests(w.d, "http://localhost").Handle, notify.Job: take})
	for {
		n, err := r.Turn(ctx)
		if err != nil {
			w.t.Fatal(err)
		}
		if n == 0 {
			return letters
		}
	}
}

func TestOneLetterTellsEverythingOnceInItsPersonsLanguage(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		edition, quarter := follow.Topic{Kind: follow.Edition, Subject: w.edition.ID}, follow.Topic{Kind: follow.District, Subject: w.district}
		w.tell(-2*time.Hour, notify.Happening{Kind: "decision", Proposal: w.garden.ID, Path: "/avant"})
		w.choose(-time.Hour, "daily", notify.Daily, edition, quarter)
		w.choose(-time.Hour, "weekly", notify.Weekly, quarter)
		w.write(-time.Hour, func(ctx context.Context, tx db.Tx) error {
			return proposal.Follow(ctx, tx, w.of.Key, w.bench.ID, w.by["daily"].ID, tx.Now(), false)
		})
		for i := range 3 {
			w.tell(time.Duration(i)*time.Minute, notify.Happening{Kind: "comment", Proposal: w.bench.ID, District: w.district, Path: fmt.Sprint("/c", i), Source: ids.Random(), Actor: w.by["weekly"].ID})
		}
		w.tell(time.Minute, notify.Happening{Kind: "decision", Proposal: w.garden.ID, Path: "/decision"})
		w.tell(time.Minute, notify.Happening{Kind: "novelty", Path: "/inconnu"})
		w.tell(time.Minute, notify.Happening{Kind: "news", Path: "/actualites/a", Args: map[string]any{"News": "Tout <b>va</b> bien"}})
		w.tell(time.Minute, notify.Happening{Kind: "work", Proposal: w.garden.ID, Path: "/plus-tard", At: noon.Add(48 * time.Hour)})
		if early := w.turn(time.Hour); len(early) != 0 {
			t.Errorf("before seven: %v", early)
		}
		next := w.turn(17 * time.Hour) // Thursday at seven
		if len(next) != 1 || len(next["daily"]) != 1 {
			t.Fatalf("on Thursday: %v", next)
		}
		got := next["daily"][0]
		for _, want := range []string{"4 things new", "3 more comments on “Des bancs”", "http://localhost/en/c2", "The city decided: “Un jardin”", "/decision", "News: Tout <b>va</b> bien", "Something new in “Budget 2027”"} {
			if !strings.Contains(got, want) {
				t.Errorf("the letter lacks %q: %s", want, got)
			}
		}
		for _, not := range []string{"/avant", "/plus-tard", "/c1"} {
			if strings.Contains(got, not) {
				t.Errorf("the letter says %q: %s", not, got)
			}
		}
		if strings.Index(got, "decided") > strings.Index(got, "comments") {
			t.Errorf("what people say stands before what the city decided: %s", got)
		}
		if again := w.turn(18 * time.Hour); len(again) != 0 {
			t.Errorf("told twice: %v", again)
		}
		// The next day nothing happened; on Saturday, what became public on Friday. A person is not told what they did themselves.
		if friday := w.turn(41 * time.Hour); len(friday) != 0 {
			t.Errorf("on Friday: %v", friday)
		}
		if saturday := w.turn(65 * time.Hour); len(saturday) != 1 || len(saturday["daily"]) != 1 || !strings.Contains(saturday["daily"][0], "/plus-tard") {
			t.Errorf("on Saturday: %v", saturday)
		}
		w.tell(66*time.Hour, notify.Happening{Kind: "comment", Proposal: w.bench.ID, District: w.district, Path: "/c9", Actor: w.by["daily"].ID})
		monday := w.turn(113 * time.Hour)
		if len(monday["daily"]) != 0 || len(monday["weekly"]) != 1 || len(monday["auteur"]) != 1 {
			t.Fatalf("on Monday: %v", monday)
		}
		if l := monday["weekly"][0]; !strings.Contains(l, "Un commentaire de plus sur «\u00a0Des bancs\u00a0»") || !strings.Contains(l, "http://localhost/c9") || strings.Contains(l, "jardin") {
			t.Errorf("by the week, of the district: %s", l)
		}
		if l := monday["auteur"][0]; !strings.Contains(l, "4 commentaires de plus") {
			t.Errorf("to the author, who follows nothing: %s", l)
		}
		if again := w.turn(114 * time.Hour); len(again) != 0 {
			t.Errorf("told twice: %v", again)
		}
	})
}

func TestWhatIsTakenBackOrRemovedIsToldToNobody(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		w.choose(-time.Hour, "daily", notify.Daily, follow.Topic{Kind: follow.Edition, Subject: w.edition.ID})
		w.choose(-time.Hour, "quiet", notify.Daily, follow.Topic{Kind: follow.Edition, Subject: w.edition.ID})
		w.choose(-time.Minute, "quiet", notify.Daily)
		source := ids.Random()
		w.tell(0, notify.Happening{Kind: "comment", Proposal: w.garden.ID, Path: "/repris", Source: source})
		w.tell(0, notify.Happening{Kind: "decision", Proposal: w.bench.ID, Path: "/retire"})
		w.write(time.Minute, func(ctx context.Context, tx db.Tx) error { return notify.TakeBack(ctx, tx, w.of.Key, source) })
		w.write(time.Minute, func(ctx context.Context, tx db.Tx) error {
			return proposal.TakeOut(ctx, tx, w.of.Key, w.bench, proposal.Invisible, "Injures", noon)
		})
		if letters := w.turn(17 * time.Hour); len(letters) != 0 {
			t.Errorf("told: %v", letters)
		}
		if err := follow.NewService(d).Choose(t.Context(), w.of, account.Person{ID: ids.Random()}, follow.Choice{Period: notify.Daily}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("nobody follows: %v", err)
		}
		if err := follow.NewService(d).Choose(t.Context(), w.of, w.by["daily"], follow.Choice{Period: "hour"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("by the hour: %v", err)
		}
	})
}

func TestALateTurnTellsAllAtOnceAndManyPeopleEachOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		w.write(-time.Hour, func(ctx context.Context, tx db.Tx) error {
			for i := range 60 { // more than are written to at once
				p, err := account.Stage(ctx, tx, w.of.Key, account.Person{Email: fmt.Sprint("p", i, account.StageDomain), Language: "fr"}, nil)
				if err != nil {
					return err
				}
				if err := proposal.Follow(ctx, tx, w.of.Key, w.garden.ID, p.ID, tx.Now(), false); err != nil {
					return err
				}
			}
			return nil
		})
		for week := range 3 {
			w.tell(time.Duration(week)*7*24*time.Hour, notify.Happening{Kind: "decision", Proposal: w.garden.ID, Path: fmt.Sprint("/d", week)})
		}
		letters := w.turn(20 * 24 * time.Hour) // the server slept for three weeks
		if len(letters) != 60 {
			t.Errorf("%d people are told", len(letters))
		}
		for who, l := range letters {
			if len(l) != 1 || strings.Count(l[0], "a décidé") != 3 {
				t.Errorf("%s: %v", who, l)
				break
			}
		}
	})
}

func TestFollowsGoWithTheirPerson(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		w.choose(0, "daily", notify.Daily, follow.Topic{Kind: follow.Edition, Subject: w.edition.ID}, follow.Topic{Kind: follow.District, Subject: w.district})
		from, to := w.by["daily"].ID, w.by["quiet"].ID
		w.write(0, func(ctx context.Context, tx db.Tx) error {
			if err := follow.Room().Merge(ctx, tx, w.of.Key, from, to); err != nil {
				return err
			}
			own, err := follow.Room().Export(ctx, tx, w.of.Key, to)
			if o, ok := own.(follow.Own); !ok || len(o.Editions) != 1 || len(o.Districts) != 1 || o.Period != notify.Weekly {
				t.Errorf("their own: %+v", own)
			}
			return err
		})
		w.write(0, func(ctx context.Context, tx db.Tx) error { return follow.Room().Forget(ctx, tx, w.of.Key, to, true) })
		w.write(0, func(ctx context.Context, tx db.Tx) error {
			own, err := follow.Room().Export(ctx, tx, w.of.Key, to)
			if own != nil {
				t.Errorf("forgotten, they have %+v", own)
			}
			return err
		})
	})
}

func TestFollowsOfAPlatformAreItsOwn(t *testing.T) {
	person, edition, keys := ids.Random(), ids.Random(), []ids.ID{ids.Random(), ids.Random()}
	dbtest.Tenancy{
		Fill: func(ctx context.Context, tx db.Tx, platform int64) error {
			var topics, told [][]any
			for _, key := range keys[:platform] {
				topics = append(topics, []any{platform, "district", key, person, 1})
				told = append(told, []any{platform, key, "decision", edition, fmt.Sprint("/", platform), "{}", 1})
			}
			for _, err := range []error{
				db.Insert(ctx, tx, "follow_topic", []string{"platform", "kind", "subject", "participant", "at"}, topics),
				db.Insert(ctx, tx, "digest_reader", []string{"platform", "participant", "period", "told_until"}, [][]any{{platform, person, []string{"day", "month"}[platform-1], 0}}),
				db.Insert(ctx, tx, "happening", []string{"platform", "id", "kind", "project", "path", "args", "at"}, told),
			} {
				if err != nil {
					return err
				}
			}
			return nil
		},
		Reads: []dbtest.Reading{
			{Of: "Topics", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return follow.Topics(ctx, tx, platform, person)
			}},
			{Of: "PeriodOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return follow.PeriodOf(ctx, tx, platform, person)
			}},
			{Of: "Happened", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return follow.Happened(ctx, tx, platform, edition, []string{"decision"}, time.UnixMicro(9), 9)
			}},
		},
	}.Run(t)
}
