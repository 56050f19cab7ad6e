package demo

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/tally"
)

// seed is what all chance comes from. Another one makes other votes and other places of the same texts; this one makes
// true what proposals tell of earlier editions.
const seed = "Pont-l’Alouette 467"

// chance gives the numbers for one purpose, always the same ones.
func chance(purpose string) *rand.Rand {
	sum := sha256.Sum256([]byte(seed + "\x00" + purpose))
	return rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16])))
}

// city is all that will be written, made in memory first.
type city struct {
	day       time.Time // midnight of the day that dates are relative to
	made      time.Time
	districts []project.District
	crowd     *crowd
	house     ids.ID // the town's own account
	editions  []edition

	quarters []quarter
	cells    [][]point
}

// edition is one of the four. Lists by proposal are parallel.
type edition struct {
	script
	project    project.Project
	book       rulebook.Rulebook
	calendar   []project.Step
	categories []project.Category
	proposals  []proposal.Proposal
	tags       [][]proposal.Tag
	shuffle    []int64
	facets     []proposal.Facet
	votes      []ballot.Ballot
	turnout    map[string]int // voters by the slug of their district
	totals     tally.Totals   // zero without a vote that has begun
}

// plan makes the city of a moment.
func plan(now time.Time, zone *time.Location) (*city, error) {
	local := now.In(zone)
	c := &city{day: time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, zone), made: now, crowd: newCrowd(chance("people")), quarters: quarters()}
	c.house = c.crowd.add("Ville de "+Name, account.Organisation, at(c.day, -500, 9))
	// The slug under which imports look for the platform's own account.
	c.crowd.accounts[0].Slug = "plateforme"
	hearts := make([]point, len(c.quarters))
	for i, q := range c.quarters {
		hearts[i] = q.heart
	}
	c.cells = cells(hearts)
	for i, q := range c.quarters {
		c.districts = append(c.districts, project.District{ID: ids.Dated(now), Slug: q.key, Name: q.name, Sort: i18n.SortKey(q.name), Outline: outline(c.cells[i])})
	}
	for _, s := range scripts(c.day) {
		e, err := c.edition(s)
		if err != nil {
			return nil, fmt.Errorf("the edition %s: %w", s.slug, err)
		}
		c.editions = append(c.editions, e)
	}
	return c, nil
}

func (c *city) edition(s script) (edition, error) {
	e := edition{script: s}
	texts, err := ideas(s.ideas)
	if err != nil {
		return e, err
	}
	opens, closes := c.calendar(&e)
	e.project = project.Project{ID: e.calendar[0].Project, Slug: s.slug, Title: s.title, Summary: s.summary, Currency: "EUR", Language: "fr", State: project.Importing,
		Origin: project.OfCity, Author: c.house, Rulebook: 1, PublishedAt: e.calendar[0].StartsAt, CreatedAt: c.made}
	var named []rulebook.Named
	for _, k := range categories() {
		e.categories = append(e.categories, project.Category{ID: ids.Dated(c.made), Project: e.project.ID, Kind: string(proposal.TagCategory), Slug: k.key, Name: k.name, Sort: i18n.SortKey(k.name)})
		e.facets = append(e.facets, proposal.Facet{Tag: proposal.Tag{Kind: proposal.TagCategory, Slug: k.key}, Name: k.name, Sort: i18n.SortKey(k.name)})
		named = append(named, rulebook.Named{Key: k.key, Name: k.name})
	}
	var districts []rulebook.Named
	for _, d := range c.districts {
		e.facets = append(e.facets, proposal.Facet{Tag: proposal.Tag{Kind: proposal.TagDistrict, Slug: d.Slug}, Name: d.Name, Sort: d.Sort})
		districts = append(districts, rulebook.Named{Key: d.Slug, Name: d.Name})
	}
	e.book = s.rules(common(districts, named))
	if err := c.propose(&e, texts, opens, closes); err != nil {
		return e, err
	}
	if s.ballots > 0 {
		return e, c.vote(&e)
	}
	return e, nil
}

// calendar dates the steps, and says from when to when people have deposited.
func (c *city) calendar(e *edition) (opens, closes time.Time) {
	id := ids.Dated(c.made)
	for i, s := range e.steps {
		step := project.Step{ID: ids.Dated(c.made), Project: id, Position: i, Kind: s.kind, Slug: s.slug, Title: s.title, StartsAt: at(c.day, s.from, 0)}
		if s.to != open {
			step.EndsAt = at(c.day, s.to, s.hour)
		}
		if s.kind == project.Collect {
			opens, closes = step.StartsAt, at(c.day, min(s.to, 0), 0)
		}
		e.calendar = append(e.calendar, step)
	}
	return opens, closes
}

// propose makes the proposals of the texts, deposited at moments of daytime, in the order of their numbers.
func (c *city) propose(e *edition, texts []idea, opens, closes time.Time) error {
	r := chance("proposals of " + e.ideas)
	r.Shuffle(len(texts), func(i, j int) { texts[i], texts[j] = texts[j], texts[i] })
	days := int(closes.Sub(opens)/(24*time.Hour)) - 1
	moments := make([]time.Duration, len(texts))
	for i := range moments {
		moments[i] = time.Duration(r.IntN(days+1))*24*time.Hour + time.Duration(7*60+r.IntN(15*60))*time.Minute
	}
	slices.Sort(moments)
	for i, text := range texts {
		when := opens.Add(moments[i])
		p := proposal.Proposal{ID: ids.Dated(when), Project: e.project.ID, Number: i + 1, Reference: strconv.Itoa(i + 1), Slug: slugOf(text.title), Title: text.title,
			Body: text.text, Cost: text.cost, Address: text.address, CreatedAt: when, PublishedAt: when, UpdatedAt: when}
		if text.association != "" {
			p.Author = c.crowd.association(text.association, when)
		} else {
			p.Author = c.crowd.resident(when)
		}
		var tags []proposal.Tag
		if text.district != "" {
			d := slices.IndexFunc(c.districts, func(d project.District) bool { return d.Slug == text.district })
			if d < 0 {
				return fmt.Errorf("%q: no district %q", text.title, text.district)
			}
			p.District, p.Place = c.districts[d].ID, c.place(d, text.address)
			tags = append(tags, proposal.Tag{Kind: proposal.TagDistrict, Slug: text.district})
		}
		k := slices.IndexFunc(e.categories, func(k project.Category) bool { return k.Slug == text.category })
		if k < 0 {
			return fmt.Errorf("%q: no category %q", text.title, text.category)
		}
		p.Category = e.categories[k].ID
		e.proposals = append(e.proposals, p)
		e.tags = append(e.tags, append(tags, proposal.Tag{Kind: proposal.TagCategory, Slug: text.category}))
		e.shuffle = append(e.shuffle, r.Int64N(1<<31))
	}
	return nil
}

// place gives the spot of an address: a street is always at the same place of its district, each number near it.
func (c *city) place(district int, address string) *proposal.Place {
	street := strings.TrimLeft(address, "0123456789 ")
	q := c.quarters[district].key
	p, near := inside(chance(q+" "+street), c.cells[district]), inside(chance(q+" "+address), c.cells[district])
	const along = 0.15 // both are in the cell, which is convex, so that a point between them is too
	place := onMap(point{p.x*(1-along) + near.x*along, p.y*(1-along) + near.y*along})
	return &place
}

// electorate gives the people who vote in an edition, the same ones each time.
func (c *city) electorate(e *edition) *electorate {
	people := make([]int, len(c.quarters))
	for i, q := range c.quarters {
		people[i] = q.people
	}
	district, kind := make([]int, len(e.proposals)), make([]int, len(e.proposals))
	for i, p := range e.proposals {
		district[i] = slices.IndexFunc(c.districts, func(d project.District) bool { return d.ID == p.District })
		kind[i] = slices.IndexFunc(e.categories, func(k project.Category) bool { return k.ID == p.Category })
	}
	return newElectorate(chance("voters of "+e.ideas), e.proposals, district, kind, people, int64(e.book.Count.Budget))
}

// byDistrict names the districts that voters live in.
func (c *city) byDistrict(homes []int) map[string]int {
	turnout := map[string]int{}
	for i, n := range homes {
		if n > 0 {
			turnout[c.districts[i].Slug] = n
		}
	}
	return turnout
}

// vote draws the ballots cast so far and adds them up.
func (c *city) vote(e *edition) error {
	votes, homes := c.electorate(e).ballots(e.ballots, e.book.Vote.Ballot)
	e.votes, e.turnout = votes, c.byDistrict(homes)
	counted := make([]tally.Project, len(e.proposals))
	for i, p := range e.proposals {
		counted[i] = tally.Project{ID: p.Reference, Name: p.Title, Cost: tally.Amount(p.Cost), Order: p.Number}
	}
	counter := tally.NewCounter(e.book.Count.Scoring, counted)
	for _, b := range e.votes {
		choices := make([]tally.Choice, len(b.Choices))
		for i, k := range b.Choices {
			choices[i] = tally.Choice{Project: k.Number - 1}
		}
		if err := counter.Add(tally.Ballot{Choices: choices}); err != nil {
			return err
		}
	}
	e.totals = counter.Totals()
	return nil
}

// begun gives the steps that proposals have entered: the deposit, and those that select and have begun.
func (e edition) begun(now time.Time) []int {
	var list []int
	for i, s := range e.calendar {
		if s.Kind == project.Collect || (s.Kind == project.Analysis || s.Kind == project.Vote) && project.PhaseOf(e.calendar, i, now) != project.Future {
			list = append(list, i)
		}
	}
	return list
}

// voteStep gives the vote's step.
func (e edition) voteStep() project.Step {
	return e.calendar[project.VoteStep(e.calendar)]
}
