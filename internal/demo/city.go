package demo

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// seed is what all chance comes from. Another one makes other votes and other places of the same texts; this one makes
// true what proposals tell of earlier editions.
const seed = "Pont-l’Alouette 467"

// founded is the day on which the city opened its platform, relative to today.
const founded = -510

// chance gives the numbers for one purpose, always the same ones.
func chance(purpose string) *rand.Rand {
	sum := sha256.Sum256([]byte(seed + "\x00" + purpose))
	return rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16])))
}

// city is what its people will do, made in memory first.
type city struct {
	day       time.Time        // midnight of the day that dates are relative to
	made      time.Time        // now
	districts []rulebook.Named // in the order of quarters
	outlines  []byte           // GeoJSON file
	crowd     *crowd
	editions  []edition

	quarters []quarter
	cells    [][]point
}

// edition is one of the four.
type edition struct {
	script
	project    ids.ID // zero until it is there
	book       rulebook.Rulebook
	calendar   []project.Step
	categories []project.Category
	facets     []proposal.Facet
	joined     []account.Person // who came to propose
	deposits   []deposited
	votes      []vote
}

// deposit is what somebody proposes.
type deposited struct {
	idea
	who      int // index in the crowd
	when     time.Time
	home     int // index of the district; -1: the whole city
	kind     int // index of the category
	place    *proposal.Place
	lot      int64             // place in the random order of steps after the deposit
	proposal proposal.Proposal // once it is published
}

// plan makes the city of a moment.
func plan(now time.Time, zone *time.Location) (*city, error) {
	local := now.In(zone)
	c := &city{day: time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, zone), made: local, crowd: newCrowd(chance("people")), quarters: quarters()}
	hearts := make([]point, len(c.quarters))
	for i, q := range c.quarters {
		hearts[i] = q.heart
	}
	c.cells = cells(hearts)
	if err := c.draw(); err != nil {
		return nil, err
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

// draw makes the file of the districts, as the town's service of maps would give it.
func (c *city) draw() (err error) {
	type object = map[string]any
	var features []object
	for i, q := range c.quarters {
		c.districts = append(c.districts, rulebook.Named{Key: slugOf(q.name), Name: q.name})
		features = append(features, object{"type": "Feature", "properties": object{"nom": q.name}, "geometry": json.RawMessage(outline(c.cells[i]))})
	}
	c.outlines, err = json.Marshal(object{"type": "FeatureCollection", "features": features})
	return err
}

func (c *city) edition(s script) (edition, error) {
	e := edition{script: s}
	texts, err := ideas(s.ideas)
	if err != nil {
		return e, err
	}
	opens, closes := c.calendar(&e)
	var named []rulebook.Named
	for _, k := range categories() {
		e.categories = append(e.categories, project.Category{ID: ids.Dated(c.made), Kind: string(proposal.TagCategory), Slug: k.key, Name: k.name, Sort: i18n.SortKey(k.name), Other: k.other})
		e.facets = append(e.facets, proposal.Facet{Tag: proposal.Tag{Kind: proposal.TagCategory, Slug: k.key}, Name: k.name, Sort: i18n.SortKey(k.name)})
		named = append(named, rulebook.Named{Key: k.key, Name: k.name})
	}
	for _, d := range c.districts {
		e.facets = append(e.facets, proposal.Facet{Tag: proposal.Tag{Kind: proposal.TagDistrict, Slug: d.Key}, Name: d.Name, Sort: i18n.SortKey(d.Name)})
	}
	e.book = s.rules(common(c.districts, named))
	if err := c.propose(&e, texts, opens, closes); err != nil {
		return e, err
	}
	if s.ballots > 0 {
		e.votes = c.electorate(&e).votes(e.ballots, e.book.Vote.Ballot)
	}
	return e, nil
}

// calendar dates the steps, and says from when to when people have deposited.
func (c *city) calendar(e *edition) (opens, closes time.Time) {
	for _, s := range e.stages {
		step := project.Step{Kind: s.kind, Title: s.title, StartsAt: at(c.day, s.from, 0)}
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
	c.crowd.begin(e.book.Deposit.PerPerson)
	for i, text := range texts {
		d := deposited{idea: text, when: opens.Add(moments[i]), home: -1, lot: r.Int64N(1 << 31)}
		if text.association == "" {
			d.who = c.crowd.resident(d.when)
		} else if who, ok := c.crowd.association(text.association, d.when); ok {
			d.who = who
		} else {
			return fmt.Errorf("%q is one too many of %s", text.title, text.association)
		}
		if text.district != "" {
			if d.home = slices.IndexFunc(c.quarters, func(q quarter) bool { return q.key == text.district }); d.home < 0 {
				return fmt.Errorf("%q: no district %q", text.title, text.district)
			}
			d.place = c.place(d.home, text.address)
		}
		if d.kind = slices.IndexFunc(e.categories, func(k project.Category) bool { return k.Slug == text.category }); d.kind < 0 {
			return fmt.Errorf("%q: no category %q", text.title, text.category)
		}
		e.deposits = append(e.deposits, d)
	}
	e.joined = c.crowd.joined()
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
	district, kind, costs := make([]int, len(e.deposits)), make([]int, len(e.deposits)), make([]int64, len(e.deposits))
	for i, d := range e.deposits {
		district[i], kind[i], costs[i] = d.home, d.kind, d.cost
	}
	return newElectorate(chance("voters of "+e.ideas), costs, district, kind, people, int64(e.book.Count.Budget))
}

// papers gives what people fill in to vote: their choices, and where they live, which the rules ask.
func (c *city) papers(votes []vote) []ballot.Vote {
	papers := make([]ballot.Vote, len(votes))
	for i, v := range votes {
		papers[i] = ballot.Vote{Choices: v.choices, Declared: ballot.Declared{OfAge: true, District: c.districts[v.home].Key, Kind: rulebook.KindPerson}}
	}
	return papers
}

// collect gives the index of the step in which projects are deposited.
func (e *edition) collect() int {
	return slices.IndexFunc(e.calendar, func(s project.Step) bool { return s.Kind == project.Collect })
}

// vote gives the vote's step.
func (e *edition) vote() project.Step { return e.calendar[project.VoteStep(e.calendar)] }
