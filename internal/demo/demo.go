// Package demo makes Pont-l’Alouette, a town that does not exist, through the rooms that real towns use: twelve districts
// on a river, four editions of a budget, one in each stage, their proposals and thousands of ballots. Texts, costs,
// places, ballots and winners are a function of a seed, dates of the day; identifiers alone differ.
package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/delivery"
	"github.com/parvis-civic/parvis/internal/drawing"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/result"
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

// Build makes the city as it is on the day of now, in small writes, and shows it in the last one. A city that is whole
// and less than a week old stays as it is; an older one, or what a Build that died has left, is emptied and made anew on
// the same platform, whose pages say meanwhile that there is nothing yet. A database that has other platforms and not
// this one is refused (conflict). progress, which may be nil, is told how many
// rows are written.
func Build(ctx context.Context, d *db.DB, now time.Time, progress func(done, total int)) error {
	here, fresh, err := find(ctx, d, now)
	if err != nil || fresh {
		return err
	}
	if here.Key != 0 {
		if err := transfer.NewService(d).Empty(ctx, here.Key); err != nil {
			return fmt.Errorf("empty the demonstration city: %w", err)
		}
	} else if here, err = create(ctx, d); err != nil {
		return err
	}
	c, err := plan(now, here.Zone)
	if err != nil {
		return err
	}
	b := &builder{db: d, city: c, platform: here.Key, of: here, progress: progress}
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
		shown, err := project.List(ctx, tx, p.Key, project.ListQuery{Limit: 100})
		fresh = len(shown) > 0 // the last write shows all four at once
		for _, e := range shown {
			if age := now.Sub(e.CreatedAt); age < 0 || age >= week {
				fresh = false
			}
		}
		return err
	})
	return p, fresh, err
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

// builder writes a city.
type builder struct {
	db       *db.DB
	city     *city
	platform int64
	of       platform.Platform
	progress func(done, total int)

	done, total int
}

// The rows of one write, so that none holds the writer for long.
const (
	ballotsPerWrite   = 500
	proposalsPerWrite = 30
)

func (b *builder) build(ctx context.Context) error {
	for _, e := range b.city.editions {
		b.total += len(e.proposals) + len(e.votes)
	}
	if err := b.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		return account.Insert(ctx, tx, b.platform, b.city.crowd.accounts)
	}); err != nil {
		return err
	}
	for _, e := range b.city.editions {
		if err := b.edition(ctx, e); err != nil {
			return fmt.Errorf("write the edition %s: %w", e.slug, err)
		}
	}
	if err := b.show(ctx); err != nil {
		return err
	}
	return b.players(ctx, b.of)
}

func (b *builder) wrote(n int) {
	b.done += n
	if b.progress != nil {
		b.progress(b.done, b.total)
	}
}

// edition writes an edition that nobody sees yet.
func (b *builder) edition(ctx context.Context, e edition) error {
	begun := e.begun(b.city.made)
	steps := append([]project.Step(nil), e.calendar...)
	for _, i := range begun {
		steps[i].Proposals = len(e.proposals)
	}
	steps[project.VoteStep(steps)].Ballots = len(e.votes)
	if err := b.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := project.Insert(ctx, tx, b.platform, e.project); err != nil {
			return err
		}
		if err := project.SetRulebook(ctx, tx, b.platform, e.project.ID, 1, e.book); err != nil {
			return err
		}
		if err := project.InsertSteps(ctx, tx, b.platform, steps); err != nil {
			return err
		}
		if err := project.InsertDistricts(ctx, tx, b.platform, e.project.ID, append([]project.District(nil), b.city.districts...)); err != nil {
			return err
		}
		return project.InsertCategories(ctx, tx, b.platform, e.categories)
	}); err != nil {
		return err
	}
	if err := b.propose(ctx, e, begun); err != nil {
		return err
	}
	return b.cast(ctx, e)
}

// propose writes the proposals and puts them into the steps that have begun.
func (b *builder) propose(ctx context.Context, e edition, begun []int) error {
	for from := 0; from < len(e.proposals); from += proposalsPerWrite {
		to := min(from+proposalsPerWrite, len(e.proposals))
		if err := b.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			if err := b.illustrate(ctx, tx, e, from, to); err != nil {
				return err
			}
			if err := proposal.Insert(ctx, tx, b.platform, e.proposals[from:to]); err != nil {
				return err
			}
			var selections []proposal.Selection
			for _, step := range begun {
				for i := from; i < to; i++ {
					selections = append(selections, e.selection(e.calendar[step], i))
				}
			}
			tags := e.tags[from:to]
			for range begun[1:] {
				tags = append(tags[:len(tags):len(tags)], e.tags[from:to]...)
			}
			return proposal.Select(ctx, tx, b.platform, selections, tags)
		}); err != nil {
			return err
		}
		b.wrote(to - from)
	}
	return b.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		for _, step := range begun {
			if err := proposal.KeepFacets(ctx, tx, b.platform, e.calendar[step].ID, e.facets); err != nil {
				return err
			}
		}
		return nil
	})
}

// illustrate gives proposals their pictures, each with its words in both languages.
func (b *builder) illustrate(ctx context.Context, tx db.Tx, e edition, from, to int) error {
	for i := from; i < to; i++ {
		p := &e.proposals[i]
		category := e.categories[slices.IndexFunc(e.categories, func(k project.Category) bool { return k.ID == p.Category })]
		scene := drawing.Of(p.Title, category.Name, int64(p.Number))
		alt := media.Alt{}
		for _, lang := range i18n.Langs {
			alt[lang] = scene.Alt(lang)
		}
		picture, err := media.Store(ctx, tx, b.platform, media.Drawn(scene), alt)
		if err != nil {
			return err
		}
		p.Picture = picture.ID
	}
	return nil
}

// selection puts proposal i into a step.
func (e edition) selection(step project.Step, i int) proposal.Selection {
	p := e.proposals[i]
	s := proposal.Selection{Step: step.ID, Proposal: p.ID, Number: p.Number, Cost: p.Cost, PublishedAt: p.PublishedAt, Shuffle: e.shuffle[i]}
	if step.Kind == project.Vote {
		s.Status, s.Votes, s.Points = proposal.StatusVoted, e.totals.Supporters[i], e.totals.Total[i]
	}
	return s
}

func (b *builder) cast(ctx context.Context, e edition) error {
	for from := 0; from < len(e.votes); from += ballotsPerWrite {
		to := min(from+ballotsPerWrite, len(e.votes))
		if err := b.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			return ballot.Insert(ctx, tx, b.platform, e.voteStep().ID, e.votes[from:to], false)
		}); err != nil {
			return err
		}
		b.wrote(to - from)
	}
	return b.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		return ballot.AddTurnout(ctx, tx, b.platform, e.voteStep().ID, e.turnout)
	})
}

// show is the last write: it announces the result of the vote that is over and publishes every edition.
func (b *builder) show(ctx context.Context) error {
	counts := make([]result.Counted, len(b.city.editions))
	for i, e := range b.city.editions {
		if !e.over(b.city.made) {
			continue
		}
		if err := b.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
			candidates, err := result.Candidates(ctx, tx, b.platform, e.voteStep().ID)
			if err != nil {
				return err
			}
			counts[i], err = result.Count(ctx, tx, b.platform, e.voteStep().ID, e.book.Count, candidates)
			return err
		}); err != nil {
			return fmt.Errorf("count the edition %s: %w", e.slug, err)
		}
	}
	return b.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		for i, e := range b.city.editions {
			if err := project.Publish(ctx, tx, b.platform, e.project.ID, e.slug); err != nil {
				return err
			}
			if err := journal.Append(ctx, tx, b.platform, "demo_edition", map[string]any{
				"project": e.project.ID, "fictional": true, "proposals": len(e.proposals), "ballots": len(e.votes)}); err != nil {
				return err
			}
			if e.over(b.city.made) {
				if err := b.proclaim(ctx, tx, e, counts[i]); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// over says whether the vote has closed.
func (e edition) over(now time.Time) bool {
	return project.PhaseOf(e.calendar, project.VoteStep(e.calendar), now) == project.Closed
}

func (b *builder) proclaim(ctx context.Context, tx db.Tx, e edition, counted result.Counted) error {
	view := project.View{Project: e.project, Steps: e.calendar, Rulebook: e.book}
	for _, s := range e.calendar {
		if s.Kind == project.Result {
			view.Now = s.StartsAt.Add(18 * time.Hour) // announced in the evening
		}
	}
	unknown := func(int) *int { return nil } // nobody else announced this vote
	if _, err := result.Proclaim(ctx, tx, b.platform, view, e.voteStep().ID, string(e.book.Count.Method), counted, unknown); err != nil {
		return err
	}
	return delivery.Insert(ctx, tx, b.platform, e.works(b.city.day, counted.Winners))
}
