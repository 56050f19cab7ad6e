package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/drawing"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// lead is how many days before its first step an edition is begun.
const lead = 40

// organise sets an edition up as an organiser does, screen by screen, and publishes it on the day of its first step.
func (b *builder) organise(ctx context.Context, e *edition) error {
	who, then := b.organiser, db.At(ctx, e.calendar[0].StartsAt.AddDate(0, 0, -lead).Add(10*time.Hour))
	slug, err := b.desk.Create(then, b.of, who, project.New{Model: e.model, Title: e.title, Budget: e.book.Count.Budget, Language: i18n.FR})
	if err != nil {
		return err
	}
	if slug != e.slug {
		return fmt.Errorf("its address is %s", slug)
	}
	begun, err := b.desk.Edition(then, b.of, who, slug)
	if err != nil {
		return err
	}
	if err := b.desk.SetWords(then, b.of, who, slug, e.title, e.summary); err != nil {
		return err
	}
	if _, err := b.desk.SetDistricts(then, b.of, who, slug, b.city.outlines); err != nil {
		return err
	}
	if err := b.desk.SetMoney(then, b.of, who, slug, e.money(), ""); err != nil {
		return err
	}
	if err := b.desk.SetCalendar(then, b.of, who, slug, e.steps(begun.Steps), project.ZoneC, ""); err != nil {
		return err
	}
	if err := b.desk.SetBook(then, b.of, who, slug, e.book, ""); err != nil {
		return err
	}
	e.project = begun.Project.ID
	for i := range e.categories {
		e.categories[i].Project = e.project
	}
	if err := b.db.Write(then, func(ctx context.Context, tx db.Tx) error { // with the identifiers that the plan gave them
		return project.InsertCategories(ctx, tx, b.of.Key, e.categories)
	}); err != nil {
		return err
	}
	then = db.At(ctx, e.calendar[0].StartsAt)
	if err := b.desk.Publish(then, b.of, who, slug); err != nil {
		return err
	}
	published, err := b.desk.Edition(then, b.of, who, slug)
	e.calendar = published.Steps
	return err
}

// money is the envelope as the organiser shares it.
func (e *edition) money() project.Envelope {
	money := project.Envelope{Budget: e.book.Count.Budget, Sharing: project.Whole}
	if e.model == project.ModelTwoVotes {
		money.Sharing, money.Citywide = project.EqualShares, e.book.Citywide()
	}
	return money
}

// steps gives the edition's calendar, in which what the model began with keeps its identity.
func (e *edition) steps(begun []project.Step) []project.Step {
	steps := slices.Clone(e.calendar)
	for i := range steps {
		if at := slices.IndexFunc(begun, func(s project.Step) bool { return s.Kind == steps[i].Kind }); at >= 0 {
			steps[i].ID = begun[at].ID
		}
	}
	return steps
}

// propose lets people deposit, in the order of the calendar.
func (b *builder) propose(ctx context.Context, e *edition) error {
	if err := b.write(ctx, e.calendar[e.collect()].StartsAt, func(ctx context.Context, tx db.Tx) error {
		return account.StageAll(ctx, tx, b.of.Key, e.joined)
	}); err != nil {
		return err
	}
	for _, p := range e.joined {
		b.city.crowd.people[b.city.crowd.byName[p.Name]].Person = p
	}
	call, err := b.deposits.Call(db.At(ctx, e.deposits[0].when), b.of, account.Person{}, e.slug)
	if err != nil {
		return err
	}
	for i := range e.deposits {
		d := &e.deposits[i]
		p := b.city.crowd.people[d.who]
		if key := playedBy[d.title]; key != "" {
			p = participant{Person: b.players[key], as: rulebook.KindPerson}
		}
		content := deposit.Content{Title: d.title, Body: d.text, Category: d.category, District: deposit.WholeCity, Cost: strconv.FormatInt(d.cost/100, 10), Address: d.address,
			Kind: p.as, Name: p.Name, Age: deposit.AgeAdult}
		if d.home >= 0 {
			content.District = b.city.districts[d.home].Key
			content.Latitude, content.Longitude = degree(d.place.Latitude), degree(d.place.Longitude)
		}
		published, err := b.deposit(db.At(ctx, d.when), p.Person, call, content, i+1)
		if err != nil {
			return fmt.Errorf("%q: %w", d.title, err)
		}
		d.proposal = published
		b.wrote(1)
	}
	return nil
}

func degree(d float64) string { return strconv.FormatFloat(d, 'f', 5, 64) }

// deposit fills the form in, with a drawing for a picture, and publishes. number makes drawings differ.
func (b *builder) deposit(ctx context.Context, who account.Person, call deposit.Call, c deposit.Content, number int) (proposal.Proposal, error) {
	category := slices.IndexFunc(call.Categories, func(k project.Category) bool { return k.Slug == c.Category })
	if category < 0 {
		return proposal.Proposal{}, fmt.Errorf("no category %q", c.Category)
	}
	scene := drawing.Of(c.Title, call.Categories[category].Name, int64(number))
	drawn, alt := media.Drawn(scene), media.Alt{}
	for _, lang := range i18n.Langs {
		alt[lang] = scene.Alt(lang)
	}
	c.PictureAlt, c.Criteria = alt[i18n.FR], wanted(call)
	d, err := b.deposits.Save(ctx, b.of, who, call.Slug, ids.ID{}, c, deposit.Upload{Drawn: &drawn, Alt: alt})
	if err != nil {
		return proposal.Proposal{}, err
	}
	return b.deposits.Publish(ctx, b.of, who, call.Slug, d.ID, call.Charter.Version)
}

// wanted are the answers to the questions of the règlement that fit.
func wanted(call deposit.Call) map[string]string {
	answers := map[string]string{}
	for _, k := range call.Criteria() {
		answers[string(k.Key)] = k.Wanted
	}
	return answers
}

// enter takes the proposals into the analysis when it begins. The vote gets its list from decisions.
func (b *builder) enter(ctx context.Context, e *edition) error {
	for i, step := range e.calendar {
		if step.Kind != project.Analysis || project.PhaseOf(e.calendar, i, b.city.made) == project.Future {
			continue
		}
		if err := b.write(ctx, step.StartsAt, func(ctx context.Context, tx db.Tx) error {
			selections, tags := make([]proposal.Selection, len(e.deposits)), make([][]proposal.Tag, len(e.deposits))
			for i, d := range e.deposits {
				p := d.proposal
				selections[i] = proposal.Selection{Step: step.ID, Proposal: p.ID, Number: p.Number, Cost: p.Cost, PublishedAt: p.PublishedAt, Shuffle: d.lot}
				tags[i] = []proposal.Tag{{Kind: proposal.TagCategory, Slug: d.category}}
				if d.home >= 0 {
					tags[i] = append(tags[i], proposal.Tag{Kind: proposal.TagDistrict, Slug: b.city.districts[d.home].Key})
				}
			}
			if err := proposal.Select(ctx, tx, b.of.Key, selections, tags); err != nil {
				return err
			}
			if err := proposal.KeepFacets(ctx, tx, b.of.Key, step.ID, e.facets); err != nil {
				return err
			}
			return project.AddProposals(ctx, tx, b.of.Key, step.ID, len(selections))
		}); err != nil {
			return err
		}
	}
	return nil
}

// cast lets people vote, as many each evening until now.
func (b *builder) cast(ctx context.Context, e *edition) error {
	if len(e.votes) == 0 {
		return nil
	}
	evenings := e.evenings(b.city.made)
	for i, evening := range evenings {
		if err := ctx.Err(); err != nil {
			return err
		}
		votes := e.votes[i*len(e.votes)/len(evenings) : (i+1)*len(e.votes)/len(evenings)]
		if err := castAll(db.At(ctx, evening), b.db, b.ballots, b.of, e.slug, b.city.papers(votes)); err != nil {
			return err
		}
		b.wrote(len(votes))
	}
	return nil
}

// evenings are the times at which people vote: each day of the vote at 19:00, and the last time now.
func (e *edition) evenings(now time.Time) []time.Time {
	step := e.vote()
	var list []time.Time
	for day := 0; ; day++ {
		t := at(step.StartsAt.In(now.Location()), day, 19)
		if !t.Before(step.EndsAt) {
			return list
		}
		if t.After(now) {
			return append(list, now)
		}
		list = append(list, t)
	}
}

// castAll lets people who do not exist vote, a ballot each, all at once. What went wrong with any of them is the error.
func castAll(ctx context.Context, d *db.DB, ballots *ballot.Service, of platform.Platform, slug string, papers []ballot.Vote) error {
	people := make([]account.Person, len(papers))
	for i := range people {
		people[i] = account.Person{Kind: account.Resident, Language: string(i18n.FR)}
	}
	if err := d.Write(ctx, func(ctx context.Context, tx db.Tx) error { return account.StageAll(ctx, tx, of.Key, people) }); err != nil {
		return err
	}
	errs := make([]error, len(papers))
	var all sync.WaitGroup
	for i := range papers {
		all.Go(func() { _, errs[i] = ballots.Cast(ctx, of, people[i], slug, i18n.FR, papers[i]) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// proclaim counts the vote that is over and announces its result, in the evening of the day that the calendar says, and
// follows the winners until today.
func (b *builder) proclaim(ctx context.Context, e *edition) error {
	vote := project.VoteStep(e.calendar)
	if project.PhaseOf(e.calendar, vote, b.city.made) != project.Closed {
		return nil
	}
	step := e.calendar[vote]
	if err := b.write(ctx, step.EndsAt.Add(time.Hour), func(ctx context.Context, tx db.Tx) error { return ballot.Release(ctx, tx, b.of, e.slug) }); err != nil {
		return err
	}
	announced := step.EndsAt
	for _, s := range e.calendar {
		if s.Kind == project.Result {
			announced = s.StartsAt.Add(18 * time.Hour)
		}
	}
	return b.announce(ctx, e, announced, step)
}
