package proposal

import (
	"context"
	"database/sql"
	"math"
	"strconv"
	"strings"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Order is what a list is ordered by; the proposal's number breaks ties.
type Order string

// The orders.
const (
	ByVotes     Order = "votes"     // most first
	ByPoints    Order = "points"    // most first
	ByCost      Order = "cost"      // cheapest first; those whose cost nobody knows last, turned round too
	ByPublished Order = "published" // oldest first
	ByRandom    Order = "random"    // as the seed says
	ByNumber    Order = "number"
	ByRelevance Order = "relevance" // of what was searched: titles before texts, whole words before parts; else by number
)

// column gives the column of an order, and whether the order goes down it.
func (o Order) column() (name string, descending bool) {
	switch o {
	case ByVotes:
		return "s.votes", true
	case ByPoints:
		return "s.points", true
	case ByCost:
		return "s.cost", false
	case ByPublished:
		return "s.published_at", false
	case ByRandom:
		return "s.shuffle", false
	}
	return "s.number", false
}

// Key is a place in an order: a page goes on after it.
type Key struct{ Value, Number int64 }

// String gives the form that addresses carry.
func (k Key) String() string {
	return strconv.FormatInt(k.Value, 10) + "." + strconv.FormatInt(k.Number, 10)
}

// ParseKey reads that form. Fault: invalid.
func ParseKey(s string) (Key, error) {
	a, b, _ := strings.Cut(s, ".")
	value, err := strconv.ParseInt(a, 10, 64)
	number, err2 := strconv.ParseInt(b, 10, 64)
	if err != nil || err2 != nil {
		return Key{}, fault.New(fault.Invalid, "fault.list.key", "Value", s).In("after")
	}
	return Key{value, number}, nil
}

// ListQuery asks for a page of a step's proposals.
type ListQuery struct {
	Step    ids.ID
	Author  ids.ID
	Trashed bool    // those that moderation removed, instead of the others
	Among   *Chosen // of this step, only what Choose kept; nil: all
	Within  *Frame  // only what stands there; nil: also what has no place
	Order   Order
	Reverse bool  // the order turned round
	Seed    int64 // of a random order
	With    With
	After   *Key
	Offset  int // rows to pass over: only for clients that count rows
	Limit   int
}

// circle is the number of places of the random order: the proposals stand on a circle by their random numbers, and each
// seed enters it at a place of its own. So every visitor has an order of their own, stable, found by one index and paged
// by key.
const circle = 1 << 31

// statement is an SQL statement in the making.
type statement struct {
	sql  strings.Builder
	args []any
}

func (st *statement) add(sql string, args ...any) {
	st.sql.WriteString(sql)
	st.args = append(st.args, args...)
}

// List gives a page of the proposals of a step, in one statement. What Choose kept is listed in two statements, at most
// five in an order where it stands late; within a frame it is in one again, and has no order of relevance.
func List(ctx context.Context, tx db.Tx, platform int64, q ListQuery) ([]Listed, error) {
	if q.Among != nil && q.Within == nil && q.Offset == 0 {
		return q.Among.list(ctx, tx, platform, q)
	}
	pages, err := Lists(ctx, tx, platform, []ids.ID{q.Step}, q)
	if err != nil {
		return nil, err
	}
	return pages[0], nil
}

// lapsPerStep is how many runs a step's page can be made of.
const lapsPerStep = 2

// Lists is List for several steps at once, still in one statement: a page for each of steps.
func Lists(ctx context.Context, tx db.Tx, platform int64, steps []ids.ID, q ListQuery) ([][]Listed, error) {
	pages := make([][]Listed, len(steps))
	if len(steps) == 0 {
		return pages, nil
	}
	var st statement
	if runs := q.on(steps[0]).runs(); len(steps) == 1 && len(runs) == 1 {
		runs[0].whole(&st, tx.Engine(), platform)
	} else {
		q.pages(&st, tx.Engine(), platform, steps)
	}
	err := st.read(ctx, tx, q.With, func(lap int, l Listed) {
		i := lap / lapsPerStep
		l.Selection.Step = steps[i]
		if q.Order == ByRandom {
			l.Key.Value = (l.Key.Value - q.Seed) & (circle - 1)
		}
		if pages[i] == nil {
			pages[i] = make([]Listed, 0, min(q.Limit+q.Offset, 64))
		}
		pages[i] = append(pages[i], l)
	})
	for i, page := range pages { // two runs may have given up to twice what was asked
		page = page[min(q.Offset, len(page)):]
		pages[i] = page[:min(q.Limit, len(page))]
	}
	return pages, err
}

// read runs a statement that gives lap, votes, points and the key's value, then brief and what is brought with it.
func (st *statement) read(ctx context.Context, tx db.Tx, with With, give func(lap int, l Listed)) error {
	rows, err := tx.Query(ctx, st.sql.String(), st.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var l Listed
	var lap int
	v := row{p: &l.Proposal}
	j := joined{}
	to := j.targets(with, v.brief([]any{&lap, &l.Votes, &l.Points, &l.Key.Value}), &v)
	for rows.Next() {
		l = Listed{}
		if err := rows.Scan(to...); err != nil {
			return err
		}
		v.done()
		j.give(with, &l)
		l.Selection.Proposal, l.Selection.Number, l.Selection.Cost = l.Proposal.ID, l.Proposal.Number, l.Proposal.Cost
		l.Key.Number = int64(l.Proposal.Number)
		give(lap, l)
	}
	return rows.Err()
}

func (q ListQuery) on(step ids.ID) ListQuery {
	q.Step = step
	return q
}

// unknownLast says whether the order would begin with what nobody knows.
func (q ListQuery) unknownLast() bool { return q.Order == ByCost && !q.Reverse }

// directions gives what an ORDER BY adds to the order's column and to the number.
func (q ListQuery) directions() (column, number string) {
	if _, down := q.Order.column(); down != q.Reverse {
		column = " DESC"
	}
	if q.Reverse {
		number = " DESC"
	}
	return column, number
}

// whole writes one run as one walk along the order's index, which fetches each proposal as it comes.
func (q run) whole(st *statement, engine db.Engine, platform int64) {
	column, _ := q.Order.column()
	st.add(`SELECT 0, s.votes, s.points, ` + column + `, ` + brief + q.With.columns() + `
		FROM selection s JOIN proposal p ON p.platform = s.platform AND p.id = s.proposal`)
	q.With.join(st)
	st.add(` WHERE s.platform = ? AND s.step = ?`, platform, q.Step)
	q.end(st, engine, platform)
}

// pages writes several runs, told by lap, that first find the rows of every page and then their proposals.
func (q ListQuery) pages(st *statement, engine db.Engine, platform int64, steps []ids.ID) {
	st.add(`WITH page AS (`)
	for i, step := range steps {
		for lap, r := range q.on(step).runs() {
			if i+lap > 0 {
				st.add(` UNION ALL `)
			}
			st.add(`SELECT * FROM (`)
			r.part(st, engine, platform, i*lapsPerStep+lap)
			st.add(`) AS run`)
		}
	}
	direction, numbers := q.directions()
	st.add(`) SELECT g.lap, g.votes, g.points, g.place, `+brief+q.With.columns()+`
		FROM page g JOIN proposal p ON p.platform = ? AND p.id = g.proposal`, platform)
	q.With.join(st)
	st.add(` ORDER BY g.lap, g.place` + direction + `, g.number` + numbers)
}

// arc is a stretch of the values of an order, its end excluded: a part of the circle of the random order, or the known costs.
type arc struct{ from, to int64 }

// run is one ordered and limited stretch of selection rows.
type run struct {
	ListQuery
	within *arc
}

// runs gives what a page is made of: one stretch, or two: for the random order those that go round the circle from the seed,
// backwards when the order is turned round; for the cheapest first the known costs, then the unknown ones, which are 0.
func (q ListQuery) runs() []run {
	seed := q.Seed & (circle - 1)
	var arcs []arc
	switch {
	case q.Order == ByRandom && q.Reverse:
		arcs = []arc{{0, seed}, {seed, circle}}
	case q.Order == ByRandom:
		arcs = []arc{{seed, circle}, {0, seed}}
	case q.unknownLast():
		arcs = []arc{{1, math.MaxInt64}, {0, 1}}
	default:
		return []run{{q, nil}}
	}
	var runs []run
	for _, a := range arcs {
		part := q
		part.After = nil
		if q.After != nil {
			here := q.After.Value
			if q.Order == ByRandom {
				here = (seed + here) & (circle - 1)
			}
			if here >= a.from && here < a.to {
				part.After = &Key{here, q.After.Number}
				runs = nil // what lies before it is passed
			}
		}
		runs = append(runs, run{part, &a})
	}
	return runs
}

// part writes the run as a part of a larger statement.
func (q run) part(st *statement, engine db.Engine, platform int64, lap int) {
	column, _ := q.Order.column()
	st.add(`SELECT s.proposal, s.number, s.votes, s.points, `+column+` AS place, `+strconv.Itoa(lap)+` AS lap FROM selection s WHERE s.platform = ? AND s.step = ?`, platform, q.Step)
	q.end(st, engine, platform)
}

// end writes the conditions, the order and the limit.
func (q run) end(st *statement, engine db.Engine, platform int64) {
	q.restrict(st, engine, platform)
	column, _ := q.Order.column()
	if q.within != nil {
		st.add(` AND `+column+` >= ? AND `+column+` < ?`, q.within.from, q.within.to)
	}
	direction, numbers := q.directions()
	if q.After != nil {
		compare := map[string]string{"": " >", " DESC": " <"}
		// The first comparison is the one that the index answers.
		st.add(` AND `+column+compare[direction]+`= ? AND (`+column+compare[direction]+` ? OR s.number`+compare[numbers]+` ?)`, q.After.Value, q.After.Value, q.After.Number)
	}
	st.add(` ORDER BY `+column+direction+`, s.number`+numbers+` LIMIT ?`, q.Limit+q.Offset)
}

// Counts counts what a query lists in each of steps, whatever its order and page, in one statement.
func Counts(ctx context.Context, tx db.Tx, platform int64, steps []ids.ID, q ListQuery) (map[ids.ID]int, error) {
	marks, args := db.In(steps)
	var st statement
	st.add(`SELECT s.step, COUNT(*) FROM selection s WHERE s.platform = ? AND s.step IN (`+marks+`)`, append([]any{platform}, args...)...)
	q.restrict(&st, tx.Engine(), platform)
	st.add(` GROUP BY s.step`)
	rows, err := tx.Query(ctx, st.sql.String(), st.args...)
	type row struct {
		step ids.ID
		n    int
	}
	all, err := db.Collect(rows, err, func(r *sql.Rows, v *row) error { return r.Scan(&v.step, &v.n) })
	counts := make(map[ids.ID]int, len(all))
	for _, v := range all {
		counts[v.step] = v.n
	}
	return counts, err
}

// restrict adds what the query asks of a row.
func (q ListQuery) restrict(st *statement, engine db.Engine, platform int64) {
	st.add(` AND s.trashed = ?`, q.Trashed)
	if !q.Author.IsZero() {
		st.add(` AND EXISTS (SELECT 1 FROM proposal a WHERE a.platform = s.platform AND a.id = s.proposal AND a.author = ?)`, q.Author)
	}
	if q.Within != nil {
		q.Within.within(st, platform)
	}
	if q.Among != nil {
		among(st, engine, q.Among.members)
	}
}

// Facets gives what a step's list can be filtered by, with kept counts, by kind and name.
func Facets(ctx context.Context, tx db.Tx, platform int64, step ids.ID) ([]Facet, error) {
	rows, err := tx.Query(ctx, `SELECT f.kind, f.tag, f.name, f.sort, f.proposals FROM facet f WHERE f.platform = ? AND f.step = ? AND f.kind <> '' ORDER BY f.kind, f.sort, f.tag`, platform, step)
	return db.Collect(rows, err, func(r *sql.Rows, f *Facet) error { return r.Scan(&f.Kind, &f.Slug, &f.Name, &f.Sort, &f.Proposals) })
}
