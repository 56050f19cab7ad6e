package proposal

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strconv"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/search"
)

// Choice is what a reader asks of the list of a step.
type Choice struct {
	Project, Step ids.ID
	Tags          []Tag  // all of them must hold
	Text          string // words, all of which must be found; empty: no search
	Exact         bool   // no word is corrected
}

// Chosen is what a choice keeps of a step.
type Chosen struct {
	// Facets are those of the step. Their counts are of what the choice keeps, each as if nothing of its own kind were
	// asked for: what a reader would see on choosing it.
	Facets []Facet
	Count  int
	Words  []search.Word // what was searched; empty without a text

	step      ids.ID
	span      int // the highest number of the step
	members   search.Set
	relevance []uint8 // of each number; nil without a text
}

// Choose finds what a choice keeps, in one statement, and two or three more when there is a text (search).
func Choose(ctx context.Context, tx db.Tx, platform int64, c Choice) (Chosen, error) {
	out := Chosen{step: c.Step}
	members, err := out.facets(ctx, tx, platform)
	if err != nil {
		return out, err
	}
	all := members[Tag{Kind: TagStep}]
	out.span = len(all) * 64
	if c.Text != "" {
		var found search.Set
		if found, out.relevance, out.Words, err = search.Find(ctx, tx, platform, c.Project, c.Text, c.Exact); err != nil {
			return out, err
		}
		all = all.Meet(found)
	}
	// but leaves out the tags of one kind, "" none.
	but := func(kind TagKind) search.Set {
		rest := all
		for _, t := range c.Tags {
			if t.Kind != kind {
				rest = rest.Meet(members[t])
			}
		}
		return rest
	}
	out.members = but("")
	out.Count = out.members.Len()
	bases := map[TagKind]search.Set{}
	for i := range out.Facets {
		f := &out.Facets[i]
		base, ok := bases[f.Kind]
		if !ok {
			base = but(f.Kind)
			bases[f.Kind] = base
		}
		f.Proposals = base.Common(members[f.Tag])
	}
	return out, nil
}

// facets reads the step's facets with their members.
func (c *Chosen) facets(ctx context.Context, tx db.Tx, platform int64) (map[Tag]search.Set, error) {
	members := map[Tag]search.Set{}
	rows, err := tx.Query(ctx, `SELECT f.kind, f.tag, f.name, f.sort, f.members FROM facet f WHERE f.platform = ? AND f.step = ? ORDER BY f.kind, f.sort, f.tag`, platform, c.step)
	all, err := db.Collect(rows, err, func(r *sql.Rows, f *Facet) error {
		var stored []byte
		err := r.Scan(&f.Kind, &f.Slug, &f.Name, &f.Sort, &stored)
		if err == nil {
			members[f.Tag], err = search.DecodeSet(stored)
		}
		return err
	})
	for _, f := range all {
		if f.Kind != TagStep {
			c.Facets = append(c.Facets, f)
		}
	}
	return members, err
}

// among keeps the rows of a set of any size, which goes as one argument.
func among(st *statement, engine db.Engine, members search.Set) {
	open, closed, sql := "{", "}", ` AND s.number = ANY (CAST(? AS bigint[]))`
	if engine == db.SQLite {
		open, closed, sql = "[", "]", ` AND s.number IN (SELECT j.value FROM json_each(?) j)`
	}
	list := make([]byte, 0, 8*members.Len())
	for n := range members.All() {
		list = strconv.AppendInt(append(list, ','), int64(n), 10)
	}
	st.add(sql, open+string(list[min(1, len(list)):])+closed)
}

// list gives a page of what was chosen: its proposals in order first, from their keys alone, then their rows.
func (c *Chosen) list(ctx context.Context, tx db.Tx, platform int64, q ListQuery) ([]Listed, error) {
	q.Step, q.Among = c.step, nil // whose members are met here
	keys, err := c.keys(ctx, tx, platform, q)
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	place := make(map[int]int, len(keys))
	numbers := make([]int64, len(keys))
	for i, k := range keys {
		place[int(k.Number)], numbers[i] = i, k.Number
	}
	var st statement
	marks, args := db.In(numbers)
	st.add(`SELECT 0, s.votes, s.points, 0, ` + brief + q.With.columns() + ` FROM selection s JOIN proposal p ON p.platform = s.platform AND p.id = s.proposal`)
	q.With.join(&st)
	st.add(` WHERE s.platform = ? AND s.step = ? AND s.trashed = ? AND s.number IN (`, platform, c.step, false)
	st.add(marks+`)`, args...)
	list := make([]Listed, 0, len(keys))
	err = st.read(ctx, tx, q.With, func(_ int, l Listed) {
		l.Selection.Step, l.Key = c.step, keys[place[l.Proposal.Number]]
		list = append(list, l)
	})
	slices.SortFunc(list, func(a, b Listed) int {
		return cmp.Compare(place[a.Proposal.Number], place[b.Proposal.Number])
	})
	return list, err
}

// few is up to how many proposals are read and sorted; of more, an order is walked until enough are met.
const few = 2000

func (c *Chosen) keys(ctx context.Context, tx db.Tx, platform int64, q ListQuery) ([]Key, error) {
	switch {
	case c.Count == 0:
		return nil, nil
	case q.Order == ByRelevance:
		return c.relevant(q), nil
	case c.Count <= few:
		return c.sorted(ctx, tx, platform, q)
	}
	var keys []Key
	for _, r := range q.runs() {
		r.Limit = q.Limit - len(keys)
		some, err := c.walk(ctx, tx, platform, r)
		if err != nil {
			return nil, err
		}
		if keys = append(keys, some...); len(keys) >= q.Limit {
			break
		}
	}
	return keys, nil
}

// page sorts keys into the order of a query and gives those of the page.
func (q ListQuery) page(keys []Key) []Key {
	column, number := q.directions()
	compare := func(a, b Key) int {
		if q.unknownLast() && (a.Value == 0) != (b.Value == 0) {
			return cmp.Compare(b.Value, a.Value) // 0 comes last
		}
		byValue, byNumber := cmp.Compare(a.Value, b.Value), cmp.Compare(a.Number, b.Number)
		if column != "" {
			byValue = -byValue
		}
		if number != "" {
			byNumber = -byNumber
		}
		return cmp.Or(byValue, byNumber)
	}
	if q.After != nil {
		keys = slices.DeleteFunc(keys, func(k Key) bool { return compare(k, *q.After) <= 0 })
	}
	slices.SortFunc(keys, compare)
	return keys[:min(len(keys), q.Limit)]
}

// relevant is a page of the order of relevance; without a text, of numbers.
func (c *Chosen) relevant(q ListQuery) []Key {
	keys := make([]Key, 0, c.Count)
	for n := range c.members.All() {
		k := Key{Number: int64(n)}
		if n < len(c.relevance) {
			k.Value = int64(c.relevance[n])
		}
		keys = append(keys, k)
	}
	return q.page(keys)
}

// sorted reads where each of few proposals stands.
func (c *Chosen) sorted(ctx context.Context, tx db.Tx, platform int64, q ListQuery) ([]Key, error) {
	var st statement
	column, _ := q.Order.column()
	st.add(`SELECT `+column+`, s.number FROM selection s WHERE s.platform = ? AND s.step = ? AND s.trashed = ?`, platform, c.step, false)
	among(&st, tx.Engine(), c.members)
	rows, err := tx.Query(ctx, st.sql.String(), st.args...)
	keys, err := db.Collect(rows, err, q.scanKey)
	return q.page(keys), err
}

func (q ListQuery) scanKey(r *sql.Rows, k *Key) error {
	err := r.Scan(&k.Value, &k.Number)
	if q.Order == ByRandom {
		k.Value = (k.Value - q.Seed) & (circle - 1)
	}
	return err
}

// walk follows the index of an order until enough of what was chosen is met: as far as it takes several times over when
// they stand anywhere, and to the end in the rare case that this was too short.
func (c *Chosen) walk(ctx context.Context, tx db.Tx, platform int64, r run) ([]Key, error) {
	wanted, span := r.Limit, c.span
	column, _ := r.Order.column()
	for _, reach := range []int{200 + 3*wanted*span/c.Count, span + 1} {
		var st statement
		st.add(`SELECT `+column+`, s.number FROM selection s WHERE s.platform = ? AND s.step = ?`, platform, c.step)
		r.Limit, r.Offset = reach, 0
		r.end(&st, tx.Engine(), platform)
		rows, err := tx.Query(ctx, st.sql.String(), st.args...)
		met, err := db.Collect(rows, err, r.scanKey)
		if err != nil {
			return nil, err
		}
		passed := len(met)
		met = slices.DeleteFunc(met, func(k Key) bool { return !c.members.Has(int(k.Number)) })
		if len(met) >= wanted || passed < reach {
			return met[:min(len(met), wanted)], nil
		}
	}
	return nil, nil // not reached: a step has fewer proposals than span
}
