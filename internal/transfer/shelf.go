package transfer

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/tally"
)

// shelf is an election sorted into the rooms' own types, with identifiers. Lists indexed by proposal are parallel.
type shelf struct {
	author     ids.ID
	districts  []project.District
	categories []project.Category
	targets    []project.Category
	proposals  []proposal.Proposal
	projects   []tally.Project // as the count knows the proposals
	tags       [][]proposal.Tag
	shuffle    []int64
	facets     []proposal.Facet // without counts
}

// sortOut makes the shelf of an election. The random order comes from the file's hash, so that the same file gives the
// same one.
func sortOut(e *election, of ids.ID, now time.Time) shelf {
	var s shelf
	districts, categories, targets := newNames(), newNames(), newNames()
	for i, p := range e.projects {
		q := proposal.Proposal{ID: ids.Dated(now), Project: of, Number: p.Order, Reference: p.ID, Slug: slugOf(p.Name), Title: p.Name, Body: p.Description,
			Cost: int64(p.Cost), Proposer: p.Proposer}
		if p.Place != nil {
			q.Place = &proposal.Place{Latitude: p.Place.Latitude, Longitude: p.Place.Longitude}
		}
		counted := tally.Project{ID: p.ID, Name: p.Name, Cost: p.Cost, Order: p.Order}
		var tags []proposal.Tag
		for _, d := range p.Districts {
			slug := districts.slug(d)
			counted.Districts = append(counted.Districts, slug)
			tags = append(tags, proposal.Tag{Kind: proposal.TagDistrict, Slug: slug})
		}
		for _, c := range p.Categories {
			slug := categories.slug(c)
			counted.Categories = append(counted.Categories, slug)
			tags = append(tags, proposal.Tag{Kind: proposal.TagCategory, Slug: slug})
		}
		for _, t := range p.Targets {
			tags = append(tags, proposal.Tag{Kind: proposal.TagTarget, Slug: targets.slug(t)})
		}
		if len(p.Districts) > 0 {
			q.District = districts.id(p.Districts[0], now)
		}
		if len(p.Categories) > 0 {
			q.Category = categories.id(p.Categories[0], now)
		}
		s.proposals = append(s.proposals, q)
		s.projects = append(s.projects, counted)
		s.tags = append(s.tags, unique(tags))
		s.shuffle = append(s.shuffle, place(e.sha256, i))
	}
	for _, n := range districts.sorted() {
		s.districts = append(s.districts, project.District{ID: districts.id(n, now), Slug: districts.slug(n), Name: n, Sort: i18n.SortKey(n)})
	}
	category := func(names *names, kind proposal.TagKind) (list []project.Category) {
		for _, n := range names.sorted() {
			list = append(list, project.Category{ID: names.id(n, now), Project: of, Kind: string(kind), Slug: names.slug(n), Name: n, Sort: i18n.SortKey(n)})
		}
		return list
	}
	s.categories, s.targets = category(categories, proposal.TagCategory), category(targets, proposal.TagTarget)
	for kind, names := range map[proposal.TagKind]*names{proposal.TagDistrict: districts, proposal.TagCategory: categories, proposal.TagTarget: targets} {
		for _, n := range names.sorted() {
			s.facets = append(s.facets, proposal.Facet{Tag: proposal.Tag{Kind: kind, Slug: names.slug(n)}, Name: n, Sort: i18n.SortKey(n)})
		}
	}
	return s
}

// place gives proposal i its number of 31 bits on the circle of the random order.
func place(seed []byte, i int) int64 {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(slices.Clone(seed), uint64(i)))
	return int64(binary.BigEndian.Uint32(sum[:]) >> 1)
}

func unique(tags []proposal.Tag) []proposal.Tag {
	var list []proposal.Tag
	for _, t := range tags {
		if !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	return list
}

// candidates gives the proposals as a count of the stored ballots needs them.
func (s shelf) candidates() []result.Candidate {
	list := make([]result.Candidate, len(s.proposals))
	for i, p := range s.proposals {
		list[i] = result.Candidate{Proposal: p.ID, Number: p.Number, Project: s.projects[i]}
	}
	return list
}

func namedDistricts(districts []project.District) (list []rulebook.Named) {
	for _, d := range districts {
		list = append(list, rulebook.Named{Key: d.Slug, Name: d.Name})
	}
	return list
}

func namedCategories(categories []project.Category) (list []rulebook.Named) {
	for _, c := range categories {
		list = append(list, rulebook.Named{Key: c.Slug, Name: c.Name})
	}
	return list
}

// names gives each name met one slug and one identifier.
type names struct {
	slugs map[string]string
	taken map[string]bool
	ids   map[string]ids.ID
}

func newNames() *names {
	return &names{map[string]string{}, map[string]bool{}, map[string]ids.ID{}}
}

func (n *names) slug(name string) string {
	if s, ok := n.slugs[name]; ok {
		return s
	}
	base := slugOf(name)
	s := base
	for i := 2; n.taken[s]; i++ {
		s = base + "-" + strconv.Itoa(i)
	}
	n.slugs[name], n.taken[s] = s, true
	return s
}

func (n *names) id(name string, now time.Time) ids.ID {
	id, ok := n.ids[name]
	if !ok {
		id = ids.Dated(now)
		n.ids[name] = id
	}
	return id
}

func (n *names) sorted() []string {
	list := make([]string, 0, len(n.slugs))
	for name := range n.slugs {
		list = append(list, name)
	}
	slices.SortFunc(list, func(a, b string) int {
		return cmp.Or(slices.Compare(i18n.SortKey(a), i18n.SortKey(b)), cmp.Compare(a, b))
	})
	return list
}

// pace sizes the chunks of an import so that none holds the writer for long: it aims at half of what may be.
type pace struct{ size int }

const (
	firstChunk = 250
	maxChunk   = 5000
	sweepChunk = 2000
	aim        = 40 * time.Millisecond
)

// took learns from how long the last chunk took.
func (p *pace) took(d time.Duration) {
	switch {
	case d > aim:
		p.size = max(p.size/2, 50)
	case d < aim/2:
		p.size = min(p.size*3/2, maxChunk)
	}
}

// parts cuts n rows into runs of the size of the moment.
func (p *pace) parts(n int) iter.Seq2[int, int] {
	return func(yield func(from, to int) bool) {
		for from := 0; from < n; {
			to := min(n, from+p.size)
			if !yield(from, to) {
				return
			}
			from = to
		}
	}
}
