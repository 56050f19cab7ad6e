// Package demo makes Pont-l’Alouette, a town that does not exist, through the services that real towns use: twelve districts
// on a river, four editions of a budget, one in each stage, their proposals and thousands of ballots. Its people act at the
// times of its calendar (db.At). Texts, costs, places, ballots and winners are a function of a seed, dates of the day;
// identifiers, proofs of deposit and places in a random order alone differ.
package demo

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/transfer"
)

// The platform of the city. Whatever is on the platform of that slug is the demonstration's, to be erased and made anew.
const (
	Slug = "pont-l-alouette"
	Name = "Pont-l’Alouette"
)

const (
	zone   = "Europe/Paris"
	accent = "#3b4f93"
	week   = 7 * 24 * time.Hour
)

// madeSetting is the platform's setting that says when the city on it was made, in microseconds: the last thing that Build
// writes, so that what a Build that died has left is known by it.
const madeSetting = "demo_made"

// Build makes the city as it is on the day of now. A city that is whole and less than a week old stays as it is; an older
// one, or what a Build that died has left, is emptied and made anew on the same platform. Nothing may serve the platform
// meanwhile: its editions are published one after the other. A database that has other platforms and not this one is
// refused (conflict). progress, which may be nil, is told how many proposals and ballots are in.
func Build(ctx context.Context, d *db.DB, now time.Time, progress func(done, total int)) error {
	here, fresh, err := find(ctx, d, now)
	if err != nil || fresh {
		return err
	}
	local, err := time.LoadLocation(zone)
	if err != nil {
		return err
	}
	c, err := plan(now, local)
	if err != nil {
		return err
	}
	if here.Key != 0 {
		if err := transfer.NewService(d).Empty(ctx, here.Key); err != nil {
			return fmt.Errorf("empty the demonstration city: %w", err)
		}
	} else if here, err = create(db.At(ctx, at(c.day, founded, 8)), d); err != nil {
		return err
	}
	b := &builder{players: map[string]account.Person{}, db: d, city: c, of: here, progress: progress, desk: project.NewService(d), deposits: deposit.NewService(d), ballots: ballot.NewService(d)}
	return b.build(ctx)
}

// find gives the city's platform, zero when there is none, and whether the city on it can stay.
func find(ctx context.Context, d *db.DB, now time.Time) (p platform.Platform, fresh bool, err error) {
	err = d.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		p, err = platform.BySlug(ctx, tx, Slug)
		if fault.Is(err, fault.NotFound) {
			p = platform.Platform{}
			return alone(ctx, tx)
		}
		if err != nil {
			return err
		}
		made, whole, err := madeAt(ctx, tx, p.Key)
		age := now.Sub(made)
		fresh = whole && age >= 0 && age < week
		return err
	})
	return p, fresh, err
}

// madeAt says when the city of a platform was made; false for one that is not whole.
func madeAt(ctx context.Context, tx db.Tx, key int64) (time.Time, bool, error) {
	text, err := platform.Setting(ctx, tx, key, madeSetting)
	if err != nil || text == "" {
		return time.Time{}, false, err
	}
	us, err := strconv.ParseInt(text, 10, 64)
	return db.Time(us), err == nil, err
}

// alone refuses (conflict) a database that other platforms have begun: it is a city's own.
func alone(ctx context.Context, tx db.Tx) error {
	others, err := platform.All(ctx, tx)
	if err == nil && len(others) > 0 {
		err = fault.New(fault.Conflict, "fault.demo.other")
	}
	return err
}

func create(ctx context.Context, d *db.DB) (platform.Platform, error) {
	texts, err := legal()
	if err != nil {
		return platform.Platform{}, err
	}
	return platform.NewService(d).Create(ctx, platform.New{Slug: Slug, Name: Name, Kind: platform.City, Zone: zone, Accent: accent, Licence: platform.Etalab, Legal: texts})
}

// team is whom one would write to, if the town existed.
var team = platform.Identity{Email: "participer@pont-l-alouette.example", Phone: "Le mardi et le jeudi, de 14 h à 17 h, si la ville existait.", Address: "Mairie de Pont-l’Alouette, place du Vieux-Pont"}

// builder lets the people of a city act.
type builder struct {
	db       *db.DB
	city     *city
	of       platform.Platform
	progress func(done, total int)

	desk     *project.Service
	deposits *deposit.Service
	ballots  *ballot.Service

	organiser, author account.Person
	players           map[string]account.Person // by key
	watch             account.Person            // a moderator whom no visitor plays
	gardens           ids.ID                    // the service
	done, total       int
}

// write runs a function in a transaction of that time.
func (b *builder) write(ctx context.Context, at time.Time, fn func(ctx context.Context, tx db.Tx) error) error {
	return b.db.Write(db.At(ctx, at), fn)
}

func (b *builder) build(ctx context.Context) error {
	for _, e := range b.city.editions {
		b.total += len(e.deposits) + len(e.votes)
	}
	if err := b.db.Write(db.At(ctx, at(b.city.day, founded, 8)), func(ctx context.Context, tx db.Tx) error {
		return platform.SetIdentity(ctx, tx, b.of.Key, team)
	}); err != nil {
		return err
	}
	if err := b.ground(ctx); err != nil {
		return fmt.Errorf("make the ground of the maps: %w", err)
	}
	if err := b.staff(ctx); err != nil {
		return err
	}
	if err := b.parks(db.At(ctx, at(b.city.day, founded, 11))); err != nil {
		return err
	}
	for i := range b.city.editions {
		e := &b.city.editions[i]
		for _, stage := range []func(context.Context, *edition) error{b.organise, b.propose, b.enter, b.toVote, b.cast, b.proclaim} {
			if err := stage(ctx, e); err != nil {
				return fmt.Errorf("make the edition %s: %w", e.slug, err)
			}
		}
	}
	if err := b.play(ctx); err != nil {
		return err
	}
	if err := b.study(ctx); err != nil {
		return err
	}
	if err := b.remember(db.At(ctx, at(b.city.day, -300, 10))); err != nil {
		return err
	}
	if err := b.answer(ctx); err != nil {
		return err
	}
	if err := b.publish(ctx); err != nil {
		return err
	}

	if err := b.moderate(ctx); err != nil {
		return err
	}

	if err := b.talk(ctx); err != nil {
		return err
	}

	return b.write(ctx, b.city.made, func(ctx context.Context, tx db.Tx) error {
		if err := journal.Append(ctx, tx, b.of.Key, "demo_city", map[string]any{"platform": b.of.ID, "fictional": true}); err != nil {
			return err
		}
		return platform.Set(ctx, tx, b.of.Key, madeSetting, strconv.FormatInt(db.Micros(b.city.made), 10))
	})
}

func (b *builder) wrote(n int) {
	b.done += n
	if b.progress != nil {
		b.progress(b.done, b.total)
	}
}
