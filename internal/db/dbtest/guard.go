package dbtest

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/parvis-civic/parvis/internal/db"
)

// Guard refuses statements that touch a tenant's table without saying which platform. It reads the text: each such table
// after FROM, JOIN, UPDATE or INTO must have "alias.platform = ?" (or "platform = ?" where it is the only table of its
// SELECT), or be joined on platform, through any number of tables, to one that has; an INSERT must list the column. It must
// be a condition that every row has to meet: not one beside an OR, under a NOT, in a CASE or among the columns; what a
// LEFT JOIN or a SELECT inside says holds for the tables of that alone. A platform that is written out is no parameter.
// Where it cannot tell it refuses, so that a statement is written plainly or says why with db.Everywhere.
type Guard struct {
	tenant map[string]bool // all tables of the schema, and whether they belong to a platform
	known  sync.Map        // statement → error, or nil
}

// NewGuard gives the guard of a schema.
func NewGuard(tables []db.Table) *Guard {
	g := &Guard{tenant: map[string]bool{}}
	for _, t := range tables {
		g.tenant[t.Name] = t.Tenant()
	}
	return g
}

// Check is a db.Config.Check.
func (g *Guard) Check(ctx context.Context, query string) error {
	if db.EverywhereReason(ctx) != "" {
		return nil
	}
	if known, ok := g.known.Load(query); ok {
		err, _ := known.(error)
		return err
	}
	p := parser{guard: g, tokens: tokens(query)}
	err := p.statement()
	if err != nil {
		err = fmt.Errorf("dbtest: %w: %s", err, query)
	}
	g.known.Store(query, err)
	return err
}

// reference is a table that a statement names.
type reference struct {
	table, alias string
	bound        bool // its platform is given, or is that of another whose is
}

// scope is a SELECT, or the statement itself.
type scope struct {
	outer   *scope
	tables  []*reference
	setting bool // between SET and WHERE, where "platform =" assigns
}

// find gives the table that a name before ".platform" means; for an empty name, the only table that a bare "platform"
// can mean. nil: it cannot tell.
func (s *scope) find(name string) *reference {
	for ; s != nil; s = s.outer {
		if name == "" && len(s.tables) > 0 {
			if len(s.tables) > 1 {
				return nil
			}
			return s.tables[0]
		}
		for _, r := range s.tables {
			if r.alias == name {
				return r
			}
		}
	}
	return nil
}

// place is somewhere that a platform is named: name.platform, or platform alone.
type place struct {
	scope *scope
	name  string
}

// clause is a condition, or a part of it in parentheses; or what is none, as the columns of a SELECT.
type clause struct {
	outer     *clause
	condition bool       // after WHERE or ON
	loose     bool       // an OR stands in it, or a NOT before it
	only      *reference // of a LEFT JOIN: the table that it constrains
}

// holds says whether every row has to meet what stands in the clause; and which table alone it constrains, nil for any.
func (c *clause) holds() (yes bool, only *reference) {
	for yes = c.condition; c != nil; c = c.outer {
		yes = yes && !c.loose
		if only == nil {
			only = c.only
		}
	}
	return yes, only
}

// equality is "left = right"; right is nil for a parameter.
type equality struct {
	left  place
	right *place
	in    *clause // nil: it holds by itself
}

// frame is an open parenthesis.
type frame struct {
	scope *scope // its own when it is a SELECT, else that around it
	query bool   // it is a SELECT; else FROM in it belongs to a function
	table bool   // it stands for a table, so that an alias follows
	list  bool   // in FROM, where a comma is followed by another table
	in    *clause
	cases int  // CASE … END that are open
	left  bool // the next table is of a LEFT JOIN
}

type parser struct {
	guard      *Guard
	tokens     []string
	i          int
	frames     []frame
	want       bool // a table comes next
	all        []*reference
	equalities []equality
}

var token = regexp.MustCompile(`"[^"]+"|[A-Za-z_][A-Za-z_0-9]*|\d+|\S`)

func tokens(query string) []string {
	found := token.FindAllString(db.Skeleton(query), -1)
	for i, w := range found {
		found[i] = strings.Trim(strings.ToLower(w), `"`)
	}
	return found
}

func isName(w string) bool { return w != "" && (w[0] == '_' || w[0] >= 'a' && w[0] <= 'z') }

// at gives the token n places from the present one, "" outside.
func (p *parser) at(n int) string {
	if p.i+n < 0 || p.i+n >= len(p.tokens) {
		return ""
	}
	return p.tokens[p.i+n]
}

func (p *parser) statement() error {
	p.frames = []frame{{scope: &scope{}, query: true, in: &clause{}}}
	for ; p.i < len(p.tokens); p.i++ {
		if err := p.word(); err != nil {
			return err
		}
	}
	p.follow()
	for _, r := range p.all {
		if !r.bound && p.guard.tenant[r.table] {
			return fmt.Errorf("%s is touched without its platform: constrain the column platform, or say why not with db.Everywhere", r.table)
		}
	}
	return nil
}

// word reads the present token, and those that belong to it.
func (p *parser) word() error {
	f := &p.frames[len(p.frames)-1]
	switch w := p.at(0); w {
	case "(":
		return p.open(f)
	case ")":
		return p.close(f)
	case "union", "intersect", "except":
		f.scope, f.list, f.in = &scope{outer: f.scope.outer}, false, &clause{}
	case "from":
		if f.query && p.at(-1) != "distinct" { // IS DISTINCT FROM
			p.want, f.list, f.scope.setting, f.in = true, true, false, &clause{}
		}
	case "join":
		p.want, f.in = true, &clause{}
		f.left = p.at(-1) == "left" || p.at(-1) == "outer" && p.at(-2) == "left"
	case "on":
		if f.query {
			f.in = &clause{condition: p.at(1) != "conflict"}
			if f.left {
				f.in.only = f.scope.tables[len(f.scope.tables)-1]
			}
		}
	case "or":
		f.in.loose = true
	case "case":
		f.cases++
	case "end":
		f.cases--
	case "using":
		if p.at(1) == "(" {
			p.using(f.scope)
		} else {
			p.want = true // DELETE … USING
		}
	case "update":
		// FOR UPDATE, FOR NO KEY UPDATE and DO UPDATE name no table.
		p.want = !slices.Contains([]string{"for", "key", "do"}, p.at(-1))
	case "into":
		return p.insert()
	case "set":
		f.scope.setting, p.want, f.in = true, false, &clause{}
	case "where", "group", "having", "order", "limit", "returning":
		f.scope.setting, f.list = false, false
		if f.query {
			f.in = &clause{condition: w == "where"}
		}
	case ",":
		p.want = f.list
	case "lateral", "only":
	default:
		switch {
		case p.want && isName(w):
			p.want = false
			if p.at(1) != "(" { // else it is a function that gives rows
				p.table(f.scope, w)
			}
		case w == "platform" && p.at(1) == "=" && !f.scope.setting:
			p.equal(f)
		}
	}
	return nil
}

func (p *parser) open(f *frame) error {
	inner := frame{scope: f.scope, table: p.want, in: &clause{outer: f.in, condition: f.in.condition && f.cases == 0, loose: p.at(-1) == "not"}}
	switch p.at(1) {
	case "select", "with", "values":
		inner.scope, inner.query, inner.in = &scope{outer: f.scope}, true, &clause{}
	default:
		if p.want {
			return fmt.Errorf("a parenthesis of joins is not understood: write it without")
		}
	}
	p.want = false
	p.frames = append(p.frames, inner)
	return nil
}

func (p *parser) close(f *frame) error {
	if len(p.frames) == 1 {
		return fmt.Errorf("a parenthesis too many")
	}
	p.frames = p.frames[:len(p.frames)-1]
	if f.table {
		p.table(p.frames[len(p.frames)-1].scope, "")
	}
	return nil
}

// notAlias are words that may follow a table.
var notAlias = strings.Fields("where on join left right full inner cross outer natural using order group limit having union " +
	"intersect except set values returning for window offset fetch select default indexed not do")

// table records a table and the alias that may follow the present token. What is not of the schema (a common table
// expression, a SELECT in FROM) has been read where it stands, and counts as bound.
func (p *parser) table(s *scope, name string) {
	_, ours := p.guard.tenant[name]
	r := &reference{table: name, alias: name, bound: !ours}
	if p.at(1) == "as" {
		p.i++
	}
	if next := p.at(1); isName(next) && !slices.Contains(notAlias, next) {
		r.alias = next
		p.i++
	}
	s.tables = append(s.tables, r)
	p.all = append(p.all, r)
}

// insert reads the table and columns of INSERT INTO. ON CONFLICT needs nothing: it meets rows of the same key.
func (p *parser) insert() error {
	p.i++
	table := p.at(0)
	if p.at(1) == "as" {
		p.i += 2
	}
	p.i++
	listed := false
	if p.at(0) == "(" {
		for ; p.at(0) != ")" && p.at(0) != ""; p.i++ {
			listed = listed || p.at(0) == "platform"
		}
	}
	if p.guard.tenant[table] && !listed {
		return fmt.Errorf("INSERT INTO %s does not list the column platform", table)
	}
	return nil
}

// using records JOIN … USING (…), which joins all tables of the scope so far.
func (p *parser) using(s *scope) {
	for n := 2; p.at(n) != ")" && p.at(n) != ""; n++ {
		if p.at(n) != "platform" || len(s.tables) == 0 {
			continue
		}
		for _, r := range s.tables[1:] {
			p.equalities = append(p.equalities, equality{place{s, s.tables[0].alias}, &place{s, r.alias}, nil})
		}
	}
}

// equal records the equality whose left side, [name.]platform, ends at the present token, when its right side is a
// parameter, a SELECT or another platform.
func (p *parser) equal(f *frame) {
	s := f.scope
	e := equality{left: place{scope: s}, in: f.in}
	before := p.at(-1)
	if before == "." {
		e.left.name, before = p.at(-2), p.at(-3)
	}
	if f.cases > 0 || before == "not" {
		return
	}
	switch right := p.at(2); {
	case right == "?", right == "(" && p.at(3) == "select":
	case isName(right) && p.at(3) == "." && p.at(4) == "platform":
		e.right = &place{s, right}
		p.i += 4
	case right == "platform" && p.at(3) != ".":
		e.right = &place{scope: s}
		p.i += 2
	default: // a number, a column, an expression
		return
	}
	p.equalities = append(p.equalities, e)
}

// follow binds the tables that equalities reach.
func (p *parser) follow() {
	for again := true; again; {
		again = false
		for _, e := range p.equalities {
			only := (*reference)(nil)
			if e.in != nil {
				holds, left := e.in.holds()
				if !holds {
					continue
				}
				only = left
			}
			// A SELECT inside takes the platform of a table outside, but does not constrain it.
			bind := func(to *reference, bound bool) {
				if to != nil && bound && !to.bound && (only == nil || only == to) && slices.Contains(e.left.scope.tables, to) {
					to.bound, again = true, true
				}
			}
			left := e.left.scope.find(e.left.name)
			if e.right == nil {
				bind(left, true)
				continue
			}
			right := e.right.scope.find(e.right.name)
			bind(left, right != nil && right.bound)
			bind(right, left != nil && left.bound)
		}
	}
}
