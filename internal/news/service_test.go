package news_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/drawing"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/news"
	"github.com/parvis-civic/parvis/internal/platform"
)

var claire = account.Person{Roles: access.Roles(0).With(access.Organiser)}

func town(t *testing.T, d *db.DB, slug string) platform.Platform {
	t.Helper()
	p, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: slug})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// seen gives how an address answers anyone at a time.
func seen(t *testing.T, d *db.DB, of platform.Platform, a news.Article, at time.Time) (found news.Article, ok bool) {
	t.Helper()
	err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		found, err = news.BySlug(ctx, tx, of.Key, access.Roles(0), a.Kind, a.Slug, at)
		list, errList := news.Shown(ctx, tx, of.Key, news.Query{Kind: a.Kind, Limit: 10}, at)
		if errList != nil {
			return errList
		}
		if listed := slices.ContainsFunc(list, func(l news.Article) bool { return l.ID == a.ID }); listed != (err == nil) {
			t.Errorf("its address answers %v, the list has it: %v", err, listed)
		}
		if !a.Picture.IsZero() {
			if shown, errShown := news.ShowsPicture(ctx, tx, of.Key, access.Roles(0), a.Picture, at); errShown != nil || shown != (err == nil) {
				t.Errorf("its address answers %v, its picture is shown: %v, %v", err, shown, errShown)
			}
		}
		return err
	})
	if err != nil && !fault.Is(err, fault.NotFound) {
		t.Fatal(err)
	}
	return found, err == nil
}

func acts(t *testing.T, d *db.DB, of platform.Platform) (kinds []string) {
	t.Helper()
	if err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		list, err := journal.Pending(ctx, tx, of.Key, 100)
		for _, e := range list {
			if e.Kind != "platform_created" {
				kinds = append(kinds, e.Kind)
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return kinds
}

func TestAnArticleIsSeenFromItsTimeUntilItIsWithdrawn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, here, there := news.NewService(d), town(t, d, "ici"), town(t, d, "ailleurs")
		begin := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
		at := func(h int) context.Context { return db.At(t.Context(), begin.Add(time.Duration(h)*time.Hour)) }
		drawn := media.Drawn(drawing.Of("Un banc", "", 1))
		w := news.Written{Kind: news.News, French: news.Words{Title: "  Le vote  est ouvert ", Body: "Venez."}, Picture: &drawn, Alt: media.Alt{i18n.FR: "Un banc"}}
		a, err := s.Save(at(0), here, claire, ids.ID{}, w)
		if err != nil || a.Slug != "le-vote-est-ouvert" || a.French.Title != "Le vote est ouvert" {
			t.Fatalf("%+v, %v", a, err)
		}
		if _, ok := seen(t, d, here, a, begin.Add(99*time.Hour)); ok {
			t.Error("anyone reads a draft who guesses its address")
		}
		w.Picture = nil
		w.Show, w.At, w.Version = news.Later, begin, a.Version
		if _, err := s.Save(at(1), here, claire, a.ID, w); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("scheduled for the past: %v", err)
		}
		w.At = begin.Add(10 * time.Hour)
		if a, err = s.Save(at(1), here, claire, a.ID, w); err != nil {
			t.Fatal(err)
		}
		if _, ok := seen(t, d, here, a, w.At.Add(-time.Microsecond)); ok {
			t.Error("it is seen before its time")
		}
		if _, ok := seen(t, d, here, a, w.At); !ok {
			t.Error("it is not seen at its time")
		}
		if _, ok := seen(t, d, there, a, w.At); ok {
			t.Error("another platform shows it")
		}
		// The date stays, the change is said.
		w.Show, w.Version, w.French.Title = news.Now, a.Version, "Le vote est prolongé"
		if a, err = s.Save(at(12), here, claire, a.ID, w); err != nil || !a.PublishAt.Equal(w.At) || !a.ChangedAt.Equal(begin.Add(12*time.Hour)) || a.Slug != "le-vote-est-ouvert" {
			t.Errorf("changed once online: %+v, %v", a, err)
		}
		w.Version = a.Version
		if a, err = s.Save(at(13), here, claire, a.ID, w); err != nil || !a.ChangedAt.Equal(begin.Add(12*time.Hour)) {
			t.Errorf("saved without a change: %+v, %v", a, err)
		}
		first := a.Picture
		w.Picture, w.Version = &drawn, a.Version
		if a, err = s.Save(at(13), here, claire, a.ID, w); err != nil || a.Picture == first {
			t.Fatalf("another picture: %+v, %v", a, err)
		}
		if _, ok := seen(t, d, here, a, begin.Add(13*time.Hour)); !ok {
			t.Error("it is not seen with another picture")
		}
		if kept := dbtest.Rows(t, d)[here.Key]["media"]; len(kept) != 1 {
			t.Errorf("%d pictures are kept of one that is shown", len(kept))
		}
		if err := s.Discard(at(14), here, claire, a.ID); fault.CodeOf(err) != fault.Conflict {
			t.Errorf("what was public is deleted: %v", err)
		}
		if err := s.Withdraw(at(14), here, claire, a.ID); err != nil {
			t.Fatal(err)
		}
		if _, ok := seen(t, d, here, a, begin.Add(15*time.Hour)); ok {
			t.Error("it is seen once withdrawn")
		}
		if got, want := acts(t, d, here), []string{"article_published", "article_changed", "article_changed", "article_withdrawn"}; !slices.Equal(got, want) {
			t.Errorf("the journal says %v, want %v", got, want)
		}
	})
}

func TestADocumentIsHandedToWhoMayReadItsArticle(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		here, elsewhere, s := town(t, d, "ici"), town(t, d, "ailleurs"), news.NewService(d)
		a, err := s.Save(t.Context(), here, claire, ids.ID{}, news.Written{Kind: news.Page, French: news.Words{Title: "Le vote", Body: "Comment."}})
		if err != nil {
			t.Fatal(err)
		}
		plan, err := news.ReadDocument("plan.pdf", []byte("%PDF-1.7"))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Attach(t.Context(), here, account.Person{}, a.ID, "Le plan", plan); !fault.Is(err, fault.Forbidden) {
			t.Errorf("anybody attaches: %v", err)
		}
		if err := s.Attach(t.Context(), elsewhere, claire, a.ID, "Le plan", plan); !fault.Is(err, fault.NotFound) {
			t.Errorf("another platform attaches: %v", err)
		}
		if err := s.Attach(t.Context(), here, claire, a.ID, " ", plan); !fault.Is(err, fault.Invalid) {
			t.Errorf("a document without a title: %v", err)
		}
		if err := s.Attach(t.Context(), here, claire, a.ID, "Le plan", plan); err != nil {
			t.Fatal(err)
		}
		files, err := s.Files(t.Context(), here, claire, a.ID)
		if err != nil || len(files) != 1 || files[0].Title != "Le plan" || files[0].Size != 8 {
			t.Fatalf("its documents are %+v, %v", files, err)
		}
		handed := func(of platform.Platform, who account.Person) bool {
			err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
				got, err := news.DocumentOf(ctx, tx, of.Key, who.Roles, files[0].ID, of.Now(tx.Now()))
				if err == nil && string(got.Content) != "%PDF-1.7" {
					t.Errorf("it is %q", got.Content)
				}
				return err
			})
			if err != nil && !fault.Is(err, fault.NotFound) {
				t.Fatal(err)
			}
			return err == nil
		}
		if handed(here, account.Person{}) || !handed(here, claire) {
			t.Error("of a draft it is handed to anybody, or not to who writes")
		}
		if a, err = s.Save(t.Context(), here, claire, a.ID, news.Written{Kind: news.Page, French: a.French, Version: a.Version, Show: news.Now}); err != nil {
			t.Fatal(err)
		}
		if !handed(here, account.Person{}) || handed(elsewhere, claire) {
			t.Error("online it is not handed to everybody, or to another platform")
		}
		if _, err := s.Save(t.Context(), here, claire, a.ID, news.Written{Kind: news.Page, French: news.Words{Title: "Le vote"}, Version: a.Version}); !fault.Is(err, fault.Invalid) {
			t.Errorf("what is online is emptied: %v", err)
		}
		if err := s.Detach(t.Context(), here, claire, a.ID, files[0].ID); err != nil {
			t.Fatal(err)
		}
		if handed(here, claire) {
			t.Error("what was taken away is handed out")
		}
		if got := fmt.Sprint(acts(t, d, here)); got != "[article_published article_changed]" {
			t.Errorf("the journal has %s", got)
		}
	})
}

func TestTheSecondOfTwoWhoSaveIsTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, here, there := news.NewService(d), town(t, d, "ici"), town(t, d, "ailleurs")
		w := news.Written{Kind: news.Page, French: news.Words{Title: "Présentation", Body: "Un."}}
		a, err := s.Save(t.Context(), here, claire, ids.ID{}, w)
		if err != nil {
			t.Fatal(err)
		}
		w.Version = a.Version
		if _, err := s.Save(t.Context(), here, claire, a.ID, w); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Save(t.Context(), here, claire, a.ID, w); fault.CodeOf(err) != fault.Conflict {
			t.Errorf("the second one: %v", err)
		}
		if _, err := s.Save(t.Context(), there, claire, a.ID, w); fault.CodeOf(err) != fault.NotFound {
			t.Errorf("from another platform: %v", err)
		}
		w.Version = 0
		if again, err := s.Save(t.Context(), here, claire, ids.ID{}, w); err != nil || again.Slug != "presentation-2" {
			t.Errorf("the same title: %+v, %v", again, err)
		}
		resident := account.Person{Roles: access.Roles(0).With(access.Resident, access.Moderator)}
		if _, err := s.Save(t.Context(), here, resident, ids.ID{}, w); fault.CodeOf(err) != fault.Forbidden {
			t.Errorf("a moderator writes: %v", err)
		}
		w.Project = ids.Random()
		if _, err := s.Save(t.Context(), here, claire, ids.ID{}, w); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("about an edition that is not there: %v", err)
		}
		if err := s.Discard(t.Context(), here, claire, a.ID); err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := s.Article(t.Context(), here, claire, a.ID); fault.CodeOf(err) != fault.NotFound {
			t.Errorf("a deleted draft: %v", err)
		}
	})
}

func TestArticlesOfAPlatformAreItsOwn(t *testing.T) {
	id := ids.Random()
	picture := map[int64]ids.ID{1: ids.Random(), 2: ids.Random()}
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	dbtest.Tenancy{
		Fill: func(ctx context.Context, tx db.Tx, platform int64) error {
			_, err := tx.Exec(ctx, `INSERT INTO article (platform, id, kind, slug, title, summary, body, title_en, summary_en, body_en, picture, publish_at, withdrawn, changed_at, created_at, version)
				VALUES (?, ?, 'news', 'vote', ?, '', '', '', '', '', ?, 1, ?, 0, 1, 1)`, platform, id, "Vote "+string(rune('0'+platform)), picture[platform], false)
			if err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `INSERT INTO article_file (platform, id, article, title, name, mime, size, content, created_at) VALUES (?, ?, ?, 'Plan', ?, 'application/pdf', 5, ?, 1)`,
				platform, id, id, fmt.Sprint(platform, ".pdf"), []byte("%PDF-"))
			return err
		},
		Reads: []dbtest.Reading{
			{Of: "FilesOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return news.FilesOf(ctx, tx, platform, id)
			}},
			{Of: "DocumentOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return news.DocumentOf(ctx, tx, platform, access.Roles(0), id, now)
			}},
			{Of: "Shown", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return news.Shown(ctx, tx, platform, news.Query{Kind: news.News, Limit: 10}, now)
			}},
			{Of: "BySlug", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return news.BySlug(ctx, tx, platform, access.Roles(0), news.News, "vote", now)
			}},
			{Of: "ShowsPicture", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				shown, err := news.ShowsPicture(ctx, tx, platform, access.Roles(0), picture[1], now)
				if err != nil || platform == 2 && shown {
					return "shown by another", err
				}
				return map[bool]any{true: "shown", false: platform * 0}[shown], nil
			}},
		},
	}.Run(t)
}
