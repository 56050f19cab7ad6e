package news

import (
	"context"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
)

// Service is for who writes. Every method needs access.Organise, else it answers forbidden.
type Service struct{ db *db.DB }

// NewService returns the service on a database.
func NewService(d *db.DB) *Service { return &Service{d} }

// Part is what the room keeps of editions: the texts about a draft that is deleted are then about the whole platform.
func Part() project.Part {
	return project.Part{Discard: func(ctx context.Context, tx db.Tx, platform int64, e project.Edition) error {
		return leave(ctx, tx, platform, e.Project.ID)
	}}
}

// Show says what becomes of an article that is saved.
type Show string

// What can become of it. What is online stays so, under the date of its publication, whatever is said.
const (
	Keep  Show = ""      // it stays as it is
	Now   Show = "now"   // everybody reads it at once
	Later Show = "later" // from a moment on
)

// Written is an article as somebody saves it.
type Written struct {
	Kind            Kind
	Project         ids.ID // zero: the whole platform
	French, English Words
	Picture         *media.Prepared // a new one; nil: the one that there is
	NoPicture       bool            // none any longer
	Alt             media.Alt       // what the picture shows

	Show Show
	At   time.Time // for Later, of the platform's clock

	Version int // that it was read in; 0 for a new article
}

func (w Written) tidy() Written {
	for _, words := range []*Words{&w.French, &w.English} {
		words.Title = strings.Join(strings.Fields(words.Title), " ")
		words.Summary = strings.Join(strings.Fields(words.Summary), " ")
		words.Body = strings.TrimSpace(words.Body)
		words.Author = strings.Join(strings.Fields(words.Author), " ")
	}
	return w
}

func mayWrite(who account.Person) error {
	if who.Roles.Can(access.Organise, access.Moment{}) {
		return nil
	}
	return fault.New(fault.Forbidden, "fault.forbidden")
}

// Listing is a part of the list of all that is written.
type Listing struct {
	Articles []Article
	Next     ids.ID // to go on before; zero: that is all
	Now      time.Time
}

// List gives what is written on a platform in any state, the last begun first, from before an identifier on. Fault: forbidden.
func (s *Service) List(ctx context.Context, of platform.Platform, who account.Person, before ids.ID, limit int) (l Listing, err error) {
	if err := mayWrite(who); err != nil {
		return l, err
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		l = Listing{Now: of.Now(tx.Now())}
		l.Articles, err = written(ctx, tx, of.Key, before, limit+1)
		if len(l.Articles) > limit {
			l.Articles = l.Articles[:limit]
			l.Next = l.Articles[limit-1].ID
		}
		return err
	})
	return l, err
}

// Article gives one with what its picture shows, and the platform's time. Faults: forbidden, not_found.
func (s *Service) Article(ctx context.Context, of platform.Platform, who account.Person, id ids.ID) (a Article, alt media.Alt, now time.Time, err error) {
	if err := mayWrite(who); err != nil {
		return a, nil, now, err
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		now = of.Now(tx.Now())
		if a, err = byID(ctx, tx, of.Key, id); err != nil || a.Picture.IsZero() {
			return err
		}
		found, err := media.ByIDs(ctx, tx, of.Key, []ids.ID{a.Picture})
		alt = found[a.Picture].Alt
		return err
	})
	return a, alt, now, err
}

// Save keeps an article, a new one when id is zero, and publishes or schedules it when that is asked. Faults: forbidden, not_found,
// conflict (somebody saved it meanwhile; nothing is changed), invalid (title, summary, body, author, those with _en, kind, project, alt, at).
func (s *Service) Save(ctx context.Context, of platform.Platform, who account.Person, id ids.ID, w Written) (a Article, err error) {
	if err := mayWrite(who); err != nil {
		return a, err
	}
	w = w.tidy()
	if err := w.check(); err != nil {
		return a, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := tx.Lock(ctx, "articles of "+of.ID.String()); err != nil { // slugs and versions are looked up, then taken
			return err
		}
		now := of.Now(tx.Now())
		a = Article{CreatedAt: now}
		if id.IsZero() {
			a.ID = ids.Dated(tx.Now())
		} else if a, err = byID(ctx, tx, of.Key, id); err != nil {
			return err
		}
		if a.Version != w.Version {
			return fault.New(fault.Conflict, "fault.news.changed")
		}
		return save(ctx, tx, of, &a, w, now)
	})
	return a, err
}

func save(ctx context.Context, tx db.Tx, of platform.Platform, a *Article, w Written, now time.Time) error {
	was := *a
	state := a.State(now)
	if w.Show == Later && !w.At.After(now) && state != Online {
		return fault.New(fault.Invalid, "fault.news.past").In("at")
	}
	if !w.Project.IsZero() && w.Project != a.Project {
		title, err := project.TitleOf(ctx, tx, of.Key, w.Project)
		if err != nil {
			return err
		}
		if title == "" {
			return fault.New(fault.Invalid, "fault.news.project").In("project")
		}
	}
	a.Project, a.French, a.English = w.Project, w.French, w.English
	if state == Draft || state == Scheduled {
		a.Kind = w.Kind // the address of what was online stays
	}
	retold, err := a.picture(ctx, tx, of.Key, w)
	if err != nil {
		return err
	}
	if state == Draft {
		if err := a.name(ctx, tx, of.Key); err != nil {
			return err
		}
	}
	switch {
	case state == Online:
		if *a != was || retold {
			a.ChangedAt = now
		}
	case w.Show == Now && state == Withdrawn, w.Show == Later && state == Withdrawn:
		a.Withdrawn = false // under its first date
		if w.Show == Later {
			a.PublishAt = w.At
		}
	case w.Show == Now:
		a.PublishAt = now
	case w.Show == Later:
		a.PublishAt = w.At
	}
	if end := a.State(now); (end == Online || end == Scheduled) && a.French.Body == "" {
		return fault.New(fault.Invalid, "fault.news.body").In("body")
	}
	a.Version++
	if was.Version == 0 {
		err = insert(ctx, tx, of.Key, *a)
	} else {
		err = update(ctx, tx, of.Key, *a)
	}
	if err != nil {
		return err
	}
	if !was.Picture.IsZero() && was.Picture != a.Picture {
		if err := media.Drop(ctx, tx, of.Key, []ids.ID{was.Picture}); err != nil {
			return err
		}
	}
	if err := a.retell(ctx, tx, of, was, now); err != nil {
		return err
	}
	switch {
	case !a.PublishAt.Equal(was.PublishAt) || a.Withdrawn != was.Withdrawn:
		return a.tell(ctx, tx, of, "article_published", map[string]any{"from": of.When(a.PublishAt).UTC().Format(time.RFC3339)})
	case !a.ChangedAt.Equal(was.ChangedAt):
		return a.tell(ctx, tx, of, "article_changed", nil)
	}
	return nil
}

// retell notes news of an edition for those who follow it, from its publication on; what is online since longer they know.
func (a Article) retell(ctx context.Context, tx db.Tx, of platform.Platform, was Article, now time.Time) error {
	state := a.State(now)
	if was.State(now) == Online && state == Online {
		return nil
	}
	if err := notify.TakeBack(ctx, tx, of.Key, a.ID); err != nil {
		return err
	}
	if a.Kind != News || a.Project.IsZero() || state != Online && state != Scheduled {
		return nil
	}
	return notify.Tell(ctx, tx, of, notify.Happening{Kind: "news", Project: a.Project, Source: a.ID, Path: a.Path(), Args: map[string]any{"News": a.French.Title}, At: a.PublishAt})
}

// tell writes into the journal. Until an article is online its words are nobody's to read, so the entry has none of them.
func (a Article) tell(ctx context.Context, tx db.Tx, of platform.Platform, entry string, more map[string]any) error {
	body := map[string]any{"article": a.ID, "kind": a.Kind}
	for name, v := range more {
		body[name] = v
	}
	return journal.Append(ctx, tx, of.Key, entry, body)
}

// picture stores a new picture, takes away the one that there is, or says anew what it shows: retold. Fault: invalid (alt).
func (a *Article) picture(ctx context.Context, tx db.Tx, platform int64, w Written) (retold bool, err error) {
	if w.Picture == nil && (w.NoPicture || a.Picture.IsZero()) {
		a.Picture = ids.ID{}
		return false, nil
	}
	if w.Alt[i18n.FR] == "" {
		return false, fault.New(fault.Invalid, "fault.news.alt").In("alt")
	}
	if w.Picture != nil {
		p, err := media.Store(ctx, tx, platform, *w.Picture, w.Alt)
		a.Picture = p.ID
		return true, err
	}
	there, err := media.ByIDs(ctx, tx, platform, []ids.ID{a.Picture})
	if err != nil || maps.Equal(there[a.Picture].Alt, w.Alt) {
		return false, err
	}
	return true, media.Tell(ctx, tx, platform, a.Picture, w.Alt)
}

// maxSlug is how long the form of a title in an address may be.
const maxSlug = 60

// name gives the article the address that its title makes, if it is free, else with a number.
func (a *Article) name(ctx context.Context, tx db.Tx, platform int64) error {
	base := ids.Slug(i18n.Fold(a.French.Title), maxSlug)
	others, err := taken(ctx, tx, platform, base, a.ID)
	a.Slug = base
	for n := 2; others[a.Slug]; n++ {
		a.Slug = base + "-" + strconv.Itoa(n)
	}
	return err
}

// change runs a change of an article's state.
func (s *Service) change(ctx context.Context, of platform.Platform, who account.Person, id ids.ID, fn func(ctx context.Context, tx db.Tx, a *Article, now time.Time) error) error {
	if err := mayWrite(who); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := tx.Lock(ctx, "articles of "+of.ID.String()); err != nil {
			return err
		}
		a, err := byID(ctx, tx, of.Key, id)
		if err != nil {
			return err
		}
		return fn(ctx, tx, &a, of.Now(tx.Now()))
	})
}

// Withdraw takes from sight what is online; what is only scheduled is a draft again. Faults: forbidden, not_found, conflict (it is
// neither).
func (s *Service) Withdraw(ctx context.Context, of platform.Platform, who account.Person, id ids.ID) error {
	return s.change(ctx, of, who, id, func(ctx context.Context, tx db.Tx, a *Article, now time.Time) error {
		switch a.State(now) {
		case Online:
			a.Withdrawn = true
		case Scheduled:
			a.PublishAt = time.Time{}
		default:
			return fault.New(fault.Conflict, "fault.news.not_online")
		}
		a.Version++
		if err := update(ctx, tx, of.Key, *a); err != nil {
			return err
		}
		if err := notify.TakeBack(ctx, tx, of.Key, a.ID); err != nil {
			return err
		}
		return a.tell(ctx, tx, of, "article_withdrawn", nil)
	})
}

// Discard deletes a draft. Faults: forbidden, not_found, conflict (it is no draft).
func (s *Service) Discard(ctx context.Context, of platform.Platform, who account.Person, id ids.ID) error {
	return s.change(ctx, of, who, id, func(ctx context.Context, tx db.Tx, a *Article, now time.Time) error {
		if a.State(now) != Draft {
			return fault.New(fault.Conflict, "fault.news.no_draft")
		}
		if err := remove(ctx, tx, of.Key, a.ID); err != nil || a.Picture.IsZero() {
			return err
		}
		return media.Drop(ctx, tx, of.Key, []ids.ID{a.Picture})
	})
}
